"""Nothing that reads what a peer sends takes more than linear time: regular expressions, and what is built on them.

A peer is a language model, a service, or a client of the local server. `python -m tests.unit.whole.scans.table` prints what each
costs on this machine.

Time is CPU time of this thread, and what is told apart is far apart: at these lengths a linear scan takes less than a tenth of
what is allowed, a quadratic one ten times as much.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.whole.scans.cost import NO_GROWTH, PATTERN_LIMIT, seconds_of, worst
from tests.unit.whole.scans.patterns import Use, compiled, uses
from tests.unit.whole.scans.readers import READERS, UNITS

from triolet.verbalization import LANGUAGES
from triolet.verbalization._core import _reader  # pyright: ignore[reportPrivateUsage]

FIRST_LOOK = 125, 500
"""Characters of the two texts of a first look. What grows by `GROWTH` in the longer ones grows by 1.6 in these: by more than `NO_GROWTH`."""

LENGTHS = 500, 2_000
"""Characters of the two texts that a reader is given if the first look leaves a doubt; `table` takes longer ones."""

READER_LIMIT = 150e-6
"""Seconds a character. The slowest, which reads Markdown and finds sentences in it, takes 60e-6."""

GROWTH = 2.5
"""How much more a character may cost in a text that is four times as long: 1 where the cost is linear, 4 where quadratic."""

BOUNDED: dict[str, str] = {
    "triolet._tools._lazy_regex.re.compile(self._source, self._flags)": "those that this table lists where they are written",
    "triolet.model_talk._core.re.compile(f'\\\\n[ ]{{0,3}}{mark}{mark[-1]}*+[ \\\\t]*+(?=\\\\n)')": "a fence, at the start of a line",
    "triolet.model_talk._core.re.compile(f'\\\\n[ ]{{0,3}}{re.escape(fence[1])}[`~]*')": "a fence, at the start of a line",
    "triolet.model_talk._tags._REASONING": "a name of a list, in a window of a thousand",
    "triolet.model_talk._tags._TOOL_TAG": "a name of a list, in a window of a thousand",
    "triolet.model_talk._tags.re.compile(pattern)": "a literal or a name of a list",
    "triolet.normalization._digits.lazy_regex(pattern)": "the digits of one number",
    "triolet.normalization._direction_words._DE": "a whole direction, of at most a hundred characters",
    "triolet.normalization._direction_words._EN": "a whole direction, of at most a hundred characters",
    "triolet.normalization._direction_words._ES": "a whole direction, of at most a hundred characters",
    "triolet.normalization._direction_words._FR": "a whole direction, of at most a hundred characters",
    "triolet.normalization._direction_words._IT": "a whole direction, of at most a hundred characters",
    "triolet.normalization._direction_words._PT": "a whole direction, of at most a hundred characters",
    "triolet.normalization._direction_words._RU": "a whole direction, of at most a hundred characters",
    "triolet.normalization._direction_words.lazy_regex(f'(?:{tail})?(?:{stems})(?:{tail})?')": "a whole direction, of at most a hundred characters",
    "triolet.normalization._directions.re.search(stem, text)": "a whole direction, of at most a hundred characters",
    "triolet.normalization._inline.re.compile(re.escape(self._skip_until), re.IGNORECASE)": "a literal, looked for once",
    "triolet.normalization._table.re.finditer('(?<!\\\\\\\\)\\\\|', row)": "one character",
    'triolet.segmentation._judge.re.split("[\'’]", noun)': "one character, in a word of 48",
    'triolet.segmentation._judge.re.split("[\'’]", word)': "one character, in a word of 48",
    "triolet.segmentation._language.re.compile(breath)": "one word of a list, or one space",
    "triolet.segmentation._marks.re.search('[\\\\]>\\\\s]', text[end:])": "one character, in a few",
    "triolet.tts._websocket_failures.re.match('[1-9][0-9][0-9]', code)": "three characters",
}
"""Those that have no name at the top of a module: why they are linear, or bounded."""

NEAR = "triolet.verbalization."
"""A room whose patterns without a name at the top look at 40 characters next to a number, or are made of the tables of a language:
`test_the_patterns_of_a_language_are_linear` and the reader "verbalizer" see to those."""

MATCHED = frozenset({"triolet.normalization._links._TARGET"})
"""Those that are given to a variable, and matched at one place by it."""


def pieces_of(use: Use) -> list[re.Pattern[Any]]:
    return compiled(use) if use.name.replace(".", "").isidentifier() else []


def test_each_is_in_the_table() -> None:
    without = {str(use) for use in uses() if not pieces_of(use)}
    assert {use for use in without if not use.startswith(NEAR)} == set(BOUNDED)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_patterns_of_a_language_are_linear(language: str) -> None:
    reader = _reader(language, "")
    assert reader is not None
    for owner in (*reader.scanner.parts, reader.words):
        for name, pattern in vars(owner).items():
            if isinstance(pattern, re.Pattern):
                cost, unit = worst(pattern, scans=False)
                assert cost < PATTERN_LIMIT, f"{name}: {cost * 1e6:.1f} us a character of {unit!r}"
    cost, unit = worst(reader.short, scans=True)
    assert cost < PATTERN_LIMIT, f"abbreviations: {cost * 1e6:.1f} us a character of {unit!r}"
    for name in ("run", "before_date", "begins"):
        cost, unit = worst(getattr(reader.calendar, name), scans=True)
        assert cost < PATTERN_LIMIT, f"{name}: {cost * 1e6:.1f} us a character of {unit!r}"


def test_each_pattern_is_linear() -> None:
    slow: list[str] = []
    for use in uses():
        for pattern in pieces_of(use):
            cost, unit = worst(pattern, scans=use.scans and str(use) not in MATCHED)
            if cost >= PATTERN_LIMIT:
                slow.append(f"{use}: {cost * 1e6:.1f} us a character of {unit!r}")
    assert not slow


def test_a_slow_pattern_would_be_found() -> None:
    for bad in (r"\s+$", r"(\d[\d.,]*) ?([$€])(?!\d)", r"<b[^>]*>(.*?)</b>"):
        cost, _ = worst(re.compile(bad, re.DOTALL), scans=True)
        assert cost > PATTERN_LIMIT / 5, bad  # a fast machine makes light of them


@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_a_reader_is_linear(read: Callable[[str], object]) -> None:
    for unit in UNITS:
        before, after = costs(read, unit, FIRST_LOOK)
        if after < READER_LIMIT / 4 and (after < before * NO_GROWTH or after < 3e-6 / 4):
            continue
        for _ in range(4):  # another core's work may slow this one's memory
            before, after = costs(read, unit, LENGTHS)
            if after < READER_LIMIT and (after < before * GROWTH or after < 3e-6):
                break
        else:
            raise AssertionError(f"{unit!r}: {before * 1e6:.1f} us a character, {after * 1e6:.1f} if 4 times as long")


def costs(read: Callable[[str], object], unit: str, lengths: tuple[int, int]) -> tuple[float, float]:
    """Seconds a character for a text of each length. The longer one is first: it, and not the shorter one, pays for what is kept."""
    short, long = ((unit * length)[:length] for length in lengths)
    after = seconds_of(functools.partial(read, long)) / lengths[1]
    return seconds_of(functools.partial(read, short)) / lengths[0], after


def test_a_slow_reader_would_be_found() -> None:
    with pytest.raises(AssertionError, match="if 4 times as long"):
        test_a_reader_is_linear(lambda text: [sorted(text[:at]) for at in range(len(text))])
