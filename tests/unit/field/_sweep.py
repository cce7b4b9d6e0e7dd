"""A turn that is ended at any step of any task, the service's included, and what is left of it.

Every step, which takes minutes: python -m tests.unit.field._sweep
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Generator
from unittest import mock

import attrs
import trio
import trio._core._run as scheduling
from tests.unit.adapters.tts.qwen._peers import Tap, World, serving
from tests.unit.field._heard import RATE, SHARED, commits_heard, voice, words
from trio.testing import MockClock

from triolet import Conversation, TurnResult, speech
from triolet.testing import Link, RecordingOutput, ScriptedSource, ToneTTS

TEXT = "Well, here we go. Then on."
NEXT = "And now the next."
LONGEST_TURN = 5.0
LEAVING = 2.0
"""Seconds: what is written above takes less than the first to say, and the second is what leaving may take."""
WAYS = ("interrupt", "cancel", "leave")
"""`conversation.interrupt()`, a cancellation of `say`, and one of the whole block."""


@attrs.define(eq=False)
class _AtStep(trio.abc.Instrument):
    """Calls something when the tasks of a run have taken so many steps."""

    step: int
    call: Callable[[], object]
    steps: int = 0
    called: bool = False

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        self.steps += 1
        if self.steps == self.step:
            self.called = True
            self.call()


@contextlib.contextmanager
def _at_step(step: int, call: Callable[[], object]) -> Generator[_AtStep]:
    instrument = _AtStep(step, call)
    trio.lowlevel.add_instrument(instrument)
    try:
        yield instrument
    finally:
        trio.lowlevel.remove_instrument(instrument)


async def _end(way: str, step: int) -> int:
    tasks = trio.lowlevel.current_statistics().tasks_living
    tap = Tap()
    async with serving(voice=voice(pace=8), link=Link(latency=0.02)) as world:
        steps = await (_leave(world, tap, step) if way == "leave" else _stop(world, tap, way, step))
        await trio.sleep(15)
        assert world.network.open == 0
        assert world.server.open == 0
        # The client has said goodbye on each connection that it knew to be open, and cut no other one but while it opened.
        assert world.server.left[1000] >= len(tap.of_type("session.created"))
        assert set(world.server.left) <= {1000, 1006}
    assert trio.lowlevel.current_statistics().tasks_living == tasks
    return steps


async def _stop(world: World, tap: Tap, way: str, step: int) -> int:
    """The turn alone; the next one on the same conversation is heard."""
    output = RecordingOutput()
    async with Conversation(speech(world.tts(sample_rate=RATE, tap=tap), "en"), output) as conversation:
        scope = trio.CancelScope()
        with _at_step(step, conversation.interrupt if way == "interrupt" else scope.cancel) as instrument, scope:
            await conversation.say(ScriptedSource.paced(TEXT))
        assert trio.current_time() <= LONGEST_TURN
        pcm = output.pcm
        assert conversation.last is not None
        _judge(conversation.last, pcm, world.voice)
        if not instrument.called:
            assert conversation.last.heard == TEXT
        assert (await conversation.say([NEXT])).heard == NEXT
        assert words(commits_heard(world.voice, output.pcm[len(pcm) :])) == NEXT
    return instrument.steps


async def _leave(world: World, tap: Tap, step: int) -> int:
    output = RecordingOutput()
    conversation = Conversation(speech(world.tts(sample_rate=RATE, tap=tap), "en"), output)
    scope = trio.CancelScope()
    with _at_step(step, scope.cancel) as instrument, scope:
        async with conversation:
            await conversation.say(ScriptedSource.paced(TEXT))
    if instrument.called:
        assert trio.current_time() <= LONGEST_TURN + LEAVING
    if conversation.last is not None:
        _judge(conversation.last, output.pcm, world.voice)
    return instrument.steps


def _judge(result: TurnResult, pcm: bytes, tts: ToneTTS) -> None:
    """Whether the report agrees with the samples."""
    assert result.heard + result.unheard == result.text
    assert TEXT.startswith(result.text)
    assert result.error is None
    samples = {commit.text: commit for commit in commits_heard(tts, pcm)}
    for report in result.phrases:
        commit = samples.pop(report.phrase.words, None)
        assert abs(round(report.seconds * RATE) - (commit.samples if commit else 0)) <= SHARED
        if commit is None:
            assert len(result.heard) <= report.phrase.start
        elif commit.whole:
            assert len(result.heard) >= report.phrase.end - 1, "white space at its end aside"
        else:
            assert report.phrase.start <= len(result.heard) < report.phrase.end
    assert not samples


def end_at(way: str, step: int) -> int:
    """End a turn at that step, by one of `WAYS`, and say what is wrong; give how many steps there were."""
    before = scheduling._r.getstate()
    scheduling._r.seed(0)
    try:
        with mock.patch.object(scheduling, "_ALLOW_DETERMINISTIC_SCHEDULING", new=True):
            return trio.run(_end, way, step, clock=MockClock(autojump_threshold=0))
    finally:
        scheduling._r.setstate(before)


def main() -> int:
    wrong = 0
    for way in WAYS:
        steps = end_at(way, 0)
        for step in range(1, steps + 1):
            try:
                end_at(way, step)
            except Exception as error:  # noqa: BLE001 -- told, and counted
                wrong += 1
                sys.stdout.write(f"{way} at step {step}: {type(error).__name__}: {error}\n")
        sys.stdout.write(f"{way}: {steps} steps\n")
    return wrong


if __name__ == "__main__":
    sys.exit(main() > 0)
