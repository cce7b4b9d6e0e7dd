"""Each recipe, run as it is, in an empty folder and without a key; judged by the file that it leaves."""

from __future__ import annotations

import runpy
import sys
from functools import partial
from pathlib import Path

import pytest
from tests.hearing.words import compare
from tests.integration.recipes.cloud import KEY, cloud
from tests.integration.recipes.running import RECIPES, RunHere, heard, run

from triolet import FailoverOptions

NAMES = sorted(path.stem for path in RECIPES.glob("*.py"))
LONGER = {
    "barge_in": 100,
    "agent": 125,
    "soak": 155,
    "from_asyncio": 200,
    "web_agent": 95,
    "browser": 140,
    "telephone": 95,
    "listening": 75,
}
"""Whole programs: two ways to interrupt, an agent, a bad network and what it leaves, a bridge with both directions, servers of pages and of calls,
a listener with an example of what it hears."""
TEXT = "Good morning. The trains leave on time today, and nobody has to wait."
QUESTION = "What is a good breakfast, in one sentence?"
"""The small model answers it in one: less to be spoken, and to be heard."""
WHOLE_PROGRAMS = {"agent", "barge_in"}
"""Recipes that are more than one idea: a program to start from."""


def assert_says(path: Path, text: str, most: float = 0.0) -> None:
    comparison = compare([text], heard(path))
    assert comparison.errors <= most * comparison.words, comparison.differences


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_is_short_and_says_how_to_run_it(name: str) -> None:
    lines = (RECIPES / f"{name}.py").read_text("utf-8").splitlines()
    assert len(lines) < LONGER.get(name, 60)
    assert lines[0].startswith('"""')


def test_every_recipe_is_run_here() -> None:
    ours = "".join(path.read_text("utf-8") for path in Path(__file__).parents[1].glob("*/test_*.py"))
    ways = (
        'run("{}"',
        'run_here("{}"',
        'talking("{}"',
        'RECIPES / "{}.py"',
        "from recipes import {}\n",
    )  # the last two in the test's process: with patience, and programs on asyncio
    assert [name for name in NAMES if not any(way.format(name) in ours for way in ways)] == []


def test_say(tmp_path: Path) -> None:
    assert "say.wav" in run("say", tmp_path, TEXT)
    assert_says(tmp_path / "say.wav", TEXT)


def test_qwen_commit_speaks_through_a_server_on_this_machine(tmp_path: Path, run_here: RunHere) -> None:
    assert f"{len(TEXT) - 1} billed characters" in run_here("qwen_commit", TEXT), "a space between is not billed"
    assert_says(tmp_path / "qwen_commit.wav", TEXT)


def test_qwen_server_commit_speaks_through_a_server_on_this_machine(tmp_path: Path, run_here: RunHere) -> None:
    assert f"{len(TEXT)} billed characters" in run_here("qwen_server_commit", TEXT)
    assert_says(tmp_path / "qwen_server_commit.wav", TEXT)


@pytest.mark.parametrize("name", ["qwen_commit", "qwen_server_commit"])
def test_with_a_key_it_speaks_through_the_service(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [name, TEXT])
    monkeypatch.setenv("DASHSCOPE_REGION", "ap-southeast-1")
    with cloud() as there:
        runpy.run_path(str(RECIPES / f"{name}.py"), run_name="__main__")
    assert set(there.hosts) == {"dashscope-intl.aliyuncs.com"}
    assert name in capsys.readouterr().out
    assert_says(tmp_path / f"{name}.wav", TEXT)


def test_chat_aloud_says_what_the_model_wrote(tmp_path: Path, run_here: RunHere) -> None:
    printed = run_here("chat_aloud", QUESTION)
    question, answer, *_ = printed.splitlines()
    assert question == f"> {QUESTION}"
    assert len(answer.split()) > 10
    assert_says(tmp_path / "chat_aloud.wav", answer, most=0.1)


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # the SDK leaves its own to the collector
def test_openai_sdk_says_what_the_model_wrote(tmp_path: Path, run_here: RunHere) -> None:
    answer, _, _ = run_here("openai_sdk", QUESTION).rpartition("\n(")
    assert len(answer.split()) > 10
    assert_says(tmp_path / "openai_sdk.wav", answer, most=0.1)


def test_custom_stage_changes_what_is_said_and_not_what_was_written(tmp_path: Path, run_here: RunHere) -> None:
    assert "heard: First install kubectl. Then start nginx.\n" in run_here("custom_stage")
    assert_says(tmp_path / "custom_stage.wav", "First install cube control. Then start engine X.")


def test_failover_speaks_on_while_the_service_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A voice that shares a busy machine is slow, and here only one that is away shall count as down.
    patient = partial(FailoverOptions, connect_timeout=60.0, first_audio_timeout=60.0, slow_after=60.0)
    monkeypatch.setattr("triolet.FailoverOptions", patient)
    texts = ["Here is the service.", "It has gone away.", "And now it speaks again."]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["failover", *texts])
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    runpy.run_path(str(RECIPES / "failover.py"), run_name="__main__")
    *lines, last = capsys.readouterr().out.splitlines()
    voices = ["QwenTTS (1 of 2)", "LocalTTS (2 of 2)", "QwenTTS (1 of 2)"]
    assert lines == [f"{voice}: {text}" for voice, text in zip(voices, texts, strict=True)]
    assert last == "failover.wav. The last change: QwenTTS (1 of 2) speaks again"
    assert_says(tmp_path / "failover.wav", " ".join(texts))


@pytest.mark.parametrize(("key", "voice"), [(KEY, "QwenTTS (1 of 2)"), ("another", "LocalTTS (2 of 2)")])
def test_failover_with_a_key_speaks_through_the_service_if_that_takes_it(
    key: str, voice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["failover", TEXT])
    with cloud(key) as there:
        runpy.run_path(str(RECIPES / "failover.py"), run_name="__main__")
    assert set(there.hosts) == {"dashscope.aliyuncs.com"}
    assert f"{voice}: {TEXT}" in capsys.readouterr().out
    assert_says(tmp_path / "failover.wav", TEXT)


def test_on_sigterm_says_it_all_when_nobody_stops_it(tmp_path: Path, run_here: RunHere) -> None:
    """What becomes of it otherwise is in tests/integration/test_shutdown.py."""
    assert run_here("on_sigterm", TEXT) == f"heard: {TEXT}\n"
    assert_says(tmp_path / "on_sigterm.wav", TEXT)
