"""The stage that turns clauses into what a person would say of them."""

from __future__ import annotations

import trio

from triolet._model._text import Clause, NormalizedClause
from triolet.chain._context import TurnContext
from triolet.chain._stages import Stage
from triolet.chain._take import take_waiting
from triolet.normalization._core import NormalizerCore
from triolet.normalization._options import NormalizationOptions


class TextNormalizer(Stage[Clause, NormalizedClause]):
    """Reads Markdown and leaves what a person would say, each piece with its span of the raw text."""

    buffer = 4
    """Clauses that may wait: a sentence's worth."""

    def __init__(self, options: NormalizationOptions | None = None) -> None:
        self.options = options or NormalizationOptions()

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[Clause],
        downstream: trio.MemorySendChannel[NormalizedClause],
        turn: TurnContext,
    ) -> None:
        """Turn clauses into speech until they end."""
        core = NormalizerCore(self.options)
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
