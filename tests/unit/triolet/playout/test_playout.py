"""Playing a turn: pauses, underruns, and the count of what was heard, judged by the samples the device got."""

from __future__ import annotations

import random
from array import array
from collections.abc import AsyncIterator
from itertools import groupby

import attrs
import pytest
import trio

from triolet import (
    AudioChunk,
    AudioFormat,
    BlockKind,
    Boundary,
    Phrase,
    PhraseGaps,
    PhraseState,
    Pipeline,
    Playout,
    SpeechUnit,
)
from triolet.chain._context import TurnContext
from triolet.chain._stages import IterableSource
from triolet.errors import OutputError
from triolet.playout._contract import DRAIN
from triolet.playout._deck import Deck
from triolet.playout._paced_output import PacedOutput
from triolet.playout._play_turn import play_turn
from triolet.playout._turn_playout import TurnPlayout
from triolet.testing import RecordingOutput
from triolet.turn._events import Event, FirstAudible, PhraseHeard, Underrun

RATE = 8_000
FORMAT = AudioFormat(RATE)


class Device(PacedOutput):
    """Hears in real time and keeps all it was given."""

    def __init__(self) -> None:
        super().__init__(hold=0.1)
        self.pcm = b""
        self.closed = 0

    async def play(self, pcm: bytes) -> None:
        self.pcm += pcm
        await super().play(pcm)

    async def close(self) -> None:
        self.closed += 1
        await super().close()

    @property
    def runs(self) -> list[tuple[int, float]]:
        """(sample value, seconds) of each run of equal samples."""
        values = memoryview(self.pcm).cast("h")
        return [(value, round(len(list(run)) / RATE, 4)) for value, run in groupby(values)]


def phrase(
    index: int,
    *,
    boundary: Boundary = Boundary.SENTENCE,
    opening: Boundary = Boundary.SENTENCE,
    kind: BlockKind = BlockKind.PROSE,
    pause: float = 0.0,
) -> Phrase:
    unit = SpeechUnit("word", 4 * index, 4 * index + 4)
    return Phrase(
        index=index,
        units=(unit,),
        start=unit.start,
        end=unit.end,
        boundary=boundary,
        opening=opening,
        kind=kind,
        break_before=pause,
    )


def tone(value: int, seconds: float) -> bytes:
    return value.to_bytes(2, "little", signed=True) * round(seconds * RATE)


def chunk(of: Phrase, value: int, seconds: float, offset: int = 0, *, final: bool = True) -> AudioChunk:
    return AudioChunk(tone(value, seconds), FORMAT, of, offset, final=final)


async def paced(*steps: AudioChunk | float) -> AsyncIterator[AudioChunk]:
    for step in steps:
        if isinstance(step, AudioChunk):
            yield step
        else:
            await trio.sleep(step)


def pipeline(
    *steps: AudioChunk | float, device: Device, gaps: PhraseGaps | None = None, trim: bool = False
) -> Pipeline:
    return Pipeline(IterableSource(paced(*steps)), Playout(device, gaps=gaps, trim=trim))


def said(of: Phrase, *parts: tuple[int, float], final: bool = True) -> AudioChunk:
    """One chunk of (sample value, seconds)."""
    return AudioChunk(b"".join(tone(value, seconds) for value, seconds in parts), FORMAT, of, 0, final=final)


def of_kind(kind: type[Event], events: Pipeline) -> list[Event]:
    return [event for event in events.timeline if type(event) is kind]


FAST = PhraseGaps(clause=0.1, sentence=0.2, list_item=0.3, heading=0.4, paragraph=0.5)


@pytest.mark.parametrize(
    ("before", "after", "pause"),
    [
        (phrase(0, boundary=Boundary.COMMA), phrase(1, opening=Boundary.COMMA), 0.1),
        (phrase(0), phrase(1), 0.2),
        (phrase(0), phrase(1, kind=BlockKind.LIST_ITEM, opening=Boundary.LINE), 0.3),
        (phrase(0, kind=BlockKind.HEADING, boundary=Boundary.LINE), phrase(1), 0.4),
        (phrase(0), phrase(1, opening=Boundary.PARAGRAPH), 0.5),
        (phrase(0), phrase(1, pause=1.0), 1.2),
    ],
)
async def test_the_pause_between_two_phrases_follows_what_lies_between_them(
    autojump_clock: trio.testing.MockClock, before: Phrase, after: Phrase, pause: float
) -> None:
    device = Device()
    await pipeline(chunk(before, 1000, 0.3), chunk(after, 2000, 0.3), device=device, gaps=FAST).run()
    assert device.runs == [(1000, 0.3), (0, pause), (2000, 0.3)]


