"""The official SDK `openai` as the judge of the service, over a real socket: one service for all its calls."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import av
import openai
import pytest
import trio
from openai import OpenAI
from tests.integration.service.serving import serving

from triolet.testing import ToneTTS
from triolet_adapters.service import KeyConfig, Limits, ServiceConfig
from triolet_adapters.service.config import hash_of
from triolet_adapters.service.guard import new_key

TEXT = "Hello there, all of you. How are you today?"
KEY, POOR = new_key(), new_key()
CONFIG = ServiceConfig(
    port=0,
    keys={"sdk": KeyConfig(sha256=hash_of(KEY)), "poor": KeyConfig(sha256=hash_of(POOR), requests_per_minute=1)},
    limits=Limits(characters=200),
)


async def test_the_sdk_gets_speech_in_every_format_and_errors_it_knows(tmp_path: Path) -> None:
    async with serving(ToneTTS(), CONFIG, voices=("tone",), default="tone") as served:
        await trio.to_thread.run_sync(act, served.url, tmp_path)


def act(url: str, folder: Path) -> None:
    with OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as sdk:
        for kind in ("mp3", "opus", "aac", "flac", "wav", "pcm"):
            file = folder / f"speech.{kind}"
            with sdk.audio.speech.with_streaming_response.create(
                model="triolet", voice="tone", input=TEXT, response_format=kind
            ) as response:
                response.stream_to_file(file)
            assert seconds(file) == pytest.approx(0.06 * len(TEXT) + 0.35, abs=0.4), kind
        answer = sdk.audio.speech.create(model="triolet", voice={"id": "tone"}, input=TEXT, speed=1.0)
        assert answer.content[:3] == b"ID3" or answer.content[0] == 0xFF  # mp3, as OpenAI's
        assert str(answer.response.headers["x-request-id"]).startswith("turn_")
        with sdk.audio.speech.with_streaming_response.create(
            model="triolet", voice="tone", input=TEXT, response_format="pcm", stream_format="sse"
        ) as response:
            lines = [line for line in response.iter_lines() if line.startswith("data:")]
        kinds = [json.loads(line.removeprefix("data:"))["type"] for line in lines]
        assert [kind for kind, _ in itertools.groupby(kinds)] == ["speech.audio.delta", "speech.audio.done"]
        for changes, error, code in (
            ({"model": "other"}, openai.NotFoundError, "model_not_found"),
            ({"voice": "other"}, openai.BadRequestError, "invalid_value"),
            ({"input": "x" * 201}, openai.BadRequestError, "string_too_long"),
            ({"instructions": "Whisper."}, openai.BadRequestError, "invalid_value"),
            ({"extra_body": {"stream": True}}, openai.BadRequestError, "unknown_parameter"),
            ({"extra_headers": {"Authorization": "Bearer x"}}, openai.AuthenticationError, "invalid_api_key"),
        ):
            assert failure(sdk, changes, error) == code
        poor = sdk.with_options(api_key=POOR)
        says(poor)
        assert failure(poor, {}, openai.RateLimitError) == "rate_limit_exceeded"
    curl(url, folder / "curl.wav")


def says(sdk: OpenAI, **changes: Any) -> Any:
    asked: dict[str, Any] = {"model": "triolet", "voice": "tone", "input": "Hi.", **changes}
    return sdk.audio.speech.create(**asked)


def failure(sdk: OpenAI, changes: dict[str, Any], kind: type[openai.APIStatusError]) -> str:
    with pytest.raises(kind) as caught:
        says(sdk, **changes)
    assert caught.value.type
    return str(caught.value.code)


def curl(url: str, file: Path) -> None:
    fields = json.dumps({"input": TEXT, "response_format": "wav"})
    headers = ["-H", f"Authorization: Bearer {KEY}", "-H", "Content-Type: application/json"]
    call = ["curl", "-sSf", f"{url}/v1/audio/speech", *headers, "-d", fields, "-o", str(file)]
    subprocess.run(call, check=True, timeout=60)
    assert seconds(file) == pytest.approx(0.06 * len(TEXT) + 0.35, abs=0.4)


def seconds(file: Path) -> float:
    if file.suffix == ".pcm":
        return file.stat().st_size / 48_000
    with av.open(str(file)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
