"""What services ask for speech, as data: each price with its source and the day on which it was read."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen(kw_only=True)
class Price:
    """A list price. It may have changed since `read`; taxes, discounts and subscriptions are not in it."""

    amount: float
    currency: str = "USD"
    per: int
    """How many units `amount` pays for."""
    unit: Literal["characters", "text tokens", "audio tokens"] = "characters"
    source: str
    """Where the price stands."""
    read: str
    """The day on which it was read, such as 2026-11-28."""
