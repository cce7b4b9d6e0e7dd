"""What the voice asks for and gives; tasks, interruptions, word times, limits; and what it refuses at once."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import trio
from tests._nightly import few
from tests.unit.adapters.tts.cosyvoice._peers import QUIET, World, serving
from trio.testing import MockClock

from triolet import AudioAndWords, Conversation, PhrasingOptions, RateLimits, TimedWord, speech
from triolet.errors import AuthenticationFailed, ServiceError, TooMuchAudio
from triolet.testing import Link, RecordingOutput, ToneTTS, decode
from triolet_adapters.tts import CosyVoiceTTS
from triolet_adapters.tts.cosyvoice import HotFix
from triolet_adapters.tts.cosyvoice._words import WordTimes
from triolet_adapters.tts.cosyvoice.server import CosyVoiceServerOptions
from triolet_adapters.tts.frame import InsecureKey, MissingKey, Reply, VoiceOptions

TEXT = "Hello there, all of you."
LONG = "A long sentence about the river, which nobody wants to hear. " * 3


async def said(tts: CosyVoiceTTS, *texts: str) -> bytes:
    pcm = bytearray()
    async with tts.connect() as session:
        for text in texts or (TEXT,):
            await session.commit(text, pcm.extend)
    return bytes(pcm)


async def test_every_sample_comes_once_and_each_commit_is_a_task(autojump_clock: MockClock) -> None:
    fixes = HotFix(pronunciation={"草地": "cao3 di4"}, replace={"草地": "草弟"})
    async with serving(link=Link(split=700)) as world:
        tts = world.tts(speech_rate=1.1, volume=60, pitch_rate=0.9, seed=7, language="en", hot_fix=fixes)
        pcm = await said(tts, TEXT, "And again. And more.", TEXT)
    assert len(pcm) == 2 * sum(map(world.voice.samples_of, (TEXT, "And again. ", "And more.", TEXT)))
    assert decode(pcm).unreadable == 0
    assert world.actions == ["run-task", "continue-task", "finish-task"] * 3
    first, text, finish = world.sent[:3]
    task = first["header"]["task_id"]
    assert len(task) == 32
    assert first["header"] == {"action": "run-task", "task_id": task, "streaming": "duplex"}
    assert first["payload"] == {
        "task_group": "audio",
        "task": "tts",
        "function": "SpeechSynthesizer",
        "model": "cosyvoice-v3-flash",
        "parameters": {
            "text_type": "PlainText",
            "voice": "longanyang",
            "format": "pcm",
            "sample_rate": 24_000,
            "rate": 1.1,
            "volume": 60,
            "pitch": 0.9,
            "seed": 7,
            "language_hints": ["en"],
            "hot_fix": {"pronunciation": [{"草地": "cao3 di4"}], "replace": [{"草地": "草弟"}]},
            "word_timestamp_enabled": True,
        },
        "input": {},
    }
    assert text["payload"] == {"input": {"text": TEXT}}
    assert finish["payload"] == {"input": {}}
    assert len({message["header"]["task_id"] for message in world.sent}) == 3
    assert len(world.network.connections) == 1
    assert world.received[:3] == ["task-started", "sentence-begin", "sentence-synthesis"]


async def test_nothing_is_sent_before_the_task_has_started(autojump_clock: MockClock) -> None:
    """The service fails a task for which text comes too early."""
    async with serving(CosyVoiceServerOptions(start_delay=1.5)) as world:
        assert len(await said(world.tts(), TEXT, TEXT)) == 4 * world.voice.samples_of(TEXT)
    assert trio.current_time() >= 3


@pytest.mark.parametrize(
    ("codec", "rate"), [("pcm", 8000), ("pcm", 48_000), ("wav", 22_050), ("mp3", 44_100), ("opus", 16_000)]
)
async def test_other_formats_are_decoded(autojump_clock: MockClock, codec: Any, rate: int) -> None:
    """Also where a task has two sentences: its audio is one stream."""
    async with serving() as world:
        tts = world.tts(response_format=codec, sample_rate=rate)
        seconds = len(await said(tts, "Hello there. And again, all of you.")) / 2 / rate
        samples = world.voice.samples_of("Hello there. ") + world.voice.samples_of("And again, all of you.")
        assert seconds == pytest.approx(samples / 24_000, abs=0.12)


async def test_long_texts_go_in_several_messages(autojump_clock: MockClock) -> None:
    options = VoiceOptions(ping_interval=None, max_audio=1000)
    text = "A text that one message may not hold. " * 60
    async with serving(
        CosyVoiceServerOptions(splits=False, max_text=2000), ToneTTS(seconds_per_character=0.006)
    ) as world:
        assert len(await said(world.tts(options=options), text)) == 2 * world.voice.samples_of(text)
        assert world.actions == ["run-task", "continue-task", "continue-task", "finish-task"]


@pytest.mark.parametrize("cancel", ["ends", "ignored"])
async def test_an_interruption_leaves_the_connection_open(autojump_clock: MockClock, cancel: Any) -> None:
    """And nothing of the task that was stopped is heard in the next, whatever the service does with `cancel`."""
    async with serving(CosyVoiceServerOptions(pace=6, cancel=cancel), link=Link(latency=0.05)) as world:
        async with world.tts().connect() as session:
            for _ in range(3):
                old = bytearray()
                with trio.move_on_after(0.5):
                    await session.commit(LONG, old.extend)
                assert old
                assert session.reusable
                with pytest.raises(TooMuchAudio):
                    await session.commit(TEXT, refuse)
                new = bytearray()
                await session.commit(TEXT, new.extend)
                assert len(new) == 2 * world.voice.samples_of(TEXT)
                assert len(decode(bytes(new)).runs) == 1
        assert len(world.network.connections) == 1
        cancels = [message for message in world.sent if message["payload"]["input"] == {"directive": "cancel"}]
        assert len(cancels) == 6


def refuse(_pcm: bytes) -> None:
    raise TooMuchAudio("enough")


@pytest.mark.parametrize("settings", [{"interruption": "close"}, {"model": "cosyvoice-v1", "voice": "longwan"}])
async def test_where_the_service_cannot_cancel_an_interruption_hangs_up(
    autojump_clock: MockClock, settings: dict[str, Any]
) -> None:
    async with serving(CosyVoiceServerOptions(pace=2)) as world, world.tts(**settings).connect() as session:
        with trio.move_on_after(0.5):
            await session.commit(LONG, bytearray().extend)
        assert not session.reusable


async def test_before_its_task_has_started_an_interruption_hangs_up(autojump_clock: MockClock) -> None:
    """The service would fail a task that is cancelled before that."""
    async with serving(CosyVoiceServerOptions(start_delay=1)) as world, world.tts().connect() as session:
        with trio.move_on_after(0.5):
            await session.commit(TEXT, bytearray().extend)
        assert not session.reusable


async def test_a_service_that_does_not_end_a_cancelled_task_is_left(autojump_clock: MockClock) -> None:
    slow = CosyVoiceServerOptions(pace=0.5, cancel="ignored")
    async with serving(slow) as world, world.tts().connect() as session:
        with trio.move_on_after(0.5):
            await session.commit(LONG, bytearray().extend)
        assert session.reusable
        with trio.move_on_after(2):
            await session.commit(TEXT, bytearray().extend)
        assert not session.reusable


async def test_a_conversation_is_interrupted_without_a_new_connection(autojump_clock: MockClock) -> None:
    output = RecordingOutput()
    async with serving(CosyVoiceServerOptions(pace=3, first_audio=0.2)) as world:
        async with Conversation(speech(world.tts(), "en"), output) as conversation:
            for _ in range(8):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(conversation.say, ["A long story about a river and a town. " * 5])
                    await trio.sleep(1.5)
                    conversation.interrupt()
                await trio.sleep(2)
        assert len(world.network.connections) < 8, "each interruption costs a connection"


WORDS = "We look at the river. It is wide, and slow; then the rain comes, and forty-two people leave. Nobody stays."


async def heard_until(
    seconds: float, world: World, *, merge: int = 0, text: str = WORDS, **settings: Any
) -> tuple[str, str, bool]:
    """What is said to have been heard, what the samples show, and whether it is said to be an estimate."""
    output = RecordingOutput()
    chain = speech(world.tts(**settings), "en", phrasing=PhrasingOptions(early_start=False, merge=merge))
    async with Conversation(chain, output) as conversation:
        with trio.move_on_after(100):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(conversation.say, [text])
                await trio.sleep(seconds)
                conversation.interrupt()
    result = conversation.last
    assert result is not None
    return result.heard, shown(world, output.pcm), result.estimated


def shown(world: World, pcm: bytes) -> str:
    """The words whose last letter has been heard, by the samples alone: every character takes the same time, but the service tells
    when a word with its mark has ended, and then the last letter is taken for that."""
    words: list[str] = []
    texts = {(commit.connection, commit.commit): commit for commit in world.voice.commits}
    for run in decode(pcm).runs:
        commit = texts[run.connection, run.commit]
        pace = commit.samples / len(commit.text)
        position = 0
        for word in commit.text.split():
            position = commit.text.index(word, position)
            if (position + len(word)) * pace <= run.stop + 12:  # half a millisecond is what the times are exact to
                words.append(word)
            position += len(word)
    return " ".join(words)


@pytest.mark.parametrize("word_times", ["sentence-end", "cumulative", "task-finished"])
async def test_what_was_heard_is_exact_to_the_word(autojump_clock: MockClock, word_times: Any) -> None:
    draws = random.Random(7)
    partly = 0
    for number in (turns := few(range(15), 6)):
        options = CosyVoiceServerOptions(pace=20, word_times=word_times, times="sentence" if number % 2 else "task")
        async with serving(options, ToneTTS(seconds_per_character=0.06)) as world:
            heard, samples, estimated = await heard_until(draws.uniform(0.8, 7), world)
            assert heard.split() == samples.split()
            assert not estimated
            partly += 0 < len(samples) < len(WORDS)
    assert partly > len(turns) / 3


async def test_without_times_it_is_an_estimate(autojump_clock: MockClock) -> None:
    async with serving(CosyVoiceServerOptions(pace=3, word_times="none")) as world:
        assert (await heard_until(2.0, world))[2]
    async with serving(CosyVoiceServerOptions(pace=3)) as world:
        assert (await heard_until(2.0, world, word_times=False))[2]
        assert "word_timestamp_enabled" not in world.sent[0]["payload"]["parameters"]


def word(text: str, begin: int, end: int) -> dict[str, Any]:
    return {"text": text, "begin_index": 99, "end_index": 1, "begin_time": begin, "end_time": end}


def told(times: WordTimes, text: str, *sentences: tuple[int, list[dict[str, Any]], float | None]) -> list[Any]:
    words: list[TimedWord] = []
    for index, said_words, begins in sentences:
        words += times.feed({"index": index, "words": said_words}, begins)
    return [(text[each.start : each.end], each.begins, each.ends) for each in words]


def test_words_of_events_become_words_of_the_text() -> None:
    text = "你好,欢迎。3 dogs, and so on."
    first = [word("你", 0, 200), word("好", 200, 400), word(",欢", 500, 700)]
    second = [word("三", 900, 1000), word("dogs", 1000, 1400), word(", and", 1500, 1700)]
    sentences = ((0, first[:1], 0.0), (0, first, 0.0), (1, first, 0.9), (2, second, 0.9), (2, second, 0.9))
    expected = [
        ("你", 0.0, 0.2), ("好", 0.2, 0.4), ("欢", 0.5, 0.7), ("dogs", 1.0, 1.4), ("and", 1.5, 1.7)
    ]  # fmt: skip
    assert told(WordTimes(text), text, *sentences) == expected


def test_times_of_a_sentence_that_begin_again_are_moved() -> None:
    text = "One two. Three four."
    again = ((0, [word("One", 0, 300), word("two.", 300, 800)], 0.0), (1, [word("Three", 10, 400)], 0.8))
    assert told(WordTimes(text), text, *again)[-1] == ("Three", 0.81, pytest.approx(1.2))
    unknown = ((0, [word("One", 0, 300), word("two.", 300, 800)], None), (1, [word("Three", 900, 1400)], None))
    assert told(WordTimes(text), text, *unknown)[-1] == ("Three", 0.9, 1.4)


@pytest.mark.parametrize(
    "raw",
    [None, 3, {}, {"words": "abc"}, {"index": "x", "words": [None, {}, {"text": "abc"}, {"text": 1, "begin_time": 1}]},
     {"index": 0, "words": [word("...", 0, 1), word("zzz", 0, 1), {**word("abc", 0, 1), "end_time": None}]}],
)  # fmt: skip
def test_words_that_are_none_are_left_out(raw: Any) -> None:
    assert WordTimes("abc").feed(raw, 0.0) == []


async def test_words_of_all_formats_are_told(autojump_clock: MockClock) -> None:
    text = "Hello there. And again, all of you."
    for codec, rate in (("pcm", 24_000), ("mp3", 22_050), ("wav", 24_000)):
        words: list[TimedWord] = []
        async with serving() as world, world.tts(response_format=codec, sample_rate=rate).connect() as session:
            await session.commit(text, AudioAndWords(bytearray().extend, words.extend))
        expected = [part.strip(".,") for part in text.split()]
        assert [text[each.start : each.end] for each in words] == expected
        assert [each.begins for each in words] == sorted(each.begins for each in words)
        assert words[3].begins > 0.2


async def test_what_is_billed_is_told(autojump_clock: MockClock) -> None:
    for usage in ("both", "sentence-end"):
        async with serving(CosyVoiceServerOptions(usage=usage)) as world, world.tts().connect() as session:
            assert (await session.commit("你好. 中A文。", bytearray().extend)).characters == 4 + 2 + 6


async def test_a_lost_connection_loses_no_word(autojump_clock: MockClock) -> None:
    for fault in ("cut", "stall"):
        output = RecordingOutput()
        faulty = CosyVoiceServerOptions(fault=fault, fault_after=1.0, fault_every=2, pace=2)
        async with serving(faulty, ToneTTS(seconds_per_character=0.06)) as world:
            tts = world.tts(options=VoiceOptions(chunk_timeout=2, ping_interval=None))
            async with Conversation(speech(tts, "en"), output) as conversation:
                assert (await conversation.say([WORDS])).heard == WORDS


async def test_an_idle_connection_is_closed_and_replaced(autojump_clock: MockClock) -> None:
    output = RecordingOutput()
    async with serving() as world, Conversation(speech(world.tts(), "en"), output) as conversation:
        for pause in (59.99, 60.0, 200):
            assert (await conversation.say([TEXT])).heard == TEXT
            await trio.sleep(pause)
        assert len(world.network.connections) > 1


async def test_errors_are_typed(autojump_clock: MockClock) -> None:
    known = CosyVoiceServerOptions(voices=("good",), models=("cosyvoice-v3-flash",), api_key="sk-right")
    async with serving(known) as world:
        with pytest.raises(ServiceError, match="Engine return error code: 418") as caught:
            await said(world.tts(voice="bad", api_key="sk-right"))
        assert (caught.value.code, caught.value.retryable) == ("InvalidParameter", False)
        with pytest.raises(ServiceError, match="ModelNotFound") as caught:
            await said(world.tts(model="cosyvoice-v9", voice="good", api_key="sk-right"))
        assert not caught.value.retryable
        with pytest.raises(AuthenticationFailed) as refused:
            await said(world.tts(voice="good", api_key="sk-wrong-one"))
        assert "sk-wrong-one" not in f"{refused.value!r} {refused.value.__cause__!r}"
        assert await said(world.tts(voice="good", api_key="sk-right"))
    async with serving(CosyVoiceServerOptions(requests_per_minute=1)) as world:
        with pytest.raises(ServiceError, match="rate limit") as caught:
            await said(world.tts(), TEXT, TEXT)
        assert caught.value.throttled
        assert caught.value.retryable


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"voice": ""}, "voice is ''"),
        ({"model": "qwen3-tts-flash-realtime"}, "QwenTTS has those"),
        ({"voice": "longxiaochun_v2"}, "needs a model of that version"),
        ({"response_format": "flac"}, "response_format is 'flac'"),
        ({"sample_rate": 11_025}, "sample_rate is 11025"),
        ({"response_format": "opus", "sample_rate": 44_100}, "one of 8000, 16000, 24000, 48000"),
        ({"speech_rate": 2.1}, "speech_rate is 2.1"),
        ({"pitch_rate": 0.4}, "pitch_rate is 0.4"),
        ({"volume": 101}, "volume is 101"),
        ({"volume": 50.5}, "whole number"),
        ({"seed": -1}, "seed is -1"),
        ({"bit_rate": 32}, "only opus and mp3"),
        ({"language": "English"}, "must be a code"),
        ({"instructions": "x" * 129}, "129 characters"),
        ({"model": "cosyvoice-v1", "voice": "longwan", "seed": 1}, "takes no seed"),
        ({"region": "mars"}, "region is 'mars'"),
        ({"interruption": "never"}, "interruption is 'never'"),
        ({"url": "https://dashscope.aliyuncs.com"}, "must begin with wss://"),
    ],
)
def test_what_cannot_be_right_is_told_at_once(settings: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"api_key": "sk-secret", **settings}
    with pytest.raises(ValueError, match=words):
        CosyVoiceTTS(**asked)


@pytest.mark.parametrize("pairs", [{"": "a"}, {"草地": ""}, {"草地": 3}])
def test_a_hot_fix_holds_words(pairs: Any) -> None:
    with pytest.raises(ValueError, match="must be a name"):
        HotFix(pronunciation=pairs)


def test_settings_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    with pytest.raises(MissingKey, match="DASHSCOPE_API_KEY"):
        CosyVoiceTTS()
    with pytest.raises(InsecureKey):
        CosyVoiceTTS(url="ws://dashscope.aliyuncs.com", api_key="sk-secret")
    tts = CosyVoiceTTS(api_key="sk-secret", language="zh")
    assert tts.url == "wss://dashscope.aliyuncs.com/api-ws/v1/inference"
    assert (tts.language, tts.limits) == ("zh", RateLimits(per_second=3))
    assert tts.price is not None
    assert (tts.price.amount, tts.price.per) == (0.14335, 10_000)
    assert tts.adjusted(voice="longxiaochun_v3").settings.voice == "longxiaochun_v3"
    assert tts.adjusted(language="en") is tts.adjusted(language="en")
    assert "sk-secret" not in f"{tts!r} {tts.url} {vars(tts)}"
    with pytest.raises(ValueError, match="emotion"):
        tts.adjusted(emotion="glad")
    singapore = CosyVoiceTTS(api_key="sk-secret", region="ap-southeast-1", workspace="ws-1")
    assert singapore.url == "wss://ws-1.ap-southeast-1.maas.aliyuncs.com/api-ws/v1/inference"
    assert singapore.price is None
    assert CosyVoiceTTS(url="ws://127.0.0.1:8765/api-ws/v1/inference", options=QUIET).limits == RateLimits()


@pytest.mark.parametrize(
    ("settings", "cancels"),
    [
        ({}, True),
        ({"region": "ap-southeast-1"}, False),
        ({"region": "ap-southeast-1", "workspace": "w"}, False),
        ({"region": "ap-southeast-1", "model": "qwen-audio-3.0-tts-flash", "voice": "longanhuan_v3.6"}, True),
        ({"model": "cosyvoice-v1", "voice": "longwan"}, False),
        ({"region": "ap-southeast-1", "interruption": "cancel"}, True),
    ],
)
def test_cancel_is_said_where_it_is_documented(settings: dict[str, Any], cancels: bool) -> None:
    protocol: Any = CosyVoiceTTS(api_key="sk-secret", **settings).protocol()
    (run,) = protocol.say(TEXT)
    task = json.loads(run)["header"]["task_id"]
    (reply,) = protocol.take(json.dumps({"header": {"event": "task-started", "task_id": task}, "payload": {}}))
    assert isinstance(reply, Reply)
    assert len(reply.messages) == 2
    assert (protocol.stop() is not None) is cancels


SENTENCES = "We look. It is wide and slow. Then the rain comes. Forty people leave the river. Nobody stays there."


async def test_words_that_are_told_late_are_estimated_and_said_to_be(autojump_clock: MockClock) -> None:
    """A phrase of several sentences is cut in one that has not been told yet: the words before are known, and some behind."""
    draws = random.Random(11)
    exact = estimated = 0
    for _ in few(range(12), 8):
        async with serving(CosyVoiceServerOptions(pace=1.02), ToneTTS(seconds_per_character=0.06)) as world:
            heard, samples, estimate = await heard_until(draws.uniform(0.8, 6), world, merge=240, text=SENTENCES)
        claimed, true = heard.split(), samples.split()
        assert abs(len(claimed) - len(true)) <= (2 if estimate else 0), (heard, samples)
        exact += not estimate
        estimated += estimate and len(true) > 2
    assert exact > 2
    assert estimated > 2, "cut in a later sentence"
