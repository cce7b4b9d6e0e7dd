"""Playing a turn: pauses, joins, the gate, and the count of what was heard."""

from __future__ import annotations

import contextlib
import math
import sys
from array import array
from typing import Protocol

import attrs
import trio

from triolet._audio import SAMPLE_BYTES, AudioChunk, AudioFormat
from triolet._output import Output
from triolet._text import Boundary, Kind, Phrase
from triolet._timeline import FirstAudible, OutputOpened, PhraseHeard, PhrasePlaying, Underrun
from triolet._turn import Turn
from triolet._voicing import AUDIBLE, VoiceDetector

SLICE = 0.02
"""Seconds handed to a real-time output at a time: no more than this can pass a gate that shuts in the meantime."""

CLOSE_OUTPUT = 2.0
"""Seconds that an output has to give its device or file back; what does not in that time never will."""

FIRST_GAP = 0.001
"""Silences shorter than this are the clock's rounding."""


@attrs.frozen(kw_only=True)
class Pauses:
    """Seconds of silence between two phrases, by what lies between them. The longest that applies is taken.

    They are what is heard: silence that the voice itself leaves at the end of a phrase and at the beginning of the next counts.
    Readers pause for about 0.4 s between sentences and twice as long between paragraphs. At a comma a synthetic voice makes
    0.36 s by itself (hibari, median of 71).
    """

    clause: float = attrs.field(default=0.35, validator=attrs.validators.ge(0))
    sentence: float = attrs.field(default=0.4, validator=attrs.validators.ge(0))
    list_item: float = attrs.field(default=0.45, validator=attrs.validators.ge(0))
    heading: float = attrs.field(default=0.6, validator=attrs.validators.ge(0))
    paragraph: float = attrs.field(default=0.7, validator=attrs.validators.ge(0))

    def between(self, before: Phrase, after: Phrase) -> float:
        """The silence to leave between two neighbouring phrases."""
        pause = self.clause
        if max(before.boundary, after.opening) >= Boundary.LINE:
            pause = self.sentence
        if Kind.LIST_ITEM in (before.kind, after.kind) and pause >= self.sentence:
            pause = max(pause, self.list_item)
        if before.kind is Kind.HEADING or after.kind is Kind.HEADING:
            pause = max(pause, self.heading)
        if after.opening >= Boundary.PARAGRAPH:
            pause = max(pause, self.paragraph)
        return pause


