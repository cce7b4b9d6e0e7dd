"""One turn of a Synthesizer."""

from __future__ import annotations

import math
import random

import trio

from triolet._model._audio import AudioChunk, AudioFormat
from triolet._model._text import Phrase
from triolet.alignment._voiced_chunk import VoicedChunk
from triolet.chain._context import TurnContext
from triolet.errors import NoAudio, TooMuchAudio, TTSError
from triolet.synthesis._admission import Admission
from triolet.synthesis._job import Commit, Job, Progress
from triolet.synthesis._options import SynthesisOptions
from triolet.synthesis._phrase_audio import PhraseAudio
from triolet.synthesis._recovery import Lost, Resumption, Step, next_step, resumption
from triolet.synthesis._voice_so_far import VoiceSoFar
from triolet.tts._contract import AudioCallback
from triolet.tts._session_pool import LONGEST_BACK_OFF, SessionPool
from triolet.turn._events import (
    CommitLost,
    FirstAudio,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseResumed,
    WordsTimed,
)

WAITING = 4
"""Phrases whose audio may wait for their turn, behind the one that is passed on. Bounds what is held where the output has
no clock to tell the lead by; with one, `lead` is what counts."""

CHUNK = 0.1
"""Seconds of audio passed on at a time where a listener hears by a clock: what has been passed on cannot be taken back when a
session is lost, so as little of it as possible is ahead of the listener. As long as the deltas of services."""

FADE = 0.01
"""Seconds over which audio gets softer where it was cut off: two periods of a low voice, so that nothing clicks."""

PLAYED = 1.0
"""Seconds more than it has left that an output may take to play what came before a phrase that could not be spoken."""


