"""Turns on one output: said, interrupted, and what was heard of them, judged by the samples."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
import trio
from tests._nightly import few
from tests.unit.triolet.conversation._conversations import ONE, TWO, Own, in_sentences, texts

from triolet import (
    TTS,
    AudioCallback,
    AudioChunk,
    AudioFormat,
    Budget,
    Conversation,
    Failover,
    Output,
    PoolOptions,
    Stage,
    TurnContext,
    TurnResult,
    Usage,
    speech,
)
from triolet._tools._alone import Alone
from triolet.conversation import _rehearsal
from triolet.errors import BudgetExceeded, ConnectionLost, OutputError
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS, ToneTTS, decode

pytestmark = pytest.mark.usefixtures("natively_and_from_asyncio")


async def test_turns_are_said_one_after_another(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(pace=4), RecordingOutput()
    async with Conversation(in_sentences(tts), device) as conversation:
        result: list[TurnResult] = []

        async def say(text: str) -> None:
            result.append(await conversation.say([text]))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say, ONE)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(say, TWO)
    assert [turn.heard for turn in result] == [ONE, TWO]
    assert texts(tts, device.pcm) == [
        "First we look at the map.",
        "Then we choose a way.",
        "At last we walk.",
        "Here is another answer.",
        "It is short.",
    ]


@pytest.mark.parametrize("after", [0.01, 0.5, 1.0, 2.0, 3.0, 4.0])
async def test_nothing_of_an_interrupted_turn_is_heard_afterwards(
    autojump_clock: trio.testing.MockClock, after: float
) -> None:
    tts, device = ToneTTS(first_audio=0.2, pace=4), RecordingOutput()
    before = trio.lowlevel.current_statistics().tasks_living
    source = ScriptedSource.paced(ONE, tokens_a_second=40)
    async with Conversation(speech(tts, "en"), device) as conversation:
        result = TurnResult()

        async def say() -> None:
            nonlocal result
            result = await conversation.say(source)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say)
            await trio.sleep(after)
            heard_before = device.heard
            conversation.interrupt()
            conversation.interrupt()  # twice does no harm
            await trio.testing.wait_all_tasks_blocked()
            first = len(device.pcm)
            assert device.heard == heard_before
        assert source.closed
        assert result.interrupted
        assert result.text.startswith(result.heard)
        assert result.heard + result.unheard == result.text
        assert conversation.last is not None
        assert conversation.last.heard == result.heard
        again = await conversation.say([TWO])
        assert again.heard == TWO
        assert not again.interrupted
    assert tts.open == 0
    old = {(commit.connection, commit.commit) for commit in tts.commits if commit.text in ONE}
    assert not [run for run in decode(device.pcm[first:]).runs if (run.connection, run.commit) in old]
    assert trio.lowlevel.current_statistics().tasks_living == before


async def test_an_interruption_ends_the_waiting_turns_unread(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    waiting = ScriptedSource([TWO])
    async with Conversation(speech(tts, "en"), device) as conversation:
        results: list[TurnResult] = []

        async def say(source: object) -> None:
            results.append(await conversation.say(source))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say, [ONE])
            await trio.sleep(0.5)
            nursery.start_soon(say, waiting)
            await trio.sleep(0.5)
            conversation.interrupt()
    assert waiting.given == []
    assert [(turn.interrupted, turn.text) for turn in results] in ([(True, ONE), (True, "")], [(True, ""), (True, ONE)])


async def test_cancelling_say_does_what_an_interruption_does(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    async with Conversation(speech(tts, "en"), device) as conversation:
        with trio.move_on_after(2.0):
            await conversation.say([ONE])
            raise AssertionError("the cancellation was swallowed")
        assert conversation.last is not None
        assert conversation.last.interrupted
        assert conversation.last.heard == "First we look at the map."
        assert (await conversation.say([TWO])).heard == TWO


async def test_leaving_the_block_ends_the_turn_and_closes_the_output(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    async with trio.open_nursery() as nursery, Conversation(speech(tts, "en"), device) as conversation:
        nursery.start_soon(conversation.say, [ONE])  # noqa: ASYNC111 -- the block is left while it talks
        await trio.sleep(1)
    assert tts.open == 0
    with pytest.raises(RuntimeError, match="not open"):
        await conversation.say([TWO])
    with pytest.raises(RuntimeError, match="not open"):
        await device.play(b"")


async def test_an_error_ends_its_turn_only(autojump_clock: trio.testing.MockClock) -> None:
    pcm = b"\1\1" * 2400
    tts = ScriptedTTS([[pcm], [ConnectionLost("gone", retryable=False)], [pcm]])
    async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
        with pytest.raises(ConnectionLost, match="gone") as caught:
            await conversation.say([ONE])
        assert caught.value.result is not None
        assert caught.value.result.text.startswith("First")
        assert (await conversation.say(["Well."])).heard == "Well."


@pytest.mark.parametrize(
    ("tokens", "delay", "budget"),
    few(
        [
            (tokens, delay, budget)
            for tokens in (1, 2, 20, 100)
            for budget in (None, Budget(characters=10_000))
            for delay in ([], [0.0], [0.01], [3.0])
        ],
        11,
    ),
)
async def test_what_the_source_gave_before_it_failed_is_known(
    autojump_clock: trio.testing.MockClock, tokens: int, delay: list[float], budget: Budget | None
) -> None:
    """Also what nobody had read yet, and though the error is raised at once."""
    for _ in range(3 if tokens < 100 else 1):  # Trio runs tasks in any order
        said = ["Hello there. ", "How are ", *(f"you, {number} times, " for number in range(tokens))]
        source = ScriptedSource([*said, *delay, ValueError("the LLM broke")])
        async with Conversation(speech(ToneTTS(pace=4), "en"), RecordingOutput(), budget=budget) as conversation:
            with pytest.raises(ValueError, match="the LLM broke"):
                await conversation.say(source)
            assert conversation.last is not None
            assert conversation.last.text == "".join(source.given)
            assert conversation.last.heard + conversation.last.unheard == conversation.last.text


async def test_an_error_of_the_source_does_not_wait_for_the_listener(autojump_clock: trio.testing.MockClock) -> None:
    said = ["This is a sentence like many others. "] * 30
    async with Conversation(speech(ToneTTS(pace=4), "en"), RecordingOutput()) as conversation:
        began = trio.current_time()
        with pytest.raises(ValueError, match="the LLM broke"):
            await conversation.say(ScriptedSource([*said, ValueError("the LLM broke")]))
        assert trio.current_time() == began
        assert conversation.last is not None
        assert conversation.last.text == "".join(said)


async def test_an_error_at_the_moment_of_an_interruption_leaves_alone(autojump_clock: trio.testing.MockClock) -> None:
    def interrupted_and_failed(_: str) -> list[Exception]:
        conversation.interrupt()
        return [ConnectionLost("gone", retryable=False)]

    async with Conversation(speech(ScriptedTTS([interrupted_and_failed]), "en"), RecordingOutput()) as conversation:
        with pytest.raises(ConnectionLost, match="gone") as caught:
            await conversation.say([ONE])
        assert caught.value.result is not None
        assert caught.value.result.error == "ConnectionLost: gone"


@pytest.mark.parametrize("budget", [None, Budget(characters=1000)])
@pytest.mark.parametrize("how", ["interrupt", "cancel"])
async def test_an_error_of_the_source_while_it_is_cancelled_is_not_lost(
    autojump_clock: trio.testing.MockClock, how: str, budget: Budget | None
) -> None:
    async def failing() -> AsyncIterator[str]:
        try:
            yield ONE
            await trio.sleep_forever()
        except trio.Cancelled:
            raise ValueError("the LLM broke") from None  # noqa: ASYNC104 -- as a careless library does

    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput(), budget=budget) as conversation:
        with pytest.raises(ValueError, match="the LLM broke"), Alone():
            async with trio.open_nursery() as nursery:

                async def stop() -> None:
                    await trio.sleep(0.3)
                    if how == "interrupt":
                        conversation.interrupt()
                    else:
                        nursery.cancel_scope.cancel()

                nursery.start_soon(stop)
                await conversation.say(failing())
        assert conversation.last is not None
        assert conversation.last.error == "ValueError: the LLM broke"


async def test_a_budget_of_a_turn_is_for_each_turn_anew(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput(), budget=Budget(characters=12)) as conversation:
        for _ in range(3):
            assert (await conversation.say(["Hello there."])).heard == "Hello there."
        with pytest.raises(BudgetExceeded):
            await conversation.say(["Hello there. More."])
        assert (await conversation.say(["Hello there."])).heard == "Hello there."


async def test_interrupting_silence_does_nothing(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        conversation.interrupt()
        assert (await conversation.say([TWO])).heard == TWO
        conversation.interrupt()
        assert conversation.last is not None
        assert not conversation.last.interrupted


async def test_the_turn_after_an_interruption_speaks_on_a_session_that_is_open(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tts = ToneTTS(first_audio=0.2, pace=4, connect=3.0)
    output = RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation:
        await trio.sleep(5)
        with trio.move_on_after(1.0):
            await conversation.say([ONE])
        await trio.sleep(5)
        with trio.move_on_after(1.0):
            await conversation.say([ONE])
        began = trio.current_time()
        await conversation.say([TWO])
        last = [commit for commit in tts.commits if commit.text in TWO]
        assert last[0].time - began < 0.01


async def test_twenty_quick_interruptions_stay_within_the_number_of_sessions(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tts = ToneTTS(first_audio=0.2, pace=4, connect=0.5)
    async with Conversation(speech(tts, "en"), RecordingOutput(), pool=PoolOptions(maximum=3)) as conversation:
        for _ in range(20):
            with trio.move_on_after(0.3):
                await conversation.say([ONE])
        assert (await conversation.say([TWO])).heard == TWO
        assert tts.most_open <= 3
    assert tts.open == 0


async def test_a_turn_can_replace_the_one_before(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [ONE])
        await trio.sleep(1)
        began = trio.current_time()
        assert (await conversation.say([TWO], replace=True)).heard == TWO
        assert trio.current_time() - began < 3
    assert texts(tts, output.pcm)[0] == "First we look at the map."
    assert texts(tts, output.pcm)[1] == "Here is another answer."


async def test_what_was_heard_is_known_of_any_chain(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(Own(ToneTTS()), RecordingOutput()) as conversation:
        result = await conversation.say(["One two three. ", "Four five six. "])
        assert (result.text, result.heard, result.unheard) == ("One two three. Four five six. ", result.text, "")
        async with trio.open_nursery() as nursery:

            async def caller() -> None:
                await trio.sleep(1.5)
                conversation.interrupt()

            nursery.start_soon(caller)
            result = await conversation.say(["One two three. ", "Four five six. "])
        assert result.heard == "One two three. "
        assert result.unheard == "Four five six. "


class _Free(ToneTTS):
    @property
    def bills(self) -> bool:
        return False

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        await super()._speak(connection, commit, text, accept)
        return Usage()


@pytest.mark.parametrize(
    ("voice", "billed"), [(ToneTTS(), True), (_Free(), False), (Failover(_Free(), _Free()), False)]
)
async def test_a_voice_that_bills_nothing_costs_nothing_when_it_is_cut_off(
    autojump_clock: trio.testing.MockClock, voice: TTS, billed: bool
) -> None:
    async with Conversation(speech(voice, "en"), RecordingOutput()) as conversation:
        with trio.move_on_after(0.5):
            await conversation.say([ONE])
        assert conversation.last is not None
        assert conversation.last.phrases
        assert bool(conversation.last.characters) == billed


@pytest.mark.parametrize("per", ["turn", "conversation"])
async def test_a_budget_ends_a_runaway_clearly(autojump_clock: trio.testing.MockClock, per: str) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    source = ScriptedSource("All work and no play. " for _ in iter(int, 1))
    budget = Budget(characters=44, per=per)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    async with Conversation(speech(tts, "en"), output, budget=budget) as conversation:
        assert (await conversation.say(["Short."])).heard == "Short."
        with pytest.raises(BudgetExceeded, match="44 characters") as caught:
            await conversation.say(source)
        said = "All work and no play. All work and no play. "
        assert caught.value.result is not None
        assert caught.value.result.heard == (said if per == "turn" else said[:38])
    assert source.closed


async def test_a_budget_ends_with_a_whole_word(autojump_clock: trio.testing.MockClock) -> None:
    source = ScriptedSource(["Hel", "lo ", "th", "ere", ", you."])
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput(), budget=Budget(characters=8)) as conversation:
        with pytest.raises(BudgetExceeded) as caught:
            await conversation.say(source)
    assert source.closed
    result = caught.value.result
    assert result is not None
    assert (result.text, result.heard, result.unheard) == ("Hello ", "Hello ", "")


async def test_what_waits_for_the_rest_of_its_word_is_said_at_the_end(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput(), budget=Budget(characters=12)) as conversation:
        assert (await conversation.say(["", "Hello ", "the", "re."])).heard == "Hello there."


async def test_a_voice_that_cannot_be_changed_says_so(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        with pytest.raises(ValueError, match="cannot change its voice for one turn"):
            await conversation.say([ONE], voice="other")
        assert (await conversation.say([TWO])).heard == TWO


class _Eager(Output):
    """Accepts samples before it waits, as a device does that copies them at once."""

    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.room = trio.Event()

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        await trio.lowlevel.checkpoint()

    async def play(self, pcm: bytes) -> None:
        self.accepted.append(pcm)
        self.room = trio.Event()
        await self.room.wait()

    async def drain(self) -> None:
        await trio.sleep_forever()

    def flush(self) -> None:
        pass

    @property
    def heard(self) -> int:
        return 0

    async def close(self) -> None:
        await trio.lowlevel.checkpoint()


async def test_the_gate_is_shut_for_a_task_that_could_run_already(autojump_clock: trio.testing.MockClock) -> None:
    """A cancelled task that was runnable goes on to its next checkpoint: it finds the gate shut there."""
    output = _Eager()
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, ["A long answer, which goes on for a while."])
        await trio.sleep(2)
        before = len(output.accepted)
        assert before > 0
        output.room.set()
        conversation.interrupt()
    assert len(output.accepted) == before


class _SlowToEnd(Stage[AudioChunk, AudioChunk]):
    """Takes a second to clean up."""

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[AudioChunk],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        try:
            async for chunk in upstream:
                await downstream.send(chunk)
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(1)


async def test_a_cancelled_turn_is_silent_at_once_however_long_its_stages_take_to_end(
    autojump_clock: trio.testing.MockClock,
) -> None:
    device = RecordingOutput(hold=0.5)
    async with Conversation(speech(ToneTTS(), "en") | _SlowToEnd(), device) as conversation:
        with trio.move_on_after(1.5):
            await conversation.say([ONE])
        assert trio.current_time() == pytest.approx(2.5, abs=0.1)
        (audio,) = device.audio
        assert audio.time + len(audio.pcm) / 48_000 <= 1.51


class _HardToOpen(RecordingOutput):
    """Waits when it is opened for the first time, then raises what it is given."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error: Exception | None = error

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        error, self.error = self.error, None
        if error is not None:
            await trio.sleep(1)
            raise error
        await super().open(format)


