"""How a turn sounds: compared with the same text said in one commit, and at the places where a sentence was cut."""

from __future__ import annotations

import importlib
import statistics
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from benchmarks.ear.answers import ANSWERS
from benchmarks.ear.chain import phrases
from benchmarks.ear.flow import Played
from benchmarks.ear.report import Row, figure
from benchmarks.ear.turns import PAUSES
from benchmarks.ear.voice import RATE, Said, direct, say
from benchmarks.ear.words import piece_times
from triolet import Phrase, PhrasingOptions
from triolet.alignment._voicing import Voiced, Voicing

Samples = npt.NDArray[np.float64]


STARTS = range(0, 256, 32)
"""Samples of silence (at 16 kHz) put before the sound. PLCMOS cuts the sound into steps of 256 samples, and its score of one
answer depends on where they fall, by up to 0.3. So the score is the mean over these offsets."""

RATERS = 2
"""Samples drawn at random for each offset: 16 in all, where PLCMOS takes 15."""


def quality_rows(played: Sequence[Played], seed: int) -> Iterable[Row]:
    """The PLCMOS of what the listener heard, less that of the whole text said in one commit. PLCMOS hears interruptions and
    glitches, but not prosody.
    """
    try:
        plcmos: Any = importlib.import_module("speechmos.plcmos")
    except ImportError:
        yield Row("PLCMOS", "-", "", None)
        return
    judge: Any = plcmos.PLCMOS(embed_rounds=RATERS)
    differences: list[tuple[float, bool]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, of a model from 2023
        for run in played:
            said = _score(judge, direct(" ".join(p.words for p in run.heard.phrases)), seed)
            differences.append((_score(judge, run.heard.at_ear, seed) - said, not run.heard.gaps))
    yield figure("PLCMOS - that of direct synthesis, mean", statistics.fmean(d for d, _ in differences), at_least=-0.05)
    yield figure("... worst", min(d for d, _ in differences), at_least=-0.2)
    if whole := [difference for difference, whole in differences if whole]:
        yield figure("... of the answers without an unplanned silence: mean", statistics.fmean(whole))
        yield figure("      worst", min(whole))


def _score(judge: Any, pcm: bytes, seed: int) -> float:
    np.random.seed(seed)  # noqa: NPY002 -- the raters that it draws
    samples = _resampled(pcm)
    return statistics.fmean(float(judge.get_mos(np.concatenate([np.zeros(start), samples]))) for start in STARTS)


def _resampled(pcm: bytes) -> Samples:
    """Resample from 24 kHz to 16 kHz, by dropping the upper third of the spectrum."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
    samples = samples[: len(samples) // 3 * 3]
    spectrum = np.fft.rfft(samples)[: len(samples) // 3 + 1]
    resampled: Samples = np.fft.irfft(spectrum, len(samples) // 3 * 2) * (2 / 3)
    return np.clip(resampled, -1, 1)


def cut_rows() -> Iterable[Row]:
    """Say each first sentence that has a mark where it may be cut, in two commits and in one."""
    cuts = [_compare(sentence, at) for sentence in _first_sentences() for at in _cuts(sentence)]
    steps = [cut.step for cut in cuts if cut and cut.step is not None]
    pauses = [cut.pause - cut.own for cut in cuts if cut]
    yield figure("sentences cut at a mark", len(pauses))
    yield figure(
        "pitch step at the cut against the uncut sentence, median, semitones", statistics.median(steps), at_most=1
    )
    yield figure("the voice's own pause at these marks, median, s", statistics.median(cut.own for cut in cuts if cut))
    yield figure("pause at the cut less the voice's own, median, ms", 1000 * statistics.median(pauses))
    yield figure("... its distance, median, ms", 1000 * statistics.median(map(abs, pauses)), at_most=80)
    yield figure("... within 80 ms, % of the cuts", 100 * statistics.fmean(abs(pause) <= 0.08 for pause in pauses))


@attrs.frozen
class _Cut:
    step: float | None
    """Semitones by which the step in pitch at the cut differs from that in the uncut sentence."""
    pause: float
    """Seconds without voice at the cut."""
    own: float
    """Seconds without voice at the same place in the uncut sentence."""


def _first_sentences() -> list[Phrase]:
    firsts = [phrases(answer, PhrasingOptions(early_start=False, merge=0)) for answer in ANSWERS]
    return [phrase for some in firsts for phrase in some]


def _cuts(sentence: Phrase) -> list[int]:
    """The units after which a comma, semicolon, colon or dash stands."""
    words = len(sentence.units)
    least = PhrasingOptions().early_words
    ends = [at for at, unit in enumerate(sentence.units, 1) if unit.text.rstrip()[-1:] in (",", ";", ":", "—")]
    return [at for at in ends if least <= at <= words - 2][:1]


def _compare(sentence: Phrase, at: int) -> _Cut | None:
    times = piece_times(sentence)
    if times is None:
        return None
    head, tail = ("".join(p.text for p in part).strip() for part in (sentence.units[:at], sentence.units[at:]))
    whole, before, after = say(sentence.words), say(head), say(tail)
    step = _pitch_step(whole, times[at - 1][1], whole, times[at][0])
    cut = _pitch_step(before, before.seconds, after, 0.0)
    left = _voiced(before).trailing + _voiced(after).leading
    added = max(0.0, PAUSES.clause - left / RATE)
    return _Cut(
        step=None if step is None or cut is None else abs(cut - step),
        pause=before.seconds - before.words[-1].end + added + after.words[0].start,
        own=times[at][0] - times[at - 1][1],
    )


def _voiced(said: Said) -> Voiced:
    detector = Voicing(RATE)
    detector.feed(said.pcm)
    return detector.voiced


def _pitch_step(before: Said, end: float, after: Said, start: float) -> float | None:
    """The step in pitch, in semitones: from the last 0.2 s of voice before `end` to the first 0.2 s of voice after `start`."""
    left = [f for t, f in before.pitch if t <= end][-16:]
    right = [f for t, f in after.pitch if t >= start][:16]
    if len(left) < 4 or len(right) < 4:
        return None
    return float(12 * np.log2(np.median(right) / np.median(left)))
