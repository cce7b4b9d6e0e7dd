"""What may become a direction waits for the rest of it, however it is cut."""

from __future__ import annotations

import itertools

import pytest

from triolet import spoken_words
from triolet.normalization._direction_words import DIRECTION_WORDS, SPACELESS
from triolet.normalization._directions import direction, may_begin

SPACED = sorted(DIRECTION_WORDS.keys() - set(SPACELESS))


@pytest.mark.parametrize("language", SPACED)
def test_the_beginning_of_every_direction_may_become_one(language: str) -> None:
    table = DIRECTION_WORDS[language]
    words = [*table.sounds, *table.nouns, *table.gestures, *table.moves][::5]
    first = ["", *itertools.islice(table.before, 3), *itertools.islice(table.manners, 3)]
    known = [text for text in (f"{one} {word}".strip() for one in first for word in words) if direction(text, language)]
    assert known
    for text in known:
        assert all(may_begin(text[:end], language) for end in range(len(text) + 1))


@pytest.mark.parametrize("language", SPACED)
def test_words_that_only_stand_before_directions_are_no_mistake(language: str) -> None:
    """However many of them there are."""
    table = DIRECTION_WORDS[language]
    for words in (list(table.manners)[:4], list(table.before)[:4]):
        for count in range(len(words) + 1):
            may_begin(" ".join(words[:count]), language)
            may_begin(" ".join(words[:count]) + " ", language)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("*softly, slowly* Good.", "Good."),
        ("*slowly* *softly* Good.", "Good."),
        ("*smiles softly* Good.", "Good."),
        ("It is *slowly softly* good.", "It is slowly softly good."),
        ("(laughs) (smiles) Good.", "Good."),
    ],
)
def test_directions_of_several_words(text: str, spoken: str) -> None:
    assert spoken_words(text, "en") == spoken
