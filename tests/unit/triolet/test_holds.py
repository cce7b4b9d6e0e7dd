"""No text stops the loop: what the text stages do with a part of it is bounded, whatever it is and whatever came before."""

from __future__ import annotations

import pytest
from tests.unit.triolet._cost import TWO_MILLISECONDS, lines

from triolet.chain._batches import AT_ONCE
from triolet.model_talk import ModelTalkCore
from triolet.normalization import NormalizerCore
from triolet.phrasing import PhraserCore
from triolet.segmentation import SegmenterCore

AT_MOST = 4 * TWO_MILLISECONDS
"""Lines. Marks that stay open hold back some thousand characters, which are then said in one go. `benchmarks.holds` has the
times."""

TEXTS = {
    "prose": "The quick brown fox jumps over the lazy dog, and so on. " * 60,
    "letters": "a" * 4000,
    "words and commas": "word, " * 600,
    "commas": "," * 4000,
    "Han characters": "好" * 2000,
    "dots": "." * 3000,
    "abbreviations": "e.g. i.e. Dr. Mr. a.m. p.m. " * 100,
    "digits": "1234567890" * 300,
    "numbers with marks": "1,234.5 " * 400,
    "emphasis that nests": "*_**__" * 500,
    "emphasis that is not closed": "*a " * 1000,
    "brackets that nest": "[" * 2000 + "x" + "]" * 2000,
    "links that nest": "[a](" * 800,
    "links": "[a](https://example.org/b_(c)) " * 100,
    "code marks": "`" * 3000,
    "code marks of all lengths": " ".join("`" * length for length in range(1, 80)),
    "a table": "| a | b |\n|---|---|\n" + "| one, two | three |\n" * 100,
    "LaTeX": "$\\frac{a}{b}$ " * 200,
    "LaTeX that nests": "$" + "\\frac{" * 500 + "a" + "}" * 500 + "$",
    "tags": "<b>" * 600 + "a" + "</b>" * 600,
    "tags without an end": "<b " * 1000,
    "directions": "*smiles* " * 450,
    "directions that are not closed": "*smiles and " * 350,
    "citations": "([1](https://a.org)) " * 200,
    "notes": "words¹ " * 600,
    "struck-out text": "~~a " * 1000,
    "addresses": "a_b@c.org " * 400,
    "tags of model talk": "<think>a</think> b " * 200,
    "calls": 'Yes. f_g(a="b") ' * 250,
    "entities": "&amp;&#65;" * 300,
    "list items": "- a\n" * 600,
    "new lines": "\n" * 3000,
    "marks upon a letter": "a" + "\u0301" * 3000,
    "quotation marks": "“a ‘b” " * 400,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_part_of_any_text_is_read_at_once(text: str) -> None:
    talk, segmenter, normalizer, phraser = ModelTalkCore(), SegmenterCore("en"), NormalizerCore(), PhraserCore()

    def read(part: str) -> None:
        for clause in segmenter.feed(talk.feed(part)):
            for normalized in normalizer.feed(clause):
                phraser.feed(normalized)
                list(phraser.take_sentences())

    costs = [lines(lambda part=text[at : at + AT_ONCE]: read(part)) for at in range(0, len(text), AT_ONCE)]  # type: ignore[misc]
    assert max(costs) <= AT_MOST
