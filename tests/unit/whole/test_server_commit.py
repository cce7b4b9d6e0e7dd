"""A turn in server_commit, through the whole chain, over the real protocol on a virtual clock."""

from __future__ import annotations

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import Tap, serving

from triolet import Conversation, PhraseState, SentenceSegmenter, StreamSynthesizer, TextNormalizer, speech
from triolet._tools._alone import Alone
from triolet.errors import TTSError
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS, decode
from triolet_adapters.outputs import Memory

TEXT = "First we look at the **map**. Then we choose a way, and we pack. At last we walk!"


async def test_the_turn_is_one_session_whose_texts_are_appended_as_they_come(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tap = Tap()
    async with serving(voice=ToneTTS(pace=3)) as world:
        tts = world.tts(mode="server_commit", tap=tap)
        output = Memory()
        result = await (ScriptedSource.paced(TEXT, tokens_a_second=20) | speech(tts, "en") | output).run()
    appended = [event["text"] for event in tap.of_type("input_text_buffer.append")]
    assert len(appended) > 3
    assert "".join(appended) == TEXT.replace("*", "")
    assert not tap.of_type("input_text_buffer.commit")
    sent = sum(commit.samples for commit in world.voice.commits)
    decoded = decode(output.pcm)
    assert sum(run.stop - run.start for run in decoded.runs) == sent
    assert decoded.unreadable == 0
    assert result.heard == result.text == TEXT
    assert [report.state for report in result.phrases] == [PhraseState.HEARD]
    assert result.characters == len(TEXT) - 4


async def test_what_was_heard_of_an_interrupted_turn_is_an_estimate_and_says_so(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with serving(voice=ToneTTS(pace=3)) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(mode="server_commit"), "en"), output) as conversation:
            with trio.move_on_after(2.5):
                await conversation.say([TEXT])
            result = conversation.last
            heard = output.heard
            await trio.sleep(5)
            assert output.heard == heard
        assert result is not None
        assert result.interrupted
        assert result.estimated
        assert result.heard + result.unheard == TEXT
        assert "First we look" in result.heard
        assert "At last we walk" in result.unheard
    assert world.network.open == 0


async def test_nothing_to_say_opens_no_session() -> None:
    async with serving() as world:
        result = await (["🎉 "] | speech(world.tts(mode="server_commit"), "en") | Memory()).run()
    assert result.heard == "🎉 "
    assert world.network.connections == []


async def test_an_error_of_the_source_closes_the_session(autojump_clock: trio.testing.MockClock) -> None:
    async with serving(voice=ToneTTS(pace=3)) as world:
        source = ScriptedSource(["First we look. Then ", 1.0, ValueError("the LLM broke")])
        with pytest.raises(ValueError, match="the LLM broke"):
            await (source | speech(world.tts(mode="server_commit"), "en") | RecordingOutput()).run()
        assert world.network.open == 0


async def test_a_session_that_is_lost_is_reported_with_its_reason(autojump_clock: trio.testing.MockClock) -> None:
    async with serving(voice=ToneTTS(pace=3)) as world:
        async with Conversation(speech(world.tts(mode="server_commit"), "en"), RecordingOutput()) as conversation:
            with pytest.raises(TTSError) as caught, Alone():
                async with trio.open_nursery() as nursery:

                    async def cut() -> None:
                        await trio.sleep(1.5)
                        world.network.connections[-1].reset()

                    nursery.start_soon(cut)
                    await conversation.say([TEXT, " And one more, that never comes to be."])
            assert conversation.last is not None
        (report,) = conversation.last.phrases
        assert report.state is PhraseState.FAILED
        assert report.reason == f"{type(caught.value).__name__}: {caught.value}"


async def test_the_two_ways_are_not_mixed_up() -> None:
    async with serving() as world:
        with pytest.raises(ValueError, match="phrase by phrase"):
            _ = SentenceSegmenter() | TextNormalizer() | StreamSynthesizer(world.tts())
        with pytest.raises(RuntimeError, match="phrase by phrase"):
            ToneTTS().connect_stream()
