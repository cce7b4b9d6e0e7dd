"""What Chinese and Japanese share: numbers by ten thousands, and no spaces."""

from __future__ import annotations

from triolet.verbalization._language import Language
from triolet.verbalization._quantity import Noun, Quantity


class EastAsian(Language):
    """Numbers in Han characters, dates from the year to the day, fractions from below."""

    decimal = "."
    groups = ","
    order = "ymd"
    spaced = False
    numbers_by_thousand = False
    joiner = ""
    comma = "，"
    spells_letters = False
    read_fraction_as_number = False
    parts = "分之"
    date_marks = ("年", "月", "日")
    percent_first = ""

    def __init__(self, region: str = "") -> None:
        super().__init__(region)

    def number(self, q: Quantity, gender: str = "", *, attributive: bool = False) -> str:
        """The number, with its sign."""
        words = super().number(q, gender, attributive=attributive)
        return words.replace(" ", "")

    def fraction_digits(self, digits: str) -> str:
        """Digit by digit."""
        return self.digits(digits)

    def date(self, year: int | None, month: int, day: int | None) -> str:
        """Year, month, day."""
        words = "" if year is None else self.year(year) + self.date_marks[0]
        words += self.cardinal(month) + self.date_marks[1]
        return words if day is None else words + self.cardinal(day) + self.date_marks[2]

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`二分之一`."""
        words = f"{self.cardinal(bottom)}{self.parts}{self.cardinal(top)}"
        if whole:
            words = f"{self.cardinal(whole)}{self.and_}{words}"
        return words if unit is None else words + unit.one

    def over(self, top: int, bottom: int) -> str | None:
        """`五分之九`."""
        return self.simple_fraction(None, top, bottom, None)

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`第三`."""
        return "第" + self.cardinal(n)

    def with_sign(self, sign: str, words: str) -> str:
        """A sign before a number."""
        return f"{sign}{words}"
