"""A voice that follows scripts: a list of steps for each commit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import trio

from triolet._model._audio import AudioFormat
from triolet.tts._contract import TTS, AudioCallback, TTSSession, Usage

Step: TypeAlias = bytes | float | BaseException
Script: TypeAlias = Sequence[Step] | Callable[[str], Sequence[Step]]


class ScriptedTTS(TTS):
    """A voice that follows scripts: it gives bytes as audio, sleeps for numbers (seconds), and raises exceptions.

        ScriptedTTS([[0.1, pcm], [0.1, ConnectionLost("gone")]])

    Each commit follows the next script; the last script is used for all later commits.
    """

    def __init__(self, scripts: Sequence[Script], audio_format: AudioFormat | None = None) -> None:
        """Make a voice.

        Args:
            scripts: one list of steps for each commit, or a function that gives it for the committed text.
            audio_format: the format of its audio; `AudioFormat()` by default.

        Raises:
            ValueError: there is no script.
        """
        if not scripts:
            raise ValueError("a ScriptedTTS needs at least one script")
        self._scripts = scripts
        self._format = audio_format or AudioFormat()
        self.commits: list[str] = []
        """The committed texts, in order."""
        self.opened = 0
        """Sessions opened so far."""
        self.open = 0
        """Sessions that are open now."""

    @property
    def format(self) -> AudioFormat:
        """The format of its audio, as given."""
        return self._format

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        """Open a session at once."""
        await trio.lowlevel.checkpoint()
        self.opened += 1
        self.open += 1
        try:
            yield _ScriptedSession(self)
        finally:
            self.open -= 1

    def next_script(self, text: str) -> Sequence[Step]:
        """Record the commit of this text, and return the steps that it follows."""
        script = self._scripts[min(len(self.commits), len(self._scripts) - 1)]
        self.commits.append(text)
        return script(text) if callable(script) else script


class _ScriptedSession(TTSSession):
    def __init__(self, tts: ScriptedTTS) -> None:
        self._tts = tts
        self._busy = False

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        if self._busy:
            raise RuntimeError("another commit is running on this session")
        if not text.strip():
            raise ValueError("there is nothing to say in an empty text")
        self._busy = True
        try:
            for step in self._tts.next_script(text):
                if isinstance(step, bytes):
                    await trio.lowlevel.checkpoint()
                    accept(step)
                elif isinstance(step, BaseException):
                    raise step
                else:
                    await trio.sleep(step)
        finally:
            self._busy = False
        return Usage(len(text))
