"""What the voice asks for and gives; contexts, interruptions, word times; and what it refuses at once."""

from __future__ import annotations

import logging
import random
from typing import Any

import pytest
import trio
from tests._nightly import few
from tests.unit.adapters.tts.cartesia._peers import World, serving
from trio.testing import MockClock

from triolet import AudioAndWords, Conversation, PhrasingOptions, TimedWord, speech
from triolet.errors import AuthenticationFailed, ConnectionFailed, ConnectionLost, ServiceError, TooMuchAudio
from triolet.testing import Link, RecordingOutput, ToneTTS, decode
from triolet_adapters.tts import CartesiaTTS
from triolet_adapters.tts.cartesia._words import WordPlaces
from triolet_adapters.tts.cartesia.server import CartesiaServerOptions
from triolet_adapters.tts.frame import InsecureKey, MissingKey, VoiceOptions

TEXT = "Hello there, all of you."
LONG = "A long sentence about the river, which nobody wants to hear. " * 3


async def said(tts: CartesiaTTS, *texts: str) -> bytes:
    pcm = bytearray()
    async with tts.connect() as session:
        for text in texts or (TEXT,):
            await session.commit(text, pcm.extend)
    return bytes(pcm)


async def test_every_sample_comes_once_and_each_commit_is_a_context(autojump_clock: MockClock) -> None:
    async with serving(link=Link(split=700)) as world:
        pcm = await said(world.tts(language="en-GB", speed=1.2, emotion="calm"), TEXT, "And again.")
    assert len(pcm) == 2 * sum(map(world.voice.samples_of, (TEXT, "And again.")))
    assert decode(pcm).unreadable == 0
    first, second = world.sent
    assert first == {
        "model_id": "sonic-3.5",
        "transcript": TEXT,
        "voice": {"mode": "id", "id": "f786b574-daa5-4673-aa0c-cbe3e8534c02"},
        "language": "en-GB",
        "context_id": first["context_id"],
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000},
        "add_timestamps": True,
        "use_normalized_timestamps": False,
        "continue": False,
        "generation_config": {"speed": 1.2, "emotion": "calm"},
    }
    assert second["context_id"] != first["context_id"]
    assert [message["type"] for message in world.received if message["done"]] == ["done", "done"]


@pytest.mark.parametrize(
    ("encoding", "rate"), [("pcm_s16le", 8_000), ("pcm_s16le", 48_000), ("pcm_mulaw", None), ("pcm_alaw", None)]
)
async def test_other_formats_are_decoded(autojump_clock: MockClock, encoding: Any, rate: int | None) -> None:
    async with serving() as world:
        tts = world.tts(encoding=encoding, sample_rate=rate)
        assert tts.format.sample_rate == (rate or 8_000)
        seconds = len(await said(tts)) / 2 / tts.format.sample_rate
        assert seconds == pytest.approx(world.voice.samples_of(TEXT) / 24_000, abs=0.02)


@pytest.mark.parametrize(
    "options", [{}, {"cancel": "finishes"}, {"done_after_cancel": True}, {"timestamps": "after"}], ids=str
)
async def test_an_interruption_cancels_the_context_and_keeps_the_connection(
    autojump_clock: MockClock, options: Any
) -> None:
    """And nothing of the context that was cancelled is heard in the next."""
    async with serving(CartesiaServerOptions(pace=2, **options)) as world, world.tts().connect() as session:
        for _ in range(3):
            old = bytearray()
            with trio.move_on_after(0.5):
                await session.commit(LONG, old.extend)
            assert old
            assert world.sent[-1] == {"context_id": world.sent[-2]["context_id"], "cancel": True}
            assert session.reusable
            with pytest.raises(TooMuchAudio):
                await session.commit(TEXT, refuse)
            new = bytearray()
            await session.commit(TEXT, new.extend)
            assert len(new) == 2 * world.voice.samples_of(TEXT)
            assert len(decode(bytes(new)).runs) == 1
            await trio.sleep(10)
        assert len(world.network.connections) == 1


def refuse(_pcm: bytes) -> None:
    raise TooMuchAudio("enough")


async def test_a_conversation_with_interruptions_has_one_connection(autojump_clock: MockClock) -> None:
    output, ten = RecordingOutput(), "This is a sentence of a turn that has ten. " * 10
    slow = CartesiaServerOptions(pace=3, first_audio=0.2)
    async with serving(slow, ToneTTS(seconds_per_character=0.03)) as world:
        chain = speech(world.tts(), "en", phrasing=PhrasingOptions(merge=0))
        async with Conversation(chain, output) as conversation:
            for _ in range(5):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(conversation.say, [ten])
                    await trio.sleep(1.5)
                    conversation.interrupt()
            assert (await conversation.say([ten])).heard.split() == ten.split()
        assert len(world.network.connections) == 1
        assert sum("transcript" in message for message in world.sent) >= 15


