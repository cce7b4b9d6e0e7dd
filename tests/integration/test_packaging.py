"""What `pip install .` gives: the built wheel, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ASKED = """
import importlib.metadata as metadata, json, pathlib, sys
before = set(sys.modules)
import triolet, triolet.testing
top = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
import triolet_adapters
names = metadata.packages_distributions()
print(json.dumps({
    "files": sorted({str(file).split("/")[0] for file in metadata.files("triolet") if str(file).endswith((".py", ".typed"))}),
    "loaded": sorted({name for module in top for name in names.get(module, [module])}),
    "needed": [needed for needed in metadata.requires("triolet") if "extra" not in needed],
    "typed": [(pathlib.Path(package.__file__).parent / "py.typed").exists() for package in (triolet, triolet_adapters)],
}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with nothing but the wheel and its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    # pip would install the builder in an environment of its own, by a second pip, as it does for `make` itself.
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(python)]
    [wheel] = folder.glob("*.whl")
    subprocess.run([*pip, "install", "--no-compile", str(wheel)], check=True)  # a tenth of the modules is imported
    return python


@pytest.fixture(scope="module")
def told(installed: Path) -> dict[str, list[Any]]:
    """What that Python says of the wheel."""
    done = subprocess.run([str(installed), "-I", "-c", ASKED], check=True, capture_output=True, text=True, cwd="/")
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found


def test_it_installs_two_import_names(told: dict[str, list[Any]]) -> None:
    assert told["files"] == ["triolet", "triolet_adapters"]


def test_importing_the_engine_loads_the_four_dependencies_and_no_more(told: dict[str, list[Any]]) -> None:
    loaded = set(told["loaded"])
    of_trio, of_websocket = {"outcome", "sniffio", "sortedcontainers", "idna"}, {"wsproto", "h11"}
    assert loaded - of_trio - of_websocket <= {"triolet", "trio", "trio-websocket", "attrs", "pysbd"}
    assert {"triolet", "trio", "attrs"} <= loaded


def test_the_engine_needs_four_packages(told: dict[str, list[Any]]) -> None:
    names = {name.split(">")[0].split("=")[0] for name in told["needed"]}
    assert names == {"trio", "trio-websocket", "attrs", "pysbd"}


def test_both_packages_are_typed(told: dict[str, list[Any]]) -> None:
    assert told["typed"] == [True, True]


def test_the_command_says_what_it_needs(installed: Path) -> None:
    command = installed.parent / "triolet"
    done = subprocess.run([str(command), "--help"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert 'pip install "triolet[cli]"' in done.stderr
    assert "Traceback" not in done.stderr
