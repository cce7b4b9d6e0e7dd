"""What was reported of the service after its documents were read: permanent and passing errors, long texts, texts too soon, limits."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import Tap, serving
from trio.testing import MockClock

from triolet import Conversation, speech
from triolet.errors import AuthenticationFailed, ConnectionFailed, NoAudio, ServiceError
from triolet.testing import RecordingOutput, ToneTTS, decode
from triolet.tts import _websocket_failures as failures
from triolet.websocket import Address
from triolet_adapters.tts.qwen import QwenOptions, QwenTTS, ServerOptions
from triolet_adapters.tts.qwen.protocol import ErrorEvent, billed_characters, parted
from triolet_adapters.tts.qwen.protocol._response import service_error

QUIET = QwenOptions(ping_interval=None)


@pytest.mark.parametrize("bad_voice", ["client_error", "engine"])
async def test_a_bad_voice_ends_the_turn_at_once(autojump_clock: MockClock, bad_voice: Any) -> None:
    async with serving(ServerOptions(voices=("Other",), bad_voice=bad_voice)) as world:
        with pytest.raises(ServiceError, match=r"CLIENT_ERROR: \[qwen-tts:\]Engine return error code: 411") as caught:
            await (["Hello there. "] | speech(world.tts(), "en") | RecordingOutput()).run()
    assert caught.value.code == "CLIENT_ERROR"
    assert not caught.value.retryable
    assert world.server.connections <= 2, "it was tried again"
    assert trio.current_time() < 5


@pytest.mark.parametrize(
    ("code", "message", "retryable"),
    [
        ("CLIENT_ERROR", "[qwen-tts:]Engine return error code: 411", False),
        ("CLIENT_ERROR", "request timeout after 23 seconds.", True),
        ("invalid_value", "request timeout", True),
        ("invalid_value", "voice x is not supported.", False),
        ("InternalError", "try again", True),
    ],
)
def test_an_error_event_is_judged_by_code_and_message(code: str, message: str, retryable: bool) -> None:
    assert service_error(ErrorEvent(code=code, message=message)).retryable is retryable


@pytest.mark.parametrize(
    ("code", "reason", "retryable"),
    [
        (1007, "Model not found", False),
        (1007, "Invalid API-key provided", False),
        (1007, "", False),
        (1007, "request timeout", True),
        (1007, "session_expired", True),
        (1008, "Input timed out: no text for 20 s", True),
        (1008, "policy", False),
        (1008, "the key has expired", False),
        (1011, "", True),
    ],
)
def test_a_close_is_judged_by_its_reason(code: int, reason: str, retryable: bool) -> None:
    assert failures.closed(Address.parse("ws://h"), code, reason).retryable is retryable


async def test_an_idle_session_closed_with_1007_ends_no_turn(autojump_clock: MockClock) -> None:
    """Each session dies of idleness between two turns."""
    output = RecordingOutput()
    async with (
        serving(ServerOptions(idle_timeout=3, idle_close=1007)) as world,
        Conversation(speech(world.tts(), "en"), output) as conversation,
    ):
        for _ in range(3):
            assert (await conversation.say(["Hello there."])).heard == "Hello there."
            await trio.sleep(2.999)
            await conversation.say(["Hello again."])
            await trio.sleep(10)


def test_a_long_text_is_parted_by_its_billed_length() -> None:
    text = "twelve words " * 100
    parts = parted(text, 50)
    assert "".join(parts) == text
    assert max(map(billed_characters, parts)) <= 50
    assert all(part.endswith(" ") for part in parts)
    han = "句" * 99
    assert [len(part) for part in parted(han, 50)] == [25, 25, 25, 24]
    assert parted("句", 2) == ["句"]
    assert parted("", 50) == [""]


async def test_a_text_that_one_append_may_not_hold_is_said_whole(autojump_clock: MockClock) -> None:
    tap, text = Tap(), "A very long sentence, " * 94
    pcm, long = bytearray(), QwenOptions(ping_interval=None, max_audio=600)
    options = ServerOptions(append_limit=2000, append_limit_code="CLIENT_ERROR")
    async with serving(options, ToneTTS(seconds_per_character=0.006)) as world:
        async with world.tts(tap=tap, options=long).connect() as session:
            usage = await session.commit(text, pcm.extend)
        with pytest.raises(ServiceError, match="CLIENT_ERROR"):
            async with world.tts(options=QwenOptions(append_limit=9000, ping_interval=None)).connect() as session:
                await session.commit(text, pcm.extend)
    assert "".join(event["text"] for event in tap.of_type("input_text_buffer.append")) == text
    assert len(tap.of_type("input_text_buffer.commit")) == 1
    assert usage.characters == len(text)
    assert len(pcm) == 2 * world.voice.samples_of(text)


async def test_text_that_comes_too_soon_after_a_response_is_waited_with(autojump_clock: MockClock) -> None:
    pcm = bytearray()
    async with serving(ServerOptions(append_after_done=0.09)) as world:
        patient = QwenOptions(rest_after_response=0.1, ping_interval=None)
        async with world.tts(options=patient).connect() as session:
            for _ in range(3):
                await session.commit("Hello there.", pcm.extend)
        assert len(decode(bytes(pcm)).runs) == 3
        async with world.tts().connect() as session:  # a server on this machine: no rest by default
            await session.commit("Hello there.", pcm.extend)
            with pytest.raises(NoAudio):
                await session.commit("Hello there.", pcm.extend)


def test_the_vendors_service_is_given_a_rest_by_default() -> None:
    assert QwenTTS(api_key="sk-x")._rest == 0.1
    assert QwenTTS(api_key="sk-x", options=QwenOptions(rest_after_response=0))._rest == 0


async def test_clear_is_for_the_commit_mode_where_the_server_says_so(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(clear_in_server_commit="error")) as world:
        for mode, answer in (("commit", "input_text_buffer.cleared"), ("server_commit", "error")):
            async with world.tts(mode=mode).session() as session:
                await session.update()
                await session.clear()
                assert (await session.next_event()).type == answer


ANSWER = {
    "request_id": "r",
    "output": {
        "total": 1,
        "quotas": [
            {
                "model": "qwen3-tts-flash-realtime",
                "workspace_id": "w",
                "model_limit": {
                    "request_limit": 180,
                    "request_limit_period": 60,
                    "usage_limit": None,
                    "usage_limit_field": None,
                    "usage_limit_period": None,
                },
                "workspace_limit": {"request_limit": 2, "request_limit_period": 1},
            },
            {"model": "another", "model_limit": {"request_limit": 1, "request_limit_period": 1}},
        ],
    },
}


async def test_the_accounts_limits_are_read_where_the_service_tells_them(nursery: trio.Nursery) -> None:
    """Over a real socket: httpx2 has no other. The first path is not known there."""
    asked: list[bytes] = []
    status, body = 200, json.dumps(ANSWER).encode()

    async def handle(stream: trio.SocketStream) -> None:
        async with stream:
            asked.append(head := bytes(await stream.receive_some()))
            said, sent = (404, b"no") if b"/models/limits" in head else (status, body)
            await stream.send_all(
                b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (said, len(sent), sent)
            )

    listeners = await nursery.start(functools.partial(trio.serve_tcp, handle, 0, host="127.0.0.1"))
    url = f"ws://127.0.0.1:{listeners[0].socket.getsockname()[1]}/api-ws/v1/realtime"
    tts = QwenTTS(url=url, api_key="sk-secret", options=QUIET)
    assert await tts.account_limits() == ["180 requests in 60 s (account)", "2 requests in 1 s (workspace)"]
    assert asked[-1].startswith(b"GET /api/v1/quotas?model=qwen3-tts-flash-realtime ")
    assert b"Bearer sk-secret" in asked[-1]
    status = 403
    with pytest.raises(AuthenticationFailed):
        await tts.account_limits()
    status = 500
    with pytest.raises(ConnectionFailed) as caught:
        await tts.account_limits()
    assert caught.value.code == "500"
    status, body = 200, b'{"output": {"quotas": [3, {"model": 1}, null]}}'
    assert await tts.account_limits() == []
