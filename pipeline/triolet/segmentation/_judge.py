"""Whether a mark ends a sentence: the rules, over the words of one language."""

from __future__ import annotations

import re

from triolet._tools._characters import EAST_ASIAN
from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation._judge_east import HESITATION
from triolet.segmentation._language import Dotted, Rules
from triolet.segmentation._look_ahead import END, GOES_ON, OPENING_MARKS, WAIT, Ahead, Verdict
from triolet.segmentation._pysbd import Splitter

_LONGEST_WORD = 48
_LONGEST_WITHOUT_VOWEL = 5  # letters of a word without a vowel that counts as an abbreviation
_LONGEST_ZONE = 5  # letters of the short name of a time zone (`EST`, `AEST`)
# Letters of a word with a capital that may be an abbreviation, though no list has it (`Com. & Adm.`).
_SHORT_NAME = 4
_RANGE = lazy_regex(r"[^\W\d_]{1,5}\.[-–/][^\W\d_]{1,5}")
_SECTION = lazy_regex(r"\d{1,3}(?:\.\d{1,3}){1,4}")
_LETTERS_AND_DOTS = lazy_regex(r"[^\W\d_](?:\.[^\W\d_])+")
_VOWEL = lazy_regex("[aeiouyàâäáãåæéèêëíìîïóòôöõøœúùûüýÿаеёиоуыэюяіїєα-ωά-ώ]", re.IGNORECASE)
_LAST_WORD = lazy_regex(r"(?<!\S)[^\W\d_][^\W\d_A-Z]{2,}\Z")
_CAPITALIZED = lazy_regex(r"[^\W\d_](?:['’]?[^\W\d_A-Z]+)*")
_ROMAN = lazy_regex("[IVXLC]+")
# The Latin word at the end of Chinese or Japanese text, which has no spaces: `作者是J.K`.
_LATIN_TAIL = lazy_regex(r"(?<![A-Za-z.'’&-])[A-Za-z][A-Za-z.'’&-]*+\Z")
# After an article an abbreviation of a number is a noun: `Open the app. 2. Tap Settings.`
_ARTICLES = frozenset(("the", "this", "that", "your", "our", "my", "an", "a"))
# English words after which an ellipsis leaves a sentence unfinished, and those that do before `I`, which always has a capital.
_UNFINISHED = frozenset(
    (
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "with",
        "and",
        "but",
        "or",
        "because",
        "if",
        "when",
        "than",
        "as",
        "for",
        "my",
        "your",
    )
)
_HESITANT = frozenset(("well", "um", "uh", "er", "oh", "hmm", "so", "is", "are", "was", "were", "that", "like", "mean"))
# Single letters that follow an abbreviation, but begin no sentence: `72 deg. F`, `vit. C`.
_MARKS_OF_KIND = frozenset("BCDEFK")
# The highest number of a list item inside a line that follows no item.
LATE_ITEM = 3
_LINE_START = lazy_regex(r"(?:\A|\n)[^\w\n]*\Z")
_HEAD_REACH = 16
# Points of the compass between the number of a house and the name of its street: `310 N. Oak Street`.
_COMPASS = frozenset("NSEW")
# The number of a chapter in Korean, before its title: `제3장. 시작하며`.
_CHAPTER = lazy_regex(r"제?\d{1,3}[장절편부과화항]")
_DEGREE = lazy_regex(r"[A-Z][a-z]?[a-z]?(?:\.[A-Z][a-z]{0,3})+")


_INNER, _NUMBERED, _WEAK, _NAMED, _TIMED = (
    Dotted.INNER,
    Dotted.NUMBERED,
    Dotted.WEAK,
    Dotted.NAMED,
    Dotted.TIMED,
)


def word_before(text: str, start: int, at: int) -> str:
    """What stands between the last space and the mark at `at`: at most its last `_LONGEST_WORD` characters."""
    reach = at - _LONGEST_WORD
    word = text[max(start, reach) : at].rpartition(" ")[2]
    if word and not word.isascii() and word[-1].isascii():
        return _latin_tail(word)
    return word


def _latin_tail(word: str) -> str:
    """The Latin word at the end of letters of Chinese or Japanese; else what is given."""
    tail = _LATIN_TAIL.search(word)
    return tail[0] if tail and tail.start() and word[tail.start() - 1] >= EAST_ASIAN else word


