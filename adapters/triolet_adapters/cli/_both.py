"""A file, and the sound device where there is one; else something that takes as long."""

from __future__ import annotations

from triolet import AudioFormat, Output
from triolet.errors import OutputError


class FileAndDevice(Output):
    """Writes every sample to `file` and plays it on `device`. Where that cannot be opened, `instead` listens in its place.

    A listener's silence while nothing came is not in the file.
    """

    def __init__(self, file: Output, device: Output | None, instead: Output | None = None) -> None:
        self._file = file
        self._wanted = device
        self._instead = instead
        self._device: Output | None = None
        self.silence: OutputError | None = None
        """Why the device could not be opened. None if it was, or if none was wanted."""

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the device if there is one, then the file."""
        self._device = self._wanted
        if self._device is not None:
            try:
                await self._device.open(format)
            except OutputError as error:
                self._device, self.silence = self._instead, error
                if self._device is not None:
                    await self._device.open(format)
        self.realtime = self._device is not None and self._device.realtime
        await self._file.open(format)
        self.streamed = self._file.streamed

    async def play(self, pcm: bytes) -> None:
        """Write, then play."""
        await self._file.play(pcm)
        if self._device is not None:
            await self._device.play(pcm)

    async def drain(self) -> None:
        """Wait until the device has played everything."""
        await self._file.drain()
        if self._device is not None:
            await self._device.drain()

    def flush(self) -> None:
        """The device drops what it has; the file keeps it."""
        self._file.flush()
        if self._device is not None:
            self._device.flush()

    @property
    def heard(self) -> int:
        """Samples that the listener has heard; those in the file where nobody listens."""
        return (self._device or self._file).heard

    async def close(self) -> None:
        """Close both, the file first: closing it takes no time and cannot wait."""
        await self._file.close()
        if self._device is not None:
            await self._device.close()
