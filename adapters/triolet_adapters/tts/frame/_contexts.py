"""Contexts by number: their names for the service, and a protocol that has none as one with a single context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from triolet_adapters.tts.frame._protocol import ContextProtocol, Happening, Protocol

State = TypeVar("State")


class ContextNames(dict[int, State]):
    """The contexts that are open on a connection, by number, each with what a protocol keeps of it; and their names."""

    def __init__(self, prefix: str) -> None:
        """`prefix`: what the name of each begins with."""
        super().__init__()
        self._prefix = prefix

    def name(self, context: int) -> str:
        """The name of a context."""
        return f"{self._prefix}{context}"

    def number(self, name: object) -> int | None:
        """The number of the context with this name; None if no name of ours is like it."""
        if not isinstance(name, str) or not name.startswith(self._prefix):
            return None
        digits = name[len(self._prefix) :]
        # Short, since a number of a thousand digits takes long to read.
        return int(digits) if len(digits) < 10 and digits.isascii() and digits.isdigit() else None


class Alone(ContextProtocol):
    """A protocol without contexts: one commit at a time."""

    max_contexts = 1

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._context = -1
        """The one that is running; -1: none is."""
        self.keep_alive_every = protocol.keep_alive_every

    @property
    def ready(self) -> bool:
        """See `AnyProtocol.ready`."""
        return self._protocol.ready

    @property
    def worn(self) -> bool:
        """See `AnyProtocol.worn`."""
        return self._protocol.worn

    def opening(self) -> Sequence[str]:
        """See `AnyProtocol.opening`."""
        return self._protocol.opening()

    def keep_alive(self) -> Sequence[str]:
        """See `AnyProtocol.keep_alive`."""
        return self._protocol.keep_alive()

    def closing(self) -> Sequence[str]:
        """See `AnyProtocol.closing`."""
        return self._protocol.closing()

    def say(self, context: int, text: str) -> Sequence[str]:
        """See `ContextProtocol.say`."""
        self._context = context
        return self._protocol.say(text)

    def take(self, message: str | bytes) -> Iterator[tuple[int, Happening]]:
        """See `ContextProtocol.take`."""
        for happening in self._protocol.take(message):
            yield self._context, happening

    def stop(self, context: int) -> Sequence[str] | None:
        """See `ContextProtocol.stop`."""
        return self._protocol.stop()
