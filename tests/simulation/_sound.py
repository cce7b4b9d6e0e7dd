"""What a vendor's voice makes of words: samples that say which they are, and silence at the marks as a voice makes it."""

from __future__ import annotations

import random
from array import array

import attrs
from tests.simulation._words import Name, name_of

from triolet._model._audio import SAMPLE_BYTES
from triolet.testing import ToneRun, decode
from triolet.testing._tone import tone

RATE = 8000
_FRAME = 4
_LETTER = 0.05
_DIGIT = 0.2
"""Seconds, give or take a tenth."""
_PAUSES = (0.12, 0.35)
"""Seconds at a mark; an engine that looks for the pause wants 0.1."""
SHARED = 3
"""Samples that two neighbouring commits may have in common when one was cut inside a frame: either may seem to own them."""


@attrs.frozen
class SaidWord:
    """Where in a commit's audio a word lies."""

    name: Name
    start: int
    stop: int


@attrs.define
class Commit:
    """One commit as the vendor's voice got it, and what it says."""

    vendor: int
    connection: int
    number: int
    """Counts the commits of the connection."""
    text: str
    words: tuple[SaidWord, ...]
    samples: int
    voice: str
    """The voice that its session was asked for."""
    time: float
    given: int = 0
    """Samples that were made."""
    complete: bool = False
    """All was made, and nothing went wrong with it."""
    struck: bool = False
    endless: bool = False
    """Silence without end follows."""

    @property
    def key(self) -> tuple[int, int]:
        return self.connection, self.number

    @property
    def turn(self) -> int:
        return self.words[0].name.turn

    def said_until(self, number: int) -> int:
        """One after the last sample given of the word with this number, and of those before."""
        if self.words[-1].name.number < number:
            return self.given
        return min(self.given, max((word.stop for word in self.words if word.name.number <= number), default=0))

    def pcm(self) -> bytes:
        """All of it."""
        samples = array("h", tone(self.connection, self.number, self.samples))
        silent = 0
        for word in (*self.words, None):
            until = self.samples if word is None else word.start
            samples[silent:until] = array("h", bytes((until - silent) * SAMPLE_BYTES))
            silent = until if word is None else word.stop
        return samples.tobytes()


def plan_words(text: str, draws: random.Random, no_pause: float) -> tuple[tuple[SaidWord, ...], int]:
    """Where each word of a text is said, and how many samples it takes in all; every word begins on a frame. `no_pause`: the share of marks
    at which the voice makes none.
    """
    at = _frames(draws.choice([0.0, 0.03]))
    words: list[SaidWord] = []
    tokens = text.split()
    for token in tokens:
        name = name_of(token)
        assert name is not None, f"{token!r} in {text!r} is no word of any turn"
        spelled = sum(_DIGIT if char.isdigit() else _LETTER for char in token if char.isalnum())
        length = _frames(spelled * draws.uniform(0.9, 1.1))
        words.append(SaidWord(name, at, at + length))
        at += length
        if token is not tokens[-1] and not token[-1].isalnum() and draws.random() >= no_pause:
            at += _frames(draws.uniform(*_PAUSES))
    return tuple(words), at + _frames(draws.choice([0.0, 0.05, 0.2]))


def _frames(seconds: float) -> int:
    return round(seconds * RATE / _FRAME) * _FRAME


@attrs.frozen
class Heard:
    """Neighbouring samples of one word that were heard."""

    commit: Commit
    word: SaidWord
    start: int
    """In samples of the commit's audio."""
    stop: int
    position: int
    """Where in all that was heard it begins."""

    @property
    def name(self) -> Name:
        return self.word.name

    @property
    def end(self) -> int:
        """Where in all that was heard it ends."""
        return self.position + self.stop - self.start

    @property
    def whole(self) -> bool:
        return self.start <= self.word.start + SHARED and self.stop >= self.word.stop - SHARED


@attrs.frozen
class Hearing:
    """All that was heard, read from its samples."""

    words: tuple[Heard, ...]
    """In the order in which they were heard."""
    runs: tuple[ToneRun, ...]
    foreign: tuple[tuple[int, int], ...]
    """[start, end) of what is neither silence, nor of a commit, nor one of its samples made softer, by more than `SHARED`."""


def hear(pcm: bytes, commits: dict[tuple[int, int], Commit]) -> Hearing:
    """Read the samples; a run of them may hold several words.

    Raises:
        AssertionError: samples of a commit that was never made, or of its silence.
    """
    decoded = decode(pcm)
    words: list[Heard] = []
    for run in decoded.runs:
        commit = commits.get((run.connection, run.commit))
        assert commit is not None, f"samples of commit {run.commit} on connection {run.connection}, which nobody made"
        assert run.stop <= commit.samples, f"{run} has more samples than its commit"
        for word in commit.words:
            start, stop = max(word.start, run.start), min(word.stop, run.stop)
            if stop - start > SHARED or (start, stop) == (word.start, word.stop):
                words.append(Heard(commit, word, start, stop, run.position + start - run.start))
    return Hearing(tuple(words), decoded.runs, _foreign(array("h", pcm), decoded.runs))


def _foreign(samples: array[int], runs: tuple[ToneRun, ...]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    at = 0
    ends = [(run.position, run.position + run.stop - run.start) for run in runs]
    previous: ToneRun | None = None
    for (begin, end), run in zip([*ends, (len(samples), len(samples))], [*runs, None], strict=True):
        for start, stop in _sounding(samples, at, begin):
            if stop - start > SHARED and not _softer(samples, start, stop, previous, run):
                found.append((start, stop))
        at, previous = end, run
    return tuple(found)


def _sounding(samples: array[int], start: int, stop: int) -> list[tuple[int, int]]:
    """Stretches without a zero."""
    if not any(samples[start:stop]):
        return []
    stretches: list[tuple[int, int]] = []
    begin = None
    for at in range(start, stop):
        if samples[at] and begin is None:
            begin = at
        if not samples[at] and begin is not None:
            stretches.append((begin, at))
            begin = None
    return [*stretches, *([(begin, stop)] if begin is not None else [])]


FADE = 0.03
"""Seconds that a fade takes at most."""


def _softer(samples: array[int], start: int, stop: int, before: ToneRun | None, after: ToneRun | None) -> bool:
    """Whether a stretch goes on with the run before, or leads to the run after, fading."""
    length = stop - start
    if length > FADE * RATE:
        return False
    if before is not None:  # perhaps after a pause of the voice
        first = before.stop + start - (before.position + before.stop - before.start)
        full = array("h", tone(before.connection, before.commit, length, first))
        if _fades(samples[start:stop], full):
            return True
    if after is not None and after.position <= stop + SHARED:
        first = after.start - (after.position - start)
        if first >= 0:
            full = array("h", tone(after.connection, after.commit, length, first))
            return _fades(samples[start:stop][::-1], full[::-1])
    return False


def _fades(found: array[int], full: array[int]) -> bool:
    """Whether each sample is the one that belongs there, made softer, and ever softer."""
    factor = 1.0
    for sample, loud in zip(found, full, strict=True):
        now = sample / loud
        if not 0 <= now <= factor + 0.01:
            return False
        factor = now
    return True
