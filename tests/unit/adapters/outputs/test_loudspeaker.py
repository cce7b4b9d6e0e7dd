"""The loudspeaker: with a device of the test's own on virtual time, and with miniaudio's null device."""

import os
import subprocess
import sys
from array import array

import attrs
import pytest
import trio
import trio.testing

from triolet._model._audio import AudioFormat
from triolet.errors import OutputError
from triolet.playout._output import Output
from triolet.testing import OutputContract
from triolet_adapters.outputs._sound_card import Device, Pull
from triolet_adapters.outputs.loudspeaker import Loudspeaker

FORMAT = AudioFormat(24_000)


@attrs.define
class FakeDevice:
    """Pulls 10 ms at a time on Trio's clock, and keeps what it was given."""

    nursery: trio.Nursery
    latency: int = 0
    pulled: bytearray = attrs.Factory(bytearray)
    plugged: bool = True
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)

    async def open(self, format: AudioFormat, pull: Pull) -> Device:  # noqa: A002
        self.pulled.clear()
        self.scope = trio.CancelScope()
        self.nursery.start_soon(self._work, format, pull, self.scope)
        return self

    async def _work(self, format: AudioFormat, pull: Pull, scope: trio.CancelScope) -> None:  # noqa: A002
        with scope:
            due = trio.current_time()
            while True:
                if self.plugged:
                    self.pulled += pull(format.samples(0.01))
                due += 0.01
                await trio.sleep_until(due)

    async def close(self) -> None:
        self.scope.cancel()
        await trio.lowlevel.cancel_shielded_checkpoint()

    @property
    def sound(self) -> bytes:
        """What it was given, without silence."""
        samples = array("h", bytes(self.pulled))
        return array("h", [s for s in samples if s]).tobytes()


class OnAFakeDevice(Loudspeaker):
    def __init__(self, device: FakeDevice) -> None:
        super().__init__(opener=device.open, fade=0)
        self.device = device


class TestOnAFakeDevice(OutputContract):
    @pytest.fixture
    async def output(self, nursery: trio.Nursery) -> OnAFakeDevice:
        return OnAFakeDevice(FakeDevice(nursery))

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, OnAFakeDevice)
        return output.device.sound


for _rate in (8_000, 16_000, 44_100, 48_000):
    globals()[f"TestOnAFakeDeviceAt{_rate}"] = type(
        f"TestOnAFakeDeviceAt{_rate}", (TestOnAFakeDevice,), {"format": AudioFormat(_rate)}
    )


class TestOnTheNullBackend(OutputContract):
    """In real time: the thread is miniaudio's."""

    @pytest.fixture
    def output(self) -> Loudspeaker:
        return Loudspeaker(backend="null")

    @pytest.fixture
    def autojump_clock(self) -> None:
        return None


