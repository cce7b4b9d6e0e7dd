"""An output whose listener sits at a web page."""

from __future__ import annotations

import json
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

import trio

from triolet import SAMPLE_BYTES, AudioFormat, FarEnd
from triolet_adapters.outputs.browser import messages
from triolet_adapters.outputs.browser._opus import FRAME as OPUS_FRAME
from triolet_adapters.outputs.browser._opus import RATE as OPUS_RATE
from triolet_adapters.outputs.browser._opus import OpusEncoder, Packet

PLAYER: Traversable = resources.files("triolet_adapters.outputs.browser") / "triolet-player.js"
"""The player, for your server to give to the page: `PLAYER.read_bytes()`, as `text/javascript`."""

_log = logging.getLogger("triolet.browser")

FRAME = 0.04
"""Seconds of audio in a message: 25 messages a second cost little."""


class BrowserOutput(FarEnd):
    """Plays speech in a web page, over a WebSocket of your own server. `heard` is what the page says that it has played.

        output = BrowserOutput()
        async with Conversation(speech(tts), output) as conversation:
            with output.attached(websocket.send_text, websocket.send_bytes) as page:
                async for text in websocket.iter_text():
                    if not page.received(text):
                        ...  # a message of your own

    The page loads `triolet-player.js` (`PLAYER`) and connects with it. An interruption is silent as soon as it reaches the page, and the
    page answers with what it had played. A page whose connection has broken connects again: attach the new connection to the output of its
    session (`BrowserOutput.session_of`), and the speech goes on where it was.

    Where nothing is played for `patience` seconds although there is something to play, and nobody has paused, the turn ends with an
    OutputError: the page has gone, or its sound was never allowed to begin.
    """

    settles = True
    pauses = True

    def __init__(
        self,
        *,
        hold: float = 1.0,
        jitter: float = 0.08,
        patience: float = 30.0,
        codec: Literal["pcm", "opus"] = "pcm",
        bitrate: int = 32_000,
        frame: float = FRAME,
        frame_ahead: float | None = None,
    ) -> None:
        """Make an output.

        Args:
            hold: the most seconds that the page has before they are heard; 1.0 by default, against a network that stalls. They are taken
                back at an interruption. With less than 0.4 it runs dry: the page tells what it has played every 0.2 s.
            jitter: seconds that the page waits for before it begins to play; 0.08 by default: two messages, and some more.
            patience: seconds for which nothing may be played; 30.0 by default: a page that is loaded again, a user who has to click.
            codec: "opus" takes a tenth of the network, some of the CPU, and the extra `audio`; the speech is then resampled to 48 kHz. A
                page that cannot decode it gets samples. "pcm", which is samples at the voice's own rate, by default.
            bitrate: bits a second of Opus; 32,000 by default, at which speech of the full band sounds like its source (RFC 7587 recommends 28,000
                to 40,000).
            frame: seconds of audio in a message of "pcm"; 0.04 by default. A message costs the server about 0.1 ms, whatever is in it.
            frame_ahead: the same while the page has twice as much; as many as `frame` by default.

        Raises:
            ModuleNotFoundError: Opus takes a package that is missing; the text says which.
            ValueError: a number is not above 0, or there is no such codec.
        """
        if jitter <= 0 or patience <= 0 or bitrate <= 0:
            raise ValueError(f"jitter is {jitter}, patience {patience}, bitrate {bitrate}; all must be above 0")
        if codec not in ("pcm", "opus"):
            raise ValueError(f"codec is {codec!r}; it must be 'pcm' or 'opus'")
        opus = codec == "opus"
        super().__init__(
            hold=hold,
            frame=OPUS_FRAME / OPUS_RATE if opus else frame,
            frame_ahead=None if opus else frame_ahead,
            acknowledged=True,
        )
        self._opus = OpusEncoder(bitrate) if opus else None
        if opus:
            self.rates = (OPUS_RATE,)
        self.session: str = secrets.token_urlsafe(16)
        """Names this output to a page that comes back. Whoever knows it hears the rest of the speech: it is as secret as the speech."""
        self._jitter = jitter
        self._patience_for_page = patience
        self.patience = 1.5 * patience  # `_watch` is earlier, and knows more
        self._page: Page | None = None
        self._page_changed = trio.Event()
        self._rate = 0
        self._silent = False
        # Places: samples since the session began.
        self._begin = 0  # the first since `open`
        self._end = 0  # behind the last that was sent
        self._played = 0  # behind the last that the page has played
        self._unplayed = deque[tuple[int, bytes]]()  # what the page may need again, no more than `hold`
        self._clears = 0
        self._clearing = False  # whether the page has not answered the last one
        self._suspended = False
        self._left = False
        self._told = deque[str](maxlen=100)
        self._telling = False

    @staticmethod
    def session_of(text: str) -> str | None:
        """The session that a page wants to go on with, by its first message. None: it begins, or that was no first message."""
        hello = messages.read(text)
        return hello.session if isinstance(hello, messages.Hello) else None

    def tell(self, message: Mapping[str, object]) -> None:
        """Send JSON of your own to the page: its player has an event "message" with it. A plain call, while the output is open.

        What is told while there is no page is sent to the next one. Of more than 100 that wait, the oldest are dropped.

        Raises:
            ValueError: its `type` begins with "audio.", which are the player's.
            TypeError: it is no JSON.
        """
        if str(message.get("type", "")).startswith("audio."):
            raise ValueError(
                f"the type {message['type']!r} is the player's own: take one that does not begin with 'audio.'"
            )
        self._told.append(json.dumps(message))
        if not self._telling:
            self._telling = True
            self.also(self._send_told)

    @contextmanager
    def attached(
        self, send_text: Callable[[str], Awaitable[object]], send_bytes: Callable[[bytes], Awaitable[object]]
    ) -> Generator[Page]:
        """Use this connection, until the block ends or another one is attached. Give what comes on it to `Page.received`."""
        page = Page(self, send_text, send_bytes)
        self._attach(page)
        try:
            yield page
        finally:
            if self._page is page:
                self._attach(None)

    async def deserted(self, seconds: float = 30.0) -> None:
        """Return when there has been no page for so many seconds, or the page was closed: the conversation may end."""
        while True:
            while self._page is not None:
                await self._page_changed.wait()
            with trio.move_on_after(seconds) as scope:
                while self._page is None and not self._left:
                    await self._page_changed.wait()
            if self._left or scope.cancelled_caught:
                return

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it, with 0 samples heard. There may be no page yet.

        Raises:
            RuntimeError: it is open already.
        """
        await super().open(format)
        self._rate = format.sample_rate
        self._begin = self._end
        self._silent = self._clearing = self._telling = False
        self._unplayed.clear()
        if self._page is not None:
            self._page.greeted = False

    async def run(self) -> None:
        """Send to the page, and watch whether it plays, until the output is closed."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch)
            await super().run()
            nursery.cancel_scope.cancel()

    async def send(self, pcm: bytes) -> None:
        """Send a frame, or keep it for a page that is to come back."""
        place = self._end
        self._end += len(pcm) // SAMPLE_BYTES
        self._unplayed.append((place, pcm))
        if not await self._greeted():
            await self._say_audio(place, pcm)

    async def clear(self) -> None:
        """Let the page drop what it has."""
        self._unplayed.clear()
        self._clears += 1
        self._clearing = True
        if self._opus is not None:
            self._opus.reset()
        if self._page is None:
            self.cleared(self._played - self._begin)  # nobody answers
        elif not await self._greeted():
            await self._say(messages.clear(self._clears))

    async def finish(self) -> None:
        """Let the page play the last samples, few as they may be."""
        if await self._greeted():
            return
        if self._opus is not None:
            await self._say_packets(self._opus.end())
        await self._say(messages.END)

    def pause(self) -> None:
        """Stop the sound where it is when this reaches the page."""
        super().pause()
        self._silent = True
        self.also(partial(self._say, messages.PAUSE))

    def resume(self) -> None:
        """Go on with the sample after the last one heard."""
        super().resume()
        self._silent = False
        self.also(partial(self._say, messages.RESUME))

    def fail(self, reason: str) -> None:
        """Say that the page is gone, until one comes. What it did not play is not played to that one."""
        super().fail(reason)
        self.also(self.clear)

    def _received(self, message: messages.FromPage) -> None:
        match message:
            case messages.Hello():
                self._left = False
                self.recover()
                if self._rate:
                    self.also(self._greet)
            case messages.Position(played=played, pace=pace):
                self._have_played(played, pace)
            case messages.Cleared(id=number, played=played):
                if number == self._clears and self._clearing:
                    self._clearing = False
                    self._have_played(played)
                    self.cleared(self._played - self._begin)
            case messages.Sound(state=state):
                self._suspended = state == "suspended"
                self._have_played(self._played)  # if it plays, it says so
            case messages.Bye():
                self._left = True
                self._attach(None)
                self.fail("the page was closed")

    def _attach(self, page: Page | None) -> None:
        self._page = page
        changed, self._page_changed = self._page_changed, trio.Event()
        changed.set()
        self._wake()

    def _have_played(self, place: int, pace: float = 0.0) -> None:
        """All before this place is over, and the page goes on at this pace. What a page says that it cannot know counts for what it can."""
        self._played = max(self._played, min(place, self._end))
        while self._unplayed and self._unplayed[0][0] + len(self._unplayed[0][1]) // SAMPLE_BYTES <= self._played:
            self._unplayed.popleft()
        self.acknowledge(self._played - self._begin, pace=pace)

    async def _greeted(self) -> bool:
        """Greet a page that is new. Return whether it was: all that is not played has then been sent to it."""
        if self._page is None or self._page.hello is None or self._page.greeted:
            return False
        await self._greet()
        return True

    async def _greet(self) -> None:
        """Tell a page what the audio is, and give it what it lacks."""
        page = self._page
        if page is None or page.hello is None or page.greeted:
            return
        page.greeted = True
        known = page.hello.received if page.hello.session == self.session else self._played
        if self._opus is not None:
            self._opus.reset()
        page.codec = "opus" if self._opus is not None and "opus" in page.hello.codecs else "pcm"
        begin = max(known, self._played)
        await self._say(
            messages.opened(session=self.session, rate=self._rate, codec=page.codec, place=begin, jitter=self._jitter)
        )
        if self._clearing:
            await self._say(messages.clear(self._clears))
        if self._silent:
            await self._say(messages.PAUSE)
        for place, pcm in list(self._unplayed):
            if place + len(pcm) // SAMPLE_BYTES > known:
                await self._say_audio(place, pcm)
        await self._send_told()

    async def _send_told(self) -> None:
        self._telling = False
        while self._told and self._page is not None and self._page.greeted:
            await self._say(self._told.popleft())

    async def _say_audio(self, place: int, pcm: bytes) -> None:
        page = self._page
        if self._opus is not None and page is not None and page.codec == "opus":
            await self._say_packets(self._opus.encode(place, pcm))
        else:
            await self._say(messages.audio(place, pcm))

    async def _say_packets(self, packets: Iterable[Packet]) -> None:
        for packet in packets:
            await self._say(messages.packet(packet.place, packet.skip, packet.count, packet.data))

    async def _say(self, message: str | bytes) -> None:
        """Send a message, if there is a page."""
        page = self._page
        if page is None or not page.greeted:
            return
        try:
            await page.send(message)
        except Exception as error:  # noqa: BLE001 -- whatever the application's server raises: the page has gone, and may come back
            _log.info("the page has gone: %s: %s", type(error).__name__, error)
            if self._page is page:
                self._attach(None)

    async def _watch(self) -> None:
        """End the turn where nothing is played for too long."""
        since, played = trio.current_time(), -1
        while True:
            await trio.sleep(self._patience_for_page / 4)
            now = trio.current_time()
            if self._played != played or not self._unplayed or self._silent:
                since, played = now, self._played
            elif now - since >= self._patience_for_page:
                self.fail(self._why())

    def _why(self) -> str:
        waited = f"nothing was played for {self._patience_for_page:g} s"
        if self._page is None:
            return f"{waited}: no page is connected"
        if self._page.hello is None:
            return f"{waited}: the page has not said hello; does it use triolet-player.js, and are its messages given to `received`?"
        if self._suspended:
            return f"{waited}: the page's sound is suspended; call `player.start()` when the user clicks"
        return f"{waited}: the page is connected and silent"


