"""The local server: over real sockets, and with clients that do what they should not."""

import json
from typing import Any

import pytest
import trio
import trio_websocket
from tests.unit.adapters.tts.qwen._foes import CLOSE, FINISH, UPDATE, dialled, frame
from tests.unit.adapters.tts.qwen._peers import World, serving
from trio.testing import MockClock

from triolet import AudioCallback, Usage
from triolet.errors import ConnectionFailed, ConnectionLost, ServiceError
from triolet.testing import Link, ToneTTS, decode
from triolet_adapters.tts.qwen import QwenOptions, QwenServer, QwenTTS, ServerOptions
from triolet_adapters.tts.qwen.protocol import PATH
from triolet_adapters.tts.qwen.server import _session


async def test_it_speaks_over_real_sockets(nursery: trio.Nursery) -> None:
    voice = ToneTTS()
    server = QwenServer(voice)
    url: str = await nursery.start(server.serve)
    assert url.startswith("ws://127.0.0.1:")
    tts = QwenTTS(url=url, api_key="")
    pcm = bytearray()
    async with tts.connect() as first, tts.connect() as second:
        await first.commit("One.", pcm.extend)
        await second.commit("Two.", pcm.extend)
        assert server.open == 2
    assert [run.connection for run in decode(bytes(pcm)).runs] == [0, 1]
    assert server.connections == voice.connections == 2


async def test_nobody_listens_is_said(unused_tcp_port: int) -> None:
    with pytest.raises(ConnectionFailed, match=f"no connection to 127.0.0.1:{unused_tcp_port}: .*Connection refused"):
        async with QwenTTS(url=f"ws://127.0.0.1:{unused_tcp_port}", api_key="").connect():
            raise AssertionError("must not open")


@pytest.fixture
async def unused_tcp_port() -> int:
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port: int = listener.socket.getsockname()[1]
    await listener.aclose()
    return port


async def still_speaks(world: World) -> None:
    pcm = bytearray()
    async with world.tts().connect() as session:
        await session.commit("Still here.", pcm.extend)
    assert len(pcm) == 2 * world.voice.samples_of("Still here.")
    await trio.sleep(3)
    assert world.server.open == world.voice.open == 0


@pytest.mark.parametrize(
    "words", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff" * 500, b"GET /api-ws/v1/realtime HTTP/1.1\r\nHost: x\r\n"]
)
@pytest.mark.parametrize("stays", [True, False])
async def test_a_client_that_speaks_no_websocket(autojump_clock: MockClock, words: bytes, stays: bool) -> None:
    async with serving(ServerOptions(handshake_timeout=5)) as world:
        stream = await world.network.dial("localhost", 80)
        if words:
            await stream.send_all(words)
        if stays:
            await trio.sleep(6)
            assert world.network.connections[0].server.closed
        await stream.aclose()
        await still_speaks(world)
        await trio.sleep(6)
        assert world.network.open == 0


@pytest.mark.parametrize(
    "words", [b"", b"GET /api-ws/v1/realtime HTTP/1.1\r\nHost: x\r\n"], ids=["nothing", "half a request"]
)
@pytest.mark.parametrize("way", ["leaves", "breaks"])
async def test_a_client_that_left_before_its_request_is_not_waited_for(
    autojump_clock: MockClock, words: bytes, way: str
) -> None:
    """Else a client that comes and goes a hundred times a second costs a thousand descriptors."""
    async with serving() as world:
        stream = await world.network.dial("localhost", 80)
        if words:
            await stream.send_all(words)
        await trio.sleep(1)
        assert not world.network.connections[0].server.closed
        if way == "leaves":
            await stream.aclose()
        else:
            world.network.connections[0].reset()
        await trio.sleep(0.1)
        assert world.network.connections[0].server.closed
        await still_speaks(world)


class Client:
    """A client with no manners."""

    def __init__(self, connection: trio_websocket.WebSocketConnection) -> None:
        self.connection = connection

    async def send(self, kind: str, **fields: Any) -> None:
        await self.connection.send_message(json.dumps({"type": kind, **fields}))

    async def until(self, kind: str) -> dict[str, Any]:
        while (event := json.loads(await self.connection.get_message()))["type"] != kind:
            pass
        result: dict[str, Any] = event
        return result


