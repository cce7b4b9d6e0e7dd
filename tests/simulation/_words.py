"""Words that say which word of which turn they are, so that what a voice was given can be read back."""

from __future__ import annotations

import re

import attrs

_SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "pu", "ka")
_WORD = re.compile(f"(?:{'|'.join(_SYLLABLES)}){{3}}|[1-9][0-9]{{4}}", re.IGNORECASE)
_FIRST_NUMBER = 10_000
FILLER = 240
"""Words of a turn from here on are those of its filler."""
PROBE = 15
"""The turn whose words are those of a probe."""


@attrs.frozen
class Name:
    """Which word it is."""

    turn: int
    number: int

    @property
    def filler(self) -> bool:
        return self.number >= FILLER


@attrs.frozen
class Word:
    """One word of a turn as the LLM writes it."""

    name: Name
    mark: str = ""
    """What follows it: a comma, a full stop, an empty line."""
    style: str = ""
    """`**` or `*` around it; `#`: it is written as a number."""

    def written(self, *, capital: bool) -> str:
        if self.style == "#":
            return f"{_FIRST_NUMBER + self.name.turn * 256 + self.name.number}{self.mark}"
        letters = "".join(_SYLLABLES[part] for part in (self.name.turn, *divmod(self.name.number, 16)))
        return f"{self.style}{letters.capitalize() if capital else letters}{self.style}{self.mark}"

    @property
    def ends_clause(self) -> bool:
        return bool(self.mark)

    @property
    def ends_sentence(self) -> bool:
        return self.mark[:1] in (".", "!", "?")


def text_of(words: tuple[Word, ...]) -> str:
    """What the LLM writes."""
    text: list[str] = []
    capital = True
    for word in words:
        if text and not text[-1].endswith("\n"):
            text.append(" ")
        text.append(word.written(capital=capital))
        capital = word.ends_sentence
    return "".join(text)


def name_of(token: str) -> Name | None:
    """The word that a token is, whatever marks are around it."""
    found = _WORD.search(token)
    if found is None:
        return None
    word = found.group().lower()
    if word.isdigit():
        return Name(*divmod(int(word) - _FIRST_NUMBER, 256))
    turn, high, low = (_SYLLABLES.index(word[at : at + 2]) for at in (0, 2, 4))
    return Name(turn, high * 16 + low)


def names_in(text: str) -> list[Name]:
    """All of them, in order."""
    names = [name_of(word.group()) for word in _WORD.finditer(text)]
    return [name for name in names if name is not None]


PROBE_TEXT = text_of((Word(Name(PROBE, 0)), Word(Name(PROBE, 1), ".")))
"""What a vendor has to say before it is taken back."""
