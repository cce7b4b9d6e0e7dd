"""OpenAIChat against a service on loopback that sends what real ones do, and worse."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import trio
from tests.adapters.sources.http_peer import (
    DONE,
    END,
    SSE_HEAD,
    STOP,
    Peer,
    answer,
    chunked,
    delta,
    event,
    response,
    serve,
    token,
)

from triolet_adapters.sources import (
    BASE_URLS,
    ChatAuthenticationFailed,
    ChatConnectionFailed,
    ChatConnectionLost,
    ChatDeadlineExpired,
    ChatError,
    ChatProtocolViolation,
    ChatRateLimited,
    ChatServiceError,
    ChatStream,
    OpenAIChat,
    ToolCall,
)

QUESTION = [{"role": "user", "content": "Who is there?"}]
KEY = "sk-test-0123456789abcdef"


def chat_with(peer: Peer, **settings: Any) -> OpenAIChat:
    return OpenAIChat("test-model", base_url=peer.base_url, **settings)


async def tokens_of(stream: ChatStream) -> list[str]:
    return [text async for text in stream]


async def heard(behaviour: Any, **settings: Any) -> tuple[list[str], ChatStream]:
    async with serve(behaviour) as peer:
        stream = chat_with(peer, **settings).stream(QUESTION)
        return await tokens_of(stream), stream


# What comes out


async def test_tokens_come_out_as_they_were_streamed() -> None:
    tokens, stream = await heard(
        answer(event(delta(role="assistant", content="")), token("It"), token(" is"), STOP, DONE)
    )
    assert tokens == ["It", " is"]
    assert stream.text == "It is"
    assert stream.finish_reason == "stop"


async def test_a_token_is_given_out_before_the_next_is_written() -> None:
    told = trio.Event()

    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await stream.send_all(SSE_HEAD + chunked(token("first")))
        await told.wait()
        await stream.send_all(chunked(token("second")) + chunked(STOP + DONE) + END)

    async with serve(behaviour) as peer:
        stream = chat_with(peer).stream(QUESTION)
        assert await anext(stream) == "first"
        told.set()
        assert await tokens_of(stream) == ["second"]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
async def test_however_the_bytes_are_cut(size: int) -> None:
    body = (
        token("Zürich, 東京 ").replace(b"\n", b"\r\n")
        + b": keep-alive\r\n\r\n"
        + token("🙂").replace(b"\n", b"\r")
        + STOP
        + DONE
    )
    raw = SSE_HEAD + b"".join(chunked(body[at : at + size]) for at in range(0, len(body), size)) + END
    assert (await heard(raw))[0] == ["Zürich, 東京 ", "🙂"]


async def test_the_request_is_what_the_api_asks_for() -> None:
    async with serve(answer(STOP, DONE)) as peer:
        messages = list(QUESTION)
        chat = chat_with(peer, api_key=KEY, parameters={"temperature": 0.2, "max_tokens": 5}, headers={"X-Title": "T"})
        stream = chat.stream(messages, max_tokens=7, temperature=None)
        messages.append({"role": "assistant", "content": "added later"})
        await tokens_of(stream)
    path, headers, body = peer.requests[0]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["x-title"] == "T"
    assert headers["accept"] == "text/event-stream"
    assert body == {
        "model": "test-model",
        "messages": QUESTION,
        "stream": True,
        "max_tokens": 7,
        "stream_options": {"include_usage": True},
    }


async def test_nothing_is_sent_before_the_first_token_is_asked_for() -> None:
    async with serve(answer(token("a"), STOP, DONE)) as peer:
        stream = chat_with(peer).stream(QUESTION)
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert peer.connections == 0
        await tokens_of(stream)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_is_not_spoken_and_can_be_read(field: str) -> None:
    thought = [event(delta(**{field: text, "content": None})) for text in ("The user ", "asks.")]
    tokens, stream = await heard(answer(*thought, token("Me."), STOP, DONE))
    assert tokens == ["Me."]
    assert stream.reasoning == "The user asks."


async def test_reasoning_in_tags_is_not_spoken_either() -> None:
    tokens, stream = await heard(answer(*map(token, ("<th", "ink>Hm", "m.</thi", "nk>\n\n", "Me <b>")), STOP, DONE))
    assert "".join(tokens) == "\n\nMe <b>"
    assert stream.reasoning == "Hmm."


async def test_tool_calls_are_put_together() -> None:
    def call(**fields: Any) -> bytes:
        return event(delta(tool_calls=[fields]))

    tokens, stream = await heard(
        answer(
            token("Let me look."),
            call(index=0, id="a", type="function", function={"name": "weather", "arguments": ""}),
            call(index=0, function={"arguments": '{"city":'}),
            call(index=1, id="b", function={"name": "time", "arguments": "{}"}),
            call(index=0, function={"arguments": '"Rome"}'}),
            event({"choices": [{"finish_reason": "tool_calls"}]}),
            DONE,
        )
    )
    assert tokens == ["Let me look."]
    assert stream.tool_calls == (ToolCall("a", "weather", '{"city":"Rome"}'), ToolCall("b", "time", "{}"))
    assert stream.finish_reason == "tool_calls"


async def test_a_refusal_is_spoken() -> None:
    assert (await heard(answer(event(delta(refusal="I can't help with that.")), STOP, DONE)))[0] == [
        "I can't help with that."
    ]


async def test_usage_comes_in_an_event_without_choices() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    _, stream = await heard(answer(token("a"), STOP, event({"choices": [], "usage": usage}), DONE))
    assert stream.usage == usage


async def test_a_finish_reason_is_end_enough() -> None:
    assert (await heard(answer(token("a"), STOP)))[0] == ["a"]


async def test_done_without_a_finish_reason_is_end_enough() -> None:
    assert (await heard(answer(token("a"), DONE)))[0] == ["a"]


async def test_events_after_done_are_not_spoken() -> None:
    assert (await heard(answer(token("a"), STOP, DONE, token("b"))))[0] == ["a"]


async def test_a_service_that_names_no_content_type_is_understood() -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await stream.send_all(head + token("a") + STOP + DONE)
        await stream.aclose()

    assert (await heard(behaviour))[0] == ["a"]


# Errors


async def failure(behaviour: Any, kind: type[ChatError], **settings: Any) -> tuple[ChatError, list[str]]:
    tokens: list[str] = []
    async with serve(behaviour) as peer:
        stream = chat_with(peer, **settings).stream(QUESTION)
        with pytest.raises(kind) as caught:  # noqa: PT012
            async for text in stream:
                tokens.append(text)  # noqa: PERF401  # those before the error count
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
    error, _ = await failure(raw, ChatRateLimited)
    assert isinstance(error, ChatRateLimited)
    assert error.retry_after == seconds
    assert error.retryable


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


# Deadlines, on a virtual clock: a transport in place of the network


class Script(httpx2.AsyncBaseTransport):
    """Waits and bytes."""

    def __init__(self, *steps: float | bytes, connect: float = 0.0) -> None:
        self.steps = steps
        self.connect = connect

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await trio.sleep(self.connect)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Body(self.steps))


class Body(httpx2.AsyncByteStream):
    def __init__(self, steps: tuple[float | bytes, ...]) -> None:
        self.steps = steps

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self.steps:
            if isinstance(step, bytes):
                yield step
            else:
                await trio.sleep(step)


async def timed(script: Script, pause: float = 0.0, **settings: Any) -> tuple[list[str], float, ChatError | None]:
    tokens: list[str] = []
    began = trio.current_time()
    async with httpx2.AsyncClient(transport=script) as client:
        stream = OpenAIChat("m", base_url=BASE_URLS["ollama"], client=client, **settings).stream(QUESTION)
        try:
            async for text in stream:
                tokens.append(text)
                await trio.sleep(pause)
        except ChatError as error:
            return tokens, trio.current_time() - began, error
    return tokens, trio.current_time() - began, None


async def test_the_first_token_has_a_deadline_that_keep_alives_do_not_extend(
    autojump_clock: trio.testing.MockClock,
) -> None:
    alive: list[float | bytes] = [5.0, b": still here\n\n", event(delta(role="assistant", content=""))]
    tokens, seconds, error = await timed(Script(*alive * 100), first_token_deadline=60)
    assert isinstance(error, ChatDeadlineExpired)
    assert "60 s (first_token_deadline)" in str(error)
    assert (tokens, round(seconds)) == ([], 60)


async def test_headers_that_do_not_come_count_for_the_first_token(autojump_clock: trio.testing.MockClock) -> None:
    _, seconds, error = await timed(Script(connect=1000), first_token_deadline=60)
    assert isinstance(error, ChatDeadlineExpired)
    assert round(seconds) == 60


async def test_later_tokens_have_a_deadline_of_their_own(autojump_clock: trio.testing.MockClock) -> None:
    steps = (50.0, token("a"), 29.0, token("b"), 29.0, token("c"), 1000.0)
    tokens, seconds, error = await timed(Script(*steps), first_token_deadline=60, between_tokens_deadline=30)
    assert isinstance(error, ChatDeadlineExpired)
    assert "30 s (between_tokens_deadline)" in str(error)
    assert (tokens, round(seconds)) == (["a", "b", "c"], 138)


async def test_reasoning_is_progress(autojump_clock: trio.testing.MockClock) -> None:
    thinking: list[float | bytes] = [20.0, event(delta(reasoning_content="hm"))]
    tokens, _, error = await timed(Script(*thinking * 20, token("a"), STOP, DONE), between_tokens_deadline=30)
    assert (tokens, error) == (["a"], None)


async def test_a_slow_consumer_does_not_run_into_a_deadline(autojump_clock: trio.testing.MockClock) -> None:
    steps = [token(text) for text in "abcdef"]
    tokens, _, error = await timed(Script(*steps, STOP, DONE), pause=1000, between_tokens_deadline=1)
    assert (tokens, error) == (list("abcdef"), None)


async def test_an_end_that_does_not_come_after_done_costs_a_moment(autojump_clock: trio.testing.MockClock) -> None:
    tokens, seconds, error = await timed(Script(token("a"), STOP, DONE, 1000.0))
    assert (tokens, error) == (["a"], None)
    assert seconds < 0.3


# Leaving, and coming again


async def endless(stream: trio.SocketStream, _: int) -> None:
    await stream.send_all(SSE_HEAD)
    while True:
        await stream.send_all(chunked(token("word ")))
        await trio.sleep(0.001)


@pytest.mark.parametrize("kept", [False, True])
async def test_closing_a_stream_ends_the_request_and_leaves_nothing_behind(kept: bool) -> None:
    async with serve(endless) as peer:
        chat = chat_with(peer)
        if kept:
            await chat.__aenter__()
        stream = chat.stream(QUESTION)
        async for _ in stream:
            break
        await stream.aclose()
        await peer.until(lambda: not peer.open)
        await stream.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        if kept:
            await chat.__aexit__(None, None, None)
        assert len(peer.requests) == 1


async def test_leaving_the_chat_closes_its_streams() -> None:
    async with serve(endless) as peer:
        async with chat_with(peer) as chat:
            streams = [chat.stream(QUESTION) for _ in range(3)]
            for stream in streams:
                await anext(stream)
            assert peer.open == 3
        await peer.until(lambda: not peer.open)
        for stream in streams:
            with pytest.raises(StopAsyncIteration):
                await anext(stream)


async def test_a_cancelled_wait_closes_the_stream() -> None:
    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await stream.send_all(SSE_HEAD + chunked(token("word ")))
        await stream.receive_some()

    async with serve(behaviour) as peer:
        stream = chat_with(peer).stream(QUESTION)
        await anext(stream)
        with trio.move_on_after(0.02) as scope:
            await anext(stream)
        assert scope.cancelled_caught
        await peer.until(lambda: not peer.open)


async def test_closing_from_another_task_wakes_the_one_that_waits() -> None:
    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await trio.sleep_forever()

    async with serve(behaviour) as peer, trio.open_nursery() as nursery:
        stream = chat_with(peer).stream(QUESTION)

        async def wait() -> None:
            with pytest.raises(trio.ClosedResourceError):
                await anext(stream)

        nursery.start_soon(wait)
        await peer.until(lambda: bool(peer.requests))
        with pytest.raises(RuntimeError, match="another task"):
            await anext(stream)
        await stream.aclose()


async def test_a_kept_connection_is_used_again() -> None:
    async def behaviour(stream: trio.SocketStream, _: int) -> None:
        await stream.send_all(SSE_HEAD + chunked(token("a") + STOP + DONE))
        await trio.sleep(0.01)  # the end of the body in a packet of its own
        await stream.send_all(END)

    async with serve(behaviour) as peer:
        async with chat_with(peer) as chat:
            for _ in range(3):
                assert await tokens_of(chat.stream(QUESTION)) == ["a"]
            with pytest.raises(RuntimeError, match="already open"):
                await chat.__aenter__()
        assert (peer.connections, len(peer.requests)) == (1, 3)
        await peer.until(lambda: not peer.open)


async def test_a_kept_connection_that_the_service_closes_costs_no_answer() -> None:
    async def behaviour(stream: trio.SocketStream, number: int) -> None:
        if number == 1:  # the second request meets a connection that is being closed
            await stream.aclose()
        else:
            await stream.send_all(answer(token("a"), STOP, DONE))

    async with serve(behaviour) as peer, chat_with(peer) as chat:
        assert await tokens_of(chat.stream(QUESTION)) == ["a"]
        assert await tokens_of(chat.stream(QUESTION)) == ["a"]
        assert peer.connections == 2


# Settings


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"base_url": "127.0.0.1:8000/v1"}, "base_url"),
        ({"base_url": "ftp://host/v1"}, "http"),
        ({"base_url": "http://user:secret@host/v1"}, "user name"),
        ({"base_url": "http://host/v1/chat/completions"}, "without /chat/completions"),
        ({"api_key": ""}, "api_key"),
        ({"api_key": "sk-a b"}, "api_key"),
        ({"api_key": "sk-\x00"}, "api_key"),
        ({"parameters": {"stream": False}}, "'stream' is set here"),
        ({"connect_deadline": 0}, "connect_deadline"),
        ({"between_tokens_deadline": float("nan")}, "between_tokens_deadline"),
    ],
)
def test_wrong_settings_are_refused_with_words(settings: dict[str, Any], words: str) -> None:
    settings.setdefault("base_url", "http://host/v1")
    with pytest.raises(ValueError, match=words) as caught:
        OpenAIChat("m", **settings)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("messages", "kind"), [("Hello", TypeError), ([], ValueError), (["Hello"], TypeError)])
def test_wrong_messages_are_refused(messages: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="messages"):
        OpenAIChat("m", base_url="http://host/v1").stream(messages)


async def test_a_key_from_the_environment_goes_to_its_issuer_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    async with serve(answer(STOP, DONE)) as peer:
        await tokens_of(chat_with(peer).stream(QUESTION))
        assert "authorization" not in peer.requests[0][1]

    seen: list[str | None] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get("authorization"))
        return httpx2.Response(200, content=STOP + DONE)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(note)) as client:
        for url in BASE_URLS.values():
            await tokens_of(OpenAIChat("m", base_url=url, client=client).stream(QUESTION))
    assert seen == [f"Bearer {KEY}"] * 4 + [None] * 4


@pytest.mark.parametrize("service", ["openai", "dashscope-intl"])
def test_a_service_that_needs_a_key_says_so_before_any_request(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    with pytest.raises(ValueError, match="_API_KEY"):
        OpenAIChat("m", base_url=BASE_URLS[service])


async def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def failing(base_url: str, **settings: Any) -> None:
        chat = OpenAIChat("m", base_url=base_url, api_key=KEY, **settings)
        stream = chat.stream(QUESTION)
        shown.extend((repr(chat), repr(stream), repr(vars(stream))))
        try:
            await tokens_of(stream)
        except ChatError as error:
            shown.append(repr(error.body))
            for chain in (True, False):
                report = traceback.TracebackException.from_exception(error, capture_locals=True)
                shown.append("".join(report.format(chain=chain)))

    refused = response("403 Forbidden", b"{}")

    async def hang_up(stream: trio.SocketStream, _: int) -> None:
        await stream.aclose()

    for behaviour in (refused, hang_up, answer(token("a")), answer(event({"error": "no"}))):
        async with serve(behaviour) as peer:
            await failing(peer.base_url)
    await failing("http://127.0.0.1:9/v1")
    assert sum("Traceback" in text for text in shown) == 10
    assert not [text for text in (*shown, caplog.text) if KEY in text]


@pytest.mark.parametrize(
    "behaviour",
    [
        response("403 Forbidden", f'{{"error": {{"message": "{KEY}", "code": "{KEY}"}}}}'.encode()),
        response("502 Bad Gateway", f"<title>{KEY}</title>".encode()),
        response("302 Found", Location=f"http://elsewhere/?key={KEY}"),
        answer(event({"error": {"message": KEY, "code": KEY}})),
        answer(b"data: " + KEY.encode() + b"\n\n"),
    ],
    ids=["json", "html", "redirect", "in the stream", "nonsense"],
)
async def test_a_key_that_the_service_repeats_is_taken_out(behaviour: bytes) -> None:
    async with serve(behaviour) as peer:
        with pytest.raises(ChatError) as caught:
            await tokens_of(chat_with(peer, api_key=KEY).stream(QUESTION))
    assert "[key]" in str(caught.value)
    assert KEY not in repr((caught.value, vars(caught.value)))
