"""`triolet narrate`: documents, to files."""

from __future__ import annotations

import enum
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from triolet_adapters.cli._options import (
    DialectOption,
    InsecureOption,
    LanguageOption,
    RegionOption,
    TtsOption,
    UrlOption,
    Voice,
    VoiceOption,
    described,
    language_of,
    tried,
    voice_of,
)
from triolet_adapters.cli._progress import printable
from triolet_adapters.cli._run import NotAll, last_words, run
from triolet_adapters.narration import Order, Outcome, State, Summary, find_documents, narrate, narrate_on_ray


class Format(enum.StrEnum):
    """The kinds of files."""

    MP3 = "mp3"
    OPUS = "opus"
    FLAC = "flac"
    WAV = "wav"
    M4A = "m4a"


class CaptionsKind(enum.StrEnum):
    """The kinds of captions."""

    VTT = "vtt"
    SRT = "srt"


def narrate_(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...",
            help="Text files, folders (their .txt, .md and .markdown) and patterns such as 'texts/**/*.md'.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for what is made; it is made if there is none.")],
    kind: Annotated[Format, typer.Option("--format", help="The kind of the audio files.")] = Format.MP3,
    captions: Annotated[
        CaptionsKind | None, typer.Option(help="Captions beside each audio file.", show_default="none")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes on this machine.", show_default="as many as there are cores")
    ] = None,
    redis: Annotated[
        str | None,
        typer.Option(
            help="A Redis that keeps the limits of the voice's account over processes and machines, such as redis://127.0.0.1:6379. Without it "
            "the processes of this command split them.",
            show_default="none",
        ),
    ] = None,
    ray: Annotated[
        bool,
        typer.Option(
            "--ray",
            help="Narrate as tasks of Ray, on the cluster of RAY_ADDRESS or on this machine; --jobs is not used.",
        ),
    ] = False,
    tts: TtsOption = Voice.LOCAL,
    url: UrlOption = None,
    region: RegionOption = None,
    insecure: InsecureOption = False,
    dialect: DialectOption = None,
    voice: VoiceOption = None,
    language: LanguageOption = "auto",
) -> None:
    """Narrate documents: an audio file for each, and captions. Markdown is read, not spelt out.

    Run it again after Ctrl-C, a failure or a change: what is done is not done again. Several machines may run it on one
    folder at the same time. The exit code is 0 only if all files are there.

    [bold]Examples[/]

      triolet narrate chapters --out audio

      triolet narrate 'docs/**/*.md' --out audio --format opus --captions vtt

      triolet narrate chapters -o audio --tts openai --redis redis://127.0.0.1:6379
    """  # fmt: skip

    async def command() -> None:
        if ray and jobs is not None:
            raise ValueError("--jobs goes with processes of this machine; how many tasks run is Ray's to say")
        if out.exists() and not out.is_dir():
            raise ValueError(f"--out {out} is a file; it has to be a folder, which is made where there is none")
        documents = find_documents(files, out)
        make = partial(voice_of, tts, url, region, voice, insecure=insecure, dialect=dialect, language=language)
        speaker = make()
        order = Order(
            str(out.absolute()), make, {"tts": tts.value, "voice": voice, "dialect": dialect, **described(speaker)}, kind.value,
            None if captions is None else captions.value, language_of(language, speaker), redis,
        )  # fmt: skip
        await tried(speaker)
        shown = _Shown(len(documents))
        with last_words(shown.end):
            try:
                if ray:
                    summary = await narrate_on_ray(documents, order, told=shown.add)
                else:
                    summary = await narrate(documents, order, jobs=jobs, told=shown.add)
                shown.finish()
            finally:
                shown.end()
        _report(summary)
        if not summary.complete:
            raise NotAll

    run(command)


class _Shown:
    """How far it is, in one line of a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._over = 0
        self._failed = 0
        self._ended = False
        self._line = sys.stderr.isatty()

    def add(self, outcome: Outcome) -> None:
        """Show what is over."""
        self._over += 1
        self.clear()
        if outcome.state is State.FAILED:
            self._failed += 1
        if self._line:
            failed = f", {self._failed} failed" if self._failed else ""
            sys.stderr.write(f"{self._over} of {self._total}{failed}: {printable(outcome.document.name)[-60:]}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._line:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def finish(self) -> None:
        """All was looked at: the summary says the rest."""
        self._ended = True
        self.clear()

    def end(self) -> None:
        """Say how far it came, if it ends before its time."""
        if self._ended:
            return
        self._ended = True
        self.clear()
        sys.stderr.write(
            f"triolet: ended early: {self._over} of {self._total} documents were looked at; run it again for the rest\n"
        )


def _report(summary: Summary) -> None:
    for line in summary.lines():
        sys.stdout.write(f"{printable(line)}\n")
