"""`GET /metrics`, and the traces of requests."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.unit.adapters.service.http.asgi import Client, asking
from trio.testing import MockClock

from triolet_adapters.service import Service, ServiceConfig, create_app
from triolet_adapters.watching.trace import load_turn

TOML = """
default = "main"
[voices.main]
tts = "tone"
fallback = ["other"]
[voices.other]
tts = "tone"
"""
KEY = f"""
[keys.alice]
sha256 = "{hashlib.sha256(b"secret").hexdigest()}"
"""


async def test_it_tells_of_the_turns_that_were_said(autojump_clock: MockClock) -> None:
    async with Service(ServiceConfig.read(TOML)) as service:
        app = create_app(service)
        said, figures = asking({"input": "Hello there.", "response_format": "pcm"}), Client(b"", "/metrics", "GET")
        await said.ask(app)
        await figures.ask(app)
    assert said.status == figures.status == 200
    lines = figures.answer.decode().splitlines()
    assert 'triolet_turns_total{outcome="heard",voice="main"} 1.0' in lines
    assert 'triolet_commits_total{outcome="complete",provider="main",voice="main"} 1.0' in lines
    assert 'triolet_provider_up{provider="other",voice="main"} 1.0' in lines
    assert 'triolet_failovers_total{voice="main"} 0.0' in lines
    assert any(line.startswith("triolet_sessions_opened_total{") for line in lines)


async def test_a_turn_is_kept_for_a_trace_by_its_name(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with Service(ServiceConfig.read(f"record_dir = {json.dumps(str(tmp_path))}{TOML}")) as service:
        said = asking({"input": "Hello there.", "response_format": "pcm"})
        await said.ask(create_app(service))
    [folder] = tmp_path.iterdir()  # noqa: ASYNC240 -- nothing else runs
    assert (b"x-request-id", folder.name.encode()) in said.messages[0]["headers"]
    picture = load_turn(folder)
    assert (picture.outcome, len(picture.phrases), picture.phrases[0].words) == ("heard", 1, "")


async def test_phrases_that_come_again_are_kept_where_that_is_configured(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    async with Service(ServiceConfig.read(f"cache = {json.dumps(str(tmp_path))}{TOML}")) as service:
        await asking({"input": "Hello there.", "response_format": "pcm"}).ask(create_app(service))
    assert len(list(tmp_path.glob("*/*"))) == 1  # noqa: ASYNC240 -- nothing else runs


async def test_it_asks_for_a_key_where_speech_does(autojump_clock: MockClock) -> None:
    async with Service(ServiceConfig.read(TOML + KEY)) as service:
        app = create_app(service)
        refused, told = (
            Client(b"", "/metrics", "GET", headers=headers) for headers in ({}, {"authorization": "Bearer secret"})
        )
        await refused.ask(app)
        await told.ask(app)
    assert (refused.status, told.status) == (401, 200)
