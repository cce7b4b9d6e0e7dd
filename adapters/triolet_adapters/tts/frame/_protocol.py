"""What a vendor's protocol over a WebSocket has to say, sans-I/O: messages in, events out."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import attrs

from triolet import TimedWord
from triolet.errors import ProtocolViolation, TTSError
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


@attrs.frozen
class Failed:
    """The service did not do the commit; the connection is good for others."""

    error: TTSError


@attrs.frozen
class Reply:
    """What is to be sent for the commit, since the service waits for it."""

    messages: tuple[str, ...]


Happening = Audio | Words | Finished | Failed | Reply


class AnyProtocol(abc.ABC):  # noqa: B024 -- what is abstract is in the two below
    """One connection. A message is a text, or bytes. What `take` raises ends the connection, and is the error of its commits."""

    keep_alive_every: float | None = None
    """Seconds in which nothing was sent, after which `keep_alive` is sent. None, the default: never."""

    @property
    def ready(self) -> bool:
        """Whether the service has said what it says before the first commit. True by default."""
        return True

    @property
    def worn(self) -> bool:
        """Whether the connection has taken as many commits as the service allows: it is left for a new one. False by default."""
        return False

    def opening(self) -> Sequence[str]:
        """Return the messages to send first. By default there are none."""
        return ()

    def keep_alive(self) -> Sequence[str]:
        """Return the messages that tell the service that we are still here."""
        return ()

    def closing(self) -> Sequence[str]:
        """Return the messages to send before the Close, when no commit is running. By default there are none."""
        return ()


class Protocol(AnyProtocol):
    """A connection on which one commit runs at a time."""

    @abc.abstractmethod
    def say(self, text: str) -> Sequence[str]:
        """Begin a commit. Return the messages that ask for it."""

    @abc.abstractmethod
    def take(self, message: str | bytes) -> Iterable[Happening]:
        """Take a message of the service; give what it tells of the commit that is running.

        Raises:
            TTSError: an error of the service, or what its protocol does not allow.
        """

    def stop(self) -> Sequence[str] | None:
        """Stop the commit that is running: nobody wants it any more. Return the messages that say so.

        None, the default: no message can say it, and the connection is spent.
        """
        return None


class ContextProtocol(AnyProtocol):
    """A connection on which several commits run at a time, each in a context of its own. So sessions share it (`TTS.sharing`).

    A context has a number, which is never used again on its connection; `ContextNames` gives it a name for the service.
    """

    max_contexts: int
    """The most contexts at a time on a connection."""

    @property
    def lingering(self) -> int:
        """Contexts that were stopped and still count for the service. None by default."""
        return 0

    @abc.abstractmethod
    def say(self, context: int, text: str) -> Sequence[str]:
        """Begin a commit in this context. Return the messages that ask for it."""

    @abc.abstractmethod
    def take(self, message: str | bytes) -> Iterable[tuple[int, Happening]]:
        """Take a message of the service; give what it tells of the commits that are running, each with its context.

        Raises:
            TTSError: an error of the service, or what its protocol does not allow.
        """

    @abc.abstractmethod
    def stop(self, context: int) -> Sequence[str] | None:
        """Stop the commit of this context: nobody wants it any more. Return the messages that say so. Nothing of it is given from here on.

        None: that cannot be said, and the connection is spent.
        """


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
