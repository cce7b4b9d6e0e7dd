"""The events of a turn as messages to a client."""

from __future__ import annotations

from collections.abc import Callable

from triolet import SpokenWord, TurnResult, events
from triolet_adapters.service.live import _messages as messages


class TurnTeller:
    """Tells a client what happens in one turn. An observer of its events."""

    def __init__(self, turn: int, name: str, tell: Callable[[messages.Numbered], None]) -> None:
        self._turn = turn
        self._name = name
        self._tell = tell
        self._began: float | None = None
        self._committed = set[int]()

    def after(self, at: float) -> float:
        """Seconds from the beginning of the turn until then; 0 before it has begun."""
        return 0.0 if self._began is None else round(at - self._began, 4)

    def __call__(self, event: events.Event) -> None:
        """Tell what the client wants to know of this event."""
        turn, after = self._turn, self.after(event.at)
        match event:
            case events.TurnStarted(at=at):
                self._began = at
                self._tell(messages.TurnStarted(turn=turn, id=self._name))
            case events.ClauseCut(clause=clause):
                self._tell(messages.TurnClause(turn=turn, after=after, start=clause.start, end=clause.end))
            case events.PhraseReady(phrase=phrase):
                self._tell(
                    messages.PhraseReady(
                        turn=turn,
                        after=after,
                        phrase=phrase.index,
                        start=phrase.start,
                        end=phrase.end,
                        spoken=phrase.words,
                    )
                )
            case events.PhraseCommitted(index=index):
                self._tell(messages.PhraseCommitted(turn=turn, after=after, phrase=index))
            case events.FirstAudio(index=index):
                self._tell(messages.PhraseSounds(turn=turn, after=after, phrase=index))
            case events.PhrasePlaying(phrase=phrase):
                self._tell(messages.PhrasePlaying(turn=turn, after=after, phrase=phrase.index))
            case events.PhraseHeard(index=index, samples=samples, whole=whole):
                self._tell(messages.PhraseHeard(turn=turn, after=after, phrase=index, whole=whole, samples=samples))
            case events.PhraseFailed(index=index, reason=reason):
                self._tell(messages.PhraseFailed(turn=turn, after=after, phrase=index, reason=reason))
            case events.FirstAudible():
                self._tell(messages.TurnAudible(turn=turn, after=after))
            case events.Underrun(seconds=seconds):
                self._tell(messages.TurnGap(turn=turn, after=after, seconds=round(seconds, 4)))
            case _:
                pass

    def ended(self, result: TurnResult, now: float) -> None:
        """Tell what was heard."""
        self._tell(
            messages.TurnEnded(
                turn=self._turn,
                after=self.after(now),
                heard=result.heard,
                unheard=result.unheard,
                interrupted=result.interrupted,
                error=result.error,
                estimated=result.estimated,
                words=tuple(_word(word) for word in result.words),
                first_audible=result.latency.first_audible,
                longest_gap=result.latency.longest_gap,
                characters=result.characters,
            )
        )


def _word(word: SpokenWord) -> dict[str, object]:
    return {
        "text": word.text,
        "start": word.start,
        "end": word.end,
        "begins": round(word.begins, 3),
        "ends": round(word.ends, 3),
        "estimated": word.estimated,
    }
