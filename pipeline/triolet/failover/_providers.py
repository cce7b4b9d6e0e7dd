"""Which of several providers are up, in one Trio run; and what becomes known of them."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence

import attrs
import trio

from triolet.errors import AllProvidersFailed, TTSError
from triolet.failover._health import FailoverOptions, Health
from triolet.tts._rate_limiter import RateLimiter

logger = logging.getLogger("triolet.failover")


@attrs.frozen(kw_only=True)
class ProviderStatistics:
    """One provider, as it is known to be."""

    name: str
    up: bool
    reason: str | None
    """Why it was last found to be down."""
    since: float
    """When it was last found to be up or down, on Trio's clock; -inf: never."""
    commits: int
    failures: int
    """Connects and commits that failed, probes not counted."""
    probes: int
    waited: float
    """Seconds that connects and commits were held back to keep its limits."""


@attrs.frozen(kw_only=True)
class FailoverStatistics:
    """Which provider speaks, and why."""

    in_use: str
    """The name of the provider that the next session is opened on."""
    changes: int
    """How often that has become another."""
    last_change: str | None
    """What the last change was, with its reason."""
    providers: tuple[ProviderStatistics, ...]
    """In the order of preference."""


@attrs.define(eq=False)
class Provider:
    """One provider, and what has been seen of it."""

    name: str
    health: Health
    limiter: RateLimiter
    waiting: set[trio.CancelScope] = attrs.Factory(set[trio.CancelScope])
    """Connects under way, and commits that its limits hold back: given up when it is found to be down meanwhile."""
    commits: int = 0
    failures: int = 0
    probes: int = 0

    def statistics(self) -> ProviderStatistics:
        """A snapshot."""
        health = self.health
        return ProviderStatistics(
            name=self.name,
            up=not health.down,
            reason=None if health.failure is None else _shown(health.failure),
            since=health.since,
            commits=self.commits,
            failures=self.failures,
            probes=self.probes,
            waited=self.limiter.waited,
        )


class Providers:
    """The providers of a `Failover` in order of preference, as all its sessions in one Trio run see them."""

    def __init__(self, options: FailoverOptions, providers: Sequence[Provider]) -> None:
        self._options = options
        self._providers = providers
        self._spoke = 0
        self._changes = 0
        self._last_change: str | None = None
        self.changed = trio.Event()
        """Set when anything is other than before; then replaced."""
        self.prober = trio.Lock()
        """Held by the one who probes: a task in the block of a session."""

    def __getitem__(self, position: int) -> Provider:
        return self._providers[position]

    def statistics(self) -> FailoverStatistics:
        """A snapshot."""
        return FailoverStatistics(
            in_use=self[next(self.candidates())].name,
            changes=self._changes,
            last_change=self._last_change,
            providers=tuple(provider.statistics() for provider in self._providers),
        )

    def candidates(self) -> Iterator[int]:
        """Whom to ask for a session, one after another: those that are up; then, since nothing is left, the others, the
        one first whose failure is the longest ago.
        """
        asked: set[int] = set()
        for position, provider in enumerate(self._providers):
            if provider.health.askable(trio.current_time()):
                asked.add(position)
                yield position
        others = [position for position in range(len(self._providers)) if position not in asked]
        yield from sorted(others, key=lambda position: self[position].health.news)

    def alternative(self, position: int) -> bool:
        """Whether another provider than this can be asked."""
        now = trio.current_time()
        return any(provider.health.askable(now) for provider in self._providers if provider is not self[position])

    def deadline(self, position: int, seconds: float) -> float:
        """When to stop waiting for this provider: never, where there is no other."""
        return trio.current_time() + seconds if self.alternative(position) else math.inf

    def superseded(self, position: int) -> bool:
        """Whether sessions of this provider should make room for those of another."""
        best = next((at for at, provider in enumerate(self._providers) if not provider.health.down), position)
        return best != position

    def to_probe(self, position: int) -> Provider | None:
        """Of the providers before this, the one that is down and due first."""
        down = [provider for provider in self._providers[:position] if provider.health.down]
        return min(down, key=lambda provider: provider.health.next_probe, default=None)

    def position(self, provider: Provider) -> int:
        """Where it stands."""
        return self._providers.index(provider)

    def failed(self, position: int, failure: TTSError) -> None:
        """A connect or a commit failed."""
        provider = self[position]
        provider.failures += 1
        provider.health.failed(failure, trio.current_time())
        for scope in provider.waiting:
            scope.cancel(reason="the provider was found to be down")
        self._tell(f"{provider.name} is down", failure)

    def probe_failed(self, provider: Provider, failure: TTSError) -> None:
        """It was down, and is still."""
        provider.health.probe_failed(failure, trio.current_time())
        logger.debug("%s is still down: %s", provider.name, _logged(failure))

    def taken_back(self, provider: Provider, how: str) -> None:
        """It is up again."""
        provider.health.taken_back(trio.current_time())
        self._tell(f"{provider.name} {how}", None)

    def change(self) -> None:
        """Let everybody look who waits for a change."""
        self.changed.set()
        self.changed = trio.Event()

    def all_failed(self) -> AllProvidersFailed:
        """One error with the reasons of all."""
        return AllProvidersFailed(
            {provider.name: provider.health.failure for provider in self._providers if provider.health.failure}
        )

    def _tell(self, news: str, failure: TTSError | None) -> None:
        position = next(self.candidates())
        if position != self._spoke:
            self._spoke = position
            self._changes += 1
            self._last_change = news if failure is None else f"{news} ({_shown(failure)})"
            said = "" if failure is None else f" ({type(failure).__name__} {failure.code or ''})"
            logger.info("%s%s: %s speaks from now on", news, said, self[position].name)
            if failure is not None:
                logger.debug("%s: %s", news, _logged(failure))
        self.change()


def _shown(failure: TTSError) -> str:
    return f"{type(failure).__name__}: {failure}"


def _logged(failure: TTSError) -> str:
    """Without a service's own words, which may quote the text that it was given: how that is logged is for its adapter."""
    if failure.message is None and failure.event is None:
        return _shown(failure)
    return f"{type(failure).__name__} {failure.code or ''}".rstrip()