async def test_every_sample_is_played_in_order_and_heard(autojump_clock: trio.testing.MockClock) -> None:
    device = Device()
    first, second = phrase(0), phrase(1)
    played = pipeline(
        chunk(first, 1000, 0.25, final=False),
        0.01,
        chunk(first, 2000, 0.25, 2000),
        chunk(second, 3000, 0.1),
        device=device,
        gaps=FAST,
    )
    began = trio.current_time()
    await played.run()
    assert device.runs == [(1000, 0.25), (2000, 0.25), (0, 0.2), (3000, 0.1)]
    assert trio.current_time() - began == pytest.approx(0.8, abs=0.001)
    assert [(e.index, e.samples, e.whole) for e in played.timeline if isinstance(e, PhraseHeard)] == [
        (0, 4000, True),
        (1, 800, True),
    ]
    assert device.closed == 1
    assert not of_kind(Underrun, played)


async def test_silence_that_came_by_itself_counts_as_the_pause(autojump_clock: trio.testing.MockClock) -> None:
    """The next phrase is 0.15 s late: only the rest of the pause of 0.2 s is added."""
    device = Device()
    played = pipeline(chunk(phrase(0), 1000, 0.3), 0.45, chunk(phrase(1), 2000, 0.3), device=device, gaps=FAST)
    await played.run()
    assert device.runs == [(1000, 0.3), (0, 0.05), (2000, 0.3)]
    assert not of_kind(Underrun, played)


async def test_the_silence_that_the_voice_leaves_is_part_of_the_pause(autojump_clock: trio.testing.MockClock) -> None:
    device = Device()
    first, second, third = phrase(0), phrase(1), phrase(2)
    await pipeline(
        chunk(first, 1000, 0.3, final=False),
        chunk(first, 0, 0.05, 2400),
        AudioChunk(tone(0, 0.03) + tone(2000, 0.3), AudioFormat(RATE), second, 0, final=False),
        chunk(second, 0, 0.5, 2640),
        chunk(third, 3000, 0.3),
        device=device,
        gaps=FAST,
    ).run()
    # 0.05 + 0.12 + 0.03 are the pause of 0.2; half a second of the voice's own is more than enough.
    assert device.runs == [(1000, 0.3), (0, 0.2), (2000, 0.3), (0, 0.5), (3000, 0.3)]


async def test_an_underrun_is_counted_with_time_and_length(autojump_clock: trio.testing.MockClock) -> None:
    device = Device()
    played = pipeline(
        chunk(phrase(0), 1000, 0.3, final=False),
        0.8,
        chunk(phrase(0), 2000, 0.3, 2400),
        1.0,
        chunk(phrase(1), 3000, 0.3),
        device=device,
        gaps=FAST,
    )
    began = trio.current_time()
    result = await played.run()
    assert device.runs == [(1000, 0.3), (2000, 0.3), (3000, 0.3)]
    gaps = [(e.at - began, e.seconds) for e in played.timeline if isinstance(e, Underrun)]
    # Inside the phrase: dry from 0.3 to 0.8. Between: dry at 1.1, planned until 1.3, late until 1.8.
    assert gaps == [pytest.approx((0.3, 0.5), abs=0.002), pytest.approx((1.3, 0.5), abs=0.002)]
    assert result.latency.longest_gap == pytest.approx(0.5, abs=0.002)


@attrs.define
class Aside:
    """A filler of one chunk, after half a second of silence."""

    deck: Deck
    after: float = 0.5
    said: bool = False

    async def say(self, within: TurnPlayout) -> None:
        self.said = True
        turn = TurnContext()
        playing = TurnPlayout(self.deck, turn, within=within)
        await play_turn(IterableSource([chunk(phrase(0), 9000, 0.3)]), playing, turn)
        within.skip(playing)