def begins_line(text: str, start: int) -> bool:
    """Whether nothing but marks stands between the start of the line and `start`."""
    return _LINE_START.search(text, max(0, start - _HEAD_REACH), start) is not None


def is_plain(rules: Rules, text: str, at: int, word: str) -> bool:
    """Whether the dot at `at` ends a sentence because the word before it is plain: no abbreviation, nor like one."""
    length = len(word)
    if length < 2 or not word.isalpha() or rules.careful or word.lower() in rules.dotted or word in rules.dotted:
        return False
    if length <= _SHORT_NAME and word[0].isupper() and not word.isupper():
        return False
    if length <= _LONGEST_WITHOUT_VOWEL and (text[at - length - 2 : at - length - 1] == "." or not _VOWEL.search(word)):
        return False
    return not word.endswith(rules.language.suffixes)


def after_dot(rules: Rules, text: str, start: int, at: int, ahead: Ahead) -> Verdict:
    """Judge a single dot at `at` that white space follows, perhaps after closing marks.

    `start` is where the sentence began.
    """
    before = text[max(start, at - _LONGEST_WORD) : at]
    parts = before.rsplit(None, 1)
    if not parts or before[-1].isspace():
        return END
    word = parts[-1]
    if len(word) == _LONGEST_WORD:
        return END
    glued = ""
    if not word.isascii() and word[-1].isascii() and (tail := _latin_tail(word)) is not word:
        glued, word = word[: -len(tail)], tail
    if len(word) == 1 or not word.isalpha():
        word = word.lstrip(OPENING_MARKS).rstrip("*_~")
        if word[-1:] in ("º", "ª", "°"):
            word = word[:-1] if word[:-1].isdecimal() else "nº"
        if not word or not word[-1].isalnum():
            return END
        if word[-1].isdecimal():
            if len(parts) == 1 and text[max(0, start - 4) : start].rstrip()[-1:] in ("?", "？"):
                return END  # `What is 2 + 2? 4. Good.`
            if len(parts) == 1 and word.isdecimal() and int(word) > LATE_ITEM and not begins_line(text, start):
                first = ahead.visible()  # `How many are left? 16. That is few.`
                return WAIT if first is None else GOES_ON if first.islower() else END
            if len(parts) == 1 and text[start - 1 : start] in ("", "\n") and _SECTION.fullmatch(word):
                return GOES_ON  # `2.1. Installation`
            return _after_number(rules, parts[0] if len(parts) > 1 else "", word, ahead)
    previous = glued or (parts[0] if len(parts) > 1 else "")
    if rules.language.code == "ko" and previous.strip() in ("", "제") and _CHAPTER.fullmatch(word):
        return GOES_ON
    kind = _kind(rules, word, previous)
    if kind is None:
        if len(word) == 1:
            return _after_letter(rules, word, previous, ahead)
        if rules.careful:
            return _after_unknown(ahead)
        if word[0].isupper() and len(word) <= _SHORT_NAME:
            first = ahead.visible()
            if first is None:
                return WAIT
            return GOES_ON if first == "&" or (first.islower() and len(word) < _SHORT_NAME) else END
        return END
    if word in rules.years and _measured(previous) and at - start < 32 and len(previous.split()) < 4:
        kind = _NAMED  # `В 1854 г. Толстой`: too short to be a sentence
    if kind is _NUMBERED and word in rules.words:
        if (ahead.visible() or "A").islower():
            return END
        if previous.rpartition(" ")[2].lower() in _ARTICLES and (comes := ahead.begins_item()) is not False:
            return WAIT if comes is None else END
    return _after_abbreviation(rules, kind, ahead)


