"""Writing to a file, a pipe or standard output without blocking the event loop."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
from collections.abc import Generator
from pathlib import Path

import trio

from triolet import SAMPLE_BYTES, AudioFormat, Output
from triolet.errors import OutputError

PIPE_PIECE = 4096
"""Bytes a write to a pipe. A pipe that polls as writable takes so many at once (PIPE_BUF on Linux, and what a pipe keeps free
before it polls so on macOS), therefore without being made non-blocking: that would change it for other programs, too."""

READER_WAIT = 10.0
"""Seconds to wait for a program to open the other end of a named pipe: long enough to type its command after ours."""


class FileOutput(Output):
    """What all outputs to one file have in common: whole samples, counted as they are written."""

    realtime = False

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._file: RawFile | None = None
        self._written = 0

    @property
    def heard(self) -> int:
        """Samples written."""
        return self._written // SAMPLE_BYTES

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the file, which is emptied if it exists.

        Raises:
            OutputError: there is no such folder, or no permission; nobody reads the pipe.
            RuntimeError: it is open already.
        """
        if self._file is not None:
            raise RuntimeError("this output is open already: close it first")
        file = await open_file(self.path)
        self._written = 0
        try:
            await self._begin(file, format)
        except BaseException:  # raised again: a file that was not begun is not kept open
            file.close()
            raise
        self._file = file
        self.streamed = not file.seekable

    async def play(self, pcm: bytes) -> None:
        """Write the samples; waits where a pipe is full. If cancelled meanwhile, a first part has been written.

        Raises:
            OutputError: the reader of a pipe has gone, the disk is full, ...
        """
        file = self._opened()
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        await trio.lowlevel.checkpoint()
        self._check(len(pcm))
        rest = memoryview(pcm)
        while rest:
            count = await file.write_some(rest)
            self._written += count
            rest = rest[count:]
        self._mark(file)

    async def drain(self) -> None:
        """All has been written when `play` returned."""
        self._opened()
        await trio.lowlevel.checkpoint()

    def flush(self) -> None:
        """A file keeps what it has."""

    async def close(self) -> None:
        """Complete the file and close it; standard output stays open."""
        file, self._file = self._file, None
        if file is not None:
            try:
                self._mark(file)  # a play that failed half-way has not
            finally:
                file.close()
        await trio.lowlevel.cancel_shielded_checkpoint()

    async def _begin(self, file: RawFile, format: AudioFormat) -> None:  # noqa: A002
        """For subclasses: write what comes before the samples."""

    def _check(self, size: int) -> None:
        """For subclasses: refuse `size` more bytes by raising OutputError."""

    def _mark(self, file: RawFile) -> None:
        """For subclasses: note in the file that `_written` bytes of samples are in it."""

    def _opened(self) -> RawFile:
        if self._file is None:
            raise RuntimeError("this output is not open: await open(format) first")
        return self._file


class RawFile:
    """An open file. Regular files are written directly: a write is a copy into the page cache, microseconds for 100 ms of
    audio, less than a thread costs; and virtual time allows no threads. Pipes, sockets and terminals are waited for.
    """

    def __init__(self, fd: int, name: str, *, owned: bool) -> None:
        self.name = name
        self._fd = fd
        self._owned = owned
        mode = os.fstat(fd).st_mode
        self.seekable = stat.S_ISREG(mode)
        self._may_block = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(fd)

    @property
    def is_terminal(self) -> bool:
        """Whether a person would see what is written."""
        return os.isatty(self._fd)

    async def write(self, data: bytes | memoryview) -> None:
        """Write all of it. If cancelled while a pipe is full, a first part, of whole `PIPE_PIECE`s.

        Raises:
            OutputError: the reader has gone, the disk is full, ...
        """
        rest = memoryview(data)
        await trio.lowlevel.checkpoint()
        while rest:
            rest = rest[await self.write_some(rest) :]

    async def write_some(self, data: bytes | memoryview) -> int:
        """Write a first part, and say how many bytes that were. Waits if a pipe is full."""
        with _explained(self.name):
            if not self._may_block:
                return os.write(self._fd, data)
            if sys.platform == "win32":  # pipes cannot be polled there
                return await trio.to_thread.run_sync(os.write, self._fd, data[:PIPE_PIECE])
            await trio.lowlevel.wait_writable(self._fd)
            try:
                return os.write(self._fd, data[:PIPE_PIECE])
            except BlockingIOError:  # another program has filled it meanwhile
                return 0

    def overwrite_start(self, data: bytes) -> None:
        """Replace the first bytes of a seekable file, in one system call."""
        with _explained(self.name):
            position = os.lseek(self._fd, 0, os.SEEK_CUR)
            os.lseek(self._fd, 0, os.SEEK_SET)
            os.write(self._fd, data)
            os.lseek(self._fd, position, os.SEEK_SET)

    def write_at(self, position: int, data: bytes) -> int:
        """Write into a seekable file, and say how many bytes that were."""
        with _explained(self.name):
            os.lseek(self._fd, position, os.SEEK_SET)
            return os.write(self._fd, data)

    def close(self) -> None:
        """Close it, unless it is standard output."""
        if self._owned:
            with _explained(self.name):
                os.close(self._fd)


async def open_file(path: str | os.PathLike[str]) -> RawFile:
    """Open for writing from the start; "-" is standard output.

    Raises:
        OutputError: it cannot be opened; the text says why and what can be done.
    """
    await trio.lowlevel.checkpoint()
    name = os.fspath(path)
    if name == "-":
        try:
            sys.stdout.flush()
            return RawFile(sys.stdout.fileno(), "standard output", owned=False)
        except (AttributeError, OSError, ValueError, io.UnsupportedOperation) as error:
            raise OutputError("there is no standard output to write to: give a path") from error
    parent = Path(name).parent
    if not parent.is_dir():
        raise OutputError(f"cannot write {name}: the folder {parent} does not exist; make it first")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    with _explained(name):
        return RawFile(await _open_with_reader(name, flags), name, owned=True)


async def _open_with_reader(name: str, flags: int) -> int:
    with trio.move_on_after(READER_WAIT):
        while True:
            try:
                return os.open(name, flags, 0o666)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
            await trio.sleep(0.05)
    raise OutputError(f"nobody has opened the pipe {name} for reading within {READER_WAIT:g} s: start its reader")


@contextlib.contextmanager
def _explained(name: str) -> Generator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise OutputError(f"cannot write {name}: its reader has closed it") from error
    except OSError as error:
        raise OutputError(f"cannot write {name}: {error.strerror or error}") from error
