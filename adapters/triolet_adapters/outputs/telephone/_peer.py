"""Twilio's side of a Media Stream, for tests: a buffer that plays at an even pace, marks that come back in order, and a caller."""

from __future__ import annotations

import base64
import json
import math
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import trio

from triolet_adapters.shared.g711 import from_mulaw, to_mulaw

RATE = 8_000
"""Samples a second of a call."""

FRAME = 160
"""Samples in a message of what the caller says: 20 ms."""

_ROUNDING = 1e-3


class TwilioPeer:
    """Plays what `TwilioOutput` sends, as Twilio does by its documents, and tells what it has played.

        peer = TwilioPeer(delay=0.05)
        phone = TwilioOutput(peer.send)
        nursery.start_soon(peer.run, phone.receive)

    Audio is played one sample after another from the moment at which it arrives. A mark comes back when all before it has been
    played, in order, at once if there is nothing to play. `clear` drops the audio, and sends the marks back that wait.

    By Trio's clock, real or virtual. A program on another loop calls `step` itself, with the time of its own clock.
    """

    def __init__(
        self, *, delay: float = 0.0, jitter: float = 0.0, seed: int = 0, now: Callable[[], float] | None = None
    ) -> None:
        """Prepare a call. It begins with the first `step`, which `run` makes.

        Args:
            delay: seconds that a message takes, each way; 0 by default.
            jitter: the most seconds that it may take longer, by chance; messages stay in order. 0 by default.
            seed: of that chance.
            now: the clock; that of Trio by default.
        """
        self.stream = "MZ00000000000000000000000000000000"
        self.played: bytearray = bytearray()
        """All mu-law codes that have been played by the last `advance`."""
        self.cleared: list[int] = []
        """For each `clear` that has come: how much had been played then, in samples."""
        self.dropped = 0
        """Samples that `clear` has dropped."""
        self.media: list[tuple[float, int]] = []
        """When each piece of audio has come, and its samples."""
        self.ended = False
        """Whether the caller has hung up and everything has been told."""
        self._now = now or trio.current_time
        self._delay, self._jitter = delay, jitter
        self._chance = random.Random(seed)
        self._coming = deque[tuple[float, str]]()
        self._going = deque[tuple[float, str]]()
        self._buffer: deque[bytes | str] = deque()  # audio, or the name of a mark
        self._at = -math.inf  # up to where the buffer has been played
        self._begun = self._hung_up = False
        self._stalled_until = -math.inf
        self._said = 0
        self._changed = trio.Event()

    async def send(self, message: str) -> None:
        """Take a message of the application: give this to `TwilioOutput`."""
        self.take(message)

    def take(self, message: str) -> None:
        """Take a message of the application. A plain call."""
        self._coming.append((self._later(self._coming), message))
        self._wake()

    def say(self, pcm: bytes) -> None:
        """The caller says something: 16-bit samples at 8 kHz. They come at once, not at the pace of speech."""
        codes = to_mulaw(pcm)
        for at in range(0, len(codes), FRAME):
            payload = base64.b64encode(codes[at : at + FRAME]).decode()
            timestamp = str(self._said * 1000 // RATE)
            self._tell("media", media={"track": "inbound", "timestamp": timestamp, "payload": payload})
            self._said += len(codes[at : at + FRAME])

    def press(self, key: str) -> None:
        """The caller presses a key."""
        self._tell("dtmf", dtmf={"track": "inbound_track", "digit": key})

    def hang_up(self) -> None:
        """The caller hangs up: nothing is played any more."""
        self.advance()
        self._hung_up = True
        self._buffer.clear()
        self._tell("stop", stop={"callSid": "CA00000000000000000000000000000000"})

    def stall(self, seconds: float) -> None:
        """For so long the network carries nothing, either way. Then all comes at once, in order."""
        self._stalled_until = self._now() + seconds

    @property
    def pcm(self) -> bytes:
        """All samples that have been played by now, of 16 bits at 8 kHz."""
        self.advance()
        return from_mulaw(bytes(self.played))

    @property
    def playing(self) -> bool:
        """Whether there is something to play now."""
        self.advance()
        return any(isinstance(item, bytes) for item in self._buffer)

    async def run(self, receive: Callable[[str], object]) -> None:
        """Take part in the call, until the caller has hung up. Each message to the application is given to `receive`."""
        while not self.ended:
            for message in self.step():
                receive(message)
            with trio.move_on_at(self.next_step):
                await self._changed.wait()
            await trio.lowlevel.checkpoint()

    @property
    def next_step(self) -> float:
        """When `step` has something to do next. Infinite if that depends on the application."""
        times = [queue[0][0] for queue in (self._coming, self._going) if queue]
        time = self._at
        for item in self._buffer:
            if isinstance(item, str):
                times.append(time)
                break
            time += len(item) / RATE
        return min(times, default=math.inf)

    def step(self) -> list[str]:
        """Play up to now, and give the messages that have come to the application meanwhile. `run` does this for you."""
        self.advance()
        now, due = self._now(), list[str]()
        while self._going and self._going[0][0] <= now + 1e-9:
            due.append(self._going.popleft()[1])
        self.ended = self._hung_up and not self._going
        return due

    def advance(self) -> None:
        """Play up to now."""
        now = self._now()
        if not self._begun:
            self._begun = True
            self._tell("connected", protocol="Call", version="1.0.0")
            start = {"streamSid": self.stream, "callSid": "CA00000000000000000000000000000000", "tracks": ["inbound"]}
            form = {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1}
            self._tell("start", start={**start, "customParameters": {}, "mediaFormat": form})
        while self._coming and self._coming[0][0] <= now + 1e-9:
            time, message = self._coming.popleft()
            self._play(time)
            self._obey(time, json.loads(message))
        self._play(now)

    def _obey(self, time: float, message: dict[str, Any]) -> None:
        assert message["streamSid"] == self.stream
        if self._hung_up:
            return
        match message["event"]:
            case "media":
                codes = base64.b64decode(message["media"]["payload"], validate=True)
                self.media.append((time, len(codes)))
                self._buffer.append(codes)
            case "mark":
                self._buffer.append(message["mark"]["name"])
            case "clear":
                self.cleared.append(len(self.played))
                waiting, self._buffer = self._buffer, deque[bytes | str]()
                for item in waiting:
                    if isinstance(item, str):
                        self._tell("mark", time, mark={"name": item})
                    else:
                        self.dropped += len(item)
            case event:
                raise ValueError(f"Twilio knows no {event}")
        self._play(time)

    def _play(self, until: float) -> None:
        while self._buffer:
            item = self._buffer[0]
            if isinstance(item, str):
                self._tell("mark", self._at, mark={"name": item})
                self._buffer.popleft()
                continue
            count = min(len(item), int((until - self._at) * RATE + _ROUNDING))
            self.played += item[:count]
            self._at += count / RATE
            if count < len(item):
                self._buffer[0] = item[count:]
                return
            self._buffer.popleft()
        self._at = until

    def _tell(self, event: str, time: float | None = None, **more: object) -> None:
        """Send a message to the application. Without a time: now."""
        message = json.dumps({"event": event, "streamSid": self.stream, **more})
        self._going.append((self._later(self._going, time), message))
        self._wake()

    def _later(self, queue: deque[tuple[float, str]], time: float | None = None) -> float:
        """When a message arrives. Those sent at one moment arrive at one moment."""
        sent = self._now() if time is None else time
        arrives = max(sent, self._stalled_until) + self._delay + self._jitter * self._chance.random()
        return max(arrives, queue[-1][0]) if queue else arrives

    def _wake(self) -> None:
        changed, self._changed = self._changed, trio.Event()
        changed.set()
