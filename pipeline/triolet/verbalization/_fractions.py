"""Fractions, ratios and powers of ten."""

from __future__ import annotations

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language
from triolet.verbalization._numbers import Numbers
from triolet.verbalization._numerals import quantity
from triolet.verbalization._quantity import Quantity
from triolet.verbalization._signs import SUPERSCRIPTS, VULGAR

_RATIO = lazy_regex(r"([0-9]{1,4}):([0-9]{1,4})(?::([0-9]{1,4}))?(?![0-9:])")
_FRACTION = lazy_regex(r"(?:([0-9]{1,4})[ \u00a0])?([0-9]{1,4})[/⁄]([0-9]{1,4})(?![0-9/]|[.,][0-9])")
_WITH_VULGAR = lazy_regex(r"([0-9]{1,6})[ \u00a0]?([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒])")
_SCIENTIFIC = lazy_regex(r"([0-9]{1,20}(?:[.,][0-9]{1,20})?)[eE]([+\-−]?[0-9]{1,3})(?![0-9A-Za-z])")
_TEN_TO = lazy_regex(
    r"([0-9]{1,20}(?:[.,][0-9]{1,20})?)[ ]?[×x·*][ ]?10(?:\^([-−+]?[0-9]{1,3})|([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))(?![0-9])"
)
_ALWAYS = lazy_regex(r"24/7/365(?![0-9/])")
_OUT_OF = lazy_regex(r"([0-9]{1,3}(?:[.,][0-9]{1,2})?)/(5|10|20|100)(?![0-9/]|[.,][0-9])(?P<stars> stars?)?")
_NAME = lazy_regex(r"(?: of an? | d'| de | di |[ \u00a0])([^\W\d_]{1,20})(?![^\W_])")


class Fractions:
    """Finds fractions and what is written like one."""

    def __init__(self, language: Language, numbers: Numbers) -> None:
        self._words = language
        self._numbers = numbers

    def ratio(self, text: str, at: int, floor: int) -> Found | None:
        """`3:2`."""
        ratio = _RATIO.match(text, at)
        if ratio is None:
            return None
        numbers = [int(part) for part in ratio.groups() if part]
        return Found(at, ratio.end(), "scores", self._words.ratio_in(text[max(floor, at - 40) : at], numbers))

    def science(self, text: str, at: int, floor: int) -> Found | None:
        """`1e-5`, `6 × 10^8`."""
        science = _SCIENTIFIC.match(text, at)
        exponent = ""
        if science:
            exponent = science[2]
        else:
            science = _TEN_TO.match(text, at)
            if science:
                exponent = science[2] or science[3].translate(SUPERSCRIPTS)
        if science is None:
            return None
        base = quantity(science[1], self._words.decimal)
        power = int(exponent.replace("−", "-"))
        said = self._words.scientific(base, power)
        counted = self._numbers.counted_at(text, science.end())
        if counted is None or counted[0] != "units":
            return Found(at, science.end(), "numbers", said)
        noun = self._words.form(Quantity(10), counted[1])
        return Found(at, counted[2], "units", f"{said}{self._words.joiner}{noun}")

    def fractions(self, text: str, at: int, floor: int) -> Found | None:
        """`1/2`, `2 ½`, `8/10`."""
        mixed = _WITH_VULGAR.match(text, at)
        if mixed:
            top, bottom = VULGAR[mixed[2]]
            return self._fraction(text, at, mixed.end(), int(mixed[1]), top, bottom)
        share = _OUT_OF.match(text, at) if self._words.out_of else None
        if share and (share[2] in ("10", "100") or share["stars"] or not share[1].isdigit()):
            said = f"{self._words.number(quantity(share[1], self._words.decimal))} {self._words.out_of} {self._words.cardinal(int(share[2]))}"
            return Found(at, share.end(2), "fractions", self._numbers.apart(text, at, share.end(2), said))
        if always := _ALWAYS.match(text, at):
            return Found(at, always.end(), "numbers", self._words.always())
        fraction = _FRACTION.match(text, at)
        if fraction is None or (at and text[at - 1] in "/.,"):
            return None
        if len(fraction[2]) == 4 and not ("1100" <= fraction[2] <= "2099" and len(fraction[3]) == 2):
            return None
        whole, top, bottom = int(fraction[1]) if fraction[1] else None, int(fraction[2]), int(fraction[3])
        if fraction[0] in ("24/7", "9/11", "20/20") or (top + bottom == 100 and whole is None):  # `80/20`
            words = self._words.joiner.join(self._words.cardinal(n) for n in (top, bottom))
            return Found(at, fraction.end(), "numbers", words)
        if 1100 <= top <= 2099 and len(fraction[3]) == 2 and whole is None:  # `2023/24`
            words = f"{self._words.year(top)}{self._words.joiner}{self._words.short_year(bottom)}"
            return Found(at, fraction.end(), "years", words)
        if 1900 <= bottom <= 2099 and len(fraction[2]) < 4 and whole is None:  # `No. 123/2020`
            words = self._words.joiner.join((self._words.cardinal(top), self._words.slash, self._words.year(bottom)))
            return Found(at, fraction.end(), "codes", words)
        if not bottom or not top or bottom < 2 or (top >= bottom and whole is None):
            if not bottom:
                return None
            over = self._words.over(top, bottom) if whole is None else None
            return None if over is None else Found(at, fraction.end(), "fractions", over)
        return self._fraction(text, at, fraction.end(), whole, top, bottom)

    def _fraction(self, text: str, at: int, end: int, whole: int | None, top: int, bottom: int) -> Found:
        unit = self._numbers.unit_at(text, end)
        noun = None
        name = _NAME.match(text, end)
        if (
            unit is None
            and name
            and whole
            and name[1] not in self._numbers.nouns
            and (top, bottom) == (1, 2)
            and (half := self._words.and_a_half(whole, name[1]))
        ):
            return Found(at, name.end(), "fractions", self._numbers.apart(text, at, name.end(), half))
        if unit is not None:
            noun, end = unit
        elif name and name[1] in self._numbers.nouns:
            noun, end = self._numbers.nouns[name[1]], name.end()
        elif whole is None and (top, bottom) == (1, 2) and (half := self._words.half_of(text[end : end + 24])):
            return Found(at, end + 1, "fractions", self._numbers.apart(text, at, end, half))
        words = self._words.fraction_in(text[:at], self._words.simple_fraction(whole, top, bottom, noun))
        return Found(at, end, "fractions", self._numbers.apart(text, at, end, words))

    def vulgar(self, text: str, at: int) -> Found:
        """`½`."""
        top, bottom = VULGAR[text[at]]
        return self._fraction(text, at, at + 1, None, top, bottom)
