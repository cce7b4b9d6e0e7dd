"""The stage that commits phrases on a TTS session and passes their audio on, in order."""

from __future__ import annotations

from collections import deque

import trio

from triolet._audio import SAMPLE_BYTES, AudioChunk, AudioFormat
from triolet._stages import Stage
from triolet._text import Phrase
from triolet._timeline import FirstAudio, PhraseCommitted, PhraseComplete, PhraseFailed
from triolet._tts import TTS, TTSSession
from triolet._turn import Turn
from triolet.errors import NoAudio, TooMuchAudio

LEAD = 8.0
"""Seconds of speech that may be received and not yet taken by the output before the next phrase has to wait. Several
sentences: enough to ride out a stall of the LLM or the service. What an interruption throws away is bounded by it."""

IN_FLIGHT = 4
"""Phrases whose audio may wait for their turn, behind the one that is passed on. Bounds what is held where the output has
no clock to tell the lead by; with one, `lead` is what counts."""

LONGEST_COMMIT = 120.0
"""Seconds of audio that one commit may give: six times what the longest phrase takes to say."""


class _Job:
    """One phrase in flight: what has been received of it and not yet passed on."""

    def __init__(self, phrase: Phrase) -> None:
        self.phrase = phrase
        self.received = 0
        self.done = False
        self._parts: deque[bytes] = deque()
        self._news = trio.Event()

    def put(self, pcm: bytes) -> None:
        self._parts.append(pcm)
        self.received += len(pcm) // SAMPLE_BYTES
        self._news.set()

    def end(self) -> None:
        self.done = True
        self._news.set()

    async def take(self) -> bytes | None:
        """The next samples, or None when there are no more."""
        while not self._parts:
            if self.done:
                return None
            self._news = trio.Event()
            await self._news.wait()
        pcm = b"".join(self._parts)
        self._parts.clear()
        return pcm


class Synthesizer(Stage[Phrase, AudioChunk]):
    """Commits each phrase and passes its audio on as it comes; the audio of phrase k is out before that of phrase k+1.

    A session is opened as soon as the turn starts, while the LLM thinks. The phrase that is due is committed at once; a
    later one waits until the listener is less than `lead` seconds of audio behind. An error of the service ends the turn.
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

    async def run(
        self, upstream: trio.MemoryReceiveChannel[Phrase], downstream: trio.MemorySendChannel[AudioChunk], turn: Turn
    ) -> None:
        """Speak until the phrases end.

        Cancellation closes the session; the service hears of it by the closing of the connection.

        Raises:
            TTSError: the service failed; the turn ends with it.
        """
        jobs_in, jobs_out = trio.open_memory_channel[_Job](IN_FLIGHT - 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._commit_all, upstream, jobs_in, turn)
            try:
                with jobs_out:
                    async for job in jobs_out:
                        await self._pass_on(job, downstream)
            except trio.BrokenResourceError:
                nursery.cancel_scope.cancel()  # nobody listens: what is in flight is not wanted either
                raise

    async def _commit_all(
        self, upstream: trio.MemoryReceiveChannel[Phrase], jobs: trio.MemorySendChannel[_Job], turn: Turn
    ) -> None:
        with jobs:
            async with self.tts.connect() as session:
                async for phrase in upstream:
                    await turn.clock.until_backlog_below(self.lead)
                    job = _Job(phrase)
                    async with trio.open_nursery() as nursery:
                        # The commit runs while the job waits for its turn to be heard.
                        nursery.start_soon(self._commit, session, job, turn)
                        await jobs.send(job)

    async def _commit(self, session: TTSSession, job: _Job, turn: Turn) -> None:
        audio = self.tts.format
        index = job.phrase.index

        def accept(pcm: bytes) -> None:
            if not pcm:
                return
            if not job.received:
                turn.timeline.record(FirstAudio(turn.now(), index))
            job.put(pcm)
            turn.clock.received(audio.seconds(len(pcm) // SAMPLE_BYTES))
            if audio.seconds(job.received) > self.longest_commit:
                raise TooMuchAudio(
                    f"phrase {index} has given more than {self.longest_commit:g} s of audio (longest_commit): "
                    f"{len(job.phrase.words)} characters cannot take that long"
                )

        turn.timeline.record(PhraseCommitted(turn.now(), index))
        try:
            usage = await session.commit(job.phrase.words, accept)
            if not job.received:
                raise NoAudio(f"the service gave no audio for phrase {index} ({len(job.phrase.words)} characters)")
        except Exception as error:  # raised again: only the report needs to know which phrase it was
            turn.timeline.record(PhraseFailed(turn.now(), index, job.received, f"{type(error).__name__}: {error}"))
            raise
        turn.timeline.record(PhraseComplete(turn.now(), index, job.received, usage.characters))
        job.end()

    async def _pass_on(self, job: _Job, downstream: trio.MemorySendChannel[AudioChunk]) -> None:
        offset = 0
        while (pcm := await job.take()) is not None:
            await downstream.send(AudioChunk(pcm, self.tts.format, job.phrase, offset))
            offset += len(pcm) // SAMPLE_BYTES
        await downstream.send(AudioChunk(b"", self.tts.format, job.phrase, offset, final=True))
