"""Whether a sentence ends at a mark so surely that nobody need wait for what follows the mark.

The rules ask for a plain sentence that ends with a plain word, and leave the rest to the segmenter, which waits for the next
token. `benchmarks/first_sentence.py` measures, language by language, how often they are right and how many sentences they
reach. A language has them if at least 99.5 % of the sentences that they end do end there. Chinese, Japanese and Korean need
none: nearly all of their marks end a sentence at once. Russian does not reach the figure.
"""

from __future__ import annotations

from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation._judge import word_before
from triolet.segmentation._language import Rules
from triolet.segmentation._sure_words import ALONE, ENDINGS, NAMES, PLAIN

LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "pt"})
"""The languages that have these rules."""

# Characters of the sentence that are read: a longer one is rare, and has breaths that end the first phrase.
_LOOK_BACK = 300
_ENDING = 5  # letters that a word has at least if its ending makes it a plain one
_CAPITAL = 4  # letters that a German noun has at least if it is to be plain: shorter ones are abbreviations, too
_LONG = 6  # letters of a Russian word that is surely no abbreviation
_MARKS = lazy_regex(r"(?:\.|[!?]{1,3})\Z")
_BEGIN = lazy_regex(r"\s*[*¡¿]{0,4}([^\W\d_])")
# Links, paths, addresses, formulas and code, which a dot may be part of; emphasis by other marks than stars, and single quotes,
# which nobody keeps track of; a label with one word, like that of an e-mail address.
_RISKY = lazy_regex(r"[_~`$<>\\|@#=^{}\[\]/…]|[.!?]\S|(?<!\w)['’]|['’](?!\w)|www|:\s*\S+\Z")
_BOLD = lazy_regex(r"[^\W_]{2}\*{1,3}\Z")
_PARTS = lazy_regex("[-'’]")
_ALONE = frozenset(ALONE.split())
_NAMES = frozenset(NAMES.split())
_PLAIN = {code: frozenset(words.split()) for code, words in PLAIN.items()}


def ends_surely(rules: Rules, sentence: str, *, known: bool = True) -> bool:
    """Whether a sentence ends with the mark that is the last character of `sentence`, in at least 99.5 of 100 cases.

    `sentence` is what has come of it, from its first character. No quote, bracket or emphasis is open in it. `known`: whether
    its language is known, and no guess without a word to go by.
    """
    found = _MARKS.search(sentence)
    begin = _BEGIN.match(sentence)
    if found is None or begin is None or begin[1].islower():
        return False
    at = found.start()
    mark = sentence[at]
    text = sentence[max(0, at - _LOOK_BACK) : at]
    if mark != ".":
        text = text.rstrip()  # French has a space before the mark
    if text.strip(" \n*¡¿") in _ALONE:
        return True
    if not known or _RISKY.search(text):
        return False
    word = word_before(text, 0, len(text))
    if rules.language.code == "ru":
        return mark == "." and word.isalpha() and word.islower() and len(word) >= _LONG and word not in rules.dotted
    if rules.language.code not in LANGUAGES:
        return False
    if _BOLD.search(word):
        return True
    word = word.lstrip("*¡¿")
    if not _PARTS.sub("", word).isalpha():
        return False
    if mark == ".":
        return _is_plain(rules, word)
    if word in rules.exclaimed:
        return False
    if ("¿" if mark == "?" else "¡") in text:
        return True
    return word.islower() or (
        word[1:].islower() and len(word) >= _CAPITAL and (mark == "?" or rules.language.capital_nouns)
    )


def _is_plain(rules: Rules, word: str) -> bool:
    """Whether the word is one of the language, and neither an abbreviation nor a name: a dot after it ends a sentence."""
    language = rules.language
    if not word.islower() and not (language.capital_nouns and len(word) >= _CAPITAL and word[1:].islower()):
        return False
    word = word.lower()
    last = _PARTS.split(word)[-1]
    if not rules.dotted.keys().isdisjoint((word, last)) or last in _NAMES or word.endswith(language.suffixes):
        return False
    if language.code in _PLAIN:
        return last in _PLAIN[language.code] or (len(word) >= _ENDING and word.endswith(ENDINGS[language.code]))
    return len(last) > 2  # shorter words are abbreviations, too
