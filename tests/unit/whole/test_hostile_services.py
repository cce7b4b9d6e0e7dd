"""A service that does what it should not, judged by what is heard: the right audio, or a typed error that names the phrase."""

from __future__ import annotations

import json

import pytest
import trio
from tests.unit.adapters.tts.qwen._deeds import (
    ITEM,
    Deed,
    begin,
    byte_a_second,
    close_frame,
    created,
    delta,
    done,
    event,
    every,
    message,
    raw,
    reset,
    then,
)
from tests.unit.adapters.tts.qwen._peers import TEXT as TEXT_FRAME
from tests.unit.adapters.tts.qwen._peers import Script, frame, listening, websocket_peer
from trio.testing import MockClock

from triolet import PhraseState, PhrasingOptions, speech
from triolet.errors import (
    ConnectionLost,
    DeadlineExpired,
    NoAudio,
    ProtocolViolation,
    ServiceError,
    TTSError,
)
from triolet.testing import RecordingOutput, ToneTTS, VirtualNetwork, decode
from triolet_adapters.tts.qwen import QwenOptions, QwenServer, QwenTTS

SENTENCES = ("First we look at the map.", "Then we choose a way, and we pack.", "At last we walk!")
TEXT = " ".join(SENTENCES)
RATE = 8000

DEEDS: dict[str, tuple[Deed, type[TTSError], str]] = {
    "says nothing": (begin, DeadlineExpired, "first_audio_timeout"),
    "empty deltas for ever": (
        then(begin, every(0.5, event("response.audio.delta", response_id="r", delta=""))),
        DeadlineExpired,
        "first_audio_timeout",
    ),
    "a byte a second": (then(begin, byte_a_second), DeadlineExpired, "first_audio_timeout"),
    "50 MB": (
        then(begin, raw(frame(TEXT_FRAME, b"x" * 5_000_000, length=50_000_000))),
        ProtocolViolation,
        "max_message",
    ),
    "invalid base64": (then(begin, event("response.audio.delta", delta="?")), ProtocolViolation, "no base64"),
    "invalid utf-8": (then(begin, raw(frame(TEXT_FRAME, b'{"type":"\xff"}'))), ProtocolViolation, "no UTF-8"),
    "no object": (then(begin, message(json.dumps(["response.audio.delta"]))), ProtocolViolation, "no JSON object"),
    "audio before its response": (
        then(lambda server: server.until("input_text_buffer.commit"), delta, created, done),
        ProtocolViolation,
        "before response.created",
    ),
    "audio of another session": (
        then(begin, event("response.audio.delta", response_id="of another", delta="AAAA"), done),
        ProtocolViolation,
        "unknown response",
    ),
    "closes, keeps tcp": (then(begin, close_frame), ConnectionLost, "1011 gone"),
    "reset": (then(begin, reset), ConnectionLost, "broke"),
    "an error": (then(begin, event("error", error={"code": "busy", "message": "later"})), ServiceError, "busy: later"),
    "no audio": (then(begin, event("response.audio.done", **ITEM), done), NoAudio, "without a sample"),
}
RETRIED = [deed for deed in DEEDS if deed not in ("no audio", "50 MB")]
"""The two others would only come again: the turn ends, or goes on with the next phrase."""
OPTIONS = QwenOptions(ping_interval=None)


def voice_at(network: VirtualNetwork) -> QwenTTS:
    return QwenTTS(
        url="ws://localhost", api_key="", options=OPTIONS, dial=network.dial, sample_rate=RATE, response_format="pcm"
    )


def all_left(network: VirtualNetwork) -> bool:
    return all(connection.client.closed or connection.to_client.broken for connection in network.connections)


@pytest.mark.parametrize("deed", RETRIED)
async def test_one_hostile_session_is_not_noticed(autojump_clock: MockClock, deed: str) -> None:
    act, _, _ = DEEDS[deed]
    voice = ToneTTS(sample_rate=RATE)
    right = QwenServer(voice).handle_stream
    hostile = websocket_peer(then(Script.open, act))
    connections = 0

    async def handle(stream: trio.abc.Stream) -> None:
        nonlocal connections
        connections += 1
        await (hostile if connections == 1 else right)(stream)

    output = RecordingOutput()
    async with listening(handle) as network:
        result = await ([TEXT] | speech(voice_at(network), "en", phrasing=PhrasingOptions(merge=0)) | output).run()
        assert all_left(network)
    assert result.heard == TEXT
    heard = decode(output.pcm)
    assert heard.unreadable == 0
    said = {commit.text: commit for commit in voice.commits}
    assert sorted(said) == sorted(SENTENCES)
    assert [(run.connection, run.commit, run.start, run.stop) for run in heard.runs] == [
        (said[text].connection, said[text].commit, 0, said[text].samples) for text in SENTENCES
    ]


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_service_that_is_always_hostile_ends_the_turn_with_the_phrase_named(
    autojump_clock: MockClock, deed: str
) -> None:
    act, error, words = DEEDS[deed]
    output = RecordingOutput()
    async with listening(websocket_peer(then(Script.open, act))) as network:
        with pytest.raises(error, match=words) as caught:
            await ([TEXT] | speech(voice_at(network), "en", phrasing=PhrasingOptions(merge=0)) | output).run()
        assert trio.current_time() <= 60
        await trio.sleep(2)
        assert all_left(network)
    assert decode(output.pcm).runs == ()
    result = caught.value.result
    assert result is not None
    assert (result.heard, result.unheard) == ("", TEXT)
    failed = [phrase for phrase in result.phrases if phrase.state is PhraseState.FAILED]
    assert failed
    assert error.__name__ in (failed[0].reason or "")
    if error is DeadlineExpired:
        assert f"({words})" in str(caught.value)
        assert "commit 1 of this session" in str(caught.value)
    (note,) = caught.value.__notes__
    assert note in {
        f"while phrase {phrase.index} of the turn ({len(phrase.words)} characters) was spoken"
        for phrase in (report.phrase for report in failed)
    }
