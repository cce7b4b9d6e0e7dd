"""The service of Qwen-TTS as far as a program can tell: any host that it dials is the local server, which wants a key."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from unittest import mock

import attrs
import trio
import trio.testing

from triolet.tts._contract import TTS
from triolet_adapters.tts import LocalTTS
from triolet_adapters.tts.qwen import QwenServer, QwenTTS, ServerOptions

KEY = "sk-test-0123456789abcdef"


@attrs.define
class Cloud:
    """What was dialled."""

    key: str
    voice: TTS
    hosts: list[str] = attrs.field(factory=list[str])

    async def dial(self, host: str, port: int, tls: bool) -> trio.abc.Stream:
        """As `dial_tcp`, without a network; the server lives as long as the Trio run."""
        assert tls, "a key goes over TLS only"
        assert port == 443
        self.hosts.append(host)
        ours, theirs = trio.testing.memory_stream_pair()
        server = QwenServer(self.voice, ServerOptions(api_key=self.key, allowed_hosts=("*",)))
        trio.lowlevel.spawn_system_task(server.handle_stream, theirs)
        return ours


@contextmanager
def cloud(key: str = KEY, voice: TTS | None = None) -> Generator[Cloud]:
    """Whatever `QwenTTS` dials meanwhile is the local server, which refuses every other key."""
    there = Cloud(key, voice or LocalTTS())
    with (
        mock.patch.dict(QwenTTS.__init__.__kwdefaults__, {"dial": there.dial}),
        mock.patch.dict("os.environ", {"DASHSCOPE_API_KEY": KEY}),
    ):
        yield there
