"""The official SDK `openai` as the judge of our local server: its documented calls, over a real socket, in one process."""

from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path
from typing import Any

import openai
import pytest
import trio
from openai import OpenAI

from triolet.testing import ToneTTS, decode
from triolet_adapters.shared.json import from_base64
from triolet_adapters.tts.openai.server import OpenAIServer, OpenAIServerOptions

TEXT = "Hello there, all of you."
VOICE = ToneTTS()
OPTIONS = OpenAIServerOptions(api_key="sk-right", models=("gpt-4o-mini-tts",), voices=("coral", "voice_1"))


async def with_sdk(act: Any, tmp_path: Path, options: OpenAIServerOptions, **client: Any) -> Any:
    server = OpenAIServer(VOICE, options)
    async with trio.open_nursery() as nursery:
        url: str = await nursery.start(server.serve)

        def run() -> Any:
            base = url.removesuffix("/audio/speech")
            asked: dict[str, Any] = {"base_url": base, "api_key": "sk-right", "max_retries": 0, **client}
            with OpenAI(**asked) as sdk:
                try:
                    return act(sdk, tmp_path)
                except openai.APIStatusError as error:
                    return error

        result = await trio.to_thread.run_sync(run)
        nursery.cancel_scope.cancel()
    if isinstance(result, Exception):
        raise result
    return result


def documented_example(sdk: OpenAI, tmp_path: Path) -> bytes:
    """`with_streaming_response` and `stream_to_file`, as the guide has it."""
    file = tmp_path / "speech.pcm"
    with sdk.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="coral", input=TEXT, instructions="Cheerfully.", response_format="pcm"
    ) as response:
        response.stream_to_file(file)
    return file.read_bytes()


def whole(sdk: OpenAI, _tmp_path: Path) -> bytes:
    answer = sdk.audio.speech.create(
        model="gpt-4o-mini-tts", voice={"id": "voice_1"}, input=TEXT, response_format="pcm", speed=1.0
    )
    return bytes(answer.content)


def pieces(sdk: OpenAI, _tmp_path: Path) -> bytes:
    with sdk.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="coral", input=TEXT, response_format="pcm"
    ) as response:
        return b"".join(response.iter_bytes())


def event_stream(sdk: OpenAI, _tmp_path: Path) -> bytes:
    with sdk.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="coral", input=TEXT, response_format="pcm", stream_format="sse"
    ) as response:
        lines = [line for line in response.iter_lines() if line.startswith("data:")]
    events = [json.loads(line.removeprefix("data:")) for line in lines]
    assert [kind for kind, _ in itertools.groupby(event["type"] for event in events)] == [
        "speech.audio.delta",
        "speech.audio.done",
    ]
    assert set(events[-1]["usage"]) == {"input_tokens", "output_tokens", "total_tokens"}
    return b"".join(from_base64(event["audio"]) for event in events[:-1])


@pytest.mark.parametrize("act", [documented_example, whole, pieces, event_stream])
async def test_the_sdk_gets_every_sample(act: Any, tmp_path: Path) -> None:
    pcm = await with_sdk(act, tmp_path, OPTIONS)
    assert len(pcm) == 2 * VOICE.samples_of(TEXT)
    assert decode(pcm).unreadable == 0


def says(sdk: OpenAI, _tmp_path: Path, **changes: Any) -> Any:
    asked: dict[str, Any] = {"model": "gpt-4o-mini-tts", "voice": "coral", "input": "Hi.", **changes}
    return sdk.audio.speech.create(**asked).content


@pytest.mark.parametrize(
    ("changes", "client", "kind", "code"),
    [
        ({"model": "other"}, {}, openai.NotFoundError, "model_not_found"),
        ({"voice": "other"}, {}, openai.BadRequestError, "invalid_value"),
        ({"input": "x" * 4097}, {}, openai.BadRequestError, "string_too_long"),
        ({"speed": 9}, {}, openai.BadRequestError, "invalid_value"),
        ({"input": ""}, {}, openai.BadRequestError, "missing_required_parameter"),
        ({}, {"api_key": "sk-wrong"}, openai.AuthenticationError, "InvalidApiKey"),
    ],
)
async def test_the_sdk_sees_errors_as_the_vendors(
    changes: dict[str, Any], client: dict[str, Any], kind: type[openai.APIStatusError], code: str, tmp_path: Path
) -> None:
    with pytest.raises(kind) as caught:
        await with_sdk(functools.partial(says, **changes), tmp_path, OPTIONS, **client)
    assert caught.value.code == code


async def test_the_sdk_waits_when_it_is_told_to(tmp_path: Path) -> None:
    """It asks again by itself, after what `Retry-After` says, and not before."""
    with pytest.raises(openai.RateLimitError) as caught:
        await with_sdk(says, tmp_path, OpenAIServerOptions(requests_per_minute=0, retry_after=True))
    assert caught.value.response.headers["retry-after"] == "60"
    assert caught.value.code == "rate_limit_exceeded"
