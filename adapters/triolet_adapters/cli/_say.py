"""`triolet say`: a text, to the loudspeaker or a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triolet import TTS, speech
from triolet_adapters.cli._captions import captions_file
from triolet_adapters.cli._options import (
    CacheOption,
    CaptionsOption,
    DialectOption,
    InsecureOption,
    JsonOption,
    LanguageOption,
    OutOption,
    RecordOption,
    RecordTextOption,
    RegionOption,
    TtsOption,
    UrlOption,
    Voice,
    VoiceOption,
    check_cache,
    described,
    language_of,
    output_of,
    tried,
    voice_of,
)
from triolet_adapters.cli._record import recorder
from triolet_adapters.cli._run import NothingToSay, run
from triolet_adapters.cli._speak import speak
from triolet_adapters.cli._text_input import text_source
from triolet_adapters.cli._view import chosen_view
from triolet_adapters.shared.keep_text import KeepText
from triolet_adapters.tts.cached import Cached


def say(
    text: Annotated[
        str | None, typer.Argument(help="What to say, or - to say what comes on standard input, as it comes.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Say what this text file holds.")] = None,
    out: OutOption = None,
    tts: TtsOption = Voice.LOCAL,
    url: UrlOption = None,
    region: RegionOption = None,
    insecure: InsecureOption = False,
    dialect: DialectOption = None,
    voice: VoiceOption = None,
    language: LanguageOption = "auto",
    captions: CaptionsOption = None,
    cache: CacheOption = None,
    as_object: JsonOption = False,
    record: RecordOption = None,
    record_text: RecordTextOption = KeepText.FULL,
) -> None:
    """Say a text. Markdown is read, not spelt out.

    Each sentence is shown on its way: written, committed to the voice, heard.

    [bold]Examples[/]

      triolet say "Hello there. How are you?"

      triolet say -f answer.md --out answer.wav

      triolet say -f answer.md -o answer.wav --captions vtt

      llm "Tell me a story" | triolet say -

      triolet say "Hello." --out - | ffplay -f s16le -ar 24000 -ac 1 -

      triolet say "你好！" --tts qwen --region ap-southeast-1

      triolet say "Hello." --tts openai --voice nova
    """

    async def command() -> None:
        if as_object and out == "-":
            raise ValueError("--json and --out - both want standard output; write the sound to a file")
        source, output, captioned = text_source(text, file), output_of(out), captions_file(captions, out)
        if text is not None and not text.strip():
            raise ValueError('TEXT is empty: say something, such as triolet say "Hello."')
        view = chosen_view(json=as_object, stdout_taken=out == "-")
        with recorder(record, record_text) as recording:
            speaker = voice_of(
                tts, url, region, voice, recording, insecure=insecure, dialect=dialect, language=language
            )
            if cache is None:  # what is cached needs nobody
                await tried(voice_of(tts, url, region, voice, insecure=insecure, dialect=dialect, language=language))
            recording.settings(
                command="say",
                language=language_of(language, speaker),
                voice=described(speaker),
                sample_rate=speaker.format.sample_rate,
            )
            pipeline = recording.source(source) | speech(recording.voice(kept(speaker, cache)), language) | output
            try:
                await speak(pipeline, view, out=out, captions=captioned, as_object=as_object, recording=recording)
            except NothingToSay as error:
                raise ValueError(str(error)) from error

    run(command)


def kept(tts: TTS, cache: Path | None) -> TTS:
    """The voice, with its phrases kept in a directory if one is given."""
    return tts if cache is None else Cached(tts, check_cache(cache))
