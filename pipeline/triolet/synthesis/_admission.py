"""When the next phrase may be committed: the due one at once, any other when the listener has not too much audio already."""

from __future__ import annotations

import math
from collections import deque

import trio

from triolet._model._audio import AudioFormat
from triolet.chain._context import TurnContext
from triolet.chain._playout_clock import SOON
from triolet.synthesis._job import Job
from triolet.tts._service_pace import ServicePace

AT_ONCE = 2
"""Commits that may run at the same time: the one that is due and the one after it. Connections and commits are what
services limit."""

MARGIN = 0.15
"""Seconds by which the next audio should be early: what a delay of the network may add."""


class Admission:
    """Decides for one turn; told of every commit that begins and ends."""

    def __init__(self, turn: TurnContext, audio: AudioFormat, pace: ServicePace, *, lead: float) -> None:
        self._turn = turn
        self._audio = audio
        self._lead = lead
        self._pace = pace
        turn.clock.supply.bound = lead
        turn.clock.supply.stretch = pace.stretch
        self._jobs: deque[Job] = deque()
        """In flight, in order; the first is due."""
        self._news = trio.Event()
        """Set when a commit ends, or the first audio comes to a listener who hears nothing; then replaced."""
        self._starving = False

    def admit(self, job: Job) -> None:
        """It is about to be committed."""
        job.expected = job.usual * self._pace.stretch
        self._jobs.append(job)
        self.credit()

    def credit(self) -> None:
        """Tell the clock what has been received in one piece from the phrase that is due, and what else is to come."""
        clock = self._turn.clock
        while self._jobs:
            job = self._jobs[0]
            clock.supply.receive(self._audio.seconds(job.received - job.credited))
            job.credited = job.received
            if not job.done:
                break
            self._jobs.popleft()
        clock.supply.promise(sum(map(self._promised, self._jobs)))
        if self._starving and clock.lead > 0:
            self._tell()

    def complete(self, job: Job) -> None:
        """A commit has given all its audio."""
        assert job.first is not None
        self._pace.measured(
            first_audio=job.first - job.committed,
            audio=self._audio.seconds(job.received),
            took=self._turn.now() - job.first,
            expected=job.usual,
        )
        self._turn.clock.supply.stretch = self._pace.stretch

    def ended(self) -> None:
        """A phrase is done."""
        self.credit()
        self._tell()

    async def until_admitted(self) -> None:
        """Wait until the next phrase may be committed."""
        while running := [job for job in self._jobs if not job.done]:
            slack = self._slack(running[0]) if len(running) < AT_ONCE else math.inf
            if slack < SOON:
                break
            self._starving = self._turn.clock.lead <= 0  # then it does not get less until audio comes
            with trio.move_on_after(math.inf if self._starving else slack):  # nor ever faster than time passes
                await self._news.wait()
        await self._turn.clock.until_ahead_below(self._lead)

    def _tell(self) -> None:
        self._starving = False
        self._news.set()
        self._news = trio.Event()

    def _promised(self, job: Job) -> float:
        """Seconds of a phrase that the clock does not know of."""
        received = self._audio.seconds(job.received)
        return (received if job.done else max(received, job.expected)) - self._audio.seconds(job.credited)

    def _slack(self, job: Job) -> float:
        """Seconds until a second session is needed beside the one that speaks this phrase."""
        clock, now = self._turn.clock, self._turn.now()
        if not clock.realtime:
            return math.inf
        missing = max(0.0, job.expected - self._audio.seconds(job.received))
        return (
            self._pace.slack(lead=clock.lead, missing=missing, waited=now - job.committed, begun=job.first is not None)
            - MARGIN
        )
