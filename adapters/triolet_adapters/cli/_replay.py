"""`triolet replay`: a recorded turn, repeated."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import trio
import typer

from triolet import Output, Synthesizer, speech
from triolet_adapters.cli._options import JsonOption, output_of
from triolet_adapters.cli._recorded import Recorded, load
from triolet_adapters.cli._run import run
from triolet_adapters.cli._speak import speak
from triolet_adapters.cli._speaker import Speaker
from triolet_adapters.cli._view import chosen_view
from triolet_adapters.outputs import NullDevice, PcmFile


def replay(
    folder: Annotated[Path, typer.Argument(help="What --record wrote.")],
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", help="A .wav or .pcm file, or -.", show_default="a listener without a loudspeaker"),
    ] = None,
    aloud: Annotated[bool, typer.Option("--aloud", help="Play it on the loudspeaker.")] = False,
    as_object: JsonOption = False,
) -> None:
    """Repeat a recorded turn, without a network: the same tokens and the same audio, when they came then.

    Everything between them is done anew, so that a fault of this library shows again, or is seen to be mended. A turn that was
    interrupted is interrupted at the same time. Where the recording holds no text, it begins with the recorded phrases.

    [bold]Examples[/]

      triolet say "Hello." --tts qwen --record turn

      triolet replay turn

      triolet replay turn --out again.wav
    """

    async def command() -> None:
        if aloud and out is not None:
            raise ValueError("--aloud and --out: choose one")
        if as_object and out == "-":
            raise ValueError("--json and --out - both want standard output; write the sound to a file")
        recorded = load(folder)
        output = _output(recorded, out, aloud=aloud)
        voice = recorded.voice()
        if recorded.has_text:
            pipeline = recorded.source() | speech(voice, recorded.settings["language"]) | output
        else:
            pipeline = recorded.phrases() | Synthesizer(voice) | output
        view = chosen_view(json=as_object, stdout_taken=out == "-")
        if recorded.interrupted_at is not None:
            view.scope.deadline = trio.current_time() + recorded.interrupted_at
        await speak(pipeline, view, out=out, as_object=as_object)
        if recorded.latency is not None and not as_object:
            (sys.stderr if out == "-" else sys.stdout).write(f"as recorded:\n{recorded.latency}\n")

    run(command)


def _output(recorded: Recorded, out: str | None, *, aloud: bool) -> Output:
    if aloud:
        return Speaker()
    if out is not None:
        return output_of(out)
    return NullDevice() if recorded.realtime else PcmFile(os.devnull)
