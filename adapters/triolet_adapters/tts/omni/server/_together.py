"""A connection of `/v1/audio/speech/websocket`, as Together AI documents it: contexts, each with a buffer of its own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import attrs
import trio

from triolet.errors import TTSError
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts.omni.server._cutting import Cutter
from triolet_adapters.tts.omni.server._talk import MAX_TEXT, Talk, Wrong

MAX_CONTEXTS = 100
SPLITS = ("sentence", "immediate", "never")


@attrs.define(eq=False)
class _Context:
    cutter: Cutter
    turn: trio.Lock = attrs.Factory(trio.Lock)
    """One item of a context is said after another."""
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    """Of the item that is being said."""
    cancelled: bool = False


class TogetherTalk(Talk):
    """One connection. `query`: the settings."""

    query: Mapping[str, str]

    async def begin(self, inbox: trio.MemoryReceiveChannel[str | bytes], nursery: trio.Nursery) -> None:
        """See `Talk.begin`."""
        del inbox, nursery
        self._contexts: dict[str, _Context] = {}
        self._items = self._speaking = 0
        about = {"model": self.query.get("model"), "voice": self.query.get("voice")}
        session = {"id": self._new_id(), "object": "realtime.tts.session", "modalities": ["text", "audio"], **about}
        await self.send("session.created", event_id=self._new_id(), session=session)

    async def handle(self, kind: Any, raw: Mapping[str, Any], nursery: trio.Nursery) -> None:
        """See `Talk.handle`."""
        name = str(raw.get("context_id", "default"))[:200]
        match kind:
            case "input_text_buffer.append":
                text, context = raw.get("text"), self._context(name)
                if not isinstance(text, str) or len(context.cutter.rest) + len(text) > MAX_TEXT:
                    raise Wrong("text must be a string that is not too long")
                await self.send("conversation.item.input_text.received", text=text, context_id=self._named(name))
                parts = context.cutter.feed(text)
                self._begin(context, name, context.cutter.flush() if self._split == "immediate" else parts, nursery)
            case "input_text_buffer.commit":
                context = self._context(name)
                self._begin(context, name, context.cutter.flush(), nursery)
            case "input_text_buffer.clear":
                self._context(name).cutter.flush()
            case "context.cancel":
                if (ended := self._contexts.pop(name, None)) is not None:
                    ended.cancelled = True
                    ended.scope.cancel()
                    async with ended.turn:  # nothing of it comes behind the answer
                        pass
                await self.send("context.cancelled", context_id=name)
            case "tts_session.updated":
                await self.send("session.updated", session=raw.get("session"), context_id=raw.get("context_id"))
            case _:
                raise Wrong(f"unknown message type: {kind!r}"[:200])

    def is_quiet(self) -> bool:
        """See `Talk.is_quiet`."""
        return self._speaking == 0

    def error(self, message: str, param: str | None, *, ours: bool = False) -> dict[str, Any]:
        """See `Talk.error`."""
        kind = "server_error" if ours else "invalid_request_error"
        return {"error": {"message": message, "type": kind, "param": param, "code": kind}}

    def _begin(self, context: _Context, name: str, parts: list[str], nursery: trio.Nursery) -> None:
        for part in parts:
            self._items += 1
            self._speaking += 1
            nursery.start_soon(self._say, context, name, part, f"tts_{self._items}")

    async def _say(self, context: _Context, name: str, text: str, item: str) -> None:
        place = {"item_id": item, "context_id": self._named(name)}
        rate, codec = int(self.query.get("sample_rate", "24000")), self.query.get("response_format", "wav")

        async def send(data: bytes) -> None:
            await self.send("conversation.item.audio_output.delta", **place, delta=to_base64(data))

        async with context.turn:
            try:
                with trio.CancelScope() as context.scope:
                    if context.cancelled:
                        return
                    await self.say(text, codec, rate, self.server.voice_for(rate), send, whole=False)
                    await self.send("conversation.item.audio_output.done", **place)
            except TTSError as error:
                await self.send("conversation.item.tts.failed", **place, **self.error(str(error), None, ours=True))
            finally:
                self._speaking -= 1

    def _context(self, name: str) -> _Context:
        if name not in self._contexts:
            if len(self._contexts) >= MAX_CONTEXTS:
                raise Wrong(f"more than {MAX_CONTEXTS} contexts")
            self._contexts[name] = _Context(Cutter(self._split))
        return self._contexts[name]

    @property
    def _split(self) -> str:
        return self.query.get("segment", "sentence")

    def _named(self, name: str) -> str | None:
        return name if self.options.names_contexts else None

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self.draws.getrandbits(128)))
