"""A core with twice as much to do as it can: turns get late or are refused, nothing else, and it is over when the load falls."""

from __future__ import annotations

import functools
import itertools
import statistics
from collections.abc import AsyncIterator

import attrs
import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import World, serving
from tests.unit.whole._slow_loop import SlowLoop
from tests.unit.whole.test_over_the_protocol import texts

from triolet import Conversation, LoopLag, PoolOptions, speech
from triolet._tools._loop_lag import watch
from triolet.conversation._bounds import text_bound
from triolet.conversation._memory_bound import audio_bound
from triolet.errors import Overloaded
from triolet.events import ClauseCut, Event, PhraseComplete, PhrasePlaying, PhraseReady, Underrun
from triolet.testing import RecordingOutput, ToneTTS
from triolet_adapters.tts.qwen import ServerOptions
from triolet_adapters.tts.qwen.protocol import AudioDelta, parse_server_event

TEXT = (
    "There are two trains on Saturday that would get you there in time. The first one leaves at ten and takes an hour, "
    "and you change once on the way. The other is direct, but it is slower. "
)
RATE = 8_000
TALKERS = 3
CALM, OVER, AFTER = 16.0, 20.0, 16.0
"""Seconds of each part."""
QUICK = 1e-5
"""Seconds a step of a task takes while the loop is not slow."""
MAX_LAG = 0.04


@attrs.define
class Turn:
    """One turn of one talker, and what its listener met."""

    text: str | None
    """None: `TEXT` again and again."""
    began: float
    given: int = 0
    first: float | None = None
    silence: float = 0.0
    refused: float | None = None
    heard: str = ""
    clause: int = 0
    phrase: int = 0

    async def __aiter__(self) -> AsyncIterator[str]:
        text = self.text or TEXT
        for at in itertools.cycle(range(0, len(text), 4)):
            if self.text and self.given >= len(text):
                return
            await trio.sleep(1 / 60)
            token = text[at : at + 4]
            self.given += len(token)
            yield token

    def observe(self, event: Event) -> None:
        match event:
            case PhrasePlaying() if self.first is None:
                self.first = event.at - self.began
            case Underrun(seconds=seconds):
                self.silence += seconds
            case ClauseCut(clause=clause):
                self.clause = max(self.clause, len(clause.text))
            case PhraseReady(phrase=phrase):
                self.phrase = max(self.phrase, phrase.end - phrase.start)
            case _:
                pass


@attrs.define
class Talker:
    """One conversation, and all it has said."""

    world: World
    endless: bool
    max_lag: float | None
    output: RecordingOutput = attrs.Factory(RecordingOutput)
    turns: list[Turn] = attrs.Factory(list[Turn])
    longest: int = 0
    """Samples of the longest phrase."""
    received: int = 0
    """Samples."""
    most: int = 0
    """Samples received and not heard, at most."""
    stopping: bool = False

    async def talk(self) -> None:
        tts = self.world.tts(sample_rate=RATE, tap=self.tap)
        async with Conversation(speech(tts, "en"), self.output, max_lag=self.max_lag) as conversation:
            while not self.stopping:
                turn = Turn(None if self.endless else TEXT, trio.current_time())
                self.turns.append(turn)
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._stop, conversation)
                    try:
                        result = await conversation.say(turn, observer=functools.partial(self._observe, turn))
                        turn.heard = result.heard
                        assert not result.repeated
                    except Overloaded as error:
                        turn.refused = error.late
                    nursery.cancel_scope.cancel()
                await trio.sleep(0.5)

    async def _stop(self, conversation: Conversation) -> None:
        """End a turn that would not end by itself."""
        while not (self.stopping and self.endless):
            await trio.sleep(0.1)
            self.most = max(self.most, self.received - self.output.heard)
        conversation.interrupt()

    def _observe(self, turn: Turn, event: Event) -> None:
        turn.observe(event)
        if isinstance(event, PhraseComplete):
            self.longest = max(self.longest, event.samples)

    def tap(self, _time: float, direction: str, text: str) -> None:
        event = parse_server_event(text) if direction == "received" else None
        if isinstance(event, AudioDelta):
            self.received += len(event.audio) // 2
            self.most = max(self.most, self.received - self.output.heard)

    def between(self, start: float, stop: float) -> list[Turn]:
        """The turns that began then."""
        return [turn for turn in self.turns if start <= turn.began < stop]


