"""Numbers in words: what is rewritten, what is left alone, and which raw text each unit stands for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.triolet._cost import lines

from triolet import Boundary, Lexicon, NormalizedClause, SpeechUnit, Verbalizer
from triolet.verbalization import KINDS, LANGUAGES, VerbalizerCore


def clause(text: str, language: str = "en") -> NormalizedClause:
    units: list[SpeechUnit] = []
    at = 0
    for word in text.split(" "):
        end = min(at + len(word) + 1, len(text))
        if word:
            units.append(SpeechUnit(text[at:end], at, end))
        at = end
    return NormalizedClause(
        units=tuple(units), start=0, end=len(text), boundary=Boundary.END, opening=Boundary.PARAGRAPH, language=language
    )


def words(text: str, core: VerbalizerCore | None = None, language: str = "en") -> str:
    return (core or VerbalizerCore()).feed(clause(text, language)).words


def test_rewritten_words_are_one_unit_over_all_that_they_stand_for() -> None:
    said = VerbalizerCore().feed(clause("It costs $1,234.56 on May 5, 2026, or 5 % more."))
    assert [(unit.text, unit.start, unit.end) for unit in said.units][2:4] == [
        ("one thousand two hundred thirty-four dollars and fifty-six cents ", 9, 19),
        ("on ", 19, 22),
    ]
    assert ("fifth, twenty twenty-six, ", 26, 35) in [(unit.text, unit.start, unit.end) for unit in said.units]
    assert ("five percent ", 38, 42) in [(unit.text, unit.start, unit.end) for unit in said.units]


def test_a_clause_without_a_number_or_a_sign_is_the_same_object() -> None:
    plain = clause("Hello there, how are you?")
    assert VerbalizerCore().feed(plain) is plain


def test_only_the_chosen_kinds_are_rewritten() -> None:
    text = "On 12/05/2026 it was 5 % or $3."
    assert words(text, VerbalizerCore({"percentages"})) == "On 12/05/2026 it was five percent or $3."
    assert words(text, VerbalizerCore({"money"})) == "On 12/05/2026 it was 5 % or three dollars."
    assert words(text, VerbalizerCore(())) == text


def test_the_region_decides_the_order_of_a_date_and_what_a_dollar_is() -> None:
    assert words("on 12/05/2026") == "on December fifth, twenty twenty-six"
    assert words("on 12/05/2026", VerbalizerCore(region="GB")) == "on the twelfth of May twenty twenty-six"
    assert words("on 12/05/2026", VerbalizerCore(region="US"), "en-GB") == "on the twelfth of May twenty twenty-six"
    assert words("cuesta $5", VerbalizerCore(region="MX"), "es") == "cuesta cinco pesos"


def test_another_language_passes_as_it_is() -> None:
    assert words("5 % av dem", language="sv") == "5 % av dem"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kinds \\['number'\\]"):
        Verbalizer(only={"number"})
    assert Verbalizer.kinds == KINDS


@given(
    st.text(
        alphabet=st.sampled_from(
            "0123456789.,:;/-–+$€£¥%°²½#@&*^=<>~()'\"_ \u00a0abemkgxvXVIMLCstndrh年月日点个円つ개시분г.кмруб第百"
        ),
        max_size=60,
    ),
    st.sampled_from(sorted(LANGUAGES)),
)
@settings(max_examples=5 * settings().max_examples, deadline=None)
def test_no_text_fails_and_no_offset_is_lost(text: str, language: str) -> None:
    source = clause(text, language)
    said = VerbalizerCore().feed(source)
    assert (said.start, said.end, said.boundary) == (source.start, source.end, source.boundary)
    at = 0
    for unit in said.units:
        assert at <= unit.start < unit.end
        assert unit.text
        at = unit.end
    if source.units and said.units:
        assert said.units[-1].end == source.units[-1].end


@given(st.text(max_size=80), st.sampled_from(sorted(LANGUAGES)))
@settings(max_examples=2 * settings().max_examples, deadline=None)
def test_no_text_of_any_script_fails(text: str, language: str) -> None:
    VerbalizerCore().feed(clause(text, language))


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "1,", "1.", "1-", "1/", "$1", "a1", "IX ", "@a.", "a.b", "1:", "5 % ", "a_", "/a", "é.", "1年", "~"],
)
def test_twice_the_text_costs_twice_as_much(piece: str) -> None:
    core = VerbalizerCore()
    long, short = clause((piece * 1000)[:1000]), clause((piece * 500)[:500])
    core.feed(short)
    first, second = lines(lambda: core.feed(short)), lines(lambda: core.feed(long))
    assert second <= 2.3 * first + 200


def test_digits_without_end_are_read_out_in_bounded_units() -> None:
    said = VerbalizerCore().feed(clause("7" * 500))
    assert said.words.count("seven") == 500


def test_a_lexicon_is_used_whatever_kinds_are_rewritten() -> None:
    lexicon = Lexicon({"Triolet": "TREE-oh-lay"}, language="en")
    core = VerbalizerCore((), lexicon=[lexicon])
    assert words("Triolet costs $5.", core) == "TREE-oh-lay costs $5."
    assert words("Triolet kostet 5 $.", core, "de") == "Triolet kostet 5 $."


def test_the_users_own_words_are_said_whatever_kinds_are_chosen() -> None:
    core = VerbalizerCore(only={"numbers"}, lexicon=[Lexicon({"SQL": "sequel"})])
    assert words("SQL has 5 parts, approx. 2 %.", core) == "sequel has five parts, approx. 2 %."
