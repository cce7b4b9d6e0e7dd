"""Where the samples of phrases lie in the output's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from triolet.playout._positions import Positions

phrases = st.lists(
    st.tuples(
        st.integers(0, 50),
        st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50), st.integers(0, 30)), min_size=1, max_size=4),
        st.integers(0, 50),
    ),
    max_size=5,
)
"""Pause; (cut before, samples, silence of something else after) of each run; cut at the end."""


@given(phrases)
def test_what_was_cut_is_heard_with_its_neighbour(
    shape: list[tuple[int, list[tuple[int, int, int]], int]],
) -> None:
    positions, at = Positions(), 0
    heard_at: list[
        tuple[int, int]
    ] = []  # for each sample of a phrase, after how many samples of the output it is heard
    totals: dict[int, int] = {}
    for phrase, (pause, runs, end) in enumerate(shape):
        at += pause
        last = at
        for cut, samples, silence in runs:
            positions.play(phrase, at, samples, cut=cut)
            heard_at += [(phrase, at + 1)] * cut
            heard_at += [(phrase, at + sample + 1) for sample in range(samples)]
            at += samples
            last = at
            at += silence
            totals[phrase] = totals.get(phrase, 0) + cut + samples
        positions.cut(end)
        heard_at += [(phrase, last)] * end
        totals[phrase] += end
    before = dict.fromkeys(totals, 0)
    waiting = sorted(heard_at, key=lambda sample: sample[1], reverse=True)
    expected = dict(before)
    for position in range(-1, at + 2):
        while waiting and waiting[-1][1] <= position:
            expected[waiting.pop()[0]] += 1
        heard = {phrase: positions.heard(phrase, position) for phrase in totals}
        assert heard == expected
        assert all(before[phrase] <= heard[phrase] <= totals[phrase] for phrase in totals)
        before = heard
    assert before == totals
