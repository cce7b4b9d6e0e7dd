"""An end to answers that do not end by themselves."""

from __future__ import annotations

from typing import Literal

import attrs
import trio

from triolet._stages import Stage
from triolet._turn import Turn


@attrs.frozen(kw_only=True)
class Budget:
    """How many characters of text a turn, or a whole conversation, may say."""

    characters: int = attrs.field(validator=attrs.validators.ge(1))
    """Of the raw text. A service bills about as many; Han characters are billed twice by Qwen."""
    per: Literal["turn", "conversation"] = attrs.field(
        default="turn", validator=attrs.validators.in_(("turn", "conversation"))
    )


@attrs.define(eq=False)
class Meter:
    """What is left of a budget."""

    left: int
    exceeded: bool = False

    def take(self, text: str) -> str:
        """As much of a text as the budget has room for."""
        kept = text[: self.left]
        self.left -= len(kept)
        self.exceeded = self.exceeded or len(kept) < len(text)
        return kept


class Metered(Stage[str, str]):
    """Passes tokens on until the budget is spent; then it leaves, so that the source is closed."""

    buffer = 32

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    async def run(
        self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[str], turn: Turn
    ) -> None:
        """Pass on."""
        async for token in upstream:
            await downstream.send(self._meter.take(token))
            if self._meter.exceeded:
                return
