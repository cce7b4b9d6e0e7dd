"""`triolet cache`: what `triolet say --cache` and `Cached` have kept."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import trio
import typer

from triolet import speech
from triolet.errors import TrioletError
from triolet_adapters.cli._options import (
    DialectOption,
    InsecureOption,
    LanguageOption,
    RegionOption,
    TtsOption,
    UrlOption,
    Voice,
    VoiceOption,
    check_cache,
    tried,
    voice_of,
)
from triolet_adapters.cli._run import run
from triolet_adapters.cli._text_input import blocks
from triolet_adapters.outputs import NullDevice
from triolet_adapters.tts.cached import Cached, PhraseStore

DirectoryArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The directory of the cache.")]

app = typer.Typer(
    help="Look at, clear or fill a directory of cached phrases.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)


def _store(directory: Path) -> PhraseStore:
    if not directory.is_dir():
        raise ValueError(f"{directory} is no directory; say which one --cache was given")
    return PhraseStore(directory)


@app.command("list")
def list_(directory: DirectoryArgument) -> None:
    """List the phrases, the last used first: seconds of sound, when it was last used, the text."""

    async def command() -> None:
        for phrase in await trio.to_thread.run_sync(list, _store(directory).phrases()):
            used = time.strftime("%Y-%m-%d %H:%M", time.localtime(phrase.used))
            typer.echo(f"{phrase.seconds:6.1f} s  {used}  {' '.join(phrase.text.split())}")

    run(command)


@app.command()
def size(directory: DirectoryArgument) -> None:
    """Show how many phrases there are, and how much room they take."""

    async def command() -> None:
        count, size = await trio.to_thread.run_sync(_store(directory).size)
        typer.echo(f"{count} {'phrase' if count == 1 else 'phrases'}, {size / 1_000_000:.1f} MB")

    run(command)


@app.command()
def clear(directory: DirectoryArgument) -> None:
    """Drop all phrases. Other files in the directory stay."""

    async def command() -> None:
        count = await trio.to_thread.run_sync(_store(directory).clear)
        typer.echo(f"{count} {'phrase' if count == 1 else 'phrases'} dropped")

    run(command)


@app.command()
def warm(
    directory: DirectoryArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text file; each line is a turn, such as a greeting.")],
    tts: TtsOption = Voice.LOCAL,
    url: UrlOption = None,
    region: RegionOption = None,
    insecure: InsecureOption = False,
    dialect: DialectOption = None,
    voice: VoiceOption = None,
    language: LanguageOption = "auto",
) -> None:
    """Let a voice say each line of a file, in the time that it takes, and keep its phrases.

    A line is cut into phrases as in a conversation, so that each is found when it comes again.

    [bold]Examples[/]

      triolet cache warm phrases greetings.txt

      triolet cache warm phrases greetings.txt --tts elevenlabs
    """

    async def command() -> None:
        check_cache(directory)
        lines = [line.strip() for line in "".join(blocks(file)).splitlines() if line.strip()]
        if not lines:
            raise ValueError(f"{file} has no text")
        speaker = voice_of(tts, url, region, voice, insecure=insecure, dialect=dialect, language=language)
        await tried(speaker)
        cached = Cached(speaker, directory)
        before, _ = cached.store.size()
        for line in lines:
            await ([line] | speech(cached, language) | NullDevice()).run()
        count, size = cached.store.size()
        if cached.misses and not cached.hits and count <= before:
            raise TrioletError(
                f"nothing was kept in {directory}: a phrase may have {cached.longest} characters at most, and the directory must take files"
            )
        typer.echo(
            f"{cached.misses} said, {cached.hits} there already; now {count} {'phrase' if count == 1 else 'phrases'}, {size / 1_000_000:.1f} MB"
        )

    run(command)