class Playout:
    """An output and how to play on it."""

    def __init__(self, output: Output, *, pauses: Pauses | None = None) -> None:
        self.output = output
        self.pauses = pauses or Pauses()
        self.format: AudioFormat | None = None
        """What the output was opened for; None while it is closed."""

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the output.

        Raises:
            OutputError: it cannot be had.
        """
        await self.output.open(format)
        self.format = format

    async def close(self) -> None:
        """Close the output, shielded and bounded; what was not heard is dropped."""
        self.format = None
        await self.output.close()


@attrs.define
class _Span:
    """Where in the output's samples a run of one phrase's samples lies."""

    start: int
    phrase: int
    samples: int


@attrs.define
class _PhraseCount:
    detector: VoiceDetector
    given: int = 0
    complete: bool = False
    reported: bool = False


class TurnPlayout:
    """One turn on an output: plays its chunks in order, and knows which have been heard."""

    def __init__(self, playout: Playout, turn: Turn) -> None:
        self._playout = playout
        self._output = playout.output
        self._turn = turn
        self._base = 0
        self._given = 0
        self._spans: list[_Span] = []
        self._counts: dict[int, _PhraseCount] = {}
        self._previous: Phrase | None = None
        self._audible = False
        self._shut = False
        self._finished = False
        self._began = turn.now()

    def begin(self) -> None:
        """Note where this turn starts on the output. If that is not open yet, it opens with the first chunk."""
        if self._playout.format is None:
            return
        self._base = self._output.heard
        self._began = self._turn.now()
        self._turn.clock.realtime = self._output.realtime
        self._turn.timeline.record(
            OutputOpened(self._turn.now(), self._playout.format.sample_rate, self._output.realtime)
        )

    def shut(self) -> None:
        """Shut the gate: the output drops what has not been heard, and takes nothing more of this turn. A plain call.

        A pause ends with the turn that was paused: nobody could end it later, and the next turn would be silent for ever.
        """
        self._shut = True
        self._output.flush()
        self._output.resume()

    async def play(self, chunk: AudioChunk) -> None:
        """Play one chunk, after the pause that it asks for if it begins a phrase. Waits while the output is full.

        Raises:
            ValueError: its format is not the one that the output was opened for.
        """
        if self._playout.format is None:
            await self._playout.open(chunk.format)
            self.begin()
        expected = self._playout.format
        if chunk.format != expected:
            raise ValueError(
                f"this chunk has {chunk.format.sample_rate} samples a second, the output was opened for "
                f"{expected.sample_rate if expected else None}; put a resampling stage before the output"
            )
        count = self._counts.get(chunk.phrase.index)
        if count is None and chunk.samples:
            self._turn.timeline.record(PhrasePlaying(self._turn.now(), chunk.phrase))
            begun = self._detector(chunk)
            begun.feed(chunk.pcm)
            await self._pause(chunk.phrase, begun.voiced.leading / chunk.format.sample_rate)
            count = self._counts[chunk.phrase.index] = _PhraseCount(self._detector(chunk))
            self._previous = chunk.phrase
        if chunk.samples and count is not None:
            await self._sound(chunk, count)
        if chunk.final and count is not None:
            count.complete = True
        self.report()

    async def drain(self) -> None:
        """Wait until the last sample has been heard."""
        await self._output.drain()
        self.report()

    @property
    def ends_at(self) -> float:
        """When the listener will have heard all that was played (in Trio's time); infinite if that is reported already, or
        if a phrase is incomplete, or if nobody listens.
        """
        if not self._output.realtime:
            return math.inf
        waiting = any(count.complete and not count.reported for count in self._counts.values())
        return self._turn.clock.dry_at if waiting or not self._counts else math.inf

    @property
    def silent_since(self) -> float:
        """When the listener heard the last of this turn so far, or will (in Trio's time); its beginning if nothing yet."""
        return max(self._began, self._turn.clock.dry_at)

    def skip(self, samples: int) -> None:
        """So many samples of something else have been played meanwhile."""
        self._given += samples

    def pause(self) -> None:
        """Stop sounding, at this sample. A plain call."""
        self._output.pause()

    def resume(self) -> None:
        """Go on with the sample after the last one heard. A plain call."""
        self._output.resume()
        if self._playout.format is not None:
            self._turn.clock.dry_at = self._dry_at()

    @property
    def given(self) -> int:
        """Samples given to the output, pauses included."""
        return self._given

    def finish(self) -> None:
        """Record how much of each phrase was heard. The turn is over for the output; a second call does nothing."""
        if self._finished:
            return
        self._finished = True
        for index, heard in self._heard().items():
            count = self._counts[index]
            if not count.reported:
                whole = count.complete and heard >= count.given
                self._turn.timeline.record(PhraseHeard(self._turn.now(), index, heard, whole, count.detector.voiced))

    async def _pause(self, phrase: Phrase, leading: float) -> None:
        """Leave what is missing of the silence before a phrase; an output that has run dry has been silent already, and the
        voice leaves silence at both ends.
        """
        planned = phrase.pause
        if self._previous is not None:
            planned += self._playout.pauses.between(self._previous, phrase)
            planned = max(0.0, planned - leading - self._trailing(self._previous))
        gap = self._dry_for()
        if self._previous is not None and gap > planned + FIRST_GAP:
            self._underrun(gap - planned)
        missing = planned - gap
        if missing > 0:
            assert self._playout.format is not None
            await self._write(self._playout.format.silence(missing))

    async def _sound(self, chunk: AudioChunk, count: _PhraseCount) -> None:
        count.detector.feed(chunk.pcm)
        gap = self._dry_for()
        if count.given and gap > FIRST_GAP:
            self._underrun(gap)
        if not self._spans or self._spans[-1].phrase != chunk.phrase.index or self._end_of_last() != self._given:
            self._spans.append(_Span(self._given, chunk.phrase.index, 0))
        if not self._audible:
            self._note_audible(chunk)
        step = round(SLICE * chunk.format.sample_rate) * SAMPLE_BYTES if self._output.realtime else len(chunk.pcm)
        for at in range(0, len(chunk.pcm), step):
            part = chunk.pcm[at : at + step]
            samples = len(part) // SAMPLE_BYTES
            self._spans[-1].samples += samples
            count.given += samples
            await self._write(part)
            self._turn.clock.taken(chunk.format.seconds(samples), dry_at=self._dry_at())
            self.report()

    async def _write(self, pcm: bytes) -> None:
        if self._shut:
            await trio.lowlevel.checkpoint()  # who shuts the gate cancels the turn: that arrives here
            raise RuntimeError("the gate of this turn is shut")
        self._given += len(pcm) // SAMPLE_BYTES
        await self._output.play(pcm)

    def _detector(self, chunk: AudioChunk) -> VoiceDetector:
        loudest = max((count.detector.loudest for count in self._counts.values()), default=0)
        return VoiceDetector(chunk.format.sample_rate, loudest=loudest)

    def _trailing(self, phrase: Phrase) -> float:
        """Seconds of silence at the end of a phrase."""
        assert self._playout.format is not None
        return self._playout.format.seconds(self._counts[phrase.index].detector.voiced.trailing)

    def _end_of_last(self) -> int:
        return self._spans[-1].start + self._spans[-1].samples

    def _held(self) -> int:
        """Samples given to the output and not heard."""
        return max(0, self._base + self._given - self._output.heard)

    def _dry_at(self) -> float:
        assert self._playout.format is not None
        return self._turn.now() + self._playout.format.seconds(self._held())

    def _dry_for(self) -> float:
        """For how long the listener has heard nothing, the output having run dry."""
        if not self._output.realtime or self._held() or not self._given:
            return 0.0
        return max(0.0, self._turn.now() - self._turn.clock.dry_at)

    def _underrun(self, seconds: float) -> None:
        self._turn.timeline.record(Underrun(self._turn.now() - seconds, seconds))

    def _note_audible(self, chunk: AudioChunk) -> None:
        samples = array("h", chunk.pcm)
        if sys.byteorder == "big":
            samples.byteswap()
        at = next((at for at, sample in enumerate(samples) if abs(sample) >= AUDIBLE), None)
        if at is not None:
            self._audible = True
            now = self._turn.now()
            delay = chunk.format.seconds(self._held() + at) if self._output.realtime else 0.0
            self._turn.timeline.record(FirstAudible(now + delay))

    def _heard(self) -> dict[int, int]:
        """How many samples of each phrase have been heard."""
        position = self._output.heard - self._base
        heard: dict[int, int] = {}
        for span in self._spans:
            heard[span.phrase] = heard.get(span.phrase, 0) + min(span.samples, max(0, position - span.start))
        return heard

    def report(self) -> None:
        """Record the phrases whose last sample has been heard by now."""
        waiting = [index for index, count in self._counts.items() if count.complete and not count.reported]
        if not waiting:
            return
        heard = self._heard()
        for index in waiting:
            count = self._counts[index]
            if heard.get(index, 0) >= count.given:
                count.reported = True
                voiced = count.detector.voiced
                self._turn.timeline.record(PhraseHeard(self._turn.now(), index, count.given, whole=True, voiced=voiced))


class Interlude(Protocol):
    """Something to be said once while the turn is silent."""

    after: float
    """Seconds of silence before it."""
    said: bool

    async def say(self) -> int:
        """Say it, to its end; give how many samples the output took."""
        ...


async def play_all(
    upstream: trio.MemoryReceiveChannel[AudioChunk], playing: TurnPlayout, interlude: Interlude | None = None
) -> None:
    """Play every chunk in order, then wait until the last one has been heard."""
    with contextlib.suppress(trio.EndOfChannel):
        while True:
            await playing.play(await _next_chunk(upstream, playing, interlude))
    await playing.drain()


async def _next_chunk(
    upstream: trio.MemoryReceiveChannel[AudioChunk], playing: TurnPlayout, interlude: Interlude | None
) -> AudioChunk:
    """Wait for a chunk. Time-outs are around our own channel only: what plays is not cut, nor is the source."""
    with trio.move_on_at(playing.ends_at):
        return await upstream.receive()
    playing.report()  # the last phrase so far has just been heard whole: say so while nothing else comes
    if interlude is not None and not interlude.said:
        with trio.move_on_at(playing.silent_since + interlude.after):
            return await upstream.receive()
        playing.skip(await interlude.say())
    return await upstream.receive()
