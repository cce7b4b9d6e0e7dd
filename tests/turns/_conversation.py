"""One conversation of random turns over the real protocol; what happened, for a judge."""

from __future__ import annotations

import math

import attrs
import trio
from tests.turns._script import FILLER_AFTER, ConversationScript, Manner, Moment, TurnScript, number_of
from tests.turns._world import Ear, Notes, Voice, is_filler
from tests.unit.adapters.tts.qwen._peers import serving

from triolet import Conversation, Filler, TurnResult, speech
from triolet.errors import TTSError
from triolet.testing import ScriptedSource
from triolet.testing._tone import ToneCommit
from triolet_adapters.tts.qwen import ServerOptions

AFTERWARDS = 15.0
"""Seconds after the conversation in which nothing may happen. Longer than any deadline: the longest is the server's for a
client that leaves before its handshake, 10 s."""


LONGEST = 1000.0
"""Seconds of a conversation: a turn that waits for ever is an error, not a test that does."""


@attrs.define
class TurnRecord:
    """What became of one turn."""

    script: TurnScript
    source: ScriptedSource
    begun: int
    """Samples that had been heard when it was asked for."""
    result: TurnResult | None = None
    ended: int = -1
    """Samples that had been heard when it was interrupted, or had returned."""
    at: float = math.nan
    """When that was."""
    interrupted: Moment | None = None
    failure: TTSError | None = None
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    over: trio.Event = attrs.Factory(trio.Event)


@attrs.frozen
class ConversationRecord:
    """All of it."""

    script: ConversationScript
    turns: list[TurnRecord]
    pcm: bytes
    commits: tuple[ToneCommit, ...]
    connections: int
    most_open: int


async def hold(script: ConversationScript) -> ConversationRecord:
    """Say every turn, interrupt as the script says, leave, and see that nothing is left."""
    tasks = trio.lowlevel.current_statistics().tasks_living
    notes = Notes()
    voice = Voice(notes, first_audio=script.first_audio, pace=script.pace)
    options = ServerOptions(jitter=script.jitter, delta_bytes=script.delta_bytes, seed=script.seed)
    async with serving(options, voice, script.link_of, seed=script.seed) as world:
        ear = Ear(notes, voice, hold=script.hold)
        async with Conversation(speech(world.tts(sample_rate=8000), "en"), ear) as conversation:
            course = _Course(conversation, voice, ear, notes)
            with trio.fail_after(LONGEST):
                await course.run(script.turns)
        pcm = ear.pcm
        await trio.sleep(AFTERWARDS)
        for connection in world.network.connections:
            assert connection.client.closed or connection.closed, "a connection is open after the conversation"
        if not script.faults:  # a service that hears nothing any more does not know that its client has left
            assert world.network.open == 0, "a connection is open at the service"
            assert world.server.open == 0, "the service has a session after the conversation"
        assert ear.pcm == pcm, "something sounds after the conversation"
        connections = len(world.network.connections)
    left = trio.lowlevel.current_statistics().tasks_living - tasks
    assert left == 0, f"{left} tasks are left"
    return ConversationRecord(script, course.records, pcm, tuple(voice.commits), connections, voice.most_open)


class _Course:
    """The turns of one conversation, one after another."""

    def __init__(self, conversation: Conversation, voice: Voice, ear: Ear, notes: Notes) -> None:
        self.records: list[TurnRecord] = []
        self._conversation = conversation
        self._voice = voice
        self._ear = ear
        self._notes = notes

    async def run(self, turns: tuple[TurnScript, ...]) -> None:
        replace = False
        async with trio.open_nursery() as nursery:
            for turn, following in zip(turns, [*turns[1:], None], strict=True):
                if replace:  # the next one does it
                    self._mark_interrupted()
                record = TurnRecord(turn, ScriptedSource(turn.tokens()), self._ear.heard)
                self.records.append(record)
                nursery.start_soon(self._say, record, replace)
                await trio.testing.wait_all_tasks_blocked()
                replace = False
                if following is not None and following.behind:
                    continue
                if await self._moment_comes(turn, record):
                    replace = turn.manner is Manner.REPLACE and following is not None
                    if not replace:
                        self._barge_in(turn, record)
                if not replace:
                    for each in self._living():
                        await each.over.wait()

    async def _say(self, record: TurnRecord, replace: bool) -> None:
        filler = None if record.script.filler is None else Filler(record.script.filler, after=FILLER_AFTER)
        with record.scope:
            try:
                record.result = await self._conversation.say(record.source, filler=filler, replace=replace)
            except TTSError as error:
                record.failure, record.result = error, error.result
        if record.scope.cancelled_caught:
            record.result = self._conversation.last
        elif record.scope.cancel_called:
            record.interrupted, record.ended = None, -1  # it came too late
        if record.ended < 0:
            record.ended, record.at = self._ear.heard, trio.current_time()
        record.over.set()

    def _living(self) -> list[TurnRecord]:
        return [record for record in self.records if not record.over.is_set()]

    async def _moment_comes(self, turn: TurnScript, record: TurnRecord) -> bool:
        """Wait for the moment to interrupt; False if the turn is over before."""
        if turn.aim is None:
            return False
        what = {
            Moment.COMMITTING: "commit",
            Moment.PLAYING: "sound",
            Moment.DRAINING: "drain",
            Moment.FILLING: "filler",
        }.get(turn.aim)
        came = False
        async with trio.open_nursery() as nursery:

            async def until_over() -> None:
                await record.over.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(until_over)
            if what is not None:
                await self._notes.wait(f"{what} {turn.number}")
            if turn.after:
                await trio.sleep(turn.after)
            came = not record.over.is_set()
            nursery.cancel_scope.cancel()
        return came

    def _barge_in(self, turn: TurnScript, record: TurnRecord) -> None:
        if turn.manner is Manner.CANCEL:
            self._mark(record)
            record.scope.cancel()
        else:
            self._mark_interrupted()
            self._conversation.interrupt()

    def _mark_interrupted(self) -> None:
        for record in self._living():
            self._mark(record)

    def _mark(self, record: TurnRecord) -> None:
        record.interrupted = self._seen(record)
        record.ended, record.at = self._ear.heard, trio.current_time()

    def _seen(self, record: TurnRecord) -> Moment:
        """What the turn is at."""
        number = record.script.number
        sounding = self._ear.words if self._ear.words and number_of(self._ear.words) == number else ""
        if self._living()[0] is not record:
            return Moment.WAITING
        if is_filler(sounding):
            return Moment.FILLING
        if sounding:
            return Moment.DRAINING if self._ear.draining else Moment.PLAYING
        if not record.source.given:
            return Moment.THINKING
        if self._notes.has(f"commit {number}"):
            return Moment.COMMITTING
        return Moment.CONNECTING if not self._voice.open else Moment.WRITING
