"""Which documents the arguments name: files, folders and patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from triolet_adapters.narration._names import Document, Found, named

ENDINGS = (".txt", ".md", ".markdown")
"""What is taken of a folder. A file that is named, or that a pattern finds, may have any ending."""


def find_documents(arguments: Sequence[str], out: Path) -> list[Document]:
    """Find the documents, and name what is made of them.

    A folder gives all .txt, .md and .markdown files in it and below, but for hidden ones; a pattern (`texts/**/*.md`) what fits it. Below the folder, or
    the part of the pattern without wildcards, folders are kept. Nothing that lies in `out/.narration` is a document.

    Raises:
        ValueError: an argument names nothing.
    """
    own = _absolute(out / ".narration")
    found: list[Found] = []
    for argument in arguments:
        before = len(found)
        found += (each for each in _of(argument) if not Path(each.path).is_relative_to(own))
        if len(found) == before:
            raise ValueError(_nothing(argument))
    return named(found)


def _of(argument: str) -> Iterator[Found]:
    path = _absolute(Path(argument))
    if path.is_dir():
        yield from _below(path)
    elif path.exists() or not glob.has_magic(argument):
        if path.exists():
            yield Found(path, path.parent)
    else:
        root = _absolute(Path(*_plain(Path(argument))))
        for each in sorted(glob.glob(argument, recursive=True)):  # noqa: PTH207 -- takes absolute patterns
            if (file := _absolute(Path(each))).is_file():
                yield Found(file, root)


def _below(folder: Path) -> Iterator[Found]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in ENDINGS:
                yield Found(Path(place, name), folder)


def _plain(pattern: Path) -> list[str]:
    """The parts before the first wildcard, which are folders."""
    parts: list[str] = []
    for part in pattern.parts[:-1]:
        if glob.has_magic(part):
            break
        parts.append(part)
    return parts


def _absolute(path: Path) -> Path:
    """From the root, without `..`; a link stays what it is called."""
    return Path(os.path.abspath(path))  # noqa: PTH100 -- resolve() would follow links


def _nothing(argument: str) -> str:
    if Path(argument).is_dir():
        return f"{argument} has no {', '.join(ENDINGS)} file in it or below"
    if glob.has_magic(argument):
        return f"{argument}: no file fits this pattern"
    return f"{argument}: there is no such file or folder"
