"""Marks inside a line that end no sentence.

Each function reads the mark at `at` and moves `reading.at` past it. It returns False if it must see more text first.
"""

from __future__ import annotations

import re

from triolet._model._text import Boundary
from triolet._tools._characters import EAST_ASIAN
from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation import _items
from triolet.segmentation._look_ahead import WAIT
from triolet.segmentation._reading import OPEN_FOR, OTHER_WIDTH, PAIRS, Reading

_CLOSING = r"\"'”’»“‹›)\]}*_~」』】》〉）"
_TAIL = lazy_regex(rf"(?:[{_CLOSING}]|\[\^?\w{{1,8}}\](?!\()|[¹²³⁰⁴-⁹]|</\w{{1,10}}>)*")
_NOTE = 12  # the most characters of a footnote mark or a closing tag
_ENTITY = lazy_regex(r"&#?\w{1,10}\Z")
_LONGEST_ENTITY = 12
_ALNUM = lazy_regex(r"[^\W_]")
_STARS = lazy_regex(r"\*{1,200}")
_TICKS = lazy_regex("`{1,200}")
_BLOCKS = "br|hr|li|ul|ol|p|div|h[1-6]|tr|td|th|table|blockquote|dt|dd|section|article|header|footer|pre"
_TAG = lazy_regex(rf"<(/?)({_BLOCKS})(?:\s[^<>\n]{{0,200}})?/?>", re.IGNORECASE)
_TAG_BEGUN = lazy_regex(r"</?(?:[A-Za-z][A-Za-z0-9]{0,11}(?:\s[^<>\n]{0,200})?/?)?")
_QUOTED = lazy_regex(r"[^\W_][^`'\n(){}\[\]=;]{0,60}'(?=[^\w`'])")
_LAUGHS = lazy_regex("[(（](?:笑|爆笑|苦笑|汗|泣|涙|照)[)）]")
_DASHES = lazy_regex("[—―]{1,64}")
# A range that is written with spaces: `9:00 – 17:00`, `10 a.m. – 5 p.m.`, `3 janv. – 7 févr.`, `Jan. 3 – Feb. 7`.
_RANGE_BEFORE = lazy_regex(r"\d(?:[^\S\n]?[AaPp]\.?[Mm]\.?|[^\S\n][^\W\d_]{3,5}\.|[%°])?[^\S\n]\Z")
_RANGE_REACH = 10
_RANGE_AFTER = lazy_regex(r"[^\S\n](?:[$€£¥]?\d|[^\W\d_]{3,9}\.?[^\S\n]\d)")
_RANGE_BEGUN = lazy_regex(r"[^\S\n](?:[$€£¥]|[^\W\d_]{0,9}(?:\.?[^\S\n]?))?")
_CLAUSE = Boundary.CLAUSE
_WEAK = {**dict.fromkeys(",،", Boundary.COMMA), **dict.fromkeys(";:؛", Boundary.CLAUSE)}
_FULL_WEAK = {"，": Boundary.COMMA, "、": Boundary.COMMA, "；": Boundary.CLAUSE, "：": Boundary.CLAUSE}
_NO_DASH_BEFORE = ("", *"\n.,;:!?…，。！？；：")
_STOPS = "。！？｡"


def tail_of(text: str, at: int, *, complete: bool) -> int:
    """Where the closing marks at `at` end; -1 while more of them may come."""
    if text[at : at + 1] == " ":  # the usual case
        return at
    found = _TAIL.match(text, at)
    end = found.end() if found else at
    if complete:
        return end
    if end == len(text):
        return -1
    if text[end] in "[<" and len(text) - end < _NOTE and not re.search(r"[\]>\s]", text[end:]):
        return -1
    return end


