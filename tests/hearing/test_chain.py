"""Answers through the whole chain, over the real protocol, heard by a recogniser: a few of the twenty that `tests.hearing` hears."""

from __future__ import annotations

from tests.hearing.answers import ANSWERS
from tests.hearing.chain import Telephone, hear_all, hear_figures, judge
from tests.hearing.figures import FIGURES, Figure
from tests.hearing.meaning import judge as judge_figures

FEW = ("pancakes", "inline-code", "nested-list", "short-sentences", "table")
"""One of each kind: steps, code, lists, sentences of a word, a table. Speech is heard on the telephone, below."""


async def test_answers_are_heard_as_they_should_be() -> None:
    answers = [answer for answer in ANSWERS if answer.name in FEW]
    assert len(answers) == len(FEW)
    assert judge(await hear_all(answers)) <= 0.02


async def test_figures_are_heard_as_they_are_meant() -> None:
    """Three of the forty sentences that `tests.hearing --figures` hears, in one go, since the recogniser hears half a minute at a time."""
    three = Figure(
        *(" ".join(parts) for parts in zip(*((one.written, one.meant) for one in FIGURES[1:4]), strict=True))
    )
    for sentence, heard in await hear_figures([three]):
        assert not judge_figures(sentence.meant, heard).wrong, heard


async def test_an_answer_is_understood_on_the_telephone() -> None:
    answers = [answer for answer in ANSWERS if answer.name == "dialogue"]
    assert judge(await hear_all(answers, Telephone)) <= 0.04
