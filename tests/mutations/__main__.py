"""python -m tests.mutations: break the code on purpose, and see that the tests or the simulation notice.

Each `*.patch` in this folder says what it breaks and, in a line `Caught by: ...`, the arguments of Python that must fail with it
within a minute, and pass without it. A check that does not end is no catch: whoever meets it learns nothing from it.

Two run at a time.
"""

from __future__ import annotations

import argparse
import concurrent.futures
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
PARTS = ("pipeline", "adapters", "tests", "recipes", "benchmarks/data", "pyproject.toml", "README.md")
DEADLINE = 60.0
"""Seconds of one check. Tests of one thing take a few."""
WHOLE_DEADLINE = 600.0
"""Seconds of all checks together, on the unbroken sources."""
PYTEST = ("-m", "pytest", "-q")


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
    hangs: bool
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


def together(checks: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The same checks, all tests in one run of pytest: what must pass anyway need not start so often."""
    tests = [check[len(PYTEST) :] for check in checks if check[: len(PYTEST)] == PYTEST]
    nodes = dict.fromkeys(node for test in tests for node in test if not node.startswith("-"))
    others = [check for check in checks if check[: len(PYTEST)] != PYTEST]
    return [*dict.fromkeys(others), *([(*PYTEST, *nodes)] if nodes else [])]


def run(check: tuple[str, ...], folder: Path, deadline: float = DEADLINE) -> Outcome:
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
            timeout=deadline,
        )
        failed, hangs, output = ended.returncode != 0, False, ended.stdout + ended.stderr
    except subprocess.TimeoutExpired:
        failed, hangs, output = False, True, f"not done after {deadline:g} s"
    seed = re.search(r"\bseed[ =:]+(\d+)", output)
    return Outcome(failed, hangs, time.perf_counter() - began, seed[1] if seed else "", output.strip()[-2000:])


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
    with tempfile.TemporaryDirectory() as name:
        whole = copied(Path(name))
        for check in together([mutation.check for mutation in mutations]):
            outcome = run(check, whole, WHOLE_DEADLINE)
            passes = not (outcome.failed or outcome.hangs)
            named = " ".join(check) if len(check) < 5 else f"{len(check) - len(PYTEST)} tests"
            print(f"unbroken: {named}: {'passes' if passes else 'FAILS'} in {outcome.seconds:.0f} s", flush=True)
            if not passes:
                print(outcome.end)
                return 1
    missed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for mutation, outcome in zip(mutations, pool.map(caught, mutations), strict=True):
            missed += not outcome.failed
            named = " ".join(mutation.check)
            by = f"seed {outcome.seed} of {named}" if outcome.seed else named
            verdict = "caught" if outcome.failed else "NOT caught, it hangs," if outcome.hangs else "NOT caught"
            print(f"{mutation.path.stem}: {mutation.what} {verdict} by {by}, {outcome.seconds:.0f} s", flush=True)
    print(f"{len(mutations) - missed} of {len(mutations)} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
