"""The official SDK `dashscope` (audio.tts_v2) as the judge of our local server: its documented ways to speak, over a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, TypeVar
from unittest import mock

import dashscope
import pytest
import trio
import websocket
from dashscope.audio.tts_v2 import AudioFormat, ResultCallback, SpeechSynthesizer
from dashscope.audio.tts_v2.speech_synthesizer import HotFix
from dashscope.common.error import RequestFailure

from triolet.testing import ToneTTS, decode
from triolet_adapters.tts.cosyvoice.server import CosyVoiceServer, CosyVoiceServerOptions
from triolet_adapters.tts.qwen.protocol import billed_characters

PCM: Any = AudioFormat.PCM_24000HZ_MONO_16BIT
TEXTS = ["Hello there. ", "How are", " you? I am ", "fine."]
SENTENCES = ["Hello there. ", "How are you? ", "I am fine."]
R = TypeVar("R")


class Heard(ResultCallback):
    """Collects what the SDK calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.events: list[Any] = []
        self.audio = bytearray()
        self.over = threading.Event()

    def on_open(self) -> None:
        self.calls.append("open")

    def on_complete(self) -> None:
        self.calls.append("complete")

    def on_error(self, message: Any) -> None:
        self.calls.append(f"error {json.loads(message)['header']['error_message']}")

    def on_close(self) -> None:
        self.calls.append("close")
        self.over.set()

    def on_event(self, message: str) -> None:
        self.events.append(json.loads(message)["payload"])

    def on_data(self, data: bytes) -> None:
        self.audio += data

    def words(self) -> list[Any]:
        ends = [event["output"] for event in self.events if event["output"]["type"] == "sentence-end"]
        return [word for output in ends for word in output["sentence"]["words"]]


async def served(act: Callable[[str], R], voice: ToneTTS, options: CosyVoiceServerOptions | None = None) -> R:
    dashscope.api_key = "sk-right"
    server = CosyVoiceServer(voice, options)
    sockets: list[Any] = []
    core: Any = websocket._core
    connect = core.connect

    def kept(*given: Any, **named: Any) -> Any:
        connected = connect(*given, **named)
        sockets.append(connected[0])
        return connected

    with mock.patch.object(core, "connect", kept):
        async with trio.open_nursery() as nursery:
            url: str = await nursery.start(server.serve)
            result = await trio.to_thread.run_sync(act, url)
            nursery.cancel_scope.cancel()
    for each in sockets:
        each.close()  # the SDK leaves them to the collector
    return result


def synthesizer(url: str, **settings: Any) -> Any:
    asked: dict[str, Any] = {
        "model": "cosyvoice-v3-flash",
        "voice": "longanyang",
        "format": PCM,
        "url": url,
        **settings,
    }
    return SpeechSynthesizer(**asked)


def hung_up(sdk: Any) -> None:
    """The SDK leaves its thread to itself."""
    sdk.close()
    sdk.thread.join(5)


async def test_call_gets_every_sample() -> None:
    """One text, which the SDK sends as SSML, and the whole audio back; the key is asked for."""

    def act(url: str) -> tuple[bytes, Any]:
        sdk = synthesizer(
            url, volume=60, speech_rate=1.2, pitch_rate=0.9, instruction="Be glad.", language_hints=["en"]
        )
        audio = sdk.call("".join(TEXTS))
        hung_up(sdk)
        return audio, sdk.get_response()

    voice = ToneTTS()
    pcm, last = await served(act, voice, CosyVoiceServerOptions(api_key="sk-right"))
    assert [commit.text for commit in voice.commits] == SENTENCES
    assert len(pcm) == 2 * sum(map(voice.samples_of, SENTENCES))
    assert decode(pcm).unreadable == 0
    assert last["header"]["event"] == "task-finished"
    assert last["payload"]["usage"]["characters"] == billed_characters("".join(TEXTS))


async def test_streaming_calls_and_callbacks_and_word_times() -> None:
    """Text as it comes, words that are said in another way, the times of words, and a second task."""

    def act(url: str) -> tuple[Heard, float]:
        heard = Heard()
        fixes = HotFix(pronunciation=[{"草地": "cao3 di4"}], replace=[{"草地": "草弟"}])
        sdk = synthesizer(url, callback=heard, hot_fix=fixes, additional_params={"word_timestamp_enabled": True})
        for text in TEXTS:
            sdk.streaming_call(text)
        sdk.streaming_complete()
        hung_up(sdk)
        return heard, sdk.get_first_package_delay()

    voice = ToneTTS()
    heard, delay = await served(act, voice)
    assert heard.calls == ["open", "complete", "close"]
    assert len(heard.audio) == 2 * sum(map(voice.samples_of, SENTENCES))
    assert delay > 0
    words = heard.words()
    assert [word["text"] for word in words] == "".join(TEXTS).split()
    assert all(word["begin_time"] < word["end_time"] for word in words)
    assert words[-1]["end_time"] == pytest.approx(1000 * len(heard.audio) / 48_000, abs=30)
    kinds = [event["output"]["type"] for event in heard.events]
    assert [kind for kind in kinds if kind != "sentence-synthesis"] == ["sentence-begin", "sentence-end"] * 3


async def test_defaults_flush_and_cancel() -> None:
    """What the SDK sends where its user chose no format; a flush; a cancel, which ends the task before its text is said."""

    def act(url: str) -> tuple[Any, Heard, Heard]:
        plain: Any = SpeechSynthesizer(model="cosyvoice-v2", voice="longxiaochun_v2", url=url)
        audio = plain.call("Hello there.")
        hung_up(plain)
        flushed, cancelled = Heard(), Heard()
        sdk = synthesizer(url, callback=flushed)
        sdk.streaming_call("Not a whole sentence")
        sdk.streaming_flush()
        sdk.streaming_complete()
        hung_up(sdk)
        sdk = synthesizer(url, callback=cancelled)
        sdk.streaming_call("A long sentence that nobody wants to hear any more. ")
        sdk.streaming_cancel()
        hung_up(sdk)
        return audio, flushed, cancelled

    voice = ToneTTS()
    mp3, flushed, cancelled = await served(act, voice, CosyVoiceServerOptions(pace=4))
    assert mp3[:2] in (b"ID", b"\xff\xfb", b"\xff\xf3"), "no MP3"
    assert len(flushed.audio) == 2 * voice.samples_of("Not a whole sentence")
    assert cancelled.calls == ["open", "complete", "close"]
    assert len(cancelled.audio) < 2 * voice.samples_of("A long sentence that nobody wants to hear any more. ")


async def test_the_sdk_sees_our_errors() -> None:
    def act(url: str) -> tuple[Any, Heard]:
        sdk = synthesizer(url, voice="nobody")
        with pytest.raises(RequestFailure) as caught:
            sdk.call("Hello.")
        hung_up(sdk)
        heard = Heard()
        late = synthesizer(url, callback=heard)
        late.streaming_call("Hello")
        assert heard.over.wait(10)
        hung_up(late)
        return caught.value, heard

    options = CosyVoiceServerOptions(voices=("longanyang",), text_timeout=0.2)
    error, heard = await served(act, ToneTTS(), options)
    assert (error.name, error.message) == ("InvalidParameter", "[tts:]Engine return error code: 418")
    assert heard.calls == ["open", "error request timeout after 0.2 seconds.", "close"]
