"""What `pip install .` gives: the built wheel, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GIVEN = {"trio", "trio_websocket", "attr", "attrs", "pysbd"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with nothing but the wheel and its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(python)]
    subprocess.run([*pip, "install", "--no-compile", str(ROOT)], check=True)  # a tenth of the modules is imported
    return python


def run(python: Path, code: str) -> list[str]:
    done = subprocess.run([str(python), "-I", "-c", code], check=True, capture_output=True, text=True, cwd="/")
    found: list[str] = json.loads(done.stdout)
    return found


def test_it_installs_two_import_names(installed: Path) -> None:
    code = (
        "import importlib.metadata as m, json;"
        "print(json.dumps(sorted({str(f).split('/')[0] for f in m.files('triolet') if str(f).endswith(('.py', '.typed'))})))"
    )
    assert run(installed, code) == ["triolet", "triolet_adapters"]


def test_importing_the_engine_loads_the_four_dependencies_and_no_more(installed: Path) -> None:
    code = (
        "import sys, json, importlib.metadata as m; before = set(sys.modules); import triolet, triolet.testing;"
        "top = {n.partition('.')[0] for n in set(sys.modules) - before} - set(sys.stdlib_module_names);"
        "print(json.dumps(sorted({d for n in top for d in m.packages_distributions().get(n, [n])})))"
    )
    loaded = run(installed, code)
    of_trio, of_websocket = {"outcome", "sniffio", "sortedcontainers", "idna"}, {"wsproto", "h11"}
    assert set(loaded) - of_trio - of_websocket <= {"triolet", "trio", "trio-websocket", "attrs", "pysbd"}
    assert {"triolet", "trio", "attrs"} <= set(loaded)


def test_the_engine_needs_four_packages(installed: Path) -> None:
    code = (
        "import importlib.metadata as m, json;print(json.dumps([r for r in m.requires('triolet') if 'extra' not in r]))"
    )
    required = run(installed, code)
    names = {name.split(">")[0].split("=")[0] for name in required}
    assert names == {"trio", "trio-websocket", "attrs", "pysbd"}


def test_both_packages_are_typed(installed: Path) -> None:
    code = (
        "import json, pathlib, triolet, triolet_adapters;"
        "print(json.dumps([next(pathlib.Path(p.__file__).parent.glob('py.typed')).name for p in (triolet, triolet_adapters)]))"
    )
    assert run(installed, code) == ["py.typed", "py.typed"]


def test_the_command_says_what_it_needs(installed: Path) -> None:
    command = installed.parent / "triolet"
    done = subprocess.run([str(command), "--help"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert 'pip install "triolet[cli]"' in done.stderr
    assert "Traceback" not in done.stderr
