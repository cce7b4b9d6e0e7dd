"""Items of a list inside a line: `There are two: 1. Calm, 2. Light.` The number stays with its item.

Voice prompts forbid Markdown, so models write their lists like this.
"""

from __future__ import annotations

from triolet._model._text import BlockKind, Boundary
from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation import _judge
from triolet.segmentation._look_ahead import END, GOES_ON, WAIT, Ahead, Verdict
from triolet.segmentation._reading import Reading

# The number or letter of an item, before its dot or bracket.
_MARKER = lazy_regex(r"(?<![^\s，、；：。！？（」』”）])(?:[•*-] )?(\d{1,3}|[a-z]|[ivx]{2,5})\Z")
_REACH = 10  # characters in which a marker stands
_COMES = lazy_regex(r"[^\S\n]*(?:(?:[•*-] )?[(（]?(\d{1,3}|[a-z]|[ivx]{2,5})(?:[.)）](?=\s|[^\W\d_a-zA-Z]|\Z)|\Z)|\Z)")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_LEADS = frozenset(":;：；")
_PARTS = frozenset(",،，、") | _LEADS

NUMBERS, LETTERS, ROMANS = "1", "a", "i"
"""How the items of a list are counted."""


def value(marker: str, style: str) -> int:
    """The number of an item whose marker is written in one style; -1 if it is written in another."""
    if marker.isdecimal():
        return int(marker) if style == NUMBERS else -1
    if style == ROMANS:
        return _ROMAN.index(marker) + 1 if marker in _ROMAN else -1
    return ord(marker) - ord("a") + 1 if style == LETTERS and len(marker) == 1 else -1


def style_of(marker: str) -> str:
    """The style in which a list goes on whose first item has this marker."""
    if marker.isdecimal():
        return NUMBERS
    return LETTERS if len(marker) == 1 and marker != "i" else ROMANS


def ends_marker(reading: Reading, text: str, at: int) -> bool:
    """Whether the mark at `at` follows the number of an item: of the next of the list in this line, or of a first one."""
    found = _MARKER.search(text, max(reading.sentence(), at - _REACH), at)
    if found is None:
        return False
    if reading.item >= 0 and value(found[1], reading.item_style) == reading.item + 1:
        return True
    before = text[reading.sentence() : found.start()].rstrip()
    return found[1].isdecimal() and (not before or before[-1] in _LEADS)


def item(reading: Reading, text: str, at: int, tail: int, *, complete: bool) -> Verdict | None:
    """Whether the mark at `at` belongs to the number of an item. None: it does not.

    GOES_ON: it does; the text has been cut before the number, if nothing else parts the item from the one before it.
    """
    start = reading.sentence()
    found = _MARKER.search(text, max(start, at - _REACH), at)
    if found is None:
        return None
    marker = found[1]
    before = text[max(start, found.start() - 24) : found.start()].rstrip()
    first = reading.leads(reading.base + found.start())
    rules = reading.rules
    if reading.item >= 0:
        if value(marker, reading.item_style) != reading.item + 1:
            return None
        if rules.months:
            following = Ahead(text, tail, complete=complete).word()
            if following is None:
                return WAIT
            if following in rules.months:
                return None
        conjunction = before.rpartition(" ")[2].lower() in rules.language.conjunctions
        if first or before[-1:] in _PARTS or conjunction or not reading.has_words(found.start()):
            _note(reading, at, tail, reading.item + 1)
            return GOES_ON
        if reading.segment != reading.item_segment:
            return None
        reading.cut(reading.begin + len(text[reading.begin : found.start()].rstrip()), Boundary.LINE)
        _note(reading, at, tail, reading.item + 1)
        return GOES_ON
    if first or before[-1:] in _LEADS:
        if marker.isdecimal():
            number = int(marker)
            asked = text[max(0, start - 4) : start].rstrip()[-1:] in ("?", "？")  # `What is 2 + 2? 4. Good.`
            late = number > _judge.LATE_ITEM and not _judge.begins_line(text, found.start())
            if len(marker) > 2 or late or (number != 1 and (asked or found[0] != marker)):
                return None
        elif marker in ("a", "i") and (first or before[-1:] in _LEADS):
            number = 1
        else:
            return None
        reading.item_style = style_of(marker)
        ahead = Ahead(text, tail, complete=complete)
        begins = ahead.visible()
        if begins is None:
            return WAIT
        if begins.isdecimal() and not rules.language.ordinals and rules.language.code != "ko":
            comes = ahead.begins_item()
            if comes is not False:
                return WAIT if comes is None else None  # `2. 3. Third item`
        if begins.islower() and text[at] == "." and (len(marker) > 2 or not marker.isdecimal()):
            return None
        if rules.months and (following := ahead.word()) != "":
            if following is None:
                return WAIT
            if following in rules.months:
                return None
        _note(reading, at, tail, number)
        return GOES_ON
    said = before.rpartition(" ")[2].removesuffix(",")
    if (
        marker == "1"
        and said.isalpha()
        and (said.islower() or said == before.strip(" ,"))
        and said.lower() not in rules.lettered
        and not rules.language.ordinals
    ):
        # `You can 1. Call us, 2. Write to us`, but not `There is only 1. It is old.`
        ahead = Ahead(text, tail, complete=complete)
        begins = ahead.visible()
        following = ahead.word() if begins and begins.isupper() else ""
        if begins is None or following is None:
            return WAIT
        if following and following not in rules.starters and len(following) > 1:
            reading.item_style = NUMBERS
            _note(reading, at, tail, 1)
            return GOES_ON
    return None


def leads_to_item(reading: Reading, text: str, tail: int, *, complete: bool) -> Verdict:
    """END if the next item of the list follows at `tail`: so the one before it ends, even after an abbreviation."""
    found = _COMES.match(text, tail)
    if found is None:
        return GOES_ON
    if found.end() == len(text) and not complete:
        return WAIT
    return END if found[1] and value(found[1], reading.item_style) == reading.item + 1 else GOES_ON


def _note(reading: Reading, at: int, tail: int, number: int) -> None:
    reading.item = number
    reading.item_segment = reading.segment
    reading.at = max(reading.at, at + 1)
    if reading.kind is BlockKind.LIST_ITEM and not reading.has_words(at - len(str(number))):
        reading.head = tail  # like the number at the start of the line, it is a block mark
        reading.at = tail
