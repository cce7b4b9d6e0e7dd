"""The events that carry audio, of which a conversation has thousands: their audio is not read as JSON, nor kept as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import attrs

from triolet_adapters.shared.json import from_base64, loads, to_base64
from triolet_adapters.tts.qwen.protocol._fields import Raw

_BEFORE, _BEHIND = ',"delta":"', '"}'
"""What stands around the audio where it is the last field, as services send it."""

_LONGEST_HEAD = 1024
"""Characters before the audio, among which its beginning is looked for; 220 are usual."""


def split(text: str) -> tuple[dict[str, Any], str, bytes] | None:
    """The other fields, the delta, and the audio in it, of an object whose last field is a delta of base64; else None.

    What it gives is what parsing all of it would give. The text before the delta, closed by a brace, is an object with a
    field at least; so with the delta it is one, too, for a string of base64 needs no escapes.
    """
    at = text.find(_BEFORE, 0, _LONGEST_HEAD)
    if at < 0 or not text.endswith(_BEHIND):
        return None
    delta = text[at + len(_BEFORE) : -len(_BEHIND)]
    try:
        fields = loads(text[:at] + "}")
        audio = from_base64(delta)
    except ValueError:
        return None
    return (cast("dict[str, Any]", fields), delta, audio) if fields else None


@attrs.frozen(eq=False)
class AudioFields(Mapping[str, Any]):
    """The fields of an event that carries audio, as they came; the text of its delta is made when it is asked for."""

    _others: Raw
    _audio: bytes

    def __getitem__(self, name: str) -> Any:
        return to_base64(self._audio) if name == "delta" else self._others[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._others
        yield "delta"

    def __len__(self) -> int:
        return len(self._others) + 1


def without_text(fields: Raw, delta: str, audio: bytes) -> Raw:
    """The fields, and of the delta only its audio, if the same text can be made of it again."""
    rest = len(audio) % 3 or 3  # bytes in the last four characters
    if delta.endswith("=") and delta[-4:] != to_base64(audio[-rest:]):  # bits that are not used, and not zero
        return {**fields, "delta": delta}
    others = {name: value for name, value in fields.items() if name != "delta"} if "delta" in fields else fields
    return AudioFields(others, audio)
