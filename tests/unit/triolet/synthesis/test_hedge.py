"""Words that are late are asked of a second session, and what sounds first is heard: judged by the samples."""

from __future__ import annotations

import math
from typing import Any

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import serving
from tests.unit.field._reader import Reader, whole_words
from trio.testing import MockClock

from triolet import (
    AudioCallback,
    Conversation,
    Failover,
    PhrasingOptions,
    PoolOptions,
    RateLimits,
    RecoveryPolicy,
    TurnResult,
    Usage,
    speech,
)
from triolet.errors import ConnectionLost, ServiceError, TTSError
from triolet.testing import Link, RecordingOutput
from triolet.tts._hedging import Hedging
from triolet_adapters.outputs import Memory

RATE = 8000
FIRST, SECOND = "We look at the map.", "Then we walk together."
TEXT = f"{FIRST} {SECOND}"
NEVER = math.inf
PARTING = b"\x11\x22"
"""A sample that comes of a commit when it was cancelled."""
Late = float | tuple[float, TTSError]
"""Seconds of a commit until its first audio, or until its error."""


class Sluggish(Reader):
    """Is late with the first commits as it is told; and `usual` with the others."""

    def __init__(self, *late: Late, usual: float = 0.1, limits: RateLimits | None = None, hedges: bool = True) -> None:
        super().__init__(sample_rate=RATE, pace=3.0)
        self._late = list(late)
        self._usual = usual
        self._limits = limits or RateLimits()
        self._hedges = hedges
        self.asked: list[tuple[float, int, str]] = []
        """When which session was asked for what."""
        self.running: list[str] = []

    @property
    def limits(self) -> RateLimits:
        return self._limits

    @property
    def hedges(self) -> bool:
        return self._hedges

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        late = self._late.pop(0) if self._late else self._usual
        self.asked.append((trio.current_time(), connection, text))
        self.running.append(text)
        try:
            if isinstance(late, tuple):
                await trio.sleep(late[0])
                raise late[1]
            await trio.sleep(late)
            return await super()._speak(connection, commit, text, accept)
        except trio.Cancelled:  # raised again: some of its audio is on its way and comes nevertheless
            accept(PARTING * 400)
            raise
        finally:
            self.running.remove(text)


async def say(
    voice: Sluggish | Failover, text: str = FIRST, *, merge: int = 0, pool: PoolOptions | None = None, **recovery: Any
) -> tuple[TurnResult, RecordingOutput]:
    output = RecordingOutput()
    chain = speech(
        voice, "en", phrasing=PhrasingOptions(early_start=False, merge=merge), recovery=RecoveryPolicy(**recovery)
    )
    async with Conversation(chain, output, pool=pool) as conversation:
        return await conversation.say([text]), output


def texts(voice: Sluggish) -> list[str]:
    return [text for _, _, text in voice.asked]


async def test_a_session_that_is_dead_costs_seconds_and_no_word(autojump_clock: MockClock) -> None:
    voice = Sluggish(NEVER)
    began = trio.current_time()
    result, output = await say(voice, TEXT)
    assert whole_words(voice, output.pcm) == result.heard == TEXT
    assert 3.0 < output.audio[0].time - began < 3.3
    assert sorted(texts(voice)) == [SECOND, FIRST, FIRST]
    assert len({connection for _, connection, text in voice.asked if text == FIRST}) == 2, "another session"
    assert (result.hedged, result.repeated) == (1, 0)
    assert voice.open == 0


async def test_what_the_session_that_is_closed_may_cost_is_counted(autojump_clock: MockClock) -> None:
    voice = Sluggish(NEVER)
    result, _ = await say(voice, TEXT)
    assert result.characters == 2 * len(FIRST) + len(SECOND)
    assert result.wasted == len(FIRST)


