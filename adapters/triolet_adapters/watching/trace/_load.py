"""Reads a recording for a picture: what `triolet say --record` wrote, or what a service keeps of a turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triolet_adapters.watching.trace._picture import TurnPicture

Fields = dict[str, Any]


def load_turn(folder: Path) -> TurnPicture:
    """Read the timeline of a turn.

    Raises:
        ValueError: there is no such folder, or it holds no timeline that can be read.
    """
    timeline = folder / "timeline.jsonl"
    if not timeline.is_file():
        raise ValueError(f"{folder} is no recording: it has no timeline.jsonl; triolet say --record FOLDER makes one")
    try:
        tokens = [float(line["t"]) for line in lines(folder / "tokens.jsonl")]
        return TurnPicture.of(lines(timeline), tokens)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the recording in {folder} is damaged: {error!r}") from error


def lines(path: Path) -> Iterator[Fields]:
    """The objects of a JSON lines file; a last line that was cut off with its process is passed over. None if there is no file."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)
