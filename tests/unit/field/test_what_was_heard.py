"""Rows "What was heard": the heard text comes from the output's position alone."""

from __future__ import annotations

import re
from array import array
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from tests._nightly import few
from tests.unit.adapters.tts.qwen._peers import URL, listening, serving
from tests.unit.field._heard import RATE, TEXT, commits_heard, voice
from trio.testing import MockClock

from triolet import TTS, AudioCallback, AudioFormat, Conversation, TTSSession, TurnResult, Usage, speech
from triolet.testing import Link, RecordingOutput, ScriptedSource
from triolet_adapters.tts.qwen import QwenOptions, QwenServer, QwenTTS, ServerOptions

pytestmark = pytest.mark.usefixtures("natively_and_from_asyncio")


async def said_until(conversation: Conversation, tokens: list[str], seconds: float) -> TurnResult:
    results: list[TurnResult] = []

    async def say() -> None:
        results.append(await conversation.say(tokens))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(say)
        await trio.sleep(seconds)
        conversation.interrupt()
    return results[0]


@pytest.mark.parametrize("after", few([0.8, 2.0, 3.1, 4.7, 6.0], 3))
@pytest.mark.parametrize(("hold", "pace"), [(0.1, 1.0), (3.0, 1.0), (1.0, 0.5)], ids=["quick", "deep", "slow"])
async def test_heard_is_what_has_sounded_and_not_what_was_handed_out(
    autojump_clock: MockClock, after: float, hold: float, pace: float
) -> None:
    """However much the output holds, and however slow its clock is."""
    async with serving(voice=voice(pace=4)) as world:
        output = RecordingOutput(hold=hold, pace=pace)
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            result = await said_until(conversation, [TEXT], after)
        heard = commits_heard(world.voice, output.pcm)
        whole = " ".join(each.text for each in heard if each.whole)
        assert result.heard.startswith(whole)
        part = next((each for each in heard if not each.whole), None)
        sounded = 0 if part is None else len(part.text) * part.samples / part.of
        claimed = len(result.heard.removeprefix(whole).strip())
        assert abs(claimed - sounded) <= 12, "two words, of the voice's even speed"


async def test_a_pause_adds_no_words(autojump_clock: MockClock) -> None:
    """Time that passes in silence is not counted as speech."""
    async with serving(voice=voice()) as world:
        result: list[TurnResult] = []
        for pause in (0.0, 60.0):
            async with (
                Conversation(speech(world.tts(sample_rate=RATE), "en"), RecordingOutput()) as conversation,
                trio.open_nursery() as nursery,
            ):
                nursery.start_soon(conversation.say, [TEXT])
                await trio.sleep(2.5)
                conversation.pause()
                await trio.sleep(pause)
                conversation.interrupt()
                await trio.testing.wait_all_tasks_blocked()
                assert conversation.last is not None
                result.append(conversation.last)
        assert result[0].heard == result[1].heard
        assert 0 < len(result[0].heard) < len(TEXT)


@pytest.mark.parametrize("manner", ["interrupt", "cancel"])
@pytest.mark.parametrize("after", [0.0, 0.02, 0.3, 0.45])
async def test_a_report_exists_also_when_nothing_has_sounded(
    autojump_clock: MockClock, after: float, manner: str
) -> None:
    """Cut before the first sample: nothing heard, all of the text unheard."""
    async with (
        serving(voice=voice(first_audio=1.0), link=Link(latency=0.05)) as world,
        Conversation(speech(world.tts(sample_rate=RATE), "en"), RecordingOutput()) as conversation,
        trio.open_nursery() as nursery,
    ):
        scope = trio.CancelScope()

        async def say() -> None:
            with scope:
                await conversation.say([TEXT])

        nursery.start_soon(say)
        await trio.testing.wait_all_tasks_blocked()
        await trio.sleep(after)
        if manner == "cancel":
            scope.cancel()
        else:
            conversation.interrupt()
        await trio.testing.wait_all_tasks_blocked()
        result = conversation.last
        assert result is not None
        assert (result.interrupted, result.heard, result.seconds) == (True, "", 0)
        assert result.unheard == result.text
        assert TEXT.startswith(result.text)


