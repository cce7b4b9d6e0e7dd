"""python -m tests.simulation --seeds 20000 --jobs 2"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import attrs
from tests.simulation._ledger import Ledger
from tests.simulation._plan import Plan, draw
from tests.simulation._protocols import MIXED, PROTOCOLS, QWEN, never
from tests.simulation._shrink import shrink
from tests.simulation._totals import Totals, digest, timed, try_plan

ENOUGH = 200
"""Seeds of a run in which everything that can happen must have happened."""
SHRUNK = 3
"""Failing seeds that are made smaller."""


def main(command: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description="The whole system over lines and vendors that fail, in virtual time.",
    )
    parser.add_argument(
        "--protocol", choices=[*PROTOCOLS, MIXED], default=QWEN, help="what the vendors speak; mixed: each its own"
    )
    parser.add_argument("--seeds", type=positive, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--seed", type=int, help="replay this one, and tell what happens")
    parser.add_argument("--jobs", type=positive, default=1, help="processes")
    parser.add_argument("--stop", action="store_true", help="end at the first seed that fails, as it is")
    arguments = parser.parse_args(command)
    if arguments.seed is not None:
        return replay(arguments.seed, arguments.protocol)
    return run_many(arguments.first, arguments.seeds, arguments.jobs, arguments.protocol, stop=arguments.stop)


def positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def run_many(first: int, seeds: int, jobs: int, protocol: str, *, stop: bool) -> int:
    totals, took = Totals(), 0.0
    told = 0
    for totals, took in timed(first, seeds, jobs, protocol, stop=stop):
        for failure in totals.failures[told:]:
            print(f"seed {failure.seed}: {failure.what}", flush=True)
        told = len(totals.failures)
        if stop and told:
            return 1
        if sys.stderr.isatty():
            print(f"{totals.seeds} seeds, {totals.seeds / took:.1f}/s", end="\r", file=sys.stderr)
    print(f"{totals.seeds} seeds from {first} in {took:.1f} s: {totals.seeds / took:.1f} seeds/s")
    print(*totals.lines(), sep="\n")
    for failure in totals.failures[:SHRUNK]:
        print(f"\nseed {failure.seed}: {failure.what}")
        show_shrunk(draw(failure.seed, protocol), failure.what)
    missing = totals.missing(never(protocol)) if seeds >= ENOUGH else []
    if missing:
        print("never happened:", *(kind.value for kind in missing), sep="\n  ")
    print(f"{len(totals.failures)} failures")
    return 1 if totals.failures or missing else 0


def replay(seed: int, protocol: str) -> int:
    plan = draw(seed, protocol)
    wrong = tell(plan)
    if wrong:
        show_shrunk(plan, wrong)
    return 1 if wrong else 0


def show_shrunk(plan: Plan, wrong: str) -> None:
    smallest, wrong = shrink(plan, wrong)
    print("\nthe smallest that fails so:")
    tell(smallest)


def tell(plan: Plan) -> str:
    """Run it and tell what happens; give what is wrong."""
    print(*describe(plan), sep="\n")
    ledger = Ledger()
    record, wrong, _ = try_plan(plan, ledger)
    print(*ledger.log, sep="\n")
    if record is not None:
        print(f"{record.seconds:.3f} s, digest {digest(record)}")
    print(f"wrong: {wrong}" if wrong else "right")
    return wrong


def describe(plan: Plan) -> list[str]:
    """What is planned, a line for each part."""
    lines = [f"plan {vars_of(plan, 'vendors', 'turns')}"]
    for index, vendor in enumerate(plan.vendors):
        lines.append(f"  vendor {index}: {vars_of(vendor, 'faults')}")
        lines.extend(f"    {fault}" for fault in vendor.faults)
    for turn in plan.turns:
        lines.append(f"  turn {vars_of(turn, 'words', 'hiccups', 'actions')}")
        lines.append(f"    {turn.text!r}")
        lines.extend(f"    {each}" for each in (*turn.hiccups, *turn.actions))
    return lines


def vars_of(item: attrs.AttrsInstance, *but: str) -> dict[str, object]:
    fields = attrs.fields(type(item))
    return {field.name: getattr(item, field.name) for field in fields if field.name not in but}


if __name__ == "__main__":
    sys.exit(main())
