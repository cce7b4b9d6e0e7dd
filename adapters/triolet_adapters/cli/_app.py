"""The sub-commands and their options; each does its work in a module of its own."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from triolet_adapters.cli import _demo, _run, _say, _serve

app = typer.Typer(
    name="triolet",
    help="Speak an LLM's token stream while it is still being written.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
serve = typer.Typer(help="Run a local server.", no_args_is_help=True)
app.add_typer(serve, name="serve")


class Voice(enum.StrEnum):
    """Which voice speaks."""

    LOCAL = "local"
    QWEN = "qwen"


Tts = Annotated[
    Voice,
    typer.Option(
        help="The voice: [bold]local[/] (English, on this machine, no key) or [bold]qwen[/] (DASHSCOPE_API_KEY)."
    ),
]
Url = Annotated[
    str | None,
    typer.Option(help="Where the qwen voice is, such as ws://127.0.0.1:8765; default: the vendor's service."),
]
Name = Annotated[str | None, typer.Option(help="The name of a voice of the vendor's.")]
Language = Annotated[str, typer.Option(help="The language of the text (ISO 639-1), or auto.")]
Out = Annotated[
    str | None,
    typer.Option(help="A .wav file, a .pcm file, or - for raw PCM on standard output; default: the loudspeaker."),
]


@app.command()
def say(
    text: Annotated[
        str | None, typer.Argument(help="What to say, or - to read it from standard input as it comes.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Say what this UTF-8 text file holds.")] = None,
    out: Out = None,
    tts: Tts = Voice.LOCAL,
    url: Url = None,
    voice: Name = None,
    language: Language = "auto",
) -> None:
    """Say a text (Markdown is read, not spelt out).

    Examples:
      triolet say "Hello there."
      triolet say -f answer.md --out answer.wav
      llm "Tell me a story" | triolet say -
    """
    _run.run(_say.say, _say.tokens(text, file), _say.voice(tts, url, voice), out, language)


@serve.command("tts")
def serve_tts(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 8765,
) -> None:
    """Speak the Qwen-TTS realtime protocol on this machine, with the local voice.

    Point any client at it: triolet say --tts qwen --url ws://127.0.0.1:8765 "Hello."
    """
    _run.run(_serve.serve_tts, host, port)


@app.command()
def demo(
    out: Annotated[str, typer.Option(help="The WAV file to write.")] = "demo.wav",
    rate: Annotated[float, typer.Option(help="Tokens a second.", min=1, max=10_000)] = 30.0,
) -> None:
    """Speak a given answer, replayed as an LLM would write it, over the real protocol on this machine."""
    _run.run(_demo.demo, out, rate)
