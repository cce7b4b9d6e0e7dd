"""How the local server speaks: texts in order, each through the voice and out as deltas."""

from __future__ import annotations

import math
from collections.abc import Callable

import trio

from triolet import TTS, TTSSession
from triolet.errors import TTSError
from triolet_adapters.tts.frame.server import encoder_for
from triolet_adapters.tts.qwen.protocol import SessionInfo, billed_characters
from triolet_adapters.tts.qwen.server._options import ServerOptions
from triolet_adapters.tts.qwen.server._response import Response
from triolet_adapters.tts.qwen.server._script import End, Say, Script
from triolet_adapters.tts.qwen.server._track import Track
from triolet_adapters.tts.qwen.server._wire import Wire


class Responder:
    """Speaks what it is told, one response after the other. The verbs are plain calls; `run` does the work."""

    def __init__(
        self,
        wire: Wire,
        info: SessionInfo,
        voice: TTS,
        options: ServerOptions,
        cutting: trio.StrictFIFOLock,
        strikes: Callable[[], bool],
    ) -> None:
        """`cutting`: held while text is cut, by one session of the server after the other. `strikes`: see `ServerSession`."""
        self._strikes = strikes
        self._cutting = cutting
        self._wire = wire
        self._info = info
        self._voice = voice
        self._options = options
        self._script = Script(info.language_type)
        self._changed = trio.Event()
        self._response: Response | None = None
        self._busy = False
        self.done_at = -math.inf
        """When the last response ended, on Trio's clock."""
        self.ready = trio.Event()
        """Set when there is a session of the voice."""

    @property
    def silent(self) -> bool:
        """Whether nothing is being said or waits to be."""
        return not self._busy and self._script.empty and self._response is None

    @property
    def characters(self) -> int:
        """How many of the texts wait to be said."""
        return self._script.characters

    @property
    def responses(self) -> int:
        """How many responses wait for their end."""
        return self._script.ends

    def speak(self, text: str) -> None:
        """Say a text as a response of its own."""
        self._script.say(text)
        self._wake()

    def append(self, text: str) -> None:
        """Say the sentences that are complete with this text, in the response that is open (server_commit)."""
        self._script.append(text)
        self._wake()

    def flush(self) -> None:
        """Say what is left and end the response (server_commit)."""
        if self._script.characters or not self.silent:
            self._script.end()
            self._wake()

    def stop(self) -> None:
        """End the response that is under way as incomplete; texts that wait for later responses stay."""
        if self._response is not None:
            self._response.stopped = True
            self._script.drop()
        self._wake()

    async def finished(self) -> None:
        """Wait until everything has been said."""
        while not self.silent:
            await self._changed.wait()

    async def run(self) -> None:
        """Speak until cancelled, with one session of the voice, or another after one that failed."""
        try:
            while True:
                async with self._voice.connect() as session:
                    self.ready.set()
                    while await self._next(session):
                        pass
        except TTSError as error:  # from connect: the voice cannot be had
            await self._wire.error("voice_error", str(error))
            await self._wire.close(1011, "the voice cannot be had")
        finally:
            self.ready.set()

    async def _next(self, session: TTSSession) -> bool:
        """Do what is due; False if the session of the voice is spent."""
        job = await self._due()
        self._busy = True
        usable = True
        if isinstance(job, Say):
            if self._response is None:
                encoder = encoder_for(
                    self._info.response_format,
                    self._info.sample_rate,
                    self._voice.format.sample_rate,
                    header=self._options.wav_header == "once",
                )
                self._response = Response(self._wire, self._info, self._options, encoder, struck=self._strikes())
                await self._response.begin()
            usable = await self._say(session, self._response, job)
        elif self._response is not None:
            await self._response.end()
            self._response = None
            self.done_at = trio.current_time()
        self._busy = False
        self._wake()
        return usable

    async def _due(self) -> Say | End:
        """Wait for the next thing to do. Appended text is cut in steps, between which other tasks run."""
        released = -1
        while True:
            job = self._script.take()
            if job is not None:
                return job
            if self._script.uncut:
                # However many sessions have text to be cut: in one round of the event loop one of them cuts a little.
                async with self._cutting:
                    self._script.cut()
                    await trio.lowlevel.checkpoint()
                continue
            pause = float("inf") if released == self._script.appends else self._options.sentence_after
            with trio.move_on_after(pause) as scope:
                await self._changed.wait()
            if scope.cancelled_caught:
                released = self._script.appends
                self._script.release()

    async def _say(self, session: TTSSession, response: Response, job: Say) -> bool:
        track = Track(response, self._info.sample_rate, self._options)
        usable = True

        async def voice() -> None:
            nonlocal usable
            try:
                await session.commit(job.text, track.put)
            except ValueError:
                pass  # no words: nothing to hear
            except TTSError as error:
                usable = False
                response.failed = True
                # A client reads in the code whether another try may help: `invalid_value` says that none does.
                await self._wire.error("voice_error" if error.retryable else "invalid_value", str(error))
            finally:
                track.end()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(voice)
            sent = 0
            while delta := await track.take(self._options.delta_bytes):
                while self._holds_back(job, sent) and not response.stopped:
                    await self._changed.wait()
                await response.send(delta)
                sent += 1
        response.characters += billed_characters(job.text)
        return usable

    def _holds_back(self, job: Say, sent: int) -> bool:
        """Whether a delta waits for more text, as recorded of appended sentences."""
        if job.appends is None or sent < self._options.held_back:
            return False
        return self._script.empty and self._script.appends == job.appends

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
