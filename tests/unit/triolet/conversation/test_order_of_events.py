"""In which order an observer is told: no event comes before what it is about."""

from __future__ import annotations

import pytest
from trio.testing import MockClock

from triolet import Conversation, speech
from triolet.events import Event, PhraseCommitted, PhraseReady
from triolet.testing import RecordingOutput, ToneTTS

ANSWER = "".join(f"Sentence number {number} has a few words, and then it ends. " for number in range(4))


@pytest.mark.parametrize("realtime", [True, False])
@pytest.mark.parametrize("pace", [8.0, 1.2])
async def test_a_phrase_is_ready_before_it_is_committed(
    autojump_clock: MockClock, *, realtime: bool, pace: float
) -> None:
    """Trio draws which of the tasks that can run is the next, so turns differ."""
    output = RecordingOutput()
    output.realtime = realtime
    told: list[Event] = []
    async with Conversation(speech(ToneTTS(pace=pace), "en"), output) as conversation:
        for _ in range(2):
            told.clear()
            await conversation.say([ANSWER], observer=told.append)
            ready: set[int] = set()
            for event in told:
                match event:
                    case PhraseReady(phrase=phrase):
                        ready.add(phrase.index)
                    case PhraseCommitted(index=index):
                        assert index in ready
                    case _:
                        pass
            assert len(ready) > 2
