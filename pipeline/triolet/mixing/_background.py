"""An output with a background under the speech."""

from __future__ import annotations

import math
from typing import Literal

import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet._model._text import Phrase
from triolet._tools._signal import Signal
from triolet.mixing._bed import Bed, Loop
from triolet.mixing._core import Mixture
from triolet.mixing._ducking import Ducking
from triolet.playout._contract import Device
from triolet.playout._output import Output
from triolet.playout._turn_playout import SETTLE

AHEAD = 0.06
"""Seconds of background without speech that an output is given in advance: three frames of 20 ms. The first word of a phrase waits for so
much, since it comes behind them; with less, an event loop that is late by 40 ms leaves a hole."""

STEP = 0.02
"""Seconds of background that are made at a time, while nobody speaks: a frame of telephony, for 50 wake-ups a second."""

SOON = 0.005
"""Seconds after which it looks again whether the last sample has been heard, where that is later than it should be."""


class Background(Output):
    """An output with a background: `speech(tts) | Background(Loudspeaker(), bed)`.

    The background plays while nobody speaks, also in the gaps between phrases and before the first word, and makes way for speech
    (`Ducking`). It goes on after an interruption, and stops with a pause. `heard` counts the samples of the voice alone, exactly.

    An output without a clock, such as a file, gets the background under speech and gaps, and no more samples than without it.

    Where speech and background together would be clipped, the background gives way. Leave it room with `LoudnessNormalizer`.

    It takes numpy: `pip install "triolet[audio]"`.
    """

    def __init__(
        self,
        output: Device,
        bed: Bed,
        *,
        ducking: Ducking | None = None,
        during: Literal["conversation", "turns"] = "conversation",
        on: bool = True,
        ahead: float = AHEAD,
    ) -> None:
        """Play on `output`, over a background.

        Args:
            output: the device, the file, the far end.
            bed: the sound of the background.
            ducking: how it makes way for speech; `Ducking()` by default, 20 dB. `Ducking(depth=math.inf)` stops it under speech.
            during: "conversation", the default: from when the output is opened to when it is closed. "turns": only while a turn is said: from
                `say` on, before the first word comes, to the last; a keyboard that is heard while the LLM thinks.
            on: whether it plays from the beginning; True by default. Otherwise it waits for `start()`.
            ahead: seconds of background that the output is given in advance while nobody speaks; 0.06 by default (`AHEAD`).

        Raises:
            ValueError: `ahead` is not above 0, or `during` is neither.
        """
        if ahead <= 0:
            raise ValueError(f"ahead is {ahead}; it must be above 0")
        if during not in ("conversation", "turns"):
            raise ValueError(f"during is {during!r}; it must be 'conversation' or 'turns'")
        self._device = output
        self._bed = bed
        self._ducking = ducking or Ducking()
        self._throughout = during == "conversation"
        self._on = on
        self._ahead = ahead
        self._changed = Signal()
        self._lock = trio.Lock()
        self._loop: Loop | None = None
        self._mix: Mixture | None = None
        self._rate = 0
        self._open = False
        self._alone = trio.CancelScope()
        self._ends_at = -math.inf  # when by the clock all samples will have been heard
        self._rest = 0.0  # how long that was from a pause on
        self._flushes = 0
        self._cut = False  # whether what follows is no continuation of what was played
        self._lost = False  # whether it is not known how much of it was accepted
        self._unsettled_until = -math.inf
        self._paused = self._draining = self._failed = self._turn = False
        self._about()

    def start(self) -> None:
        """Let the background play. It rises in `Ducking.release` seconds. A plain call."""
        self._on = True
        self._changed.give()

    def stop(self) -> None:
        """Let the background be silent, until `start()`. It falls in `Ducking.attack` seconds. A plain call."""
        self._on = False
        self._changed.give()

    @property
    def heard(self) -> int:
        """Samples of the voice that have been heard."""
        return 0 if self._mix is None else self._mix.heard(self._device.heard)

    @property
    def other_before(self) -> float:
        """Seconds of background that are heard before the last sample of the voice."""
        return self._others()[0] / self._rate if self._rate else 0.0

    @property
    def other_after(self) -> float:
        """Seconds of background that are heard before the next sample of the voice."""
        return self._others()[1] / self._rate if self._rate else 0.0

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the output.

        Raises:
            OutputError: the output cannot be opened; or numpy is missing.
            RuntimeError: it is open already.
        """
        loop = self._loop
        if loop is None or loop.rate != format.sample_rate:
            loop = Loop(self._bed, format.sample_rate)
        await self._device.open(format)
        self._loop, self._rate = loop, format.sample_rate
        self._mix = Mixture(loop, self._ducking)
        self._ends_at = self._unsettled_until = -math.inf
        self._cut = self._lost = self._paused = self._failed = self._turn = False
        self._alone = trio.CancelScope()
        self._about()
        self._open = True

    async def run(self) -> None:
        """Do the work of the output, and play the background while nobody speaks."""
        if not self.realtime:
            await self._device.run()
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._play_alone)
            await self._device.run()

    async def play(self, pcm: bytes) -> None:
        """Play samples of the voice, with the background under them."""
        mix = self._mix
        if mix is None or not self._open or len(pcm) % SAMPLE_BYTES:
            await self._device.play(pcm)
            return
        flushes = self._flushes
        async with self._lock:
            if flushes != self._flushes:
                return
            if self._failed:
                self._failed = False
                self._changed.give()
            await self._catch_up(mix)
            await self._give(mix.add_voice(pcm, wanted=self._wanted))

    async def drain(self) -> None:
        """Wait until the last sample of the voice has been heard. The background goes on."""
        mix = self._mix
        if mix is not None and self._lost:
            async with self._lock:
                await self._catch_up(mix)
        await trio.lowlevel.checkpoint()
        while mix is not None and self._sounds and not self._cut:
            left = mix.voice - self.heard
            if left <= 0:
                return
            seconds = math.inf if self._paused else max(SOON, left / self._rate + self.other_before)
            with trio.move_on_after(seconds):
                await self._changed.wait()
        self._draining = True
        try:
            await self._device.drain()
        finally:
            self._draining = False
            self._changed.give()

    def flush(self) -> None:
        """Drop all samples that have not been heard. The background goes on with the sample after the last one heard."""
        self._device.flush()
        self._flushes += 1
        self._cut = True
        self._ends_at = -math.inf
        self._unsettled_until = trio.current_time() + SETTLE if self._open and self.settles else -math.inf
        self._changed.give()

    def pause(self) -> None:
        """Stop the sound, the background too."""
        self._device.pause()
        if not self._paused and self._open:
            self._paused = True
            self._rest = max(0.0, self._ends_at - trio.current_time())

    def resume(self) -> None:
        """Go on with the sample after the last one heard."""
        self._device.resume()
        if self._paused:
            self._paused = False
            self._ends_at = trio.current_time() + self._rest
            self._changed.give()

    async def failure(self) -> None:
        """Wait until the listener is gone."""
        await self._device.failure()

    def begin_turn(self) -> None:
        """A turn has begun: a background for turns plays from now on."""
        self._device.begin_turn()
        self._turn = True
        if self._mix is not None:
            self._mix.envelope.begin_turn()
        self._changed.give()

    def end_turn(self) -> None:
        """A turn has ended: a background for turns is silent from now on."""
        self._device.end_turn()
        self._turn = False
        self._changed.give()

    def begin_phrase(self, phrase: Phrase) -> None:
        """Speech begins with the next sample: the background goes down."""
        if self._mix is not None:
            self._mix.envelope.awaits = True
        self._device.begin_phrase(phrase)

    async def end_phrase(self) -> None:
        """Tell the output."""
        if self._mix is not None:
            self._mix.envelope.awaits = False
        await self._device.end_phrase()

    async def settle(self) -> None:
        """Wait until the output knows what was heard. The background goes on then."""
        try:
            await self._device.settle()
        finally:
            self._unsettled_until = -math.inf
            self._changed.give()

    async def close(self) -> None:
        """Close the output. `heard` keeps its value."""
        self._open = False
        self._alone.cancel()
        await self._device.close()

    async def _play_alone(self) -> None:
        """Keep the output supplied with background, `ahead` of the clock, until it is closed."""
        with self._alone:
            while self._open and self._mix is not None:
                due = self._due()
                if due > trio.current_time():
                    with trio.move_on_at(due):
                        await self._changed.wait()
                    continue
                async with self._lock:
                    if self._due() <= trio.current_time():
                        await self._catch_up(self._mix)
                        try:
                            await self._give(self._mix.add_alone(round(STEP * self._rate), wanted=self._wanted))
                        except Exception:  # noqa: BLE001 -- the output raises it again when the voice plays, where it can be handled
                            self._failed = True
                            self._changed.give()

    def _due(self) -> float:
        """When the output needs more background, as far as is known now."""
        if not self._sounds or self._paused or self._draining:
            return math.inf
        return max(self._unsettled_until, self._ends_at - self._ahead + STEP)

    @property
    def _wanted(self) -> bool:
        """Whether the background is to play now."""
        return self._on and (self._throughout or self._turn)

    @property
    def _sounds(self) -> bool:
        """Whether the background plays on while nobody speaks."""
        if self._mix is None or not self._open or not self.realtime or self._failed:
            return False
        return self._wanted or self._mix.envelope.gain > 0

    async def _catch_up(self, mix: Mixture) -> None:
        """Find out how much of the sound so far is heard, where some of it was dropped: it goes on from there. Call it with the lock held."""
        if self._lost:
            await self._device.drain()
            self._ends_at = -math.inf
        if self._cut or self._lost:
            mix.cut(self._device.heard)
            self._cut = self._lost = False

    async def _give(self, pcm: bytes) -> None:
        self._ends_at = max(self._ends_at, trio.current_time()) + len(pcm) / SAMPLE_BYTES / self._rate
        try:
            await self._device.play(pcm)
        except BaseException:  # raised again: it is not known how much of it was accepted
            self._lost = True
            raise

    def _others(self) -> tuple[int, int]:
        """Samples of the background before the last one of the voice, and after it."""
        return (0, 0) if self._cut or self._mix is None else self._mix.others(self._device.heard)

    def _about(self) -> None:
        """What is known of the output; some of it only when it is open."""
        device = self._device
        self.realtime, self.streamed, self.rates = device.realtime, device.streamed, device.rates
        self.settles, self.leaves, self.patience = device.settles, device.leaves, device.patience
