"""The whole chain, heard by a recogniser, in as few passes as show it; `tests.hearing` hears twenty answers and forty sentences."""

from __future__ import annotations

from tests.hearing.answers import EACH_KIND
from tests.hearing.chain import Telephone, hear_all, hear_figures, judge
from tests.hearing.figures import FIGURES, Figure
from tests.hearing.meaning import judge as judge_figures


async def test_an_answer_is_heard_as_it_should_be() -> None:
    """Over the real protocol."""
    assert judge(await hear_all([EACH_KIND])) <= 0.02


async def test_figures_are_heard_as_they_are_meant_on_the_telephone() -> None:
    """Four of the forty sentences, in one go, since the recogniser hears half a minute at a time; it must understand them, too."""
    four = Figure(*(" ".join(parts) for parts in zip(*((one.written, one.meant) for one in FIGURES[:4]), strict=True)))
    ((sentence, heard),) = await hear_figures([four], Telephone)
    verdict = judge_figures(sentence.meant, heard)
    assert (verdict.wrong, verdict.misheard) == ((), ()), heard
