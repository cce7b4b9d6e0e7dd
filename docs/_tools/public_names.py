"""The public names, and the page and anchor of each."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "pipeline", ROOT / "adapters")


def names(module: str) -> list[str]:
    """What a public module offers: the names that it re-exports, or defines if it re-exports none."""
    tree = ast.parse(_file(module).read_text("utf-8"))
    # What is imported when it is asked for stands under `if TYPE_CHECKING`.
    body = [inner for node in tree.body for inner in (node.body if isinstance(node, ast.If) else [node])]
    again = [
        alias.asname
        for node in body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname is not None and alias.asname == alias.name
    ]
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    own = [node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    return again or own


def _file(module: str) -> Path:
    for source in SOURCES:
        path = source.joinpath(*module.split("."))
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.exists():
                return file
    raise FileNotFoundError(module)


LISTED = re.compile(r"^::: ([\w.]+)$", re.MULTILINE)
ALL_OF = re.compile(r"^<!-- all of ([\w.]+) -->$", re.MULTILINE)


def expanded(markdown: str) -> str:
    """`<!-- all of MODULE -->` is every public name of it that no page of the reference names."""

    def sections(match: re.Match[str]) -> str:
        module = match[1]
        return "\n\n".join(f"::: {module}.{name}" for name in names(module) if f"{module}.{name}" not in _named())

    return ALL_OF.sub(sections, markdown)


@functools.cache
def _named() -> frozenset[str]:
    pages = (ROOT / "docs" / "reference").glob("*.md")
    return frozenset(path for page in pages for path in LISTED.findall(page.read_text("utf-8")))


SAME_ELSEWHERE = ("triolet.asyncio", "triolet.blocking")
"""Modules whose names mean what they mean in another: without its module, a name is not one of theirs."""


@functools.cache
def documented() -> dict[str, str]:
    """Each name that the reference explains, with its full path. A name in two modules is left out."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for page in sorted((ROOT / "docs" / "reference").glob("*.md")):
        for path in LISTED.findall(expanded(page.read_text("utf-8"))):
            module, _, name = path.rpartition(".")
            if module in SAME_ELSEWHERE:
                continue
            if name in found:
                twice.add(name)
            found[name] = path
    return {name: path for name, path in found.items() if name not in twice}
