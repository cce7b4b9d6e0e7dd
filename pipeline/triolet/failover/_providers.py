"""The providers of a `Failover` in one Trio run: which are up, and what has been seen of them."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence

import attrs
import trio

from triolet._tools._signal import Signal
from triolet.errors import AllProvidersFailed, TTSError
from triolet.failover._health import FailoverOptions, Health
from triolet.tts._rate_limiter import RateLimiter

logger = logging.getLogger("triolet.failover")


@attrs.frozen(kw_only=True)
class ProviderStatistics:
    """A snapshot of one provider."""

    name: str
    """As `Failover(names=)` has it; by default its class, and its number in the order of preference."""
    up: bool
    """Whether it is up. A provider that was never asked counts as up."""
    reason: str | None
    """The failure for which it last went down, or that of the last probe. None: it has never failed."""
    unquoted: str | None
    """The same without words that may quote what was to be spoken (`TTSError.unquoted`)."""
    since: float
    """When it last went down or came up again, on Trio's clock; -inf: never."""
    commits: int
    """Commits made, probes not counted."""
    failures: int
    """Connects and commits that failed, probes not counted."""
    probes: int
    """Probes made."""
    waited: float
    """Seconds for which its connects and commits were held back to keep its rate limits."""


@attrs.frozen(kw_only=True)
class FailoverStatistics:
    """A snapshot of a `Failover`: which provider speaks, and why."""

    in_use: str
    """The name of the provider that the next session will be opened on."""
    changes: int
    """How often `in_use` has changed."""
    last_change: str | None
    """The last change of `in_use`, with its reason. None: there was none."""
    providers: tuple[ProviderStatistics, ...]
    """The providers, in the order of preference."""


@attrs.define(eq=False)
class Provider:
    """One provider, and what has been seen of it."""

    name: str
    health: Health
    limiter: RateLimiter
    waiting: set[trio.CancelScope] = attrs.Factory(set[trio.CancelScope])
    """Scopes of connects under way, and of commits that its rate limits hold back. They are cancelled when it goes down."""
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
            unquoted=None if health.failure is None else health.failure.unquoted,
            since=health.since,
            commits=self.commits,
            failures=self.failures,
            probes=self.probes,
            waited=self.limiter.waited,
        )


class Providers:
    """The providers of a `Failover`, in the order of preference. All its sessions in one Trio run share them."""

    def __init__(self, options: FailoverOptions, providers: Sequence[Provider]) -> None:
        self._options = options
        self._providers = providers
        self._spoke = 0
        self._changes = 0
        self._last_change: str | None = None
        self.changed = Signal()
        """Given when a provider or a session has changed."""
        self.prober = trio.Lock()
        """Held by the task that probes, which belongs to the block of a session."""

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
        """The positions to try for a session, in this order: first the providers that are up; then the others, the one whose last
        failure is longest ago first.
        """
        asked: set[int] = set()
        for position, provider in enumerate(self._providers):
            if provider.health.askable(trio.current_time()):
                asked.add(position)
                yield position
        others = [position for position in range(len(self._providers)) if position not in asked]
        yield from sorted(others, key=lambda position: self[position].health.news)

    def alternative(self, position: int) -> bool:
        """Whether there is another provider to try than the one at this position."""
        now = trio.current_time()
        return any(provider.health.askable(now) for provider in self._providers if provider is not self[position])

    def deadline(self, position: int, seconds: float) -> float:
        """The time at which to stop waiting for this provider: in so many seconds, or never if there is no other to try."""
        return trio.current_time() + seconds if self.alternative(position) else math.inf

    def superseded(self, position: int) -> bool:
        """Whether sessions of this provider should be replaced by those of another: the first that is up."""
        best = next((at for at, provider in enumerate(self._providers) if not provider.health.down), position)
        return best != position

    def to_probe(self, position: int) -> Provider | None:
        """Of the providers before this position that are down, the one to probe first; None if none is down."""
        down = [provider for provider in self._providers[:position] if provider.health.down]
        return min(down, key=lambda provider: provider.health.next_probe, default=None)

    def position(self, provider: Provider) -> int:
        """The position of a provider in the order of preference."""
        return self._providers.index(provider)

    def failed(self, position: int, failure: TTSError, turn: str = "") -> None:
        """Record that a connect or a commit failed: the provider is down. `turn` names the turn of a commit, for the log."""
        provider = self[position]
        provider.failures += 1
        provider.health.failed(failure, trio.current_time())
        for scope in provider.waiting:
            scope.cancel(reason="the provider was found to be down")
        self._tell(f"{provider.name} is down", failure, turn)

    def probe_failed(self, provider: Provider, failure: TTSError) -> None:
        """Record that a probe failed: the provider is still down."""
        provider.health.probe_failed(failure, trio.current_time())
        logger.debug("%s is still down: %s", provider.name, failure.unquoted)

    def taken_back(self, provider: Provider, how: str) -> None:
        """Record that a provider is up again. `how` says why, for the log."""
        provider.health.taken_back(trio.current_time())
        self._tell(f"{provider.name} {how}", None)

    def change(self) -> None:
        """Wake the tasks that wait for a change."""
        self.changed.give()

    def all_failed(self) -> AllProvidersFailed:
        """An error with the last failure of each provider."""
        failures = {provider.name: provider.health.failure for provider in self._providers if provider.health.failure}
        now = trio.current_time()
        waits = [
            max(0.0, provider.health.asked_until - now)
            for provider in self._providers
            if provider.health.failure and provider.health.failure.retryable
        ]
        return AllProvidersFailed(failures, min(waits, default=0.0) or None)

    def _tell(self, news: str, failure: TTSError | None, turn: str = "") -> None:
        position = next(self.candidates())
        if position != self._spoke:
            self._spoke = position
            self._changes += 1
            self._last_change = news if failure is None else f"{news} ({_shown(failure)})"
            said = "" if failure is None else f" ({failure.kind})"
            logger.info("%s%s%s: %s speaks from now on", turn, news, said, self[position].name)
            if failure is not None:
                logger.debug("%s%s: %s", turn, news, failure.unquoted)
        self.change()


def _shown(failure: TTSError) -> str:
    return f"{type(failure).__name__}: {failure}"
