"""One turn of a Synthesizer."""

from __future__ import annotations

import math
import random
from collections.abc import Awaitable, Callable, Sequence

import trio

from triolet._model._audio import AudioChunk, AudioFormat
from triolet._model._text import Phrase
from triolet._model._timed_word import TimedWord
from triolet._tools._in_pieces import in_pieces
from triolet._tools._signal import Signal
from triolet.alignment._unit_times import UnitTimes
from triolet.alignment._voiced_chunk import VoicedChunk
from triolet.chain._context import TurnContext
from triolet.chain._take import send
from triolet.errors import NoAudio, TooMuchAudio, TTSError
from triolet.synthesis._admission import Admission
from triolet.synthesis._hedge import Attempt, Hedge
from triolet.synthesis._job import Commit, Job, Progress
from triolet.synthesis._options import SynthesisOptions
from triolet.synthesis._phrase_audio import PhraseAudio
from triolet.synthesis._recovery import Lost, Repeats, Resumption, Step, next_step, pauses_to_part_at, resumption
from triolet.synthesis._voice_so_far import VoiceSoFar
from triolet.tts._contract import AudioCallback, TTSSession, Usage
from triolet.tts._session_pool import LONGEST_BACK_OFF, SessionPool
from triolet.tts._word_times import AudioAndWords
from triolet.turn._events import (
    CommitLost,
    FirstAudio,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseHedged,
    PhraseResumed,
    WordsTimed,
)

WAITING = 4
"""The most phrases whose audio waits behind the one that is passed on. It bounds the audio held for an output without a clock.
With a clock, `lead` is reached first."""

CHUNK = 0.1
"""The most seconds of audio passed on at a time to a listener who hears by a clock. Audio that has been passed on cannot be replaced
when a session is lost, so little of it should be ahead of the listener. Services send about as much at once."""

LARGE_CHUNK = 0.2
"""The most seconds where `PLENTY` waits, as with a service that is well: as much as an output holds. With half as much, a second of
audio takes 6 % more calls."""

PLENTY = 1.0
"""Seconds of audio of a phrase. With less, the service may be failing, and the place to go on with another session is near."""

FADE = 0.01
"""Seconds over which audio that was cut off fades out, so that it does not click: two periods of a low voice."""

END_COMMITS = 1.0
"""Seconds that the commits of a turn which ends early have to end: to finish a message that is being sent, and to tell the service
to stop. Usually that takes a millisecond. Then their sessions are closed, within `close_timeout`, and the next turn may begin."""

NOT_YET = 0.5
"""Seconds after which it is asked again whether a second session may speak words that are late, where limits did not allow it."""

TOGETHER = 0.2
"""Seconds of audio that may have been passed on when its words are told, and they still count as told in time. What an output holds is
about as much, so the listener has not heard them; a service may send the words right behind their audio."""

PLAYED = 1.0
"""Seconds that an output may take longer to play what it has than that lasts, before the turn ends with a failed phrase."""


