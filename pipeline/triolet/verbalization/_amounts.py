"""Numbers, what they count, and two of them with something between."""

from __future__ import annotations

import re

import attrs

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._codes import Codes
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language
from triolet.verbalization._numbers import DIGITS, LONGEST_PLAIN, POWER, RANGE, SUPERSCRIPT_OR_CARET, Numbers
from triolet.verbalization._numerals import quantity
from triolet.verbalization._quantity import Noun, Quantity
from triolet.verbalization._signs import LENGTHS, SUPERSCRIPTS

_DIMENSIONS = lazy_regex(r"[ \u00a0]?[x×х][ \u00a0]?(?=[0-9])")  # the last is Cyrillic
_NAMES_IT = lazy_regex(r"[ -][^\W\d_]{3}")
_TIME_OF_DAY = lazy_regex(r"[0-2]?[0-9]:[0-5][0-9](?![0-9])")
_SETS = lazy_regex(r"[0-9][-–][0-9](?:, ?|、|，)\Z")  # of tennis
_ONE_SET = lazy_regex(r"[ ,、，]*[0-9][-–][0-9][ ,、，.。]*")
_PAIR = lazy_regex(r"([0-9]{1,3})(h|kg|km|m|ft|min)([0-9]{1,3})(min|cm|m|g|s|in)(?![^\W_]|[.,/][0-9])", re.ASCII)
_FEET = lazy_regex(r"([0-9]{1,2})['′][ ]?([0-9]{1,2})(?:\"|″|'')")
_FEET_AND_INCHES = lazy_regex(
    r"([0-9]{1,2})[ \u00a0]?(?:ft\.?|feet|foot)[ \u00a0]([0-9]{1,2})[ \u00a0]?(?:inches|inch|in\.(?= [a-z])|in)(?![^\W_])"
)
_FOLD = lazy_regex(r"([0-9]{1,6}(?:[.,][0-9]{1,4})?)(?:[x×](?![^\W_]| ?[0-9])| x(?= (?!d[a-z](?![^\W_]))[^\W\d_]))")
_ALPHA_AFTER = lazy_regex(r"[A-Za-z\u00AA-\u024F\u0370-\u04FF]")


