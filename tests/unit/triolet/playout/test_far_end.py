"""The base of outputs that send to a far end, judged by what a far end plays that is a message away."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from triolet import SAMPLE_BYTES, AudioFormat, Conversation, FarEnd, Output, PacedOutput, speech
from triolet.errors import OutputError
from triolet.playout._far_end import LONGEST_UNTOLD
from triolet.testing import OutputContract, ToneTTS

RATE = 24_000
ANSWER = "First we look at the map. Then we choose a way. At last we walk."
Clock = trio.testing.MockClock


class Player:
    """Plays what arrives at an even pace; messages take `delay` seconds each way."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.coming = deque[tuple[float, bytes | None]]()
        self.received = 0
        self.played = b""
        self.clears = 0
        self.cleared_at = 0
        self._waiting = b""
        self._now = 0.0
        self._part = 0.0

    def tell(self, message: bytes | None) -> None:
        """Give it audio; None lets it drop what it holds."""
        self.coming.append((trio.current_time() + self.delay, message))

    @property
    def over(self) -> int:
        """Samples that are played or dropped by now."""
        while self.coming and self.coming[0][0] <= trio.current_time() + 1e-9:
            time, message = self.coming.popleft()
            self._play(time)
            if message is None:
                self.clears += 1
                self.cleared_at = self.received - len(self._waiting) // SAMPLE_BYTES
                self._waiting = b""
            else:
                self._waiting += message
                self.received += len(message) // SAMPLE_BYTES
        self._play(trio.current_time())
        return self.received - len(self._waiting) // SAMPLE_BYTES

    def _play(self, now: float) -> None:
        samples = (now - self._now) * RATE + self._part if self._waiting else 0.0
        self._now = now
        whole = min(int(samples + 1e-3), len(self._waiting) // SAMPLE_BYTES)
        self._part = samples - whole if len(self._waiting) > whole * SAMPLE_BYTES else 0.0
        self.played += self._waiting[: whole * SAMPLE_BYTES]
        self._waiting = self._waiting[whole * SAMPLE_BYTES :]


class Clocked(FarEnd):
    """Its far end says nothing."""

    def __init__(self, delay: float = 0.0, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        self.player = Player(delay)
        self.frames: list[int] = []
        self.take = 0.0
        """Seconds that `send` takes."""
        self.cancelled: list[int] = []

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        await super().open(format)
        self.player = Player(self.player.delay)

    async def send(self, pcm: bytes) -> None:
        try:
            await trio.sleep(self.take)
        except trio.Cancelled:
            self.cancelled.append(len(pcm))
            raise
        self.frames.append(len(pcm) // SAMPLE_BYTES)
        self.player.tell(pcm)

    async def clear(self) -> None:
        await trio.lowlevel.checkpoint()
        self.player.tell(None)


class Telling(Clocked):
    """Its far end tells every 10 ms what it has played, and answers a `clear`."""

    settles = True

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(delay, hold=0.2, acknowledged=True)

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._report, nursery)
            await super().run()
            nursery.cancel_scope.cancel()

    async def _report(self, nursery: trio.Nursery) -> None:
        clears = 0
        while True:
            over = self.player.over
            cleared = self.player.clears > clears
            clears = self.player.clears
            nursery.start_soon(self._hear, over, self.player.cleared_at if cleared else None)
            await trio.sleep(0.01)

    async def _hear(self, over: int, played: int | None, pace: float = 0.0) -> None:
        await trio.sleep(self.player.delay)
        self.acknowledge(over, pace=pace)
        if played is not None:
            self.cleared(played)


class SeldomTelling(Telling):
    """Its far end tells what it has played five times a second, and at once when it begins to play or stops."""

    async def _report(self, nursery: trio.Nursery) -> None:
        clears, playing, due = 0, False, math.inf
        while True:
            over, now = self.player.over, trio.current_time()
            plays, cleared = over < self.player.received, self.player.clears > clears
            clears = self.player.clears
            if plays != playing or cleared or now >= due:
                playing, due = plays, now + 0.2 if plays else math.inf
                nursery.start_soon(self._hear, over, self.player.cleared_at if cleared else None, float(plays))
            await trio.sleep(0.005)


class TestByTheClock(OutputContract):
    @pytest.fixture
    def output(self) -> Output:
        return Clocked()

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, Clocked)
        output.player.over  # noqa: B018 -- plays up to now
        return output.player.played


class TestTelling(OutputContract):
    late = 0.06

    @pytest.fixture(params=[0.0, 0.03])
    def output(self, request: pytest.FixtureRequest) -> Output:
        return Telling(request.param)

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, Telling)
        output.player.over  # noqa: B018 -- plays up to now
        return output.player.played


