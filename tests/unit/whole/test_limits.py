"""Hours of text into an output that stands still, and a million characters without a stop: the stated sums hold.

What memory is held is judged by tracemalloc; the server and its voice are in it, too.
"""

from __future__ import annotations

import gc
import itertools
import tracemalloc
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

import attrs
import pytest
import trio
import trio.testing
from tests.unit.adapters.tts.qwen._peers import serving

from triolet import AudioFormat, Conversation, Output, PoolOptions, speech
from triolet.conversation._bounds import text_bound
from triolet.conversation._memory_bound import audio_bound, memory_bound
from triolet.phrasing import PhrasingOptions
from triolet.playout._paced_output import PacedOutput
from triolet.testing import RecordingOutput, ScriptedTTS, ToneTTS
from triolet.turn._events import ClauseCut, Event, OutputOpened, PhraseComplete, PhraseReady
from triolet_adapters.tts.qwen.protocol import AudioDelta, parse_server_event

MIB = 2**20
RATE = 8_000
SPEED = 0.06
"""Seconds a character, of the tone voice: a calm reader."""

PROSE = (
    "A first sentence, with a comma in it. Then a second one! Is this the third? Yes: it is, and it goes on for a while, "
    "longer than the others, because some sentences do.\n\n"
)
NO_STOP = "word and " * 50
NO_SPACE = "字" * 500


@attrs.define
class Tokens:
    """So many characters of a text that begins again and again, in tokens of four."""

    text: str
    characters: int
    given: int = 0

    async def __aiter__(self) -> AsyncIterator[str]:
        for at in itertools.cycle(range(0, len(self.text), 4)):
            if self.given >= self.characters:
                return
            token = self.text[at : at + 4]
            self.given += len(token)
            yield token


@attrs.define
class Seen:
    """What the timeline and the wire tell of a turn that stands still."""

    output: PacedOutput | None = None
    clause: int = 0
    phrase: int = 0
    """Characters of the longest."""
    longest: int = 0
    """Samples of the longest phrase."""
    received: int = 0
    """Bytes of audio."""

    def observe(self, event: Event) -> None:
        match event:
            case OutputOpened() if self.output is not None:
                self.output.pause()
            case ClauseCut(clause=clause):
                self.clause = max(self.clause, len(clause.text))
            case PhraseReady(phrase=phrase):
                self.phrase = max(self.phrase, phrase.end - phrase.start)
            case PhraseComplete(samples=samples):
                self.longest = max(self.longest, samples)
            case _:
                pass

    def tap(self, _time: float, direction: str, text: str) -> None:
        event = parse_server_event(text) if direction == "received" else None
        if isinstance(event, AudioDelta):
            self.received += len(event.audio)

    @property
    def text_bound(self) -> int:
        # Clauses without words belong to no phrase: one stands for at most itself and the marks of the next clause.
        return text_bound(4, self.clause, self.phrase + 2, group=self.clause * 2)

    def audio_bound(self, *, realtime: bool) -> float:
        return audio_bound(self.longest / RATE, realtime=realtime)


@attrs.define
class Held:
    """Bytes that Python holds more than before, at most and in the end."""

    most: int = 0
    last: int = 0


@contextmanager
def measured() -> Generator[Held]:
    gc.collect()
    tracemalloc.start()
    held = Held()
    try:
        before, _ = tracemalloc.get_traced_memory()
        yield held
        gc.collect()
        last, most = tracemalloc.get_traced_memory()
        held.last, held.most = last - before, most - before
    finally:
        tracemalloc.stop()


class Stuck(Output):
    """A file on a disk that does not answer."""

    realtime = False

    @property
    def heard(self) -> int:
        return 0

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        await trio.lowlevel.checkpoint()

    async def play(self, pcm: bytes) -> None:
        await trio.sleep_forever()

    async def drain(self) -> None:
        await trio.sleep_forever()

    def flush(self) -> None:
        pass

    async def close(self) -> None:
        await trio.lowlevel.checkpoint()


@pytest.mark.parametrize(
    ("text", "realtime"),
    [(PROSE, True), (NO_STOP, True), (NO_SPACE, True), (NO_STOP, False)],
    ids=["prose", "no stop", "no space", "a file that hangs"],
)
async def test_a_million_characters_into_an_output_that_stands_still(
    autojump_clock: trio.testing.MockClock, text: str, realtime: bool
) -> None:
    """All stands still within a second; what goes on are idle sessions, of which one ends and another begins every 20 s."""
    seconds = 100

    paused = PacedOutput()
    seen = Seen(paused if realtime else None)
    source = Tokens(text, 1_000_000)
    async with serving(voice=ToneTTS(sample_rate=RATE, seconds_per_character=SPEED)) as world:
        pipeline = source | speech(world.tts(tap=seen.tap, sample_rate=RATE), "en") | (paused if realtime else Stuck())
        async with trio.open_nursery() as nursery:
            with measured() as held:
                nursery.start_soon(pipeline.run, seen.observe)
                await trio.sleep(seconds)
            stalled = source.given, seen.received
            await trio.sleep(seconds)
            assert (source.given, seen.received) == stalled, "the source was not stopped"
            nursery.cancel_scope.cancel()
    audio = seen.audio_bound(realtime=realtime)
    assert source.given <= seen.text_bound < 25_000
    assert 0 < seen.received <= 2 * RATE * audio
    assert held.most <= memory_bound(seen.text_bound, audio, RATE)


@pytest.mark.parametrize("text", [NO_STOP, NO_SPACE, "x" * 400], ids=["words", "han", "one word"])
async def test_a_million_characters_at_once(autojump_clock: trio.testing.MockClock, text: str) -> None:
    output = PacedOutput()
    seen = Seen(output)
    with measured() as held:
        source = [text * (1_000_000 // len(text))]
        pipeline = source | speech(ScriptedTTS([[AudioFormat().silence(5)]]), "en") | output
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pipeline.run, seen.observe)
            await trio.sleep(1000)
            nursery.cancel_scope.cancel()
    assert seen.phrase <= PhrasingOptions().longest
    assert held.most <= 20 * len(source[0]) + memory_bound(seen.text_bound, audio_bound(5), 24_000)


async def test_a_voice_for_each_turn_does_not_pile_up_sessions(autojump_clock: trio.testing.MockClock) -> None:
    options = PoolOptions()
    most = 0
    async with serving(voice=ToneTTS(sample_rate=RATE)) as world:
        tts = world.tts(sample_rate=RATE, model="qwen3-tts-instruct-flash-realtime")
        async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
            for turn in range(40):
                said = await conversation.say(["Hi."], instructions=f"Like number {turn}.")
                assert said.heard == "Hi."
                most = max(most, world.network.open)
            assert len(conversation.statistics()) <= options.voices
            await trio.sleep(options.cool_down + 1)
            assert world.network.open == 0
    assert most <= options.voices * options.maximum
