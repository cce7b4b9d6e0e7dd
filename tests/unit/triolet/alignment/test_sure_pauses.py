"""Finding the pauses that are at marks beyond doubt takes time, but never the loop's."""

from __future__ import annotations

import pytest
from tests.unit.triolet._cost import TWO_MILLISECONDS, lines
from tests.unit.triolet.turn._streamed import RATE, StreamedTurn, prose

from triolet.alignment._sure_pauses import find_sure_pauses, sure_pauses
from triolet.alignment._voicing import Voiced
from triolet.alignment._weights import WeighedUnits

TEXTS = {
    "prose": prose(15),
    "a sentence of 180 Han characters": [["好，"]] * 90,
    "a comma after each letter": [["a, "]] * 100,
    "marks alone": [[". "]] * 150,
    "no mark": [["tulip "]] * 50,
    "a word of a hundred thousand characters": [["a" * 100_000 + ", "]] * 2,
}


@pytest.mark.parametrize("pace", [None, 1.0])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_piece_of_the_work_stops_the_loop(text: list[list[str]], pace: float | None) -> None:
    turn = StreamedTurn.said(text, pace=1.0, pause=0.3)
    units = [unit for clause in turn.clauses for unit in clause]
    voiced = Voiced(turn.samples, tuple(turn.runs))
    text_weighed = WeighedUnits(units)
    work = find_sure_pauses(text_weighed, voiced, sample_rate=RATE, pace=pace)
    while (cost := lines(lambda: next(work, None))) > 1:
        assert cost <= TWO_MILLISECONDS


def test_the_pauses_of_a_long_phrase_are_at_their_marks() -> None:
    turn = StreamedTurn.said(prose(40, seed=3), pace=1.2, seed=3)
    units = [unit for clause in turn.clauses for unit in clause]
    voiced = Voiced(turn.samples, tuple(turn.runs))
    found = sure_pauses(units, voiced, sample_rate=RATE)
    assert len(found) > 20
    for pause in found:
        assert turn.ends[pause.unit - 1] == pause.start
