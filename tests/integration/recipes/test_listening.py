"""A user's voice from a file, through the real detector; the speech is made of tones, in virtual time."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest
import trio
from recipes.listening import TEXT, example
from tests.integration.docs.world import world
from tests.integration.recipes.running import RECIPES


def test_listening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "user.wav"
    trio.run(example, path)
    monkeypatch.setattr(sys, "argv", ["listening", str(path)])
    with world():
        runpy.run_path(str(RECIPES / "listening.py"), run_name="__main__")
    printed = capsys.readouterr().out
    decided = [(what, float(at)) for at, what in re.findall(r"^ *([\d.]+) s: (\w+)$", printed, re.MULTILINE)]
    assert [what for what, _ in decided] == ["pause", "resume", "pause", "interrupt"]
    (_, first), (_, resumed), (_, second), (_, interrupted) = decided
    assert 2 < first < 2.3, "the sound begins two seconds into the file"
    assert resumed - first < 1.3
    assert 6 < second < 6.3
    assert interrupted - second == pytest.approx(0.5, abs=0.1)
    heard, missed = re.findall(
        r"^(?:not )?heard: +(.*?)(?=\nnot heard:|\Z)", printed.rstrip(), re.MULTILINE | re.DOTALL
    )
    assert heard
    assert missed
    assert " ".join(f"{heard} {missed}".split()) == " ".join(TEXT.split())
