"""`triolet chat`: a question to a language model, its answer spoken while it is written."""

from __future__ import annotations

from typing import Annotated

import typer

from triolet import speech
from triolet_adapters.cli._llm import SPOKEN_STYLE, answer
from triolet_adapters.cli._options import (
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
    described,
    language_of,
    output_of,
    tried,
    voice_of,
)
from triolet_adapters.cli._record import recorder
from triolet_adapters.cli._run import run
from triolet_adapters.cli._speak import speak
from triolet_adapters.cli._text_input import standard_input
from triolet_adapters.cli._view import chosen_view
from triolet_adapters.shared.keep_text import KeepText


def chat(
    prompt: Annotated[str, typer.Argument(help="The question, or - to read it from standard input.")],
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="The model's name.", show_default="SmolLM2 on this machine, no key"),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            help="An OpenAI-compatible API, such as http://127.0.0.1:11434/v1, or the name of one: "
            "openai, dashscope, dashscope-intl, dashscope-us, dashscope-hk, vllm, ollama, llama.cpp, lm-studio.",
            show_default="openai, if a model is named",
        ),
    ] = None,
    key_env: Annotated[
        str | None,
        typer.Option(
            help="The environment variable that holds the API's key.",
            show_default="OPENAI_API_KEY or DASHSCOPE_API_KEY, for the services that issue them",
        ),
    ] = None,
    system: Annotated[str, typer.Option(help="The system message.")] = SPOKEN_STYLE,
    out: OutOption = None,
    tts: TtsOption = Voice.LOCAL,
    url: UrlOption = None,
    region: RegionOption = None,
    insecure: InsecureOption = False,
    dialect: DialectOption = None,
    voice: VoiceOption = None,
    language: LanguageOption = "auto",
    as_object: JsonOption = False,
    record: RecordOption = None,
    record_text: RecordTextOption = KeepText.FULL,
) -> None:
    """Ask a language model, and hear its answer while it is being written.

    [bold]Examples[/]

      triolet chat "Why is the sky blue?"

      triolet chat "Why is the sky blue?" --base-url ollama --model llama3.2

      triolet chat "天空为什么是蓝色的？" --base-url dashscope --model qwen-plus --tts qwen
    """

    async def command() -> None:
        if as_object and out == "-":
            raise ValueError("--json and --out - both want standard output; write the sound to a file")
        question = "".join([part async for part in standard_input()]) if prompt == "-" else prompt
        if not question.strip():
            raise ValueError('PROMPT is empty: ask something, such as triolet chat "Why is the sky blue?"')
        messages = [{"role": "system", "content": system}] if system else []
        messages.append({"role": "user", "content": question})
        output = output_of(out)
        view = chosen_view(json=as_object, stdout_taken=out == "-")
        with recorder(record, record_text) as recording:
            speaker = voice_of(
                tts, url, region, voice, recording, insecure=insecure, dialect=dialect, language=language
            )
            await tried(voice_of(tts, url, region, voice, insecure=insecure, dialect=dialect, language=language))
            recording.settings(
                command="chat",
                language=language_of(language, speaker),
                voice=described(speaker),
                sample_rate=speaker.format.sample_rate,
            )
            async with answer(messages, model, base_url, key_env) as tokens:
                pipeline = recording.source(tokens) | speech(recording.voice(speaker), language) | output
                await speak(pipeline, view, out=out, as_object=as_object, recording=recording)

    run(command)
