"""Measures what it costs to make text speakable: processor time a character of each stage, and as a multiple of the segmenter's.

    python -m benchmarks.text_cost [FOLDER ...] [--langs en,ru] [--rounds 5]

Three texts a language: the prose of `benchmarks/data` or of the folders that you give (in the notation of
`benchmarks.segmentation`), the same with the language left to "auto", and the texts of `tests/spoken/cases/words-*.jsonl`, which
are full of numbers. The segmenter takes tokens like those of a BPE vocabulary, the stages behind it take its clauses. Each
figure is the best of the rounds, as anything else that the machine does only adds to it.

`both` is what TextNormalizer and Verbalizer cost together, as a multiple of what the segmenter costs. The goal is 3 on prose.
`auto` is what a segmenter that has to find the language costs, as a multiple of one that knows it. The goal is 1.7.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.segmentation import OWN, documents, tokens_of
from triolet import Clause
from triolet.normalization import NormalizerCore
from triolet.segmentation import SegmenterCore
from triolet.verbalization import VerbalizerCore

NUMBERS = Path(__file__).parents[1] / "tests/spoken/cases"
LEAST = 20_000
"""Characters that a text is repeated to, so that a round takes some 50 ms."""
COLUMNS = ("text", "lang", "segmenter", "normalizer", "verbalizer", "both", "auto")


def best(rounds: int, work: Callable[[], object]) -> float:
    """The shortest processor time of the rounds, in seconds."""
    times: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def costs(language: str, text: str, rounds: int) -> tuple[float, float, float, float]:
    """Microseconds a character: the segmenter, the normalizer, the verbalizer, and the segmenter that finds the language."""
    text = text * (LEAST // len(text) + 1)
    tokens = tokens_of(text)

    def segment(code: str) -> list[Clause]:
        core = SegmenterCore(code)
        return [clause for token in tokens for clause in core.feed(token)] + core.flush()

    clauses = segment(language)

    def normalize() -> None:
        core = NormalizerCore()
        for clause in clauses:
            core.feed(clause)
        core.flush()

    normalizer = NormalizerCore()
    normal = [ready for clause in clauses for ready in normalizer.feed(clause)] + normalizer.flush()

    def verbalize() -> None:
        core = VerbalizerCore()
        for clause in normal:
            core.feed(clause)

    seconds = [
        best(rounds, work) for work in (lambda: segment(language), normalize, verbalize, lambda: segment("auto"))
    ]
    own, normalized, said, auto = (1e6 * one / len(text) for one in seconds)
    return own, normalized, said, auto


def numbers(language: str) -> str:
    """The texts of the cases that are full of numbers."""
    lines = (NUMBERS / f"words-{language}.jsonl").read_text("utf-8").splitlines()
    return "\n\n".join(json.loads(line)["text"] for line in lines if line.strip()) + "\n\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[OWN])
    parser.add_argument("--langs", default="", help="comma-separated; default all")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    only = set(str(args.langs).split(",")) - {""}
    folders: list[Path] = args.folders
    texts: dict[str, list[str]] = {}
    for folder in folders:
        for doc in documents(folder):
            if not only or doc.lang in only:
                texts.setdefault(doc.lang, []).append(doc.text)
    print("\t".join(COLUMNS))
    for name in ("prose", "numbers"):
        for language, parts in sorted(texts.items()):
            text = "\n\n".join(parts)[: 4 * LEAST] + "\n\n" if name == "prose" else numbers(language)
            own, normalized, said, auto = costs(language, text, args.rounds)
            row = (f"{one:.2f}" for one in (own, normalized, said, (normalized + said) / own, auto / own))
            print("\t".join((name, language, *row)), flush=True)


if __name__ == "__main__":
    main()
