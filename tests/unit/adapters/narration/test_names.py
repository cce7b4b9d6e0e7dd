"""What documents are called, and which files they are."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.narration import find_documents
from triolet_adapters.narration._names import Found, named

PARTS = st.sampled_from(["a", "b", "A", "x"])
FOLDERS = st.lists(PARTS, max_size=3)
FILES = st.tuples(FOLDERS, st.sampled_from(["x.md", "x.txt", "X.md", "y.md", "a", "a-1"]), st.integers(0, 3))


def found(path: str, root: str) -> Found:
    return Found(PurePosixPath(path), PurePosixPath(root))


@given(st.lists(FILES, max_size=12))
def test_each_file_has_one_name_and_no_two_have_the_same(files: list[tuple[list[str], str, int]]) -> None:
    all_found: list[Found] = []
    for folders, name, depth in files:
        path = PurePosixPath("/", *folders, name)
        all_found.append(Found(path, PurePosixPath("/", *folders[:depth])))
    documents = named(all_found)
    assert {document.path for document in documents} == {str(each.path) for each in all_found}
    assert len({document.name.casefold() for document in documents}) == len(documents)
    assert documents == named(reversed(all_found)) or len({each.path for each in all_found}) < len(all_found)


def test_names_that_collide_keep_their_folders_and_the_others_do_not() -> None:
    files = [found("/w/a/x.md", "/w/a"), found("/w/b/x.md", "/w/b"), found("/w/b/y.md", "/w/b")]
    assert [document.name for document in named(files)] == ["a/x", "b/x", "y"]


def test_two_endings_in_one_folder_are_kept() -> None:
    files = [found("/w/x.md", "/w"), found("/w/x.txt", "/w"), found("/w/c/x.md", "/w")]
    assert [document.name for document in named(files)] == ["c/x", "x.md", "x.txt"]


def test_files_folders_and_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "d/one.md",
        "d/deep/two.TXT",
        "d/.hidden/no.md",
        "d/.no.md",
        "d/picture.png",
        "e/f/three.rst",
        "four.md",
    ):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("Hello.")
    (tmp_path / "d/.narration").mkdir()

    def names(*arguments: str) -> list[str]:
        return [document.name for document in find_documents(arguments, tmp_path / "d")]

    assert names("d") == ["deep/two", "one"]
    assert names("e/**/*.rst", "four.md", "d/../four.md") == ["f/three", "four"]
    for nothing in ("nowhere.md", "no/*.md", "e"):
        with pytest.raises(ValueError, match=nothing.replace("*", r"\*")):
            names(nothing)
