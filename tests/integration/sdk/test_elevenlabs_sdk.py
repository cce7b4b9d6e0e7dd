"""The official SDK `elevenlabs` as the judge of our local server: `convert_realtime` over a real socket, and the types of its
multi-context messages, for which it has no client.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import trio
from elevenlabs import VoiceSettings
from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.types import (
    AudioOutputMulti,
    CloseContext,
    CloseSocket,
    FinalOutputMulti,
    InitialiseContext,
    SendTextMulti,
)

from triolet.testing import ToneTTS, decode
from triolet_adapters.tts import ElevenLabsTTS
from triolet_adapters.tts.elevenlabs.server import ElevenLabsServer, ElevenLabsServerOptions

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
"""Of the SDK: it uses names of `websockets` that will go."""

VOICE = ToneTTS()


def words() -> Iterator[str]:
    yield "Hello, how are you?"
    yield " I am fine, thank you."


async def served(act: Any, options: ElevenLabsServerOptions | None = None) -> Any:
    server = ElevenLabsServer(VOICE, options)
    async with trio.open_nursery() as nursery:
        url: str = await nursery.start(server.serve)
        result = await act(url.partition("/v1/")[0])
        nursery.cancel_scope.cancel()
        return result


def documented_example(base_url: str, **settings: Any) -> bytes:
    client = ElevenLabs(api_key="sk-right", base_url=base_url.replace("ws://", "http://"))
    client.text_to_speech._ws_base_url = base_url  # it knows wss:// alone
    asked: dict[str, Any] = {
        "voice_id": "JBFqnCBsd6RMkjVDRZzb",
        "model_id": "eleven_flash_v2_5",
        "output_format": "pcm_24000",
        "voice_settings": VoiceSettings(stability=0.5, similarity_boost=0.7),
        **settings,
    }
    return b"".join(client.text_to_speech.convert_realtime(text=words(), **asked))


async def test_the_documented_example_gets_every_sample() -> None:
    async def act(url: str) -> bytes:
        return await trio.to_thread.run_sync(documented_example, url)

    pcm = await served(act, ElevenLabsServerOptions(api_key="sk-right"))
    runs = decode(pcm).runs
    assert decode(pcm).unreadable == 0
    assert sum(run.stop - run.start for run in runs) == len(pcm) // 2
    texts = [commit.text for commit in VOICE.commits]
    assert "".join(texts).split() == "".join(words()).split()
    assert len(pcm) == 2 * sum(map(VOICE.samples_of, texts))


async def test_the_sdk_sees_our_errors() -> None:
    def refused(url: str) -> ApiError:
        with pytest.raises(ApiError) as caught:
            documented_example(url)
        return caught.value

    async def act(url: str) -> ApiError:
        return await trio.to_thread.run_sync(refused, url)

    error = await served(act, ElevenLabsServerOptions(voices=("other",)))
    assert error.status_code == 1008
    assert "does not exist" in str(error.body)


async def test_multi_context_messages_are_of_the_sdks_types() -> None:
    """What the server sends and what our client sends, read strictly by the SDK's own models."""
    sent: list[str] = []
    received: list[str] = []

    async def act(url: str) -> None:
        tts = ElevenLabsTTS(
            base_url=url,
            api_key="sk-right",
            stability=0.3,
            tap=lambda _t, way, text: (sent if way == "sent" else received).append(text),
        )
        async with tts.connect() as session:
            await session.commit("Hello there.", bytearray().extend)

    await served(act)
    first, text, close, goodbye = sent
    assert InitialiseContext.model_validate_json(first, strict=True).text == " "
    assert SendTextMulti.model_validate_json(text, strict=True).flush is True
    assert CloseContext.model_validate_json(close, strict=True).close_context is True
    assert CloseSocket.model_validate_json(goodbye, strict=True).close_socket is True
    *audio, final = received
    assert FinalOutputMulti.model_validate_json(final).context_id == "triolet-0"
    assert audio
    for message in audio:
        piece = AudioOutputMulti.model_validate_json(message)
        assert piece.context_id == "triolet-0"
        assert piece.alignment is not None
        assert piece.alignment.chars
        assert len(piece.alignment.chars) == len(piece.alignment.char_start_times_ms or ())
