"""`GET /v1/status`: which models there are and whether they are up, for the page and for people."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from triolet import TTS, Failover, PoolStatistics
from triolet_adapters.service.process import Service
from triolet_adapters.service.voices import ServedVoice
from triolet_adapters.shared.json import dumps


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
    up, detail = _health(served.make(None), statistics)
    return {
        "model": served.name,
        "voices": list(served.voices),
        "voice": served.default,
        "language": served.language,
        "speed": None if served.speeds is None else list(served.speeds),
        "up": up,
        "detail": detail,
    }


def _health(tts: TTS, statistics: dict[TTS, PoolStatistics]) -> tuple[bool | None, str | None]:
    """Whether a voice is up, as far as it was asked; and what there is to say of it. Reasons are not told: they may quote."""
    if isinstance(tts, Failover):
        providers = tts.statistics().providers
        up = [provider.up for provider in providers]
        return any(up), f"{sum(up)} of {len(up)} providers"
    pool = statistics.get(tts)
    if pool is None or not (pool.opened or pool.refused):
        return None, None
    return bool(pool.open or pool.opened > pool.refused), f"{pool.commits} commits, {pool.open} sessions"
