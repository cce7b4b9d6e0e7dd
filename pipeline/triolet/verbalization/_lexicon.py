"""How certain words are to be said."""

from __future__ import annotations

import re
import tomllib
import xml.parsers.expat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, cast

MAX_FILE = 4_000_000
"""Bytes of a lexicon file that are read at most: some 50,000 entries."""
MAX_WORD = 200
"""Characters of a word, and of how it is said."""

_PLS = "http://www.w3.org/2005/01/pronunciation-lexicon"


class Lexicon:
    """Words, and what to say in their place.

    Whole words are found, the longest first. A word in small letters (`"sql"`) is found in any letter case; one that has a
    capital letter (`"SQL"`) only as it is given, unless `ignore_case` is set.
    """

    def __init__(
        self,
        entries: Mapping[str, str] | None = None,
        *,
        language: str | None = None,
        phonemes: Mapping[str, str] | None = None,
        ignore_case: bool = False,
    ) -> None:
        """Make a lexicon.

        Args:
            entries: a word or several, and what to say instead.
            language: the language of the texts that it is for, such as `"en"`; None: every language.
            phonemes: a word and how it sounds, in IPA, for voices that take phonemes.
            ignore_case: whether words are found in any letter case.

        Raises:
            ValueError: a word is empty or longer than 200 characters.
        """
        self.language = language.partition("-")[0].lower() if language else None
        self.entries = dict(entries or {})
        self.phonemes = dict(phonemes or {})
        self.ignore_case = ignore_case
        for word, said in (*self.entries.items(), *self.phonemes.items()):
            if not word.strip() or max(len(word), len(said)) > MAX_WORD:
                raise ValueError(f"lexicon: {word[:40]!r}: a word and what is said have 1 to {MAX_WORD} characters")
        exact = {_spaces(word): said for word, said in self.entries.items() if not self._any_case(word)}
        folded = {_spaces(word).lower(): said for word, said in self.entries.items() if self._any_case(word)}
        self._exact, self._folded = exact, folded
        self._first = re.compile(_alternatives(exact, folded))
        self._lengths = sorted({len(word) for word in (*exact, *folded)}, reverse=True)

    def _any_case(self, word: str) -> bool:
        return self.ignore_case or word == word.lower()

    @classmethod
    def from_toml(cls, path: Path | str) -> Lexicon:
        """Read a TOML file: `language = "en"`, and a table `[words]`; `ignore_case` and a table `[phonemes]` as wanted.

        Raises:
            ValueError: it is no such file.
        """
        data = tomllib.loads(_read(path).decode("utf-8-sig"))
        if unknown := data.keys() - {"language", "words", "phonemes", "ignore_case"}:
            raise ValueError(
                f"{path}: unknown {', '.join(sorted(unknown))}; a lexicon has language, words, phonemes, ignore_case"
            )
        tables = [data.get("words", {}), data.get("phonemes", {})]
        for table in tables:
            if not isinstance(table, dict) or not all(
                isinstance(said, str) for said in cast("dict[str, object]", table).values()
            ):
                raise ValueError(f"{path}: [words] and [phonemes] are tables of text")
        language = data.get("language")
        if language is not None and not isinstance(language, str):
            raise ValueError(f'{path}: language is text, such as "en"')
        return cls(tables[0], language=language, phonemes=tables[1], ignore_case=data.get("ignore_case") is True)

    @classmethod
    def from_pls(cls, path: Path | str) -> Lexicon:
        """Read a W3C PLS 1.0 file: `<lexeme>` with `<grapheme>`, and `<alias>` or `<phoneme>` (IPA).

        Of several aliases or phonemes, the first counts, as PLS says; one marked `prefer="true"` comes before it. Entities and
        document types are refused, as they can make a small file a huge one.

        Raises:
            ValueError: it is no such file.
        """
        reader = _PlsReader()
        try:
            reader.parser.Parse(_read(path), True)
        except xml.parsers.expat.ExpatError as error:
            raise ValueError(f"{path} is no PLS 1.0 file: {error}") from error
        if not reader.is_pls:
            raise ValueError(f"{path} is no PLS 1.0 file: its root is not <lexicon> of {_PLS}")
        return cls(reader.aliases, language=reader.language or None, phonemes=reader.phonemes)

    def speaks(self, language: str) -> bool:
        """Whether it is for texts of this language."""
        return self.language is None or self.language == language.partition("-")[0].lower()

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Each word that is found: where it begins and ends, and what to say."""
        at = 0
        while self._lengths and (begins := self._first.search(text, at)):
            start = begins.start()
            at = start + 1
            for length in self._lengths:
                end = start + length
                word = text[start:end]
                said = self._exact.get(word)
                if said is None:
                    said = self._folded.get(word.lower())
                if said is not None and len(word) == length and _ends(text, end):
                    yield start, end, said
                    at = end
                    break


def _spaces(word: str) -> str:
    return " ".join(word.split())


def _alternatives(exact: Mapping[str, str], folded: Mapping[str, str]) -> str:
    """A pattern of where a word may begin: at the first character of one, not inside another."""
    firsts = {word[0] for word in exact} | {c for word in folded for c in (word[0], word[0].upper()[:1])}
    if not firsts:
        return r"(?!)"
    return f"(?<![^\\W\\u2E80-\\uD7AF])[{''.join(re.escape(c) for c in sorted(firsts))}]|(?<=[\\u2E80-\\uD7AF])[{''.join(re.escape(c) for c in sorted(firsts))}]"


def _ends(text: str, end: int) -> bool:
    """Whether a word ends there. Scripts without spaces do not show it."""
    before, after = text[end - 1 : end], text[end : end + 1]
    return (
        not (before.isalnum() and (after.isalnum() or after == "_"))
        or "\u2e80" <= after <= "\ud7af"
        or "\u2e80" <= before <= "\ud7af"
    )


def _read(path: Path | str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) > MAX_FILE:
        raise ValueError(f"{path} has more than {MAX_FILE:,} bytes")
    return data


class _PlsReader:
    """Reads the events of an XML parser."""

    def __init__(self) -> None:
        self.is_pls = False
        self.language = ""
        self.aliases: dict[str, str] = {}
        self.phonemes: dict[str, str] = {}
        self.parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self._depth = 0
        self._alphabet = "ipa"
        self._own_alphabet = ""
        self._prefer = False
        self._text: list[str] | None = None
        self._words: list[str] = []
        self._said: dict[str, tuple[bool, str]] = {}

    def _refuse(self, *_: object) -> None:
        raise ValueError(
            "a PLS file with a document type or entities is refused: they can make a small file a huge one"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        space, _, local = name.rpartition(" ")
        if self._depth == 1:
            self.is_pls = local == "lexicon" and space in (_PLS, "")
            self.language = attributes.get("http://www.w3.org/XML/1998/namespace lang", "")
            self._alphabet = attributes.get("alphabet", "ipa")
        elif local == "lexeme":
            self._words, self._said = [], {}
        elif local in ("grapheme", "alias", "phoneme"):
            self._text = []
            self._prefer = attributes.get("prefer") == "true"
            self._own_alphabet = attributes.get("alphabet", self._alphabet)

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end(self, name: str) -> None:
        self._depth -= 1
        local = name.rpartition(" ")[2]
        if local in ("grapheme", "alias", "phoneme") and self._text is not None:
            text, self._text = _spaces("".join(self._text)), None
            if local == "grapheme":
                self._words.append(text)
            elif text and (local == "alias" or self._own_alphabet.lower() == "ipa"):
                known = self._said.get(local)
                if known is None or (self._prefer and not known[0]):
                    self._said[local] = (self._prefer, text)
        elif local == "lexeme":
            kinds: tuple[tuple[Literal["alias", "phoneme"], dict[str, str]], ...] = (
                ("alias", self.aliases),
                ("phoneme", self.phonemes),
            )
            for kind, table in kinds:
                if kind in self._said:
                    for word in self._words:
                        if word:
                            table.setdefault(word, self._said[kind][1])
