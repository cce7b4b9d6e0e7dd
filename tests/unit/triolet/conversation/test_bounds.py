"""A paused listener stops the source within the stated bound."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing
from tests._nightly import few

from triolet import AudioFormat, Phrase, Phraser, speech
from triolet.conversation._bounds import text_bound
from triolet.conversation._memory_bound import CHARACTER_BYTES, TURN_BYTES, audio_bound, memory_bound
from triolet.model_talk._core import MAX_CALL
from triolet.playout._paced_output import PacedOutput
from triolet.testing import ScriptedTTS
from triolet.turn._events import ClauseCut, Event, OutputOpened, PhraseReady

PROSE = (
    "A first sentence, with a comma. Then a second one! Is this the third? Yes: it is, and it goes on for a while.\n\n"
)
LIST = "# Things\n\n- one thing\n- another, **bold** thing\n- [a link](https://example.com/a/long/path) to see\n\n"
CHINESE = "今天天气很好，我们去公园吧。你想吃什么？我想吃面条，也想喝茶！"
LONG = "word " * 400


class Endless:
    """Gives a text again and again, in tokens of one size, and counts."""

    def __init__(self, text: str, size: int) -> None:
        self._tokens = [text[at : at + size] for at in range(0, len(text), size)]
        self.longest = max(map(len, self._tokens))
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[str]:
        for token in itertools.cycle(self._tokens):
            self.given += len(token)
            yield token


@pytest.mark.parametrize("size", few([1, 4, 50], 2))
@pytest.mark.parametrize("text", [PROSE, LIST, CHINESE, LONG], ids=["prose", "list", "chinese", "no marks"])
@pytest.mark.parametrize("seconds", [0.5, 6.0], ids=["short audio", "long audio"])
async def test_a_paused_output_stalls_the_source(
    text: str, size: int, seconds: float, autojump_clock: trio.testing.MockClock
) -> None:
    source = Endless(text, size)
    output = PacedOutput()
    clauses: list[int] = []
    phrases: list[int] = []

    def observe(event: Event) -> None:
        match event:
            case OutputOpened():
                output.pause()
            case ClauseCut(clause=clause):
                clauses.append(len(clause.text))
            case PhraseReady(phrase=phrase):
                phrases.append(raw_length(phrase))
            case _:
                pass

    pipeline = source | speech(ScriptedTTS([[AudioFormat().silence(seconds)]])) | output
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pipeline.run, observe)
        await trio.sleep(1000)
        stalled = source.given
        await trio.sleep(1000)
        assert source.given == stalled, "the source was not stopped"
        nursery.cancel_scope.cancel()
    # Clauses without words belong to no phrase: a phrase stands for at most itself and the next clause's marks.
    bound = text_bound(source.longest, max(clauses), max(phrases) + 2, group=max(clauses) * 2)
    assert len(text) < stalled <= bound


def raw_length(phrase: Phrase) -> int:
    return phrase.end - phrase.start


def test_the_bound_of_memory_is_that_of_its_parts() -> None:
    assert memory_bound(0, 0.0, 24_000) == TURN_BYTES
    assert memory_bound(10, 0.0, 24_000) == TURN_BYTES + 10 * CHARACTER_BYTES
    assert memory_bound(0, 8.0, 24_000) - TURN_BYTES == 8 * 48_000 + 48_000, "an eighth more than the audio"
    assert audio_bound(20.0, lead=3.0, hold=0.5) == 3.0 + 5 * 20.0 + 0.5
    assert audio_bound(20.0, realtime=False) == 7 * 20.0


def test_the_bound_grows_with_each_of_its_parts() -> None:
    base = text_bound(4, 40, 80)
    assert base == 2 * 33 * 4 + MAX_CALL + (1 + Phraser.hold) * 40 + 7 * 80
    assert text_bound(4, 40, 80, group=7) == base + 7
