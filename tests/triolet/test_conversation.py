"""Turns on one output: said, interrupted, and what was heard of them, judged by the samples."""

from __future__ import annotations

from functools import partial

import pytest
import trio

from triolet import (
    TTS,
    Accept,
    AudioChunk,
    AudioFormat,
    Boundary,
    Budget,
    Conversation,
    Failover,
    Filler,
    Output,
    Phrase,
    PhraseState,
    Phrasing,
    Piece,
    PoolOptions,
    Spoken,
    Stage,
    Turn,
    Usage,
    speech,
)
from triolet._settings import VoiceSettings
from triolet.errors import BudgetExceeded, ConnectionLost, ServiceError
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS, ToneTTS, decode

ONE = "First we look at the map. Then we choose a way. At last we walk."
TWO = "Here is another answer. It is short."


def texts(tts: ToneTTS, pcm: bytes) -> list[str]:
    """The texts whose samples were heard, in order."""
    said = {(commit.connection, commit.commit): commit.text for commit in tts.commits}
    heard: list[str] = []
    for run in decode(pcm).runs:
        text = said[run.connection, run.commit]
        if not heard or heard[-1] != text:
            heard.append(text)
    return heard


def in_sentences(tts: ToneTTS) -> Stage[str, AudioChunk]:
    """No sentences are joined."""
    return speech(tts, "en", phrasing=Phrasing(join=0))


async def test_turns_are_said_one_after_another(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(pace=4), RecordingOutput()
    async with Conversation(in_sentences(tts), device) as conversation:
        spoken: list[Spoken] = []

        async def say(text: str) -> None:
            spoken.append(await conversation.say([text]))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say, ONE)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(say, TWO)
    assert [turn.heard for turn in spoken] == [ONE, TWO]
    assert texts(tts, device.pcm) == [
        "First we look at the map.",
        "Then we choose a way.",
        "At last we walk.",
        "Here is another answer.",
        "It is short.",
    ]


@pytest.mark.parametrize("after", [0.01, 0.5, 1.0, 2.0, 3.0, 4.0])
async def test_nothing_of_an_interrupted_turn_is_heard_afterwards(
    autojump_clock: trio.testing.MockClock, after: float
) -> None:
    tts, device = ToneTTS(first_audio=0.2, pace=4), RecordingOutput()
    before = trio.lowlevel.current_statistics().tasks_living
    source = ScriptedSource.paced(ONE, tokens_a_second=40)
    async with Conversation(speech(tts, "en"), device) as conversation:
        spoken = Spoken()

        async def say() -> None:
            nonlocal spoken
            spoken = await conversation.say(source)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say)
            await trio.sleep(after)
            heard_before = device.heard
            conversation.interrupt()
            conversation.interrupt()  # twice does no harm
            await trio.testing.wait_all_tasks_blocked()
            first = len(device.pcm)
            assert device.heard == heard_before
        assert source.closed
        assert spoken.interrupted
        assert spoken.text.startswith(spoken.heard)
        assert spoken.heard + spoken.unheard == spoken.text
        assert conversation.last is not None
        assert conversation.last.heard == spoken.heard
        again = await conversation.say([TWO])
        assert again.heard == TWO
        assert not again.interrupted
    assert tts.open == 0
    old = {(commit.connection, commit.commit) for commit in tts.commits if commit.text in ONE}
    assert not [run for run in decode(device.pcm[first:]).runs if (run.connection, run.commit) in old]
    assert trio.lowlevel.current_statistics().tasks_living == before


async def test_an_interruption_ends_the_waiting_turns_unread(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    waiting = ScriptedSource([TWO])
    async with Conversation(speech(tts, "en"), device) as conversation:
        results: list[Spoken] = []

        async def say(source: object) -> None:
            results.append(await conversation.say(source))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say, [ONE])
            await trio.sleep(0.5)
            nursery.start_soon(say, waiting)
            await trio.sleep(0.5)
            conversation.interrupt()
    assert waiting.given == []
    assert [(turn.interrupted, turn.text) for turn in results] in ([(True, ONE), (True, "")], [(True, ""), (True, ONE)])


