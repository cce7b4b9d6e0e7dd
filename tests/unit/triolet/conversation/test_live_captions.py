"""What a screen shows while a turn is said: each caption in its time, and nothing that is not being said."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.triolet.conversation._teller import Teller
from trio.testing import MockClock

from triolet import (
    Conversation,
    Filler,
    LiveCaption,
    PhrasingOptions,
    TurnResult,
    speech,
)
from triolet.testing import RecordingOutput, ToneTTS

TEXT = "The trains leave on time, every morning. After that it is quiet until noon, and then the people have a coffee. Why?"
CHARACTER = 0.06


class Screen:
    """What it has shown, and when."""

    def __init__(self) -> None:
        self.shown: list[tuple[float, LiveCaption]] = []
        self.closed = False

    async def watch(self, conversation: Conversation, began: float, *, by_word: bool = False) -> None:
        async for caption in conversation.captions(by_word=by_word):
            self.shown.append((round(trio.current_time() - began, 2), caption))
        self.closed = True


async def turn(
    tts: ToneTTS, *, by_word: bool = False, interrupt: float | None = None, pause: float | None = None
) -> tuple[Screen, TurnResult]:
    screen = Screen()
    chain = speech(tts, "en", phrasing=PhrasingOptions(early_start=False, merge=0))
    async with trio.open_nursery() as nursery, Conversation(chain, RecordingOutput()) as conversation:

        async def disturb() -> None:
            if pause is not None:
                await trio.sleep(pause)
                conversation.pause()
                await trio.sleep(2)
                conversation.resume()
            if interrupt is not None:
                await trio.sleep(interrupt)
                conversation.interrupt()

        async def watch() -> None:
            await screen.watch(conversation, trio.current_time(), by_word=by_word)

        nursery.start_soon(watch)
        nursery.start_soon(disturb)
        result = await conversation.say([TEXT])
        await trio.sleep(5)
    return screen, result


@pytest.mark.parametrize("voice", [Teller, ToneTTS])
async def test_each_caption_comes_with_its_first_word(autojump_clock: MockClock, voice: type[ToneTTS]) -> None:
    screen, result = await turn(voice(pace=3, seconds_per_character=CHARACTER))
    assert screen.closed
    captions = [(at, caption) for at, caption in screen.shown if caption]
    assert " ".join(caption.text.replace("\n", " ") for _, caption in captions) == TEXT
    starts = [word.begins for word in result.words if word.text.strip() in ("The", "After", "Why?")]
    assert [at for at, _ in captions] == pytest.approx(starts, abs=0.06)
    assert not screen.shown[-1][1], "the last one goes"
    assert screen.shown[-1][0] == pytest.approx(starts[-1] + 5 / 6, abs=0.06)


async def test_word_by_word(autojump_clock: MockClock) -> None:
    screen, result = await turn(Teller(pace=3, seconds_per_character=CHARACTER), by_word=True)
    words = [(at, caption.said.split()[-1]) for at, caption in screen.shown if caption]
    assert [word for _, word in words] == TEXT.split()
    assert [at for at, _ in words] == pytest.approx([word.begins for word in result.words], abs=0.06)
    assert all(caption.text.replace("\n", " ").startswith(caption.said) for _, caption in screen.shown)


async def test_an_interruption_ends_it_at_once(autojump_clock: MockClock) -> None:
    screen, result = await turn(Teller(pace=3, seconds_per_character=CHARACTER), interrupt=1.0)
    assert [bool(caption) for _, caption in screen.shown] == [True, False]
    assert screen.shown[-1][0] == 1.0
    assert result.heard.strip() == "The trains leave"


async def test_a_pause_holds_it(autojump_clock: MockClock) -> None:
    screen, result = await turn(Teller(pace=3, seconds_per_character=CHARACTER), pause=1.0)
    starts = [word.begins for word in result.words if word.text.strip() in ("The", "After", "Why?")]
    assert [at for at, caption in screen.shown if caption] == pytest.approx(starts, abs=0.06)
    assert starts[1] == pytest.approx(CHARACTER * 40 + 0.4 + 2, abs=0.1)


async def test_a_filler_is_shown_and_what_ends_is_told(autojump_clock: MockClock) -> None:
    screen = Screen()

    async def tokens() -> AsyncIterator[str]:
        await trio.sleep(4)
        yield "Yes."

    async with Conversation(speech(Teller(pace=3), "en"), RecordingOutput()) as talk, trio.open_nursery() as nursery:
        nursery.start_soon(screen.watch, talk, trio.current_time())
        await talk.say(tokens(), filler=Filler("One moment.", after=1.0))
        await trio.sleep(3)
        nursery.cancel_scope.cancel()
    assert [caption.text for _, caption in screen.shown] == ["One moment.", "", "Yes.", ""]
    with pytest.raises(RuntimeError, match="not open"):
        talk.captions()
