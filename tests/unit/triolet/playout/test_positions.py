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


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 60), st.integers(0, 3)), min_size=1, max_size=12))
def test_what_was_heard_meanwhile_is_counted_once_and_kept_short(pieces: list[tuple[int, int, int]]) -> None:
    """Samples, how far the listener is behind after them, and what is cut then."""
    positions, at, position = Positions(), 0, 0
    heard_at: list[int] = []  # after how many samples of the output each of the phrase is heard
    for samples, behind, cut in pieces:
        positions.play(7, at, samples, cut=0)
        heard_at += range(at + 1, at + samples + 1)
        at += samples
        position = max(position, at - behind)
        assert positions.heard(7, position) == sum(each <= position for each in heard_at)
        if position == at:
            assert len(positions._spans) == 1
        positions.cut(cut)
        heard_at += [at] * cut
    assert len(positions._spans) <= 1 + sum(cut > 0 for _, _, cut in pieces), "what follows on is one stretch"
    assert positions.heard(7, at) == len(heard_at)
    positions.forget(7)
    assert not positions._spans
    assert not positions._passed
    positions.play(8, at + 5, 10, cut=2)
    assert positions.heard(8, at + 5) == 0
    assert (positions.heard(8, at + 6), positions.heard(7, at + 15), positions.heard(8, at + 15)) == (3, 0, 12)


def test_cutting_nothing_needs_no_samples_before_it() -> None:
    Positions().cut(0)


def test_what_follows_on_is_one_stretch_though_nothing_was_heard_yet() -> None:
    positions = Positions()
    for at in range(100):
        positions.play(7, 10 * at, 10, cut=0)
    assert len(positions._spans) == 1
    assert [positions.heard(7, at) for at in (0, 5, 995, 1000)] == [0, 5, 995, 1000]
