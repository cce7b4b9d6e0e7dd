"""Text without marks, on its way into units: words, CJK, emoji, URLs."""

from __future__ import annotations

import html
import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._characters import HAS_URL, TOKEN, URL, Sort, emoji_name, sort
from triolet.normalization._options import NormalizationOptions
from triolet.normalization._units import UnitBuilder
from triolet.normalization._wording import Wording

_HOST = lazy_regex(r"(?:https?://)?(?:[^/?#@]*@)?(?:www\.)?([^/?#:]*)", re.IGNORECASE)
_ENTITY = lazy_regex(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AFTER_URL = "?!.,:;*_~'"
_ARROWS = "➔➘➙➚➛➜➝➞➟➠➡"


class PlainText:
    """Gives a builder the words of text without marks."""

    def __init__(self, builder: UnitBuilder, options: NormalizationOptions) -> None:
        self._builder = builder
        self._options = options

    def literal(self, text: str, start: int, end: int) -> None:
        """Text in which no mark means anything. Each character stands for one raw character in [start, end) if there are as many,
        else all of it stands for all of them.
        """
        same = len(text) == end - start
        at = 0
        while at < len(text):
            token = TOKEN.match(text, at)
            assert token is not None  # its last group takes anything
            first, last = (start + at, start + token.end()) if same else (start, end)
            at = token.end()
            group = token.lastindex
            if group == 2:
                self._builder.word(token[1], first, first + len(token[1]) if same else end)
                if token[2]:
                    self._builder.space(last)
            elif group == 3:
                self._builder.space(last)
            elif group == 4:
                self.character(token[4], first, last)
            elif group == 5:
                inside = token[5] == "_" and text[at - 2 : at - 1].isalnum() and text[at : at + 1].isalnum()
                self._builder.word(" " if inside else token[5], first, last)  # snake_case is said as two words
            elif group == 6:
                self.emoji(token[6], first, last)
            else:
                self.other(token[7], first, last)

    def character(self, character: str, start: int, end: int) -> None:
        """A CJK character, with what combines with it."""
        if len(character) > 1:
            character = "".join(c for c in character if sort(c) is not Sort.SILENT)
        self._builder.character(character, start, end)

    def emoji(self, emoji: str, start: int, end: int) -> None:
        """An emoji, which is dropped or named. An arrow among them is a short stop."""
        if emoji[0] in _ARROWS or sort(emoji[0]) is Sort.ARROW:
            self._builder.comma(end)
            return
        name = emoji_name(emoji) if self._options.emoji == "name" else ""
        if not name:
            self._builder.drop(end)
            return
        if self._builder.last.isalnum():
            self._builder.space(start)
        self._builder.whole(name, start, end)
        self._builder.drop(end)  # so that a word right after it stays apart

    def other(self, character: str, start: int, end: int) -> None:
        """Any other single character."""
        match sort(character):
            case Sort.WORD:
                self._builder.word(character, start, end)
            case Sort.MARK_BEFORE | Sort.EXTENDS:
                self._builder.mark_before(character, start, end)
            case Sort.MARK_AFTER:
                self._builder.mark_after(character, start, end)
            case Sort.ARROW:
                self._builder.comma(end)
            case Sort.SILENT:
                self._builder.mark(end)

    def url(self, url: str, start: int, end: int, words: Wording) -> None:
        """A URL that stands for itself."""
        builder = self._builder
        url = unescaped(url)
        host = _HOST.match(url)
        if self._options.urls == "skip":
            builder.drop(end)
        elif self._options.urls == "verbatim" or host is None or not host[1]:
            builder.whole(url, start, end)
        else:
            if builder.last.isalnum() and builder.last.isascii():
                builder.space(start)
            builder.whole(words.link.format(host[1]), start, end)


def unescaped(text: str) -> str:
    """The text with its HTML entities as characters."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def entity_at(text: str, at: int) -> str:
    """The HTML entity at `at`; empty if there is none."""
    entity = _ENTITY.match(text, at)
    return entity[0] if entity and html.unescape(entity[0]) != entity[0] else ""


def url_at(text: str, at: int) -> tuple[str, int]:
    """The URL that begins at `at`, without the marks that end its sentence, and where those marks end; empty if there is none."""
    found = URL.match(text, at) if HAS_URL.match(text, at) else None
    if found is None:
        return "", at
    url = found[0].rstrip(_AFTER_URL)
    unopened = url.count(")") - url.count("(")
    while unopened > 0 and url.endswith(")"):
        url = url[:-1].rstrip(_AFTER_URL)
        unopened -= 1
    return url, found.end()


def goes_on(text: str) -> int:
    """How many characters at the start of the text are the rest of a URL."""
    going_on = URL.match("www." + text[:2048])
    return going_on.end() - 4 if going_on else 0
