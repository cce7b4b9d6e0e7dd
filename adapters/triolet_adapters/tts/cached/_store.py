"""Phrases in a directory: bounded, shared by processes, whole or not there at all. No Trio: called in a thread."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import attrs

from triolet_adapters.tts.cached._entry import LONGEST_HEADER, Damaged, Entry, header_of

logger = logging.getLogger("triolet.cache")

VERSION = 1
"""Part of every key: a change of what is stored, or of how text reaches a voice, makes another."""

MAX_BYTES = 256 * 1024 * 1024
"""An hour and a half of speech at 24 kHz: thousands of phrases, and no more than a program's other caches take."""

ROOM = 0.9
"""The share of the bound to which a full cache is cleared, so that not every phrase afterwards clears it again."""

_ENDING = ".phrase"
_PART = ".part"
_ABANDONED = 3600.0
"""Seconds after which a part of a file was left by a process that ended. Writing one takes milliseconds."""


@attrs.frozen
class CachedPhrase:
    """A phrase in a cache, as `triolet cache list` shows it."""

    text: str
    about: str
    """The voice and its settings."""
    seconds: float
    """How long it sounds."""
    size: int
    """Bytes on the disk."""
    used: float
    """When it was last played or written: seconds since 1970."""


class PhraseStore:
    """Phrases in a directory of their own. Processes may share it: each file is written whole, under a name of its own."""

    def __init__(self, directory: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> None:
        """Use a directory. It is made when something is written.

        Args:
            directory: where the phrases are, on a disk of this machine.
            max_bytes: the most bytes that they take; those that were not used for longest are dropped. 256 MiB by default.

        Raises:
            ValueError: `max_bytes` is not above 0.
        """
        if max_bytes <= 0:
            raise ValueError(f"max_bytes is {max_bytes}; it must be above 0")
        self.directory = Path(directory)
        self.max_bytes = max_bytes
        self._size: int | None = None
        """Bytes on the disk, as far as this process knows; None: not counted yet."""
        self._lock = threading.Lock()

    def path(self, voice: str, text: str) -> Path:
        """The file of a text said by a voice."""
        name = hashlib.sha256(json.dumps([VERSION, voice, text]).encode()).hexdigest()
        return self.directory / name[:2] / f"{name}{_ENDING}"

    def has(self, path: Path) -> bool:
        """Whether there is such a file. One question to the file system."""
        return os.path.exists(path)  # noqa: PTH110 -- a third of the time of Path.exists

    def read(self, path: Path, text: str, sample_rate: int) -> Entry | None:
        """The phrase in a file, which is noted as used; None if there is none. A damaged file is deleted with a warning in the log."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.warning("a cached phrase cannot be read, and is spoken anew: %s", error)
            return None
        try:
            entry = Entry.from_bytes(data).checked(text, sample_rate)
        except Damaged as error:
            logger.warning("the cached phrase %s is damaged (%s), and is dropped", path.name, error)
            self._drop(path)
            return None
        with contextlib.suppress(OSError):  # it may have been dropped meanwhile
            os.utime(path)
        return entry

    def write(self, path: Path, entry: Entry) -> None:
        """Write a phrase, and make room for it. What cannot be written is left out, with a warning in the log."""
        data = entry.to_bytes()
        if len(data) > self.max_bytes:
            return
        part = path.with_name(f"{path.stem}.{os.getpid()}.{secrets.token_hex(4)}{_PART}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(part, "xb", opener=_private) as file:
                file.write(data)
            os.replace(part, path)  # noqa: PTH105 -- whole, or not at all
        except OSError as error:
            logger.warning("a phrase cannot be cached: %s", error)
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return
        with self._lock:
            self._size = None if self._size is None else self._size + len(data)
            if self._size is None or self._size > self.max_bytes:
                self._size = self._make_room()

    def phrases(self) -> Iterator[CachedPhrase]:
        """What is in it, the last used first. Damaged files are left out."""
        for used, size, path in sorted(self._files(), reverse=True):
            try:
                with path.open("rb") as file:
                    header = header_of(file.read(min(size, LONGEST_HEADER)))
                seconds = header["samples"] / header["sample_rate"]
                yield CachedPhrase(header["text"], header["about"], seconds, size, used)
            except (OSError, Damaged, KeyError, TypeError):
                continue

    def size(self) -> tuple[int, int]:
        """How many phrases it has, and how many bytes they take."""
        sizes = [size for _, size, _ in self._files()]
        return len(sizes), sum(sizes)

    def clear(self) -> int:
        """Drop all phrases; return how many there were. Other files in the directory stay."""
        files = list(self._files())
        for _, _, path in files:
            self._drop(path)
        with self._lock:
            self._size = None
        return len(files)

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """When each was last used, its bytes, and its path. Parts that were abandoned are dropped."""
        for path in self.directory.glob(f"??/*{_ENDING}"):
            with contextlib.suppress(OSError):  # another process may have dropped it
                state = path.stat()
                yield state.st_mtime, state.st_size, path
        for path in self.directory.glob(f"??/*{_PART}"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink()

    def _make_room(self) -> int:
        """Drop those that were not used for longest, if there are too many; return the bytes that are left."""
        files = sorted(self._files())
        size = sum(size for _, size, _ in files)
        if size <= self.max_bytes:
            return size
        for _, bytes_, path in files[:-1]:
            self._drop(path)
            size -= bytes_
            if size <= ROOM * self.max_bytes:
                break
        return size

    def _drop(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
