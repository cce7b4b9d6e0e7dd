"""The stage that turns clauses into what a person would say of them."""

from __future__ import annotations

from collections.abc import Mapping

import trio

from triolet._model._text import Clause, NormalizedClause
from triolet.chain._batches import Batches, PulledStage
from triolet.chain._context import TurnContext
from triolet.normalization._core import NormalizerCore
from triolet.normalization._options import NormalizationOptions


class TextNormalizer(PulledStage[Clause, NormalizedClause]):
    """Reads Markdown and leaves what a person would say. Each unit of it knows which part of the raw text it stands for.

    After a `SentenceSegmenter` it works in the same task.
    """

    buffer = 4
    """Clauses that may wait: about a sentence."""

    def __init__(
        self, options: NormalizationOptions | None = None, *, voice_directions: Mapping[str, str] | None = None
    ) -> None:
        """Make the stage.

        Args:
            options: what to make of code, tables, links and the like; `NormalizationOptions()` by default.
            voice_directions: the directions that the voice knows (`TTS.directions`), for `directions="voice"`; none by default.
        """
        self.options = options or NormalizationOptions()
        self.voice_directions = voice_directions or {}

    def _pull(self, upstream: Batches[Clause], turn: TurnContext) -> Batches[NormalizedClause]:
        """What a person would say of the clauses that come."""
        return _NormalizedBatches(upstream, NormalizerCore(self.options, voice_directions=self.voice_directions))


class _NormalizedBatches(Batches[NormalizedClause]):
    """What a person would say of batches of clauses."""

    def __init__(self, upstream: Batches[Clause], core: NormalizerCore) -> None:
        self._upstream = upstream
        self._core = core
        self._ended = False

    async def next(self) -> list[NormalizedClause]:
        """Wait until something can be said. Return it."""
        ready: list[NormalizedClause] = []
        while not ready:
            if self._ended:
                raise trio.EndOfChannel
            try:
                clauses = await self._upstream.next()
            except trio.EndOfChannel:
                self._ended = True
                ready = self._core.flush()
            else:
                for clause in clauses:
                    ready += self._core.feed(clause)
        return ready

    def close(self) -> None:
        """Nothing is held that is not recorded by those before."""
        self._upstream.close()