def comma(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """`,` `;` `:` are a boundary where white space follows."""
    after = at + 1
    if text[at] == ";" and _ENTITY.search(text, max(0, at - _LONGEST_ENTITY), at):
        reading.at = after  # `Tom &amp; Jerry`
        return True
    if after == len(text) and not complete:
        return False
    follows = text[after : after + 1]
    tail = after
    if follows != " ":
        tail = tail_of(text, after, complete=complete)
        if tail < 0:
            return False
        follows = text[tail : tail + 1]
    if (
        follows != "\n"
        and (follows.isspace() or follows >= EAST_ASIAN)
        and reading.has_words(at)
        and not (reading.opened and reading.inside())
    ):
        if tail > after:
            reading.close(after, tail)
        reading.cut(tail, _WEAK[text[at]])
    else:
        reading.at = after
    return True


def full_comma(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """`，` `、` `；` `：` are a boundary at once, but not inside a number."""
    after = at + 1
    if text[at - 1 : at].isdecimal():
        if after == len(text) and not complete:
            return False
        if text[after : after + 1].isdecimal() or (text[at] == "、" and _items.ends_marker(reading, text, at)):
            reading.at = after
            return True
    reading.at = after
    if reading.has_words(at) and not (reading.opened and reading.inside()):
        reading.cut(after, _FULL_WEAK[text[at]])
    return True


def dash(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """`—` is a boundary, and so is `–` with white space around it, but not in a range: `9:00 – 17:00`."""
    run = _DASHES.match(text, at)
    end = run.end() if run else at + 1
    if end == len(text) and not complete:
        return False
    before, follows = text[at - 1 : at], text[end : end + 1]
    if text[at] == "–":
        cuts = before.isspace() and follows.isspace()
        if cuts and _RANGE_BEFORE.search(text, max(reading.begin, at - _RANGE_REACH), at):
            if not complete and (begun := _RANGE_BEGUN.match(text, end)) and begun.end() == len(text):
                return False
            cuts = _RANGE_AFTER.match(text, end) is None
    else:
        cuts = not (before.isdecimal() and follows.isdecimal())
    reading.at = end
    if cuts and follows not in _NO_DASH_BEFORE and reading.has_words(at) and not (reading.opened and reading.inside()):
        reading.cut(end, _CLAUSE)
    return True


def pair(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """Quotes and brackets open and close."""
    mark = text[at]
    opened = reading.opened
    if mark == ")" and not opened and (text[at - 1 : at].isdecimal() or not text[at - 2 : at - 1].isalnum()):
        return _numbered(reading, text, at, complete=complete)
    reading.at = at + 1
    if mark == '"':
        if opened and opened[-1][0] == '"':
            opened.pop()
        else:
            reading.open('"', at)
        return True
    for index in range(len(opened) - 1, -1, -1):
        if opened[index][0] in (mark, OTHER_WIDTH.get(mark)):
            begin = opened[index][1]
            laughs = mark in ")）" and _LAUGHS.match(text, begin - reading.base) is not None
            if laughs and at + 1 == len(text) and not complete:
                reading.at = at
                return False
            del opened[index:]
            if (
                laughs
                and not opened
                and reading.has_words(begin - reading.base)
                and text[at + 1 : at + 2] >= EAST_ASIAN
            ):
                if text[at + 1].isalpha():  # `そうですね（笑）それで`
                    reading.cut(at + 1, Boundary.SENTENCE)
                return True
            if mark == "）" and text[at - 1] in _STOPS and reading.leads(begin) and not reading.inside():
                reading.cut(at + 1, Boundary.SENTENCE)
            return True
    if mark == "»" and reading.rules.language.reversed_quotes:
        reading.open("«", at)
    elif mark in PAIRS and not (mark == "(" and at and text[at - 1] in ":;-="):  # no smiley
        reading.open(PAIRS[mark], at)
    return True


def _numbered(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """A bracket that closes none may end the number of an item."""
    after = at + 1
    if after == len(text) and not complete:
        return False
    if (
        text[after : after + 1].isspace()
        and reading.has_words(at)
        and _items.item(reading, text, at, after, complete=complete) is WAIT
    ):
        return False
    reading.at = max(reading.at, after)
    return True


def star(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """Emphasis opens or closes."""
    run = _STARS.match(text, at)
    end = run.end() if run else at + 1
    if end == len(text) and not complete:
        return False
    if reading.stars >= 0:
        reading.stars = -1
    elif not text[end : end + 1].isspace():
        reading.stars = reading.base + at
    reading.at = end
    return True


def tag(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """A tag of HTML that begins or ends a line or a block ends the clause: `One<br>Two`, `<li>One</li><li>Two</li>`."""
    found = _TAG.match(text, at)
    if found is None:
        if not complete and (begun := _TAG_BEGUN.match(text, at)) and begun.end() == len(text):
            return False
        reading.at = at + 1
        return True
    end = found.end()
    reading.at = end
    bare = reading.bare - reading.base
    worded = _ALNUM.search(text, bare, at) is not None if bare > reading.begin else reading.has_words(at)
    if not worded:
        reading.bare = reading.base + end
    elif not (reading.opened and reading.inside()):
        closing = found[1] or found[2].lower() in ("br", "hr")
        cut = end if closing else reading.begin + len(text[reading.begin : at].rstrip())
        reading.cut(cut, Boundary.LINE)
        reading.at = end
        if not closing:
            reading.bare = reading.base + end
    return True


def tick(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """Code inside a line is skipped. A code mark that nothing closes within the line counts as none."""
    run = _TICKS.match(text, at)
    end = run.end() if run else at + 1
    if end == len(text) and not complete:
        return False
    ticks = text[at:end]
    if ticks == "``":  # an opening quote of plain typing, closed by two apostrophes
        reading.open("'", at)
        reading.at = end
        return True
    if ticks == "`" and _QUOTED.match(text, end):
        reading.at = end  # `pool': an old way of quoting
        return True
    limit = end + OPEN_FOR
    newline = text.find("\n", end, limit)
    stop = newline if newline >= 0 else limit
    close = text.find(ticks, end, stop)
    while close >= 0:
        after = close + len(ticks)
        if after == len(text) and not complete:
            return False
        if text[after : after + 1] != "`" and text[close - 1] != "`":
            reading.at = after
            return True
        close = text.find(ticks, close + 1, stop)
    if newline < 0 and len(text) < limit and not complete:
        return False
    reading.at = end
    return True