async def test_the_silences_before_and_after_a_filler_are_two(autojump_clock: trio.testing.MockClock) -> None:
    device = RecordingOutput()
    deck = Playout(device, gaps=FAST).deck
    await deck.open(FORMAT)
    turn = TurnContext()
    began = trio.current_time()
    answer = IterableSource(paced(chunk(phrase(0), 1000, 0.4), 2.0, chunk(phrase(1), 2000, 0.3)))
    await play_turn(answer, TurnPlayout(deck, turn), turn, Aside(deck))
    assert [(audio.time - began, len(audio.pcm) / 2 / RATE) for audio in device.audio] == [
        pytest.approx((0.0, 0.4), abs=0.001),
        pytest.approx((0.9, 0.3), abs=0.001),
        pytest.approx((2.0, 0.3), abs=0.001),
    ], "no pause is added"
    gaps = [(e.at - began, e.seconds) for e in turn.timeline if isinstance(e, Underrun)]
    assert gaps == [pytest.approx((0.4, 0.5), abs=0.001), pytest.approx((1.2, 0.8), abs=0.001)]


async def test_first_audible_is_the_first_sample_that_is_not_silence(autojump_clock: trio.testing.MockClock) -> None:
    device = Device()
    first = phrase(0)
    played = pipeline(1.0, chunk(first, 3, 0.5, final=False), chunk(first, 1000, 0.5, 4000), device=device, gaps=FAST)
    began = trio.current_time()
    await played.run()
    (event,) = of_kind(FirstAudible, played)
    assert event.at - began == pytest.approx(1.5, abs=0.002)


@pytest.mark.parametrize("heard", [0.05, 0.3, 0.45, 0.62, 1.19])
async def test_cancelling_leaves_what_was_heard_and_no_more(
    autojump_clock: trio.testing.MockClock, heard: float
) -> None:
    device = Device()
    steps = [chunk(phrase(n), 1000 + n, 0.4) for n in range(3)]
    played = pipeline(*steps, device=device, gaps=PhraseGaps(clause=0, sentence=0, list_item=0, heading=0, paragraph=0))
    with trio.move_on_after(heard):
        await played.run()
    assert device.heard == pytest.approx(heard * RATE, abs=2)
    assert device.closed == 1
    counts = [e.samples for e in played.timeline if isinstance(e, PhraseHeard)]
    assert sum(counts) == device.heard
    assert counts[0] == min(3200, device.heard)


async def test_a_format_that_changes_is_an_error(autojump_clock: trio.testing.MockClock) -> None:
    device = Device()
    other = AudioChunk(tone(1, 0.1), AudioFormat(16_000), phrase(1), 0)
    with pytest.raises(ValueError, match="16000 samples a second"):
        await pipeline(chunk(phrase(0), 1, 0.3), other, device=device).run()
    assert device.closed == 1


async def test_an_error_carries_what_was_spoken(autojump_clock: trio.testing.MockClock) -> None:
    device = Device()

    async def broken() -> AsyncIterator[AudioChunk]:
        yield chunk(phrase(0), 1, 0.3)
        await trio.sleep(1)
        raise LookupError("gone")

    played = Pipeline(IterableSource(broken()), Playout(device, gaps=FAST))
    with pytest.raises(LookupError, match="gone") as caught:
        await played.run()
    assert getattr(caught.value, "result", None) == played.result
    assert played.result.error == "LookupError: gone"
    assert device.heard == 2400


async def test_a_pipeline_runs_once(autojump_clock: trio.testing.MockClock) -> None:
    played = pipeline(chunk(phrase(0), 1, 0.1), device=Device())
    with pytest.raises(RuntimeError, match="has not run"):
        _ = played.timeline
    await played.run()
    with pytest.raises(RuntimeError, match="runs once"):
        await played.run()


async def test_an_observer_sees_the_events_as_they_happen(autojump_clock: trio.testing.MockClock) -> None:
    seen: list[Event] = []
    played = pipeline(chunk(phrase(0), 1, 0.1), device=Device())
    await played.run(seen.append)
    assert seen == list(played.timeline)


