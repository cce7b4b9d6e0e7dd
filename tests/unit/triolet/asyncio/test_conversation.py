"""Conversations of an asyncio program: what is peculiar to it. That they do what those of Trio do, test_conversation.py of
tests/unit/triolet/conversation and its neighbours say, twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import signal
import threading
import time
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import sniffio
import trio
from tests.unit.triolet.asyncio import _virtual_time
from tests.unit.triolet.asyncio._virtual_time import VirtualLoop

import triolet.asyncio
from triolet import AudioFormat, SessionPools, Stage, TurnResult, speech
from triolet.asyncio._host import Host
from triolet.errors import OutputError, Overloaded, ServiceError
from triolet.events import Event, FirstAudible, TurnStarted
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS, ToneTTS
from triolet_adapters.sources import Recorder, Replay

ONE = "First we look at the map. Then we choose a way. At last we walk."
SHORT = "Yes."
MANY = 60
"""More than the executor of asyncio has threads, 32 at most."""


async def tokens(text: str, pause: float = 0.02) -> AsyncGenerator[str]:
    for word in text.split():
        await asyncio.sleep(pause)
        yield f"{word} "


def conversation(
    tts: ToneTTS | None = None, output: RecordingOutput | None = None, **options: Any
) -> triolet.asyncio.Conversation:
    return triolet.asyncio.Conversation(speech(tts or ToneTTS(), "en"), output or RecordingOutput(), **options)


def host() -> Host:
    return Host._of[asyncio.get_running_loop()]


async def assert_nothing_left(works: int) -> None:
    """Of a turn: no task of asyncio, and no work of Trio's beside the open conversations."""
    await asyncio.sleep(0.001)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert len(host().works) == works


