"""Text in Latin script, in parts that a voice on this machine speaks at once. No Trio, no model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from triolet.errors import Unspeakable
from triolet_adapters.tts._piece import AT_COMMA, AT_END

LONGEST_WORD = 40
"""Letters. A longer "word" is noise, and is cut: Pico never ends on one of 200."""

_MARKS = str.maketrans({"…": ",", "—": ",", "–": ",", "’": "'"})
_TOKEN = re.compile(r"[,.;:!?]+|[^\s,.;:!?]+")
_NOT_READ = re.compile(r"[^\w\s,.;:!?'%&+€$£°@-]|_")
"""Signs that nobody reads aloud, and what espeak-ng and Pico would take for commands: [[...]] and <...>."""


def clauses(text: str, longest: int, shortest: int) -> list[tuple[str, float]]:
    """The text in parts of at most `longest` characters, and the seconds of pause behind each. They end with a sentence, with another mark
    once they have `shortest` characters, and between two words where they would get too long.

    Raises:
        ValueError: the text has no words at all.
        Unspeakable: it has letters of another script, or nothing but emoji.
    """
    plain = _NOT_READ.sub(" ", unicodedata.normalize("NFKC", text).translate(_MARKS))
    if not any(c.isalnum() for c in plain):
        if any(unicodedata.category(c) in ("So", "Sk") for c in text):
            raise Unspeakable(f"this voice has no words for {text[:60]!r}: leave it out or write a word")
        raise ValueError(f"no words to speak in {text[:60]!r}")
    unknown = "".join(
        dict.fromkeys(c for c in plain if c.isalpha() and not unicodedata.name(c, "").startswith("LATIN"))
    )
    if unknown:
        raise Unspeakable(
            f"this voice reads Latin letters and not {unknown[:20]!r} in {text[:60]!r}: use a voice of that language"
        )
    return list(_cut(plain, longest, shortest))


def _cut(plain: str, longest: int, shortest: int) -> Iterator[tuple[str, float]]:
    words: list[str] = []
    length = 0
    for token in _TOKEN.findall(plain):
        if token[0] in ",.;:!?":
            if not words:
                continue
            end = any(c in ".!?" for c in token)
            words[-1] += token[0]
            if end or length >= shortest:
                yield " ".join(words), AT_END if end else AT_COMMA
                words, length = [], 0
            continue
        for part in (token[start : start + LONGEST_WORD] for start in range(0, len(token), LONGEST_WORD)):
            if words and length + len(part) > longest:
                yield " ".join(words), 0.0
                words, length = [], 0
            words.append(part)
            length += len(part) + 1
    if words:
        yield " ".join(words), AT_END
