"""What the voice asks for and gives, its limit of flushes, hostile servers, and what it refuses at once."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
import trio_websocket
from tests.unit.adapters.tts.deepgram._peers import scripted, serving
from trio.testing import MockClock

from triolet import Conversation, PhrasingOptions, speech
from triolet.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    DeadlineExpired,
    NoAudio,
    ProtocolViolation,
    ServiceError,
    TooMuchAudio,
    TTSError,
)
from triolet.testing import Link, RecordingOutput, ToneTTS, decode
from triolet_adapters.tts import DeepgramTTS
from triolet_adapters.tts.deepgram._protocol import DeepgramProtocol
from triolet_adapters.tts.deepgram.server import DeepgramServerOptions
from triolet_adapters.tts.frame import Finished, MissingKey, VoiceOptions

TEXT = "Hello there, all of you."


async def said(tts: DeepgramTTS, *texts: str) -> bytes:
    pcm = bytearray()
    async with tts.connect() as session:
        for text in texts or (TEXT,):
            await session.commit(text, pcm.extend)
    return bytes(pcm)


async def test_every_sample_comes_once(autojump_clock: MockClock) -> None:
    long = "A text that one message may not hold. " * 60
    options = VoiceOptions(ping_interval=None, max_audio=1000)
    async with serving(voice=ToneTTS(seconds_per_character=0.006), link=Link(split=700)) as world:
        pcm = await said(world.tts(options=options), TEXT, long, TEXT)
        assert len(pcm) == 2 * sum(map(world.voice.samples_of, (TEXT, long, TEXT)))
        assert decode(pcm).unreadable == 0
        kinds = [message["type"] for message in world.sent]
        assert kinds == ["Speak", "Flush", "Speak", "Speak", "Flush", "Speak", "Flush", "Close"]


async def test_mulaw_is_decoded(autojump_clock: MockClock) -> None:
    async with serving() as world:
        tts = world.tts(encoding="mulaw")
        assert tts.format.sample_rate == 8000
        assert len(await said(tts)) / 16_000 == pytest.approx(world.voice.samples_of(TEXT) / 24_000, abs=0.02)


@pytest.mark.parametrize("late_audio", [False, True])
async def test_an_interruption_leaves_the_connection_open(autojump_clock: MockClock, late_audio: bool) -> None:
    async with (
        serving(DeepgramServerOptions(pace=2, late_audio=late_audio)) as world,
        world.tts().connect() as session,
    ):
        for _ in range(6):
            with trio.move_on_after(0.5):
                await session.commit(
                    "A long sentence about the river, which nobody wants to hear. " * 3, bytearray().extend
                )
            assert session.reusable
            new = bytearray()
            await session.commit(TEXT, new.extend)
            assert len(new) == 2 * world.voice.samples_of(TEXT)
        assert len(world.network.connections) == 1


async def test_a_connection_is_left_before_the_service_refuses_a_flush(autojump_clock: MockClock) -> None:
    output, text = RecordingOutput(), "One two three four five. " * 50
    async with serving(voice=ToneTTS(first_audio=0.01, seconds_per_character=0.02)) as world:
        chain = speech(world.tts(), "en", phrasing=PhrasingOptions(merge=0))
        async with Conversation(chain, output) as conversation:
            result = await conversation.say([text])
    assert result.heard.split() == text.split()
    assert world.sent.count({"type": "Flush"}) == 50
    assert 3 <= len(world.network.connections) <= 12


async def test_a_warning_ends_the_commit_and_can_be_tried_again(autojump_clock: MockClock) -> None:
    async with serving(DeepgramServerOptions(max_flushes=2)) as world:
        with pytest.raises(ServiceError, match="too many flushes") as caught:
            await said(world.tts(), TEXT, TEXT, TEXT)
    assert caught.value.throttled
    assert caught.value.retryable
    assert caught.value.code == "EXCESSIVE_FLUSH"


async def test_refusals_are_typed(autojump_clock: MockClock) -> None:
    async with serving(DeepgramServerOptions(models=("aura-2-thalia-en",), api_key="sk-right")) as world:
        with pytest.raises(ConnectionFailed, match="No such model") as caught:
            await said(world.tts(voice="aura-2-nobody-en", api_key="sk-right"))
        assert not caught.value.retryable
        with pytest.raises(AuthenticationFailed) as refused:
            await said(world.tts(api_key="sk-wrong-one"))
        assert "sk-wrong-one" not in f"{refused.value!r} {refused.value.__cause__!r}"
        assert await said(world.tts(api_key="sk-right"))


async def test_a_lost_connection_loses_no_word(autojump_clock: MockClock) -> None:
    text = "The first of the sentences. The second one, which is longer. And the third one is the last."
    for fault in ("cut", "stall"):
        output = RecordingOutput()
        faulty = DeepgramServerOptions(fault=fault, fault_after=0.5, fault_every=3, pace=3)
        async with serving(faulty) as world:
            tts = world.tts(options=VoiceOptions(chunk_timeout=2, ping_interval=None))
            async with Conversation(speech(tts, "en"), output) as conversation:
                assert (await conversation.say([text])).heard == text


PCM = bytes(range(200))
Deed = Callable[[trio_websocket.WebSocketConnection], Awaitable[object]]


def sent(*messages: str | bytes | dict[str, Any]) -> Deed:
    async def deed(connection: trio_websocket.WebSocketConnection) -> None:
        for message in messages:
            await connection.send_message(json.dumps(message) if isinstance(message, dict) else message)

    return deed


FLUSHED = {"type": "Flushed", "sequence_id": 0}
WRONG: dict[str, tuple[Deed, type[TTSError], str, float]] = {
    "silence": (sent(), DeadlineExpired, "first_audio_timeout", 10),
    "audio and silence": (sent(PCM), DeadlineExpired, "chunk_timeout", 10),
    "empty messages": (sent(*[b""] * 50), DeadlineExpired, "first_audio_timeout", 10),
    "half a sample": (sent(PCM[:199], FLUSHED), ProtocolViolation, "half a sample", 0),
    "nothing": (sent(FLUSHED), NoAudio, "without a sample", 0),
    "a flood": (sent(*[bytes(2**20)] * 7, FLUSHED), TooMuchAudio, "max_audio", 0),
    "no JSON": (sent("{"), ProtocolViolation, "no JSON", 0),
    "no object": (sent("[]"), ProtocolViolation, "no object", 0),
    "a second end": (
        sent(PCM, FLUSHED, FLUSHED),
        ProtocolViolation,
        "behind the end of the commit|nothing was committed",
        0,
    ),
    "an error": (sent({"type": "Error", "description": "no", "code": "X"}), ServiceError, r"no \(X\)", 0),
    "a close": (lambda connection: connection.aclose(1011, "NET-0000"), ConnectionLost, "1011 NET-0000", 0),
}


@pytest.mark.parametrize("deed", WRONG)
async def test_what_is_wrong_gives_a_typed_error_in_time(autojump_clock: MockClock, deed: str) -> None:
    act, kind, words, seconds = WRONG[deed]
    with pytest.raises(kind, match=words):
        async with scripted(act) as tts, tts.connect() as session:
            await session.commit(TEXT, bytearray().extend)
            await trio.sleep(0.1)
            await session.commit(TEXT, bytearray().extend)
    assert trio.current_time() <= seconds + 1.3, "a second is for the Close"


async def test_odd_and_harmless(autojump_clock: MockClock) -> None:
    pcm = bytearray()
    odd = sent({"type": "Metadata"}, {"type": "Hello", "x": [1]}, *[bytes([value]) for value in PCM], b"", FLUSHED)
    async with scripted(odd) as tts, tts.connect() as session:
        await session.commit(TEXT, pcm.extend)
    assert pcm == PCM


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"voice": ""}, "model is ''"),
        ({"voice": "flux-haley-en"}, "another protocol"),
        ({"encoding": "mp3"}, "encoding is 'mp3'"),
        ({"sample_rate": 44_100}, "sample_rate is 44100"),
        ({"encoding": "mulaw", "sample_rate": 24_000}, "sample_rate is 24000"),
        ({"speed": 3}, "speed is 3"),
        ({"base_url": "https://api.deepgram.com"}, "must begin with wss://"),
    ],
)
def test_what_cannot_be_right_is_told_at_once(settings: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"api_key": "sk-secret", **settings}
    with pytest.raises(ValueError, match=words):
        DeepgramTTS(**asked)


def test_settings_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPGRAM_API_KEY", raising=False)
    with pytest.raises(MissingKey, match="DEEPGRAM_API_KEY"):
        DeepgramTTS()
    tts = DeepgramTTS(api_key="sk-secret", voice="aura-2-celeste-es")
    assert tts.language == "es"
    assert tts.price is not None
    assert tts.adjusted(voice="aura-2-thalia-en").language == "en"
    assert tts.adjusted(voice="aura-2-thalia-en") is tts.adjusted(voice="aura-2-thalia-en")
    assert "sk-secret" not in f"{tts!r} {tts.url} {vars(tts)}"
    with pytest.raises(ValueError, match="language"):
        tts.adjusted(language="de")


def test_nothing_is_cleared_where_nothing_is_said() -> None:
    protocol = DeepgramProtocol()
    assert protocol.stop() == []
    protocol.say("Hello.")
    assert list(protocol.take('{"type": "Flushed"}')) == [Finished()]
    assert protocol.stop() == []
    protocol.say("And more.")
    assert protocol.stop() == ['{"type":"Clear"}']
    assert protocol.stop() == []