def _kind(rules: Rules, word: str, previous: str) -> Dotted | None:
    """Which kind of abbreviation the word is; None for a plain word or a letter."""
    lower = word.lower()
    dotted = rules.dotted
    kind = dotted.get(word) or dotted.get(lower)
    if len(word) <= 4 and previous.endswith("."):
        joined = previous.rsplit(None, 1)[-1].lstrip(OPENING_MARKS).lower() + lower
        if joined in dotted and not (dotted[joined] is _WEAK and word.isupper()):
            return dotted[joined]
    if len(word) == 1:
        kind = dotted.get(word)  # `M.` is a title where `m.` is a metre
        if kind is None:
            return None
        # A unit after a number, else the short form of a word that goes before a name.
        return kind if kind is _INNER or _measured(previous) else _NAMED
    if kind is not None:
        capitals = kind is _INNER and word.isupper()  # `FR.` is a newspaper where `Fr.` is a title
        dotted_name = kind is _WEAK and word[0].isupper() and "." in word
        return _NAMED if capitals or dotted_name else kind
    if not word.isalpha():
        if _RANGE.fullmatch(word):
            return _NAMED
        for mark in "-/'’":
            if mark in word:
                last = word.rpartition(mark)[2]
                if len(last) == 1:
                    return _NAMED if last.isupper() and mark == "-" else None
                kind = _kind(rules, last, "")
                return _WEAK if kind and mark == "/" else kind
        return _NAMED if _LETTERS_AND_DOTS.fullmatch(word) or _DEGREE.fullmatch(word) else None
    if rules.language.suffixes and lower.endswith(rules.language.suffixes):
        return _NAMED
    if len(word) <= _LONGEST_WITHOUT_VOWEL and word[1:].islower() and word[-1] < "\u0500" and not _VOWEL.search(word):
        return None if lower in rules.words else _WEAK
    return None


def _after_unknown(ahead: Ahead) -> Verdict:
    """Judge a dot in a language of which few abbreviations are known: no sentence begins with a small letter."""
    first = ahead.visible()
    if first is None:
        return WAIT
    return GOES_ON if first.islower() or (first and first in ",;:") else END


def _measured(previous: str) -> bool:
    last = previous.rsplit(None, 1)[-1] if previous.strip() else ""
    if last[-1:] == "." and not last[:1].isdecimal():  # `50 кв. м.`
        last = " ".join(previous.split()[-2:-1])
    return last[-1:].isdecimal() or _ROMAN.fullmatch(last) is not None


def _after_abbreviation(rules: Rules, kind: Dotted, ahead: Ahead) -> Verdict:
    if kind is _INNER:
        return GOES_ON
    first = ahead.visible()
    if first is None:
        return WAIT
    if first == "":
        return END
    if kind is not _NAMED and (first in "IVXLC" or first in _MARKS_OF_KIND):
        word = ahead.word()
        if word is None:
            return WAIT
        if word in _MARKS_OF_KIND and (kind is _NUMBERED or not ahead.is_initial()):
            return GOES_ON
        if _ROMAN.fullmatch(word) and word != "I":
            return GOES_ON
    if not first.isupper():
        if _without_case(first):
            return GOES_ON if kind is _NAMED else END
        return GOES_ON
    if kind is _TIMED:
        return _after_time(rules, ahead)
    if kind is _NAMED or rules.language.capital_nouns:
        return if_starter(rules, ahead)
    return END


def _after_time(rules: Rules, ahead: Ahead) -> Verdict:
    """Judge a dot of `a.m.` or `Mon.` before a capital: an end, but before a day, a month, a time zone or a place (`5 p.m. London time`)."""
    word = ahead.word()
    if word is None:
        return WAIT
    if word in rules.starters:
        if word not in rules.times:
            return END
        second = ahead.second()  # `Sun. May 4`, but `Sun. May I come?`
        return WAIT if second is None else END if second else GOES_ON
    if word in rules.times and ahead.labels():
        return END  # `8 a.m. to 5 p.m. Saturday: nine to noon`
    if word in rules.times or (2 <= len(word) <= _LONGEST_ZONE and word.isupper()):
        return GOES_ON
    second = ahead.second()
    if second is None:
        return WAIT
    return GOES_ON if second in rules.times else END


def _without_case(first: str) -> bool:
    return first.isalpha() and first.lower() == first.upper()


def if_starter(rules: Rules, ahead: Ahead) -> Verdict:
    """An end before a word that begins sentences; else none."""
    word = ahead.word()
    if word is None:
        return WAIT
    if len(word) == 1 and ahead.is_initial():
        return GOES_ON
    starters = rules.starters
    return END if word in starters or re.split("['’]", word)[0] in starters else GOES_ON


