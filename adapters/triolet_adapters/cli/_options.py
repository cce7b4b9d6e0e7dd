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

from triolet import TTS, Output, is_this_machine
from triolet.errors import AuthenticationFailed, ConnectionFailed, DeadlineExpired
from triolet_adapters.cli._record import Recording
from triolet_adapters.cli._speaker import Speaker
from triolet_adapters.outputs import AudioFile, PcmFile, WavFile
from triolet_adapters.outputs.audio_file import ENDINGS
from triolet_adapters.shared.keep_text import KeepText


class Voice(enum.StrEnum):
    """Which voice speaks."""

    LOCAL = "local"
    KOKORO = "kokoro"
    PICO = "pico"
    QWEN = "qwen"
    OPENAI = "openai"
    ELEVENLABS = "elevenlabs"
    DEEPGRAM = "deepgram"
    COSYVOICE = "cosyvoice"
    OMNI = "omni"
    CARTESIA = "cartesia"


class Dialect(enum.StrEnum):
    """Which server of open models `omni` speaks with."""

    VLLM = "vllm"
    SGLANG = "sglang"
    TOGETHER = "together"


DialectOption = Annotated[
    Dialect | None,
    typer.Option(help="Of omni: the server whose words it uses.", show_default="vllm"),
]
TtsOption = Annotated[
    Voice,
    typer.Option(
        help="[bold]local[/]: English, on this machine, no key. [bold]kokoro[/]: Chinese, or es, fr, it, ja, pt by --language, the same. "
        "[bold]pico[/]: German, or en, es, fr, it, the same. [bold]qwen[/]: Qwen-TTS realtime, DASHSCOPE_API_KEY. "
        "[bold]openai[/]: OpenAI, or any server of its speech API, OPENAI_API_KEY. [bold]elevenlabs[/]: ELEVENLABS_API_KEY. "
        "[bold]deepgram[/]: DEEPGRAM_API_KEY. [bold]cartesia[/]: CARTESIA_API_KEY. "
        "[bold]cosyvoice[/]: CosyVoice and Qwen-Audio-TTS, DASHSCOPE_API_KEY. "
        "[bold]omni[/]: vLLM-Omni, SGLang-Omni or Together AI (--dialect)."
    ),
]


def no_option(url: str | None) -> str | None:
    """The URL behind `--url`.

    Raises:
        BadParameter: it is the name of the next option.
    """
    if url is not None and url.startswith("-"):
        raise typer.BadParameter(f"a URL must stand behind it, such as ws://127.0.0.1:8765; {url} is another option")
    return url


UrlOption = Annotated[
    str | None,
    typer.Option(
        help="Where the voice is, such as ws://127.0.0.1:8765; default: the vendor's service.", callback=no_option
    ),
]
RegionOption = Annotated[
    str | None,
    typer.Option(
        help="The region of qwen or cosyvoice, such as ap-southeast-1. A key belongs to one.", show_default="cn-beijing"
    ),
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
        help="A file: .wav, .mp3, .opus, .ogg, .flac, .m4a or .pcm; or - for raw PCM on standard output.",
        show_default="the loudspeaker",
    ),
]  # fmt: skip
CacheOption = Annotated[
    Path | None,
    typer.Option(
        help="Keep phrases in this directory, and play those that are there; see triolet cache.", show_default="none"
    ),
]
CaptionsOption = Annotated[
    str | None,
    typer.Option(
        help="Write captions of what was heard: a .vtt or .srt file; or vtt or srt, for one beside the file of --out.",
        show_default="none",
    ),
]
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
    dialect: Dialect | None = None,
    language: str = "auto",
) -> TTS:
    """The voice that was asked for; what a vendor's sends and receives goes to `recording`.

    Raises:
        ValueError: options that do not go together, or are wrong; no key.
        ModuleNotFoundError: what it needs is not installed.
    """
    if tts not in _REGIONAL and region is not None:
        raise ValueError("--region goes with --tts qwen or cosyvoice; other voices have none")
    if tts is not Voice.OMNI and dialect is not None:
        raise ValueError("--dialect goes with --tts omni; other voices have none")
    if tts in (Voice.LOCAL, Voice.KOKORO, Voice.PICO):
        from triolet_adapters.tts import KokoroTTS, LocalTTS, PicoTTS  # noqa: PLC0415 -- extras

        if url is not None:
            raise ValueError(
                "--url goes with a voice elsewhere, such as --tts qwen; the local voice is on this machine"
            )
        if tts is not Voice.LOCAL:
            if voice is not None:
                raise ValueError(f"--voice: {tts.value} has one voice a language; choose by --language")
            kind = KokoroTTS if tts is Voice.KOKORO else PicoTTS
            try:
                return kind() if language == "auto" else kind(language=language)
            except ValueError as error:
                raise ValueError(f"--language {language}: {error}") from error
        return LocalTTS() if voice is None else LocalTTS(voice=voice)
    from triolet_adapters.tts.frame import InsecureKey, MissingKey  # noqa: PLC0415

    given: dict[str, Any] = {"voice": voice, "allow_insecure": insecure or None, "dialect": dialect and dialect.value}
    try:
        return _elsewhere(tts, url, region, given, recording)
    except MissingKey as error:
        hint = "; a key belongs to a region (--region)" if tts in _REGIONAL else ""
        raise ValueError(f"no key: set the environment variable {KEYS[tts]}{hint}") from error
    except InsecureKey as error:
        raise ValueError(
            f"--url {url}: the key would be sent in the clear; use TLS (wss://, https://), or --insecure"
        ) from error


