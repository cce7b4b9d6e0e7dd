"""The stage for services that cut the text themselves: the turn is one phrase, spoken while it is written."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import trio

from triolet._model._audio import SAMPLE_BYTES, AudioChunk
from triolet._model._text import NormalizedClause, Phrase
from triolet._model._timed_word import TimedWord
from triolet._tools._signal import Signal
from triolet.alignment._unit_times import UnitTimes
from triolet.chain._context import TurnContext
from triolet.errors import NoAudio
from triolet.synthesis._options import LEAD
from triolet.synthesis._speaking_turn import TOGETHER
from triolet.synthesis._voice_stage import VoiceStage, adjusted
from triolet.tts._contract import TTS
from triolet.tts._word_times import AudioAndWords
from triolet.turn._events import (
    FirstAudio,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseGrew,
    PhraseReady,
    WordsTimed,
)


class StreamSynthesizer(VoiceStage[NormalizedClause]):
    """Sends each clause to the service as it comes, and passes its audio on. The whole turn is one phrase.

    The audio does not tell one sentence from the next, so the words that were heard are an estimate (`TurnResult.heard`), unless the
    service reports word times. When the session is lost, the turn ends with the error; nothing is tried again.

    A clause waits until less than `lead` seconds of audio have come that the output has not taken.
    """

    buffer = 4
    """Clauses that may wait before this stage."""

    def __init__(self, tts: TTS, *, lead: float = LEAD) -> None:
        """Speak with a voice whose service cuts the text itself.

        Args:
            tts: the voice.
            lead: seconds of audio that may wait for the output before a further clause is sent. The default of 10 is a few
                sentences.

        Raises:
            ValueError: the voice speaks phrase by phrase, or `lead` is not above 0.
        """
        if not tts.whole_turns:
            raise ValueError(f"{type(tts).__name__} speaks phrase by phrase: use Synthesizer, behind a Phraser")
        if lead <= 0:
            raise ValueError(f"lead is {lead}; it must be more than 0 seconds")
        super().__init__(tts)
        self.lead = lead

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[NormalizedClause],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        """Speak until the clauses end. Cancellation closes the session.

        Raises:
            TTSError: the service failed.
            ValueError: the voice has no such setting as this turn asks for, or does not take its value.
        """
        first = await _first_with_words(upstream)
        if first is None:
            return
        tts = adjusted(self.tts, turn.settings)
        await _StreamedTurn(self.lead, tts, turn, first).run(upstream, downstream)


async def _first_with_words(upstream: trio.MemoryReceiveChannel[NormalizedClause]) -> NormalizedClause | None:
    async for clause in upstream:
        if any(map(str.isalnum, clause.words)):
            return clause
    return None


class _StreamedTurn:
    """One turn of a StreamSynthesizer."""

    def __init__(self, lead: float, tts: TTS, turn: TurnContext, first: NormalizedClause) -> None:
        self._lead = lead
        self._tts = tts
        self._turn = turn
        self._first = first
        self._phrase = Phrase(
            index=0,
            units=first.units,
            start=first.start,
            end=first.end,
            boundary=first.boundary,
            opening=first.opening,
            kind=first.kind,
            language=first.language,
            break_before=first.break_before,
        )
        self._parts: deque[bytes] = deque()
        self._received = 0
        self._passed_on = 0
        self._late = False
        """Whether the service has told of a word after its audio was passed on."""
        self._done = False
        self._news = Signal()
        self._times = UnitTimes((), tts.format.sample_rate)
        self._times.extend(first.units)
        self._told = 0
        """Units whose times are in the timeline."""

    async def run(
        self, upstream: trio.MemoryReceiveChannel[NormalizedClause], downstream: trio.MemorySendChannel[AudioChunk]
    ) -> None:
        self._turn.timeline.record(PhraseReady(self._turn.now(), self._phrase))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._speak, upstream)
            try:
                await self._pass_on(downstream)
            except trio.BrokenResourceError:
                nursery.cancel_scope.cancel()  # the next stage has ended
                raise

    async def _speak(self, upstream: trio.MemoryReceiveChannel[NormalizedClause]) -> None:
        timeline, now = self._turn.timeline, self._turn.now
        try:
            async with self._tts.connect_stream() as session, aclosing(self._texts(upstream)) as texts:
                timeline.record(PhraseCommitted(now(), 0, self._tts.bills))
                usage = await session.speak(texts, AudioAndWords(self._accept, self._words))
            if not self._received:
                raise NoAudio("the service gave no audio for this turn")
        except Exception as error:  # raised again: the timeline needs the reason
            timeline.record(PhraseFailed(now(), 0, self._received, f"{type(error).__name__}: {error}"))
            raise
        timeline.record(PhraseComplete(now(), 0, self._received, usage.characters))
        self._done = True
        self._news.give()

    async def _texts(self, upstream: trio.MemoryReceiveChannel[NormalizedClause]) -> AsyncGenerator[str]:
        yield self._first.words
        async for clause in upstream:
            await self._turn.clock.until_backlog_below(self._lead)
            self._turn.timeline.record(PhraseGrew(self._turn.now(), 0, clause.units, clause.end))
            self._times.extend(clause.units)
            if clause.words:
                yield clause.words

    def _words(self, said: Sequence[TimedWord]) -> None:
        if self._times.add(said):
            told, self._told = self._told, len(self._times.ends)
            together = self._tts.format.samples(TOGETHER)
            self._late = self._late or self._times.ends[told] < self._passed_on - together
            begins, ends = self._times.begins[told : self._told], self._times.ends[told:]
            self._turn.timeline.record(WordsTimed(self._turn.now(), 0, tuple(ends), tuple(begins), told, self._late))

    def _accept(self, pcm: bytes) -> None:
        if not pcm:
            return
        if not self._received:
            self._turn.timeline.record(FirstAudio(self._turn.now(), 0))
        samples = len(pcm) // SAMPLE_BYTES
        self._received += samples
        self._turn.clock.supply.receive(self._tts.format.seconds(samples))
        self._parts.append(pcm)
        self._news.give()

    async def _pass_on(self, downstream: trio.MemorySendChannel[AudioChunk]) -> None:
        while self._parts or not self._done:
            if not self._parts:
                await self._news.wait()
                continue
            pcm = self._parts.popleft()
            await downstream.send(AudioChunk(pcm, self._tts.format, self._phrase, self._passed_on))
            self._passed_on += len(pcm) // SAMPLE_BYTES
        await downstream.send(AudioChunk(b"", self._tts.format, self._phrase, self._passed_on, final=True))
