"""Where the voice has paused is told while a phrase is played, once, whoever has looked at its samples."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.triolet.playout.test_edges import chunks, pcm_of, split, stretches

from triolet import PhraseGaps, TurnResult
from triolet.alignment._voicing import Voicing
from triolet.chain._context import TurnContext
from triolet.playout._deck import Deck
from triolet.playout._edges import WholePhrase
from triolet.playout._paced_output import PacedOutput
from triolet.playout._turn_playout import TurnPlayout
from triolet.turn._events import PhraseHeard, VoicePaused

RATE = 8_000


@given(stretches, st.lists(st.integers(0, 20 * RATE), max_size=8), st.booleans())
def test_each_stretch_that_a_pause_follows_is_given_once(
    shape: list[tuple[bool, int]], cuts: list[int], ahead: bool
) -> None:
    parts = chunks(split(pcm_of(shape), cuts), ahead=ahead)
    edges = WholePhrase(parts[0], loudest=1000)
    given_out: list[tuple[int, int]] = []
    for part in parts:
        edges.feed(part)
        new = edges.new_pauses()
        assert all(end <= edges.fed for _, end in new), "what has not come to the output may still be dropped"
        given_out += new
    whole = Voicing(RATE, loudest=1000)
    whole.feed(pcm_of(shape))
    assert given_out == list(whole.voiced.runs[:-1])


@pytest.mark.parametrize("ahead", [True, False])
async def test_the_pauses_are_events_of_the_turn(autojump_clock: trio.testing.MockClock, ahead: bool) -> None:
    shape = [(True, RATE), (False, RATE // 2), (True, RATE), (False, RATE // 20), (True, RATE), (False, RATE // 2)]
    turn = TurnContext()
    playing = TurnPlayout(Deck(PacedOutput(), PhraseGaps(), trim=True), turn)
    for part in chunks(split(pcm_of([*shape, (True, RATE)]), [3000, 9000, 14_000]), ahead=ahead):
        await playing.play(part)
    await playing.drain()
    told = [(event.start, event.end) for event in turn.timeline if isinstance(event, VoicePaused)]
    (heard,) = [event for event in turn.timeline if isinstance(event, PhraseHeard)]
    assert told == list(heard.voiced.runs[:-1])
    assert len(told) == 2, "0.05 s are no pause"
    assert turn.timeline.result == TurnResult.fold(turn.timeline)
