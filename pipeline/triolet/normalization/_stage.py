"""The stage that turns clauses into what a person would say of them."""

from __future__ import annotations

import trio

from triolet._model._text import Clause, SpokenClause
from triolet.chain._context import Turn
from triolet.chain._stages import Stage, take_waiting
from triolet.normalization import SpokenOptions, SpokenTextCore


class SpokenText(Stage[Clause, SpokenClause]):
    """Reads Markdown and leaves what a person would say, each piece with its span of the raw text."""

    buffer = 4
    """Clauses that may wait: a sentence's worth."""

    def __init__(self, options: SpokenOptions | None = None) -> None:
        self.options = options or SpokenOptions()

    async def run(
        self, upstream: trio.MemoryReceiveChannel[Clause], downstream: trio.MemorySendChannel[SpokenClause], turn: Turn
    ) -> None:
        """Turn clauses into speech until they end."""
        core = SpokenTextCore(self.options)
        while True:
            try:
                clauses = await take_waiting(upstream)
            except trio.EndOfChannel:
                break
            for clause in clauses:
                for spoken in core.feed(clause):
                    await downstream.send(spoken)
        for spoken in core.flush():
            await downstream.send(spoken)
