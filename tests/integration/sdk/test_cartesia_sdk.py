"""The official SDK `cartesia` as the judge of our local server, over a real socket: its documented WebSocket example, contexts at a time,
flushes, word times, a cancel, errors; and the types of the messages of both sides.
"""

from __future__ import annotations

import array
import asyncio
from typing import Any

import pytest
import trio
from cartesia import AsyncCartesia, Cartesia
from cartesia.types.generation_request import GenerationRequest
from cartesia.types.websocket_client_event import CancelContextRequest
from cartesia.types.websocket_response import Chunk, Done, Timestamps

from triolet.testing import ToneTTS, decode
from triolet_adapters.tts import CartesiaTTS
from triolet_adapters.tts.cartesia.server import CartesiaServer, CartesiaServerOptions

PARTS = ["The road ", "goes ever ", "on and ", "on."]
TEXT = "".join(PARTS)
ASKED: dict[str, Any] = {
    "model_id": "sonic-latest",
    "voice": "6ccbfb76-1fc6-48f7-b71d-91ac6298247b",
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000},
    "language": "en",
}


async def served(act: Any, options: CartesiaServerOptions | None = None) -> Any:
    server = CartesiaServer(ToneTTS(), options or CartesiaServerOptions(api_key="sk-right"))
    async with trio.open_nursery() as nursery:
        url: str = await nursery.start(server.serve)
        result = await trio.to_thread.run_sync(act, url.partition("/tts/")[0])
        nursery.cancel_scope.cancel()
        return result


def client(url: str) -> Cartesia:
    return Cartesia(api_key="sk-right", base_url=url.replace("ws://", "http://"), websocket_base_url=url)


def heard(context: Any) -> tuple[bytes, list[Any]]:
    """The audio of a context, and its other messages. The SDK gives those of a context that was cancelled as well: they are left out."""
    events = [event for event in context.receive() if event.context_id == context._context_id]
    return b"".join(event.audio for event in events if event.type == "chunk"), [
        event for event in events if event.type != "chunk"
    ]


def one_connection(url: str) -> dict[str, Any]:
    """All of what the SDK's guide shows, one after the other."""
    seen: dict[str, Any] = {}
    with client(url).tts.websocket_connect() as socket:
        example = socket.context(
            **{**ASKED, "output_format": {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 24_000}}
        )
        for part in PARTS:
            example.push(part)
        example.no_more_inputs()
        seen["example"] = heard(example)

        flushed = socket.context(**ASKED, add_timestamps=True)
        flushed.push("The road goes. ", flush=True)
        flushed.push("And on.", flush=True)
        flushed.no_more_inputs()
        seen["flushed"] = heard(flushed)

        cut = socket.context(**ASKED)
        cut.push("A long sentence that nobody wants. " * 50, continue_=False)
        next(iter(cut.receive()))
        cut.cancel()
        after = socket.context(**ASKED)
        after.push(TEXT, continue_=False)
        seen["after"] = heard(after)

        wrong = socket.context(**{**ASKED, "voice": "nobody"})
        wrong.push(TEXT, continue_=False)
        seen["wrong"] = heard(wrong)
    return seen


async def test_the_documented_example_and_what_the_guide_shows() -> None:
    seen = await served(
        one_connection,
        CartesiaServerOptions(api_key="sk-right", pace=20, voices=(ASKED["voice"],)),
    )
    samples = ToneTTS().samples_of(TEXT)
    floats = array.array("f", seen["example"][0])
    assert decode(array.array("h", (round(32768 * value) for value in floats)).tobytes()).unreadable == 0
    assert len(floats) == samples
    assert [event.type for event in seen["example"][1]] == ["done"]

    pcm, events = seen["flushed"]
    assert len(pcm) == 2 * sum(map(ToneTTS().samples_of, ("The road goes. ", "And on.")))
    assert [event.flush_id for event in events if event.type == "flush_done"] == [1, 2]
    told = [event.word_timestamps for event in events if event.type == "timestamps"]
    assert [word for times in told for word in times.words] == ["The", "road", "goes.", "And", "on."]
    starts = [start for times in told for start in times.start]
    assert starts == sorted(starts)

    assert len(seen["after"][0]) == 2 * samples, "something of the context that was cancelled is in it"
    (error,) = seen["wrong"][1]
    assert (error.type, error.error_code, error.status_code) == ("error", "voice_not_found", 404)


def at_the_same_time(url: str) -> list[int]:
    async def both() -> list[int]:
        sdk = AsyncCartesia(api_key="sk-right", base_url=url.replace("ws://", "http://"), websocket_base_url=url)
        async with sdk, sdk.tts.websocket_connect() as socket:

            async def one(text: str) -> int:
                context = socket.context(**ASKED)
                await context.push(text, continue_=False)
                return sum([len(event.audio or b"") async for event in context.receive() if event.type == "chunk"])

            return await asyncio.gather(*(one(TEXT * count) for count in (3, 1, 2)))

    return asyncio.run(both())


async def test_contexts_at_the_same_time() -> None:
    lengths = await served(at_the_same_time, CartesiaServerOptions(api_key="sk-right", pace=20))
    assert lengths == [2 * ToneTTS().samples_of(TEXT * count) for count in (3, 1, 2)]


async def test_messages_are_of_the_sdks_types(autojump_clock: trio.testing.MockClock) -> None:
    """What our client sends and what the server sends, read strictly by the SDK's own models."""
    from tests.unit.adapters.tts.cartesia._peers import serving

    async with serving(CartesiaServerOptions(pace=4)) as world:
        tts: CartesiaTTS = world.tts(speed=1.1, language="en")
        async with tts.connect() as session:
            await session.commit(TEXT, bytearray().extend)
            with trio.move_on_after(0.5):
                await session.commit(TEXT * 9, bytearray().extend)
    first, _second, cancel = world.sent
    request = GenerationRequest.model_validate(first, strict=True)
    assert (request.transcript, request.continue_, request.add_timestamps) == (TEXT, False, True)
    assert CancelContextRequest.model_validate(cancel, strict=True).cancel is True
    kinds: dict[str, Any] = {"chunk": Chunk, "timestamps": Timestamps, "done": Done}
    for message in world.received:
        kinds[message["type"]].model_validate(message, strict=True)
    assert {message["type"] for message in world.received} == set(kinds)


def refused(url: str) -> None:
    sdk = Cartesia(api_key="sk-wrong", base_url=url.replace("ws://", "http://"), websocket_base_url=url)
    with pytest.raises(Exception, match="401"), sdk.tts.websocket_connect():
        pass


async def test_a_wrong_key_is_refused() -> None:
    await served(refused)
