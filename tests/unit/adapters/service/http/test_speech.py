"""`POST /v1/audio/speech` where it matters when things happen: without a socket, in virtual time."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio
from starlette.types import Message
from tests.unit.adapters.service.http.asgi import app_of, asking
from trio.testing import MockClock

from triolet.errors import AuthenticationFailed, ServiceError, TTSError
from triolet.testing import ScriptedTTS, ToneTTS, decode
from triolet_adapters.service import Limits, ServiceConfig
from triolet_adapters.shared.json import from_base64

TEXT = "The first sentence is here. The second one comes after it. And this is the third of them."
PCM = {"input": TEXT, "response_format": "pcm"}
SOUND = b"\x00\x20" * 24_000


async def test_it_sounds_while_the_voice_speaks(autojump_clock: MockClock) -> None:
    tone = ToneTTS(pace=1.0, first_audio=0.5)
    arrivals: list[float] = []

    async def note(_: Message) -> None:
        arrivals.append(trio.current_time() - began)

    async with app_of(tone) as (app, _):
        began = trio.current_time()
        client = asking(PCM, on_message=note)
        await client.ask(app)
    assert arrivals[1] < 1  # the first sound, long before the voice is done
    assert arrivals[-1] > 4
    assert client.ended
    assert [run.stop for run in decode(client.answer).runs] == [commit.samples for commit in tone.commits]


async def test_a_client_that_leaves_ends_its_turn(autojump_clock: MockClock) -> None:
    tone = ToneTTS(pace=1.0)
    async with app_of(tone) as (app, service):

        async def leave(_: Message) -> None:
            client.gone.set()

        client = asking(PCM, on_message=leave)
        await client.ask(app)
        assert trio.current_time() < 2
        assert service.guard.turns == 0
    assert not client.ended
    assert tone.open == 0


async def test_a_client_that_takes_nothing_holds_the_voice_back_and_is_given_up(autojump_clock: MockClock) -> None:
    text = " ".join(f"This is sentence number {number} of many." for number in range(80))
    tone = ToneTTS()
    config = ServiceConfig(limits=Limits(send_timeout=30))

    async def never(message: Message) -> None:
        if message["type"] == "http.response.body":
            await trio.sleep_forever()

    async with app_of(tone, config) as (app, service), trio.open_nursery() as nursery:
        client = asking({"input": text, "response_format": "pcm"}, on_message=never)
        nursery.start_soon(client.ask, app)
        await trio.sleep(29)
        assert sum(len(commit.text) for commit in tone.commits) < len(text) / 4
        assert service.guard.turns == 1
        await trio.sleep(10)
        assert len(tone.commits) < 20  # its turn has ended, though the server below still waits to send
        client.gone.set()
    assert service.guard.turns == 0


@pytest.mark.parametrize(
    ("error", "status", "code", "wait"),
    [
        (AuthenticationFailed("the key is wrong"), 502, "voice_error", None),
        (ServiceError("too fast", throttled=True, retry_after=100), 503, "busy", "100"),
        (ServiceError("no such voice", retryable=False), 502, "voice_error", None),
    ],
)
async def test_a_voice_that_fails_before_it_sounds_has_a_status(
    error: TTSError, status: int, code: str, wait: str | None, autojump_clock: MockClock
) -> None:
    async with app_of(ScriptedTTS([[error]])) as (app, _):
        client = asking({**PCM, "response_format": "wav"})
        await client.ask(app)
    assert (client.status, client.error["code"]) == (status, code)
    headers = dict(client.messages[0]["headers"])
    assert headers.get(b"retry-after") == (None if wait is None else wait.encode())


@pytest.mark.parametrize("fields", [{}, {"stream_format": "sse"}])
async def test_a_voice_that_fails_within_is_not_taken_for_the_end(
    fields: dict[str, Any], autojump_clock: MockClock
) -> None:
    async with app_of(ScriptedTTS([[SOUND], [ServiceError("broken", retryable=False)]])) as (app, _):
        client = asking({**PCM, **fields})
        await client.ask(app)
    assert client.status == 200
    if not fields:
        assert not client.ended  # hypercorn then cuts the connection
        return
    kinds = [line for line in client.answer.decode().splitlines() if line.startswith("event: ")]
    assert (kinds[0], kinds[-1]) == ("event: speech.audio.delta", "event: error")
    assert client.ended


async def test_an_event_stream_has_the_audio_and_its_cost(autojump_clock: MockClock) -> None:
    tone = ToneTTS()
    async with app_of(tone) as (app, _):
        client = asking({**PCM, "stream_format": "sse"})
        await client.ask(app)
    data = [json.loads(line[6:]) for line in client.answer.decode().splitlines() if line.startswith("data: ")]
    audio = b"".join(from_base64(event["audio"]) for event in data[:-1])
    assert sum(run.stop for run in decode(audio).runs) == sum(commit.samples for commit in tone.commits)
    assert data[-1]["usage"]["output_tokens"] == round(20 * len(audio) / 48_000)


async def test_a_body_must_come_in_time(autojump_clock: MockClock) -> None:
    async with app_of(ToneTTS()) as (app, service):
        client = asking(PCM, slow=11)
        await client.ask(app)
        assert (client.status, client.error["code"]) == (408, "body_too_slow")
        assert service.guard.turns == 0


async def test_a_request_lasts_so_long_at_most(autojump_clock: MockClock) -> None:
    async with app_of(ToneTTS(pace=0.01), ServiceConfig(limits=Limits(turn_timeout=60))) as (app, _):
        client = asking(PCM)
        await client.ask(app)
        assert trio.current_time() < 61
    assert not client.ended