async def test_what_the_device_holds_is_not_heard_yet(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    device = FakeDevice(nursery, latency=4_800)
    output = Loudspeaker(opener=device.open)
    await output.open(FORMAT)
    began = trio.current_time()
    await output.play(b"\1\1" * 1_200)
    await trio.sleep(0.1)
    assert device.sound == b"\1\1" * 1_200
    assert output.heard == 0
    await output.drain()
    assert output.heard == 1_200
    assert trio.current_time() - began == pytest.approx(0.26, abs=0.02)
    await output.close()


@pytest.mark.parametrize("hold", [0.05, 0.1, 0.3])
async def test_it_holds_so_much_and_no_more_and_the_device_never_runs_dry(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery, hold: float
) -> None:
    device = FakeDevice(nursery)
    output = Loudspeaker(opener=device.open, hold=hold)
    await output.open(FORMAT)
    began = trio.current_time()
    sound = b"\1\1" * FORMAT.samples(1.0)
    for at in range(0, len(sound), 960):
        await output.play(sound[at : at + 960])
        assert at + 960 - len(device.sound) <= 2 * FORMAT.samples(hold)
    assert trio.current_time() - began == pytest.approx(1.0 - hold, abs=0.06)
    await output.drain()
    await output.close()
    assert bytes(device.pulled).strip(b"\0") == sound


async def test_flush_fades_out_and_stops(autojump_clock: trio.testing.MockClock, nursery: trio.Nursery) -> None:
    device = FakeDevice(nursery)
    output = Loudspeaker(opener=device.open, fade=0.01)
    await output.open(FORMAT)
    await output.play(array("h", [10_000]).tobytes() * 2_400)
    await trio.sleep(0.035)
    heard = output.heard
    output.flush()
    await trio.sleep(0.2)
    sound = array("h", device.sound)
    assert list(sound[:heard]) == [10_000] * heard
    tail = sound[heard:]
    assert 235 <= len(tail) <= 240
    assert max(a - b for a, b in zip([10_000, *tail], [*tail, 0], strict=True)) < 100, "no step that clicks"
    assert output.heard == heard
    await output.close()


async def test_pause_keeps_every_sample(autojump_clock: trio.testing.MockClock, nursery: trio.Nursery) -> None:
    device = FakeDevice(nursery)
    output = Loudspeaker(opener=device.open)
    await output.open(FORMAT)
    sound = array("h", range(1, 2_401)).tobytes()
    await output.play(sound)
    await trio.sleep(0.035)
    output.pause()
    heard = output.heard
    assert 0 < heard < 2_400
    await trio.sleep(5)
    assert output.heard == heard
    output.resume()
    await output.drain()
    assert device.sound == sound
    await output.close()


async def test_a_device_that_stops_taking_samples_is_an_error(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    device = FakeDevice(nursery)
    output = Loudspeaker(opener=device.open)
    await output.open(FORMAT)
    await output.play(bytes(200))
    device.plugged = False
    with trio.fail_after(5):
        with pytest.raises(OutputError, match="unplugged"):
            await output.drain()
        with pytest.raises(OutputError, match="unplugged"):
            await output.play(bytes(48_000))
        await output.close()


async def test_without_miniaudio_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(OutputError, match=r'pip install "triolet\[audio\]"'):
        await Loudspeaker().open(FORMAT)


async def test_an_unknown_device_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(OutputError, match="no sound device is named 'Kazoo'; there are: NULL"):
        await Loudspeaker("Kazoo", backend="null").open(FORMAT)


async def test_an_unknown_backend_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match=r"no backend 'tuba': there are .*alsa"):
        await Loudspeaker(backend="tuba").open(FORMAT)


async def test_without_a_sound_card_it_says_what_can_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    import miniaudio

    def no_card(**_: object) -> None:
        raise miniaudio.MiniaudioError("failed to init device", -401)

    monkeypatch.setattr(miniaudio, "PlaybackDevice", no_card)
    with pytest.raises(OutputError, match=r"no sound device could be opened.*WavFile"):
        await Loudspeaker().open(FORMAT)


async def test_a_cancelled_open_gives_the_device_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    import miniaudio

    may_open, closed = threading.Event(), threading.Event()

    class SlowDevice:
        backend = "Slow"

        def __init__(self, **_: object) -> None:
            may_open.wait(5)

        def start(self, _: object) -> None:
            pass

        def close(self) -> None:
            closed.set()

    monkeypatch.setattr(miniaudio, "PlaybackDevice", SlowDevice)
    with trio.move_on_after(0.02) as scope:
        await Loudspeaker().open(FORMAT)
    assert scope.cancelled_caught
    may_open.set()
    assert await trio.to_thread.run_sync(closed.wait, 5)


OPENING = """
import trio
from triolet import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs import Loudspeaker

async def main():
    speaker = Loudspeaker()
    try:
        await speaker.open(AudioFormat())
    except OutputError as error:
        assert "connect one" in str(error)
    await speaker.close()

trio.run(main)
"""


def test_nothing_but_our_error_says_that_there_is_no_device() -> None:
    """ALSA by itself writes thirty lines; where there is a device this says nothing either."""
    done = subprocess.run(
        [sys.executable, "-c", OPENING],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
