"""A limit on how much text is said: for answers that do not end by themselves."""

from __future__ import annotations

import contextlib
import re
from typing import Literal

import attrs
import trio

from triolet._tools._characters import CJK, EXTENDS
from triolet._tools._graphemes import inside_grapheme
from triolet._tools._lazy_regex import lazy_regex
from triolet.chain._context import TurnContext
from triolet.chain._stages import Source

LONGEST_WORD = 100
"""Characters. The last so many of a budget are given to whole words only. A word that is longer may be cut."""

_WORD_ENDS = lazy_regex(rf"(?:[\s{CJK}]|.(?=[\s{CJK}]))(?![{EXTENDS}])", re.DOTALL)


@attrs.frozen(kw_only=True)
class Budget:
    """How many characters a turn, or a whole conversation, may say. Text that exceeds it is cut at the end of a word.

    `Conversation.say` then raises `BudgetExceeded`, when what the budget allows has been heard.
    """

    characters: int = attrs.field(validator=attrs.validators.ge(1))
    """Characters of the raw text, at least 1. A service bills about as many; Qwen bills a Han character as two."""
    per: Literal["turn", "conversation"] = attrs.field(
        default="turn", validator=attrs.validators.in_(("turn", "conversation"))
    )
    """What the budget is for: each `"turn"` (the default), or the `"conversation"` as a whole."""


@attrs.define(eq=False)
class Meter:
    """What is left of a budget."""

    left: int
    exceeded: bool = False
    _begun: bool = False
    """Whether any word has passed."""

    def take(self, text: str, *, whole: bool = False) -> str:
        """Take the beginning of `text` that may be said off the budget, and return it.

        `whole` says that no more text follows: then all of it is returned if the budget has room. Otherwise a last word that
        may grow beyond the budget stays behind: give it again, with what follows.
        """
        over = len(text) > self.left
        kept = text if whole and not over else text[: self._word_end(text)]
        if over:
            self.exceeded = True
            if self.left - len(kept) >= LONGEST_WORD or not (self._begun or kept.strip()):
                kept = text[: self._grapheme_end(text)]
        self._begun = self._begun or bool(kept.strip())
        self.left = 0 if over else self.left - len(kept)
        return kept

    @property
    def _free(self) -> int:
        """Characters that have room whatever follows: those before the last `LONGEST_WORD` of the budget."""
        return max(0, self.left - LONGEST_WORD)

    def _word_end(self, text: str) -> int:
        """The last index within the budget at which a word surely ends; at least `_free`, up to which words may be cut."""
        places = range(min(self.left, len(text) - 1), self._free, -1)
        return next((at for at in places if _word_ends(text, at)), min(self._free, len(text)))

    def _grapheme_end(self, text: str) -> int:
        places = range(self.left, self._free, -1)
        return next((at for at in places if not inside_grapheme(text, at)), self._free)


class Metered(Source[str]):
    """Gives the tokens of a source until the budget is spent, then closes the source.

    It is a source rather than a stage: so the tokens before a failure of the source are passed on before the stages are
    cancelled.
    """

    def __init__(self, source: Source[str], meter: Meter) -> None:
        self._source = source
        self._meter = meter

    async def run(self, downstream: trio.MemorySendChannel[str], turn: TurnContext) -> None:
        """Pass the tokens on. Cancellation closes the source."""
        send, upstream = trio.open_memory_channel[str](0)
        async with trio.open_nursery() as nursery:
            self._source.start(nursery, send, turn)
            with upstream:
                await self._pass_on(upstream, downstream)

    async def _pass_on(self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[str]) -> None:
        held = ""
        try:
            async for token in upstream:
                held += token
                if kept := self._meter.take(held):
                    await downstream.send(kept)
                    held = held[len(kept) :]
                if self._meter.exceeded:
                    return
        except trio.Cancelled:  # raised again: the source may have failed, and what it gave before belongs to the turn
            with contextlib.suppress(trio.WouldBlock, trio.BrokenResourceError):
                downstream.send_nowait(held)
            raise
        if held:
            await downstream.send(self._meter.take(held, whole=True))


def _word_ends(text: str, at: int) -> bool:
    """Whether a word ends before index `at`: at white space, or at a CJK character, which is a word by itself."""
    return bool(_WORD_ENDS.match(text, at - 1)) and not inside_grapheme(text, at)
