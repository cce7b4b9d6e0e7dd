"""The stage that cuts tokens into clauses."""

from __future__ import annotations

import trio

from triolet._model._text import Boundary, Clause
from triolet.chain._context import TurnContext
from triolet.chain._stages import Stage
from triolet.chain._take import take_waiting, waiting
from triolet.segmentation._core import SegmenterCore
from triolet.turn._events import ClauseCut, TextLeft

SENTENCE_AFTER = 0.3
"""Seconds without a token after which a finished sentence stops waiting for what could follow its mark: three times what
lies between the tokens of a slow LLM (10 a second)."""

CLAUSE_AFTER = 0.8
"""The same for a finished clause: by then the listener waits, and a clause alone is better than silence."""

WORDS_AFTER = 2.0
"""The same for words without a mark: a break where none is written sounds wrong, but a listener takes a long silence for the
end."""


class SentenceSegmenter(Stage[str, Clause]):
    """Reads tokens and finds every boundary with its strength, as early as is right.

    `language` is an ISO 639-1 code, or "auto" to follow the script. Any cutting of the same text into tokens gives the same
    clauses, as long as the source does not pause: where a listener waits (the output is a real-time one), a pause ends a
    sentence after `sentence_after` seconds, a clause after `clause_after`, and words after `words_after`; None waits for ever.

    `weakest` is the weakest boundary that ends a clause. The default gives every boundary, as the Phraser chooses among
    them; LINE, the strongest choice, gives whole sentences, headings, items and rows at three quarters of the cost, and
    a pause then ends none of their clauses.
    """

    buffer = 32
    """Tokens that may wait: half a second of a fast LLM, taken in one go."""

    def __init__(
        self,
        language: str = "auto",
        *,
        sentence_after: float | None = SENTENCE_AFTER,
        clause_after: float | None = CLAUSE_AFTER,
        words_after: float | None = WORDS_AFTER,
        weakest: Boundary = Boundary.NONE,
    ) -> None:
        SegmenterCore(language, weakest=weakest)  # a bad choice is an error here, not in the middle of an answer
        self.language = language
        self.weakest = weakest
        self._stalls = sorted(
            (after, strength)
            for after, strength in (
                (sentence_after, Boundary.SENTENCE),
                (clause_after, Boundary.COMMA),
                (words_after, Boundary.NONE),
            )
            if after is not None
        )

    async def run(
        self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[Clause], turn: TurnContext
    ) -> None:
        """Cut until the tokens end."""
        core = SegmenterCore(self.language, weakest=self.weakest)
        rest = _Rest()

        async def send(clauses: list[Clause]) -> None:
            for clause in clauses:
                rest.drop(len(clause.text))
                turn.timeline.record(ClauseCut(turn.now(), clause))
                await downstream.send(clause)

        async def tokens() -> list[str]:
            if rest and turn.clock.realtime:
                waited = 0.0
                for after, strength in self._stalls:
                    with trio.move_on_after(after - waited):  # around our own channel: the source is not touched
                        return await take_waiting(upstream)
                    waited = after
                    await send(core.release(strength))
            return await take_waiting(upstream)

        try:
            while True:
                try:
                    batch = await tokens()
                except trio.EndOfChannel:
                    break
                rest.add(batch)
                for token in batch:
                    if not isinstance(token, str):
                        raise TypeError(
                            f"the source gave a {type(token).__name__}; a token is a str (bytes: decode them "
                            "incrementally; an API's event: take its text)"
                        )
                    await send(core.feed(token))
            await send(core.flush())
        finally:
            rest.add(waiting(upstream))  # it had come by the time that ended the turn, such as an error of the source
            if left := rest.text:
                turn.timeline.record(TextLeft(turn.now(), left))


class _Rest:
    """The text that has come and is in no clause yet."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._pieces)

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, tokens: list[str]) -> None:
        self._pieces += [token for token in tokens if token and isinstance(token, str)]

    def drop(self, characters: int) -> None:
        left = self.text[characters:]
        self._pieces = [left] if left else []
