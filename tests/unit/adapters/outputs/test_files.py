"""Files and pipes: what is in them at every moment."""

import contextlib
import errno
import os
import struct
import subprocess
import sys
import wave
from pathlib import Path

import pytest
import trio
import trio.testing

from triolet._model._audio import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs import wav
from triolet_adapters.outputs._file import FileOutput, RawFile
from triolet_adapters.outputs.pcm import PcmFile
from triolet_adapters.outputs.wav import WavFile

FORMAT = AudioFormat(16_000)
SOUND = bytes(range(1, 201)) * 16


def read_wav(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert file.getframerate() == FORMAT.sample_rate
        return bytes(file.readframes(file.getnframes()))


async def test_a_wav_file_is_valid_after_each_play(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    output = WavFile(path)
    await output.open(FORMAT)
    assert read_wav(path) == b""
    for i in range(1, 4):
        await output.play(SOUND)
        assert read_wav(path) == SOUND * i
        assert struct.unpack("<I", path.read_bytes()[4:8])[0] == path.stat().st_size - 8
    await output.close()
    assert read_wav(path) == SOUND * 3


def test_a_wav_file_is_valid_when_its_program_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    script = f"""
import trio
from triolet._model._audio import AudioFormat
from triolet_adapters.outputs.wav import WavFile
async def main():
    output = WavFile({str(path)!r})
    await output.open(AudioFormat(16_000))
    while True:
        await output.play(bytes(range(1, 201)) * 16)
        print(output.heard, flush=True)
trio.run(main)
"""
    program = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
    )
    with program:
        assert program.stdout is not None
        assert any(int(samples) > 50_000 for samples in program.stdout)
        program.kill()
    pcm = read_wav(path)
    assert len(pcm) >= 100_000 - 2 * len(SOUND) - 44
    assert pcm[: len(SOUND) * 10] == SOUND * 10
    # The header is written after the samples, and a kill may cut a write between two pages.
    assert 0 <= path.stat().st_size - 44 - len(pcm) <= len(SOUND)


async def test_a_wav_file_is_valid_when_the_disk_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "speech.wav"
    output = WavFile(path)
    await output.open(FORMAT)
    room = 5_001  # bytes: half a sample more than whole ones
    write = os.write

    def filling(fd: int, data: bytes) -> int:
        nonlocal room
        if room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = write(fd, data[:room])
        room -= count
        return count

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", filling)
        await output.play(SOUND)
        with pytest.raises(OutputError, match="No space"):
            await output.play(SOUND)
        room = 100
        await output.close()
    assert output.heard == 2_478
    assert read_wav(path) == (SOUND * 2)[: output.heard * 2]


async def test_a_wav_file_ends_at_4_gib_and_stays_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wav, "LARGEST", 2 * len(SOUND))
    path = tmp_path / "speech.wav"
    output = WavFile(path)
    await output.open(FORMAT)
    await output.play(SOUND * 2)
    with pytest.raises(OutputError, match="4 GiB"):
        await output.play(SOUND)
    assert output.heard == len(SOUND)
    await output.close()
    assert read_wav(path) == SOUND * 2


def test_the_largest_wav_file_fits_its_header() -> None:
    header = wav.wav_header(FORMAT, wav.LARGEST)
    assert struct.unpack("<I", header[4:8])[0] <= 0xFFFF_FFFF
    assert struct.unpack("<I", header[40:44])[0] == wav.LARGEST
    assert wav.LARGEST % 2 == 0


@pytest.mark.parametrize("kind", [WavFile, PcmFile])
async def test_what_cannot_be_opened_says_why(kind: type[FileOutput], tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"the folder .*missing does not exist"):
        await kind(tmp_path / "missing" / "speech").open(FORMAT)
    with pytest.raises(OutputError, match=r"[Dd]irectory"):
        await kind(tmp_path).open(FORMAT)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_a_full_disk_is_an_output_error() -> None:
    output = PcmFile("/dev/full")
    await output.open(FORMAT)
    with pytest.raises(OutputError, match=r"[Nn]o space"):
        await output.play(SOUND)
    await output.close()


async def test_bare_samples_go_to_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await piped(PcmFile, monkeypatch) == SOUND * 100


async def test_a_wav_stream_goes_to_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    out = await piped(WavFile, monkeypatch)
    assert out[44:] == SOUND * 100
    assert out[:4] == b"RIFF"
    assert out[4:8] == out[40:44] == b"\xff\xff\xff\xff"


async def piped(kind: type[FileOutput], monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What comes out of standard output, a pipe here. The output leaves it open."""
    reading, writing = os.pipe()
    came = bytearray()

    async def read() -> None:
        async with trio.lowlevel.FdStream(reading) as pipe:
            async for data in pipe:
                came.extend(data)

    with os.fdopen(writing, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            output = kind("-")
            await output.open(FORMAT)
            await output.play(SOUND * 100)
            await output.drain()
            await output.close()
            stdout.close()
    return bytes(came)


async def test_a_full_pipe_makes_play_wait_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    output = PcmFile(path)
    await output.open(FORMAT)
    with trio.move_on_after(0.05) as scope:
        while True:
            await output.play(SOUND * 10)
    assert scope.cancelled_caught
    read = b""
    while len(read) < output.heard * 2:
        read += os.read(reader, 65_536)
    os.set_blocking(reader, False)
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    assert len(read) == output.heard * 2
    assert read == (SOUND * (len(read) // len(SOUND) + 1))[: len(read)]
    os.close(reader)
    with pytest.raises(OutputError, match="reader has closed"):
        await output.play(SOUND)
    await output.close()


async def test_a_named_pipe_waits_for_its_reader(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OutputError, match="start its reader"):
        await PcmFile(path).open(FORMAT)
    output = PcmFile(path)
    readers: list[int] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(output.open, FORMAT)
        await trio.sleep(1)
        readers.append(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    await output.play(SOUND)
    assert os.read(readers[0], 10_000) == SOUND
    os.close(readers[0])
    await output.close()


class _WithoutBeginning(FileOutput):
    """Cannot write what comes before its samples: it is cancelled, or refuses."""

    file: RawFile | None = None
    error: Exception | None = None

    async def _begin(self, file: RawFile, format: AudioFormat) -> None:  # noqa: A002
        self.file = file
        if self.error is not None:
            raise self.error
        await trio.sleep_forever()


@pytest.mark.parametrize("error", [None, OutputError("no"), ValueError("no")])
async def test_a_file_that_was_not_begun_is_closed(tmp_path: Path, error: Exception | None) -> None:
    output = _WithoutBeginning(tmp_path / "speech")
    output.error = error
    with trio.move_on_after(0.01), contextlib.suppress(OutputError, ValueError):
        await output.open(FORMAT)
    assert output.file is not None
    with pytest.raises(OSError, match="file descriptor"):
        os.fstat(output.file._fd)
