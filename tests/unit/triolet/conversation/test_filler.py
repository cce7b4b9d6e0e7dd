"""A few words while the listener waits: when they sound, what they cost, and what they leave alone."""

from __future__ import annotations

import pytest
import trio
from tests.unit.triolet.conversation._conversations import ONE, Own, in_sentences, texts

from triolet import (
    AudioCallback,
    Conversation,
    Filler,
    PhraseState,
    Usage,
    speech,
)
from triolet.errors import ConnectionLost, ServiceError
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS, ToneTTS


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
