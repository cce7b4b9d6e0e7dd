"""The columns of a turn on a terminal. They alone need rich, which takes a while to load."""

from __future__ import annotations

import trio
from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.live import Live
from rich.table import Table
from rich.text import Text

from triolet import TurnResult
from triolet_adapters.cli._progress import Sentence, State
from triolet_adapters.cli._report import summary
from triolet_adapters.cli._view import View, seconds

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


def _grid(written: Text, committed: Text, heard: Text, text: Text) -> Table:
    grid = Table.grid(padding=(0, 2), expand=False)
    for width in (8, 9, 8):
        grid.add_column(width=width, justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(written, committed, heard, text)
    return grid
