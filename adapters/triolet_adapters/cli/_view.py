"""Showing a turn: columns that fill on a terminal, a line a change in a pipe, nothing beside JSON."""

from __future__ import annotations

import sys
from typing import IO

import trio
from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.live import Live
from rich.table import Table
from rich.text import Text

from triolet import TurnResult
from triolet.events import Event
from triolet_adapters.cli._progress import Progress, Sentence, State
from triolet_adapters.cli._report import summary

REDRAWS = 12
"""Redraws a second; more are not noticed in text."""

MARGIN = 3
"""Columns left free at the right: a terminal shows Ctrl-C as ^C where the cursor is, and a line that wraps for it would be missed
when the table is drawn again."""

STYLES = {
    State.WRITTEN: "dim",
    State.COMMITTED: "yellow",
    State.SOUNDING: "bold cyan",
    State.HEARD: "",
    State.CUT: "red",
    State.FAILED: "red",
}


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


class Columns(View):
    """A table whose times are filled in as sentences are written, committed and heard.

    What was heard scrolls away above, so the part that is drawn again and again stays as small as what is on its way.
    """

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        # Drawn by a task of ours: a thread of its own would draw in the middle of what we print.
        self._live = Live(console=console, get_renderable=self._draw, auto_refresh=False, vertical_overflow="crop")
        self._begun = self._ended = self._changed = False

    def show(self, sentence: Sentence) -> None:
        """Draw the head before the first; let a final sentence scroll away. The others are drawn soon."""
        self._changed = True
        if not self._begun:
            self._begun = True
            self._console.print(self._narrow(head()))
            self._live.start()
        if sentence.state.final:
            self._console.print(self._narrow(row(sentence)))

    async def keep_drawn(self) -> None:
        """Draw a few times a second, if anything has changed."""
        while True:
            await trio.sleep(1 / REDRAWS)
            if self._changed:
                self._changed = False
                self._live.refresh()

    def end(self, result: TurnResult) -> None:
        """Leave the table as it is; write the summary below."""
        if self._begun and not self._ended:
            self._ended = True
            self._live.refresh()
            self._live.stop()
            for text in summary(result):
                self._console.print(Text(text))

    def _draw(self) -> RenderableType:
        return self._narrow(Group(*(row(sentence) for sentence in self.progress.on_their_way)))

    def _narrow(self, renderable: RenderableType) -> RenderableType:
        return Constrain(renderable, self._console.width - MARGIN)


def line(sentence: Sentence) -> str:
    """A change, as a line: `  0.92 s  heard      Hello there.`"""
    again = sentence.state is State.COMMITTED and sentence.attempts > 1
    why = f"  ({sentence.lost})" if again and sentence.lost else ""
    return f"{seconds(sentence.since)}  {'again' if again else sentence.state:<9}  {sentence.text}{why}"


def head() -> RenderableType:
    """The names of the columns."""
    return _grid(Text("written", "dim"), Text("committed", "yellow"), Text("heard", "green"), Text("sentence", "bold"))


def row(sentence: Sentence) -> RenderableType:
    """A sentence, with the times that are known."""
    style = STYLES[sentence.state]
    match sentence.state:
        case State.WRITTEN | State.COMMITTED:
            heard = Text()
        case State.SOUNDING:
            heard = Text("...", style)
        case State.HEARD:
            heard = Text(seconds(sentence.heard), "green")
        case State.CUT | State.FAILED:
            heard = Text(sentence.state, style)
    return _grid(
        Text(seconds(sentence.written), "dim"),
        Text(seconds(sentence.committed), "yellow"),
        heard,
        Text(sentence.text, style),
    )


def seconds(at: float | None) -> str:
    """A time, as wide as a column."""
    return "" if at is None else f"{at:6.2f} s"


def _grid(written: Text, committed: Text, heard: Text, text: Text) -> Table:
    grid = Table.grid(padding=(0, 2), expand=False)
    for width in (8, 9, 8):
        grid.add_column(width=width, justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(written, committed, heard, text)
    return grid


def chosen_view(*, json: bool, stdout_taken: bool = False) -> View:
    """What fits the place: columns on a terminal, lines elsewhere, nothing if JSON was asked for."""
    if json:
        return View()
    file = sys.stderr if stdout_taken else sys.stdout
    console = Console(file=file)
    return Columns(console) if console.is_terminal and not console.is_dumb_terminal else Lines(file)
