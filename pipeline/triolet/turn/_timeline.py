"""The events of one turn, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from triolet.turn._events import Event


class Timeline:
    """Collects the events of one turn, in order of time."""

    def __init__(self, observer: Callable[[Event], None] | None = None) -> None:
        self._events: list[Event] = []
        self._observer = observer

    def record(self, event: Event) -> None:
        """Add an event; a plain call. The observer, if any, sees it at once and must not raise."""
        self._events.append(event)
        if self._observer is not None:
            self._observer(event)

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)
