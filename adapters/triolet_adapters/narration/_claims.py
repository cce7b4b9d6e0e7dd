"""Who works on a document, told to all processes and machines that share the folder.

A claim is a file that only one can make (O_EXCL), NAME.1. Its holder touches it as a sign of life. Whoever has seen no sign for
`CLAIM_LEASE` by its own clock makes the next, NAME.2, which again only one can: no claim is ever renamed or taken from somebody.
A holder whose claim is not the last one has lost it. Clocks of machines are not compared.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import attrs

CLAIM_LEASE = 120.0
"""Seconds without a sign of life after which a claim has lapsed. File systems of networks may show a change up to 60 s late."""

BEAT = 20.0
"""Seconds between two signs of life: six in a lease."""


@attrs.frozen
class Sight:
    """The last claim of a document as it was seen: it changes with each sign of life."""

    number: int
    touched: int
    """The time of the file, in nanoseconds, as the file system gives it."""


class Watch:
    """Decides when claims have lapsed, from what was seen of them and when. Pure."""

    def __init__(self, lease: float = CLAIM_LEASE) -> None:
        self._lease = lease
        self._seen: dict[str, tuple[Sight, float]] = {}

    def lapsed(self, name: str, sight: Sight, now: float) -> bool:
        """Whether this claim has been the same for the lease. `now`: seconds on any clock that does not go back."""
        before = self._seen.get(name)
        if before is None or before[0] != sight:
            self._seen[name] = sight, now
            return False
        return now - before[1] >= self._lease

    def forget(self, name: str) -> None:
        """Nobody need watch this one any more."""
        self._seen.pop(name, None)


@attrs.frozen
class Claim:
    """One that this process holds."""

    folder: Path
    name: str
    number: int
    token: str
    """Nobody else has this one."""

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / f"{self.name}.{self.number}"

    def beat(self) -> None:
        """Give a sign of life."""
        with contextlib.suppress(OSError):  # it is found to be lost before anything is put in its place
            os.utime(self.path)

    def held(self) -> bool:
        """Whether it is the last one still: nobody has taken this process for dead."""
        return last_claim(self.folder, self.name) == self.number and _read(self.path).get("token") == self.token

    def release(self) -> None:
        """Give it back, and clear away those that lapsed before it."""
        if _read(self.path).get("token") == self.token:
            for number in range(1, self.number + 1):
                with contextlib.suppress(OSError):
                    (self.folder / f"{self.name}.{number}").unlink()


def try_claim(folder: Path, name: str, overdue: Sight | None = None) -> Claim | Sight | None:
    """Claim a document. A sight: another has it. None: that changed just now.

    One that a process of this machine has left is taken at once, if the process is gone; another if it is still as `overdue` says.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    last = last_claim(folder, name)
    if last:
        path = folder / f"{name}.{last}"
        try:
            sight = Sight(last, path.stat().st_mtime_ns)
        except FileNotFoundError:  # given back just now
            return None
        if not _abandoned(_read(path)) and sight != overdue:
            return sight
    claim = Claim(folder, name, last + 1, secrets.token_hex(8))
    part = folder / f".{claim.token}"
    part.write_text(json.dumps({"token": claim.token, "machine": machine(), "pid": os.getpid()}), "utf-8")
    try:
        os.link(part, claim.path)  # O_EXCL, with its content from the first moment on
    except FileExistsError:
        return None
    except OSError:  # a file system without links
        return _exclusively(claim, part)
    finally:
        part.unlink()
    return claim


def last_claim(folder: Path, name: str) -> int:
    """The number of the last claim of a document; 0 if there is none."""
    numbers = [0]
    with contextlib.suppress(FileNotFoundError):
        for path in folder.iterdir():
            stem, _, number = path.name.rpartition(".")
            if stem == name and number.isdecimal():
                numbers.append(int(number))
    return max(numbers)


def machine() -> str:
    """The name of this machine since it was started, with the space of process numbers: of another one nobody here can tell who runs."""
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
    with contextlib.suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(parts)


def _exclusively(claim: Claim, part: Path) -> Claim | None:
    try:
        with claim.path.open("xb") as file:
            file.write(part.read_bytes())
    except FileExistsError:
        return None
    return claim


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _abandoned(holder: Mapping[str, Any]) -> bool:
    """Whether its process ran on this machine, and has ended."""
    pid = holder.get("pid")
    if os.name != "posix" or holder.get("machine") != machine() or not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
