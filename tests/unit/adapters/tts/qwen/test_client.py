"""The voice on the engine's contract: against our server, and against servers that do what they should not."""

import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
import trio.testing
from tests.unit.adapters.tts.qwen._peers import Script, Tap, World, listening, scripted, serving, websocket_peer
from trio.testing import MockClock

from triolet import Conversation, PoolOptions, speech
from triolet.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    DeadlineExpired,
    NoAudio,
    ProtocolViolation,
    ServiceError,
    TooMuchAudio,
    TTSError,
)
from triolet.testing import RecordingOutput
from triolet.testing._network import Link
from triolet.testing._tone import ToneTTS, decode
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts.qwen import QwenOptions, QwenTTS, ServerOptions

AUDIO = {"response_id": "r", "delta": to_base64(bytes(range(200)))}


def quick(**changes: Any) -> QwenOptions:
    return QwenOptions(ping_interval=None, **changes)


async def test_commits_on_sessions_come_out_whole_and_in_order(autojump_clock: MockClock) -> None:
    async with serving(link=Link(latency=0.05, split=9000)) as world:
        tts = world.tts()
        for connection in range(2):
            async with tts.connect() as session:
                for commit, text in enumerate(["Good morning.", "How are you? Fine.", "x" * 300]):
                    pcm = bytearray()
                    usage = await session.commit(text, pcm.extend)
                    assert usage.characters == len(text)
                    assert [(run.connection, run.commit, run.start) for run in decode(bytes(pcm)).runs] == [
                        (connection, commit, 0)
                    ]
                    assert len(pcm) == 2 * world.voice.samples_of(text)
        assert [commit.text for commit in world.voice.commits[:3]] == ["Good morning.", "How are you? Fine.", "x" * 300]
        await trio.sleep(2)
        assert world.server.open == world.voice.open == 0


async def test_a_session_left_is_finished_and_closed_at_once(autojump_clock: MockClock) -> None:
    tap = Tap()
    async with serving(link=Link(latency=0.05)) as world:
        async with world.tts(tap=tap).connect():
            start = trio.current_time()
        assert trio.current_time() - start == pytest.approx(0.2)  # finish and Close: a round trip each
    assert tap.order[-2:] == ["C session.finish", "S session.finished"]


async def test_a_cancelled_commit_closes_without_waiting_for_its_audio(autojump_clock: MockClock) -> None:
    tap = Tap()
    async with serving(ServerOptions(pace=1), link=Link(latency=0.05)) as world:
        with trio.move_on_after(2) as scope:
            async with world.tts(tap=tap).connect() as session:
                await session.commit("x" * 1000, bytearray().extend)
        assert scope.cancelled_caught
        assert trio.current_time() < 2.2
        await trio.sleep(1)
        assert world.network.open == world.server.open == 0
    assert "C session.finish" not in tap.order


async def test_a_commit_that_is_cut_off_tells_the_service_before_the_session_is_left(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(pace=1)) as world, world.tts().connect() as session:
        with trio.move_on_after(2) as scope:
            await session.commit("x" * 1000, bytearray().extend)
        assert scope.cancelled_caught
        await session.ended()
        await trio.sleep(1)
        assert world.server.open == 0, "the session is still in use here, but it is over for the service"


async def test_a_slow_listener_is_no_concern_of_the_session(autojump_clock: MockClock) -> None:
    # 60 s of audio with a pump that is always there: pings are answered all the while.
    async with serving(ServerOptions(pace=1)) as world:
        async with world.tts(options=QwenOptions(ping_interval=5, ping_timeout=1)).connect() as session:
            got = bytearray()
            await session.commit("x" * 1000, got.extend)
        assert len(got) == 2 * 24_000 * 60


async def test_misuse_is_told(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(first_audio=1)) as world, world.tts().connect() as session:
        for text in ("", "  \n", "?!", "🙂"):
            with pytest.raises(ValueError, match="no words"):
                await session.commit(text, bytearray().extend)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(session.commit, "one", bytearray().extend)
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(RuntimeError, match="one commit at a time"):
                await session.commit("two", bytearray().extend)
            nursery.cancel_scope.cancel()
        with pytest.raises(RuntimeError, match="spent"):
            await session.commit("three", bytearray().extend)


