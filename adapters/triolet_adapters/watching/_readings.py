"""What is read when somebody asks: sessions, failovers, the lag of the loop. From statistics that are kept in any case."""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import attrs

from triolet import TTS, FailoverStatistics, LoopLag, PoolStatistics
from triolet_adapters.watching._table import (
    BUILD,
    FAILOVERS,
    LOOP_LAG,
    PROVIDER_UP,
    QUOTA_WAIT,
    SESSIONS,
    SESSIONS_BROKEN,
    SESSIONS_OPENED,
    SESSIONS_REFUSED,
    THROTTLED,
    Metric,
    Sample,
)
from triolet_adapters.watching._watched_voice import WatchedTTS


class Pools(Protocol):
    """What has sessions: `SessionPools`, and a `Conversation`."""

    def statistics(self) -> Mapping[TTS, PoolStatistics]:
        """A snapshot of the sessions of each voice."""
        ...


class Providers(Protocol):
    """What speaks with several providers: a `Failover`."""

    def statistics(self) -> FailoverStatistics:
        """A snapshot."""
        ...


def name_of(tts: TTS) -> str:
    """The label of a voice: that which it is watched by, or the name of its class."""
    return tts.name if isinstance(tts, WatchedTTS) else type(tts).__name__


_COUNTS: tuple[tuple[Metric, Callable[[PoolStatistics], float]], ...] = (
    (SESSIONS_OPENED, lambda pool: pool.opened),
    (SESSIONS_REFUSED, lambda pool: pool.refused),
    (SESSIONS_BROKEN, lambda pool: pool.broken),
    (THROTTLED, lambda pool: pool.throttled),
    (QUOTA_WAIT, lambda pool: pool.waited),
)


@attrs.define
class _PoolReader:
    """The pools of one owner. A pool that is closed takes its counts along, so they are added up here."""

    pools: Pools
    name: Callable[[TTS], str]
    _last: dict[TTS, PoolStatistics] = attrs.Factory(dict[TTS, PoolStatistics])
    _totals: dict[tuple[int, str], float] = attrs.Factory(dict[tuple[int, str], float])
    """What has been counted, by metric and voice."""
    _names: set[str] = attrs.Factory(set[str])

    def read(self) -> Iterator[Sample]:
        now = dict(self.pools.statistics())
        states: dict[tuple[str, str], int] = {(name, state): 0 for name in self._names for state in ("busy", "idle")}
        for tts, pool in now.items():
            name, before = self.name(tts), self._last.get(tts)
            self._names.add(name)
            states[name, "busy"] = states.get((name, "busy"), 0) + pool.open - pool.idle
            states[name, "idle"] = states.get((name, "idle"), 0) + pool.idle
            for at, (_, count) in enumerate(_COUNTS):
                value, known = count(pool), 0.0 if before is None else count(before)
                grown = value - known if value >= known else value  # a pool that was closed, and opened again
                self._totals[at, name] = self._totals.get((at, name), 0.0) + grown
        self._last = now
        for (name, state), number in states.items():
            yield Sample(SESSIONS, (name, state), number)
        for (at, name), total in self._totals.items():
            yield Sample(_COUNTS[at][0], (name,), total)


class Readings:
    """Gathers what is read when somebody asks. Nothing is polled."""

    def __init__(self) -> None:
        self._pools: list[_PoolReader] = []
        self._providers: dict[str, Providers] = {}
        self._lag: LoopLag | None = None

    def watch_pools(self, pools: Pools, name: Callable[[TTS], str] = name_of) -> None:
        """Read the sessions of these pools. `name` gives the label of a voice."""
        self._pools.append(_PoolReader(pools, name))

    def watch_failover(self, voice: str, providers: Providers) -> None:
        """Read which providers of a voice are up."""
        self._providers[voice] = providers

    def watch_loop(self, lag: LoopLag) -> None:
        """Read the lag of the event loop."""
        self._lag = lag

    def read(self) -> list[Sample]:
        """All values, now. Call it in the Trio run that they belong to."""
        samples = [Sample(BUILD, (_version(),), 1.0)]
        for pools in self._pools:
            samples += pools.read()
        for voice, providers in self._providers.items():
            statistics = providers.statistics()
            samples.append(Sample(FAILOVERS, (voice,), statistics.changes))
            samples += [Sample(PROVIDER_UP, (voice, one.name), float(one.up)) for one in statistics.providers]
        if self._lag is not None:
            samples.append(Sample(LOOP_LAG, (), self._lag.late))
        return _summed(samples)


def _summed(samples: list[Sample]) -> list[Sample]:
    """One value for each set of labels: several pools may have voices of one name."""
    sums: dict[tuple[str, tuple[str, ...]], Sample] = {}
    for sample in samples:
        key = sample.metric.name, sample.labels
        before = sums.get(key)
        sums[key] = sample if before is None else attrs.evolve(sample, value=before.value + sample.value)
    return list(sums.values())


@functools.cache
def _version() -> str:
    try:
        return importlib.metadata.version("triolet")
    except importlib.metadata.PackageNotFoundError:
        return "source"
