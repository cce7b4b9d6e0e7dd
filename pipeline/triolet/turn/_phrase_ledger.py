"""What became of one phrase: which words were heard, and what they cost, over all its commits."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from triolet._model._text import Phrase, SpeechUnit
from triolet.alignment._heard import PhraseSound
from triolet.alignment._voicing import Voiced
from triolet.alignment._weights import WeighedUnits
from triolet.turn._spoken_word import PhraseTimes

UNTOLD_SOUND = 0.05
"""Seconds for which a voice may sound behind the last word that was told and say no other word: breath, or the end of a sound that fades. No
word is shorter."""

UNTOLD_WORD = 1.5
"""Seconds for which the voice may sound behind the last word that was told, while it is not known to tell late: in one word that has not come to
its end. Few words are as long."""

ENOUGH = 1.0
"""Seconds of sound by which the pace of a phrase is told: some three words."""


@attrs.define
class _Commit:
    first: int
    """The unit that it begins with."""
    audio: bool = False
    characters: int | None = None
    """Billed; None until the service has said."""
    closed: bool = False
    """Whether it was closed because another session was quicker, or is about to be: unless it fails before."""


@attrs.define
class _Part:
    """A run of samples that says the units from `unit` on. It ends where the next part begins."""

    start: int
    unit: int
    repeated: int = 0
    """The most of its units that the part before had passed on already."""
    sound: PhraseSound | None = None
    """What is known of its sound; None: nothing."""


class PhraseLedger:
    """The running totals of one phrase. Each event of a turn that is about it is one call."""

    def __init__(self, pace: Callable[[], float | None]) -> None:
        """`pace`: the pace of the voice, learnt from the phrases before."""
        self._pace = pace
        self.total: int | None = None
        """Samples; None until all have come."""
        self.heard = 0
        """Samples."""
        self.whole = False
        """Whether no sample of it was left out."""
        self.ends: tuple[int, ...] | None = None
        """The sample after the end of each unit, where the voice has told."""
        self.begins: tuple[int, ...] = ()
        """The sample at which each of these units begins; empty where the voice has not told."""
        self._late = False
        """Whether the voice tells of words when they may have been heard already."""
        self._placed: list[tuple[int, float]] = []
        """When the listener hears which sample: (sample, time), in the order in which they were told."""
        self.failure: str | None = None
        self._voiced = Voiced()
        self._phrase: Phrase | None = None
        self._units: list[SpeechUnit] = []
        self._end = 0
        self._text: WeighedUnits | None = None
        """Made when it is first needed: of most phrases nobody asks how long their words take."""
        self._lengths = [0]
        """How many characters the units before each have, as far as that was asked for."""
        self._commits: list[_Commit] = []
        self._parts = [_Part(0, 0)]

    @property
    def phrase(self) -> Phrase | None:
        """With all its units so far; None until it is known. Without a `Phraser` that is when it is played."""
        if self._phrase is not None and len(self._units) > len(self._phrase.units):
            self._phrase = attrs.evolve(self._phrase, units=tuple(self._units), end=self._end)
        return self._phrase

    def known(self, phrase: Phrase) -> None:
        """Its words are known."""
        if self._phrase is None:
            self._phrase = phrase
            self._units = list(phrase.units)

    def grew(self, units: tuple[SpeechUnit, ...], end: int) -> None:
        """It has more words, up to here in the raw stream."""
        if self._phrase is None:
            return
        text = self._weighed()
        self._units += units
        self._end = end
        text.extend(units)  # now, since all at once would take long
        self._characters(0, len(self._units))

    def committed(self, *, bills: bool = True) -> None:
        """A session was told to speak what is missing. Word times that were known hold no longer."""
        self.ends, self.begins, self._late = None, (), False
        self._commits.append(_Commit(self._parts[-1].unit, characters=None if bills else 0))

    def hedged(self, *, bills: bool = True) -> None:
        """A second session was told to speak the same. Which of the two speaks makes no difference: the other is closed."""
        self._last_commit().closed = bills
        self._commits.append(_Commit(self._parts[-1].unit, characters=None if bills else 0))

    def lost(self) -> None:
        """A commit has failed. If it is one of two that had no audio, nothing was closed."""
        if len(self._commits) > 1 and not self._commits[-1].audio:
            self._commits[-2].closed = False

    def first_audio(self) -> None:
        """The last commit gives audio."""
        self._last_commit().audio = True

    def complete(self, samples: int, characters: int) -> None:
        """The last commit is complete."""
        self.total = samples
        self._last_commit().characters = characters

    def resumed(self, samples: int, unit: int, repeated: int) -> None:
        """From this sample on, the audio says the units from this one on."""
        self.ends, self.begins, self._late = None, (), False
        self._parts.append(_Part(samples, unit, repeated))

    def timed(self, unit: int, begins: tuple[int, ...], ends: tuple[int, ...], *, late: bool = False) -> None:
        """The voice has told when it says the units from one on; `late`: after they may have been heard."""
        self._late = self._late or late
        known = self.ends or ()
        told = len(self.begins) == len(known) and len(begins) == len(ends)
        self.begins = (*self.begins[:unit], *begins) if told or not unit else ()
        self.ends = (*known[:unit], *ends)

    def placed(self, sample: int, time: float) -> None:
        """The listener hears the samples from this one on from this time on."""
        self._placed.append((sample, time))

    def times(self, sample_rate: int, origin: float, voiced: Voiced | None = None) -> PhraseTimes | None:
        """What is known of when its words are said, with times counted from `origin`. `voiced`: where the voice sounds, if more is
        known than was told with what was heard. None: its words are not known.
        """
        if self._phrase is None or not sample_rate:
            return None
        total = self.total if self.total is not None else self.heard if self.whole else None
        sure = total is not None and len(self._parts) == 1
        return PhraseTimes(
            tuple(self._units),
            sample_rate,
            tuple((part.start, part.unit, part.repeated > 0) for part in self._parts),
            self.ends or (),
            self.begins,
            total,
            self._voiced if voiced is None else voiced,
            tuple(self._placed),
            origin,
            None if sure else self._told_pace(sample_rate) or self._pace(),
        )

    def _told_pace(self, sample_rate: int) -> float | None:
        """The pace of the words that were told, if they are enough to tell it by."""
        told = self.ends or ()
        sounded = self._voiced.sounding(0, told[-1]) / sample_rate if told and len(self._parts) == 1 else 0.0
        return self._weighed().ends[len(told)] / sounded if sounded >= ENOUGH else None

    def paused(self, start: int, end: int, sample_rate: int) -> None:
        """The voice sounded in these samples, and has paused after them."""
        if self._phrase is None or not sample_rate:
            return
        part = next(part for part in reversed(self._parts) if part.start < end)
        if part.sound is None:
            part.sound = self._sound(part, sample_rate)
        part.sound.sounded(max(0, start - part.start), end - part.start)

    def played(self, samples: int, *, whole: bool, voiced: Voiced) -> None:
        """So much of it was heard."""
        self.heard, self.whole, self._voiced = samples, whole, voiced

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
        wasted, end = 0, heard_units
        for commit, bill in zip(reversed(self._commits), reversed(self._bills()), strict=True):
            words = self._characters(commit.first, len(self._units))
            useful = self._characters(commit.first, max(commit.first, end))
            wasted += bill - round(bill * useful / words) if words else bill
            end = min(end, commit.first)
        return wasted

    @property
    def tells_pace(self) -> bool:
        """Whether its samples say its words, whole and once."""
        return self.whole and self.failure is None and not self.repeats and self._phrase is not None

    def stretch(self, sample_rate: int) -> tuple[float, float]:
        """Seconds that it takes to say at a usual pace, and those that the voice sounded."""
        return self._weighed().ends[-1], self._voiced.sounding() / sample_rate

    def heard_units(self, sample_rate: int) -> tuple[int, bool]:
        """How many of its units were heard, and whether that is an estimate."""
        if self._phrase is None:
            return 0, False
        if self.whole and self.failure is None:
            return len(self._units), False
        if self.ends is not None:
            told = sum(end <= self.heard for end in self.ends)
            return self._heard_untold(told, sample_rate) if self._goes_beyond(sample_rate) else (told, False)
        count = 0
        for at, part in enumerate(self._parts):
            if part.start >= self.heard:
                break
            after = self._parts[at + 1] if at + 1 < len(self._parts) else None
            count = max(count, part.unit + self._heard_of(part, after, sample_rate))
        return count, bool(self.heard)

    def _goes_beyond(self, sample_rate: int) -> bool:
        """Whether words behind the last that was told may have been heard: the voice has sounded behind it, and tells late, or so long
        that it cannot tell in time.
        """
        told = self.ends or ()
        if not sample_rate or not told or len(told) == len(self._units) or self.heard <= told[-1]:
            return False
        sounded = self._voiced.sounding(told[-1], self.heard) / sample_rate
        return sounded > (UNTOLD_SOUND if self._late else UNTOLD_WORD)

    def _heard_untold(self, told: int, sample_rate: int) -> tuple[int, bool]:
        """How many units were heard, with those behind the last that was told, and that this is an estimate."""
        times = self.times(sample_rate, 0.0)
        ends = [] if times is None else [end for _, end, _ in times.samples()]
        return max(told, sum(end <= self.heard for end in ends)), True

    def _heard_of(self, part: _Part, after: _Part | None, sample_rate: int) -> int:
        """How many units of one part were heard. If the next goes on at a pause, this one says the units up to there; if it
        repeats, it is not known how far this one came.
        """
        if not sample_rate:
            return 0
        end = self.total if after is None else after.start
        total = None if end is None or (after is not None and after.repeated) else end - part.start
        sound = part.sound or self._sound(part, sample_rate)
        alone = part.start == 0 and after is None
        return sound.count(
            min(self.heard, self.heard if end is None else end) - part.start,
            total,
            voiced=self._voiced if alone else self._voiced.part(part.start, None if after is None else after.start),
            end=None if after is None else after.unit + after.repeated,
        )

    def _sound(self, part: _Part, sample_rate: int) -> PhraseSound:
        return PhraseSound(self._weighed, sample_rate, first=part.unit, pace=self._pace)

    def _weighed(self) -> WeighedUnits:
        if self._text is None:
            self._text = WeighedUnits(self._units)
        return self._text

    def _last_commit(self) -> _Commit:
        if not self._commits:
            self.committed()
        return self._commits[-1]

    def _bills(self) -> list[int]:
        """Billed characters of a commit. If the service has not counted, the length of the text counts, unless it was refused."""
        cut = None if self.failure is not None or not self._commits else self._commits[-1]
        return [
            commit.characters
            if commit.characters is not None
            else self._words(commit.first)
            if commit.audio or commit.closed or commit is cut
            else 0
            for commit in self._commits
        ]

    def _words(self, first: int) -> int:
        """The characters of the units from one on, without white space around them."""
        units, end = self._units, len(self._units)
        while first < end and not units[first].text.strip():
            first += 1
        while first < end and not units[end - 1].text.strip():
            end -= 1
        if first == end:
            return 0
        before = len(units[first].text) - len(units[first].text.lstrip())
        after = len(units[end - 1].text) - len(units[end - 1].text.rstrip())
        return self._characters(first, end) - before - after

    def _characters(self, start: int, end: int) -> int:
        """The characters of the units [start, end)."""
        lengths = self._lengths
        for unit in self._units[len(lengths) - 1 : end]:
            lengths.append(lengths[-1] + len(unit.text))
        return lengths[end] - lengths[start]