WORDS = "We look at the river. It is wide, and slow; then the rain comes, and forty-two people leave. Nobody stays."


async def heard_until(seconds: float, world: World) -> tuple[str, str, bool]:
    """What is said to have been heard, and what the samples show."""
    output = RecordingOutput()
    chain = speech(world.tts(), "en", phrasing=PhrasingOptions(early_start=False, merge=0))
    async with Conversation(chain, output) as conversation, trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [WORDS])
        await trio.sleep(seconds)
        conversation.interrupt()
    result = conversation.last
    assert result is not None
    return result.heard, shown(world, output.pcm), result.estimated


def shown(world: World, pcm: bytes) -> str:
    """The words that have been heard to their end, by the samples alone: every character takes the same time."""
    words: list[str] = []
    texts = {(commit.connection, commit.commit): commit for commit in world.voice.commits}
    for run in decode(pcm).runs:
        commit = texts[run.connection, run.commit]
        position = 0
        for word in commit.text.split():
            position = commit.text.index(word, position) + len(word)
            # The times of the service are rounded to a tenth of a millisecond: 1.2 samples at most.
            if position * commit.samples / len(commit.text) <= run.stop + 2:
                words.append(word)
    return " ".join(words)


async def test_what_was_heard_is_exact_to_the_word(autojump_clock: MockClock) -> None:
    draws, partly = random.Random(7), 0
    for _ in (turns := few(range(12), 6)):
        async with serving(CartesiaServerOptions(pace=3), ToneTTS(seconds_per_character=0.06)) as world:
            heard, samples, estimated = await heard_until(draws.uniform(0.3, 7), world)
            assert heard.split() == samples.split()
            assert not estimated
            partly += 0 < len(samples) < len(WORDS)
    assert partly > len(turns) / 2


async def test_without_times_it_is_an_estimate(autojump_clock: MockClock) -> None:
    async with serving(CartesiaServerOptions(pace=3, timestamps="none")) as world:
        _heard, _samples, estimated = await heard_until(2.0, world)
    assert estimated


async def test_word_times_are_those_of_the_text(autojump_clock: MockClock) -> None:
    words: list[TimedWord] = []
    async with serving() as world, world.tts().connect() as session:
        await session.commit(TEXT, AudioAndWords(bytearray().extend, words.extend))
    assert [TEXT[word.start : word.end] for word in words] == [word.strip(",.") for word in TEXT.split()]
    assert [word.begins for word in words] == sorted(word.begins for word in words)


def test_words_are_found_without_the_marks_at_them() -> None:
    text = "“Hi,” you said (twice). 42 people 我们好。"
    times = {
        "words": ["Hi", "you", "said", "twice", "forty-two", "people", "我", "们好"],
        "start": [0] * 8,
        "end": [1] * 8,
    }
    places = WordPlaces(text)
    assert [text[word.start : word.end] for word in places.feed(times)] == [
        "Hi", "you", "said", "twice", "people", "我", "们好",
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [None, 3, {}, {"words": "ab"}, {"words": [1], "start": [0], "end": [1]},
                                 {"words": ["a", "a"], "start": [None, 0], "end": [1, float("nan")]}])  # fmt: skip
def test_times_that_are_none_are_left_out(raw: Any) -> None:
    assert not list(WordPlaces("a b c").feed(raw))


async def test_a_lost_connection_loses_no_word(autojump_clock: MockClock) -> None:
    for fault in ("cut", "stall"):
        output = RecordingOutput()
        faulty = CartesiaServerOptions(fault=fault, fault_after=1.0, fault_every=2, pace=2)
        async with serving(faulty, ToneTTS(seconds_per_character=0.06)) as world:
            tts = world.tts(options=VoiceOptions(chunk_timeout=2, ping_interval=None))
            async with Conversation(speech(tts, "en"), output) as conversation:
                result = await conversation.say([WORDS])
        assert result.heard == WORDS
        assert result.repeated <= 1, "what had all been played when it stalled goes on a word before"


