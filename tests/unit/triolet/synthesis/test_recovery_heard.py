"""What a listener hears, and what is reported, when sessions are lost at any moment: judged by the samples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
import trio
from tests._nightly import few
from tests.unit.field._reader import Reader, whole_words, words_heard
from tests.unit.triolet.synthesis._phrases import phrases, tone
from trio.testing import MockClock

from triolet import (
    AudioCallback,
    AudioChunk,
    Conversation,
    Filler,
    Phraser,
    PhraseState,
    PhrasingOptions,
    PoolOptions,
    RecoveryPolicy,
    SentenceSegmenter,
    Stage,
    Synthesizer,
    TextNormalizer,
    TurnContext,
    TurnResult,
    Usage,
    speech,
)
from triolet.errors import AuthenticationFailed, ConnectionLost, NoAudio, TooMuchAudio, TTSError
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS, collect
from triolet.turn._events import WordsTimed
from triolet_adapters.outputs import Memory

RATE = 8000
TEXT = "We look at the map, then we choose a way; and we walk together for a while."
"""One phrase of 5.8 s with two pauses inside."""
NEXT = "Then we rest."
MOMENTS = range(0, Reader(sample_rate=RATE).samples_of(TEXT), 1000)
IN_PAUSES = (11_000, 23_000)


class Dying(Reader):
    """Loses some commits after so many samples; None: that one is well."""

    def __init__(self, losses: Sequence[int | None], error: TTSError | None = None, **how: Any) -> None:
        super().__init__(sample_rate=RATE, **{"first_audio": 0.1, "pace": 3.0, **how})
        self._losses = list(losses)
        self._error = error or ConnectionLost("gone")

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        left = self._losses.pop(0) if self._losses else None

        def dying(pcm: bytes) -> None:
            nonlocal left
            if left is not None:
                accept(pcm[: 2 * left])
                left = max(0, left - len(pcm) // 2)
            else:
                accept(pcm)
            if left == 0:
                raise self._error

        if left == 0:
            await trio.sleep(0.1)
            raise self._error
        return await super()._speak(connection, commit, text, dying)


class Heard:
    """A turn that was said."""

    def __init__(self, voice: Dying, output: RecordingOutput, result: TurnResult, error: Exception | None) -> None:
        self.voice = voice
        self.pcm = output.pcm
        self.result = result
        self.error = error

    @property
    def words(self) -> str:
        """In order; one that was cut has a ~."""
        return " ".join(word.text if word.whole else f"{word.text}~" for word in words_heard(self.voice, self.pcm))


async def say(
    voice: Dying,
    text: str | ScriptedSource = f"{TEXT} {NEXT}",
    recovery: RecoveryPolicy | None = None,
    filler: Filler | None = None,
) -> Heard:
    output = RecordingOutput()
    chain = (
        SentenceSegmenter("en")
        | TextNormalizer()
        | Phraser(PhrasingOptions(early_start=False, merge=0))
        | Synthesizer(voice, recovery=recovery)
    )
    error = None
    async with Conversation(chain, output) as conversation:
        try:
            await conversation.say([text] if isinstance(text, str) else text, filler=filler)
        except TTSError as raised:
            error = raised
        result = conversation.last
    assert result is not None
    return Heard(voice, output, result, error)


@pytest.mark.parametrize(
    ("pace", "moments"),
    [(1.02, [*few(MOMENTS, 11), *IN_PAUSES]), (3.0, few(MOMENTS[::2], 8)), (None, few(MOMENTS[1::2], 8))],
    ids=["slow", "fast", "at once"],
)
async def test_lost_at_any_moment_all_is_heard_once_or_repeated_as_reported(
    autojump_clock: MockClock, pace: float | None, moments: Sequence[int]
) -> None:
    """Also where the voice is hardly faster than it is heard."""
    resumed = 0
    for samples in moments:
        heard = await say(Dying([samples], pace=pace))
        assert heard.error is None
        assert heard.result.heard == heard.result.text
        if heard.result.repeated:
            assert heard.result.repeated == 1
            first, again = (commit for commit in heard.voice.commits if commit.text != NEXT)
            assert TEXT.endswith(again.text)
            before, _, after = heard.words.rpartition(f" {again.text} {NEXT}")
            assert not after
            assert first.text.startswith(before.removesuffix("~")), "what was lost goes on to somewhere"
            assert re.match(r".*[,;] $|$", TEXT.removesuffix(again.text)), "it begins a clause"
            assert before.removesuffix("~").startswith(TEXT.removesuffix(again.text).strip()), "nothing is left out"
        else:
            assert heard.words == f"{TEXT} {NEXT}"
            resumed += any(commit.text not in (TEXT, NEXT) for commit in heard.voice.commits)
    assert resumed >= 2, "the pauses are used"


async def test_lost_before_its_turn_it_is_said_again_unheard(autojump_clock: MockClock) -> None:
    heard = await say(Dying([None, 4000]))
    assert (heard.words, heard.result.repeated) == (f"{TEXT} {NEXT}", 0)
    assert [commit.text for commit in heard.voice.commits] == [TEXT, NEXT, NEXT]


class Stalling(Dying):
    """Is silent for a while after the first commit, and then loses it."""

    stalled = False

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        if not self.stalled:
            self.stalled = True
            await trio.sleep(4)
            raise ConnectionLost("gone")
        return await super()._speak(connection, commit, text, accept)


async def test_the_only_session_is_for_the_phrase_that_is_due_though_it_was_lost(autojump_clock: MockClock) -> None:
    """The next one has waited for longer; were it said first, the listener would hear nothing meanwhile."""
    voice, output = Stalling([], pace=1.1), RecordingOutput()
    chain = speech(voice, "en", phrasing=PhrasingOptions(early_start=False, merge=0))
    async with Conversation(chain, output, pool=PoolOptions(spares=0, maximum=1)) as conversation:
        began = trio.current_time()
        await conversation.say([f"{NEXT} {TEXT}"])
    assert whole_words(voice, output.pcm) == f"{NEXT} {TEXT}"
    assert output.audio[0].time - began < 4.5
    assert [commit.text for commit in voice.commits] == [NEXT, TEXT]


class WordTimes(Stage[AudioChunk, AudioChunk]):
    """Knows when the voice says its words."""

    def __init__(self, voice: Reader) -> None:
        self._voice = voice

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[AudioChunk],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        async for chunk in upstream:
            if not chunk.offset and not chunk.final:
                ends = tuple(end for _, _, end in self._voice.layout(chunk.phrase.words))
                turn.timeline.record(WordsTimed(turn.now(), chunk.phrase.index, ends))
            await downstream.send(chunk)


async def test_with_word_times_it_goes_on_at_any_word(autojump_clock: MockClock) -> None:
    """Where there is no pause to go on from."""
    voice = Dying([33_000])
    output = RecordingOutput()
    chain = speech(voice, "en", phrasing=PhrasingOptions(early_start=False, merge=0)) | WordTimes(voice)
    text = TEXT.replace(",", "").replace(";", "")
    async with Conversation(chain, output) as conversation:
        result = await conversation.say([text])
    assert whole_words(voice, output.pcm) == result.heard == text
    assert result.repeated == 0
    first, again = voice.commits
    assert first.text.endswith(again.text)
    assert again.text == "while.", "the word that was lost"


@pytest.mark.parametrize("samples", [6000, 15_000, 30_000])
async def test_in_a_file_nothing_is_ever_repeated(autojump_clock: MockClock, samples: int) -> None:
    """Nobody waits for a file: what is lost is said again whole, and what was lost is not in it."""
    voice = Dying([samples, None, samples // 3])
    output = Memory()
    result = await ([f"{TEXT} {NEXT}"] | speech(voice, "en") | output).run()
    assert whole_words(voice, output.pcm) == f"{TEXT} {NEXT}"
    assert (result.repeated, result.heard) == (0, result.text)


async def test_what_is_not_passed_on_when_a_phrase_is_lost_is_not_half_heard_in_a_file(
    autojump_clock: MockClock,
) -> None:
    output = Memory()
    voice = Dying([None, *[6000] * 9])
    pipeline = [f"{NEXT} {TEXT}"] | speech(voice, "en") | output
    with pytest.raises(ConnectionLost):
        await pipeline.run()
    assert whole_words(voice, output.pcm) == NEXT
    assert pipeline.result.heard.strip() == NEXT


async def test_words_are_repeated_once_a_turn_and_then_it_ends(autojump_clock: MockClock) -> None:
    heard = await say(Dying([6000, 6000], pace=1.02))
    assert isinstance(heard.error, ConnectionLost)
    assert heard.words.startswith("We look at")
    assert (heard.result.repeated, heard.result.error is None) == (1, False)
    assert heard.result.phrases[0].state is PhraseState.FAILED
    never = await say(Dying([6000], pace=1.02), recovery=RecoveryPolicy(repeats=0))
    assert isinstance(never.error, ConnectionLost)
    often = await say(Dying([6000, 6000], pace=1.02), recovery=RecoveryPolicy(repeats=2))
    assert often.error is None
    assert often.result.repeated == 2


async def test_a_filler_shares_the_repeats_of_its_turn(autojump_clock: MockClock) -> None:
    """They are counted together, and what the filler has used up the answer has no more."""
    filler, answer = "We look at it together for a while.", "We look at the map for a while."
    for losses, repeats in (([6000], 1), ([6000, None, 6000], 1), ([6000, None, 6000], 2)):
        heard = await say(
            Dying(losses, pace=1.02),
            ScriptedSource([5.0, answer]),
            RecoveryPolicy(repeats=repeats),
            filler=Filler(filler, after=1.0),
        )
        assert heard.words.startswith(f"We look at it~ {filler} We look at")
        if len(losses) > 1 and repeats == 1:
            assert isinstance(heard.error, ConnectionLost)
        else:
            assert heard.error is None
            assert heard.result.heard == answer
        assert heard.result.repeated == repeats


async def test_skip_goes_on_with_the_next_phrase(autojump_clock: MockClock) -> None:
    heard = await say(Dying([12_000]), recovery=RecoveryPolicy(lost="skip"))
    assert heard.error is None
    assert heard.words.endswith(f" {NEXT}")
    lost = heard.words.removesuffix(f" {NEXT}").removesuffix("~")
    assert lost != TEXT
    assert TEXT.startswith(lost)
    report = heard.result.phrases[0]
    assert (report.state, report.reason) == (PhraseState.FAILED, "ConnectionLost: gone")
    assert abs(len(lost.split()) - len(heard.result.heard.removesuffix(NEXT).split())) <= 1
    assert heard.result.heard.endswith(NEXT)


async def test_fail_ends_the_turn(autojump_clock: MockClock) -> None:
    heard = await say(Dying([12_000]), recovery=RecoveryPolicy(lost="fail"))
    assert isinstance(heard.error, ConnectionLost)
    assert heard.words == "We look at the map, then~", "what had been received is heard"


async def test_what_came_before_a_phrase_that_was_given_up_is_heard(autojump_clock: MockClock) -> None:
    """The service is gone while four seconds of audio still wait to be heard: they are, and then comes the error."""
    began = trio.current_time()
    heard = await say(Dying([None, *[0] * 20], pace=8.0))
    assert isinstance(heard.error, ConnectionLost)
    assert heard.words == TEXT
    assert heard.result.heard.strip() == TEXT
    assert trio.current_time() - began < 8.0
    assert [report.state for report in heard.result.phrases] == [PhraseState.HEARD, PhraseState.FAILED]
    assert [commit.text for commit in heard.voice.commits] == [TEXT], "the others never got so far"


async def test_what_a_retry_cannot_help_ends_the_turn_at_once(autojump_clock: MockClock) -> None:
    began = trio.current_time()
    heard = await say(Dying([None, 0], AuthenticationFailed("the key has been revoked"), pace=8.0))
    assert isinstance(heard.error, AuthenticationFailed)
    assert trio.current_time() - began < 3.0


async def test_a_turn_has_a_budget_of_failures(autojump_clock: MockClock) -> None:
    """Each commit gives audio, so none is out of attempts; but nobody waits for ever."""
    heard = await say(Dying([4000] * 50, first_audio=0.5, pace=None), recovery=RecoveryPolicy(repeats=99, per_turn=5))
    assert isinstance(heard.error, ConnectionLost)
    assert len(heard.voice.commits) <= 1 + 5 + 2


async def test_what_is_lost_ends_softly(autojump_clock: MockClock) -> None:
    """Over 10 ms, where no pause allows a cut."""
    heard = await say(Dying([9000], pace=1.02))
    assert heard.result.repeated == 1
    samples = memoryview(heard.pcm).cast("h")
    before = heard.words.count(" ")
    assert before
    end = next(at for at in range(8000, 12_000) if samples[at] == 0 and samples[at - 1] != 0)
    last = [abs(sample) for sample in samples[end - 80 : end]]
    quarters = [max(last[at : at + 20]) for at in range(0, 80, 20)]
    assert quarters == sorted(quarters, reverse=True)
    assert quarters[3] < 0.3 * 28_672


async def test_a_phrase_without_audio_is_passed_over() -> None:
    chunks = await collect(phrases("One.", "Two.", "Three.") | Synthesizer(ScriptedTTS([[tone(1)], [b""], [tone(3)]])))
    assert b"".join(chunk.pcm for chunk in chunks) == tone(1) + tone(3)


async def test_endless_audio_of_one_phrase_is_dropped(autojump_clock: MockClock) -> None:
    tts = ScriptedTTS([[tone(1)], [0.1, tone(2, 1.0)] * 500, [tone(3)]])
    chunks = await collect(phrases("One.", "Two.", "Three.") | Synthesizer(tts, longest_commit=4))
    assert b"".join(chunk.pcm for chunk in chunks) == tone(1) + tone(3)


@pytest.mark.parametrize(("scripts", "error"), [([[b""]], NoAudio), ([[tone(1, 5.0)]], TooMuchAudio)])
async def test_a_turn_of_which_nothing_could_be_said_ends_with_the_error(
    scripts: list[list[bytes]], error: type[TTSError]
) -> None:
    with pytest.raises(error):
        await collect(phrases("One.", "Two.") | Synthesizer(ScriptedTTS(scripts), longest_commit=4))


async def test_with_fail_a_phrase_without_audio_ends_the_turn() -> None:
    tts = ScriptedTTS([[tone(1)], [b""], [tone(3)]])
    with pytest.raises(NoAudio):
        await collect(phrases("One.", "Two.", "Three.") | Synthesizer(tts, recovery=RecoveryPolicy(lost="fail")))


def test_a_voice_that_cuts_the_text_itself_cannot_recover() -> None:
    class Whole(ScriptedTTS):
        @property
        def whole_turns(self) -> bool:
            return True

    with pytest.raises(ValueError, match="cuts the text itself"):
        speech(Whole([[tone(1)]]), recovery=RecoveryPolicy())
