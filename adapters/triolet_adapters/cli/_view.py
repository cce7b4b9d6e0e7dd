"""Showing a turn: columns that fill on a terminal, a line a change in a pipe, nothing beside JSON."""

from __future__ import annotations

import sys
from typing import IO

import trio

from triolet import TurnResult
from triolet.events import Event
from triolet_adapters.cli._progress import Progress, Sentence, State
from triolet_adapters.cli._report import summary


class View:
    """Sees every event of a turn; shows nothing by itself."""

    def __init__(self) -> None:
        self.scope = trio.CancelScope()
        """Cancelled when the output can no longer be written to."""
        self.failure: OSError | None = None
        """The error of writing to it; None while it works."""
        self.progress = Progress()

    def observe(self, event: Event) -> None:
        """Take an event: an observer for `Pipeline.run`."""
        sentence = self.progress.add(event)
        if sentence is not None and self.failure is None:
            try:
                self.show(sentence)
            except OSError as error:
                self.failure = error
                self.scope.cancel(reason="the reader of our output has gone")

    def show(self, sentence: Sentence) -> None:
        """A sentence has come into a new state."""

    async def keep_drawn(self) -> None:
        """Draw what changes, until cancelled."""
        await trio.sleep_forever()

    def end(self, result: TurnResult) -> None:
        """Show the end of the turn. Shows nothing if nothing was said."""


class Lines(View):
    """One line for each change, then the summary."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__()
        self._file = file

    def show(self, sentence: Sentence) -> None:
        """Write the line at once. The state `sounding` gets none: it is of use on a live screen only."""
        if sentence.state is not State.SOUNDING:
            self._write(line(sentence))

    def end(self, result: TurnResult) -> None:
        """Write the summary."""
        if self.failure is None and result.phrases:
            self._write("\n".join(summary(result)))

    def _write(self, text: str) -> None:
        self._file.write(f"{text}\n")
        self._file.flush()


def line(sentence: Sentence) -> str:
    """A change, as a line: `  0.92 s  heard      Hello there.`"""
    again = sentence.state is State.COMMITTED and sentence.attempts > 1
    why = f"  ({sentence.lost})" if again and sentence.lost else ""
    return f"{seconds(sentence.since)}  {'again' if again else sentence.state:<9}  {sentence.text}{why}"


def seconds(at: float | None) -> str:
    """A time, as wide as a column."""
    return "" if at is None else f"{at:6.2f} s"


def chosen_view(*, json: bool, stdout_taken: bool = False) -> View:
    """What fits the place: columns on a terminal, lines elsewhere, nothing if JSON was asked for."""
    if json:
        return View()
    file = sys.stderr if stdout_taken else sys.stdout
    if not file.isatty():
        return Lines(file)
    from rich.console import Console  # noqa: PLC0415 -- see _columns

    from triolet_adapters.cli._columns import Columns  # noqa: PLC0415

    console = Console(file=file)
    return Lines(file) if console.is_dumb_terminal else Columns(console)
