"""What French, Spanish, Italian and Portuguese share."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._language import Language
from triolet.verbalization._quantity import Noun, Quantity


class Romance(Language):
    """Dates with the name of the month, times, fractions and millions of something."""

    of_date = ""
    """Between the day, the month and the year."""
    first_day = ""
    """The first day of a month."""
    hours = Noun("f", "", "")
    hour_join = " "
    """Between the hour and the minutes."""
    parts: dict[int, tuple[str, str]] = {}
    """For the lower number of a fraction, what it is called; singular and plural."""
    country_code_as_number = True
    minutes_said = False
    numeral_after = " ?[hH](?![^\\W_])"

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self._hour = re.compile(r"[ \u00a0\u202f]?(?:h|hs|horas|heures|ore|uur)(?![^\W_])")

    def date(self, year: int | None, month: int, day: int | None) -> str:
        """The day, the month, the year."""
        words = [self.first_day if day == 1 else self.cardinal(day)] if day is not None else []
        words.append(self.months[month - 1])
        if year is not None:
            words.append(self.year(year))
        return f" {self.of_date} ".join(words) if self.of_date else " ".join(words)

    def hour_after(self, text: str, end: int) -> int:
        """`h` belongs to a time in digits."""
        hour = self._hour.match(text, end)
        return len(hour[0]) if hour else 0

    def counted(self, q: Quantity, noun: Noun) -> str:
        """A million of something has a word between."""
        number = self.number(q, noun.gender, attributive=True)
        round_million = not q.fraction and not q.scale and q.whole >= 10**6 and q.whole % 10**6 == 0
        of = self.of_before(self.form(q, noun)) if q.scale in ("m", "b", "t") or round_million else " "
        return f"{number}{of}{self.form(q, noun)}"

    def of_before(self, noun: str) -> str:
        """The word between a million and what is counted, with its spaces."""
        return f" {self.of} "

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`trois quarts`, `deux et demi`."""
        gender = unit.gender if unit else "m"
        if bottom == 2 and top == 1:
            if whole:
                noun = "" if unit is None else f" {unit.many if whole > 1 else unit.one}"
                return f"{self.cardinal(whole, gender, attributive=unit is not None)}{noun} {self.and_} {self.half_word(gender, alone=False)}"
            return self.half_word(gender, alone=True) + (f" {unit.one}" if unit else "")
        one, many = self.parts.get(bottom) or (self.part_name(bottom), self.part_name(bottom) + "s")
        part = f"{self.cardinal(top, 'm', attributive=True)} {one if top == 1 else many}"
        if whole:
            part = f"{self.cardinal(whole)} {self.and_} {part}"
        return part if unit is None else f"{part}{self.of_before(unit.one)}{unit.one}"

    def half_word(self, gender: str, *, alone: bool) -> str:
        """A half: before a noun, or after a number."""
        raise NotImplementedError

    no_half = frozenset(
        {
            "de",
            "del",
            "di",
            "da",
            "do",
            "du",
            "et",
            "y",
            "e",
            "o",
            "ou",
            "en",
            "à",
            "por",
            "per",
            "pour",
            "fois",
            "veces",
        }
    )
    """Words after a number and a half that it does not count."""

    def and_a_half(self, whole: int, noun: str) -> str:
        """`dos tazas y media`."""
        if noun in self.no_half:
            return ""
        gender = "f" if self.is_feminine(f" {noun}") else "m"
        if whole == 1:
            noun = noun.removesuffix("s")
        half = self.half_word(gender, alone=False).strip().removesuffix("-")
        return f"{self.cardinal(whole, gender, attributive=True)} {noun} {self.and_} {half}"

    article_before = lazy_regex(r"(?<![^\W_])(?:le|un|du|au|el|del|al|il|lo|o|um|do|ao) \Z")

    def fraction_in(self, before: str, words: str) -> str:
        """`le quart de finale`."""
        first, _, rest = words.partition(" ")
        return rest if first in ("un", "um") and rest and self.article_before.search(before[-6:]) else words

    _article_before_roman = lazy_regex(
        r"(?<![^\W_])(el|la|del|al|il|lo|al|nel|nella|della|alla|dal|dalla|o|a|do|da|no|na|ao|à|le|du|au) \Z",
        re.IGNORECASE,
    )
    _noun_after_roman = lazy_regex(r" [^\W\d_]{4}")

    def roman_century(self, value: int, written: str, before: str, after: str) -> str:
        """`la II Guerra Mundial`."""
        article = self._article_before_roman.search(before)
        if (
            article is None
            or value > 30
            or not set(written) <= {"I", "V", "X"}
            or not self._noun_after_roman.match(after)
        ):
            return ""
        return self.ordinal(
            value, "f" if article[1].lower() in ("la", "nella", "della", "alla", "dalla", "a", "da", "na", "à") else "m"
        )

    def half_of(self, after: str) -> str:
        """`media taza`, `meia xícara`, `une demi-tasse`."""
        if not self.is_feminine(after):
            return ""
        half = self.half_word("f", alone=True)
        return half.rstrip() if half.rstrip().endswith("-") else f"{half} "

    def part_name(self, bottom: int) -> str:
        """A small part, such as a twentieth."""
        return self.ordinal(bottom)

    def over(self, top: int, bottom: int) -> str | None:
        """A fraction above one."""
        return self.simple_fraction(None, top, bottom, None) if bottom > 1 else None
