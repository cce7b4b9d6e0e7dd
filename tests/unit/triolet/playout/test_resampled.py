"""Any output at any rate: positions stay exact to a sample of the source."""

from __future__ import annotations

import pytest
import trio
import trio.testing
from tests._nightly import few

from triolet import SAMPLE_BYTES, AudioFormat, Conversation, Output, Playout, speech
from triolet.playout._resampled import Resampled, rate_for
from triolet.playout._resampler import Resampler
from triolet.testing import OutputContract, RecordingOutput, ToneTTS

Clock = trio.testing.MockClock
RATES = (8_000, 16_000, 24_000, 44_100, 48_000)


class OnlyAt8(RecordingOutput):
    rates = (8_000,)


class OnlyAt48(RecordingOutput):
    rates = (44_100, 48_000)


class AtAnyRate(OutputContract):
    lossless = False
    kind: type[RecordingOutput] = RecordingOutput
    loss = 0.03
    """Where sound is cut off, and at both ends: a lower band has no step."""

    @pytest.fixture
    def output(self) -> Output:
        return self.kind()

    def came_out(self, output: Output) -> bytes:
        """What was recorded, at the rate of the source again."""
        assert isinstance(output, RecordingOutput)
        assert output.rates is not None
        target = rate_for(self.format.sample_rate, output.rates)
        if target == self.format.sample_rate:
            return output.pcm
        back = Resampler(target, self.format.sample_rate)
        return b"".join(back.feed(stretch.pcm) + back.finish() for stretch in output.audio)


def _suites() -> None:
    # By day: up, down, and not at all.
    for kind, rate in few([(kind, rate) for kind in (OnlyAt8, OnlyAt48) for rate in RATES], 4):
        name = f"Test{kind.__name__}From{rate}"
        globals()[name] = type(name, (AtAnyRate,), {"kind": kind, "format": AudioFormat(rate)})


_suites()


def test_it_opens_at_the_next_higher_rate_or_the_highest() -> None:
    assert [rate_for(rate, (8_000, 24_000)) for rate in RATES] == [8_000, 24_000, 24_000, 24_000, 24_000]
    assert rate_for(44_100, None) == 44_100


async def test_a_phrase_is_heard_to_its_last_sample_though_none_follows(autojump_clock: Clock) -> None:
    """What waits in the resampler goes on at the end of a phrase, not with the next one."""
    output = OnlyAt8()
    device = Resampled(output)
    await device.open(AudioFormat(24_000))
    await device.play(bytes(4_801 * SAMPLE_BYTES))
    await trio.sleep(1.0)
    assert 4_801 - 24_000 // 125 - 3 <= device.heard < 4_801
    await device.end_phrase()
    await trio.sleep(1.0)
    assert device.heard == 4_801
    assert output.heard == 1_601
    await device.close()


@pytest.mark.parametrize("after", [0.31, 0.62, 0.93, 1.7])
async def test_what_was_heard_of_a_turn_is_exact_to_the_sample(after: float, autojump_clock: Clock) -> None:
    """The output that resamples and one that does not agree, at any moment."""
    heard: list[int] = []
    for output in (RecordingOutput(), OnlyAt8()):
        sink = Playout(output)
        async with Conversation(speech(ToneTTS(), "en"), sink) as conversation, trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, ["First we look. Then we choose."])
            await trio.sleep(after)
            conversation.interrupt()
            await trio.sleep(0.5)
            heard.append(sink.deck.device.heard)
            assert conversation.last is not None
            assert conversation.last.interrupted
    assert heard[0] - 3 - 24_000 // 125 <= heard[1] <= heard[0]


async def test_at_any_moment_heard_is_the_place_in_the_source_that_sounds(autojump_clock: Clock) -> None:
    for output, rate in ((OnlyAt8(), 24_000), (OnlyAt8(), 44_100), (OnlyAt48(), 8_000)):
        device = Resampled(output)
        await device.open(AudioFormat(rate))
        target = rate_for(rate, output.rates)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(device.play, bytes(rate * SAMPLE_BYTES))
            for _ in range(50):
                await trio.sleep(0.0171)
                assert device.heard == output.heard * rate // target
            device.flush()
        kept, before = device.heard, output.heard
        assert kept == before * rate // target
        await device.play(bytes(rate // 10 * SAMPLE_BYTES))
        await trio.sleep(0.05)
        assert device.heard == kept + (output.heard - before) * rate // target
        await device.drain()
        assert device.heard == kept + rate // 10
        await device.close()
