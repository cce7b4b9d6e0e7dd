"""Play one turn: its phrases and the gaps between them, the gate, and the count of what was heard."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Generator
from typing import Protocol

import attrs
import trio

from triolet._model._audio import SAMPLE_BYTES, AudioChunk, AudioFormat
from triolet._model._text import Phrase, SpeechUnit
from triolet.alignment._voicing import AUDIBLE, marked
from triolet.chain._context import TurnContext
from triolet.errors import OutputError
from triolet.playout._deck import Deck
from triolet.playout._edges import MARGIN, PhraseEdges, TrimmedPhrase, WholePhrase
from triolet.playout._gaps import RoomTone
from triolet.playout._positions import Positions
from triolet.turn._events import (
    FirstAudible,
    OutputOpened,
    PhraseHeard,
    PhrasePlaying,
    SoundPlaced,
    Underrun,
    VoicePaused,
)
from triolet.turn._result import TurnResult

SLICE = 0.2
"""The most seconds given to a real-time output at a time, so that the playout clock is never further behind than this. The
Synthesizer gives shorter chunks; a longer one is split. The gate does not depend on it: a flushed output drops what it has."""

SETTLE = 1.0
"""Seconds that an interrupted turn waits for the far end to tell what was heard: a round trip of a telephone call on a bad day. The
LLM has been stopped before."""

EDGE = 0.02
"""Seconds at the end of a phrase by which the loudness of the voice's silence is judged: two periods of a low voice."""

UNSEEN = 0.045
"""Seconds by which a word may be placed off: so much sooner than its picture is sound before anybody notices (ITU-R BT.1359). Devices
count what was heard in blocks of up to 20 ms."""

FIRST_GAP = 0.001
"""Seconds. A shorter silence is a rounding error of the clock, and no underrun."""


@attrs.define(eq=False)
class _Playing:
    """A phrase that has begun to be played."""

    phrase: Phrase
    edges: PhraseEdges
    begun: bool = False
    next_at: float | None = None
    """When the listener hears the samples that follow those played so far, as the timeline has it; None before the first."""

    @property
    def complete(self) -> bool:
        """Whether all of it was given to the output."""
        return self.edges.ended


