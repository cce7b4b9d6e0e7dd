"""The same session three times against the local server: by each surface of the vendor's SDK, and by ours."""

from __future__ import annotations

import base64
import json
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import attrs
import dashscope
import trio
import websocket
from dashscope.audio.qwen_tts_realtime import AudioFormat, QwenTtsRealtime, QwenTtsRealtimeCallback

from triolet.testing import ToneTTS
from triolet_adapters.tts.qwen import QwenServer, QwenSession, QwenTTS, ServerOptions
from triolet_adapters.tts.qwen.protocol import AudioDelta, ResponseDone, ServerEvent, TextCleared

KEY = "sk-test-0123456789abcdef"
MODEL = "qwen3-tts-instruct-flash-realtime"
WORKSPACE = "ws-test"
TEXTS = ("Good morning.", "How are you?")
SETTINGS: dict[str, Any] = {
    "mode": "commit",
    "response_format": "pcm",
    "sample_rate": 16_000,
    "speech_rate": 1.1,
    "volume": 60,
    "pitch_rate": 0.9,
    "language_type": "English",
    "enable_tn": True,
    "instructions": "Speak calmly.",
    "optimize_instructions": True,
}
"""Every setting but the bit rate, which pcm has not; none at its default, but `response_format`."""


@attrs.define
class Recorded:
    """What went over the wire, and what the client kept of it."""

    sent: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    received: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    path: str = ""
    headers: dict[str, str] = attrs.field(factory=dict[str, str])
    """Of the handshake; names in lower case."""
    client: Any = None
    closed: list[tuple[int | None, str | None]] = attrs.field(factory=list[tuple[int | None, str | None]])
    events: list[ServerEvent] = attrs.field(factory=list[ServerEvent])
    news: threading.Condition = attrs.field(factory=threading.Condition)
    """Of what was received, which the SDK tells on a thread of its own."""

    def only(self, kind: str) -> dict[str, Any]:
        """The one event of this type that was sent, without its id."""
        (event,) = [event for event in self.sent if event["type"] == kind]
        return {name: value for name, value in event.items() if name != "event_id"}

    @property
    def verbs(self) -> list[dict[str, Any]]:
        """All that was sent, without ids."""
        return [{name: value for name, value in event.items() if name != "event_id"} for event in self.sent]

    @property
    def audio(self) -> bytes:
        """All audio that came."""
        return b"".join(base64.b64decode(e["delta"]) for e in self.received if e["type"] == "response.audio.delta")


def served(act: Callable[[str], Any], recorded: Recorded) -> None:
    """Run a blocking client in a thread against a server, and keep the request of its handshake."""

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            url = await nursery.start(server().serve)
            with _requests(recorded):
                await trio.to_thread.run_sync(act, url)
            nursery.cancel_scope.cancel()

    trio.run(main)


def server() -> QwenServer:
    """Passes over a cancel, so that one that comes too late is no error."""
    return QwenServer(lambda rate: ToneTTS(sample_rate=rate), ServerOptions(cancel="ignore"))


def _requests(recorded: Recorded) -> Any:
    refusal = QwenServer._refusal

    def keep(self: QwenServer, request: Any) -> Any:
        recorded.path = f"{request.path}?{request.query}"
        recorded.headers = dict(request.headers)
        return refusal(self, request)

    return mock.patch.object(QwenServer, "_refusal", keep)


