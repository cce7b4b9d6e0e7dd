"""The turns that are played: an answer, how fast the LLM writes it, and how the service responds."""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator, Iterator

import attrs
import trio

from benchmarks.ear.answers import ANSWERS
from benchmarks.ear.network import STALL, Service
from triolet_adapters.sources import TimedToken
from triolet_adapters.sources._tokens import split_tokens

THINKING = 0.3
"""Seconds from the request to the first token."""

RATES = (10.0, 20.0, 60.0, 200.0)
FIRST = (0.08, 0.3, 0.7)
JITTER = (0.0, 0.3)


@attrs.frozen(kw_only=True)
class Script:
    """One turn."""

    answer: str
    rate: float
    service: Service
    stalled: bool
    stall_at: int | None
    """The token before which the LLM stops for `STALL` seconds."""

    def tokens(self) -> list[TimedToken]:
        late = 0.0
        timed: list[TimedToken] = []
        for number, token in enumerate(split_tokens(self.answer)):
            if number == self.stall_at:
                late = STALL
            timed.append(TimedToken(THINKING + number / self.rate + late, token))
        return timed

    async def source(self) -> AsyncIterator[str]:
        began = trio.current_time()
        for token in self.tokens():
            await trio.sleep_until(began + token.time)
            yield token.text


def scripts(seed: int, share: float) -> Iterator[Script]:
    """Every answer at every rate, with a service whose behaviour is drawn at random."""
    dice = random.Random(seed)
    ways = list(itertools.product(FIRST, JITTER, (False, True)))
    for answer, rate in itertools.product(ANSWERS, RATES):
        for first, jitter, stalled in dice.sample(ways, max(1, round(share * len(ways)))):
            llm = stalled and dice.random() < 0.5
            tokens = len(split_tokens(answer))
            yield Script(
                answer=answer,
                rate=rate,
                service=Service(
                    seed=dice.randrange(2**32),
                    first=first,
                    jitter=jitter,
                    stall=dice.random() if stalled and not llm else None,
                ),
                stalled=stalled,
                stall_at=dice.randrange(1, tokens) if llm and tokens > 1 else None,
            )
