"""The stage that decides when clauses are committed, by how much audio the listener has left."""

from __future__ import annotations

import math

import trio

from triolet._model._text import NormalizedClause, Phrase
from triolet.chain._context import TurnContext
from triolet.chain._stages import Stage
from triolet.chain._take import take_waiting
from triolet.phrasing._core import Offer, PhraserCore
from triolet.phrasing._options import PhrasingOptions
from triolet.turn._events import FirstToken, PhraseReady

TYPICAL_REST = 60
"""Characters that a sentence is expected to go on for after its first clause: half of a sentence of chat prose."""

COMFORTABLE = 2.5
"""Seconds of audio, what is committed included, at which the next sentences are committed: the later, the more of them are
joined and the less an interruption wastes. What a slow service needs to give the first samples of a commit (0.7 s is
reported of Qwen's) and most gaps of the network or the service (1 to 2 s) pass unheard."""

JOINING = 1.2
"""Seconds of audio at which they are committed though what comes next could be joined to them, or though they are so long
that they exceed the lead: time for the first samples, and half a second to spare."""

SHORT = 1.0
"""Seconds of audio below which the beginning of a sentence is not held any longer: the first samples of a commit take about
so long, so whatever comes later is heard late."""

PATIENCE = 0.8
"""Seconds without a clause after which the first words of an answer are not held any longer, if they end where a speaker may
breathe."""

IDLE = 2.0
"""Seconds without a clause after which what is held goes out to a listener who hears nothing, if it ends at any comma, however
few its words, or where the segmenter has given up waiting for more."""


class Phraser(Stage[NormalizedClause, Phrase]):
    """Joins clauses into phrases: whole sentences while the listener has audio left, the best clause when not.

    A phrase is decided when the synthesizer takes it: until then, sentences that come are joined to it, as long as what is on
    its way to the listener stays within the synthesizer's lead. The first phrase of a turn is one sentence, or its beginning.
    Where there is no real-time listener (a file), every sentence is a phrase, whatever the clock says.
    """

    buffer = 4
    """Clauses that may wait: a sentence's worth."""

    hold = 8
    """Clauses that may be held, to be joined, when there is a whole sentence: some sentences' worth."""

    def __init__(self, phrasing: PhrasingOptions | None = None) -> None:
        self.phrasing = phrasing or PhrasingOptions()

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[NormalizedClause],
        downstream: trio.MemorySendChannel[Phrase],
        turn: TurnContext,
    ) -> None:
        """Join until the clauses end."""
        run = _Run(self, turn)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run.read, upstream)
            try:
                await run.give(downstream)
            except trio.BrokenResourceError:
                nursery.cancel_scope.cancel()  # nobody wants phrases any more
                raise


class _Run:
    """One turn of a Phraser: one task reads, one gives."""

    def __init__(self, settings: Phraser, turn: TurnContext) -> None:
        self._phrasing = settings.phrasing
        self._hold = settings.hold
        self._turn = turn
        self._core = PhraserCore(settings.phrasing)
        self._ended = False
        self._came = 0.0
        """When the last clause came."""
        self._read = 0
        """Characters of the raw text."""
        self._until_news = trio.CancelScope()
        self._given = trio.Event()

    async def read(self, upstream: trio.MemoryReceiveChannel[NormalizedClause]) -> None:
        """Take clauses while there is room."""
        while not self._ended:
            while self._core.held >= self._hold and self._core.sentences().clauses:
                await self._given.wait()
            try:
                for clause in await take_waiting(upstream):
                    self._core.feed(clause)
                    self._read = clause.end
            except trio.EndOfChannel:
                self._core.end()
                self._ended = True
            self._came = self._turn.now()
            self._until_news.cancel()

    async def give(self, downstream: trio.MemorySendChannel[Phrase]) -> None:
        """Offer the best phrase as soon as it is time; a clause that comes before it is taken may make it a better one."""
        while self._core.held or not self._ended:
            with trio.CancelScope() as self._until_news:
                await self._until_due()
                offer = self._best()
                if not offer.clauses:
                    if self._ended:
                        break
                    offer = await self._left_over()
                phrase = self._core.phrase(offer)
                await downstream.send(phrase)
                self._turn.timeline.record(PhraseReady(self._turn.now(), phrase))
                self._core.taken(offer)
                self._given.set()
                self._given = trio.Event()
                # Who has taken it counts it now; only then is the next one decided.
                await trio.lowlevel.checkpoint()

    async def _until_due(self) -> None:
        """Wait until the listener has so little left that what is held must go out."""
        clock = self._turn.clock
        if not clock.realtime:
            return
        if (sentence := self._core.sentences()).clauses:
            await clock.until_ahead_below(
                min(COMFORTABLE, max(JOINING, clock.supply.bound - sentence.seconds * clock.supply.stretch))
            )
            if not self._core.sentences(clock.room).final:
                await clock.until_ahead_below(JOINING)
        else:
            await clock.until_ahead_below(SHORT)
            if self._core.started or self._rest() < self._phrasing.worth:
                await trio.sleep_until(self._came + PATIENCE)

    async def _left_over(self) -> Offer:
        """What is said when nothing better is to be expected; waits until then."""
        offer = self._core.everything() if self._turn.clock.realtime else Offer()
        await trio.sleep_until(self._came + IDLE if offer.clauses else math.inf)
        return offer

    def _best(self) -> Offer:
        clock = self._turn.clock
        if not clock.realtime:
            return self._core.sentences()
        offer = self._core.sentences(clock.room if self._core.started else 0.0)  # services may begin longer texts later
        if not offer.clauses and (self._core.started or self._phrasing.early_start):
            offer = self._core.breath()
        return offer

    def _rest(self) -> float:
        """Seconds until the sentence is expected to end, if the source goes on at the speed that it has had so far."""
        began = next((event.at for event in self._turn.timeline if isinstance(event, FirstToken)), self._came)
        return self._came + (self._came - began) * TYPICAL_REST / max(1, self._read) - self._turn.now()
