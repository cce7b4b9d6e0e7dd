"""The events of the Qwen-TTS realtime protocol, sans-I/O: text in, frozen values out, and back.

Unknown events become `UnknownEvent`, unknown fields are kept in `raw`. What the client relies on must be there and be of
its type; anything else is a `ProtocolViolation` that holds the raw event. No other exception leaves the parsers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, cast

import attrs

from triolet.errors import ProtocolViolation
from triolet_adapters.shared.json import dumps, from_base64, loads, to_base64
from triolet_adapters.tts.qwen.protocol._delta import split, without_text
from triolet_adapters.tts.qwen.protocol._fields import Fields, Raw

PATH = "/api-ws/v1/realtime"
"""Where a service serves the protocol; the model is in the query."""


@attrs.frozen(kw_only=True)
class Event:
    """What all events have."""

    type: ClassVar[str] = ""
    event_id: str = ""
    raw: Raw = attrs.field(factory=dict[str, Any], eq=False, repr=False)
    """The event as it came; empty for one that was made here. No `dict` if it carries audio, which is kept once."""

    def body(self) -> dict[str, Any]:
        """The fields besides `event_id` and `type`, as the wire has them."""
        return {}


def encode(event: Event, event_id: str | None = None) -> str:
    """One message; with this id, or else that of the event."""
    return dumps({"event_id": event.event_id if event_id is None else event_id, "type": event.type, **event.body()})


# From the client


@attrs.frozen(kw_only=True)
class ClientEvent(Event):
    """From the client to the service."""


@attrs.frozen(kw_only=True)
class UpdateSession(ClientEvent):
    """Settings, once, before the first text."""

    type: ClassVar[str] = "session.update"
    session: Raw

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return {"session": dict(self.session)}


@attrs.frozen(kw_only=True)
class AppendText(ClientEvent):
    """More text; the texts before a commit are joined as they are."""

    type: ClassVar[str] = "input_text_buffer.append"
    text: str

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return {"text": self.text}


@attrs.frozen(kw_only=True)
class CommitText(ClientEvent):
    """Speak what was appended."""

    type: ClassVar[str] = "input_text_buffer.commit"


@attrs.frozen(kw_only=True)
class ClearText(ClientEvent):
    """Forget what was appended and not committed."""

    type: ClassVar[str] = "input_text_buffer.clear"


@attrs.frozen(kw_only=True)
class FinishSession(ClientEvent):
    """No more text; the service sends what is left and ends the session."""

    type: ClassVar[str] = "session.finish"


@attrs.frozen(kw_only=True)
class CancelResponse(ClientEvent):
    """Stop speaking. Not documented: only the vendor's SDKs have it."""

    type: ClassVar[str] = "response.cancel"


@attrs.frozen(kw_only=True)
class UnknownClientEvent(ClientEvent):
    """Of a type that is not known here."""

    name: str


# From the service


@attrs.frozen(kw_only=True)
class ServerEvent(Event):
    """From the service to the client."""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        return cls(**fields.common())


@attrs.frozen(kw_only=True)
class SessionInfo:
    """A session as the service describes it; empty where it does not say."""

    id: str = ""
    model: str = ""
    voice: str = ""
    mode: str = ""
    response_format: str = ""
    sample_rate: int = 0
    language_type: str = ""
    """Lower case in the recording, whatever case was asked for; not in `session.created`."""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        texts = {
            name: fields.text(name, "") for name in ("id", "model", "voice", "mode", "response_format", "language_type")
        }
        return cls(sample_rate=fields.number("sample_rate"), **texts)

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        values = attrs.asdict(self)
        if not self.language_type:
            del values["language_type"]
        return {"session": {"id": values.pop("id"), "object": "realtime.session", **values}}


@attrs.frozen(kw_only=True)
class SessionCreated(ServerEvent):
    """The first event; says nothing about whether the model exists."""

    type: ClassVar[str] = "session.created"
    session: SessionInfo

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        return cls(session=SessionInfo.read(fields.inner("session", {})), **fields.common())

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return self.session.body()


@attrs.frozen(kw_only=True)
class SessionUpdated(ServerEvent):
    """The settings were taken."""

    type: ClassVar[str] = "session.updated"
    session: SessionInfo

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        return cls(session=SessionInfo.read(fields.inner("session", {})), **fields.common())

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return self.session.body()


@attrs.frozen(kw_only=True)
class TextCommitted(ServerEvent):
    """A commit was taken. `item_id` is empty in the documents and in the recording: there is nothing to key on."""

    type: ClassVar[str] = "input_text_buffer.committed"
    item_id: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        return cls(item_id=fields.text("item_id", ""), **fields.common())

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return {"item_id": self.item_id}


