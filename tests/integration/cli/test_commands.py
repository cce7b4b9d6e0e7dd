"""The sub-commands that look and help: segments, doctor, help, completion."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
import trio
from tests.integration.cli.command import call, serving, start

from triolet.testing import ToneTTS
from triolet_adapters.cli import _doctor, _run
from triolet_adapters.cli._serve import Protocol

Captured = pytest.CaptureFixture[str]
KEY = "sk-0123456789abcdef"


def test_segments_of_a_file(tmp_path: Path, capfd: Captured) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"# Title\r\n\r\nDr. Smith left. He said so, didn't he?\r\n")
    result = call(capfd, "segments", str(file))
    assert result.code == 0
    assert "Dr. Smith left." in result.out
    found = json.loads(call(capfd, "segments", str(file), "--json").out)
    assert [phrase["words"].rstrip(".") for phrase in found["phrases"]][:2] == ["Title", "Dr. Smith left"]


def test_segments_of_standard_input_into_a_reader_that_leaves() -> None:
    with start("segments", "-") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"A sentence. " * 5_000)
        process.stdin.close()
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_segments_without_a_file(capfd: Captured) -> None:
    result = call(capfd, "segments", "no-such-file")
    assert (result.code, result.out) == (2, "")
    assert "cannot read no-such-file" in result.err


def test_doctor_without_a_network(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    result = call(capfd, "doctor", "--offline")
    assert result.code == 0
    assert "ok   trio " in result.out
    assert "ok   local voice     ready after" in result.out
    assert "not tried (--offline)" in result.out
    assert KEY not in result.out


def test_doctor_without_a_key(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    result = call(capfd, "doctor", "--json")
    found = {row["subject"]: (row["verdict"], row["text"]) for row in json.loads(result.out)["findings"]}
    assert result.code == 0
    assert found["qwen voice"] == ("-", "not tried: DASHSCOPE_API_KEY is not set")


def test_doctor_with_a_key_that_no_region_takes(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """A local service in the place of the vendor's, which wants another key."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    with serving(Protocol.QWEN, ToneTTS(), "another") as url:
        result = call(capfd, "doctor", "--url", url)
    assert result.code == 1
    assert "the key is refused (401)" in result.out
    assert "accepted nowhere" in result.out
    assert KEY not in result.out + result.err


def test_doctor_with_a_service_that_answers(url: str, capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    result = call(capfd, "doctor", "--url", url)
    assert result.code == 0
    assert f"{url}: the key is accepted, session after" in result.out
    assert KEY not in result.out + result.err


def test_doctor_where_nobody_answers(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    result = call(capfd, "doctor", "--url", "ws://127.0.0.1:1")
    assert result.code == 1, "it was asked for, whatever else speaks"
    assert "BAD  qwen voice      ws://127.0.0.1:1: not reached" in result.out


def test_doctor_where_nothing_can_speak(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    async def missing() -> _doctor.Finding:
        await trio.lowlevel.checkpoint()
        return _doctor.Finding("local voice", _doctor.Verdict.NOTE, "not installed")

    monkeypatch.setattr(_doctor, "local_voice", missing)
    result = call(capfd, "doctor", "--offline")
    assert result.code == 1
    assert "none can speak" in result.out


@pytest.mark.parametrize(
    "command", [[], ["say"], ["chat"], ["demo"], ["segments"], ["serve", "tts"], ["doctor"], ["replay"]]
)
def test_help_teaches_by_examples(command: list[str], capfd: Captured) -> None:
    result = call(capfd, *command, "--help")
    assert result.code == 0
    if command:
        assert "Examples" in result.out
        assert f"triolet {command[0]}" in result.out


def test_bash_completes_sub_commands(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_TRIOLET_COMPLETE": "complete_bash", "COMP_WORDS": "triolet se", "COMP_CWORD": "1"}.items():
        monkeypatch.setenv(name, value)
    assert call(capfd).out.split() == ["segments", "serve"]


def test_an_unknown_option_is_misuse(capfd: Captured) -> None:
    assert call(capfd, "say", "--no-such-option").code == 2


def test_garbage_is_looked_for_as_soon_as_a_command_runs() -> None:
    enabled: list[bool] = []

    async def command() -> None:
        await trio.lowlevel.checkpoint()
        enabled.append(gc.isenabled())

    gc.disable()  # as the start of the command does
    try:
        with pytest.raises(SystemExit):
            _run.run(command)
    finally:
        gc.enable()
    assert enabled == [True]