class TestSeldomTelling(TestTelling):
    @pytest.fixture(params=[0.0, 0.03])
    def output(self, request: pytest.FixtureRequest) -> Output:
        return SeldomTelling(request.param)


@asynccontextmanager
async def opened(output: Output) -> AsyncGenerator[None]:
    async with trio.open_nursery() as nursery:
        await output.open(AudioFormat(RATE))
        nursery.start_soon(output.run)
        yield
        await output.close()


async def test_audio_is_cut_into_frames_and_a_rest_waits_for_no_longer_than_a_frame(autojump_clock: Clock) -> None:
    output = Clocked()
    async with opened(output):
        for size in (100, 700, 3_001, 1):
            await output.play(bytes(size * SAMPLE_BYTES))
        assert output.heard == 0
        await trio.sleep(0.019)
        assert output.frames == [480] * 7
        await trio.sleep(0.002)
        assert output.frames == [480] * 7 + [442]
        await output.play(bytes(50 * SAMPLE_BYTES))
        await output.drain()
        assert output.frames[-1] == 50
        assert output.heard == output.sent == 3_852


async def test_one_interruption_is_one_clear_and_closing_adds_none(autojump_clock: Clock) -> None:
    output = Telling(0.05)
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [ANSWER])
        await trio.sleep(2.0)
        conversation.interrupt()
        await trio.sleep(1.0)
        assert output.player.clears == 1
        assert conversation.last is not None
        assert conversation.last.interrupted
        assert (await conversation.say(["And then."])).heard == "And then."
    output.player.over  # noqa: B018 -- plays up to now
    assert output.player.clears == 1


async def test_a_block_that_is_cancelled_still_clears_what_the_far_end_holds(autojump_clock: Clock) -> None:
    output = Clocked()
    with trio.move_on_after(2.0):
        async with Conversation(speech(ToneTTS(), "en"), output) as conversation:
            await conversation.say([ANSWER])
    output.player.over  # noqa: B018 -- plays up to now
    assert output.player.clears == 1
    assert len(output.player.played) == output.heard * SAMPLE_BYTES


async def test_the_result_of_an_interrupted_turn_counts_what_the_far_end_played_until_it_was_told(
    autojump_clock: Clock,
) -> None:
    output = Telling(0.1)
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [ANSWER])
        await trio.sleep(0.7)
        conversation.interrupt()
        known = output.heard
        await trio.sleep(0.5)
        assert output.heard == len(output.player.played) // SAMPLE_BYTES > known
        assert conversation.last is not None
        assert conversation.last.seconds == pytest.approx(output.heard / RATE)


@pytest.mark.parametrize("pace", [-1.0, math.inf, math.nan])
async def test_a_pace_that_is_none_is_refused(autojump_clock: Clock, pace: float) -> None:
    async with opened(output := Clocked(hold=2.0, acknowledged=True)):
        with pytest.raises(ValueError, match="pace is"):
            output.acknowledge(0, pace=pace)


async def test_between_two_reports_a_clock_counts_and_the_far_end_knows_better(autojump_clock: Clock) -> None:
    output = Clocked(hold=2.0, acknowledged=True)
    output.settles = True
    async with opened(output):
        await output.play(bytes(RATE * SAMPLE_BYTES))
        await trio.testing.wait_all_tasks_blocked()
        output.acknowledge(100, pace=1.0)
        await trio.sleep(0.1)
        assert output.heard == 2_500
        output.acknowledge(2_000, pace=1.0)
        assert output.heard == 2_500, "a report that was late takes nothing back while it plays"
        await trio.sleep(0.3)
        assert output.heard == 9_200
        await trio.sleep(5.0)
        assert output.heard == 2_000 + LONGEST_UNTOLD * RATE, "and it is not believed for ever"
        output.acknowledge(15_000)
        assert output.heard == 15_000
        output.acknowledge(23_900, pace=1.0)
        with trio.move_on_after(2.0) as scope:
            await output.drain()
        assert scope.cancelled_caught, "only what was told ends a turn"
        output.flush()
        assert output.heard == RATE
        output.cleared(23_950)
        assert output.heard == 23_950
        await output.play(bytes(480 * SAMPLE_BYTES))
        await trio.sleep(1.0)
        output.acknowledge(RATE + 480)
        assert output.heard == 24_430


