"""What comes out of OpenAIChat, against a service on loopback that sends what real ones do."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from tests.integration.sources.http_peer import (
    DONE,
    END,
    KEY,
    QUESTION,
    SSE_HEAD,
    STOP,
    answer,
    chat_with,
    chunked,
    delta,
    event,
    serve,
    token,
    tokens_of,
)

from triolet_adapters.sources import (
    ChatStream,
    ToolCall,
)


async def heard(behaviour: Any, **settings: Any) -> tuple[list[str], ChatStream]:
    async with serve(behaviour) as peer:
        stream = chat_with(peer, **settings).stream(QUESTION)
        return await tokens_of(stream), stream


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
