"""`triolet spoken`: what a listener would hear of a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from triolet import Lexicon
from triolet_adapters.cli._spoken import lexicon_of, piece_lines, said

TEXT = "## Prices\n\nIt costs $5, or 5 %."


def test_numbers_stay_unless_words_are_asked_for() -> None:
    plain = "".join(clause.words for clause in said(TEXT, "en", verbalize=False, lexicon=[]))
    words = "".join(clause.words for clause in said(TEXT, "en", verbalize=True, lexicon=[]))
    assert plain == "Prices. It costs $5, or 5 %."
    assert words == "Prices. It costs five dollars, or five percent."


def test_each_piece_is_shown_beside_the_raw_text_that_it_stands_for() -> None:
    lines = list(piece_lines(TEXT, said(TEXT, "en", verbalize=True, lexicon=[])))
    assert lines[-1] == "27-31  five percent.  <- 5 %."
    assert " 3-9   Prices.  <- Prices" in lines[0]


def test_a_lexicon_is_read_by_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text('[words]\n"Prices" = "What it costs"\n', encoding="utf-8")
    lexicon = lexicon_of(path)
    assert isinstance(lexicon, Lexicon)
    assert said(TEXT, "en", verbalize=False, lexicon=[lexicon])[0].words == "What it costs."
    with pytest.raises(ValueError, match="cannot read"):
        lexicon_of(tmp_path / "none.pls")
