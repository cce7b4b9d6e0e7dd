"""What became of one phrase: which words were heard, and what they cost, over all its commits."""

from __future__ import annotations

import attrs

from triolet._model._text import Phrase, SpeechUnit
from triolet.alignment._heard import heard_unit_count
from triolet.alignment._voicing import Voiced


@attrs.define
class _Commit:
    first: int
    """The piece that it begins with."""
    audio: bool = False
    characters: int | None = None
    """Billed; None until the service has said."""


@attrs.frozen
class _Part:
    """A run of samples that says the pieces from `unit` on; it ends where the next part begins."""

    start: int
    unit: int
    repeated: int = 0


@attrs.define
class PhraseLedger:
    """The running totals of one phrase."""

    phrase: Phrase | None = None
    """A chain without a Phraser of ours has phrases all the same: they are known when they are played."""
    total: int | None = None
    heard: int = 0
    whole: bool = False
    voiced: Voiced = attrs.Factory(Voiced)
    ends: tuple[int, ...] | None = None
    failure: str | None = None
    _commits: list[_Commit] = attrs.Factory(list[_Commit])
    _parts: list[_Part] = attrs.Factory(lambda: [_Part(0, 0)])

    def committed(self, *, bills: bool = True) -> None:
        """A session was told to speak what is missing."""
        self._commits.append(_Commit(self._parts[-1].unit, characters=None if bills else 0))

    def first_audio(self) -> None:
        """The last commit gives audio."""
        self._last_commit().audio = True

    def complete(self, samples: int, characters: int) -> None:
        """The last commit is complete."""
        self.total = samples
        self._last_commit().characters = characters

    def resumed(self, samples: int, unit: int, repeated: int) -> None:
        """From this sample on, the audio says the pieces from this one on. Word times that were known hold no longer."""
        self.ends = None
        self._parts.append(_Part(samples, unit, repeated))

    @property
    def repeats(self) -> int:
        """How many resumes said words again."""
        return sum(part.repeated > 0 for part in self._parts)

    @property
    def billed(self) -> int:
        """Characters of all commits."""
        return sum(self._bills())

    def wasted(self, heard_units: int) -> int:
        """Of each commit, the share of the words that were not heard or had to be said again."""
        wasted = 0
        for at, (commit, bill) in enumerate(zip(self._commits, self._bills(), strict=True)):
            end = min([heard_units, *(later.first for later in self._commits[at + 1 :])])
            words = self._length(commit.first)
            useful = words - self._length(max(commit.first, end))
            wasted += bill - round(bill * useful / words) if words else bill
        return wasted

    @property
    def whole_pace(self) -> bool:
        """Whether its samples say its words, whole and once."""
        return self.whole and self.failure is None and not self.repeats

    def heard_units(self, sample_rate: int, pace: float | None) -> tuple[int, bool]:
        """How many of its pieces were heard, and whether that is an estimate."""
        if self.phrase is None:
            return 0, False
        if self.whole and self.failure is None:
            return len(self.phrase.units), False
        if self.ends is not None:
            return sum(end <= self.heard for end in self.ends), False
        count = 0
        for at, part in enumerate(self._parts):
            if part.start >= self.heard:
                break
            after = self._parts[at + 1] if at + 1 < len(self._parts) else None
            count = max(count, part.unit + self._heard_of(part, after, sample_rate, pace))
        return count, bool(self.heard)

    def _heard_of(self, part: _Part, after: _Part | None, sample_rate: int, pace: float | None) -> int:
        """How many pieces of one part were heard. If the next goes on at a pause, this one says the pieces up to there; if it
        repeats, it is not known how far this one came.
        """
        assert self.phrase is not None
        known = after is not None and not after.repeated
        units: tuple[SpeechUnit, ...] = self.phrase.units[part.unit :]
        if after is not None:
            units = self.phrase.units[part.unit : after.unit + after.repeated]
        end = after.start if after is not None else self.total
        total = None if end is None or (after is not None and not known) else end - part.start
        return heard_unit_count(
            units,
            heard=min(self.heard, self.heard if end is None else end) - part.start,
            total=total,
            sample_rate=sample_rate,
            voiced=self.voiced.part(part.start, None if after is None else after.start),
            pace=pace,
        )

    def _last_commit(self) -> _Commit:
        if not self._commits:
            self.committed()
        return self._commits[-1]

    def _bills(self) -> list[int]:
        """One that the service has not counted is taken by its length, unless it was refused."""
        cut = None if self.failure is not None or not self._commits else self._commits[-1]
        return [
            commit.characters
            if commit.characters is not None
            else len(self._words(commit.first).strip())
            if commit.audio or commit is cut
            else 0
            for commit in self._commits
        ]

    def _words(self, first: int) -> str:
        return "" if self.phrase is None else "".join(unit.text for unit in self.phrase.units[first:])

    def _length(self, first: int) -> int:
        return len(self._words(first))
