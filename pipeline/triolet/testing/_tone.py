"""A voice whose samples say where they come from: what was heard can be read from the samples alone."""

from __future__ import annotations

import array
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import attrs
import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet._model._samples import numbers, pcm_of
from triolet.tts._contract import TTS, AudioCallback, TTSSession, Usage

_FRAME = 4
"""Samples in a frame: connection, commit, low part and high part of the frame's number. Each value is in the lower 12 bits of a
sample. The upper 4 bits (4 to 7) say which of the four it is: so no sample is near silence, and a frame is found after any
cut."""
_BITS = 12
_PART = (1 << _BITS) - 1
_STEP = 4096
"""Samples compared at a time; a multiple of a frame."""


@attrs.frozen
class ToneRun:
    """Consecutive samples of one commit, heard one after another."""

    connection: int
    """The number of the session, from 0."""
    commit: int
    """The number of the commit on its session, from 0."""
    start: int
    """The first sample that was heard, counted from the start of the commit's audio."""
    stop: int
    """One after the last sample that was heard."""
    position: int
    """The index in the decoded audio at which the run begins, in samples."""


@attrs.frozen
class Decoded:
    """What `decode` found in some audio. Counts are in samples."""

    runs: tuple[ToneRun, ...]
    """The runs, in the order in which they are heard."""
    silence: int
    """Samples that are zero."""
    unreadable: int
    """Samples that are neither: faded, mixed, damaged, or less than a frame between two cuts."""


@attrs.frozen
class ToneCommit:
    """One commit that a `ToneTTS` received."""

    connection: int
    """The number of the session, from 0."""
    commit: int
    """The number of the commit on its session, from 0."""
    text: str
    """The text that was committed."""
    samples: int
    """Samples of its audio when it is complete."""
    time: float
    """When it was made, on Trio's clock."""


def tone(connection: int, commit: int, samples: int, start: int = 0) -> bytes:
    """The PCM of samples `start` to `start + samples` of a commit's audio.

    Raises:
        ValueError: `connection` or `commit` is above 4095.
    """
    if max(connection, commit) > _PART:
        raise ValueError(f"connection {connection} and commit {commit} must lie below {_PART + 1}")
    return pcm_of(_tone(connection, commit, start, samples))


def decode(pcm: bytes) -> Decoded:
    """Find which samples of which commits some audio holds. The audio may be cut anywhere, and may hold silence.

    The result is exact where a run begins at the start of a frame or after silence. A run that begins inside a frame, right
    behind one that was cut inside a frame, may seem to begin up to three samples sooner or later.
    """
    words = numbers(pcm[: len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES])
    runs: list[ToneRun] = []
    position = free = 0  # `free`: the first sample that belongs to no run yet
    while position + _FRAME <= len(words):
        if words[position] >> _BITS == _FRAME and _is_frame(words, position):
            run = _run_around(words, position, free)
            runs.append(run)
            position = free = run.position + run.stop - run.start
        else:
            position += 1
    silence = words.count(0)
    return Decoded(tuple(runs), silence, len(words) - silence - sum(run.stop - run.start for run in runs))


