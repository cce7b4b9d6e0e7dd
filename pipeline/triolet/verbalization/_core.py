"""The pure core: takes clauses with numbers and signs, and gives them in words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

import attrs

from triolet._model._kinds import KINDS, checked
from triolet._model._text import BlockKind, NormalizedClause, SpeechUnit
from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._calendar import Calendar, calendar, calendar_of, day_listed
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language
from triolet.verbalization._languages import language_of
from triolet.verbalization._letters import (
    MAY_BE_LETTERS,
    abbreviation_pattern,
    abbreviations,
    has_range_of_days,
    letters,
    weekdays,
)
from triolet.verbalization._lexicon import Lexicon
from triolet.verbalization._scanner import Scanner
from triolet.verbalization._search import any_of, names_in_calendar
from triolet.verbalization._spelling import MAY_BE_ADDRESS, addresses

_SIGNS = "0-9０-９〜～&+=×÷≈~±<>≤≥≠@%‰°§→√∞π©®™−*/\\\\№¶^#_$∫∑∏⌈⌊€£¥￥₹₩₽₺₿₫₴฿₪¢²³½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒％℃℉"
_TITLES = (
    r"(?<![^\W_].)(?:(?<=M)(?:mes?|lles?|rs?|gr)|(?<=D)[ra]|(?<=S)(?:ra?|te?)|(?<=P)r(?:of)?|(?<=A)ve|(?<=R)d|(?<=B)(?:lvd|d)|(?<=b)d|(?<=W)WI{1,2})"
    r"(?![^\W_])"
)
_TITLE = lazy_regex("[ABDMPRSWb]" + _TITLES)
"""An abbreviation without a stop."""
_NEEDED = lazy_regex(
    rf"[{_SIGNS}A-Z.(vb–—-](?:(?<=[{_SIGNS}])|(?<=[A-Z])[A-Z]"
    r"|(?<=[IVX])(?<![A-Za-z].)(?:(?![A-Za-z'’])|(?:er|re|e)(?![A-Za-z]))"
    r"|(?<=\()\)"
    r"|(?<=\.)(?:(?<=etc.)|(?<=usw.)|(?<=ecc.)|(?<=пр.)|(?<=др.)|(?<=т\. [дп].)|(?<=т\.[дп].)|(?<=[^\W_].)(?:[^\W_]|[,;:)]|[ \u00a0][^\s]))"
    r"|(?<=v)(?<![a-z].)s "
    r"|(?<=[–—-])(?<=[点點分時时시분半].)"
    rf"|(?<=[ABDMPRSWb]){_TITLES})"
)
"""A clause without this has nothing to rewrite but days, months, and abbreviations. The search begins with a class of characters, as the
`re` module looks for one of those in a tenth of the time."""
_MAY_BE_SHORT = lazy_regex(
    any_of(
        [
            "Mon",
            "Tue",
            "Tues",
            "Wed",
            "Thu",
            "Thur",
            "Thus",
            "Thurs",
            "Fri",
            "Sat",
            "Sun",
            "Mo",
            "Di",
            "Mi",
            "Do",
            "Fr",
            "Sa",
            "So",
            "пн",
            "вт",
            "ср",
            "чт",
            "пт",
            "сб",
            "вс",
            "Jan",
            "Feb",
            "Mar",
            "Apr",
            "Jun",
            "Jul",
            "Aug",
            "Sep",
            "Sept",
            "Oct",
            "Okt",
            "Nov",
            "Dec",
            "Dez",
        ],
        apart=r"[\w-]",
    )
    + r"(?![^\W_])|[,–-](?<=[^\W\d_].)|[,–-](?<=[^\W\d_]\..)| (?<=[^\W\d_]\. )"
)
"""A clause that has a stop or `º` is searched for abbreviations if it has this, too."""
_LIST_NUMBER = lazy_regex(
    r"(?:\A\s*|(?:und|oder|sowie|,|;) )([0-9]{1,2})(?=\. (?!(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    r"Jahrhundert)(?![^\W_]))[A-ZÄÖÜ])"
)
_GOES_ON = lazy_regex(r"\s*(?:и|или) [0-9]")
"""A clause of Russian that goes on with a list of numbers, in the case that the clause before it asks for."""
_TAIL = 40
"""Characters of the clause before, in which words that ask for a case are looked for."""
_NARROW = str.maketrans("０１２３４５６７８９％：／＋－＝．，＄￥＠＃＆～", "0123456789%:/+-=.,$¥@#&~")
"""Wide forms of signs, read as narrow ones. One character each, so that offsets stay."""
_WIDE = lazy_regex("[０-９％：／＋－＝．，＄￥＠＃＆～]")
_CJK = lazy_regex(r"[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFF60\u3000-\u30FF]")


class VerbalizerCore:
    """Rewrites numbers, prices, dates, units and signs of clauses as words, one clause at a time.

    What is rewritten becomes one unit, which stands for all of the raw text that it was written as.
    """

    def __init__(self, only: Iterable[str] | None = None, *, region: str = "", lexicon: Sequence[Lexicon] = ()) -> None:
        self._only = KINDS if only is None else checked(frozenset(only))
        self._region = region.upper()
        self._lexicon = tuple(lexicon)
        self._listed = False  # whether the last clause ended in a day of the week and a comma
        self._tail = ""  # of this clause
        self._before = ""  # the tail of the clause before
        self._item = 0  # the last number of a German list

    def feed(self, clause: NormalizedClause) -> NormalizedClause:
        """The clause in words."""
        units = clause.units
        text = "".join([unit.text for unit in units])
        self._before, self._tail = self._tail, text[-_TAIL:]
        entries = [lexicon for lexicon in self._lexicon if lexicon.speaks(clause.language)] if self._lexicon else []
        code, _, region = clause.language.partition("-")
        reader = _reader(code.lower(), region.upper() or self._region) if self._only else None
        if reader is None or not (_needed(text) or _names_days(text, reader)):
            self._listed = False
            if not entries:
                return clause
            reader = None
        found: list[Found] = [Found(a, b, "abbreviations", said) for one in entries for a, b, said in one.find(text)]
        if found:
            found = merged([], found)
        if reader is not None:
            if reader.words.code == "de":
                found = merged(found, self._list_numbers(text, in_list=clause.kind is BlockKind.LIST_ITEM))
            found = self._found(text, reader, found)
        if not found:
            return clause
        return NormalizedClause(
            units=rewritten(units, text, found),
            start=clause.start,
            end=clause.end,
            boundary=clause.boundary,
            opening=clause.opening,
            kind=clause.kind,
            language=clause.language,
            break_before=clause.break_before,
        )

    def _list_numbers(self, text: str, *, in_list: bool) -> list[Found]:
        """The numbers of a list, `1. Ruhe, 2. Licht`: with their stop they look like German ordinal numbers."""
        found: list[Found] = []
        for number in _LIST_NUMBER.finditer(text):
            n = int(number[1])
            if not (n == self._item + 1 or (number.start() == 0 and (in_list or n == 1))):
                continue
            reader = _reader("de", "")
            assert reader is not None  # German is one of the languages
            self._item = n
            found.append(Found(*number.span(1), "numbers", reader.words.cardinal(n)))
        return found

    def _found(self, text: str, reader: _Reader, known: list[Found]) -> list[Found]:
        head = self._before if reader.words.code == "ru" and _GOES_ON.match(text) else ""
        if head:
            known = [attrs.evolve(one, start=one.start + len(head), end=one.end + len(head)) for one in known]
        found = self._found_in(head + text, reader, known)
        self._listed = day_listed(text, reader.calendar, self._listed)
        if not head:
            return found
        return [
            attrs.evolve(one, start=one.start - len(head), end=one.end - len(head))
            for one in found
            if one.start >= len(head)
        ]

    def _found_in(self, text: str, reader: _Reader, known: list[Found]) -> list[Found]:
        if _WIDE.search(text):
            text = text.translate(_NARROW)
        words = reader.words
        lexicon = {(one.start, one.end) for one in known}
        found = known
        if MAY_BE_ADDRESS.search(text):
            found = merged(found, addresses(text, words))
        named = bool(words.weekdays) and reader.names.search(text) is not None
        if named:
            found = merged(found, calendar(text, words, reader.calendar, listed=self._listed))
        if "." in text or "/" in text or "°" in text or "º" in text or "vs" in text or _TITLE.search(text):
            found = merged(found, abbreviations(text, reader.short, words, reader.scanner.numbers.unit_signs))
        if named or "-" in text or "–" in text:
            found = merged(found, weekdays(text, words, named=named))
        found = merged(found, reader.scanner.scan(text))
        if MAY_BE_LETTERS.search(text):
            found = merged(found, letters(text, words))
        if self._only == KINDS:
            return found
        return [one for one in found if one.kind in self._only or (one.start, one.end) in lexicon]


@attrs.frozen
class _Reader:
    """What reads one language."""

    words: Language
    scanner: Scanner
    short: re.Pattern[str]
    calendar: Calendar
    names: re.Pattern[str]
    """Any day or month."""


@functools.lru_cache(maxsize=64)
def _reader(code: str, region: str) -> _Reader | None:
    words = language_of(code, region)
    if words is None:
        return None
    return _Reader(words, Scanner(words), abbreviation_pattern(words), calendar_of(words), names_in_calendar(words))


def _names_days(text: str, reader: _Reader) -> bool:
    words = reader.words
    return bool(words.weekdays) and (reader.names.search(text) is not None or has_range_of_days(text, words))


def _needed(text: str) -> bool:
    return _NEEDED.search(text) is not None or (("." in text or "º" in text) and _MAY_BE_SHORT.search(text) is not None)


def merged(first: list[Found], later: Iterable[Found]) -> list[Found]:
    """Both, in the order of the text. What overlaps something of the first is left out."""
    more = sorted(later, key=_place)
    if not more:
        return first
    result: list[Found] = []
    waiting = iter(first)
    following = next(waiting, None)
    for one in more:
        while following is not None and following.start < one.end and following.end <= one.start:
            result.append(following)
            following = next(waiting, None)
        overlaps = following is not None and following.start < one.end
        if not overlaps and (not result or result[-1].end <= one.start):
            result.append(one)
    if following is not None:
        result.append(following)
    result.extend(waiting)
    result.sort(key=_place)
    return result


def _place(found: Found) -> tuple[int, int]:
    return found.start, -found.end


def rewritten(units: Sequence[SpeechUnit], text: str, found: Sequence[Found]) -> tuple[SpeechUnit, ...]:
    """The units, with what was found in words. All units that something touches become one."""
    result: list[SpeechUnit] = []
    index = 0
    offset = 0  # of the unit at `index`, in the text
    place = 0
    while index < len(units):
        if place == len(found):
            result += units[index:]
            break
        unit = units[index]
        end = offset + len(unit.text)
        if found[place].start >= end:
            result.append(unit)
            index += 1
            offset = end
            continue
        words: list[str] = []
        at = offset
        last = unit
        while place < len(found) and found[place].start < end:
            one = found[place]
            words += (text[at : one.start], one.words)
            at = one.end
            place += 1
            while end < at:
                index += 1
                last = units[index]
                end += len(last.text)
        words.append(text[at:end])
        index += 1
        offset = end
        said = "".join(words)
        if not said.strip():
            said = ""
        before = result[-1] if result else None
        if (
            said
            and _CJK.match(said)
            and before is not None
            and before.text[-1:] == " "
            and _CJK.match(before.text[-2:-1])
        ):
            result[-1] = SpeechUnit(before.text[:-1], before.start, before.end)
        if said.endswith(" ") and _CJK.match(said[-2:-1]) and index < len(units) and _CJK.match(units[index].text):
            said = said[:-1]
        if said:
            result.append(SpeechUnit(said, unit.start, last.end))
        elif before is not None:
            result[-1] = SpeechUnit(before.text, before.start, last.end)
    return tuple(result)
