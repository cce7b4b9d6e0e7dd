"""The events of a session in the log, at debug level, with as much of the text as is wanted."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any, Literal, cast

from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import loads

logger = logging.getLogger("triolet_adapters.tts.qwen")

LogText = Literal["full", "hash", "none"]
"""`full`: as it is. `hash`: a fingerprint of each passage, so that one who has the text finds where it was. `none`: its length."""

_NAMES = ("type", "event_id", "response_id", "item_id")
"""What is logged of any event. Of everything else only that which is named below: an unknown field may hold text."""


def log_event(session: str, direction: str, event: str, log_text: LogText) -> None:
    """Log a raw event, if anybody listens: costs nothing otherwise. Audio is never logged, only how much it is."""
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("%s %s %s", session or "(new session)", direction, described(event, log_text))


def described(event: str, log_text: LogText) -> str:
    """One line for a raw event."""
    try:
        raw = loads(event)
    except ValueError:
        raw = None
    if not isinstance(raw, Mapping):
        return f"no event: {_shown(event, log_text)}"
    fields = cast("Mapping[str, Any]", raw)
    parts = [f"{name}={clipped(fields[name])}" for name in _NAMES if isinstance(fields.get(name), str) and fields[name]]
    parts += [f"{name}={_shown(fields[name], log_text)}" for name in ("text", "error", "session") if name in fields]
    if isinstance(fields.get("delta"), str):
        parts.append(f"delta=<{len(fields['delta'])} characters>")
    return " ".join(parts)


def _shown(value: object, log_text: LogText) -> str:
    words = value if isinstance(value, str) else repr(value)
    if log_text == "full":
        return clipped(repr(words))
    if log_text == "hash":
        return f"sha256:{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:16]}"
    return f"<{len(words)} characters>"
