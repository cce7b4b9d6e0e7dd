"""What a live session needs of the service around it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

import trio

from triolet import TTS, SessionPools
from triolet.events import Event

Messages = Sequence[dict[str, str]]


class LanguageModel(Protocol):
    """Answers questions."""

    def answer(self, messages: Messages) -> AsyncGenerator[str]:
        """The tokens of the answer to a history."""
        ...


class Host(Protocol):
    """The service, as far as a session knows it."""

    @property
    def pools(self) -> SessionPools:
        """Sessions with voices, shared by all."""
        ...

    @property
    def nursery(self) -> trio.Nursery:
        """Where sessions live that outlive a connection."""
        ...

    @property
    def language_model(self) -> LanguageModel | None:
        """What answers `ask`; None: nothing does."""
        ...

    @property
    def name(self) -> str | None:
        """How the names of sessions begin, for a balancer that brings clients back to this process. None: nothing."""
        ...

    @property
    def most_characters(self) -> int:
        """Characters of a turn that may wait to be spoken."""
        ...

    @property
    def longest_message(self) -> int:
        """Characters of a message of a client."""
        ...

    @property
    def max_lag(self) -> float | None:
        """Seconds that the event loop may be late before turns are refused; half of what clients hold is a good bound. None: none is refused."""
        ...

    @property
    def longest_pause(self) -> float:
        """Seconds that a client may pause a turn."""
        ...

    @property
    def drain_seconds(self) -> float:
        """How long running turns may take when the service ends."""
        ...

    @property
    def drains(self) -> trio.Event:
        """Set when the service takes no more turns."""
        ...

    def speaking(self, model: str | None, voice: str | None, speed: float | None) -> tuple[str, TTS, str]:
        """The name of a model, its voice at a speed, and the language of the text where a client names none.

        Raises:
            ValueError: there is none of that name. The text says which there are.
        """
        ...

    def new_turn(self) -> str:
        """A name for a turn, which logs and traces share."""
        ...

    def observer(self, turn: str, *, caller: str, parent: str | None, model: str) -> Callable[[Event], None] | None:
        """What listens to the events of a turn: logs, metrics, traces. `parent` is the caller's `traceparent`."""
        ...

    async def begin_turn(self, caller: str) -> None:
        """Count a turn of a caller.

        Raises:
            ValueError: the caller has had as many as it may for now. The text says when the next one may begin.
            TrioletError: nobody knows, since what counts does not answer.
        """
        ...
