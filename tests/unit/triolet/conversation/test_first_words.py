"""How soon the first words of a turn leave for the service, besides what the clock says: by what is done before that."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from triolet import AudioCallback, Conversation, TTSSession, Usage, speech
from triolet._tools import _lazy_regex
from triolet.alignment import _weights
from triolet.conversation import _rehearsal
from triolet.testing import RecordingOutput, ToneTTS


class Rounds(trio.abc.Instrument):
    """Counts how often the event loop has looked for what comes next: as often, a task has waited for another to run."""

    def __init__(self) -> None:
        self.count = 0

    def after_io_wait(self, timeout: float) -> None:
        self.count += 1


class Asked(ToneTTS):
    """Notes in which round it is first asked."""

    def __init__(self, rounds: Rounds) -> None:
        super().__init__()
        self.rounds = rounds
        self.at: list[int] = []

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        async with super().connect() as session:
            yield _Asked(self, session)


class _Asked(TTSSession):
    def __init__(self, tts: Asked, session: TTSSession) -> None:
        self.tts, self.session = tts, session

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        self.tts.at.append(self.tts.rounds.count)
        return await self.session.commit(text, accept)


async def slowly(text: str) -> AsyncIterator[str]:
    for character in text:
        await trio.sleep(0.01)
        yield character


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("text", ["We walk along the river.", "Today, we walk along the river.", "我们沿着河走。"])
async def test_the_first_words_wait_for_two_tasks(
    autojump_clock: trio.testing.MockClock, text: str, live: bool
) -> None:
    """One reads what the source gives, down to phrases. Another tells a session. Each more would cost its time."""
    rounds, marked = Rounds(), 0
    tts = Asked(rounds)

    async def tokens() -> AsyncIterator[str]:
        nonlocal marked
        async for character in slowly(text):
            marked = rounds.count
            yield character
        await trio.sleep(0.2)  # less than a stall
        assert len(tts.at) == 1

    device = RecordingOutput()
    device.realtime, device.streamed = live, not live
    async with Conversation(speech(tts, "zh" if text > "Z" else "en"), device) as conversation:
        await trio.sleep(1)
        trio.lowlevel.add_instrument(rounds)
        try:
            await conversation.say(tokens())
        finally:
            trio.lowlevel.remove_instrument(rounds)
    assert tts.at[0] - marked <= 2


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "In part 3 the winter market answers the shape of the open water. It ends."),
        ("de", "In Teil 3 antwortet der Markt auf die Form des offenen Wassers. Er endet."),
        ("zh", "在第三部分，冬天的市场回答了水面的形状。然后结束。"),
        ("auto", "在第三部分，冬天的市场回答了水面的形状。然后结束。"),
    ],
)
async def test_a_conversation_compiles_all_that_its_first_sentence_needs(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch, language: str, text: str
) -> None:
    for cache in (_rehearsal.compiled, _weights._remembered, _weights._remembered_going_on):
        cache.cache_clear()
    for pattern in _patterns():
        for name in _lazy_regex._ATTRIBUTES:
            with contextlib.suppress(AttributeError):
                delattr(pattern, name)
    async with Conversation(speech(ToneTTS(), language), RecordingOutput()) as conversation:
        compiled: list[str] = []
        attribute = _lazy_regex.LazyRegex.__getattr__

        def compile_late(self: _lazy_regex.LazyRegex, name: str) -> object:
            compiled.append(self._source)
            return attribute(self, name)

        monkeypatch.setattr(_lazy_regex.LazyRegex, "__getattr__", compile_late)
        result = await conversation.say(slowly(text))
    assert result.heard == text
    assert compiled == []


def _patterns() -> list[_lazy_regex.LazyRegex]:
    """Those of the engine's text stages."""
    rooms = ("model_talk", "segmentation", "normalization", "alignment", "phrasing", "_tools")
    modules = [
        module for name, module in sys.modules.items() if name.startswith(tuple(f"triolet.{room}" for room in rooms))
    ]
    return [value for module in modules for value in vars(module).values() if isinstance(value, _lazy_regex.LazyRegex)]