class Closing:
    """Tokens that say in which task they were closed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.tasks = set[asyncio.Task[Any] | None]()
        self.closed = False

    async def __aiter__(self) -> AsyncGenerator[str]:
        try:
            async for token in tokens(self._text):
                self.tasks.add(asyncio.current_task())
                yield token
        finally:
            self.tasks.add(asyncio.current_task())
            try:
                await asyncio.sleep(0)
            finally:
                self.closed = True


def test_cancelled_at_each_await_of_a_turn_it_leaves_nothing_and_the_next_turn_speaks() -> None:
    async def program() -> None:
        loop, tts, output = cast("VirtualLoop", asyncio.get_running_loop()), ToneTTS(), RecordingOutput()
        async with conversation(tts, output) as talk:
            await talk.say(tokens(SHORT))
            await asyncio.sleep(0.001)
            tasks = trio.lowlevel.current_statistics().tasks_living
            at = 0
            while True:
                at += 1
                source = Closing(SHORT)
                turn = asyncio.create_task(talk.say(source))
                loop.at_iteration(at, turn.cancel)
                await asyncio.wait([turn])
                if not turn.cancelled():
                    break
                assert source.closed or not source.tasks
                await assert_nothing_left(works=1)
                assert (await talk.say(tokens(SHORT))).heard.strip() == SHORT
                assert len(output.pcm) == output.heard * 2
                await assert_nothing_left(works=1)
                assert trio.lowlevel.current_statistics().tasks_living == tasks
            assert at > 20

    _virtual_time.run(program())


def test_cancelled_at_each_await_of_its_opening_and_closing_nothing_stays_open() -> None:
    async def program() -> None:
        loop, tts = cast("VirtualLoop", asyncio.get_running_loop()), ToneTTS(connect=0.1)

        async def hold() -> None:
            async with conversation(tts):
                await asyncio.sleep(0.2)

        at = 0
        while True:
            at += 1
            holding = asyncio.create_task(hold())
            loop.at_iteration(at, holding.cancel)
            began = loop.time()
            await asyncio.wait([holding])
            if not holding.cancelled():
                break
            assert loop.time() - began < 1.0
            assert tts.open == 0
            assert not Host._of
            assert not trio.lowlevel.in_trio_run()
            assert asyncio.all_tasks() == {asyncio.current_task()}
        assert at > 5

    _virtual_time.run(program())


class _Stubborn(RecordingOutput):
    """A device that does not answer when it is opened, and cannot be asked to stop."""

    opened = False

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        with trio.CancelScope(shield=True):
            await trio.sleep(30)
            await super().open(format)
        self.opened = True


def test_cancelled_while_a_device_does_not_answer_it_ends_within_a_second() -> None:
    async def program() -> None:
        loop, output = asyncio.get_running_loop(), _Stubborn()
        talk = conversation(output=output)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), talk:
                raise AssertionError
        assert loop.time() < 1.2
        await asyncio.sleep(60)
        assert output.opened
        with pytest.raises(RuntimeError, match="not open"):
            await output.play(b"")  # it was closed when the device had answered
        assert not Host._of
        with pytest.raises(OutputError):
            async with conversation(output=_Refusing()):
                raise AssertionError
        async with talk:  # it may be opened later
            assert (await talk.say(tokens(SHORT))).heard.strip() == SHORT

    _virtual_time.run(program())


class _Refusing(RecordingOutput):
    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        await trio.lowlevel.checkpoint()
        raise OutputError("no sound device")


def test_an_interruption_is_a_plain_call_that_silences_at_once() -> None:
    async def program() -> None:
        output = RecordingOutput()
        async with conversation(output=output) as talk:
            source = Closing(ONE * 10)
            turn = asyncio.create_task(talk.say(source))
            await asyncio.sleep(1.5)
            talk.interrupt()
            heard = output.heard
            result = await turn
            assert result.interrupted
            assert output.heard == heard > 0
            assert talk.last == result
            assert source.closed
            assert len(source.tasks) == 1, "the tokens are read and closed in one task"

    _virtual_time.run(program())


def test_an_interruption_cancels_tokens_that_are_waited_for_and_leaves_those_that_do_not_end() -> None:
    async def program() -> None:
        loop, release = asyncio.get_running_loop(), asyncio.Event()

        async def stuck() -> AsyncGenerator[str]:
            yield ONE
            while not release.is_set():
                with contextlib.suppress(asyncio.CancelledError):  # as careless libraries do
                    await release.wait()

        async with conversation() as talk:
            turn = asyncio.create_task(talk.say(stuck()))
            await asyncio.sleep(1)
            talk.interrupt()
            began = loop.time()
            assert (await turn).interrupted
            assert loop.time() - began == pytest.approx(2.0, abs=0.01)
            assert (await talk.say(tokens(SHORT))).heard.strip() == SHORT
            release.set()

    _virtual_time.run(program())


@pytest.mark.parametrize("side", ["tokens", "voice"])
def test_an_error_of_either_side_is_raised_alone(side: str) -> None:
    async def failing() -> AsyncGenerator[str]:
        yield "Yes. "
        await asyncio.sleep(0.1)
        raise LookupError("no such model")

    async def program() -> None:
        voice = ScriptedTTS([[ServiceError("the service is gone")]]) if side == "voice" else ToneTTS()
        source = failing if side == "tokens" else partial(tokens, ONE)
        async with triolet.asyncio.Conversation(speech(voice, "en"), RecordingOutput()) as talk:
            with pytest.raises(LookupError if side == "tokens" else ServiceError) as caught:
                await talk.say(source())
            assert isinstance(caught.value.result, TurnResult)  # type: ignore[attr-defined]
            with pytest.raises(ExceptionGroup) as group:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(talk.say(source()))
            assert type(group.value.exceptions[0]) is type(caught.value)

    _virtual_time.run(program())


def test_turns_are_said_in_the_order_of_the_calls_and_interrupted_from_the_call_on() -> None:
    async def program() -> None:
        tts = ToneTTS()
        async with conversation(tts) as talk:
            for _ in range(10):  # Trio runs tasks in any order
                texts = [f"Number {number}." for number in range(4)]
                async with asyncio.TaskGroup() as group:
                    for text in texts:
                        group.create_task(talk.say([text]))
                assert [commit.text for commit in tts.commits[-4:]] == texts
            turn = asyncio.create_task(talk.say([ONE]))
            await asyncio.sleep(0)
            talk.interrupt()
            result = await turn
            assert (result.interrupted, result.text) == (True, "")

    _virtual_time.run(program())


def test_a_time_out_of_the_program_ends_a_turn() -> None:
    async def program() -> None:
        async with conversation() as talk:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(2.0):
                    await talk.say(tokens(ONE))
            assert talk.last is not None
            assert talk.last.heard.strip() == "First we look at the map."
            current = asyncio.current_task()
            assert current is not None
            assert current.cancelling() == 0

    _virtual_time.run(program())


class _Asks(Stage[Any, Any]):
    """Asks in which library it runs, and what the variable is."""

    def __init__(self, seen: list[object]) -> None:
        self._seen = seen

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[Any],
        downstream: trio.MemorySendChannel[Any],
        turn: object,
    ) -> None:
        self._seen.append((sniffio.current_async_library(), VARIABLE.get()))
        async for item in upstream:
            await downstream.send(item)


VARIABLE = contextvars.ContextVar("variable", default="unset")


def test_context_variables_cross_and_both_sides_know_their_library() -> None:
    async def program() -> None:
        seen: list[object] = []
        started: list[asyncio.Task[object]] = []

        async def llm() -> AsyncGenerator[str]:
            seen.append((sniffio.current_async_library(), VARIABLE.get()))
            yield SHORT

        async def send(pcm: bytes) -> None:
            if ("asyncio", "opened") not in seen:
                seen.append((sniffio.current_async_library(), VARIABLE.get()))

        async def library() -> object:
            return sniffio.current_async_library()

        def observe(event: Event) -> None:
            if isinstance(event, TurnStarted):
                seen.append(VARIABLE.get())
                started.append(asyncio.create_task(library()))

        VARIABLE.set("opened")
        chain = _Asks(seen) | speech(ToneTTS(), "en")
        async with triolet.asyncio.Conversation(chain, triolet.asyncio.Sink(send)) as talk:
            VARIABLE.set("said")
            await talk.say(llm(), observer=observe)
            assert sniffio.current_async_library() == "asyncio"
        assert set(seen) == {"said", ("trio", "said"), ("asyncio", "said"), ("asyncio", "opened")}
        assert await started[0] == "asyncio"

    _virtual_time.run(program())


def test_many_conversations_leave_the_program_its_threads() -> None:
    async def program() -> None:
        loop, threads = asyncio.get_running_loop(), threading.active_count()
        talks = [conversation() for _ in range(MANY)]

        async def one(talk: triolet.asyncio.Conversation) -> str:
            async with talk:
                opened.append(talk)
                while len(opened) < len(talks):
                    await asyncio.sleep(0.1)
                return (await talk.say(tokens(SHORT))).heard

        opened: list[triolet.asyncio.Conversation] = []
        async with asyncio.TaskGroup() as group:
            turns = [group.create_task(one(talk)) for talk in talks]
            while len(opened) < len(talks):
                await asyncio.sleep(0.01)
            assert threading.active_count() == threads, "Trio waits without a thread"
            assert await loop.run_in_executor(None, lambda: "here") == "here"
            assert await loop.getaddrinfo("127.0.0.1", 80)
        assert {turn.result().strip() for turn in turns} == {SHORT}
        assert not Host._of

    _virtual_time.run(program())


def test_many_turns_with_interruptions_leave_tasks_threads_and_descriptors_as_before() -> None:
    async def program() -> None:
        def left() -> tuple[int, ...]:
            gc.collect()
            living = trio.lowlevel.current_statistics().tasks_living
            return (
                len(asyncio.all_tasks()),
                threading.active_count(),
                len(list(Path("/proc/self/fd").iterdir())),
                living,
            )

        async with triolet.asyncio.open_session_pools() as sessions, conversation(sessions=sessions) as talk:
            await talk.say(tokens(SHORT))
            await asyncio.sleep(0.01)
            before = left()
            for number in range(MANY):
                turn = asyncio.create_task(talk.say(tokens("One moment, please.", pause=0.01)))
                await asyncio.sleep(1.0 * number / MANY)
                if number % 2:
                    talk.interrupt()
                else:
                    turn.cancel()
                await asyncio.wait([turn])
            await talk.say(tokens(SHORT))
            await asyncio.sleep(0.01)
            assert left() == before
        assert not Host._of

    _virtual_time.run(program())


def test_conversations_share_sessions_and_one_trio_run() -> None:
    async def program() -> None:
        tts = ToneTTS()
        async with triolet.asyncio.open_session_pools() as sessions:
            assert isinstance(sessions, SessionPools)
            only = host()
            for _ in range(3):
                async with conversation(tts, sessions=sessions) as talk:
                    assert (await talk.say(tokens(SHORT))).heard.strip() == SHORT
                    assert host() is only
                    assert talk.statistics()[tts].commits
            assert tts.most_open < 3
            assert tts.open
        assert tts.open == 0
        assert not Host._of

    _virtual_time.run(program())


def test_a_conversation_that_is_not_open_says_so() -> None:
    async def program() -> None:
        talk = conversation()
        talk.interrupt()
        talk.pause()
        talk.resume()
        talk.warm_up()
        assert talk.statistics() == {}
        assert talk.last is None
        with pytest.raises(RuntimeError, match="not open"):
            await talk.say([SHORT])
        async with talk:
            assert (await talk.say([SHORT])).heard == SHORT
            with pytest.raises(RuntimeError, match="open already"):
                await talk.__aenter__()
        await talk.__aexit__(None, None, None)
        with pytest.raises(RuntimeError, match="not open"):
            await talk.say([SHORT])
        talk.interrupt()

    _virtual_time.run(program())


def test_leaving_the_block_by_an_error_ends_the_turns() -> None:
    async def program() -> None:
        source = Closing(ONE)
        turns: list[asyncio.Task[TurnResult]] = []
        with pytest.raises(ZeroDivisionError):
            async with conversation() as talk:
                turns += [asyncio.create_task(talk.say(source)), asyncio.create_task(talk.say([SHORT]))]
                await asyncio.sleep(1)
                raise ZeroDivisionError
        assert [(await turn).interrupted for turn in turns] == [True, True]
        assert source.closed

    _virtual_time.run(program())


def test_a_pipeline_runs_with_tokens_of_asyncio() -> None:
    async def program() -> None:
        source, events = Closing(ONE), list[Event]()
        pipeline = source | speech(ToneTTS(), "en") | RecordingOutput()
        result = await triolet.asyncio.run(pipeline, events.append)
        assert result.heard == f"{ONE} "
        assert source.closed
        assert events
        assert not Host._of
        with pytest.raises(RuntimeError, match="runs once"):
            await triolet.asyncio.run(pipeline)
        cut = tokens(ONE) | speech(ToneTTS(), "en") | RecordingOutput()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await triolet.asyncio.run(cut)
        assert cut.result.heard.strip() == "First we look at the map."
        send, receive = trio.open_memory_channel[str](2)
        send.send_nowait(SHORT)
        send.close()
        assert (await triolet.asyncio.run(receive | speech(ToneTTS(), "en") | RecordingOutput())).heard == SHORT
        for of_trio in (ScriptedSource([SHORT]), Replay(SHORT), Recorder(Replay(SHORT))):
            result = await triolet.asyncio.run(of_trio | speech(ToneTTS(), "en") | RecordingOutput())
            assert result.heard == SHORT
        async with conversation() as talk:
            assert (await talk.say(ScriptedSource([1.0, SHORT]))).heard == SHORT

    _virtual_time.run(program())


def test_a_trio_run_of_the_program_serves_too() -> None:
    async def program() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        leave = trio.Event()
        trio.lowlevel.start_guest_run(
            leave.wait, run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=lambda _: ended.set()
        )
        async with conversation(output=RecordingOutput(pace=50)) as talk:
            assert (await talk.say(tokens(SHORT, 0))).heard.strip() == SHORT
        assert not Host._of
        leave.set()
        await ended.wait()

    asyncio.run(program())  # its Trio has a clock of its own


def test_a_block_that_is_never_left_ends_with_its_loop() -> None:
    tts = ToneTTS()

    async def program() -> None:
        await conversation(tts).__aenter__()
        await asyncio.sleep(0.1)
        assert tts.open

    _virtual_time.run(program())
    assert tts.open == 0
    assert not Host._of
    assert not trio.lowlevel.in_trio_run()


def test_a_loop_that_is_late_refuses_a_turn_whoever_made_it_late() -> None:
    async def program() -> None:
        async with conversation(output=RecordingOutput(pace=50), max_lag=0.05) as talk:
            assert (await talk.say([SHORT])).heard == SHORT
            turn = asyncio.create_task(talk.say([ONE * 10]))
            await asyncio.sleep(0.01)
            time.sleep(0.1)  # noqa: ASYNC251 -- as a program does that computes
            await asyncio.sleep(0.01)
            with pytest.raises(Overloaded):
                await talk.say([SHORT])
            turn.cancel()
            await asyncio.wait([turn])

    asyncio.run(program())  # what is late is real


@pytest.mark.parametrize("where", ["asyncio", "trio"])
def test_ctrl_c_ends_the_program_as_it_does_without_us(where: str) -> None:
    tts, source, said = ToneTTS(), Closing(ONE), list[TurnResult | None]()

    def press(event: Event | None = None) -> None:
        if isinstance(event, FirstAudible | None):
            signal.raise_signal(signal.SIGINT)

    async def program() -> None:
        if where == "asyncio":
            asyncio.get_running_loop().call_later(1.5, press)
        talk = conversation(tts)
        async with talk:
            try:
                await talk.say(source, observer=press if where == "trio" else None)
            finally:
                said.append(talk.last)

    with pytest.raises(KeyboardInterrupt):
        _virtual_time.run(program())
    assert said[0] is not None
    assert said[0].interrupted
    assert source.closed
    assert tts.open == 0
    assert not Host._of
    assert not trio.lowlevel.in_trio_run()


def test_where_it_cannot_watch_the_sockets_trio_waits_in_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NotImplementedError

    async def program() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "add_reader", refuse)
        async with conversation(output=RecordingOutput(pace=50)) as talk:
            turn = asyncio.create_task(talk.say(tokens(ONE * 30, 0)))
            await asyncio.sleep(0.05)
            talk.interrupt()
            assert (await turn).interrupted
            assert (await talk.say(tokens(SHORT, 0))).heard.strip() == SHORT

    asyncio.run(program())


def test_what_a_source_raises_when_it_is_cancelled_is_raised() -> None:
    """It may be the only sign that its clean-up has failed."""

    async def failing() -> AsyncGenerator[str]:
        yield "Hello. "
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            raise ValueError("the clean-up has failed") from None

    async def program() -> None:
        async with conversation() as talk:
            turn = asyncio.create_task(talk.say(failing()))
            await asyncio.sleep(1)
            talk.interrupt()
            with pytest.raises(ValueError, match="clean-up"):
                await turn

    _virtual_time.run(program())


def test_a_conversation_opens_while_another_one_closes() -> None:
    """The Trio run of the first ends; the second has one of its own."""

    async def program() -> None:
        first = conversation()
        await first.__aenter__()
        closing = asyncio.create_task(first.__aexit__(None, None, None))
        ending = host()
        while not ending.leaving:
            await asyncio.sleep(0)
        async with conversation() as second:
            assert host() is not ending
            assert (await second.say(["Hello there."])).heard == "Hello there."
        await closing

    _virtual_time.run(program())


async def _captioned() -> None:
    shown = list[str]()
    async with conversation() as spoken:

        async def watch() -> None:
            async for caption in spoken.captions():
                shown.append(caption.text)

        watching = asyncio.create_task(watch())
        await spoken.say(tokens(ONE))
        late = spoken.captions()
    await watching
    assert [text for text in shown if text] == [
        "First we look at the map.",
        "Then we choose a way.",
        "At last we walk.",
    ]
    assert shown[-1] == "", "the screen is empty at the end"
    with pytest.raises(StopAsyncIteration):
        await anext(late)


def test_captions_come_in_the_loop_and_end_with_the_conversation() -> None:
    _virtual_time.run(_captioned())
