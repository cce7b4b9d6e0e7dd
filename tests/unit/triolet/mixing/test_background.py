"""A background under speech: what comes out, to the sample, and that what was heard counts the voice alone."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import pytest
import trio
import trio.testing

from triolet import SAMPLE_BYTES, AudioFormat, Background, Bed, Conversation, Ducking, Output, Playout, speech
from triolet.errors import OutputError
from triolet.testing import OutputContract, RecordingOutput, ToneTTS
from triolet_adapters.outputs import Memory

Clock = trio.testing.MockClock
Samples = np.ndarray[Any, np.dtype[np.int64]]
RATE = 24_000
HUM = Bed(np.full(RATE, 1_000, "<i2").tobytes(), RATE)
"""A background that is the same everywhere, so that its gain is read off it."""
SILENT = Bed(bytes(2 * RATE), RATE)
TEXT = "First we look. Then we choose."


def samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, "<i2").astype("i8")


class OverSilence(OutputContract):
    """The background is silent, and the samples of the suite are not: what is left without zero samples is the voice."""

    during: Any = "conversation"

    @pytest.fixture
    def output(self) -> Output:
        return Background(RecordingOutput(), SILENT, during=self.during)

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, Background)
        recording = output._device
        assert isinstance(recording, RecordingOutput)
        sound = np.frombuffer(recording.pcm, "<i2")
        return sound[sound != 0].tobytes()


class TestWithABackground(OverSilence):
    hold = 0.1 + 0.06


class TestWithABackgroundForTurns(OverSilence):
    during = "turns"


class TestFileWithABackground(OutputContract):
    @pytest.fixture
    def output(self) -> Output:
        return Background(Memory(), SILENT)

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, Background)
        assert isinstance(output._device, Memory)
        return output._device.pcm
