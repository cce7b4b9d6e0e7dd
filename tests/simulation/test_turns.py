"""Turns on one line, interrupted at any moment: nothing stale, the right heard text, nothing left, the same from a seed."""

from __future__ import annotations

import pytest
import trio
from tests.simulation._kinds import Kind
from tests.simulation._plan import Plan
from tests.simulation._turns import run_turns
from tests.simulation.steps import WAYS, end_at

from triolet import Conversation, PhrasingOptions, PoolOptions, RecoveryPolicy, speech
from triolet.synthesis._options import LEAD
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS


def test_turns_interrupted_at_every_kind_of_moment() -> None:
    """`python -m tests.simulation.turns` runs thousands."""
    summary = run_turns(seed=3, turns=80)
    assert sum(summary.turns.values()) == 80
    assert summary.missing() == []


def test_turns_over_a_network_that_breaks_are_right_too_and_never_wait_for_ever() -> None:
    """Three of ten connections are reset or fall silent: a few turns end with an error, and none is wrong."""
    summary = run_turns(seed=1, turns=40, faults=True)
    assert summary.failures < 4


def test_three_of_ten_connections_break_and_all_is_heard() -> None:
    """At any byte, from the handshake on: each word is heard; what is repeated is no sentence that was heard whole. A turn
    ends with an error only where three attempts at one phrase break in a row.
    """
    summary = run_turns(seed=3, turns=60, faults=True, calm=True)
    assert summary.failures <= 1
    assert summary.broken > 10
    assert summary.repeated > 0


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_ending_a_turn_at_any_step_returns_soon_and_leaves_nothing(way: Kind) -> None:
    """A sweep over the steps of all tasks, those of the service included; `python -m tests.simulation.steps` takes every one."""
    steps = end_at(way, 0)
    assert steps > 300
    for step in range(1, steps, steps // 8):
        end_at(way, step)


def test_a_plan_differs_in_nothing_from_the_defaults_of_the_chain() -> None:
    """What is expected of a chain with its defaults is reckoned from the plan's."""
    plan, recovery, pool = Plan(0, (), ()), RecoveryPolicy(), PoolOptions()
    assert (plan.lost, plan.attempts, plan.per_turn, plan.repeats) == (
        recovery.lost,
        recovery.attempts,
        recovery.per_turn,
        recovery.repeats,
    )
    assert (plan.maximum, plan.spares) == (pool.maximum, pool.spares)
    assert (plan.join, plan.longest) == (PhrasingOptions().merge, PhrasingOptions().longest)
    assert plan.lead == LEAD


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
