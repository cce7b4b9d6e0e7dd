"""The stage that takes model talk out of the tokens."""

from __future__ import annotations

from typing import Literal

import trio

from triolet.chain._batches import Batches, PulledStage
from triolet.chain._context import TurnContext
from triolet.model_talk._core import ModelTalkCore
from triolet.turn._events import ModelTalkRemoved, TextLeft


class ModelTalkFilter(PulledStage[str, str]):
    """Takes out of the tokens what is no part of an answer: reasoning, tool calls in text, control tokens.

    What it takes out is dropped as it streams, recorded as `ModelTalkRemoved`, and no part of the turn's `text` and `heard`. Before
    a `SentenceSegmenter` it works in the same task. A plain word passes at once; the beginning of a mark waits until it is
    complete.

    `thinking`: `"tagged"` (the default) for a model that writes both tags around its reasoning, or none. `"open"` for a chat
    template that writes the opening tag in the prompt, so that the stream begins with reasoning: nothing is spoken before the
    closing tag.

    A tag that never closes hides nothing for good: at the end of the stream, what followed it is spoken, at most the last 4000
    characters, with a warning in the log. What follows the tag of a tool call is spoken as far as it is no call.

    Raises:
        ValueError: an unknown `thinking`.
    """

    buffer = 32
    """Tokens that may wait, to be taken in one go, as for the segmenter after it."""

    def __init__(self, thinking: Literal["tagged", "open"] = "tagged") -> None:
        ModelTalkCore(thinking)  # a bad choice is an error here, not in the middle of an answer
        self.thinking: Literal["tagged", "open"] = thinking

    def _pull(self, upstream: Batches[str], turn: TurnContext) -> Batches[str]:
        """The tokens without model talk. In the end, what is held is recorded: as removed, or as text that was left."""
        return _FilteredBatches(upstream, ModelTalkCore(self.thinking), turn)


class _FilteredBatches(Batches[str]):
    """Tokens without model talk, from batches of tokens."""

    def __init__(self, upstream: Batches[str], core: ModelTalkCore, turn: TurnContext) -> None:
        self._upstream = upstream
        self._core = core
        self._turn = turn
        self._ended = False

    async def next(self) -> list[str]:
        """Wait until a token has text that is no model talk. Return all such text that is there."""
        ready: list[str] = []
        while not ready:
            if self._ended:
                raise trio.EndOfChannel
            try:
                ready = self._filtered(await self._upstream.next())
            except trio.EndOfChannel:
                self._ended = True
                rest = self._core.flush()
                self._record()
                ready = [rest] if rest else []
        return ready

    def waiting(self) -> list[str]:
        """Return the text of the tokens that are there now."""
        return self._filtered(self._upstream.waiting())

    def close(self) -> None:
        """Record what is held."""
        if not self._ended:
            rest = self._core.drop()
            self._record()
            if rest:
                self._turn.timeline.record(TextLeft(self._turn.now(), rest))
        self._upstream.close()

    def _filtered(self, tokens: list[str]) -> list[str]:
        if not tokens:
            return []
        try:
            text = "".join(tokens)  # what comes out is the same, for less
        except TypeError:
            # What a source without type hints gives that is no text goes on to the segmenter, which says what is wrong with it.
            texts = [self._core.feed(token) if isinstance(token, str) else token for token in tokens]
        else:
            texts = [self._core.feed(text)]
        self._record()
        return [text for text in texts if text != ""]

    def _record(self) -> None:
        for removed in self._core.take_removed():
            self._turn.timeline.record(ModelTalkRemoved(self._turn.now(), removed))
