"""The first sentence of an answer is committed with its mark, where it surely ends there."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from triolet import Clause, Conversation, PhrasingOptions, speech
from triolet.segmentation import SegmenterCore
from triolet.segmentation._sure_end import LANGUAGES
from triolet.testing import RecordingOutput, ScriptedSource, ToneTTS
from triolet.turn._events import Event, PhraseCommitted

BETWEEN = 0.1
"""Seconds between two tokens."""

ANSWERS = {
    "en": ["The", " train", " leaves", " at", " noon", " today", ".", " It", " is", " late", "."],
    "de": ["Das", " Wetter", " wird", " morgen", " wieder", " besser", ".", " Es", " regnet", " heute", "."],
    "fr": ["Nous", " avons", " trouvé", " une", " bonne", " solution", ".", " Elle", " est", " simple", "."],
    "zh": ["今天", "天气", "非常", "好", "，", "适合", "。", "我们", "出去", "吧", "。"],
}


class Pipe(RecordingOutput):
    """Takes audio as it comes, and has no clock."""

    realtime = False
    streamed = True

    async def play(self, pcm: bytes) -> None:
        self._accept(pcm)
        await trio.lowlevel.checkpoint()


class Minimal(ToneTTS):
    """A voice that bills a minimum."""

    @property
    def bills_minimum(self) -> bool:
        return True


async def committed_at(
    tokens: list[str], language: str, *, tts: ToneTTS, eager: bool = True, output: RecordingOutput | None = None
) -> tuple[list[float], str]:
    """When the phrases are committed, in tokens that have come by then, and what is heard."""
    times: list[float] = []

    def observe(event: Event) -> None:
        if isinstance(event, PhraseCommitted):
            times.append(trio.current_time() - began)

    phrasing = PhrasingOptions(eager=eager, early_start=False)
    source = ScriptedSource([part for token in tokens for part in (BETWEEN, token)])
    async with Conversation(speech(tts, language, phrasing=phrasing), output or RecordingOutput()) as conversation:
        began = trio.current_time()
        result = await conversation.say(source, observer=observe)
    return [round(time / BETWEEN, 3) for time in times], result.heard


@pytest.mark.parametrize("language", ANSWERS)
async def test_the_first_commit_waits_for_no_token_after_the_mark(language: str, autojump_clock: MockClock) -> None:
    tokens = ANSWERS[language]
    mark = next(number for number, token in enumerate(tokens, 1) if token in ".。")
    times, heard = await committed_at(tokens, language, tts=ToneTTS())
    assert times[0] == mark
    assert heard == "".join(tokens)


async def test_a_pipe_waits_for_no_token_after_the_mark_either(autojump_clock: MockClock) -> None:
    tokens = ANSWERS["en"]
    times, _ = await committed_at(tokens, "en", tts=ToneTTS(), output=Pipe())
    assert times[0] == tokens.index(".") + 1


@pytest.mark.parametrize(("tts", "eager"), [(ToneTTS(), False), (Minimal(), True)], ids=["off", "a minimum is billed"])
async def test_without_it_the_next_token_is_waited_for(tts: ToneTTS, eager: bool, autojump_clock: MockClock) -> None:
    times, heard = await committed_at(ANSWERS["en"], "en", tts=tts, eager=eager)
    assert times[0] == ANSWERS["en"].index(".") + 2
    assert heard == "".join(ANSWERS["en"])


async def test_later_sentences_wait(autojump_clock: MockClock) -> None:
    tokens = [*ANSWERS["en"], " The", " end", "."]
    times, heard = await committed_at(tokens, "en", tts=ToneTTS(seconds_per_character=0.001))
    second = len(ANSWERS["en"])
    assert times[:2] == [ANSWERS["en"].index(".") + 1, second + 1]
    assert heard == "".join(tokens)


async def test_a_sentence_that_goes_on_after_all_loses_nothing(autojump_clock: MockClock) -> None:
    tokens = ["They", " read", " it", " at", " the", " people", ".", "com", " site", " today", "."]
    times, heard = await committed_at(tokens, "en", tts=ToneTTS())
    assert times[0] == 7, "it was believed to end"
    assert heard == "".join(tokens)


@pytest.mark.parametrize(
    "sentence",
    [
        "See example.",
        "It costs 3.",
        "Ask Dr.",
        "He met J.",
        "the answer.",
        "It is in `config.",
        "Read [the guide.",
        "Open src/main.",
        "Wait...",
        "That was in approx.",
        "We use apples and pears etc.",
    ],
)
def test_what_may_go_on_is_waited_for(sentence: str) -> None:
    core = SegmenterCore("en")
    assert not core.feed(sentence)
    assert not core.release_sure()


@pytest.mark.parametrize("sentence", ["Дом стоит на горе.", "Het huis staat daar."])
def test_a_language_without_rules_waits(sentence: str) -> None:
    core = SegmenterCore("ru" if sentence[0] == "Д" else "nl")
    assert not core.feed(sentence)
    assert not core.release_sure()


WORDS = (
    "The",
    "house",
    "is",
    "here",
    ".",
    "!",
    "?",
    "Dr.",
    "3.5",
    "e.g.",
    "**bold**",
    "(so",
    "and)",
    "good",
    "\n",
    "etc.",
    "…",
)


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join),
    st.integers(1, 5),
    st.sampled_from(sorted(LANGUAGES)),
)
def test_it_loses_no_character(text: str, size: int, language: str) -> None:
    core = SegmenterCore(language)
    clauses: list[Clause] = []
    for at in range(0, len(text), size):
        clauses += core.feed(text[at : at + size])
        clauses += core.release_sure()
    clauses += core.flush()
    assert "".join(clause.text for clause in clauses) + core.rest == text
    assert [clause.start for clause in clauses[1:]] == [clause.end for clause in clauses[:-1]]
