"""The pure core: clauses with numbers and signs in, clauses in words out."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

import attrs

from triolet._model._kinds import KINDS, checked
from triolet._model._text import BlockKind, NormalizedClause, SpeechUnit
from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._calendar import MAY_BE_CALENDAR, Calendar, calendar, calendar_of, day_listed
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language
from triolet.verbalization._languages import language_of
from triolet.verbalization._letters import (
    DAY_BEFORE_TIME,
    MAY_BE_LETTERS,
    MAY_BE_WEEKDAYS,
    abbreviation_pattern,
    abbreviations,
    letters,
    weekdays,
)
from triolet.verbalization._lexicon import Lexicon
from triolet.verbalization._scanner import Scanner
from triolet.verbalization._spelling import MAY_BE_ADDRESS, addresses

_NEEDED = lazy_regex(
    r"[0-9０-９〜～&+=×÷≈~±<>≤≥≠@%‰°§→√∞π©®™−*/\\№¶^#_$∫∑∏⌈⌊€£¥￥₹₩₽₺₿₫₴฿₪¢²³½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒％℃℉]"
    r"|[A-Z]{2}|->|\(\)|(?<![A-Za-z])[IVX](?![A-Za-z'’])|(?<![A-Za-z])[IVX](?:er|re|e)(?![A-Za-z])|(?:etc|usw|ecc|пр|др|т\. ?[дп])\.|[^\W_]\.[^\W_]|[^\W_]\.[,;:)]|[^\W_]\.[ \u00a0][^\s]|(?<![a-z])vs "
)
"""A clause without this has nothing to rewrite."""
_TITLE = lazy_regex(
    r"[ABDMPRSWb](?<![^\W_].)(?:(?<=M)(?:mes?|lles?|rs?|gr)|(?<=D)[ra]|(?<=S)(?:ra?|te?)|(?<=P)r(?:of)?|(?<=A)ve|(?<=R)d|(?<=B)(?:lvd|d)|(?<=b)d|(?<=W)WI{1,2})(?![^\W_])"
)
"""An abbreviation without a stop."""
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
        needed = self._only and (
            _NEEDED.search(text) or _may_be_weekdays(text) or _TITLE.search(text) or MAY_BE_CALENDAR.search(text)
        )
        if not needed and not entries:
            self._listed = False
            return clause
        found: list[Found] = [Found(a, b, "abbreviations", said) for one in entries for a, b, said in one.find(text)]
        found = merged(found, [])
        if needed:
            code, _, region = clause.language.partition("-")
            if code.lower() == "de":
                found = merged(found, self._list_numbers(text, in_list=clause.kind is BlockKind.LIST_ITEM))
            found = self._found(text, code.lower(), region.upper() or self._region, found)
        return attrs.evolve(clause, units=rewritten(units, text, found)) if found else clause

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

    def _found(self, text: str, code: str, region: str, known: list[Found]) -> list[Found]:
        head = self._before if code == "ru" and _GOES_ON.match(text) else ""
        if head:
            known = [attrs.evolve(one, start=one.start + len(head), end=one.end + len(head)) for one in known]
        found = self._found_in(head + text, code, region, known)
        reader = _reader(code, region)
        self._listed = reader is not None and day_listed(text, reader.calendar, self._listed)
        if not head:
            return found
        return [
            attrs.evolve(one, start=one.start - len(head), end=one.end - len(head))
            for one in found
            if one.start >= len(head)
        ]

    def _found_in(self, text: str, code: str, region: str, known: list[Found]) -> list[Found]:
        reader = _reader(code, region)
        if reader is None:
            return known
        text = text.translate(_NARROW)
        lexicon = {(one.start, one.end) for one in known}
        found = known
        if MAY_BE_ADDRESS.search(text):
            found = merged(found, addresses(text, reader.words))
        if reader.words.weekdays and MAY_BE_CALENDAR.search(text):
            found = merged(found, calendar(text, reader.words, reader.calendar, listed=self._listed))
        if "." in text or "/" in text or "°" in text or "º" in text or "vs" in text or _TITLE.search(text):
            found = merged(
                found,
                abbreviations(
                    text,
                    reader.short,
                    reader.words,
                    reader.scanner.numbers.unit_signs,
                ),
            )
        if reader.words.weekdays and (_may_be_weekdays(text) or DAY_BEFORE_TIME.search(text)):
            found = merged(found, weekdays(text, reader.words))
        found = merged(found, reader.scanner.scan(text))
        if MAY_BE_LETTERS.search(text):
            found = merged(found, letters(text, reader.words))
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


@functools.lru_cache(maxsize=64)
def _reader(code: str, region: str) -> _Reader | None:
    words = language_of(code, region)
    return None if words is None else _Reader(words, Scanner(words), abbreviation_pattern(words), calendar_of(words))


def _may_be_weekdays(text: str) -> bool:
    return ("-" in text or "–" in text) and MAY_BE_WEEKDAYS.search(text) is not None


def merged(first: list[Found], later: Iterable[Found]) -> list[Found]:
    """Both, in the order of the text. What overlaps something of the first is left out."""
    result: list[Found] = []
    waiting = iter(first)
    following = next(waiting, None)
    for one in sorted(later, key=lambda found: (found.start, -found.end)):
        while following is not None and following.start < one.end and following.end <= one.start:
            result.append(following)
            following = next(waiting, None)
        overlaps = following is not None and following.start < one.end
        if not overlaps and (not result or result[-1].end <= one.start):
            result.append(one)
    if following is not None:
        result.append(following)
    result.extend(waiting)
    result.sort(key=lambda found: found.start)
    return result


def rewritten(units: Sequence[SpeechUnit], text: str, found: Sequence[Found]) -> tuple[SpeechUnit, ...]:
    """The units, with what was found in words. All units that something touches become one."""
    result: list[SpeechUnit] = []
    index = 0
    offset = 0  # of the unit at `index`, in the text
    place = 0
    while index < len(units):
        unit = units[index]
        end = offset + len(unit.text)
        if place == len(found) or found[place].start >= end:
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
