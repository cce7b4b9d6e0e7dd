"""How a background makes way for speech."""

from __future__ import annotations

import importlib
from typing import Any

import attrs

from triolet.alignment._voicing import AUDIBLE


@attrs.frozen(kw_only=True)
class Ducking:
    """How a background makes way for speech, and comes back."""

    depth: float = attrs.field(default=20.0, validator=attrs.validators.ge(0))
    """Decibels by which it is softer under speech, 20 by default: so much lower than the speech is what WCAG 2.2 asks of a background (1.4.7), for
    people who are hard of hearing; and a background is seldom louder than speech. `math.inf` stops it under speech; 0 leaves it as it is."""
    attack: float = attrs.field(default=0.05, validator=attrs.validators.gt(0))
    """Seconds in which it goes from its full height to silence, in a straight line; it goes down from the first sample of a phrase on. 0.05 by default: most voices begin with as much silence, and a
    faster fall is heard as a click."""
    release: float = attrs.field(default=0.5, validator=attrs.validators.gt(0))
    """Seconds in which it goes from silence to its full height: when it comes back, and when it begins. 0.5 by default: a rise that draws no attention."""
    hold: float = attrs.field(default=0.8, validator=attrs.validators.ge(0))
    """Seconds after speech before it comes back. 0.8 by default: longer than the longest pause between two phrases (`PhraseGaps.paragraph`, 0.7),
    so that it does not swell between sentences."""


class Envelope:
    """The gain of a background, sample by sample, as straight lines. It does not depend on how the samples are cut."""

    def __init__(self, ducking: Ducking, rate: int) -> None:
        """For sound of `rate` samples a second. Needs numpy."""
        self._numpy: Any = importlib.import_module("numpy")
        self._low = 10 ** (-ducking.depth / 20)
        self._hold = round(ducking.hold * rate)
        self._fall = 1 / (ducking.attack * rate)
        self._rise = 1 / (ducking.release * rate)
        self.gain = 0.0
        """Of the last sample."""
        self.awaits = False
        """Whether a phrase has begun that is not audible yet."""
        self._quiet = self._hold  # samples since the last audible one

    def begin_turn(self) -> None:
        """Nothing has been said: nothing holds it down."""
        self._quiet = self._hold

    def under(self, voice: Any, *, wanted: bool) -> Any:
        """The gains under so many samples of the voice, silent ones among them. `wanted`: whether the
        background plays at all.
        """
        numpy, count = self._numpy, len(voice)
        audible = numpy.flatnonzero(numpy.abs(voice.astype("i4")) >= AUDIBLE)
        held = self._hold - self._quiet  # samples from here on in which it is still held down
        if len(audible):
            breaks = numpy.flatnonzero(numpy.diff(audible) > self._hold)
            firsts = [int(audible[0]), *audible[breaks + 1].tolist()]
            lasts = [*audible[breaks].tolist(), int(audible[-1])]
            self._quiet = min(self._hold, count - 1 - lasts[-1])
        else:
            firsts, lasts = [], []
            self._quiet = 0 if self.awaits else min(self._hold, self._quiet + count)
        if self.awaits:
            held = max(held, firsts[0] if firsts else count)
            self.awaits = not firsts
        stretches: list[tuple[int, bool]] = []
        for first, last in zip(firsts, lasts, strict=True):
            if first > held:
                stretches += [(held, True), (first, False)]
            held = last + 1 + self._hold
        return self._along([*stretches, (min(held, count), True), (count, False)], wanted=wanted)

    def alone(self, count: int, *, wanted: bool) -> Any:
        """The gains of so many samples without the voice."""
        held = min(count, self._hold - self._quiet)
        self._quiet = min(self._hold, self._quiet + count)
        return self._along([(held, True), (count, False)], wanted=wanted)

    def _along(self, stretches: list[tuple[int, bool]], *, wanted: bool) -> Any:
        """The gains of stretches, by where they end and whether the voice holds it down there."""
        parts: list[Any] = []
        at = 0
        for end, held in stretches:
            if end > at:
                parts.append(self._towards(0.0 if not wanted else self._low if held else 1.0, end - at))
                at = end
        return self._numpy.concatenate(parts) if parts else self._numpy.empty(0)

    def _towards(self, target: float, count: int) -> Any:
        """A line to a gain, and on at it."""
        numpy = self._numpy
        steps = numpy.arange(1, count + 1)
        if target < self.gain:
            line = numpy.maximum(target, self.gain - self._fall * steps)
        elif target > self.gain:
            line = numpy.minimum(target, self.gain + self._rise * steps)
        else:
            line = numpy.full(count, target)
        self.gain = float(line[-1])
        return line
