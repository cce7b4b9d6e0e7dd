"""A connection of `/v1/audio/speech/stream`, as vLLM-Omni or SGLang-Omni has it. Texts are said one after another."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

import trio

from triolet.errors import TTSError
from triolet_adapters.tts.omni.server._cutting import Cutter
from triolet_adapters.tts.omni.server._talk import MAX_TEXT, Ended, Talk, Wrong

_FORMATS = ("wav", "pcm", "flac", "mp3", "opus")
_RATE = 24_000
"""The rate that a voice is asked for, that of Qwen3-TTS; it is heard at its own, as a model is."""
_MANY = 2**63 - 1
_RANGES = {
    "speed": (0.25, 4.0),
    "max_new_tokens": (1, _MANY),
    "initial_codec_chunk_frames": (0, _MANY),
    "token_count": (1, _MANY),
    "duration_tokens": (1, _MANY),
}


class StreamTalk(Talk):
    """One connection."""

    _config: Mapping[str, Any]
    _cutter: Cutter

    async def begin(self, inbox: trio.MemoryReceiveChannel[str | bytes], nursery: trio.Nursery) -> None:
        """See `Talk.begin`."""
        del nursery
        self._id = f"speech_ws_{uuid.UUID(int=self.draws.getrandbits(128)).hex}"
        self._open = False
        """Whether text has come since the last commit."""
        self._commits = self._said = self._said_before = 0
        try:
            raw = await self.message(inbox, self.options.config_timeout, "Timeout waiting for session.config")
            if raw.get("type") != "session.config":
                raise Wrong(f"Expected session.config, got: {raw.get('type')}"[:200], param="type")
            await self._configure(raw)
        except Wrong as wrong:
            error = self.error(str(wrong), wrong.param)
        else:
            return
        await self.send("error", **error)
        raise Ended

    async def handle(self, kind: Any, raw: Mapping[str, Any], nursery: trio.Nursery) -> None:
        """See `Talk.handle`."""
        del nursery
        vllm = self.options.dialect == "vllm"
        match kind:
            case "session.config" if vllm:
                if self._open:
                    raise Wrong(
                        "session.config cannot be applied while an utterance is in progress; send input.done first"
                    )
                await self._configure(raw)
            case "input.text":
                text = raw.get("text", "")
                if not isinstance(text, str):
                    raise Wrong("input.text requires a string value")
                if len(self._cutter.rest) + len(text) > MAX_TEXT:
                    raise Wrong(f"buffered speech text exceeds {MAX_TEXT} characters", param="text", last=True)
                self._open = self._open or bool(text)
                for part in self._cutter.feed(text):
                    await self._say(part)
            case "input.commit" if not vllm:
                await self._commit("input.committed")
            case "input.done":
                await self._commit("session.done")
                if not vllm or self.options.closes:
                    raise Ended
            case "session.close" if vllm:
                raise Ended
            case _:
                raise Wrong(f"Unknown message type: {kind!r}"[:200], param="type")

    def error(self, message: str, param: str | None, *, ours: bool = False) -> dict[str, Any]:
        """See `Talk.error`."""
        if self.options.dialect == "vllm":
            return {"message": message}
        kinds = {"error_type": "server_error"} if ours else {"error_type": "BadRequestError", "code": 400}
        return {"message": message, **kinds, "param": param}

    async def _configure(self, raw: Mapping[str, Any]) -> None:
        vllm, inner = self.options.dialect == "vllm", raw.get("session")
        given = cast("Mapping[str, Any]", inner) if not vllm and isinstance(inner, dict) else raw
        defaults = {"response_format": "wav" if vllm else "pcm", "stream_audio": False, "speed": 1.0}
        fields: dict[str, Any] = (
            defaults
            | {"split_granularity": self.dialect.splits[0]}
            | {name: value for name, value in given.items() if value is not None}
        )
        for name, allowed in (
            ("response_format", _FORMATS),
            ("split_granularity", self.dialect.splits),
            ("stream_audio", (True, False)),
        ):
            if not isinstance(fields[name], str | bool) or fields[name] not in allowed:
                raise Wrong(f"Invalid session config: {name} must be one of {allowed}", param=name)
        for name, (low, high) in _RANGES.items():
            value = fields.get(name, low)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise Wrong(f"Invalid session config: {name} must be a number from {low} to {high}", param=name)
        if fields["stream_audio"] and fields["response_format"] != "pcm":
            raise Wrong("stream_audio=true requires response_format='pcm'", param="response_format")
        if vllm and fields["stream_audio"] and fields["speed"] != 1:
            raise Wrong("WebSocket stream_audio=true currently requires speed=1.0", param="speed")
        for name, known in (("model", self.options.models), ("voice", self.options.voices)):
            asked = fields.get(name, fields.get("speaker") if name == "voice" else None)
            if known is not None and asked is not None and asked not in known:
                raise Wrong(f"The {name} {str(asked)[:100]!r} does not exist.", param=name)
        self._config, self._cutter = fields, Cutter(fields["split_granularity"])
        if self.dialect.ready is not None:
            told = {name: fields[name] for name in ("response_format", "stream_audio", "split_granularity")}
            await self.send(self.dialect.ready, session_id=self._id, **told)

    async def _commit(self, kind: str) -> None:
        for part in self._cutter.flush():
            await self._say(part)
        if self.options.dialect == "vllm":
            await self.send(kind, utterance_index=self._commits, total_sentences=self._said)
            self._said = 0
        elif kind == "session.done":
            await self.send(kind, session_id=self._id, total_sentences=self._said)
        else:
            new, self._said_before = self._said - self._said_before, self._said
            counts = {"segment_index": self._commits, "segment_sentences": new, "total_sentences": self._said}
            await self.send(kind, session_id=self._id, **counts)
        self._commits += 1
        self._open = False

    async def _say(self, text: str) -> None:
        """One request to the model: `audio.start`, its audio, `audio.done`."""
        vllm, codec = self.options.dialect == "vllm", self._config["response_format"]
        voice = self.server.voice_for(_RATE)
        rate = voice.format.sample_rate
        whole, number, total, failed, begun = not self._config["stream_audio"], self._said, 0, False, False
        self._said += 1
        place: dict[str, Any] = {"utterance_index": self._commits} if vllm else {"id": f"{self._id}-{number}"}
        place["sentence_index"] = number

        async def start() -> None:
            nonlocal begun
            if not begun:
                begun = True
                form = (
                    {"sample_rate": rate, "channels": 1}
                    if vllm and not whole
                    else {}
                    if vllm
                    else {"sample_rate": rate}
                )
                await self.send("audio.start", **place, sentence_text=text, format=codec, **form)

        async def send(data: bytes) -> None:
            await start()
            await self.send_audio(data)

        if vllm and whole:
            await start()
        try:
            total = await self.say(text, codec, rate, voice, send, whole=whole)
        except TTSError as error:
            failed = True
            where = f"Generation failed for utterance {self._commits}, sentence {number}: " if vllm else ""
            await self.send("error", **self.error(f"{where}{error}", None, ours=True))
        if vllm:
            await start()
        await self.send("audio.done", **place, total_bytes=total, error=failed)
