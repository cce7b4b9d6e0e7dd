"""What a service keeps of a turn: its timeline, in a folder of its own."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

from triolet.events import Event, OutputOpened, TurnEnded, TurnStarted
from triolet_adapters.shared.keep_text import KeepText, event_fields

logger = logging.getLogger("triolet.watching")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class TurnFolder:
    """Keeps the events of a turn in `DIRECTORY/TURN/timeline.jsonl`: an observer. `triolet trace` draws it.

    The file is written when the turn has ended. If that fails, the log says so (`triolet.watching`).
    """

    def __init__(self, directory: Path, turn_id: str, keep: KeepText = KeepText.NONE) -> None:
        """Nothing is made before the turn begins.

        Args:
            directory: where the folders of turns are. It is made if need be.
            turn_id: the name of the turn, and of its folder, which is readable by its owner alone.
            keep: how much of the text is kept; by default only how long it was.

        Raises:
            ValueError: the name is none of a folder.
        """
        if not _NAME.fullmatch(turn_id):
            raise ValueError(f"{turn_id!r} is no name of a turn: it has letters, digits, dots, hyphens and underscores")
        self._path = directory / turn_id / "timeline.jsonl"
        self._keep = keep
        self._lines: list[str] = []
        self._start: float | None = None
        self._realtime = False

    def __call__(self, event: Event) -> None:
        """Note an event. It does not raise."""
        if self._start is None:
            if not isinstance(event, TurnStarted):
                return
            self._start = event.at
        if isinstance(event, OutputOpened):
            self._realtime = event.realtime
        self._lines.append(json.dumps(event_fields(event, self._start, self._keep, realtime=self._realtime)))
        if isinstance(event, TurnEnded):
            self._write()

    def _write(self) -> None:
        """Write all of it at the end of the turn."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.write_text("".join(f"{line}\n" for line in self._lines), "utf-8")
        except OSError as error:
            logger.warning("a turn was not kept: %s", error)
        self._lines.clear()