async def test_a_phrase_that_is_heard_whole_is_reported_when_its_last_sample_is(
    autojump_clock: trio.testing.MockClock,
) -> None:
    seen: list[tuple[int, float]] = []
    began = trio.current_time()
    played = pipeline(chunk(phrase(0), 1, 0.5), 0.7, chunk(phrase(1), 2, 0.5), device=Device(), gaps=FAST)
    await played.run(
        lambda e: seen.append((e.index, trio.current_time() - began)) if isinstance(e, PhraseHeard) else None
    )
    assert [index for index, _ in seen] == [0, 1]
    assert [at for _, at in seen] == pytest.approx([0.5, 1.2], abs=0.01)


async def test_trimmed_silence_leaves_the_pause_that_is_planned(autojump_clock: trio.testing.MockClock) -> None:
    device = Device()
    played = pipeline(
        said(phrase(0), (0, 0.5), (1000, 0.3), (0, 0.8)),
        said(phrase(1), (0, 0.4), (2000, 0.3), (0, 0.6), (2000, 0.2), (0, 1.0)),
        said(phrase(2, opening=Boundary.PARAGRAPH), (3000, 0.3)),
        device=device,
        gaps=FAST,
        trim=True,
    )
    result = await played.run()
    # Between the words of the second the voice pauses as it likes.
    assert device.runs == [(0, 0.06), (1000, 0.3), (0, 0.2), (2000, 0.3), (0, 0.6), (2000, 0.2), (0, 0.5), (3000, 0.3)]
    assert not of_kind(Underrun, played)
    assert all(report.state is PhraseState.HEARD for report in result.phrases)
    assert [round(report.seconds, 4) for report in result.phrases] == [1.6, 2.5, 0.3]


async def test_trimming_takes_nothing_from_a_voice_that_leaves_less(autojump_clock: trio.testing.MockClock) -> None:
    steps = [said(phrase(n), (0, 0.03), (1000 + n, 0.3), (0, 0.08)) for n in range(3)]
    plain, trimmed = Device(), Device()
    await pipeline(*steps, device=plain).run()
    await pipeline(*steps, device=trimmed, trim=True).run()
    assert trimmed.pcm == plain.pcm


@pytest.mark.parametrize("at", [0.03, 0.06, 0.2, 0.36, 0.5, 0.62, 0.9])
async def test_what_was_trimmed_counts_with_its_neighbour(autojump_clock: trio.testing.MockClock, at: float) -> None:
    """0.06 s of silence, 0.3 s of voice, 0.14 s and 0.06 s of silence, 0.3 s of voice, 0.14 s of silence."""
    device = Device()
    steps = [said(phrase(n), (0, 0.5), (1000 + n, 0.3), (0, 0.7)) for n in range(2)]
    played = pipeline(*steps, device=device, gaps=FAST, trim=True)
    with trio.move_on_after(at):
        await played.run()
    counts = {e.index: (e.samples / RATE, e.whole) for e in played.timeline if isinstance(e, PhraseHeard)}
    first = (1.5, True) if at >= 0.5 else (0.44 + at, False)
    assert counts[0][0] == pytest.approx(first[0], abs=0.001)
    assert counts[0][1] is first[1]
    second = (1.5, True) if at >= 1 else (0.44 + at - 0.5, False) if at > 0.5 else (0.0, False)
    heard, whole = counts.get(1, (0.0, False))
    assert heard == pytest.approx(second[0], abs=0.001)
    assert whole is second[1]


async def test_silence_held_back_is_no_underrun_and_no_delay(autojump_clock: trio.testing.MockClock) -> None:
    """The voice pauses for a second inside a phrase; it comes slowly, a tenth at a time, so that the output runs dry."""
    device = Device()
    of = phrase(0)
    steps: list[AudioChunk | float] = [said(of, (1000, 0.3), final=False)]
    for number in range(10):
        steps += [0.1, chunk(of, 0, 0.1, 2400 + 800 * number, final=False)]
    steps += [0.1, chunk(of, 2000, 0.3, 10_400)]
    played = pipeline(*steps, device=device, gaps=FAST, trim=True)
    began = trio.current_time()
    result = await played.run()
    assert trio.current_time() - began == pytest.approx(1.6, abs=0.15)
    assert sum(e.seconds for e in played.timeline if isinstance(e, Underrun)) == 0
    assert result.phrases[0].seconds == pytest.approx(1.6)
    assert result.phrases[0].state is PhraseState.HEARD


