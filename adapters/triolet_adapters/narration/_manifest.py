"""What says that a document is done: a record beside its outputs. Pure, but for reading and writing it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import attrs

VERSION = 1
"""Of the record. One of another version is taken for none, so that the document is made again."""

KEPT = ".narration"
"""The folder of records, claims and unfinished parts, in the folder of the outputs."""


@attrs.frozen
class Record:
    """What a document was made of, and into what."""

    text: str
    """SHA-256 of the file's bytes."""
    settings: str
    """Fingerprint of the settings (`fingerprint`)."""
    outputs: Mapping[str, int]
    """The files below the folder of outputs, and their bytes."""
    seconds: float = 0.0
    """Of audio."""

    def to_json(self) -> str:
        """As it is written."""
        return json.dumps({"version": VERSION, **attrs.asdict(self)}, sort_keys=True)

    @classmethod
    def from_json(cls, data: str | bytes) -> Record | None:
        """None if it is no record that this version wrote."""
        try:
            fields = json.loads(data)
        except ValueError:
            return None
        if not isinstance(fields, dict):
            return None
        return cls._from(cast("dict[str, Any]", fields))

    @classmethod
    def _from(cls, fields: dict[str, Any]) -> Record | None:
        if fields.pop("version", None) != VERSION or set(fields) != {each.name for each in attrs.fields(cls)}:
            return None
        outputs = fields["outputs"]
        return cls(**fields) if isinstance(outputs, dict) else None


def hashed(data: bytes) -> str:
    """The hash by which a document is known."""
    return hashlib.sha256(data).hexdigest()


def fingerprint(settings: Mapping[str, Any]) -> str:
    """The same for equal settings, whatever their order."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=repr).encode()).hexdigest()[:16]


def is_done(record: Record | None, text: str, settings: str, sizes: Mapping[str, int]) -> bool:
    """Whether a document with this hash and these settings is done. `sizes`: of the outputs that exist."""
    if record is None or record.text != text or record.settings != settings:
        return False
    return bool(record.outputs) and all(sizes.get(name) == size for name, size in record.outputs.items())


def read_record(path: Path) -> Record | None:
    """None if there is none, or it is damaged."""
    try:
        return Record.from_json(path.read_bytes())
    except OSError:
        return None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(data)
        synced(part)
        os.replace(part, path)  # noqa: PTH105 -- as PhraseStore does
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def synced(path: Path) -> None:
    """Have a file on the disk before it gets its name: after a power failure a name is never that of half a file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sizes_of(out: Path, names: Mapping[str, int]) -> dict[str, int]:
    """The bytes of those files that exist."""
    sizes: dict[str, int] = {}
    for name in names:
        with contextlib.suppress(OSError):
            sizes[name] = (out / name).stat().st_size
    return sizes