@attrs.define
class Seen:
    """What the whole process did."""

    talkers: list[Talker]
    voice: ToneTTS
    connections: list[int] = attrs.Factory(list[int])
    """When all began, and at the end of each part."""
    late: list[float] = attrs.Factory(list[float])
    """How late the loop was at worst, at the end of each part."""

    def turns(self, start: float, stop: float) -> list[Turn]:
        return [turn for talker in self.talkers if not talker.endless for turn in talker.between(start, stop)]


def run(max_lag: float | None) -> Seen:
    """Talk for a while, then with a loop that is so slow that it has twice as much to do as it can, and then as before."""
    slow = SlowLoop(free=lambda task: task.name.endswith("_network._handle"))
    slow.cost = QUICK

    async def main() -> Seen:
        lag = watch(LoopLag(clock=trio.current_time))
        options = ServerOptions(first_audio=0.3, pace=2, delta_bytes=RATE // 10 * 2)
        async with serving(options, ToneTTS(sample_rate=RATE, chunk=10)) as world, trio.open_nursery() as nursery:
            seen = Seen([Talker(world, number == 0, max_lag) for number in range(TALKERS)], world.voice)

            def note() -> None:
                seen.connections.append(len(world.network.connections))
                seen.late.append(lag.late)

            for talker in seen.talkers:
                nursery.start_soon(talker.talk)
                await trio.sleep(1)
            note()
            steps = slow.steps
            await trio.sleep_until(CALM)
            note()
            slow.cost = 2 * (CALM - TALKERS) / (slow.steps - steps)  # a second's steps take two
            await trio.sleep_until(CALM + OVER)
            note()
            slow.cost = QUICK
            await trio.sleep_until(CALM + OVER + AFTER)
            note()
            for talker in seen.talkers:
                talker.stopping = True
        return seen

    return trio.run(main, clock=slow, instruments=[slow])


@pytest.fixture(scope="module", params=[None, MAX_LAG], ids=["all are taken", "turns are refused"])
def seen(request: pytest.FixtureRequest) -> Seen:
    return run(request.param)


def test_the_loop_says_how_late_it_is(seen: Seen) -> None:
    _, calm, over, after = seen.late
    assert calm < 0.005 > after
    assert over > 10 * calm


def test_nothing_is_lost_and_nothing_is_said_twice(seen: Seen) -> None:
    """By the samples that each listener heard."""
    for talker in seen.talkers:
        said = "".join("".join(texts(seen.voice, talker.output.pcm)).split())
        if talker.endless:
            assert ("".join(TEXT.split()) * 100).startswith(said)
            assert len(said) > len(TEXT)
        else:
            turns = [turn for turn in talker.turns if turn.refused is None]
            assert said == "".join(TEXT.split()) * len(turns)
            assert [turn.heard for turn in turns] == [TEXT] * len(turns)


def test_memory_stays_within_what_is_stated(seen: Seen) -> None:
    """Audio that was received and not heard, and text that was given and not heard."""
    for talker in seen.talkers:
        assert talker.most <= RATE * audio_bound(talker.longest / RATE)
    endless = seen.talkers[0].turns[0]
    assert endless.given - len(endless.heard) <= text_bound(4, endless.clause, endless.phrase)


def test_connections_do_not_multiply(seen: Seen) -> None:
    """As many as in any other time, the renewals of one idle session for each conversation; and one more for each at most, since
    the next phrase is committed ahead when audio runs short.
    """
    _, calm, over, after = seen.connections
    renewals = TALKERS / PoolOptions().renew_idle
    assert over - calm <= renewals * OVER + TALKERS
    assert after - over <= renewals * AFTER + TALKERS


def test_it_is_over_when_the_load_falls(seen: Seen) -> None:
    """A turn that begins a second later is as quick as before, and without a gap."""
    calm, over = seen.turns(0, CALM - 12), seen.turns(CALM, CALM + OVER)
    after = seen.turns(CALM + OVER + 1.5, CALM + OVER + AFTER)
    usual = statistics.mean(turn.first for turn in calm if turn.first is not None)
    assert after
    for turn in after:
        assert turn.refused is None
        assert turn.first == pytest.approx(usual, abs=0.02)
        assert turn.silence == 0
    assert any(turn.refused or (turn.first is not None and turn.first > usual + 0.2) for turn in over)


def test_a_refused_turn_has_read_nothing(seen: Seen) -> None:
    """It says how late the loop was; a conversation without `max_lag` refuses none."""
    refused = [turn for talker in seen.talkers for turn in talker.turns if turn.refused is not None]
    if seen.talkers[0].max_lag is None:
        assert not refused
        return
    assert refused
    for turn in refused:
        assert turn.given == 0
        assert turn.refused is not None
        assert turn.refused > MAX_LAG
