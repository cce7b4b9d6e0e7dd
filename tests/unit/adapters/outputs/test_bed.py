"""A background that is read from a file."""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from triolet import speech
from triolet.errors import OutputError
from triolet.mixing import _bed
from triolet.testing import ToneTTS
from triolet_adapters.outputs import AudioFile, read_bed

RAMP = np.arange(-4_000, 4_000, dtype="<i2")


def written(path: Path, rate: int, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(RAMP, channels).tobytes())
    return path


def test_a_wav_file_is_read_as_it_is(tmp_path: Path) -> None:
    bed = read_bed(written(tmp_path / "bed.wav", 22_050), gain=-6.0)
    assert bed.pcm == RAMP.tobytes()
    assert (bed.format.sample_rate, bed.gain) == (22_050, -6.0)


def test_stereo_becomes_mono_and_a_rate_that_no_output_has_is_lowered(tmp_path: Path) -> None:
    assert len(read_bed(written(tmp_path / "stereo.wav", 16_000, 2)).pcm) == 2 * len(RAMP)
    high = read_bed(written(tmp_path / "high.wav", 96_000))
    assert high.format.sample_rate == 48_000
    assert abs(len(high.pcm) // 2 - len(RAMP) // 2) < 40


@pytest.mark.parametrize("name", ["bed.mp3", "bed.opus", "bed.flac"])
async def test_compressed_files_are_read(name: str, tmp_path: Path, autojump_clock: object) -> None:
    await (["First we look."] | speech(ToneTTS(), "en") | AudioFile(tmp_path / name)).run()
    assert len(read_bed(tmp_path / name).pcm) > 20_000


def test_what_is_no_sound_is_an_error_of_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutputError, match=r"none\.wav cannot be read as sound"):
        read_bed(tmp_path / "none.wav")
    (tmp_path / "text.wav").write_text("no sound, but words " * 100)
    with pytest.raises(OutputError, match=r"text\.wav cannot be read as sound"):
        read_bed(tmp_path / "text.wav")
    monkeypatch.setattr(_bed, "LONGEST_BED", 0.1)
    with pytest.raises(ValueError, match="LONGEST_BED"):
        read_bed(written(tmp_path / "long.wav", 16_000))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(OutputError, match=r"pip install \"triolet\[audio\]\""):
        read_bed(tmp_path / "text.wav")
