"""What a chat service can do wrong, as types."""

from __future__ import annotations

from triolet.errors import TrioletError


class ChatError(TrioletError):
    """A chat service failed or broke its contract.

    Tokens that came before it stay valid: they may have been spoken already.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int | None = None,
        code: str | None = None,
        message: str | None = None,
        body: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        """The HTTP status, where an answer came."""
        self.code = code
        """The service's own code for the error (`code`, else `type`, of its error object)."""
        self.message = message
        """The service's own words."""
        self.body = body
        """What the service sent: at most 64 KiB of the body, or the event of a stream."""
        if retryable is not None:
            self.retryable = retryable


class ChatConnectionFailed(ChatError):
    """No connection: no route, refused, an unknown host, TLS."""

    retryable = True


class ChatConnectionLost(ChatError):
    """The stream broke off before the answer was complete."""

    retryable = True


class ChatDeadlineExpired(ChatError):
    """The service did not answer in time; the text names the deadline and its length."""

    retryable = True


class ChatServiceError(ChatError):
    """The service answered with an error: an HTTP status, or an error object in the stream."""

    retry_after: float | None = None
    """For how many seconds the service asks to wait before another request (`Retry-After` of a 429 or 503). None: it does not say."""


class ChatAuthenticationFailed(ChatServiceError):
    """The service refused the key (401, 403)."""


class ChatRateLimited(ChatServiceError):
    """Too many requests or tokens (429)."""

    retryable = True


class ChatProtocolViolation(ChatError):
    """The service sent what the API does not allow: no event stream, no JSON, no UTF-8, an event without end."""