MESSY = "Well,  this **is bold**\tand [a link](https://example.com) it is.\n\n- one *thing*\n- 42 things\n\nThe   end."


@pytest.mark.parametrize("after", few([1.1, 1.6, 2.1, 2.9, 3.7, 4.5, 5.3, 6.1, 6.9], 5))
async def test_heard_is_a_slice_of_the_text_with_its_own_spaces(autojump_clock: MockClock, after: float) -> None:
    """No words are glued together, none is cut, and the two parts are the whole."""
    async with serving(voice=voice()) as world:
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), RecordingOutput()) as conversation:
            result = await said_until(conversation, [MESSY], after)
        assert result.heard
        assert result.heard + result.unheard == result.text
        assert MESSY.startswith(result.text)
        assert not (result.heard[-1:].isalnum() and result.unheard[:1].isalnum())


class Metronome(TTS):
    """Says each word in a time of its own, which is known; short ones quickly; and pauses at marks, as voices do."""

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(RATE)

    @staticmethod
    def ends(text: str) -> list[float]:
        """When each word ends."""
        at = 0.0
        ends: list[float] = []
        for index, word in enumerate(text.split()):
            letters = len(re.findall(r"\w", word))
            at += (0.05 * letters if letters < 4 else 0.1 + 0.045 * letters) * (0.85, 1.1, 1.0, 1.15, 0.9)[index % 5]
            ends.append(at)
            at += 0.33 * (word[-1] in ",.!?;:")
        return ends

    @classmethod
    def samples(cls, text: str) -> array[int]:
        sound = array("h")
        for word, end in zip(text.split(), cls.ends(text), strict=True):
            sound.extend([9000, -9000] * ((round(end * RATE) - len(sound)) // 2))
            sound.extend([0] * round(0.33 * RATE * (word[-1] in ",.!?;:")))
        return sound

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        await trio.lowlevel.checkpoint()
        yield _MetronomeSession()


class _MetronomeSession(TTSSession):
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        await trio.sleep(0.2)
        accept(Metronome.samples(text).tobytes())
        return Usage(len(text))


SENTENCE = "The old train leaves at noon, so we walk to the station together, and we wait there for a while."


async def test_the_estimate_inside_a_sentence_is_near_and_marked(autojump_clock: MockClock) -> None:
    """Without word times of the service: within 150 ms on average of where a voice with known times was, and marked as
    an estimate. (`benchmarks/listener.py` has the same against a real voice.)
    """
    options = ServerOptions(pace=3, delta_bytes=1600)
    ends = Metronome.ends(SENTENCE)
    errors: list[float] = []
    steps = few(range(30), 8)
    async with listening(QwenServer(Metronome(), options).handle_stream) as network:
        tts = QwenTTS(api_key="", url=URL, options=QwenOptions(ping_interval=None), dial=network.dial, sample_rate=RATE)
        for step in steps:
            output = RecordingOutput()
            async with Conversation(speech(tts, "en"), output) as conversation:
                result = await said_until(conversation, [SENTENCE], 0.5 + 0.19 * step)
            at = output.heard / RATE
            if at >= ends[-1] or at == 0:
                continue
            assert result.estimated
            true = sum(end <= at for end in ends)
            count = len(result.heard.split())
            assert abs(count - true) <= 2, f"{count} words instead of {true} after {at:.2f} s"
            errors.append(abs(([0.0, *ends])[count] - ([0.0, *ends])[true]))
    assert len(errors) > len(steps) * 2 / 3
    assert sum(errors) / len(errors) <= 0.15, errors


async def test_an_output_that_takes_nothing_has_heard_nothing(autojump_clock: MockClock) -> None:
    """A listener who stopped at the first sample, and a service that goes on."""
    async with serving(voice=voice()) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            output.pause()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(conversation.say, ScriptedSource.paced(TEXT))
                await trio.sleep(30)
                conversation.interrupt()
            assert conversation.last is not None
            assert conversation.last.heard == ""
        assert output.pcm == b""
