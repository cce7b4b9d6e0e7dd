"""What is heard together, where in the raw text it stands, and how characters are said."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.triolet.normalization.cutter import units, words

from triolet.normalization import NormalizationOptions
from triolet.normalization._characters import PLAIN, QUICK
from triolet.normalization._inline import InlineReader
from triolet.normalization._units import quick_units


def parts(text: str, language: str = "en", options: NormalizationOptions | None = None) -> list[tuple[str, str]]:
    """What is said and what it stands for."""
    return [(unit.text, text[unit.start : unit.end]) for unit in units(text, options, language)]


def test_a_word_has_its_space_and_the_marks_after_it() -> None:
    assert parts("**So** it *is* (yes).") == [("So ", "So** "), ("it ", "it *"), ("is ", "is* "), ("(yes).", "(yes).")]


def test_the_space_between_clauses_comes_with_the_word_after_it() -> None:
    assert parts("One. Two,  three") == [("One.", "One."), (" Two,", "Two,"), (" three", "three")]


def test_a_mark_alone_is_added_to_the_word_before_it() -> None:
    assert parts("a — b") == [("a — ", "a — "), ("b", "b")]


def test_a_cjk_character_has_its_marks() -> None:
    assert parts("他说“好”。GPT-4（强）！", "zh") == [
        ("他", "他"),
        ("说", "说"),
        ("“好”。", "“好”。"),
        ("GPT-4", "GPT-4"),
        ("（强）！", "（强）！"),
    ]


def test_small_kana_and_combining_marks_stay_with_their_character() -> None:
    assert [said for said, _ in parts("キャラが葛\U000e0100か\u3099ー", "ja")] == [
        "キャ",
        "ラ",
        "が",
        "葛",
        "か\u3099ー",
    ]
    assert parts("cafe\u0301 x") == [("cafe\u0301 ", "cafe\u0301 "), ("x", "x")]


def test_korean_is_words() -> None:
    assert parts("나는 학생이다.", "ko") == [("나는 ", "나는 "), ("학생이다.", "학생이다.")]


def test_no_space_stands_between_lines_of_cjk() -> None:
    assert words("你好\n世界", language="zh") == "你好世界"


def test_what_is_rewritten_is_one_unit() -> None:
    assert parts("At https://e.org/a, $x^2 + 1$ or `a_b`.") == [
        ("At ", "At "),
        ("a link to e.org,", "https://e.org/a,"),
        (" x² + 1 ", "$x^2 + 1$ "),
        ("or ", "or `"),
        ("a b.", "a_b`."),
    ]


def test_a_header_is_one_with_the_first_word_of_its_cell() -> None:
    assert parts("| Name | Age |\n|---|---|\n| Al B | 3 |") == [
        ("Name: Al ", "Al "),
        ("B, ", "B "),
        ("Age: 3.", "3 "),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("4155552671", "4 1 5, 5 5 5, 2 6 7 1"),
        ("4111111111111111.", "4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1."),
        ("+14155552671", "+1, 4 1 5, 5 5 5, 2 6 7 1"),
        ("20261231", "20261231"),
        ("1000000000", "1000000000"),
        ("$123456789", "$123456789"),
        ("3.14159265358979", "3.14159265358979"),
        ("A123456789", "A123456789"),
    ],
)
def test_only_numbers_that_name_something_are_spelled(written: str, said: str) -> None:
    assert words(written) == said
    assert words(written, NormalizationOptions(spell_digits=0)) == written


@pytest.mark.parametrize(
    ("written", "dropped", "named"),
    [
        ("Great 🎉!", "Great!", "Great party popper!"),
        ("Hi🎉there 👩\u200d👧 you", "Hi there you", "Hi party popper there woman girl you"),
        ("1\ufe0f\u20e3 Step", "1 Step", "1 Step"),
        ("🎉🎉", "", "party popper party popper"),
        ("© 2026 ™ 5°C", "© 2026 ™ 5°C", "© 2026 ™ 5°C"),
    ],
)
def test_emoji_are_dropped_or_named(written: str, dropped: str, named: str) -> None:
    assert words(written) == dropped
    assert words(written, NormalizationOptions(emoji="name")) == named


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Hi 🎉 you", "Hi you"),
        ("Hi 🎉你", "Hi 你"),
        ("A🎉1", "A 1"),
        ("a🎉b🎉c", "a b c"),
        ("ab🎉cd, e🎉. f", "ab cd, e. f"),
        ("你🎉好🎉a", "你好a"),
        ("🎉 a", "a"),
        ("(🎉) a", "() a"),
        ("a “🎉” b", "a “” b"),
        ("a🎉!b🎉?", "a!b?"),
        ("a -🎉- b", "a -- b"),
    ],
)
def test_around_what_is_left_out_words_stay_apart_and_marks_go_before(written: str, said: str) -> None:
    assert words(written) == said


@pytest.mark.parametrize(
    ("digits", "groups"),
    [
        (9, [3, 3, 3]),
        (10, [3, 3, 4]),
        (11, [1, 3, 3, 4]),
        (12, [4, 4, 4]),
        (13, [3, 3, 3, 4]),
        (14, [3, 3, 3, 3, 2]),
        (15, [3, 3, 3, 3, 3]),
        (16, [4, 4, 4, 4]),
        (18, [3, 3, 3, 3, 3, 3]),
        (20, [4, 4, 4, 4, 4]),
    ],
)
def test_a_number_is_spelled_in_groups(digits: int, groups: list[int]) -> None:
    said = words("1234567891234567891234"[:digits])
    assert [len(group.split()) for group in said.split(", ")] == groups


@pytest.mark.parametrize("arrow", "←→↔⇒⇿⤀⥿➡")
def test_an_arrow_is_a_short_stop(arrow: str) -> None:
    assert words(f"a {arrow} b") == "a, b"


@pytest.mark.parametrize(
    ("written", "said"), [("你\n好", "你好"), ("你\nb", "你 b"), ("a\n你", "a 你"), ("你 好", "你 好")]
)
def test_only_between_cjk_a_line_break_is_no_space(written: str, said: str) -> None:
    assert words(written) == said


def test_what_no_voice_can_say_is_not_sent() -> None:
    assert words("a\x00b\u200bc\u202ed \ud800 e\ufefff\u00adg \ue000\uffff") == "abcd efg"


@pytest.mark.parametrize("nothing", ["", "...", "---", "***", "“ ”", "\u200b", "[]()", "<b></b>", "```\nx\n```", "—!?"])
def test_nothing_to_say_is_nothing(nothing: str) -> None:
    assert not units(nothing)


_PIECES = st.sampled_from(
    [
        "word ",
        "two words, ",
        "Ende. ",
        "– ",
        "'tis ",
        "5 % ",
        "3:30 ",
        "Hi! ",
        "да ",
        "집 ",
        "你好，",
        "きゃーっ",
        "。",
        "\n",
        " ",
        "(",
        "xD ",
        ":) ",
        "www.a.de ",
        "e\u0301 ",
    ]
)


@given(st.lists(_PIECES, max_size=6).map("".join))
@example("你好，www.a.de ")
def test_what_is_read_in_one_step_is_what_is_read_step_by_step(text: str) -> None:
    reader = InlineReader(NormalizationOptions())
    quick = reader.read_quickly(text, 7)
    if quick:
        slow = InlineReader(NormalizationOptions())
        slow.extend(text, "en")
        assert slow.run(final=True)
        assert slow.finish(7, ()) == quick == quick_units(text, 7)


def test_characters_that_are_read_in_one_step_need_no_look() -> None:
    quick = "".join(
        char for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF and QUICK.fullmatch(char := chr(code))
    )
    assert "é" in quick
    assert PLAIN.fullmatch(quick.replace("!", ""))  # which begins an image before a bracket only
