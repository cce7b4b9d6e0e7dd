"""The bridge from asyncio: bounded both ways, cancelled both ways, and gone when its block is left."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import trio.testing
from recipes.from_asyncio import AsyncioConversation, AsyncioOutput
from tests.hearing.words import compare
from tests.integration.recipes.test_recipes import heard, run

from triolet import AudioFormat, Conversation, Output, speech
from triolet.errors import OutputError, ServiceError
from triolet.testing import RecordingOutput, ScriptedTTS, ToneTTS, decode
from triolet_adapters.outputs import Memory

SENTENCE = "Nine words are in this sentence, and it ends. "


def test_the_recipe_speaks_until_its_patience_ends(tmp_path: Path) -> None:
    printed = run("from_asyncio", tmp_path)
    first, second, rest = (line.partition(":")[2].strip() for line in printed.splitlines())
    assert first == "This program has an event loop of its own."
    assert f"{second} {rest}".startswith("Whoever waits no longer")
    assert rest.endswith("Never.")
    assert compare([f"{first} {second}"], heard(tmp_path / "from_asyncio.wav")).errors <= 2, "a word may be cut off"


class Words:
    """An asyncio source that says how far it was read and whether it was closed."""

    def __init__(self, *endings: BaseException, sentences: int = 1_000_000) -> None:
        self.begun = asyncio.Event()
        self.given = 0
        self.closed = False
        self._endings = endings
        self._sentences = sentences

    async def __call__(self) -> AsyncGenerator[str]:
        try:
            for _ in range(self._sentences):
                for word in SENTENCE.split():
                    await asyncio.sleep(0)
                    self.begun.set()
                    self.given += 1
                    yield f"{word} "
            for error in self._endings:
                raise error
        finally:
            await asyncio.sleep(0)
            self.closed = True


def in_a_loop(program: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it, and see that no thread of Trio's is at work afterwards."""

    async def bounded() -> None:
        async with asyncio.timeout(20):
            await program()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    before = set(threading.enumerate())
    asyncio.run(bounded())
    alive = {thread.name for thread in set(threading.enumerate()) - before if not thread.name.startswith("Trio")}
    assert alive == set(), "Trio keeps idle worker threads for a while; the loop's own are gone"


async def quiet(bridge: AsyncioConversation) -> None:
    """Until nothing more happens on either side."""
    for _ in range(3):
        await bridge.call(lambda: trio.testing.wait_all_tasks_blocked(0.02))


def conversation(output: Output) -> Conversation:
    return Conversation(speech(ToneTTS(), "en"), output)


def test_what_goes_in_comes_out() -> None:
    units: list[bytes] = []
    tts = ToneTTS()

    async def send(pcm: bytes) -> None:
        await asyncio.sleep(0)
        units.append(pcm)

    async def program() -> None:
        talk = Conversation(speech(tts, "en"), AsyncioOutput(send, pace=1000.0))
        async with AsyncioConversation(talk) as bridge:
            for _ in range(2):
                words = Words(sentences=3)
                result = await bridge.say(words())
                assert result.heard == SENTENCE * 3
                assert words.closed

    in_a_loop(program)
    out = decode(b"".join(units))
    assert out.unreadable == 0
    assert [(run.start, run.stop) for run in out.runs] == [(0, commit.samples) for commit in tts.commits]
    assert "".join(commit.text for commit in tts.commits).replace(" ", "") == SENTENCE.replace(" ", "") * 6


def test_a_listener_who_stops_makes_the_tokens_stop() -> None:
    async def program() -> None:
        listening = asyncio.Event()
        units: list[bytes] = []

        async def send(pcm: bytes) -> None:
            units.append(pcm)
            if len(units) > 3:
                listening.set()
                await asyncio.sleep(3600)

        words = Words()
        async with AsyncioConversation(conversation(AsyncioOutput(send, pace=1000.0))) as bridge:
            turn = asyncio.create_task(bridge.say(words()))
            await listening.wait()
            await quiet(bridge)
            given = words.given
            await quiet(bridge)
            assert words.given == given < 1_000
            assert len(units) == 4
            turn.cancel()
            await asyncio.wait([turn])
        assert words.closed

    in_a_loop(program)


class Sounding(RecordingOutput):
    """Tells when something has been heard."""

    def __init__(self, pace: float) -> None:
        super().__init__(pace=pace)
        self.sounding = trio.Event()

    def _accept(self, pcm: bytes) -> None:
        super()._accept(pcm)
        if self.heard:
            self.sounding.set()


