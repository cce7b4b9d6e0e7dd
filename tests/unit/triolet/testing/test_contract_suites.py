"""The contract suites find what is wrong: each breach, and the test that catches it."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio
import trio.testing

from triolet._model._audio import AudioFormat
from triolet.playout._output import Output
from triolet.testing import OutputContract, RecordingOutput, TTSContract
from triolet.tts._contract import TTS, AudioCallback, TTSSession, Usage

Clock = trio.testing.MockClock


class Judged(OutputContract):
    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, RecordingOutput)
        return output.pcm


class LosesASample(RecordingOutput):
    async def play(self, pcm: bytes) -> None:
        await super().play(pcm[2:] if len(pcm) > 2_000 else pcm)


class RepeatsAPiece(RecordingOutput):
    def _accept(self, pcm: bytes) -> None:
        self._recorded += pcm[:2]
        super()._accept(pcm)


class HoldsTooMuch(RecordingOutput):
    def __init__(self) -> None:
        super().__init__(hold=0.3)


class IgnoresFlush(RecordingOutput):
    def flush(self) -> None:
        pass


class PlaysOnAfterAFlush(RecordingOutput):
    def flush(self) -> None:
        super().flush()
        self._flushes -= 1


class ForgetsHeard(RecordingOutput):
    async def close(self) -> None:
        await super().close()
        self._base = 0


class KeepsTheOldCount(RecordingOutput):
    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        heard = self.heard
        await super().open(format)
        self._base = self._accepted = heard


class OpensTwice(RecordingOutput):
    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        self._format = None
        await super().open(format)


@pytest.mark.parametrize(
    ("broken", "caught_by"),
    [
        (LosesASample, Judged.test_plays_every_sample_once_and_in_order),
        (RepeatsAPiece, Judged.test_plays_every_sample_once_and_in_order),
        (HoldsTooMuch, Judged.test_a_real_time_output_holds_a_bounded_amount),
        (IgnoresFlush, Judged.test_flush_drops_what_has_not_been_heard),
        (PlaysOnAfterAFlush, Judged.test_flush_frees_a_play_that_waits_and_drops_its_rest),
        (ForgetsHeard, Judged.test_heard_starts_at_0_never_goes_back_and_never_passes_what_was_accepted),
        (KeepsTheOldCount, Judged.test_starts_anew_when_opened_again),
        (OpensTwice, Judged.test_refuses_what_makes_no_sense),
    ],
)
async def test_a_broken_output_is_caught(
    broken: type[RecordingOutput], caught_by: Callable[..., Awaitable[None]], autojump_clock: Clock
) -> None:
    await caught_by(Judged(), RecordingOutput(), autojump_clock)
    with pytest.raises((AssertionError, trio.TooSlowError)):
        await caught_by(Judged(), broken(), autojump_clock)


class Tone(TTS, TTSSession):
    """A voice that beeps for as long as its text is: 10 ms of sound, 1 ms of time, for each letter."""

    def __init__(self) -> None:
        self.busy = False

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(8_000)

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[TTSSession]:
        yield type(self)()

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        return self._open()

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        if not text.strip():
            raise ValueError("no words")
        if self.busy:
            raise RuntimeError("busy")
        self.busy = True
        try:
            for _ in text:
                await trio.sleep(0.001)
                accept(b"\0\0\0\x20" * 40)
        finally:
            self.busy = False
        return Usage(len(text))


class Silent(Tone):
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        return await super().commit(text, lambda pcm: accept(bytes(len(pcm))))


class HalfSamples(Tone):
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        return await super().commit(text, lambda pcm: accept(pcm[1:]))


class SpeaksNothing(Tone):
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        return await super().commit(text or "nothing", accept)


class TalksOver(Tone):
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        self.busy = False
        return await super().commit(text, accept)


class SwallowsTheCap(Tone):
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        def careless(pcm: bytes) -> None:
            with contextlib.suppress(Exception):
                accept(pcm)

        return await super().commit(text, careless)


class TalksOn(Tone):
    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        with trio.CancelScope(shield=True):
            await super().commit(text, accept)
        return Usage()


class KeepsTheLastCommit(Tone):
    last = ""

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        usage = await super().commit(text and self.last + text, accept)
        self.last = text
        return usage


class TestTone(TTSContract):
    repeatable = True

    @pytest.fixture
    def tts(self) -> Tone:
        return Tone()


@pytest.mark.parametrize(
    ("broken", "caught_by"),
    [
        (Silent, TTSContract.test_speaks),
        (HalfSamples, TTSContract.test_speaks),
        (KeepsTheLastCommit, TTSContract.test_speaks_one_commit_after_another),
        (SpeaksNothing, TTSContract.test_refuses_text_without_words),
        (TalksOver, TTSContract.test_refuses_a_second_commit_meanwhile),
        (SwallowsTheCap, TTSContract.test_ends_when_accept_has_had_enough),
        (TalksOn, TTSContract.test_is_silent_once_it_was_cancelled),
    ],
)
async def test_a_broken_voice_is_caught(
    broken: type[Tone], caught_by: Callable[..., Awaitable[None]], autojump_clock: Clock
) -> None:
    await caught_by(TTSContract(), Tone())
    with pytest.RaisesGroup(AssertionError, allow_unwrapped=True, flatten_subgroups=True):
        await caught_by(TTSContract(), broken())