@attrs.frozen(kw_only=True)
class TextCleared(ServerEvent):
    """The buffer was emptied."""

    type: ClassVar[str] = "input_text_buffer.cleared"


@attrs.frozen(kw_only=True)
class ResponseCreated(ServerEvent):
    """The service begins to speak."""

    type: ClassVar[str] = "response.created"
    response_id: str
    voice: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        response = fields.inner("response")
        return cls(response_id=response.text("id"), voice=response.text("voice", ""), **fields.common())

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        response = {
            "id": self.response_id,
            "object": "realtime.response",
            "conversation_id": "",
            "status": "in_progress",
        }
        return {"response": {**response, "voice": self.voice, "output": []}}


@attrs.frozen(kw_only=True)
class PartOfResponse(ServerEvent):
    """Belongs to a response, and to its one item."""

    response_id: str = ""
    """Empty if the service does not say."""
    item_id: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        return cls(**fields.place(), **fields.common())

    def item(self, status: str, **more: Any) -> dict[str, Any]:
        """The item as the wire has it."""
        of_it = {
            "id": self.item_id,
            "object": "realtime.item",
            "type": "message",
            "status": status,
            "role": "assistant",
        }
        return {"response_id": self.response_id, "output_index": 0, "item": {**of_it, **more}}

    def inside_item(self, **more: Any) -> dict[str, Any]:
        """Where in the item something is, as the wire has it."""
        return {"response_id": self.response_id, "item_id": self.item_id, "output_index": 0, "content_index": 0, **more}


@attrs.frozen(kw_only=True)
class ItemAdded(PartOfResponse):
    """The response has an item (always one)."""

    type: ClassVar[str] = "response.output_item.added"

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        item_id = fields.inner("item", {}).text("id", "")
        return cls(response_id=fields.text("response_id", ""), item_id=item_id, **fields.common())

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return self.item("in_progress", content=[])


@attrs.frozen(kw_only=True)
class PartAdded(PartOfResponse):
    """The item has a part (always one, of audio)."""

    type: ClassVar[str] = "response.content_part.added"

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return self.inside_item(part={"type": "audio", "text": ""})


@attrs.frozen(kw_only=True)
class AudioDelta(PartOfResponse):
    """Audio: bytes of the format that was asked for, cut anywhere."""

    type: ClassVar[str] = "response.audio.delta"
    audio: bytes = attrs.field(repr=lambda audio: f"<{len(audio)} bytes>")

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        delta = fields.text("delta")
        try:
            audio = from_base64(delta)
        except ValueError as error:
            raise fields.violation(f"its delta is no base64: {error}") from None
        raw = without_text(fields.event, delta, audio)
        return cls(audio=audio, event_id=fields.text("event_id", ""), raw=raw, **fields.place())

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return self.inside_item(delta=to_base64(self.audio))


@attrs.frozen(kw_only=True)
class AudioDone(PartOfResponse):
    """No more audio in this part."""

    type: ClassVar[str] = "response.audio.done"

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return self.inside_item()


@attrs.frozen(kw_only=True)
class PartDone(PartOfResponse):
    """The part is complete."""

    type: ClassVar[str] = "response.content_part.done"

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return self.inside_item(part={"type": "audio", "text": ""})


@attrs.frozen(kw_only=True)
class ResponseUsage:
    """What a response cost; qwen3 models bill characters, the older ones tokens. None where the service does not say."""

    characters: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        return cls(
            characters=fields.optional_number("characters"),
            input_tokens=fields.optional_number("input_tokens"),
            output_tokens=fields.optional_number("output_tokens"),
        )

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        usage: dict[str, Any] = {} if self.characters is None else {"characters": self.characters}
        return usage | self.tokens()

    def tokens(self) -> dict[str, Any]:
        """The tokens alone."""
        read, written = self.input_tokens or 0, self.output_tokens or 0
        return {
            "total_tokens": read + written,
            "input_tokens": read,
            "output_tokens": written,
            "input_tokens_details": {"text_tokens": read},
            "output_tokens_details": {"text_tokens": 0, "audio_tokens": written},
        }


@attrs.frozen(kw_only=True)
class ItemDone(PartOfResponse):
    """The item is complete. As recorded, without `content` and with the tokens in `output`."""

    type: ClassVar[str] = "response.output_item.done"
    usage: ResponseUsage = attrs.field(factory=ResponseUsage)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        item = fields.inner("item", {})
        usage = ResponseUsage.read(item.inner("output", {}).inner("usage", {}))
        return cls(
            response_id=fields.text("response_id", ""), item_id=item.text("id", ""), usage=usage, **fields.common()
        )

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return self.item("completed", output={"usage": self.usage.tokens()})


