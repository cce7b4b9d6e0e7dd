"""What a vendor's voice says: samples that tell which words they are, as slowly and as brokenly as is planned."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import attrs
import trio
from tests.simulation._kinds import Kind
from tests.simulation._plan import Fault
from tests.simulation._sound import RATE, Commit, plan_words

from triolet import SAMPLE_BYTES, TTS, AudioCallback, AudioFormat, TTSSession, Usage
from triolet.testing import VirtualConnection

if TYPE_CHECKING:
    from tests.simulation._vendor import SimulatedVendor

_CHUNK = 0.1
"""Seconds of audio that the voice makes at a time."""


@attrs.define(eq=False)
class Line:
    """One connection of a client, as the vendor's voice sees it."""

    vendor: SimulatedVendor
    call: VirtualConnection
    number: int
    tell: Callable[[Kind], Awaitable[None]]
    """Tells the client of an error (`ERROR`, `THROTTLED`, `REFUSED_TEXT`), in the words of the protocol."""
    close: Callable[[], Awaitable[None]]
    """Closes it, and says so."""
    voice: str = "Cherry"
    """The one that was asked for."""
    commits: int = 0


LINE: ContextVar[Line] = ContextVar("line")
"""The one on which the task serves."""


class Voice(TTS):
    """The voice of a vendor. Whose words it says, and where, its line knows."""

    def __init__(self, line: Callable[[], Line] = LINE.get) -> None:
        self._line = line

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(RATE)

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        await trio.lowlevel.checkpoint()
        yield _VoiceSession(self._line())


class _VoiceSession(TTSSession):
    def __init__(self, line: Line) -> None:
        self._line = line
        self._vendor = line.vendor

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        commit = self._record(text)
        self._vendor.speaking[self._line.call] += 1
        try:
            await _Saying(self._vendor, self._line, commit, accept).run()
        finally:
            self._vendor.speaking[self._line.call] -= 1
        commit.complete = not commit.struck
        return Usage(len(text))

    def _record(self, text: str) -> Commit:
        line, vendor = self._line, self._vendor
        draws = random.Random(f"{vendor.seed}/{line.number}/{line.commits}")
        words, samples = plan_words(text, draws, vendor.plan.no_pause)
        commit = Commit(
            vendor.index,
            line.number,
            line.commits,
            text,
            words,
            samples,
            line.voice,
            trio.current_time(),
        )
        line.commits += 1
        vendor.ledger.committed(commit)
        return commit


@attrs.define
class _Saying:
    """One commit being said."""

    vendor: SimulatedVendor
    line: Line
    commit: Commit
    accept: AudioCallback

    async def run(self) -> None:
        plan = self.vendor.plan
        fault = self.vendor.fault_of_commit()
        kind = None if fault is None else fault.kind
        await trio.sleep(plan.first_audio)
        if kind is Kind.NO_AUDIO:
            self.vendor.ledger.hit(Kind.NO_AUDIO)
            return
        pace = plan.pace
        if kind is Kind.SLOW:
            self.vendor.ledger.hit(Kind.SLOW)
            pace = 0.7
        strikes = self.commit.samples + 1
        if fault is not None and kind is not Kind.SLOW:
            strikes = round(fault.part * self.commit.samples)
        pcm = self.commit.pcm()
        chunk = round(_CHUNK * RATE)
        began = trio.current_time()
        at = 0
        while at < self.commit.samples:
            size = min(chunk, self.commit.samples - at, strikes - at if strikes > at else chunk)
            if at == strikes and fault is not None:
                began += await self._strike(fault)
                strikes = -1
            if pace is not None:
                await trio.sleep_until(began + (at + size) / RATE / pace)
            else:
                await trio.lowlevel.checkpoint()
            self.accept(pcm[at * SAMPLE_BYTES : (at + size) * SAMPLE_BYTES])
            at += size
            self.commit.given = at
        if at == strikes and fault is not None:
            await self._strike(fault)

    async def _strike(self, fault: Fault) -> float:
        """Do it; give how long it took."""
        before = trio.current_time()
        self.vendor.ledger.hit(fault.kind)
        self.commit.struck = True
        call = self.line.call
        match fault.kind:
            case Kind.RESET:
                call.reset()
                await trio.sleep_forever()
            case Kind.HALF_OPEN:
                call.silence()
            case Kind.VANISH:
                call.vanish()
            case Kind.CLOSE:
                await self.line.close()
            case Kind.CRASH:
                self.vendor.crash(fault.seconds, politely=False)
                await trio.sleep_forever()
            case Kind.RESTART:
                self.vendor.crash(fault.seconds, politely=True)
                await trio.sleep_forever()
            case Kind.STALL | Kind.HESITATE:
                await trio.sleep(fault.seconds)
            case Kind.ERROR | Kind.THROTTLED | Kind.REFUSED_TEXT:
                await self.line.tell(fault.kind)
            case Kind.TOO_MUCH:
                self.commit.endless = True
                while True:
                    await trio.sleep(0.1)
                    self.accept(bytes(2 * RATE * SAMPLE_BYTES))
            case _:
                raise AssertionError(fault)
        return trio.current_time() - before
