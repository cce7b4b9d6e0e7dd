"""Server-sent events from bytes: a pure reader.

After the specification (https://html.spec.whatwg.org/multipage/server-sent-events.html), with two differences. Bytes that are
not UTF-8 are an error, where a browser would put U+FFFD in their place: a listener cannot see that. And an event that only the
end of the stream ends counts, since servers that hang up after their last line exist.
"""

from __future__ import annotations

import codecs
import re

import attrs

MAX_EVENT = 1_048_576
"""Characters. Events of chat completions have some hundred; a whole tool call in one event a few thousand."""

_LINE_END = re.compile(r"\r\n|\n|\r")


class StreamMalformed(ValueError):
    """What came is no event stream; the text says why."""


@attrs.frozen
class Event:
    """One event: `data` joined from its lines."""

    type: str
    data: str


class EventReader:
    """Bytes in, events out, however the bytes are cut."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._line: list[str] = []
        self._data: list[str] = []
        self._type = ""
        self._held = 0
        self._after_return = False

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes.

        Raises:
            StreamMalformed: not UTF-8, or an event longer than `MAX_EVENT`.
        """
        try:
            text = self._decode(data)
        except UnicodeDecodeError as exc:
            raise StreamMalformed(f"the stream is not UTF-8: {exc.reason}") from None
        if self._after_return and text.startswith("\n"):
            text = text[1:]
            self._after_return = False
        if text:
            self._after_return = text.endswith("\r")
        *complete, rest = _LINE_END.split(text)
        events: list[Event] = []
        for line in complete:
            self._line.append(line)
            self._end_line(events)
        if rest:
            self._hold(rest)
            self._line.append(rest)
        return events

    def finish(self) -> list[Event]:
        """The event that the end of the stream completes.

        Raises:
            StreamMalformed: the stream ended inside a character.
        """
        try:
            self._decode(b"", final=True)
        except UnicodeDecodeError:
            raise StreamMalformed("the stream ended inside a UTF-8 character") from None
        events: list[Event] = []
        self._end_line(events)
        if self._data:
            self._end_line(events)
        return events

    def _end_line(self, events: list[Event]) -> None:
        line = "".join(self._line)
        self._line.clear()
        if not line:
            if self._data:
                events.append(Event(self._type, "\n".join(self._data)))
            self._data.clear()
            self._type = ""
            self._held = 0
            return
        name, _, value = line.partition(":")  # a line that begins with a colon is a comment: its name is empty
        value = value.removeprefix(" ")
        if name == "data":
            self._hold(value)
            self._data.append(value)
        elif name == "event":
            self._type = value

    def _hold(self, text: str) -> None:
        self._held += len(text)
        if self._held > 2 * MAX_EVENT:  # a line counts once while it grows and once as data
            raise StreamMalformed(f"an event has more than {MAX_EVENT:,} characters")
