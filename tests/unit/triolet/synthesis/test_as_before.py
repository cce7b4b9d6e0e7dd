"""Where a phrase goes on that was lost, for made-up voices."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tests.unit.triolet._as_before import compare
from tests.unit.triolet.synthesis.test_recovery import RATE, Saying

TEXTS = (
    "We look at the map, then we choose a way; and we walk together for a while.",
    "we walk together for a while and remember something beautiful in the morning at the river",
    "Yes, of course, Anna Smith. It took 1,969 days, 7 hours; and so on, until the end came.",
)


def resumed() -> Iterator[str]:
    for text, pace, timed in itertools.product(TEXTS, (0.8, 1.2), (False, True)):
        saying = Saying(text, pace=pace)
        for known in (None, pace):
            for tenth in range(1, 11):
                received = saying.samples * tenth // 10
                places: list[str] = []
                for passed_on in (1, received // 3, received * 2 // 3, received - 200, received):
                    point = saying.resumed(received, max(1, passed_on), pace=known, timed=timed, fade=RATE // 100)
                    places.append(f"{point.keep}:{point.unit}+{point.repeated}")
                words = "word times" if timed else f"pace {known}"
                yield f"{text[:12]} {pace}, {words}, {tenth}/10: {' '.join(places)}"


def test_a_lost_phrase_goes_on_as_before() -> None:
    compare("resumed", resumed())
