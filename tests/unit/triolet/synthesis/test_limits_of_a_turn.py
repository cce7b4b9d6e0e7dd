"""What one commit may give, how little is passed on at a time, and what ends with the turn: judged by chunks and commits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest
import trio
from tests.unit.triolet.synthesis._phrases import phrases, tone
from tests.unit.triolet.synthesis.test_recovery_heard import NEXT, TEXT, Dying
from trio.testing import MockClock

from triolet import (
    AudioCallback,
    AudioChunk,
    AudioFormat,
    Conversation,
    Phraser,
    PhrasingOptions,
    PoolOptions,
    RecoveryPolicy,
    SentenceSegmenter,
    Synthesizer,
    TextNormalizer,
    TTSSession,
    TurnContext,
    Usage,
    open_session_pools,
    speech,
    stage,
)
from triolet.alignment._voicing import Voicing
from triolet.errors import AuthenticationFailed, ConnectionLost, TTSError
from triolet.synthesis._job import Commit, Job, Progress
from triolet.synthesis._phrase_audio import PhraseAudio
from triolet.synthesis._speaking_turn import END_COMMITS
from triolet.testing import RecordingOutput, ScriptedTTS, ToneTTS, collect
from triolet.tts._service_pace import ServicePace
from triolet.tts._session_pools import SessionPools
from triolet.turn._events import FirstAudio, PhraseFailed

FORMAT = AudioFormat()


def live() -> TurnContext:
    """A turn that somebody hears by a clock."""
    turn = TurnContext()
    turn.clock.listener.realtime = True
    return turn


@stage
async def listener(
    upstream: trio.MemoryReceiveChannel[AudioChunk], downstream: trio.MemorySendChannel[AudioChunk]
) -> None:
    """Takes as long as the audio lasts."""
    async for chunk in upstream:
        await downstream.send(chunk)
        await trio.sleep(chunk.format.seconds(chunk.samples))


async def test_who_hears_by_a_clock_gets_little_at_a_time_and_a_file_all(autojump_clock: MockClock) -> None:
    """What has been passed on cannot be replaced when a session is lost."""
    script = [tone(1, 1.0), tone(2, 1.0)]
    chunks = await collect(phrases("One.") | Synthesizer(ScriptedTTS([script])), turn=live())
    sizes = [chunk.format.seconds(chunk.samples) for chunk in chunks]
    assert max(sizes) <= 0.2
    assert max(sizes[-5:]) <= 0.1  # little waits behind these: the service may be failing
    assert b"".join(chunk.pcm for chunk in chunks) == b"".join(script)
    chunks = await collect(phrases("One.") | Synthesizer(ScriptedTTS([script])))
    assert [chunk.format.seconds(chunk.samples) for chunk in chunks] == [2.0, 0.0]


class FailingTogether(ToneTTS):
    """All its commits fail at the same moment."""

    def __init__(self) -> None:
        super().__init__()
        self.now = trio.Event()

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        await self.now.wait()
        raise AuthenticationFailed(text)


async def test_two_errors_at_once_leave_as_one(autojump_clock: MockClock) -> None:
    tts = FailingTogether()

    async def fail() -> None:
        await trio.sleep(1)
        tts.now.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fail)
        turn = TurnContext()
        with pytest.raises(AuthenticationFailed):
            await collect(phrases("One.", "Two.") | Synthesizer(tts), turn=turn)
    assert sum(isinstance(event, PhraseFailed) for event in turn.timeline) == 2


async def test_audio_has_begun_when_the_first_sample_has_come(autojump_clock: MockClock) -> None:
    turn = TurnContext()
    await collect(phrases("One.") | Synthesizer(ScriptedTTS([[b"", 1.0, tone(1)]])), turn=turn)
    (begun,) = [event for event in turn.timeline if isinstance(event, FirstAudio)]
    assert begun.at == 1.0


async def test_what_a_commit_gives_is_counted_from_where_it_begins(autojump_clock: MockClock) -> None:
    """A phrase of 5.8 s that is resumed after 4: no commit has given more than 5."""
    voice, output = Dying([32_000], pace=1.3), RecordingOutput()
    chain = (
        SentenceSegmenter("en")
        | TextNormalizer()
        | Phraser(PhrasingOptions(early_start=False, merge=0))
        | Synthesizer(voice, longest_commit=5)
    )
    async with Conversation(chain, output) as conversation:
        result = await conversation.say([TEXT])
    assert result.heard == TEXT
    assert [commit.text == TEXT for commit in voice.commits] == [True, False], "it went on in the middle"


async def test_of_endless_audio_only_what_was_passed_on_is_heard(autojump_clock: MockClock) -> None:
    tts = ScriptedTTS([[0.1, tone(1, 1.0)], [0.1, tone(2, 0.5), 1.0, *[tone(2, 1.0)] * 10], [0.1, tone(3, 1.0)]])
    chunks = await collect(
        phrases("One.", "Two.", "Three.") | Synthesizer(tts, longest_commit=4) | listener, turn=live()
    )
    heard = {index: sum(chunk.samples for chunk in chunks if chunk.phrase.index == index) for index in range(3)}
    assert heard[0] == heard[2] == 24_000
    assert 0 < heard[1] <= 24_000


async def test_a_part_of_a_phrase_teaches_nothing_about_the_service(autojump_clock: MockClock) -> None:
    voice = Dying([32_000], pace=1.3)
    chain = speech(voice, "en", phrasing=PhrasingOptions(early_start=False, merge=0))
    async with (
        open_session_pools() as pools,
        Conversation(chain, RecordingOutput(), sessions=pools) as conversation,
    ):
        await conversation.say([TEXT])
        assert len(voice.commits) == 2
        assert pools.pool(voice).pace == ServicePace()
        await conversation.say([NEXT])
        assert pools.pool(voice).pace != ServicePace()


async def test_a_phrase_that_gives_audio_each_time_is_not_given_up(autojump_clock: MockClock) -> None:
    """`attempts` are for commits in a row that give none."""
    lost: list[bytes | float | BaseException] = [tone(1), ConnectionLost("gone")]
    nothing: list[bytes | float | BaseException] = [ConnectionLost("gone")]
    recovery = RecoveryPolicy(attempts=2, back_off=0.01)
    tts = ScriptedTTS([lost, nothing, lost, nothing, lost, [tone(2)]])
    chunks = await collect(phrases("One.") | Synthesizer(tts, recovery=recovery))
    assert b"".join(chunk.pcm for chunk in chunks) == tone(2)
    with pytest.raises(ConnectionLost):
        await collect(
            phrases("One.") | Synthesizer(ScriptedTTS([lost, nothing, nothing, [tone(2)]]), recovery=recovery)
        )


async def test_after_a_phrase_was_given_up_no_later_one_is_committed_again(autojump_clock: MockClock) -> None:
    """The audio before it takes ten seconds to be taken, in which the turn goes on."""

    class Failing(ScriptedTTS):
        def next_script(self, text: str) -> Sequence[bytes | float | BaseException]:
            self.commits.append(text)
            if text == "One.":
                return [tone(1, 10.0)]
            return [0.5, ConnectionLost("two")] if text == "Two." else [tone(3), ConnectionLost("three")]

    tts = Failing([[]])
    recovery = RecoveryPolicy(attempts=3, per_turn=1000, back_off=0.1)
    with pytest.raises(ConnectionLost, match="two"):
        await collect(phrases("One.", "Two.", "Three.") | Synthesizer(tts, recovery=recovery) | listener)
    assert tts.commits.count("Two.") == 3
    assert 0 < tts.commits.count("Three.") <= 40, "it could go on until the first phrase was taken"


async def test_never_more_commits_than_are_wanted_run_at_the_same_time(autojump_clock: MockClock) -> None:
    running, most = 0, 0

    class Counting(ScriptedTTS):
        def next_script(self, text: str) -> Sequence[bytes | float | BaseException]:
            nonlocal running, most
            self.commits.append(text)
            running += 1
            most = max(most, running)
            return Steps([1.0, tone(1, 1.0), 1.0])

    class Steps(list[bytes | float | BaseException]):
        def __iter__(self):  # type: ignore[no-untyped-def]  # pyright: ignore[reportUnknownParameterType]
            nonlocal running
            yield from super().__iter__()
            running -= 1

    async with open_session_pools(PoolOptions(maximum=8)) as pools:
        for in_flight in (1, 2, 3):
            running = most = 0
            turn = TurnContext(resources={SessionPools: pools})
            await collect(phrases(*["One."] * 10) | Synthesizer(Counting([[]]), in_flight=in_flight), turn=turn)
            assert most == in_flight


async def test_the_words_are_not_in_what_an_error_says(autojump_clock: MockClock) -> None:
    with pytest.raises(TTSError) as caught:
        await collect(phrases("My secret.") | Synthesizer(ScriptedTTS([[0.1, AuthenticationFailed("refused")]])))
    assert caught.value.__notes__ == ["while phrase 0 of the turn (10 characters) was spoken"]


def resumed(*, start: int, received: int, passed_on: int = 0) -> Job:
    """A phrase whose second commit begins at a sample."""
    audio = PhraseAudio(Voicing(24_000))
    audio.put(tone(1000, received / 24_000))
    audio.take(passed_on)
    (phrase,) = phrases("One.")
    return Job(phrase, audio, Commit(0.0, start), credited=received)


def test_what_a_commit_before_has_given_is_passed_on_whole_though_more_is_to_come() -> None:
    """It has been faded out already; the last samples of the commit that runs stay behind."""
    job = resumed(start=1000, received=1100)
    assert job.ready(10_000, keep=240) == 1000
    assert resumed(start=1000, received=2000).ready(10_000, keep=240) == 1760
    assert resumed(start=1000, received=1100, passed_on=1000).ready(10_000, keep=240) == 0
    assert job.ready(300, keep=240) == 300
    assert job.ready(None, keep=240) == 0
    job.progress = Progress.SAID
    assert job.ready(None, keep=240) == job.ready(10_000, keep=240) == 1100


@pytest.mark.parametrize(("samples", "faded"), [(1000, 0), (1100, 100), (1400, 240)])
def test_only_samples_of_the_commit_itself_are_faded_out(samples: int, faded: int) -> None:
    job = resumed(start=1000, received=2000)
    job.cut(samples, fade=240)
    values = memoryview(job.audio.take(samples)).cast("h")
    assert [value for value in values if value == 1000] == [1000] * len(values[: samples - faded])
    assert job.credited == samples


class Stuck(ToneTTS):
    """The first commit sends something that the service does not take, until the connection is closed."""

    def __init__(self) -> None:
        super().__init__(pace=10)
        self.asked: list[float] = []
        """When each commit was made, on Trio's clock."""

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        async with super().connect() as session:
            closed = trio.Event()
            yield _StuckSession(self, session, closed)
            closed.set()


class _StuckSession(TTSSession):
    def __init__(self, tts: Stuck, session: TTSSession, closed: trio.Event) -> None:
        self._tts = tts
        self._session = session
        self._closed = closed

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        self._tts.asked.append(trio.current_time())
        if len(self._tts.asked) > 1:
            return await self._session.commit(text, accept)
        with trio.move_on_after(5, shield=True):
            await self._closed.wait()
        await trio.lowlevel.checkpoint_if_cancelled()
        raise ConnectionLost("closed")


async def test_a_service_that_takes_nothing_does_not_hold_the_next_turn_up(autojump_clock: MockClock) -> None:
    tts = Stuck()
    async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [TEXT])
        await trio.sleep(1)
        interrupted = trio.current_time()
        conversation.interrupt()
        assert (await conversation.say([NEXT])).heard == NEXT
    assert len(tts.asked) == 2
    assert interrupted + 0.5 < tts.asked[1] < interrupted + END_COMMITS + 0.1
