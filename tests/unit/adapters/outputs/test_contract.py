"""All outputs keep the contract: one that takes real time at all rates that voices have, the others at two."""

import wave
from pathlib import Path

import pytest

from triolet import AudioFormat
from triolet.playout._output import Output
from triolet.testing import OutputContract
from triolet_adapters.outputs.memory import Memory
from triolet_adapters.outputs.null import NullDevice
from triolet_adapters.outputs.pcm import PcmFile
from triolet_adapters.outputs.wav import WavFile


class TestMemory(OutputContract):
    @pytest.fixture
    def output(self) -> Memory:
        return Memory()

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, Memory)
        return output.pcm


class TestNullDevice(OutputContract):
    @pytest.fixture
    def output(self) -> NullDevice:
        return NullDevice()


class TestWavFile(OutputContract):
    @pytest.fixture
    def output(self, tmp_path: Path) -> WavFile:
        return WavFile(tmp_path / "speech.wav")

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, WavFile)
        with wave.open(output.path) as file:
            assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (self.format.sample_rate, 2, 1)
            return bytes(file.readframes(file.getnframes()))


class TestPcmFile(OutputContract):
    @pytest.fixture
    def output(self, tmp_path: Path) -> PcmFile:
        return PcmFile(tmp_path / "speech.pcm")

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, PcmFile)
        return Path(output.path).read_bytes()


def _at_other_rates(rates: tuple[int, ...], *suites: type[OutputContract]) -> dict[str, type]:
    made = [(f"{suite.__name__}At{rate}", suite, rate) for suite in suites for rate in rates]
    return {name: type(name, (suite,), {"format": AudioFormat(rate)}) for name, suite, rate in made}


globals().update(_at_other_rates((8_000, 16_000, 44_100, 48_000), TestNullDevice))
# What these do with samples does not depend on how many a second has.
globals().update(_at_other_rates((44_100,), TestMemory, TestWavFile, TestPcmFile))