async def test_frames_are_longer_while_the_far_end_has_enough(autojump_clock: Clock) -> None:
    output = Clocked(hold=1.2, frame=0.1, frame_ahead=0.2, acknowledged=True)
    async with opened(output):
        for _ in range(8):
            await output.play(bytes(2_400 * SAMPLE_BYTES))
        await trio.testing.wait_all_tasks_blocked()
        assert output.frames == [2_400] * 4 + [4_800] * 2
        output.acknowledge(8 * 2_400)
        await output.play(bytes(2_400 * SAMPLE_BYTES))
        await trio.testing.wait_all_tasks_blocked()
        assert output.frames[6:] == [2_400], "a far end that has little gets at once what there is"


async def test_a_far_end_that_does_not_answer_holds_up_an_interrupted_turn_for_a_second(autojump_clock: Clock) -> None:
    output = Telling(3.0)
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation:
        with trio.move_on_after(2.0):
            await conversation.say([ANSWER])
        assert trio.current_time() == pytest.approx(3.0, abs=0.1)
        heard = output.heard
        await trio.sleep(10.0)
        assert output.heard == heard, "an answer that comes too late changes nothing"


async def test_an_interruption_cancels_no_send_and_closing_does(autojump_clock: Clock) -> None:
    output = Clocked(hold=0.5)
    output.take = 0.3
    async with opened(output):
        await output.play(bytes(960 * SAMPLE_BYTES))
        await trio.sleep(0.1)
        output.flush()
        await trio.sleep(0.3)
        assert output.frames == [480]
        assert not output.cancelled
        output.take = 1e6
        await output.play(bytes(480 * SAMPLE_BYTES))
        await trio.sleep(0.1)
        began = trio.current_time()
        await output.close()
        assert trio.current_time() - began == pytest.approx(0.5)
        assert len(output.cancelled) == 1


async def test_what_send_raises_ends_the_turn_and_the_next_one_may_speak(autojump_clock: Clock) -> None:
    class Failing(Clocked):
        async def send(self, pcm: bytes) -> None:
            await super().send(pcm)
            if len(self.frames) == 3:
                raise ConnectionResetError("the far end has gone")

    async with Conversation(speech(ToneTTS(), "en"), Failing()) as conversation:
        with pytest.raises(ConnectionResetError):
            await conversation.say([ANSWER])
        assert (await conversation.say(["And then."])).heard == "And then."


