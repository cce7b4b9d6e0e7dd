"""What a clause says of itself: its boundary, its kind, its marks, its language; and when it comes out."""

from __future__ import annotations

import pytest

from triolet._model._text import BlockKind, Boundary, Clause
from triolet.segmentation import SegmenterCore


def read(text: str, language: str = "en") -> list[Clause]:
    core = SegmenterCore(language)
    return core.feed(text) + core.flush()


def parts(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [(clause.text, clause.boundary.name) for clause in read(text, language)]


def test_every_boundary_comes_with_its_strength() -> None:
    text = (
        "If it rains, we stay; otherwise we go: north — or west, and then we will all go back home. Done.\nNext\n\nLast"
    )
    assert parts(text) == [
        ("If it rains,", "COMMA"),
        (" we stay;", "CLAUSE"),
        (" otherwise we go:", "CLAUSE"),
        (" north —", "CLAUSE"),
        (" or west,", "COMMA"),
        (" and then we will all go back home.", "SENTENCE"),
        (" Done.", "SENTENCE"),
        ("\nNext", "LINE"),
        ("\n\nLast", "END"),
    ]


def test_a_long_clause_may_end_before_a_conjunction() -> None:
    assert parts("We walked along the river for an hour and talked about the old house.") == [
        ("We walked along the river for an hour", "CONJUNCTION"),
        (" and talked about the old house.", "END"),
    ]


def test_full_width_marks() -> None:
    assert parts("第一，要早起；第二、要运动：很好。“你来吗？”她问。好！", "zh") == [
        ("第一，", "COMMA"),
        ("要早起；", "CLAUSE"),
        ("第二、", "COMMA"),
        ("要运动：", "CLAUSE"),
        ("很好。", "SENTENCE"),
        ("“你来吗？”她问。", "SENTENCE"),
        ("好！", "END"),
    ]


def test_numbers_and_brackets_have_no_boundary_inside() -> None:
    assert [
        text for text, _ in parts("It cost 1,249.99 at 12:30 (or, to be exact. 12:31) today. 12：30，他３，５。")
    ] == [
        "It cost 1,249.99 at 12:30 (or, to be exact. 12:31) today.",
        " 12：30，",
        "他３，５。",
    ]


def test_opening_tells_the_boundary_before() -> None:
    clauses = read("One, two.\nThree.\n\n- four\n")
    assert [(clause.text.strip(), clause.opening) for clause in clauses] == [
        ("One,", Boundary.PARAGRAPH),
        ("two.", Boundary.COMMA),
        ("Three.", Boundary.SENTENCE),
        ("- four", Boundary.PARAGRAPH),
        ("", Boundary.LINE),
    ]


def test_the_block_structure_of_markdown() -> None:
    text = (
        "Title\n=====\n\n## Sub title\n\nSome *prose*. More.\n\n- one, two\n  still one\n1. [x] done\n\n> a quote\n> - in a list\n\n"
        "| a, b | c |\n|------|---|\n| 1. 2 | 3 |\n\n***\n\n~~~py\nx = 1. y\n\n    z\n~~~\nEnd"
    )
    assert [(clause.text[clause.marker :], clause.kind.name) for clause in read(text)] == [
        ("Title", "PROSE"),
        ("", "MARKUP"),
        ("Sub title", "HEADING"),
        ("Some *prose*.", "PROSE"),
        ("More.", "PROSE"),
        ("one,", "LIST_ITEM"),
        ("two", "LIST_ITEM"),
        ("still one", "LIST_ITEM"),
        ("done", "LIST_ITEM"),
        ("a quote", "QUOTE"),
        ("in a list", "LIST_ITEM"),
        ("| a, b | c |", "TABLE_HEAD"),
        ("", "MARKUP"),
        ("| 1. 2 | 3 |", "TABLE_ROW"),
        ("", "MARKUP"),
        ("", "CODE"),
        ("x = 1. y", "CODE"),
        ("z", "CODE"),
        ("", "CODE"),
        ("End", "PROSE"),
    ]


def test_a_row_without_a_delimiter_below_is_no_head() -> None:
    assert [clause.kind for clause in read("| a | 1 |\n| b | 2 |\n")][:2] == [BlockKind.TABLE_ROW, BlockKind.TABLE_ROW]


def test_indented_code_needs_a_blank_line_and_no_list() -> None:
    kinds = [clause.kind for clause in read("Text\n    more\n\n    code. X\n\nText\n\n- item\n\n    of the item\n")]
    assert kinds[:5] == [BlockKind.PROSE, BlockKind.PROSE, BlockKind.CODE, BlockKind.PROSE, BlockKind.LIST_ITEM]
    assert kinds[5] is BlockKind.LIST_ITEM


def test_a_code_block_comes_out_line_by_line() -> None:
    core = SegmenterCore("en")
    assert [clause.text for clause in core.feed("```py\na = 1\n")] == ["```py", "\na = 1"]
    assert [clause.text for clause in core.feed("b = 2\n")] == ["\nb = 2"]
    assert [clause.kind for clause in core.feed("```\nThen.")] == [BlockKind.CODE]


@pytest.mark.parametrize(
    ("language", "before", "certain"),
    [
        ("en", "It is done", ". "),
        ("en", "It is done", ".\n"),
        ("en", "A heading", "\n"),
        ("en", "Sure", "! "),
        ("en", "In the year 1999", ". T"),
        ("en", "So it is…", " T"),
        ("en", "He lives in the U.S", ". The "),
        ("de", "Am 3. Mai war das Konzert", ". "),
        ("de", "Das ist natürlich", ". "),
        ("ru", "Это хорошая новость", ". "),
        ("ko", "그것은 사실입니다", "."),
        ("zh", "当然可以", "。"),
        ("zh", "当然可以", "！好"),
        ("zh", "当然可以", "！！！好"),
        ("ja", "わかりました", "。"),
        ("zh", "他说：“好", "。”然"),
    ],
)
def test_a_sentence_comes_out_as_soon_as_it_is_certain(language: str, before: str, certain: str) -> None:
    core = SegmenterCore(language)
    out: list[Clause] = []
    for char in before + certain[:-1]:
        out += core.feed(char)
    assert all(clause.boundary < Boundary.LINE for clause in out)
    assert [clause.boundary >= Boundary.LINE for clause in core.feed(certain[-1])] == [True]


def test_a_stall_releases_what_is_complete_and_no_half_sentence() -> None:
    core = SegmenterCore("en")
    assert core.feed("It is done.") == []
    assert [clause.text for clause in core.release()] == ["It is done."]
    assert core.feed(" If you like,") == []
    assert core.release() == []
    assert [clause.text for clause in core.release(Boundary.COMMA)] == [" If you like,"]
    core.feed(" ask Dr.")
    assert core.release(Boundary.COMMA) == []
    core.feed(" Who")
    assert core.release(Boundary.COMMA) == []
    assert [clause.text for clause in core.flush()] == [" ask Dr. Who"]


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ("so let me look at", "so let me look"),
        ("so let me look at ", "so let me look at"),
        ("let me ask Dr.", "let me ask"),
        ("我现在去看一下", "我现在去看一下"),
        ("我现在住在北", "我现在住在"),
        ("这是不同的因", "这是不同的"),
        ("我对他非常了", "我对他非常了"),
        ("私は昨日東京の大", "私は昨日東京の"),
        ("新しいコン", "新しい"),
        ("저는 오늘 학", "저는 오늘"),
        ("look at [this fine", None),
        ("hmm", None),
        ("| a | b", None),
        ("- **so it", "- **so"),
    ],
)
def test_a_long_stall_releases_whole_words_unless_a_bracket_is_open(held: str, words: str | None) -> None:
    core = SegmenterCore("auto")
    assert core.feed(held) == []
    assert [clause.text for clause in core.release(Boundary.NONE)] == ([words] if words else [])
    rest = [clause.text for clause in core.feed(" and so on.") + core.flush()]
    assert (words or "") + "".join(rest) == held + " and so on."


