"""Finds what is not a word in a text, and says it in words.

A scan goes from one sign that may begin something to the next. At each, a few patterns are tried where it stands. All of them
are bounded, so that a text costs the same for each of its characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from triolet._model._kinds import Kind
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language
from triolet.verbalization._numerals import CONTINENTAL_STYLE, ENGLISH_STYLE, quantity
from triolet.verbalization._quantity import Noun, Quantity
from triolet.verbalization._signs import (
    CURRENCY_CODES,
    CURRENCY_SIGNS,
    LENGTHS,
    ONLY_ATTACHED,
    SUPERSCRIPTS,
    UNITS,
    VULGAR,
)

_GAP = r"[ \u00a0\u202f]?"
_NO_LETTER = r"(?![A-Za-z0-9\u00AA-\u024F\u0370-\u04FF])"
_SYMBOLS = "〜～&+=×÷≈~±<>≤≥≠@%‰°§→√∞π©®™−–*/№¶^#-"
_CURRENCIES = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_CODES = "|".join(CURRENCY_CODES)
_ANCHOR = re.compile(
    rf"(?P<digit>[0-9])|(?P<money>(?<![A-Za-z])(?:US|AU|A|CA|C|NZ|HK|S|R|MX)\$|[$€£¥￥₹₩₽₺₿₫₴฿₪]"
    rf"|(?<![A-Za-z0-9])(?:{_CODES})(?={_GAP}[0-9]))|(?P<vulgar>[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒])|(?P<power>[²³])|(?P<sign>[{_SYMBOLS}])"
)
_ISO = re.compile(
    r"([12][0-9]{3})([-/.])([01]?[0-9])\2([0-3]?[0-9])(?![0-9])"
    r"(?:[T ]([0-2]?[0-9]):([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?(?![0-9:]))?"
)
_DATE = re.compile(r"([0-3]?[0-9])([./-])([0-3]?[0-9])\2([12][0-9]{3}|[0-9]{2})(?![0-9]|[./-][0-9])")
_TIME = re.compile(r"([0-2]?[0-9]):([0-5][0-9])(?::([0-5][0-9])(?:[.,][0-9]{1,3})?)?(?![0-9:])")
_HALF = re.compile(r"[ \u00a0\u202f]?([AaPp])(?:\.[ ]?[Mm]\.?|[Mm](?![A-Za-z]))")
_HOUR_HALF = re.compile(r"([01]?[0-9])(?=[ \u00a0\u202f]?[AaPp](?:\.[ ]?[Mm]\.?|[Mm](?![A-Za-z])))")
_RATIO = re.compile(r"([0-9]{1,4}):([0-9]{1,4})(?::([0-9]{1,4}))?(?![0-9:])")
_VERSION = re.compile(
    r"[0-9]{1,5}(?:\.[0-9]{1,5}){2,5}(?:[-.]?(?:alpha|beta|rc|dev|post)(?:[.-]?[0-9]{1,3})?)?(?![0-9]|\.[0-9])"
)
_ADDRESS = re.compile(r"(?:[12]?[0-9]{1,2}\.){3}[12]?[0-9]{1,2}")
_PHONES = (
    re.compile(r"(?:1[-. ])?[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}(?![0-9]|[-.][0-9])"),
    re.compile(r"(?:1[ -])?[0-9]{3} [0-9]{3}[- ][0-9]{4}(?![0-9]|[-.][0-9])"),
    re.compile(r"[0-9]{2,4}\)[ -]?[0-9]{3,5}(?:[- ][0-9]{2,5}){1,3}(?![0-9]|[-.][0-9])"),
    re.compile(r"0[0-9]{1,4}(?:[ /-][0-9]{2,8}){1,5}(?![0-9]|[./-][0-9])"),
    re.compile(r"1[3-9][0-9]{9}(?![0-9])"),
    re.compile(r"0(?:10[0-9]{7,8}|[1-9][0-9]{8,10})(?![0-9]|[.,][0-9])"),
    re.compile(r"8[ -]?\(?[0-9]{3}\)?[ -]?[0-9]{3}[ -][0-9]{2}[ -][0-9]{2}(?![0-9])"),
    re.compile(r"[6789][0-9]{2} [0-9]{3} [0-9]{3}(?![0-9]|[ .,][0-9])"),
    re.compile(r"[6789][0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}(?![0-9]|[ .,][0-9])"),
    re.compile(r"[0-9]{4,5}-[0-9]{4}(?![0-9]|[-.][0-9])"),
    re.compile(r"[0-9]{3}-[0-9]{4}(?![0-9]|[-.][0-9])"),
)
_INTERNATIONAL = re.compile(r"\+[0-9]{1,3}(?:[ .\-/]?\(?[0-9]{1,5}\)?){2,7}(?![0-9])")
_DIGITS = re.compile(r"[0-9]+")
_FRACTION = re.compile(r"(?:([0-9]{1,4})[ \u00a0])?([0-9]{1,3})[/⁄]([0-9]{1,4})(?![0-9/]|[.,][0-9])")
_WITH_VULGAR = re.compile(r"([0-9]{1,6})[ \u00a0]?([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒])")
_SCIENTIFIC = re.compile(r"([0-9]{1,20}(?:[.,][0-9]{1,20})?)[eE]([+\-−]?[0-9]{1,3})(?![0-9A-Za-z])")
_TEN_TO = re.compile(
    r"([0-9]{1,20}(?:[.,][0-9]{1,20})?)[ ]?[×x·*][ ]?10(?:\^([-−+]?[0-9]{1,3})|([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))(?![0-9])"
)
_POWER = re.compile(r"\^\{?([-−]?[0-9]{1,4})\}?|(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4})")
_RANGE = re.compile(r"(?:[-–−~〜～]|[ \u00a0][–—~〜～][ \u00a0])(?=[0-9$€£¥￥₹₩₽])")
_CHAIN = re.compile(r"[0-9]{1,12}(?:-[0-9]{1,12}){2,8}(?![0-9])")
_DIMENSIONS = re.compile(r"[ \u00a0]?[x×][ \u00a0]?(?=[0-9])")
_PER = re.compile(r"/(?=[^\W\d_])")
_MIXED_BEFORE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{1,24}\Z")
_MIXED = re.compile(r"[A-Za-z0-9]{1,64}")
_LETTERS_OF = re.compile(r"[A-Za-z]+|[0-9]+")
_DECADE = re.compile(r"([12][0-9]{2}0|[1-9]0)['’]?s(?![A-Za-z])")
_FEET = re.compile(r"([0-9]{1,2})['′][ ]?([0-9]{1,2})(?:\"|″|'')")
_FEET_AND_INCHES = re.compile(
    r"([0-9]{1,2})[ \u00a0]?(?:ft\.?|feet|foot)[ \u00a0]([0-9]{1,2})[ \u00a0]?(?:inches|inch|in\.(?= [a-z])|in)(?![^\W_])"
)
_PORT = re.compile(r":([0-9]{1,5})(?![0-9:])")
_ALWAYS = re.compile(r"24/7/365(?![0-9/])")
_LINES = re.compile(r"(?:240|360|480|720|1080|1440|2160)[pi]")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,]|\.[0-9])")
_CLOSES = re.compile(r"<[^<>\n]{1,60}>?>")
_SPELLED = re.compile(r"[0-9](?: [0-9])++(?:, [0-9](?: [0-9])++)*+(?![0-9])")
_CENTS = re.compile(r"[0-9]{1,6},[0-9]{2}(?![0-9]|,[0-9])")
_FOLD = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,4})?)[x×](?![^\W_]| ?[0-9])")
_OUT_OF = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,2})?)/(5|10|20|100)(?![0-9/]|[.,][0-9])(?P<stars> stars?)?")
_IS_LESS = re.compile(r"(?:[0-9]|(?<![A-Za-z])[A-Za-z]) \Z")
_SHORT_YEAR = re.compile(r"[1-9]0(?![0-9])")
_SEVEN_DIGITS = re.compile(r"[0-9](?:[ ()/.-]{0,2}[0-9]){6}")  # no telephone number has fewer
_FIFTY = re.compile(r"50-50(?![0-9-])")
_ONE_OF_THAT = re.compile(r"(?<![A-Za-z])[Aa]n? \Z")
_NAME = re.compile(r"(?: of an? | d'| de | di |[ \u00a0])([^\W\d_]{1,20})(?![^\W_])")
_MILLIONS = re.compile(r"[ \u00a0]?M(?:d|ds)?(?=[ ]?[€$£])")
_ALPHA_AFTER = re.compile(r"[A-Za-z\u00AA-\u024F\u0370-\u04FF]")

LONGEST_PLAIN = 18
"""Digits that are said as one number at most. Longer runs are read out."""

Rule = Callable[[str, int, int], "Found | None"]


class Scanner:
    """Finds the numbers and signs of a text of one language."""

    def __init__(self, language: Language) -> None:
        self._words = language
        style = ENGLISH_STYLE if language.decimal == "." else CONTINENTAL_STYLE
        self._number = re.compile(style)
        signs = {sign: name for name, all_signs in UNITS.items() if name in language.units for sign in all_signs}
        signs |= {sign: name for sign, name in language.extra_units.items() if name in language.units}
        self._signs: Mapping[str, str] = signs
        alternatives = "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
        self._unit = re.compile(rf"([ \u00a0\u202f]|-)?({alternatives}){_NO_LETTER}(?!\.[A-Za-z])")
        self._nouns = {
            form: noun for noun in language.units.values() for form in (noun.one, noun.many, noun.few) if form
        }
        scales = "|".join(re.escape(word) for word in sorted(language.scale_words, key=len, reverse=True)) or "(?!)"
        self._scale = re.compile(rf"([ \u00a0\u202f]?)({scales}){_NO_LETTER}")
        self._coins: Mapping[str, str] = {
            **{code: code for code in CURRENCY_CODES},
            **CURRENCY_SIGNS,
            "$": language.dollar,
            "¥": language.yen,
            "RMB": "CNY",
            **language.coin_words,
        }
        coins = "|".join(re.escape(word) for word in sorted(self._coins, key=len, reverse=True) if word != "RMB")
        self._coin_after = re.compile(rf"{_GAP}({coins}|RMB){_NO_LETTER}")
        self._coin_before = re.compile(rf"({_CURRENCIES}|{_CODES}){_GAP}(?=[0-9])")
        self._percent = re.compile(rf"{_GAP}([%‰])")
        self._version_before = re.compile(rf"(?<![A-Za-z]){language.version_cues}(?:[ -]|(?<=v)|(?<=V))\Z")
        if not language.spaced:
            self._code_before = re.compile(rf"(?:{language.code_cues})[^0-9]{{0,6}}\Z")
        else:
            self._code_before = re.compile(
                rf"(?<![^\W\d_])(?:{language.code_cues})[^\w.!?]{{0,3}}(?:[^\W\d_]{{1,8}}[^\w.!?]{{1,3}}){{0,2}}\Z"
            )
        self._not_code_after = re.compile(rf"[ \u00a0]?(?:{language.not_code_after})")
        self._year_before = re.compile(rf"(?<![^\W\d_]){language.year_cues}[ \u00a0]\Z")
        self._month_after = re.compile(rf"[ \u00a0](?:{language.month_forms or '(?!)'})(?![^\W\d_])")
        self._digit_rules: tuple[Rule, ...] = (
            self._spelled,
            self._special,
            self._iso,
            self._date,
            self._phone,
            self._clock,
            self._feet,
            self._versions,
            self._ratio,
            self._science,
            self._fractions,
            self._decades,
            self._chain,
            self._pointed,
            self._fold,
            self._lengths,
            self._mixed,
            self._quantity,
        )

    def scan(self, text: str) -> list[Found]:
        """All that is found, in the order of the text. Nothing overlaps."""
        found: list[Found] = []
        at = floor = 0
        while anchor := _ANCHOR.search(text, at):
            start = anchor.start()
            match anchor.lastgroup:
                case "digit":
                    one = self._at_digit(text, start, floor)
                    skip = start + 1
                case "money":
                    one = self._price(text, start, floor)
                    skip = anchor.end()
                case "vulgar":
                    one = self._vulgar(text, start)
                    skip = anchor.end()
                case "power":
                    one = self._power(text, start)
                    skip = anchor.end()
                case _:
                    one = self._sign(text, start, floor)
                    skip = anchor.end()
            if one is None or one.end <= start or one.start < floor:
                at = skip
                continue
            found.append(one)
            at = floor = one.end
        return found

    # At a digit.

    def _at_digit(self, text: str, at: int, floor: int) -> Found | None:
        for rule in self._digit_rules:
            one = rule(text, at, floor)
            if one is not None:
                return one
        return None

    def _spelled(self, text: str, at: int, floor: int) -> Found | None:
        """What was spelled already: `4 1 5, 5 5 5`."""
        spelled = _SPELLED.match(text, at)
        if spelled is None or spelled.end() - at < 5:
            return None
        written = "".join(_DIGITS.findall(spelled[0]))
        groups = [group.replace(" ", "") for group in spelled[0].split(", ")]
        if len(written) == 11 and len(groups) > 1:
            groups = self._words.phone_groups(written) if self._words.code in ("zh", "ko", "ru") else groups
        phone = len(groups) > 1
        said = self._grouped([self._words.digits(group, phone=phone) for group in groups])
        return Found(at, spelled.end(), "telephones" if phone else "codes", self._apart(text, at, spelled.end(), said))

    def _special(self, text: str, at: int, floor: int) -> Found | None:
        return self._words.special(self, text, at, floor)

    def _iso(self, text: str, at: int, floor: int) -> Found | None:
        iso = _ISO.match(text, at)
        if iso is None or not _is_date(int(iso[4]), int(iso[3])):
            return None
        words = self._words.date_in(text[max(floor, at - 40) : at], int(iso[1]), int(iso[3]), int(iso[4]))
        if iso[5] is not None:
            second = int(iso[7]) if iso[7] else None
            words += f"{self._words.comma}{self._words.time(int(iso[5]), int(iso[6]), second, '', '')}"
        return Found(at, iso.end(), "dates", words)

    def _date(self, text: str, at: int, floor: int) -> Found | None:
        date = _DATE.match(text, at)
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

    def _clock(self, text: str, at: int, floor: int) -> Found | None:
        hour_half = _HOUR_HALF.match(text, at)
        if hour_half and 0 < int(hour_half[1]) <= 12:
            half = _HALF.match(text, hour_half.end())
            assert half is not None  # it was seen ahead
            end = _without_stop(text, half.end())
            return Found(at, end, "times", self._words.time(int(hour_half[1]), 0, None, half[1].lower() + "m", ""))
        clock = _TIME.match(text, at)
        if clock is None or int(clock[1]) > 24:
            return None
        half = _HALF.match(text, clock.end())
        after = self._words.hour_after(text, clock.end())
        end = _without_stop(text, half.end()) if half else clock.end() + after
        half_word = half[1].lower() + "m" if half else ""
        second = int(clock[3]) if clock[3] else None
        words = self._words.time(
            int(clock[1]), int(clock[2]), second, half_word, text[clock.end() : end] if after else ""
        )
        return Found(at, end, "times", words)

    def _feet(self, text: str, at: int, floor: int) -> Found | None:
        feet = _FEET.match(text, at) or _FEET_AND_INCHES.match(text, at)
        if feet is None or "ft" not in self._words.units:
            return None
        words = [
            self._words.counted(Quantity(int(n)), self._words.units[unit])
            for n, unit in ((feet[1], "ft"), (feet[2], "inch"))
        ]
        return Found(at, feet.end(), "units", " ".join(words))

    def _versions(self, text: str, at: int, floor: int) -> Found | None:
        before = text[max(floor, at - 24) : at]
        version = _VERSION.match(text, at)
        point = self._words.joined(self._words.version_point)
        if version is not None and _ADDRESS.fullmatch(version[0]):
            point = self._words.joined(self._words.dot)
        port = None
        if version is not None and _ADDRESS.fullmatch(version[0]):
            port = _PORT.match(text, version.end())
        attached = before[-1:] in ("v", "V") and not _touches(before[-2:-1])
        cue = self._version_before.search(before)
        if version is None:
            if cue is None and not attached:
                return None
            version = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5})?(?![0-9]|[.,][0-9])").match(text, at)
            if version is None or (not attached and "." not in version[0]):
                return None
        elif self._is_grouped(version[0]) and not attached:
            return None
        parts = [point.join(self._part(part) for part in re.findall(r"[0-9]+", version[0]))]
        tail = re.search(r"[a-z]+", version[0])
        if tail:
            head = version[0][: tail.start()]
            words = point.join(self._part(part) for part in re.findall(r"[0-9]+", head))
            rest = re.findall(r"[0-9]+", version[0][tail.end() :])
            parts = [words, tail[0], *(self._part(part) for part in rest)]
        start = at - 1 if attached else at
        if attached:
            parts.insert(0, self._words.version)
        if port is not None:
            parts += (self._words.colon, self._words.digits(port[1]))
        return Found(start, (port or version).end(), "versions", self._words.joiner.join(parts))

    def _is_grouped(self, text: str) -> bool:
        return self._words.decimal != "." and all(len(part) == 3 for part in text.split(".")[1:])

    def _part(self, digits: str) -> str:
        if (len(digits) > 1 and digits[0] == "0") or len(digits) > 4:
            return self._words.digits(digits)
        return self._words.cardinal(int(digits))

    def _ratio(self, text: str, at: int, floor: int) -> Found | None:
        ratio = _RATIO.match(text, at)
        if ratio is None:
            return None
        numbers = [self._words.cardinal(int(part)) for part in ratio.groups() if part]
        return Found(at, ratio.end(), "scores", self._words.joined(self._words.score).join(numbers))

    def _science(self, text: str, at: int, floor: int) -> Found | None:
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
        counted = self._counted_at(text, science.end())
        if counted is None or counted[0] != "units":
            return Found(at, science.end(), "numbers", said)
        noun = self._words.form(Quantity(10), counted[1])
        return Found(at, counted[2], "units", f"{said}{self._words.joiner}{noun}")

    def _fractions(self, text: str, at: int, floor: int) -> Found | None:
        mixed = _WITH_VULGAR.match(text, at)
        if mixed:
            top, bottom = VULGAR[mixed[2]]
            return self._fraction(text, at, mixed.end(), int(mixed[1]), top, bottom)
        share = _OUT_OF.match(text, at) if self._words.out_of else None
        if share and (share[2] in ("10", "100") or share["stars"] or not share[1].isdigit()):
            said = f"{self._words.number(quantity(share[1], self._words.decimal))} {self._words.out_of} {self._words.cardinal(int(share[2]))}"
            return Found(at, share.end(2), "fractions", self._apart(text, at, share.end(2), said))
        if always := _ALWAYS.match(text, at):
            return Found(at, always.end(), "numbers", self._words.always())
        fraction = _FRACTION.match(text, at)
        if fraction is None or (at and text[at - 1] in "/.,"):
            return None
        whole, top, bottom = int(fraction[1]) if fraction[1] else None, int(fraction[2]), int(fraction[3])
        if fraction[0] in ("24/7", "9/11", "50/50"):
            words = self._words.joiner.join(self._words.cardinal(n) for n in (top, bottom))
            return Found(at, fraction.end(), "numbers", words)
        if not bottom or not top or bottom < 2 or (top >= bottom and whole is None):
            if not bottom:
                return None
            over = self._words.over(top, bottom) if whole is None else None
            return None if over is None else Found(at, fraction.end(), "fractions", over)
        return self._fraction(text, at, fraction.end(), whole, top, bottom)

    def _fraction(self, text: str, at: int, end: int, whole: int | None, top: int, bottom: int) -> Found:
        unit = self._unit_at(text, end)
        noun = None
        if unit is not None:
            noun, end = unit
        elif (name := _NAME.match(text, end)) and name[1] in self._nouns:
            noun, end = self._nouns[name[1]], name.end()
        elif whole is None and (top, bottom) == (1, 2) and (half := self._words.half_of(text[end : end + 24])):
            return Found(at, end + 1, "fractions", self._apart(text, at, end, half))
        words = self._words.fraction_in(text[:at], self._words.simple_fraction(whole, top, bottom, noun))
        return Found(at, end, "fractions", self._apart(text, at, end, words))

    def _vulgar(self, text: str, at: int) -> Found:
        top, bottom = VULGAR[text[at]]
        return self._fraction(text, at, at + 1, None, top, bottom)

    def _decades(self, text: str, at: int, floor: int) -> Found | None:
        short_year = _SHORT_YEAR.match(text, at) if text[at - 1 : at] in ("'", "’") and at - 1 >= floor else None
        if short_year and not self._words.has_decades and at and not text[at - 2 : at - 1].isalnum():
            return Found(at - 1, short_year.end(), "years", self._words.cardinal(int(short_year[0])))
        decade = _DECADE.match(text, at)
        if decade is None or not self._words.has_decades:
            return None
        short = len(decade[1]) == 2
        start = at - 1 if short and text[at - 1 : at] in ("'", "’") else at
        return Found(start, decade.end(), "years", self._words.decade(int(decade[1]), short=short))

    def _chain(self, text: str, at: int, floor: int) -> Found | None:
        """`3-2-1`, `978-3-16-148410-0`."""
        if _FIFTY.match(text, at):
            return Found(at, at + 5, "numbers", self._words.joiner.join([self._words.cardinal(50)] * 2))
        chain = _CHAIN.match(text, at)
        if chain is None:
            return None
        long = sum(map(str.isdigit, chain[0])) > 8
        groups = [
            self._words.digits(part) if long or len(part) > 2 or part[0] == "0" else self._words.cardinal(int(part))
            for part in chain[0].split("-")
        ]
        return Found(at, chain.end(), "codes", self._grouped(groups))

    def _phone(self, text: str, at: int, floor: int) -> Found | None:
        if _SEVEN_DIGITS.match(text, at) is None or (at and text[at - 1] in "/.,"):
            return None
        for pattern in _PHONES:
            phone = pattern.match(text, at)
            if phone is not None:
                break
        else:
            return None
        called = self._code_before.search(text[max(floor, at - 40) : at])
        if self._number.fullmatch(phone[0]) and " " in phone[0] and not phone[0].startswith("0") and not called:
            return None  # a quantity in groups
        ends = phone[0].split("-")
        if len(ends) == 2 and all(len(end) == 4 and end.isdigit() and 1100 <= int(end) <= 2099 for end in ends):
            return None  # years
        start = at
        if ")" in phone[0] and text[at - 1 : at] == "(":
            start = at - 1
        return Found(start, phone.end(), "telephones", self._telephone(phone[0]))

    def _telephone(self, written: str) -> str:
        groups = _DIGITS.findall(written)
        if len(groups) == 1:
            groups = self._words.phone_groups(groups[0])
        words = [self._words.digits(group, phone=True) for group in groups]
        prefix = self._words.plus + self._words.joiner if written.startswith("+") else ""
        return prefix + self._grouped(words)

    def _grouped(self, groups: list[str]) -> str:
        return self._words.comma.join(groups)

    def _pointed(self, text: str, at: int, floor: int) -> Found | None:
        """`.5`."""
        if (
            text[at - 1 : at] != "."
            or at < 1
            or at - 1 < floor
            or (at > 1 and (text[at - 2].isalnum() or text[at - 2] == "."))
        ):
            return None
        digits = _DIGITS.match(text, at, at + 20)
        assert digits is not None  # a digit stands there
        one = self._with_suffix(text, at, digits.end(), Quantity(0, digits[0]), "", "")
        return Found(at - 1, one.end, one.kind, one.words)

    def _fold(self, text: str, at: int, floor: int) -> Found | None:
        """`2x`."""
        fold = _FOLD.match(text, at) if self._words.fold else None
        if fold is None or (at and text[at - 1].isalnum()):
            return None
        q = quantity(fold[1], self._words.decimal)
        return Found(at, fold.end(), "numbers", f"{self._words.number(q, 'f')} {self._words.fold}")

    def _lengths(self, text: str, at: int, floor: int) -> Found | None:
        """`3x4`, before it is taken for a word of letters and digits."""
        if text[at - 1 : at].isalnum() and at > floor:
            return None
        number = self._number.match(text, at)
        dims = _DIMENSIONS.match(text, number.end()) if number else None
        if number is None or dims is None or self._number.match(text, dims.end()) is None:
            return None
        return self._dimensions(text, at, quantity(number[0], self._words.decimal), dims, floor)

    def _mixed(self, text: str, at: int, floor: int) -> Found | None:
        """Letters and digits in one word: `A4`, `H2O`, `B2B`, `3f2a9c1b`."""
        before = _MIXED_BEFORE.search(text, max(floor, at - 24), at)
        start = before.start() if before else at
        token = _MIXED.match(text, start)
        assert token is not None  # a digit stands there
        word = token[0]
        parts = _LETTERS_OF.findall(word)
        if len(parts) < 2 or (before is None and self._begins_quantity(text, at)):
            return None
        if _LINES.fullmatch(word):
            return Found(start, token.end(), "codes", f"{self._words.lines(int(word[:-1]))} {word[-1]}")
        if len(word) >= 12 and len(parts) >= 4:
            begins = [
                self._words.digits(part) if part[0].isdigit() else " ".join(part)
                for part in _LETTERS_OF.findall(word[:4])
            ]
            return Found(start, token.end(), "codes", " ".join(begins) + self._words.and_so_on)
        if len(word) > 24:
            return None
        said: list[str] = []
        for part in parts:
            if part[0].isdigit():
                said.append(
                    self._words.digits(part) if part[0] == "0" or len(part) > 3 else self._words.cardinal(int(part))
                )
            elif len(parts) > 3 or (len(part) <= 3 and part.isupper()):
                said.append(" ".join(part))
            else:
                said.append(part)
        return Found(start, token.end(), "codes", self._apart(text, start, token.end(), " ".join(said)))

    def _begins_quantity(self, text: str, at: int) -> bool:
        number = self._number.match(text, at)
        assert number is not None  # a digit stands there
        end = number.end()
        return bool(
            self._unit.match(text, end)
            or self._scale.match(text, end)
            or self._coin_after.match(text, end)
            or self._words.ordinal_at(text, at)
        )

    def _quantity(self, text: str, at: int, floor: int) -> Found | None:
        """A number, or two with something between them, and what is counted."""
        words = self._words
        ordinal = words.ordinal_at(text, at)
        if ordinal is not None:
            end, said = ordinal
            return Found(at, end, "ordinals", self._apart(text, at, end, said))
        number = self._number.match(text, at)
        assert number is not None  # a digit stands there
        end = number.end()
        written = number[0]
        digits = len(written)
        if end < len(text) and text[end].isdigit() and text[end] in "0123456789":  # a very long run
            return Found(at, end, "codes", self._apart(text, at, end, words.digits(_DIGITS.findall(written)[0])))
        before = text[max(floor, at - 40) : at]
        if written.isdigit() and (
            digits > LONGEST_PLAIN or (written[0] == "0" and digits > 1) or self._is_code(text, at, end, before)
        ):
            return Found(at, end, "codes", self._apart(text, at, end, self._read_out(written)))
        q, end = self._scaled(text, end, quantity(written, words.decimal))
        between = _RANGE.match(text, end)
        if between:
            second = self._range(text, at, q, written, between.end(), before)
            if second is not None:
                return second
        dims = _DIMENSIONS.match(text, end)
        if dims:
            second_number = self._number.match(text, dims.end())
            assert second_number is not None  # a digit was seen ahead
            return self._dimensions(text, at, q, dims, floor)
        if text[end : end + 1] in ("²", "³", "^") and (power := _POWER.match(text, end)):
            exponent = int((power[1] or power[2].translate(SUPERSCRIPTS)).replace("−", "-"))
            return Found(at, power.end(), "numbers", words.exponent(words.number(q), exponent))
        return self._with_suffix(text, at, end, q, written, before)

    def _with_suffix(self, text: str, at: int, end: int, q: Quantity, written: str, before: str) -> Found:
        """A number and what is counted after it."""
        words = self._words
        counted = self._counted_at(text, end)
        if counted is not None:
            kind, noun, after, code = counted
            if code:
                said = words.money(q, code)
            elif kind == "percentages":
                said = words.percentage(q) if noun is words.percent else words.counted(q, noun)
            elif (
                words.code == "en"
                and kind == "units"
                and (text[end] == "-" or _ONE_OF_THAT.search(before))
                and q.whole != 1
            ):
                said = f"{words.number(q)}-{noun.one}"
            else:
                said = words.counted(q, noun)
            said, after = self._per(text, after, said, q, noun)
            return Found(at, after, kind, self._apart(text, at, after, said))
        if (
            written.isdigit()
            and len(written) == 4
            and not q.scale
            and 1100 <= q.whole <= 2099
            and self._is_year(q.whole, text, end, before)
        ):
            return Found(at, end, "years", self._apart(text, at, end, words.year(q.whole)))
        said = words.plain(q, before, text[end : end + 24])
        return Found(at, end, "numbers", self._apart(text, at, end, said))

    def _per(self, text: str, end: int, said: str, q: Quantity, noun: Noun) -> tuple[str, int]:
        """`/month` after a price or a quantity."""
        if not _PER.match(text, end) or not self._words.per:
            return said, end
        unit = self._unit.match(text, end + 1)
        if unit and not unit[1]:
            return f"{said} {self._words.per} {self._words.units[self._signs[unit[2]]].one}", unit.end()
        return f"{said}{self._words.joined(self._words.per)}", end + 1

    def _counted_at(self, text: str, end: int) -> tuple[Kind, Noun, int, str] | None:
        """What is counted by a number that ends there: its kind, its noun, where it ends, and the code of a currency."""
        percent = self._percent.match(text, end)
        if percent:
            return "percentages", self._words.percent if percent[1] == "%" else self._words.permille, percent.end(), ""
        coin = self._coin_after.match(text, end)
        if (
            coin
            and self._coins[coin[1]] in self._words.coins
            and not re.match(r"[0-9]", text[coin.end() : coin.end() + 1])
        ):
            code = self._coins[coin[1]]
            return "money", self._words.coins[code][0], coin.end(), code
        unit = self._unit_at(text, end)
        if unit:
            noun, after = unit
            kind: Kind = (
                "temperatures"
                if "°" in text[end:after] or "℃" in text[end:after] or "℉" in text[end:after]
                else "units"
            )
            return kind, noun, after, ""
        return None

    def _unit_at(self, text: str, end: int) -> tuple[Noun, int] | None:
        unit = self._unit.match(text, end)
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
        after = unit.end()
        if unit[2].endswith(".") and not text[after:].strip(" \"'”’)»“"):
            after -= 1  # the stop is that of the sentence
        return self._words.units[self._signs[unit[2]]], after

    def _scaled(self, text: str, end: int, q: Quantity) -> tuple[Quantity, int]:
        scale = self._scale.match(text, end)
        if scale is None and (millions := _MILLIONS.match(text, end)) and "m" in self._words.scales:
            return Quantity(q.whole, q.fraction, q.negative, "b" if "d" in millions[0] else "m"), millions.end()
        if scale is None or (scale[1] and len(scale[2]) == 1):
            return q, end
        if scale[2] == "K" and q.whole in (2, 4, 5, 8) and not q.fraction:
            return q, end  # 4K is a size of pictures
        name = self._words.scale_words[scale[2]]
        return Quantity(q.whole, q.fraction, q.negative, name), scale.end()

    def _range(self, text: str, at: int, q: Quantity, written: str, second_at: int, before: str) -> Found | None:
        """`10-12`, `5-10 %`, `$5-10`, `2024-25`."""
        words = self._words
        coin = self._coin_before.match(text, second_at)
        if coin:
            second_at = coin.end()
        number = self._number.match(text, second_at)
        if number is None or re.match(r"-[0-9]", text[number.end() : number.end() + 2]):
            return None
        last, end = self._scaled(text, number.end(), quantity(number[0], words.decimal))
        if coin:
            code = self._coins[coin[1]]
            return (
                None
                if code not in words.coins
                else Found(at, end, "money", words.counted_range(q, last, words.coins[code][0]))
            )
        counted = self._counted_at(text, end)
        if counted is not None:
            kind, noun, after, _ = counted
            said, after = self._per(text, after, words.counted_range(q, last, noun), last, noun)
            return Found(at, after, kind, self._apart(text, at, after, said))
        if len(written) == 4 and 1100 <= q.whole <= 2099 and number[0].isdigit() and len(number[0]) in (2, 4):
            second = words.year(last.whole) if len(number[0]) == 4 else words.cardinal(last.whole)
            return Found(at, end, "years", f"{words.year(q.whole)}{words.joined(words.to)}{second}")
        if _ALPHA_AFTER.match(text, end) and words.spaced and not words.ordinal_at(text, second_at):
            return None
        ordinal = words.ordinal_at(text, second_at)
        if ordinal:
            return Found(at, ordinal[0], "ordinals", f"{words.ordinal(q.whole)}{words.joined(words.to)}{ordinal[1]}")
        is_score = (
            text[number.start() - 1] in "-–" and q.whole < 200 and words.is_score(before, text[end : end + 24], q, last)
        )
        between = words.score if is_score else words.to
        first, final = words.plain(q, before, text[end : end + 24]), words.plain(last, "", text[end : end + 24])
        kind = "scores" if is_score else "ranges"
        return Found(at, end, kind, self._apart(text, at, end, words.range_words(first, final, between)))

    def _dimensions(self, text: str, at: int, q: Quantity, dims: re.Match[str], floor: int) -> Found | None:
        words = self._words
        numbers, end = [q], dims.end()
        signs = [dims[0].strip()]
        while True:
            number = self._number.match(text, end)
            assert number is not None  # a digit was seen ahead
            numbers.append(quantity(number[0], words.decimal))
            end = number.end()
            following = _DIMENSIONS.match(text, end)
            if following is None or len(numbers) > 4:
                break
            signs.append(following[0].strip())
            end = following.end()
        counted = self._counted_at(text, end)
        multiplied = "×" in signs if counted is None else counted[0] == "units" and not self._is_length(counted[1])
        between = words.joined(words.times if multiplied else words.by)
        if counted is not None and counted[0] in ("units", "percentages"):
            heads = between.join(words.number(one) for one in numbers[:-1])
            return Found(at, counted[2], "units", f"{heads}{between}{words.counted(numbers[-1], counted[1])}")
        said = between.join(words.number(one) for one in numbers)
        return Found(at, end, "numbers", self._apart(text, at, end, said))

    def _is_length(self, noun: Noun) -> bool:
        return any(self._words.units.get(name) is noun for name in LENGTHS)

    def _is_code(self, text: str, at: int, end: int, before: str) -> bool:
        if end - at < 3 or not self._code_before.search(before):
            return False
        after = text[end : end + 2]
        if self._not_code_after.match(text, end):
            return False
        return self._unit.match(text, end) is None and not after.startswith((":", "%"))

    def _read_out(self, digits: str) -> str:
        if len(digits) > 8:
            groups = self._words.phone_groups(digits)
            return self._grouped([self._words.digits(group) for group in groups])
        return self._words.digits(digits)

    def _is_year(self, n: int, text: str, end: int, before: str) -> bool:
        return self._words.is_year(n, before, text[end : end + 24], cue=self._year_before.search(before) is not None)

    # At a sign.

    def _price(self, text: str, at: int, floor: int) -> Found | None:
        coin = self._coin_before.match(text, at)
        words = self._words
        if coin is None:
            name = words.symbols.get(text[at]) or self._coin_alone(text, at)
            return Found(at, at + 1, "symbols", self._apart(text, at, at + 1, name)) if name else None
        code = self._coins[coin[1]]
        number = (
            _CENTS.match(text, coin.end()) or _THOUSANDS.match(text, coin.end()) or self._number.match(text, coin.end())
        )
        if number is None or code not in words.coins:
            return None
        decimal = "," if number.re is _CENTS else "." if number.re is _THOUSANDS else words.decimal
        q, end = self._scaled(text, number.end(), quantity(number[0], decimal))
        between = _RANGE.match(text, end)
        if between:
            second = self._price_range(text, at, q, between.end(), code)
            if second is not None:
                return second
        named = self._coin_after.match(text, end)  # `$5 USD`, `$500 MXN`
        if named and named[1] in CURRENCY_CODES and self._coins[named[1]] in words.coins:
            code, end = self._coins[named[1]], named.end()
        said = words.money(q, code)
        said, end = self._per(text, end, said, q, words.coins[code][0])
        return Found(at, end, "money", self._apart(text, at, end, said))

    def _coin_alone(self, text: str, at: int) -> str | None:
        """The sign of a currency without a number: `millones de €`."""
        coin = self._words.coins.get(self._coins.get(text[at], ""))
        if coin is None or text[at - 1 : at].isalnum() or text[at + 1 : at + 2].isalnum():
            return None
        return coin[0].many if text[:at].endswith((" de ", " di ")) else coin[0].one

    def _price_range(self, text: str, at: int, q: Quantity, second_at: int, code: str) -> Found | None:
        coin = self._coin_before.match(text, second_at)
        number = self._number.match(text, coin.end() if coin else second_at)
        if number is None:
            return None
        last, end = self._scaled(text, number.end(), quantity(number[0], self._words.decimal))
        if q.fraction or last.fraction:
            said = f"{self._words.money(q, code)}{self._words.joined(self._words.to)}{self._words.money(last, code)}"
        else:
            if last.scale and not q.scale and q.whole < 1000:
                q = Quantity(q.whole, q.fraction, q.negative, last.scale)
            said = self._words.counted_range(q, last, self._words.coins[code][0])
        return Found(at, end, "money", said)

    def _power(self, text: str, at: int) -> Found | None:
        if not text[at - 1 : at].isalpha():
            return None
        words = self._words
        name = words.squared if text[at] == "²" else words.cubed
        return Found(at, at + 1, "symbols", self._apart(text, at, at + 1, name)) if name else None

    def _sign(self, text: str, at: int, floor: int) -> Found | None:
        words = self._words
        sign = text[at]
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if sign == "+" and after.isdigit():
            phone = _INTERNATIONAL.match(text, at)
            if phone is not None and 8 <= sum(c.isdigit() for c in phone[0]) <= 16:
                return Found(at, phone.end(), "telephones", self._telephone(phone[0].rstrip(" -./(")))
        if sign in "~〜～" and after.isdigit() and before.isalnum() and not _touches(before):
            return Found(at, at + 1, "ranges", words.to + words.joiner)
        if sign == "/" and words.code == "zh" and before and before in "元块角分":
            return Found(at, at + 1, "symbols", words.per)
        if sign in "-−–+±~≈" and after and after in "0123456789$€£¥￥₹₩₽.½¼¾":
            if not before or not (_touches(before) or before in ")]%²³°"):
                return self._signed(text, at, floor)
            if sign in "-–−" and after.isdigit() and sign != "~":
                return self._hyphen(text, at, floor)
        if sign in "-–−" and before in (" ", "\u00a0") and after in (" ", "\u00a0"):
            return self._spaced_dash(text, at)
        if sign == "-" and after == ">" and "→" in words.symbols:
            return Found(at, at + 2, "symbols", self._apart(text, at, at + 2, words.symbols["→"]))
        if sign in "<>" and (generic := self._generic(text, at)):
            return generic
        if sign in "-–" or (sign in "〜～" and not (after.isdigit() and at == floor)):
            return None
        if sign == "#":
            return self._number_sign(text, at, after)
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
            power = _POWER.match(text, at)
            if power is None or not before.isalnum():
                return None
            said = words.exponent("", int((power[1]).replace("−", "-"))).strip()
            return Found(at, power.end(), "symbols", self._apart(text, at, power.end(), said))
        if sign in "<>" and not (
            re.match(r"=? ?[.\-]?[0-9$€£]", text[at + 1 : at + 5]) or re.search(r"[0-9] \Z", text[max(0, at - 2) : at])
        ):
            return None
        if sign == "+" and after == "+" and before.isalpha():
            return Found(at, at + 2, "symbols", self._apart(text, at, at + 2, words.joiner.join([words.plus] * 2)))
        if sign == "=" and (before in ("=", "!", "<", ">") or after in ("=", ">")):
            if after == ">" and "→" in words.symbols:
                return Found(at, at + 2, "symbols", self._apart(text, at, at + 2, words.symbols["→"]))
            return None
        if sign in "<>≤≥" and words.code == "en" and not _IS_LESS.search(text, max(0, at - 4), at):
            less = words.symbols[sign].removeprefix("is ")
            return Found(at, at + 1, "symbols", self._apart(text, at, at + 1, less))
        for length in (2, 1):
            name = words.symbols.get(text[at : at + length])
            if name and len(text) >= at + length:
                return Found(at, at + length, "symbols", self._apart(text, at, at + length, name))
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
            if not text[start + 1 : start + 2].isdigit():
                return None
            digits = _DIGITS.match(text, start + 1, start + 20)
            assert digits is not None  # a digit was seen ahead
            return Found(at, digits.end(), "numbers", words.number(Quantity(0, digits[0], negative=sign in "-−–")))
        if text[start] in VULGAR:
            one: Found | None = self._vulgar(text, start)
        elif text[start].isdigit():
            if sign in "-−–":
                one = self._special(text, start, floor) or self._quantity(text, start, start)
            else:
                one = self._at_digit(text, start, start)
            if sign in "-−–" and (science := self._science(text, start, start)):
                one = science
        else:
            one = self._price(text, start, start)
        if one is None or one.start != start:
            return None
        return Found(at, one.end, one.kind, self._apart(text, at, one.end, words.with_sign(name, one.words)))

    def _hyphen(self, text: str, at: int, floor: int) -> Found:
        """A hyphen between a word or a number and a number."""
        words = self._words
        between = words.joined(words.to) if floor == at and at else words.joiner
        return Found(at, at + 1, "symbols", between)

    def _spaced_dash(self, text: str, at: int) -> Found | None:
        if not (re.search(r"[0-9%] \Z", text[max(0, at - 2) : at]) and re.match(r" [0-9]", text[at + 1 : at + 3])):
            return None
        words = self._words
        return Found(at, at + 1, "symbols", words.minus if "=" in text or text[at] == "−" else words.to)

    def _number_sign(self, text: str, at: int, after: str) -> Found | None:
        words = self._words
        before = text[at - 1 : at]
        if after.isdigit() and not before.isalnum():
            return Found(at, at + 1, "symbols", words.number_sign + words.joiner)
        if before.isalpha() and not after.isalnum() and (at < 2 or not text[at - 2].isalnum()):
            return Found(at, at + 1, "symbols", self._apart(text, at, at + 1, words.sharp))
        if after.isalpha() and not before.isalnum():
            return Found(at, at + 1, "symbols", words.hashtag + words.joiner)
        return None

    def _apart(self, text: str, start: int, end: int, said: str) -> str:
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

    # For the languages.

    @property
    def unit_signs(self) -> Mapping[str, str]:
        """How units are written after a number."""
        return self._signs

    def number_at(self, text: str, at: int) -> tuple[Quantity, int] | None:
        """The number that begins there, with its scale, and where it ends."""
        number = self._number.match(text, at)
        if (
            number is not None
            and number[0].isdigit()
            and (len(number[0]) > LONGEST_PLAIN or number[0][0] == "0" != number[0])
        ):
            return None
        if number is None:
            return None
        q, end = self._scaled(text, number.end(), quantity(number[0], self._words.decimal))
        return q, end

    def counted_at(self, text: str, end: int) -> tuple[Kind, Noun, int, str] | None:
        """What is counted by a number that ends there: its kind, its noun, where it ends, and the code of a currency."""
        return self._counted_at(text, end)


def _touches(character: str) -> bool:
    """Whether a letter or digit of a script with spaces, so that a sign after it belongs to it."""
    return character.isalnum() and not "\u2e80" <= character <= "\ud7af"


def _is_date(day: int, month: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _without_stop(text: str, end: int) -> int:
    """Where `p.m.` ends: its last stop is that of the sentence, if nothing follows."""
    return end - 1 if text[end - 1] == "." and not text[end:].strip(" \"'”’)") else end
