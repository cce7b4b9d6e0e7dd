"""`triolet demo` shows what it says."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import trio
from tests.integration.cli.command import call, samples

import triolet_adapters.tts
from triolet.testing import ToneTTS
from triolet_adapters.cli import _demo
from triolet_adapters.sources import LocalLLMFailed

Captured = pytest.CaptureFixture[str]


def test_sound_comes_while_the_answer_is_written_and_a_paused_output_stops_it(tmp_path: Path, capfd: Captured) -> None:
    file = tmp_path / "demo.wav"
    result = call(capfd, "demo", "--no-llm", "--rate", "60", "--silent", "--out", str(file))
    assert result.code == 0, result.out
    assert "first sound after 0." in result.out
    assert "heard means written to the file" in result.out
    assert "with the output paused, the source stalled after" in result.out
    assert result.out.count("  heard  ") >= 4
    assert samples(file) > 24_000 * 10


@pytest.fixture
def tones(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of the voice, where what it says is not looked at."""
    monkeypatch.setattr(triolet_adapters.tts, "LocalTTS", ToneTTS)


@pytest.mark.usefixtures("tones")
def test_json_has_what_is_shown(tmp_path: Path, capfd: Captured) -> None:
    """With a language model, the demo is run as README shows it: tests/integration/docs/test_readme.py."""
    result = call(capfd, "demo", "--no-llm", "--rate", "60", "--silent", "--json", "--out", str(tmp_path / "demo.wav"))
    found = json.loads(result.out)
    assert result.code == 0, found
    assert len(found["sentences"]) >= 4
    assert found["heard"] == found["text"]
    assert found["first_sound_seconds"] < found["source_seconds"]
    assert 100 < found["stalled_after_characters"] <= found["stated_bound_characters"]


def test_too_late_and_too_much_are_told() -> None:
    assert _demo.Start(1.0, 2.1, 4).holds
    late = _demo.Start(1.0, 2.0, 4)
    assert not late.holds
    assert "TOO LATE" in late.sentence("the LLM")
    assert _demo.Start(1.0, 2.0, 3).holds, "one sentence cannot be heard before it is half written"
    assert _demo.Stall(10, 10).holds
    assert not _demo.Stall(11, 10).holds
    assert "MORE THAN" in _demo.Stall(11, 10).sentence()


@pytest.mark.usefixtures("tones")
def test_it_fails_if_the_bound_does_not_hold(tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stall(_text: str, _tts: object) -> _demo.Stall:
        await trio.lowlevel.checkpoint()
        return _demo.Stall(5000, 3000)

    monkeypatch.setattr(_demo, "stall", stall)
    result = call(capfd, "demo", "--no-llm", "--rate", "500", "--silent", "--out", str(tmp_path / "demo.wav"))
    assert result.code == 1
    assert "MORE THAN THE STATED BOUND of 3,000" in result.out


@pytest.mark.usefixtures("tones")
def test_a_language_model_that_does_not_start_is_replaced(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.asynccontextmanager
    async def answer(*_: object) -> AsyncGenerator[None]:
        await trio.lowlevel.checkpoint()
        raise LocalLLMFailed("illegal instruction")
        yield

    async def stall(_text: str, _tts: object) -> _demo.Stall:
        await trio.lowlevel.checkpoint()
        return _demo.Stall(1, 2)

    monkeypatch.setattr(_demo, "answer", answer)
    monkeypatch.setattr(_demo, "stall", stall)
    monkeypatch.setattr(_demo, "local_llm_is_installed", lambda: True)
    arguments = ["demo", "--rate", "100", "--silent", "--out", str(tmp_path / "demo.wav")]
    result = call(capfd, *arguments)
    assert result.code == 0
    assert "a given answer is replayed, 100 tokens a second" in result.out
    assert result.err.endswith("illegal instruction\n")
    assert call(capfd, *arguments, "--llm").code == 1


def test_only_wav(capfd: Captured) -> None:
    result = call(capfd, "demo", "--out", "demo.mp3")
    assert (result.code, result.out) == (2, "")
    assert ".wav" in result.err