def test_cancelling_say_silences_the_turn_and_closes_the_tokens_before_it_returns() -> None:
    async def program() -> None:
        output = Sounding(pace=20.0)
        talk = conversation(output)
        async with AsyncioConversation(talk) as bridge:
            words = Words()
            turn = asyncio.create_task(bridge.say(words()))
            await bridge.call(output.sounding.wait)
            turn.cancel()
            with pytest.raises(asyncio.CancelledError):
                await turn
            assert words.closed
            assert talk.last is not None
            assert talk.last.interrupted
            await bridge.say(Words(sentences=1)())
        first, second = decode(output.pcm).runs
        assert (first.commit, first.start) == (0, 0)
        assert (second.start, second.stop) == (0, ToneTTS().samples_of(SENTENCE.strip()))

    in_a_loop(program)


def test_an_interruption_cancels_tokens_that_are_waited_for() -> None:
    async def program() -> None:
        closed = asyncio.Event()

        async def stuck() -> AsyncGenerator[str]:
            try:
                yield SENTENCE
                await asyncio.sleep(3600)
            finally:
                closed.set()

        talk = conversation(RecordingOutput(pace=1000.0))
        async with AsyncioConversation(talk) as bridge:
            turn = asyncio.create_task(bridge.say(stuck()))
            await quiet(bridge)
            bridge.tell(talk.interrupt)
            result = await turn
            assert result.interrupted
            assert closed.is_set()
            assert (await bridge.say(Words(sentences=1)())).heard == SENTENCE

    in_a_loop(program)


@pytest.mark.parametrize("side", ["tokens", "voice", "send"])
def test_an_error_of_either_side_is_raised_alone(side: str) -> None:
    async def send(pcm: bytes) -> None:
        await asyncio.sleep(0)
        if side == "send":
            raise OSError("the socket is closed")

    voice = ScriptedTTS([[ServiceError("the service is gone")]]) if side == "voice" else ToneTTS()
    errors = {"tokens": LookupError, "voice": ServiceError, "send": OSError}

    async def program() -> None:
        words = Words(LookupError("no such model"), sentences=2 if side == "tokens" else 1_000_000)
        talk = Conversation(speech(voice, "en"), AsyncioOutput(send, pace=1000.0))
        async with AsyncioConversation(talk) as bridge:
            with pytest.raises(errors[side]):
                await bridge.say(words())
            assert words.closed

    in_a_loop(program)


def test_leaving_the_block_by_an_error_ends_the_turns() -> None:
    async def program() -> None:
        words = Words()
        turns: list[asyncio.Task[Any]] = []
        with pytest.raises(ZeroDivisionError):
            async with AsyncioConversation(conversation(RecordingOutput())) as bridge:
                turns.extend(asyncio.create_task(bridge.say(words())) for _ in range(2))
                await words.begun.wait()
                raise ZeroDivisionError
        await asyncio.wait(turns)
        assert [turn.cancelled() for turn in turns] == [True, True]
        assert words.closed

    in_a_loop(program)


def test_after_its_end_it_says_so() -> None:
    async def program() -> None:
        talk = conversation(RecordingOutput())
        async with AsyncioConversation(talk) as bridge:
            pass
        bridge.tell(talk.interrupt)
        with pytest.raises(RuntimeError, match="has ended"):
            await bridge.say(Words()())

    in_a_loop(program)


class Slow(Memory):
    """A device that takes its time, or cannot be had."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__()
        self.opening = threading.Event()
        self.closed = False
        self._fails = fails

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        self.opening.set()
        if self._fails:
            raise OutputError("no sound device")
        await trio.sleep(0.05)
        await super().open(format)

    async def close(self) -> None:
        self.closed = True
        await super().close()


def test_what_keeps_it_from_opening_is_raised() -> None:
    async def program() -> None:
        with pytest.raises(OutputError, match="no sound device"):
            async with AsyncioConversation(conversation(Slow(fails=True))):
                raise AssertionError

    in_a_loop(program)


def test_cancelled_while_it_opens_it_closes_again() -> None:
    async def program() -> None:
        output = Slow(fails=False)
        entering = asyncio.create_task(AsyncioConversation(conversation(output)).__aenter__())
        await asyncio.to_thread(output.opening.wait)
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering
        assert output.closed

    in_a_loop(program)


def test_stale_audio_has_no_way_out() -> None:
    async def program() -> None:
        units: list[bytes] = []
        sounding = asyncio.Event()

        async def send(pcm: bytes) -> None:
            await asyncio.sleep(0)
            units.append(pcm)
            sounding.set()

        talk = conversation(AsyncioOutput(send))
        async with AsyncioConversation(talk) as bridge:
            turn = asyncio.create_task(bridge.say(Words()()))
            await sounding.wait()
            await bridge.call(lambda: interrupted(talk))
            sent = len(units)
            await turn
            await quiet(bridge)
            assert len(units) <= sent + 1, "one may have been on its way"
            assert {run.commit for run in decode(b"".join(units)).runs} == {0}

    in_a_loop(program)


async def interrupted(talk: Conversation) -> None:
    await trio.lowlevel.checkpoint()
    talk.interrupt()
