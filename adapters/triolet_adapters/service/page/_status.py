"""`GET /v1/status`: which models there are and whether they are up, for the page and for people."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import trio
from starlette.requests import Request
from starlette.responses import Response

from triolet import TTS, Failover, PoolStatistics
from triolet_adapters.service.process import Service
from triolet_adapters.service.voices import ServedVoice
from triolet_adapters.shared.json import dumps
from triolet_adapters.watching import WatchedTTS


class Status:
    """The handler."""

    def __init__(self, service: Service, *, language_model: bool) -> None:
        self._service = service
        self._language_model = language_model

    async def answer(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            Refused: the caller may not know.
        """
        service = self._service
        service.guard.check_place(request.headers)
        service.guard.caller(request.headers)
        statistics = service.pools.statistics()
        voices = service.voices
        status = {
            "default": voices.default.name,
            "models": [_shown(served, statistics) for served in voices.models.values()],
            "language_model": self._language_model,
            "draining": service.draining.is_set(),
            "turns": service.guard.turns,
        }
        return Response(dumps(status), media_type="application/json", headers={"Cache-Control": "no-store"})


def _shown(served: ServedVoice, statistics: dict[TTS, PoolStatistics]) -> dict[str, Any]:
    tts = served.make(None)
    providers = _providers(tts) if isinstance(tts, Failover) else [_provider(served.name, _pools(tts, statistics))]
    known = [provider["up"] for provider in providers if provider["up"] is not None]
    return {
        "model": served.name,
        "voices": list(served.voices),
        "voice": served.default,
        "language": served.language,
        "speed": None if served.speeds is None else list(served.speeds),
        "up": any(known) if known else None,
        "providers": providers,
    }


def _providers(tts: Failover) -> list[dict[str, Any]]:
    """Those of a voice that falls back, in the order of preference."""
    found = tts.statistics()
    return [
        {
            "provider": one.name,
            "up": one.up if one.commits or one.failures or one.probes else None,
            "speaks": one.name == found.in_use,
            "since": _wall_clock(one.since),
            "reason": one.unquoted,
            "commits": one.commits,
        }
        for one in found.providers
    ]


def _provider(name: str, pools: list[PoolStatistics]) -> dict[str, Any]:
    """The one of a voice without others. It is up if any of its settings is: clients may choose settings that it does not have."""
    asked = [pool for pool in pools if pool.opened or pool.failing is not None]
    down = bool(asked) and all(pool.failing is not None for pool in asked)
    last = max(asked, key=lambda pool: pool.failing_since) if down else None
    return {
        "provider": name,
        "up": not down if asked else None,
        "speaks": True,
        "since": None if last is None else _wall_clock(last.failing_since),
        "reason": None if last is None or last.failing is None else last.failing.unquoted,
        "commits": sum(pool.commits for pool in pools),
    }


def _pools(tts: TTS, statistics: dict[TTS, PoolStatistics]) -> list[PoolStatistics]:
    """The sessions of a voice with whatever settings."""
    name = tts.name if isinstance(tts, WatchedTTS) else None
    return [
        pool
        for other, pool in statistics.items()
        if other == tts or (name is not None and isinstance(other, WatchedTTS) and other.name == name)
    ]


def _wall_clock(at: float) -> str | None:
    """A time of Trio's clock, as people and other programs tell the time (RFC 3339). None: never."""
    if not math.isfinite(at):
        return None
    return (datetime.now(UTC) - timedelta(seconds=trio.current_time() - at)).isoformat(timespec="seconds")
