"""Prices with the sign of a currency before the number."""

from __future__ import annotations

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language
from triolet.verbalization._numbers import RANGE, Numbers, multiplied
from triolet.verbalization._numerals import quantity
from triolet.verbalization._quantity import Quantity
from triolet.verbalization._signs import CURRENCY_CODES

_THOUSANDS = lazy_regex(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,]|\.[0-9])")
_MILLION = lazy_regex(r"m(?![^\W_])")  # `£3m`
_LETTER_SCALE = lazy_regex(r"[ \u00a0]?(million|billion|thousand|bn|[kKmMB])(?![A-Za-z0-9])")  # `$3M`
_ONLY_CENTS = lazy_regex(r"[$£€]\.([0-9]{2})(?![0-9])")
_CENTS = lazy_regex(r"[0-9]{1,6},[0-9]{2}(?![0-9]|,[0-9])")


class Prices:
    """Finds prices."""

    def __init__(self, language: Language, numbers: Numbers) -> None:
        self._words = language
        self._numbers = numbers

    def price(self, text: str, at: int, floor: int) -> Found | None:
        """`$5`, `€3 million`, `$5-10`."""
        coin = self._numbers.coin_before.match(text, at)
        words = self._words
        if coin is None and (cents := _ONLY_CENTS.match(text, at)):
            code = self._numbers.coins.get(text[at], "")
            minor = words.coins[code][1] if code in words.coins else None
            if minor is not None:
                return Found(at, cents.end(), "money", words.counted(Quantity(int(cents[1])), minor))
        if coin is None:
            name = words.symbols.get(text[at]) or self._coin_alone(text, at)
            return Found(at, at + 1, "symbols", self._numbers.apart(text, at, at + 1, name)) if name else None
        code = self._numbers.coins[coin[1]]
        cents = _CENTS.match(text, coin.end())
        thousands = None if cents else _THOUSANDS.match(text, coin.end())
        number = cents or thousands or self._numbers.pattern.match(text, coin.end())
        if number is None or code not in words.coins:
            return None
        decimal = "," if cents else "." if thousands else words.decimal
        q, end = self._numbers.scaled(text, number.end(), quantity(number[0], decimal))
        if not q.scale and "m" in words.scales and _MILLION.match(text, end):
            q, end = Quantity(q.whole, q.fraction, q.negative, "m"), end + 1
        if not words.scale_words and (scale := _LETTER_SCALE.match(text, end)):
            zeros = {"k": 3, "t": 3, "m": 6, "b": 9}[scale[1][0].lower()]
            if len(q.fraction) <= zeros:
                q, end = multiplied(q, zeros), scale.end()
        between = RANGE.match(text, end)
        if between:
            second = self._price_range(text, at, q, between.end(), code)
            if second is not None:
                return second
        named = self._numbers.coin_after.match(text, end)  # `$5 USD`, `$500 MXN`
        if named and named[1] in CURRENCY_CODES and self._numbers.coins[named[1]] in words.coins:
            code, end = self._numbers.coins[named[1]], named.end()
        said = words.money_in(q, code, text[max(floor, at - 40) : at], text[end : end + 24])
        said, end = self._numbers.per(text, end, said, q, words.coins[code][0])
        return Found(at, end, "money", self._numbers.apart(text, at, end, said))

    def _coin_alone(self, text: str, at: int) -> str | None:
        """The sign of a currency without a number: `millones de €`."""
        coin = self._words.coins.get(self._numbers.coins.get(text[at], ""))
        if coin is None or text[at - 1 : at].isalnum() or text[at + 1 : at + 2].isalnum():
            return None
        return coin[0].many if text[:at].endswith((" de ", " di ")) else coin[0].one

    def _price_range(self, text: str, at: int, q: Quantity, second_at: int, code: str) -> Found | None:
        coin = self._numbers.coin_before.match(text, second_at)
        number = self._numbers.pattern.match(text, coin.end() if coin else second_at)
        if number is None:
            return None
        last, end = self._numbers.scaled(text, number.end(), quantity(number[0], self._words.decimal))
        if q.fraction or last.fraction:
            said = f"{self._words.money(q, code)}{self._words.joined(self._words.to)}{self._words.money(last, code)}"
        else:
            said = self._words.counted_range(q, last, self._words.coins[code][0])
        return Found(at, end, "money", said)
