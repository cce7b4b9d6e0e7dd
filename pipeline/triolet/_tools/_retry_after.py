"""How long a service asks to wait before another request."""

from __future__ import annotations

import datetime as dt
import email.utils

from triolet._tools._lazy_regex import lazy_regex

_SECONDS = lazy_regex(r"[0-9]{1,9}(\.[0-9]{1,9})?")
"""The RFC has whole seconds; some services send parts of one."""


def retry_after(asked: str, date: str | None = None) -> float | None:
    """Read the value of an HTTP header `Retry-After` (RFC 9110, 10.2.3), for sources and voices whose service speaks HTTP.

    Args:
        asked: the value: seconds, or a date.
        date: the value of the header `Date` of the same answer. A date counts from it, since the service's clock may be wrong;
            None: from this machine's clock.

    Returns:
        Seconds to wait, 0 for a date that is over. None: the value is neither.
    """
    asked = asked.strip()
    if _SECONDS.fullmatch(asked):
        return float(asked)
    try:
        until = email.utils.parsedate_to_datetime(asked)
        now = email.utils.parsedate_to_datetime(date) if date else dt.datetime.now(dt.UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):  # no date; or one without a time zone, and one with
        return None
