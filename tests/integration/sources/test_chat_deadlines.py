"""Deadlines of OpenAIChat on a virtual clock: a transport in place of the network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
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
