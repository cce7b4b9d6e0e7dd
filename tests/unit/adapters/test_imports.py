"""What an adapter may import: of the engine what is public, of another adapter nothing, of another folder its face."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import triolet_adapters

ROOT = Path(triolet_adapters.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
IDS = [str(path.relative_to(ROOT)) for path in MODULES]


VENDORS = {path.name for path in (ROOT / "tts").iterdir() if path.is_dir()} - {"frame", "__pycache__"}


def imported(path: Path) -> Iterator[str]:
    """Each name that a module imports, in full: `triolet.errors.TTSError`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from (f"{module}.{name.name}" for name in names)
            case _:
                pass


def package(path: Path) -> list[str]:
    return ["triolet_adapters", *path.relative_to(ROOT).parts[:-1]]


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_adapter_imports_a_private_module(path: Path) -> None:
    private = [name for name in imported(path) if name.startswith("triolet.") and "._" in name]
    assert not private


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_folder_imports_another_by_its_face(path: Path) -> None:
    here = package(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "triolet_adapters" and "._" in name:
            private = next(at for at, part in enumerate(parts) if part.startswith("_"))
            assert parts[:private] == here, f"{name} is private to {'.'.join(parts[:private])}"


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_adapter_imports_another(path: Path) -> None:
    """The command imports them all; voices share a folder, and a file of one vendor imports no other vendor."""
    here = package(path)[1:]
    if not here or here[0] == "cli" or path.name == "__init__.py":
        return
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "triolet_adapters":
            assert parts[1] in (here[0], "shared"), f"{'.'.join(here)} imports {name}"
            others = {part for part in parts[1:] if part in VENDORS} - set(here)
            assert not others, f"{'.'.join(here)} imports {name}"
