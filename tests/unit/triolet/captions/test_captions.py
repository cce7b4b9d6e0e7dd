"""What readers get: the rules hold for any words, and the files are what players read."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet import SpokenWord
from triolet.captions import Caption, CaptionOptions, captions, to_srt, to_webvtt
from triolet.captions._lines import width


def spoken(text: str, *, pace: float = 0.06, begins: float = 0.0, pause: float = 0.0) -> list[SpokenWord]:
    """Each word takes `pace` seconds a character; `pause` follows a mark."""
    words: list[SpokenWord] = []
    at = begins
    for match in re.finditer(r"\S+\s*", text):
        word = match[0]
        ends = at + pace * len(word.strip())
        words.append(SpokenWord(word, match.start(), match.end(), at, ends, estimated=False))
        at = ends + pace + pause * (word.strip()[-1] in ".,;!?")
    return words


alphabet = st.sampled_from(
    ["ab", "c", "Hello,", "it", "is.", "“Yes!”", "我", "们好。", "한국어", "👩‍🚀", "-", "x" * 60, "one hundred and two"]
)
any_words = st.lists(
    st.tuples(alphabet, st.sampled_from([" ", "", "  "]), st.floats(0.01, 2), st.sampled_from([0, 0.1, 3.0])),
    max_size=40,
)


@given(any_words, st.integers(10, 42), st.integers(1, 3))
def test_the_rules_hold_for_any_words(shape: list[tuple[str, str, float, float]], line: int, lines: int) -> None:
    at, words = 0.0, list[SpokenWord]()
    for text, space, lasts, pause in shape:
        words.append(SpokenWord(text + space, 0, 0, at, at + lasts, estimated=True))
        at += lasts + pause
    options = CaptionOptions(line=line, lines=lines)
    made = captions(words, options)
    plain = "".join("".join(word.text for word in words).split())
    assert "".join("".join(caption.text.split()) for caption in made) == plain, "every word, once, in order"
    for caption in made:
        rows = caption.text.split("\n")
        assert len(rows) <= lines
        assert all(width(row) <= line for row in rows)
        assert caption.ends > caption.begins
    for before, after in itertools.pairwise(made):
        assert before.ends <= after.begins + 0.001
        assert before.begins <= after.begins


def test_a_caption_is_a_sentence_and_stays_until_it_can_be_read() -> None:
    text = "The trains leave on time. After that, it is quiet until noon, and people have a coffee in the sun. Why?"
    first, second, third = captions(spoken(text, pause=0.3))
    assert first.text == "The trains leave on time."
    assert first.begins == 0
    assert second.text == "After that, it is quiet until noon,\nand people have a coffee in the sun."
    assert second.ends == pytest.approx(third.begins - 1 / 12), "the silence is too short for an empty screen"
    assert third.ends == pytest.approx(third.begins + 5 / 6), "a short one stays 5/6 s"


def test_fast_speech_stays_as_long_as_it_takes_to_read() -> None:
    [caption] = captions(spoken("This is said much too fast to read.", pace=0.02))
    assert caption.ends == pytest.approx(35 / 17)
    [slower] = captions(spoken("This is said much too fast to read.", pace=0.02), CaptionOptions(speed=5))
    assert slower.ends == pytest.approx(0.02 * 35 + 1.5), "but no longer than it may linger"


def test_short_sentences_share_a_caption_and_a_long_silence_ends_one() -> None:
    assert [caption.text for caption in captions(spoken("No. Yes. I see that now."))] == ["No. Yes. I see that now."]
    words = [*spoken("So then"), *spoken("we go on", begins=5.0)]
    assert [caption.text for caption in captions(words)] == ["So then", "we go on"]


def test_slow_speech_is_cut_after_seven_seconds() -> None:
    made = captions(spoken("one two three four five six", pace=1.0))
    assert len(made) > 1
    assert all(caption.ends - caption.begins <= 7 for caption in made)


def test_chinese_has_sixteen_characters_in_a_line() -> None:
    text = "火车每天早上准时离开车站然后一直到中午都很安静人们在阳光下喝咖啡。"
    words = [SpokenWord(char, at, at + 1, at * 0.2, at * 0.2 + 0.2, estimated=False) for at, char in enumerate(text)]
    rows = [row for caption in captions(words) for row in caption.text.split("\n")]
    assert max(map(len, rows)) <= 16
    assert not any(row.startswith("。") for row in rows)


def test_files_are_as_players_read_them() -> None:
    made = [Caption("One <b> & two\nlines --> here", 0.0, 1.5), Caption("End.", 3661.0005, 3662)]
    assert to_webvtt(made) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nOne &lt;b&gt; &amp; two\nlines --&gt; here\n\n"
        "01:01:01.000 --> 01:01:02.000\nEnd.\n"
    )
    assert to_srt(made[1:], offset=0.5) == "1\n01:01:01,500 --> 01:01:02,500\nEnd.\n"
    assert to_webvtt([]) == "WEBVTT\n"
    assert to_srt([]) == ""


@pytest.mark.parametrize("wrong", [{"line": 9}, {"lines": 0}, {"speed": 0}, {"longest": -1}, {"gap": -0.1}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        CaptionOptions(**wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
