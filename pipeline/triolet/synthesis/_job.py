"""One phrase on its way from the service to the listener."""

from __future__ import annotations

import sys
from array import array

import attrs
import trio

from triolet._model._audio import SAMPLE_BYTES
from triolet._model._text import Phrase
from triolet.alignment._heard import expected_seconds
from triolet.alignment._voicing import VoiceDetector


@attrs.define(eq=False)
class Part:
    """What one commit says of a phrase."""

    detector: VoiceDetector
    start: int = 0
    """Which sample of the phrase's audio is its first."""
    unit: int = 0
    """Which piece of the phrase is its first."""


@attrs.define(eq=False)
class Job:
    """One phrase in flight: what has been received of it and not yet passed on."""

    phrase: Phrase
    committed: float
    """When the last commit was made."""
    part: Part
    """What that commit says."""
    usual: float = attrs.field(
        init=False, default=attrs.Factory(lambda self: expected_seconds(self.phrase.words), takes_self=True)
    )
    """Seconds that it takes to say at a usual pace."""
    expected: float = attrs.field(init=False, default=attrs.Factory(lambda self: self.usual, takes_self=True))
    """Seconds that this voice should take."""
    received: int = 0
    """Samples of the phrase that have come and not been dropped."""
    credited: int = 0
    passed_on: int = 0
    """Samples."""
    done: bool = False
    """No more samples will come."""
    error: Exception | None = None
    """No more samples will come, and the turn ends with this."""
    whole: bool = False
    """One commit has said all of it."""
    first: float | None = None
    """When the first samples of the last commit came."""
    _held: bytearray = attrs.Factory(bytearray)
    _news: trio.Event = attrs.Factory(trio.Event)

    @property
    def words(self) -> str:
        """What the next commit has to say."""
        return "".join(unit.text for unit in self.phrase.units[self.part.unit :]).strip()

    @property
    def of_part(self) -> int:
        """Samples of the last commit that have come."""
        return self.received - self.part.start

    @property
    def of_part_passed_on(self) -> int:
        """Samples of the last commit that have been passed on."""
        return max(0, self.passed_on - self.part.start)

    def put(self, pcm: bytes) -> None:
        """More samples have come."""
        self._held += pcm
        self.received += len(pcm) // SAMPLE_BYTES
        self._news.set()

    def end(self, error: Exception | None = None) -> None:
        """No more will come. With an error, the phrase counts as not done."""
        self.error = error
        self.done = error is None
        self._news.set()

    def look_at_the_rest(self) -> None:
        """Let the detector of this part see also what has not been passed on."""
        self.part.detector.feed(bytes(self._held[self._offset(max(self.passed_on, self.part.start)) :]))

    def cut(self, samples: int, *, fade: int) -> None:
        """Drop what follows so many samples of the phrase. The last `fade` of those kept get softer, as far as they have
        not been passed on: a voice that is cut off makes a click.
        """
        del self._held[self._offset(samples) :]
        own = samples - max(self.passed_on, self.part.start)  # what came before this part has been faded
        _fade_out(self._held, max(0, min(fade, own)) * SAMPLE_BYTES)
        self.received = samples
        self.credited = min(self.credited, samples)

    def go_on(self, part: Part) -> None:
        """The next commit says this part."""
        self.part = part
        self.first = None
        self._news.set()

    async def take(self, most: int | None, *, keep: int) -> bytes | None:
        """The next samples, `most` at a time; or, with None, all of them when all have come. None when there are no more.

        While more is to come, the last `keep` samples stay, to be faded if it does not.
        """
        while not (size := self._ready(most, keep)):
            if self.done or self.error is not None:
                return None
            self._news = trio.Event()
            await self._news.wait()
        pcm = bytes(self._held[: size * SAMPLE_BYTES])
        del self._held[: size * SAMPLE_BYTES]
        if most is not None:
            self.part.detector.feed(pcm[max(0, self.part.start - self.passed_on) * SAMPLE_BYTES :])
        self.passed_on += size
        return pcm

    def _ready(self, most: int | None, keep: int) -> int:
        held = self.received - self.passed_on
        if self.done or self.error is not None:
            return held if most is None else min(most, held)
        if most is None:
            return 0
        sure = max(self.part.start, self.received - keep)
        return max(0, min(most, sure - self.passed_on))

    def _offset(self, sample: int) -> int:
        return (sample - self.passed_on) * SAMPLE_BYTES


def _fade_out(pcm: bytearray, size: int) -> None:
    """Let the last `size` bytes go to zero."""
    if not size:
        return
    samples = array("h", bytes(pcm[-size:]))
    if sys.byteorder == "big":
        samples.byteswap()
    count = len(samples)
    faded = array("h", [sample * (count - at - 1) // count for at, sample in enumerate(samples)])
    if sys.byteorder == "big":
        faded.byteswap()
    pcm[-size:] = faded.tobytes()
