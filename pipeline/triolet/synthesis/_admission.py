"""When the next phrase may be committed: at once if it is due, otherwise when the listener has little enough audio left."""

from __future__ import annotations

import math

import trio

from triolet._model._audio import AudioFormat
from triolet._tools._signal import Signal
from triolet.chain._context import TurnContext
from triolet.chain._playout_clock import SOON
from triolet.synthesis._job import Job, Progress
from triolet.tts._service_pace import ServicePace

MARGIN = 0.15
"""Seconds by which the next audio should come early, to allow for a delay in the network."""

TOLD = 0.5
"""Seconds after its first audio from which the speed of a commit is told by its own audio, and no more by that of the commits
before it. What a service sends at once in the beginning is some tenths of a second."""

SLOW = 0.9
"""The speed of a service below which phrases for a pipe are made side by side: one after another, they could not be heard without
breaks. 0.9 and not 1, since a service that makes audio in real time measures a little below."""


class Admission:
    """Decides when the phrases of one turn are committed. It must be told of every commit that begins and ends."""

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
        self._jobs: list[Job] = []
        """The phrases in flight, in order. The first one is due."""
        self._news = Signal()
        """Given when a commit ends, or when audio comes for a listener who has none left."""
        self._starving = False
        """Whether `until_admitted` waits while the listener has no audio left."""

    def admit(self, job: Job) -> None:
        """Add a phrase that is about to be committed."""
        job.expected = job.usual * self._pace.stretch
        self._jobs.append(job)
        self.credit()

    def credit(self) -> None:
        """Tell the clock how much audio has been received without a hole, and how much more is expected."""
        jobs, supply, rate = self._jobs, self._clock.supply, self._audio.sample_rate
        while jobs:
            job = jobs[0]
            supply.receive((job.audio.received - job.credited) / rate)
            job.credited = job.audio.received
            if job.progress is not Progress.SAID:
                break
            jobs.pop(0)
        promised = 0.0
        for job in jobs:
            received = job.audio.received / rate
            if job.progress is not Progress.SAID and received < job.expected:
                received = job.expected
            promised += received - job.credited / rate
        supply.promise(promised)
        if self._starving and self._clock.lead > 0:
            self._tell()

    def is_awaited(self, job: Job) -> bool:
        """Whether it is the first phrase in flight of which no audio has come."""
        silent = (each for each in self._jobs if each.commit.first_audio is None and not each.said)
        return next(silent, None) is job

    def complete(self, job: Job) -> None:
        """Learn the pace of the service from a commit that has given all its audio."""
        assert job.commit.first_audio is not None
        self._pace.measured(
            first_audio=job.commit.first_audio - job.commit.made,
            audio=self._audio.seconds(job.audio.received),
            took=self._turn.now() - job.commit.first_audio,
            expected=job.usual,
        )
        self._clock.supply.stretch = self._pace.stretch

    def ended(self) -> None:
        """Note that a phrase has been said, and wake `until_admitted`."""
        self.credit()
        self._tell()

    async def until_admitted(self) -> None:
        """Wait until the next phrase may be committed. Cancellation ends the wait and changes nothing else."""
        while running := [job for job in self._jobs if not job.said]:
            slack = self._slack(running[0]) if len(running) < self._in_flight else math.inf
            if slack < SOON:
                break
            # The slack shrinks no faster than time passes. Without a lead it does not shrink until audio comes.
            self._starving = self._clock.lead <= 0
            if self._starving or slack == math.inf:
                await self._news.wait()
            else:
                with trio.move_on_after(slack):
                    await self._news.wait()
        await self._clock.until_ahead_below(self._lead)

    def _tell(self) -> None:
        self._starving = False
        self._news.give()

    def _slack(self, job: Job) -> float:
        """Seconds until a second session is needed beside the one that speaks this phrase."""
        missing = max(0.0, job.expected - self._audio.seconds(job.audio.received))
        if not self._clock.listener.realtime:
            # No clock to wait for. A file gets it all as soon as possible; a pipe as fast as the service makes it, without a pause.
            return self._until_followed(job, missing) if self._clock.listener.streamed else 0.0
        waited = self._turn.now() - job.commit.made
        begun = job.commit.first_audio is not None
        return self._pace.slack(lead=self._clock.lead, missing=missing, waited=waited, begun=begun) - MARGIN

    def _until_followed(self, job: Job, missing: float) -> float:
        """Seconds until the next phrase must be committed to come right after this one. Made earlier, its audio would wait."""
        first_audio, speed, commit, now = self._pace.first_audio, self._pace.speed, job.commit, self._turn.now()
        if commit.first_audio is None:
            return missing / speed + max(0.0, commit.made + first_audio - now) - first_audio - MARGIN
        first_audio = (
            first_audio + commit.first_audio - commit.made
        ) / 2  # that of the next is as of this, or as usual
        took = now - commit.first_audio
        if took < TOLD:
            return TOLD - took
        speed = self._audio.seconds(job.of_commit) / took
        return missing / speed - first_audio - MARGIN if speed >= SLOW else 0.0
