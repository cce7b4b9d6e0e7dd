"""The stage that decides when phrases are committed, by how much audio the listener has left."""

from __future__ import annotations

import math

import trio

from triolet._model._text import NormalizedClause, Phrase
from triolet._model._waiting_listener import SHORT
from triolet._tools._signal import Signal
from triolet.chain._batches import AT_ONCE, Batches, BatchStage
from triolet.chain._context import TurnContext
from triolet.phrasing._core import Offer, PhraserCore
from triolet.phrasing._options import PhrasingOptions
from triolet.turn._events import FirstToken, PhraseReady

TYPICAL_REST = 60
"""Characters for which a sentence is expected to go on after its first clause: half of a sentence of chat prose."""

COMFORTABLE = 2.5
"""Seconds of audio, with what is committed, at which the next sentences are committed. The later that is, the more of them are
merged, and the less an interruption wastes. In so long, a slow service gives the first samples of a commit (0.7 s is reported
of Qwen's), and most gaps of the network or the service (1 to 2 s) pass unheard."""

MERGING_ENDS = 1.2
"""Seconds of audio at which sentences are committed even if the next one could be merged with them, or if they are so long that
they exceed the lead: time for the first samples, and half a second to spare."""

FIRST_SAMPLES = 0.5
"""Seconds that the first samples of a commit usually take. What the listener has besides may be spent on waiting for the end of
a sentence."""

HELD_FOR = 0.8
"""Seconds for which words are held at most, if a speaker may breathe after them and the listener has less than 1 s of audio. So long
they are held only if their sentence is expected to end within `PhrasingOptions.worth`. They count from the first clause that is
held: clauses that keep coming do not prolong the silence."""

HURRY = 1.0
"""Seconds that `MANY_WORDS` are held at most while the listener hears nothing, and words before a conjunction. The first samples
of a commit take up to a second, so the first sound comes within two seconds of those words."""

IDLE = 2.0
"""Seconds without a clause after which everything that is held goes to a listener who hears nothing. It must end at a comma,
however few words it has, or where the segmenter has given up waiting for more."""


class Phraser(BatchStage[NormalizedClause, Phrase]):
    """Makes phrases of clauses: whole sentences while the listener has audio left, the best clauses when not.

    A phrase is decided when the synthesizer takes it. Until then, sentences that come are merged with it, as long as the
    speech on its way to the listener stays within the lead of the synthesizer. The first phrase of a turn is one sentence, or
    the beginning of one. Where nobody listens in real time, every sentence is a phrase, whatever the clock says.

    It reads in the task of the `TextNormalizer` before it, and gives phrases in a task of its own: all but those that are due as
    soon as they are whole, such as the first of a turn. Those it gives where it reads, since each task on the way costs time.
    """

    buffer = 4
    """Clauses that may wait: about a sentence."""

    hold = 8
    """Clauses that may be held, to be merged, when a whole sentence is there: some sentences."""

    def __init__(self, phrasing: PhrasingOptions | None = None) -> None:
        self.phrasing = phrasing or PhrasingOptions()

    async def _work(
        self, upstream: Batches[NormalizedClause], downstream: trio.MemorySendChannel[Phrase], turn: TurnContext
    ) -> None:
        """Make phrases until the clauses end."""
        desk = _Desk(self.phrasing, self.hold, turn)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(desk.read, upstream, downstream)
            try:
                await desk.give(downstream)
            except trio.BrokenResourceError:
                nursery.cancel_scope.cancel()  # nobody wants phrases any more
                raise


