"""README.md is run, with the voice and the model of this machine, and what comes out is listened to."""

from __future__ import annotations

import re
import shlex
import wave
from pathlib import Path

import pytest
from tests.hearing.ears import hear
from tests.hearing.words import compare
from tests.integration.docs.markdown import ROOT, Block, blocks
from tests.integration.docs.running import ELSEWHERE, assert_alike, call, compiled, is_program
from tests.integration.docs.world import ANSWER, Model, chat_service, world
from tests.integration.recipes.cloud import KEY, cloud

import triolet_adapters.sources

README = ROOT / "README.md"
BLOCKS = blocks(README)
PROGRAMS = [block for block in BLOCKS if is_program(block)]
COMMANDS = [line for block in BLOCKS if block.language == "sh" for line in block.code.splitlines()]


def test_it_is_read_in_three_minutes() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 200


def test_every_block_is_run() -> None:
    assert {block.language for block in BLOCKS} == {"python", "sh", "text"}
    assert [block for block in BLOCKS if block.language == "python"] == PROGRAMS
    assert all(line.startswith(("triolet ", *ELSEWHERE)) for line in COMMANDS)


def program(word: str) -> Block:
    (found,) = [block for block in PROGRAMS if word in block.code]
    return found


def run(block: Block) -> None:
    exec(compiled(block), {"__name__": "__main__"})


def test_an_interruption_tells_what_was_heard(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = program("interrupt")
    with world():
        run(block)
    out, err = capsys.readouterr()
    assert err == ""
    (whole,) = re.findall(r'Replay\("(.*)"', block.code)
    found = re.fullmatch(r"heard: +(.*)\nnot heard: +(.*)\n", out)
    assert found is not None
    first, rest = found.groups()
    assert first.startswith("The first sentence is short.")
    assert whole.startswith(first)
    assert whole.endswith(rest)
    assert rest


def test_a_real_voice_speaks_for_a_real_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_service() as keys, cloud() as service:
        run(program("OpenAIChat"))
    out, err = capsys.readouterr()
    assert err == ""
    assert set(service.hosts) == {"dashscope-intl.aliyuncs.com"}
    assert keys == [f"Bearer {KEY}"]
    assert out.startswith(ANSWER)
    assert compare([ANSWER], heard(folder / "answer.wav")).errors == 0


def heard(path: Path) -> str:
    """What a listener understands of a WAV file."""
    with wave.open(str(path)) as file:
        return hear(file.readframes(file.getnframes()), file.getframerate())


def test_the_commands_run_one_after_another(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model answers the same question in the demo, below, and `triolet chat` in tests/integration/cli/test_chat.py."""
    monkeypatch.setattr(triolet_adapters.sources, "LocalLLM", Model)
    with chat_service():
        for line in COMMANDS:
            if line.startswith("triolet "):
                assert call(shlex.split(line)[1:]) == 0, f"{line}\n{capsys.readouterr()}"
    assert compare(["Hello there. How are you?"], heard(folder / "hello.wav")).errors == 0
    assert (folder / "answer.wav").stat().st_size > 100_000


def test_the_demo_ends_as_it_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = [block.code for block in BLOCKS if block.language == "text"]
    assert call(["demo", "--silent", "--out", "demo.wav"]) == 0
    assert_alike(shown, capsys.readouterr().out)
    assert (folder / "demo.wav").stat().st_size > 100_000
