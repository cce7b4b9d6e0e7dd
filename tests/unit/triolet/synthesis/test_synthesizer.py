"""Phrases in, their audio out, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial

import pytest
import trio
from tests.unit.triolet.synthesis._phrases import phrases, tone

from triolet import (
    AudioChunk,
    Conversation,
    Phrase,
    PoolOptions,
    RecoveryPolicy,
    Synthesizer,
    TurnContext,
    TurnResult,
    speech,
    stage,
)
from triolet.alignment._weights import expected_seconds
from triolet.errors import ConnectionLost, NoAudio, TooMuchAudio
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS, ToneTTS, collect
from triolet.tts._session_pools import SessionPools, open_session_pools


def heard(chunks: list[AudioChunk]) -> bytes:
    return b"".join(chunk.pcm for chunk in chunks)


async def test_the_audio_of_each_phrase_comes_whole_and_in_order(autojump_clock: trio.testing.MockClock) -> None:
    tts = ScriptedTTS([[0.5, tone(1), 0.1, tone(2)], [tone(3)], [0.3, tone(4), tone(5)]])
    chunks = await collect(phrases("One.", "Two.", "Three.") | Synthesizer(tts))
    assert heard(chunks) == tone(1) + tone(2) + tone(3) + tone(4) + tone(5)
    assert tts.commits == ["One.", "Two.", "Three."]
    offsets: dict[int, int] = {}
    for chunk in chunks:
        assert chunk.offset == offsets.get(chunk.phrase.index, 0)
        offsets[chunk.phrase.index] = chunk.offset + chunk.samples
    assert [chunk.phrase.index for chunk in chunks if chunk.final] == [0, 1, 2]


async def test_one_session_serves_a_turn_and_is_closed_after_it() -> None:
    tts = ScriptedTTS([[tone(1)]])
    await collect(phrases("One.", "Two.", "Three.") | Synthesizer(tts, in_flight=1))
    assert (tts.opened, tts.open) == (1, 0)


async def test_where_nobody_listens_by_a_clock_the_service_is_never_idle(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A hundred phrases to a file: the second commit runs while the first does, and so on; never a third."""
    tts = ScriptedTTS([[1.0, tone(1), 0.5, tone(1)]])
    began = trio.current_time()
    chunks = await collect(phrases(*["One."] * 100) | Synthesizer(tts))
    assert [chunk.phrase.index for chunk in chunks if chunk.final] == list(range(100))
    assert trio.current_time() - began <= 1.05 * 100 * 1.5 / 2
    assert tts.opened == 2


async def test_the_session_is_open_before_the_first_phrase_is_known(autojump_clock: trio.testing.MockClock) -> None:
    tts = ScriptedTTS([[tone(1)]])

    async def thinking() -> AsyncIterator[Phrase]:
        await trio.sleep(1)
        assert tts.open == 1
        for phrase in phrases("One."):
            yield phrase

    await collect(thinking() | Synthesizer(tts))


async def test_an_error_of_the_service_ends_the_turn_and_what_came_before_was_passed_on() -> None:
    tts = ScriptedTTS([[tone(1)], [tone(2), ConnectionLost("gone")]])
    turn = TurnContext()
    for phrase in phrases("One.", "Two."):
        from triolet.turn._events import PhraseReady

        turn.timeline.record(PhraseReady(0.0, phrase))
    with pytest.raises(ConnectionLost, match="gone"):
        await collect(phrases("One.", "Two.", "Three.") | Synthesizer(tts), turn=turn)
    assert tts.open == 0
    assert TurnResult.fold(turn.timeline).phrases[1].reason == "ConnectionLost: gone"


