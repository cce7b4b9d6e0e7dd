"""A speech service on the virtual clock: it gives the local voice's samples at the times at which a hosted service sends them."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import trio

from benchmarks.ear.voice import RATE, say
from triolet import TTS, AudioCallback, AudioFormat, TTSSession, Usage
from triolet.errors import ConnectionLost

DELTA = 0.3
"""Seconds of audio in a delta; recordings of Qwen's service show 0.31 s."""

PACE = 2.0
"""Seconds of audio made in a second by one commit."""

CONNECT = 0.15
"""Seconds to open a session. It is opened while the LLM thinks."""


@attrs.frozen(kw_only=True)
class Service:
    """How a service behaves in one turn."""

    seed: int
    first: float
    """Seconds from a commit to its first delta."""
    jitter: float
    """The most seconds that the network adds to a delta. Deltas never overtake each other."""
    stall: float | None = None
    """The share of a commit's deltas after which they stop for `STALL` seconds, for the one commit of the turn that stalls."""
    lose: float | None = None
    """The share of the deltas of the turn's first commit after which the session is lost. 0: before the first delta."""

    def delays(self, text: str, deltas: int) -> list[float]:
        """When each delta of a commit arrives, in seconds after the commit. The same text always gives the same times."""
        dice = random.Random(f"{self.seed}/{text}")
        at, times = 0.0, list[float]()
        for delta in range(deltas):
            made = self.first + delta * DELTA / PACE
            at = max(at, made + dice.uniform(0, self.jitter))
            times.append(at)
        return times


STALL = 1.5


class DelayedVoice(TTS):
    """The local voice, behind a service. Counts the commits."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.commits: list[str] = []
        self.stall_in: int | None = None
        """Which commit stalls."""
        self.lost_at: float | None = None
        """When the session was lost."""
        self.stalled_at: float | None = None
        """When the commit that stalls gave its last delta before it."""

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(RATE)

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        await trio.sleep(CONNECT)
        yield _Session(self)


@attrs.frozen
class _Session(TTSSession):
    voice: DelayedVoice

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        began = trio.current_time()
        service = self.voice.service
        number = len(self.voice.commits)
        self.voice.commits.append(text)
        pcm = say(text).pcm
        step = round(DELTA * RATE) * 2
        parts = [pcm[at : at + step] for at in range(0, len(pcm), step)]
        late = 0.0
        for delta, (part, delay) in enumerate(zip(parts, service.delays(text, len(parts)), strict=True)):
            if service.lose is not None and number == 0 and delta >= service.lose * len(parts):
                self.voice.lost_at = trio.current_time()
                raise ConnectionLost("the network is gone")
            if service.stall is not None and self.voice.stall_in == number:
                late = STALL if delta >= service.stall * len(parts) else 0.0
                if late and self.voice.stalled_at is None:
                    self.voice.stalled_at = trio.current_time()
            await trio.sleep_until(began + delay + late)
            accept(part)
        return Usage(len(text))
