"""What of the text is complete when the source stalls: what would be a sentence, a clause or whole words if white space followed."""

from __future__ import annotations

from collections.abc import Callable

from triolet._model._text import Boundary
from triolet._tools._characters import is_hangul, is_wide
from triolet.segmentation import _items, _judge
from triolet.segmentation._breaths import last_breath
from triolet.segmentation._lines import LineKind
from triolet.segmentation._look_ahead import Ahead, Verdict
from triolet.segmentation._reading import Reading

_CLOSERS = "\"'”’»)]*_~」』）"
_WEAK_MARKS = {
    **dict.fromkeys(",，、،", Boundary.COMMA),
    **dict.fromkeys(";:；：؛", Boundary.CLAUSE),
}


def finished(reading: Reading, text: str) -> Boundary:
    """The boundary at the end of `text` if white space followed; NONE where its last mark ends nothing."""
    bare = text.rstrip(_CLOSERS)
    if reading.line is not LineKind.TEXT or (reading.inside() and len(bare) == len(text)):
        return Boundary.NONE
    last = bare[-1:]
    if last in _WEAK_MARKS:
        return _WEAK_MARKS[last]
    if last and last in "!?…。！？":
        return Boundary.SENTENCE
    if last == ".":
        at = len(bare) - 1
        if _items.ends_marker(reading, bare, at):
            return Boundary.NONE
        verdict = _judge.after_dot(reading.rules, bare, reading.sentence(), at, Ahead(bare, at + 1, complete=True))
        return Boundary.SENTENCE if verdict is Verdict.END else Boundary.NONE
    return Boundary.NONE


def whole_words(reading: Reading, text: str, find_mark: Callable[..., object]) -> int:
    """Where the last word ends that is surely whole, if the words up to there may be said by themselves; else 0."""
    if reading.line is not LineKind.TEXT or reading.inside() or reading.weakest > Boundary.NONE:
        return 0
    end = text.rfind(" ", reading.begin, reading.at + 1)
    spaced = len(text) < len(reading.text) or is_wide(text[-1])
    if spaced and find_mark(text, reading.at) is None:
        end = len(text)
        if is_wide(text[-1]):
            # What follows may be the rest of a word: `我住在北` of `我住在北京`. Korean has spaces.
            spaces = text.rfind(" ", reading.begin, end)
            breath = spaces if is_hangul(text[-1]) else last_breath(text, max(reading.begin, spaces + 1), end)
            end = breath or end
    marked = find_mark(text, max(end, 0), reading.at) is not None  # it would be read twice
    return end if end > reading.begin and not marked and reading.has_words(end) else 0
