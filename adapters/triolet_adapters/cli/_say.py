"""`triolet say`: a text, to the loudspeaker or a file."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from pathlib import Path

import trio

from triolet import TTS, Output, speech
from triolet_adapters.outputs import Loudspeaker, PcmFile, WavFile
from triolet_adapters.tts import LocalTTS, QwenTTS


async def say(source: Iterable[str] | AsyncIterable[str], tts: TTS, out: str | None, language: str) -> None:
    """Speak, then tell how long it took. What was heard until an interruption is kept."""
    pipeline = source | speech(tts, language) | output(out)
    try:
        await pipeline.run()
    finally:
        sys.stderr.write(f"{pipeline.spoken.latency}\n")


def tokens(text: str | None, file: Path | None) -> Iterable[str] | AsyncIterable[str]:
    """Where the text comes from.

    Raises:
        ValueError: from nowhere, or from two places.
        OSError: the file cannot be read.
    """
    if (text is None) == (file is None):
        raise ValueError('say what? Give a text, or -f FILE, or - for standard input: triolet say "Hello."')
    if file is not None:
        return [file.read_text("utf-8", errors="replace")]
    return standard_input() if text == "-" else [text or ""]


async def standard_input() -> AsyncIterator[str]:
    """What comes on standard input, as it comes."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    while data := await trio.to_thread.run_sync(os.read, sys.stdin.fileno(), 4096, abandon_on_cancel=True):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def voice(name: str, url: str | None, speaker: str | None) -> TTS:
    """The voice that was asked for.

    Raises:
        ValueError: options that do not go together.
    """
    if name == "local":
        if url is not None:
            raise ValueError("--url goes with --tts qwen; the local voice needs no address")
        return LocalTTS() if speaker is None else LocalTTS(voice=speaker)
    return QwenTTS(**{"url": url} if url else {}, **{"voice": speaker} if speaker else {})


def output(out: str | None) -> Output:
    """The output that a path names.

    Raises:
        ValueError: the ending says nothing.
    """
    if out is None:
        return Loudspeaker()
    if out == "-":
        return PcmFile(out)
    match Path(out).suffix.lower():
        case ".wav":
            return WavFile(out)
        case ".pcm" | ".raw":
            return PcmFile(out)
        case _:
            raise ValueError(f"--out {out}: give a .wav or .pcm file, or - for raw PCM on standard output")