@attrs.frozen(kw_only=True)
class ResponseDone(ServerEvent):
    """The response is complete, or has failed."""

    type: ClassVar[str] = "response.done"
    response_id: str
    item_id: str = ""
    status: str = "completed"
    """`completed`, `failed` or `incomplete`."""
    voice: str = ""
    usage: ResponseUsage = attrs.field(factory=ResponseUsage)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire."""
        response = fields.inner("response")
        return cls(
            response_id=response.text("id"),
            status=response.text("status", "completed"),
            voice=response.text("voice", ""),
            usage=ResponseUsage.read(response.inner("usage", {})),
            **fields.common(),
        )

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        item = {
            "id": self.item_id,
            "object": "realtime.item",
            "type": "message",
            "status": self.status,
            "role": "assistant",
        }
        response = {"id": self.response_id, "object": "realtime.response", "conversation_id": "", "status": self.status}
        return {
            "response": {
                **response,
                "modalities": ["text", "audio"],
                "voice": self.voice,
                "output": [{**item, "content": [{"type": "audio", "transcript": ""}]}],
                "usage": self.usage.body(),
            }
        }


@attrs.frozen(kw_only=True)
class SessionFinished(ServerEvent):
    """The session is over. The service does not close by itself: the client does."""

    type: ClassVar[str] = "session.finished"


@attrs.frozen(kw_only=True)
class ErrorEvent(ServerEvent):
    """An error of the service; whether the session goes on is not documented."""

    type: ClassVar[str] = "error"
    code: str = ""
    message: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """From the wire; any shape is taken, for an error that cannot be read is worse."""
        error = fields.raw.get("error")
        if not isinstance(error, Mapping):
            return cls(message=fields.anything(error), **fields.common())
        said = cast("Raw", error)
        code, message = fields.anything(said.get("code")), fields.anything(said.get("message"))
        return cls(code=code, message=message, **fields.common())

    def body(self) -> dict[str, Any]:
        """See `Event.body`."""
        return {"error": {"code": self.code, "message": self.message}}


@attrs.frozen(kw_only=True)
class UnknownEvent(ServerEvent):
    """Of a type that is not known here."""

    name: str


_SERVER_EVENTS: dict[str, Callable[[Fields], ServerEvent]] = {
    kind.type: kind.read
    for kind in (
        SessionCreated,
        SessionUpdated,
        TextCommitted,
        TextCleared,
        ResponseCreated,
        ItemAdded,
        PartAdded,
        AudioDelta,
        AudioDone,
        PartDone,
        ItemDone,
        ResponseDone,
        SessionFinished,
        ErrorEvent,
    )
}


def parse_server_event(text: str) -> ServerEvent:
    """Read what a service sent.

    Raises:
        ProtocolViolation: no JSON object with a type, or one of its fields that is relied on is missing or wrong.
    """
    if (delta := _read_delta(text)) is not None:
        return delta
    fields = _parse(text)
    read = _SERVER_EVENTS.get(fields.text("type"))
    return UnknownEvent(name=fields.text("type"), **fields.common()) if read is None else read(fields)


def _read_delta(text: str) -> AudioDelta | None:
    """The event, if it is what nearly all are: audio behind names. What is odd in any way is not for here."""
    parts = split(text)
    if parts is None:
        return None
    fields, delta, audio = parts
    names = [fields.get(name, "") for name in ("event_id", "response_id", "item_id")]
    if fields.get("type") != AudioDelta.type or not all(isinstance(name, str) for name in names):
        return None
    event_id, response_id, item_id = names
    raw = without_text(fields, delta, audio)
    return AudioDelta(event_id=event_id, response_id=response_id, item_id=item_id, audio=audio, raw=raw)


def parse_client_event(text: str) -> ClientEvent:
    """Read what a client sent.

    Raises:
        ProtocolViolation: as `parse_server_event`.
    """
    fields = _parse(text)
    common = fields.common()
    match fields.text("type"):
        case UpdateSession.type:
            return UpdateSession(session=fields.inner("session").raw, **common)
        case AppendText.type:
            return AppendText(text=fields.text("text"), **common)
        case CommitText.type:
            return CommitText(**common)
        case ClearText.type:
            return ClearText(**common)
        case FinishSession.type:
            return FinishSession(**common)
        case CancelResponse.type:
            return CancelResponse(**common)
        case name:
            return UnknownClientEvent(name=name, **common)


def _parse(text: str) -> Fields:
    try:
        raw = loads(text)
    except ValueError as error:
        raise ProtocolViolation(f"the peer sent {text[:80]!r}, which is no JSON: {error}") from None
    if not isinstance(raw, dict):
        raise ProtocolViolation(f"the peer sent {text[:80]!r}, which is no JSON object")
    fields = Fields(cast("Raw", raw), cast("Raw", raw))
    fields.text("type")
    return fields
