"""Signs between words and numbers: what they mean there."""

from __future__ import annotations

import re
from collections.abc import Callable

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._amounts import Amounts
from triolet.verbalization._codes import Codes
from triolet.verbalization._found import Found
from triolet.verbalization._fractions import Fractions
from triolet.verbalization._language import Language
from triolet.verbalization._numbers import DIGITS, POWER, Numbers, touches
from triolet.verbalization._prices import Prices
from triolet.verbalization._quantity import Quantity
from triolet.verbalization._signs import VULGAR

_INTERNATIONAL = lazy_regex(r"\+[0-9]{1,3}(?:[ .\-/]?\(?[0-9]{1,5}\)?){2,7}(?![0-9])")
_UNIT_ALONE = lazy_regex(r"(?<![^\W_])[kcm]?m\Z")
_ABOUT = "约近概は為价價有"  # after these, `~3000` is no range
_CODE_FOLLOWS = lazy_regex(r"[A-Z]{1,4}-?[0-9]")
_LETTER_AFTER = lazy_regex(r"=? [A-Za-z](?![A-Za-z])")
_CLOSES = lazy_regex(r"<[^<>\n]{1,60}>?>")
_IS_LESS = lazy_regex(r"(?:[0-9]|(?<![A-Za-z])[A-Za-z]) \Z")

_HALF_BEFORE = lazy_regex(r"[0-9][ \u00a0\u202f]?[AaPp](?:\.[ ]?[Mm]\.?|[Mm])[ \u00a0]?\Z")
_HOUR_BEFORE = lazy_regex(r"[0-9][ \u00a0]?(?:Uhr|horas|heures|часов)\Z")
_EAST_HALF = lazy_regex("上午|下午|晚上|中午|凌晨|早上|午前|午後|오전|오후|[0-9]")
_HALF_AFTER = lazy_regex(r"[ \u00a0]?[01]?[0-9](?::[0-5][0-9])?(?![0-9:])")

Rule = Callable[[str, int, int], "Found | None"]


