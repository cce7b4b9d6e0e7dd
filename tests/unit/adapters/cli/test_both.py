"""A file and a device get the same; without a device the file gets all of it."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from triolet import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.cli._both import FileAndDevice
from triolet_adapters.outputs import Memory, NullDevice

SECOND = AudioFormat().silence(0.5) + b"\x01\x00" * 12_000


class NoDevice(NullDevice):
    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        await trio.lowlevel.checkpoint()
        raise OutputError("no sound device")


async def test_where_there_is_no_device_another_listener_takes_as_long(
    autojump_clock: trio.testing.MockClock,
) -> None:
    file, instead = Memory(), NullDevice()
    both = FileAndDevice(file, NoDevice(), instead=instead)
    await both.open(AudioFormat())
    assert both.realtime
    assert both.silence is not None
    began = trio.current_time()
    await both.play(SECOND)
    assert both.heard == instead.heard < 24_000, "nothing was heard before it could have been said"
    await both.drain()
    assert trio.current_time() - began == pytest.approx(1.0, abs=0.01)
    await both.close()
    assert file.pcm == SECOND


async def test_the_listener_counts_and_the_file_has_all(autojump_clock: trio.testing.MockClock) -> None:
    file, device = Memory(), NullDevice()
    both = FileAndDevice(file, device)
    await both.open(AudioFormat())
    assert both.realtime
    began = trio.current_time()
    await both.play(SECOND)
    assert both.heard == device.heard < 24_000
    await both.drain()
    assert trio.current_time() - began == pytest.approx(1.0, abs=0.01)
    assert both.heard == 24_000
    await both.close()
    assert file.pcm == SECOND
    assert both.silence is None


@pytest.mark.parametrize("device", [None, NoDevice()])
async def test_without_a_device_nobody_waits(device: NullDevice | None, autojump_clock: trio.testing.MockClock) -> None:
    file = Memory()
    both = FileAndDevice(file, device)
    await both.open(AudioFormat())
    assert not both.realtime
    began = trio.current_time()
    await both.play(SECOND)
    await both.drain()
    both.flush()
    await both.close()
    assert trio.current_time() == began
    assert (file.pcm, both.heard) == (SECOND, 24_000)
    assert (both.silence is None) == (device is None)


class Counting(Memory):
    """Counts what it is told; somebody may hear it at once, though by no clock."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.streamed = True

    def flush(self) -> None:
        self.told.append("flush")

    async def close(self) -> None:
        self.told.append("close")
        await super().close()


async def test_both_are_flushed_and_closed_and_a_device_without_a_clock_keeps_nobody_waiting() -> None:
    file, device = Counting(), Counting()
    both = FileAndDevice(file, device)
    await both.open(AudioFormat())
    assert (both.realtime, both.streamed) == (False, True)
    await both.play(SECOND)
    both.flush()
    await both.close()
    assert file.told == device.told == ["flush", "close"]
    assert file.pcm == device.pcm == SECOND
