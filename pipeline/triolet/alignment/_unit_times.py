"""From the times of a commit's words, as a service reports them, to the samples at which its units begin and end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triolet._model._text import SpeechUnit, join_units
from triolet._model._timed_word import TimedWord


class UnitTimes:
    """Takes the words of one commit, in their order; tells for its units, from the first, where they begin and end."""

    def __init__(self, units: Sequence[SpeechUnit], sample_rate: int) -> None:
        """`units`: those of the commit, whose text is theirs without the space around it."""
        self._sample_rate = sample_rate
        self._firsts: list[int] = []
        """For each unit, the offset in the text of its first letter or digit; of its end, if it has none."""
        self._needs: list[int] = []
        """For each unit, the offset in the text after its last letter or digit: it has ended with that. Marks behind it are silent."""
        self._position = 0
        self.begins: list[int] = []
        """For each unit whose end is known, and perhaps the next: the sample at which it begins, counted as the ends are."""
        self.ends: list[int] = []
        """For each unit whose end is known: the sample, counted from the first of the commit."""
        self.extend(units, before=-_leading_space(join_units(units)))

    def extend(self, units: Iterable[SpeechUnit], *, before: int = 0) -> None:
        """Add units whose text follows, after so many characters more that no unit has."""
        position = self._position + before
        need = self._needs[-1] if self._needs else 0
        for unit in units:
            letters = [index for index, character in enumerate(unit.text, 1) if character.isalnum()]
            need = max(need, position + letters[-1]) if letters else need
            self._firsts.append(max(0, position + letters[0] - 1) if letters else need)
            self._needs.append(need)
            position += len(unit.text)
        self._position = position

    def add(self, words: Iterable[TimedWord]) -> bool:
        """Take more words; tell whether more ends are known. A word that lies before one that was taken is left out."""
        known = len(self.ends)
        for word in words:
            while len(self.ends) < len(self._needs):
                unit = len(self.ends)
                before = self.ends[-1] if self.ends else 0
                if len(self.begins) == unit and self._firsts[unit] < word.end:
                    self.begins.append(max(before, self._at(word, self._firsts[unit])))
                if self._needs[unit] > word.end:
                    break
                self.ends.append(max(before, self._at(word, self._needs[unit])))
                if len(self.begins) == unit:
                    self.begins.append(self.ends[unit])
                self.begins[unit] = min(self.begins[unit], self.ends[unit])
        return len(self.ends) > known

    def _at(self, word: TimedWord, need: int) -> int:
        """The sample at which a word has been said up to an offset; words of several units are said evenly."""
        said = (max(need, word.start) - word.start) / max(1, word.end - word.start)
        return round((word.begins + said * (word.ends - word.begins)) * self._sample_rate)


def _leading_space(text: str) -> int:
    return len(text) - len(text.lstrip())
