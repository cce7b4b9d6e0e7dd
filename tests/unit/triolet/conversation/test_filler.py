"""A few words while the listener waits: when they sound, what they cost, and what they leave alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
import trio
from tests.unit.triolet.conversation._conversations import ONE, Own, in_sentences, texts

from triolet import (
    AudioCallback,
    Conversation,
    Filler,
    PhraseState,
    TTSSession,
    Usage,
    speech,
)
from triolet.errors import ConnectionLost, ServiceError
from triolet.playout._paced_output import PacedOutput
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS, ToneTTS, decode

pytestmark = pytest.mark.usefixtures("natively_and_from_asyncio")


class _BreakingOff(ToneTTS):
    """The filler is refused while it sounds."""

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        if text != "One moment.":
            return await super()._speak(connection, commit, text, accept)
        accept(b"\1\1" * 9600)
        await trio.sleep(0.1)
        raise ServiceError("refused", retryable=False)


async def test_what_was_heard_is_known_though_a_filler_opened_the_output(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    async with Conversation(Own(tts), output) as conversation, trio.open_nursery() as nursery:

        async def caller() -> None:
            await trio.sleep(4.3)
            conversation.interrupt()

        nursery.start_soon(caller)
        answer = ScriptedSource([3.0, "One two three. ", "Four five six. "])
        result = await conversation.say(answer, filler=Filler("One moment.", after=1.0))
    assert result.heard == "One two three. "
    assert result.seconds == pytest.approx(0.84, abs=0.01)


async def test_a_filler_that_breaks_off_does_not_shift_what_was_heard(autojump_clock: trio.testing.MockClock) -> None:
    """What the output drops of it is not heard, so it does not count as a part of the answer that is still to come."""

    answer = ScriptedSource([3.0, ONE])
    async with Conversation(in_sentences(_BreakingOff(pace=4)), RecordingOutput(hold=0.2)) as conversation:
        result = await conversation.say(answer, filler=Filler("One moment.", after=1.0))
    assert result.heard == ONE
    assert all(report.state is PhraseState.HEARD for report in result.phrases)


@pytest.mark.parametrize("voice", [ToneTTS, _BreakingOff])
@pytest.mark.parametrize("thinking", [5.0, 8.0])
async def test_a_filler_is_no_part_of_the_silences_around_it(
    autojump_clock: trio.testing.MockClock, voice: type[ToneTTS], thinking: float
) -> None:
    """The longer one is before the filler, or after it."""
    output = RecordingOutput(hold=0.2)
    answer = ScriptedSource(["First we look at the map. ", thinking, "Then we choose a way."])
    async with Conversation(in_sentences(voice(pace=4)), output) as conversation:
        result = await conversation.say(answer, filler=Filler("One moment.", after=2.0))
    first, filler, last = output.audio
    ends = [each.time + len(each.pcm) / 48_000 for each in (first, filler)]
    silences = [filler.time - ends[0], last.time - ends[1]]
    assert (silences[0] > silences[1]) == (thinking == 5.0)
    assert result.latency.longest_gap == pytest.approx(max(silences), abs=0.002)


@pytest.mark.parametrize("cut_off", [False, True])
async def test_a_filler_is_billed_with_its_turn_though_no_part_of_its_text(
    autojump_clock: trio.testing.MockClock, cut_off: bool
) -> None:
    """One that was cut off counts as a phrase does: it was committed."""
    tts, output = ToneTTS(pace=1.2), RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation:
        with trio.move_on_after(1.3 if cut_off else 60.0):
            await conversation.say(ScriptedSource([4.0, "The answer."]), filler=Filler("One moment.", after=1.0))
        result = conversation.last
    assert result is not None
    assert output.heard
    said = ["One moment."] if cut_off else ["One moment.", "The answer."]
    assert [commit.text for commit in tts.commits] == said
    assert (result.text, result.filler) == ("" if cut_off else "The answer.", len("One moment."))
    assert result.characters == sum(map(len, said)) == result.filler + sum(report.billed for report in result.phrases)
    assert result.cost(2.0, per=1) == 2.0 * result.characters
    assert (result.wasted > 0) == cut_off


async def test_a_filler_sounds_once_while_nothing_else_does(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(first_audio=0.1), RecordingOutput()
    filler = Filler("One moment.", after=1.5)
    async with Conversation(speech(tts, "en"), output) as conversation:
        quick = await conversation.say(["Quick answer."], filler=filler)
        assert quick.heard == "Quick answer."
        late = await conversation.say(ScriptedSource([4.0, "Late answer. ", 30.0, "And more."]), filler=filler)
        assert late.heard == late.text == "Late answer. And more."
        assert not late.interrupted
    assert texts(tts, output.pcm) == ["Quick answer.", "One moment.", "Late answer.", "And more."]


async def test_a_filler_is_not_cut_off_by_the_answer_nor_said_over_it(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(first_audio=0.1), RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation:
        result = await conversation.say(
            ScriptedSource([1.6, "The answer comes while the filler sounds."]), filler=Filler("One moment, please.")
        )
    assert texts(tts, output.pcm) == ["One moment, please.", "The answer comes while the filler sounds."]
    assert result.heard == result.text


async def test_an_interruption_ends_the_filler_too(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(first_audio=0.1), RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(lambda: conversation.say(ScriptedSource([60.0]), filler=Filler("One moment, please.", 1.0)))
        await trio.sleep(1.5)
        conversation.interrupt()
        heard = output.heard
        await trio.sleep(5)
        assert 0 < heard == output.heard
        assert conversation.last is not None
        assert conversation.last.heard == ""


async def test_a_filler_that_fails_does_not_end_the_answer(autojump_clock: trio.testing.MockClock) -> None:
    def script(text: str) -> list[bytes | BaseException]:
        return [ConnectionLost("gone", retryable=False)] if text == "One moment." else [b"\1\1" * 2400]

    async with Conversation(speech(ScriptedTTS([script]), "en"), RecordingOutput()) as conversation:
        result = await conversation.say(ScriptedSource([5.0, "The answer."]), filler=Filler("One moment."))
        assert result.heard == "The answer."


class _InterruptedInHand(ScriptedTTS):
    """The caller interrupts in the moment in which samples have been passed on and are not played yet."""

    def __init__(self, interrupt: Callable[[], None]) -> None:
        super().__init__([[b"\1\1" * 4800]])
        self._interrupt = interrupt

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        async with super().connect() as session:
            yield _Interrupting(session, self._interrupt)


class _Interrupting(TTSSession):
    def __init__(self, session: TTSSession, interrupt: Callable[[], None]) -> None:
        self._session = session
        self._interrupt = interrupt

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        await self._session.commit(text, accept)
        await trio.testing.wait_all_tasks_blocked()
        accept(b"\2\2" * 4800)
        self._interrupt()
        await trio.sleep_forever()
        raise AssertionError

    async def ended(self) -> None:
        await trio.sleep_forever()


class _Eager(PacedOutput):
    """Takes samples before it looks whether it was cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = b""

    async def play(self, pcm: bytes) -> None:
        self.taken += pcm
        await super().play(pcm)


