"""A turn that is one phrase, spoken while it is written, by a voice of which all is known."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import attrs

from triolet import Boundary, Clause, Phrase, SpeechUnit
from triolet.alignment._voicing import Voiced
from triolet.alignment._weights import weight
from triolet.turn._events import (
    ClauseCut,
    Event,
    FirstAudio,
    OutputOpened,
    PhraseCommitted,
    PhraseGrew,
    PhraseHeard,
    PhrasePlaying,
    PhraseReady,
    TurnEnded,
    TurnStarted,
    VoicePaused,
)

RATE = 8000

WORDS = [
    "map",
    "way",
    "walk",
    "hill",
    "river",
    "morning",
    "station",
    "window",
    "together",
    "remember",
    "something",
    "beautiful",
    "the",
    "a",
    "of",
    "and",
    "it",
    "is",
    "42",
    "1,969",
]


def prose(clauses: int, seed: int = 0) -> list[list[str]]:
    """Clauses of two to six words, each with a mark at its end."""
    dice = random.Random(seed)
    return [[*(f"{dice.choice(WORDS)} " for _ in range(dice.randint(1, 5))), "there, "] for _ in range(clauses)]


@attrs.define
class StreamedTurn:
    """Its text, and how the voice says it."""

    clauses: list[list[SpeechUnit]]
    runs: list[tuple[int, int]]
    """Where the voice sounds: a run for each clause."""
    ends: list[int]
    """The sample after the end of each unit."""

    @classmethod
    def said(cls, text: Sequence[Sequence[str]], *, pace: float, seed: int = 0, pause: float = 0.3) -> StreamedTurn:
        """As a voice says it whose words last longer and shorter than they weigh, and which pauses after each clause but one
        in twenty.
        """
        dice = random.Random(seed)
        clauses: list[list[SpeechUnit]] = []
        runs: list[tuple[int, int]] = []
        ends: list[int] = []
        raw, at = 0, RATE // 10
        for words in text:
            start = at
            clauses.append([])
            for word in words:
                clauses[-1].append(SpeechUnit(word, raw, raw + len(word)))
                raw += len(word)
                at += round(RATE * max(0.02, dice.gauss(1.0, 0.25) * weight(word) / pace))
                ends.append(at)
            if runs and dice.random() < 0.05:
                runs[-1] = (runs[-1][0], at)
            else:
                runs.append((start, at))
            at += round(pause * RATE * dice.uniform(0.5, 1.5))
        return cls(clauses, runs, ends)

    @property
    def samples(self) -> int:
        return self.ends[-1]

    def interrupted(self, heard: int, *, ahead: float = 10.0) -> Iterator[Event]:
        """What happens until it is interrupted, `heard` samples having been heard. The text is `ahead` seconds ahead of the
        voice; infinitely: it is all there before the voice begins.
        """
        yield TurnStarted(0)
        yield OutputOpened(0, RATE, realtime=True)
        spoken = 0
        said = iter(self.ends)
        for number, clause in enumerate(self.clauses):
            begins = next(said)
            for _ in clause[1:]:
                next(said)
            if number and begins > heard + ahead * RATE:
                break
            text = "".join(unit.text for unit in clause)
            start, end = clause[0].start, clause[-1].end
            yield ClauseCut(0, Clause(text=text, start=start, end=end, boundary=Boundary.COMMA, opening=Boundary.COMMA))
            if number == 0:
                phrase = Phrase(index=0, units=tuple(clause), start=start, end=end, boundary=Boundary.END)
                yield PhraseReady(0, phrase)
                yield PhraseCommitted(0, 0)
                yield FirstAudio(0, 0)
                yield PhrasePlaying(0, phrase)
            else:
                yield PhraseGrew(0, 0, tuple(clause), end)
            while spoken + 1 < len(self.runs) and self.runs[spoken + 1][0] < min(heard, begins - ahead * RATE):
                yield VoicePaused(0, 0, *self.runs[spoken])
                spoken += 1
        for run, after in zip(self.runs[spoken:], self.runs[spoken + 1 :], strict=False):
            if after[0] >= heard:
                break
            yield VoicePaused(0, 0, *run)
        seen = Voiced(self.samples, tuple(self.runs)).part(0, heard + RATE // 10)
        yield PhraseHeard(0, 0, heard, whole=False, voiced=seen)
        yield TurnEnded(0, interrupted=True)