async def test_trimmed_leading_silence_lets_the_first_word_come_sooner(autojump_clock: trio.testing.MockClock) -> None:
    async def first_audible(*, trim: bool) -> float:
        played = pipeline(said(phrase(0), (0, 0.5), (1000, 0.3)), device=Device(), trim=trim)
        began = trio.current_time()
        await played.run()
        (event,) = of_kind(FirstAudible, played)
        return event.at - began

    assert await first_audible(trim=False) == pytest.approx(0.5, abs=0.001)
    assert await first_audible(trim=True) == pytest.approx(0.06, abs=0.001)


async def test_the_pause_sounds_as_the_silence_of_the_voice(autojump_clock: trio.testing.MockClock) -> None:
    dice = random.Random(1)
    room = array("h", [round(dice.gauss(0, 12)) for _ in range(400)]).tobytes()
    device = Device()
    steps = [AudioChunk(room + tone(1000 + n, 0.3) + room, FORMAT, phrase(n), 0, final=True) for n in range(2)]
    await pipeline(*steps, device=device, gaps=FAST).run()
    assert len(device.pcm) == 2 * round(0.9 * RATE)  # twice 0.4 s; the voice leaves half of the pause of 0.2 s
    pause = memoryview(device.pcm).cast("h")[round(0.4 * RATE) : round(0.5 * RATE)]
    assert sum(sample * sample for sample in pause) / len(pause) == pytest.approx(144, rel=0.3)
    assert max(map(abs, pause)) < 104


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100])
@pytest.mark.parametrize("began", [0.1, 7.3, 999_999.7])
def test_a_paced_output_has_heard_a_sample_when_its_time_has_passed(rate: int, began: float) -> None:
    """To the sample, though times are rounded: or nobody could wait for a sample."""

    async def main() -> None:
        clock.jump(began)
        output = PacedOutput(hold=1.0)
        await output.open(AudioFormat(rate))
        await output.play(bytes(2 * 1_000))
        start = trio.current_time()
        for sample in range(0, 1_000, 7):
            await trio.sleep_until(start + sample / rate)
            assert output.heard == sample
            await trio.sleep_until(start + (sample + 0.5) / rate)
            assert output.heard == sample
        await output.close()

    clock = trio.testing.MockClock(autojump_threshold=0)
    trio.run(main, clock=clock)


async def test_an_output_that_stops_while_it_drains_is_an_error(autojump_clock: trio.testing.MockClock) -> None:
    device = RecordingOutput(hold=0.2)
    played = Pipeline(IterableSource(paced(chunk(phrase(0), 1000, 0.5))), Playout(device))
    async with trio.open_nursery() as nursery:

        async def stops() -> None:
            await trio.sleep(0.45)
            device.pause()  # not by the conversation: the device is gone

        nursery.start_soon(stops)
        began = trio.current_time()
        with pytest.raises(OutputError, match=r"patience") as caught:
            await played.run()
    assert trio.current_time() - began == pytest.approx(0.5 + DRAIN, abs=0.2)
    assert getattr(caught.value, "result", None) == played.result
    assert device.heard == pytest.approx(0.45 * RATE, abs=2)


async def test_a_pause_of_the_listener_stops_the_clock_of_the_drain(autojump_clock: trio.testing.MockClock) -> None:
    device = RecordingOutput(hold=0.2)
    deck = Playout(device).deck
    await deck.open(FORMAT)
    playing = TurnPlayout(deck, TurnContext())
    playing.begin()
    await playing.play(chunk(phrase(0), 1000, 0.2))
    playing.pause()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(playing.drain)
        await trio.sleep(100)
        playing.resume()
        await trio.sleep(0.05)
        playing.pause()
        await trio.sleep(100)
        playing.resume()
    assert device.heard == 0.2 * RATE
    await deck.close()


async def test_a_slow_output_has_its_margin_above_what_it_holds(autojump_clock: trio.testing.MockClock) -> None:
    device = RecordingOutput(hold=4.0, pace=0.5)
    await Pipeline(IterableSource(paced(chunk(phrase(0), 1000, 4.0))), Playout(device)).run()
    assert device.heard == 4 * RATE
