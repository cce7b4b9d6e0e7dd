"""The stage that cuts tokens into clauses."""

from __future__ import annotations

import trio

from triolet._stages import Stage, take_waiting
from triolet._text import Clause
from triolet._timeline import ClauseCut, TextLeft
from triolet._turn import Turn
from triolet.segmentation import SegmenterCore


class SentenceSegmenter(Stage[str, Clause]):
    """Reads tokens and finds every boundary with its strength, as early as is right.

    `language` is an ISO 639-1 code, or "auto" to follow the script. Any cutting of the same text into tokens gives the
    same clauses.
    """

    buffer = 32
    """Tokens that may wait: half a second of a fast LLM, taken in one go."""

    def __init__(self, language: str = "auto") -> None:
        SegmenterCore(language)  # an unknown language is an error here, not in the middle of an answer
        self.language = language

    async def run(
        self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[Clause], turn: Turn
    ) -> None:
        """Cut until the tokens end."""
        core = SegmenterCore(self.language)
        tail: list[str] = []
        try:
            while True:
                try:
                    tokens = await take_waiting(upstream)
                except trio.EndOfChannel:
                    break
                for token in tokens:
                    if not isinstance(token, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                        raise TypeError(
                            f"the source gave a {type(token).__name__}; a token is a str (bytes: decode them "
                            "incrementally; an API's event: take its text)"
                        )
                    tail.append(token)
                    for clause in core.feed(token):
                        tail = _rest(tail, clause)
                        turn.timeline.record(ClauseCut(turn.now(), clause))
                        await downstream.send(clause)
            for clause in core.flush():
                tail = _rest(tail, clause)
                turn.timeline.record(ClauseCut(turn.now(), clause))
                await downstream.send(clause)
        finally:
            if rest := "".join(tail):
                turn.timeline.record(TextLeft(turn.now(), rest))


def _rest(pieces: list[str], clause: Clause) -> list[str]:
    """What has been fed after the clause, given what had been fed after the clause before it."""
    rest = "".join(pieces)[len(clause.text) :]
    return [rest] if rest else []
