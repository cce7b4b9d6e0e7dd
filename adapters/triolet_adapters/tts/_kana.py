"""Japanese text as the sounds that Kokoro was trained on: the only module that imports pyopenjtalk. No Trio, no model."""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from triolet.errors import Unspeakable
from triolet_adapters.tts._piece import AT_COMMA, AT_END, Piece

LONGEST = 45
"""Kana that are spoken at once, 6 to 7 s, and below the 203 symbols that the kept styles reach."""
SHORTEST = 6
"""Kana before a comma from which on the part is spoken by itself, so that it is heard while the next is spoken."""

ROWS = {
    "アイウエオ": ("a", "i", "ɯ", "e", "o"),
    "カキクケコ": ("ka", "kʲi", "kɯ", "ke", "ko"),
    "ガギグゲゴ": ("ɡa", "ɡʲi", "ɡɯ", "ɡe", "ɡo"),
    "サシスセソ": ("sa", "ɕi", "sɨ", "se", "so"),
    "ザジズゼゾ": ("ʣa", "ʥi", "zɨ", "ʣe", "ʣo"),
    "タチツテト": ("ta", "ʨi", "ʦɨ", "te", "to"),
    "ダヂヅデド": ("da", "ʥi", "zɨ", "de", "do"),
    "ナニヌネノ": ("na", "ɲi", "nɯ", "ne", "no"),
    "ハヒフヘホ": ("ha", "çi", "ɸɯ", "he", "ho"),
    "バビブベボ": ("ba", "bʲi", "bɯ", "be", "bo"),
    "パピプペポ": ("pa", "pʲi", "pɯ", "pe", "po"),
    "マミムメモ": ("ma", "mʲi", "mɯ", "me", "mo"),
    "ラリルレロ": ("ɾa", "ɾʲi", "ɾɯ", "ɾe", "ɾo"),
    "ヤユヨワヲ": ("ja", "jɯ", "jo", "βa", "o"),
    "ヴヰヱァィ": ("vɯ", "i", "e", "a", "i"),
    "ゥェォヮヵ": ("ɯ", "e", "o", "βa", "ka"),
    "ヶャュョ": ("ke", "ja", "jɯ", "jo"),
}
KANA = {kana: sound for row, spoken in ROWS.items() for kana, sound in zip(row, spoken, strict=True)}

GLIDES = {
    "キ": "kʲ", "ギ": "ɡʲ", "シ": "ɕ", "ジ": "ʥ", "チ": "ʨ", "ヂ": "ʥ", "ニ": "ɲ", "ヒ": "ç", "ビ": "bʲ", "ピ": "pʲ", "ミ": "mʲ",
    "リ": "ɾʲ",
}  # fmt: skip
"""Before a small ya, yu, yo or e: キャ is kʲa."""
FOREIGN = {
    "テ": "tʲ", "デ": "dʲ", "ト": "t", "ド": "d", "フ": "ɸ", "ツ": "ʦ", "ウ": "β", "ヴ": "v", "ク": "kᵝ", "グ": "ɡᵝ", "イ": "j",
}  # fmt: skip
"""Before a small vowel, in words from other languages: ティ is tʲi."""
SMALL = {"ャ": "a", "ュ": "ɨ", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "ɯ", "ェ": "e", "ォ": "o"}

NASALS = {"m": "mpb", "ŋ": "kɡ", "ɲ": "ɲʨʥ", "n": "ntdɾz"}
"""How n sounds before each consonant; ɴ before any other sound."""
MARKS = str.maketrans("。．、，！？：；・…「」『』（）", "..,,!?:; ,      ")

_SYLLABLE = re.compile("(.)([ャュョァィゥェォ]?)")
_MARK = re.compile(r"([,.!?:;])")
_END = ".!?"


def pieces(text: str) -> Iterator[Piece]:
    """The text in parts of at most `LONGEST` kana, cut at punctuation if they can be.

    Raises:
        ValueError: the text has no words at all.
        Unspeakable: it has letters that pyopenjtalk cannot read, such as Hangul, or nothing but emoji.
    """
    plain = unicodedata.normalize("NFKC", text).translate(MARKS)
    if not any(c.isalnum() for c in plain):
        if any(unicodedata.category(c) in ("So", "Sk") for c in text):
            raise Unspeakable(f"this voice has no words for {text[:60]!r}: leave it out or write a word")
        raise ValueError(f"no words to speak in {text[:60]!r}")
    unknown = "".join(dict.fromkeys(c for c in plain if c.isalpha() and not _readable(c)))
    if unknown:
        raise Unspeakable(
            f"this voice speaks Japanese and cannot read {unknown[:20]!r} in {text[:60]!r}: use a voice of that language"
        )
    return _cut(plain)


def _readable(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("HIRAGANA", "KATAKANA", "CJK", "LATIN", "IDEOGRAPHIC"))


def _cut(plain: str) -> Iterator[Piece]:
    words: list[str] = []
    length = 0
    for part in _MARK.split(plain):
        if part in ",.!?:;" and part:
            if words and (part in _END or length >= SHORTEST):
                yield Piece(" ".join(words) + part, AT_END if part in _END else AT_COMMA)
                words, length = [], 0
            elif words:
                words[-1] += part
            continue
        for word in readings(part) if part.strip() else ():
            for kana in (word[start : start + LONGEST] for start in range(0, len(word), LONGEST)):
                if words and length + len(kana) > LONGEST:
                    yield Piece(" ".join(words), 0.0)
                    words, length = [], 0
                words.append(sounds(kana))
                length += len(kana)
    if words:
        yield Piece(" ".join(words), AT_END)


def readings(words: str) -> list[str]:
    """Each word in katakana, as it is pronounced: は is ワ where it is a particle, and ー makes a vowel long."""
    frontend: Any = importlib.import_module("pyopenjtalk").run_frontend
    found: list[str] = []
    # Without sudachi, whose dictionary of 70 MB would only choose between readings of a few signs.
    for word in frontend(words, use_sudachi_kanji_yomi=False):
        kana = "".join(c for c in word["pron"] if c in KANA or c in "ンッー")
        if found and (_is_ending(word) or kana == "ー"):
            found[-1] += kana
        elif kana:
            found.append(kana)
    return found


def _is_ending(word: dict[str, Any]) -> bool:
    """ます, た, ない and て belong to the verb before them."""
    return word["pos"] == "助動詞" or (word["pos_group1"] == "接続助詞" and word["pron"] in ("テ", "デ"))


def sounds(kana: str) -> str:
    """Katakana in Kokoro's letters."""
    out: list[str] = []
    for sign, small in _SYLLABLE.findall(kana):
        if sign == "ー":
            out.append("ː" if out else "")
        elif sign in "ンッ":
            out.append(sign)  # what it sounds like depends on the next
        elif small:
            out.append(_joined(sign, small))
        else:
            out.append(KANA[sign])
    for at, sound in enumerate(out):
        if sound in ("ン", "ッ"):
            out[at] = _nasal(out[at + 1][:1] if at + 1 < len(out) else "") if sound == "ン" else "ʔ"
    return "".join(out)


def _joined(sign: str, small: str) -> str:
    vowel = SMALL[small]
    if sign in GLIDES and small in "ャュョェ":
        return GLIDES[sign] + vowel
    if sign in FOREIGN:
        palatal = "ʲ" if small in "ィュ" and sign in "ツフヴ" else ""
        return FOREIGN[sign] + palatal + vowel
    return KANA.get(sign, "")[:-1] + KANA[small]


def _nasal(following: str) -> str:
    return next((nasal for nasal, before in NASALS.items() if following and following in before), "ɴ")
