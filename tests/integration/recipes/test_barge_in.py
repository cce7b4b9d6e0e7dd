"""Talking over a recipe: by Enter, through a pipe, and by voice, through the real detector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import trio
import trio.testing
from recipes.barge_in import WINDOW, voice
from tests.hearing.ears import WHISPER_RATE, _resample
from tests.hearing.words import compare
from tests.integration.recipes.running import heard
from tests.integration.recipes.talking import talking

from triolet import Conversation, speech
from triolet.testing import RecordingOutput, ToneTTS, decode
from triolet_adapters.tts import LocalTTS

FIRST = "The morning train leaves from the second platform. It takes an hour to reach the coast."
REST = "There is a second one at noon. It takes longer, but the view is better. The last one leaves at six."
NEXT = "Now something else."


def answers(printed: str, name: str) -> list[str]:
    return [line.partition(":")[2].strip() for line in printed.splitlines() if line.startswith(f"{name}:")]


async def test_enter_interrupts_one_turn_and_the_next_is_said(tmp_path: Path) -> None:
    async with talking("barge_in", tmp_path, f"{FIRST} {REST}", NEXT) as talk:
        await talk.until(lambda printed: "noon" in printed)
        await talk.type("\n")
        printed = await talk.end()
    first, second = answers(printed, "heard")
    missed, nothing = answers(printed, "not heard")
    assert first.startswith("The morning train leaves")
    assert missed
    assert f"{FIRST} {REST}".startswith(f"{first} {missed}")  # what was held back at the source is neither
    assert (second, nothing) == (NEXT, "")
    comparison = compare([f"{first} {second}"], heard(tmp_path / "heard.wav"))
    assert comparison.errors <= 2, "the word that was cut off may be taken for another"


async def test_without_a_device_it_runs_to_its_end(tmp_path: Path) -> None:
    async with talking("barge_in", tmp_path, NEXT, loudspeaker=False, tone=True) as talk:
        printed = await talk.end()
    assert answers(printed, "heard") == [NEXT]
    assert answers(printed, "not heard") == [""]


# By voice


@pytest.fixture(scope="module")
def caller() -> bytes:
    """Somebody who talks, at the detector's rate."""

    async def speak() -> bytes:
        pcm = bytearray()
        async with LocalTTS().connect() as session:
            await session.commit("Hold on, that is not what I asked for.", pcm.extend)
        return bytes(pcm)

    samples = (np.frombuffer(trio.run(speak), "<i2") / 32768).astype(np.float32)
    assert WHISPER_RATE == 16_000
    return (_resample(samples, 24_000) * 32767).astype("<i2").tobytes()


def windows(pcm: bytes) -> Iterator[bytes]:
    for at in range(0, len(pcm) - WINDOW, WINDOW):
        yield pcm[at : at + WINDOW]


def silence(seconds: float) -> bytes:
    return bytes(round(seconds * 16_000) * 2)


class Line:
    """A conversation, and a microphone beside it."""

    def __init__(self, talk: Conversation) -> None:
        self._detector = voice(talk, self._tell)
        next(self._detector)

    def _tell(self, call: Callable[[], None]) -> None:
        call()

    async def hears(self, pcm: bytes) -> None:
        for window in windows(pcm):
            await trio.sleep(0.032)
            self._detector.send(window)


async def test_a_cough_pauses_and_a_voice_interrupts(autojump_clock: trio.testing.MockClock, caller: bytes) -> None:
    output = RecordingOutput()
    async with Conversation(speech(ToneTTS(), "en"), output) as talk, trio.open_nursery() as nursery:
        nursery.start_soon(talk.say, [f"{FIRST} {REST}"])
        line = Line(talk)
        await line.hears(silence(1.0))
        assert output.heard > 20_000, "silence changes nothing"

        cough = caller[8 * WINDOW : 12 * WINDOW]
        await line.hears(cough)
        paused = output.heard
        await line.hears(silence(0.2))
        assert output.heard == paused
        await line.hears(silence(0.4))
        assert output.heard > paused, "it was a false alarm"
        (whole,) = decode(output.pcm).runs
        assert whole.start == 0, "the sample after the last one, and none twice"
        assert whole.stop == output.heard

        before = output.heard
        await line.hears(caller[: 16 * WINDOW])  # half a second
        assert talk.last is not None
        assert talk.last.interrupted
        assert output.heard - before < 0.3 * 24_000
        silent = output.heard
        await line.hears(silence(1.0))
        assert output.heard == silent


async def test_who_goes_on_talking_makes_the_next_turn_wait(
    autojump_clock: trio.testing.MockClock, caller: bytes
) -> None:
    output = RecordingOutput()
    async with Conversation(speech(ToneTTS(), "en"), output) as talk, trio.open_nursery() as nursery:
        line = Line(talk)
        await line.hears(caller[: 20 * WINDOW])
        nursery.start_soon(talk.say, [NEXT])
        await line.hears(caller[24 * WINDOW : 44 * WINDOW])
        assert output.heard < 0.1 * 24_000
        await line.hears(silence(4.0))
        assert talk.last is not None
        assert talk.last.heard == NEXT