_REGIONAL = (Voice.QWEN, Voice.COSYVOICE)
"""Voices whose keys belong to regions."""

KEYS = {
    Voice.QWEN: "DASHSCOPE_API_KEY",
    Voice.OPENAI: "OPENAI_API_KEY",
    Voice.ELEVENLABS: "ELEVENLABS_API_KEY",
    Voice.DEEPGRAM: "DEEPGRAM_API_KEY",
    Voice.COSYVOICE: "DASHSCOPE_API_KEY",
    Voice.OMNI: "TOGETHER_API_KEY",
    Voice.CARTESIA: "CARTESIA_API_KEY",
}
"""The variable of the environment that has the key of each voice."""


SERVE_KEY = "TRIOLET_SERVE_KEY"
"""The variable that has the key of a server given by --url, such as one of `triolet serve tts`."""


def _elsewhere(
    tts: Voice, url: str | None, region: str | None, given: dict[str, Any], recording: Recording | None
) -> TTS:
    """A voice of a vendor, or of a server of its protocol."""
    chosen = _given(**given)
    if url is not None and (key := os.environ.get(SERVE_KEY)):
        chosen["api_key"] = key  # not a vendor's key, which belongs to the vendor
    tap = {} if recording is None else recording.tap()
    match tts:
        case Voice.OPENAI:
            from triolet_adapters.tts import OpenAITTS  # noqa: PLC0415

            return OpenAITTS(**chosen, **_given(base_url=_openai_base(url)))
        case Voice.ELEVENLABS:
            from triolet_adapters.tts import ElevenLabsTTS  # noqa: PLC0415

            return ElevenLabsTTS(**chosen, **_given(base_url=url), **tap)
        case Voice.DEEPGRAM:
            from triolet_adapters.tts import DeepgramTTS  # noqa: PLC0415

            return DeepgramTTS(**chosen, **_given(base_url=url), **tap)
        case Voice.COSYVOICE:
            from triolet_adapters.tts import CosyVoiceTTS  # noqa: PLC0415

            return CosyVoiceTTS(**chosen, **_given(url=url, region=region), **tap)
        case Voice.OMNI:
            from triolet_adapters.tts import OmniTTS  # noqa: PLC0415

            return OmniTTS(**chosen, **_given(base_url=url), **tap)
        case Voice.CARTESIA:
            from triolet_adapters.tts import CartesiaTTS  # noqa: PLC0415

            return CartesiaTTS(**chosen, **_given(base_url=url), **tap)
        case _:
            from triolet_adapters.tts import QwenTTS  # noqa: PLC0415

            return QwenTTS(**chosen, **_given(url=url, region=region), **tap)


def _given(**settings: Any) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in settings.items() if value is not None}


def _openai_base(url: str | None) -> str | None:
    """The base of an API whose URL, path or host alone was given."""
    if url is None:
        return None
    parts = urlsplit(url.removesuffix("/").removesuffix("/audio/speech"))
    return parts._replace(path=parts.path or "/v1").geturl()


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
    except AuthenticationFailed as error:
        raise AuthenticationFailed(f"{error}. {_key_help(url)}", code=error.code) from error
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


def _key_help(url: str) -> str:
    if is_this_machine(urlsplit(url).hostname or ""):
        return f"Set {SERVE_KEY} to the key of that server"
    return f"Is the key in the environment right, and of this service and region? With --url it may be in {SERVE_KEY}"


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


def check_cache(directory: Path) -> Path:
    """See that a cache can be there, before anything is said for it.

    Raises:
        ValueError: it is something else than a directory.
    """
    if directory.exists() and not directory.is_dir():
        raise ValueError(f"{directory} is a file; a cache is a directory, which is made where there is none")
    return directory


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
        case ending if ending in ENDINGS:
            return AudioFile(out)
        case _ if os.path.exists(out) and not os.path.isfile(out):  # noqa: PTH110, PTH113 -- a named pipe
            return PcmFile(out)
        case _:
            raise ValueError(
                f"--out {out}: give a {', '.join(('.wav', *ENDINGS))} or .pcm file, or - for raw PCM on standard output"
            )
