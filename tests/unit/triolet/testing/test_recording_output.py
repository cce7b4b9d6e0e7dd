"""The clock of a paced output, and what a recording keeps."""

from array import array

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from triolet._model._audio import AudioFormat
from triolet.errors import OutputError
from triolet.playout._output import Output
from triolet.playout._paced_output import PacedOutput
from triolet.testing import HeardAudio, OutputContract, RecordingOutput

FORMAT = AudioFormat(16_000)
Clock = trio.testing.MockClock


class TestRecordingOutput(OutputContract):
    @pytest.fixture
    def output(self) -> RecordingOutput:
        return RecordingOutput()

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, RecordingOutput)
        return output.pcm


class TestSlowListener(OutputContract):
    """Half as fast, so it holds as many samples but twice the time."""

    @pytest.fixture
    def output(self) -> RecordingOutput:
        return RecordingOutput(pace=0.5)


def ramp(samples: int) -> bytes:
    return array("h", [i % 30_000 + 1 for i in range(samples)]).tobytes()


async def test_heard_follows_the_clock_to_the_sample(autojump_clock: Clock) -> None:
    output = PacedOutput(hold=1.0)
    await output.open(FORMAT)
    await output.play(ramp(8_000))
    for i in range(1, 101):
        await trio.sleep(0.005)
        assert output.heard == 80 * i


async def test_the_time_of_each_stretch_is_kept(autojump_clock: Clock) -> None:
    output = RecordingOutput()
    await output.open(FORMAT)
    start = trio.current_time()
    sound = ramp(4_000)
    await output.play(sound[:3_200])
    await output.play(sound[3_200:6_400])
    await output.drain()
    await trio.sleep(1)
    await output.play(sound[6_400:])
    await output.drain()
    assert output.audio == [HeardAudio(start, sound[:6_400]), HeardAudio(start + 1.2, sound[6_400:])]


async def test_pause_stops_at_a_sample_and_resume_goes_on_with_the_next(autojump_clock: Clock) -> None:
    output = RecordingOutput(hold=1.0)
    await output.open(FORMAT)
    start = trio.current_time()
    sound = ramp(1_600)
    await output.play(sound)
    await trio.sleep(0.03)
    output.pause()
    await trio.sleep(7)
    assert output.heard == 480
    output.resume()
    await output.drain()
    assert trio.current_time() == pytest.approx(start + 7.1)
    times = [(part.time - start, len(part.pcm)) for part in output.audio]
    assert times == [(0, 960), (pytest.approx(7.03), 2_240)]
    assert output.pcm == sound


async def test_a_paused_listener_makes_play_wait(autojump_clock: Clock) -> None:
    output = RecordingOutput(hold=0.1)
    await output.open(FORMAT)
    output.pause()
    with trio.move_on_after(60) as scope:
        await output.play(ramp(1_601))
    assert scope.cancelled_caught
    assert output.heard == 0
    output.resume()
    await output.drain()
    assert output.pcm == ramp(1_600)


async def test_it_fails_after_so_many_samples(autojump_clock: Clock) -> None:
    output = RecordingOutput(fail_after=5_000)
    await output.open(FORMAT)
    await output.play(ramp(4_000))
    with pytest.raises(OutputError):
        await output.play(ramp(4_000))
    with pytest.raises(OutputError):
        await output.play(ramp(1))
    assert output.pcm == ramp(4_000) + ramp(1_000)
    assert trio.current_time() - output.audio[0].time == pytest.approx(5_000 / 16_000)


@given(
    st.lists(
        st.tuples(st.sampled_from(["play", "sleep", "flush", "pause", "resume"]), st.integers(1, 4_000)), max_size=20
    )
)
def test_every_sample_is_heard_in_its_place_or_dropped_by_a_flush(steps: list[tuple[str, int]]) -> None:
    async def main() -> None:
        output = RecordingOutput(hold=0.05, pace=2.0)
        await output.open(FORMAT)
        began = trio.current_time()
        expected = b""
        for step, count in steps:
            if step == "play":
                with trio.move_on_after(0.5):
                    await output.play(ramp(count))
                expected += ramp(count)[: (output._accepted - len(expected) // 2) * 2]
            elif step == "sleep":
                await trio.sleep(count / 16_000)
            elif step == "flush":
                output.flush()
                expected = expected[: output.heard * 2]
            else:
                getattr(output, step)()
            assert expected.startswith(output.pcm)
        output.resume()
        await output.drain()
        assert output.pcm == expected
        assert b"".join(part.pcm for part in output.audio) == expected
        for part, following in zip(output.audio, output.audio[1:], strict=False):
            assert following.time >= part.time + len(part.pcm) / 2 / 32_000 - 1e-6
        assert output.heard <= (trio.current_time() - began) * 32_000 + 1

    trio.run(main, clock=Clock(autojump_threshold=0))