async def test_odd_text_reaches_the_voice(autojump_clock: MockClock) -> None:
    texts = ["a\u2028b", "nul \x00 here", "שלום עולם", "a\ud800b", "\ud83d\ude00 smile", '"quoted\\"\n']
    heard = ["a\u2028b", "nul \x00 here", "שלום עולם", "ab", "😀 smile", '"quoted\\"\n']
    async with serving() as world, world.tts().connect() as session:
        for text in texts:
            await session.commit(text, bytearray().extend)
        assert [commit.text for commit in world.voice.commits] == heard


# Servers that do what they should not.

Deed = Callable[[Script], Awaitable[object]]


async def half_a_sample(server: Script) -> None:
    await server.send("response.audio.delta", response_id="r", delta=to_base64(b"123"))
    await server.send("response.done", response={"id": "r"})


async def audio_then(server: Script, *then: tuple[str, dict[str, Any]]) -> None:
    await server.send("response.audio.delta", **AUDIO)
    for kind, fields in then:
        await server.send(kind, **fields)


async def close_frame_only(server: Script) -> None:
    from wsproto.events import CloseConnection

    await server.connection._send(CloseConnection(code=1011, reason="gone"))
    await trio.sleep_forever()


DEEDS: dict[str, tuple[Deed, type[TTSError], str, float]] = {
    "hangs": (lambda _: trio.sleep_forever(), DeadlineExpired, r"10 s \(first_audio_timeout\)", 10),  # noqa: ASYNC105
    "hangs after some audio": (audio_then, DeadlineExpired, r"10 s \(chunk_timeout\)", 10),
    "no json": (lambda server: server.connection.send_message("zzz"), ProtocolViolation, "no JSON", 0),
    "a json array": (lambda server: server.connection.send_message("[1]"), ProtocolViolation, "no JSON object", 0),
    "binary": (lambda server: server.connection.send_message(b"\0\0"), ProtocolViolation, "binary message", 0),
    "huge": (lambda server: server.connection.send_message("x" * 5_000_000), ProtocolViolation, "max_message_size", 0),
    "bad base64": (lambda server: server.send("response.audio.delta", delta="?"), ProtocolViolation, "no base64", 0),
    "half a sample": (half_a_sample, ProtocolViolation, "half a sample", 0),
    "unknown response": (
        lambda server: server.send("response.audio.delta", response_id="other", delta="AAAA"),
        ProtocolViolation,
        "unknown response 'other'",
        0,
    ),
    "two responses": (
        lambda server: server.send("response.created", response={"id": "q"}),
        ProtocolViolation,
        "within",
        0,
    ),
    "finishes too soon": (lambda server: server.send("session.finished"), ProtocolViolation, "before the response", 0),
    "no audio": (
        lambda server: server.send("response.done", response={"id": "r"}),
        NoAudio,
        "without a sample of audio",
        0,
    ),
    "failed": (
        lambda server: server.send("response.done", response={"id": "r", "status": "failed"}),
        ServiceError,
        "'failed'",
        0,
    ),
    "error event": (
        lambda server: server.send("error", error={"code": "invalid_value", "message": "no such thing"}),
        ServiceError,
        "invalid_value: no such thing",
        0,
    ),
    "closes": (lambda server: server.connection.aclose(1011, "oops"), ConnectionLost, "1011 oops", 0),
    "closes, keeps tcp": (close_frame_only, ConnectionLost, "1011 gone", 0),
    "drops tcp": (lambda server: server.connection._stream.aclose(), ConnectionLost, "broke", 0),
    "never ends": (
        lambda server: audio_then(server, *[("response.audio.delta", {"delta": to_base64(bytes(960_000))})] * 7),
        TooMuchAudio,
        "max_audio",
        0,
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_hostile_server_gives_a_typed_error_within_a_deadline(autojump_clock: MockClock, deed: str) -> None:
    act, error, text, deadline = DEEDS[deed]

    async def peer(server: Script) -> None:
        await server.open()
        await server.respond()
        await act(server)
        await trio.sleep_forever()

    async with scripted(peer) as tts:
        with pytest.raises(error, match=text) as caught:
            async with tts.connect() as session:
                await session.commit("Hello there.", bytearray().extend)
        assert type(caught.value) is error
        assert trio.current_time() == pytest.approx(deadline, abs=1.01)


OPENINGS: dict[str, tuple[Deed, type[TTSError], str]] = {
    "no session.created": (lambda _: trio.sleep_forever(), DeadlineExpired, "session_timeout"),  # noqa: ASYNC105
    "no session.updated": (
        lambda server: server.send("session.created", session={}),
        DeadlineExpired,
        "session_timeout",
    ),
    "error": (lambda server: server.send("error", error={"code": "x", "message": "y"}), ServiceError, "x: y"),
    "closes": (
        lambda server: server.connection.aclose(1007, "Model not found"),
        ConnectionLost,
        "1007 Model not found",
    ),
    "nonsense": (lambda server: server.connection.send_message("{"), ProtocolViolation, "no JSON"),
}


@pytest.mark.parametrize("opening", OPENINGS)
async def test_a_hostile_opening(autojump_clock: MockClock, opening: str) -> None:
    act, error, text = OPENINGS[opening]

    async def peer(server: Script) -> None:
        await act(server)
        await trio.sleep_forever()

    async with scripted(peer) as tts:
        with pytest.raises(error, match=text) as caught:
            async with tts.connect():
                raise AssertionError("must not open")
        assert type(caught.value) is error
        assert trio.current_time() <= 11.1


async def test_a_service_that_does_not_finish_costs_the_finish_deadline_and_no_error(autojump_clock: MockClock) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        await trio.sleep_forever()

    async with scripted(peer) as tts:
        async with tts.connect():
            pass
        assert trio.current_time() == pytest.approx(5, abs=1.01)


async def test_other_events_do_not_put_the_first_audio_deadline_off(autojump_clock: MockClock) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        await server.respond()
        while True:
            await trio.sleep(3)
            await server.send("still.thinking")

    async with scripted(peer) as tts:
        with pytest.raises(DeadlineExpired, match="first_audio_timeout"):
            async with tts.connect() as session:
                await session.commit("Hello.", bytearray().extend)
        assert trio.current_time() == pytest.approx(10, abs=1.01)


async def test_a_spent_session_is_not_asked_to_finish(autojump_clock: MockClock) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        await trio.sleep_forever()

    async with scripted(peer) as tts:
        async with tts.connect() as session:
            with pytest.raises(DeadlineExpired):
                await session.commit("Hello.", bytearray().extend)
            left = trio.current_time()
        assert trio.current_time() - left <= 1.01  # the Close, which this server answers or not; no session.finish


async def test_an_idle_session_that_was_closed_fails_the_next_commit_alone(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(idle_timeout=23)) as world, world.tts().connect() as session:
        await trio.sleep(100)
        with pytest.raises(ServiceError, match="request timeout") as caught:
            await session.commit("Too late.", bytearray().extend)
        assert caught.value.retryable


async def test_tolerated_as_the_vendors_sdk_does(autojump_clock: MockClock) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        await server.until("input_text_buffer.commit")
        await server.send("something.new", response_id="zzz")
        await server.send("response.created", response={"id": "r"})  # no `committed`, no items, no usage
        await server.connection.send_message(json.dumps({"type": "response.audio.delta", "delta": to_base64(b"\1\2")}))
        await server.send("response.done", response={"id": "r"})

    async with scripted(peer) as tts, tts.connect() as session:
        pcm = bytearray()
        assert (await session.commit("你好。", pcm.extend)).characters == 5
        assert pcm == b"\1\2"


async def test_accept_may_stop_it(autojump_clock: MockClock) -> None:
    def accept(_pcm: bytes) -> None:
        raise TooMuchAudio("enough")

    async with serving() as world:
        with pytest.raises(TooMuchAudio, match="enough"):
            async with world.tts().connect() as session:
                await session.commit("Hello.", accept)
        await trio.sleep(2)
        assert world.network.open == 0


# The key.


async def test_a_refused_key_says_which_region_was_asked(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(api_key="right")) as world:
        with pytest.raises(AuthenticationFailed, match=r"401.*Invalid API-key.*keys belong to regions") as caught:
            async with world.tts(api_key="sk-wrong").connect():
                raise AssertionError("must not open")
        assert "/api-ws/v1/realtime" in str(caught.value)
        async with world.tts(api_key="right").connect() as session:
            await session.commit("Hello.", bytearray().extend)


async def test_a_rate_limit_in_the_handshake_is_worth_another_try(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(requests_per_minute=1)) as world:
        async with world.tts().connect():
            pass
        with pytest.raises(ConnectionFailed, match=r"429.*rate limit") as caught:
            async with world.tts().connect():
                raise AssertionError("must not open")
        assert (caught.value.code, caught.value.retryable) == ("429", True)
        await trio.sleep(60)
        async with world.tts().connect():
            pass


async def test_a_rate_limit_that_names_a_wait_is_waited_for(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(requests_per_minute=1, retry_after=True)) as world:
        async with world.tts().connect():
            pass
        await trio.sleep(15.5)
        with pytest.raises(ConnectionFailed, match=r"429.*asks for 45 s") as caught:
            async with world.tts().connect():
                raise AssertionError("must not open")
        assert caught.value.retry_after == 45
        handshakes = world.server.connections
        output = RecordingOutput()
        async with Conversation(speech(world.tts(), "en"), output, pool=PoolOptions(spares=0)) as conversation:
            result = await conversation.say(["Hello."])
        assert result.heard == "Hello."
        assert world.server.connections == handshakes + 1
        assert 59 < trio.current_time() < 75


KEY = "sk-0123456789abcdef"


async def refuse_with_the_key(stream: trio.abc.Stream) -> None:
    await stream.receive_some()
    await stream.send_all(f"HTTP/1.1 401 No\r\nContent-Length: {len(KEY)}\r\n\r\n{KEY}".encode())


async def error_with_the_key(server: Script) -> None:
    await server.send("error", error={"code": "InvalidApiKey", "message": f"no such key: {KEY}"})


async def close_with_the_key(server: Script) -> None:
    await server.connection.aclose(1008, f"bad {KEY}")


@pytest.mark.parametrize(
    "peer",
    [refuse_with_the_key, websocket_peer(error_with_the_key), websocket_peer(close_with_the_key)],
    ids=["body", "event", "close"],
)
async def test_a_service_that_repeats_the_key_does_not_show_it(
    autojump_clock: MockClock, peer: Callable[[trio.abc.Stream], Awaitable[None]]
) -> None:
    tap = Tap()
    async with listening(peer) as network:
        with pytest.raises(TTSError, match=r"\*\*\*") as caught:
            async with QwenTTS(url="ws://localhost", api_key=KEY, dial=network.dial, tap=tap).connect():
                raise AssertionError("must not open")
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value)) + str(tap.events)
    assert "0123456789" not in shown