class TurnPlayout:
    """One turn on an output: plays its chunks in order, and knows which have been heard."""

    def __init__(self, deck: Deck, turn: TurnContext, *, within: TurnPlayout | None = None) -> None:
        """Prepare to play a turn. `within` is the turn in whose silence this one is said, such as a filler's."""
        self._deck = deck
        self._within = within
        self._output = deck.device
        self._turn = turn
        self._listener = turn.clock.listener
        self._base = 0
        self._given = 0
        self._positions = Positions()
        self._unheard: dict[int, _Playing] = {}
        """The phrases that have begun and are not yet reported as heard, in order."""
        self._previous: _Playing | None = None
        self._loudest = 0
        self._tone = RoomTone()
        self._end = b""
        """The last samples played of the previous phrase: `EDGE` seconds, if it has so many."""
        self._wait: tuple[trio.CancelScope, Callable[[], float]] | None = None
        self.heard_by_somebody = trio.CancelScope()
        """Cancelled when the listener is gone."""
        self._gone: OutputError | None = None
        self._audible = False
        self._begun = False
        self._shut = False
        self._finished = False
        self._began = turn.now()
        self._filled_until = -math.inf
        """When a filler that was said in a silence of this turn was last heard."""

    def begin(self) -> None:
        """Note where this turn starts among the output's samples. An output that is not open yet opens with the first chunk."""
        if self._deck.format is None:
            return
        self._begun = True
        self._base = self._output.heard - self._given  # a filler may have been said before
        self._began = self._turn.now()
        self._listener.realtime = self._output.realtime
        self._listener.streamed = self._output.streamed
        self._turn.timeline.record(OutputOpened(self._turn.now(), self._deck.format.sample_rate, self._output.realtime))
        if self._within is None:
            self._output.begin_turn()

    def shut(self) -> None:
        """Shut the gate: the output drops what has not been heard, and gets nothing more of this turn. A plain call."""
        self._shut = True
        self._output.flush()
        self._listener.dry_at = min(self._listener.dry_at, self._turn.now())
        self._deck.tell()

    @property
    def watches(self) -> bool:
        """Whether the output tells that its listener has gone."""
        return self._output.leaves

    async def watch(self, scope: trio.CancelScope) -> None:
        """Wait until the listener is gone, and cancel `heard_by_somebody`; or until the scope is cancelled."""
        with scope:
            try:
                await self._output.failure()
            except OutputError as error:
                self._gone = error
                self.heard_by_somebody.cancel()

    def check(self) -> None:
        """Raise OutputError if the listener is gone."""
        if self._gone is not None:
            raise self._gone

    @property
    def settles(self) -> bool:
        """Whether the output knows only later what was heard before its gate was shut."""
        return self._output.settles and self._begun

    async def settle(self) -> None:
        """Wait until the output knows what was heard before its gate was shut, for `SETTLE` seconds at most, shielded from
        cancellation.
        """
        if self.settles and self._deck.format is not None:
            with trio.move_on_after(SETTLE, shield=True):
                await self._output.settle()

    async def play(self, chunk: AudioChunk) -> None:
        """Play one chunk. If it begins a phrase, play the gap before it first. Waits while the output is full.

        Raises:
            ValueError: its format is not the one that the output was opened for.
        """
        if self._deck.format is None:
            await self._deck.open(chunk.format)
        if not self._begun:
            self.begin()
        expected = self._deck.format
        if chunk.format is not expected and chunk.format != expected:
            raise ValueError(
                f"this chunk has {chunk.format.sample_rate} samples a second, the output was opened for "
                f"{expected.sample_rate if expected else None}; the voices of a turn must agree"
            )
        phrase = self._unheard.get(chunk.phrase.index)
        if phrase is None and chunk.samples:
            self._turn.timeline.record(PhrasePlaying(self._turn.now(), chunk.phrase))
            phrase = self._unheard[chunk.phrase.index] = _Playing(chunk.phrase, self._edges(chunk))
            self._deck.tell()
        if phrase is not None:
            phrase.edges.feed(chunk)
            await self._play(phrase)
            # After the sound, which need not wait for a look at its samples.
            for start, end in phrase.edges.new_pauses():
                self._turn.timeline.record(VoicePaused(self._turn.now(), chunk.phrase.index, start, end))
        self.report()

    async def drain(self) -> None:
        """Wait until the last sample has been heard. The wait is limited to what the output holds and its `patience` more; a pause
        does not count.

        Raises:
            OutputError: the output has not played it by then.
        """
        with self.waiting(lambda: self._turn.now() + self._held_seconds() + self._output.patience) as scope:
            await self._output.drain()
        if scope.cancelled_caught:
            held = "" if self._deck.format is None else f" {self._deck.format.seconds(self._held()):.1f} s of"
            raise OutputError(
                f"the output has stopped: it still holds{held} samples that should have been heard {self._output.patience:g} s ago (patience); "
                "is the device still there?"
            )
        self.report()

    @contextlib.contextmanager
    def waiting(self, until: Callable[[], float]) -> Generator[trio.CancelScope]:
        """Limit the block to the time that `until()` gives, on Trio's clock. A pause suspends the limit; `resume` asks for it
        anew.
        """
        with trio.CancelScope() as scope:
            self._wait = scope, until
            self._set_deadline()
            try:
                yield scope
            finally:
                self._wait = None

    @property
    def ends_at(self) -> float:
        """When the listener will have heard all that was played so far, on Trio's clock. Infinite if there is no complete phrase
        left to report then, or if the output has no clock.
        """
        if not self._output.realtime:
            return math.inf
        waiting = any(phrase.complete for phrase in self._unheard.values())
        return self._listener.dry_at if waiting or self._previous is None else math.inf

    @property
    def silent_since(self) -> float:
        """When the listener has heard, or will have heard, all of this turn so far, on Trio's clock; at first, when it began."""
        return max(self._began, self._listener.dry_at)

    def end_silence(self) -> None:
        """A filler is about to sound. In the middle of a turn, record the silence before it as an underrun."""
        if self._previous is not None:
            self._underrun(self._dry_for())

    def skip(self, other: TurnPlayout) -> None:
        """A filler has been played in a silence of this turn: leave its samples out of the count."""
        if other.given:
            self._given += other.given
            self._filled_until = other.silent_since

    def pause(self) -> None:
        """Stop the sound at this sample. A plain call."""
        self._output.pause()
        self._deck.paused = True
        self._deck.tell()
        self._set_deadline()

    def resume(self) -> None:
        """Go on with the sample after the last one heard. A plain call."""
        self._output.resume()
        self._deck.paused = False
        if self._deck.format is not None:
            self._listener.dry_at = self._dry_at()
            self._place_again()
        self._deck.tell()
        self._set_deadline()

    @property
    def given(self) -> int:
        """Samples given to the output, gaps included. When the gate is shut, only those that were heard."""
        return self._output.heard - self._base if self._shut else self._given

    def finish(self) -> None:
        """Record how much of each phrase was heard, at the end of the turn. A second call does nothing."""
        if self._finished:
            return
        self._finished = True
        self._deck.tell()
        for index, phrase in self._unheard.items():
            if not phrase.edges.passed:  # nothing of it was given to the output
                continue
            heard = self._heard(index)
            whole = phrase.complete and heard >= phrase.edges.passed
            self._turn.timeline.record(PhraseHeard(self._turn.now(), index, heard, whole, phrase.edges.voicing.voiced))
        if self._begun and self._within is None:
            self._output.end_turn()

    async def _play(self, phrase: _Playing) -> None:
        """Play those samples of a phrase of which it is known that they are to be played."""
        edges = phrase.edges
        if phrase.begun:
            await self._go_on(phrase)
        elif edges.beginning_known:
            cut = await self._begin(phrase)
            await self._sound(phrase, edges.take(), cut)
        if phrase.begun and edges.ended:
            cut = edges.cut_end()
            self._positions.cut(cut)
            self._taken(cut, dry_at=self._listener.dry_at)
            if not self._shut:
                await self._output.end_phrase()

    async def _begin(self, phrase: _Playing) -> int:
        """Play what is missing of the gap before a phrase. Return how many of its first samples are cut.

        The silence that the voice leaves at both ends counts towards the gap, and so does the time for which the output has
        been dry.
        """
        assert self._deck.format is not None
        seconds = self._deck.format.seconds
        before, edges = self._previous, phrase.edges
        if before is None and self._within is not None:
            self._within.end_silence()
        planned, gap = phrase.phrase.break_before, self._dry_for()
        if before is not None:
            planned += self._deck.gaps.between(before.phrase, phrase.phrase) - seconds(before.edges.trailing)
        cut = edges.cut_beginning(keep=self._deck.format.samples(max(0.0, planned - gap)))
        if before is not None:
            planned = max(0.0, planned - seconds(edges.leading - cut))
            self._underrun(gap - planned)
        phrase.begun, self._previous = True, phrase
        if planned > gap:
            self._match_tone(before)
            await self._write(self._tone.pcm(self._deck.format.samples(planned - gap)))
        self._output.begin_phrase(phrase.phrase)
        return cut

    def _match_tone(self, before: _Playing | None) -> None:
        """Let the gap sound like the end of the previous phrase, if the voice was silent there."""
        silent = before is not None and before.edges.trailing >= len(self._end) // SAMPLE_BYTES
        self._tone.match(self._end if silent else b"")

    async def _go_on(self, phrase: _Playing) -> None:
        assert self._deck.format is not None
        gap = self._dry_for()
        cut = phrase.edges.cut_late(self._deck.format.samples(gap)) if gap else 0
        pcm = phrase.edges.take()
        if pcm:
            self._underrun(gap - self._deck.format.seconds(cut))
        await self._sound(phrase, pcm, cut)

    async def _sound(self, phrase: _Playing, pcm: bytes, cut: int) -> None:
        """Play samples of a phrase. `cut` samples before them are not played."""
        assert self._deck.format is not None
        if not self._audible:
            self._note_audible(pcm, self._deck.format)
        self._taken(cut, dry_at=self._listener.dry_at)
        step = self._deck.format.samples(SLICE) * SAMPLE_BYTES
        sample = phrase.edges.passed - len(pcm) // SAMPLE_BYTES
        if not self._output.realtime or len(pcm) <= step:
            await self._give(phrase, pcm, cut, sample)
        else:
            for at in range(0, len(pcm), step):
                await self._give(phrase, pcm[at : at + step], cut if at == 0 else 0, sample + at // SAMPLE_BYTES)
        edge = self._deck.format.samples(EDGE) * SAMPLE_BYTES
        self._end = (pcm if len(pcm) >= edge else self._end + pcm)[-edge:]

    async def _give(self, phrase: _Playing, pcm: bytes, cut: int, sample: int) -> None:
        """Give samples of a phrase to the output: those from `sample` on, of which it has been given all before, or they were cut."""
        samples = len(pcm) // SAMPLE_BYTES
        if samples:
            self._place(phrase, sample, samples)
            self._positions.play(phrase.phrase.index, self._given, samples, cut=cut, sample=sample)
            await self._write(pcm)
            self._taken(samples, dry_at=self._dry_at())

    def _place(self, phrase: _Playing, sample: int, samples: int) -> None:
        """Record when the listener hears these samples, if that does not follow from what was recorded before."""
        assert self._deck.format is not None
        seconds, listener = self._deck.format.seconds, self._listener
        if phrase.next_at is None:
            at = self._dry_at() + self._output.other_after if self._output.realtime else seconds(self._given)
        elif self._output.realtime:
            at = max(listener.dry_at, self._turn.now()) + self._output.other_after
        else:
            at = phrase.next_at
        if phrase.next_at is None or abs(at - phrase.next_at) > UNSEEN:
            self._turn.timeline.record(SoundPlaced(self._turn.now(), phrase.phrase.index, sample, at))
            phrase.next_at = at
        phrase.next_at += seconds(samples)

    def _place_again(self) -> None:
        """A pause has ended: record when the listener hears what the output has held meanwhile."""
        if not self._output.realtime or self._deck.format is None:
            return
        now, seconds, before_all = self._turn.now(), self._deck.format.seconds, self._output.other_before
        for index, sample, before, samples in self._positions.ahead(self._output.heard - self._base):
            phrase = self._unheard.get(index)
            if phrase is not None:
                at = now + before_all + seconds(before)
                self._turn.timeline.record(SoundPlaced(now, index, sample, at))
                phrase.next_at = at + seconds(samples)

    def _taken(self, samples: int, *, dry_at: float) -> None:
        assert self._deck.format is not None
        if samples:
            self._listener.take(self._deck.format.seconds(samples), dry_at=dry_at)

    async def _write(self, pcm: bytes) -> None:
        if self._shut:
            await trio.lowlevel.checkpoint()  # the turn is cancelled right after its gate is shut: it raises here
            raise RuntimeError("the gate of this turn is shut")
        self._given += len(pcm) // SAMPLE_BYTES
        await self._output.play(pcm)

    def _edges(self, chunk: AudioChunk) -> PhraseEdges:
        if self._previous is not None:
            self._loudest = max(self._loudest, self._previous.edges.voicing.loudest)
        if not self._deck.trim:
            return WholePhrase(chunk, loudest=self._loudest)
        trailing = self._deck.gaps.least_after(chunk.phrase) - MARGIN
        return TrimmedPhrase(chunk, loudest=self._loudest, trailing=trailing)

    def _set_deadline(self) -> None:
        if self._wait is not None:
            scope, until = self._wait
            scope.deadline = math.inf if self._deck.paused else until()

    def _held(self) -> int:
        """Samples given to the output that have not been heard."""
        return max(0, self._base + self._given - self._output.heard)

    def _held_seconds(self) -> float:
        return 0.0 if self._deck.format is None else self._deck.format.seconds(self._held()) + self._output.other_before

    def _dry_at(self) -> float:
        return self._turn.now() + self._held_seconds()

    def _dry_for(self) -> float:
        """Seconds for which the output has been dry: it has played all it was given, and the listener hears nothing."""
        if not self._output.realtime or not self._given:
            return 0.0
        late = self._turn.now() - self._listener.dry_at
        return (0.0 if late <= 0 or self._held() else late) + self._output.other_after

    def _underrun(self, seconds: float) -> None:
        """Record that so many seconds of unplanned silence end now. Only the time after the last filler counts."""
        seconds = min(seconds, self._turn.now() - self._filled_until)
        if seconds > FIRST_GAP:
            self._turn.timeline.record(Underrun(self._turn.now() - seconds, seconds))

    def _note_audible(self, pcm: bytes, audio: AudioFormat) -> None:
        at = marked(AUDIBLE, pcm[1::SAMPLE_BYTES], pcm[::SAMPLE_BYTES]).find(1)
        if at >= 0:
            self._audible = True
            delay = audio.seconds(self._held() + at) + self._output.other_before + self._output.other_after
            self._turn.timeline.record(FirstAudible(self._turn.now() + (delay if self._output.realtime else 0.0)))

    def _heard(self, phrase: int) -> int:
        """How many samples of a phrase have been heard."""
        return self._positions.heard(phrase, self._output.heard - self._base)

    @property
    def result_now(self) -> TurnResult:
        """The result so far, with what has been heard by now of phrases that are not yet recorded as heard."""
        now = self._turn.now()
        return self._turn.timeline.result_with(
            PhraseHeard(now, index, self._heard(index), whole=False, voiced=phrase.edges.voicing.voiced)
            for index, phrase in self._unheard.items()
            if phrase.edges.passed
        )

    @property
    def silenced(self) -> bool:
        """Whether its gate is shut: nothing more of it is heard."""
        return self._shut

    @property
    def paused(self) -> bool:
        """Whether playback is paused."""
        return self._deck.paused

    @property
    def sounding(self) -> tuple[Phrase, int] | None:
        """The last phrase of which a sample has been heard, and how many have; None: none that is not reported yet."""
        found: tuple[Phrase, int] | None = None
        for index, playing in self._unheard.items():
            heard = self._heard(index)
            if not heard:
                break
            found = playing.phrase, heard
        return found

    @property
    def coming(self) -> bool:
        """Whether the output holds the beginning of a phrase of which nothing has been heard."""
        return any(playing.begun and not self._heard(index) for index, playing in self._unheard.items())

    def unit_times(self, index: int) -> tuple[tuple[SpeechUnit, int, int, bool], ...]:
        """The units of a phrase that is being played, and the samples that say them; see `Timeline.unit_times`."""
        return self._turn.timeline.unit_times(index, self._unheard[index].edges.voicing.voiced)

    def seconds(self, samples: int) -> float:
        """How long so many samples of the output sound; 0 before it is open."""
        return 0.0 if self._deck.format is None else self._deck.format.seconds(samples)

    def report(self) -> None:
        """Record each phrase whose last sample has been heard by now."""
        while self._unheard:
            index, phrase = next(iter(self._unheard.items()))
            if not (phrase.complete and phrase.edges.passed) or self._heard(index) < phrase.edges.passed:
                break
            del self._unheard[index]
            self._positions.forget(index)
            self._turn.timeline.record(
                PhraseHeard(
                    self._turn.now(), index, phrase.edges.passed, whole=True, voiced=phrase.edges.voicing.voiced
                )
            )


class Interlude(Protocol):
    """Something to be said once while the turn is silent, such as a filler."""

    after: float
    """Seconds of silence before it."""
    said: bool
    """Whether it has been said, or begun."""

    async def say(self, within: TurnPlayout) -> None:
        """Say it to its end, in a silence of the turn `within`. It calls `within.skip` when it has ended."""
        ...


async def play_all(
    upstream: trio.MemoryReceiveChannel[AudioChunk], playing: TurnPlayout, interlude: Interlude | None = None
) -> None:
    """Play every chunk in order, then wait until the last one has been heard."""
    with contextlib.suppress(trio.EndOfChannel):
        while True:
            try:
                chunk = upstream.receive_nowait()  # the usual case, where the listener is behind
            except trio.WouldBlock:
                chunk = None  # while nothing comes, the samples before are not kept; nor do we wait below this error
            await playing.play(chunk or await _next_chunk(upstream, playing, interlude))
    await playing.drain()


async def _next_chunk(
    upstream: trio.MemoryReceiveChannel[AudioChunk], playing: TurnPlayout, interlude: Interlude | None
) -> AudioChunk:
    """Wait for a chunk. The time-outs are around our own channel only, so they cut neither what plays nor the source."""
    if interlude is None and math.isinf(playing.ends_at):
        return await upstream.receive()
    with playing.waiting(lambda: playing.ends_at):
        return await upstream.receive()
    playing.report()  # the last phrase so far has just been heard whole: record it now, not with the next chunk
    if interlude is not None and not interlude.said:
        after = interlude.after
        with playing.waiting(lambda: playing.silent_since + after):
            return await upstream.receive()
        await interlude.say(playing)
    return await upstream.receive()
