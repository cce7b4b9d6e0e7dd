"""When the next phrase may be committed: the due one at once, any other when the listener has not too much audio already."""

from __future__ import annotations

import math
from collections import deque

import trio

from triolet._model._audio import AudioFormat
from triolet._tools._signal import Signal
from triolet.chain._context import TurnContext
from triolet.chain._playout_clock import SOON
from triolet.synthesis._job import Job
from triolet.tts._service_pace import ServicePace

MARGIN = 0.15
"""Seconds by which the next audio should be early: what a delay of the network may add."""


class Admission:
    """Decides for one turn; told of every commit that begins and ends."""

    def __init__(
        self, turn: TurnContext, audio: AudioFormat, pace: ServicePace, *, lead: float, in_flight: int
    ) -> None:
        self._turn = turn
        self._audio = audio
        self._lead = lead
        self._in_flight = in_flight
        self._pace = pace
        self._clock = turn.clock
        self._clock.supply.bound = lead
        self._clock.supply.stretch = pace.stretch
        self._jobs: deque[Job] = deque()
        """In flight, in order; the first is due."""
        self._news = Signal()
        """Given when a commit ends, or the first audio comes to a listener who hears nothing."""
        self._starving = False

    def admit(self, job: Job) -> None:
        """A phrase is about to be committed."""
        job.expected = job.usual * self._pace.stretch
        self._jobs.append(job)
        self.credit()

    def credit(self) -> None:
        """Tell the clock what has been received without a hole from the phrase that is due on, and what else is to come."""
        jobs, supply, rate = self._jobs, self._clock.supply, self._audio.sample_rate
        while jobs:
            job = jobs[0]
            supply.receive((job.audio.received - job.credited) / rate)
            job.credited = job.audio.received
            if not job.said:
                break
            jobs.popleft()
        supply.promise(sum(map(self._promised, jobs)))
        if self._starving and self._clock.lead > 0:
            self._tell()

    def complete(self, job: Job) -> None:
        """A commit has given all its audio."""
        assert job.commit.first_audio is not None
        self._pace.measured(
            first_audio=job.commit.first_audio - job.commit.made,
            audio=self._audio.seconds(job.audio.received),
            took=self._turn.now() - job.commit.first_audio,
            expected=job.usual,
        )
        self._clock.supply.stretch = self._pace.stretch

    def ended(self) -> None:
        """A phrase is said."""
        self.credit()
        self._tell()

    async def until_admitted(self) -> None:
        """Wait until the next phrase may be committed."""
        while running := [job for job in self._jobs if not job.said]:
            slack = self._slack(running[0]) if len(running) < self._in_flight else math.inf
            if slack < SOON:
                break
            self._starving = self._clock.lead <= 0  # then it does not get less until audio comes
            with trio.move_on_after(math.inf if self._starving else slack):  # nor ever faster than time passes
                await self._news.wait()
        await self._clock.until_ahead_below(self._lead)

    def _tell(self) -> None:
        self._starving = False
        self._news.give()

    def _promised(self, job: Job) -> float:
        """Seconds of a phrase that the clock does not know of."""
        received = job.audio.received / self._audio.sample_rate
        return (received if job.said else max(received, job.expected)) - job.credited / self._audio.sample_rate

    def _slack(self, job: Job) -> float:
        """Seconds until a second session is needed beside the one that speaks this phrase."""
        if not self._clock.listener.realtime:
            return 0.0  # nobody listens by a clock: the sooner it is all made, the better
        missing = max(0.0, job.expected - self._audio.seconds(job.audio.received))
        waited = self._turn.now() - job.commit.made
        begun = job.commit.first_audio is not None
        return self._pace.slack(lead=self._clock.lead, missing=missing, waited=waited, begun=begun) - MARGIN