class _Desk:
    """Where the clauses of one turn wait until they are given as phrases: one task puts them here, another takes them."""

    def __init__(self, options: PhrasingOptions, hold: int, turn: TurnContext) -> None:
        self._options = options
        self._hold = hold
        self._turn = turn
        self._core = PhraserCore(options)
        self._ended = False
        self._began: float | None = None
        """When the source gave its first token."""
        self._came = 0.0
        """When the last clause came."""
        self._arrivals: list[tuple[int, float]] = []
        """Where each clause that is held ends in the raw text, and when it came."""
        self._many_since: float | None = None
        """When so many words were held that they may end anywhere."""
        self._read = 0
        """Characters of the raw text that have come."""
        self._news = Signal()
        self._taken = Signal()
        self._until_news: trio.CancelScope | None = None
        """What is decided with the clauses that are there; news ends it."""
        self._giving = False
        """Whether a phrase is on its way to the synthesizer, and its clauses are still held."""

    # Reading.

    async def read(self, upstream: Batches[NormalizedClause], downstream: trio.MemorySendChannel[Phrase]) -> None:
        """Put clauses on the desk while there is room. Give at once what is due at once."""
        while not self._ended:
            await self._until_room()
            try:
                clauses = await upstream.next()
            except trio.EndOfChannel:
                self._core.end()
                self._ended = True
            else:
                fed = 0
                for clause in clauses:
                    if self._full:
                        self._tell()
                        await self._until_room()
                    elif fed > AT_ONCE:
                        await trio.lowlevel.checkpoint()
                        fed = 0
                    self._core.feed(clause)
                    self._arrivals.append((clause.end, self._turn.now()))
                    self._read = clause.end
                    fed += clause.end - clause.start
                if self._give_at_once(downstream):
                    # As in `give`. Twice: Trio draws the order of those that can run, and the synthesizer shall be the first.
                    await trio.lowlevel.checkpoint()
                    await trio.lowlevel.checkpoint()
                    continue
            self._tell()

    @property
    def _full(self) -> bool:
        """Whether there is no room for a clause. There always is for the rest of a sentence: a sentence is given when it is whole."""
        return self._core.held >= self._hold and self._core.has_sentence

    async def _until_room(self) -> None:
        while self._full:
            await self._taken.wait()

    def _tell(self) -> None:
        """Clauses came, or their end: they may make the next phrase a better one."""
        self._came = self._turn.now()
        self._count()
        self._news.give()
        if self._until_news is not None:
            self._until_news.cancel()

    @property
    def _since(self) -> float:
        """When the first clause that is held came."""
        return self._arrivals[0][1] if self._arrivals else self._came

    def _count(self) -> None:
        if not self._core.has_many:
            self._many_since = None
        elif self._many_since is None:
            self._many_since = self._turn.now()

    # Giving.

    def _give_at_once(self, downstream: trio.MemorySendChannel[Phrase]) -> bool:
        """Give all that is held, if it is one phrase that is due now, and the synthesizer waits for it. Return whether it was given."""
        clock = self._turn.clock
        if self._giving or not self._core.has_sentence or (clock.realtime and clock.ahead > MERGING_ENDS):
            return False
        offer = self._best() if clock.realtime else self._core.sentences()
        if offer.clauses != self._core.held:
            return False
        phrase = self._core.phrase(offer)
        try:
            downstream.send_nowait(phrase)
        except (trio.WouldBlock, trio.BrokenResourceError):
            return False
        self._given(offer, phrase)
        if self._until_news is not None:
            self._until_news.cancel()  # what it decides about has been given
        return True

    async def give(self, downstream: trio.MemorySendChannel[Phrase]) -> None:
        """Give the best phrase as soon as it is time. A clause that comes before it is taken may make it a better one."""
        while self._core.held or not self._ended:
            if self._core.held and self._turn.clock.realtime:
                with trio.CancelScope() as self._until_news:
                    await self._until_due()
                    offer = self._best() or await self._left_over()
                    await self._give(offer, downstream)
                    # The synthesizer now counts the phrase as speech on its way. Only then is the next one decided.
                    await trio.lowlevel.checkpoint()
                self._until_news = None
            elif offer := self._core.sentences():
                await self._give(offer, downstream)
            else:
                await self._news.wait()

    async def _give(self, offer: Offer, downstream: trio.MemorySendChannel[Phrase]) -> None:
        phrase = self._core.phrase(offer)
        self._giving = True
        try:
            downstream.send_nowait(phrase)
        except trio.WouldBlock:
            await downstream.send(phrase)  # who takes it then lets this task run before the commit begins
            self._given(offer, phrase)
        else:
            self._given(offer, phrase)
            await trio.lowlevel.cancel_shielded_checkpoint()
        finally:
            self._giving = False

    def _given(self, offer: Offer, phrase: Phrase) -> None:
        self._turn.timeline.record(PhraseReady(self._turn.now(), phrase))
        self._core.take(offer)
        while self._arrivals and self._arrivals[0][0] <= phrase.end:
            self._arrivals.pop(0)
        self._many_since = None
        self._count()
        self._taken.give()

    async def _until_due(self) -> None:
        """Wait until the listener has so little audio left that what is held must go out."""
        clock = self._turn.clock
        if sentence := self._core.sentences():
            await clock.until_ahead_below(
                min(COMFORTABLE, max(MERGING_ENDS, clock.supply.bound - sentence.seconds * clock.supply.stretch))
            )
            if not self._core.sentences(clock.room).final:
                await clock.until_ahead_below(MERGING_ENDS)
        else:
            await clock.until_ahead_below(SHORT)
            spare = max(self._options.worth, clock.ahead - FIRST_SAMPLES)
            if not self._core.ends_anywhere and self._rest() < spare:
                await trio.sleep_until(self._since + HELD_FOR)

    async def _left_over(self) -> Offer:
        """Wait until nothing better is to be expected. Return all that is held."""
        core = self._core
        until = self._came + IDLE if core.everything() else math.inf
        if core.ends_anywhere:
            until = self._came
        if self._many_since is not None:
            until = min(until, self._many_since + HURRY)
        if core.breathes:
            until = min(until, self._since + HURRY)
        offer = core.everything(hurry=True)
        await trio.sleep_until(until if offer else math.inf)
        return offer

    def _best(self) -> Offer:
        # The first phrase is one sentence: a service may begin a longer text later.
        offer = self._core.sentences(self._turn.clock.room if self._core.started else 0.0)
        if not offer and (self._core.started or self._options.early_start):
            offer = self._core.breath()
        return offer

    def _rest(self) -> float:
        """Seconds until the sentence is expected to end, if the source goes on as fast as so far."""
        if self._began is None:
            first = next((event.at for event in self._turn.timeline if isinstance(event, FirstToken)), self._came)
            self._began = first
        return self._came + (self._came - self._began) * TYPICAL_REST / max(1, self._read) - self._turn.now()
