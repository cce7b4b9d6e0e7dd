"""Chinese text as the sounds that Kokoro was trained on: the only module that imports pypinyin. No Trio, no model."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_finals, to_initials
from pypinyin.seg.mmseg import seg

from triolet.errors import Unspeakable
from triolet_adapters.tts._piece import AT_COMMA, AT_END, Piece

LONGEST = 30
"""Syllables that are spoken at once, 6 s: how long a cancelled commit's thread may go on, and how much is spoken before any is heard."""
SHORTEST = 4
"""Syllables before a comma from which on the part is spoken by itself, so that it is heard while the next is spoken. Shorter
ones would sound cut off."""

INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip
FINALS = {
    "a": "a0", "o": "wo0", "e": "ɤ0", "ê": "ɛ0", "ai": "ai0", "ei": "ei0", "ao": "au0", "ou": "ou0", "an": "a0n", "en": "ə0n",
    "ang": "a0ŋ", "eng": "ə0ŋ", "ong": "ʊ0ŋ", "er": "ɚ0", "i": "i0", "ia": "ja0", "ie": "je0", "iao": "jau0", "iou": "jou0",
    "ian": "jɛ0n", "in": "i0n", "iang": "ja0ŋ", "ing": "i0ŋ", "iong": "jʊ0ŋ", "u": "u0", "ua": "wa0", "uo": "wo0",
    "uai": "wai0", "uei": "wei0", "uan": "wa0n", "uen": "wə0n", "uang": "wa0ŋ", "ueng": "wə0ŋ", "ü": "y0", "üe": "ɥe0",
    "üan": "ɥɛ0n", "ün": "y0n",
}  # fmt: skip
"""0 is where the tone stands: behind the vowel that carries it."""
WHOLE = {"o": "ɔ0", "m": "m0", "n": "n0", "ng": "ŋ0", "hm": "hm0", "hng": "hŋ0"}
"""Interjections, which have no initial and final."""
BUZZED = "ɨ0"
"""The i of zhi, chi, shi, ri, zi, ci and si, which is no i."""
TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}

DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
"""Numbers come as words (`Verbalizer`). What is left, such as a telephone number, is read digit by digit."""
NAMES = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "ˈA",
            "bˈi",
            "sˈi",
            "dˈi",
            "ˈi",
            "ˈɛf",
            "ʤˈi",
            "ˈAʧ",
            "ˈI",
            "ʤˈA",
            "kˈA",
            "ˈɛl",
            "ˈɛm",
            "ˈɛn",
            "ˈO",
            "pˈi",
            "kjˈu",
            "ˈɑɹ",
            "ˈɛs",
            "tˈi",
            "jˈu",
            "vˈi",
            "dˈʌbljˌu",
            "ˈɛks",
            "wˈI",
            "zˈi",
        ],
        strict=True,
    )
)
"""How an abbreviation is spelled."""
LETTERS = {c: c for c in "abdefhiklmnopstuvwz"} | {
    "c": "k",
    "g": "ɡ",
    "j": "ʤ",
    "q": "k",
    "r": "ɹ",
    "x": "ks",
    "y": "j",
}
"""How a foreign word is read: letter by letter, as a Chinese reader would who does not know it."""
MARKS = str.maketrans("，、。！？：；．—…", ",,.!?:;.,,")

_HAN = r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003134f]"
_KNOWN = re.compile(rf"{_HAN}|[A-Za-z零]")
_TOKEN = re.compile(rf"(?P<han>{_HAN}+)|(?P<latin>[A-Za-z]+)|(?P<mark>[,.!?:;]+)")


def pieces(text: str) -> list[Piece]:
    """The text in parts of at most `LONGEST` syllables, cut at punctuation if they can be.

    Raises:
        ValueError: the text has no words at all.
        Unspeakable: it has letters of another script, or nothing but emoji. Latin letters are read.
    """
    plain = _readable(text)
    if not any(c.isalnum() for c in plain):
        if any(unicodedata.category(c) in ("So", "Sk") for c in text):
            raise Unspeakable(f"this voice has no words for {text[:60]!r}: leave it out or write a word")
        raise ValueError(f"no words to speak in {text[:60]!r}")
    return list(_cut(plain))


def _readable(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(MARKS).translate(DIGITS)
    unknown = [c for c in plain if c.isalnum() and not _KNOWN.match(c)]
    if unknown:
        signs = "".join(dict.fromkeys(unknown))[:20]
        raise Unspeakable(
            f"this voice speaks Chinese and cannot read {signs!r} in {text[:60]!r}: use a voice of that language"
        )
    return plain


def _cut(plain: str) -> Iterator[Piece]:
    words: list[str] = []
    syllables = 0
    for token in _TOKEN.finditer(plain):
        if mark := token["mark"]:
            end = any(c in ".!?" for c in mark)
            if words and (end or syllables >= SHORTEST):
                yield Piece(" ".join(words) + mark[0], AT_END if end else AT_COMMA)
                words, syllables = [], 0
            elif words:
                words[-1] += mark[0]
            continue
        for word in seg.cut(token["han"]) if token["han"] else [token["latin"]]:
            for part in (word[start : start + LONGEST] for start in range(0, len(word), LONGEST)):
                if words and syllables + len(part) > LONGEST:
                    yield Piece(" ".join(words), 0.0)
                    words, syllables = [], 0
                words.append(_han(part) if token["han"] else _latin(part))
                syllables += len(part)
    if words:
        yield Piece(" ".join(words), AT_END)


def _han(word: str) -> str:
    spoken = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return "".join(map(_syllable, spoken))


@functools.lru_cache(maxsize=2048)  # Mandarin has 1,300 syllables
def _syllable(pinyin: str) -> str:
    plain, tone = pinyin[:-1], TONES[pinyin[-1]]
    if plain in WHOLE:
        return WHOLE[plain].replace("0", tone)
    initial = to_initials(plain, strict=True)
    final = to_finals(plain, strict=True, v_to_u=True)
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        return INITIALS[initial] + BUZZED.replace("0", tone)
    return INITIALS.get(initial, "") + FINALS.get(final, "").replace("0", tone)


def _latin(word: str) -> str:
    if word.isupper():
        return " ".join(NAMES[c] for c in word)
    return "".join(LETTERS[c] for c in word.casefold())