@pytest.mark.parametrize("at", ["play", "drain"])
async def test_a_far_end_that_is_gone_ends_whatever_waits_for_it(at: str, autojump_clock: Clock) -> None:
    output = Clocked()
    async with opened(output):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_fail_after, output, 0.1)
            with pytest.raises(OutputError, match="hung up"):
                await output.play(bytes(RATE if at == "play" else RATE // 4))
                await output.drain()
        assert trio.current_time() == pytest.approx(0.1)
        with pytest.raises(OutputError, match="hung up"):
            await output.play(bytes(2))


async def test_a_far_end_that_tells_nothing_is_given_up_after_its_patience(autojump_clock: Clock) -> None:
    class Silent(Clocked):
        patience = 3.0

    output = Silent(acknowledged=True)
    async with opened(output):
        await trio.sleep(100.0)
        began = trio.current_time()
        with pytest.raises(OutputError, match="patience"):
            await output.play(bytes(RATE * SAMPLE_BYTES))
        assert trio.current_time() - began == pytest.approx(3.0, abs=0.1)


async def test_a_pause_does_not_count_as_a_far_end_that_tells_nothing(autojump_clock: Clock) -> None:
    class Pausing(Telling):
        patience = 3.0
        pauses = True

    output = Pausing()
    async with opened(output), trio.open_nursery() as nursery:
        nursery.start_soon(output.play, bytes(RATE * SAMPLE_BYTES))
        await trio.sleep(0.5)
        output.pause()
        await trio.sleep(4.0)
        output.resume()


async def test_a_far_end_that_is_gone_ends_a_turn_that_waits_for_the_llm(autojump_clock: Clock) -> None:
    async def llm() -> AsyncGenerator[str]:
        yield "One moment. "
        await trio.sleep(3600)

    output = Clocked()
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(_fail_after, output, 10.0)
        with pytest.raises(OutputError, match="hung up") as caught:
            await conversation.say(llm())
        assert trio.current_time() == pytest.approx(10.0)
        assert caught.value.result is not None
        assert caught.value.result.heard == "One moment."


async def test_a_phrase_ends_with_what_is_left_of_its_last_frame_and_a_mark(autojump_clock: Clock) -> None:
    class Marking(Clocked):
        async def mark(self) -> None:
            await trio.lowlevel.checkpoint()
            self.frames.append(-self.sent)

    output = Marking()
    async with opened(output):
        await output.play(bytes(500 * SAMPLE_BYTES))
        await output.end_phrase()
        await trio.sleep(0.001)
        assert output.frames == [480, 20, -500]
        await output.play(bytes(2 * SAMPLE_BYTES))
        await output.end_phrase()
        output.flush()
        await output.drain()
        assert output.frames == [480, 20, -500], "neither is sent after an interruption"


async def _fail_after(output: FarEnd, seconds: float) -> None:
    await trio.sleep(seconds)
    output.fail("the caller has hung up")


async def test_who_forgets_to_run_it_is_told(autojump_clock: Clock) -> None:
    output = Clocked()
    await output.open(AudioFormat(RATE))
    with pytest.raises(RuntimeError, match=r"output\.run"):
        await output.play(bytes(2 * RATE))
    with pytest.raises(RuntimeError, match=r"output\.run"):
        await output.drain()
    await output.close()
    with pytest.raises(ValueError, match="frame is 0"):
        Clocked(frame=0)


async def test_an_error_in_the_work_of_an_output_ends_its_conversation(autojump_clock: Clock) -> None:
    class Broken(PacedOutput):
        async def run(self) -> None:
            await trio.sleep(1.0)
            raise OutputError("it is broken")

    with pytest.raises(OutputError, match="broken"):
        async with Conversation(speech(ToneTTS(), "en"), Broken()) as conversation:
            await conversation.say([ANSWER])
    assert trio.current_time() == pytest.approx(1.0)


@pytest.mark.parametrize("after", [0.05, 0.6])
@pytest.mark.parametrize("kind", [Clocked, Telling])
async def test_a_pause_takes_back_what_the_far_end_holds_and_a_resume_goes_on_there(
    kind: type[Clocked], after: float, autojump_clock: Clock
) -> None:
    """Where the answer to `clear` has come before the resume, no sample is lost and none is heard twice."""
    output = kind(0.02 if kind is Telling else 0.0)
    sound = bytes(range(256)) * 375  # 2 s, and no sample of zero
    async with opened(output):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(output.play, sound)
            for _ in range(3):
                await trio.sleep(0.41)
                output.pause()
                await trio.sleep(after)
                output.player.over  # noqa: B018 -- plays up to now
                heard, played = output.heard, len(output.player.played)
                await trio.sleep(1.0)
                output.player.over  # noqa: B018 -- plays up to now
                assert (output.heard, len(output.player.played)) == (heard, played)
                output.resume()
        await output.drain()
        assert output.heard == len(sound) // SAMPLE_BYTES
    output.player.over  # noqa: B018 -- plays up to now
    assert output.player.played == sound


async def test_what_was_paused_may_be_interrupted(autojump_clock: Clock) -> None:
    output = Telling(0.05)
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [ANSWER])
        await trio.sleep(0.7)
        conversation.pause()
        await trio.sleep(0.01)
        conversation.interrupt()
        await trio.sleep(0.5)
        assert output.player.clears == 1
        assert conversation.last is not None
        assert conversation.last.seconds == pytest.approx(len(output.player.played) / SAMPLE_BYTES / RATE)


async def test_a_far_end_that_cannot_clear_gets_nothing_while_it_is_paused(autojump_clock: Clock) -> None:
    class Deaf(Clocked):
        clear = FarEnd.clear

    output = Deaf()
    async with opened(output):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(output.play, bytes(RATE * SAMPLE_BYTES))
            await trio.sleep(0.5)
            output.pause()
            sent = output.sent
            await trio.sleep(10.0)
            assert output.sent <= sent + 480
            output.resume()
        await output.drain()
        assert output.heard == output.sent == RATE