class Amounts:
    """Finds numbers and what they count."""

    def __init__(self, language: Language, numbers: Numbers, codes: Codes) -> None:
        self._words = language
        self._numbers = numbers
        self._codes = codes
        self._year_before = re.compile(rf"(?<![^\W\d_]){language.year_cues}[ \u00a0]\Z")

    def feet(self, text: str, at: int, floor: int) -> Found | None:
        """`6 ft 2 in`."""
        feet = _FEET.match(text, at) or _FEET_AND_INCHES.match(text, at)
        if feet is None or "ft" not in self._words.units:
            return None
        words = [
            self._words.counted(Quantity(int(n)), self._words.units[unit])
            for n, unit in ((feet[1], "ft"), (feet[2], "inch"))
        ]
        return Found(at, feet.end(), "units", " ".join(words))

    def pair(self, text: str, at: int, floor: int) -> Found | None:
        """`1m80cm`, `2h30m`."""
        pair = _PAIR.match(text, at)
        if pair is None or (at and text[at - 1].isalnum() and text[at - 1].isascii()):
            return None
        small = "min" if (pair[2], pair[4]) == ("h", "m") else "inch" if pair[4] == "in" else pair[4]
        both = [self._words.units.get(pair[2]), self._words.units.get(small)]
        if None in both:
            return None
        said = [
            self._words.counted(Quantity(int(n)), noun)
            for n, noun in zip((pair[1], pair[3]), both, strict=True)
            if noun
        ]
        return Found(at, pair.end(), "units", self._words.joiner.join(said))

    def pointed(self, text: str, at: int, floor: int) -> Found | None:
        """`.5`."""
        if (
            text[at - 1 : at] != "."
            or at < 1
            or at - 1 < floor
            or (at > 1 and (text[at - 2].isalnum() or text[at - 2] == "."))
        ):
            return None
        digits = DIGITS.match(text, at, at + 20)
        assert digits is not None  # a digit stands there
        one = self._with_suffix(text, at, digits.end(), Quantity(0, digits[0]), "", "")
        return Found(at - 1, one.end, one.kind, one.words)

    def fold(self, text: str, at: int, floor: int) -> Found | None:
        """`2x`."""
        fold = _FOLD.match(text, at) if self._words.fold and "=" not in text else None
        if fold is None or (at and text[at - 1].isalnum()):
            return None
        q = quantity(fold[1], self._words.decimal)
        return Found(at, fold.end(), "numbers", f"{self._words.number(q, 'f')} {self._words.fold}")

    def lengths(self, text: str, at: int, floor: int) -> Found | None:
        """`3x4`, before it is taken for a word of letters and digits."""
        if text[at - 1 : at].isalnum() and at > floor:
            return None
        number = self._numbers.pattern.match(text, at)
        dims = _DIMENSIONS.match(text, number.end()) if number else None
        if number is None or dims is None or self._numbers.pattern.match(text, dims.end()) is None:
            return None
        return self._dimensions(text, at, quantity(number[0], self._words.decimal), dims, floor)

    def quantity(self, text: str, at: int, floor: int) -> Found | None:
        """A number, or two with something between them, and what is counted."""
        words = self._words
        ordinal = words.ordinal_at(text, at)
        if ordinal is not None:
            end, said = ordinal
            return Found(at, end, "ordinals", self._numbers.apart(text, at, end, said))
        number = self._numbers.pattern.match(text, at)
        assert number is not None  # a digit stands there
        end = number.end()
        written = number[0]
        digits = len(written)
        if end < len(text) and text[end].isdigit() and text[end] in "0123456789":  # a very long run
            return Found(at, end, "codes", self._numbers.apart(text, at, end, words.digits(DIGITS.findall(written)[0])))
        before = text[max(floor, at - 40) : at]
        if written.isdigit() and (
            digits > LONGEST_PLAIN or (written[0] == "0" and digits > 1) or self._codes.is_code(text, at, end, before)
        ):
            return Found(at, end, "codes", self._numbers.apart(text, at, end, self._codes.read_out(written)))
        q, end = self._numbers.scaled(text, end, quantity(written, words.decimal))
        between = RANGE.match(text, end)
        if between:
            second = self._range(text, at, q, written, between.end(), before)
            if second is not None:
                return (
                    attrs.evolve(second, words=words.range_in(before, second.words))
                    if second.kind != "scores"
                    else second
                )
        dims = _DIMENSIONS.match(text, end)
        if dims:
            second_number = self._numbers.pattern.match(text, dims.end())
            assert second_number is not None  # a digit was seen ahead
            return self._dimensions(text, at, q, dims, floor)
        if text[end : end + 1] in SUPERSCRIPT_OR_CARET and (power := POWER.match(text, end)):
            exponent = int((power[1] or power[2].translate(SUPERSCRIPTS)).replace("−", "-"))
            return Found(at, power.end(), "numbers", words.exponent(words.number(q), exponent))
        return self._with_suffix(text, at, end, q, written, before)

    def _with_suffix(self, text: str, at: int, end: int, q: Quantity, written: str, before: str) -> Found:
        """A number and what is counted after it."""
        words = self._words
        counted = self._numbers.counted_at(text, end)
        if counted is not None:
            kind, noun, after, code = counted
            if code:
                said = words.money_in(q, code, before, text[after : after + 24])
            elif kind == "percentages":
                said = words.percentage(q) if noun is words.percent else words.counted(q, noun)
            else:
                said = words.counted_in(q, noun, text[max(0, at - 60) : at], text[end:after], text[after : after + 24])
            if (
                kind == "units"
                and self._is_length(noun)
                and "=" not in text
                and (side := _DIMENSIONS.match(text, after))
            ):
                return Found(at, side.end(), kind, said + words.joined(words.by))  # `20 cm × 30 cm`
            said, after = self._numbers.per(text, after, said, q, noun)
            return Found(at, after, kind, self._numbers.apart(text, at, after, said))
        if (
            written.isdigit()
            and len(written) == 4
            and not q.scale
            and 1001 <= q.whole <= 2099
            and self._is_year(q.whole, text, end, before)
        ):
            return Found(at, end, "years", self._numbers.apart(text, at, end, words.year(q.whole)))
        said = words.plain(q, before, text[end : end + 24])
        return Found(at, end, "numbers", self._numbers.apart(text, at, end, said))

    def _range(self, text: str, at: int, q: Quantity, written: str, second_at: int, before: str) -> Found | None:
        """`10-12`, `5-10 %`, `$5-10`, `2024-25`."""
        words = self._words
        coin = self._numbers.coin_before.match(text, second_at)
        if coin:
            second_at = coin.end()
        number = self._numbers.pattern.match(text, second_at)
        if number is None or re.match(r"-[0-9]", text[number.end() : number.end() + 2]):
            return None
        if _TIME_OF_DAY.match(text, second_at) and q.whole <= 24:
            return Found(at, second_at, "ranges", f"{words.number(q)}{words.joined(words.to)}")  # `12–1:30`
        last, end = self._numbers.scaled(text, number.end(), quantity(number[0], words.decimal))
        if coin:
            code = self._numbers.coins[coin[1]]
            return (
                None
                if code not in words.coins
                else Found(at, end, "money", words.counted_range(q, last, words.coins[code][0]))
            )
        counted = self._numbers.counted_at(text, end)
        if counted is not None:
            kind, noun, after, _ = counted
            said, after = self._numbers.per(text, after, words.counted_range(q, last, noun), last, noun)
            return Found(at, after, kind, self._numbers.apart(text, at, after, said))
        if len(written) == 4 and 1100 <= q.whole <= 2099 and number[0].isdigit() and len(number[0]) in (2, 4):
            second = words.year(last.whole) if len(number[0]) == 4 else words.cardinal(last.whole)
            return Found(at, end, "years", f"{words.year(q.whole)}{words.joined(words.to)}{second}")
        if _ALPHA_AFTER.match(text, end) and words.spaced and not words.ordinal_at(text, second_at):
            return None
        ordinal = words.ordinal_at(text, second_at)
        if ordinal:
            return Found(at, ordinal[0], "ordinals", f"{words.ordinal(q.whole)}{words.joined(words.to)}{ordinal[1]}")
        is_score = bool(_SETS.search(text, max(0, at - 6), at) or _ONE_SET.fullmatch(text)) or (
            text[number.start() - 1] in "-–" and q.whole < 200 and words.is_score(before, text[end : end + 24], q, last)
        )
        between = words.score if is_score else words.to
        first, final = words.plain(q, before, text[end : end + 24]), words.plain(last, "", text[end : end + 24])
        kind = "scores" if is_score else "ranges"
        return Found(at, end, kind, self._numbers.apart(text, at, end, words.range_words(first, final, between)))

    def _dimensions(self, text: str, at: int, q: Quantity, dims: re.Match[str], floor: int) -> Found | None:
        words = self._words
        numbers, end = [q], dims.end()
        signs = [dims[0].strip()]
        while True:
            number = self._numbers.pattern.match(text, end)
            assert number is not None  # a digit was seen ahead
            numbers.append(quantity(number[0], words.decimal))
            end = number.end()
            following = _DIMENSIONS.match(text, end)
            if following is None or len(numbers) > 4:
                break
            signs.append(following[0].strip())
            end = following.end()
        counted = self._numbers.counted_at(text, end) or words.length_at(text, end)
        large = all(one.whole >= 100 for one in numbers)
        sides = "=" not in text and (large or _NAMES_IT.match(text, end) is not None)  # `a 4 × 6 photo`
        multiplied = (
            ("×" in signs and not sides)
            if counted is None
            else counted[0] == "units" and not self._is_length(counted[1])
        )
        between = words.joined(words.times if multiplied else words.by)
        if counted is not None and counted[0] in ("units", "percentages"):
            written, after = text[end : counted[2]], text[counted[2] : counted[2] + 24]
            last = words.counted_in(numbers[-1], counted[1], text[max(0, at - 60) : at], written, after)
            heads = between.join(words.number(one) for one in numbers[:-1])
            return Found(at, counted[2], "units", f"{heads}{between}{last}")
        if len(numbers) == 2 and words.not_a_time.search(text, max(floor, at - 40), at):
            between = words.joined(words.score)
        said = between.join(words.side(one) for one in numbers)
        return Found(at, end, "numbers", self._numbers.apart(text, at, end, said))

    def _is_length(self, noun: Noun) -> bool:
        return any(self._words.units.get(name) is noun for name in LENGTHS)

    def _is_year(self, n: int, text: str, end: int, before: str) -> bool:
        return self._words.is_year(n, before, text[end : end + 24], cue=self._year_before.search(before) is not None)
