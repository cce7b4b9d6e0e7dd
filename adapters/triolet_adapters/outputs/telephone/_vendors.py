"""The services, and what of their messages differs."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal, cast

from triolet_adapters.outputs.telephone._events import CallerAudio, CallEvent, CallStarted, KeyPressed
from triolet_adapters.outputs.telephone._telephone import CALL_HOLD, Telephone, call_out
from triolet_adapters.shared.g711 import from_alaw, from_mulaw, to_alaw, to_mulaw

Message = dict[str, Any]
Codec = Literal["mulaw", "alaw"]


class _Streams(Telephone):
    """Services whose messages are JSON objects with an `event`, and audio in base64: Twilio's way, which others have followed."""

    stream_key: ClassVar[str] = "streamSid"
    """The name of the stream, in messages both ways."""
    call_key: ClassVar[str] = "callSid"
    parameters_key: ClassVar[str] = "customParameters"

    def __init__(self, send: Callable[[str], Awaitable[object]], *, hold: float = CALL_HOLD) -> None:
        super().__init__(send, hold=hold)
        self._stream: str | None = None

    def receive(self, message: str | bytes) -> CallEvent | None:
        """Take a message of the service. See `Telephone.receive`."""
        with _reading(message):
            return self._told(_object(message))

    def _told(self, told: Message) -> CallEvent | None:
        match told.get("event"):
            case "start":
                start: Message = told.get("start") or {}
                self._stream = str(start.get(self.stream_key) or told.get(self.stream_key) or "")
                parameters: Any = start.get(self.parameters_key) or {}
                if isinstance(parameters, dict):
                    pairs = cast("dict[str, Any]", parameters)
                    return CallStarted(str(start.get(self.call_key, "")), {key: str(pairs[key]) for key in pairs})
                return CallStarted(str(start.get(self.call_key, "")), {"headers": str(parameters)})
            case "media":
                media: Message = told["media"]
                if media.get("track", "inbound").startswith("inbound"):
                    return CallerAudio(self._decoded(base64.b64decode(media["payload"])), self._line)
            case "dtmf":
                return KeyPressed(str(told["dtmf"]["digit"]))
            case "stop":
                return self._ended()
            case _:
                self._answer(told)
        return None

    def _answer(self, told: Message) -> None:
        if told.get("event") == "mark":
            self._mark_came(str(told["mark"]["name"]))

    def _encoded(self, pcm: bytes) -> bytes:
        return to_mulaw(pcm)

    def _decoded(self, data: bytes) -> bytes:
        return from_mulaw(data)

    async def _tell(self, event: str, **more: object) -> None:
        if self._stream is None:
            raise RuntimeError(
                "the call has not started: give its messages to `receive`, and speak when it gives CallStarted"
            )
        await self._write(json.dumps({"event": event, self.stream_key: self._stream, **more}))

    async def _send_audio(self, pcm: bytes) -> None:
        await self._tell("media", media={"payload": base64.b64encode(self._encoded(pcm)).decode()})

    async def _send_mark(self, name: str) -> None:
        await self._tell("mark", mark={"name": name})

    async def _send_clear(self, name: str) -> None:
        if self._stream is None:  # nothing was said
            self._mark_came(name)
            return
        await self._tell("clear")
        await self._send_mark(name)  # all before it is gone, so it comes back at once


class TwilioOutput(_Streams):
    """A call through Twilio, over the WebSocket of a bidirectional Media Stream (`<Connect><Stream url="wss://..."/></Connect>`).

        phone = TwilioOutput(websocket.send_text)
        async with Conversation(speech(tts), phone) as conversation:
            async for message in websocket.iter_text():
                match phone.receive(message):
                    case CallStarted(): ...  # say something
                    case CallerAudio(pcm): ...  # listen

    Audio travels as mu-law at 8 kHz, 20 ms a message.
    """


