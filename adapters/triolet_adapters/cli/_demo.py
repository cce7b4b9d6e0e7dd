"""`triolet demo`: what the library is for, shown and measured on this machine."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import attrs
import trio
import typer

from triolet import Pipeline, TurnResult, speech, text_bound
from triolet.errors import TrioletError
from triolet.events import Event, OutputOpened, SourceEnded, TurnStarted
from triolet_adapters.cli._both import FileAndDevice
from triolet_adapters.cli._cutting import Cutting, cut
from triolet_adapters.cli._llm import SPOKEN_STYLE, answer, local_llm_is_installed
from triolet_adapters.cli._options import JsonOption, check_folder
from triolet_adapters.cli._report import as_json
from triolet_adapters.cli._run import run
from triolet_adapters.cli._speak import speak
from triolet_adapters.cli._speaker import Speaker
from triolet_adapters.cli._view import View, chosen_view
from triolet_adapters.outputs import NullDevice, WavFile
from triolet_adapters.sources import Replay, split_tokens

QUESTION = "How can I sleep better?"

ANSWER = """\
## How to sleep better

Good sleep begins *long before* you go to bed. A few habits make a **big difference**, and none of them costs more than \
5 minutes a day:

1. **Keep a schedule.** Go to bed and get up at the same time, on Sundays too.
2. **Dim the lights.** A bright screen tells your brain that it is still daytime.
3. **Watch the coffee.** Half of it is still at work after 6 hours.

