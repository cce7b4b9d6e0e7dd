"""python -m tests.mutations.at_random PLACE ...: change the code at random places, and say which changes no test notices.

    python -m tests.mutations.at_random pipeline/triolet/segmentation --number 40 --seed 1
    python -m tests.mutations.at_random --all

PLACE is a folder or a file of one of the two packages; of a folder, `_stage.py` is left out, which is no pure core. Each change is small (`<` for `<=`, `and` for `or`, 2 for 1, a line left
out), and only the tests of its room are run against it, those that run its line, the fast ones first. What survives is printed
with its line: write the test that it lacks, or take away code that does nothing. `no_difference.txt` lists changes that change
nothing, each with its reason; they are left out.

Needs `os.fork`: Linux or macOS.
"""

# ruff: noqa: T201 -- a command prints

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import fnmatch
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import attrs
import pytest
from hypothesis import Phase, settings
from tests.mutations._mutants import Mutant, mutants

ROOT = Path(__file__).parent.parent.parent
UNIT = "tests/unit/triolet"
QWEN = "tests/unit/adapters/tts/qwen"
ROOMS = {
    "pipeline/triolet/_model": (f"{UNIT}/_model",),
    "pipeline/triolet/_tools": (
        f"{UNIT}/_tools",
        f"{UNIT}/conversation/test_loop_lag.py",
        f"{UNIT}/conversation/test_quiet_gc.py",
        f"{UNIT}/conversation/test_keep_gc_quiet.py",
    ),
    "pipeline/triolet/segmentation": (f"{UNIT}/segmentation",),
    "pipeline/triolet/normalization": (f"{UNIT}/normalization",),
    "pipeline/triolet/phrasing": (f"{UNIT}/phrasing",),
    "pipeline/triolet/alignment": (f"{UNIT}/alignment", f"{UNIT}/turn"),
    "pipeline/triolet/turn": (f"{UNIT}/turn",),
    "pipeline/triolet/playout/_edges.py": (f"{UNIT}/playout",),
    "pipeline/triolet/playout/_gaps.py": (f"{UNIT}/playout",),
    "pipeline/triolet/playout/_positions.py": (f"{UNIT}/playout/test_positions.py",),
    "pipeline/triolet/synthesis/_recovery.py": (
        f"{UNIT}/synthesis/test_recovery.py",
        f"{UNIT}/synthesis/test_recovery_heard.py",
    ),
    "pipeline/triolet/tts/_rate_limiter.py": (f"{UNIT}/tts/test_rate_limiter.py", f"{UNIT}/tts/test_quota.py"),
    "pipeline/triolet/tts/_service_pace.py": (f"{UNIT}/tts/test_service_pace.py",),
    "pipeline/triolet/tts/_session_pool.py": (
        f"{UNIT}/tts/test_pool_keeping.py",
        f"{UNIT}/tts/test_sessions.py",
        f"{UNIT}/tts/test_quota.py",
    ),
    "pipeline/triolet/failover/_health.py": (
        f"{UNIT}/failover/test_health.py",
        f"{UNIT}/failover/test_failover_settings.py",
    ),
    "adapters/triolet_adapters/tts/qwen/protocol": (
        f"{QWEN}/test_protocol.py",
        f"{QWEN}/test_delta.py",
        f"{QWEN}/test_formats.py",
        f"{QWEN}/test_door.py",
        f"{QWEN}/test_settings.py",
        f"{QWEN}/test_recordings.py",
    ),
    "adapters/triolet_adapters/shared/sse.py": ("tests/unit/adapters/sources/test_sse.py",),
}
"""The pure cores and the pool of sessions, and the tests of each: what `--all` goes through."""
PREPARED = (
    "trio",
    "trio.testing",
    "trio_websocket",
    "wsproto",
    "attrs",
    "pysbd",
    "hypothesis",
    "hypothesis.strategies",
    "av",
    "numpy",
)
"""What tests import that is not ours: imported once, before a process is forked for each change."""
MEMORY = 4 << 30
"""Bytes of address space: a change that makes a list grow without end is caught by this."""


