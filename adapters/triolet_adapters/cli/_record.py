"""Keeping a turn: the form of a bug report, which `triolet replay` repeats.

A recording is a folder. Times count seconds from the beginning of the turn.

    settings.json    versions, the command, language, voice and its settings (never a key), how text is kept
    tokens.jsonl     {"t", "text", "length"}: each token, when it was taken
    timeline.jsonl   the events of the turn; what a clock plays is placed in seconds from its beginning, too
    commits.jsonl    what the voice was asked for and gave, at the engine's contract: connecting, connected, begin, audio, done, failed
    audio.pcm        the samples of those, as they came: signed 16-bit little-endian mono
    wire.jsonl       {"t", "direction", "event"}: raw events of a vendor's protocol, both ways, if the voice has one
    result.json      what came of it, as `--json` prints it
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any, Literal

import attrs
import trio

from triolet import (
    TTS,
    AudioAndWords,
    AudioCallback,
    TTSSession,
    TurnResult,
    Usage,
    WrappedTTS,
    tell_words,
)
from triolet.errors import TTSError
from triolet.events import Event, OutputOpened, TurnStarted
from triolet_adapters.cli._report import as_json
from triolet_adapters.shared.keep_text import KeepText, event_fields, message, passage, wire_event, word

FORMAT = 1
"""Version of the folder's form. `triolet replay` refuses any other."""

PACKAGES = ("triolet", "trio", "trio-websocket", "attrs", "pysbd", "hibari-tts", "numpy", "miniaudio", "httpx2")


class Recording:
    """Writes a folder; does nothing without one. Made by `recorder`."""

    def __init__(self, folder: Path | None, keep: KeepText) -> None:
        self._folder = folder
        self._keep = keep
        self._files: dict[str, FileIO] = {}
        self._start: float | None = None
        self._realtime = False
        self._sessions = 0
        self._commits = 0
        self.failure: OSError | None = None
        """Why the recording stopped before the turn did."""

    def source(self, tokens: Iterable[str] | AsyncIterable[str]) -> Iterable[str] | AsyncIterable[str]:
        """The same tokens, noted as they are taken."""
        return tokens if self._folder is None else _NotedTokens(tokens, self)

    def voice(self, tts: TTS) -> TTS:
        """The same voice, its commits and samples noted."""
        return tts if self._folder is None else _NotedTTS(tts, self)

    def tap(self) -> dict[str, Any]:
        """The keyword arguments with which a vendor's voice reports its raw events."""
        return {} if self._folder is None else {"tap": self._wire}

    def settings(self, **settings: Any) -> None:
        """Note what the turn is made with."""
        about = {
            "format": FORMAT,
            "text": self._keep.value,
            "python": sys.version.split()[0],
            "platform": platform.platform(),
            "packages": versions(PACKAGES),
        }
        self._whole("settings.json", {**about, **settings})

    def observe(self, event: Event) -> None:
        """Note an event of the timeline."""
        if isinstance(event, TurnStarted):
            self._start = event.at
        if isinstance(event, OutputOpened):
            self._realtime = event.realtime
        if self._folder is not None:
            self._line("timeline.jsonl", event_fields(event, self._start or 0.0, self._keep, realtime=self._realtime))

    def end(self, result: TurnResult) -> None:
        """Note what came of it."""
        if self._folder is None:
            return
        fields = as_json(result, None)
        for name in ("text", "heard", "unheard"):
            fields[name] = passage(fields[name], self._keep)
        fields["error"] = message(fields["error"], self._keep)
        for sentence in fields["sentences"]:
            sentence["text"] = passage(sentence["text"], self._keep)
            sentence["reason"] = message(sentence["reason"], self._keep)
        for said in fields["words"]:
            said["text"] = word(said["text"], self._keep)
        self._whole("result.json", fields)

    def token(self, token: str) -> None:
        """Note a token that is taken."""
        self._line("tokens.jsonl", {"t": self._now(), "text": word(token, self._keep), "length": len(token)})

    def _wire(self, at: float, direction: Literal["sent", "received"], text: str) -> None:
        time = round(at - (self._start or 0.0), 6)
        self._line("wire.jsonl", {"t": time, "direction": direction, "event": wire_event(text, self._keep)})

    def session(self) -> int:
        """The number of another session."""
        self._sessions += 1
        return self._sessions - 1

    def commit(self, session: int, text: str) -> int:
        """Note a commit; its number."""
        self._commits += 1
        number = self._commits - 1
        self.voice_event("begin", session=session, commit=number, text=passage(text, self._keep), length=len(text))
        return number

    def audio(self, commit: int, pcm: bytes) -> None:
        """Note samples."""
        self._write("audio.pcm", pcm)
        self.voice_event("audio", commit=commit, bytes=len(pcm))

    def failed(self, error: Exception, **where: int) -> None:
        """Note an error of the voice."""
        code, retryable = (error.code, error.retryable) if isinstance(error, TTSError) else (None, False)
        text = message(str(error), self._keep)
        self.voice_event("failed", **where, type=type(error).__name__, message=text, code=code, retryable=retryable)

    def voice_event(self, event: str, **fields: Any) -> None:
        """Note what the voice did."""
        self._line("commits.jsonl", {"t": self._now(), "event": event, **fields})

    def _now(self) -> float:
        return round(trio.current_time() - (self._start or 0.0), 6)

    def _line(self, name: str, value: dict[str, Any]) -> None:
        self._write(name, json.dumps(value, ensure_ascii=True).encode() + b"\n")

    def _whole(self, name: str, value: dict[str, Any]) -> None:
        if self._folder is not None:
            self._write(name, json.dumps(value, ensure_ascii=True, indent=2).encode() + b"\n")

    def _write(self, name: str, data: bytes) -> None:
        """Events come in plain calls that must not raise: what cannot be written ends the recording, not the turn."""
        if self._folder is None or self.failure is not None:
            return
        try:
            if name not in self._files:
                # Unbuffered: a process that is killed leaves all that it had noted.
                self._files[name] = (self._folder / name).open("xb", buffering=0)
            self._files[name].write(data)
        except OSError as error:
            self.failure = error

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            try:
                file.close()
            except OSError as error:
                self.failure = error


