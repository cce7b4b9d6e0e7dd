"""One document: from its text to its outputs, all of them or none."""

from __future__ import annotations

import contextlib
import enum
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import trio

from triolet import TTS, Output, PhraseState, SessionPools, captions, lone_error, speech, to_srt, to_webvtt
from triolet.errors import TrioletError
from triolet_adapters.narration._claims import BEAT, Claim, Sight, try_claim
from triolet_adapters.narration._manifest import (
    KEPT,
    Record,
    fingerprint,
    hashed,
    is_done,
    read_record,
    sizes_of,
    synced,
    write_whole,
)
from triolet_adapters.narration._names import Document
from triolet_adapters.outputs import AudioFile, WavFile
from triolet_adapters.shared.text import NotText, TextDecoder

TEXT_PIECE = 4096
"""Characters of a document given to the pipeline at a time, so that it waits where the voice does, and no stage gets a book as one token."""

LONGEST_DOCUMENT = 64_000_000
"""Bytes: ten times the longest novels. What is longer is no document, and would be read into memory whole."""

CAPTIONS = {"vtt": to_webvtt, "srt": to_srt}


@attrs.frozen
class Order:
    """What is made of every document. Processes and machines that share a folder have the same order."""

    out: str
    """The folder of the outputs: an absolute path."""
    voice: Callable[[], TTS]
    """Makes the voice, in each process anew: it has to be picklable, such as a class or a function of a module."""
    settings: Mapping[str, Any]
    """What the voice is and how it speaks. With other settings a document is made again."""
    format: str = "mp3"
    """The kind of file: mp3, opus, flac, wav or m4a."""
    captions: str | None = None
    """vtt or srt: captions of this kind beside the audio. None: none."""
    language: str = "auto"
    """Of the texts."""
    redis: str | None = None
    """The URL of a store that keeps the limits of the voice's account over processes and machines."""

    @property
    def fingerprint(self) -> str:
        """Of all that an output depends on, beside the text."""
        return fingerprint({
            "voice": dict(self.settings), "format": self.format, "captions": self.captions, "language": self.language,
        })  # fmt: skip

    def outputs(self, document: Document) -> list[str]:
        """Names of the files below `out`: the audio, then the captions."""
        endings = [self.format, *([self.captions] if self.captions else [])]
        return [f"{document.name}.{ending}" for ending in endings]

    def record(self, document: Document) -> Path:
        """Where it is written down that this is done."""
        return Path(self.out, KEPT, "done", f"{document.name}.{self.format}.json")


@attrs.frozen
class Task:
    """A document, and what is known of whoever has it."""

    document: Document
    overdue: Sight | None = None
    """The claim on it that has lapsed: it may be taken over if it is still the same."""


class State(enum.StrEnum):
    """What became of a document."""

    DONE = "done"
    SKIPPED = "skipped"
    """It was done before, or by somebody else."""
    ELSEWHERE = "elsewhere"
    """Another process has it: it has to be looked at again."""
    FAILED = "failed"


@attrs.frozen
class Outcome:
    """What became of one document."""

    document: Document
    state: State
    reason: str = ""
    """Why it failed."""
    final: bool = False
    """Whether another try cannot help: the file is no text, say."""
    seconds: float = 0.0
    """Of audio that was made."""
    sight: Sight | None = None
    """The claim of the process that has it."""


class Unfit(ValueError):
    """A file that cannot be narrated, whoever tries."""


def read_text(path: Path, name: str) -> tuple[bytes, str]:
    """The bytes of a document, and its text.

    Raises:
        Unfit: it cannot be read, is no text, is empty or too long.
    """
    try:
        size = path.stat().st_size
        if size > LONGEST_DOCUMENT:
            raise Unfit(f"{name} has {size:,} bytes: split it, {LONGEST_DOCUMENT:,} are the most")
        data = path.read_bytes()
    except OSError as error:
        raise Unfit(f"cannot read {name}: {error.strerror or error}") from error
    try:
        text = TextDecoder(name).decode(data, final=True)
    except NotText as error:
        raise Unfit(str(error)) from error
    if not text.strip():
        raise Unfit(f"{name} is empty")
    return data, text


def done_before(order: Order, document: Document) -> bool:
    """Whether there is nothing to do: same text, same settings, and the outputs are there.

    Raises:
        Unfit: see `read_text`.
    """
    data, _ = read_text(Path(document.path), document.path)
    return _is_done(order, document, data)