async def test_a_phrase_that_was_lost_is_said_though_a_later_one_is_given_up(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The first breaks off while it is passed on; before it is committed again, the second has failed for good."""

    class Breaking(ScriptedTTS):
        def next_script(self, text: str) -> Sequence[bytes | float | BaseException]:
            self.commits.append(text)
            if text == "Two.":
                return [1.0, ConnectionLost("two")]
            again = self.commits.count(text) > 1
            return [tone(2, 0.3)] if again else [tone(1, 0.3), 1.0, ConnectionLost("one")]

    tts = Breaking([[]])
    recovery = RecoveryPolicy(attempts=1, back_off=10.0)
    passed_on = bytearray()

    @stage
    async def listen(
        upstream: trio.MemoryReceiveChannel[AudioChunk], downstream: trio.MemorySendChannel[AudioChunk]
    ) -> None:
        async for chunk in upstream:
            passed_on.extend(chunk.pcm)

    turn = TurnContext()
    turn.clock.listener.realtime = True
    with pytest.raises(ConnectionLost, match="two"):
        await collect(phrases("One.", "Two.") | Synthesizer(tts, recovery=recovery) | listen, turn=turn)
    assert tts.commits.count("One.") == 2
    assert bytes(passed_on).endswith(tone(2, 0.3))


async def test_the_error_is_alone_though_another_phrase_waits_to_be_passed_on(
    autojump_clock: trio.testing.MockClock,
) -> None:
    class OneAfterAnother(ScriptedTTS):
        """Speaks at once, but for the phrase that is due."""

        def next_script(self, text: str) -> Sequence[bytes | float | BaseException]:
            self.commits.append(text)
            return [1.0, ConnectionLost("gone")] if text == "1." else [tone(1)]

    turn = TurnContext()
    turn.clock.listener.realtime = True
    with pytest.raises(ConnectionLost, match="gone"):
        await collect(
            phrases(*(f"{index}." for index in range(1, 12)))
            | Synthesizer(OneAfterAnother([[]]), recovery=RecoveryPolicy(attempts=1)),
            turn=turn,
        )


async def test_no_audio_for_words_is_an_error() -> None:
    with pytest.raises(NoAudio, match="phrase 0"):
        await collect(phrases("One.") | Synthesizer(ScriptedTTS([[b""]])))


async def test_endless_audio_is_an_error(autojump_clock: trio.testing.MockClock) -> None:
    tts = ScriptedTTS([[0.1, tone(1, 5.0)] * 100])
    with pytest.raises(TooMuchAudio, match="longest_commit"):
        await collect(phrases("One.") | Synthesizer(tts, longest_commit=20))


async def test_a_listener_who_stops_listening_stops_the_commits(autojump_clock: trio.testing.MockClock) -> None:
    """Without a clock, a bounded number of phrases is in flight; nobody takes their audio here."""

    @stage
    async def deaf(upstream: trio.abc.ReceiveChannel[AudioChunk], downstream: trio.abc.SendChannel[AudioChunk]) -> None:
        await trio.sleep_forever()

    tts = ScriptedTTS([[tone(1)]])
    with trio.move_on_after(100):
        await collect(phrases(*["One."] * 50) | Synthesizer(tts) | deaf)
    assert 1 <= len(tts.commits) <= 7


async def test_a_real_time_listener_is_never_ahead_by_more_than_the_lead(
    autojump_clock: trio.testing.MockClock,
) -> None:
    turn = TurnContext()
    turn.clock.listener.realtime = True
    at_commit: list[float] = []

    def script(_text: str) -> list[float | bytes]:
        at_commit.append(turn.clock.backlog)
        return [0.05, tone(1, 2.0)]

    tts = ScriptedTTS([script])

    @stage
    async def listener(
        upstream: trio.abc.ReceiveChannel[AudioChunk], downstream: trio.abc.SendChannel[AudioChunk]
    ) -> None:
        async for chunk in upstream:
            seconds = chunk.format.seconds(chunk.samples)
            await trio.sleep(seconds)
            turn.clock.listener.take(seconds, dry_at=trio.current_time())
            await downstream.send(chunk)

    chunks = await collect(phrases(*["One."] * 12) | Synthesizer(tts, lead=5.0) | listener, turn=turn)
    assert heard(chunks) == tone(1, 2.0) * 12
    assert max(at_commit) < 5.0
    assert max(at_commit) >= 4.0  # and it is used: two phrases wait while one is heard


async def test_cancelling_in_the_middle_of_a_commit_closes_the_session(autojump_clock: trio.testing.MockClock) -> None:
    tts = ScriptedTTS([[10.0, tone(1)]])
    with trio.move_on_after(1):
        await collect(phrases("One.") | Synthesizer(tts))
    assert tts.commits == ["One."]
    assert tts.open == 0


async def test_a_source_that_breaks_closes_the_session() -> None:
    tts = ScriptedTTS([[tone(1)]])

    async def broken() -> AsyncIterator[Phrase]:
        async for _ in ScriptedSource(["x"]):
            yield phrases("One.")[0]
        raise ValueError("the LLM broke")

    with pytest.raises(ValueError, match="the LLM broke"):
        await collect(broken() | Synthesizer(tts))
    assert tts.open == 0


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="lead"):
        Synthesizer(ScriptedTTS([[tone(1)]]), lead=0)
    with pytest.raises(ValueError, match="longest_commit"):
        Synthesizer(ScriptedTTS([[tone(1)]]), longest_commit=0)


async def test_what_is_committed_counts_before_it_is_received(autojump_clock: trio.testing.MockClock) -> None:
    """A slow commit is under way: its words tell how much the listener will have, so the next one can be chosen to fit."""
    turn = TurnContext()
    turn.clock.listener.realtime = True
    sentence = "A sentence of so many words that it takes about five seconds to say it, or a little more than that."
    tts = ScriptedTTS([[30.0, tone(1, 7.0)]])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(collect, phrases(sentence) | Synthesizer(tts, lead=10.0), turn=turn))
        await trio.sleep(1)
        assert turn.clock.lead == 0.0
        assert 4.0 < turn.clock.ahead < 7.0
        assert 2.0 < turn.clock.room < 6.0
        await trio.sleep(40)
        assert turn.clock.ahead == turn.clock.lead == pytest.approx(7.0)


async def test_the_next_turn_knows_how_fast_the_service_is(autojump_clock: trio.testing.MockClock) -> None:
    """So it opens no second session that it does not need."""
    tts = ScriptedTTS([[0.05, tone(1, 0.5)]])
    async with open_session_pools(PoolOptions(spares=0)) as pools:
        for _ in range(2):
            turn = TurnContext(resources={SessionPools: pools})
            await collect(phrases("One.", "Two.", "Three.") | Synthesizer(tts), turn=turn)
        assert pools.pool(tts).pace.first_audio < 0.2


@pytest.mark.parametrize("stretch", [0.6, 1.0, 1.8])
async def test_the_next_turn_knows_how_fast_the_voice_speaks(
    autojump_clock: trio.testing.MockClock, stretch: float
) -> None:
    """So what is committed, and not yet received, is as long as this voice takes to say it."""
    sentence = "A sentence of so many words that it takes about five seconds to say it, or a little more than that."
    length = stretch * expected_seconds(sentence)
    tts = ScriptedTTS([[tone(1, length)]] * 4 + [[30.0, tone(1, length)]])
    async with open_session_pools(PoolOptions(spares=0)) as pools, trio.open_nursery() as nursery:
        await collect(phrases(*[sentence] * 4) | Synthesizer(tts), turn=TurnContext(resources={SessionPools: pools}))
        turn = TurnContext(resources={SessionPools: pools})
        turn.clock.listener.realtime = True
        nursery.start_soon(partial(collect, phrases(sentence) | Synthesizer(tts, lead=30.0), turn=turn))
        await trio.sleep(1)
        assert turn.clock.lead == 0.0
        assert turn.clock.ahead == pytest.approx(length, rel=0.2)
        assert turn.clock.room == pytest.approx((turn.clock.supply.bound - length) / stretch, rel=0.2)
        nursery.cancel_scope.cancel()


class _Steps(trio.abc.Instrument):
    """Counts how often any task runs."""

    def __init__(self) -> None:
        self.count = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self.count += 1


async def test_nothing_runs_while_a_service_thinks(autojump_clock: trio.testing.MockClock) -> None:
    """Another phrase waits for the first, and the listener hears nothing: nobody asks again and again."""
    tts = ToneTTS(first_audio=60.0)
    steps = _Steps()
    first = (
        "The first sentence is so long that the second may well wait until all of it has been made and has come here."
    )
    async with (
        Conversation(speech(tts, "en"), RecordingOutput(), pool=PoolOptions(spares=0)) as conversation,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(conversation.say, [f"{first} The second."])
        await trio.sleep(5)
        trio.lowlevel.add_instrument(steps)
        await trio.sleep(50)
        trio.lowlevel.remove_instrument(steps)
        assert steps.count <= 3
        await trio.sleep(20)
        conversation.interrupt()