class Marks:
    """Finds signs, and numbers that a sign begins."""

    def __init__(
        self,
        language: Language,
        numbers: Numbers,
        codes: Codes,
        fractions: Fractions,
        amounts: Amounts,
        prices: Prices,
        at_digit: Rule,
    ) -> None:
        self._words = language
        self._numbers = numbers
        self._codes = codes
        self._fractions = fractions
        self._amounts = amounts
        self._prices = prices
        self._at_digit = at_digit
        self._month_after = re.compile(rf" (?:[0-9$€£]|(?:{language.month_forms or '(?!)'})(?![^\W\d_]))")

    def power(self, text: str, at: int) -> Found | None:
        """`x²`."""
        if not text[at - 1 : at].isalpha():
            return None
        words = self._words
        unit = _UNIT_ALONE.search(text, max(0, at - 4), at)
        if unit and (noun := words.units.get(f"{unit[0]}{2 if text[at] == '²' else 3}")):
            return Found(unit.start(), at + 1, "units", noun.one)
        name = words.squared if text[at] == "²" else words.cubed
        return Found(at, at + 1, "symbols", self._numbers.apart(text, at, at + 1, name)) if name else None

    def sign(self, text: str, at: int, floor: int) -> Found | None:
        """Any other sign."""
        words = self._words
        sign = text[at]
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if sign == "+" and after.isdigit():
            phone = _INTERNATIONAL.match(text, at)
            if phone is not None and 8 <= sum(c.isdigit() for c in phone[0]) <= 16:
                return Found(at, phone.end(), "telephones", self._codes.telephone(phone[0].rstrip(" -./(")))
        if (
            sign in "~〜～"
            and before
            and (
                (
                    after.isdigit()
                    and (
                        (before.isalnum() and not touches(before) and before not in _ABOUT) or (at == floor and at > 0)
                    )
                )
                or (
                    not words.numbers_by_thousand
                    and before.isalpha()
                    and after.isalpha()
                    and not touches(before)
                    and not touches(after)
                )
            )
        ):
            return Found(at, at + 1, "ranges", words.joined(words.to).lstrip())
        if sign in "~～≈" and before and before in "约近" and after.isdigit():
            return Found(at, at + 1, "symbols", "")  # it is said already
        if (
            sign == "/"
            and words.code == "zh"
            and before
            and before in "元块角分时钟天月年次人件个里"
            and not touches(after)
            and after.isalpha()
        ):
            return Found(at, at + 1, "symbols", words.per)
        if sign in "-−–" and at == floor and at and before == "." and after.isdigit():
            return Found(at, at + 1, "ranges", words.joined(words.to))  # `9 a.m.–5 p.m.`
        if sign in "-−–+±~≈" and after and after in "0123456789$€£¥￥₹₩₽.½¼¾":
            if not before or not (touches(before) or before in ")]%²³°"):
                return self._signed(text, at, floor)
            if sign in "-–−" and after.isdigit() and sign != "~":
                return self._hyphen(text, at, floor)
        if sign in "-–—" and before and before in "点點分时時시분半" and _EAST_HALF.match(text, at + 1):
            return Found(at, at + 1, "ranges", words.joined(words.to).lstrip())  # `上午9点-下午6点`
        if (
            sign in "-−–—"
            and after in " 0123456789"
            and _HALF_BEFORE.search(text, max(0, at - 12), at)
            and _HALF_AFTER.match(text, at + 1)
        ):  # `9 a.m. - 5 p.m.`
            start = at - (before in (" ", "\u00a0") and at > floor)
            return Found(start, at + 1 + (after == " "), "ranges", words.joined(words.to))
        if sign in "-–−" and before in (" ", "\u00a0") and after in (" ", "\u00a0"):
            return self._spaced_dash(text, at)
        if sign == "-" and after == ">" and "→" in words.symbols:
            return Found(at, at + 2, "symbols", self._numbers.apart(text, at, at + 2, words.symbols["→"]))
        if sign in "<>" and (generic := self._generic(text, at)):
            return generic
        if sign in "-–" or (sign in "〜～" and not (after.isdigit() and at == floor)):
            return None
        if sign == "#":
            return self._number_sign(text, at, after)
        if sign == "/" and at == floor and at and before.isalpha() and after.isdigit() and words.spaced:
            return Found(at, at + 1, "symbols", words.joined(words.per_many or words.per))  # `2 l/100 km`
        if sign == "/" and before.isalpha() and before.isascii() and after.isdigit():
            return Found(at, at + 1, "symbols", " ")
        if (
            sign == "/"
            and before == after == " "
            and text[at - 2 : at - 1].isdigit()
            and text[at + 2 : at + 3].isdigit()
            and "=" in text
        ):
            name = words.symbols.get("÷")
            return Found(at, at + 1, "symbols", name) if name else None
        if sign == "/" and not (before.isdigit() and after.isdigit()):
            return None
        if sign == "*" and not (
            re.search(r"[0-9] ?\Z", text[max(0, at - 2) : at]) and re.match(r" ?[0-9]", text[at + 1 : at + 3])
        ):
            return None
        if sign == "^":
            power = POWER.match(text, at)
            if power is None or not before.isalnum():
                return None
            said = words.exponent("", int((power[1]).replace("−", "-"))).strip()
            return Found(at, power.end(), "symbols", self._numbers.apart(text, at, power.end(), said))
        if sign in "<>" and not (
            re.match(r"=? ?[.\-]?[0-9$€£]", text[at + 1 : at + 5])
            or re.search(r"[0-9] \Z", text[max(0, at - 2) : at])
            or (_IS_LESS.search(text, max(0, at - 4), at) and _LETTER_AFTER.match(text, at + 1))
        ):
            return None
        if sign == "+" and after == "+" and before.isalpha():
            return Found(
                at, at + 2, "symbols", self._numbers.apart(text, at, at + 2, words.joiner.join([words.plus] * 2))
            )
        if sign == "=" and (before in ("=", "!", "<", ">") or after in ("=", ">")):
            if after == ">" and "→" in words.symbols:
                return Found(at, at + 2, "symbols", self._numbers.apart(text, at, at + 2, words.symbols["→"]))
            return None
        if sign in "<>≤≥" and words.code == "en" and not _IS_LESS.search(text, max(0, at - 4), at):
            less = words.symbols[sign].removeprefix("is ")
            return Found(at, at + 1, "symbols", self._numbers.apart(text, at, at + 1, less))
        for length in (2, 1):
            name = words.symbol_in(text[at : at + length], text[max(0, at - 2) : at])
            if name == " " and len(text) >= at + length:
                start = at - 1 if before == " " and at - 1 >= floor else at
                return Found(start, at + length, "symbols", "")  # a closing sign, whose opening one is said
            if name and len(text) >= at + length:
                return Found(at, at + length, "symbols", self._numbers.apart(text, at, at + length, name))
        return None

    def _generic(self, text: str, at: int) -> Found | None:
        """The brackets of `List<int>` and of `<user>`: they are no sign of a comparison, and say nothing."""
        if not self._words.spaced:
            return None
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if text[at] == "<":
            if not after.isalpha() or not (_CLOSES.match(text, at) or (before.isalpha() and after.isupper())):
                return None  # what closes it may stand in the next clause: `Map<String, Integer>`
            return Found(at, at + 1, "symbols", " " if before.isalnum() else "")
        opened = text.rfind("<", max(0, at - 61), at)
        if not (before.isalpha() or before == ">") or after.isdigit():
            return None
        if opened < 0 and (after.isalnum() or re.match(r" [0-9]", text[at + 1 : at + 3])):
            return None
        if opened >= 0 and not text[opened + 1].isalpha():
            return None
        return Found(at, at + 1, "symbols", " " if after.isalnum() else "")

    def _signed(self, text: str, at: int, floor: int) -> Found | None:
        """A sign before a number."""
        words = self._words
        sign = text[at]
        name = words.minus if sign in "-−–" else words.plus if sign == "+" else words.symbols.get(sign, "")
        start = at + 1
        if text[start] == ".":
            digits = DIGITS.match(text, start + 1, start + 20)
            if digits is None:
                return None
            return Found(at, digits.end(), "numbers", words.number(Quantity(0, digits[0], negative=sign in "-−–")))
        if text[start] in VULGAR:
            one: Found | None = self._fractions.vulgar(text, start)
        elif text[start].isdigit():
            if sign in "-−–":
                one = self._words.special(self._numbers, text, start, floor) or self._amounts.quantity(
                    text, start, start
                )
            else:
                one = self._at_digit(text, start, start)
            if sign in "-−–" and (science := self._fractions.science(text, start, start)):
                one = science
        else:
            one = self._prices.price(text, start, start)
        if one is None or one.start != start:
            return None
        return Found(at, one.end, one.kind, self._numbers.apart(text, at, one.end, words.with_sign(name, one.words)))

    def _hyphen(self, text: str, at: int, floor: int) -> Found:
        """A hyphen between a word or a number and a number."""
        words = self._words
        hours = _HOUR_BEFORE.search(text, max(0, at - 10), at) is not None
        between = words.joined(words.to) if (floor == at and at) or hours else words.joiner
        return Found(at, at + 1, "symbols", between)

    def _spaced_dash(self, text: str, at: int) -> Found | None:
        if not (re.search(r"[0-9%] \Z", text[max(0, at - 2) : at]) and self._month_after.match(text, at + 1)):
            return None
        words = self._words
        return Found(at, at + 1, "symbols", words.minus if "=" in text or text[at] == "−" else words.to)

    def _number_sign(self, text: str, at: int, after: str) -> Found | None:
        words = self._words
        before = text[at - 1 : at]
        if after.isdigit() and not before.isalnum():
            return Found(at, at + 1, "symbols", words.number_sign + words.joiner)
        if before.isalpha() and not after.isalnum() and (at < 2 or not text[at - 2].isalnum()):
            return Found(at, at + 1, "symbols", self._numbers.apart(text, at, at + 1, words.sharp))
        if not before.isalnum() and _CODE_FOLLOWS.match(text, at + 1):
            return Found(at, at + 1, "symbols", words.number_sign + words.joiner)
        if after.isalpha() and not before.isalnum():
            return Found(at, at + 1, "symbols", words.hashtag + words.joiner)
        return None
