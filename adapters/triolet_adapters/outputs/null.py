"""A listener without a loudspeaker, for benchmarks, tests and servers without a sound card."""

from __future__ import annotations

from triolet import PacedOutput


class NullDevice(PacedOutput):
    """Takes samples at the pace of a real device and drops them.

    `heard` follows `trio.current_time()` exactly, on a virtual clock too. Holds `hold` seconds, 0.2 by default.
    """
