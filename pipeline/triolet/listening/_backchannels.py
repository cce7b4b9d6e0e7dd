"""Words by which a listener shows that they follow, and which interrupt nobody: by language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from triolet._tools._characters import CJK
from triolet._tools._lazy_regex import lazy_regex

_HUMS = "ah aha ahh eh ehm er erm ha hm hmm huh m mh mhm mm mmh mmhm oh uh uhm um"

BACKCHANNELS: dict[str, frozenset[str]] = {
    language: frozenset(f"{_HUMS} {words}".split())
    for language, words in {
        "en": "yeah yep yes yup ok okay right sure alright exactly indeed wow really cool great nice",
        "de": "ja jo jaja genau ok okay klar gut stimmt richtig aha achso ach so mhmh",
        "fr": "oui ouais ok okay d'accord voilà bien ben bon hein euh",
        "es": "sí si ajá ok okay vale claro bueno",
        "it": "sì si ok okay certo bene già esatto ah beh",
        "pt": "sim é ok okay claro tá certo pois aham uhum",
        "ru": "да ага угу ок окей так ясно понятно хорошо конечно мм хм ну э",
        "zh": "嗯 哦 噢 喔 啊 呃 哎 对 是 是的 好 好的 行 可以 明白 知道了 没错 ok",
        "ja": "はい うん ええ ああ あー そう そうですね そうですか なるほど へえ へー ふーん うーん おお",
        "ko": "네 예 응 어 음 아 그래 그래요 그렇군요 맞아요 아하 오",
    }.items()
}
"""None of them asks for anything: a word that may mean "wait", "no" or "stop" is not here. Hums are written alike in all languages
with Latin letters, and recognisers write them so in others, too."""

EVERY = frozenset[str]().union(*BACKCHANNELS.values())

MAX_WORDS = 200
"""Characters of a transcript that are looked at. Nobody hums for so long: a longer one interrupts."""

_NOTES = lazy_regex(r"[\[(（【<*♪][^\[\](（【）】<>*♪]*[\])）】>*♪]")
_WORDS = lazy_regex(r"[\w'ー]+")
_EAST = lazy_regex(rf"[{CJK}ー]+")
_STRETCHED = lazy_regex(r"(\w)\1{2,}")


def is_meant(transcript: str, ignored: Iterable[str]) -> bool:
    """Whether a transcript has any word beside those that interrupt nobody."""
    if len(transcript) > MAX_WORDS:
        return True
    known = {_compared(word) for word in ignored}
    return not all(_known(word, known) for word in _WORDS.findall(_NOTES.sub(" ", _compared(transcript))))


def _compared(words: str) -> str:
    """Words as they are compared: in small letters, with the apostrophe of a keyboard."""
    return unicodedata.normalize("NFKC", words).casefold().replace("’", "'")


def _known(word: str, known: set[str]) -> bool:
    """Whether it is one of them, also if it is drawn out ("hmmmm"), or several of them without a space between (`嗯嗯`)."""
    if word in known or word == "'":
        return True
    if _EAST.fullmatch(word):
        return _in_parts(word, known)
    return _STRETCHED.sub(r"\1", word) in known or _STRETCHED.sub(r"\1\1", word) in known


def _in_parts(word: str, known: set[str]) -> bool:
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(word[at:end] in known for at in reached):
            reached.add(end)
    return len(word) in reached
