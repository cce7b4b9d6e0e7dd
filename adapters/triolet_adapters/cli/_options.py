"""Options that several sub-commands share, and what they stand for."""

from __future__ import annotations

import contextlib
import enum
import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import attrs
import typer

from triolet import TTS, Output
from triolet.errors import ConnectionFailed, DeadlineExpired
from triolet_adapters.cli._keep_text import KeepText
from triolet_adapters.cli._record import Recording
from triolet_adapters.cli._speaker import Speaker
from triolet_adapters.outputs import PcmFile, WavFile
from triolet_adapters.tts.qwen.protocol import is_this_machine


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
InsecureOption = Annotated[
    bool,
    typer.Option("--insecure", help="Send the key over ws:// to another machine too, where all between can read it."),
]
VoiceOption = Annotated[str | None, typer.Option(help="The name of a voice, such as Cherry.")]
LanguageOption = Annotated[str, typer.Option(help="The language of the text: a tag such as en or pt-BR, or auto.")]
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


RecordOption = Annotated[
    Path | None,
    typer.Option(help="Keep the turn in this new folder, for a bug report; see triolet replay. It never holds a key."),
]
RecordTextOption = Annotated[
    KeepText,
    typer.Option(
        help="How a recording keeps text: full, hash (a fingerprint a passage) or none. The audio is kept in any case."
    ),
]


def voice_of(
    tts: Voice,
    url: str | None,
    region: str | None,
    voice: str | None,
    recording: Recording | None = None,
    *,
    insecure: bool = False,
) -> TTS:
    """The voice that was asked for; what a vendor's sends and receives goes to `recording`.

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
    from triolet_adapters.tts.qwen.client import KEY_VARIABLE, InsecureKey, MissingKey  # noqa: PLC0415

    given: dict[str, Any] = {"url": url, "region": region, "voice": voice}
    tap = {} if recording is None else recording.tap()
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return QwenTTS(**chosen, allow_insecure=insecure, **tap)
    except MissingKey as error:
        raise ValueError(
            f"no key: set the environment variable {KEY_VARIABLE}; a key belongs to a region (--region)"
        ) from error
    except InsecureKey as error:
        raise ValueError(f"--url {url}: the key would be sent in the clear; use wss://, or --insecure") from error


async def tried(tts: TTS) -> None:
    """Open a session of a voice elsewhere, and close it: a wrong key, voice or URL is told before any text is on its way.

    Raises:
        TTSError: no session can be had.
    """
    url = getattr(tts, "url", None)
    if url is None:
        return
    try:
        async with tts.connect():
            pass
    except ConnectionFailed as error:
        if error.code is None:  # nobody has answered
            raise ConnectionFailed(f"{error}. {_help(url)}") from error
        raise
    except DeadlineExpired as error:
        raise DeadlineExpired(f"{error}. {_help(url)}") from error


def _help(url: str) -> str:
    if is_this_machine(urlsplit(url).hostname or ""):
        return "Is a server running there (triolet serve tts starts one), and is --url right?"
    return "Is this machine online, and is --url or --region right? triolet doctor tries each region"


def language_of(language: str, voice: TTS) -> str:
    """The language that a text is read in: the only one of the voice, where none is given."""
    return voice.language or language if language == "auto" else language


def described(tts: TTS) -> dict[str, Any]:
    """A voice and its settings, for a recording; a key is none of them."""
    about: dict[str, Any] = {"kind": type(tts).__name__}
    with contextlib.suppress(attrs.exceptions.NotAnAttrsClassError):
        settings: Any = getattr(tts, "settings", tts)  # of a vendor's voice; the local one is its settings
        about |= attrs.asdict(settings)
    if (url := getattr(tts, "url", None)) is not None:
        about["url"] = url
    return about


def check_folder(out: Path) -> None:
    """See that a file can be made there.

    Raises:
        ValueError: its folder does not exist.
    """
    if not out.parent.is_dir():
        raise ValueError(f"--out {out}: the folder {out.parent} does not exist; make it first")


def output_of(out: str | None) -> Output:
    """The output that a path names.

    Raises:
        ValueError: its ending says nothing, or its folder does not exist.
    """
    if out is None:
        return Speaker()
    if out == "-":
        return PcmFile(out)
    check_folder(Path(out))
    match Path(out).suffix.lower():
        case ".wav":
            return WavFile(out)
        case ".pcm" | ".raw":
            return PcmFile(out)
        case _ if os.path.exists(out) and not os.path.isfile(out):  # noqa: PTH110, PTH113 -- a named pipe
            return PcmFile(out)
        case _:
            raise ValueError(f"--out {out}: give a .wav or .pcm file, or - for raw PCM on standard output")
