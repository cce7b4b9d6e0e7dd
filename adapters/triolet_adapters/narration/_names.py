"""What the output of each document is called: pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePath

import attrs


@attrs.frozen
class Document:
    """A text file, and the name of what is made of it."""

    path: str
    """Where the text is: an absolute path."""
    name: str
    """The name of its outputs below the folder for them, with `/` and without an ending: `part-1/intro`."""


@attrs.frozen
class Found:
    """A file that was found, and the folder below which folders are kept in its name."""

    path: PurePath
    root: PurePath


def named(found: Iterable[Found]) -> list[Document]:
    """A document for each file, in the order of their names. A file that was found twice is one document.

    The name is the path below `root`. Where two would have the same, both keep more: the ending, if they lie in one folder, else
    the folders above. Large and small letters count as the same, since some file systems take them for that.
    """
    files = list({each.path: each for each in found}.values())
    kept = [(0, False)] * len(files)
    while same := _same([_name(each, *how) for each, how in zip(files, kept, strict=True)]):
        for group in same:
            folders = [_fold(str(files[at].path.parent)) for at in group]
            for at in group:
                above, ending = kept[at]
                if folders.count(_fold(str(files[at].path.parent))) > 1 and not ending:
                    kept[at] = above, True
                else:
                    kept[at] = above + 1, ending
    names = (_name(each, *how) for each, how in zip(files, kept, strict=True))
    documents = [Document(str(each.path), name) for each, name in zip(files, names, strict=True)]
    return sorted(documents, key=lambda document: document.name)


def _same(names: list[str]) -> list[list[int]]:
    """The places of names that are alike."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(names):
        groups[_fold(name)].append(at)
    return [group for group in groups.values() if len(group) > 1]


def _fold(text: str) -> str:
    return text.casefold()


def _name(found: Found, above: int, ending: bool) -> str:
    parts = found.path.relative_to(found.path.anchor).parts if found.path.is_absolute() else found.path.parts
    below = len(found.path.relative_to(found.root).parts)
    length = below + above
    last = parts[-1] if ending else found.path.stem
    if length > len(parts):  # two paths that differ in the size of letters only
        last += f"-{hashlib.sha256(str(found.path).encode()).hexdigest()[:8]}"
    return "/".join([*parts[-length:][:-1], last])