class SpeakingTurn:
    """One turn of a Synthesizer: commits its phrases, and passes their audio on in order."""

    # Without slots, so many attributes would need a table of their own: 2 KB for each turn.
    __slots__ = (
        "_admission",
        "_all_committed",
        "_all_said",
        "_audio",
        "_broken",
        "_chunk",
        "_downstream",
        "_fade",
        "_failures",
        "_given_up",
        "_hedging",
        "_jobs",
        "_large_chunk",
        "_moved",
        "_nursery",
        "_options",
        "_plenty",
        "_pool",
        "_recovery",
        "_repeats",
        "_skipped",
        "_sounding",
        "_speaking",
        "_spoke",
        "_spoken",
        "_told",
        "_told_one",
        "_turn",
        "_unsent",
        "_until_late",
        "_voice",
        "_watching",
    )

    def __init__(self, options: SynthesisOptions, audio: AudioFormat, pool: SessionPool, turn: TurnContext) -> None:
        self._options = options
        self._audio = audio
        self._pool = pool
        self._turn = turn
        self._admission = Admission(turn, audio, pool.pace, lead=options.lead, in_flight=options.in_flight)
        self._recovery = options.recovery
        self._fade = audio.samples(FADE)
        self._chunk, self._large_chunk, self._plenty = map(audio.samples, (CHUNK, LARGE_CHUNK, PLENTY))
        self._jobs: list[Job] = []
        """The phrases behind the one that is passed on, at most `WAITING - 1`. (A channel would take 2 KB more.)"""
        self._all_committed = False
        """Whether no phrase comes any more."""
        self._moved = Signal()
        """Given when a phrase joins those that wait, or leaves them, and when no more will come."""
        self._sounding: Job | None = None
        """The phrase whose audio is passed on, while the task that passes it on waits for more of it."""
        self._unsent: AudioChunk | None = None
        self._failures = 0
        self._repeats = turn.resource(Repeats) or Repeats()
        self._spoken = False
        self._skipped: TTSError | None = None
        self._given_up = math.inf
        """The index of the first phrase that could not be spoken and ends the turn; infinite if there is none."""
        self._broken = False
        self._voice = VoiceSoFar(audio.sample_rate)
        self._hedging = False
        """Whether the words of a phrase are asked of two sessions."""
        self._told: list[Hedge] = []
        """The commits that one session was told, and that are not over."""
        self._told_one = Signal()
        """Given when a commit was told whose audio is late before `_watch` looks again."""
        self._until_late = trio.CancelScope()
        """Around the sleep of `_watch` until audio is late."""
        self._watching = False
        """Whether `_watch` runs."""
        self._all_said = False
        self._speaking = 0
        """How many tasks speak."""
        self._spoke = Signal()
        """Given when the last of those tasks ends."""

    async def run(
        self, upstream: trio.MemoryReceiveChannel[Phrase], downstream: trio.MemorySendChannel[AudioChunk]
    ) -> None:
        self._downstream = downstream
        async with self._pool.in_use(), trio.open_nursery() as nursery:
            self._nursery = nursery
            nursery.start_soon(self._commit_next, upstream)
            try:
                while (job := await self._next_job()) is not None:
                    await self._pass_on(job)
            except BaseException:  # raised again: the commits in flight are of no use, and they end in time
                nursery.cancel_scope.cancel()
                await self._clean_up()  # noqa: ASYNC102 -- it shields and bounds itself
                raise
            self._all_said = True
            self._until_late.cancel(reason="all phrases have been said")
        if self._skipped is not None and not self._spoken:
            raise self._skipped

    async def _clean_up(self) -> None:
        """Wait until the commits in flight, which are cancelled, have ended. Close the sessions of those that take too long."""
        with trio.move_on_after(END_COMMITS, shield=True):
            while self._speaking:
                await self._spoke.wait()
        if self._speaking:
            self._pool.abandon(self)

    async def _next_job(self) -> Job | None:
        """Wait for the next phrase that has been committed. None: there will be no more."""
        while not self._jobs:
            if self._all_committed:
                return None
            await self._moved.wait()
        self._moved.give()
        return self._jobs.pop(0)

    async def _commit_next(self, upstream: trio.MemoryReceiveChannel[Phrase], before: Job | None = None) -> None:
        """Wait for the next phrase, and commit it in the same task: its words then wait for no other. The phrase after it is waited for
        by a new task, which first lets the audio of this one be passed on (`before`).
        """
        if before is not None:
            while len(self._jobs) >= WAITING - 1:
                await self._moved.wait()
            self._jobs.append(before)
            self._moved.give()
        await self._admission.until_admitted()
        was_held = upstream.statistics().tasks_waiting_send > 0
        try:
            phrase = await upstream.receive()  # the Phraser decides now, by how much the listener has left
        except trio.EndOfChannel:
            self._all_committed = True
            self._moved.give()
            return
        if was_held:  # the Phraser has been woken: it says first that the phrase is ready
            await trio.lowlevel.checkpoint()
        job = Job(phrase, PhraseAudio(self._voice.voicing()), Commit(self._turn.now()))
        self._admission.admit(job)
        self._nursery.start_soon(self._commit_next, upstream, job)
        self._speaking += 1
        try:
            await self._say(job)
        finally:
            self._has_spoken()

    def _has_spoken(self) -> None:
        """Note that a task that spoke has ended."""
        self._speaking -= 1
        if not self._speaking:
            self._spoke.give()

    async def _say(self, job: Job) -> None:
        try:
            await self._until_said(job)
        except (
            Exception
        ) as error:  # raised again, unless another phrase's error already ends the turn: only one may leave
            self._failed(job, error)
            if self._broken:
                return
            self._broken = True
            raise
        if job.error is None:
            job.end()
            self._admission.ended()

    async def _until_said(self, job: Job) -> None:
        """Commit until the phrase is said or given up."""
        in_a_row = 0
        while job.phrase.index < self._given_up:
            self._turn.timeline.record(PhraseCommitted(self._turn.now(), job.phrase.index, self._pool.bills))
            try:
                await self._commit(job)
            except TTSError as error:
                _name(job.phrase, error)
                in_a_row = 0 if job.of_commit else in_a_row + 1
                if in_a_row and self._pool.patient(error):
                    self.one_lost(job, error)
                elif not await self._recovers(job, error, in_a_row):
                    break
                if await self._waited_too_long(job, in_a_row, error) and in_a_row:
                    await self._recovers(job, error, in_a_row)
                    break
            else:
                break
            job.commit.made = self._turn.now()

    async def _waited_too_long(self, job: Job, in_a_row: int, error: TTSError) -> bool:
        """Wait before the next commit, at least as long as the service asks, but not beyond `throttled_timeout`. Return whether
        that is over.
        """
        longest = min(LONGEST_BACK_OFF, self._recovery.back_off * 2 ** max(0, in_a_row - 1))
        wait: float = max(longest * random.uniform(0.5, 1.0), error.retry_after or 0.0)
        patience = max(0.0, self._pool.patience)
        with self._pool.coming_back(job.phrase.index):
            await trio.sleep(min(wait, patience))
        return wait >= patience

    async def _commit(self, job: Job) -> None:
        usage = await self._asked(job)
        if not job.of_commit:
            raise NoAudio(f"the service gave no audio for phrase {job.phrase.index} ({len(job.words)} characters)")
        job.whole = job.commit.start == 0
        if job.whole:  # the rest of a phrase is too short to learn the pace from
            self._admission.complete(job)
        self._turn.timeline.record(
            PhraseComplete(self._turn.now(), job.phrase.index, job.audio.received, usage.characters)
        )

    async def _asked(self, job: Job) -> Usage:
        """Commit on a session; where somebody waits for the audio and it is late, on a second one, too."""
        accept, listener = self._accept(job), self._turn.clock.listener
        if self._recovery.hedge_after is None or not self._pool.hedges or not (listener.realtime or listener.streamed):
            return await self.commit_once(job, accept)
        hedge = Hedge(self, job, accept)
        try:
            return await hedge.run()
        finally:
            self._hedge_over(hedge)

    def commit_once(
        self, job: Job, accept: AudioCallback, made: Callable[[TTSSession], None] | None = None
    ) -> Awaitable[Usage]:
        """See `HedgedTurn`."""
        return self._pool.commit(job.words, accept, order=job.phrase.index, turn=self, made=made)

    def _start(self, task: Callable[[], Awaitable[None]]) -> None:
        """Start a task that speaks."""

        async def speak() -> None:
            try:
                await task()
            finally:
                self._has_spoken()

        self._speaking += 1
        self._nursery.start_soon(speak)

    async def _watch(self) -> None:
        """Ask a second session for the words of a phrase whose audio is late. One task does it for all phrases, as long as any audio is
        awaited: nearly none is late, and a time-out for each would cost as much as all that a phrase does besides.
        """
        again = -math.inf
        while not self._all_said:
            late = min((self._late_at(hedge) for hedge in self._told), default=math.inf)
            if late == math.inf:
                break
            due = max(late, again)
            if trio.current_time() < due:
                with trio.CancelScope(deadline=due) as self._until_late:
                    await self._told_one.wait()
            elif not self._ask_second():
                again = trio.current_time() + NOT_YET
        self._watching = False

    def _late_at(self, hedge: Hedge) -> float:
        """When the audio of a commit is late, on Trio's clock; infinite if it has come."""
        least = self._recovery.hedge_after
        if least is None or hedge.taken is not None:
            return math.inf
        return hedge.first.made + self._pool.hedging.wait(least, self._pool.pace.first_audio)

    def _ask_second(self) -> bool:
        """Ask a second session for the first phrase that is late, if one may be asked now. Return whether one was."""
        pool, now = self._pool, trio.current_time()
        for hedge in self._told:
            if self._late_at(hedge) <= now and self._may_hedge(hedge.job):
                self._told.remove(hedge)
                self._hedging = True
                pool.hedging.running += 1
                if hedge.first.session is not None:
                    hedge.first.session.doubt()
                pool.doubt(hedge.first.made)
                hedge.ask(self._start)
                return True
        return False

    def told(self, hedge: Hedge) -> None:
        """A session was told the words of a phrase: watch for its audio."""
        self._told.append(hedge)
        if not self._watching:
            self._watching = True
            self._nursery.start_soon(self._watch)
        elif self._late_at(hedge) < self._until_late.deadline:
            self._told_one.give()

    def _may_hedge(self, job: Job) -> bool:
        """Whether a second session may be asked now: one at a time, for the phrase that is awaited first."""
        allowed = self._failures < self._recovery.per_turn and self._pool.may_hedge()
        return allowed and not self._hedging and self._admission.is_awaited(job)

    def quicker(self, job: Job, second: Attempt) -> None:
        """The second session is the one that speaks."""
        job.commit.made = second.made

    def hedged(self, job: Job) -> None:
        """A second session was told."""
        self._turn.timeline.record(PhraseHedged(self._turn.now(), job.phrase.index, self._pool.bills))

    def _hedge_over(self, hedge: Hedge) -> None:
        if not hedge.asked:
            if hedge in self._told:
                self._told.remove(hedge)
            return
        self._hedging = False
        self._pool.hedging.running -= 1
        if hedge.taken is not None:
            self._pool.hedging.ended(quicker=hedge.taken is hedge.second)
        if hedge.taken is None and hedge.second.error is not None:
            self._failures += 1  # the one that `_recovers` counts is the first session's

    def _accept(self, job: Job) -> AudioAndWords:
        """The callback that the session calls with audio, from the task that receives it. All audio passes here, so it is fast."""
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

        times: UnitTimes | None = None
        together = self._audio.samples(TOGETHER)

        def words(said: Sequence[TimedWord]) -> None:
            nonlocal times
            if times is None:  # few services tell
                times = UnitTimes(job.phrase.units[commit.unit :], self._audio.sample_rate)
            known = len(times.ends)
            if times.add(said):
                commit.late = commit.late or commit.start + times.ends[known] < audio.passed_on - together
                begins = (*(begin for begin, _ in commit.before), *(commit.start + begin for begin in times.begins))
                ends = (*(end for _, end in commit.before), *(commit.start + end for end in times.ends))
                self._turn.timeline.record(
                    WordsTimed(self._turn.now(), index, ends, begins[: len(ends)], late=commit.late)
                )

        return AudioAndWords(accept, words)

    async def _recovers(self, job: Job, error: TTSError, in_a_row: int) -> bool:
        """Decide what follows a commit that failed. Return whether the phrase needs another commit."""
        self._failures += 1
        step = next_step(
            self._recovery,
            error,
            passed_on=job.of_commit_passed_on > 0,
            in_a_row=in_a_row,
            in_turn=self._failures,
        )
        point = await self._resumption(job) if step is Step.RESUME else Resumption(0, 0)
        if point.repeated and self._repeats.count >= self._recovery.repeats:
            step = Step.END
        match step:
            case Step.END_AT_ONCE:
                raise error
            case Step.END:
                self._give_up(job, error)
            case Step.SKIP:
                self._skip(job, error)
            case Step.AGAIN:
                self.one_lost(job, error)
                self._cut(job, job.commit.start)
                self._go_on(job, job.commit.start, job.commit.unit, job.commit.before)
                return True
            case Step.RESUME:
                return self._resume(job, error, point)
        return False

    async def _resumption(self, job: Job) -> Resumption:
        lost = Lost(
            job.phrase,
            job.commit.unit,
            job.voiced,
            self._audio.sample_rate,
            self._voice.pace,
            self._word_ends(job),
        )
        pauses = await in_pieces(pauses_to_part_at(lost))  # meanwhile, more may be passed on
        return resumption(lost, pauses, passed_on=job.of_commit_passed_on, fade=self._fade)

    def _resume(self, job: Job, error: TTSError, point: Resumption) -> bool:
        index = job.phrase.index
        keep, unit = job.commit.start + point.keep, job.commit.unit + point.unit
        before = self._times_until(index, unit, keep)
        self.one_lost(job, error)
        self._cut(job, keep)
        if unit == len(job.phrase.units):  # all had been said before it was lost; what was billed for it is estimated
            self._turn.timeline.record(PhraseComplete(self._turn.now(), index, keep, len(job.words)))
            return False
        self._repeats.count += point.repeated > 0
        self._turn.timeline.record(PhraseResumed(self._turn.now(), index, keep, unit, point.repeated))
        self._go_on(job, keep, unit, before)
        return True

    def _times_until(self, index: int, unit: int, keep: int) -> tuple[tuple[int, int], ...]:
        """The samples at which each unit before this one begins and ends, none after `keep`."""
        timeline = self._turn.timeline
        ends = timeline.word_ends(index)[:unit]
        begins = timeline.word_begins(index) or (0, *ends)
        known = [(min(begin, keep), min(end, keep)) for begin, end in zip(begins, ends, strict=False)]
        return (*known, *[(keep, keep)] * (unit - len(known)))

    def _go_on(self, job: Job, start: int, unit: int, before: tuple[tuple[int, int], ...]) -> None:
        """Let the next commit say the units from `unit` on."""
        job.commit = Commit(self._turn.now(), start, unit, before)
        job.changed.give()

    def _skip(self, job: Job, error: TTSError) -> None:
        """Fail this phrase, and go on with the next."""
        self._skipped = error
        self._end_early(job, error)

    def _give_up(self, job: Job, error: TTSError) -> None:
        """End the turn with this phrase: the phrases before it are still said, and no later one is begun."""
        self._given_up = min(self._given_up, job.phrase.index)
        self._end_early(job, error)
        job.give_up(error)

    def _end_early(self, job: Job, error: TTSError) -> None:
        """End a phrase that failed. If none of it has been passed on, drop it; otherwise play what was received, or, if there was
        too much audio, what has been passed on.
        """
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

    def one_lost(self, job: Job, error: Exception) -> None:
        """A commit was lost."""
        self._turn.timeline.record(
            CommitLost(self._turn.now(), job.phrase.index, job.audio.received, type(error).__name__)
        )

    def _failed(self, job: Job, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        self._turn.timeline.record(PhraseFailed(self._turn.now(), job.phrase.index, job.audio.received, reason))

    def _word_ends(self, job: Job) -> tuple[int, ...]:
        """Where the units of the last commit end, counted from its first sample. Empty if the service does not tell, or not yet of what
        has not been passed on.
        """
        ends = self._turn.timeline.word_ends(job.phrase.index)[job.commit.unit :]
        if job.commit.late and ends and ends[-1] <= job.audio.passed_on:
            return ()
        return tuple(end - job.commit.start for end in ends)

    async def _pass_on(self, job: Job) -> None:
        while True:
            chunk = self._unsent or self._next_chunk(job)
            self._unsent = None
            if chunk is not None:
                await send(self._downstream, chunk)
            elif job.progress is Progress.SPEAKING:
                self._sounding = job
                await job.changed.wait()
                self._sounding = None
            else:
                break
        await send(self._downstream, self._chunk_of(job, b"", job.audio.passed_on, final=True))
        if job.error is not None:
            await self._turn.clock.until_played(PLAYED)
            raise job.error
        self._voice.learn(job)

    def _push(self, job: Job) -> None:
        """Pass on what has come, from the task that receives it. If the next stage is not ready, wake the task that passes on."""
        while (chunk := self._next_chunk(job)) is not None:
            try:
                self._downstream.send_nowait(chunk)
            except (trio.WouldBlock, trio.BrokenResourceError):
                self._unsent = chunk
                self._sounding = None  # `_pass_on` goes on from here
                job.changed.give()
                break

    def _next_chunk(self, job: Job) -> AudioChunk | None:
        """The next samples that may be passed on; None if there are none now."""
        listener, most = self._turn.clock.listener, None
        if listener.realtime or listener.streamed:
            plenty = job.audio.received - job.audio.passed_on >= self._plenty
            most = self._large_chunk if plenty else self._chunk
        ready = job.ready(most, keep=self._fade)
        if not ready:
            return None
        self._spoken = True
        offset = job.audio.passed_on
        pcm = job.audio.take(ready)
        return self._chunk_of(job, pcm, offset)

    def _chunk_of(self, job: Job, pcm: bytes, offset: int, *, final: bool = False) -> AudioChunk:
        return VoicedChunk(pcm, self._audio, job.phrase, offset, final=final, voicing=job.audio.voicing, seen=pcm)


def _name(phrase: Phrase, error: TTSError) -> None:
    """Note on the error which phrase it was. Its number is named, not its text, since texts do not belong in logs."""
    note = f"while phrase {phrase.index} of the turn ({len(phrase.words)} characters) was spoken"
    if note not in getattr(error, "__notes__", ()):  # the same error may end several commits
        error.add_note(note)
