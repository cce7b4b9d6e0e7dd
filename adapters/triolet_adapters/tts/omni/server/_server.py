"""A local server that speaks the dialects of `OmniTTS` with any voice of ours."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from triolet_adapters.tts.frame.server import (
    Connection,
    LocalServer,
    Refusal,
    Request,
    Site,
    Voice,
    can_resample,
    queried,
)
from triolet_adapters.tts.omni import DIALECTS
from triolet_adapters.tts.omni.server._options import OmniServerOptions
from triolet_adapters.tts.omni.server._stream import StreamTalk
from triolet_adapters.tts.omni.server._together import SPLITS, TogetherTalk


def _error(status: int, code: str, message: str) -> Mapping[str, Any]:
    kind = "invalid_request_error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


class OmniServer(LocalServer):
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`). Each text opens a session of the voice."""

    _options: OmniServerOptions
    max_message = 4 * 2**20
    """With the recording of a voice in it, as in vLLM-Omni."""

    def __init__(self, voice: Voice, options: OmniServerOptions | None = None) -> None:
        options = options or OmniServerOptions()
        path = DIALECTS[options.dialect].path
        site = Site(
            protocol=f"{options.dialect} speech", command="omni", path=path, websockets=path.__eq__, error=_error
        )
        super().__init__(site, voice, options)

    def refusal(self, request: Request) -> Refusal | None:
        """See `LocalServer.refusal`."""
        if DIALECTS[self._options.dialect].config is not None:
            return None  # its settings come in a message
        query = queried(request)
        rate, allowed = query.get("sample_rate", "24000"), ("wav", "pcm", "mp3", "opus", "aac", "flac")
        if (
            not rate.isdecimal()
            or not 8_000 <= int(rate) <= 48_000
            or query.get("response_format", "wav") not in allowed
        ):
            return _wrong("response_format or sample_rate is not supported")
        if query.get("segment", "sentence") not in SPLITS:
            return _wrong(f"segment must be one of {', '.join(SPLITS)}")
        for name, known in (("model", self._options.models), ("voice", self._options.voices)):
            if known is not None and query.get(name) not in (None, *known):
                return _wrong(f"{name} {query[name][:100]!r} is not known")
        if self.voice_for(int(rate)).format.sample_rate != int(rate) and not can_resample():
            return _wrong("this server lacks triolet[audio]")
        return None

    async def speak(self, connection: Connection, request: Request) -> None:
        """See `LocalServer.speak`."""
        if DIALECTS[self._options.dialect].config is not None:
            await StreamTalk(self, connection, self._options).run()
            return
        talk = TogetherTalk(self, connection, self._options)
        talk.query = queried(request)
        await talk.run()


def _wrong(message: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, "invalid_request_error", message)
