"""A background under speech: what comes out, to the sample, and that what was heard counts the voice alone."""

from __future__ import annotations

import asyncio
import functools
import itertools
import math
from collections.abc import AsyncGenerator, Callable
from typing import Any, cast

import numpy as np
import pytest
import trio
import trio.testing
from tests.unit.triolet.asyncio import _virtual_time

import triolet.asyncio
import triolet.blocking
from triolet import (
    Background,
    Bed,
    Conversation,
    Ducking,
    FarEnd,
    LoudnessNormalizer,
    Output,
    Playout,
    TurnResult,
    speech,
)
from triolet.errors import OutputError
from triolet.mixing._background import AHEAD
from triolet.testing import OutputContract, RecordingOutput, ToneTTS, decode
from triolet_adapters.outputs import Memory
from triolet_adapters.outputs.telephone import TwilioOutput, TwilioPeer
from triolet_adapters.shared.g711 import from_mulaw

Clock = trio.testing.MockClock
Samples = np.ndarray[Any, np.dtype[np.int64]]
RATE = 24_000
HUM = Bed(np.full(30 * RATE, 1_000, "<i2").tobytes(), RATE)
"""A background that is the same everywhere, so that its gain is read off it. Every sample of the voice is above 16,000."""
SILENT = Bed(bytes(2 * RATE), RATE)
STOPS = Ducking(depth=math.inf)
TEXT = "First we look. Then we choose a way."


def samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, "<i2").astype("i8")


