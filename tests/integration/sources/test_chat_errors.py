"""What OpenAIChat makes of everything else that a service may send."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from tests.integration.sources.http_peer import (
    END,
    KEY,
    QUESTION,
    SSE_HEAD,
    chat_with,
    chunked,
    event,
    response,
    serve,
    token,
)

from triolet_adapters.sources import (
    ChatAuthenticationFailed,
    ChatConnectionFailed,
    ChatConnectionLost,
    ChatError,
    ChatProtocolViolation,
    ChatRateLimited,
    ChatServiceError,
    OpenAIChat,
)


async def failure(behaviour: Any, kind: type[ChatError], **settings: Any) -> tuple[ChatError, list[str]]:
    tokens: list[str] = []
    async with serve(behaviour) as peer:
        stream = chat_with(peer, **settings).stream(QUESTION)
        with pytest.raises(kind) as caught:
            async for text in stream:
                tokens.append(text)  # those before the error count
        assert type(caught.value) is kind
        with pytest.raises(StopAsyncIteration):  # an iterator that has raised is at its end
            await anext(stream)
        assert len(peer.requests) <= 1
    return caught.value, tokens


async def test_a_refused_key_is_typed() -> None:
    body = b'{"error": {"message": "Incorrect API key provided: %s", "type": "invalid_request_error", "code": "invalid_api_key"}}'
    error, _ = await failure(
        response("401 Unauthorized", body % KEY.encode(), Content_Type="application/json"),
        ChatAuthenticationFailed,
        api_key=KEY,
    )
    assert (error.status, error.code, error.retryable) == (401, "invalid_api_key", False)
    assert error.message == "Incorrect API key provided: [key]"
    assert "127.0.0.1 answered 401 Unauthorized: Incorrect API key provided: [key]" in str(error)


async def test_a_missing_key_is_named() -> None:
    error, _ = await failure(response("401 Unauthorized", b"{}"), ChatAuthenticationFailed)
    assert "no key was sent" in str(error)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("12", 12.0), ("0.5", 0.5), ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0), ("soon", None), ("", None)],
)
async def test_a_rate_limit_says_how_long(retry_after: str, seconds: float | None) -> None:
    raw = response(
        "429 Too Many Requests",
        b'{"error": {"message": "Slow down", "code": "rate_limit_exceeded"}}',
        Retry_After=retry_after,
        Date="Wed, 21 Oct 2026 07:28:00 GMT",
    )
    # None of these waits ends within the deadline, so none is waited for.
    error, _ = await failure(raw, ChatRateLimited, first_token_deadline=0.4)
    assert isinstance(error, ChatRateLimited)
    assert error.retry_after == seconds
    assert error.retryable
    assert seconds is None or f"asks for {seconds:g} s" in str(error)


async def test_a_spent_quota_is_no_rate_limit_that_waiting_helps() -> None:
    body = b'{"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}'
    error, _ = await failure(response("429 Too Many Requests", body), ChatRateLimited)
    assert not error.retryable


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"error": "model not found"}', None, "model not found"),
        (b'{"object": "error", "message": "too long", "code": 40303}', "40303", "too long"),
        (b'{"code": "InvalidParameter", "message": "bad model", "request_id": "1"}', "InvalidParameter", "bad model"),
        (b'{"detail": "Not Found"}', None, "Not Found"),
        (b'{"error": {"message": "no", "type": "server_error", "code": null}}', "server_error", "no"),
        (b"[" * 100_000, None, None),
        (b'"text"', None, None),
        (b"", None, None),
        (b"\xff\xfe", None, None),
    ],
)
async def test_errors_in_every_shape_keep_code_and_message(body: bytes, code: str | None, message: str | None) -> None:
    error, _ = await failure(response("500 Internal Server Error", body), ChatServiceError)
    assert (error.status, error.code, error.message, error.retryable) == (500, code, message, True)
    assert error.body is not None
    assert len(error.body) <= 65_536


async def test_a_proxys_error_page_is_read_for_its_title() -> None:
    page = b"<html><head><title>502 Bad\n Gateway</title></head><body>" + b"x" * 200_000
    error, _ = await failure(response("502 Bad Gateway", page, Content_Type="text/html"), ChatServiceError)
    assert str(error) == "127.0.0.1 answered 502 Bad Gateway: 502 Bad Gateway"
    assert error.retryable


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
async def test_a_page_in_place_of_a_stream_is_no_silence(kind: str) -> None:
    error, _ = await failure(response("200 OK", b"<html>Welcome</html>", Content_Type=kind), ChatProtocolViolation)
    assert "/v1" in str(error)


async def test_an_error_with_status_200_is_an_error() -> None:
    raw = response("200 OK", b'{"error": {"message": "overloaded"}}', Content_Type="application/json")
    error, _ = await failure(raw, ChatServiceError)
    assert error.message == "overloaded"


async def test_a_redirect_is_not_followed_but_named() -> None:
    raw = response("307 Temporary Redirect", Location="http://127.0.0.1:9/v1/chat/completions")
    error, _ = await failure(raw, ChatServiceError, api_key=KEY)
    assert "points to http://127.0.0.1:9/v1/chat/completions: set base_url" in str(error)


async def test_an_unknown_path_says_what_to_check() -> None:
    error, _ = await failure(response("404 Not Found", b'{"error": "no route"}'), ChatServiceError)
    assert "base_url" in str(error)
    assert not error.retryable


@pytest.mark.parametrize("before", [(), (token("One. "), token("Two. "))])
async def test_an_error_in_the_stream_comes_after_the_tokens_before_it(before: tuple[bytes, ...]) -> None:
    trouble = event({"error": {"message": "out of memory", "code": 500}})
    raw = SSE_HEAD + chunked(b"".join(before) + trouble) + END
    error, tokens = await failure(raw, ChatServiceError)
    assert tokens == ["One. ", "Two. "][: len(before)]
    assert (error.code, error.message, error.retryable) == ("500", "out of memory", True)
    assert error.body is not None
    assert "out of memory" in error.body


@pytest.mark.parametrize(
    "bad",
    [
        b"data: {not json\n\n",
        b"data: [1, 2]\n\n",
        b'data: {"choices": [3]}\n\n',
        b'data: {"choices": {"a": 1}}\n\n',
        b'data: {"choices": [{"delta": {"content": 5}}]}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
        b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n',
        b"data: " + b"x" * 3_000_000,
    ],
    ids=["no json", "a list", "no choice", "no list", "no text", "deep", "no utf-8", "endless"],
)
async def test_nonsense_in_the_stream_is_typed(bad: bytes) -> None:
    _, tokens = await failure(SSE_HEAD + chunked(token("One.")) + chunked(bad) + END, ChatProtocolViolation)
    assert tokens == ["One."]


@pytest.mark.parametrize("tail", [END, b"", b"5\r\nda"], ids=["clean end", "cut between chunks", "cut inside a chunk"])
async def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(tail: bytes) -> None:
    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await stream.send_all(SSE_HEAD + chunked(token("One.")) + tail)
        await stream.aclose()

    error, tokens = await failure(behaviour, ChatConnectionLost)
    assert tokens == ["One."]
    assert error.retryable


async def test_a_connection_cut_inside_a_character_is_typed() -> None:
    raw = SSE_HEAD + chunked(token("One.") + "data: é".encode()[:-1]) + END
    assert (await failure(raw, ChatProtocolViolation))[1] == ["One."]


async def test_a_service_that_hangs_up_at_once_is_typed() -> None:
    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await stream.aclose()

    await failure(behaviour, ChatConnectionLost)


async def test_no_server_is_typed_and_says_where() -> None:
    with trio.socket.socket() as listener:
        await listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        chat = OpenAIChat("m", base_url=f"http://127.0.0.1:{port}/v1")
        with pytest.raises(ChatConnectionFailed, match=f"127.0.0.1:{port}"):
            await anext(chat.stream(QUESTION))
