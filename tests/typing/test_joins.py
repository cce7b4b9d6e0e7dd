"""The types of the public API: joins that must pass, and joins that must fail, in both checkers."""

import functools
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@functools.cache
def mypy_report() -> str:
    """What mypy says of both files."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", str(HERE / "joins_pass.py"), str(HERE / "joins_fails.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.stdout


def mypy_errors(path: Path) -> set[int]:
    found = re.findall(r"^(\S+?):(\d+): error: ", mypy_report(), re.MULTILINE)
    assert {Path(name).name for name, _ in found} <= {"joins_fails.py"}, mypy_report()
    return {int(line) for name, line in found if Path(name).name == path.name}


@functools.cache
def pyright_report() -> Any:
    """What pyright says of both files."""
    # A configuration of its own: the project's leaves the wrong joins out.
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", "--project", str(HERE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout)


def pyright_errors(path: Path) -> set[int]:
    report = pyright_report()
    assert report["summary"]["filesAnalyzed"] >= 3
    errors = [item for item in report["generalDiagnostics"] if item["severity"] == "error"]
    assert {Path(item["file"]).name for item in errors} <= {"joins_fails.py"}
    return {item["range"]["start"]["line"] + 1 for item in errors if Path(item["file"]) == path}


@pytest.mark.parametrize("check", [mypy_errors, pyright_errors])
def test_right_joins_pass(check: Callable[[Path], set[int]]) -> None:
    assert check(HERE / "joins_pass.py") == set()


@pytest.mark.parametrize("check", [mypy_errors, pyright_errors])
def test_each_wrong_join_fails(check: Callable[[Path], set[int]]) -> None:
    path = HERE / "joins_fails.py"
    marked = {number for number, line in enumerate(path.read_text().splitlines(), 1) if "# fails" in line}
    assert len(marked) == 17
    assert marked <= check(path), "joins that passed and should not"
