"""The earliest moment at which an answer could be heard, if all of its text were known beforehand."""

from __future__ import annotations

from array import array

from benchmarks.ear.network import DELTA
from benchmarks.ear.scripts import Script
from benchmarks.ear.voice import RATE, say
from triolet import Boundary, NormalizedClause, PhrasingOptions
from triolet.alignment._voicing import AUDIBLE
from triolet.normalization import NormalizationOptions, NormalizerCore
from triolet.segmentation import SegmenterCore


def first_audible(script: Script, *, worth: float = PhrasingOptions().worth) -> float:
    """Seconds from the request to the first audible sample, if the best first words are committed as soon as they have come.

    The best first words end a sentence; or a clause that is long enough for `PhrasingOptions`, where that saves at least
    `worth` seconds. They are committed with their last character. The delays of the service and the network are those of the
    script.
    """
    times = [(token.time, len(token.text)) for token in script.tokens()]
    there = [time for time, length in times for _ in range(length)]
    candidates: list[tuple[float, str]] = []
    words = ""
    for clause in _clauses(script.answer):
        words += clause.words
        if not any(char.isalnum() for char in words):
            continue
        at = there[clause.end - 1]
        whole = clause.boundary >= Boundary.LINE
        if whole or clause.boundary is Boundary.CLAUSE or _long_enough(words, clause.boundary):
            candidates.append((at, words.strip()))
        if whole:
            break
    last, chosen = candidates[-1]
    for at, early in candidates:
        if last - at >= worth:
            last, chosen = at, early
            break
    pcm = say(chosen).pcm
    step = round(DELTA * RATE)
    delays = script.service.delays(chosen, -(-len(pcm) // 2 // step))
    silent = next(at for at, sample in enumerate(array("h", pcm)) if abs(sample) >= AUDIBLE)
    return last + delays[silent // step] + silent % step / RATE


def _clauses(answer: str) -> list[NormalizedClause]:
    segmenter, result = SegmenterCore("en"), NormalizerCore(NormalizationOptions())
    clauses = [*segmenter.feed(answer), *segmenter.flush()]
    return [part for clause in clauses for part in result.feed(clause)] + result.flush()


def _long_enough(words: str, boundary: Boundary) -> bool:
    return boundary is Boundary.COMMA and len(words.split()) >= PhrasingOptions().early_words
