"""The stage that commits phrases on TTS sessions and passes their audio on, in order."""

from __future__ import annotations

import math
import random

import trio

from triolet._model._audio import AudioChunk, AudioFormat
from triolet._model._text import Phrase
from triolet.chain._context import TurnContext
from triolet.errors import NoAudio, TooMuchAudio, TTSError
from triolet.synthesis._admission import AT_ONCE, Admission
from triolet.synthesis._job import Job, Part
from triolet.synthesis._recovery import Lost, RecoveryPolicy, Resumption, Step, next_step, resumption
from triolet.synthesis._voice_so_far import VoiceSoFar
from triolet.synthesis._voice_stage import VoiceStage, adjusted
from triolet.tts._contract import TTS, AudioCallback
from triolet.tts._session_pool import LONGEST_BACK_OFF, PoolOptions, SessionPool, SessionPools, open_pools
from triolet.turn._events import (
    CommitLost,
    FirstAudio,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseResumed,
    WordsTimed,
)

LEAD = 10.0
"""Seconds of speech that may be committed and not yet heard, the next phrase included. Some sentences: the more, the fewer
commits a minute. It bounds what an interruption throws away, by an estimate: a voice much slower than expected exceeds it, and
so does a sentence that is too long by itself, since it is committed before the listener runs out."""

IN_FLIGHT = 4
"""Phrases whose audio may wait for their turn, behind the one that is passed on. Bounds what is held where the output has
no clock to tell the lead by; with one, `lead` is what counts."""

LONGEST_COMMIT = 120.0
"""Seconds of audio that one commit may give: six times what the longest phrase takes to say."""

CHUNK = 0.1
"""Seconds of audio passed on at a time where a listener hears by a clock: what has been passed on cannot be taken back when a
session is lost, so as little of it as possible is ahead of the listener. As long as the deltas of services."""

FADE = 0.01
"""Seconds over which audio gets softer where it was cut off: two periods of a low voice, so that nothing clicks."""

PLAYED = 1.0
"""Seconds more than it has left that an output may take to play what came before a phrase that could not be spoken."""


class Synthesizer(VoiceStage[Phrase]):
    """Commits each phrase and passes its audio on as it comes; the audio of phrase k is out before that of phrase k+1.

    A session is opened as soon as the turn starts, while the LLM thinks. The phrase that is due is committed at once. A
    later one waits until the listener is less than `lead` seconds of speech behind what is committed, and until the commit
    before it is complete, unless the listener would run out of audio meanwhile: then it is committed on a second session.

    What happens to a phrase whose session is lost is for `recovery` to say. A phrase that gets no audio, or too much, is
    reported FAILED with the reason, and the next goes on; if no phrase of the turn could be spoken, or with
    `RecoveryPolicy(lost="fail")`, the turn ends with that error.

    Audio is passed on as it comes. Where the output is a file, nobody waits for it: there a phrase is passed on
    when it is complete, so whatever is lost is said again whole, and unheard.
    """

    buffer = 0
    """Phrases that may wait: none, so that what the next commit carries is decided when it can be made."""

    def __init__(
        self,
        tts: TTS,
        *,
        lead: float = LEAD,
        longest_commit: float = LONGEST_COMMIT,
        recovery: RecoveryPolicy | None = None,
    ) -> None:
        if lead <= 0:
            raise ValueError(f"lead is {lead}; it must be more than 0 seconds")
        if longest_commit <= 0:
            raise ValueError(f"longest_commit is {longest_commit}; it must be more than 0 seconds")
        super().__init__(tts)
        self.lead = lead
        self.longest_commit = longest_commit
        self.recovery = recovery or RecoveryPolicy()

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[Phrase],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        """Speak until the phrases end.

        Cancellation spends the sessions at work; the service hears of it by the closing of their connections.

        Raises:
            TTSError: the service failed, beyond what `recovery` makes good. Where another try may have helped, what came
                before the phrase in question has been heard by then.
            ValueError: the voice cannot have the settings of this turn.
        """
        tts = adjusted(self.tts, turn.settings)
        kept = turn.resource(SessionPools)
        if kept is not None:
            await _Run(self, tts.format, kept.pool(tts), turn).run(upstream, downstream)
        else:
            async with open_pools(PoolOptions(spares=0, maximum=AT_ONCE)) as pools:
                await _Run(self, tts.format, pools.pool(tts), turn).run(upstream, downstream)