class SpeakingTurn:
    """One turn of a Synthesizer: commits its phrases, and passes their audio on in order."""

    def __init__(self, options: SynthesisOptions, audio: AudioFormat, pool: SessionPool, turn: TurnContext) -> None:
        self._options = options
        self._audio = audio
        self._pool = pool
        self._turn = turn
        self._admission = Admission(turn, audio, pool.pace, lead=options.lead, in_flight=options.in_flight)
        self._recovery = options.recovery
        self._fade = audio.samples(FADE)
        self._chunk = audio.samples(CHUNK)
        self._sounding: Job | None = None
        """The phrase whose audio is passed on, while the task that does so waits for more of it."""
        self._unsent: AudioChunk | None = None
        self._failures = 0
        self._repeats = 0
        self._spoken = False
        self._skipped: TTSError | None = None
        self._given_up = math.inf
        """The first phrase that could not be spoken, with which the turn ends."""
        self._broken = False
        self._voice = VoiceSoFar(audio.sample_rate)

    async def run(
        self, upstream: trio.MemoryReceiveChannel[Phrase], downstream: trio.MemorySendChannel[AudioChunk]
    ) -> None:
        self._downstream = downstream
        jobs_in, jobs_out = trio.open_memory_channel[Job](WAITING - 1)
        # The channel outlives the nursery: closed before the others are cancelled, it would be one more error.
        with jobs_out:
            async with self._pool.in_use(), trio.open_nursery() as nursery:
                nursery.start_soon(self._commit_all, upstream, jobs_in)
                try:
                    async for job in jobs_out:
                        await self._pass_on(job)
                except trio.BrokenResourceError:
                    nursery.cancel_scope.cancel()  # nobody listens: what is in flight is not wanted either
                    raise
        if self._skipped is not None and not self._spoken:
            raise self._skipped

    async def _commit_all(self, upstream: trio.MemoryReceiveChannel[Phrase], jobs: trio.MemorySendChannel[Job]) -> None:
        with jobs:
            async with trio.open_nursery() as nursery:
                while True:
                    await self._admission.until_admitted()
                    try:
                        phrase = await upstream.receive()  # decided now, by what the listener has left
                    except trio.EndOfChannel:
                        break
                    job = Job(phrase, PhraseAudio(self._voice.voicing()), Commit(self._turn.now()))
                    self._admission.admit(job)
                    nursery.start_soon(self._speak, job)
                    await jobs.send(job)

    async def _speak(self, job: Job) -> None:
        try:
            await self._until_said(job)
        except Exception as error:  # raised again, but not a second one of the same moment: one error leaves
            self._failed(job, error)
            if self._broken:
                return
            self._broken = True
            raise
        if job.error is None:
            job.end()
            self._admission.ended()

    async def _until_said(self, job: Job) -> None:
        """Commit until all is said, or given up."""
        in_a_row = 0
        while job.phrase.index < self._given_up:
            self._turn.timeline.record(PhraseCommitted(self._turn.now(), job.phrase.index, self._pool.bills))
            try:
                await self._commit(job)
            except TTSError as error:
                _name(job.phrase, error)
                in_a_row = 0 if job.of_commit else in_a_row + 1
                if in_a_row and self._pool.patient(error):
                    self._lost(job, error)
                elif not self._recovers(job, error, in_a_row):
                    break
            else:
                break
            longest = min(LONGEST_BACK_OFF, self._recovery.back_off * 2 ** max(0, in_a_row - 1))
            with self._pool.coming_back(job.phrase.index):
                await trio.sleep(min(longest * random.uniform(0.5, 1.0), max(0.0, self._pool.patience)))
            job.commit.made = self._turn.now()

    async def _commit(self, job: Job) -> None:
        usage = await self._pool.commit(job.words, self._accept(job), order=job.phrase.index)
        if not job.of_commit:
            raise NoAudio(f"the service gave no audio for phrase {job.phrase.index} ({len(job.words)} characters)")
        job.whole = job.commit.start == 0
        if job.whole:  # how fast a rest was said tells little
            self._admission.complete(job)
        self._turn.timeline.record(
            PhraseComplete(self._turn.now(), job.phrase.index, job.audio.received, usage.characters)
        )

    def _accept(self, job: Job) -> AudioCallback:
        """What the session calls with audio, from the task that receives it: a plain call, and the fast way of every sample."""
        index, audio, commit = job.phrase.index, job.audio, job.commit
        most = commit.start + self._audio.samples(self._options.longest_commit)

        def accept(pcm: bytes) -> None:
            if not pcm:
                return
            if commit.first_audio is None:
                commit.first_audio = self._turn.now()
                self._turn.timeline.record(FirstAudio(commit.first_audio, index))
            audio.put(pcm)
            self._admission.credit()
            if job is not self._sounding:
                job.changed.give()
            else:
                self._push(job)
            if audio.received > most:
                raise TooMuchAudio(
                    f"phrase {index} has given more than {self._options.longest_commit:g} s of audio "
                    f"(longest_commit): {len(job.words)} characters cannot take that long"
                )

        return accept

    def _recovers(self, job: Job, error: TTSError, in_a_row: int) -> bool:
        """Decide what follows a commit that failed; give whether the job needs another one."""
        self._failures += 1
        step = next_step(
            self._recovery,
            error,
            passed_on=job.of_commit_passed_on > 0,
            in_a_row=in_a_row,
            in_turn=self._failures,
        )
        point = self._resumption(job) if step is Step.RESUME else Resumption(0, 0)
        if point.repeated and self._repeats >= self._recovery.repeats:
            step = Step.END
        match step:
            case Step.END_AT_ONCE:
                raise error
            case Step.END:
                self._give_up(job, error)
            case Step.SKIP:
                self._skip(job, error)
            case Step.AGAIN:
                self._lost(job, error)
                self._cut(job, job.commit.start)
                self._go_on(job, job.commit.start, job.commit.unit)
                return True
            case Step.RESUME:
                return self._resume(job, error, point)
        return False

    def _resumption(self, job: Job) -> Resumption:
        lost = Lost(
            job.phrase,
            job.commit.unit,
            job.voiced,
            job.of_commit_passed_on,
            self._audio.sample_rate,
            self._voice.pace,
            self._word_ends(job),
        )
        return resumption(lost, fade=self._fade)

    def _resume(self, job: Job, error: TTSError, point: Resumption) -> bool:
        index = job.phrase.index
        keep, unit = job.commit.start + point.keep, job.commit.unit + point.unit
        self._lost(job, error)
        self._cut(job, keep)
        if unit == len(job.phrase.units):  # all had been said when it was lost; what it is billed at is not known
            self._turn.timeline.record(PhraseComplete(self._turn.now(), index, keep, len(job.words)))
            return False
        self._repeats += point.repeated > 0
        self._turn.timeline.record(PhraseResumed(self._turn.now(), index, keep, unit, point.repeated))
        self._go_on(job, keep, unit)
        return True

    def _go_on(self, job: Job, start: int, unit: int) -> None:
        """Let the next commit say the units from this one on."""
        job.commit = Commit(self._turn.now(), start, unit)
        job.changed.give()

    def _skip(self, job: Job, error: TTSError) -> None:
        """The phrase has failed; the next goes on."""
        self._skipped = error
        self._end_early(job, error)

    def _give_up(self, job: Job, error: TTSError) -> None:
        """The turn ends with this phrase: those before it are said, and no later one is begun."""
        self._given_up = min(self._given_up, job.phrase.index)
        self._end_early(job, error)
        job.give_up(error)

    def _end_early(self, job: Job, error: TTSError) -> None:
        """What was received is played if it has begun to; if there was too much of it, what has been passed on is enough."""
        keep = job.commit.start
        if job.of_commit_passed_on:
            enough = job.audio.passed_on + self._fade
            keep = min(enough, job.audio.received) if isinstance(error, TooMuchAudio) else job.audio.received
        self._cut(job, keep)
        self._failed(job, error)

    def _cut(self, job: Job, samples: int) -> None:
        self._turn.clock.supply.lose(self._audio.seconds(max(0, job.credited - samples)))
        job.cut(samples, fade=self._fade)
        self._admission.credit()

    def _lost(self, job: Job, error: TTSError) -> None:
        self._turn.timeline.record(
            CommitLost(self._turn.now(), job.phrase.index, job.audio.received, type(error).__name__)
        )

    def _failed(self, job: Job, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        self._turn.timeline.record(PhraseFailed(self._turn.now(), job.phrase.index, job.audio.received, reason))

    def _word_ends(self, job: Job) -> tuple[int, ...]:
        """The ends of the words of the last commit, counted from its first sample; none if the voice does not tell."""
        ends: tuple[int, ...] = ()
        for event in self._turn.timeline:
            match event:
                case WordsTimed(index=job.phrase.index):
                    ends = event.ends[job.commit.unit :]
                case PhraseResumed(index=job.phrase.index) | PhraseCommitted(index=job.phrase.index):
                    ends = ()
                case _:
                    pass
        return tuple(end - job.commit.start for end in ends)

    async def _pass_on(self, job: Job) -> None:
        while True:
            chunk = self._unsent or self._next_chunk(job)
            self._unsent = None
            if chunk is not None:
                await self._downstream.send(chunk)
            elif job.progress is Progress.SPEAKING:
                self._sounding = job
                await job.changed.wait()
                self._sounding = None
            else:
                break
        end = job.audio.passed_on
        await self._downstream.send(AudioChunk(b"", self._audio, job.phrase, end, final=True))
        if job.error is not None:
            await self._turn.clock.until_played(PLAYED)
            raise job.error
        self._voice.learn(job)

    def _push(self, job: Job) -> None:
        """Pass on what has come, while the task that does so waits for it; wake that task where the next stage is not ready."""
        while (chunk := self._next_chunk(job)) is not None:
            try:
                self._downstream.send_nowait(chunk)
            except (trio.WouldBlock, trio.BrokenResourceError):
                self._unsent = chunk
                self._sounding = None  # the task goes on from here
                job.changed.give()
                break

    def _next_chunk(self, job: Job) -> AudioChunk | None:
        """The next samples that may be passed on, if there are any."""
        listener = self._turn.clock.listener
        most = self._chunk if listener.realtime or listener.streamed else None
        ready = job.ready(most, keep=self._fade)
        if not ready:
            return None
        self._spoken = True
        offset = job.audio.passed_on
        pcm = job.audio.take(ready)
        return VoicedChunk(pcm, self._audio, job.phrase, offset, voicing=job.audio.voicing, seen=pcm)


def _name(phrase: Phrase, error: TTSError) -> None:
    """Say in the traceback which phrase it was; by its number, since texts do not belong into logs."""
    note = f"while phrase {phrase.index} of the turn ({len(phrase.words)} characters) was spoken"
    if note not in getattr(error, "__notes__", ()):  # one error may have ended several commits
        error.add_note(note)
