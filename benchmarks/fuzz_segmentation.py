"""Sends random Unicode and mutated documents through the segmenter. It must not raise or lose text, however the tokens fall.

    python -m benchmarks.fuzz_segmentation [--seconds 600] [--seed 1] [FOLDER ...]

Prints the first text that fails, as a Python literal, and exits with 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from benchmarks.segmentation import OWN, documents
from triolet._model._text import Boundary, Clause
from triolet.segmentation import SegmenterCore

LANGUAGES = ("auto", "zh", "en", "de", "it", "pt", "es", "ja", "ko", "fr", "ru", "pl", "ar", "el")
MARKS = " .!?…。！？,;:—–，、；：\n\r\t|`*_~#>-\"'()[]{}（）「」“”„«»‘’0123456789\u00a0\u2028\u200d\ufe0f\u0301\ud800\udfff\x00🙂"


def random_text(rng: random.Random) -> str:
    """Characters of all planes, surrogates included, with many marks among them."""
    planes = (
        (0, 0x7F),
        (0x80, 0x24F),
        (0x400, 0x4FF),
        (0x590, 0x6FF),
        (0x3040, 0x9FFF),
        (0xAC00, 0xD7A3),
        (0, 0x10FFFF),
    )
    low, high = rng.choice(planes)
    return "".join(
        rng.choice(MARKS) if rng.random() < 0.4 else chr(rng.randint(low, high)) for _ in range(rng.randint(0, 300))
    )


def mutated(rng: random.Random, texts: list[str]) -> str:
    """A document with parts of it dropped, doubled, swapped, and replaced by parts of another document or by marks."""
    text = rng.choice(texts)
    for _ in range(rng.randint(1, 8)):
        at = rng.randint(0, len(text))
        end = min(len(text), at + rng.randint(0, 12))
        other = rng.choice(texts)
        start = rng.randint(0, len(other))
        new = rng.choice(
            (
                "",
                text[at:end] * 2,
                other[start : start + 20],
                rng.choice(MARKS) * rng.randint(1, 4),
                text[at:end].upper(),
            )
        )
        text = text[:at] + new + text[end:]
    return text[:3000]


def clauses(language: str, tokens: list[str]) -> list[Clause]:
    core = SegmenterCore(language)
    return [clause for token in tokens for clause in core.feed(token)] + core.flush()


def fault(rng: random.Random, language: str, text: str) -> str | None:
    """What is wrong with how the text is cut; nothing if all is right."""
    whole = clauses(language, [text])
    at = 0
    for clause in whole:
        if clause.start != at or text[clause.start : clause.end] != clause.text:
            return f"clauses do not tile the text at {at}"
        at = clause.end
    if at != len(text):
        return "text lost at the end"
    tokens: list[str] = []
    at = 0
    longest = rng.choice((1, 2, 6, 40))
    while at < len(text):
        size = rng.randint(1, longest)
        tokens.append(text[at : at + size])
        at += size
    if clauses(language, tokens) != whole:
        return f"tokens make a difference: {tokens!r}"
    core = SegmenterCore(language)
    paused: list[Clause] = []
    for token in tokens:
        paused += core.feed(token)
        if rng.random() < 0.3:
            paused += core.release(rng.choice((Boundary.SENTENCE, Boundary.COMMA, Boundary.NONE)))
    paused += core.flush()
    if "".join(clause.text for clause in paused) != text:
        return "text lost by a release"
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[OWN])
    parser.add_argument("--seconds", type=float, default=600, help="of processor time")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    folders: list[Path] = args.folders
    texts = [doc.text for folder in folders for doc in documents(folder)]
    texts += ["\n\n".join(rng.sample(texts, 5)) for _ in range(50)]
    tried = chars = 0
    while time.process_time() < args.seconds:
        text = random_text(rng) if rng.random() < 0.4 else mutated(rng, texts)
        language = rng.choice(LANGUAGES)
        try:
            wrong = fault(rng, language, text)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is to be seen
            wrong = repr(error)
        if wrong:
            print(f"{language} {text!r}\n{wrong}")
            sys.exit(1)
        tried += 1
        chars += len(text)
    print(
        f"{tried} texts, {chars} characters, {time.process_time():.0f} s of processor time: no exception, no loss, no difference"
    )


if __name__ == "__main__":
    main()