async def test_cancelling_say_does_what_an_interruption_does(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    async with Conversation(speech(tts, "en"), device) as conversation:
        with trio.move_on_after(2.0):
            await conversation.say([ONE])
        assert conversation.last is not None
        assert conversation.last.interrupted
        assert conversation.last.heard == "First we look at the map."
        assert (await conversation.say([TWO])).heard == TWO


async def test_leaving_the_block_ends_the_turn_and_closes_the_output(autojump_clock: trio.testing.MockClock) -> None:
    tts, device = ToneTTS(), RecordingOutput()
    async with trio.open_nursery() as nursery, Conversation(speech(tts, "en"), device) as conversation:
        nursery.start_soon(conversation.say, [ONE])  # noqa: ASYNC111 -- the block is left while it talks
        await trio.sleep(1)
    assert tts.open == 0
    with pytest.raises(RuntimeError, match="not open"):
        await conversation.say([TWO])
    with pytest.raises(RuntimeError, match="not open"):
        await device.play(b"")


async def test_an_error_ends_its_turn_only(autojump_clock: trio.testing.MockClock) -> None:
    pcm = b"\1\1" * 2400
    tts = ScriptedTTS([[pcm], [ConnectionLost("gone", retryable=False)], [pcm]])
    async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
        with pytest.raises(ConnectionLost, match="gone") as caught:
            await conversation.say([ONE])
        assert caught.value.spoken is not None
        assert caught.value.spoken.text.startswith("First")
        assert (await conversation.say(["Well."])).heard == "Well."


@pytest.mark.parametrize("delay", [[], [0.0], [0.01], [3.0]])
@pytest.mark.parametrize("tokens", [1, 2, 20, 100])
@pytest.mark.parametrize("budget", [None, Budget(characters=10_000)])
async def test_what_the_source_gave_before_it_failed_is_known(
    autojump_clock: trio.testing.MockClock, tokens: int, delay: list[float], budget: Budget | None
) -> None:
    """Also what nobody had read yet, and though the error is raised at once."""
    for _ in range(3):  # Trio runs tasks in any order
        said = ["Hello there. ", "How are ", *(f"you, {number} times, " for number in range(tokens))]
        source = ScriptedSource([*said, *delay, ValueError("the LLM broke")])
        async with Conversation(speech(ToneTTS(pace=4), "en"), RecordingOutput(), budget=budget) as conversation:
            with pytest.raises(ValueError, match="the LLM broke"):
                await conversation.say(source)
            assert conversation.last is not None
            assert conversation.last.text == "".join(source.given)
            assert conversation.last.heard + conversation.last.unheard == conversation.last.text


async def test_an_error_of_the_source_does_not_wait_for_the_listener(autojump_clock: trio.testing.MockClock) -> None:
    said = ["This is a sentence like many others. "] * 30
    async with Conversation(speech(ToneTTS(pace=4), "en"), RecordingOutput()) as conversation:
        began = trio.current_time()
        with pytest.raises(ValueError, match="the LLM broke"):
            await conversation.say(ScriptedSource([*said, ValueError("the LLM broke")]))
        assert trio.current_time() == began
        assert conversation.last is not None
        assert conversation.last.text == "".join(said)


async def test_an_error_at_the_moment_of_an_interruption_leaves_alone(autojump_clock: trio.testing.MockClock) -> None:
    def interrupted_and_failed(_: str) -> list[Exception]:
        conversation.interrupt()
        return [ConnectionLost("gone", retryable=False)]

    async with Conversation(speech(ScriptedTTS([interrupted_and_failed]), "en"), RecordingOutput()) as conversation:
        with pytest.raises(ConnectionLost, match="gone") as caught:
            await conversation.say([ONE])
        assert caught.value.spoken is not None
        assert caught.value.spoken.error == "ConnectionLost: gone"


async def test_interrupting_silence_does_nothing(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        conversation.interrupt()
        assert (await conversation.say([TWO])).heard == TWO
        conversation.interrupt()
        assert conversation.last is not None
        assert not conversation.last.interrupted


async def test_the_turn_after_an_interruption_speaks_on_a_session_that_is_open(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tts = ToneTTS(first_audio=0.2, pace=4, connect=3.0)
    output = RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation:
        await trio.sleep(5)
        with trio.move_on_after(1.0):
            await conversation.say([ONE])
        await trio.sleep(5)
        with trio.move_on_after(1.0):
            await conversation.say([ONE])
        began = trio.current_time()
        await conversation.say([TWO])
        last = [commit for commit in tts.commits if commit.text in TWO]
        assert last[0].time - began < 0.01


async def test_twenty_quick_interruptions_stay_within_the_number_of_sessions(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tts = ToneTTS(first_audio=0.2, pace=4, connect=0.5)
    async with Conversation(speech(tts, "en"), RecordingOutput(), pool=PoolOptions(maximum=3)) as conversation:
        for _ in range(20):
            with trio.move_on_after(0.3):
                await conversation.say([ONE])
        assert (await conversation.say([TWO])).heard == TWO
        assert tts.most_open <= 3
    assert tts.open == 0


async def test_a_turn_can_replace_the_one_before(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [ONE])
        await trio.sleep(1)
        began = trio.current_time()
        assert (await conversation.say([TWO], replace=True)).heard == TWO
        assert trio.current_time() - began < 3
    assert texts(tts, output.pcm)[0] == "First we look at the map."
    assert texts(tts, output.pcm)[1] == "Here is another answer."


async def test_a_pause_is_exact_to_the_sample(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(pace=4), RecordingOutput()
    plain, plain_output = ToneTTS(pace=4), RecordingOutput()
    await ([ONE] | in_sentences(plain) | plain_output).run()
    async with Conversation(in_sentences(tts), output, pool=PoolOptions(spares=0, renew_idle=100)) as conversation:
        result: list[Spoken] = []

        async def say() -> None:
            result.append(await conversation.say([ONE]))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say)
            await trio.sleep(1.2345)
            conversation.pause()
            heard = output.heard
            await trio.sleep(60)
            assert output.heard == heard
            conversation.resume()
            conversation.resume()
    assert output.pcm == plain_output.pcm
    assert result[0].heard == ONE
    assert result[0].latency.longest_gap == 0.0


async def test_a_pause_ends_with_the_turn_that_was_paused(autojump_clock: trio.testing.MockClock) -> None:
    """A caller who coughs, then talks over it: the next answer is heard, though nobody could resume it."""
    output = RecordingOutput()
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation, trio.open_nursery() as nursery:

        async def caller() -> None:
            await trio.sleep(1)
            conversation.pause()
            await trio.sleep(0.2)
            conversation.interrupt()
            await trio.sleep(0.2)
            conversation.resume()  # of no turn: it does nothing

        nursery.start_soon(caller)
        assert (await conversation.say(["This is a long answer, and it goes on and on."])).interrupted
        await trio.sleep(1)
        at = output.heard
        with trio.fail_after(10):
            assert (await conversation.say(["The next."])).heard == "The next."
        assert output.heard > at


async def test_a_pause_after_the_last_sample_ends_with_its_turn(autojump_clock: trio.testing.MockClock) -> None:
    """All has been heard, and the source has not ended yet."""
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, ScriptedSource(["An answer.\n\n", 5.0]))
            await trio.sleep(4)
            conversation.pause()
        with trio.fail_after(10):
            assert (await conversation.say(["The next."])).heard == "The next."


async def test_a_filler_that_fails_does_not_end_a_pause(autojump_clock: trio.testing.MockClock) -> None:
    class Picky(ToneTTS):
        async def _speak(self, connection: int, commit: int, text: str, accept: Accept) -> Usage:
            if text == "One moment.":
                raise ServiceError("refused")
            return await super()._speak(connection, commit, text, accept)

    output = RecordingOutput()
    answer = ScriptedSource([3.0, "The answer."])
    async with Conversation(speech(Picky(), "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(partial(conversation.say, answer, filler=Filler("One moment.", after=0.5)))
        await trio.sleep(0.2)
        conversation.pause()
        await trio.sleep(5)
        assert output.heard == 0
        conversation.resume()
    assert decode(output.pcm).runs


async def test_no_filler_is_said_after_a_pause_in_which_the_answer_came(autojump_clock: trio.testing.MockClock) -> None:
    """A false alarm is no silence to be filled: not before the first word, and not while the end of a sentence is held."""
    scripts: tuple[tuple[float, list[str | float | BaseException]], ...] = (
        (0.2, [3.0, "The answer."]),
        (1.47, ["First we look at the map. ", 5.0, "The answer."]),
    )
    for at, script in scripts:
        tts, output = ToneTTS(pace=4), RecordingOutput()
        answer = ScriptedSource(script)
        async with Conversation(in_sentences(tts), output) as conversation, trio.open_nursery() as nursery:
            nursery.start_soon(partial(conversation.say, answer, filler=Filler("One moment.", after=1.5)))
            await trio.sleep(at)
            conversation.pause()
            await trio.sleep(6)
            conversation.resume()
        assert texts(tts, output.pcm) == [step.strip() for step in script if isinstance(step, str)]


async def test_a_silence_after_a_pause_is_filled(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    answer = ScriptedSource([9.0, "The answer."])
    async with Conversation(speech(tts, "en"), output) as conversation, trio.open_nursery() as nursery:
        began = trio.current_time()
        nursery.start_soon(partial(conversation.say, answer, filler=Filler("One moment.", after=1.5)))
        await trio.sleep(1)
        conversation.pause()
        await trio.sleep(3)
        conversation.resume()
    assert texts(tts, output.pcm) == ["One moment.", "The answer."]
    assert output.audio[0].time - began == pytest.approx(5.5, abs=0.1)


class _Own(Stage[str, AudioChunk]):
    """A chain of a user's own: each token is a phrase. Its format shows with the first chunk."""

    def __init__(self, tts: ToneTTS) -> None:
        self.tts = tts

    async def run(
        self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[AudioChunk], turn: Turn
    ) -> None:
        at = 0
        async with self.tts.connect() as session:
            async for token in upstream:
                words = [Piece(word + " ", at, at + len(token)) for word in token.split()]
                phrase = Phrase(
                    index=at, pieces=tuple(words), start=at, end=at + len(token), boundary=Boundary.SENTENCE
                )
                parts: list[bytes] = []
                await session.commit(phrase.words, parts.append)
                pcm = b"".join(parts)
                await downstream.send(AudioChunk(pcm, self.tts.format, phrase, 0, final=True))
                at += len(token)


async def test_a_pause_holds_though_the_output_opens_only_then(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    async with Conversation(_Own(tts), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, ScriptedSource([1.0, "One two three. "]))
        await trio.sleep(0.5)
        conversation.pause()
        await trio.sleep(5)
        assert output.heard == 0
        conversation.resume()
    assert texts(tts, output.pcm) == ["One two three."]


async def test_what_was_heard_is_known_of_any_chain(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(_Own(ToneTTS()), RecordingOutput()) as conversation:
        spoken = await conversation.say(["One two three. ", "Four five six. "])
        assert (spoken.text, spoken.heard, spoken.unheard) == ("One two three. Four five six. ", spoken.text, "")
        async with trio.open_nursery() as nursery:

            async def caller() -> None:
                await trio.sleep(1.5)
                conversation.interrupt()

            nursery.start_soon(caller)
            spoken = await conversation.say(["One two three. ", "Four five six. "])
        assert spoken.heard == "One two three. "
        assert spoken.unheard == "Four five six. "


async def test_what_was_heard_is_known_though_a_filler_opened_the_output(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    async with Conversation(_Own(tts), output) as conversation, trio.open_nursery() as nursery:

        async def caller() -> None:
            await trio.sleep(4.3)
            conversation.interrupt()

        nursery.start_soon(caller)
        answer = ScriptedSource([3.0, "One two three. ", "Four five six. "])
        spoken = await conversation.say(answer, filler=Filler("One moment.", after=1.0))
    assert spoken.heard == "One two three. "
    assert spoken.seconds == pytest.approx(0.84, abs=0.01)


class _Free(ToneTTS):
    @property
    def bills(self) -> bool:
        return False

    async def _speak(self, connection: int, commit: int, text: str, accept: Accept) -> Usage:
        await super()._speak(connection, commit, text, accept)
        return Usage()


@pytest.mark.parametrize(
    ("voice", "billed"), [(ToneTTS(), True), (_Free(), False), (Failover(_Free(), _Free()), False)]
)
async def test_a_voice_that_bills_nothing_costs_nothing_when_it_is_cut_off(
    autojump_clock: trio.testing.MockClock, voice: TTS, billed: bool
) -> None:
    async with Conversation(speech(voice, "en"), RecordingOutput()) as conversation:
        with trio.move_on_after(0.5):
            await conversation.say([ONE])
        assert conversation.last is not None
        assert conversation.last.phrases
        assert bool(conversation.last.characters) == billed


class _BreakingOff(ToneTTS):
    """The filler is refused while it sounds."""

    async def _speak(self, connection: int, commit: int, text: str, accept: Accept) -> Usage:
        if text != "One moment.":
            return await super()._speak(connection, commit, text, accept)
        accept(b"\1\1" * 9600)
        await trio.sleep(0.1)
        raise ServiceError("refused", retryable=False)


async def test_a_filler_that_breaks_off_does_not_shift_what_was_heard(autojump_clock: trio.testing.MockClock) -> None:
    """What the output drops of it is not heard, so it does not count as a part of the answer that is still to come."""

    answer = ScriptedSource([3.0, ONE])
    async with Conversation(in_sentences(_BreakingOff(pace=4)), RecordingOutput(hold=0.2)) as conversation:
        spoken = await conversation.say(answer, filler=Filler("One moment.", after=1.0))
    assert spoken.heard == ONE
    assert all(report.state is PhraseState.HEARD for report in spoken.phrases)


@pytest.mark.parametrize("voice", [ToneTTS, _BreakingOff])
@pytest.mark.parametrize("thinking", [5.0, 8.0])
async def test_a_filler_is_no_part_of_the_silences_around_it(
    autojump_clock: trio.testing.MockClock, voice: type[ToneTTS], thinking: float
) -> None:
    """The longer one is before the filler, or after it."""
    output = RecordingOutput(hold=0.2)
    answer = ScriptedSource(["First we look at the map. ", thinking, "Then we choose a way."])
    async with Conversation(in_sentences(voice(pace=4)), output) as conversation:
        spoken = await conversation.say(answer, filler=Filler("One moment.", after=2.0))
    first, filler, last = output.audio
    ends = [each.time + len(each.pcm) / 48_000 for each in (first, filler)]
    silences = [filler.time - ends[0], last.time - ends[1]]
    assert (silences[0] > silences[1]) == (thinking == 5.0)
    assert spoken.latency.longest_gap == pytest.approx(max(silences), abs=0.002)


@pytest.mark.parametrize("cut_off", [False, True])
async def test_a_filler_is_billed_with_its_turn_though_no_part_of_its_text(
    autojump_clock: trio.testing.MockClock, cut_off: bool
) -> None:
    """One that was cut off counts as a phrase does: it was committed."""
    tts, output = ToneTTS(pace=1.2), RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation:
        with trio.move_on_after(1.3 if cut_off else 60.0):
            await conversation.say(ScriptedSource([4.0, "The answer."]), filler=Filler("One moment.", after=1.0))
        spoken = conversation.last
    assert spoken is not None
    assert output.heard
    said = ["One moment."] if cut_off else ["One moment.", "The answer."]
    assert [commit.text for commit in tts.commits] == said
    assert (spoken.text, spoken.filler) == ("" if cut_off else "The answer.", len("One moment."))
    assert spoken.characters == sum(map(len, said)) == spoken.filler + sum(report.billed for report in spoken.phrases)
    assert spoken.cost(2.0, per=1) == 2.0 * spoken.characters
    assert (spoken.wasted > 0) == cut_off


async def test_a_filler_sounds_once_while_nothing_else_does(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(first_audio=0.1), RecordingOutput()
    filler = Filler("One moment.", after=1.5)
    async with Conversation(speech(tts, "en"), output) as conversation:
        quick = await conversation.say(["Quick answer."], filler=filler)
        assert quick.heard == "Quick answer."
        late = await conversation.say(ScriptedSource([4.0, "Late answer. ", 30.0, "And more."]), filler=filler)
        assert late.heard == late.text == "Late answer. And more."
        assert not late.interrupted
    assert texts(tts, output.pcm) == ["Quick answer.", "One moment.", "Late answer.", "And more."]


async def test_a_filler_is_not_cut_off_by_the_answer_nor_said_over_it(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(first_audio=0.1), RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation:
        spoken = await conversation.say(
            ScriptedSource([1.6, "The answer comes while the filler sounds."]), filler=Filler("One moment, please.")
        )
    assert texts(tts, output.pcm) == ["One moment, please.", "The answer comes while the filler sounds."]
    assert spoken.heard == spoken.text


async def test_an_interruption_ends_the_filler_too(autojump_clock: trio.testing.MockClock) -> None:
    tts, output = ToneTTS(first_audio=0.1), RecordingOutput()
    async with Conversation(speech(tts, "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(lambda: conversation.say(ScriptedSource([60.0]), filler=Filler("One moment, please.", 1.0)))
        await trio.sleep(1.5)
        conversation.interrupt()
        heard = output.heard
        await trio.sleep(5)
        assert 0 < heard == output.heard
        assert conversation.last is not None
        assert conversation.last.heard == ""


@pytest.mark.parametrize("per", ["turn", "conversation"])
async def test_a_budget_ends_a_runaway_clearly(autojump_clock: trio.testing.MockClock, per: str) -> None:
    tts, output = ToneTTS(), RecordingOutput()
    source = ScriptedSource("All work and no play. " for _ in iter(int, 1))
    budget = Budget(characters=44, per=per)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    async with Conversation(speech(tts, "en"), output, budget=budget) as conversation:
        assert (await conversation.say(["Short."])).heard == "Short."
        with pytest.raises(BudgetExceeded, match="44 characters") as caught:
            await conversation.say(source)
        said = "All work and no play. All work and no play. "
        assert caught.value.spoken is not None
        assert caught.value.spoken.heard == (said if per == "turn" else said[:38])
    assert source.closed


async def test_a_budget_ends_with_a_whole_word(autojump_clock: trio.testing.MockClock) -> None:
    source = ScriptedSource(["Hel", "lo ", "th", "ere", ", you."])
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput(), budget=Budget(characters=8)) as conversation:
        with pytest.raises(BudgetExceeded) as caught:
            await conversation.say(source)
    assert source.closed
    spoken = caught.value.spoken
    assert spoken is not None
    assert (spoken.text, spoken.heard, spoken.unheard) == ("Hello ", "Hello ", "")


async def test_what_waits_for_the_rest_of_its_word_is_said_at_the_end(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput(), budget=Budget(characters=12)) as conversation:
        assert (await conversation.say(["", "Hello ", "the", "re."])).heard == "Hello there."


async def test_a_voice_that_cannot_be_changed_says_so(autojump_clock: trio.testing.MockClock) -> None:
    async with Conversation(speech(ToneTTS(), "en"), RecordingOutput()) as conversation:
        with pytest.raises(ValueError, match="cannot change its voice for one turn"):
            await conversation.say([ONE], voice="other")
        assert (await conversation.say([TWO])).heard == TWO


def test_settings_that_are_none_change_nothing() -> None:
    tts = ToneTTS()
    assert VoiceSettings().apply(tts) is tts


async def test_a_filler_that_fails_does_not_end_the_answer(autojump_clock: trio.testing.MockClock) -> None:
    def script(text: str) -> list[bytes | BaseException]:
        return [ConnectionLost("gone", retryable=False)] if text == "One moment." else [b"\1\1" * 2400]

    async with Conversation(speech(ScriptedTTS([script]), "en"), RecordingOutput()) as conversation:
        spoken = await conversation.say(ScriptedSource([5.0, "The answer."]), filler=Filler("One moment."))
        assert spoken.heard == "The answer."


class _Eager(Output):
    """Accepts samples before it waits, as a device does that copies them at once."""

    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.room = trio.Event()

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        await trio.lowlevel.checkpoint()

    async def play(self, pcm: bytes) -> None:
        self.accepted.append(pcm)
        self.room = trio.Event()
        await self.room.wait()

    async def drain(self) -> None:
        await trio.sleep_forever()

    def flush(self) -> None:
        pass

    @property
    def heard(self) -> int:
        return 0

    async def close(self) -> None:
        await trio.lowlevel.checkpoint()


async def test_the_gate_is_shut_for_a_task_that_could_run_already(autojump_clock: trio.testing.MockClock) -> None:
    """A cancelled task that was runnable goes on to its next checkpoint: it finds the gate shut there."""
    output = _Eager()
    async with Conversation(speech(ToneTTS(), "en"), output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, ["A long answer, which goes on for a while."])
        await trio.sleep(2)
        before = len(output.accepted)
        assert before > 0
        output.room.set()
        conversation.interrupt()
    assert len(output.accepted) == before