@pytest.mark.parametrize("patience", [0.5, 2.0])
async def test_a_conversation_that_could_not_be_opened_may_be_opened_later(
    autojump_clock: trio.testing.MockClock, patience: float
) -> None:
    """Its device was busy; or whoever opened it was cancelled meanwhile."""
    conversation = Conversation(speech(ToneTTS(), "en"), _HardToOpen(OutputError("busy")))
    with trio.move_on_after(patience), contextlib.suppress(OutputError):
        async with conversation:
            raise AssertionError
    async with conversation:
        assert (await conversation.say([TWO])).heard == TWO


async def test_a_pause_ends_with_its_conversation(autojump_clock: trio.testing.MockClock) -> None:
    device = RecordingOutput()
    conversation = Conversation(speech(ToneTTS(), "en"), device)
    async with trio.open_nursery() as nursery, conversation:
        nursery.start_soon(conversation.say, [ONE])  # noqa: ASYNC111 -- the block is left while it talks
        await trio.sleep(1)
        conversation.pause()
    with trio.fail_after(60):
        async with conversation:
            assert (await conversation.say([TWO])).heard == TWO


async def test_a_turn_that_is_cancelled_while_it_waits_is_left_by_its_caller(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [ONE])
        await trio.testing.wait_all_tasks_blocked()
        with trio.move_on_after(0.5):
            await conversation.say([TWO])
            raise AssertionError("the cancellation was swallowed")
        assert conversation.last is not None
        assert (conversation.last.interrupted, conversation.last.text) == (True, "")


async def test_the_first_sentence_waits_for_no_pattern_to_be_compiled(autojump_clock: trio.testing.MockClock) -> None:
    compiled = _rehearsal.compiled
    compiled.cache_clear()
    async with Conversation(speech(ToneTTS(), "fr"), RecordingOutput()):
        assert compiled.cache_info().currsize == 1
    async with Conversation(speech(ToneTTS(), "fr"), RecordingOutput()):
        assert compiled.cache_info().hits == 1