async def speak_until_it_breaks(world: World, tts: QwenTTS, shown: list[str]) -> None:
    async with tts.connect() as session:
        shown += [repr(session), str(vars(session))]
        await session.commit("Hello.", bytearray().extend)
        world.network.connections[0].reset()
        await session.commit("Hello.", bytearray().extend)


async def test_the_key_shows_nowhere(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = "sk-0123456789abcdef"
    shown: list[str] = []
    tap = Tap()
    for good in (key, "another"):
        async with serving(ServerOptions(api_key=good)) as world:
            tts = world.tts(api_key=key, tap=tap)
            shown += [repr(tts), str(vars(tts)), repr(tts.settings), repr(world.server), str(vars(world.server))]
            with pytest.raises(TTSError) as failed:
                await speak_until_it_breaks(world, tts, shown)
            inside = failed.value.__traceback__ and failed.value.__traceback__.tb_next  # the frame here has the key
            shown += traceback.TracebackException(TTSError, failed.value, inside, capture_locals=True).format()
    with pytest.raises(ValueError, match="api_key must be printable") as caught:
        QwenTTS(api_key=key + "\n")
    shown += [str(caught.value), json.dumps(tap.events), caplog.text]
    assert len(shown) > 20
    for text in shown:
        assert "0123456789" not in text


async def test_the_voice_of_the_server_may_fail(autojump_clock: MockClock) -> None:
    class Failing(ToneTTS):
        def samples_of(self, text: str) -> int:
            if "bad" in text:
                raise TTSError("cannot say that")
            return super().samples_of(text)

    async with serving(voice=Failing()) as world:
        with pytest.raises(ServiceError, match="cannot say that"):
            async with world.tts().connect() as session:
                await session.commit("bad", bytearray().extend)
        async with world.tts().connect() as session:
            await session.commit("good", bytearray().extend)
