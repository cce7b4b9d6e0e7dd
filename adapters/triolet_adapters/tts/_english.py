"""What an English voice can read out: text in, pieces of text out, nothing in between lost without a word."""

from __future__ import annotations

import re
import unicodedata

from triolet.errors import Unspeakable

LONGEST_PIECE = 250
"""Characters the voice reads at once, about 16 s of speech: so a thread is busy for a fifth of a second at most after
its commit was cancelled, and a text without any punctuation is still heard from its beginning."""

LONGEST_WORD = 24
"""Letters of an unknown word that hibari 0.2.1 reads; it drops the others, so longer words are read in parts."""

LONGEST_NUMBER = 15
"""Digits read as one number; hibari 0.2.1 fails beyond decillions, and nobody follows that far. Longer ones are read
digit by digit, as account numbers are."""

_READ_AS_THEY_ARE = frozenset("°¢§¶±×÷™®©•→½¼¾²³µ¥₹₩$£€=<>~|^+")  # hibari has words for them
_MARKUP = re.compile(r"\]\(")
# hibari knows $5, and drops the sign of 5$, US$5 and -$5.
_NUMBER = re.compile(r"(\d[\d.,]*+)(?: ?([$£€¥₹₩])(?!\d))?")  # all of a number at once: linear however long it is
_CURRENCY_IN_WORD = re.compile(r"(?<=[^\W\d_])(?=[$£€¥₹₩]\d)")
_MINUS_CURRENCY = re.compile(r"(?<!\w)-(?=[$£€¥₹₩]\d)")
_CURRENCY_RANGE = re.compile(r"(?<=\d) ?[-–] ?(?=[$£€¥₹₩]\d)")
_TIMES = re.compile(r"(?<=\d)\*(?=\d)")
_LONE_CURRENCY = re.compile(r"(?<!\d)(?<!\d )[$£€¥₹₩](?! ?[\d.])")
_LONG_WORD = re.compile(rf"[^\W\d_]{{{LONGEST_WORD + 1},}}")
_LONG_NUMBER = re.compile(rf"\d{{{LONGEST_NUMBER + 1},}}")
_LONG_RUN = re.compile(r"\S{100}(?=\S)")
_CLAUSE_END = re.compile(r"[,;:—)](?=\s)")


def readable(text: str) -> str:
    """The same words in signs that the voice knows: letters folded to Latin ones, signs replaced by their names.

    Emoji, controls and invisible characters have no words and stay silent. Everything that has words is read.

    Raises:
        ValueError: the text has no words at all.
        Unspeakable: it has letters or digits of another script, or nothing but emoji.
    """
    known: list[str] = []
    unknown: list[str] = []
    text = unicodedata.normalize("NFC", text)
    for i, char in enumerate(text):
        read = _read(char, before=text[i - 1] if i else "", after=text[i + 1 : i + 2])
        if read is None:
            unknown.append(char)
        else:
            known.append(read)
    if unknown:
        signs = "".join(dict.fromkeys(unknown))
        raise Unspeakable(
            f"this voice speaks English and cannot read {signs[:20]!r} in {_excerpt(text)}: use a voice of that language"
        )
    result = "".join(known)
    result = _MARKUP.sub("] (", result)  # hibari takes [a](/b/) for a pronunciation and says no word of b
    result = _NUMBER.sub(lambda m: (m[2] or "") + m[1], result)
    result = _CURRENCY_IN_WORD.sub(" ", result)
    result = _MINUS_CURRENCY.sub("minus ", result)
    result = _CURRENCY_RANGE.sub(" to ", result)
    result = _TIMES.sub(" times ", result)
    result = _LONE_CURRENCY.sub(lambda m: f" {_name(m[0])} ", result)
    result = _LONG_WORD.sub(lambda m: _spaced(m[0], LONGEST_WORD), result)
    result = _LONG_NUMBER.sub(lambda m: _spaced(m[0], 1), result)
    result = _LONG_RUN.sub(lambda m: m[0] + " ", result)
    if not any(c.isalnum() or c in _READ_AS_THEY_ARE or c in "%&@#" for c in result):
        if any(unicodedata.category(c) in ("So", "Sk") for c in text):
            raise Unspeakable(f"this voice has no words for {_excerpt(text)}: leave it out or write a word")
        raise ValueError(f"no words to speak in {_excerpt(text)}")
    return result


def pieces(sentence: str) -> list[str]:
    """The sentence in parts of at most `LONGEST_PIECE` characters, cut after a clause or else between two words."""
    parts: list[str] = []
    at = 0
    while len(sentence) - at > LONGEST_PIECE:
        clauses = [m.end() for m in _CLAUSE_END.finditer(sentence, at, at + LONGEST_PIECE)]
        cut = clauses[-1] if clauses else sentence.rfind(" ", at, at + LONGEST_PIECE)
        cut = cut if cut > at else at + LONGEST_PIECE
        parts.append(sentence[at:cut])
        at = cut
        while sentence[at : at + 1].isspace():
            at += 1
    return [*parts, sentence[at:]]


def _read(char: str, before: str, after: str) -> str | None:
    """What to read for a character; None if its words would be lost."""
    if char.isascii() or char in _READ_AS_THEY_ARE:
        return char if char.isprintable() or char == "\n" else " "
    match unicodedata.category(char)[0]:
        case "L":
            return _read_letter(char, before, after)
        case "N":
            folded = unicodedata.normalize("NFKC", char).replace("⁄", "/")
            if folded.isascii():
                return folded if folded.isalnum() else f" {folded} "
            digit = unicodedata.digit(char, None)
            return None if digit is None else str(digit)
        case "S":
            folded = unicodedata.normalize("NFKC", char)
            if folded.isascii() and folded.isprintable():
                return folded.strip()
            return f" {_name(char)} " if unicodedata.category(char) in ("Sm", "Sc") else char
        case "M" | "C":
            return ""
        case _:
            return char


def _read_letter(char: str, before: str, after: str) -> str | None:
    folded = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    if folded.isascii():
        # hibari knows the common accents, and its dictionary has words such as café; others lose the accent only.
        return char if ord(char) < 0x180 and char.isalpha() and char not in "ªº" else folded
    name = unicodedata.name(char, "")
    if name.startswith("LATIN") and ord(char) < 0x180:
        return char
    if name.startswith("GREEK") and not (before + after).isalpha():
        return _name(char)  # alone it is a sign of mathematics; a Greek word is another language
    return None


def _name(char: str) -> str:
    """`≤` is "less-than or equal to", `−` is "minus", `π` is "pi"."""
    name = unicodedata.name(char, "").lower().removesuffix(" sign")
    return name.rpartition(" letter ")[2].removesuffix(" symbol")


def _spaced(run: str, length: int) -> str:
    return " ".join(run[i : i + length] for i in range(0, len(run), length))


def _excerpt(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
