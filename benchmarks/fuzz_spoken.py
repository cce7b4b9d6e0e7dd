"""Sends mutated cases of `tests/spoken/cases` through all that makes text speakable. No exception, no ordinary word lost.

    python -m benchmarks.fuzz_spoken [--seconds 600] [--seed 1]

An ordinary word is one of letters alone with spaces around it, in a text without a mark that may open or close something.
Prints the first text that fails, as a Python literal, and exits with 1.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import re
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.fuzz_segmentation import mutated
from triolet import NormalizedClause
from triolet.model_talk import ModelTalkCore
from triolet.model_talk._core import MAX_CALL
from triolet.normalization import NormalizerCore
from triolet.segmentation import SegmenterCore
from triolet.verbalization import LANGUAGES, VerbalizerCore
from triolet.verbalization._languages import language_of

CASES = Path(__file__).parents[1] / "tests/spoken/cases"
_OPENS = re.compile(
    r"[<>\[\]{}()（）【】*_`~|\\$^#=:@/&!]|\ue200|\ud800|\udfff|^\s*[-+>]|^(?: {4}|[ ]*\t)|analysis|assistantfinal",
    re.MULTILINE,
)
"""What may take words away, or say them in another way; the words are those of channels whose marks were lost."""
_WORD = re.compile(r"(?<![^\s])[^\W\d_]{4,}(?=[ ,.])")
_SHORT = frozenset(
    name.rstrip(".")
    for code in LANGUAGES
    if (words := language_of(code, ""))
    for short in words.abbreviations
    for name in (short, short.capitalize())
)
"""Words that stand for others, such as `Blvd`."""
_SHORT_ENDINGS = tuple(
    ending.rstrip(".") for code in LANGUAGES if (words := language_of(code, "")) for ending in words.compound_endings
)
"""Endings of words that stand for others, such as `nr` in `Kundennr.`"""
_MORE_THAN_ORDINARY = 3
"""Words that a unit, a month or an abbreviation may replace in one text, on either side of a number."""
_HELD = MAX_CALL + 2000
"""Characters that may wait behind what has been fed: a call, and one long piece of the model's talk."""


def spoken(rng: random.Random, text: str, language: str) -> tuple[str, list[NormalizedClause], int]:
    """What is left of a text behind the model's talk, its clauses in words, and the most characters that were held."""
    talk, segmenter, normalizer = ModelTalkCore(), SegmenterCore(language), NormalizerCore()
    fed = given = most = 0
    answer: list[str] = []
    clauses: list[NormalizedClause] = []
    longest = rng.choice((1, 6, 40, 400))

    def take(piece: str) -> None:
        answer.append(piece)
        for clause in segmenter.feed(piece):
            clauses.extend(normalizer.feed(clause))

    while fed < len(text):
        token = text[fed : fed + rng.randint(1, longest)]
        fed += len(token)
        piece = talk.feed(token)
        given += len(piece) + sum(len(one.text) for one in talk.take_removed())
        most = max(most, fed - given)
        take(piece)
    take(talk.flush())
    for clause in segmenter.flush():
        clauses.extend(normalizer.feed(clause))
    clauses.extend(normalizer.flush())
    verbalizer = VerbalizerCore(region=segmenter.region)
    return "".join(answer), [verbalizer.feed(clause) for clause in clauses], most


def fault(rng: random.Random, text: str, language: str) -> str | None:
    """What is wrong with what is heard of a text; nothing if all is right."""
    answer, clauses, most = spoken(rng, text, language)
    at = 0
    for clause in clauses:
        for unit in clause.units:
            if not (at <= unit.start <= unit.end <= len(answer)):
                return f"a unit from {unit.start} to {unit.end}, after one that ends at {at}"
            at = unit.end
    if not _OPENS.search(text) and "<" not in text:
        heard = "".join(clause.words for clause in clauses).lower()
        lost = [
            word
            for word in _WORD.findall(text)
            if word.isalpha()
            and word not in _SHORT
            and not word.endswith(_SHORT_ENDINGS)
            and not re.search("[A-Z]{2}", word)
            and word.lower() not in heard
            and not _near_digit(text, word)
        ]
        if lost:
            return f"words lost: {lost!r}, heard: {heard!r}"
    if "<" not in text and "[" not in text and most > _HELD:
        return f"{most} characters held"
    return None


def _near_digit(text: str, word: str) -> bool:
    at = text.index(word)
    return re.search(r"[0-9½-¾§%№°+±≈]", text[max(0, at - 40) : at + len(word) + 24]) is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="of processor time")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    logging.disable(logging.WARNING)  # of tags that never close
    cases: list[dict[str, Any]] = [
        json.loads(line)
        for path in sorted(CASES.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    texts: list[str] = [case["text"] for case in cases]
    texts += [" ".join(rng.sample(texts, 4)) for _ in range(300)]
    tried = chars = 0
    while time.process_time() < args.seconds:
        text = mutated(rng, texts)
        language = rng.choice([*sorted(LANGUAGES), "auto"])
        try:
            wrong = fault(rng, text, language)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is to be seen
            wrong = repr(error)
        if wrong:
            print(f"{language} {text!r}\n{wrong}")
            sys.exit(1)
        tried += 1
        chars += len(text)
    print(f"{tried} texts, {chars} characters, {time.process_time():.0f} s of processor time: no exception, no loss")


if __name__ == "__main__":
    main()
