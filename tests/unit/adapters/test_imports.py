"""What an adapter may import: of the engine what is public, of another adapter nothing, of another folder its face."""

from __future__ import annotations

import ast
import functools
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import triolet_adapters

ROOT = Path(triolet_adapters.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


VENDORS = {path.name for path in (ROOT / "tts").iterdir() if path.is_dir()} - {"frame", "__pycache__"}


@functools.cache
def imported(path: Path) -> tuple[str, ...]:
    """Each name that a module imports, in full: `triolet.errors.TTSError`."""
    found: list[str] = []
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        match waiting.pop():
            case ast.Import(names=names):
                found += (name.name for name in names)
            case ast.ImportFrom(module=str(module), names=names):
                found += (f"{module}.{name.name}" for name in names)
            case node:
                waiting += statements(node)
    return tuple(found)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Those below it, at once or in a branch. `ast.walk` looks into expressions too, which takes five times as long."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        below = getattr(node, field, ())
        yield from below if isinstance(below, list) else ()


def all_imported() -> Iterator[tuple[Path, str]]:
    """Every module of the adapters, with each name that it imports."""
    return ((path, name) for path in MODULES for name in imported(path))


def package(path: Path) -> list[str]:
    return ["triolet_adapters", *path.relative_to(ROOT).parts[:-1]]


def test_no_adapter_imports_a_private_module() -> None:
    for path, name in all_imported():
        assert not (name.startswith("triolet.") and "._" in name), f"{path} imports {name}"


def test_a_folder_imports_another_by_its_face() -> None:
    for path, name in all_imported():
        parts = name.split(".")
        if parts[0] == "triolet_adapters" and "._" in name:
            private = next(at for at, part in enumerate(parts) if part.startswith("_"))
            assert parts[:private] == package(path), f"{path} imports {name}: private to {'.'.join(parts[:private])}"


def test_no_adapter_imports_another() -> None:
    """The command, the service and the narration import them all; voices share a folder, and a file of one vendor imports no other vendor."""
    for path, name in all_imported():
        here, parts = package(path)[1:], name.split(".")
        if not here or here[0] in ("cli", "service", "narration") or path.name == "__init__.py":
            continue
        if parts[0] == "triolet_adapters":
            assert parts[1] in (here[0], "shared"), f"{path} imports {name}"
            others = {part for part in parts[1:] if part in VENDORS} - set(here)
            assert not others, f"{path} imports {name}"


LAZY = [path for path in MODULES if "lazy_names(__name__" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", LAZY, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lazy_name_is_what_type_checkers_take_it_for(path: Path) -> None:
    module = importlib.import_module(".".join(package(path)))
    seen = {
        name.rpartition(".")[2]: name.rpartition(".")[0] for name in imported(path) if "triolet_adapters.tts" in name
    }
    assert seen
    assert set(module.__all__) == set(seen)
    for name, owner in seen.items():
        assert getattr(module, name) is getattr(importlib.import_module(owner), name)
    with pytest.raises(AttributeError, match="NoSuchTTS"):
        _ = module.NoSuchTTS


def test_one_voice_loads_no_other_vendors() -> None:
    code = "import sys; from triolet_adapters.tts import LocalTTS; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {name for name in loaded if name.startswith("triolet_adapters.tts.") and VENDORS & set(name.split("."))}
