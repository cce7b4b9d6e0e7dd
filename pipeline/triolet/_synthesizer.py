"""The stage that commits phrases on TTS sessions and passes their audio on, in order."""

from __future__ import annotations

import random

import trio

from triolet._admission import AT_ONCE, Admission
from triolet._audio import SAMPLE_BYTES, AudioChunk, AudioFormat
from triolet._job import Job
from triolet._sessions import PoolOptions, SessionPool, open_pools
from triolet._stages import Stage
from triolet._text import Phrase
from triolet._timeline import FirstAudio, PhraseCommitted, PhraseComplete, PhraseFailed
from triolet._tts import TTS, Accept
from triolet._turn import Turn
from triolet.errors import NoAudio, TooMuchAudio, TTSError

LEAD = 8.0
"""Seconds of speech that may be received and not yet taken by the output before the next phrase has to wait. Several
sentences: enough to ride out a stall of the LLM or the service. What an interruption throws away is bounded by it."""

IN_FLIGHT = 4
"""Phrases whose audio may wait for their turn, behind the one that is passed on. Bounds what is held where the output has
no clock to tell the lead by; with one, `lead` is what counts."""

LONGEST_COMMIT = 120.0
"""Seconds of audio that one commit may give: six times what the longest phrase takes to say."""

ATTEMPTS = 3
"""Commits of one phrase that may fail before any of its audio was passed on."""

BACK_OFF = 0.1
"""Seconds before the second of them; doubled for the third, and cut at random by up to a half."""


class Synthesizer(Stage[Phrase, AudioChunk]):
    """Commits each phrase and passes its audio on as it comes; the audio of phrase k is out before that of phrase k+1.

    A session is opened as soon as the turn starts, while the LLM thinks. The phrase that is due is committed at once. A
    later one waits until the listener is less than `lead` seconds of audio behind, and until the commit before it is
    complete, unless the listener would run out of audio meanwhile: then it is committed on a second session.

    A commit that fails where another try may help, before any of its audio was passed on, is made again on another session,
    three times at most. Any other error ends the turn.
    """

    def __init__(self, tts: TTS, *, lead: float = LEAD, longest_commit: float = LONGEST_COMMIT) -> None:
        if lead <= 0:
            raise ValueError(f"lead is {lead}; it must be more than 0 seconds")
        if longest_commit <= 0:
            raise ValueError(f"longest_commit is {longest_commit}; it must be more than 0 seconds")
        self.tts = tts
        self.lead = lead
        self.longest_commit = longest_commit

    @property
    def audio_format(self) -> AudioFormat:
        """What the voice gives."""
        return self.tts.format

    @property
    def voices(self) -> tuple[TTS, ...]:
        """The one voice."""
        return (self.tts,)

    async def run(
        self, upstream: trio.MemoryReceiveChannel[Phrase], downstream: trio.MemorySendChannel[AudioChunk], turn: Turn
    ) -> None:
        """Speak until the phrases end.

        Cancellation spends the sessions at work; the service hears of it by the closing of their connections.

        Raises:
            TTSError: the service failed; the turn ends with it.
            ValueError: the voice cannot have the settings of this turn.
        """
        tts = turn.settings.apply(self.tts)
        if turn.pools is not None:
            await _Run(self, tts.format, turn.pools.pool(tts), turn).run(upstream, downstream)
        else:
            async with open_pools(PoolOptions(spares=0, maximum=AT_ONCE)) as pools:
                await _Run(self, tts.format, pools.pool(tts), turn).run(upstream, downstream)


class _Run:
    """One turn of a Synthesizer."""

    def __init__(self, settings: Synthesizer, audio: AudioFormat, pool: SessionPool, turn: Turn) -> None:
        self._settings = settings
        self._audio = audio
        self._pool = pool
        self._turn = turn
        self._admission = Admission(turn, audio, lead=settings.lead)

    async def run(
        self, upstream: trio.MemoryReceiveChannel[Phrase], downstream: trio.MemorySendChannel[AudioChunk]
    ) -> None:
        jobs_in, jobs_out = trio.open_memory_channel[Job](IN_FLIGHT - 1)
        async with self._pool.in_use(), trio.open_nursery() as nursery:
            nursery.start_soon(self._commit_all, upstream, jobs_in)
            try:
                with jobs_out:
                    async for job in jobs_out:
                        await self._pass_on(job, downstream)
            except trio.BrokenResourceError:
                nursery.cancel_scope.cancel()  # nobody listens: what is in flight is not wanted either
                raise

    async def _commit_all(self, upstream: trio.MemoryReceiveChannel[Phrase], jobs: trio.MemorySendChannel[Job]) -> None:
        with jobs:
            async with trio.open_nursery() as nursery:
                async for phrase in upstream:
                    await self._admission.until_admitted()
                    job = Job(phrase, self._turn.now())
                    self._admission.admit(job)
                    nursery.start_soon(self._speak, job)
                    await jobs.send(job)

    async def _speak(self, job: Job) -> None:
        index = job.phrase.index
        for attempt in range(1, ATTEMPTS + 1):
            self._turn.timeline.record(PhraseCommitted(self._turn.now(), index))
            try:
                await self._commit(job)
                break
            except Exception as error:
                again = isinstance(error, TTSError) and error.retryable and not job.passed_on and attempt < ATTEMPTS
                if not again:
                    reason = f"{type(error).__name__}: {error}"
                    self._turn.timeline.record(PhraseFailed(self._turn.now(), index, job.received, reason))
                    raise
            self._turn.clock.lost(self._audio.seconds(job.credited))
            job.start_again(self._turn.now())
            await trio.sleep(BACK_OFF * 2 ** (attempt - 1) * random.uniform(0.5, 1.0))
        job.end()
        self._admission.ended()

    async def _commit(self, job: Job) -> None:
        usage = await self._pool.commit(job.phrase.words, self._accept(job), order=job.phrase.index)
        if not job.received:
            raise NoAudio(
                f"the service gave no audio for phrase {job.phrase.index} ({len(job.phrase.words)} characters)"
            )
        self._admission.complete(job)
        self._turn.timeline.record(PhraseComplete(self._turn.now(), job.phrase.index, job.received, usage.characters))

    def _accept(self, job: Job) -> Accept:
        def accept(pcm: bytes) -> None:
            if not pcm:
                return
            if job.first is None:
                job.first = self._turn.now()
                self._turn.timeline.record(FirstAudio(job.first, job.phrase.index))
            job.put(pcm)
            self._admission.credit()
            if self._audio.seconds(job.received) > self._settings.longest_commit:
                raise TooMuchAudio(
                    f"phrase {job.phrase.index} has given more than {self._settings.longest_commit:g} s of audio "
                    f"(longest_commit): {len(job.phrase.words)} characters cannot take that long"
                )

        return accept

    async def _pass_on(self, job: Job, downstream: trio.MemorySendChannel[AudioChunk]) -> None:
        offset = 0
        while (pcm := await job.take()) is not None:
            await downstream.send(AudioChunk(pcm, self._audio, job.phrase, offset))
            offset += len(pcm) // SAMPLE_BYTES
        await downstream.send(AudioChunk(b"", self._audio, job.phrase, offset, final=True))
