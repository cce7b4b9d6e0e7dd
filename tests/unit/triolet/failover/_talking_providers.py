"""Providers that fail as they are told, and which of them was heard."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio

from triolet import TTS, AudioCallback, Conversation, Failover, FailoverOptions, RateLimits, TTSSession, Usage, speech
from triolet.errors import (
    TTSError,
)
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS
from triolet.testing._tone import decode

Clock = trio.testing.MockClock

RATE = 8000
OPTIONS = FailoverOptions()


class Provider(ToneTTS):
    """A voice that fails as it is told. Its samples are those of connection `mark` and up, so that they tell the provider."""

    def __init__(self, mark: int, *, limits: RateLimits | None = None, **how: Any) -> None:
        settings: dict[str, Any] = {"sample_rate": RATE, "first_audio": 0.2, "pace": 3.0} | how
        super().__init__(**settings)
        self._numbers = itertools.count(mark)
        self._limits = limits or RateLimits()
        self.mark = mark
        self.refusal: TTSError | None = None
        """Raised by connects."""
        self.failure: TTSError | None = None
        """Raised by commits, after `fails_after` seconds of audio."""
        self.fails_after = 0.0
        self.silent = False
        self.mute = False
        """Says that it is done, without a sample."""
        self.speed: float | None = None
        """Instead of `pace`."""
        self.died = trio.Event()

    @property
    def limits(self) -> RateLimits:
        return self._limits

    @property
    def texts(self) -> list[str]:
        return [commit.text for commit in self.commits]

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        if (refusal := self.refusal) is not None:
            await trio.sleep(0.05)
            raise refusal
        async with super()._connect() as session:
            yield session

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        given, failure = 0.0, self.failure
        self._pace = self.speed or self._pace

        def until_it_fails(pcm: bytes) -> None:
            nonlocal given
            if failure is not None and given >= self.fails_after:
                raise failure
            given += self.format.seconds(len(pcm) // 2)
            accept(pcm)

        if self.silent:
            await trio.sleep_forever()
        if self.mute:
            return Usage()
        return await super()._speak(connection, commit, text, until_it_fails)


TEXT = "First we look at the map. Then we choose a way, and we pack. At last we walk!"
FIRST, SECOND, THIRD = 0, 1000, 2000


def two(**how: Any) -> tuple[Provider, Provider]:
    return Provider(FIRST, **how), Provider(SECOND)


def whose(pcm: bytes) -> str:
    """Which providers were heard, in order: "1", "12", "121"."""
    marks: list[str] = []
    decoded = decode(pcm)
    for run in decoded.runs:
        mark = str(run.connection // 1000 + 1)
        if marks[-1:] != [mark]:
            marks.append(mark)
    assert decoded.unreadable <= 3 * len(decoded.runs) + RATE // 100, "more than a phrase that was cut, and faded out"
    return "".join(marks)


@attrs.define
class Talk:
    conversation: Conversation
    output: RecordingOutput

    async def say(self, text: str) -> str:
        """Who was heard; the whole text was."""
        result = await self.conversation.say(ScriptedSource.paced(text))
        assert result.heard == text
        return whose(self.output.pcm[2 * self._before() :])

    _at: int = 0

    def _before(self) -> int:
        before, self._at = self._at, self.output.heard
        return before


@asynccontextmanager
async def talking(*providers: TTS, options: FailoverOptions | None = None) -> AsyncGenerator[Talk]:
    output = RecordingOutput()
    first, second, *others = providers
    voice = Failover(first, second, *others, options=options)
    async with Conversation(speech(voice, "en"), output) as conversation:
        yield Talk(conversation, output)
