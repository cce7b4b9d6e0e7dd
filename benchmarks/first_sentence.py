"""Measures how often the first sentence of an answer may end at its mark, before the next token, and how often that is wrong.

    python -m benchmarks.first_sentence FOLDER ... [--langs en,de] [--auto] [--errors 20]

The folders hold documents as `benchmarks.segmentation` reads them. Each sentence of a document that ends with a mark is taken
for the first of an answer, with what follows it in the document. Tokens are runs of letters, of digits and of marks, so a dot
and the letters after it are never one token (`example`, `.`, `com`): vocabularies of LLMs part them less often.

For each language it prints how many sentences ended at their mark, by the segmenter's own rules (`at once`) and by those of
`_sure_end` (`early`); how many of the early ends are no end in the documents (`wrong`), the precision, and the lower bound of
its 95 % interval (Wilson); and `breaks`: how many early ends the segmenter would not have made after the next token.
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter
from pathlib import Path

from benchmarks.segmentation import OWN, RUNS, Document, documents
from triolet import Boundary
from triolet.segmentation import SegmenterCore

LENGTH = 800  # characters of a document that are read from the start of a sentence on
MARKED = re.compile(r"[.!?。！？…][^\w\s]*\s*\Z")
Z = 1.96  # of a 95 % interval


def wilson(right: int, count: int) -> float:
    """The lower bound of the share of which `right` of `count` were seen."""
    if not count:
        return 0.0
    share = right / count
    middle = share + Z * Z / (2 * count)
    spread = Z * math.sqrt((share * (1 - share) + Z * Z / (4 * count)) / count)
    return (middle - spread) / (1 + Z * Z / count)


def first_end(core: SegmenterCore, tokens: list[str], *, early: bool) -> tuple[str, int]:
    """How the first sentence ended (early, at once, later), and where."""
    fed = 0
    for token in tokens:
        before, fed = fed, fed + len(token)
        for clause in core.feed(token):
            if clause.boundary >= Boundary.LINE:
                return ("at once" if before < clause.end else "later"), clause.end
        if early:
            for clause in core.release_sure():
                if clause.boundary >= Boundary.LINE:
                    return "early", clause.end
    return "later", next((clause.end for clause in core.flush() if clause.boundary >= Boundary.LINE), 0)


def is_end(document: Document, at: int) -> bool:
    """Whether a sentence of the document ends at this place, letters and digits apart from it."""
    if any(first < at < last for first, last in document.ignore):
        return True
    return any(
        not any(map(str.isalnum, document.text[min(at, end) : max(at, end)]))
        for end in (*document.boundaries, *document.optional)
    )


def measure(document: Document, language: str, counts: Counter[str], errors: list[str]) -> None:
    """Count the sentences of one document."""
    for start, end in zip((0, *document.boundaries), document.boundaries, strict=False):
        if not MARKED.search(document.text[start:end]) or any(a <= start < b for a, b in document.ignore):
            continue
        text = document.text[start : start + LENGTH]
        begin = start + len(text) - len(text.lstrip())
        tokens = RUNS.findall(text.lstrip())
        how, length = first_end(SegmenterCore(language), tokens, early=True)
        counts["sentences"] += 1
        counts[how] += 1
        if how == "early":
            counts["breaks"] += first_end(SegmenterCore(language), tokens, early=False)[1] != length
            if not is_end(document, begin + length):
                counts["wrong"] += 1
                cut = begin + length
                errors.append(f"{document.text[max(start, cut - 60) : cut]!r} | {document.text[cut : cut + 30]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[OWN])
    parser.add_argument("--langs", default="", help="comma-separated; default all")
    parser.add_argument("--auto", action="store_true", help="let the segmenter find out the language")
    parser.add_argument("--errors", type=int, default=0, help="print so many wrong ends of each language")
    args = parser.parse_args()
    languages: str = args.langs
    chosen = {code for code in languages.split(",") if code}
    by_language: dict[str, list[Document]] = {}
    for folder in args.folders:
        for document in documents(folder):
            if not chosen or document.lang in chosen:
                by_language.setdefault(document.lang, []).append(document)
    print("lang", "sentences", "at once", "early", "at the mark", "wrong", "precision", "lower", "breaks", sep="\t")
    for language, of_language in sorted(by_language.items()):
        counts: Counter[str] = Counter()
        errors: list[str] = []
        for document in of_language:
            measure(document, "auto" if args.auto else language, counts, errors)
        early, sentences = counts["early"], max(1, counts["sentences"])
        right = early - counts["wrong"]
        print(
            language,
            counts["sentences"],
            f"{counts['at once'] / sentences:.1%}",
            f"{early / sentences:.1%} ({early})",
            f"{(early + counts['at once']) / sentences:.1%}",
            counts["wrong"],
            f"{right / early:.2%}" if early else "-",
            f"{wilson(right, early):.2%}" if early else "-",
            counts["breaks"],
            sep="\t",
        )
        for error in errors[: args.errors]:
            print("   ", error)


if __name__ == "__main__":
    main()
