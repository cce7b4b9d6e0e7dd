"""Hear all twenty answers, or all forty sentences that are full of figures.

    python -m tests.hearing [--figures | --telephone]

Each takes about a minute. The answers fail where `test_chain` would; `--telephone` hears them through mu-law at 8 kHz. Of the figures, 38 of 40 sentences must come back as they were
meant: the recogniser is small, and hears a number wrong now and then.
"""

from __future__ import annotations

import argparse
import sys

import trio
from tests.hearing.answers import ANSWERS
from tests.hearing.chain import Telephone, hear_all, hear_figures, judge
from tests.hearing.figures import FIGURES
from tests.hearing.meaning import judge as judge_figures

from triolet_adapters.outputs import Memory

LEAST = 38


async def answers(kind: type[Memory] = Memory, most: float = 0.02) -> bool:
    comparisons = await hear_all(ANSWERS, kind)
    for name, comparison in comparisons.items():
        print(f"{name:20} {comparison.errors} of {comparison.words} words misheard", *comparison.differences)
    errors = judge(comparisons)
    print(f"{len(comparisons)} answers: {errors:.1%} of the words misheard")
    return errors <= most


async def figures() -> bool:
    right = misheard = 0
    for sentence, heard in await hear_figures(FIGURES):
        verdict = judge_figures(sentence.meant, heard)
        right += not verdict.wrong
        misheard += len(verdict.misheard)
        if verdict.wrong or verdict.misheard:
            print(f"{'WRONG' if verdict.wrong else 'right'}  {sentence.written}\n       {heard}")
            print("      ", *verdict.wrong, *verdict.misheard, sep="  ")
    words = sum(len(sentence.meant.split()) for sentence in FIGURES)
    print(
        f"{right} of {len(FIGURES)} sentences came back as they were meant; of their other words, {misheard} of {words} were misheard"
    )
    return right >= LEAST


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", action="store_true", help="the sentences full of figures")
    parser.add_argument("--telephone", action="store_true", help="the answers, as a call carries them")
    options = parser.parse_args()
    if options.telephone:
        sys.exit(not trio.run(answers, Telephone, 0.04))
    sys.exit(not trio.run(figures if options.figures else answers))


if __name__ == "__main__":
    main()
