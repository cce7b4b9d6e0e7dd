"""What a vendor's protocol over a WebSocket has to say, sans-I/O: messages in, events out."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import attrs

from triolet import TimedWord
from triolet.errors import ProtocolViolation
from triolet_adapters.shared.json import loads


@attrs.frozen
class Audio:
    """A piece of audio of the commit that is running, in the format that was asked for."""

    data: bytes


@attrs.frozen
class Words:
    """When the voice says some words of the text that is being committed."""

    words: tuple[TimedWord, ...]


@attrs.frozen
class Finished:
    """The commit is complete."""

    characters: int | None = None
    """Billed, as the service says; None where it does not."""


Happening = Audio | Words | Finished


class Protocol(abc.ABC):
    """One connection. A message is a text, or bytes. What `take` raises ends the connection, and is the error of the commit."""

    keep_alive_every: float | None = None
    """Seconds of silence of ours after which `keep_alive` is sent; None: never."""

    @property
    def ready(self) -> bool:
        """Whether the service has said what it says before the first commit. True by default."""
        return True

    @property
    def worn(self) -> bool:
        """Whether the connection has taken as many commits as the service allows: it is left for a new one. False by default."""
        return False

    def opening(self) -> Sequence[str]:
        """What is sent first. Nothing by default."""
        return ()

    @abc.abstractmethod
    def say(self, text: str) -> Sequence[str]:
        """Begin a commit: what is sent for it."""

    @abc.abstractmethod
    def take(self, message: str | bytes) -> Iterable[Happening]:
        """Take a message of the service; give what it tells of the commit that is running.

        Raises:
            TTSError: an error of the service, or what its protocol does not allow.
        """

    def stop(self) -> Sequence[str] | None:
        """Nobody wants the commit that is running any more: what is sent to say so. None, by default: the connection is spent."""
        return None

    def keep_alive(self) -> Sequence[str]:
        """What tells the service that we are still here."""
        return ()

    def closing(self) -> Sequence[str]:
        """What is sent before the Close, when nothing is running. Nothing by default."""
        return ()


def object_of(message: str | bytes) -> Mapping[str, Any]:
    """The object that a message is.

    Raises:
        ProtocolViolation: it is none.
    """
    if not isinstance(message, str):
        raise ProtocolViolation(f"the service sent a binary message of {len(message)} bytes; its messages are text")
    try:
        raw: Any = loads(message)
    except ValueError as error:
        raise ProtocolViolation(f"the service sent a message that is no JSON: {error}") from None
    if not isinstance(raw, dict):
        raise ProtocolViolation("the service sent a message that is no object")
    return cast("Mapping[str, Any]", raw)
