"""Pages for those who work on the code: what they name exists, and the commands can be run."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from tests.integration.docs.markdown import ROOT, anchors, blocks, codes, links, table

PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
ENGINE = ROOT / "pipeline" / "triolet"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_exist(page: Path) -> None:
    for code in codes(page.read_text("utf-8")):
        if re.fullmatch(r"(pipeline|adapters|recipes|tests|benchmarks|docs|\.github)/[\w./-]*", code):
            assert (ROOT / code).exists(), code


def test_a_name_is_where_the_architecture_says() -> None:
    rows = table(ROOT / "ARCHITECTURE.md", "to change or add", "go to")
    found = 0
    for _, where in rows:
        for sentence in where.split("; "):
            for names, path in re.findall(r"((?:`[\w.]+`(?: and )?)+) in `([\w./]+\.py)`", sentence):
                defined = _defined(ROOT / path if "/" in path else ENGINE / "phrasing" / path)
                assert set(codes(names)) <= defined, path
                found += len(codes(names))
    assert found >= 6


def _defined(path: Path) -> set[str]:
    """Classes, functions and methods of a module, by their qualified names."""
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = (ast.FunctionDef, ast.AsyncFunctionDef)
            names |= {f"{node.name}.{child.name}" for child in node.body if isinstance(child, inner)}
    return names


def test_the_architecture_names_every_room_and_no_other() -> None:
    rooms = {path.name for path in ENGINE.iterdir() if (path / "__init__.py").exists()}
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    first, _ = text.split("## Where to look", 1)
    named = set(re.findall(r"\b([a-z_]+)/(?=\s|`)", first))
    others = {"sources", "outputs", "frameworks", "service", "watching", "quotas", "cli"}
    assert others <= named
    assert named - others - {"adapters", "triolet", "triolet_adapters"} == rooms


def test_the_layers_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["containers"] == ["triolet"])
    assert [block.code.splitlines() for block in blocks(ROOT / "ARCHITECTURE.md")][1] == layers


def test_the_architecture_fits_a_screen() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 110


@pytest.mark.parametrize("command", [c for page in PAGES for c in codes(page.read_text("utf-8")) if " " in c])
def test_a_command_can_be_run(command: str) -> None:
    match shlex.split(command, posix=False):
        case ["pytest", target, *_]:
            path, _, test = target.partition("::")
            assert (ROOT / path).exists()
            assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8")
        case ["python", "-m", module, *_]:
            folder = ROOT / module.replace(".", "/")
            assert folder.with_suffix(".py").exists() or (folder / "__main__.py").exists()
        case ["make", target, *_]:
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        case ["python", path, *_] if path.endswith(".py"):
            assert (ROOT / path).exists()
        case _:
            pass
