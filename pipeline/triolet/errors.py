"""One small tree of errors. Misuse of this library raises ValueError, TypeError or RuntimeError at once; what the outside
world does wrong is a `TrioletError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triolet.turn._result import TurnResult


class TrioletError(Exception):
    """What went wrong outside: a service, a device, a file."""

    retryable: bool = False
    """Whether the same request may succeed on another try."""

    result: TurnResult | None = None
    """What had been said and heard when the error ended a turn."""


class TTSError(TrioletError):
    """A speech service failed or broke its contract.

    `code` and `message` are the service's own words and `event` its raw event, where it sent one. `throttled` tells that
    requests came too fast for it: another try helps when some time has passed.
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
    ) -> None:
        super().__init__(text)
        self.code = code
        self.message = message
        self.event = event
        if retryable is not None:
            self.retryable = retryable
        self.throttled = throttled


class ConnectionFailed(TTSError):
    """No session could be opened: no route, refused, TLS, an HTTP status other than 101."""

    retryable = True


class AuthenticationFailed(ConnectionFailed):
    """The service refused the key. Another try with the same key cannot help."""

    retryable = False


class ConnectionLost(TTSError):
    """A session that was open has ended: closed by the service, reset, or broken by us after a deadline."""

    retryable = True


class DeadlineExpired(TTSError):
    """The service did not answer in time; the text names the deadline, its length and what was waited for."""

    retryable = True


class ServiceError(TTSError):
    """The service answered with an error of its own; `code`, `message` and `event` hold it."""


class ProtocolViolation(TTSError):
    """The service sent what its protocol does not allow."""

    retryable = True


class NoAudio(TTSError):
    """The service said that it had finished, and had sent no sample for text that has words."""


class TooMuchAudio(TTSError):
    """More audio for one commit than the stated cap."""


class Unspeakable(TTSError):
    """The voice cannot speak this text: another language, or signs it does not know."""


class AllProvidersFailed(TTSError):
    """No provider of a `Failover` speaks; `failures` has the last error of each, by its name. Another try may help if it
    may with one of them.
    """

    def __init__(self, failures: Mapping[str, TTSError]) -> None:
        super().__init__(
            "no provider speaks. "
            + "; ".join(f"{name}: {type(failure).__name__}: {failure}" for name, failure in failures.items()),
            retryable=any(failure.retryable for failure in failures.values()),
            throttled=any(failure.throttled for failure in failures.values()),
        )
        self.failures = dict(failures)


class BudgetExceeded(TrioletError):
    """The text was longer than its budget; what the budget allowed has been said, and `.result` tells of it."""


class OutputError(TrioletError):
    """A sound device or a file failed; the text says what can be done."""