class TelnyxOutput(_Streams):
    """A call through Telnyx, over the WebSocket of a media stream with `stream_bidirectional_mode` "rtp".

    Audio travels at 8 kHz as the `stream_bidirectional_codec` of the stream says: PCMU (`codec="mulaw"`) or PCMA ("alaw").
    """

    stream_key = "stream_id"
    call_key = "call_control_id"
    parameters_key = "custom_parameters"
    pads = True  # it takes 20 ms and more

    def __init__(
        self, send: Callable[[str], Awaitable[object]], *, codec: Codec = "mulaw", hold: float = CALL_HOLD
    ) -> None:
        """Speak in a call.

        Args:
            send: a coroutine function that sends a message to the service, such as `websocket.send_text`.
            codec: that of the stream, both ways: "mulaw" (PCMU), the default, or "alaw" (PCMA).
            hold: the most seconds that are sent and not known to be heard; 0.5 by default.
        """
        super().__init__(send, hold=hold)
        self._alaw = codec == "alaw"

    def _encoded(self, pcm: bytes) -> bytes:
        return to_alaw(pcm) if self._alaw else to_mulaw(pcm)

    def _decoded(self, data: bytes) -> bytes:
        return from_alaw(data) if self._alaw else from_mulaw(data)


class PlivoOutput(_Streams):
    """A call through Plivo, over the WebSocket of `<Stream bidirectional="true" contentType="audio/x-mulaw;rate=8000">`.

    Marks are Plivo's checkpoints, and `clearedAudio` answers a `clearAudio`.
    """

    stream_key = "streamId"
    call_key = "callId"
    parameters_key = "extra_headers"

    def _answer(self, told: Message) -> None:
        match told.get("event"):
            case "playedStream":
                self._mark_came(str(told["name"]))
            case "clearedAudio":
                self._mark_came(f"clear {self._fence}")
            case _:
                pass

    async def _send_audio(self, pcm: bytes) -> None:
        payload = base64.b64encode(self._encoded(pcm)).decode()
        await self._tell("playAudio", media={"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": payload})

    async def _send_mark(self, name: str) -> None:
        await self._tell("checkpoint", name=name)

    async def _send_clear(self, name: str) -> None:
        if self._stream is None:  # nothing was said
            self._mark_came(name)
            return
        await self._tell("clearAudio")


class VonageOutput(Telephone):
    """A call through Vonage, over the WebSocket of an NCCO's `connect` with an endpoint of type "websocket".

    Audio travels as samples of 16 bits in binary messages of 20 ms, at the rate of the endpoint's `content-type`.
    """

    pads = True

    def __init__(
        self,
        send_text: Callable[[str], Awaitable[object]],
        send_bytes: Callable[[bytes], Awaitable[object]],
        *,
        sample_rate: Literal[8000, 16000, 24000] = 16000,
        hold: float = CALL_HOLD,
    ) -> None:
        """Speak in a call.

        Args:
            send_text: a coroutine function that sends a text message to the service, such as `websocket.send_text`.
            send_bytes: the same for a binary message, such as `websocket.send_bytes`.
            sample_rate: that of the endpoint, "audio/l16;rate=16000"; 16000 by default.
            hold: the most seconds that are sent and not known to be heard; 0.5 by default.
        """
        self.rates = (sample_rate,)
        super().__init__(send_text, hold=hold)
        self._send_bytes = send_bytes

    def receive(self, message: str | bytes) -> CallEvent | None:
        """Take a message of the service. See `Telephone.receive`.

        Vonage tells the end of a call by closing the WebSocket: call `fail` then, or leave the conversation.
        """
        if isinstance(message, bytes):
            return CallerAudio(message, self._line)
        with _reading(message):
            return self._told(_object(message))

    def _told(self, told: Message) -> CallEvent | None:
        match told.get("event"):
            case "websocket:connected":
                known = ("event", "content-type")
                return CallStarted("", {key: str(told[key]) for key in told if key not in known})
            case "websocket:dtmf":
                return KeyPressed(str(told["digit"]))
            case "websocket:notify":
                self._mark_came(str(told["payload"]["mark"]))
            case "websocket:cleared":
                self._mark_came(f"clear {self._fence}")
            case _:
                pass
        return None

    async def _send_audio(self, pcm: bytes) -> None:
        await call_out(self._send_bytes, pcm)

    async def _send_mark(self, name: str) -> None:
        await self._write(json.dumps({"action": "notify", "payload": {"mark": name}}))

    async def _send_clear(self, name: str) -> None:
        await self._write(json.dumps({"action": "clear"}))


@contextmanager
def _reading(message: str | bytes) -> Generator[None]:
    """Whatever is wrong with a message is a ValueError: an open port gets more than what the service sends."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}"
        raise ValueError(f"this is no message of the service: {message[:80]!r} ({why})") from error


def _object(message: str | bytes) -> Message:
    told: Any = json.loads(message)
    if not isinstance(told, dict):
        raise ValueError("it is no object")  # noqa: TRY004 -- it is about its value
    return cast("Message", told)
