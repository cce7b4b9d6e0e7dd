"""One turn on the virtual clock, and what the listener heard of it."""

from __future__ import annotations

import functools
import math
import random
from array import array

import attrs
import trio

from benchmarks.ear.network import DelayedVoice
from benchmarks.ear.scripts import Script
from benchmarks.ear.voice import RATE, say
from triolet import Phrase, PhraseGaps, Pipeline, Playout, Stage, Synthesizer, TurnResult
from triolet.alignment._voicing import AUDIBLE, Voiced, Voicing
from triolet.chain._stages import IterableSource
from triolet.testing import RecordingOutput
from triolet.turn._events import PhrasePlaying

PAUSES = PhraseGaps()


@attrs.frozen
class Gap:
    """Unplanned silence: no gap, no break and no pause of the voice."""

    at: float
    seconds: float
    phrase: int
    """The phrase in or before which it was heard, from 0."""
    inside: bool


@attrs.frozen(kw_only=True)
class Heard:
    """What the listener heard, and when, in seconds from the request."""

    result: TurnResult
    pcm: bytes
    at_ear: bytes
    """The same samples, with the silence in which the device had nothing to play."""
    first_audible: float | None
    seconds: float
    """Seconds from the first sample to the last."""
    gaps: tuple[Gap, ...]
    phrases: tuple[Phrase, ...]
    """The phrases, in the order in which they were played."""
    commits: tuple[str, ...]
    position: int
    """Samples heard."""
    stopped_at: float | None
    """When the turn was interrupted."""
    silent_at: float
    """When the last sample was heard."""
    error: str | None
    lost_at: float | None
    stalled_at: float
    """When the service stopped for a while; infinite if it did not."""


async def turn(policy: Stage[str, Phrase], script: Script, *, stop: float | None = None) -> Heard:
    """Play a script. `stop`: interrupt it so many seconds after the request."""
    voice = DelayedVoice(script.service)
    if script.service.stall is not None:
        voice.stall_in = random.Random(script.service.seed).randrange(3)
    device = RecordingOutput()
    pipeline: Pipeline = IterableSource(script.source()) | policy | Synthesizer(voice) | Playout(device, gaps=PAUSES)
    began = trio.current_time()
    error = None
    stopped_at = None
    with trio.CancelScope() as scope:
        if stop is not None:
            scope.deadline = began + stop
        try:
            await pipeline.run()
        except Exception as failure:  # noqa: BLE001 -- what a lost session does to a turn is one of the figures
            error = f"{type(failure).__name__}: {failure}"
    if scope.cancelled_caught:
        stopped_at = trio.current_time() - began
    pcm = device.pcm
    played = tuple(event.phrase for event in pipeline.timeline if isinstance(event, PhrasePlaying))
    ear = _Ear([(stretch.time - began, stretch.pcm) for stretch in device.audio])
    return Heard(
        result=pipeline.result,
        pcm=pcm,
        at_ear=ear.pcm(),
        first_audible=ear.first_audible(),
        seconds=ear.end - ear.start,
        gaps=() if stopped_at or error or voice.lost_at is not None else tuple(ear.gaps(pcm, played)),
        phrases=played,
        commits=tuple(voice.commits),
        position=device.heard,
        stopped_at=stopped_at,
        silent_at=ear.end,
        error=error,
        lost_at=None if voice.lost_at is None else voice.lost_at - began,
        stalled_at=math.inf if voice.stalled_at is None else voice.stalled_at - began,
    )


@functools.lru_cache(maxsize=4096)
def _voiced(text: str) -> Voiced:
    detector = Voicing(RATE)
    detector.feed(say(text).pcm)
    return detector.voiced


class _Ear:
    """Stretches of samples that were heard without a stop, each with its time."""

    def __init__(self, stretches: list[tuple[float, bytes]]) -> None:
        self._stretches = stretches
        self._starts: list[tuple[float, int]] = []
        at = 0
        for time, pcm in stretches:
            self._starts.append((time, at))
            at += len(pcm) // 2
        self.start = stretches[0][0] if stretches else 0.0
        self.end = stretches[-1][0] + len(stretches[-1][1]) / 2 / RATE if stretches else 0.0

    def pcm(self) -> bytes:
        parts: list[bytes] = []
        end = self.start
        for time, pcm in self._stretches:
            parts += [bytes(2 * round((time - end) * RATE)), pcm]
            end = time + len(pcm) / 2 / RATE
        return b"".join(parts)

    def first_audible(self) -> float | None:
        for time, pcm in self._stretches:
            for at, sample in enumerate(array("h", pcm)):
                if abs(sample) >= AUDIBLE:
                    return time + at / RATE
        return None

    def time(self, sample: int, *, end: bool = False) -> float:
        """When a sample was heard. With `end`: when the sample before it had been heard."""
        place = sample - 1 if end else sample
        time, first = max((entry for entry in self._starts if entry[1] <= place), key=lambda entry: entry[1])
        return time + (sample - first) / RATE

    def gaps(self, pcm: bytes, played: tuple[Phrase, ...]) -> list[Gap]:
        """Where the samples of each phrase lie in what was heard, and where there is more silence than was planned."""
        gaps: list[Gap] = []
        at, previous = 0, None
        for index, phrase in enumerate(played):
            said = say(phrase.words).pcm
            start = pcm.find(said, at)
            assert start >= 0, f"the samples of {phrase.words!r} are not heard as they are"
            if previous is not None:
                own = _voiced(previous.words).trailing + _voiced(phrase.words).leading
                planned = max(0.0, PAUSES.between(previous, phrase) + phrase.break_before - own / RATE)
                ended = self.time(at // 2, end=True)
                gaps.append(Gap(ended, self.time(start // 2) - ended - planned, index, inside=False))
            first, last = start // 2, (start + len(said)) // 2
            for (before, _), (time, sample) in zip(self._starts, self._starts[1:], strict=False):
                if first < sample < last:
                    ended = self.time(sample, end=True)
                    assert before <= ended
                    gaps.append(Gap(ended, time - ended, index, inside=True))
            at, previous = start + len(said), phrase
        return [gap for gap in gaps if gap.seconds > 0.001]
