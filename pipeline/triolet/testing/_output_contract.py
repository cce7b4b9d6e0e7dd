"""What every `Output` must do, as a suite of tests that you run against your own output."""

from __future__ import annotations

import functools
import itertools
import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import trio
from trio.abc import Clock

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet._model._samples import numbers, pcm_of
from triolet._tools._alone import Alone
from triolet.playout._contract import Device
from triolet.playout._output import Output
from triolet.playout._resampled import taking_any_rate
from triolet.testing._raises import raises

SLACK = 0.00025
"""Seconds by which what an output encodes may come out earlier or later, or be longer: samples of two rates do not lie on one
grid."""

LIMIT = 10.0
"""The most seconds that a test may take. Each plays about a second of audio."""


class OutputContract:
    """Tests for an output. Subclass it, give it an `output` fixture, and run it with pytest and pytest-trio (the extra `testing`):

        class TestMyDevice(OutputContract):
            @pytest.fixture
            def output(self):
                return MyDevice()

    The fixture makes a new output for each test, not yet open. Time is virtual. If your output has a thread or a process of its
    own, override this fixture too; the suite then takes some seconds of real time:

            @pytest.fixture
            def autojump_clock(self):
                return None

    Without pytest's option `trio_mode = true`, mark the class with `@pytest.mark.trio`.

    If you can read what your output has played, override `came_out`: the suite then checks the samples, not only their number. Set
    `lossless` to False where they change on the way, as in a codec: they are then compared as sound.
    """

    format = AudioFormat(24_000)
    """The format of the audio. An output whose `rates` lack it gets it resampled, as in a pipeline: the suite then judges the
    positions in the samples of this format. Such an output is not `lossless`."""

    hold = 0.2
    """The most seconds that a real-time output may hold. Override it for an output that states another bound."""

    lossless = True
    """Whether what comes out has the very samples that were played. Override it for an output that encodes them."""

    loss = 0.01
    """The most that may differ where it is not `lossless`: the energy of the difference, as a share of the energy of the sound."""

    late = 0.0
    """The most seconds that may still come out after `close`: what a far end plays before it is told."""

    def came_out(self, output: Output) -> bytes | None:
        """All samples that the output has played since `open`, without silence of its own, in `format`. None, the default: they
        cannot be read.
        """
        return None

    async def test_plays_every_sample_once_and_in_order(self, output: Output, autojump_clock: Clock | None) -> None:
        sound = self._sound(self.format.samples(0.35))
        async with _driving(output, self.format) as (device, opened):
            await opened()
            for chunk in _chunks(sound):
                await device.play(chunk)
            await device.drain()
            assert device.heard == len(sound) // SAMPLE_BYTES
            await device.close()
        self._assert_came_out(output, sound)

    async def test_heard_starts_at_0_never_goes_back_and_never_passes_what_was_accepted(
        self, output: Output, autojump_clock: Clock | None
    ) -> None:
        assert output.heard == 0
        seen = [0]
        accepted = 0
        async with _driving(output, self.format) as (device, opened):
            await opened()
            assert device.heard == 0
            for chunk in _chunks(self._sound(self.format.samples(0.3))):
                await device.play(chunk)
                accepted += len(chunk) // SAMPLE_BYTES
                seen.append(device.heard)
                assert device.heard <= accepted
            await device.drain()
            assert seen == sorted(seen)
            await device.close()
        assert device.heard == accepted, "heard is kept after close"

    async def test_a_real_time_output_holds_a_bounded_amount(
        self, output: Output, autojump_clock: Clock | None
    ) -> None:
        sound = self._sound(self.format.samples(0.6))
        async with _driving(output, self.format) as (device, opened):
            await opened()
            for start in range(0, len(sound), 960):
                await device.play(sound[start : start + 960])
                ahead = min(len(sound), start + 960) // SAMPLE_BYTES - device.heard
                assert (
                    not device.realtime or ahead <= self.format.samples(self.hold + getattr(device, "delay", 0.0)) + 1
                )
            await device.close()

    async def test_flush_drops_what_has_not_been_heard(self, output: Output, autojump_clock: Clock | None) -> None:
        first, second = self._sound(self.format.samples(0.15), seed=1), self._sound(self.format.samples(0.1), seed=2)
        async with _driving(output, self.format) as (device, opened):
            await opened()
            await device.play(first)
            device.flush()
            await device.settle()
            kept = device.heard
            assert kept == len(first) // SAMPLE_BYTES or device.realtime, "a file keeps all it has"
            await trio.sleep(0.2)
            assert device.heard == kept, "nothing more is heard until play is called again"
            await device.drain()
            await device.play(second)
            await device.drain()
            assert device.heard == kept + len(second) // SAMPLE_BYTES
            await device.close()
        self._assert_came_out(output, first[: kept * SAMPLE_BYTES] + second)

    async def test_flush_frees_a_play_that_waits_and_drops_its_rest(
        self, output: Output, autojump_clock: Clock | None
    ) -> None:
        sound = self._sound(self.format.samples(1.0))
        async with _driving(output, self.format) as (device, opened):
            await opened()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(device.play, sound)
                await trio.sleep(0.25)
                device.flush()
                await device.settle()
                kept = device.heard
            await trio.sleep(0.3)
            assert device.heard == kept
            await device.close()
        self._assert_came_out(output, sound[: kept * SAMPLE_BYTES])

    async def test_a_cancelled_play_has_accepted_a_first_part(
        self, output: Output, autojump_clock: Clock | None
    ) -> None:
        sound, more = self._sound(self.format.samples(0.8), seed=1), self._sound(self.format.samples(0.05), seed=2)
        async with _driving(output, self.format) as (device, opened):
            await opened()
            with trio.move_on_after(0.3) as scope:
                await device.play(sound)
            assert scope.cancelled_caught == device.realtime
            await device.drain()
            part = device.heard
            assert 0 < part <= len(sound) // SAMPLE_BYTES
            await device.play(more)
            await device.drain()
            assert device.heard == part + len(more) // SAMPLE_BYTES
            await device.close()
        self._assert_came_out(output, sound[: part * SAMPLE_BYTES] + more)

    async def test_close_drops_what_has_not_been_heard_also_when_cancelled(
        self, output: Output, autojump_clock: Clock | None
    ) -> None:
        sound = self._sound(self.format.samples(0.15))
        async with _driving(output, self.format) as (device, opened):
            await opened()
            await device.play(sound)
            with trio.CancelScope() as scope:
                scope.cancel()
                await device.close()
            kept = device.heard
            await trio.sleep(0.2)
            assert device.heard == kept
        self._assert_came_out(output, sound[: kept * SAMPLE_BYTES], late=sound[kept * SAMPLE_BYTES :])

    async def test_starts_anew_when_opened_again(self, output: Output, autojump_clock: Clock | None) -> None:
        first, second = self._sound(self.format.samples(0.1), seed=1), self._sound(self.format.samples(0.05), seed=2)
        async with _driving(output, self.format) as (device, opened):
            await opened()
            await device.play(first)
            await device.drain()
            await device.close()
            await opened()
            assert device.heard == 0
            await device.play(second)
            await device.drain()
            await device.close()
        assert device.heard == len(second) // SAMPLE_BYTES
        self._assert_came_out(output, second)

    async def test_takes_no_samples_at_all(self, output: Output, autojump_clock: Clock | None) -> None:
        async with _driving(output, self.format) as (device, opened):
            await opened()
            await device.play(b"")
            device.flush()
            await device.drain()
            await device.close()
        assert device.heard == 0
        self._assert_came_out(output, b"")

    async def test_refuses_what_makes_no_sense(self, output: Output, autojump_clock: Clock | None) -> None:
        async with _driving(output, self.format) as (device, opened):
            await device.close()
            with raises(RuntimeError):
                await device.play(bytes(2))
            await opened()
            with raises(RuntimeError):
                await opened()
            with raises(ValueError):
                await device.play(bytes(3))
            await device.close()
            await device.close()
            with raises(RuntimeError):
                await device.play(bytes(2))

    def _sound(self, samples: int, seed: int = 0) -> bytes:
        return _noise(samples, seed) if self.lossless else _tones(samples, seed, self.format.sample_rate)

    def _assert_came_out(self, output: Output, expected: bytes, *, late: bytes = b"") -> None:
        heard = self.came_out(output)
        if heard is None:
            return
        slack = 0 if self.lossless else self.format.samples(SLACK)
        late = late[: max(0, len(heard) - len(expected))]
        assert len(late) <= (self.format.samples(self.late) + slack) * SAMPLE_BYTES, "it has played on after `close`"
        expected += late
        if self.lossless:
            assert heard == expected, f"{len(heard)} bytes came out, {len(expected)} expected, or they differ"
        else:
            assert abs(len(heard) - len(expected)) <= slack * SAMPLE_BYTES, (
                f"{len(heard)} bytes came out, {len(expected)} expected"
            )
            difference = _difference(heard, expected, slack)
            assert difference <= self.loss, f"what came out differs by {difference:.3f} of its energy, more than `loss`"


