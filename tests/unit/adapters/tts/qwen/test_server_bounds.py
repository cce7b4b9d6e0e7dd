"""Bounds of the local server that time and memory need: requests a minute, audio that waits, how long a stop takes."""

from __future__ import annotations

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import serving
from tests.unit.adapters.tts.qwen.test_door import status
from trio.testing import MockClock

from triolet.errors import TTSError
from triolet.testing import ToneTTS
from triolet_adapters.tts.frame.server._connection import _short
from triolet_adapters.tts.frame.server._encoders import encoder_for
from triolet_adapters.tts.qwen import QwenServer, ServerOptions
from triolet_adapters.tts.qwen.protocol import ResponseDone, ServerEvent, SessionInfo
from triolet_adapters.tts.qwen.server._response import Response
from triolet_adapters.tts.qwen.server._track import Track
from triolet_adapters.tts.qwen.server._wire import Wire


async def test_any_minute_has_so_many_requests_and_no_more(autojump_clock: MockClock) -> None:
    server = QwenServer(ToneTTS(), ServerOptions(requests_per_minute=2))
    began = trio.current_time()
    assert server.admit()
    await trio.sleep(20)
    assert server.admit()
    assert not server.admit()
    await trio.sleep_until(began + 59.9)
    assert not server.admit()
    assert server._seconds_to_next() == 1
    await trio.sleep_until(began + 60)
    assert server.admit()
    assert not server.admit()
    assert server._seconds_to_next() == 20
    unlimited = QwenServer(ToneTTS())
    assert all(unlimited.admit() for _ in range(1000))


@pytest.mark.parametrize("scheme", ["ftp", "ws", "chrome-extension", "file", "javascript"])
def test_only_pages_of_the_web_are_this_machines(scheme: str) -> None:
    assert status(origin=f"{scheme}://localhost:3000") == 403


def test_the_reason_of_a_close_fits_its_frame() -> None:
    assert _short("short") == "short"
    for character in "aé好👍":
        short = _short(character * 200)
        assert short == character * len(short)
        assert 119 < len(short.encode()) <= 123


def track(seconds: float) -> tuple[Track, Response]:
    """What a client has not taken, of a response at 8 kHz."""
    info = SessionInfo(response_format="pcm", sample_rate=8_000)
    options = ServerOptions(max_unsent=seconds)
    wire = Wire(None, 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] -- nothing is sent
    response = Response(wire, info, options, encoder_for("pcm", 8_000, 8_000))
    return Track(response, 8_000, options), response


async def test_no_more_audio_waits_for_a_client_than_is_allowed(autojump_clock: MockClock) -> None:
    waiting, _ = track(1.0)
    waiting.put(bytes(2 * 8_000))
    with pytest.raises(TTSError, match="max_unsent"):
        waiting.put(bytes(2))
    assert len(await waiting.take(10_000)) == 10_000
    waiting.put(bytes(10_000))
    with pytest.raises(TTSError, match="max_unsent"):
        waiting.put(bytes(2))
    waiting.end()
    assert [len(await waiting.take(10_000)) for _ in range(3)] == [10_000, 6_000, 0]


async def test_what_comes_after_a_stop_is_dropped_and_breaks_nothing(autojump_clock: MockClock) -> None:
    waiting, response = track(1.0)
    waiting.put(bytes(2 * 800))
    response.stopped = True
    for _ in range(100):
        waiting.put(bytes(2 * 8_000))
    waiting.end()
    assert len(await waiting.take(10**6)) == 2 * 800
    assert await waiting.take(10**6) == b""


@pytest.mark.parametrize("host", ["myhost", "MYHOST:8765", "MyHost."])
def test_names_of_hosts_are_the_same_in_capitals(host: str) -> None:
    assert status(host=host, listens_on="MyHost") == 101
    assert status(ServerOptions(allowed_hosts=("MYHOST",)), host=host) == 101
    assert status(host=host) == 421


async def test_a_client_that_listens_is_not_idle(autojump_clock: MockClock) -> None:
    """It says nothing for five seconds, in which it is spoken to; then for one, and is sent away."""
    voice = ToneTTS(sample_rate=24_000, pace=1.0, seconds_per_character=0.5)
    async with serving(ServerOptions(idle_timeout=1.0), voice) as world, world.tts().session() as session:
        await session.update()
        await session.say("Here we go.")
        event: ServerEvent | None = None
        while not isinstance(event, ResponseDone):
            event = await session.next_event()
        said = trio.current_time()
        assert event.status == "completed"
        assert said > 5
        await session.wait_failed()
        assert said < trio.current_time() <= said + 1.1