@pytest.mark.parametrize(("first", "second", "heard"), [(3.5, 1.0, 0), (9.0, 0.5, 1), (3.2, 0.2, 0)])
async def test_what_sounds_first_is_heard_and_nothing_of_the_other(
    autojump_clock: MockClock, first: float, second: float, heard: int
) -> None:
    """In the last case they sound at the same time."""
    voice = Sluggish(first, second)
    began = trio.current_time()
    result, output = await say(voice)
    assert whole_words(voice, output.pcm) == result.heard == FIRST
    assert output.audio[0].time - began == pytest.approx(min(first, 3.0 + second), abs=0.15)
    assert len(voice.asked) == 2
    assert PARTING * 20 not in output.pcm
    if (first, second) != (3.2, 0.2):
        assert {commit.connection for commit in voice.commits} == {voice.asked[heard][1]}
    assert (result.characters, result.wasted) == (2 * len(FIRST), len(FIRST))


async def test_as_long_as_it_is_set(autojump_clock: MockClock) -> None:
    """But no less than four times what the service usually takes."""
    voice = Sluggish(NEVER)
    began = trio.current_time()
    _, output = await say(voice, hedge_after=7.0)
    assert output.audio[0].time - began == pytest.approx(7.1, abs=0.2)
    voice, began = Sluggish(NEVER), trio.current_time()
    _, output = await say(voice, hedge_after=0.5)
    assert output.audio[0].time - began == pytest.approx(4 * 0.7 + 0.1, abs=0.2)
    with pytest.raises(ValueError, match="hedge_after"):
        RecoveryPolicy(hedge_after=0)


@pytest.mark.parametrize(
    ("voice", "policy"),
    [
        (Sluggish(9.0), {"hedge_after": None}),
        (Sluggish(9.0, hedges=False), {}),
        (Sluggish(9.0, limits=RateLimits(per_minute=22)), {}),
        (Failover(Sluggish(9.0), Sluggish(9.0)), {}),
    ],
    ids=["not wanted", "on this machine", "near the limit of a minute", "several providers"],
)
async def test_where_no_second_session_is_asked(
    autojump_clock: MockClock, voice: Sluggish | Failover, policy: dict[str, Any]
) -> None:
    result, _ = await say(voice, **policy)
    assert result.hedged == 0
    assert result.heard == FIRST
    if isinstance(voice, Sluggish):
        assert texts(voice) == [FIRST]


async def test_nobody_waits_for_a_file(autojump_clock: MockClock) -> None:
    voice = Sluggish(9.0)
    await ([FIRST] | speech(voice, "en") | Memory()).run()
    assert texts(voice) == [FIRST]


async def test_there_is_no_second_session_where_one_is_allowed(autojump_clock: MockClock) -> None:
    voice = Sluggish(9.0)
    result, _ = await say(voice, pool=PoolOptions(maximum=1, spares=0))
    assert (texts(voice), result.hedged, voice.most_open) == ([FIRST], 0, 1)


async def test_if_one_of_the_two_fails_the_other_goes_on(autojump_clock: MockClock) -> None:
    """And only what was closed, not what failed, counts as billed."""
    for first, second in (((4.0, ConnectionLost("gone")), 2.0), (5.0, (0.5, ConnectionLost("gone")))):
        voice = Sluggish(first, second)
        result, output = await say(voice)
        assert whole_words(voice, output.pcm) == result.heard == FIRST
        assert (len(voice.asked), result.hedged) == (2, 1)
        assert (result.characters, result.wasted) == (len(FIRST), 0)


async def test_if_both_fail_the_words_are_said_again_as_often_as_allowed(autojump_clock: MockClock) -> None:
    both = (4.0, ConnectionLost("gone")), (2.0, ConnectionLost("gone"))
    voice = Sluggish(*both)
    result, output = await say(voice)
    assert whole_words(voice, output.pcm) == result.heard == FIRST
    assert len(voice.asked) == 3
    with pytest.raises(ConnectionLost) as caught:
        await say(voice := Sluggish(*both, *both), per_turn=1)
    assert len(voice.asked) == 2
    assert caught.value.result is not None
    assert caught.value.result.heard == ""


async def test_what_no_other_try_can_help_ends_both(autojump_clock: MockClock) -> None:
    voice = Sluggish((4.0, ServiceError("refused", retryable=False)), 9.0)
    began = trio.current_time()
    with pytest.raises(ServiceError, match="refused"):
        await say(voice)
    assert trio.current_time() - began < 4.5
    assert not voice.running


