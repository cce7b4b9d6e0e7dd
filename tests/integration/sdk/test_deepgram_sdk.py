"""The official SDK `deepgram-sdk` as the judge of our local server, over a real socket: its own client of `/v1/speak`."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from deepgram import DeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from deepgram.speak.v1.types import (
    SpeakV1Flushed,
    SpeakV1Metadata,
    SpeakV1Text,
    SpeakV1Warning,
)

from triolet.testing import ToneTTS, decode
from triolet_adapters.tts.deepgram.server import DeepgramServer, DeepgramServerOptions

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
"""Of the SDK: it uses names of `websockets` that will go."""

TEXT = "Hello there, all of you."


async def served(act: Any, options: DeepgramServerOptions) -> Any:
    server = DeepgramServer(ToneTTS(), options)
    async with trio.open_nursery() as nursery:
        url: str = await nursery.start(server.serve)
        result = await trio.to_thread.run_sync(act, url.partition("/v1/")[0])
        nursery.cancel_scope.cancel()
        return result


def client(url: str) -> Any:
    http = url.replace("ws://", "http://")
    return DeepgramClient(
        api_key="sk-right",
        environment=DeepgramClientEnvironment(base=http, production=url, agent=url, agent_rest=http),
    )


def until(socket: Any, kind: str) -> tuple[bytes, list[Any]]:
    """The audio and the messages up to one of this kind. The SDK's own types of messages do not tell Flushed from Cleared."""
    pcm, others = bytearray(), list[Any]()
    while True:
        message = socket.recv()
        if isinstance(message, bytes):
            pcm += message
        else:
            others.append(message)
            if message.type in (kind, "Error", "Warning"):
                return bytes(pcm), others


def conversation(url: str) -> dict[str, Any]:
    """Speak and flush twice, clear in the middle of a third, flush once too often, close."""
    seen: dict[str, Any] = {}
    with client(url).speak.v1.connect(model="aura-2-thalia-en", encoding="linear16", sample_rate="24000") as socket:
        for name in ("first", "second"):
            socket.send_text(SpeakV1Text(text=TEXT))
            socket.send_flush()
            seen[name] = until(socket, "Flushed")
        socket.send_text(SpeakV1Text(text=TEXT * 20))
        socket.send_flush()
        socket.recv()
        socket.send_clear()
        seen["cleared"] = until(socket, "Cleared")
        socket.send_flush()
        seen["warned"] = until(socket, "Warning")
        socket.send_close()
    return seen


async def test_the_sdk_speaks_clears_is_warned_and_closes() -> None:
    seen = await served(conversation, DeepgramServerOptions(api_key="sk-right", max_flushes=3, pace=10))
    samples = ToneTTS().samples_of(TEXT)
    for name in ("first", "second"):
        pcm, _ = seen[name]
        assert len(pcm) == 2 * samples
        assert decode(pcm).unreadable == 0
    (metadata, flushed), ((again,), (cleared,)) = seen["first"][1], (seen["second"][1], seen["cleared"][1])
    assert isinstance(metadata, SpeakV1Metadata)
    assert isinstance(flushed, SpeakV1Flushed)
    assert metadata.model_name == "aura-2-thalia-en"
    assert [flushed.sequence_id, again.sequence_id, cleared.sequence_id] == [0, 1, 2]
    assert len(seen["cleared"][0]) < 2 * 20 * samples
    assert isinstance(seen["warned"][1][-1], SpeakV1Warning)
    assert seen["warned"][1][-1].code == "EXCESSIVE_FLUSH"
