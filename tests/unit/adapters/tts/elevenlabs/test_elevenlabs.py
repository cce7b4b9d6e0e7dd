"""What the voice asks for and gives; contexts, interruptions, word times; and what it refuses at once."""

from __future__ import annotations

import logging
import random
from typing import Any

import pytest
import trio
from tests._nightly import few
from tests.unit.adapters.tts.elevenlabs._peers import QUIET, World, serving
from trio.testing import MockClock

from triolet import AudioAndWords, Conversation, Failover, PhrasingOptions, TimedWord, speech
from triolet.errors import AuthenticationFailed, ConnectionLost, ServiceError, TooMuchAudio
from triolet.testing import Link, RecordingOutput, ToneTTS, decode
from triolet_adapters.tts import ElevenLabsTTS
from triolet_adapters.tts.elevenlabs._alignment import Alignment
from triolet_adapters.tts.elevenlabs._protocol import error_of
from triolet_adapters.tts.elevenlabs.server import ElevenLabsServerOptions
from triolet_adapters.tts.frame import InsecureKey, MissingKey, VoiceOptions

TEXT = "Hello there, all of you."


async def said(tts: ElevenLabsTTS, *texts: str) -> bytes:
    pcm = bytearray()
    async with tts.connect() as session:
        for text in texts or (TEXT,):
            await session.commit(text, pcm.extend)
    return bytes(pcm)


async def test_every_sample_comes_once_and_each_commit_is_a_context(autojump_clock: MockClock) -> None:
    async with serving(link=Link(split=700)) as world:
        pcm = await said(world.tts(stability=0.5, speed=1.1), TEXT, "And again.", TEXT)
    samples = sum(map(world.voice.samples_of, (f" {TEXT} ", " And again. ", f" {TEXT} ")))
    assert len(pcm) == 2 * samples
    assert decode(pcm).unreadable == 0
    first, text, close = world.sent[:3]
    assert first == {"text": " ", "context_id": "triolet-0", "voice_settings": {"stability": 0.5, "speed": 1.1}}
    assert text == {"text": f"{TEXT} ", "context_id": "triolet-0", "flush": True}
    assert close == {"context_id": "triolet-0", "close_context": True}
    assert [message["context_id"] for message in world.sent if "close_context" in message] == [
        "triolet-0",
        "triolet-1",
        "triolet-2",
    ]
    assert world.sent[-1] == {"close_socket": True}
    assert len(world.network.connections) == 1


@pytest.mark.parametrize("output_format", ["pcm_8000", "pcm_48000", "mp3_44100_128", "mp3_22050_32", "ulaw_8000"])
async def test_other_formats_are_decoded(autojump_clock: MockClock, output_format: Any) -> None:
    async with serving() as world:
        tts = world.tts(output_format=output_format)
        seconds = len(await said(tts)) / 2 / tts.format.sample_rate
        assert seconds == pytest.approx(world.voice.samples_of(f" {TEXT} ") / 24_000, abs=0.12)


async def test_an_interruption_leaves_the_connection_open(autojump_clock: MockClock) -> None:
    """And nothing of the context that was stopped is heard in the next."""
    async with serving(ElevenLabsServerOptions(pace=2)) as world, world.tts().connect() as session:
        for _ in range(3):
            old = bytearray()
            with trio.move_on_after(0.5):
                await session.commit("A long sentence about the river, which nobody wants to hear. " * 3, old.extend)
            assert old
            assert session.reusable
            with pytest.raises(TooMuchAudio):
                await session.commit(TEXT, refuse)
            new = bytearray()
            await session.commit(TEXT, new.extend)
            assert len(new) == 2 * world.voice.samples_of(f" {TEXT} ")
            assert len(decode(bytes(new)).runs) == 1
            await trio.sleep(10)
        assert len(world.network.connections) == 1


def refuse(_pcm: bytes) -> None:
    raise TooMuchAudio("enough")


async def test_contexts_that_go_on_are_counted(autojump_clock: MockClock) -> None:
    """The service allows five; the session says that it is spent before it would open a sixth."""
    async with serving(ElevenLabsServerOptions(pace=1)) as world, world.tts().connect() as session:
        stopped = 0
        while session.reusable:
            with trio.move_on_after(0.1):
                await session.commit(
                    "A long sentence about the river, which nobody wants to hear. " * 5, bytearray().extend
                )
            stopped += 1
        assert stopped == 5
        assert not any("error" in message for message in world.received)


async def test_a_conversation_is_interrupted_without_a_new_connection(autojump_clock: MockClock) -> None:
    output = RecordingOutput()
    async with serving(ElevenLabsServerOptions(pace=3, first_audio=0.2)) as world:
        async with Conversation(speech(world.tts(), "en"), output) as conversation:
            for _ in range(8):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(conversation.say, ["A long story about a river and a town. " * 5])
                    await trio.sleep(1.5)
                    conversation.interrupt()
                await trio.sleep(2)
        assert len(world.network.connections) < 8, "each interruption costs a connection"