def _after_letter(rules: Rules, letter: str, previous: str, ahead: Ahead) -> Verdict:
    """Judge a dot after one letter: `J. R. R. Tolkien`, `vitamin C. You`, `9 m. The`."""
    first = ahead.visible()
    if first is None:
        return WAIT
    if first == "" or (letter.isalpha() and _without_case(letter)):
        return END
    if not first.isupper():
        return END if previous[-1:] >= EAST_ASIAN and _without_case(first) else GOES_ON
    said = previous.rsplit(None, 1)[-1] if previous.strip() else ""
    noun = said.lower()
    if letter in _COMPASS and said[-1:].isdecimal() and rules.language.code == "en":
        return _after_compass(rules, ahead)
    if noun in rules.lettered or said[-1:].isdecimal() or re.split("['’]", noun)[-1] in rules.lettered:
        return END
    if noun.endswith(".") and said[0].islower() and rules.dotted.get(noun[:-1]) is _NUMBERED and not ahead.is_initial():
        return END  # `bât. B. Sonnez`
    if rules.language.code == "en" and letter == "I" and said.islower():
        return END
    if not said:
        return GOES_ON
    return if_starter(rules, ahead)


def _after_compass(rules: Rules, ahead: Ahead) -> Verdict:
    """Judge a dot after `310 N`: none before the name of a street, which is at least two words with a capital."""
    verdict = if_starter(rules, ahead)
    if verdict is not GOES_ON:
        return verdict
    second = ahead.second()
    if second is None:
        return WAIT
    return GOES_ON if second[:1].isupper() else END


def _after_number(rules: Rules, previous: str, word: str, ahead: Ahead) -> Verdict:
    first = ahead.visible()
    if first is None:
        return WAIT
    if first == "":
        return END
    said = previous.rsplit(None, 1)[-1] if previous.strip() else ""
    if len(word) < 3 and (not said or said[-1] in ":;") and not first.islower():
        if not said and first.isdecimal() and not rules.language.ordinals and rules.language.code != "ko":
            comes = ahead.begins_item()
            if comes is not False:
                return WAIT if comes is None else END  # `2. 3. Third item`
        return GOES_ON  # `... 2. Second item`
    if (
        len(word) < 4
        and word.isdecimal()
        and said[:1].isupper()
        and said.lower() in rules.lettered
        and said == previous.strip()
    ):
        return GOES_ON  # `Step 1. Open the door.`
    language = rules.language
    if _without_case(first):
        return GOES_ON if language.code == "ko" and said[:-1].isdecimal() and said[-1] == "." else END
    word = word.lstrip("-–−+")
    if language.ordinals and word.isdecimal() and (first.isupper() or first.isdecimal()):
        following = ahead.word()
        if following is None:
            return WAIT
        if following in rules.months:
            return GOES_ON
        if first.isdecimal():
            return GOES_ON if len(word) <= 2 else END
        noun = said[:1].isupper() and len(said) > 3 and said[-1] != "," and said.lower() not in _DETERMINERS
        if following in rules.starters or len(word) > 3 or said.endswith(".") or noun:
            return END
        return GOES_ON
    if first.isupper():
        return END
    if first.isdecimal():
        return GOES_ON if language.code == "ko" else END
    if first in "-–—":
        return ahead.dash()
    return END if first in "$€£¥#`•" else GOES_ON


_DETERMINERS = frozenset({
    "mein", "meine", "meinen", "meinem", "meiner", "dein", "deine", "deinen", "sein", "seine", "seinen", "seinem",
    "ihre", "ihren", "ihrem", "ihrer", "unser", "unsere", "unseren", "euer", "eure", "kein", "keine", "jeder", "jede",
    "jedes", "jeden", "jedem", "dieser", "diese", "dieses", "diesen", "diesem", "einen", "einem", "einer",
})  # fmt: skip
"""German words before an ordinal number and its noun: `Mein 5. Kind`."""


def stands_alone(rules: Rules, word: str) -> bool:
    """Whether a dot after the word ends a sentence whatever follows, if nothing is open.

    It does after a word that no file, host, number or abbreviation is spelled like. Such a sentence need not wait.
    """
    if word.isascii():
        return word[-1:] in ")%" and len(word) > 2
    if rules.careful:
        return False
    last = word[-1]
    if last in "”»)%":
        return True
    if not word.isalpha():
        return False
    return "\uac00" <= last <= "\ud7a3" and len(word) > 1


