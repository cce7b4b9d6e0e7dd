"""Reads a number and what it counts, by the tables of a language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from triolet._model._kinds import Kind
from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._language import Language
from triolet.verbalization._numerals import CONTINENTAL_STYLE, ENGLISH_STYLE, quantity
from triolet.verbalization._quantity import Noun, Quantity
from triolet.verbalization._signs import CURRENCY_CODES, CURRENCY_SIGNS, ONLY_ATTACHED, UNITS

GAP = r"[ \u00a0\u202f]?"
_NO_LETTER = r"(?![A-Za-z0-9\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u0370-\u04FF])"
_CURRENCIES = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
CODES = "|".join(CURRENCY_CODES)
DIGITS = lazy_regex(r"[0-9]+")
SUPERSCRIPT_OR_CARET = frozenset("^⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
RANGE = lazy_regex(r"(?:[-–−~〜～]|[ \u00a0][–—~〜～][ \u00a0])(?=[0-9$€£¥￥₹₩₽])")
POWER = lazy_regex(r"\^\{?([-−]?[0-9]{1,4})\}?|(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4})")
_WORD = lazy_regex(r"[^\W\d_]{1,40}")
_PER = lazy_regex(r"/(?=[^\W\d_])")
_AFTER_HOURS = lazy_regex(r"[0-9][ \u00a0]?h(?:rs?)?[ \u00a0]?[0-9]{1,2}\Z")
_MILLIONS = lazy_regex(r"[ \u00a0]?(?:M(?:d|ds)?|[kK])(?=[ ]?[€$£])")

LONGEST_PLAIN = 18
"""Digits that are said as one number at most. Longer runs are read out."""


class Numbers:
    """The patterns of one language for numbers, scales, units and currencies."""

    def __init__(self, language: Language) -> None:
        self._words = language
        style = ENGLISH_STYLE if language.decimal == "." else CONTINENTAL_STYLE
        self.pattern = re.compile(style)
        signs = {sign: name for name, all_signs in UNITS.items() if name in language.units for sign in all_signs}
        signs |= {sign: name for sign, name in language.extra_units.items() if name in language.units}
        self.unit_signs: Mapping[str, str] = signs
        alternatives = "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
        self.unit = re.compile(rf"([ \u00a0\u202f]|-)?({alternatives}){_NO_LETTER}(?!\.[A-Za-z])")
        self.nouns = {
            form: noun for noun in language.units.values() for form in (noun.one, noun.many, noun.few) if form
        }
        scales = "|".join(re.escape(word) for word in sorted(language.scale_words, key=len, reverse=True)) or "(?!)"
        self.scale = re.compile(rf"([ \u00a0\u202f]?)({scales}){_NO_LETTER}")
        self.coins: Mapping[str, str] = {
            **{code: code for code in CURRENCY_CODES},
            **CURRENCY_SIGNS,
            "$": language.dollar,
            "¥": language.yen,
            "RMB": "CNY",
            **language.coin_words,
        }
        coins = "|".join(re.escape(word) for word in sorted(self.coins, key=len, reverse=True) if word != "RMB")
        self.coin_after = re.compile(rf"{GAP}({coins}|RMB){_NO_LETTER}")
        self.coin_before = re.compile(rf"({_CURRENCIES}|{CODES}){GAP}(?=[0-9])")
        self._percent = re.compile(rf"{GAP}([%‰])")

    def number_at(self, text: str, at: int) -> tuple[Quantity, int] | None:
        """The number that begins there, with its scale, and where it ends."""
        number = self.pattern.match(text, at)
        if (
            number is not None
            and number[0].isdigit()
            and (len(number[0]) > LONGEST_PLAIN or number[0][0] == "0" != number[0])
        ):
            return None
        if number is None:
            return None
        q, end = self.scaled(text, number.end(), quantity(number[0], self._words.decimal))
        return q, end

    def counted_at(self, text: str, end: int) -> tuple[Kind, Noun, int, str] | None:
        """What is counted by a number that ends there: its kind, its noun, where it ends, and the code of a currency."""
        percent = self._percent.match(text, end)
        if percent:
            return "percentages", self._words.percent if percent[1] == "%" else self._words.permille, percent.end(), ""
        coin = self.coin_after.match(text, end)
        if (
            coin
            and self.coins[coin[1]] in self._words.coins
            and not re.match(r"[0-9]", text[coin.end() : coin.end() + 1])
        ):
            code = self.coins[coin[1]]
            return "money", self._words.coins[code][0], coin.end(), code
        unit = self.unit_at(text, end)
        if unit:
            noun, after = unit
            kind: Kind = (
                "temperatures"
                if "°" in text[end:after] or "℃" in text[end:after] or "℉" in text[end:after]
                else "units"
            )
            return kind, noun, after, ""
        return None

    def unit_at(self, text: str, end: int) -> tuple[Noun, int] | None:
        """The unit that is written after a number that ends there, and where it ends."""
        unit = self.unit.match(text, end)
        if unit is None:
            return None
        if unit[1] and unit[2] in ONLY_ATTACHED:
            return None
        if unit[2] == "K" and not unit[1]:
            return None
        if unit[1] == "-" and (len(unit[2]) == 1 or not self._words.spaced):
            return None
        if unit[2] in self._words.not_units_when_apart and unit[1]:
            return None
        if unit[2] == "t" and text[unit.end() : unit.end() + 1] in ("-", "'", "’"):
            return None  # `5 t-shirts`
        after = unit.end()
        if unit[2] == "m" and "min" in self._words.units and _AFTER_HOURS.search(text, max(0, end - 9), end):
            return self._words.units["min"], after  # `2h 30m`
        if unit[2].endswith(".") and not text[after:].strip(" \"'”’)»“"):
            after -= 1  # the stop is that of the sentence
        elif text.startswith(". ", after) and text[after + 2 : after + 3].islower():
            after += 1  # the sentence goes on
        return self._words.units[self.unit_signs[unit[2]]], after

    def scaled(self, text: str, end: int, q: Quantity) -> tuple[Quantity, int]:
        """The number with the million, or the like, after it."""
        if not self._words.scale_words:
            return self._expanded(text, end, q)
        scale = self.scale.match(text, end)
        if (scale is None or scale[1]) and (millions := _MILLIONS.match(text, end)) and "m" in self._words.scales:
            scale_name = "k" if millions[0][-1] in "kK" else "b" if "d" in millions[0] else "m"
            return Quantity(q.whole, q.fraction, q.negative, scale_name), millions.end()
        if scale is None or (scale[1] and len(scale[2]) == 1):
            return q, end
        if scale[2] == "K" and q.whole in (2, 4, 5, 8) and not q.fraction:
            return q, end  # 4K is a size of pictures
        name = self._words.scale_words[scale[2]]
        return Quantity(q.whole, q.fraction, q.negative, name), scale.end()

    @staticmethod
    def _expanded(text: str, end: int, q: Quantity) -> tuple[Quantity, int]:
        """`3 M€` where a language counts by ten thousands and has no word for a million."""
        scale = _MILLIONS.match(text, end)
        zeros = 0 if scale is None else 3 if scale[0][-1] in "kK" else 9 if "d" in scale[0] else 6
        if scale is None or len(q.fraction) > zeros:
            return q, end
        return multiplied(q, zeros), scale.end()

    def per(self, text: str, end: int, said: str, q: Quantity, noun: Noun) -> tuple[str, int]:
        """`/month` after a price or a quantity."""
        if not _PER.match(text, end) or not self._words.per:
            return said, end
        unit = self.unit.match(text, end + 1)
        if unit and not unit[1]:
            return f"{said}{self._words.per_words(self._words.units[self.unit_signs[unit[2]]].one)}", unit.end()
        word = _WORD.match(text, end + 1)
        assert word is not None  # a letter was seen ahead
        return f"{said}{self._words.per_words(word[0])}", word.end()

    def apart(self, text: str, start: int, end: int, said: str) -> str:
        """The words with a space where a letter or a digit touches them, in languages with spaces."""
        if not self._words.spaced:
            return said
        if start and text[start - 1].isalnum() and said[:1].isalnum() and text[start - 1] != "제":
            said = " " + said
        if start and text[start - 1] == ">" and said[:1].isalnum():
            said = " " + said  # `<user>@<host>`, whose brackets are silent
        following = text[end : end + 1]
        if following == "<" and said[-1:].isalnum():
            said += " "
        if following.isalnum() and said[-1:].isalnum() and not self._words.glues(following, text[end - 1]):
            said += " "
        return said

    def grouped(self, groups: list[str]) -> str:
        """Groups of digits, with a breath between them."""
        return self._words.comma.join(groups)


def multiplied(q: Quantity, zeros: int) -> Quantity:
    """The number with the decimal mark moved to the right."""
    return Quantity(int(f"{q.whole}{q.fraction.ljust(zeros, '0')}"), "", q.negative)


def touches(character: str) -> bool:
    """Whether this is a letter or a digit of a script that is written with spaces: then a sign after it belongs to it."""
    return character.isalnum() and not "\u2e80" <= character <= "\ud7af"
