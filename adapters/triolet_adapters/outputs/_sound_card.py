"""The only module that knows miniaudio."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Any, Protocol

import trio

from triolet import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs._quiet import quiet_libraries

Pull = Callable[[int], bytes]
"""Called by the device's own thread: gives exactly so many samples and never waits."""

PERIOD = 10
"""Milliseconds that the device takes at once: two of them are the 20 ms that a flush cannot take back, and a thread of
Python is woken in time at 100 a second."""

PERIODS = 2

OPEN_DEADLINE = 5.0
"""Seconds. A sound server that has to be started takes one or two."""

CLOSE_DEADLINE = 1.0
"""Seconds. Closing waits for one period; a device that has been unplugged may hang."""


class Device(Protocol):
    """A playback device at work."""

    latency: int
    """Samples between `pull` and the listener's ear, as far as they are known."""

    async def close(self) -> None:
        """Stop; within a deadline."""


class SoundCard:
    """A device of this machine, opened through miniaudio: ALSA, PulseAudio, Core Audio, WASAPI and so on."""

    def __init__(self, device: Any, latency: int) -> None:
        self.latency = latency
        self._device = device

    async def close(self) -> None:
        """Stop. After the deadline the thread that waits for the device is left alone."""
        with trio.move_on_after(CLOSE_DEADLINE, shield=True):
            await trio.to_thread.run_sync(self._device.close, abandon_on_cancel=True)


async def open_sound_card(format: AudioFormat, pull: Pull, name: str | None, backend: str | None) -> SoundCard:  # noqa: A002
    """Open and start a device; `name` is a part of its name, `backend` one of miniaudio's (for tests: "null").

    If cancelled, the device is closed as soon as it has been opened.

    Raises:
        OutputError: no miniaudio, no such device, no device at all, none that answers.
    """
    opening = _Opening()
    opened = False
    try:
        with trio.fail_after(OPEN_DEADLINE):
            await trio.to_thread.run_sync(
                lambda: opening.deliver(_quietly_opened(format, pull, name, backend)), abandon_on_cancel=True
            )
            opened = True
    except trio.TooSlowError as error:
        raise OutputError(
            f"the sound device did not open within {OPEN_DEADLINE:g} s: is its server hanging?"
        ) from error
    finally:
        if not opened:
            opening.abandon()
    return SoundCard(opening.device, format.samples(PERIOD * PERIODS / 1000))


class _Opening:
    """A device on its way from the thread that opens it to a task that may have left: whoever comes last closes it."""

    def __init__(self) -> None:
        self.device: Any = None
        self._lock = threading.Lock()
        self._abandoned = False

    def deliver(self, device: Any) -> None:
        """In the thread."""
        with self._lock:
            if self._abandoned:
                device.close()
            else:
                self.device = device

    def abandon(self) -> None:
        """In the task, when it goes without the device."""
        with self._lock:
            self._abandoned = True
            if self.device is not None:
                self.device.close()


def _quietly_opened(format: AudioFormat, pull: Pull, name: str | None, backend: str | None) -> Any:  # noqa: A002
    with quiet_libraries():
        return _open(format, pull, name, backend)


def _open(format: AudioFormat, pull: Pull, name: str | None, backend: str | None) -> Any:  # noqa: A002
    try:
        import miniaudio  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise OutputError('Loudspeaker needs the package miniaudio: pip install "triolet[audio]"') from error
    try:
        names = {known.name.lower(): known for known in miniaudio.Backend}
        if backend is not None and backend not in names:
            raise ValueError(f"no backend {backend!r}: there are {', '.join(names)}")
        backends = [] if backend is None else [names[backend]]
        device: Any = miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.SIGNED16,
            nchannels=1,
            sample_rate=format.sample_rate,
            buffersize_msec=PERIOD,
            callback_periods=PERIODS,
            device_id=None if name is None else _find(miniaudio.Devices(backends).get_playbacks(), name),
            backends=backends,
            app_name="triolet",
        )
        if device.backend == "Null" and backend is None:
            device.close()
            raise OutputError(_NO_CARD)
        device.start(_frames(pull))
    except miniaudio.MiniaudioError as error:
        raise OutputError(f"{_NO_CARD} (miniaudio: {error})") from error
    return device


_NO_CARD = "no sound device could be opened: connect one, or write to a file, e.g. WavFile('speech.wav')"


def _find(devices: list[dict[str, Any]], name: str) -> Any:
    for device in devices:
        if name.lower() in device["name"].lower():
            return device["id"]
    raise OutputError(
        f"no sound device is named {name!r}; there are: {', '.join(d['name'] for d in devices) or 'none'}"
    )


def _frames(pull: Pull) -> Generator[bytes, int, None]:
    """The generator that miniaudio drives: it sends how many samples it wants."""

    def frames() -> Generator[bytes, int, None]:
        wanted = yield b""
        while True:
            wanted = yield pull(wanted)

    generator = frames()
    next(generator)
    return generator
