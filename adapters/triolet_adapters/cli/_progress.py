"""What is on its way to the listener: a pure fold of a turn's events."""

from __future__ import annotations

import enum
from typing import Any

import attrs

from triolet.events import (
    CommitLost,
    Event,
    PhraseCommitted,
    PhraseFailed,
    PhraseHeard,
    PhraseHedged,
    PhrasePlaying,
    PhraseReady,
    TurnStarted,
)


class State(enum.StrEnum):
    """How far a sentence has come."""

    WRITTEN = "written"
    COMMITTED = "committed"
    SOUNDING = "sounding"
    HEARD = "heard"
    CUT = "cut"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Whether no other state follows."""
        return self in (State.HEARD, State.CUT, State.FAILED)


@attrs.frozen
class Sentence:
    """What one commit says: a sentence, mostly. Times in seconds since the turn began."""

    text: str
    written: float
    committed: float | None = None
    sounding: float | None = None
    heard: float | None = None
    state: State = State.WRITTEN
    attempts: int = 0
    """How often it was committed: a service that failed is asked again."""
    lost: str = ""
    """Why it had to be asked again: the type of the error."""

    @property
    def since(self) -> float:
        """The last time that is known, in seconds since the turn began."""
        return next(at for at in (self.heard, self.sounding, self.committed, self.written) if at is not None)


class Progress:
    """Feed events; each that changes a sentence gives it back. Holds only those that are on their way."""

    def __init__(self) -> None:
        self._start = 0.0
        self._open: dict[int, Sentence] = {}

    @property
    def on_their_way(self) -> tuple[Sentence, ...]:
        """The sentences that are not final, in order."""
        return tuple(self._open.values())

    def add(self, event: Event) -> Sentence | None:
        """Take an event; give the sentence that it changes."""
        at = event.at - self._start
        match event:
            case TurnStarted():
                self._start = event.at
                return None
            case PhraseReady(phrase=phrase):
                return self._put(phrase.index, Sentence(printable(phrase.words), at))
            case PhraseCommitted(index=index):
                before = self._open.get(index)
                attempts = 1 if before is None else before.attempts + 1
                return self._change(index, state=State.COMMITTED, committed=at, attempts=attempts)
            case PhraseHedged(index=index) if index in self._open:
                sentence = attrs.evolve(self._open[index], lost="late")
                return self._put(index, attrs.evolve(sentence, committed=at, attempts=sentence.attempts + 1))
            case CommitLost(index=index, error=error):
                if index in self._open:
                    self._open[index] = attrs.evolve(self._open[index], lost=error)
                return None
            case PhrasePlaying(phrase=phrase):
                return self._change(phrase.index, state=State.SOUNDING, sounding=at)
            case PhraseHeard(index=index, whole=whole):
                return self._change(index, state=State.HEARD if whole else State.CUT, heard=at)
            case PhraseFailed(index=index):
                return self._change(index, state=State.FAILED)
            case _:
                return None

    def _change(self, index: int, **changes: Any) -> Sentence | None:
        sentence = self._open.get(index)
        return None if sentence is None else self._put(index, attrs.evolve(sentence, **changes))

    def _put(self, index: int, sentence: Sentence) -> Sentence:
        if sentence.state.final:
            self._open.pop(index, None)
        else:
            self._open[index] = sentence
        return sentence


def printable(text: str) -> str:
    """A text on one line, without signs that would command a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