def with_realtime() -> Recorded:
    """By `QwenTtsRealtime`."""
    recorded = Recorded()

    class Callback(QwenTtsRealtimeCallback):
        def on_event(self, message: Any) -> None:
            with recorded.news:
                recorded.received.append(message)
                recorded.news.notify_all()

        def on_close(self, close_status_code: int | None, close_msg: str | None) -> None:
            recorded.closed.append((close_status_code, close_msg))

    send = websocket.WebSocketApp.send

    def keep(self: Any, data: str, *arguments: Any) -> None:
        recorded.sent.append(json.loads(data))
        send(self, data, *arguments)

    def act(url: str) -> None:
        dashscope.api_key = KEY
        client: Any = QwenTtsRealtime(model=MODEL, callback=Callback(), url=url, workspace=WORKSPACE)
        recorded.client = client
        with mock.patch.object(websocket.WebSocketApp, "send", keep):
            client.connect()
            settings = dict(SETTINGS)
            audio_format = settings.pop("response_format")
            client.update_session(
                voice="Serena",
                response_format=AudioFormat.PCM_24000HZ_MONO_16BIT,
                audio_format=audio_format,
                **settings,
            )
            client.append_text("Never mind.")
            client.clear_appended_text()
            for text in TEXTS:
                client.append_text(text)
                client.commit()
                _wait(recorded, "response.done", 1 + TEXTS.index(text))
            client.cancel_response()
            client.finish()
            _wait(recorded, "session.finished", 1)
            client.close()

    served(act, recorded)
    return recorded


def _wait(recorded: Recorded, kind: str, count: int) -> None:
    with recorded.news:
        came = recorded.news.wait_for(lambda: sum(event["type"] == kind for event in recorded.received) >= count, 10)
    assert came, f"no {kind}"


def with_client() -> Recorded:
    """By the newer `Client`, whose realtime session takes raw events."""
    recorded = Recorded()

    def act(url: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # "preview"
            client = dashscope.Client(api_key=KEY, workspace=WORKSPACE, region="ap-southeast-1", timeout=10)
            realtime = client.audio.realtime
        with client, realtime.connect(model=MODEL, ws_url=url) as session:
            recorded.client = session
            send: Callable[[dict[str, Any]], None] = session.send_event

            def say(event: dict[str, Any]) -> None:
                recorded.sent.append({"event_id": "", **event})
                send(event)

            def until(kind: str) -> None:
                while True:
                    event = session.recv_event()
                    assert event is not None
                    recorded.received.append(event)
                    if event["type"] == kind:
                        return

            recorded.client.send_event = say
            until("session.created")
            say({"type": "session.update", "session": {"voice": "Serena", **SETTINGS}})
            say({"type": "input_text_buffer.append", "text": "Never mind."})
            say({"type": "input_text_buffer.clear"})
            for text in TEXTS:
                say({"type": "input_text_buffer.append", "text": text})
                say({"type": "input_text_buffer.commit"})
                until("response.done")
            session.cancel_response()
            session.end_session()
            recorded.received.extend(session.events())

    served(act, recorded)
    return recorded


def with_ours() -> Recorded:
    """By `QwenTTS.session()`."""
    recorded = Recorded()

    def tap(time: float, direction: str, message: str) -> None:
        (recorded.sent if direction == "sent" else recorded.received).append(json.loads(message))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            url = await nursery.start(server().serve)
            tts = QwenTTS(url=url, api_key=KEY, workspace=WORKSPACE, model=MODEL, voice="Serena", tap=tap, **SETTINGS)
            with _requests(recorded):
                async with tts.session() as session:
                    recorded.client = session
                    await _speak(session, recorded)
            nursery.cancel_scope.cancel()

    trio.run(main)
    return recorded


async def _speak(session: QwenSession, recorded: Recorded) -> None:
    async def until(kind: type[ServerEvent]) -> None:
        while not isinstance(event := await session.next_event(), kind):
            recorded.events.append(event)
        recorded.events.append(event)

    await session.update()
    await session.append("Never mind.")
    await session.clear()
    await until(TextCleared)
    for text in TEXTS:
        await session.append(text)
        await session.commit()
        await until(ResponseDone)
    await session.cancel()
    await session.finish()
    async for event in session.events():
        recorded.events.append(event)


def audio_of(events: Sequence[ServerEvent]) -> bytes:
    return b"".join(event.audio for event in events if isinstance(event, AudioDelta))
