"""Answers that are interrupted, and services that fail: what is known to be heard, what is wasted, what is recovered."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterable, Sequence

import attrs

from benchmarks.ear.flow import Played, percentile
from benchmarks.ear.policies import ours
from benchmarks.ear.report import Row, figure
from benchmarks.ear.turns import Heard, turn
from benchmarks.ear.voice import say
from benchmarks.ear.words import count_at_fixed_rate, piece_times
from triolet import PhraseState
from triolet.synthesis._options import LEAD


@attrs.frozen
class Cut:
    """The place of a cut in a phrase: as it was estimated, and as it was."""

    words_off: int
    seconds_off: float
    fixed_seconds_off: float


async def interruptions(played: Sequence[Played], seed: int, progress: Callable[[str], None]) -> list[Heard]:
    """Play each turn again, and cut it off while it is heard."""
    dice = random.Random(seed)
    heard: list[Heard] = []
    for number, run in enumerate(played, 1):
        stop = dice.uniform(run.heard.first_audible or 0, run.heard.silent_at)
        heard.append(await turn(ours(), run.script, stop=stop))
        progress(f"interruptions: {number}/{len(played)}")
    return heard


async def losses(played: Sequence[Played], share: float) -> list[tuple[Played, Heard]]:
    """Play each turn again. Its first commit loses its session after a share of its deltas."""
    return [
        (run, await turn(ours(), attrs.evolve(run.script, service=attrs.evolve(run.script.service, lose=share))))
        for run in played
    ]


def cuts(heard: Iterable[Heard]) -> list[Cut]:
    """The places at which the phrases were cut."""
    found: list[Cut] = []
    for run in heard:
        for report in run.result.phrases:
            times = piece_times(report.phrase)
            if report.state is not PhraseState.PARTIAL or not times:
                continue
            true = sum(end <= report.seconds + 1e-6 for _, end in times)
            ends = [0.0, *(end for _, end in times)]
            fixed = count_at_fixed_rate(report.phrase, report.seconds)
            found.append(
                Cut(
                    report.heard_units - true,
                    abs(ends[report.heard_units] - ends[true]),
                    abs(ends[fixed] - ends[true]),
                )
            )
    return found


def heard_rows(found: Sequence[Cut]) -> Iterable[Row]:
    yield figure("cuts inside a phrase", len(found))
    right = 100 * sum(cut.words_off == 0 for cut in found) / len(found)
    yield figure("heard text: 0 words off, %", right, at_least=70)
    near = 100 * sum(abs(cut.words_off) <= 1 for cut in found) / len(found)
    yield figure("... at most 1 word off, %", near, at_least=97)
    error = statistics.fmean(cut.seconds_off for cut in found)
    yield figure("... mean error, ms", 1000 * error, at_most=150)
    fixed = statistics.fmean(cut.fixed_seconds_off for cut in found)
    yield figure("... / error of a fixed syllable rate", error / fixed, at_most=0.5)


def interruption_rows(heard: Sequence[Heard]) -> Iterable[Row]:
    wasted = [
        sum(say(text).seconds for text in run.commits) - sum(report.seconds for report in run.result.phrases)
        for run in heard
    ]
    yield figure("speech committed and not heard at an interruption, median, s", statistics.median(wasted))
    yield figure("... 95 in 100", percentile(wasted, 95))
    yield figure("... most", max(wasted), at_most=LEAD)
    share = sum(run.result.wasted for run in heard) / max(1, sum(run.result.characters for run in heard))
    yield figure("... of the billed characters of these turns, %", 100 * share)
    silent = [1000 * (run.silent_at - run.stopped_at) for run in heard if run.stopped_at is not None]
    yield figure("interruption to silence, a device that takes samples back, most, ms", max(silent), at_most=60)


def loss_rows(before: Sequence[tuple[Played, Heard]], inside: Sequence[tuple[Played, Heard]]) -> Iterable[Row]:
    over: list[float] = []
    for played, heard in before:
        if heard.first_audible is not None and heard.lost_at is not None:
            allowed = played.script.service.first + played.script.service.jitter
            over.append(heard.first_audible - heard.lost_at - allowed)
    ended = sum(heard.error is not None for _, heard in before)
    yield figure("session lost before its first audio: turns that end with an error", ended, at_most=0)
    if over:
        yield figure("... dead air above the first-audio delay, 95 in 100, s", percentile(over, 95), at_most=0.3)
    ended = sum(heard.error is not None for _, heard in inside)
    yield figure("session lost in mid-phrase: turns that end with an error, %", 100 * ended / len(inside), at_most=0)
    gaps = [heard.result.latency.longest_gap for _, heard in inside if heard.error is None]
    if gaps:  # a phrase with words said twice cannot be found in the samples: use the timeline
        yield figure("... longest dead air, 95 in 100, s", percentile(gaps, 95))