@asynccontextmanager
async def _driving(output: Output, format: AudioFormat) -> AsyncGenerator[tuple[Device, Callable[[], Awaitable[None]]]]:  # noqa: A002
    """A block in which the output is played as a pipeline does, and a function that opens it. It has to end its work when it is
    closed.
    """
    device = taking_any_rate(output)

    async def opened() -> None:
        await device.open(format)
        nursery.start_soon(device.run)

    with Alone():
        async with trio.open_nursery() as nursery:
            with trio.fail_after(LIMIT):  # noqa: ASYNC100 -- the test runs in it
                yield device, opened
            nursery.cancel_scope.deadline = trio.current_time() + LIMIT
    assert not nursery.cancel_scope.cancelled_caught, "`run` goes on after `close`"


def _noise(samples: int, seed: int) -> bytes:
    """Noise without a zero sample: no two parts of it are alike, and none is silent."""
    noise = random.Random(seed).randbytes(samples * SAMPLE_BYTES)
    return pcm_of(value or 1 for value in numbers(noise))


@functools.lru_cache(maxsize=32)  # the tests of one output ask for a few of them, again and again
def _tones(samples: int, seed: int, rate: int) -> bytes:
    """Tones that a telephone carries, 300 to 3,000 Hz: no two parts of them are alike."""
    chance = random.Random(seed)
    tones = [(chance.uniform(300, 3_000) * math.tau / rate, chance.uniform(0, math.tau)) for _ in range(5)]
    waves = [map(math.sin, itertools.count(phase, step)) for step, phase in tones]
    return pcm_of(round(2_500 * sum(at_once)) for at_once in itertools.islice(zip(*waves, strict=True), samples))


def _difference(heard: bytes, expected: bytes, slack: int) -> float:
    """The energy of the difference, as a share of that of what was expected. Each stretch of some milliseconds may come `slack`
    samples earlier or later.
    """
    came, sound, stretch = numbers(heard), numbers(expected), 8 * slack
    difference = 0.0
    for at in range(0, len(sound), stretch):
        part = sound[at : at + stretch]
        starts = (max(0, at + shift) for shift in range(-slack, slack + 1))
        difference += min(_energy_between(part, came[start : start + len(part)]) for start in starts)
    return difference / max(1.0, math.hypot(*sound) ** 2)


def _energy_between(one: Sequence[int], other: Sequence[int]) -> float:
    return math.dist(one[: len(other)], other) ** 2


def _chunks(pcm: bytes) -> list[bytes]:
    """Split into chunks of uneven length, as they come from a network."""
    lengths = random.Random(0)
    chunks: list[bytes] = []
    while pcm:
        size = lengths.randint(1, 3_000) * SAMPLE_BYTES
        chunks.append(pcm[:size])
        pcm = pcm[size:]
    return chunks
