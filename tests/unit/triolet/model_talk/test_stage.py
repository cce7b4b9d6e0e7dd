"""The stage around the core: what a listener hears, what the result and the timeline say of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing
from tests.unit.triolet.conversation._conversations import texts

from triolet import Conversation, ModelTalkFilter, NormalizationOptions, TurnResult, speech
from triolet.events import Event, ModelTalkRemoved, TalkKind
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS, collect

ANSWER = "<think>They greet me. I greet them.</think>Hello there, friend. How are you today?<|im_end|>"
HEARD = "Hello there, friend. How are you today?"


class KnowsLaughter(ToneTTS):
    """A voice that laughs."""

    @property
    def directions(self) -> dict[str, str]:
        return {"laugh": "[laughter]"}


async def test_only_the_answer_is_heard_and_the_rest_is_told(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(pace=4), RecordingOutput()
    events: list[Event] = []
    async with Conversation(speech(tts, "en"), device) as conversation:
        source = ScriptedSource.paced(ANSWER, tokens_a_second=40)
        result = await conversation.say(source, observer=events.append)
    assert " ".join(texts(tts, device.pcm)) == HEARD
    assert (result.text, result.heard, result.unheard) == (HEARD, HEARD, "")
    removed = [event.removed for event in events if isinstance(event, ModelTalkRemoved)]
    assert [(one.kind, one.text) for one in removed] == [
        (TalkKind.REASONING, "They greet me. I greet them."),
        (TalkKind.CONTROL, "<|im_end|>"),
    ]


@pytest.mark.parametrize("after", [0.3, 0.9, 1.5, 2.5])
async def test_the_text_of_an_interrupted_turn_has_no_model_talk(
    autojump_clock: trio.testing.MockClock, after: float
) -> None:
    answer = "<think>Hm.</think>First we look at the map. <think>What next?</think>Then we choose. At last we walk <b"
    shown = "First we look at the map. Then we choose. At last we walk <b"
    tts, device = ToneTTS(first_audio=0.1, pace=4), RecordingOutput()
    async with Conversation(speech(tts, "en"), device) as conversation:
        result = TurnResult()

        async def stalls() -> AsyncIterator[str]:
            for at in range(0, len(answer), 4):
                yield answer[at : at + 4]
            await trio.sleep_forever()

        async def say() -> None:
            nonlocal result
            result = await conversation.say(stalls())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say)
            await trio.sleep(after)
            conversation.interrupt()
    assert result.text == shown
    assert result.heard + result.unheard == shown


async def test_a_piece_that_is_broken_off_is_told(autojump_clock: trio.testing.MockClock) -> None:
    events: list[Event] = []

    async def fails() -> AsyncIterator[str]:
        yield "Well. <think>So"
        yield " then"
        raise OSError("the line is dead")

    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        with pytest.raises(OSError, match="the line is dead"):
            await conversation.say(fails(), observer=events.append)
    assert [event.removed.text for event in events if isinstance(event, ModelTalkRemoved)] == ["So then"]
    assert conversation.last is not None
    assert conversation.last.text == "Well. "


async def test_the_stage_alone_gives_tokens(autojump_clock: trio.testing.MockClock) -> None:
    tokens = ["<thi", "nk>a</think>", "One", " <", " two"]
    assert "".join(await collect(tokens | ModelTalkFilter())) == "One < two"
    assert await collect(["a</think>", "One"] | ModelTalkFilter("open")) == ["One"]


async def test_what_is_no_text_is_an_error_that_names_it(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        with pytest.raises(TypeError, match="the source gave a bytes"):
            await conversation.say([b"Hello"])  # type: ignore[list-item]


async def test_a_voice_gets_the_directions_that_it_knows(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = KnowsLaughter(pace=4), RecordingOutput()
    chain = speech(tts, "en", text=NormalizationOptions(directions="voice"))
    async with Conversation(chain, device) as conversation:
        await conversation.say(["*laughs softly* That is good. (sighs) Well then."])
    assert " ".join(texts(tts, device.pcm)) == "[laughter] That is good. Well then."
