"""What the voice asks for and gives in each dialect, what it does when it is interrupted, and what it refuses at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio
from tests.unit.adapters.tts.omni._peers import serving
from trio.testing import MockClock

from triolet import Conversation, speech
from triolet.errors import AuthenticationFailed, ConnectionFailed, ServiceError
from triolet.testing import Link, RecordingOutput, ToneTTS, decode
from triolet_adapters.tts import OmniTTS
from triolet_adapters.tts.frame import InsecureKey, MissingKey, VoiceOptions
from triolet_adapters.tts.omni import DIALECTS, Dialect

TEXT = "Hello there, all of you. How are you?"
LONG = "A long sentence about the river, which nobody wants to hear. " * 3


async def said(tts: OmniTTS, *texts: str) -> bytes:
    pcm = bytearray()
    async with tts.connect() as session:
        for text in texts or (TEXT,):
            await session.commit(text, pcm.extend)
    return bytes(pcm)


MESSAGES = {
    "vllm": ["session.config", *["input.text", "input.done"] * 2, "session.close"],
    "sglang": ["session.config", *["input.text", "input.commit"] * 2, "input.done"],
    "together": ["input_text_buffer.append", "input_text_buffer.commit"] * 2,
}


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_sample_comes_once(autojump_clock: MockClock, dialect: str) -> None:
    async with serving(dialect, link=Link(split=700)) as world:
        pcm = await said(world.tts(), TEXT, LONG)
        assert decode(pcm).unreadable == 0
        assert world.kinds == MESSAGES[dialect]
        assert len(pcm) == 2 * sum(world.voice.samples_of(commit.text) for commit in world.voice.commits)
        assert " ".join(commit.text for commit in world.voice.commits).split() == f"{TEXT} {LONG}".split()
        assert len(world.network.connections) == 1
        whole = await said(world.tts(response_format="wav"), TEXT)
        assert len(whole) == 2 * sum(world.voice.samples_of(commit.text) for commit in world.voice.commits) - len(pcm)


async def test_what_a_server_is_told_and_what_it_says(autojump_clock: MockClock) -> None:
    """Message for message, as the servers' source has them."""
    settings: dict[str, Any] = {
        "voice": "vivian", "task_type": "CustomVoice", "language": "English", "instructions": "Softly.", "seed": 7, "extra": {"x": 1},
    }  # fmt: skip
    told = {**settings, "x": 1, "type": "session.config", "response_format": "pcm", "stream_audio": True}
    del told["extra"]
    begins = {"sentence_text": "Hi.", "format": "pcm", "sample_rate": 24_000}
    async with serving("vllm") as world:
        await said(world.tts(**settings), "Hi.")
        assert world.sent[0] == told | {"split_granularity": "none"}
        size = 2 * world.voice.samples_of("Hi.")
        place = {"utterance_index": 0, "sentence_index": 0}
        assert world.received == [
            {"type": "audio.start", **place, **begins, "channels": 1},
            {"type": "audio.done", **place, "total_bytes": size, "error": False},
            {"type": "session.done", "utterance_index": 0, "total_sentences": 1},
        ]
    async with serving("sglang") as world:
        await said(world.tts(**settings), "Hi.")
        assert world.sent[0] == told | {"split_granularity": "sentence"}
        number = world.received[0]["session_id"]
        assert world.received == [
            {
                "type": "session.configured", "session_id": number, "response_format": "pcm", "stream_audio": True,
                "split_granularity": "sentence",
            },
            {"type": "audio.start", "id": f"{number}-0", "sentence_index": 0, **begins},
            {"type": "audio.done", "id": f"{number}-0", "sentence_index": 0, "total_bytes": size, "error": False},
            {
                "type": "input.committed", "session_id": number, "segment_index": 0, "segment_sentences": 1, "total_sentences": 1,
            },
        ]  # fmt: skip
    async with serving("together") as world:
        tts = world.tts(voice="tara", language="en", sample_rate=24_000)
        assert tts.url.partition("?")[2] == (
            "voice=tara&model=hexgrad%2FKokoro-82M&language=en&response_format=pcm&sample_rate=24000&segment=never"
        )
        await said(tts, "Hi.")
        assert [message["context_id"] for message in world.sent] == ["triolet-0"] * 2
        kinds = [message["type"].rpartition(".")[2] for message in world.received if "delta" not in message]
        assert kinds == ["created", "received", "done"]