class _Run:
    """One turn of a Synthesizer."""

    def __init__(self, settings: Synthesizer, audio: AudioFormat, pool: SessionPool, turn: TurnContext) -> None:
        self._settings = settings
        self._audio = audio
        self._pool = pool
        self._turn = turn
        self._admission = Admission(turn, audio, pool.pace, lead=settings.lead)
        self._recovery = settings.recovery
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
        jobs_in, jobs_out = trio.open_memory_channel[Job](IN_FLIGHT - 1)
        # The channel outlives the nursery: closed before the others are cancelled, it would be one more error.
        with jobs_out:
            async with self._pool.in_use(), trio.open_nursery() as nursery:
                nursery.start_soon(self._commit_all, upstream, jobs_in)
                try:
                    async for job in jobs_out:
                        await self._pass_on(job, downstream)
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
                    job = Job(phrase, self._turn.now(), Part(self._voice.detector()))
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
                in_a_row = 0 if job.of_part else in_a_row + 1
                if in_a_row and self._pool.patient(error):
                    self._lost(job, error)
                elif not self._recovers(job, error, in_a_row):
                    break
            else:
                break
            longest = min(LONGEST_BACK_OFF, self._recovery.back_off * 2 ** max(0, in_a_row - 1))
            with self._pool.coming_back(job.phrase.index):
                await trio.sleep(longest * random.uniform(0.5, 1.0))
            job.committed = self._turn.now()

    async def _commit(self, job: Job) -> None:
        usage = await self._pool.commit(job.words, self._accept(job), order=job.phrase.index)
        if not job.of_part:
            raise NoAudio(f"the service gave no audio for phrase {job.phrase.index} ({len(job.words)} characters)")
        job.whole = job.part.start == 0
        if job.whole:  # how fast a rest was said tells little
            self._admission.complete(job)
        self._turn.timeline.record(PhraseComplete(self._turn.now(), job.phrase.index, job.received, usage.characters))

    def _accept(self, job: Job) -> AudioCallback:
        def accept(pcm: bytes) -> None:
            if not pcm:
                return
            if job.first is None:
                job.first = self._turn.now()
                self._turn.timeline.record(FirstAudio(job.first, job.phrase.index))
            job.put(pcm)
            self._admission.credit()
            if self._audio.seconds(job.of_part) > self._settings.longest_commit:
                raise TooMuchAudio(
                    f"phrase {job.phrase.index} has given more than {self._settings.longest_commit:g} s of audio "
                    f"(longest_commit): {len(job.words)} characters cannot take that long"
                )

        return accept

    def _recovers(self, job: Job, error: TTSError, in_a_row: int) -> bool:
        """Decide what follows a commit that failed; give whether the job needs another one."""
        self._failures += 1
        step = next_step(
            self._recovery,
            error,
            passed_on=job.of_part_passed_on > 0,
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
                self._cut(job, job.part.start)
                job.go_on(Part(self._voice.detector(), job.part.start, job.part.unit))
                return True
            case Step.RESUME:
                return self._resume(job, error, point)
        return False

    def _resumption(self, job: Job) -> Resumption:
        job.look_at_the_rest()
        part = job.part
        return resumption(
            Lost(
                job.phrase,
                part.unit,
                part.detector.voiced,
                job.of_part_passed_on,
                self._audio.sample_rate,
                self._voice.pace,
                self._word_ends(job),
            ),
            fade=self._audio.samples(FADE),
        )

    def _resume(self, job: Job, error: TTSError, point: Resumption) -> bool:
        part, index = job.part, job.phrase.index
        keep, unit = part.start + point.keep, part.unit + point.unit
        self._lost(job, error)
        self._cut(job, keep)
        if unit == len(job.phrase.units):  # all had been said when it was lost; what it is billed at is not known
            self._turn.timeline.record(PhraseComplete(self._turn.now(), index, keep, len(job.words)))
            return False
        self._repeats += point.repeated > 0
        self._turn.timeline.record(PhraseResumed(self._turn.now(), index, keep, unit, point.repeated))
        job.go_on(Part(self._voice.detector(), keep, unit))
        return True

    def _skip(self, job: Job, error: TTSError) -> None:
        """The phrase has failed; the next goes on."""
        self._skipped = error
        self._end_early(job, error)

    def _give_up(self, job: Job, error: TTSError) -> None:
        """The turn ends with this phrase: those before it are said, and no later one is begun."""
        self._given_up = min(self._given_up, job.phrase.index)
        self._end_early(job, error)
        job.end(error)

    def _end_early(self, job: Job, error: TTSError) -> None:
        """What was received is played if it has begun to; if there was too much of it, what has been passed on is enough."""
        keep = job.part.start
        if job.of_part_passed_on:
            enough = job.passed_on + self._audio.samples(FADE)
            keep = min(enough, job.received) if isinstance(error, TooMuchAudio) else job.received
        self._cut(job, keep)
        self._failed(job, error)

    def _cut(self, job: Job, samples: int) -> None:
        self._turn.clock.supply.lose(self._audio.seconds(max(0, job.credited - samples)))
        job.cut(samples, fade=self._audio.samples(FADE))
        self._admission.credit()

    def _lost(self, job: Job, error: TTSError) -> None:
        self._turn.timeline.record(CommitLost(self._turn.now(), job.phrase.index, job.received, type(error).__name__))

    def _failed(self, job: Job, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        self._turn.timeline.record(PhraseFailed(self._turn.now(), job.phrase.index, job.received, reason))

    def _word_ends(self, job: Job) -> tuple[int, ...]:
        """The ends of the words of the last commit, counted from its first sample; none if the voice does not tell."""
        ends: tuple[int, ...] = ()
        for event in self._turn.timeline:
            match event:
                case WordsTimed(index=job.phrase.index):
                    ends = event.ends[job.part.unit :]
                case PhraseResumed(index=job.phrase.index) | PhraseCommitted(index=job.phrase.index):
                    ends = ()
                case _:
                    pass
        return tuple(end - job.part.start for end in ends)

    async def _pass_on(self, job: Job, downstream: trio.MemorySendChannel[AudioChunk]) -> None:
        while True:
            waited_for = self._turn.clock.listener.realtime or self._turn.clock.listener.streamed
            most = self._audio.samples(CHUNK) if waited_for else None
            offset = job.passed_on
            pcm = await job.take(most, keep=self._audio.samples(FADE))
            if pcm is None:
                break
            self._spoken = True
            await downstream.send(AudioChunk(pcm, self._audio, job.phrase, offset))
        await downstream.send(AudioChunk(b"", self._audio, job.phrase, job.passed_on, final=True))
        if job.error is not None:
            await self._turn.clock.until_played(PLAYED)
            raise job.error
        self._voice.learn(job)


def _name(phrase: Phrase, error: TTSError) -> None:
    """Say in the traceback which phrase it was; by its number, since texts do not belong into logs."""
    note = f"while phrase {phrase.index} of the turn ({len(phrase.words)} characters) was spoken"
    if note not in getattr(error, "__notes__", ()):  # one error may have ended several commits
        error.add_note(note)
