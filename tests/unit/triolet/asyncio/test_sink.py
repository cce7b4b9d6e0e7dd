"""The output that gives its audio to the asyncio program, judged by what a far end plays of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import cast

import pytest
import trio
from tests._nightly import every
from tests.unit.triolet.asyncio import _both, _virtual_time

import triolet.asyncio
from triolet import SAMPLE_BYTES, AudioFormat, Output, speech
from triolet.testing import OutputContract, ToneTTS

ANSWER = "First we look at the map. Then we choose a way. At last we walk."

IN_A_LOOP = pytest.mark.trio(run=_both.run)


class FarEnd:
    """Plays what it is sent, at an even pace, and drops the rest when it is told to."""

    def __init__(self, *, delay: float = 0.0) -> None:
        self.received = 0
        self.played = b""
        self.clears = 0
        self.delay = delay
        self._waiting = b""
        self._since = 0.0
        self._run = 0  # samples played since then

    async def send(self, pcm: bytes) -> None:
        await asyncio.sleep(self.delay)
        self._play()
        if not self._waiting:
            self._since, self._run = self._now(), 0
        self._waiting += pcm
        self.received += len(pcm) // SAMPLE_BYTES

    async def clear(self) -> None:  # noqa: ASYNC124 -- as a far end has it
        self._play()
        self._waiting = b""
        self.clears += 1

    @property
    def over(self) -> int:
        """Samples that were played or dropped."""
        self._play()
        return self.received - len(self._waiting) // SAMPLE_BYTES

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _play(self) -> None:
        if self._waiting:
            samples = int((self._now() - self._since) * 24_000 + 1e-3) - self._run
            self.played += self._waiting[: samples * SAMPLE_BYTES]
            self._run += min(samples, len(self._waiting) // SAMPLE_BYTES)
            self._waiting = self._waiting[samples * SAMPLE_BYTES :]


class _Clocked(triolet.asyncio.Sink):
    """With the far end that it sends to."""

    def __init__(self, delay: float) -> None:
        self.far = FarEnd(delay=delay)
        super().__init__(self.far.send, clear=self.far.clear)

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        await super().open(format)
        self.far.over  # noqa: B018 -- plays up to now
        self.far.played = b""


class TestByTheClock(OutputContract):
    @pytest.fixture(params=[pytest.param(0.0, marks=IN_A_LOOP), pytest.param(0.03, marks=IN_A_LOOP)])
    def output(self, request: pytest.FixtureRequest) -> Output:
        return _Clocked(request.param)

    def came_out(self, output: Output) -> bytes | None:
        assert isinstance(output, _Clocked)
        if output.far.delay:
            return None  # a `send` under way puts off `clear`: until then the far end plays on
        output.far.over  # noqa: B018 -- plays up to now
        return output.far.played


class AtAnyRate(OutputContract):
    """Without a look at the samples: this far end plays at 24 kHz."""

    @pytest.fixture(params=[pytest.param(0, marks=IN_A_LOOP)])
    def output(self) -> Output:
        return _Clocked(0.0)


for _rate in (8_000, 16_000, 44_100, 48_000):
    globals()[f"TestByTheClockAt{_rate}"] = type(
        f"TestByTheClockAt{_rate}", (AtAnyRate,), {"format": AudioFormat(_rate)}
    )


class _Acknowledged(triolet.asyncio.Sink):
    """With a far end that says every 10 ms what it has played."""

    def __init__(self) -> None:
        self.far = FarEnd()
        self.reporting: asyncio.Task[None] | None = None
        super().__init__(self.far.send, clear=self.far.clear, acknowledged=True)

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        await super().open(format)
        self.far.__init__()  # type: ignore[misc]
        self.reporting = asyncio.get_running_loop().create_task(self._report())

    async def close(self) -> None:
        await super().close()
        if self.reporting is not None:
            self.reporting.cancel()

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            self.acknowledge(self.far.over)


class TestAcknowledged(OutputContract):
    @pytest.fixture(params=[pytest.param(0, marks=IN_A_LOOP)])
    def output(self) -> Output:
        return _Acknowledged()


async def test_a_native_program_is_told_that_it_is_for_asyncio() -> None:
    with pytest.raises(RuntimeError, match="asyncio program"):
        await triolet.asyncio.Sink(FarEnd().send).open(AudioFormat(24_000))
    with pytest.raises(ValueError, match="above 0"):
        triolet.asyncio.Sink(FarEnd().send, hold=0)


async def tokens(text: str) -> AsyncGenerator[str]:
    for word in text.split():
        await asyncio.sleep(0.02)
        yield f"{word} "


def test_after_an_interruption_the_far_end_is_cleared_and_hears_the_next_turn_only() -> None:
    async def program() -> None:
        far = FarEnd()
        sink = triolet.asyncio.Sink(far.send, clear=far.clear)
        async with triolet.asyncio.Conversation(speech(ToneTTS(), "en"), sink) as conversation:
            turn = asyncio.create_task(conversation.say(tokens(ANSWER)))
            await asyncio.sleep(2.0)
            conversation.interrupt()
            heard = sink.heard
            assert (await turn).interrupted
            assert far.clears == 1
            assert far.over == far.received
            assert len(far.played) == heard * SAMPLE_BYTES
            await conversation.say(tokens("And then."))
        assert far.clears == 1, "all of it had been heard"

    _virtual_time.run(program())


@pytest.mark.parametrize("acknowledged", [False, True])
def test_interrupted_at_any_moment_it_begins_no_call_with_old_audio(acknowledged: bool) -> None:
    async def program() -> None:
        loop = cast("_virtual_time.VirtualLoop", asyncio.get_running_loop())
        far = FarEnd()
        begun = 0

        async def send(pcm: bytes) -> None:
            nonlocal begun
            begun += 1
            if acknowledged:
                for later in (0.041, 0.082, 0.15):
                    loop.call_later(later, lambda: sink.acknowledge(far.over))
            await far.send(pcm)

        sink = triolet.asyncio.Sink(send, clear=far.clear, acknowledged=acknowledged)
        async with triolet.asyncio.Conversation(speech(ToneTTS(), "en"), sink) as conversation:
            at, interrupted = int(acknowledged), True
            while interrupted:
                at += every(2)
                then = -1

                def interrupt() -> None:
                    nonlocal then
                    conversation.interrupt()
                    then = begun

                turn = asyncio.create_task(conversation.say(["Yes, no."]))
                loop.at_iteration(at, interrupt)
                interrupted = (await turn).interrupted
                if interrupted:
                    assert begun == then
                    await asyncio.sleep(0.001)
                    assert far.over == far.received
                    assert acknowledged or len(far.played) == sink.heard * SAMPLE_BYTES
                    assert sink._sent == far.received
            assert at > 50

    _virtual_time.run(program())


@pytest.mark.parametrize("after", [0, 3])
def test_what_send_raises_ends_the_turn_alone_and_the_next_one_may_speak(after: int) -> None:
    calls = 0

    async def send(pcm: bytes) -> None:  # noqa: ASYNC124
        nonlocal calls
        calls += 1
        if calls == after + 1:
            raise ConnectionResetError("the browser is closed")

    async def program() -> None:
        sink = triolet.asyncio.Sink(send)
        async with triolet.asyncio.Conversation(speech(ToneTTS(), "en"), sink) as conversation:
            with pytest.raises(ConnectionResetError) as caught:
                await conversation.say(tokens(ANSWER))
            assert caught.value.result.unheard  # type: ignore[attr-defined]
            assert (await conversation.say(tokens("And then."))).heard == "And then. "

    _virtual_time.run(program())


def test_a_far_end_that_stops_reading_holds_back_the_tokens_and_does_not_hold_up_the_end() -> None:
    async def program() -> None:
        given = 0
        cancelled = asyncio.Event()

        async def send(pcm: bytes) -> None:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                cancelled.set()
                raise

        async def llm() -> AsyncGenerator[str]:
            nonlocal given
            while True:
                yield "This sentence is said again and again. "
                given += 1

        loop = asyncio.get_running_loop()
        sink = triolet.asyncio.Sink(send)
        async with triolet.asyncio.Conversation(speech(ToneTTS(), "en"), sink) as conversation:
            turn = asyncio.create_task(conversation.say(llm()))
            await asyncio.sleep(60)
            stopped_at = given
            await asyncio.sleep(60)
            assert given == stopped_at
            conversation.interrupt()
            await turn
            began = loop.time()
        assert loop.time() - began < 2.0
        assert cancelled.is_set()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    _virtual_time.run(program())


def test_acknowledged_samples_are_those_before_the_place_that_is_over() -> None:
    async def program() -> None:
        sent = bytearray()

        async def send(pcm: bytes) -> None:  # noqa: ASYNC124
            sent.extend(pcm)

        sink = triolet.asyncio.Sink(send, acknowledged=True)
        async with triolet.asyncio.Conversation(speech(ToneTTS(), "en"), sink) as conversation:
            turn = asyncio.create_task(conversation.say(tokens(ANSWER)))
            await asyncio.sleep(5.0)
            assert 0 < len(sent) <= 2400 * SAMPLE_BYTES, "no more than `hold` before it is acknowledged"
            assert sink.heard == 0
            sink.acknowledge(1000)
            sink.acknowledge(900)
            assert sink.heard == 1000
            conversation.interrupt()
            await turn
            sent_before = len(sent) // SAMPLE_BYTES
            sink.acknowledge(sent_before)
            assert sink.heard == 1000, "the rest was dropped"
            turn = asyncio.create_task(conversation.say(tokens("And then.")))
            await asyncio.sleep(2.0)
            sink.acknowledge(sent_before + 500)
            assert sink.heard == 1500
            while not turn.done():
                sink.acknowledge(10**9)
                await asyncio.sleep(0.02)
            assert (await turn).heard == "And then. "
            assert sink.heard == 1000 + len(sent) // SAMPLE_BYTES - sent_before

    _virtual_time.run(program())


def test_nothing_is_sent_while_it_is_paused() -> None:
    async def program() -> None:
        far = FarEnd()
        sink = triolet.asyncio.Sink(far.send)
        async with triolet.asyncio.Conversation(speech(ToneTTS(), "en"), sink) as conversation:
            turn = asyncio.create_task(conversation.say(tokens(ANSWER)))
            await asyncio.sleep(1.5)
            conversation.pause()
            await asyncio.sleep(0)
            received, heard = far.received, sink.heard
            await asyncio.sleep(60)
            assert far.received <= received + 960
            assert sink.heard == heard
            conversation.resume()
            assert (await turn).heard == f"{ANSWER} "
            assert far.over == sink.heard

    _virtual_time.run(program())


def test_it_belongs_to_the_task_that_was_cancelled_when_the_program_ends_it() -> None:
    """`asyncio.run` cancels all tasks at its end, those that send too."""

    async def program() -> None:
        far = FarEnd()
        conversation = triolet.asyncio.Conversation(speech(ToneTTS(), "en"), triolet.asyncio.Sink(far.send))
        await conversation.__aenter__()
        turn = asyncio.create_task(conversation.say(tokens(ANSWER)))
        await asyncio.sleep(1.0)
        assert not turn.done()

    _virtual_time.run(program())
    assert not trio.lowlevel.in_trio_run()
