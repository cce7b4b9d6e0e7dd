"""`GET /v1/status`: an operator sees which provider is down, since when, and why, and nothing of what was said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp
from tests.unit.adapters.service.http.asgi import Client, app_of, asking
from tests.unit.triolet.failover._talking_providers import FIRST, SECOND, Provider
from trio.testing import MockClock

from triolet import Failover
from triolet.errors import ConnectionFailed, ServiceError, Unspeakable

SPEECH = {"input": "Something secret.", "response_format": "pcm"}


async def model_of(app: ASGIApp) -> dict[str, Any]:
    client = Client(b"", "/v1/status", "GET")
    await client.ask(app)
    assert b"secret" not in client.answer
    [model] = json.loads(client.answer)["models"]
    return dict(model)


async def test_it_names_the_provider_that_is_down_since_when_and_why(autojump_clock: MockClock) -> None:
    first, second = Provider(FIRST), Provider(SECOND)
    async with app_of(Failover(first, second, names=["qwen", "triolet"])) as (app, _):
        fresh = await model_of(app)
        assert (fresh["up"], [provider["up"] for provider in fresh["providers"]]) == (None, [None, None])

        first.refusal = ConnectionFailed("no connection to example.com:443: refused")
        await asking(SPEECH).ask(app)
        qwen, triolet = (down := await model_of(app))["providers"]
        assert down["up"]
        assert (qwen["provider"], qwen["up"], qwen["speaks"]) == ("qwen", False, False)
        assert qwen["reason"] == "ConnectionFailed: no connection to example.com:443: refused"
        assert abs((datetime.fromisoformat(qwen["since"]) - datetime.now(UTC)).total_seconds()) < 60
        assert (triolet["provider"], triolet["up"], triolet["speaks"], triolet["reason"]) == (
            "triolet",
            True,
            True,
            None,
        )

        second.failure = ServiceError(
            "cannot say 'Something secret.'", code="400", message="cannot say 'Something secret.'"
        )
        await asking(SPEECH).ask(app)
        both = await model_of(app)
        assert not both["up"]
        assert both["providers"][1]["reason"] == "ServiceError 400"


async def test_a_voice_without_others_is_down_from_its_first_failure_until_it_speaks(autojump_clock: MockClock) -> None:
    voice = Provider(FIRST)
    async with app_of(voice) as (app, _):
        await asking(SPEECH).ask(app)
        assert (await model_of(app))["up"]
        voice.failure = Unspeakable("this voice has no sounds for 'Something secret.'")
        await asking(SPEECH).ask(app)
        assert (await model_of(app))["up"]  # which says nothing of the voice

        voice.failure = ServiceError("a fault", code="500", retryable=False)
        await asking(SPEECH).ask(app)
        [provider] = (down := await model_of(app))["providers"]
        assert (down["up"], provider["up"], provider["reason"]) == (False, False, "ServiceError 500")
        assert provider["since"] is not None

        voice.failure = None
        await asking(SPEECH).ask(app)
        well = await model_of(app)
        assert (well["up"], well["providers"][0]["reason"], well["providers"][0]["since"]) == (True, None, None)
