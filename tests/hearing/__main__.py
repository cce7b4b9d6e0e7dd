"""Hear all twenty answers: python -m tests.hearing. It takes about a minute, and fails where `test_chain` would."""

from __future__ import annotations

import sys

import trio
from tests.hearing.answers import ANSWERS
from tests.hearing.chain import hear_all, judge


async def main() -> None:
    comparisons = await hear_all(ANSWERS)
    for name, comparison in comparisons.items():
        print(f"{name:20} {comparison.errors} of {comparison.words} words misheard", *comparison.differences)
    errors = judge(comparisons)
    print(f"{len(comparisons)} answers: {errors:.1%} of the words misheard")
    sys.exit(errors > 0.02)


if __name__ == "__main__":
    trio.run(main)
