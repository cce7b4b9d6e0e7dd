"""What the rules know of one language: its words."""

from __future__ import annotations

import enum
import functools
import importlib
import re
from collections.abc import Callable

import attrs

from triolet.segmentation import _other_words, _pysbd
from triolet.segmentation._language_tags import LANGUAGES

RULED = ("zh", "en", "de", "it", "pt", "es", "ja", "ko", "fr", "ru")
"""The languages that have rules of their own."""

# Thai, Lao and Khmer write no mark between sentences, but a space. A speaker may breathe there; whether a sentence ends is unknown.
_UNMARKED_LANGUAGES = frozenset({"th", "lo", "km"})
_UNMARKED = "[\u0e00-\u0eff\u1780-\u17ff]"


class Dotted(enum.Enum):
    """Which kind of abbreviation a word is: what may follow its dot."""

    INNER = enum.auto()
    """Never an end: something always follows a title, `e.g.`, `vs.`"""
    NUMBERED = enum.auto()
    """No end before a number (`No. 5`, `p. 12`, `Art. 3`); an end before a capital."""
    WEAK = enum.auto()
    """An end before a capital: `etc.`, `hrs.`"""
    NAMED = enum.auto()
    """An end only before a word that begins sentences, since names may follow, too: `U.S.`, `Inc.`, `St.`"""
    TIMED = enum.auto()
    """An end before a capital, unless a day, a month, a time zone or a place follows: `a.m.`, `p.m.`, `Mon.`"""


@attrs.frozen(kw_only=True)
class Language:
    """The words of one language that decide whether a dot ends a sentence.

    A list is text with white space between its words. An abbreviation stands in small letters, without its last dot. One of
    several parts stands without spaces: `z.b` means `z.B.` and `z. B.`
    """

    code: str
    """ISO 639-1."""
    inner: str = ""
    """Abbreviations of the kind `Dotted.INNER`."""
    numbered: str = ""
    """Abbreviations of the kind `Dotted.NUMBERED`."""
    weak: str = ""
    """Abbreviations of the kind `Dotted.WEAK`. Those that pysbd lists are added."""
    named: str = ""
    """Abbreviations of the kind `Dotted.NAMED`."""
    timed: str = ""
    """Abbreviations of the kind `Dotted.TIMED`, besides `a.m` and `p.m`: days of the week."""
    words: str = ""
    """Common words that pysbd lists as abbreviations. A dot after them is an end."""
    starters: str = ""
    """Words that, with a capital, hardly stand anywhere but at the start of a sentence."""
    months: str = ""
    """Words that may follow an ordinal number written with a dot."""
    lettered: str = ""
    """Nouns that have a letter for a name (`vitamin C`, `plan B`)."""
    exclaimed: str = ""
    """Names that end in an exclamation mark, without it."""
    saying: str = ""
    """Verbs of speech that may stand after their subject: `"Who is there?" Anna asked.`"""
    suffixes: tuple[str, ...] = ()
    """Endings of compounds that are abbreviations of the kind `Dotted.NAMED` (`Goethestr.`)."""
    times: str = ""
    """Words that may follow `p.m.` with a capital, or after a place: days, months, zones, `time`."""
    years: str = ""
    """Words after the number of a year or a century. They end no sentence that has just begun (`В 1854 г. Толстой`)."""
    reversed_quotes: bool = False
    """Whether `»` opens and `«` closes."""
    conjunctions: tuple[str, ...] = ()
    """Words before which a speaker may breathe."""
    ordinals: bool = False
    """Whether a dot makes a number an ordinal (`3. Oktober`)."""
    capital_nouns: bool = False
    """Whether nouns have a capital, so that a capital does not show that a sentence begins."""


@attrs.frozen
class Rules:
    """The words of one language in sets, so that a look-up is quick. See `Language` for each set."""

    language: Language
    dotted: dict[str, Dotted]
    words: frozenset[str]
    starters: frozenset[str]
    months: frozenset[str]
    lettered: frozenset[str]
    exclaimed: frozenset[str]
    saying: frozenset[str]
    times: frozenset[str]
    years: frozenset[str]
    breath: Callable[[str, int, int], re.Match[str] | None]
    """Finds the space before a conjunction or a lone hyphen that a space follows."""
    splitter: _pysbd.Splitter | None = None
    """Decides about every dot that follows no word of `dotted`; None for a language that pysbd does not know, or with rules."""
    careful: bool = False
    """Whether only few abbreviations are known, so that no dot ends a sentence before a small letter."""


def has_rules(code: str) -> bool:
    """Whether a code names a language. Each has rules: its own, pysbd's, or those that hold for any."""
    return code in LANGUAGES


@functools.cache
def rules(code: str) -> Rules:
    """The rules of a language: its own, with the abbreviations that pysbd lists; else pysbd's; else those that hold for any."""
    if code not in RULED:
        known = _other_words.ANYWHERE + " " + _other_words.INNER.get(code, "")
        dotted = dict.fromkeys(known.split(), Dotted.INNER)
        splitter = _pysbd.splitter(code) if code in _pysbd.languages() else None
        return _ready(Language(code=code), dotted, splitter, careful=True)
    language: Language = importlib.import_module(f"triolet.segmentation._rules.{code}").LANGUAGE
    listed = _pysbd.abbreviations(code) - set(language.words.split())
    dotted = {"".join(word.split()): Dotted.WEAK for word in listed if "'" not in word}
    for kind, words in (
        (Dotted.WEAK, language.weak),
        (Dotted.NAMED, language.named),
        (Dotted.NUMBERED, language.numbered),
        (Dotted.INNER, language.inner),
    ):
        dotted.update(dict.fromkeys(words.split(), kind))
    dotted.update(dict.fromkeys(("a.m", "p.m", *language.timed.split()), Dotted.TIMED))
    return _ready(language, dotted, None)


def _ready(
    language: Language, dotted: dict[str, Dotted], splitter: _pysbd.Splitter | None, *, careful: bool = False
) -> Rules:
    breaths = "|".join((*language.conjunctions, "--?"))
    breath = f" (?={_UNMARKED})" if language.code in _UNMARKED_LANGUAGES else f" (?:{breaths})(?= )"
    return Rules(
        language,
        dotted,
        frozenset(language.words.split()),
        frozenset(language.starters.split()),
        frozenset(language.months.split()),
        frozenset(language.lettered.split()),
        frozenset(language.exclaimed.split()),
        frozenset(language.saying.split()),
        frozenset(language.times.split()),
        frozenset(language.years.split()),
        re.compile(breath).search,
        splitter,
        careful,
    )
