"""What a language must say of numbers, dates, prices and units; and what most European languages share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Protocol

from triolet._model._kinds import Kind
from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._quantity import Noun, Quantity
from triolet.verbalization._signs import WITHOUT_MINOR

LARGEST = 10**18
"""Numbers from here on are said digit by digit: nobody follows the names of larger ones."""


_RANGE_FOLLOWS = lazy_regex(
    r"[ \u00a0]?[0-9]{1,4}(?:[ \u00a0]?[-–—][ \u00a0]?[0-9]|, ?[0-9]| (?:and|und|et|y|e) [0-9])"
)


class NumberReader(Protocol):
    """What a language may ask of the scanner."""

    def counted_at(self, text: str, end: int) -> tuple[Kind, Noun, int, str] | None:
        """What is counted by a number that ends there: its kind, its noun, where it ends, and the code of a currency."""

    def number_at(self, text: str, at: int) -> tuple[Quantity, int] | None:
        """The number that begins there, and where it ends."""


class Language:
    """The words of one language. A subclass has its tables; this class puts them together as most European languages do."""

    code: ClassVar[str] = ""
    regions: ClassVar[Mapping[str, str]] = {}
    """For a region, the way it differs; see `for_region`."""

    # How numbers are written.
    decimal: ClassVar[str] = ","
    groups: ClassVar[str] = ". ’'\u00a0\u202f"
    order: str = "dmy"
    """Of the parts of a date in digits."""
    dollar: str = "USD"
    yen: ClassVar[str] = "JPY"
    spaced: ClassVar[bool] = True
    """Whether words are written with spaces between them."""

    # Words.
    digit_words: ClassVar[tuple[str, ...]] = ()
    phone_digits: ClassVar[tuple[str, ...]] = ()
    """Of telephone numbers, where they differ."""
    point: ClassVar[str] = ""
    minus: ClassVar[str] = ""
    plus: ClassVar[str] = "plus"
    percent: ClassVar[Noun]
    permille: ClassVar[Noun]
    to: ClassVar[str] = ""
    """Between the ends of a range."""
    score: ClassVar[str] = ""
    """Between the sides of a score or a ratio."""
    by: ClassVar[str] = "x"
    """Between lengths."""
    times: ClassVar[str] = "x"
    and_: ClassVar[str] = ""
    of: ClassVar[str] = ""
    """After a million, before what is counted."""
    per: ClassVar[str] = ""
    place_cues: ClassVar[str] = r"(?!)"
    """A pattern of words before the number of a room or a seat with a letter: `12B`."""
    per_many: ClassVar[str] = ""
    """The same before a number, where it differs."""
    squared: ClassVar[str] = ""
    cubed: ClassVar[str] = ""
    power: ClassVar[str] = ""
    """`{}` stands for the exponent."""
    version: ClassVar[str] = "version"
    half: ClassVar[str] = ""
    months: ClassVar[tuple[str, ...]] = ()
    month_forms: ClassVar[str] = ""
    """A pattern of the months as they are written after a day, with short forms."""
    scales: ClassVar[Mapping[str, Noun]] = {}
    """`k`, `m`, `b`, `t` and the words for them."""
    scale_words: ClassVar[Mapping[str, str]] = {}
    """How a scale is written after a number, and its name."""
    units: ClassVar[Mapping[str, Noun]] = {}
    extra_units: ClassVar[Mapping[str, str]] = {}
    """Other ways to write a unit in this language, and the unit."""
    coins: ClassVar[Mapping[str, tuple[Noun, Noun | None]]] = {}
    """For the code of a currency, what it is called, and its hundredth."""
    coin_words: ClassVar[Mapping[str, str]] = {}
    """Other ways to write a currency after a number in this language, and its code."""
    symbols: ClassVar[Mapping[str, str]] = {}
    dot: ClassVar[str] = "dot"
    at: ClassVar[str] = "at"
    slash: ClassVar[str] = "slash"
    backslash: ClassVar[str] = "backslash"
    dash: ClassVar[str] = "dash"
    underscore: ClassVar[str] = "underscore"
    colon: ClassVar[str] = "colon"
    hashtag: ClassVar[str] = "hashtag"
    number_sign: ClassVar[str] = "number"
    abbreviations: ClassVar[Mapping[str, str]] = {}
    code_cues: ClassVar[str] = r"(?!)"
    """A pattern of words before a number that is read out digit by digit."""
    before_unit: ClassVar[frozenset[str]] = frozenset()
    """Abbreviations after a number that are written as a unit, and are asked first: `221 W. 57th St.`."""
    ending_after: ClassVar[str] = r"(?!)"
    """The same as `ending_cues`, for words after the digits."""
    ending_cues: ClassVar[str] = r"(?!)"
    """A pattern of words before the last digits of a card or an account, which are read out: `ending in 4417`."""
    not_code_after: ClassVar[str] = r"(?!)"
    """A pattern of what is counted after a number, which is no code then: `手机售价3999元`."""
    version_cues: ClassVar[str] = (
        r"(?i:python|java|ios|ipados|macos|android|windows|node(?:\.js)?|ubuntu|debian|version|versión|versione|versão|v|kernel|usb|bluetooth|"
        r"gpt-?|claude|qwen|llama|gemini|http|tls|rust|go|chrome|firefox|release)"
    )
    year_cues: ClassVar[str] = r"(?!)"
    after_year: ClassVar[str] = r"(?!)"
    """A pattern of what follows a number that is a year, where only that tells."""
    roman_before: ClassVar[str] = r"(?!)"
    """A pattern of words before a Roman numeral that counts: chapter, volume."""
    roman_ordinal_before: ClassVar[str] = r"(?!)"
    """A pattern of words before a Roman numeral that is said as an ordinal number."""
    monarch_article: ClassVar[str] = ""
    read_fraction_as_number: ClassVar[bool] = True
    """Whether up to two digits after the mark are read as one number."""

    joiner: ClassVar[str] = " "
    """Between two words."""
    comma: ClassVar[str] = ", "
    """Between groups."""
    version_point: ClassVar[str] = "point"
    sharp: ClassVar[str] = "sharp"
    and_so_on: ClassVar[str] = " and so on"
    """After the first signs of a long code."""
    fold: ClassVar[str] = ""
    """After a number, for `2x`."""
    out_of: ClassVar[str] = ""
    """Between points and the most that there are, for `8/10`."""
    tilde: ClassVar[str] = "tilde"
    question_mark: ClassVar[str] = ""
    spells_letters: ClassVar[bool] = True
    """Whether acronyms are written letter by letter."""
    numbers_by_thousand: ClassVar[bool] = True
    """Whether large numbers go by thousands, not by ten thousands."""
    country_code_as_number: ClassVar[bool] = False
    """Whether `+49` is one number."""
    has_decades: ClassVar[bool] = False
    """Whether `1990s` is a decade."""
    not_units_when_apart: ClassVar[frozenset[str]] = frozenset()
    """Signs of units that are words after a space."""
    abbreviations_after_name: ClassVar[Mapping[str, str]] = {}
    """What an abbreviation means after a name: `Baker St.`."""
    weekdays: ClassVar[Mapping[str, str]] = {}
    """How the days of the week are shortened in opening hours."""
    short_months: ClassVar[Mapping[str, str]] = {}
    """How the months are shortened in lists and ranges, without the stop."""
    before_day: ClassVar[str] = r"(?!)"
    """A pattern of words after which a shortened day of the week stands alone: `по пн.`"""
    weekday_range: ClassVar[str] = "{} – {}"
    """`Mon-Fri` in words."""
    thousands_agree: ClassVar[bool] = False
    """Whether what is counted decides the gender of `22` in `22 thousand`."""
    feminine_after: ClassVar[str] = r"(?!)"
    """A pattern of a noun that is feminine, right after a number."""

    def __init__(self, region: str = "") -> None:
        self.region = region
        self._feminine = re.compile(rf"[ \u00a0]{self.feminine_after}")
        self._noun_after = re.compile(
            r"[ \u00a0](?!(?:de|del|y|o|a|en|por|para|con|que|es|son|e|di|do|da|em|und|oder|et|ou|sur|ist|war|in|per|tra|fra|su|al|alla|allo|ai|agli|alle|nel|nella|"
            r"sul|sulla|dal|dalla|contro|ed|od|ad|è|sono|no|na|nos|nas|com|pelo|pela|contra|sobre|desde|hasta|até|às|ao|à|se|si|ma|mas|pero|sin|sem|senza|"
            r"contro|dopo|prima|entro|ha|hanno|fue|era|foi|avec|dans|pour|contre|au|aux|du|des|le|la|les|il|lo|gli|el|los|las|os|as|un|una|um|uma|ao|más|"
            r"mais|più|menos|meno|cada|ogni|ya|já|già|también|anche|também|hoy|oggi|hoje|ayer|ieri|ontem)(?![^\W_]))[^\W\d_]{2}"
        )
        self._numbered_before = re.compile(
            r"(?<![^\W_])(?:n\.?[º°]|número|numéro|numero|nº|página|capítulo|artículo|artigo|línea|linha|lección|ejercicio|sección|seção|versión|versão|"
            r"pagina|capitolo|articolo|versione|esercizio|chapitre|article|version|exercice|ligne)[ \u00a0]?\Z",
            re.IGNORECASE,
        )
        self.roman_chapter = re.compile(
            rf"(?<![^\W_])(?:{self.roman_before})[ \u00a0](?:[IVXLC]{{1,7}}(?: (?:y|e|et|and|und|и|a|à|to|bis) |[-–]))?\Z"
        )
        self.roman_ordinals_first = re.compile(rf"(?<![^\W_])(?:{self.roman_ordinal_before})[ \u00a0]\Z")
        self.not_a_time = re.compile(rf"(?:{self.ratio_cues})[^0-9.]{{0,24}}\Z")
        self.not_a_time_after = re.compile(rf"[ \u00a0]?(?:{self.ratio_cues_after})")
        self.duration_follows = re.compile(rf"(?<![^\W_])(?i:{self.duration_cues})[ \u00a0]\Z")
        self.month_numbers = {name.lower(): index for index, name in enumerate(self.months, 1)}

    # Numbers.

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """The number in words, for a noun of that gender. `attributive`: right before the noun."""
        raise NotImplementedError

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """The ordinal number. `ending`: what is written after the digits."""
        raise NotImplementedError

    def year(self, n: int) -> str:
        """A year."""
        return self.cardinal(n)

    def short_year(self, n: int) -> str:
        """The last two digits of a year."""
        return self.cardinal(n) if n > 9 else self.digits(f"{n:02}")

    def digits(self, digits: str, *, phone: bool = False) -> str:
        """Digit by digit."""
        words = self.phone_digits if phone and self.phone_digits else self.digit_words
        return (" " if self.spaced else "").join(words[int(digit)] for digit in digits)

    def fraction_digits(self, digits: str) -> str:
        """What follows the decimal mark."""
        if self.read_fraction_as_number and len(digits.lstrip("0")) <= 2:
            rest = digits.lstrip("0")
            zeros = [self.digit_words[0]] * (len(digits) - len(rest))
            return " ".join([*zeros, self.cardinal(int(rest))] if rest else zeros)
        return self.digits(digits)

    def number(self, q: Quantity, gender: str = "", *, attributive: bool = False) -> str:
        """A number with its sign, its decimals and its scale."""
        sign = f"{self.minus} " if q.negative else ""
        if q.scale:
            scale = self.scales[q.scale]
            gender_of_scale = gender if q.scale == "k" and gender and self.thousands_agree else scale.gender
            base = self.number(Quantity(q.whole, q.fraction), gender_of_scale, attributive=True)
            if q.scale == "k" and q.whole == 1 and not q.fraction:
                return sign + self.cardinal(1000, gender)
            return f"{sign}{base} {self.form(Quantity(q.whole, q.fraction), scale)}"
        if q.whole >= LARGEST:
            words = self.digits(str(q.whole))
        else:
            words = self.cardinal(q.whole, gender, attributive=attributive and not q.fraction)
        if q.fraction:
            words = f"{self.cardinal(q.whole) if q.whole < LARGEST else words} {self.point} {self.fraction_digits(q.fraction)}"
        return sign + words

    def form(self, q: Quantity, noun: Noun) -> str:
        """The form of a noun after a number."""
        return noun.one if q.is_one else noun.many

    def counted(self, q: Quantity, noun: Noun) -> str:
        """A number of something."""
        of = f" {self.of}" if self.of and q.scale in ("m", "b", "t") else ""
        if of.endswith("'"):
            of += ""
        form = self.form(q, noun)
        if not self.spaced:
            return f"{self.number(q, noun.gender, attributive=True)}{form}"
        return f"{self.number(q, noun.gender, attributive=True)}{of} {form}"

    def counted_range(self, first: Quantity, last: Quantity, noun: Noun) -> str:
        """From one number of something to another."""
        return f"{self.number(first, noun.gender)}{self.joined(self.to)}{self.counted(last, noun)}"

    def is_feminine(self, after: str) -> bool:
        """Whether the noun after a number is feminine."""
        return self._feminine.match(after) is not None

    def counted_in(self, q: Quantity, noun: Noun, before: str, written: str, after: str) -> str:
        """A number of something in its sentence: what stands around it may decide its form. `written`: the unit, with its gap."""
        return self.counted(q, noun)

    def joined(self, word: str) -> str:
        """A word between two others, with the spaces of the language."""
        return f" {word} " if self.spaced else word

    def plain(self, q: Quantity, before: str, after: str) -> str:
        """A number as it stands in a text: what comes before it and after it may decide its form."""
        follows = self._noun_after.match(after) is not None and self._numbered_before.search(before) is None
        gender = ("f" if self.is_feminine(after) else "m") if follows else ""
        return self.number(q, gender, attributive=gender != "")

    def length_at(self, text: str, end: int) -> tuple[Kind, Noun, int, str] | None:
        """A length after `8.5 × 11` that is a unit only there: its kind, its noun, where it ends, and nothing."""
        return None

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """What only this language has at a digit."""
        return None

    def day_range(self, first: str, last: str) -> str:
        """From one shortened day of the week to another, where the names are inflected; empty if they are not."""
        return ""

    def day_in(self, before: str, written: str) -> str:
        """A shortened day of the week in its sentence, where the names are inflected; empty if they are not."""
        return ""

    def month_named(self, written: str) -> str:
        """The name of a month as it is written; empty if it is none."""
        if written.lower() in self.month_numbers:
            return written
        if self.month_forms and re.fullmatch(self.month_forms, written + "."):
            return next((month for month in self.months if month.lower().startswith(written[:3].lower())), "")
        return ""

    plural_in_range: ClassVar[Mapping[str, str]] = {}
    """What an abbreviation means before a range: `pp. 3-5`."""
    compound_endings: ClassVar[Mapping[str, str]] = {}
    """What shortened ends of words mean: `Goethestr.`."""
    ratio_cues_after: ClassVar[str] = r"(?!)"
    """The same for words after it; they make `1-2` a score, too."""
    place_cues_after: ClassVar[str] = r"(?!)"
    """As `place_cues`, for words after it."""
    duration_cues: ClassVar[str] = r"(?!)"
    """A pattern of words before `1:52:30` that make it a length of time."""
    ratio_cues: ClassVar[str] = r"(?!)"
    """A pattern of words before `1:10` that make it no time of the day."""

    def abbreviation_in(self, written: str, before: str, after: str) -> str:
        """What an abbreviation means where it stands. Empty: what the table says. As written: it is none there."""
        many = self.plural_in_range.get(written)
        return many if many and _RANGE_FOLLOWS.match(after) else ""

    def ordinal_at(self, text: str, at: int) -> tuple[int, str] | None:
        """An ordinal number in digits that begins there: where it ends, and its words."""
        return None

    def is_year(self, n: int, before: str, after: str, *, cue: bool) -> bool:
        """Whether a number of four digits is a year, where a year is said in another way."""
        return False

    def is_score(self, before: str, after: str, first: Quantity, last: Quantity) -> bool:
        """Whether `3-2` is a score, not a range."""
        return (
            first.whole >= last.whole
            or self.not_a_time.search(before) is not None
            or self.not_a_time_after.match(after) is not None
        )

    def place_number(self, n: int) -> str:
        """The number of a room or a seat."""
        return self.cardinal(n)

    def symbol_in(self, sign: str, before: str) -> str:
        """The word for a sign, after that text; empty if it has none."""
        return self.symbols.get(sign, "")

    def side(self, q: Quantity) -> str:
        """One of the numbers of `1920 × 1080`."""
        return self.number(q)

    def range_in(self, before: str, said: str) -> str:
        """A range in its sentence: what comes before it may decide its form."""
        return said

    def ratio_in(self, before: str, numbers: list[int]) -> str:
        """`3:2` in its sentence."""
        return self.joined(self.score).join(self.cardinal(n) for n in numbers)

    def phone_part(self, digits: str) -> str:
        """A group of the digits of a telephone number."""
        return self.digits(digits, phone=True)

    def roman_after(self, name: str, n: int) -> str:
        """A Roman numeral after an inflected name of a monarch, which the table does not have; empty if it is none."""
        return ""

    def range_words(self, first: str, last: str, between: str) -> str:
        """From one number to another."""
        return f"{first}{self.joined(between)}{last}"

    def with_sign(self, sign: str, words: str) -> str:
        """A sign before a number."""
        return f"{sign}{self.joiner}{words}"

    def hour_after(self, text: str, end: int) -> int:
        """The length of the word for the hour after a time in digits."""
        return 0

    def phone_groups(self, digits: str) -> list[str]:
        """A telephone number without gaps, in groups."""
        starts = list(range(0, len(digits), 3))
        if len(digits) - starts[-1] == 1 and len(starts) > 1:
            starts.pop()
        return [digits[a:b] for a, b in zip(starts, [*starts[1:], len(digits)], strict=True)]

    def always(self) -> str:
        """`24/7/365`."""
        return self.joiner.join(self.cardinal(n) for n in (24, 7, 365))

    def lines(self, n: int) -> str:
        """The number in `1080p`."""
        return self.cardinal(n)

    def and_a_half(self, whole: int, noun: str) -> str:
        """`2½` before a noun, if the noun goes between; empty if it does not."""
        return ""

    def half_of(self, after: str) -> str:
        """The words for `1/2` and the space after it, where the noun that follows decides them. Empty: it does not."""
        return ""

    def fraction_in(self, before: str, words: str) -> str:
        """A fraction in its sentence: what comes before it may decide its form."""
        return words

    def over(self, top: int, bottom: int) -> str | None:
        """What is written like a fraction and is above one: `9/5`. None: leave it as it is."""
        return None

    def glues(self, following: str, last: str) -> bool:
        """Whether a letter right after a number belongs to it; `last` is the last character that was rewritten."""
        return False

    # Money.

    def money(self, q: Quantity, code: str) -> str:
        """A price."""
        major, minor = self.coins[code]
        whole = attrs_without_fraction(q)
        if q.scale or not q.fraction:
            return self.counted(q, major)
        if code in WITHOUT_MINOR or minor is None or len(q.fraction) > 2:
            return self.counted(q, major)
        cents = int(q.fraction.ljust(2, "0"))
        if not cents:
            return self.counted(whole, major)
        small = self.counted(Quantity(cents), minor)
        if not q.whole:
            return (f"{self.minus} " if q.negative else "") + small
        return self.price(self.counted(whole, major), small, cents, code)

    def money_in(self, q: Quantity, code: str, before: str, after: str) -> str:
        """A price in its sentence: what stands around it may decide its form."""
        return self.money(q, code)

    def part_of_code(self, digits: str) -> str:
        """Digits beside letters, as in `B12`, `A320`."""
        return self.digits(digits) if digits[0] == "0" or len(digits) > 3 else self.cardinal(int(digits))

    def price(self, major: str, minor: str, cents: int, code: str) -> str:
        """The two parts of a price."""
        return f"{major} {self.and_} {minor}"

    # Dates and times.

    def day(self, n: int) -> str:
        """The day of a date."""
        return self.cardinal(n)

    def date(self, year: int | None, month: int, day: int | None) -> str:
        """A date in digits, in words."""
        raise NotImplementedError

    def date_in(self, before: str, year: int | None, month: int, day: int | None) -> str:
        """A date in digits, in a sentence: what comes before it may decide its form."""
        return self.date(year, month, day)

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """A time of the day. `half`: `am`, `pm` or empty. `after`: the word for the hour that is written after it."""
        raise NotImplementedError

    def decade(self, n: int, *, short: bool) -> str:
        """`1990s`."""
        return self.cardinal(n)

    # The rest.

    def percentage(self, q: Quantity) -> str:
        """A share."""
        return self.counted(q, self.percent)

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`1/2`, `2 3/4`, perhaps of a unit."""
        raise NotImplementedError

    def exponent(self, base: str, exponent: int) -> str:
        """A power."""
        if exponent == 2 and self.squared:
            return f"{base} {self.squared}"
        if exponent == 3 and self.cubed:
            return f"{base} {self.cubed}"
        return f"{base} {self.power.format(self.number(Quantity(abs(exponent), negative=exponent < 0)))}"

    def scientific(self, q: Quantity, exponent: int) -> str:
        """`1e-5`."""
        return f"{self.number(q)} {self.times} {self.exponent(self.cardinal(10), exponent)}"

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """A Roman numeral: after a name, or after a word such as chapter."""
        if name:
            article = f"{self.monarch_article} " if self.monarch_article else ""
            return article + self.ordinal(n)
        return self.cardinal(n)

    def alone_after_one(self, after: str) -> bool:
        """Whether `I` after the name of a monarch is a numeral. In English it may be a person."""
        return True

    def roman_century(self, value: int, written: str, before: str, after: str) -> str:
        """A Roman numeral before or after the word for a century; empty if it is none."""
        return ""

    def per_words(self, noun: str) -> str:
        """`per month`."""
        return f"{self.joined(self.per)}{noun}"

    def plural_of(self, n: int, noun: Noun) -> str:
        """The form of a noun after a whole number."""
        return self.form(Quantity(n), noun)


def attrs_without_fraction(q: Quantity) -> Quantity:
    """The whole part."""
    return Quantity(q.whole, "", q.negative, q.scale)


def below_thousand(n: int) -> tuple[int, int, int]:
    """Hundreds, tens and ones."""
    return n // 100, n // 10 % 10, n % 10


ROMAN = lazy_regex(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def roman_value(text: str) -> int:
    """The value of a Roman numeral; 0 if it is none."""
    if not text or not ROMAN.fullmatch(text):
        return 0
    total = 0
    for one, following in zip(text, [*text[1:], ""], strict=True):
        value = _VALUES[one]
        total += -value if following and value < _VALUES[following] else value
    return total
