"""Events on their way from the task that receives them: heard as they come, or kept until somebody asks."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

from triolet.errors import ConnectionLost, DeadlineExpired, ProtocolViolation, TooMuchAudio
from triolet_adapters.tts.frame._taking import Taker
from triolet_adapters.tts.frame.server._encoders import encoder_for
from triolet_adapters.tts.qwen.client._inbox import EVENT_COST, Deadline, Inbox
from triolet_adapters.tts.qwen.protocol import (
    AudioDelta,
    ErrorEvent,
    QwenSettings,
    ResponseFormat,
    ServerEvent,
    TextCommitted,
)

LAST = TextCommitted(event_id="last")


def audio(number: int) -> AudioDelta:
    return AudioDelta(event_id=str(number), audio=b"ab")


def in_seconds(seconds: float) -> Deadline:
    return Deadline(name="chunk_timeout", seconds=seconds, awaited="nothing")


class Heard:
    def __init__(self) -> None:
        self.events: list[ServerEvent] = []
        self.deadline = in_seconds(10)

    def take(self, event: ServerEvent) -> bool:
        self.events.append(event)
        self.deadline = in_seconds(10)
        return event is LAST

    def until(self) -> Deadline:
        return self.deadline


async def test_events_are_heard_in_the_call_that_brings_them(autojump_clock: MockClock) -> None:
    inbox, heard = Inbox(100), Heard()
    inbox.put(audio(0))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(inbox.hear, heard.take, heard.until)
        await trio.testing.wait_all_tasks_blocked()
        assert heard.events == [audio(0)]
        for number in range(1, 1000):  # more than an inbox may hold: nothing is held
            inbox.put(audio(number))
        assert heard.events == [audio(number) for number in range(1000)]
        inbox.put(LAST)
        inbox.put(audio(7))  # behind the last: of whoever reads next
    assert heard.events[-1] is LAST
    assert inbox.take_unread() == [audio(7)]


async def test_the_last_may_have_come_before(autojump_clock: MockClock) -> None:
    inbox, heard = Inbox(100), Heard()
    for event in (audio(0), LAST, audio(1)):
        inbox.put(event)
    await inbox.hear(heard.take, heard.until)
    assert heard.events == [audio(0), LAST]
    assert inbox.take_unread() == [audio(1)]


async def test_what_is_raised_is_raised_where_it_is_waited_for(autojump_clock: MockClock) -> None:
    inbox = Inbox(100)
    refused = ErrorEvent(code="no")

    class RefusedError(Exception):
        pass

    def take(event: ServerEvent) -> bool:
        raise RefusedError

    async def wait() -> None:
        with pytest.raises(RefusedError):
            await inbox.hear(take, lambda: in_seconds(10))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        inbox.put(refused)
        inbox.put(LAST)
        inbox.fail(ConnectionLost("closed"))
        assert inbox.unread_error() is refused  # whoever sends meanwhile learns of it, and not of the Close behind it
    assert inbox.unread_error() is None
    assert inbox.take_unread() == [LAST]


async def test_the_end_of_the_connection_comes_after_what_was_heard(autojump_clock: MockClock) -> None:
    inbox, heard = Inbox(100), Heard()
    failure = ConnectionLost("closed")

    async def wait() -> None:
        with pytest.raises(ConnectionLost) as caught:
            await inbox.hear(heard.take, heard.until)
        assert caught.value is failure

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        inbox.put(audio(0))
        inbox.fail(failure)
    assert heard.events == [audio(0)]
    inbox.put(audio(1))
    with pytest.raises(ConnectionLost):  # as well where the connection had ended before
        await inbox.hear(heard.take, heard.until)
    assert heard.events == [audio(0), audio(1)]


async def test_a_last_event_counts_more_than_the_failure_behind_it(autojump_clock: MockClock) -> None:
    inbox, heard = Inbox(100), Heard()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(inbox.hear, heard.take, heard.until)
        await trio.testing.wait_all_tasks_blocked()
        inbox.put(LAST)
        inbox.fail(ConnectionLost("closed"))
    assert heard.events == [LAST]


async def test_each_event_may_put_the_deadline_off(autojump_clock: MockClock) -> None:
    inbox, heard = Inbox(1000), Heard()

    async def send() -> None:
        for number in range(5):
            await trio.sleep(9)
            inbox.put(audio(number))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        with pytest.raises(DeadlineExpired, match=r"nothing for 10 s \(chunk_timeout\)"):
            await inbox.hear(heard.take, heard.until)
        assert trio.current_time() == pytest.approx(5 * 9 + 10)


async def test_who_stops_hearing_hears_no_more(autojump_clock: MockClock) -> None:
    inbox, heard = Inbox(100), Heard()
    with trio.move_on_after(1):
        await inbox.hear(heard.take, heard.until)
    inbox.put(audio(0))
    assert heard.events == []
    assert inbox.take_unread() == [audio(0)]


async def test_what_was_read_makes_room_for_what_comes(autojump_clock: MockClock) -> None:
    """Two bytes of audio at most, and the cost of two events."""
    inbox = Inbox(2, 2 * (EVENT_COST + 10))
    for number in range(5):
        inbox.put(audio(number), 10)
        assert await inbox.next(in_seconds(1)) == audio(number)
        inbox.put(audio(number), 10)
        assert inbox.take_unread() == [audio(number)]
    inbox.put(audio(0), 10)
    with pytest.raises(TooMuchAudio, match="more than 2 bytes"):
        inbox.put(audio(1), 10)
    inbox = Inbox(100, 2 * (EVENT_COST + 10))
    inbox.put(LAST, 10)
    inbox.put(LAST, 10)
    with pytest.raises(ProtocolViolation, match="wait to be read"):
        inbox.put(LAST, 0)


async def test_the_first_failure_is_the_one_that_is_told(autojump_clock: MockClock) -> None:
    inbox = Inbox(100)
    inbox.put(LAST)
    inbox.fail(ConnectionLost("first"))
    inbox.fail(ConnectionLost("second"))
    assert await inbox.next(in_seconds(1)) is LAST
    with pytest.raises(ConnectionLost, match="first"):
        await inbox.next(in_seconds(1))


@pytest.mark.parametrize("response_format", ["pcm", "wav", "opus"])
def test_a_second_response_of_a_turn_is_decoded_from_its_own_beginning(response_format: ResponseFormat) -> None:
    """Each has a header of its own; half a sample at the end of one is an error there, and not the start of the next."""
    settings = QwenSettings(
        model="qwen3-tts-flash-realtime", voice="Cherry", mode="server_commit", response_format=response_format
    )
    got: list[bytes] = []
    taker = Taker(got.append, settings.response_format, settings.sample_rate, 10.0, "max_turn_audio")
    sound = bytes(range(1, 241)) * 20
    lengths: list[int] = []
    for _ in range(3):
        encoder = encoder_for(response_format, 24_000, 24_000)
        before = sum(map(len, got))
        for part in (encoder.feed(sound), encoder.finish()):
            taker.take(part)
        taker.end_of_response()
        lengths.append(sum(map(len, got)) - before)
    taker.finish()
    assert lengths[0] >= len(sound)
    assert lengths == [lengths[0]] * 3
    assert response_format == "opus" or b"".join(got) == sound * 3
