"""`triolet say --captions`, `--cache`, and `triolet cache`, by what comes out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from tests.integration.cli.command import call

from triolet_adapters.tts.cached import Cached

Captured = pytest.CaptureFixture[str]


def test_captions_lie_beside_the_sound_or_where_they_are_asked_for(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "a.wav"
    assert call(capfd, "say", "Hello there, all of you.", "-o", str(out), "--captions", "vtt").code == 0
    header, blank, times, *lines = (tmp_path / "a.vtt").read_text().splitlines()
    assert (header, blank, lines) == ("WEBVTT", "", ["Hello there, all of you."])
    assert times.startswith("00:00:00.0")
    named = tmp_path / "b.srt"
    assert call(capfd, "say", "Hello there, all of you.", "-o", str(out), "--captions", str(named)).code == 0
    assert named.read_text().startswith("1\n00:00:00,0")


@pytest.mark.parametrize(
    ("captions", "words"),
    [("vtt", "beside which file?"), ("a.txt", "give a .vtt or .srt file"), ("no/such/a.vtt", "does not exist")],
)
def test_captions_that_have_no_place_are_misuse(captions: str, words: str, capfd: Captured) -> None:
    result = call(capfd, "say", "Hello.", "-o", "-", "--captions", captions)
    assert result.code == 2
    assert words in result.err


def test_a_cache_is_filled_listed_used_and_cleared(tmp_path: Path, capfd: Captured) -> None:
    directory, greetings = str(tmp_path / "phrases"), tmp_path / "greetings.txt"
    greetings.write_text("One moment.\n\nOne moment.\n")
    assert "1 said, 1 there already; now 1 phrase," in call(capfd, "cache", "warm", directory, str(greetings)).out
    assert "One moment." in call(capfd, "cache", "list", directory).out
    assert call(capfd, "cache", "size", directory).out.startswith("1 phrase, 0.")
    out = str(tmp_path / "a.wav")
    assert call(capfd, "say", "One moment.", "--cache", directory, "-o", out).code == 0
    assert call(capfd, "cache", "clear", directory).out == "1 phrase dropped\n"
    assert call(capfd, "cache", "list", directory).out == ""
    missing = call(capfd, "cache", "size", str(tmp_path / "nowhere"))
    assert missing.code == 2
    assert "no directory" in missing.err
    (tmp_path / "empty.txt").write_text("\n")
    assert "has no text" in call(capfd, "cache", "warm", directory, str(tmp_path / "empty.txt")).err


def test_a_cache_that_keeps_nothing_is_an_error(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (greetings := tmp_path / "greetings.txt").write_text("One moment.\n")
    monkeypatch.setattr("triolet_adapters.cli._cache.Cached", partial(Cached, longest=3))
    result = call(capfd, "cache", "warm", str(tmp_path / "phrases"), str(greetings))
    assert result.code != 0
    assert "nothing was kept in" in result.err
    assert "3 characters at most" in result.err


def test_an_option_behind_url_is_no_url(tmp_path: Path, capfd: Captured) -> None:
    result = call(capfd, "say", "--tts", "qwen", "--url", "-o", str(tmp_path / "a.wav"), "Hello.")
    assert result.code == 2
    assert "a URL must stand behind it, such as ws://127.0.0.1:8765; -o is another option" in " ".join(
        result.err.split()
    )


def test_a_cache_that_is_a_file_and_greetings_that_cannot_be_read_are_misuse(tmp_path: Path, capfd: Captured) -> None:
    greetings = tmp_path / "greetings.txt"
    greetings.write_text("One moment.\n")
    for arguments in (
        ["cache", "warm", str(greetings), str(greetings)],
        ["say", "One moment.", "--cache", str(greetings), "-o", str(tmp_path / "a.wav")],
    ):
        result = call(capfd, *arguments)
        assert (result.code, "is a file; a cache is a directory" in result.err) == (2, True)
    missing = call(capfd, "cache", "warm", str(tmp_path / "cache"), str(tmp_path / "missing.txt"))
    assert (missing.code, "cannot read" in missing.err) == (2, True)
