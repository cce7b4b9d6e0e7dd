"""Turns on one line, interrupted at any moment: nothing stale, the right heard text, nothing left, the same from a seed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import trio
from tests.turns._run import run

from triolet import Conversation, speech
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS


def test_three_hundred_turns_interrupted_at_every_kind_of_moment() -> None:
    """`python -m tests.turns` runs thousands."""
    summary = run(seed=3, turns=300)
    assert sum(summary.turns.values()) == 300
    assert summary.missing() == []


def test_turns_over_a_network_that_breaks_are_right_too_and_never_wait_for_ever() -> None:
    """Three of ten connections are reset or fall silent: a few turns end with an error, and none is wrong."""
    summary = run(seed=1, turns=100, faults=True)
    assert summary.failures < 10


def test_any_seed_gives_the_same_turns_again() -> None:
    """To the sample and to the microsecond, in another process with other hash seeds too."""
    here = run(seed=7, turns=20)
    assert run(seed=7, turns=20).log == here.log
    assert run(seed=8, turns=20).log != here.log
    command = [sys.executable, "-m", "tests.turns", "--turns", "10", "--seed", "7"]
    environment = os.environ | {"PYTHONHASHSEED": "5", "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=60)
    assert here.digest in other.stdout


@pytest.mark.parametrize("behind", [False, True], ids=["said", "waiting"])
async def test_a_turn_that_is_cancelled_is_interrupted(behind: bool, autojump_clock: trio.testing.MockClock) -> None:
    source = ScriptedSource(["Behind another turn."])
    async with (
        Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation,
        trio.open_nursery() as nursery,
    ):
        if behind:
            nursery.start_soon(conversation.say, ["A longer answer, which goes on for a while."])
            await trio.testing.wait_all_tasks_blocked()
        with trio.move_on_after(0.5):
            await conversation.say(source)
        assert conversation.last is not None
        assert conversation.last.interrupted
        assert (source.given == []) is behind