def voiced(sound: Samples) -> list[tuple[int, int]]:
    """Where the voice sounds: stretches from one sample to another."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], sound > 10_000, [False]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


async def at_intervals(*tokens: str | float) -> AsyncGenerator[str]:
    """Tokens, and seconds in which none comes."""
    for token in tokens:
        if isinstance(token, str):
            yield token
        else:
            await trio.sleep(token)


class OverSilence(OutputContract):
    """The background is silent, and the samples of the suite are not: what is left without zero samples is the voice."""

    during: Any = "conversation"

    @pytest.fixture
    def output(self) -> Output:
        return Background(RecordingOutput(), SILENT, during=self.during)

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, Background)
        recording = output._device
        assert isinstance(recording, RecordingOutput)
        sound = np.frombuffer(recording.pcm, "<i2")
        kept: bytes = sound[sound != 0].tobytes()
        return kept


class TestWithABackground(OverSilence):
    hold = 0.1 + 0.06


class TestWithABackgroundForTurns(OverSilence):
    during = "turns"


class TestFileWithABackground(OutputContract):
    @pytest.fixture
    def output(self) -> Output:
        return Background(Memory(), SILENT)

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, Background)
        assert isinstance(output._device, Memory)
        return output._device.pcm


async def test_it_plays_before_the_first_word_and_in_the_gaps_without_a_hole(autojump_clock: Clock) -> None:
    output = RecordingOutput()
    async with Conversation(speech(ToneTTS(), "en"), Background(output, HUM)) as conversation:
        await trio.sleep(1.0)
        result = await conversation.say(at_intervals(1.0, TEXT))
        await trio.sleep(2.0)
        sound = samples(output.pcm)
        assert len(output.audio) == 1, "it has never stopped"
    assert result.heard == TEXT
    (first, first_end), (second, second_end) = voiced(sound)
    assert (sound[RATE // 2 : first] == 1_000).all(), "it has risen, and nobody speaks"
    assert np.abs(sound[: RATE // 2] - (np.arange(RATE // 2) + 1) / 12).max() < 1, "in 0.5 s"
    assert (sound[first_end:second] == 100).all(), "20 dB lower, and it does not swell between sentences"
    after = sound[second_end:]
    assert (after[: round(0.8 * RATE) - 1] == 100).all(), "held for 0.8 s"
    assert (after[round(1.3 * RATE) :] == 1_000).all()
    assert (np.diff(after) >= 0).all()


async def test_under_speech_there_are_the_samples_of_the_voice_and_of_the_background(autojump_clock: Clock) -> None:
    plain = Memory()
    await ([TEXT] | speech(ToneTTS(), "en") | plain).run()
    for ducking, low in ((Ducking(), 100), (Ducking(depth=0), 1_000), (STOPS, 0)):
        mixed = Memory()
        await ([TEXT] | speech(ToneTTS(), "en") | Background(mixed, HUM, ducking=ducking)).run()
        difference = samples(mixed.pcm)[RATE:] - samples(plain.pcm)[RATE:]
        full = samples(plain.pcm)[RATE:] + low > 32_767  # the background gives way
        assert (difference[~full] == low).all()
        assert (samples(mixed.pcm)[RATE:][full] == 32_767).all()


async def test_a_file_has_as_many_samples_and_the_same_words(autojump_clock: Clock) -> None:
    plain, mixed = Memory(), Memory()
    results = [await ([TEXT] | speech(ToneTTS(), "en") | output).run() for output in (plain, Background(mixed, HUM))]
    assert len(plain.pcm) == len(mixed.pcm)
    assert results[0].heard == results[1].heard == TEXT
    assert results[0].seconds == results[1].seconds


async def test_gaps_are_as_long_as_without_it(autojump_clock: Clock) -> None:
    """Whether the next phrase is there in time, comes in the middle of the gap, or after it."""
    for late in (0.0, 1.05, 1.2, 2.5):
        found: list[list[tuple[int, int]]] = []
        for background in (False, True):
            output = RecordingOutput()
            sink: Output = Background(output, HUM) if background else output
            async with Conversation(speech(ToneTTS(), "en"), sink) as conversation:
                await conversation.say(at_intervals("First we look at it. ", late, "Then we go. "))
            start = output.audio[0].time
            stretches = [
                (round((each.time - start) * RATE) + one, round((each.time - start) * RATE) + other)
                for each in output.audio
                for one, other in voiced(samples(each.pcm))
            ]
            found.append(stretches)
        (one, one_end), (two, two_end) = found[0]
        (mixed_one, mixed_end), (mixed_two, mixed_two_end) = found[1]
        assert mixed_end - mixed_one == one_end - one
        assert mixed_two_end - mixed_two == two_end - two
        slower = (mixed_two - mixed_end) - (two - one_end)
        planned = two - one_end <= round(0.4 * RATE) + 1
        assert abs(slower) <= 1 if planned else slower <= round(AHEAD * RATE)


async def test_the_time_of_the_first_word_is_told_as_it_is_heard(autojump_clock: Clock) -> None:
    output = RecordingOutput()
    async with Conversation(speech(ToneTTS(), "en"), Background(output, HUM)) as conversation:
        await trio.sleep(0.507)
        began = trio.current_time()
        result = await conversation.say([TEXT])
        first = voiced(samples(output.pcm))[0][0]
        assert result.latency.first_audible == pytest.approx(
            output.audio[0].time + first / RATE - began, abs=1.5 / RATE
        )
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        await trio.sleep(0.507)
        plain = await conversation.say([TEXT])
    assert plain.latency.first_audible is not None
    assert result.latency.first_audible is not None
    assert 0 <= result.latency.first_audible - plain.latency.first_audible <= AHEAD


@pytest.mark.parametrize("after", [0.33, 0.81, 1.17, 1.9])
async def test_an_interruption_ends_speech_at_once_and_the_background_goes_on(
    after: float, autojump_clock: Clock
) -> None:
    output = RecordingOutput()
    sink = Playout(Background(output, HUM))
    async with Conversation(speech(ToneTTS(), "en"), sink) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [TEXT])
        await trio.sleep(after)
        conversation.interrupt()
        cut = output.heard
        await trio.sleep(3.0)
        sound = samples(output.pcm)
        assert len(output.audio) == 1, "no hole"
        result = await conversation.say([TEXT])
        assert result.heard == TEXT
    stretches = voiced(sound)
    assert sink.deck.device.heard >= (cut - stretches[0][0]), "all since the first sample: the voice, and its gap"
    assert conversation.last is not None
    assert not voiced(sound[cut:])
    assert sound[cut] < 10
    assert (np.diff(sound[cut:]) >= 0).all(), "it rises from silence"
    assert sound[-1] == 1_000


async def test_what_was_heard_at_an_interruption_is_exact_to_the_sample(autojump_clock: Clock) -> None:
    for after in np.linspace(0.21, 2.3, 11):
        output = RecordingOutput()
        sink = Playout(Background(output, SILENT))
        async with Conversation(speech(ToneTTS(), "en"), sink) as conversation, trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, [TEXT])
            await trio.sleep(float(after))
            conversation.interrupt()
            cut = output.heard
            await trio.sleep(0.3)
            first = voiced(samples(output.pcm))[0][0]
            assert sink.deck.device.heard == cut - first
            runs = decode(output.pcm).runs
            assert conversation.last is not None
            assert sum(run.stop - run.start for run in runs) == sum(
                round(phrase.seconds * RATE) for phrase in conversation.last.phrases
            )


async def test_a_pause_stops_both_and_they_go_on_where_they_were(autojump_clock: Clock) -> None:
    output = RecordingOutput()
    async with (
        Conversation(speech(ToneTTS(), "en"), Background(output, HUM)) as conversation,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(conversation.say, [TEXT])
        await trio.sleep(0.6)
        conversation.pause()
        before = output.heard
        await trio.sleep(7.0)
        assert output.heard == before
        conversation.resume()
        await trio.sleep(5.0)
    assert conversation.last is not None
    assert conversation.last.heard == TEXT
    plain = Memory()
    await ([TEXT] | speech(ToneTTS(), "en") | plain).run()
    lengths = [other - one for one, other in voiced(samples(output.pcm))]
    assert lengths == [other - one for one, other in voiced(samples(plain.pcm))]
    assert [round(each.time, 3) for each in output.audio] == [0.0, 7.6]


async def test_a_background_for_turns_is_heard_while_the_model_thinks(autojump_clock: Clock) -> None:
    """From `say` on, not under speech, again where the model stops for long, and not between turns."""
    output = RecordingOutput()
    background = Background(output, HUM, ducking=STOPS, during="turns")
    async with Conversation(speech(ToneTTS(), "en"), background) as conversation:
        await trio.sleep(2.0)
        assert not output.audio
        result = await conversation.say(at_intervals(1.5, "First we look. ", 5.0, "Then we choose."))
        after = output.heard
        await trio.sleep(5.0)
        assert output.heard - after <= 0.2 * RATE, "it falls, and is over"
        sound = samples(output.pcm)
    assert result.heard == "First we look. Then we choose."
    assert output.audio[0].time == pytest.approx(2.0, abs=0.001)
    assert len(output.audio) == 1
    (first, first_end), (second, second_end) = voiced(sound)
    assert sound[first - 1] == 1_000
    assert first / RATE > 1.5
    assert set(np.unique(sound[first_end : first_end + round(0.8 * RATE)])) == {0}
    assert sound[second - 1] == 1_000
    assert not sound[second_end:].any()
    assert (np.diff(sound[first_end:second]) >= 0).all()


async def test_it_can_be_started_and_stopped(autojump_clock: Clock) -> None:
    output = RecordingOutput()
    background = Background(output, HUM, on=False)
    async with Conversation(speech(ToneTTS(), "en"), background) as conversation:
        await trio.sleep(1.0)
        assert not output.audio
        background.start()
        await trio.sleep(1.0)
        assert samples(output.pcm)[-1] == 1_000
        background.stop()
        await trio.sleep(1.0)
        sound = samples(output.pcm)
        assert sound[-1] == 0
        assert len(sound) < 1.2 * RATE, "a background that is silent keeps nobody busy"
        result = await conversation.say([TEXT])
        assert result.heard == TEXT


async def test_a_listener_who_stops_still_stops_the_model(autojump_clock: Clock) -> None:
    read = [0, 0]
    for which in (0, 1):
        output = RecordingOutput()

        async def tokens(which: int = which) -> AsyncGenerator[str]:  # noqa: ASYNC124 -- as a model that is never late
            for _ in range(1_000):
                read[which] += 1
                yield "We walk on and on, a long way down the road. "

        sink: Output = Background(output, HUM) if which else output
        async with Conversation(speech(ToneTTS(), "en"), sink) as conversation, trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, tokens())
            await trio.sleep(5.0)
            output.pause()
            await trio.sleep(60.0)
            conversation.interrupt()
    assert read[0] == read[1] < 100


async def test_an_output_that_fails_under_the_background_ends_the_turn_not_the_conversation(
    autojump_clock: Clock,
) -> None:
    output = RecordingOutput(fail_after=RATE)
    async with Conversation(speech(ToneTTS(), "en"), Background(output, HUM)) as conversation:
        await trio.sleep(5.0)
        with pytest.raises(OutputError):
            await conversation.say([TEXT])


class Slow(FarEnd):
    """A far end that sends, and cannot clear."""

    def __init__(self) -> None:
        super().__init__(hold=0.2)
        self.pcm = b""

    async def send(self, pcm: bytes) -> None:
        await trio.sleep(0.001)
        self.pcm += pcm


async def test_to_a_far_end_it_is_sent_in_frames(autojump_clock: Clock) -> None:
    output = Slow()
    async with Conversation(speech(ToneTTS(), "en"), Background(output, HUM)) as conversation:
        await trio.sleep(1.0)
        result = await conversation.say([TEXT])
    assert result.heard == TEXT
    sound = samples(output.pcm)
    assert (sound[RATE // 2 : voiced(sound)[0][0]] == 1_000).all()
    assert len(voiced(sound)) == 2


async def test_on_the_telephone_heard_is_what_the_peer_has_played_of_the_voice(autojump_clock: Clock) -> None:
    """Resampled, through mu-law, with marks 0.1 s away: at interruptions what counts is the voice, and not the background."""
    for after in (0.9, 1.43, 1.91, 2.37):
        peer = TwilioPeer(delay=0.05)

        class Phone(TwilioOutput):
            async def run(self, peer: TwilioPeer = peer) -> None:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(peer.run, self.receive)
                    await super().run()
                    with trio.move_on_after(0.5):
                        await trio.sleep_forever()
                    nursery.cancel_scope.cancel()

        sink = Playout(Background(Phone(peer.send), HUM, ducking=STOPS))
        async with Conversation(speech(ToneTTS(), "en"), sink) as conversation, trio.open_nursery() as nursery:
            await trio.sleep(0.5)
            nursery.start_soon(conversation.say, [TEXT])
            await trio.sleep(after)
            conversation.interrupt()
            await trio.sleep(0.5)
            peer.advance()
            sound = samples(from_mulaw(bytes(peer.played)))
            played = voiced(np.convolve(np.abs(sound), np.ones(16) / 16, "same").astype("i8"))
            seconds = (played[-1][1] - played[0][0]) / 8_000
            assert sink.deck.device.heard / RATE == pytest.approx(seconds, abs=0.15)
            assert conversation.last is not None
            assert conversation.last.interrupted


def test_it_plays_in_an_asyncio_program() -> None:
    received = bytearray()

    async def send(pcm: bytes) -> None:
        received.extend(pcm)

    async def program() -> TurnResult:
        output = Background(triolet.asyncio.Sink(send), HUM)
        chain = speech(ToneTTS(), "en") | LoudnessNormalizer()
        async with triolet.asyncio.Conversation(chain, output) as conversation:
            await asyncio.sleep(1.0)
            return await conversation.say([TEXT])

    assert _virtual_time.run(program()).heard == TEXT
    sound = samples(bytes(received))
    assert (sound[RATE // 2 : RATE] == 1_000).all()
    assert len(sound) > 3 * RATE


def test_it_plays_in_a_program_without_an_event_loop() -> None:
    memory = Memory()
    with triolet.blocking.Speaker(speech(ToneTTS(), "en") | LoudnessNormalizer(), Background(memory, HUM)) as speaker:
        assert speaker.say([TEXT]).heard == TEXT
    assert memory.pcm


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (functools.partial(Background, RecordingOutput(), HUM, ahead=0.0), "ahead is 0.0"),
        (functools.partial(Background, RecordingOutput(), HUM, during=cast("Any", "always")), "during is 'always'"),
        (functools.partial(Bed, b"", RATE), "0 bytes are no sound"),
        (functools.partial(Bed, bytes(3), RATE), "3 bytes are no sound"),
        (functools.partial(Bed, bytes(2), 96_000), "sample_rate is 96000"),
        (functools.partial(Bed, bytes(2), RATE, gain=math.nan), "gain is nan"),
        (functools.partial(Bed, itertools.repeat(bytes(2 * RATE)), RATE), "LONGEST_BED"),
        (functools.partial(Ducking, depth=-1.0), "depth"),
        (functools.partial(Ducking, attack=0.0), "attack"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()
