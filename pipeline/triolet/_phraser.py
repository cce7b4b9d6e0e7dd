"""The stage that decides when clauses are committed, by how much audio the listener has left."""

from __future__ import annotations

import math

import trio

from triolet._phrasing import PhraserCore, Phrasing
from triolet._stages import Stage, take_waiting
from triolet._text import Phrase, SpokenClause
from triolet._timeline import FirstToken, PhraseReady
from triolet._turn import Turn

TYPICAL_REST = 60
"""Characters that a sentence is expected to go on for after its first clause: half of a sentence of chat prose."""

COMFORTABLE = 2.5
"""Seconds of audio that let a whole sentence wait to be joined with the next: what a slow service needs to give the first
samples of a commit (0.7 s is reported of Qwen's, with gaps of 1 to 2 s), so that waiting costs no silence."""

SHORT = 1.0
"""Seconds of audio below which the beginning of a sentence is not held any longer: the first samples of a commit take about
so long, so whatever comes later is heard late."""

PATIENCE = 0.8
"""Seconds without a clause after which the first words of an answer are not held any longer, if they end where a speaker may
breathe."""


class Phraser(Stage[SpokenClause, Phrase]):
    """Joins clauses into phrases: whole sentences while the listener has audio left, the best clause when not.

    Where there is no real-time listener (a file), every sentence is a phrase, whatever the clock says.
    """

    buffer = 4
    """Clauses that may wait: a sentence's worth."""

    def __init__(self, phrasing: Phrasing | None = None) -> None:
        self.phrasing = phrasing or Phrasing()

    async def run(
        self, upstream: trio.MemoryReceiveChannel[SpokenClause], downstream: trio.MemorySendChannel[Phrase], turn: Turn
    ) -> None:
        """Join until the clauses end."""
        core = PhraserCore(self.phrasing)

        async def send(phrases: list[Phrase]) -> None:
            for phrase in phrases:
                turn.timeline.record(PhraseReady(turn.now(), phrase))
                await downstream.send(phrase)

        while True:
            clauses: list[SpokenClause] | None = None
            try:
                with trio.move_on_at(_decide_at(core, turn)):  # around our own channel only
                    clauses = await take_waiting(upstream)
                if clauses is None:  # the listener's audio runs out
                    if given := core.sentences() or core.breath():
                        await send(given)
                        continue
                    clauses = await take_waiting(upstream)
            except trio.EndOfChannel:
                break
            for clause in clauses:
                await send(core.feed(clause, join=turn.clock.realtime and turn.clock.lead > COMFORTABLE))
            # Whole sentences that had come already are out by now: only what the source has not finished is cut early.
            if self._may_start_early(core, turn) and _expected_rest(turn, clauses[-1].end) >= self.phrasing.worth:
                await send(core.breath())
        await send(core.flush())

    def _may_start_early(self, core: PhraserCore, turn: Turn) -> bool:
        nothing_to_hear = turn.clock.realtime and turn.clock.lead <= SHORT
        return self.phrasing.early_start and not core.started and nothing_to_hear


def _decide_at(core: PhraserCore, turn: Turn) -> float:
    """When what is held must go out though nothing more has come."""
    if not turn.clock.realtime:
        return math.inf
    ends = turn.now() + turn.clock.lead
    if core.holds_sentences:
        return ends - COMFORTABLE
    if core.holds_clauses:
        return max(ends - SHORT, turn.now() + PATIENCE)
    return math.inf


def _expected_rest(turn: Turn, characters: int) -> float:
    """Seconds until the sentence is expected to end, if the source goes on at the speed that it has had so far."""
    began = next((event.at for event in turn.timeline if isinstance(event, FirstToken)), None)
    return 0.0 if began is None else (turn.now() - began) * TYPICAL_REST / max(1, characters)
