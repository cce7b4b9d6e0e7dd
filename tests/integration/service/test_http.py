"""The service over a real socket: one of it for many requests."""

from __future__ import annotations

import httpx2
import pytest
from tests.integration.service.serving import serving

from triolet.testing import ToneTTS, decode
from triolet_adapters.service import Limits, ServiceConfig

TEXT = "Hello there. How are you?"


async def test_it_tells_what_there_is_and_refuses_in_json() -> None:
    config = ServiceConfig(port=0, limits=Limits(characters=50, body=2_000))
    async with serving(config=config) as served, httpx2.AsyncClient(base_url=served.url) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        assert (await client.get("/v1/voices")).json()["default"] == "triolet"
        for status, code, answer in (
            (404, "not_found", await client.get("/v2")),
            (405, "method_not_allowed", await client.get("/v1/audio/speech")),
            (415, "unsupported_media_type", await client.post("/v1/audio/speech", data={"input": TEXT})),
            (413, "body_too_long", await client.post("/v1/audio/speech", content=b" " * 1_000_000)),
            (400, "invalid_json", await client.post("/v1/audio/speech", content=b"[]")),
            (421, "forbidden_host", await client.get("/v1/voices", headers={"Host": "evil.example"})),
            (403, "forbidden_origin", await client.get("/v1/voices", headers={"Origin": "https://evil.example"})),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        silent = await client.post("/v1/audio/speech", json={"input": "...", "response_format": "pcm"})
        assert silent.content == bytes(4_800)
        for fields, param in (
            ({}, "input"),
            ({"input": ""}, "input"),
            ({"input": "a" * 51}, "input"),
            ({"input": TEXT, "model": "other"}, "model"),
            ({"input": TEXT, "voice": "other"}, "voice"),
            ({"input": TEXT, "voice": {"name": "other"}}, "voice"),
            ({"input": TEXT, "speed": 2}, "speed"),
            ({"input": TEXT, "speed": True}, "speed"),
            ({"input": TEXT, "instructions": "Whisper."}, "instructions"),
            ({"input": TEXT, "language": "xx-nothing"}, "language"),
            ({"input": TEXT, "response_format": "wma"}, "response_format"),
            ({"input": TEXT, "stream": True}, "stream"),
        ):
            answer = await client.post("/v1/audio/speech", json=fields)
            assert answer.status_code == (404 if param == "model" else 400)
            assert answer.json()["error"]["param"] == param
            assert answer.headers["x-request-id"].startswith("turn_")


@pytest.mark.parametrize("rate", [24_000, 16_000])
async def test_every_sample_of_pcm_comes(rate: int) -> None:
    tone = ToneTTS(sample_rate=rate)
    async with serving(tone) as served, httpx2.AsyncClient(base_url=served.url) as client:
        answer = await client.post("/v1/audio/speech", json={"input": TEXT, "response_format": "pcm"})
    assert answer.headers["content-type"] == "audio/pcm"
    seconds = sum(commit.samples for commit in tone.commits) / rate
    assert len(answer.content) / 2 / 24_000 == pytest.approx(seconds, abs=0.9)  # and the pauses between sentences
    if rate == 24_000:
        assert [run.stop for run in decode(answer.content).runs] == [commit.samples for commit in tone.commits]
