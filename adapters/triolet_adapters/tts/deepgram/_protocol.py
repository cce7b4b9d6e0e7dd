"""Deepgram's `/v1/speak`, sans-I/O: `Speak`, `Flush`, audio as bytes, `Flushed`; `Clear` and `Cleared` for an interruption.

What is a guess: that `Flushed` comes behind the last audio of its text, that nothing of it comes behind `Cleared`, and that the limit of
flushes, 20 in 60 s, is that of a connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from triolet.errors import ServiceError
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.json import dumps
from triolet_adapters.tts.frame import Audio, Finished, Happening, Protocol, object_of

MAX_TEXT = 2_000
"""Characters of one `Speak`; longer texts go in several, which the service joins."""
MAX_FLUSHES = 20
"""Flushes in 60 s (developers.deepgram.com/docs/tts-ws-flush). A connection is left after so many commits."""


class DeepgramProtocol(Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._flushes = 0
        self._clearing = 0
        """`Cleared` that have not come: what comes before them is of a commit that nobody wants."""
        self._running = False

    @property
    def worn(self) -> bool:
        """See `Protocol.worn`."""
        return self._flushes >= MAX_FLUSHES

    def say(self, text: str) -> Sequence[str]:
        """See `Protocol.say`."""
        self._flushes += 1
        self._running = True
        parts = [text[start : start + MAX_TEXT] for start in range(0, len(text), MAX_TEXT)]
        return [*(dumps({"type": "Speak", "text": part}) for part in parts), dumps({"type": "Flush"})]

    def stop(self) -> Sequence[str] | None:
        """See `Protocol.stop`."""
        if not self._running:
            return []
        self._running = False
        self._clearing += 1
        return [dumps({"type": "Clear"})]

    def closing(self) -> Sequence[str]:
        """See `Protocol.closing`."""
        return [dumps({"type": "Close"})]

    def take(self, message: str | bytes) -> Iterator[Happening]:
        """See `Protocol.take`."""
        if isinstance(message, bytes):
            if not self._clearing:
                yield Audio(message)
            return
        raw = object_of(message)
        match raw.get("type"):
            case "Flushed" if not self._clearing:
                self._running = False
                yield Finished()
            case "Cleared":
                self._clearing = max(0, self._clearing - 1)
            case "Warning" | "Error":
                raise error_of(raw)
            case _:
                pass  # Metadata; a Flushed of what was cleared


def error_of(raw: Mapping[str, Any]) -> ServiceError:
    """A warning, which says that something was not done, or an error."""
    code = str(raw.get("code") or raw.get("err_code") or "") or None
    words = raw.get("description") or raw.get("err_msg") or raw.get("message")
    said = words if isinstance(words, str) else code or "an error without a word"
    limited = "flush" in said.lower() or "rate" in said.lower()
    return ServiceError(
        f"the service answered with an error: {clipped(said)}" + (f" ({code})" if code and code != said else ""),
        code=code,
        message=said,
        event=raw,
        retryable=raw.get("type") == "Warning" or limited,
        throttled=limited,
    )
