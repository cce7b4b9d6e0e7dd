"""How late the loop is, and turns that are refused for it."""

from __future__ import annotations

import pytest
import trio
from tests.unit.triolet.conversation._conversations import ONE, in_sentences
from tests.unit.whole._slow_loop import SlowLoop

from triolet import Conversation, LoopLag, loop_lag
from triolet._tools._loop_lag import watch
from triolet.errors import Overloaded, TrioletError
from triolet.testing import RecordingOutput, ToneTTS


class Rounds:
    """A clock that is set by hand, and a lag that is told of rounds of the loop."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lag = LoopLag(clock=lambda: self.now)

    def round(self, seconds: float, *, waited: float = 0.0) -> None:
        self.now += waited
        self.lag.after_io_wait(waited)
        self.now += seconds
        self.lag.before_io_wait(0.0)


def test_what_becomes_ready_in_a_round_waits_for_the_rest_of_it_and_for_its_turn_in_the_next() -> None:
    rounds = Rounds()
    rounds.round(0.1)
    rounds.round(0.2)
    assert rounds.lag.late == pytest.approx(0.3)


def test_what_becomes_ready_while_the_loop_waits_has_one_round_before_it() -> None:
    rounds = Rounds()
    rounds.round(0.1)
    rounds.round(0.2, waited=0.05)
    assert rounds.lag.late == pytest.approx(0.2)


def test_it_tells_of_the_last_second_alone() -> None:
    rounds = Rounds()
    rounds.round(0.5)
    for _ in range(9):
        rounds.round(0.001, waited=0.1)
    assert rounds.lag.late == pytest.approx(0.5)
    rounds.round(0.001, waited=0.2)
    assert rounds.lag.late == pytest.approx(0.001)


def test_the_round_that_runs_counts_as_far_as_it_has_come() -> None:
    rounds = Rounds()
    rounds.lag.after_io_wait(0.0)
    rounds.now += 0.4
    assert rounds.lag.late == pytest.approx(0.4)


async def test_a_run_has_one_lag_and_waiting_is_not_late(autojump_clock: trio.testing.MockClock) -> None:
    """Hours on a virtual clock are no lateness: it counts real seconds."""
    lag = loop_lag()
    assert loop_lag() is lag
    await trio.sleep(10_000)
    assert lag.late < 60


def test_outside_of_a_run_there_is_none() -> None:
    with pytest.raises(RuntimeError):
        loop_lag()


def refusal(*, replace: bool) -> tuple[Overloaded, Conversation, list[str], str]:
    """A turn goes on; the loop is held up for half a second; another turn is to begin."""
    slow = SlowLoop(free=lambda _task: False)
    read: list[str] = []

    class Source:
        def __aiter__(self) -> Source:
            read.append("asked")
            return self

        async def __anext__(self) -> str:
            raise StopAsyncIteration

    async def main() -> tuple[Overloaded, Conversation, list[str], str]:
        watch(LoopLag(clock=trio.current_time))
        heard: list[str] = []
        output = RecordingOutput()
        async with (
            Conversation(in_sentences(ToneTTS()), output, max_lag=0.25) as conversation,
            trio.open_nursery() as nursery,
        ):

            async def first() -> None:
                heard.append((await conversation.say([ONE])).heard)

            nursery.start_soon(first)
            await trio.sleep(1)
            slow.cost = 0.5
            await trio.lowlevel.checkpoint()
            slow.cost = 0.0
            with pytest.raises(Overloaded) as caught:
                await conversation.say(Source(), replace=replace)
            assert conversation.last is None
            before = output.heard
            await trio.sleep(1.5)
            assert (output.heard == before) == replace, "whoever was to be replaced is silent at once"
            if replace:
                assert (await conversation.say(["Again."], replace=True)).heard == "Again."
        return caught.value, conversation, read, heard[0]

    return trio.run(main, clock=slow, instruments=[slow])


def test_a_turn_is_refused_before_anything_of_it_is_read_and_the_turn_before_it_goes_on() -> None:
    error, _, read, heard = refusal(replace=False)
    assert error.late >= 0.5
    assert error.max_lag == 0.25
    assert error.retryable
    assert isinstance(error, TrioletError)
    assert "max_lag" in str(error)
    assert not read
    assert heard == ONE


def test_a_refused_turn_that_replaces_has_silenced_the_one_before_it() -> None:
    """Whoever interrupts is not to be talked over because the process is busy; and a second later it may speak."""
    _, _, read, heard = refusal(replace=True)
    assert not read
    assert heard != ONE


@pytest.mark.parametrize("max_lag", [0.0, -1.0])
def test_a_bound_that_nothing_can_keep_is_a_mistake(max_lag: float) -> None:
    with pytest.raises(ValueError, match="max_lag"):
        Conversation(in_sentences(ToneTTS()), RecordingOutput(), max_lag=max_lag)
    with pytest.raises(ValueError, match="over"):
        LoopLag(over=0)
