"""A service in this process, with tones for a voice."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import attrs
import trio

from triolet import TTS
from triolet.testing import ToneTTS
from triolet_adapters.service import ServedVoice, Service, ServiceConfig, ServiceVoices, serve


@attrs.frozen
class Served:
    url: str
    service: Service
    stop: trio.Event


def voices_of(tts: TTS, **more: Any) -> ServiceVoices:
    served: dict[str, Any] = {"language": "en", "speeds": None, **more}
    return ServiceVoices({"triolet": ServedVoice(name="triolet", make=lambda _: tts, **served)}, "triolet")


@asynccontextmanager
async def serving(tts: TTS | None = None, config: ServiceConfig | None = None, **voice: Any) -> AsyncGenerator[Served]:
    """Serve for a block, which is waited for: it ends as SIGTERM ends it."""
    config = config or ServiceConfig(port=0)
    service = Service(config, voices_of(tts or ToneTTS(), **voice))
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        url: str = await nursery.start(partial(serve, config, service=service, stop=stop))
        yield Served(url, service, stop)
        stop.set()