WORDS = "We look at the river. It is wide, and slow; then the rain comes, and forty-two people leave. Nobody stays."


async def heard_until(seconds: float, world: World, *, failover: bool = False) -> tuple[str, str, bool]:
    """What is said to have been heard, and what the samples show."""
    output = RecordingOutput()
    tts: Any = Failover(world.tts(), world.tts()) if failover else world.tts()
    chain = speech(tts, "en", phrasing=PhrasingOptions(early_start=False, merge=0))
    async with Conversation(chain, output) as conversation:
        with trio.move_on_after(100):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(conversation.say, [WORDS])
                await trio.sleep(seconds)
                conversation.interrupt()
    result = conversation.last
    assert result is not None
    return result.heard, shown(world, output.pcm), result.estimated


def shown(world: World, pcm: bytes) -> str:
    """The words whose last letter has been heard, by the samples alone: every character takes the same time."""
    words: list[str] = []
    texts = {(commit.connection, commit.commit): commit for commit in world.voice.commits}
    for run in decode(pcm).runs:
        commit = texts[run.connection, run.commit]
        pace = commit.samples / len(commit.text)
        position = 0
        for word in commit.text.split():
            position = commit.text.index(word, position)
            letters = max(index for index, character in enumerate(word, 1) if character.isalnum())
            # Half a millisecond is what the service's times are exact to.
            if (position + letters) * pace <= run.stop + 12:
                words.append(word)
            position += len(word)
    return " ".join(words)


async def test_what_was_heard_is_exact_to_the_word(autojump_clock: MockClock) -> None:
    draws = random.Random(7)
    partly = 0
    for number in (turns := few(range(20), 7)):
        async with serving(ElevenLabsServerOptions(pace=3, piece=0.1), ToneTTS(seconds_per_character=0.06)) as world:
            heard, samples, estimated = await heard_until(draws.uniform(0.3, 7), world, failover=number % 4 == 0)
            assert heard.split() == samples.split()
            assert not estimated
            partly += 0 < len(samples) < len(WORDS)
    assert partly > len(turns) / 2


async def test_without_times_it_is_an_estimate(autojump_clock: MockClock) -> None:
    async with serving(ElevenLabsServerOptions(pace=3, alignment="none")) as world:
        _heard, _samples, estimated = await heard_until(2.0, world)
    assert estimated


async def test_a_lost_connection_loses_no_word(autojump_clock: MockClock) -> None:
    for fault in ("cut", "stall"):
        output = RecordingOutput()
        faulty = ElevenLabsServerOptions(fault=fault, fault_after=1.0, fault_every=2, pace=3, piece=0.1)
        async with serving(faulty, ToneTTS(seconds_per_character=0.06)) as world:
            tts = world.tts(options=VoiceOptions(chunk_timeout=2, ping_interval=None))
            async with Conversation(speech(tts, "en"), output) as conversation:
                result = await conversation.say([WORDS])
        assert result.heard == WORDS
        assert result.repeated == 0


def test_an_alignment_becomes_words() -> None:
    text = "Hi, you.  Go\there 我们好"
    alignment = Alignment(text)
    words: list[TimedWord] = []
    sent = [(" Hi, yo", 0.0), ("u. Go here ", 0.7), ("我们", 1.8), ("好 ", 2.0)]
    for characters, offset in sent:
        steps = [100 * index for index in range(len(characters))]
        raw = {"chars": list(characters), "charStartTimesMs": steps, "charDurationsMs": [100] * len(steps)}
        words += alignment.feed(raw, offset)
    words += alignment.finish()
    assert [text[word.start : word.end] for word in words] == ["Hi,", "you.", "Go", "here", "我", "们", "好"]
    times = [(round(word.begins, 3), round(word.ends, 3)) for word in words]
    assert times == [(0.1, 0.4), (0.5, 0.9), (1.0, 1.2), (1.3, 1.7), (1.8, 1.9), (1.9, 2.0), (2.0, 2.1)]


def test_a_han_character_is_a_word_also_before_a_letter() -> None:
    alignment = Alignment("好ok")
    raw = {"chars": ["好", "o", "k"], "charStartTimesMs": [0, 100, 200], "charDurationsMs": [100, 100, 100]}
    words = alignment.feed(raw, 0.0) + alignment.finish()
    assert [(word.start, word.end) for word in words] == [(0, 1), (1, 3)]


@pytest.mark.parametrize(
    "raw", [None, 3, {}, {"chars": "abc"}, {"chars": ["a"], "charStartTimesMs": [None], "charDurationsMs": ["x"]}]
)
def test_an_alignment_that_is_none_is_left_out(raw: Any) -> None:
    alignment = Alignment("abc")
    assert alignment.feed(raw, 0) == alignment.finish() == []


