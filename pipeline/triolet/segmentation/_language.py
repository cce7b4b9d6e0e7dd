"""What the rules know of one language: words only, no code."""

from __future__ import annotations

import enum
import functools
import importlib
import re
from collections.abc import Callable

import attrs

from triolet.segmentation import _pysbd

RULED = ("zh", "en", "de", "it", "pt", "es", "ja", "ko", "fr", "ru")
"""The languages with rules of their own."""


class Dotted(enum.Enum):
    """What a dot after a word may be."""

    INNER = enum.auto()
    """Something always follows: titles, `e.g.`, `vs.`; never an end."""
    NUMBERED = enum.auto()
    """A number follows (`No. 5`, `p. 12`, `Art. 3`); before a capital it is an end."""
    WEAK = enum.auto()
    """An end before a capital (`etc.`, `hrs.`)."""
    NAMED = enum.auto()
    """Names follow as well: an end only before a word that begins sentences (`U.S.`, `Inc.`, `St.`)."""


@attrs.frozen(kw_only=True)
class Language:
    """The words of one language that decide whether a dot ends a sentence.

    Abbreviations are in small letters and without their last dot; those of several parts without spaces (`z.b` stands
    for `z.B.` and `z. B.`). Lists are white-space-separated text.
    """

    code: str
    inner: str = ""
    numbered: str = ""
    weak: str = ""
    """The three, and `named`, as in `Dotted`; pysbd's list is added to the weak."""
    named: str = ""
    words: str = ""
    """Common words that pysbd lists as abbreviations: a dot after them is an end."""
    starters: str = ""
    """Words that begin sentences and, with a capital, hardly anything else."""
    months: str = ""
    """What may follow an ordinal number written with a dot."""
    lettered: str = ""
    """Nouns that take a letter as their name (`vitamin C`, `plan B`)."""
    exclaimed: str = ""
    """Names that end in an exclamation mark, without it."""
    saying: str = ""
    """Verbs of speech that may come after their subject: `"Who is there?" Anna asked.`"""
    suffixes: tuple[str, ...] = ()
    """Ends of compounds that are abbreviated and named (`Goethestr.`)."""
    years: str = ""
    """Words after a year or century, with which a short phrase opens a sentence (`В 1854 г. Толстой`)."""
    reversed_quotes: bool = False
    """Whether `»` opens and `«` closes."""
    conjunctions: tuple[str, ...] = ()
    """A speaker may breathe before these."""
    ordinals: bool = False
    """Whether a dot makes a number an ordinal (`3. Oktober`)."""
    capital_nouns: bool = False
    """Whether a capital in the middle of a sentence is nothing special."""


@attrs.frozen
class Rules:
    """A language made ready for look-up."""

    language: Language
    dotted: dict[str, Dotted]
    words: frozenset[str]
    starters: frozenset[str]
    months: frozenset[str]
    lettered: frozenset[str]
    exclaimed: frozenset[str]
    saying: frozenset[str]
    years: frozenset[str]
    breath: Callable[[str, int, int], re.Match[str] | None]
    """Searches for the white space before a conjunction or a lone hyphen; the space after it must be there."""
    splitter: _pysbd.Splitter | None = None
    """Is asked instead of the words."""


def choices() -> list[str]:
    """The codes of all languages: with rules here, or known to pysbd."""
    return sorted(_pysbd.languages() | set(RULED))


@functools.cache
def rules(code: str) -> Rules:
    """The rules of one of `choices`, with pysbd's abbreviations."""
    if code not in RULED:
        return _ready(Language(code=code), {}, _pysbd.splitter(code))
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
    return _ready(language, dotted, None)


def _ready(language: Language, dotted: dict[str, Dotted], splitter: _pysbd.Splitter | None) -> Rules:
    breaths = "|".join((*language.conjunctions, "--?"))
    return Rules(
        language,
        dotted,
        frozenset(language.words.split()),
        frozenset(language.starters.split()),
        frozenset(language.months.split()),
        frozenset(language.lettered.split()),
        frozenset(language.exclaimed.split()),
        frozenset(language.saying.split()),
        frozenset(language.years.split()),
        re.compile(f" (?:{breaths})(?= )").search,
        splitter,
    )
