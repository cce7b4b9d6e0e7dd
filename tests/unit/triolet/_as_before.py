"""What a pure core makes of many samples, compared with what it made of them before.

A change there may be right: read the difference, and take it over with `AS_BEFORE=write pytest tests/unit/triolet`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
SAMPLES = Path(__file__).parent / "samples"
LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh")


def documents(language: str) -> list[str]:
    """The short documents of the benchmark of cuts."""
    text = (ROOT / "benchmarks" / "data" / f"{language}.txt").read_text(encoding="utf-8")
    return [line.replace("¦", "").replace("\\n", "\n") for line in text.splitlines()]


def markdown() -> str:
    """A document with all of Markdown that is read here, and some that is none."""
    return (SAMPLES / "markdown.md").read_text(encoding="utf-8")


def sentences() -> str:
    """Sentences, lists and marks that are hard to tell apart, and two that are longer than is waited for."""
    long = "wordswithoutanyend " * 40 + "and " + "Silbe" * 130 + ". Then it ends. " + "好" * 650 + "。"
    return (SAMPLES / "sentences.md").read_text(encoding="utf-8") + "\n" + long


BEGINNINGS = (
    "    code. First\n\nText.",
    "\n\n    code after blank lines\nText. More.",
    "- item. One\n- two",
    "* * *\nText",
    "*slanted* text. And",
    "1. one\n2. two. 3. Three",
    "2) two\n3) three",
    "> quote. Two\n> more\n\nText",
    "| a | b |\n|--|--|\n| c. D | e |\n\nText.",
    "Title\n=====\nText. More\n-----\n",
    "# " + "Long heading " * 60 + "\nText.",
    "```\n" + "x = 1 " * 120 + "\n```\nText.",
    "| a |\n|--|\n| " + "cell " * 150 + "|\n",
    "It is 9 m. The wall is 12 m. He took no. 5 b. The rest. At x5 m. The end.",
    "X. Y. Zed and a. B. Then c. d. e. F. 7. Eight. IX. The ninth. No. I. Yes.",
    ". . . and so. ... on .. then ..",
    "What (he said. Loudly.) was it? [No. Never.] Yes.",
    "http://a.b/c. Next a@b.c. Then C:\\d.e. End.",
    "\ufeffMark first. Then.",
    "\r\nOne.\r\nTwo\r\n\r\nThree",
)
"""Texts that begin a stream, each with something else."""


def compare(name: str, lines: Iterable[str]) -> None:
    """Fail if these are not the lines of the file in `samples`."""
    path = SAMPLES / f"{name}.txt"
    text = "".join(f"{line}\n" for line in lines)
    if os.environ.get("AS_BEFORE") == "write":
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()