class _Changed(importlib.abc.MetaPathFinder):
    """Imports one module from changed source."""

    def __init__(self, mutant: Mutant) -> None:
        root = next(root for root in (ROOT / "pipeline", ROOT / "adapters") if mutant.path.is_relative_to(root))
        parts = mutant.path.relative_to(root).with_suffix("").parts
        self._name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        self._mutant = mutant

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> Any:
        if fullname != self._name:
            return None
        loader = _Loader(fullname, str(self._mutant.path))
        loader.text = self._mutant.text
        return importlib.util.spec_from_file_location(fullname, self._mutant.path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    text: str

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec")


class _Few:
    """A plugin: runs only some of the tests, the fast ones first, and does not make a failing example smaller."""

    def __init__(self, wanted: dict[str, float] | None) -> None:
        self._wanted = wanted

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        settings.register_profile(
            "mutants", settings.default, phases=(Phase.explicit, Phase.generate), report_multiple_bugs=False
        )
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        wanted = self._wanted
        if wanted is not None:
            items[:] = sorted((item for item in items if item.nodeid in wanted), key=lambda item: wanted[item.nodeid])


class _Seen:
    """A plugin: which lines each test runs, and how long it takes."""

    def __init__(self, files: set[str]) -> None:
        self.lines: dict[str, set[tuple[str, int]]] = {}
        self.seconds: dict[str, float] = {}
        self._now: set[tuple[str, int]] = set()
        self._files = files

    def _trace(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        if frame.f_code.co_filename not in self._files:
            return None
        if frame.f_lineno is not None:  # code that the compiler has made, such as the end of a `with`, may have none
            self._now.add((frame.f_code.co_filename, frame.f_lineno))
        return self._trace

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._now = self.lines.setdefault(item.nodeid, set())
        began = time.perf_counter()
        sys.settrace(self._trace)
        try:
            result = yield
        finally:
            sys.settrace(None)
        self.seconds[item.nodeid] = time.perf_counter() - began
        return result


def _forked(work: Callable[[], object], limit: float) -> Any:
    """What `work` returns in a process of its own, as JSON carries it; None if it takes more than `limit` seconds or dies."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(nothing, descriptor)
            data = json.dumps(work()).encode()
            while data:
                data = data[os.write(write, data) :]
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    got = bytearray()
    ends = time.monotonic() + limit
    try:
        while (left := ends - time.monotonic()) > 0 and select.select([read], [], [], left)[0]:
            data = os.read(read, 1 << 16)
            if not data:
                break
            got += data
        else:
            got.clear()
    finally:
        os.close(read)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return json.loads(got) if got else None


def _tests(paths: Sequence[str], *plugins: object) -> int:
    there = [path for path in paths if (ROOT / path).exists()]
    options = (
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--no-header",
        "-p",
        "no:randomly",
    )
    return int(pytest.main([*options, *there], plugins=list(plugins)))


@attrs.frozen
class Room:
    """The tests of a room, as they are while the code is whole."""

    tests: tuple[str, ...]
    lines: dict[str, set[tuple[str, int]]]
    seconds: dict[str, float]

    @classmethod
    def measured(cls, tests: Sequence[str], files: Sequence[Path]) -> Room:
        """Run them once."""

        def work() -> object:
            seen = _Seen({str(path) for path in files})
            code = _tests(tests, seen, _Few(None))
            return code, {test: sorted(lines) for test, lines in seen.lines.items()}, seen.seconds

        result = _forked(work, 600.0)
        if result is None or result[0]:
            raise SystemExit(f"the tests in {' '.join(tests)} do not pass as they are")
        lines = {test: {(path, line) for path, line in pairs} for test, pairs in result[1].items()}
        return cls(tuple(tests), lines, result[2])

    def verdict(self, mutant: Mutant) -> str:
        """`caught`, `hangs`, `survives`, or `not run` if no test runs its lines."""
        places = {(str(mutant.path), line) for line in range(mutant.line, mutant.last + 1)}
        wanted = {test: self.seconds[test] for test, lines in self.lines.items() if mutant.top or lines & places}
        if not wanted:
            return "not run"

        def work() -> object:
            sys.meta_path.insert(0, _Changed(mutant))
            return _tests(sorted({test.split("::")[0] for test in wanted}), _Few(wanted))

        code = _forked(work, 10.0 + 4.0 * sum(wanted.values()))
        return "hangs" if code is None else "caught" if code else "survives"


@attrs.frozen
class Same:
    """Changes that change nothing."""

    path: str
    source: str
    change: str
    why: str

    @classmethod
    def read(cls) -> list[Same]:
        """What `no_difference.txt` lists: path | line of source | change | reason; `*` stands for anything in the change."""
        text = (Path(__file__).parent / "no_difference.txt").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        return [cls(*(part.strip() for part in line.split(" ¦ "))) for line in lines]

    def holds(self, mutant: Mutant) -> bool:
        """Whether this is the change."""
        return (
            str(mutant.path.relative_to(ROOT)) == self.path
            and mutant.source == self.source
            and fnmatch.fnmatchcase(mutant.change.replace("[", "("), self.change.replace("[", "("))
        )


def tried(place: str, tests: Sequence[str], number: int, seed: int, jobs: int) -> tuple[int, int, int]:
    """Try changes in one place; print those that nothing notices. How many were tried, caught, and only hang."""
    path = ROOT / place
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*.py") if file.name != "_stage.py")
    same = Same.read()
    all_of_them = [mutant for file in files for mutant in mutants(file)]
    counted = [mutant for mutant in all_of_them if not any(entry.holds(mutant) for entry in same)]
    chosen = random.Random(seed).sample(counted, min(number, len(counted)))
    chosen.sort(key=lambda mutant: (mutant.path, mutant.at))
    room = Room.measured(tests, files)
    verdicts: list[str] = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for mutant, verdict in zip(chosen, pool.map(room.verdict, chosen), strict=True):
            verdicts.append(verdict)
            if verdict != "caught":
                print(
                    f"{verdict}: {mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.change}  |  {mutant.source}",
                    flush=True,
                )
    return len(chosen), verdicts.count("caught"), verdicts.count("hangs")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutations.at_random",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("places", nargs="*", help="folders or files")
    parser.add_argument("--all", action="store_true", help="all pure cores")
    parser.add_argument("--tests", nargs="*", help="tests to run; by default those of the room")
    parser.add_argument("--number", type=int, default=40, help="changes in each place (40)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--jobs", type=int, default=1, help="changes at the same time (1)")
    options = parser.parse_args(arguments)
    places = [*(str(Path(place)) for place in options.places), *(ROOMS if options.all else ())]
    if not places:
        parser.error("name a folder or a file, or --all")
    for module in PREPARED:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    table: list[str] = []
    total = caught = 0
    for place in places:
        owner = next(
            (room for room in ROOMS if place == room or place.startswith(f"{room}/") or room.startswith(f"{place}/")),
            None,
        )
        tests = options.tests or (ROOMS[owner] if owner else None)
        if not tests:
            parser.error(f"no room is known for {place}: name its --tests")
        began = time.perf_counter()
        tries, noticed, hung = tried(place, tests, options.number, options.seed, options.jobs)
        total, caught = total + tries, caught + noticed
        table.append(
            f"| {place} | {tries} | {noticed} | {hung} | {100 * noticed / max(1, tries):.0f} % | {time.perf_counter() - began:.0f} s |"
        )
    print("| place | changes | caught | only hang | | took |\n| --- | --- | --- | --- | --- | --- |", *table, sep="\n")
    print(f"{caught} of {total} caught, {100 * caught / max(1, total):.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
