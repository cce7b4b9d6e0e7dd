"""What becomes of files, pipes and devices that break, are flushed or are closed in the middle."""

import os
import struct
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from tests.unit.adapters.outputs.test_loudspeaker import FakeDevice, OnAFakeDevice
from trio.testing import MockClock

from triolet import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs._file import PIPE_PIECE, FileOutput, RawFile
from triolet_adapters.outputs._ring import SampleRing
from triolet_adapters.outputs._sound_card import _Opening
from triolet_adapters.outputs.pcm import PcmFile
from triolet_adapters.outputs.wav import ENDLESS, WavFile, wav_header

FORMAT = AudioFormat(16_000)


@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
@pytest.mark.parametrize("size", [0, 1000, None])
def test_a_wav_header_says_what_every_player_reads(rate: int, size: int | None) -> None:
    riff, whole, wave, fmt, length, *audio, data, samples = struct.unpack(
        "<4sI4s4sIHHIIHH4sI", wav_header(AudioFormat(rate), size)
    )
    assert (riff, wave, fmt, length, data) == (b"RIFF", b"WAVE", b"fmt ", 16, b"data")
    assert audio == [1, 1, rate, 2 * rate, 2, 16], "PCM, mono, its rate, bytes a second, bytes and bits a sample"
    assert (whole, samples) == ((ENDLESS, ENDLESS) if size is None else (36 + size, size))


async def test_half_a_sample_that_was_written_last_is_not_in_a_wav_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "speech.wav"
    output = WavFile(path)
    await output.open(FORMAT)
    write = RawFile.write_some

    async def breaks_off(file: RawFile, data: bytes | memoryview) -> int:
        if len(data) < 5:
            raise OutputError("the disk is full")
        return await write(file, data[:3])

    monkeypatch.setattr(RawFile, "write_some", breaks_off)
    with pytest.raises(OutputError):
        await output.play(bytes(6))
    await output.close()
    assert output.heard == 1
    assert struct.unpack("<I", path.read_bytes()[40:44]) == (2,)


async def test_a_file_is_closed_though_it_cannot_be_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = WavFile(tmp_path / "speech.wav")
    await output.open(FORMAT)
    closed: list[str] = []
    close = RawFile.close

    def fails(file: RawFile, data: bytes) -> None:
        raise OutputError("gone")

    def closes(file: RawFile) -> None:
        closed.append(file.name)
        close(file)

    monkeypatch.setattr(RawFile, "overwrite_start", fails)
    monkeypatch.setattr(RawFile, "close", closes)
    with pytest.raises(OutputError, match="gone"):
        await output.close()
    assert closed == [str(tmp_path / "speech.wav")]


async def test_standard_output_is_nobodys_to_close() -> None:
    reading, writing = os.pipe()
    RawFile(writing, "standard output", owned=False).close()
    os.write(writing, b"!")
    RawFile(writing, "a pipe", owned=True).close()
    with pytest.raises(OSError, match="Bad file"):
        os.write(writing, b"!")
    os.close(reading)


async def test_a_pipe_takes_little_at_a_time_and_somebody_may_hear_it_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    output = PcmFile(path)
    try:
        await output.open(FORMAT)
        assert output.streamed
        assert await output._opened().write_some(bytes(3 * PIPE_PIECE)) == PIPE_PIECE <= 4096
        await output.close()
    finally:
        os.close(reader)
    await output.close()
    file = PcmFile(tmp_path / "file")
    await file.open(FORMAT)
    assert not file.streamed
    assert await file._opened().write_some(bytes(3 * PIPE_PIECE)) == 3 * PIPE_PIECE
    await file.close()


@pytest.mark.parametrize("kind", [WavFile, PcmFile])
async def test_sound_is_not_shown_on_a_terminal(kind: type[FileOutput]) -> None:
    ours, terminal = os.openpty()
    try:
        with pytest.raises(OutputError, match="no sense on a terminal"):
            await kind(os.ttyname(terminal)).open(FORMAT)
    finally:
        os.close(ours)
        os.close(terminal)


def test_what_was_heard_in_part_stays_heard_after_a_flush() -> None:
    """Of 20 samples in the device, 10 have come out."""
    ring = SampleRing(100)
    ring.latency = 30
    ring.accept(bytes(2 * 50))
    ring.pull(20)
    ring.pull(20)
    assert ring.heard == 10
    ring.flush(0)
    assert (ring.heard, ring.unheard) == (10, 0)
    ring.accept(bytes(2 * 5))
    ring.pull(5)
    ring.pull(30)
    assert ring.heard == 15


def test_a_fade_out_goes_on_over_several_pulls_and_what_follows_comes_behind_it() -> None:
    ring = SampleRing(100)
    ring.accept(array("h", [1000] * 50).tobytes())
    ring.flush(20)
    ring.accept(array("h", [7] * 10).tobytes())
    pulled = [sample for _ in range(8) for sample in array("h", ring.pull(5))]
    assert pulled[:20] == sorted(pulled[:20], reverse=True)
    assert pulled[0] > 900
    assert pulled[12] > 100
    assert pulled[20:] == [7] * 10 + [0] * 10
    assert ring.heard == 10


def test_a_flush_in_a_pause_makes_no_sound() -> None:
    ring = SampleRing(100)
    ring.accept(array("h", [1000] * 50).tobytes())
    ring.pause()
    ring.flush(20)
    ring.resume()
    assert not any(ring.pull(50))


async def test_a_loudspeaker_that_is_closed_while_its_device_hangs_is_no_fault_of_the_device(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    device = FakeDevice(nursery)
    output = OnAFakeDevice(device)
    await output.open(AudioFormat(24_000))
    device.plugged = False
    async with trio.open_nursery() as players:
        players.start_soon(output.play, bytes(2 * 24_000))
        await trio.sleep(1)
        await output.close()
    assert trio.current_time() < 2
    assert output.heard == 0


class Opened:
    """A device that counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("first", ["deliver", "abandon"])
def test_a_device_that_nobody_waits_for_any_more_is_closed_by_whoever_comes_last(first: str) -> None:
    device, opening = Opened(), _Opening()
    steps: list[Callable[[], None]] = [lambda: opening.deliver(device), opening.abandon]
    for step in steps if first == "deliver" else reversed(steps):
        assert device.closed == 0
        step()
    assert device.closed == 1


def test_a_device_that_is_waited_for_stays_open() -> None:
    device, opening = Opened(), _Opening()
    opening.deliver(device)
    assert opening.device is device
    assert device.closed == 0
