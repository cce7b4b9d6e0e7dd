"""How much of a text a recording keeps."""

from __future__ import annotations

import enum
import hashlib
import json
from typing import Any, cast

import attrs

from triolet import Clause, SpeechUnit
from triolet.events import Event, PhraseFailed, SoundPlaced, TextLeft, TurnEnded


class KeepText(enum.StrEnum):
    """How much of the text a recording keeps."""

    FULL = "full"
    """All of it."""
    HASH = "hash"
    """A fingerprint of each passage: whoever has the text can find it again. Of single words nothing is kept."""
    NONE = "none"
    """Only how long it was."""


def passage(text: str, keep: KeepText) -> str:
    """A clause or longer, as a recording keeps it."""
    if keep is KeepText.FULL:
        return text
    return "" if keep is KeepText.NONE else f"sha256:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"


def word(text: str, keep: KeepText) -> str:
    """A token or a word, as a recording keeps it. No fingerprint is kept: a short text can be guessed from one."""
    return text if keep is KeepText.FULL else ""


def message(text: str | None, keep: KeepText) -> str | None:
    """An error's words. They may quote the text, so only the name of the error's type is kept unless all text is."""
    if text is None or keep is KeepText.FULL:
        return text
    name = text.partition(":")[0]
    return name if name.isidentifier() else ""


def event_fields(event: Event, start: float, keep: KeepText, *, realtime: bool = False) -> dict[str, Any]:
    """An event of a timeline as JSON: its type, its time since `start`, and its fields. `realtime`: whether the output plays by a clock;
    then the times at which sound is placed are counted from `start`, too.
    """
    fields = cast(dict[str, Any], _plain(event, keep))
    if realtime and isinstance(event, SoundPlaced):
        fields["time"] = round(event.time - start, 6)
    return {
        "event": type(event).__name__,
        "at": round(event.at - start, 6),
        **{k: v for k, v in fields.items() if k != "at"},
    }


def wire_event(text: str, keep: KeepText) -> Any:
    """A raw event of a vendor's protocol; as it is where it is no JSON object."""
    try:
        event: Any = json.loads(text)
    except ValueError:
        return passage(text, keep)
    return event if keep is KeepText.FULL else _without_text(event, keep)


_NO_TEXT = {
    *("type", "event_id", "id", "response_id", "item_id", "conversation_id", "object", "status", "role", "code"),
    *("model", "voice", "mode", "response_format", "language_type", "delta"),
}
"""Fields of a vendor's protocol whose strings are known to hold no text; all others may."""


def _without_text(value: Any, keep: KeepText) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {
            name: inner if name in _NO_TEXT and isinstance(inner, str) else _without_text(inner, keep)
            for name, inner in fields.items()
        }
    if isinstance(value, list):
        items: list[Any] = [*value]  # pyright: ignore[reportUnknownVariableType]
        return [_without_text(item, keep) for item in items]
    return passage(value, keep) if isinstance(value, str) and value else value


def _plain(value: object, keep: KeepText) -> Any:
    if isinstance(value, tuple):
        return [_plain(item, keep) for item in cast(tuple[object, ...], value)]
    if isinstance(value, enum.IntEnum):
        return value.name.lower()
    if isinstance(value, enum.Enum):
        return value.value
    kind: type[Any] = type(value)
    if not attrs.has(kind):
        return value
    fields = {field.name: _plain(getattr(value, field.name), keep) for field in attrs.fields(kind)}
    match value:
        case Clause() | TextLeft():
            fields["text"] = passage(value.text, keep)
        case SpeechUnit():
            fields["text"] = word(value.text, keep)
        case PhraseFailed():
            fields["reason"] = message(value.reason, keep)
        case TurnEnded():
            fields["error"] = message(value.error, keep)
        case _:
            pass
    return fields
