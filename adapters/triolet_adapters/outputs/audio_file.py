"""A compressed file, encoded while it is spoken."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import deque
from collections.abc import Mapping
from pathlib import Path

import trio

from triolet import SAMPLE_BYTES, AudioFormat, Phrase
from triolet.errors import OutputError
from triolet_adapters.outputs._codecs import KINDS, STEP, Chapter, Encoder, load_av
from triolet_adapters.outputs._file import FileOutput, RawFile
from triolet_adapters.outputs._tags import front, with_comment

ENDINGS = {".mp3": "mp3", ".opus": "opus", ".ogg": "opus", ".flac": "flac", ".m4a": "m4a"}
"""The kind of file that each ending means. An .ogg file holds Opus."""

TITLE = 80
"""Characters of a phrase in the title of its chapter: a line on a screen."""

COMPLETE = 0.75
"""Seconds to write the end of the file, and as many to put its chapters in: together less than an output has to close."""

COPIED = 1 << 20
"""Bytes copied at a time, between which other tasks run: some 0.5 ms."""


class AudioFile(FileOutput):
    """MP3, Opus (.opus, .ogg), FLAC or AAC (.m4a), by the file's ending; to a path or a named pipe. It takes the extra `audio`.

    Audio is encoded while it comes. An interrupted turn leaves a valid file with what was heard; so does a killed program, less
    the last second. MP3, Opus and FLAC then decode to as many samples as were heard; AAC ends with up to 1,023 more, of silence. A pipe gets no
    chapters, and MP3 there decodes with some 50 ms of silence around it, since what says how much to cut is written at the end.

    When the file is closed, each phrase becomes a chapter, and the text of all is the comment.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        bitrate: int | None = None,
        tags: Mapping[str, str] | None = None,
        chapters: bool = True,
    ) -> None:
        """Write to a file whose ending says what it is.

        Args:
            path: the file, which ends with .mp3, .opus, .ogg, .flac or .m4a.
            bitrate: bits a second. By default 64,000 for MP3 and AAC, and 32,000 for Opus. FLAC has none.
            tags: what players show: "title", "artist", "album", "date" and "comment". By default only the text, as the comment.
            chapters: whether the file tells its phrases, with a chapter for each and the text as the comment. True by default.

        Raises:
            OutputError: the package av is missing.
            ValueError: another ending, or another tag.
        """
        super().__init__(path)
        kind = ENDINGS.get(Path(self.path).suffix.lower())
        if kind is None:
            raise ValueError(
                f"{self.path} has to end with one of {', '.join(ENDINGS)}; WavFile and PcmFile write others"
            )
        self._kind = KINDS[kind]
        load_av(self._kind.name)  # now, and not when an old file has been emptied
        self._bitrate = bitrate
        self._tags = checked(tags)
        self._marked = chapters
        self._encoder: Encoder | None = None
        self._fed = 0
        self._rate = 0
        self._waiting = deque[tuple[int, bytes]]()
        self._phrases: list[Chapter] = []
        self._words: list[str] = []
        self.rates = self._kind.rates

    @property
    def heard(self) -> int:
        """Samples that were encoded."""
        return self._fed

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the file, which is emptied if it exists.

        Raises:
            OutputError: there is no such folder, or no permission; nobody reads the pipe.
            RuntimeError: it is open already.
        """
        await super().open(format)

    async def play(self, pcm: bytes) -> None:
        """Encode the samples, and write what is known of the file by then. If cancelled, a first part has been encoded.

        Raises:
            OutputError: the reader of a pipe has gone, the disk is full, ...
        """
        file = self._opened()
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are no whole number of 16-bit samples")
        assert self._encoder is not None
        await trio.lowlevel.checkpoint()
        step = max(1, round(STEP * self._rate)) * SAMPLE_BYTES
        for at in range(0, len(pcm), step):
            if at:
                await trio.lowlevel.checkpoint()
            self._waiting.extend(self._encoder.feed(pcm[at : at + step]))
            self._fed = self._encoder.fed
            await self._write(file)

    def begin_phrase(self, phrase: Phrase) -> None:
        """Begin a chapter here."""
        if self._marked:
            words = phrase.words
            title = words if len(words) <= TITLE else words[: TITLE - 1] + "…"
            self._phrases.append(Chapter(self._fed, title))
            self._words.append(words)

    async def close(self) -> None:
        """Complete the file and close it, within a deadline."""
        file, self._file = self._file, None
        encoder, self._encoder = self._encoder, None
        if file is not None and encoder is not None:
            tags = self._all_tags()
            try:
                with trio.move_on_after(COMPLETE, shield=True):
                    self._waiting.extend(encoder.finish(self._phrases))
                    with contextlib.nullcontext() if file.seekable else contextlib.suppress(OutputError):
                        await self._write(file)
            finally:
                file.close()
            if file.seekable and (tags or self._phrases):
                with trio.move_on_after(COMPLETE, shield=True), contextlib.suppress(OSError):
                    await self._complete(tags, [*self._phrases, Chapter(self._fed, "")] if self._phrases else [])
        await trio.lowlevel.cancel_shielded_checkpoint()

    async def _begin(self, file: RawFile, format: AudioFormat) -> None:  # noqa: A002
        if file.is_terminal:
            raise OutputError(f"{self._kind.name} makes no sense on a terminal: redirect it to a file or a player")
        self._encoder = Encoder(self._kind, format, self._bitrate, self._tags, seekable=file.seekable)
        self._rate, self._fed = format.sample_rate, 0
        self._waiting.clear()
        self._phrases, self._words = [], []
        self._waiting.extend(self._encoder.feed(b""))
        await self._write(file)

    async def _write(self, file: RawFile) -> None:
        """Write what waits. What could not be written waits on."""
        while self._waiting:
            place, data = self._waiting[0]
            count = file.write_at(place, data) if file.seekable else await file.write_some(data)
            self._waiting.popleft()
            if count < len(data):
                self._waiting.appendleft((place + count, data[count:]))

    def _all_tags(self) -> dict[str, str]:
        return ({"comment": " ".join(self._words)} if self._words else {}) | self._tags

    async def _complete(self, tags: dict[str, str], chapters: list[Chapter]) -> None:
        """Put tags and chapters in. If that fails, the file stays as it is: it is valid without them."""
        path = Path(os.path.realpath(self.path))  # noqa: ASYNC240 -- as quick as a write
        if self._kind.name == "m4a":
            _comment_m4a(path, tags)
            return
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with path.open("rb") as old, beside.open("xb") as new:  # noqa: ASYNC230 -- see RawFile
                beginning, replaced = front(self._kind.name, old.read(1 << 17), tags, chapters, self._rate)
                new.write(beginning)
                old.seek(replaced)
                while piece := old.read(COPIED):
                    new.write(piece)
                    await trio.lowlevel.checkpoint()
            shutil.copymode(path, beside)
            beside.replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                beside.unlink()


def checked(tags: Mapping[str, str] | None) -> dict[str, str]:
    """The tags, if files have them.

    Raises:
        ValueError: there is one of another name.
    """
    known = ("title", "artist", "album", "date", "comment")
    for name in tags or {}:
        if name not in known:
            raise ValueError(f"there is no tag {name!r}; files have {', '.join(known)}")
    return dict(tags or {})


def _comment_m4a(path: Path, tags: dict[str, str]) -> None:
    """Put the comment into the table of contents at the end of the file."""
    with path.open("r+b") as file:
        at, end = 0, path.stat().st_size
        while at + 8 <= end:
            file.seek(at)
            head = file.read(16)
            size = int.from_bytes(head[:4], "big")
            size = int.from_bytes(head[8:], "big") if size == 1 else size
            if head[4:8] == b"moov" and at + size == end:
                file.seek(at)
                changed = with_comment(file.read(), tags)
                file.seek(at)
                file.write(changed)
                return
            if size < 8:
                return
            at += size
