"""The events of one turn, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from triolet.turn._events import Event


class Timeline:
    """The events of one turn, in the order in which they were recorded. Iterate it to read them; `len` counts them."""

    def __init__(self, observer: Callable[[Event], None] | None = None) -> None:
        """Make an empty timeline.

        Args:
            observer: called with each event as it is recorded. It must not raise, and cannot wait. None by default.
        """
        self._events: list[Event] = []
        self._observer = observer

    def record(self, event: Event) -> None:
        """Add an event, and give it to the observer. A plain call."""
        self._events.append(event)
        if self._observer is not None:
            self._observer(event)

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)