If you cannot fall asleep, get up, read a few pages, and try again. Would you like to know more? There is a good \
[guide to sleep](https://www.nhlbi.nih.gov/health/sleep) to begin with.
"""

QUIET = 1.0
"""Seconds. A source from which nothing is taken for so long has stalled; the voice computes a sentence in a tenth of that."""


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="The WAV file to write.")] = Path("demo.wav"),
    question: Annotated[str, typer.Option(help="What the LLM is asked.")] = QUESTION,
    llm: Annotated[
        bool | None,
        typer.Option(
            "--llm/--no-llm",
            help="Let an LLM on this machine answer, or replay a given answer.",
            show_default="an LLM if its packages are installed",
        ),
    ] = None,
    rate: Annotated[float, typer.Option(help="Tokens a second of the replayed answer.", min=1, max=10_000)] = 30.0,
    sound: Annotated[bool, typer.Option("--sound/--silent", help="Play it too, if there is a sound device.")] = True,
    as_object: JsonOption = False,
) -> None:
    """Answer a question aloud, and show that speech starts while the answer is still being written.

    A language model on this machine answers (or a given answer is replayed as one would write it), and a voice on this machine
    speaks, over the WebSocket protocol that a voice in the cloud would speak. Then the output is paused, to show that this stops
    the source within a stated bound. Needs no key and no network. Exit code 0 only if both hold.

    [bold]Examples[/]

      triolet demo

      triolet demo --no-llm --rate 60 --out answer.wav

      triolet demo --question "How do birds find their way?"
    """

    async def command() -> None:
        if out.suffix.lower() != ".wav":
            raise ValueError(f"--out {out}: the demo writes a .wav file")
        check_folder(out)
        async with AsyncExitStack() as stack:
            tts = await stack.enter_async_context(voice_behind_the_protocol())
            source = await _answer(stack, question, rate, llm)
            writer = "the replayed LLM" if isinstance(source, Replay) else "the LLM"
            view = chosen_view(json=as_object)
            if not as_object:
                replayed = f"a given answer is replayed, {rate:g} tokens a second"
                _say(replayed if isinstance(source, Replay) else f"the LLM is asked: {question}")
            started, result = await _speak_aloud(source, tts, out, view, sound=sound, as_object=as_object)
            if not as_object:
                _say(started.sentence(writer))
            stalled = await stall(result.text, tts)
        if as_object:
            _print_json(result, out, started, stalled)
        else:
            _say(stalled.sentence())
            _say(f"{out} holds the answer")
        if not (started.holds and stalled.holds):
            raise TrioletError("the demo did not show what it should: see above")

    run(command)


@attrs.frozen
class Start:
    """When sound began, and when the source had ended; seconds from the beginning of the turn."""

    first_sound: float
    source: float
    sentences: int
    share: float = 0.5
    """Sound must come before this part of the source's time has passed. It is 1 for an LLM on this machine, which shares the
    processor with the voice."""

    @property
    def early(self) -> bool:
        """Sound came before that share of the source's time had passed."""
        return self.first_sound < self.source * self.share

    @property
    def holds(self) -> bool:
        """It was early, as it has to be where the answer has at least four sentences."""
        return self.early or self.sentences < 4

    def sentence(self, writer: str) -> str:
        """For people."""
        verdict = "" if self.early else " (the answer is too short for more)"
        if not self.holds:
            verdict = f" (TOO LATE: it should come within {self.share:.0%} of that time)"
        return f"first sound after {self.first_sound:.2f} s, while {writer} went on writing for {self.source:.2f} s{verdict}"


@attrs.frozen
class Stall:
    """How far a source came while the output was paused, in characters."""

    characters: int
    bound: int

    @property
    def holds(self) -> bool:
        """It stalled within the bound."""
        return self.characters <= self.bound

    def sentence(self) -> str:
        """For people."""
        verdict = "the stated bound is" if self.holds else "MORE THAN THE STATED BOUND of"
        return (
            f"with the output paused, the source stalled after {self.characters:,} characters; {verdict} {self.bound:,}"
        )


@asynccontextmanager
async def voice_behind_the_protocol() -> AsyncGenerator[Any]:
    """The local voice, spoken to over a WebSocket on this machine."""
    from triolet_adapters.tts import LocalTTS  # noqa: PLC0415 -- an extra
    from triolet_adapters.tts.qwen import QwenTTS  # noqa: PLC0415
    from triolet_adapters.tts.qwen.server import QwenServer  # noqa: PLC0415

    voice = LocalTTS()
    async with voice.connect(), trio.open_nursery() as nursery:
        url = await nursery.start(QwenServer(voice).serve)
        yield QwenTTS(url=url, api_key="")
        nursery.cancel_scope.cancel()


async def _answer(stack: AsyncExitStack, question: str, rate: float, llm: bool | None) -> AsyncIterable[str]:
    if llm or (llm is None and local_llm_is_installed()):
        from triolet_adapters.sources import LocalLLMFailed  # noqa: PLC0415 -- an extra

        messages = [{"role": "system", "content": SPOKEN_STYLE}, {"role": "user", "content": question}]
        try:
            return await stack.enter_async_context(answer(messages, None, None, None))
        except LocalLLMFailed as error:
            if llm:
                raise
            sys.stderr.write(f"triolet: no language model here, so a given answer is replayed: {error}\n")
    return Replay(ANSWER, rate)


async def _speak_aloud(
    source: AsyncIterable[str], tts: Any, out: Path, view: View, *, sound: bool, as_object: bool
) -> tuple[Start, TurnResult]:
    output = FileAndDevice(WavFile(out), Speaker() if sound else None, instead=NullDevice())
    if not sound and not as_object:
        _say("(--silent: nothing is played, and heard means written to the file)")
    pipeline = source | speech(tts, "en") | output
    result = await speak(pipeline, view, out=str(out), as_object=False)
    if output.silence is not None and not as_object:
        _say("(no sound device here: nothing was to be heard, but the times are those of a listener; play the file)")
    share = 0.5 if isinstance(source, Replay) else 1.0
    return _start_of(pipeline, result, share), result


def _start_of(pipeline: Pipeline, result: TurnResult, share: float) -> Start:
    at = {type(event): event.at for event in pipeline.timeline}
    first = result.latency.first_audible
    return Start(
        float("inf") if first is None else first,
        at[SourceEnded] - at[TurnStarted],
        sentences=len(result.phrases),
        share=share,
    )


async def stall(text: str, tts: Any) -> Stall:
    """Let a source write `text` again and again into a chain whose output is paused, until it stalls."""
    tokens = split_tokens(text.rstrip() + "\n\n")
    bound = bound_of(cut(tokens * 2, "en"), max(map(len, tokens)))
    given = 0

    async def endless() -> AsyncIterator[str]:
        nonlocal given
        for token in itertools.cycle(tokens):
            given += len(token)
            yield token
            await trio.lowlevel.checkpoint()

    device = NullDevice()

    def pause(event: Event) -> None:
        if isinstance(event, OutputOpened):
            device.pause()

    pipeline = endless() | speech(tts, "en") | device
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pipeline.run, pause)
        before = -1
        while given != before and given <= 2 * bound:
            before = given
            await trio.sleep(QUIET)
        nursery.cancel_scope.cancel()
    return Stall(given, bound)


def bound_of(cutting: Cutting, token: int) -> int:
    """What the default chain can hold of this text."""
    return text_bound(
        token=token,
        clause=max(len(clause.text) for clause in cutting.clauses),
        phrase=max(after - before for before, after in itertools.pairwise(_starts(cutting))),
        group=max(clause.end - clause.start for clause in cutting.spoken),
    )


def _starts(cutting: Cutting) -> list[int]:
    """Where phrases begin: what stands before the first words of one and is not said belongs to the one before."""
    return [0, *(phrase.start for phrase in cutting.phrases[1:]), cutting.clauses[-1].end]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _print_json(result: TurnResult, out: Path, started: Start, stalled: Stall) -> None:
    """The object of `_report`, and: source_seconds, first_sound_seconds, stalled_after_characters, stated_bound_characters."""
    found = {
        **as_json(result, str(out)),
        "source_seconds": round(started.source, 3),
        "first_sound_seconds": round(started.first_sound, 3),
        "stalled_after_characters": stalled.characters,
        "stated_bound_characters": stalled.bound,
    }
    _say(json.dumps(found, ensure_ascii=False, indent=2))
