"""The service, as a live session knows it."""

from __future__ import annotations

from collections.abc import Callable

import trio

from triolet import TTS, SessionPools
from triolet.events import Event
from triolet_adapters.service.live import LanguageModel
from triolet_adapters.service.process import Service


class LiveHost:
    """See `triolet_adapters.service.live.Host`."""

    def __init__(self, service: Service, language_model: LanguageModel | None = None) -> None:
        self._service = service
        self.language_model = language_model

    @property
    def pools(self) -> SessionPools:
        """Sessions with voices, shared by all."""
        return self._service.pools

    @property
    def nursery(self) -> trio.Nursery:
        """Where sessions live that outlive a connection."""
        return self._service.nursery

    @property
    def name(self) -> str | None:
        """How the names of sessions begin."""
        return self._service.config.name

    @property
    def most_characters(self) -> int:
        """Characters of a turn that may wait to be spoken."""
        return self._service.config.limits.characters

    @property
    def longest_message(self) -> int:
        """Characters of a message of a client."""
        return self._service.config.limits.message

    @property
    def max_lag(self) -> float | None:
        """Seconds that the event loop may be late."""
        return self._service.config.limits.max_lag

    @property
    def longest_pause(self) -> float:
        """Seconds that a client may pause a turn."""
        return self._service.config.limits.pause_timeout

    @property
    def drain_seconds(self) -> float:
        """How long running turns may take when the service ends."""
        return self._service.config.limits.drain_timeout

    @property
    def drains(self) -> trio.Event:
        """Set when the service takes no more turns."""
        return self._service.draining

    def speaking(self, model: str | None, voice: str | None, speed: float | None) -> tuple[str, TTS, str]:
        """The name of a model, its voice at a speed, and the language of the text."""
        served = self._service.voices.served(model)
        return served.name, self._service.voices.voice(model, voice, speed=speed), served.language

    def new_turn(self) -> str:
        """A name for a turn."""
        return self._service.new_turn()

    def observer(self, turn: str, *, caller: str, parent: str | None, model: str) -> Callable[[Event], None] | None:
        """What listens to the events of a turn."""
        return self._service.observer(turn, caller, parent, model=model)

    async def begin_turn(self, caller: str) -> None:
        """Count a turn of a caller."""
        await self._service.guard.begin_turn(caller)
