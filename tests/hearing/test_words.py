from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hearing.answers import ANSWERS, Answer
from tests.hearing.words import compare, spoken_words, word_errors


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("two thousand four hundred dollars", "$2,400"),
        ("nineteen sixty-nine", "1969"),
        ("between nineteen sixty-nine and nineteen seventy-two, twelve people", "Between 1969 and 1972, 12 people"),
        ("forty-two point two kilometers", "42.2 kilometers"),
        ("at nine thirty", "at 9:30"),
        ("five percent", "5%"),
        ("the third of May", "the 3rd of May."),
        ("thirty-one thousand", "31,000"),
        ("two hundred and one hundred", "200 and 100"),
        ("one hundred twenty-three", "123"),
        ("It's fine", "Its fine!"),
        ("Doctor Brown", "Dr. Brown"),
        ("a lighthouse", "a light house"),
    ],
)
def test_what_spelling_leaves_open_is_no_error(said: str, written: str) -> None:
    assert word_errors(said, written) == 0


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("he asked me", "he ask me", 1),
        ("in a pan", "and a pan", 1),
        ("the blue light", "blue light", 1),
        ("blue light", "the blue light", 1),
        ("twenty one", "twenty two", 1),
        ("nineteen sixty-nine", "nineteen sixty", 1),
        ("their house", "there house", 1),
        ("one two three", "", 3),
        ("", "thank you", 2),
    ],
)
def test_everything_else_is(said: str, heard: str, errors: int) -> None:
    assert word_errors(said, heard) == errors


sentences = st.lists(
    st.lists(st.sampled_from(["tea", "sun", "dog", "red", "cup", "hat"]), min_size=1, max_size=5), max_size=4
)


@given(sentences, sentences)
def test_word_errors_are_a_distance(a: list[list[str]], b: list[list[str]]) -> None:
    one, other = (" ".join(" ".join(words) for words in text) for text in (a, b))
    assert word_errors(one, one) == 0
    assert word_errors(one, other) == word_errors(other, one)
    sizes = len(spoken_words(one)), len(spoken_words(other))
    assert abs(sizes[0] - sizes[1]) <= word_errors(one, other) <= max(sizes)


@pytest.mark.parametrize("answer", ANSWERS[::7], ids=[answer.name for answer in ANSWERS[::7]])
def test_any_sentence_that_is_dropped_or_repeated_is_named(answer: Answer) -> None:
    exact = compare(answer.heard, answer.reference)
    assert (exact.errors, exact.missing, exact.repeated) == (0, (), ())
    for i, sentence in enumerate(answer.heard):
        without = " ".join(answer.heard[:i] + answer.heard[i + 1 :])
        assert compare(answer.heard, without).missing == (sentence,)
        twice = " ".join((*answer.heard[: i + 1], *answer.heard[i:]))
        assert sentence in compare(answer.heard, twice).repeated


def test_answers_are_of_the_length_of_a_paragraph() -> None:
    assert len(ANSWERS) == 20
    assert len({answer.name for answer in ANSWERS}) == 20
    for answer in ANSWERS:
        assert 40 <= len(answer.reference.split()) <= 120, answer.name