async def test_snake_case_is_understood_as_well(autojump_clock: MockClock) -> None:
    words: list[TimedWord] = []
    async with serving(ElevenLabsServerOptions(names="snake")) as world, world.tts().connect() as session:
        await session.commit(TEXT, AudioAndWords(bytearray().extend, words.extend))
    assert [TEXT[word.start : word.end] for word in words] == TEXT.split()


async def test_an_idle_connection_is_closed_and_replaced(autojump_clock: MockClock) -> None:
    output = RecordingOutput()
    async with (
        serving(ElevenLabsServerOptions(idle_timeout=3)) as world,
        Conversation(speech(world.tts(), "en"), output) as conversation,
    ):
        for pause in (2.99, 3.0, 10):
            assert (await conversation.say([TEXT])).heard == TEXT
            await trio.sleep(pause)


async def test_errors_are_typed(autojump_clock: MockClock) -> None:
    async with serving(ElevenLabsServerOptions(voices=("good",), api_key="sk-right", max_contexts=1, pace=1)) as world:
        with pytest.raises(ServiceError, match="does not exist") as caught:
            await said(world.tts(voice="bad", api_key="sk-right"))
        assert (caught.value.code, caught.value.retryable) == ("voice_id_does_not_exist", False)
        with pytest.raises(AuthenticationFailed) as refused:
            await said(world.tts(voice="good", api_key="sk-wrong-one"))
        assert "sk-wrong-one" not in f"{refused.value!r} {refused.value.__cause__!r}"
        async with world.tts(voice="good", api_key="sk-right").connect() as session:
            with trio.move_on_after(0.3):
                await session.commit(TEXT, bytearray().extend)
            with pytest.raises(ServiceError) as full:
                await session.commit(TEXT, bytearray().extend)
            assert full.value.throttled
            assert full.value.code == "max_active_conversations"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"voice": "Rachel Smith"}, "must be the id of a voice"),
        ({"voice": ""}, "voice is ''"),
        ({"output_format": "opus_48000_64"}, "output_format is 'opus_48000_64'"),
        ({"stability": 1.2}, "stability is 1.2"),
        ({"speed": 2}, "speed is 2"),
        ({"seed": -1}, "seed is -1"),
        ({"inactivity_timeout": 200}, "inactivity_timeout is 200"),
        ({"apply_text_normalization": "yes"}, "apply_text_normalization is 'yes'"),
        ({"region": "moon"}, "region is 'moon'"),
        ({"base_url": "https://api.elevenlabs.io"}, "it must begin with wss://"),
        ({"base_url": "wss://u:secret@h"}, "holds a user or password"),
        ({"proxy": "socks5://p"}, "http:// or https://"),
        ({"api_key": "sk x"}, "api_key must be"),
    ],
)
def test_what_cannot_be_right_is_told_at_once(settings: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"api_key": "sk-secret", **settings}
    with pytest.raises(ValueError, match=words) as caught:
        ElevenLabsTTS(**asked)
    assert "secret" not in str(caught.value)


def test_the_key_goes_to_its_issuer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEVENLABS_API_KEY", "sk-of-elevenlabs")
    assert ElevenLabsTTS(region="eu")._key.reveal() == "sk-of-elevenlabs"
    assert not ElevenLabsTTS(base_url="wss://other.example")._key
    assert not ElevenLabsTTS(base_url="wss://elevenlabs.io.evil.example")._key
    with pytest.raises(InsecureKey):
        ElevenLabsTTS(base_url="ws://other.example", api_key="k")
    monkeypatch.delenv("ELEVENLABS_API_KEY")
    with pytest.raises(MissingKey, match="ELEVENLABS_API_KEY"):
        ElevenLabsTTS()


async def test_the_key_shows_nowhere(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(ElevenLabsServerOptions(fault="cut", fault_every=1)) as world:
        tts = world.tts(api_key="sk-not-for-logs")
        with pytest.raises(ConnectionLost) as caught:
            await said(tts)
    assert "sk-not-for-logs" not in f"{tts!r} {tts.url} {caught.value!r} {vars(tts)} {caplog.text} {world.sent}"


def test_equal_adjustments_are_the_same_voice() -> None:
    tts = ElevenLabsTTS(api_key="k", options=QUIET)
    assert tts.adjusted(voice="abc") is tts.adjusted(voice="abc")
    assert tts.adjusted(voice="abc").settings.voice == "abc"
    assert tts.adjusted(language="de").language == "de"
    with pytest.raises(ValueError, match="instructions"):
        tts.adjusted(instructions="Softly.")
    assert tts.price is not None
    assert tts.price.read


@pytest.mark.parametrize("code", ["rate_limit_exceeded", "Rate_Limit_Exceeded", "SYSTEM_BUSY"])
def test_a_limit_is_known_however_it_is_written(code: str) -> None:
    error = error_of({"error": code, "message": "Later, please."})
    assert isinstance(error, ServiceError)
    assert error.throttled
    assert error.retryable
    assert isinstance(error_of({"error": "INVALID_API_KEY"}), AuthenticationFailed)