def test_auto_follows_script_and_words() -> None:
    text = "The end of it. 你好。これはペンです。Это так, т. е. да. 안녕하세요. Das ist der Test und er ist gut. Am 3. Mai war das."
    assert [(clause.text.strip(), clause.language) for clause in read(text, "auto")] == [
        ("The end of it.", "en"),
        ("你好。", "zh"),
        ("これはペンです。", "ja"),
        ("Это так,", "ru"),
        ("т. е. да.", "ru"),
        ("안녕하세요.", "ko"),
        ("Das ist der Test und er ist gut.", "de"),
        ("Am 3. Mai war das.", "de"),
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "مرحبا بك.| كيف حالك؟| أنا بخير."),
        ("el", "Τι κάνεις;| Είμαι καλά."),
        ("hi", "यह एक वाक्य है।| यह दूसरा है।"),
        ("pl", "To jest np. test.| Koniec."),
        ("nl", "Dit is bijv. een test.| Einde."),
    ],
)
def test_languages_without_rules_ask_pysbd(language: str, text: str) -> None:
    clauses = read(text.replace("|", ""), language)
    assert [clause.text for clause in clauses] == text.split("|")
    assert {clause.language for clause in clauses} == {language}


def test_an_unknown_language_names_the_choices() -> None:
    with pytest.raises(ValueError, match=r"'xx'.*auto.*en.*zh"):
        SegmenterCore("xx")