async def connected(world: World, nursery: trio.Nursery, query: str = "?model=m-realtime") -> Client:
    stream = await world.network.dial("localhost", 80)
    return Client(await trio_websocket.wrap_client_stream(nursery, stream, "localhost", PATH + query))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "message",
    [
        "no json", "[]", "{}", '{"type":7}', '{"type":"session.update"}', '{"type":"input_text_buffer.append"}',
        '{"type":"input_text_buffer.append","text":5}', '{"type":"no.such"}', "[" * 90_000, b"binary",
        '{"type":"session.update","session":{"voice":["x"]}}',
        '{"type":"session.update","session":{"voice":"x","mode":["commit"]}}',
        '{"type":"session.update","session":{"voice":"x","speech_rate":"fast"}}',
        '{"type":"session.update","session":{"voice":"x","sample_rate":{}}}',
        '{"type":"session.update","session":{"voice":"x","language_type":1}}',
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_answered_and_forgotten(
    autojump_clock: MockClock, nursery: trio.Nursery, message: str | bytes
) -> None:
    async with serving() as world:
        client = await connected(world, nursery)
        await client.until("session.created")
        await client.connection.send_message(message)
        assert (await client.until("error"))["error"]["code"] == "invalid_value"
        await client.send("input_text_buffer.append", text="Hello.")
        await client.send("session.finish")
        await client.until("session.finished")
        await client.connection.aclose()
        await still_speaks(world)


async def test_a_ping_that_crosses_its_close_harms_nobody(autojump_clock: MockClock) -> None:
    """The server closes an idle session, and has not got the client's Close yet when a ping comes."""
    async with serving(ServerOptions(idle_timeout=1), link=Link(latency=0.2)) as world:
        with pytest.raises(ServiceError, match="request timeout"):
            async with world.tts(options=QwenOptions(ping_interval=0.1)).connect() as session:
                await session.ended()
                await session.commit("Too late.", bytearray().extend)
        await still_speaks(world)


@pytest.mark.parametrize("moment", ["session.created", "response.created", "response.audio.delta", "session.finished"])
@pytest.mark.parametrize("manner", ["reset", "silence", "close"])
async def test_a_client_that_leaves_at_any_moment(
    autojump_clock: MockClock, nursery: trio.Nursery, moment: str, manner: str
) -> None:
    async with serving(ServerOptions(idle_timeout=30, pace=1), link=Link(window=4096)) as world:
        client = await connected(world, nursery)
        await client.send("input_text_buffer.append", text="Hello, this is a sentence of some length. And one more.")
        if moment == "session.finished":
            await client.send("session.finish")
        await client.until(moment)
        if manner == "close":
            await client.connection.aclose()
        else:
            getattr(world.network.connections[0], manner)()
        if manner != "silence":
            await trio.sleep(5)
            assert world.server.open == world.voice.open == 0
        else:
            await client.connection._stream.aclose()
        await trio.sleep(0.1)


async def test_a_wrong_path_and_a_missing_update(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    async with serving() as world:
        with pytest.raises(ConnectionFailed, match=r"404.*nothing is served at /elsewhere"):
            async with QwenTTS(url="ws://localhost/elsewhere", api_key="", dial=world.network.dial).connect():
                raise AssertionError("must not open")
        client = await connected(world, nursery)  # without session.update the defaults hold: server_commit
        await client.send("input_text_buffer.append", text="By default.")
        await client.send("session.finish")
        await client.until("session.finished")
        await client.connection.aclose()
        assert [commit.text for commit in world.voice.commits] == ["By default."]


async def test_two_commits_in_flight_are_answered_in_order(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    async with serving(ServerOptions(pace=5)) as world:
        client = await connected(world, nursery)
        await client.send("session.update", session={"voice": "Cherry", "mode": "commit"})
        for text in ("One.", "Two.", "Three."):
            await client.send("input_text_buffer.append", text=text)
            await client.send("input_text_buffer.commit")
        ids = [(await client.until("response.done"))["response"]["id"] for _ in range(3)]
        assert len(set(ids)) == 3
        assert [commit.text for commit in world.voice.commits] == ["One.", "Two.", "Three."]
        await client.connection.aclose()


async def test_pace_delta_size_and_delays_are_as_asked(autojump_clock: MockClock) -> None:
    options = ServerOptions(pace=2, delta_bytes=4800, first_audio=0.7)
    times: list[float] = []
    sizes: list[int] = []

    def accept(pcm: bytes) -> None:
        times.append(trio.current_time())
        sizes.append(len(pcm))

    async with serving(options, ToneTTS(seconds_per_character=0.1)) as world, world.tts().connect() as session:
        start = trio.current_time()
        await session.commit("ten chars.", accept)
        assert sizes == [4800] * 10
        assert [time - start for time in times] == pytest.approx([0.7 + 0.05 * n for n in range(10)])


async def test_jitter_replays_from_its_seed(autojump_clock: MockClock) -> None:
    async def gaps(seed: int) -> list[float]:
        times: list[float] = []
        options = ServerOptions(jitter=1.0, seed=seed, delta_bytes=2000)
        async with serving(options) as world, world.tts().connect() as session:
            await session.commit("Some text.", lambda _pcm: times.append(trio.current_time()))
        return [round(time - times[0], 6) for time in times]

    first = await gaps(1)
    assert len(set(first)) == len(first) > 5
    assert await gaps(1) == first
    assert await gaps(2) != first


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (ServerOptions(models=("x",), bad_model="close"), ConnectionLost, "1007 Model not found"),
        (ServerOptions(models=("x",), bad_model="error"), ServiceError, "model_not_found: Model not found"),
        (ServerOptions(voices=("x",), bad_voice="error"), ServiceError, "voice Cherry is not supported"),
        (ServerOptions(voices=("x",), bad_voice="close"), ServiceError, "voice Cherry is not supported"),
    ],
)
async def test_our_client_and_a_bad_model_or_voice(
    autojump_clock: MockClock, options: ServerOptions, error: type[Exception], text: str
) -> None:
    async with serving(options) as world:
        with pytest.raises(error, match=text) as caught:
            async with world.tts().connect():
                raise AssertionError("must not open")
        assert not getattr(caught.value, "retryable", True)


async def test_our_client_and_a_rate_limit_in_an_event(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(rate_limit="event", requests_per_minute=1)) as world:
        async with world.tts().connect() as session:
            await session.commit("One.", bytearray().extend)
            with pytest.raises(ServiceError, match=r"Throttling\.RateQuota") as caught:
                await session.commit("Two.", bytearray().extend)
        assert caught.value.retryable
        await trio.sleep(60)
        async with world.tts().connect() as session:
            await session.commit("Three.", bytearray().extend)


async def test_our_client_never_loses_text_to_a_server_that_ignores_it_while_speaking(
    autojump_clock: MockClock,
) -> None:
    async with (
        serving(ServerOptions(append_while_speaking="ignore", pace=2)) as world,
        world.tts().connect() as session,
    ):
        for text in ("One.", "Two.", "Three."):
            await session.commit(text, bytearray().extend)
        assert [commit.text for commit in world.voice.commits] == ["One.", "Two.", "Three."]


async def test_text_that_was_said_makes_room_for_more(
    autojump_clock: MockClock, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_session, "_MAX_TEXT", 30)
    async with serving() as world:
        client = await connected(world, nursery)
        await client.send("session.update", session={"voice": "Cherry", "mode": "commit"})
        for _ in range(3):
            await client.send("input_text_buffer.append", text="A text of twenty.")
            await client.send("input_text_buffer.clear")
            await client.send("input_text_buffer.append", text="A text of twenty.")
            await client.send("input_text_buffer.commit")
            while (event := json.loads(await client.connection.get_message()))["type"] != "response.done":
                assert event["type"] != "error"


async def test_more_text_than_the_buffer_holds_is_refused(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    async with serving() as world:
        client = await connected(world, nursery)
        await client.send("session.update", session={"voice": "Cherry", "mode": "commit"})
        for _ in range(11):
            await client.send("input_text_buffer.append", text="x" * 10_000)
        assert "full" in (await client.until("error"))["error"]["message"]
        await client.connection.aclose()


async def test_a_goodbye_that_crosses_an_answer_is_answered(autojump_clock: MockClock) -> None:
    async with serving() as world:
        for _ in range(50):
            foe = await dialled(world)
            await foe.shake_hands()
            await foe.send(UPDATE, FINISH, frame(CLOSE, (1000).to_bytes(2, "big")))
            await foe.read()
            assert foe.came.endswith(b"\x88\x02\x03\xe8")
            await foe.stream.aclose()
    assert world.server.left == {1000: world.server.connections}


class _Faulty(ToneTTS):
    """Has a fault of its own."""

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        if text == "Bad.":
            raise LookupError("a fault of the voice")
        return await super()._speak(connection, commit, text, accept)


async def test_a_fault_in_one_session_ends_no_other(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(voice=_Faulty()) as world:
        pcm = bytearray()
        async with world.tts().connect() as other:
            with pytest.raises(ConnectionLost):
                async with world.tts().connect() as session:
                    await session.commit("Bad.", pcm.extend)
            await other.commit("Good.", pcm.extend)
        assert len(pcm) == 2 * world.voice.samples_of("Good.")
    assert "a session of the local server failed" in caplog.text
