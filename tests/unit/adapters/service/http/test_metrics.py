"""`GET /metrics`, and the traces of requests."""

from __future__ import annotations

import hashlib

from tests.unit.adapters.service.http.asgi import Client, asking
from trio.testing import MockClock

from triolet_adapters.service import Service, ServiceConfig, create_app

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


async def test_it_asks_for_a_key_where_speech_does(autojump_clock: MockClock) -> None:
    async with Service(ServiceConfig.read(TOML + KEY)) as service:
        app = create_app(service)
        refused, told = (
            Client(b"", "/metrics", "GET", headers=headers) for headers in ({}, {"authorization": "Bearer secret"})
        )
        await refused.ask(app)
        await told.ask(app)
    assert (refused.status, told.status) == (401, 200)
