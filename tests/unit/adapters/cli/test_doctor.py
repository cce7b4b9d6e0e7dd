"""What the doctor says of the keys of vendors."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from triolet import TTSSession
from triolet.errors import AuthenticationFailed, ConnectionFailed, TTSError
from triolet.testing import ToneTTS
from triolet_adapters.cli import _doctor
from triolet_adapters.cli._doctor import Verdict, connected, others
from triolet_adapters.cli._options import KEYS


class Vendor(ToneTTS):
    """Answers a connect."""

    url = "wss://vendor.example"

    def __init__(self, error: TTSError | None = None, after: float = 0.2) -> None:
        super().__init__()
        self._error, self._after = error, after

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        await trio.sleep(self._after)
        if self._error is not None:
            raise self._error
        async with super().connect() as session:
            yield session


@pytest.mark.parametrize(
    ("vendor", "verdict", "text"),
    [
        (Vendor(), Verdict.OK, "the key is accepted, session after 200 ms"),
        (Vendor(AuthenticationFailed("no", code="401")), Verdict.BAD, "the key in SOME_KEY is refused (401)"),
        (Vendor(ConnectionFailed("nobody is there")), Verdict.NOTE, "not reached (nobody is there)"),
        (Vendor(after=60), Verdict.NOTE, "not reached within 5 s"),
    ],
)
async def test_a_key_is_tried_by_a_session(
    autojump_clock: MockClock, vendor: Vendor, verdict: Verdict, text: str
) -> None:
    finding = await connected("some voice", "SOME_KEY", vendor)
    assert (finding.verdict, finding.text) == (verdict, text)
    assert not vendor.commits


async def test_the_keys_that_are_set_are_tried_and_no_others(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    for variable in KEYS.values():
        monkeypatch.delenv(variable, raising=False)
    assert await others(offline=False) == []
    for variable in ("ELEVENLABS_API_KEY", "OPENAI_API_KEY", "TOGETHER_API_KEY"):
        monkeypatch.setenv(variable, "sk-secret")
    asked: list[str] = []

    async def tried(subject: str, variable: str, tts: object) -> _doctor.Finding:
        await trio.lowlevel.checkpoint()
        asked.append(f"{subject} {variable} {type(tts).__name__}")
        return _doctor.Finding(subject, Verdict.OK, "")

    monkeypatch.setattr(_doctor, "connected", tried)
    await others(offline=False)
    assert sorted(asked) == [
        "elevenlabs voice ELEVENLABS_API_KEY ElevenLabsTTS",
        "omni voice TOGETHER_API_KEY OmniTTS",
        "openai voice OPENAI_API_KEY OpenAITTS",
    ]
    assert {finding.text for finding in await others(offline=True)} == {"not tried (--offline)"}
