"""Dates, times of the day and decades in digits."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language
from triolet.verbalization._quantity import Quantity

_ISO = lazy_regex(
    r"([12][0-9]{3})([-/.])([01]?[0-9])\2([0-3]?[0-9])(?![0-9])"
    r"(?:[T ]([0-2]?[0-9]):([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?(?![0-9:]))?"
)
_DATE = lazy_regex(r"([0-3]?[0-9])([./-])([0-3]?[0-9])\2([12][0-9]{3}|[0-9]{2})(?![0-9]|[./-][0-9])")
_TIME = lazy_regex(r"([0-2]?[0-9]):([0-5][0-9])(?::([0-5][0-9])(?:[.,][0-9]{1,3})?)?(?![0-9:])")
_AT_THAT_TIME = lazy_regex(
    r"(?<![^\W_])(?:at|by|until|till|from|before|after|um|gegen|ab|bis|à|vers|las|la|alle|dalle|ore|às|das|до|с|в|к|около)[ \u00a0]\Z",
    re.IGNORECASE,
)
"""Words before a time of the day, in a sentence that tells of a score."""
_HALF = lazy_regex(r"[ \u00a0\u202f]?([AaPp])(?:\.[ ]?[Mm]\.?|[Mm](?![A-Za-z]))")
_HOUR_HALF = lazy_regex(r"([01]?[0-9])(?=[ \u00a0\u202f]?[AaPp](?:\.[ ]?[Mm]\.?|[Mm](?![A-Za-z])))")
_DECADE = lazy_regex(r"([12][0-9]{2}0|[1-9]0)['’]?s(?![A-Za-z])")
_OF_DECADE = lazy_regex(
    r"(?:['’]|[0-9]s(?: and|,| or| to|-|–) ?|(?<![A-Za-z])(?:and|or|to|the|early|mid|late|his|her|their|my|our|your|of)[ -])\Z",
    re.IGNORECASE,
)
_SHORT_YEAR = lazy_regex(r"[0-9]{2}(?![0-9]|['’]?s(?![^\W_]))")


class Dates:
    """Finds dates and times."""

    def __init__(self, language: Language) -> None:
        self._words = language
        self._version_before = re.compile(rf"(?<![A-Za-z]){language.version_cues}[ -]\Z")

    def iso(self, text: str, at: int, floor: int) -> Found | None:
        """`2026-05-12`, perhaps with a time."""
        iso = _ISO.match(text, at)
        if iso is None or not _is_date(int(iso[4]), int(iso[3])):
            return None
        words = self._words.date_in(text[max(floor, at - 40) : at], int(iso[1]), int(iso[3]), int(iso[4]))
        if iso[5] is not None:
            second = int(iso[7]) if iso[7] else None
            words += f"{self._words.comma}{self._words.time(int(iso[5]), int(iso[6]), second, '', '')}"
        return Found(at, iso.end(), "dates", words)

    def date(self, text: str, at: int, floor: int) -> Found | None:
        """`12.05.2026`, in the order of the language."""
        date = _DATE.match(text, at)
        if date and date[2] == "." and self._version_before.search(text, max(floor, at - 24), at):
            return None
        if date is None or (date[2] == "." and self._words.decimal == "." and len(date[4]) == 2):
            return None
        first, second, year = int(date[1]), int(date[3]), int(date[4])
        day, month = (second, first) if self._words.order == "mdy" else (first, second)
        if not _is_date(day, month):
            day, month = month, day
        if not _is_date(day, month):
            return None
        if len(date[4]) == 2:
            year += 2000 if year < 70 else 1900
        return Found(at, date.end(), "dates", self._words.date_in(text[max(floor, at - 40) : at], year, month, day))

    def clock(self, text: str, at: int, floor: int) -> Found | None:
        """`14:30`, `5 pm`."""
        hour_half = _HOUR_HALF.match(text, at)
        if hour_half and 0 < int(hour_half[1]) <= 12:
            half = _HALF.match(text, hour_half.end())
            assert half is not None  # it was seen ahead
            end = _without_stop(text, half.end())
            return Found(at, end, "times", self._words.time(int(hour_half[1]), 0, None, half[1].lower() + "m", ""))
        clock = _TIME.match(text, at)
        if clock is None or int(clock[1]) > 24:
            return None
        told = clock[3] is not None or _AT_THAT_TIME.search(text, max(0, at - 8), at)
        if not told and self._words.not_a_time.search(text, max(floor, at - 40), at):
            return None
        if self._words.not_a_time_after.match(text, clock.end()):
            return None
        half = _HALF.match(text, clock.end())
        after = self._words.hour_after(text, clock.end())
        end = _without_stop(text, half.end()) if half else clock.end() + after
        half_word = half[1].lower() + "m" if half else ""
        second = int(clock[3]) if clock[3] else None
        if second is not None and not half and self._words.duration_follows.search(text, max(floor, at - 24), at):
            parts = [(int(n), unit) for n, unit in zip(clock.groups(), ("h", "min", "s"), strict=True) if int(n)]
            said = [self._words.counted(Quantity(n), self._words.units[unit]) for n, unit in parts]
            return Found(at, clock.end(), "times", self._words.joiner.join(said))  # `in 1:52:30`
        words = self._words.time(
            int(clock[1]), int(clock[2]), second, half_word, text[clock.end() : end] if after else ""
        )
        return Found(at, end, "times", words)

    def decades(self, text: str, at: int, floor: int) -> Found | None:
        """`1990s`, `'98`."""
        short_year = _SHORT_YEAR.match(text, at) if text[at - 1 : at] in ("'", "’") and at - 1 >= floor else None
        if short_year and not text[at - 2 : at - 1].isalnum():
            return Found(at - 1, short_year.end(), "years", self._words.short_year(int(short_year[0])))
        decade = _DECADE.match(text, at)
        if decade is None or not self._words.has_decades:
            return None
        short = len(decade[1]) == 2
        if short and not _OF_DECADE.search(text, max(0, at - 16), at):
            return None  # seconds
        start = at - 1 if short and text[at - 1 : at] in ("'", "’") else at
        return Found(start, decade.end(), "years", self._words.decade(int(decade[1]), short=short))


def _is_date(day: int, month: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _without_stop(text: str, end: int) -> int:
    """Where `p.m.` ends: its last stop is that of the sentence, if nothing follows."""
    return end - 1 if text[end - 1] == "." and not text[end:].strip(" \"'”’)") else end
