"""The errors of this library.

A failure of the outside world (a service, a device, a file) raises a `TrioletError`. Misuse of the library raises ValueError,
TypeError or RuntimeError at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triolet.turn._result import TurnResult


class TrioletError(Exception):
    """Something outside the program failed: a service, a device, a file."""

    retryable: bool = False
    """Whether the same request may succeed on another try. False by default."""

    result: TurnResult | None = None
    """What had been said and heard when this error ended a turn. None if it ended no turn."""


class TTSError(TrioletError):
    """A speech service failed or broke its contract.

    `code` and `message` are the service's own; `event` is the raw event that it sent. Each is None where it sent none.
    `throttled` is true where the service says that requests came too fast, or that it is busy: another try helps after some time.
    `retry_after` is for how many seconds the service asks to wait before it, None where it does not say. A session pool waits at
    least so long.
    """

    def __init__(
        self,
        text: str,
        *,
        code: str | None = None,
        message: str | None = None,
        event: Mapping[str, Any] | None = None,
        retryable: bool | None = None,
        throttled: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.message = message
        self.event = event
        if retryable is not None:
            self.retryable = retryable
        self.throttled = throttled or retry_after is not None
        self.retry_after = retry_after

    _of_the_way = False
    """Whether the text tells of the way to the service, and not of what was to be spoken."""

    @property
    def kind(self) -> str:
        """The type and the code, such as `ServiceError 429`: none of the service's own words, which may quote what was to be spoken."""
        return f"{type(self).__name__} {self.code or ''}".rstrip()

    @property
    def unquoted(self) -> str:
        """What failed, in words that cannot quote what was to be spoken: the type and the code; of a connection or a deadline also the
        text, where it has no words of the service. For status pages, and for logs that many read.
        """
        if self._of_the_way and self.message is None and self.event is None:
            return f"{self.kind}: {self}"
        return self.kind


class ConnectionFailed(TTSError):
    """No session could be opened: no route, connection refused, a TLS failure, or an HTTP status other than 101."""

    retryable = True
    _of_the_way = True


class AuthenticationFailed(ConnectionFailed):
    """The service refused the key. Another try with the same key cannot help."""

    retryable = False


class ConnectionLost(TTSError):
    """An open session has ended: the service closed it, the connection was reset, or we closed it after a deadline."""

    retryable = True
    _of_the_way = True


class DeadlineExpired(TTSError):
    """The service did not answer in time. The text names the deadline, its length in seconds, and the answer that is missing."""

    retryable = True
    _of_the_way = True


class ServiceError(TTSError):
    """The service answered with an error of its own, which `code`, `message` and `event` hold."""


class ProtocolViolation(TTSError):
    """The service sent what its protocol does not allow."""

    retryable = True


class NoAudio(TTSError):
    """The service finished without sending a sample for text that has words."""


class TooMuchAudio(TTSError):
    """One commit gave more audio than its cap (`Synthesizer(longest_commit=)`, 120 s by default)."""


class Unspeakable(TTSError):
    """The voice cannot speak this text: it is in another language, or has characters that the voice does not know."""


class AllProvidersFailed(TTSError):
    """Every provider of a `Failover` has failed. `failures` maps each provider's name to its last error.

    It is `retryable`, and `throttled`, if one of these errors is. `retry_after` is after how many seconds the first of the
    providers may be asked again; None: one may be asked now.
    """

    def __init__(self, failures: Mapping[str, TTSError], retry_after: float | None = None) -> None:
        super().__init__(
            "no provider speaks. "
            + "; ".join(f"{name}: {type(failure).__name__}: {failure}" for name, failure in failures.items()),
            retryable=any(failure.retryable for failure in failures.values()),
            throttled=any(failure.throttled for failure in failures.values()),
            retry_after=retry_after,
        )
        self.failures = dict(failures)


class BudgetExceeded(TrioletError):
    """The text was longer than its `Budget`. What the budget allows has been said; see `.result`."""


class Overloaded(TrioletError):
    """A turn was refused before anything of it was read: the event loop was later than `Conversation(max_lag=)` allows. Another try
    helps when the load has fallen, or in another process.

    `late` is what `LoopLag.late` said, `max_lag` the bound; both in seconds.
    """

    retryable = True

    def __init__(self, late: float, max_lag: float) -> None:
        super().__init__(
            f"the event loop is {1000 * late:.0f} ms late, more than the {1000 * max_lag:.0f} ms of max_lag: this process has "
            "more to do than its core can; the turn was not begun"
        )
        self.late = late
        self.max_lag = max_lag


class OutputError(TrioletError):
    """A sound device or a file failed. The text says what you can do."""