def _tone(connection: int, commit: int, start: int, samples: int) -> array.array[int]:
    first = start // _FRAME
    count = -(-(start + samples) // _FRAME) - first
    words = array.array("h", bytes(count * _FRAME * SAMPLE_BYTES))
    words[0::4] = array.array("h", [_sample(0, connection)]) * count
    words[1::4] = array.array("h", [_sample(1, commit)]) * count
    blocks, begins = divmod(first, len(_LOW))
    high, low = array.array("h"), array.array("h")
    while len(low) < count:
        part = _LOW[begins : begins + count - len(low)]
        low += part
        high += array.array("h", [_sample(3, blocks)]) * len(part)
        blocks, begins = blocks + 1, 0
    words[2::4], words[3::4] = low, high
    return words[start - first * _FRAME :][:samples]


def _sample(role: int, part: int) -> int:
    return (_FRAME + role) << _BITS | part


_LOW = array.array("h", [_sample(2, part) for part in range(_PART + 1)])
"""The sample of the low part, for all frame numbers in order."""


def _is_frame(words: array.array[int], position: int) -> bool:
    frame = words[position : position + _FRAME]
    return [word >> _BITS for word in frame] == [4, 5, 6, 7]


def _run_around(words: array.array[int], position: int, free: int) -> ToneRun:
    """The longest run around the whole frame at `position` that continues it exactly in both directions."""
    connection, commit, low, high = (word & _PART for word in words[position : position + _FRAME])
    anchor = (high << _BITS | low) * _FRAME
    before = min(position - free, anchor, _FRAME - 1)  # a whole frame before would have been found before
    expected = _tone(connection, commit, anchor - before, before)
    while before and words[position - before : position] != expected[len(expected) - before :]:
        before -= 1
    length = _FRAME
    while step := min(len(words) - position - length, _STEP):
        expected = _tone(connection, commit, anchor + length, step)
        found = words[position + length : position + length + step]
        if found != expected:
            agreeing = next(index for index in range(step) if found[index] != expected[index])
            boundary = length + agreeing - agreeing % _FRAME
            # The first sample of another commit on this connection equals the one that continues this run.
            length = boundary if _is_frame(words, position + boundary) else length + agreeing
            break
        length += step
    return ToneRun(connection, commit, anchor - before, anchor + length, position - before)


class ToneTTS(TTS):
    """A voice without a network. You choose how long its audio is, how fast it comes and how soon.

    Its samples say which commit they belong to: read them with `decode`. `commits` has the text of each commit, to relate
    samples to words.
    """

    def __init__(
        self,
        *,
        sample_rate: int = 24_000,
        seconds_per_character: float = 0.06,
        first_audio: float = 0.0,
        pace: float | None = None,
        chunk: float = 0.1,
        connect: float = 0.0,
    ) -> None:
        """Make a voice.

        Args:
            sample_rate: samples a second; 24,000 by default, which most services give.
            seconds_per_character: seconds of audio for each character. The default of 0.06 is ordinary English speech (150 words
                a minute).
            first_audio: seconds from a commit to its first samples; 0 by default.
            pace: seconds of audio made in a second; 1 is real time. None, the default, makes all of it at once.
            chunk: seconds of audio given to `accept` at a time; 0.1 by default, as services do.
            connect: seconds until a session is open; 0 by default.
        """
        self._format = AudioFormat(sample_rate)
        self._seconds_per_character = seconds_per_character
        self._first_audio = first_audio
        self._pace = pace
        self._chunk = max(1, self._format.samples(chunk))
        self._connect_time = connect
        self._numbers = itertools.count()
        self.commits: list[ToneCommit] = []
        """All commits, in the order in which they were made."""
        self.open = 0
        """Sessions that are open now."""
        self.most_open = 0
        """The most sessions that were open at the same time."""
        self.connections = 0
        """Sessions opened so far."""

    @property
    def format(self) -> AudioFormat:
        """The format of its audio."""
        return self._format

    def samples_of(self, text: str) -> int:
        """How many samples the audio of this text has."""
        return max(_FRAME, self._format.samples(len(text) * self._seconds_per_character))

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session. Its samples carry its number: 0 for the first session, 1 for the second, and so on."""
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession, None]:
        await trio.sleep(self._connect_time)
        self.open += 1
        self.connections += 1
        self.most_open = max(self.most_open, self.open)
        try:
            yield _ToneSession(next(self._numbers), self._speak)
        finally:
            self.open -= 1

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        total = self.samples_of(text)
        self.commits.append(ToneCommit(connection, commit, text, total, trio.current_time()))
        await trio.sleep(self._first_audio)
        start = trio.current_time()
        for offset in range(0, total, self._chunk):
            size = min(self._chunk, total - offset)
            if self._pace is None:
                await trio.lowlevel.checkpoint()
            else:
                await trio.sleep_until(start + self._format.seconds(offset + size) / self._pace)
            accept(tone(connection, commit, size, offset))
        return Usage(len(text))


class _ToneSession(TTSSession):
    def __init__(self, connection: int, speak: Callable[[int, int, str, AudioCallback], Awaitable[Usage]]) -> None:
        self._connection = connection
        self._speak = speak
        self._numbers = itertools.count()
        self._state = "free"

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        if not any(character.isalnum() for character in text):
            raise ValueError(f"{text!r} has no words to speak")
        if self._state != "free":
            raise RuntimeError(f"this session is {self._state}")
        self._state = "speaking: one commit at a time"
        try:
            usage = await self._speak(self._connection, next(self._numbers), text, accept)
        except BaseException:
            self._state = "spent: its last commit failed or was cancelled"
            raise
        self._state = "free"
        return usage
