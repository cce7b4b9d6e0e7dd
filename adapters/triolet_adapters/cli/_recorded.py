"""A recording, read back: its tokens, and a voice that gives what was given then, when it was given."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import attrs
import trio

from triolet import (
    TTS,
    AudioCallback,
    AudioFormat,
    BlockKind,
    Boundary,
    Latency,
    Phrase,
    Source,
    SpeechUnit,
    TTSSession,
    TurnContext,
    Usage,
    errors,
)
from triolet.errors import TTSError
from triolet.events import PhraseReady
from triolet_adapters.cli._record import FORMAT
from triolet_adapters.shared.keep_text import KeepText
from triolet_adapters.sources import Replay, TimedToken

Fields = dict[str, Any]


@attrs.define
class RecordedCommit:
    """One commit and what came of it; times in seconds since it began."""

    text: str
    began: float
    audio: list[tuple[float, bytes]] = attrs.field(factory=list[tuple[float, bytes]])
    ended: float | None = None
    """None: the turn ended before."""
    characters: int = 0
    error: TTSError | None = None


@attrs.define
class RecordedSession:
    """How a session was opened."""

    began: float
    seconds: float = 0.0
    error: TTSError | None = None


@attrs.frozen
class Recorded:
    """A whole recording."""

    settings: Fields
    tokens: tuple[TimedToken, ...]
    timeline: tuple[Fields, ...]
    sessions: tuple[RecordedSession, ...]
    commits: tuple[RecordedCommit, ...]
    latency: Latency | None
    """As it was; None if the process ended before it could be noted."""

    @property
    def has_text(self) -> bool:
        """Whether the text itself was kept."""
        return bool(self.settings["text"] == KeepText.FULL)

    @property
    def realtime(self) -> bool:
        """Whether the listener had a clock."""
        return any(event["event"] == "OutputOpened" and event["realtime"] for event in self.timeline)

    @property
    def interrupted_at(self) -> float | None:
        """When the turn was interrupted, in seconds since it began."""
        ends = (event["at"] for event in self.timeline if event["event"] == "TurnEnded" and event["interrupted"])
        return next(ends, None)

    def source(self) -> Replay:
        """The tokens at their times."""
        return Replay.of(self.tokens)

    def phrases(self) -> Source[Phrase]:
        """The phrases at their times, where the text was not kept: their words are dots."""
        ready = (event for event in self.timeline if event["event"] == "PhraseReady")
        return _RecordedPhrases([(event["at"], _phrase(event["phrase"])) for event in ready])

    def voice(self) -> TTS:
        """A voice that repeats the recorded one."""
        return _RecordedTTS(self)


def load(folder: Path) -> Recorded:
    """Read a recording.

    Raises:
        ValueError: it is none, or one of another version.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no recording: there is no such folder; triolet say --record FOLDER makes one")
    try:
        settings = cast(Fields, json.loads((folder / "settings.json").read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} is no recording: its settings.json cannot be read ({error})") from error
    if settings.get("format") != FORMAT:
        raise ValueError(f"{folder} is a recording of format {settings.get('format')}; this version reads {FORMAT}")
    try:
        result = folder / "result.json"
        latency = Latency(**json.loads(result.read_text("utf-8"))["latency"]) if result.exists() else None
        tokens = tuple(TimedToken(line["t"], line["text"]) for line in _lines(folder / "tokens.jsonl"))
        sessions, commits = _voice_of(folder)
        return Recorded(settings, tokens, tuple(_lines(folder / "timeline.jsonl")), sessions, commits, latency)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the recording in {folder} is damaged: {error!r}") from error


def _lines(path: Path) -> Iterator[Fields]:
    """The objects of a JSON lines file; a last line that was cut off with its process is passed over."""
    if not path.exists():
        return
    lines = path.read_text("utf-8").splitlines(keepends=True)
    for line in lines:
        if line.endswith("\n"):
            yield json.loads(line)


def _voice_of(folder: Path) -> tuple[tuple[RecordedSession, ...], tuple[RecordedCommit, ...]]:
    sessions: list[RecordedSession] = []
    commits: list[RecordedCommit] = []
    pcm = folder / "audio.pcm"
    samples = pcm.read_bytes() if pcm.exists() else b""
    at = 0
    for line in _lines(folder / "commits.jsonl"):
        time = float(line["t"])
        if line["event"] == "begin":
            commits.append(RecordedCommit(line["text"], time))
        elif line["event"] == "connecting":
            sessions.append(RecordedSession(time))
        elif "commit" in line:
            commit = commits[int(line["commit"])]
            if line["event"] == "audio":
                commit.audio.append((time - commit.began, samples[at : at + line["bytes"]]))
                at += line["bytes"]
            else:
                commit.ended = time - commit.began
                commit.characters = line.get("characters", 0)
                commit.error = _error(line) if line["event"] == "failed" else None
        else:
            session = sessions[int(line["session"])]
            session.seconds = time - session.began
            session.error = _error(line) if line["event"] == "failed" else None
    return tuple(sessions), tuple(commits)


def _error(line: Fields) -> TTSError:
    kind = getattr(errors, line["type"], TTSError)
    kind = kind if isinstance(kind, type) and issubclass(kind, TTSError) else TTSError
    return kind(f"(recorded) {line['message'] or line['type']}", code=line["code"], retryable=line["retryable"])


def _phrase(fields: Fields) -> Phrase:
    units = tuple(
        SpeechUnit("·" * max(1, unit["end"] - unit["start"] - 1) + " ", unit["start"], unit["end"])
        for unit in fields["units"]
    )
    return Phrase(
        index=fields["index"],
        units=units,
        start=fields["start"],
        end=fields["end"],
        boundary=Boundary[fields["boundary"].upper()],
        opening=Boundary[fields["opening"].upper()],
        kind=BlockKind(fields["kind"]),
        language=fields["language"],
        break_before=fields["break_before"],
    )


class _RecordedPhrases(Source[Phrase]):
    def __init__(self, phrases: list[tuple[float, Phrase]]) -> None:
        self._phrases = phrases

    async def run(self, downstream: trio.MemorySendChannel[Phrase], turn: TurnContext) -> None:
        began = turn.now()
        for time, phrase in self._phrases:
            await trio.sleep_until(began + time)
            turn.timeline.record(PhraseReady(turn.now(), phrase))
            await downstream.send(phrase)


class _RecordedTTS(TTS):
    def __init__(self, recorded: Recorded) -> None:
        self._format = AudioFormat(recorded.settings["sample_rate"])
        self._sessions = list(recorded.sessions)
        self._commits = list(recorded.commits)
        self._by_text = recorded.has_text

    @property
    def format(self) -> AudioFormat:
        return self._format

    @property
    def hedges(self) -> bool:
        return len({commit.text for commit in self._commits}) < len(self._commits)  # or there is no second to replay

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        session = self._sessions.pop(0) if self._sessions else RecordedSession(0.0)
        await trio.sleep(session.seconds)
        if session.error is not None:
            raise session.error
        yield _ReplayedSession(self)

    def take(self, text: str) -> RecordedCommit:
        """What was given for this text then."""
        for commit in self._commits:
            if commit.text == text or not self._by_text:
                self._commits.remove(commit)
                return commit
        raise TTSError(f"the recording has no audio for {text[:60]!r}: this version of triolet commits other words")


@attrs.frozen
class _ReplayedSession(TTSSession):
    _tts: _RecordedTTS

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        began = trio.current_time()
        recorded = self._tts.take(text)
        for time, pcm in recorded.audio:
            await trio.sleep_until(began + time)
            accept(pcm)
        if recorded.ended is None:
            await trio.sleep_forever()
        await trio.sleep_until(began + recorded.ended)
        if recorded.error is not None:
            raise recorded.error
        return Usage(recorded.characters)