def after_exclamation(rules: Rules, text: str, at: int, ahead: Ahead) -> Verdict:
    """Judge `!` or `?` with white space, and no closing mark, after it."""
    last = text[at - 1 : at]
    if last.isdecimal() and text[at] == "!":
        first = ahead.visible()
        if first is None:
            return WAIT
        return END if first == "" or first.isupper() or _without_case(first) else GOES_ON
    if text[at] == "!":
        word = text[max(0, at - 16) : at].rsplit(None, 1)[-1:]
        if word and word[0].lstrip(OPENING_MARKS) in rules.exclaimed:
            first = ahead.visible()
            if first is None:
                return WAIT
            if first == "":
                return END
            return if_starter(rules, ahead) if first.isupper() else GOES_ON
    return END


def after_closing(rules: Rules, ahead: Ahead, *, led_by_quote: bool) -> Verdict:
    """Judge a mark with a closing quote or bracket after it: `?" she asked`.

    `led_by_quote`: whether the sentence began with the quote that closes. Then the name of the speaker may follow.
    """
    first = ahead.visible()
    if first is None:
        return WAIT
    if first == "":
        return END
    if first.islower() or first in "—–-,;:":
        return GOES_ON
    if led_by_quote and rules.saying:
        second = ahead.second()
        if second is None:
            return WAIT
        if second in rules.saying:
            return GOES_ON
    return END


def after_ellipsis(rules: Rules, text: str, start: int, at: int, ahead: Ahead) -> Verdict:
    """Judge `...` and the like with white space after it. `start` is where the sentence began, `at` where the mark stands."""
    first = ahead.visible()
    if first is None:
        return WAIT
    if first == "":
        return END
    if first.islower() or first in "—–-,;:":
        return GOES_ON
    if _without_case(first):
        return GOES_ON if at - start <= HESITATION else END
    if rules.language.code == "en":
        last = word_before(text, start, len(text[:at].rstrip())).lower()
        if last in _UNFINISHED:
            return GOES_ON
        if first == "I" and last in _HESITANT:
            word = ahead.word()
            if word is None:
                return WAIT
            if word == "I" or word.startswith(("I'", "I’")):
                return GOES_ON
    attributes = ahead.attributes()
    if attributes is not False:
        return WAIT if attributes is None else GOES_ON
    return END


def without_space(rules: Rules, text: str, at: int, *, complete: bool) -> Verdict:
    """Judge a dot between a small letter and a capital: an end in `the end.Then`, none in `asp.Net` and `object.Method(`."""
    word = _LAST_WORD.search(text, max(0, at - _LONGEST_WORD), at)
    if word is None or not _VOWEL.search(word[0]) or word[0].lower() in rules.dotted:
        return GOES_ON
    following = _CAPITALIZED.match(text, at + 1)
    if following is None:
        return GOES_ON if complete or at + 2 < len(text) else WAIT
    end = following.end()
    if end == len(text) and not complete:
        return WAIT
    if following[0] in rules.starters and text[end : end + 1] not in ("(", "_", "/"):
        return END
    return END if word[0].islower() and (end == len(text) or text[end] in " ,'’\n") else GOES_ON


_SPLITTER_REACH = 600  # the most characters of a sentence that pysbd is shown


def is_listed(rules: Rules, text: str, start: int, at: int) -> bool:
    """Whether the dot at `at` follows an abbreviation that pysbd may lack."""
    word = word_before(text, start, at).lstrip(OPENING_MARKS).lower()
    return word in rules.dotted


def by_splitter(splitter: Splitter, text: str, start: int, tail: int, ahead: Ahead) -> Verdict:
    """Ask pysbd whether a sentence ends at `tail` when the next word follows."""
    following = ahead.word()
    if following is None:
        return WAIT
    start = max(start, tail - _SPLITTER_REACH)
    so_far = len("".join(text[start:tail].split()))
    length = 0
    for sentence in splitter.segment(text[start:tail] + " " + (following or "x")):
        length += len("".join(sentence.split()))
        if length >= so_far:
            break
    return END if length == so_far else GOES_ON