@pytest.mark.parametrize("of_filler", [False, True])
async def test_samples_in_hand_are_not_played_after_an_interruption(
    autojump_clock: trio.testing.MockClock, of_filler: bool
) -> None:
    output = _Eager()

    def interrupt() -> None:
        conversation.interrupt()
        output.taken = b""

    tts = _InterruptedInHand(interrupt)
    async with Conversation(speech(tts, "en"), output) as conversation:
        answer = ScriptedSource([60.0 if of_filler else 0.0, "The answer."])
        result = await conversation.say(answer, filler=Filler("One moment.", after=1.0))
    assert result.interrupted
    assert tts.commits == ["One moment." if of_filler else "The answer."]
    assert output.taken == b""


async def test_a_pause_while_a_filler_sounds_is_no_stop_of_the_device_and_no_silence(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tts, output = ToneTTS(pace=4), RecordingOutput(hold=5.0)
    answer = ScriptedSource(["First we look at the map. ", 40.0, "Then we choose a way."])
    async with Conversation(in_sentences(tts), output) as conversation, trio.open_nursery() as nursery:

        async def caller() -> None:
            while tts.commits[-1:] == [] or tts.commits[-1].text != "One moment, please, I look it up.":
                await trio.sleep(0.1)
            await trio.sleep(0.9)
            conversation.pause()
            await trio.sleep(20)
            conversation.resume()

        nursery.start_soon(caller)
        result = await conversation.say(answer, filler=Filler("One moment, please, I look it up.", after=2.0))
    assert result.heard == result.text
    first, filler, rest, last = output.audio
    assert rest.time - filler.time > 20
    silences = [
        filler.time - first.time - len(first.pcm) / 48_000,
        last.time - rest.time - len(rest.pcm) / 48_000,
    ]
    assert result.latency.longest_gap == pytest.approx(max(silences), abs=0.002)


async def test_what_was_heard_after_a_filler_is_counted_without_it(autojump_clock: trio.testing.MockClock) -> None:
    """The output is open before the turn begins; the caller interrupts in the second sentence of the answer."""
    tts, output = ToneTTS(pace=1), RecordingOutput()
    async with Conversation(in_sentences(tts), output) as conversation, trio.open_nursery() as nursery:

        async def caller() -> None:
            while [commit.text for commit in tts.commits][-1:] != ["Then we choose a way."]:
                await trio.sleep(0.1)
            await trio.sleep(0.5)
            conversation.interrupt()

        nursery.start_soon(caller)
        answer = ScriptedSource([4.0, "First we look at the map. ", 1.0, "Then we choose a way."])
        result = await conversation.say(answer, filler=Filler("One moment, please, I look it up.", after=1.0))
    said = {(commit.connection, commit.commit): commit.text for commit in tts.commits}
    of_answer = [run for run in decode(output.pcm).runs if not said[run.connection, run.commit].startswith("One")]
    assert result.seconds == pytest.approx(sum(run.stop - run.start for run in of_answer) / 24_000, abs=0.001)
    assert 0 < result.seconds < 2
