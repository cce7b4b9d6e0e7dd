"""Devices that lag, stop, close late or are used again; and what a turn on them is told and tells."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.triolet.playout.test_playout import FAST, FORMAT, RATE, Device, chunk, of_kind, phrase, pipeline, said
from trio.testing import MockClock

from triolet import AudioChunk, PacedOutput, Pipeline, Playout
from triolet.chain._context import TurnContext
from triolet.chain._stages import IterableSource
from triolet.errors import OutputError
from triolet.playout._deck import Deck
from triolet.playout._turn_playout import SLICE, TurnPlayout
from triolet.turn._events import PhraseHeard, Underrun


class Lagging(Device):
    """Plays at half the pace that its format says."""

    def __init__(self) -> None:
        super().__init__()
        self._pace = 0.5
        self._hold = 10.0


class Pieces(Device):
    """Notes how much it is given at a time."""

    def __init__(self, *, realtime: bool = True) -> None:
        super().__init__()
        self.realtime = realtime
        self.sizes: list[float] = []

    async def play(self, pcm: bytes) -> None:
        self.sizes.append(len(pcm) / 2 / RATE)
        await super().play(pcm)


class Closing(Device):
    """Takes so many seconds to close."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self.done = False

    async def close(self) -> None:
        await trio.sleep(self._seconds)
        self.done = True
        await super().close()


async def test_a_pause_is_not_shortened_while_the_device_still_plays(autojump_clock: MockClock) -> None:
    """What was given lasts 0.3 s by its format, and 0.6 s on this device; the next phrase comes at 0.5 s."""
    device = Lagging()
    played = pipeline(chunk(phrase(0), 1000, 0.3), 0.5, chunk(phrase(1), 2000, 0.3), device=device, gaps=FAST)
    await played.run()
    assert device.runs == [(1000, 0.3), (0, 0.2), (2000, 0.3)]
    assert not of_kind(Underrun, played)


@pytest.mark.parametrize(("late", "counts"), [(0.0005, False), (0.002, True)])
async def test_what_no_clock_can_tell_from_nothing_is_no_underrun(
    autojump_clock: MockClock, late: float, counts: bool
) -> None:
    device = Device()
    first = phrase(0)
    played = pipeline(
        chunk(first, 1000, 0.3, final=False), 0.3 + late, chunk(first, 2000, 0.3, 2400), device=device, gaps=FAST
    )
    await played.run()
    assert len(of_kind(Underrun, played)) == counts


async def test_the_noise_of_a_voice_is_known_from_the_phrases_before(autojump_clock: MockClock) -> None:
    """What is far below the voice so far is silence: 0.1 s of it are the first part of the gap of 0.2 s."""
    device = Device()
    await pipeline(
        said(phrase(0), (20_000, 0.3)), said(phrase(1), (250, 0.1), (20_000, 0.3)), device=device, gaps=FAST
    ).run()
    assert device.runs == [(20_000, 0.3), (0, 0.1), (250, 0.1), (20_000, 0.3)]


async def test_a_device_is_given_little_at_a_time_and_a_file_all(autojump_clock: MockClock) -> None:
    """So that the clock of the turn is never further behind than that."""
    device, file = Pieces(), Pieces(realtime=False)
    for output in (device, file):
        await pipeline(chunk(phrase(0), 1000, 1.5), device=output, gaps=FAST).run()
        assert output.runs == [(1000, 1.5)]
    assert max(device.sizes) <= SLICE <= 0.2
    assert file.sizes == [1.5]


async def test_a_phrase_whose_end_had_not_come_was_not_heard_whole(autojump_clock: MockClock) -> None:
    played = pipeline(chunk(phrase(0), 1000, 0.3, final=False), 100.0, device=Device(), gaps=FAST)
    with trio.move_on_after(1):
        await played.run()
    (heard,) = of_kind(PhraseHeard, played)
    assert isinstance(heard, PhraseHeard)
    assert (heard.samples, heard.whole) == (2400, False)


async def test_of_phrases_that_were_heard_no_places_are_kept(autojump_clock: MockClock) -> None:
    deck = Deck(Device(), FAST, trim=False)
    await deck.open(FORMAT)
    playing = TurnPlayout(deck, TurnContext())
    playing.begin()
    for index in range(20):
        await playing.play(chunk(phrase(index), 1000, 0.1, final=False))
        await playing.play(chunk(phrase(index), 1000, 0.1, 800))
    await playing.drain()
    assert not playing._positions._passed
    assert not playing._positions._spans
    await deck.close()


async def test_a_device_that_stops_ends_the_turn_within_seconds(autojump_clock: MockClock) -> None:
    class Stops(Device):
        async def drain(self) -> None:
            await trio.sleep_forever()

    began = trio.current_time()
    with pytest.raises(OutputError, match="stopped"):
        await pipeline(chunk(phrase(0), 1000, 0.3), device=Stops(), gaps=FAST).run()
    assert 4 < trio.current_time() - began < 6


@pytest.mark.parametrize(("seconds", "done"), [(1.0, True), (1000.0, False)])
@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_device_has_time_to_close_though_its_turn_is_cancelled_but_not_for_ever(
    autojump_clock: MockClock, seconds: float, done: bool, cancelled: bool
) -> None:
    device = Closing(seconds)
    played = pipeline(chunk(phrase(0), 1000, 0.3), device=device, gaps=FAST)
    with trio.move_on_after(0.1 if cancelled else 1e6):
        await played.run()
    assert device.done is done
    assert trio.current_time() < 3


async def test_a_device_that_was_closed_is_opened_again_when_its_format_shows(autojump_clock: MockClock) -> None:
    """The first chunk tells the format: each pipeline opens the device, and closes it."""
    playout = Playout(device := Device(), gaps=FAST)

    async def chunks() -> AsyncIterator[AudioChunk]:
        yield chunk(phrase(0), 1000, 0.3)

    for number in (1, 2):
        result = await Pipeline(IterableSource(chunks()), playout).run()
        assert result.seconds == pytest.approx(0.3)
        assert device.closed == number


async def test_a_device_that_is_opened_again_is_not_paused(autojump_clock: MockClock) -> None:
    with trio.fail_after(5):
        deck = Deck(PacedOutput(), FAST, trim=False)
        for _ in range(2):
            await deck.open(FORMAT)
            await deck.device.play(bytes(2 * RATE // 100))
            await deck.device.drain()
            deck.device.pause()
            deck.paused = True
            await deck.close()
        output = PacedOutput(hold=1.0)
        for number in itertools.count():
            await output.open(FORMAT)
            await output.play(bytes(2 * RATE // 100))
            if number == 2:
                break
            output.pause()
            await output.close()
        await output.drain()
        assert output.heard == RATE // 100
        await output.close()


async def test_a_pause_lasts_though_the_device_is_flushed_in_it(autojump_clock: MockClock) -> None:
    output = PacedOutput(hold=1.0)
    await output.open(FORMAT)
    await output.play(bytes(2 * RATE // 2))
    await trio.sleep(0.1)
    output.pause()
    output.flush()
    await output.play(bytes(2 * RATE // 2))
    await trio.sleep(10)
    assert output.heard == RATE // 10
    output.resume()
    await output.drain()
    assert output.heard == RATE // 10 + RATE // 2
    await output.close()
