"""Deadlines of OpenAIChat on a virtual clock: a transport in place of the network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import trio
from tests.integration.sources.http_peer import (
    DONE,
    QUESTION,
    STOP,
    delta,
    event,
    token,
)

from triolet_adapters.sources import (
    BASE_URLS,
    ChatDeadlineExpired,
    ChatError,
    ChatRateLimited,
    ChatServiceError,
    OpenAIChat,
)


class Script(httpx2.AsyncBaseTransport):
    """Waits and bytes."""

    def __init__(self, *steps: float | bytes, connect: float = 0.0) -> None:
        self.steps = steps
        self.connect = connect

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await trio.sleep(self.connect)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Body(self.steps))


class Busy(Script):
    """Refuses so many requests, each with this head, before it answers."""

    def __init__(self, times: int, status: int, body: bytes = b"busy", /, **headers: str) -> None:
        super().__init__(token("a"), STOP, DONE)
        self.times = times
        self.status = status
        self.body = body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.asked: list[float] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(trio.current_time())
        if len(self.asked) > self.times:
            return await super().handle_async_request(request)
        return httpx2.Response(self.status, headers=self.headers, stream=Body((self.body,)))


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


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {"Retry_After": "20"}),
        (503, {"Retry_After": "20"}),
        (429, {"Retry_After": "Wed, 21 Oct 2026 07:28:20 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}),
    ],
)
async def test_a_service_that_says_when_to_come_again_is_asked_then(
    autojump_clock: trio.testing.MockClock, status: int, headers: dict[str, str]
) -> None:
    busy = Busy(2, status, **headers)
    began = trio.current_time()
    tokens, seconds, error = await timed(busy, first_token_deadline=60)
    assert (tokens, error) == (["a"], None)
    assert [round(time - began, 3) for time in busy.asked] == [0, 20, 40]
    assert seconds == pytest.approx(40)


@pytest.mark.parametrize(("times", "asked", "seconds"), [(1, "60", 0), (3, "25", 50)])
async def test_a_wait_that_is_too_long_for_the_deadline_is_an_error_at_once(
    autojump_clock: trio.testing.MockClock, times: int, asked: str, seconds: int
) -> None:
    tokens, took, error = await timed(Busy(times, 429, Retry_After=asked), first_token_deadline=60)
    assert isinstance(error, ChatRateLimited)
    assert f"asks for {asked} s" in str(error)
    assert (tokens, round(took)) == ([], seconds)


async def test_a_service_that_asks_for_no_wait_is_not_asked_again_and_again(
    autojump_clock: trio.testing.MockClock,
) -> None:
    busy = Busy(1000, 503, Retry_After="0")
    _, seconds, error = await timed(busy, first_token_deadline=60)
    assert isinstance(error, ChatServiceError)
    assert seconds < 60
    assert len(busy.asked) <= 9


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (429, b"busy", {}),
        (503, b"busy", {}),
        (500, b"broken", {"Retry_After": "1"}),
        (429, b'{"error": {"message": "pay", "code": "insufficient_quota"}}', {"Retry_After": "1"}),
    ],
)
async def test_without_a_time_to_come_again_the_error_comes_at_once(
    autojump_clock: trio.testing.MockClock, status: int, body: bytes, headers: dict[str, str]
) -> None:
    busy = Busy(1, status, body, **headers)
    _, seconds, error = await timed(busy)
    assert isinstance(error, ChatServiceError)
    assert (len(busy.asked), seconds) == (1, 0)


async def test_a_wait_for_the_service_ends_when_the_stream_is_closed(autojump_clock: trio.testing.MockClock) -> None:
    async with httpx2.AsyncClient(transport=Busy(9, 429, Retry_After="20")) as client:
        stream = OpenAIChat("m", base_url=BASE_URLS["ollama"], client=client).stream(QUESTION)
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def ask() -> None:
                with pytest.raises(trio.ClosedResourceError):
                    await anext(stream)

            await trio.sleep(5)
            await stream.aclose()
        assert trio.current_time() < 6