@pytest.mark.parametrize("dialect", ["vllm", "sglang"])
async def test_an_interruption_closes_the_connection_and_so_stops_the_server(
    autojump_clock: MockClock, dialect: str
) -> None:
    async with serving(dialect, pace=2) as world:
        async with world.tts().connect() as session:
            with trio.move_on_after(0.5):
                await session.commit(LONG, bytearray().extend)
            assert not session.reusable
        await trio.sleep(0.1)
        assert world.server.open == 0
        assert await said(world.tts())


@pytest.mark.parametrize("names_contexts", [True, False])
async def test_where_there_are_contexts_an_interruption_leaves_it_open(
    autojump_clock: MockClock, names_contexts: bool
) -> None:
    async with serving("together", pace=2, names_contexts=names_contexts) as world, world.tts().connect() as session:
        for _ in range(6):
            with trio.move_on_after(0.5):
                await session.commit(LONG, bytearray().extend)
            assert session.reusable
            new = bytearray()
            await session.commit(TEXT, new.extend)
            assert len(new) == 2 * world.voice.samples_of(TEXT)
        assert len(world.network.connections) == 1


@pytest.mark.parametrize(
    ("dialect", "closes"), [("vllm", True), ("vllm", False), ("sglang", False), ("together", False)]
)
async def test_a_turn_is_said_whole_whatever_breaks(autojump_clock: MockClock, dialect: str, closes: bool) -> None:
    text = "The first of the sentences. The second one, which is longer. And the third one is the last."
    for fault in ("none", "cut", "stall"):
        output = RecordingOutput()
        async with serving(dialect, pace=3, fault=fault, fault_after=0.5, fault_every=4, closes=closes) as world:
            tts = world.tts(options=VoiceOptions(chunk_timeout=2, ping_interval=None))
            async with Conversation(speech(tts, "en"), output) as conversation:
                assert (await conversation.say([text])).heard == text


@pytest.mark.parametrize("dialect", ["vllm", "sglang"])
async def test_an_unused_session_is_kept_alive(autojump_clock: MockClock, dialect: str) -> None:
    async with serving(dialect) as world, world.tts().connect() as session:
        await trio.sleep(200)
        pcm = bytearray()
        await session.commit("Hello.", pcm.extend)
        assert pcm
        assert world.kinds.count("input.text") in (10, 11), "at 200 s exactly, both are due"


async def test_a_connection_is_left_after_as_many_contexts_as_it_may_have(autojump_clock: MockClock) -> None:
    async with serving("together") as world, world.tts().connect() as session:
        for _ in range(100):
            await session.commit("Hi.", bytearray().extend)
        with trio.fail_after(1):
            await session.ended()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("fails", ["before", "within"])
async def test_the_error_of_a_server_is_typed(autojump_clock: MockClock, dialect: str, fails: str) -> None:
    async with serving(dialect, fails=fails) as world:
        with pytest.raises(ServiceError, match="the voice has failed") as caught:
            await said(world.tts())
        assert caught.value.retryable


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_refusals_are_typed(autojump_clock: MockClock, dialect: str) -> None:
    async with serving(dialect, voices=("vivian",), api_key="sk-right") as world:
        with pytest.raises((ConnectionFailed, ServiceError), match="'nobody'") as caught:
            await said(world.tts(voice="nobody", api_key="sk-right"))
        assert not caught.value.retryable
        with pytest.raises(AuthenticationFailed) as refused:
            await said(world.tts(voice="vivian", api_key="sk-wrong-one"))
        assert "sk-wrong-one" not in f"{refused.value!r} {refused.value.__cause__!r}"
        assert await said(world.tts(voice="vivian", api_key="sk-right"))


