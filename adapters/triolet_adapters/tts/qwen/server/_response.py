"""One response on the wire, its events in the recorded order."""

from __future__ import annotations

import trio

from triolet import SAMPLE_BYTES
from triolet_adapters.tts.frame.server import Encoder, wav_header
from triolet_adapters.tts.qwen.protocol import (
    AudioDelta,
    AudioDone,
    ItemAdded,
    ItemDone,
    PartAdded,
    PartDone,
    ResponseCreated,
    ResponseDone,
    ResponseUsage,
    SessionInfo,
)
from triolet_adapters.tts.qwen.server._options import ServerOptions
from triolet_adapters.tts.qwen.server._wire import Wire

_AUDIO_TOKENS_A_SECOND = 12.7
"""As recorded: 31 for 2.45 s, 36 for 2.84 s."""


class Response:
    """`begin`, then `send` audio, then `end`; paced and delayed as the options say."""

    def __init__(
        self, wire: Wire, info: SessionInfo, options: ServerOptions, encoder: Encoder, *, struck: bool = False
    ) -> None:
        """`struck`: the option `fault` happens to it."""
        self._struck = struck
        self._wire = wire
        self._info = info
        self._options = options
        self.encoder = encoder
        self._response_id = wire.new_id("resp")
        self._item_id = wire.new_id("item")
        self._began = trio.current_time()
        self._start: float | None = None
        self._sent_bytes = 0
        self.characters = 0
        """Billed."""
        self.stopped = False
        """No more audio is to be sent; it ends as incomplete."""
        self.failed = False
        """The voice has failed."""

    async def begin(self) -> None:
        """Say that it begins."""
        await self._wire.send(ResponseCreated(response_id=self._response_id, voice=self._info.voice))
        await self._wire.send(ItemAdded(response_id=self._response_id, item_id=self._item_id))
        await self._wire.send(PartAdded(response_id=self._response_id, item_id=self._item_id))

    async def send(self, audio: bytes) -> None:
        """Send a piece of audio when it is due."""
        if self._struck and self._seconds >= self._options.fault_after:
            if self._options.fault == "stall":
                await trio.sleep_forever()
            self._wire.drop()
        delayed = trio.current_time() + self._wire.drawn_delay(self._options.jitter)
        due = max(delayed, self._began + self._options.first_audio)
        if self._start is None:
            self._start = due
        if self._options.pace is not None:
            due = max(due, self._start + self._seconds / self._options.pace)
        await trio.sleep_until(due)
        if self.stopped:
            return
        self._sent_bytes += len(audio)
        if self._info.response_format == "wav" and self._options.wav_header == "each":
            audio = wav_header(self._info.sample_rate, len(audio)) + audio
        await self._wire.send(AudioDelta(response_id=self._response_id, item_id=self._item_id, audio=audio))

    async def end(self) -> None:
        """Send what the encoder still holds, and say that the response is over."""
        if rest := self.encoder.finish():
            await self.send(rest)
        status = "failed" if self.failed else "incomplete" if self.stopped else "completed"
        tokens = round(self._seconds * _AUDIO_TOKENS_A_SECOND)
        usage = ResponseUsage(characters=self.characters, input_tokens=self.characters, output_tokens=tokens)
        await self._wire.send(AudioDone(response_id=self._response_id, item_id=self._item_id))
        await self._wire.send(PartDone(response_id=self._response_id, item_id=self._item_id))
        await self._wire.send(ItemDone(response_id=self._response_id, item_id=self._item_id, usage=usage))
        await self._wire.send(
            ResponseDone(
                response_id=self._response_id, item_id=self._item_id, status=status, voice=self._info.voice, usage=usage
            )
        )

    @property
    def _seconds(self) -> float:
        """How long what was sent sounds, were it PCM."""
        return self._sent_bytes / (self._info.sample_rate * SAMPLE_BYTES)