class Page:
    """A page that is connected. Made by `BrowserOutput.attached`."""

    def __init__(
        self,
        output: BrowserOutput,
        send_text: Callable[[str], Awaitable[object]],
        send_bytes: Callable[[bytes], Awaitable[object]],
    ) -> None:
        self._output = output
        self._send_text = send_text
        self._send_bytes = send_bytes
        self.hello: messages.Hello | None = None
        self.greeted = False
        self.codec = "pcm"

    def received(self, text: str) -> bool:
        """Take a text message that has come from the page. Return whether it was the player's; else it is yours. A plain call.

        Raises:
            BadMessage: it begins as one of the player's, and is none, or of another version. Hang up with code 1008 and this text.
        """
        message = messages.read(text)
        if message is None:
            return False
        if isinstance(message, messages.Hello):
            if message.version != messages.VERSION:
                raise messages.BadMessage(
                    f"the page speaks version {message.version}, this server {messages.VERSION}: reload the page"
                )
            self.hello = message
        if self.hello is not None and self._output._page is self:  # noqa: SLF001 -- one thing in two classes
            self._output._received(message)  # noqa: SLF001
        return True

    async def send(self, message: str | bytes) -> None:
        """Send to the page, in order with the audio of other calls of this one only."""
        await (self._send_text(message) if isinstance(message, str) else self._send_bytes(message))
