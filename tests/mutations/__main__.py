"""python -m tests.mutations: break the code on purpose, and see that the tests or the simulation notice.

Each `*.patch` in this folder says what it breaks and, in a line `Caught by: ...`, the arguments of Python that must fail with it
and pass without it.
"""

# ruff: noqa: T201 -- a command prints

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import attrs

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PARTS = ("pipeline", "adapters", "tests", "recipes", "pyproject.toml", "README.md")
DEADLINE = 300.0
"""Seconds of one check: a breakage that makes it wait for ever is caught by this."""


@attrs.frozen
class Mutation:
    """One breakage."""

    path: Path
    what: str
    """In words: the first line of the patch."""
    check: tuple[str, ...]
    """Arguments of Python."""

    @classmethod
    def read(cls, path: Path) -> Mutation:
        """From a patch file."""
        head = path.read_text(encoding="utf-8").split("\ndiff ", 1)[0].splitlines()
        check = next(line for line in head if line.startswith("Caught by: "))
        return cls(path, head[0], tuple(check.removeprefix("Caught by: ").split()))


@attrs.frozen
class Outcome:
    """How a check ended."""

    failed: bool
    seconds: float
    seed: str
    """Of the simulation, where one is named in what it printed."""
    end: str
    """The end of what it printed."""


def copied(folder: Path) -> Path:
    """The sources, where they can be broken."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, folder / part)
    return folder


def run(check: tuple[str, ...], folder: Path) -> Outcome:
    """Run a check on a copy of the sources."""
    paths = os.pathsep.join(str(folder / part) for part in ("pipeline", "adapters", "."))
    began = time.perf_counter()
    try:
        ended = subprocess.run(
            [sys.executable, *check],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": paths},
            check=False,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
        failed, output = ended.returncode != 0, ended.stdout + ended.stderr
    except subprocess.TimeoutExpired:
        failed, output = True, f"not done after {DEADLINE:g} s"
    seed = re.search(r"\bseed[ =:]+(\d+)", output)
    return Outcome(failed, time.perf_counter() - began, seed[1] if seed else "", output.strip()[-2000:])


def caught(mutation: Mutation) -> Outcome:
    """Break a copy of the sources, and check it."""
    with tempfile.TemporaryDirectory() as name:
        folder = copied(Path(name))
        applied = subprocess.run(["git", "apply", str(mutation.path)], cwd=folder, check=False)
        if applied.returncode:
            raise SystemExit(f"{mutation.path.name} does not fit the code any more: make it anew")
        return run(mutation.check, folder)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("names", nargs="*", help="patches, without their ending; all of them if none is named")
    names = parser.parse_args(arguments).names
    paths = {path.stem: path for path in sorted(HERE.glob("*.patch"))}
    if unknown := [name for name in names if name not in paths]:
        parser.error(f"no patch is named {' or '.join(unknown)}; there are {', '.join(paths)}")
    mutations = [Mutation.read(path) for name, path in paths.items() if not names or name in names]
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        whole = copied(Path(name))
        for check in dict.fromkeys(mutation.check for mutation in mutations):
            outcome = run(check, whole)
            print(f"unbroken: {' '.join(check)}: {'FAILS' if outcome.failed else 'passes'} in {outcome.seconds:.0f} s")
            if outcome.failed:
                print(outcome.end)
                return 1
    for mutation in mutations:
        outcome = caught(mutation)
        missed += not outcome.failed
        by = f"seed {outcome.seed} of {' '.join(mutation.check)}" if outcome.seed else " ".join(mutation.check)
        verdict = f"caught by {by}" if outcome.failed else f"NOT caught by {' '.join(mutation.check)}"
        print(f"{mutation.path.stem}: {mutation.what} {verdict}, {outcome.seconds:.0f} s", flush=True)
    print(f"{len(mutations) - missed} of {len(mutations)} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