async def test_an_error_ends_its_context_and_nothing_else(autojump_clock: MockClock) -> None:
    async with serving(CartesiaServerOptions(voices=("good",), max_contexts=1, pace=1)) as world:
        with pytest.raises(ServiceError, match="not found") as caught:
            await said(world.tts(voice="bad"))
        assert (caught.value.code, caught.value.retryable) == ("voice_not_found", False)
        block = world.tts(voice="good").sharing()
        assert block is not None
        async with block as connect, connect() as first, connect() as second, trio.open_nursery() as nursery:
            pcm = bytearray()
            nursery.start_soon(first.commit, TEXT, pcm.extend)
            await trio.sleep(0.5)
            with pytest.raises(ServiceError, match="concurrency limit") as limited:
                await second.commit(TEXT, bytearray().extend)
            assert limited.value.throttled
            assert second.reusable
        assert len(pcm) == 2 * world.voice.samples_of(TEXT)
        assert len(world.network.connections) == 2


async def test_a_context_too_many_is_waited_for(autojump_clock: MockClock) -> None:
    """A plan allows two contexts, and others of the account have one: a turn takes longer, and loses nothing."""
    output = RecordingOutput()
    async with serving(CartesiaServerOptions(max_contexts=1, pace=2)) as world:
        chain = speech(world.tts(), "en", phrasing=PhrasingOptions(merge=0))
        async with Conversation(chain, output) as conversation:
            assert (await conversation.say([WORDS])).heard == WORDS
        assert len(world.network.connections) == 1


async def test_refusals_are_typed(autojump_clock: MockClock) -> None:
    async with serving(CartesiaServerOptions(api_key="sk-right")) as world:
        with pytest.raises(AuthenticationFailed) as refused:
            await said(world.tts(api_key="sk-wrong-one"))
        assert "sk-wrong-one" not in f"{refused.value!r} {refused.value.__cause__!r}"
        with pytest.raises(ConnectionFailed, match="must be a day"):
            await said(world.tts(api_key="sk-right", version="newest"))
        assert await said(world.tts(api_key="sk-right"))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"voice": "Katie Smith"}, "id of a voice"),
        ({"model": ""}, "model is ''"),
        ({"language": "xx"}, "language is 'xx'"),
        ({"encoding": "mp3"}, "encoding is 'mp3'"),
        ({"sample_rate": 32_000}, "sample_rate is 32000"),
        ({"speed": 2}, "speed is 2"),
        ({"volume": 0}, "volume is 0"),
        ({"emotion": "grumpy"}, "emotion is 'grumpy'"),
        ({"base_url": "https://api.cartesia.ai"}, "must begin with wss://"),
        ({"base_url": "wss://me:secret@api.cartesia.ai"}, "user or password"),
    ],
)
def test_what_cannot_be_right_is_told_at_once(settings: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"api_key": "sk-secret", **settings}
    with pytest.raises(ValueError, match=words) as caught:
        CartesiaTTS(**asked)
    assert "secret" not in str(caught.value)


def test_the_key_goes_to_its_issuer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTESIA_API_KEY", "sk-of-cartesia")
    tts = CartesiaTTS()
    assert tts._key.reveal() == "sk-of-cartesia"
    assert tts.url == "wss://api.cartesia.ai/tts/websocket?cartesia_version=2026-03-01"
    assert CartesiaTTS(base_url="ws://127.0.0.1:1/tts/websocket").base_url == "ws://127.0.0.1:1"
    assert not CartesiaTTS(base_url="wss://cartesia.ai.evil.example")._key
    with pytest.raises(InsecureKey):
        CartesiaTTS(base_url="ws://other.example", api_key="k")
    monkeypatch.delenv("CARTESIA_API_KEY")
    with pytest.raises(MissingKey, match="CARTESIA_API_KEY"):
        CartesiaTTS()
    assert tts.adjusted(voice="abc", language="de") is tts.adjusted(voice="abc", language="de")
    assert tts.adjusted(language="de").language == "de"
    assert tts.price is not None
    with pytest.raises(ValueError, match="instructions"):
        tts.adjusted(instructions="Softly.")


async def test_the_key_shows_nowhere(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(CartesiaServerOptions(fault="cut", fault_every=1)) as world:
        tts = world.tts(api_key="sk-not-for-logs")
        with pytest.raises(ConnectionLost) as caught:
            await said(tts)
    assert "sk-not-for-logs" not in f"{tts!r} {tts.url} {caught.value!r} {vars(tts)} {caplog.text} {world.sent}"


async def test_an_idle_connection_is_closed_and_replaced(autojump_clock: MockClock) -> None:
    async with (
        serving(CartesiaServerOptions(idle_timeout=3)) as world,
        Conversation(speech(world.tts(), "en"), RecordingOutput()) as conversation,
    ):
        for pause in (2.99, 3.0, 10):
            assert (await conversation.say([TEXT])).heard == TEXT
            await trio.sleep(pause)