async def test_an_interruption_ends_both(autojump_clock: MockClock) -> None:
    voice = Sluggish(NEVER, NEVER)
    async with Conversation(speech(voice, "en"), RecordingOutput()) as conversation, trio.open_nursery() as nursery:

        async def interrupt() -> None:
            await trio.sleep(5)
            assert voice.running == [FIRST, FIRST]
            conversation.interrupt()

        nursery.start_soon(interrupt)
        result = await conversation.say([FIRST])
        assert trio.current_time() < 5.1
        assert not voice.running
        assert (result.heard, result.unheard) == ("", FIRST)
        assert (result.characters, result.wasted) == (2 * len(FIRST), 2 * len(FIRST))
        voice._late = []
        assert (await conversation.say([SECOND])).heard == SECOND


async def test_a_service_that_is_slow_as_a_whole_gets_little_more_to_do(autojump_clock: MockClock) -> None:
    """Twenty phrases, each six seconds late: after two in vain, it is known."""
    text = " ".join(f"This is sentence {number}." for number in "abcdefghijklmnopqrst")
    voice = Sluggish(usual=6.0)
    result, output = await say(voice, text)
    assert whole_words(voice, output.pcm) == result.heard == text
    assert 1 <= result.hedged <= 2
    assert len(voice.asked) == len(result.phrases) + result.hedged
    assert len(result.phrases) > 10


async def test_a_turn_asks_one_second_session_at_a_time(autojump_clock: MockClock) -> None:
    """Both phrases that are on their way have dead sessions."""
    voice = Sluggish(NEVER, NEVER)
    text = f"{FIRST} {SECOND} And then we rest."
    result, output = await say(voice, text)
    assert whole_words(voice, output.pcm) == result.heard == text
    again = [(time, text) for at, (time, _, text) in enumerate(voice.asked) if text in texts(voice)[:at]]
    assert len({time for time, _ in again}) == len(again), again
    assert result.hedged == 2


async def test_the_phrase_that_is_due_is_asked_again_first(autojump_clock: MockClock) -> None:
    """Here it is told a second time, so the one after it is late before."""
    voice = Sluggish((1.0, ConnectionLost("gone")), NEVER, NEVER)
    await say(voice, TEXT)
    assert texts(voice)[:4] == [FIRST, SECOND, FIRST, FIRST]


def test_second_sessions_are_bounded_among_many_turns() -> None:
    hedging = Hedging()
    for turns, most in ((1, 1), (3, 1), (8, 2), (100, 25)):
        hedging.running = most - 1
        assert hedging.has_room(turns)
        hedging.running = most
        assert not hedging.has_room(turns)


def test_each_in_vain_doubles_the_wait_until_one_is_quicker() -> None:
    hedging = Hedging()
    waits: list[float] = []
    for quicker in (False, False, True):
        waits.append(hedging.wait(3.0, 0.5))
        hedging.ended(quicker=quicker)
    assert (*waits, hedging.wait(3.0, 0.5)) == (3.0, 6.0, 12.0, 3.0)
    assert hedging.wait(3.0, 2.0) == 8.0


async def test_over_the_protocol_half_open_with_pings_off(autojump_clock: MockClock) -> None:
    """The session that was ready died with it, so the second one is new: 4 s, and not a deadline of 10 s and another try."""
    voice = Reader(sample_rate=RATE, first_audio=0.3, pace=3.0)
    dead: list[bool] = []

    def link(index: int, _random: object) -> Link:
        return Link(silent_after=800 if index < 2 and not dead else None)

    async with serving(None, voice, link) as world:
        output = RecordingOutput()
        async with Conversation(speech(world.tts(sample_rate=RATE), "en"), output) as conversation:
            await trio.sleep(1)
            began = trio.current_time()
            result = await conversation.say([TEXT])
        assert result.heard == TEXT
        assert output.audio[0].time - began < 4.2
        assert whole_words(voice, output.pcm) == TEXT
        assert all(each.closed or each.client.closed for each in world.network.connections)
