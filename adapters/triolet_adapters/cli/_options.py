"""Options that several sub-commands share, and what they stand for."""

from __future__ import annotations

import enum
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from triolet import TTS, Output
from triolet_adapters.cli._speaker import Speaker
from triolet_adapters.outputs import PcmFile, WavFile


class Voice(enum.StrEnum):
    """Which voice speaks."""

    LOCAL = "local"
    QWEN = "qwen"


TtsOption = Annotated[
    Voice,
    typer.Option(
        help="[bold]local[/]: English, on this machine, no key. [bold]qwen[/]: Qwen-TTS realtime, DASHSCOPE_API_KEY."
    ),
]
UrlOption = Annotated[
    str | None,
    typer.Option(help="Where the qwen voice is, such as ws://127.0.0.1:8765; default: the vendor's service."),
]
RegionOption = Annotated[
    str | None,
    typer.Option(help="The vendor's region, such as ap-southeast-1. A key belongs to one.", show_default="cn-beijing"),
]
VoiceOption = Annotated[str | None, typer.Option(help="The name of a voice, such as Cherry.")]
LanguageOption = Annotated[
    str, typer.Option(help="The language of the text, for where to cut it (en, zh, de, ...), or auto.")
]
OutOption = Annotated[
    str | None,
    typer.Option(
        "--out", "-o",
        help="A .wav file, a .pcm file, or - for raw PCM on standard output.",
        show_default="the loudspeaker",
    ),
]  # fmt: skip
JsonOption = Annotated[
    bool, typer.Option("--json", help="Instead of showing progress, print one JSON object at the end.")
]


def voice_of(tts: Voice, url: str | None, region: str | None, voice: str | None, **more: Any) -> TTS:
    """The voice that was asked for; `more` goes to a vendor's.

    Raises:
        ValueError: options that do not go together, or are wrong; no key.
        ModuleNotFoundError: what it needs is not installed.
    """
    if tts is Voice.LOCAL:
        from triolet_adapters.tts import LocalTTS  # noqa: PLC0415 -- an extra

        for option, value in (("--url", url), ("--region", region)):
            if value is not None:
                raise ValueError(f"{option} goes with --tts qwen; the local voice is on this machine")
        return LocalTTS() if voice is None else LocalTTS(voice=voice)
    from triolet_adapters.tts.qwen import QwenTTS  # noqa: PLC0415

    given: dict[str, Any] = {"url": url, "region": region, "voice": voice}
    return QwenTTS(**{name: value for name, value in given.items() if value is not None}, **more)


def output_of(out: str | None) -> Output:
    """The output that a path names.

    Raises:
        ValueError: its ending says nothing.
    """
    if out is None:
        return Speaker()
    if out == "-":
        return PcmFile(out)
    match Path(out).suffix.lower():
        case ".wav":
            return WavFile(out)
        case ".pcm" | ".raw":
            return PcmFile(out)
        case _ if os.path.exists(out) and not os.path.isfile(out):  # noqa: PTH110, PTH113 -- a named pipe
            return PcmFile(out)
        case _:
            raise ValueError(f"--out {out}: give a .wav or .pcm file, or - for raw PCM on standard output")
