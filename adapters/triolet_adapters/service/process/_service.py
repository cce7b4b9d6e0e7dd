"""One process of the service: what all its requests share."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Self

import trio

from triolet import (
    TTS,
    Alone,
    Conversation,
    Failover,
    PoolOptions,
    SessionPools,
    WrappedTTS,
    open_session_pools,
    speech,
)
from triolet.events import Event, TurnEnded, TurnStarted
from triolet.testing import ToneTTS
from triolet_adapters.outputs import NullDevice
from triolet_adapters.quotas import RedisQuota, open_shared_store
from triolet_adapters.service.config import ServiceConfig
from triolet_adapters.service.guard import Counters, Guard, Keys, SharedCounters
from triolet_adapters.service.logs import turn_logs
from triolet_adapters.service.process._opened_later import OpenedLater
from triolet_adapters.service.voices import ServiceVoices
from triolet_adapters.shared.keep_text import KeepText
from triolet_adapters.tts.cached import Cached, RedisPhrases
from triolet_adapters.watching import TurnInstrument, Watching, open_watching
from triolet_adapters.watching.trace import TurnFolder

Watch = Callable[[str, str, str | None], Callable[[Event], None]]
"""`watch(turn_id, caller, parent)` gives what is called with each event of that turn. It must not raise, and cannot wait. `parent` is the
caller's `traceparent`, if it sent one."""

VOICES = 16
"""Voices, each with its settings, whose sessions are kept open. Clients choose settings, so it is bounded."""


class Service:
    """What the requests of one process share: `async with Service(config) as service:`. Opened once."""

    nursery: trio.Nursery
    """For tasks that outlive a connection. They are cancelled when the block is left."""
    watching: Watching
    """What is seen of turns: figures for `/metrics`, traces."""
    pools: SessionPools
    """The sessions of all voices."""

    def __init__(
        self,
        config: ServiceConfig,
        voices: ServiceVoices | None = None,
        *,
        counters: Counters | None = None,
        watches: Sequence[Watch] = (),
    ) -> None:
        """Nothing is opened yet.

        Args:
            config: all settings.
            voices: the voices; by default those of the configuration.
            counters: where the requests of callers are counted; in this process by default.
            watches: what listens to every turn.

        Raises:
            WrongEntry: a voice of the configuration cannot be made.
        """
        self.config = config
        self._instrument = TurnInstrument()
        self._quota = OpenedLater() if config.redis is not None else None
        self._phrases = (
            RedisPhrases(config.redis, max_bytes=config.cache_bytes) if config.redis and config.cache_redis else None
        )
        self.voices = voices or ServiceVoices.of(config, self._watched, self._quota)
        self.guard = Guard(config, Keys({name: key.sha256 for name, key in config.keys.items()}), counters)
        self.draining = trio.Event()
        """Set when the service is about to end: no more turns are admitted, and those that run have `limits.drain_timeout`."""
        self.running = set[str]()
        """The names of the turns that are being spoken."""
        self.ready = False
        """Whether the default voice has been loaded."""
        self.figures: Callable[[], Awaitable[bytes]] = self._figures
        """Gives what `/metrics` answers; a worker puts those of all workers in its place."""
        self._watches = (turn_logs(with_text=config.log_text), *watches)
        self._block = self._opened()

    async def __aenter__(self) -> Self:
        """Open the pools of sessions, and load the default voice beside."""
        with Alone():
            await self._block.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        """End what still runs."""
        with Alone():
            # The block bounds its own closing.
            await self._block.__aexit__(*error)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # noqa: ASYNC102

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[None]:
        limit = self.config.limits.turns
        async with (
            self._shared(),
            open_watching(instrument=self._instrument, keep_text=self.config.log_text) as self.watching,
            open_session_pools(PoolOptions(maximum=2 * limit, voices=VOICES), quota=self._quota) as self.pools,
            trio.open_nursery() as self.nursery,
        ):
            self._watch()
            self.nursery.start_soon(self._warm_up)
            yield
            self.nursery.cancel_scope.cancel()

    @asynccontextmanager
    async def _shared(self) -> AsyncGenerator[None]:
        """Count together with other processes in this block, if that is configured."""
        if self._quota is None or self.config.redis is None:
            yield
            return
        async with open_shared_store(self.config.redis) as store, self._phrases or nullcontext():
            self._quota.quota = RedisQuota(store)
            self.guard.counters = SharedCounters(store)
            yield

    async def _figures(self) -> bytes:
        await trio.lowlevel.checkpoint()
        return self.watching.metrics.exposition()

    def drain(self) -> None:
        """Admit no more turns, and tell those that run. A plain call; a second time it does nothing."""
        self.guard.closed = True
        self.draining.set()

    def new_turn(self) -> str:
        """A name for a turn, which logs, events and answers share."""
        return f"turn_{secrets.token_hex(8)}"

    def observer(
        self, turn_id: str, caller: str, parent: str | None = None, *, model: str | None = None
    ) -> Callable[[Event], None]:
        """What is to be called with each event of a turn, for logs, figures and traces. `parent`: the caller's `traceparent`. `model`: the
        name of the model that speaks; the default where there is none.
        """
        name = model or self.voices.default.name
        watching = [watch(turn_id, caller, parent) for watch in self._watches]
        watching.append(self._instrument.observer(turn_id, caller, parent, voice=name))
        if self.config.record_dir is not None:
            keep = KeepText.FULL if self.config.log_text else KeepText.NONE
            watching.append(TurnFolder(Path(self.config.record_dir), turn_id, keep))

        def observe(event: Event) -> None:
            if isinstance(event, TurnStarted):
                self.running.add(turn_id)
            elif isinstance(event, TurnEnded):
                self.running.discard(turn_id)
            for watch in watching:
                watch(event)

        return observe

    def _watched(self, tts: TTS, name: str) -> TTS:
        """A voice that keeps phrases, where that is configured, and is watched."""
        if self.config.cache is not None:
            key = name if isinstance(tts, ToneTTS) else None  # it has no settings by which it would be known
            tts = Cached(tts, self.config.cache, max_bytes=self.config.cache_bytes, shared=self._phrases, key=key)
        return self._instrument.watched(tts, name)

    def _watch(self) -> None:
        """Read sessions and failovers when somebody asks for figures."""
        self.watching.readings.watch_pools(self.pools)
        for name, served in self.voices.models.items():
            tts = served.make(None)
            if isinstance(tts, Failover):
                self.watching.readings.watch_failover(name, tts)

    async def _warm_up(self) -> None:
        """Load the default voice now, and not while the first client waits. A vendor's is asked when it is needed."""
        tts = self.voices.voice()
        if not tts.bills:
            # All that a first turn makes for the first time, and a session, which loads the voice.
            async with Conversation(speech(tts, self.voices.default.language), NullDevice()), _itself(tts).connect():
                pass
        self.ready = True


def _itself(tts: TTS) -> TTS:
    """The voice within: one that keeps phrases gives a session before the voice is loaded."""
    while isinstance(tts, WrappedTTS):
        tts = tts.tts
    return tts
