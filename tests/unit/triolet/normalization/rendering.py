"""The oracle: the words that a reader of the rendered document sees, by markdown-it-py."""

from __future__ import annotations

from html.parser import HTMLParser

from markdown_it import MarkdownIt

from triolet.normalization import NormalizationOptions

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

EVERYTHING = NormalizationOptions(
    code_blocks="say",
    tables="cells",
    urls="verbatim",
    references="say",
    directions="say",
    struck="say",
    latex="verbatim",
    list_numbers="skip",
    spell_digits=0,
)
"""Nothing is left out that the rendered page shows, and nothing rewritten."""


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style"}
        if tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def rendered(document: str) -> str:
    """The text of the rendered page."""
    words = _Words()
    words.feed(_MARKDOWN.render(document))
    words.close()
    return "".join(words.parts)


def letters(text: str) -> str:
    """The letters and digits of a text, in order."""
    return "".join(character for character in text if character.isalnum())
