"""Markdown pages, read as far as the tests look at them: blocks of code, links, headings, tables."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import attrs
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[3]


@attrs.frozen
class Block:
    """A fenced block of code, or an invisible one in a comment."""

    path: Path
    line: int
    """Where its first line of code stands, from 1."""
    language: str
    code: str
    hidden: bool = False

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


_HIDDEN = re.compile(r"<!-- (\w+)\n(.*?)-->", re.DOTALL)


def blocks(path: Path) -> list[Block]:
    """All blocks of a page, in order. `<!-- python ... -->` is one that readers do not see."""
    found: list[Block] = []
    for token in MarkdownIt().parse(path.read_text("utf-8")):
        if token.map is None:
            continue
        if token.type == "fence":
            found.append(Block(path, token.map[0] + 2, token.info.split(" ")[0], token.content))
        elif token.type == "html_block":
            for comment in _HIDDEN.finditer(token.content):
                line = token.map[0] + 2 + token.content[: comment.start()].count("\n")
                found.append(Block(path, line, comment[1], comment[2], hidden=True))
    return found


def links(path: Path) -> list[str]:
    """Where the links and images of a page lead."""
    found: list[str] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(path.read_text("utf-8")):
        for child in token.children or ():
            target = child.attrGet("href") or child.attrGet("src")
            if target is not None:
                found.append(str(target))
    return found


def anchors(path: Path) -> set[str]:
    """What `#...` may lead to: headings, as GitHub names them."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(path.read_text("utf-8"))
    headings = [after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def codes(text: str) -> list[str]:
    """What stands between backquotes."""
    return re.findall(r"`([^`\n]+)`", text)


def table(path: Path, *head: str) -> list[tuple[str, ...]]:
    """The cells of the rows of the only table of a page with this head."""
    lines = path.read_text("utf-8").splitlines()
    (at,) = [number for number, line in enumerate(lines) if _cells(line) == head]
    rows: list[tuple[str, ...]] = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(_cells(line))
    assert rows
    return rows


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))
