"""What may be committed together while a text comes, clause by clause."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from tests.unit.triolet._as_before import compare, documents, markdown

from triolet import NormalizedClause, PhrasingOptions
from triolet.normalization import NormalizerCore
from triolet.phrasing import PhraserCore
from triolet.phrasing._core import Offer
from triolet.segmentation import SegmenterCore

OPTIONS = {
    "default": PhrasingOptions(),
    "short": PhrasingOptions(longest=40, merge=30, early_words=2, early_cjk=3),
    "merged": PhrasingOptions(longest=120, merge=100, early_words=6),
}
LONG = (
    "A" * 95
    + " and "
    + "好" * 70
    + "e\u0301" * 45
    + ". 🇩🇪"
    + "🇫🇷" * 30
    + " ends, and so on, and on. — . ! Yes? No, no, no; never: "
)


def normalized(text: str, language: str) -> list[NormalizedClause]:
    core, normalizer = SegmenterCore(language), NormalizerCore()
    fed = itertools.chain.from_iterable(map(normalizer.feed, core.feed(text) + core.flush()))
    return [*fed, *normalizer.flush()]


def offers(clauses: list[NormalizedClause], options: PhrasingOptions, *, every: int) -> Iterator[str]:
    """After each clause, what is offered; after some of them, one of the offers is taken."""
    core = PhraserCore(options)
    for number, clause in enumerate([*clauses, None]):
        if clause is None:
            core.end()
        else:
            core.feed(clause)
        made = [core.sentences(), core.sentences(4.0), core.breath(), core.everything()]
        told = " ".join(f"{offer.clauses}/{offer.seconds:.4f}{'!' if offer.final else ''}" for offer in made)
        yield f"{number}: {core.held} held, {core.has_sentence:d} {core.started:d}: {told}"
        offer = made[number // every % 4] if number % every == every - 1 else None
        while offer:
            yield shown(core, offer)
            core.take(offer)
            offer = core.sentences() if clause is None else None
    yield ""


def shown(core: PhraserCore, offer: Offer) -> str:
    phrase = core.phrase(offer)
    place = f"{phrase.start}-{phrase.end} {phrase.opening.name}-{phrase.boundary.name} {phrase.kind.value} {phrase.language}"
    units = [f"{unit.start}-{unit.end}" for unit in (phrase.units[0], phrase.units[-1])]
    return f"    {phrase.index} after {phrase.break_before:g} s, {place}, {' '.join(units)}: {phrase.words}"


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("every", [1, 3])
def test_the_same_is_offered_as_before(name: str, every: int) -> None:
    texts = [
        ("en", markdown()),
        ("en", LONG * 2),
        *(("zh", text) for text in documents("zh")),
        *(("en", text) for text in documents("en")[:12]),
    ]
    lines = (
        line for language, text in texts for line in offers(normalized(text, language), OPTIONS[name], every=every)
    )
    compare(f"offers_{name}_{every}", lines)