async def test_a_recording_of_a_voice_goes_in_one_message(autojump_clock: MockClock) -> None:
    sound = "data:audio/wav;base64," + "A" * 1_000_000
    async with serving("vllm") as world:
        tts = world.tts(task_type="Base", ref_audio=sound, ref_text="What is said.", speed=1.2)
        assert await said(tts)
        assert world.sent[0]["ref_audio"] == sound
        assert world.sent[0]["stream_audio"] is False, "vLLM-Omni streams at speed 1 only"
        assert len(repr(tts.settings)) < 1000


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"dialect": "mistral"}, "dialect is 'mistral'; it must be one of vllm, sglang, together"),
        ({"voice": " "}, "voice is ' '"),
        ({"task_type": "base"}, "task_type is 'base'"),
        ({"task_type": "VoiceDesign"}, "instructions must describe the voice"),
        ({"task_type": "CustomVoice", "ref_text": "a"}, "ref_text goes with task_type 'Base'"),
        ({"ref_audio": "A" * 5_000_000}, "give its URL"),
        ({"response_format": "mp3"}, "response_format is 'mp3'"),
        ({"speed": 5}, "speed is 5"),
        ({"seed": 2**63}, "seed is"),
        ({"sample_rate": 24}, "sample_rate is 24"),
        ({"split": "word"}, "split is 'word'; it must be one of none, sentence, clause"),
        ({"dialect": "sglang", "split": "none"}, "split is 'none'"),
        ({"dialect": "together", "instructions": "a", "seed": 1}, "has no instructions and no seed"),
        ({"extra": {"voice": "a"}}, "extra has voice"),
        ({"base_url": "http://localhost"}, "must begin with wss://"),
        ({"dialect": Dialect(path="/x", fields={}, source="", read="")}, "base_url is missing"),
    ],
)
def test_what_cannot_be_right_is_told_at_once(settings: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"api_key": "sk-secret", **settings}
    with pytest.raises(ValueError, match=words):
        OmniTTS(**asked)


def test_keys_and_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOGETHER_API_KEY", raising=False)
    with pytest.raises(MissingKey, match="TOGETHER_API_KEY"):
        OmniTTS(dialect="together")
    with pytest.raises(InsecureKey):
        OmniTTS(base_url="ws://gpu.example:8091", api_key="sk-secret")
    monkeypatch.setenv("TOGETHER_API_KEY", "sk-secret")
    assert OmniTTS(dialect="together").bills
    own = OmniTTS(base_url="ws://gpu.example:8091/v1")
    assert own.url == "ws://gpu.example:8091/v1/audio/speech/stream"
    assert not own._headers()[1:], "a key from the environment went to a server of one's own"
    assert not own.bills
    assert own.adjusted(voice="ryan") is own.adjusted(voice="ryan")
    assert own.adjusted(voice="ryan").settings.voice == "ryan"
    assert "sk-secret" not in f"{OmniTTS(dialect='together')!r} {vars(OmniTTS(dialect='together'))}"
    with pytest.raises(ValueError, match="cannot change its instructions"):
        OmniTTS(dialect="together").adjusted(instructions="Softly.")


async def test_a_dialect_of_ones_own(autojump_clock: MockClock) -> None:
    """The server is vLLM-Omni's; the words that say so are ours."""
    own = Dialect(
        path="/v1/audio/speech/stream", config="session.config", commit="input.done", finished="session.done",
        fields={"voice": "speaker", "response_format": "response_format"}, streams="stream_audio", source="here", read="today",
    )  # fmt: skip
    async with serving("vllm", ToneTTS()) as world:
        assert await said(world.tts(dialect=own, voice="vivian"))
        assert json.loads(json.dumps(world.sent[0]))["speaker"] == "vivian"
