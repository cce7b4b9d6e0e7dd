"""What an error code says: whether to try again, and whether requests came too fast."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from triolet.errors import ServiceError
from triolet_adapters.shared.clipped import clipped

_PERMANENT = (
    "invalid",
    "datainspection",
    "data_inspection",
    "arrearage",
    "accessdenied",
    "notfound",
    "not_found",
    "freetieronly",
    "client_error",
)
"""Words in error codes of this platform that say: the same request will be refused again. A voice that does not exist is a
`CLIENT_ERROR` whose message has the engine's own code, 411 (the vendor's page of error codes, November 2026)."""

_IDLE = re.compile(r"time[ _-]?out|timed out|session[ _](has )?expired|\bidle\b", re.IGNORECASE)
"""Words in a message that say the session was silent for too long, whatever the code: a new session helps. The vendor's other protocol sends
`CLIENT_ERROR` and `request timeout after 23 seconds.`"""

_THROTTLED = ("throttling", "limit_requests", "limitrequests", "limit_burst_rate", "rate_limit")
"""Words in its codes of requests, or characters, that came too fast."""


def service_error(code: str, message: str, event: Mapping[str, Any]) -> ServiceError:
    """The typed error; anything but a refusal of the request itself is worth another try. `event`: as it came."""
    lower = code.lower()
    text = ": ".join(part for part in (code, message) if part) or "an error without a word"
    return ServiceError(
        f"the service answered with an error: {clipped(text)}",
        code=code,
        message=message,
        event=event,
        retryable=not any(word in lower for word in _PERMANENT) or _IDLE.search(message) is not None,
        throttled=any(word in lower for word in _THROTTLED),
    )