@contextlib.contextmanager
def recorder(folder: Path | None, keep: KeepText) -> Generator[Recording]:
    """Record into a folder, which is made if need be; None records nothing.

    Raises:
        ValueError: the folder holds something already, or cannot be made.
    """
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            filled = any(folder.iterdir())
        except OSError as error:
            raise ValueError(f"--record {folder}: {error.strerror or error}") from error
        if filled:
            raise ValueError(f"--record {folder}: the folder is not empty; name a new one")
    recording = Recording(folder, keep)
    try:
        yield recording
    finally:
        recording.close()
        if recording.failure is not None:
            sys.stderr.write(f"triolet: the recording in {folder} is incomplete: {recording.failure}\n")


def versions(packages: Iterable[str]) -> dict[str, str | None]:
    """What is installed of these; None: not."""
    found: dict[str, str | None] = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


class _NotedTokens(AsyncIterator[str]):
    def __init__(self, tokens: Iterable[str] | AsyncIterable[str], recording: Recording) -> None:
        self._tokens = aiter(tokens) if isinstance(tokens, AsyncIterable) else iter(tokens)
        self._recording = recording

    async def __anext__(self) -> str:
        if isinstance(self._tokens, AsyncIterator):
            token = await anext(self._tokens)
        else:
            await trio.lowlevel.checkpoint()
            try:
                token = next(self._tokens)
            except StopIteration:
                raise StopAsyncIteration from None
        self._recording.token(token)
        return token

    async def aclose(self) -> None:
        close = getattr(self._tokens, "aclose", None)
        if close is not None:
            await close()


@attrs.frozen
class _NotedTTS(WrappedTTS):
    _tts: TTS
    _recording: Recording

    @property
    def tts(self) -> TTS:
        return self._tts

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        recording = self._recording
        number = recording.session()
        recording.voice_event("connecting", session=number)
        connected = False
        try:
            async with self._tts.connect() as session:
                connected = True
                recording.voice_event("connected", session=number)
                yield _NotedSession(session, number, recording)
        except Exception as error:  # noted, and raised again
            if not connected:
                recording.failed(error, session=number)
            raise


@attrs.frozen
class _NotedSession(TTSSession):
    _session: TTSSession
    _number: int
    _recording: Recording

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        recording = self._recording
        commit = recording.commit(self._number, text)

        def note(pcm: bytes) -> None:
            recording.audio(commit, pcm)
            accept(pcm)

        try:
            usage = await self._session.commit(text, AudioAndWords(note, partial(tell_words, accept)))
        except Exception as error:  # noted, and raised again
            recording.failed(error, commit=commit)
            raise
        recording.voice_event("done", commit=commit, characters=usage.characters)
        return usage
