"""Directions to whoever speaks, such as `*smiles*`: told apart from emphasis, remarks and the text of links."""

from __future__ import annotations

import enum
import re

import attrs

from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._direction_words import DIRECTION_WORDS, SPACELESS, DirectionWords

MAX_DIRECTION = 100
"""Characters of the longest direction. What is longer between two stars is emphasis."""

_MAX_IN_BRACKETS = 6  # words of the longest direction in round or square brackets; a remark has more
_TRIM = " .,!?…。！，、~*_()[]（）【】"
_AND = frozenset({"and", "but", "und", "aber", "et", "y", "e", "и"})
_CJK = lazy_regex("[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_WORD_BEFORE = lazy_regex(r"([^\W\d_]+)\W*\Z")
_ENDS = frozenset(".!?…,;:—–-\"”»』」。！？，、；：)）]】*\n>’'")


class _Sort(enum.IntEnum):
    ACT = 0
    MOVE = 1
    MANNER = 2
    NOUN = 3
    GESTURE = 4
    SOUND = 5


@attrs.frozen
class Direction:
    """A direction."""

    sort: _Sort
    name: str = ""
    """What a voice may know it by, such as `laugh`; empty if there is no name for it."""
    words: int = 1


def sound_of(tag: str) -> str | None:
    """What the name of a tag such as `<laugh>` asks of a voice; None if it is no direction."""
    english = DIRECTION_WORDS["en"]
    name = tag.lower().replace("-", " ").replace("_", " ")
    return english.nouns.get(name) or english.sounds.get(name)


def may_begin(content: str, language: str) -> bool:
    """Whether what stands after an opening star may become a direction."""
    if _CJK.search(content):
        return True
    words = content.lower().split()
    if not words:
        return True
    for table in _tables(language):
        at = 0
        while at < len(words) - 1 and (words[at] in table.before or words[at] in table.manners):
            at += 1
        begun = words[at].strip(_TRIM)
        last = at == len(words) - 1 and not content[-1:].isspace()
        known = (*table.sounds, *table.nouns, *table.gestures, *table.moves, *table.manners, *table.before)
        if table.acts and begun[:1].islower() and (last or table.acts.fullmatch(begun)):
            return True
        if any(one.startswith(begun) if last else one.split()[0] == begun for one in known):
            return True
    return False


def direction(content: str, language: str) -> Direction | None:
    """The direction that the whole of a text is; None if it is none."""
    text = content.lower().strip(_TRIM)
    if not text or len(text) > MAX_DIRECTION or "\n" in text or any(c.isdigit() for c in text):
        return None
    if _CJK.search(text):
        for code in sorted(SPACELESS, key=lambda code: code != language):
            found = _spaceless(text, DIRECTION_WORDS[code])
            if found:
                return found
        return None
    for table in _tables(language):
        found = _spaced(text, table)
        if found:
            return found
    return None


def _tables(language: str) -> list[DirectionWords]:
    own = DIRECTION_WORDS.get(language[:2])
    english = DIRECTION_WORDS["en"]
    return [own, english] if own and own is not english and language[:2] not in SPACELESS else [english]


def _spaceless(text: str, table: DirectionWords) -> Direction | None:
    if not (table.phrases and table.phrases.fullmatch(text)):
        return None
    name = next((name for stem, name in table.sounds.items() if re.search(stem, text)), "")
    return Direction(_Sort.SOUND if name else _Sort.GESTURE, name)


def _spaced(text: str, table: DirectionWords) -> Direction | None:
    words = text.replace(",", " ").split()
    if not words:
        return None
    count = len(words)
    if table.phrases and table.phrases.fullmatch(text):
        return Direction(_Sort.GESTURE, _name_in(words, table), count)
    if words[0] in table.manners and all(word in table.manners or word in _AND for word in words):
        return Direction(_Sort.MANNER, _name_in(words, table), count)
    at = 0
    while at < count - 1 and (words[at] in table.before or words[at] in table.manners):
        at += 1
    for length in (5, 4, 3, 2, 1):  # the longest that is known
        verb = " ".join(words[at : at + length])
        if verb in table.sounds:
            return Direction(_Sort.SOUND, table.sounds[verb], count)
        if verb in table.gestures:
            return Direction(_Sort.GESTURE, "smile" if _smiles(verb) else "", count)
    if words[-1] in table.nouns and all(word in table.kinds or word in table.manners for word in words[:-1]):
        return Direction(_Sort.NOUN, table.nouns[words[-1]], count)
    verb = words[at]
    if verb in table.moves or (verb[:2] in {"s'", "s’"} and verb[2:] in table.moves):
        return Direction(_Sort.MOVE, "", count)
    if table.acts and table.acts.fullmatch(text):
        return Direction(_Sort.ACT, "", count)
    return None


def _name_in(words: list[str], table: DirectionWords) -> str:
    return next((name for word in words if (name := table.sounds.get(word) or table.nouns.get(word))), "")


def _smiles(verb: str) -> bool:
    return verb.startswith(("smil", "grin", "läch", "sour", "sonr", "sorr", "улыб"))


def is_direction(found: Direction, bracket: str, content: str, before: str, after: str, language: str) -> bool:
    """Whether a text that may be a direction is one where it stands.

    `bracket` opens it. `before` and `after` are what stands before it and after it in its block.
    """
    stripped = before.rstrip()
    apart = not stripped or stripped[-1] in _ENDS or _CJK.match(stripped[-1]) is not None
    following = after.lstrip()[:1]
    if bracket in "*_":
        return _between_stars(found, content, stripped, after, following, language, apart=apart)
    if found.words > _MAX_IN_BRACKETS or found.sort <= _Sort.MOVE:
        return False
    if found.sort is _Sort.MANNER:
        return apart and (bracket in "[【" or not stripped or stripped[-1] in '.!?…:\n。！？："”')
    if content[:1].isupper() and content[1:2].islower() and not apart:
        return False  # the name of a key, or of something on a screen
    if apart:
        return True
    if found.sort is _Sort.NOUN:
        return bracket in "[【" and _previous(stripped) not in _subjects(language)
    return found.words <= 3 or _previous(stripped) not in _subjects(language)


def _between_stars(
    found: Direction, content: str, stripped: str, after: str, following: str, language: str, *, apart: bool
) -> bool:
    if after[:1].isalnum() and not _CJK.match(after[:1]):
        return False
    if following == ":":
        return False  # the head of a list item
    if found.sort is _Sort.ACT:
        if found.words < 2 and stripped:
            return False
        closed = not stripped or stripped[-1] in '.!?…"”*\n'
        return closed and content[:1].islower() and (not following or following.isupper() or following in '*"“')
    if apart:
        # `*Looks* matter`, `*Slowly* turn it`: the sentence goes on.
        continues = following.islower() and (content[:1].isupper() or found.sort is _Sort.MANNER)
        if found.sort is _Sort.NOUN and following.islower() and stripped and stripped[-1] not in '.!?…"”\n':
            return False
        return not (continues and found.words < 3)
    if found.sort is _Sort.NOUN and not following:
        return _previous(stripped) not in _subjects(language)  # `hi *wink*`
    if found.sort < _Sort.GESTURE or _previous(stripped) in _subjects(language):
        return False
    return found.words > 1 or not following or following.isupper() or following in ".!?…"


def _previous(text: str) -> str:
    word = _WORD_BEFORE.search(text)
    return word[1].lower() if word else ""


def _subjects(language: str) -> frozenset[str]:
    return frozenset[str]().union(*(table.subjects for table in _tables(language)))