async def narrate_document(order: Order, task: Task, voice: TTS, sessions: SessionPools | None) -> Outcome:
    """Narrate one, unless it is done or another process has it. An error is told in the outcome, so that others go on.

    If cancelled, nothing is left of it but what was whole before.
    """
    document = task.document
    try:
        data, text = await trio.to_thread.run_sync(read_text, Path(document.path), document.path)
        if await trio.to_thread.run_sync(_is_done, order, document, data):
            return Outcome(document, State.SKIPPED)
        key = hashlib.sha256(f"{document.name}.{order.format}".encode()).hexdigest()[:24]
        claims = Path(order.out, KEPT, "claims")
        claim = try_claim(claims, key, task.overdue)
        if not isinstance(claim, Claim):
            return Outcome(document, State.ELSEWHERE, sight=claim)
        try:
            if _is_done(order, document, data):  # by whoever had it until now
                return Outcome(document, State.SKIPPED)
            return await _held(order, document, voice, sessions, claim, data, text)
        finally:
            claim.release()
    except Unfit as error:
        return Outcome(document, State.FAILED, str(error), final=True)
    except Exception as error:  # noqa: BLE001 -- whatever one document makes a voice do, thousands of others go on; it is reported
        return Outcome(document, State.FAILED, _told(lone_error(error)))


async def _held(
    order: Order, document: Document, voice: TTS, sessions: SessionPools | None, claim: Claim, data: bytes, text: str
) -> Outcome:
    parts = Path(order.out, KEPT, "parts")
    parts.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 -- as quick as making the file
    _clear(parts, claim.name)  # what a process that was killed has left
    part = parts / f"{claim.name}.{claim.number}.{order.format}"
    try:
        output: Output = WavFile(part) if order.format == "wav" else AudioFile(part)
        pipeline = _pieces(text) | speech(voice, order.language) | output
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_beat, claim)
            await pipeline.run(resources={SessionPools: sessions} if sessions is not None else {})
            nursery.cancel_scope.cancel()
        result = pipeline.result
        if not result.phrases:
            return Outcome(document, State.FAILED, f"{document.path} has no words that are spoken", final=True)
        if result.interrupted or any(phrase.state is PhraseState.FAILED for phrase in result.phrases):
            return Outcome(document, State.FAILED, f"the voice has not said all of {document.path}")
        files = {order.outputs(document)[0]: part}
        if order.captions is not None:
            written = part.with_suffix(f".{order.captions}")
            written.write_text(CAPTIONS[order.captions](captions(result.words)), "utf-8")
            files[order.outputs(document)[1]] = written
        if not await trio.to_thread.run_sync(_put, order, document, claim, data, files, result.seconds):
            return Outcome(document, State.ELSEWHERE)
        return Outcome(document, State.DONE, seconds=result.seconds)
    finally:
        _clear(parts, claim.name, claim.number)


def _put(
    order: Order, document: Document, claim: Claim, data: bytes, files: Mapping[str, Path], seconds: float
) -> bool:
    """Give the files their names, and write down that they are done. False: the claim was lost, and nothing is changed."""
    sizes = {name: part.stat().st_size for name, part in files.items()}
    for part in files.values():
        synced(part)
    if not claim.held():
        return False
    record = order.record(document)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.unlink(missing_ok=True)  # or, killed between two files, it would speak of the old ones
    for name, part in files.items():
        place = Path(order.out, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, place)  # noqa: PTH105 -- whole, or not at all
    write_whole(record, Record(hashed(data), order.fingerprint, sizes, seconds).to_json().encode())
    return True


def _is_done(order: Order, document: Document, data: bytes) -> bool:
    record = read_record(order.record(document))
    if record is None or set(record.outputs) != set(order.outputs(document)):
        return False
    return is_done(record, hashed(data), order.fingerprint, sizes_of(Path(order.out), record.outputs))


async def _beat(claim: Claim) -> None:
    while True:
        await trio.sleep(BEAT)
        claim.beat()


def _pieces(text: str) -> Iterator[str]:
    for at in range(0, len(text), TEXT_PIECE):
        yield text[at : at + TEXT_PIECE]


def _clear(parts: Path, name: str, number: int | None = None) -> None:
    """Drop unfinished files of a document: of one claim, or of all."""
    beginning = f"{name}." if number is None else f"{name}.{number}."
    for path in parts.iterdir():
        if path.name.removeprefix(".").startswith(beginning):  # an output that completes its file writes beside it
            with contextlib.suppress(OSError):
                path.unlink()


def _told(error: BaseException) -> str:
    known = isinstance(error, (TrioletError, OSError, ValueError, ModuleNotFoundError))
    text = " ".join(str(error).split())
    return text if known and text else f"{type(error).__name__}: {text}"
