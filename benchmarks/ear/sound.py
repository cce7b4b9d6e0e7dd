"""How a turn sounds: against the same text said in one go, and at the places where a sentence was cut."""

from __future__ import annotations

import importlib
import statistics
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.ear.answers import ANSWERS
from benchmarks.ear.chain import phrases
from benchmarks.ear.flow import Played
from benchmarks.ear.report import Row, figure
from benchmarks.ear.turns import PAUSES
from benchmarks.ear.voice import Said, direct, say
from benchmarks.ear.words import piece_times
from triolet import Phrase, Phrasing

Samples = npt.NDArray[np.float64]


def quality_rows(played: Sequence[Played], seed: int) -> Iterable[Row]:
    """PLCMOS of what was heard less that of the voice saying the whole text at once. It hears gaps and glitches, no prosody."""
    try:
        plcmos: Any = importlib.import_module("speechmos.plcmos")
    except ImportError:
        yield Row("PLCMOS", "-", "", None)
        return
    rate: Any = plcmos.run
    differences: list[float] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, of a model from 2023
        for run in played:
            scores: list[float] = []
            for pcm in (run.heard.pcm, direct(" ".join(p.words for p in run.heard.phrases))):
                np.random.seed(seed)  # noqa: NPY002 -- the raters that it draws
                scores.append(float(rate(_resampled(pcm), 16_000)["plcmos"]))
            differences.append(scores[0] - scores[1])
    yield figure("PLCMOS - that of direct synthesis, mean", statistics.fmean(differences), at_least=-0.05)
    yield figure("... worst", min(differences), at_least=-0.2)


def _resampled(pcm: bytes) -> Samples:
    """24 kHz to 16 kHz, by dropping the upper third of the spectrum."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
    samples = samples[: len(samples) // 3 * 3]
    spectrum = np.fft.rfft(samples)[: len(samples) // 3 + 1]
    resampled: Samples = np.fft.irfft(spectrum, len(samples) // 3 * 2) * (2 / 3)
    return np.clip(resampled, -1, 1)


def cut_rows() -> Iterable[Row]:
    """Each first sentence with a mark where it may be cut, in two commits and in one."""
    steps: list[float] = []
    own: list[float] = []
    for sentence in _first_sentences():
        for at in _cuts(sentence):
            step, pause = _compare(sentence, at)
            if step is not None:
                steps.append(step)
            if pause is not None:
                own.append(pause)
    yield figure("sentences cut at a mark", len(own))
    yield figure(
        "pitch step at the cut against the uncut sentence, median, semitones", statistics.median(steps), at_most=1
    )
    median = statistics.median(own)
    yield figure("the voice's own pause at these marks, median, s", median)
    declared = PAUSES.clause
    yield figure("pause at the cut less the voice's own, ms", abs(1000 * (declared - median)), at_most=80)
    yield figure(
        "... within 80 ms of the voice's own, % of the cuts",
        100 * statistics.fmean(abs(declared - p) <= 0.08 for p in own),
    )


def _first_sentences() -> list[Phrase]:
    firsts = [phrases(answer, Phrasing(early_start=False, join=0)) for answer in ANSWERS]
    return [phrase for some in firsts for phrase in some]


def _cuts(sentence: Phrase) -> list[int]:
    """After which pieces a comma, semicolon, colon or dash stands."""
    words = len(sentence.pieces)
    least = Phrasing().early_words
    ends = [at for at, piece in enumerate(sentence.pieces, 1) if piece.text.rstrip()[-1:] in (",", ";", ":", "—")]
    return [at for at in ends if least <= at <= words - 2][:1]


def _compare(sentence: Phrase, at: int) -> tuple[float | None, float | None]:
    times = piece_times(sentence)
    if times is None:
        return None, None
    head, tail = ("".join(p.text for p in part).strip() for part in (sentence.pieces[:at], sentence.pieces[at:]))
    whole = say(sentence.words)
    before, after = say(head), say(tail)
    step = _pitch_step(whole, times[at - 1][1], whole, times[at][0])
    cut = _pitch_step(before, before.seconds, after, 0.0)
    pause = times[at][0] - times[at - 1][1]
    return None if step is None or cut is None else abs(cut - step), pause


def _pitch_step(before: Said, end: float, after: Said, start: float) -> float | None:
    """Semitones from the pitch of the last 0.2 s of voice before `end` to that of the first 0.2 s after `start`."""
    left = [f for t, f in before.pitch if t <= end][-16:]
    right = [f for t, f in after.pitch if t >= start][:16]
    if len(left) < 4 or len(right) < 4:
        return None
    return float(12 * np.log2(np.median(right) / np.median(left)))
