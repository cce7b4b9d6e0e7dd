"""An answer other than the one that was asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

_TYPES = {
    401: "authentication_error", 403: "permission_error", 429: "rate_limit_error", 500: "server_error", 502: "server_error",
    503: "server_error",
}  # fmt: skip


class Refused(Exception):
    """A request is not served. `message` says what the caller can do; `body` is the JSON of the answer, as OpenAI has it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = HTTPStatus(status)
        self.code = code
        self.message = message
        self.param = param
        self.retry_after = retry_after
        """Seconds after which another try may help; None: it cannot, or nobody knows."""
        self._headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        kind = _TYPES.get(self.status, "invalid_request_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer, besides those of its body."""
        wait = {} if self.retry_after is None else {"Retry-After": str(max(1, math.ceil(self.retry_after)))}
        return {**self._headers, **wait}
