"""Roman numerals, acronyms and abbreviations: letters that are no word as they stand."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language, roman_value
from triolet.verbalization._search import any_of

MAY_BE_LETTERS = lazy_regex(r"[A-Z](?:[A-Z]|(?<=[IVX])(?<![A-Za-z].)(?:(?![A-Za-z])|(?:er|re|e|ère|ème)(?![A-Za-z])))")
"""A text without this has neither a Roman numeral nor an acronym."""
_CAPITALS = lazy_regex(
    r"[A-Z](?:(?<![^\W_].)[A-Z]{0,14}(?:s(?![^\W_]))?(?![^\W_])|(?<=[\u2E80-\uD7AF].)[A-Z]{1,14}(?![A-Za-z0-9]))"
)
_FRENCH_ORDINAL = lazy_regex(r"(?<![^\W_])([IVX]{1,7})(er|re|ère|e|ème)(?![^\W_])")
_NAME_BEFORE = lazy_regex(r"(?<![^\W_])([^\W\d_]{3,20})[ \u00a0]\Z")
_VOWELS = lazy_regex(r"[AEIOUY]")
_SPELLED = frozenset(
    "AI API ATM AWS BIOS CEO CFO CIA CIO COO CTO CPU GPU CIA DIY DNA RNA EU EUR FAQ FBI GUI HIV ID IBM IDE IMF IOU IP IQ ISO IT "
    "IVF MIT MRI NBA NFL NSA OCR OEM OS OTP PIN UFO UI UK UN URL US USA USB USSR UV UX VAT VIP VPN TV EV SUV UAE SQL SDK UEFA "
    "ETA ROI KPI AC AM FM IPO EKG OECD RPG NGO BBC GPS CEO LED LCD OLED PC RAM".split()
) - {"RAM", "BIOS", "PIN", "UEFA", "OLED", "AM", "US", "IT", "EUR"}
"""Acronyms with a vowel that are spelled all the same."""
_MONARCHS = frozenset(
    "Louis Ludwig Luis Luigi Luís Charles Karl Carlos Carlo Henry Heinrich Enrique Enrico Henri Henrique Elizabeth Elisabeth Isabel "
    "Elisabetta Élisabeth George Georg Jorge Giorgio Georges Edward Eduard Eduardo Edoardo Édouard William Wilhelm Guillermo Guglielmo "
    "Guillaume Guilherme James Jakob Jacobo Giacomo Jacques Jaime Philip Philipp Felipe Filippo Philippe Filipe Francis Franz Francisco "
    "Francesco François Frederick Friedrich Federico Frédéric Frederico John Johannes Juan Giovanni Jean João Paul Pablo Paolo Paulo "
    "Benedict Benedikt Benedicto Benedetto Benoît Bento Pius Pío Pio Pie Leo León Leone Léon Leão Gregory Gregor Gregorio Grégoire "
    "Gregório Innocent Innozenz Inocencio Innocenzo Clement Urban Napoleon Napoléon Napoleón Napoleone Napoleão Nicholas Nikolaus Nicolás "
    "Nicola Nicolas Nicolau Alexander Alejandro Alessandro Alexandre Catherine Katharina Catalina Caterina Catarina Peter Pedro Pietro "
    "Pierre Ivan Iwan Richard Ricardo Riccardo Victor Viktor Vittorio Emanuel Emanuele Umberto Alfonso Alfonse Ferdinand Fernando "
    "Ferdinando Joseph José Josef Otto Ramses Ramsés Ramsete Ptolemy Thutmose Mary Maria Margaret Harald Haakon Gustav Christian Albert "
    "Alberto Leopold Leopoldo Boniface Celestine Rudolf Konrad Maximilian Paulus Carol Manuel Afonso Sancho Dinis Xerxes Darius Artaxerxes "
    "Людовик Генрих Карл Пётр Петр Екатерина Николай Александр Иван Елизавета Георг Фридрих Вильгельм Наполеон Павел Филипп Пий Бенедикт".split()
)


def letters(text: str, words: Language) -> Iterator[Found]:
    """Roman numerals and acronyms, in the order of the text."""
    if words.code == "fr":
        for one in _FRENCH_ORDINAL.finditer(text):
            if value := roman_value(one[1]):
                yield Found(
                    one.start(), one.end(), "roman", words.ordinal(value, "f" if one[2] in ("re", "ère") else "m")
                )
    for one in _CAPITALS.finditer(text):
        written = one[0]
        value = roman_value(written)
        before = text[max(0, one.start() - 40) : one.start()]
        if value and 0 < value < 4000:
            said = _roman(value, written, before, text[one.end() : one.end() + 12], words)
            if said:
                end = one.end()
                if words.code == "de" and text[end : end + 1] == "." and text[end + 1 :].strip(" \"'”’)»“"):
                    end += 1  # the stop makes it an ordinal number
                yield Found(one.start(), end, "roman", said)
                continue
        plural = written.endswith("s")
        name = written.removesuffix("s")
        if (
            2 <= len(name) <= 5
            and (name in _SPELLED or not _VOWELS.search(name))
            and not value
            and words.spells_letters
        ):
            yield Found(one.start(), one.end(), "acronyms", " ".join(name) + ("s" if plural else ""))


def _roman(value: int, written: str, before: str, after: str, words: Language) -> str:
    if words.roman_chapter.search(before):
        if words.roman_ordinals_first.search(before):
            return words.ordinal(value)
        return words.roman(value, name=False, before=before)
    if not words.spaced and len(written) >= 2 and written != "XX" and set(written) <= {"I", "V", "X"}:
        return words.cardinal(value)
    name = _NAME_BEFORE.search(before)
    if name and name[1] in _MONARCHS and value <= 40:
        if written == "I" and not words.alone_after_one(after):
            return ""
        return words.roman(value, name=True, before=name[1])
    if name and (ruler := words.roman_after(name[1], value)):
        return ruler
    century = words.roman_century(value, written, before, after)
    if century:
        return century
    if (
        len(written) >= 2
        and value <= 40
        and set(written) <= {"I", "V", "X"}
        and name
        and name[1][0].isupper()
        and written != "XX"
    ):
        return words.cardinal(value)
    return ""


_DAYS = lazy_regex(r"(?<![\w-])([^\W\d_]{2,10})(\.?)[-–]([^\W\d_]{2,10})(?![\w-])")


def has_range_of_days(text: str, words: Language) -> bool:
    """Whether a range of days or months is in the text."""
    if not words.weekdays or ("-" not in text and "–" not in text):
        return False
    return any(_day(one[1], words) and _day(one[3], words) for one in _DAYS.finditer(text))


def weekdays(text: str, words: Language, *, named: bool) -> Iterator[Found]:
    """`Mon-Fri`, `June–August`, `Sat 9-5`. `named`: whether the text has any day or month as it is usually written."""
    if not words.weekdays:
        return
    for one in _DAYS.finditer(text):
        first, last = _day(one[1], words), _day(one[3], words)
        if first and last:
            said = words.day_range(one[1].lower(), one[3].lower()) or words.weekday_range.format(first, last)
            stop = bool(one[2]) and text[one.end() : one.end() + 1] == "." and bool(text[one.end() + 1 :].strip())
            yield Found(one.start(), one.end() + stop, "abbreviations", said)
    if named:
        for one in _DAY_BEFORE_TIME.finditer(text):
            if day := words.weekdays.get(one[1]):
                yield Found(one.start(), one.end(), "abbreviations", day)


def _day(written: str, words: Language) -> str:
    """The day or the month that is written so; empty if it is none."""
    return words.weekdays.get(written) or words.weekdays.get(written.lower()) or words.month_named(written)


_DAY_BEFORE_TIME = lazy_regex(r"(?<![\w-])([^\W\d_]{2,5})\.?(?=:? [0-9]{1,2}(?:[:.h]|[-–][0-9]| Uhr| ?[ap]\.?m))")
_NAME_RIGHT_BEFORE = lazy_regex(r"[A-Z][a-z]{2,20} \Z")


def abbreviations(text: str, pattern: re.Pattern[str], words: Language, units: Container[str]) -> Iterator[Found]:
    """Abbreviations of the language's table. One that ends a sentence keeps its stop; a unit after a number is none."""
    table, after_name = words.abbreviations, words.abbreviations_after_name
    if words.compound_endings:
        for one in _ENDING.finditer(text):
            said = words.compound_endings.get(one[0], "")
            if said:
                yield Found(one.start(), one.end(), "abbreviations", said)
    for one in pattern.finditer(text):
        written = one[0]
        if (
            written not in words.before_unit
            and (written in units or written[:-1] in units)
            and text[max(0, one.start() - 2) : one.start()].rstrip()[-1:].isdigit()
        ):
            continue
        written = _WIDE.sub(" ", written)
        named = after_name.get(written, "")
        if named and (
            not _NAME_RIGHT_BEFORE.search(text, max(0, one.start() - 22), one.start())
            or re.match(r" [A-Z][a-z]", text[one.end() : one.end() + 3])
        ):
            named = ""
        special = words.abbreviation_in(
            written, text[max(0, one.start() - 40) : one.start()], text[one.end() : one.end() + 24]
        )
        if special == written:
            continue
        said = (
            special
            or named
            or table.get(written)
            or table.get(written[:1].lower() + written[1:])
            or table[_closest(written, table)]
        )
        if written[0].isupper() and said[0].islower() and not one.start():
            said = said[0].upper() + said[1:]
        if written.endswith(".") and not text[one.end() :].strip(" \"'”’)»“"):
            said += "."
        if words.spaced and text[one.end() : one.end() + 1].isdigit():
            said += " "
        yield Found(one.start(), one.end(), "abbreviations", said)


_ENDING = lazy_regex(r"(?<=[a-zäöüß])(?:str|nr|tel|platz|pl)\.(?![^\W_])")
_WIDE = lazy_regex(r"[\u00a0\u202f]")


def _closest(written: str, table: Mapping[str, str]) -> str:
    """The entry that differs in spaces only."""
    bare = written.replace(" ", "").lower()
    return next(name for name in table if name.replace(" ", "").lower() == bare)


def abbreviation_pattern(words: Language) -> re.Pattern[str]:
    """A pattern of all abbreviations of a language."""
    table = words.abbreviations
    if not table:
        return re.compile(r"(?!)")
    names = set(table) | {name[0].upper() + name[1:] for name in table}
    apart = r"(?:[^\W_]|[./])" if words.spaced else "[A-Za-z0-9./]"
    found = any_of(names, apart=apart, gap=r"[ \u00a0\u202f]?")
    return re.compile(rf"{found}(?:(?<=[.°º])(?![^\W\d_])|(?![^\W_]))")
