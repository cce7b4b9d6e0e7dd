"""How long a listener waits at most for the first sound, and after a short opener: the whole chain in virtual time."""

from __future__ import annotations

import pytest
import trio
from tests._nightly import few
from trio.testing import MockClock

from triolet import Conversation, PhrasingOptions, speech
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS
from triolet.turn._events import Event, PhraseCommitted

UNMARKED = {
    "en": "we looked at every train that goes from here to the sea on a day like this with a bike on board "
    "plus each bus that stops near the old harbour on its way up the coast before it turns back home again",
    "de": "wir haben jeden zug geprüft der an einem tag wie diesem von hier ans meer fährt samt rad und kind "
    "sowie jeden bus der am alten hafen hält auf seinem weg die küste hinauf und wieder zurück nach hause",
    "zh": "我们看了今天从这里开往海边并且可以带自行车的每一班火车还看了沿着海岸开到老港口附近再开回来的每一路公共汽车然后把它们按时间排好了",
    "ko": "우리는 오늘 여기에서 바다로 가는 기차와 자전거를 실을 수 있는 기차를 모두 살펴보고 오래된 항구 근처에 서는 버스도 하나하나 다 살펴보았으며 그중에서",
}
"""Long texts without a mark."""

OPENED = {
    "en": "Sure! Here is a long answer, which begins with a clause, and goes on for quite a while, until it ends at last.",
    "de": "Klar! Hier ist eine lange Antwort, die mit einem Satz beginnt, und die noch eine Weile weitergeht, bis sie endet.",
    "zh": "好的！这里是一个很长的回答，它从一个分句开始，然后继续说下去很久，一直说到最后才结束。",
}
"""A short opener, then a long sentence."""


async def commits(text: str, language: str, rate: float, *, size: int = 4) -> list[tuple[float, str]]:
    """When phrases are committed, in seconds from the first token, and their words."""
    made: list[tuple[float, str]] = []

    def observe(event: Event) -> None:
        if isinstance(event, PhraseCommitted):
            made.append((trio.current_time() - began - 1 / rate, event.words if hasattr(event, "words") else ""))

    tokens = [text[at : at + size] for at in range(0, len(text), size)]
    source = ScriptedSource([part for token in tokens for part in (1 / rate, token)])
    async with Conversation(speech(ToneTTS(), language, phrasing=PhrasingOptions()), RecordingOutput()) as conversation:
        began = trio.current_time()
        result = await conversation.say(source, observer=observe)
    assert result.heard == text
    return made


def many_at(text: str, language: str, rate: float, size: int) -> float:
    """When twelve words, or eighteen characters of Chinese, are there."""
    end = 18 if language == "zh" else len(" ".join(text.split()[:12])) + 1
    return -(-end // size) / rate


@pytest.mark.parametrize("language", UNMARKED)
@pytest.mark.parametrize("rate", few([5.0, 10.0, 20.0, 60.0], 2))
async def test_many_words_without_a_mark_are_committed_in_a_second(
    language: str, rate: float, autojump_clock: MockClock
) -> None:
    size = 2 if language in ("zh", "ko") else 4
    text = UNMARKED[language]
    (first, _), *_ = await commits(text, language, rate, size=size)
    whole = len(text) / size / rate
    assert first <= min(many_at(text, language, rate, size) + 1.3, whole + 0.1)


@pytest.mark.parametrize("language", OPENED)
@pytest.mark.parametrize("rate", [10.0, 20.0])
async def test_after_a_short_opener_the_first_clause_follows_when_it_is_there(
    language: str, rate: float, autojump_clock: MockClock
) -> None:
    size = 2 if language == "zh" else 4
    text = OPENED[language]
    made = await commits(text, language, rate, size=size)
    clause = max(text.find(", "), text.find("，")) + 2
    assert made[1][0] <= -(-clause // size) / rate + 0.3


async def test_words_before_a_stall_are_committed_after_the_stated_time(autojump_clock: MockClock) -> None:
    times: list[float] = []

    def observe(event: Event) -> None:
        if isinstance(event, PhraseCommitted):
            times.append(trio.current_time() - began)

    source = ScriptedSource(["Let me check that for you ", 8.0, "now."])
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        began = trio.current_time()
        await conversation.say(source, observer=observe)
    assert times[0] == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("language", UNMARKED)
@pytest.mark.parametrize("rate", few([5.0, 10.0, 60.0], 2))
@pytest.mark.parametrize("stalls", [False, True])
async def test_the_first_sound_comes_within_two_seconds_of_many_words(
    language: str, rate: float, stalls: bool, autojump_clock: MockClock
) -> None:
    """With a service that takes 0.7 s for its first samples, whether the source goes on or stops after those words."""
    size = 1 if language in ("zh", "ko") else 4
    text = UNMARKED[language]
    tokens = [text[at : at + size] for at in range(0, len(text), size)]
    pauses = [1 / rate] * len(tokens)
    if stalls:
        pauses[round(many_at(text, language, rate, size) * rate) + 1] = 8.0
    output = RecordingOutput()
    source = ScriptedSource([part for pair in zip(pauses, tokens, strict=True) for part in pair])
    async with Conversation(speech(ToneTTS(first_audio=0.7), language), output) as conversation:
        began = trio.current_time()
        result = await conversation.say(source)
    assert result.heard == text
    assert output.audio[0].time - began <= 1 / rate + many_at(text, language, rate, size) + 2.0
