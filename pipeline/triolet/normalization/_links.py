r"""Where links, their definitions, notes and citations end.

Each function takes a text and the offset where something begins, and returns the offset where it ends. It returns the same
offset if it is no such thing, and WAIT if only more text can tell. It never returns WAIT with `final`, nor beyond the bound
of what may be held.
"""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._options import MAX_DESTINATION, MAX_HELD

WAIT = -1
"""Only more text can tell."""

_DESTINATION = r"(?:<[^<>\n]*+>|(?!<)(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*+\))*+\))*+)"
_TITLE = r"(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\))"
_TITLE_BEGUN = rf"(?:{_TITLE}\s*+|\"(?:[^\"\\]|\\.)*+\\?|'(?:[^'\\]|\\.)*+\\?|\((?:[^()\\]|\\.)*+\\?)"
_TARGET = lazy_regex(rf"\(\s*+{_DESTINATION}(?:\s++{_TITLE})?+\s*+\)", re.DOTALL)
_TARGET_BEGUN = lazy_regex(
    rf"\(\s*+(?:<[^<>\n]*+>?|(?!<)(?:[^\s()\\]|\\.?|[()])*+)(?:\s++{_TITLE_BEGUN}?+)?+\Z", re.DOTALL
)
_LABEL = lazy_regex(r"\[(?:[^\[\]\\]|\\.){0,999}+\]", re.DOTALL)
_LABEL_BEGUN = lazy_regex(r"\[(?:[^\[\]\\]|\\.){0,999}+\\?\Z", re.DOTALL)
_DEFINITION = lazy_regex(
    rf"\[(?:[^\[\]\\]|\\.){{1,999}}+\]:[ \t]*+(?:<[^<>\n]*+>|[^\s<]\S*+)(?:[ \t]++{_TITLE})?[ \t]*+(?=\n|\r|\Z)",
    re.DOTALL,
)
_DEFINITION_BEGUN = lazy_regex(
    rf"\[(?:[^\[\]\\\n]|\\.){{1,999}}+"
    rf"(?:\](?::[ \t]*+(?:<[^<>\n]*+>?|[^\s<]\S*+)?+(?:[ \t]++(?:{_TITLE_BEGUN})?+)?+)?+)?+\Z",
    re.DOTALL,
)
_NOTE = lazy_regex(r"\[\^[^\]\[\s]{1,60}+\]")
_NOTE_BEGUN = lazy_regex(r"\[(?:\^[^\]\[\s]{0,60}+)?+\Z")
_CITATION = lazy_regex(
    r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*+(?:,\s?(?:pp?|S|pág|chap|ch|sec|Kap|с|стр|§)\.?\s?\d{1,4}(?:[–-]\d{1,4})?)?\]"
)
_CITATION_BEGUN = lazy_regex(
    r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*+(?:\s?[,–-])?+\s?(?:(?:[^\W\d_]{1,4}|§)\.?\s?[\d–-]{0,9})?\Z"
)
_SPACE = lazy_regex(r"\s")
_DESTINATION_ENDS = lazy_regex(r"[\s)]")


def target_end(text: str, at: int, *, final: bool) -> int:
    """The end of `(destination "title")` or of `[label]`, right after the text of a link."""
    opening = text[at : at + 1]
    if opening == "(":
        pattern, begun, limit = _TARGET, _TARGET_BEGUN, MAX_DESTINATION
    elif opening == "[":
        pattern, begun, limit = _LABEL, _LABEL_BEGUN, MAX_HELD
    else:
        return at
    found = pattern.match(text, at, at + limit)
    if found:
        return found.end()
    return WAIT if not final and len(text) - at < limit and begun.match(text, at) else at


def is_endless(text: str, at: int) -> bool:
    """Whether a destination at `at` is longer than may be held and has no white space. It is no word, in any case."""
    limit = at + MAX_DESTINATION
    return text.startswith("(", at) and len(text) >= limit and not _SPACE.search(text, at, limit)


def destination_end(text: str, at: int) -> tuple[int, bool]:
    """Where a destination ends that is being dropped, seen from inside it, and whether it ends in this text."""
    ended = _DESTINATION_ENDS.search(text, at)
    if ended is None:
        return len(text), False
    return ended.end() - ended[0].isspace(), True


def image_end(text: str, at: int, *, final: bool) -> int:
    """The end of an image whose `[` is at `at`."""
    label = _LABEL.match(text, at)
    if label is None:
        return WAIT if not final and len(text) - at < MAX_HELD and _LABEL_BEGUN.match(text, at) else at
    end = target_end(text, label.end(), final=final)
    return at if end == label.end() else end


def definition_end(text: str, at: int, *, line_done: bool, final: bool) -> int:
    """The end of the definition `[label]: destination "title"`, which must stand alone on its line."""
    definition = _DEFINITION.match(text, at)
    if definition and (definition.end() < len(text) or line_done or final):
        return definition.end()
    waits = not line_done and not final and len(text) - at < MAX_HELD
    return WAIT if waits and _DEFINITION_BEGUN.match(text, at) else at


def note_end(text: str, at: int, *, final: bool) -> int:
    """The end of the mark of a note, `[^1]`."""
    note = _NOTE.match(text, at)
    if note:
        return note.end()
    return WAIT if not final and _NOTE_BEGUN.match(text, at) else at


def citation_end(text: str, at: int, *, final: bool) -> int:
    """The end of a citation: `[1]`, `[1, 2]` or `[1](link)`."""
    citation = _CITATION.match(text, at)
    if citation:
        return target_end(text, citation.end(), final=final)
    return WAIT if not final and len(text) - at < MAX_HELD and _CITATION_BEGUN.match(text, at) else at
