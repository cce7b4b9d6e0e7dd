"""What a running turn says of itself."""

from __future__ import annotations

import trio
from tests.unit.triolet.conversation._conversations import ONE, in_sentences

from triolet import Conversation
from triolet.testing import RecordingOutput, ToneTTS


async def test_it_grows_word_by_word_with_what_is_heard(autojump_clock: trio.testing.MockClock) -> None:
    device = RecordingOutput()
    seen: list[tuple[str, int]] = []
    async with Conversation(in_sentences(ToneTTS(pace=4)), device) as conversation:

        async def look() -> None:
            while True:
                await trio.sleep(0.1)
                if conversation.so_far is not None:
                    seen.append((conversation.so_far.heard, device.heard))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(look)
            result = await conversation.say([ONE])
            nursery.cancel_scope.cancel()
        assert conversation.so_far is None
    assert result.heard == ONE
    texts = [text for text, _ in seen]
    assert texts == sorted(texts, key=len), "it never shrinks"
    assert all(ONE.startswith(text) for text in texts)
    assert len(set(texts)) > len(ONE.split()) / 2, "it is finer than a phrase"
    assert not any(text for text, samples in seen if samples == 0)


async def test_looking_changes_nothing(autojump_clock: trio.testing.MockClock) -> None:
    results: list[str] = []
    for often in (False, True):
        async with Conversation(in_sentences(ToneTTS(pace=4)), RecordingOutput()) as conversation:

            async def look(often: bool, conversation: Conversation) -> None:
                for _ in range(30):
                    await trio.sleep(0.05)
                    assert not often or conversation.so_far is not None
                conversation.interrupt()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(look, often, conversation)
                result = await conversation.say([ONE])
                results.append(repr((result.heard, result.unheard, result.phrases)))
    assert results[0] == results[1]
