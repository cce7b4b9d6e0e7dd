"""A page in virtual time: what `triolet-player.js` does with the messages, without a browser."""

from __future__ import annotations

import json
from typing import Any

import trio

from triolet import SAMPLE_BYTES
from triolet_adapters.outputs.browser import BrowserOutput, Page

STEP = 0.005
"""Seconds between two looks at the clock."""


class ListeningPage:
    """Connects to an output, plays what comes at the pace of the clock, and tells what it has played."""

    def __init__(self, output: BrowserOutput) -> None:
        self.output = output
        self.heard = bytearray()
        """All that it has played."""
        self.since_opened = b""
        """What it has played since the server last said what comes."""
        self.told = list[dict[str, Any]]()
        """Messages of the application's."""
        self.session: str | None = None
        self.place = 0
        self.suspended = False
        self.broken = False
        """Whether the connection takes nothing any more."""
        self.stalls_until = 0.0
        """Nothing passes in either direction until then."""
        self._buffer = bytearray()
        self._rate = 0
        self._paused = self._playing = self._untold = False
        self._page: Page | None = None

    @property
    def received(self) -> int:
        """Place behind the last sample that has come."""
        return self.place + len(self._buffer) // SAMPLE_BYTES

    async def connect(self) -> None:
        """Serve one connection, until it is cancelled or `broken`."""
        self.broken = False
        with self.output.attached(self._take_text, self._take_bytes) as self._page:
            hello = {"version": 1, "session": self.session, "played": self.place, "received": self.received}
            self.say("audio.hello", **hello, codecs=["pcm"])
            while not self.broken:
                idle = self._paused or self.suspended or not self._buffer
                await trio.sleep(4 * STEP if idle else STEP)  # fewer steps of the virtual clock
                self._play(STEP)

    def say(self, type: str, **fields: object) -> None:  # noqa: A002 -- the field's word
        """Send a message to the server."""
        assert self._page is not None
        assert self._page.received(json.dumps({"type": type, **fields}))

    def _play(self, seconds: float) -> None:
        if self._paused or self.suspended or not self._playing:
            return
        samples = bytes(self._buffer[: round(seconds * self._rate) * SAMPLE_BYTES])
        del self._buffer[: len(samples)]
        self.heard += samples
        self.since_opened += samples
        self.place += len(samples) // SAMPLE_BYTES
        self._untold |= bool(samples)
        if self._untold and not self.broken and trio.current_time() >= self.stalls_until:
            self._untold = False
            self.say("audio.position", played=self.place, buffered=len(self._buffer) // SAMPLE_BYTES, underruns=0)

    async def _take_bytes(self, message: bytes) -> None:
        await trio.sleep_until(self.stalls_until)
        if self.broken:
            raise ConnectionError("nobody is there")
        place, pcm = int.from_bytes(message[:8], "little"), message[8:]
        assert pcm
        if not self._buffer:
            self.place = max(self.place, place)
        pcm = pcm[max(0, self.received - place) * SAMPLE_BYTES :]
        self._buffer += pcm
        self._playing = True

    async def _take_text(self, text: str) -> None:
        if self.broken:
            raise ConnectionError("nobody is there")
        match message := json.loads(text):
            case {"type": "audio.open", "session": session, "rate": rate, "place": place}:
                if (session, rate) != (self.session, self._rate):
                    self._buffer.clear()
                    self.place = place
                    self.session, self._rate, self._paused = session, rate, False
                self.since_opened = b""
            case {"type": "audio.clear", "id": number}:
                self._buffer.clear()
                self.say("audio.cleared", id=number, played=self.place)
            case {"type": "audio.pause" | "audio.resume" as kind}:
                self._paused = kind == "audio.pause"
            case {"type": "audio.end"}:
                pass
            case _:
                self.told.append(message)
