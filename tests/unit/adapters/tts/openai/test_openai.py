"""What the voice asks for and gives, and what it refuses at once."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import trio
from tests.unit.adapters.tts._virtual_http import client_over
from tests.unit.adapters.tts.openai._peers import BASE, Script, scripted, serving
from trio.testing import MockClock

from triolet import Conversation, speech
from triolet.errors import AuthenticationFailed, ConnectionFailed, ConnectionLost, ServiceError
from triolet.testing import Link, RecordingOutput, ToneTTS, decode
from triolet_adapters.tts import OpenAITTS
from triolet_adapters.tts.frame import HTTPOptions, HTTPVoice, InsecureKey, MissingKey
from triolet_adapters.tts.openai import SERVICES
from triolet_adapters.tts.openai.server import OpenAIServerOptions

TEXT = "Hello there, all of you."


async def said(tts: OpenAITTS, *texts: str) -> bytes:
    pcm = bytearray()
    async with tts.connect() as session:
        for text in texts or (TEXT,):
            await session.commit(text, pcm.extend)
    return bytes(pcm)


@pytest.mark.parametrize("stream_format", ["audio", "sse"])
@pytest.mark.parametrize("options", [{}, {"odd": True, "piece": 0.013}, {"answer": "whole"}, {"sse_marker": True}])
async def test_every_sample_comes_once(autojump_clock: MockClock, stream_format: Any, options: dict[str, Any]) -> None:
    async with serving(OpenAIServerOptions(**options), link=Link(split=700)) as world:
        pcm = await said(world.tts(stream_format=stream_format), TEXT, "And again.", TEXT)
        assert len(pcm) == 2 * sum(map(world.voice.samples_of, (TEXT, "And again.", TEXT)))
        assert len(decode(pcm).runs) == 3
        assert decode(pcm).unreadable == 0
        assert len(world.network.connections) == 1, "one connection for all commits of a session"


@pytest.mark.parametrize("response_format", ["wav", "mp3", "opus", "aac", "flac"])
async def test_other_formats_are_decoded(autojump_clock: MockClock, response_format: Any) -> None:
    async with serving(link=Link(split=700)) as world:
        pcm = await said(world.tts(response_format=response_format))
        samples = world.voice.samples_of(TEXT)
        if response_format in ("wav", "flac"):
            assert len(pcm) == 2 * samples
            assert decode(pcm).unreadable == 0
        else:
            assert abs(len(pcm) / 2 - samples) < 2400, "an encoder's delay and padding"


async def test_it_is_a_voice_for_a_conversation(autojump_clock: MockClock) -> None:
    output = RecordingOutput()
    async with (
        serving(voice=ToneTTS(first_audio=0.2, pace=4)) as world,
        Conversation(speech(world.tts(), "en"), output) as conversation,
    ):
        result = await conversation.say(["One sentence. ", "Another one, after it. "], voice="nova")
        assert result.heard.strip() == "One sentence. Another one, after it."
        async with trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, ["A long story about a river. " * 20])
            await trio.sleep(1.5)
            conversation.interrupt()
        await trio.sleep(0.5)
        assert world.server.open == 0, "the service goes on for a turn that was interrupted"


async def test_a_cut_and_a_stall_lose_no_word(autojump_clock: MockClock) -> None:
    for fault in ("cut", "stall"):
        output = RecordingOutput()
        options = OpenAIServerOptions(fault=fault, fault_after=0.5, fault_every=3)
        async with serving(options, ToneTTS(first_audio=0.1, pace=3)) as world:
            tts = world.tts(options=HTTPOptions(chunk_timeout=2))
            async with Conversation(speech(tts, "en"), output) as conversation:
                text = "The first of the sentences. The second one, which is longer. And the third one is the last."
                assert (await conversation.say([text])).heard == text


async def test_requests_are_as_documented(autojump_clock: MockClock) -> None:
    heard: list[str] = []

    async def script(server: Script) -> None:
        heard.append(await server.request())
        await server.head("audio/pcm", "Content-Length: 4")
        await server.raw(bytes(4))

    async with scripted(
        script, api_key="sk-x", voice="voice_1", speed=1.5, instructions="Calmly.", extra={"seed": 7}
    ) as tts:
        await said(tts, "“Hello” — you.")
    head, _, body = heard[0].partition("\r\n\r\n")
    assert head.startswith("POST /v1/audio/speech HTTP/1.1\r\n")
    assert "authorization: bearer sk-x" in head.lower()
    assert body == (
        '{"input":"\\u201cHello\\u201d \\u2014 you.","voice":{"id":"voice_1"},"model":"gpt-4o-mini-tts","response_format":"pcm",'
        '"stream_format":"audio","speed":1.5,"instructions":"Calmly.","seed":7}'
    )


@pytest.mark.parametrize("service", SERVICES)
async def test_each_service_gets_what_it_takes(autojump_clock: MockClock, service: Any) -> None:
    fields = OpenAITTS(service=service, api_key="k").request("Hi.")
    assert fields["model"] == SERVICES[service].model
    assert ("stream_format" in fields and fields["stream_format"] is not None) == (service in ("openai", "speaches"))
    assert fields.get("sample_rate") == (24_000 if service == "speaches" else None)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"service": "other"}, "service is 'other'"),
        ({"base_url": "https://api.openai.com/v1/audio/speech"}, "without /audio/speech"),
        ({"base_url": "ftp://x/v1"}, "url is 'ftp"),
        ({"base_url": "https://me:secret@x/v1"}, "holds a user or password"),
        ({"response_format": "ogg"}, "response_format is 'ogg'"),
        ({"stream_format": "both"}, "stream_format is 'both'"),
        ({"service": "kokoro", "stream_format": "sse"}, "kokoro does not have"),
        ({"model": "tts-1", "stream_format": "sse"}, "tts-1 does not have"),
        ({"model": "tts-1", "instructions": "Softly."}, "takes no instructions"),
        ({"speed": 5}, "speed is 5"),
        ({"voice": ""}, "voice is ''"),
        ({"extra": {"input": "x"}}, "extra has input"),
        ({"api_key": "sk\n"}, "api_key must be"),
        ({"proxy": "http://p", "client": object()}, "client connects by itself"),
    ],
)
def test_what_cannot_be_right_is_told_at_once(settings: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"api_key": "sk-secret", **settings}
    with pytest.raises(ValueError, match=words) as caught:
        OpenAITTS(**asked)
    assert "secret" not in str(caught.value)


def test_an_unknown_voice_of_openai_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="voice 'aloy' is not known"):
        OpenAITTS(api_key="k", voice="aloy")
    OpenAITTS(base_url="http://localhost:1/v1", voice="af_heart")


def test_the_key_goes_to_its_issuer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    assert OpenAITTS()._key.reveal() == "sk-of-openai"
    assert not OpenAITTS(base_url="https://other.example/v1")._key
    assert not OpenAITTS(service="kokoro")._key
    with pytest.raises(InsecureKey):
        OpenAITTS(base_url="http://other.example/v1", api_key="sk-x")
    assert OpenAITTS(base_url="http://other.example/v1", api_key="sk-x", allow_insecure=True)._key
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(MissingKey, match="OPENAI_API_KEY"):
        OpenAITTS()


async def test_a_wrong_key_is_known_before_any_text_and_shows_nowhere(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(OpenAIServerOptions(api_key="sk-right")) as world:
        with pytest.raises(AuthenticationFailed) as caught:
            await said(world.tts(api_key="sk-wrong-one"))
        with pytest.raises(AuthenticationFailed) as again:
            await said(world.tts(api_key="sk-wrong-one", options=HTTPOptions(knock=False)))
        assert await said(world.tts(api_key="sk-right"))
    assert not world.voice.commits[1:]
    shown = f"{caught.value!r} {again.value!r} {world.tts(api_key='sk-wrong-one')!r} {caplog.text}"
    assert "sk-wrong-one" not in shown
    assert again.value.message == "Invalid API-key provided."


async def test_refusals_are_typed(autojump_clock: MockClock) -> None:
    async with serving(
        OpenAIServerOptions(models=("m",), voices=("v",), requests_per_minute=3, retry_after=True)
    ) as world:
        with pytest.raises(ServiceError, match=r"model 'n' does not exist.*Is the URL right") as caught:
            await said(world.tts(model="n"))
        assert (caught.value.code, caught.value.retryable) == ("model_not_found", False)
        with pytest.raises(ServiceError, match="voice 'w' is not known") as caught:
            await said(world.tts(model="m", voice="w"))
        assert not caught.value.retryable
        await said(world.tts(model="m", voice="v"))
        with pytest.raises(ServiceError, match="Retry-After") as caught:
            await said(world.tts(model="m", voice="v"))
        assert caught.value.throttled
        assert caught.value.retry_after == 60
    async with serving(OpenAIServerOptions(fails="before", errors="fastapi")) as world:
        with pytest.raises(ServiceError, match=r"localhost answered 500 .*: the voice has failed") as caught:
            await said(world.tts())
        assert (caught.value.code, caught.value.retryable) == ("server_error", True)


async def test_nobody_listens_is_said(autojump_clock: MockClock) -> None:
    async with serving() as world:
        tts = OpenAITTS(base_url="http://nowhere:9/v1", client=client_over(world.network))
        with pytest.raises(ConnectionFailed, match="no connection to nowhere:9"):
            await said(tts)


async def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing(autojump_clock: MockClock) -> None:
    requests = 0

    async def script(server: Script) -> None:
        nonlocal requests
        await server.request()
        requests += 1
        await server.head("audio/pcm", "Content-Length: 4")
        await server.raw(bytes(4))
        await server.request()  # the second is read and not answered
        server.connection.reset()

    async with scripted(script) as tts:
        assert await said(tts, TEXT, TEXT) == bytes(8)
    assert requests == 2


async def test_a_new_connection_that_breaks_is_no_second_attempt_of_ours(autojump_clock: MockClock) -> None:
    async def script(server: Script) -> None:
        await server.request()
        server.connection.reset()

    async with scripted(script, options=HTTPOptions(knock=False)) as tts:
        with pytest.raises(ConnectionLost, match="the connection to localhost broke"):
            await said(tts)


async def test_a_voice_of_ones_own_is_a_few_lines(autojump_clock: MockClock) -> None:
    class MyVoice(HTTPVoice):
        def request(self, text: str) -> dict[str, Any]:
            return {"input": text, "model": "m", "voice": "anna", "response_format": "pcm"}

    async with serving() as world:
        tts = MyVoice(f"{BASE}/audio/speech", sample_rate=24_000, client=client_over(world.network))
        pcm = bytearray()
        async with tts.connect() as session:
            await session.commit(TEXT, pcm.extend)
        assert len(pcm) == 2 * world.voice.samples_of(TEXT)


def test_prices_are_dated() -> None:
    price = OpenAITTS(api_key="k", model="tts-1").price
    assert price is not None
    assert (price.amount, price.per, price.unit) == (15, 1_000_000, "characters")
    assert price.read
    assert OpenAITTS(service="kokoro").price is None
    assert OpenAITTS(base_url="https://tts.example/v1", model="tts-1", api_key="k").price is None
    assert not OpenAITTS(service="kokoro").bills


def test_a_text_may_be_as_long_as_the_service_takes() -> None:
    tts = OpenAITTS(api_key="k")
    assert tts.request("a" * 4096)["input"] == "a" * 4096
    with pytest.raises(ValueError, match="4097"):
        tts.request("a" * 4097)


async def test_a_client_that_was_given_stays_open(autojump_clock: MockClock) -> None:
    async with serving() as world:
        client = client_over(world.network)
        async with world.tts(client=client).connect() as session:
            await session.commit("Hello there.", bytearray().extend)
        assert not client.is_closed
        await client.aclose()
