"""From the words of the service's events to the times of words in the text that was sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from triolet import TimedWord

_LOOK = 16
"""Characters ahead in which a word is looked for: some that were sent are said in another form, or not at all."""


class WordTimes:
    """Takes the words of one task's events.

    Times are taken to count from the beginning of the task's audio, as others have seen of the service; the vendor's pages do not say. Those of
    a sentence that begin again at its own beginning are moved to where it begins. Some events repeat words of those before, which are left out.
    Indices (`begin_index`) are not used: they are said to count characters of the sentence, and were seen to count words of the task.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = 0
        self._taken: dict[int, int] = {}
        """How many words of each sentence were taken."""
        self._shift: dict[int, float] = {}
        self._known: set[tuple[str, float, float]] = set()
        self._last = 0.0
        """When the last word that was taken has ended."""
        self._sentence = -1

    def feed(self, sentence: Any, begins: float | None) -> list[TimedWord]:
        """Take the object `sentence` of an event; give the words that are new. `begins`: where its audio begins, in seconds; None: not known."""
        if not isinstance(sentence, Mapping):
            return []
        fields = cast("Mapping[str, Any]", sentence)
        index, words = fields.get("index"), fields.get("words")
        number = index if isinstance(index, int) else max(self._sentence, 0)
        if not isinstance(words, list) or number < self._sentence:
            return []
        self._sentence = number
        listed = cast("list[object]", words)
        new = listed[self._taken.get(number, 0) :]
        self._taken[number] = max(len(listed), self._taken.get(number, 0))
        return [timed for word in new if (timed := self._timed(number, word, begins)) is not None]

    def _timed(self, number: int, raw: object, begins: float | None) -> TimedWord | None:
        if not isinstance(raw, Mapping):
            return None
        word = cast("Mapping[str, Any]", raw)
        text, start, end = word.get("text"), word.get("begin_time"), word.get("end_time")
        if not (isinstance(text, str) and isinstance(start, int | float) and isinstance(end, int | float)):
            return None
        key = text, float(start), float(end)
        if number not in self._shift:
            if key in self._known:
                return None  # of a sentence that is told again with another number
            again = begins is not None and start / 1000 + 0.05 < min(self._last, begins)
            self._shift[number] = begins if again and begins is not None else 0.0
        self._known.add(key)
        core = _core(text)
        place = self._text.find(core, self._next, self._next + _LOOK + len(core)) if core else -1
        if place < 0:
            return None
        self._next = place + len(core)
        shift = self._shift[number]
        self._last = shift + end / 1000
        return TimedWord(place, self._next, shift + start / 1000, self._last)


def _core(word: str) -> str:
    """The word without the marks around it: the service sends some with the mark before."""
    letters = [at for at, character in enumerate(word) if character.isalnum()]
    return word[letters[0] : letters[-1] + 1] if letters else ""
