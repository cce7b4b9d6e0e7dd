"""What every `TTS` must do, as a suite of tests that you run against your own voice."""

from __future__ import annotations

from array import array

import attrs
import trio

from triolet._model._audio import SAMPLE_BYTES
from triolet._model._samples import numbers
from triolet.errors import TooMuchAudio
from triolet.testing._raises import raises
from triolet.tts._contract import TTS, Usage

LIMIT = 60.0
"""The most seconds that a test may take: opening a session and speaking a few sentences, even where the service is slow."""


async def _until_all_wait() -> None:
    """Let all other tasks run until they wait."""
    # Not at the top: it imports pytest where that is installed, and a service imports this module for its tone.
    from trio.testing import wait_all_tasks_blocked  # noqa: PLC0415

    await wait_all_tasks_blocked()


@attrs.define
class _Listener:
    """Collects the audio of a commit."""

    pcm: bytearray = attrs.Factory(bytearray)
    calls: int = 0
    limit: int | None = None
    """Raise TooMuchAudio after so many calls. None: never."""

    def __call__(self, pcm: bytes) -> None:
        assert len(pcm) % SAMPLE_BYTES == 0, "accept takes whole samples"
        self.calls += 1
        if self.limit is not None and self.calls > self.limit:
            raise TooMuchAudio("enough")
        self.pcm += pcm

    @property
    def samples(self) -> array[int]:
        return numbers(self.pcm)


class TTSContract:
    """Tests for a voice. Subclass it, give it a `tts` fixture, and run it with pytest and pytest-trio (the extra `testing`):

        class TestMyVoice(TTSContract):
            @pytest.fixture
            def tts(self):
                return MyVoice()

    Without pytest's option `trio_mode = true`, mark the class with `@pytest.mark.trio`. The suite makes about a dozen commits,
    which a service may bill.
    """

    text = "The trains leave on time today."
    longer = "Every morning the trains leave on time. After that it is quiet until noon, and people have a coffee."
    """What the voice says; `longer` must take at least twice as long as `text`. Override both for a voice of another language."""

    repeatable = False
    """Set it if the same text always gives the same samples: then the suite also compares samples."""

    parallel = True
    """Whether two sessions may speak at the same time. Override it with False for a voice that allows one."""

    audible = 300
    """The loudest sample of speech must be above this (of 32767). 300 is -40 dBFS."""

    async def test_speaks(self, tts: TTS) -> None:
        listener = _Listener()
        with trio.fail_after(LIMIT):
            async with tts.connect() as session:
                usage = await session.commit(self.text, listener)
        assert isinstance(usage, Usage)
        assert usage.characters >= 0
        assert tts.format.seconds(len(listener.samples)) > 0.3
        assert max(listener.samples) > self.audible

    async def test_speaks_one_commit_after_another(self, tts: TTS) -> None:
        short, longer, again = _Listener(), _Listener(), _Listener()
        with trio.fail_after(LIMIT):
            async with tts.connect() as session:
                await session.commit(self.text, short)
                await session.commit(self.longer, longer)
                await session.commit(self.text, again)
        assert len(longer.samples) > 1.5 * len(short.samples)
        assert len(again.samples) < 0.7 * len(longer.samples), "it has audio of the commit before"
        assert not self.repeatable or again.pcm == short.pcm

    async def test_sessions_do_not_mix(self, tts: TTS) -> None:
        if not self.parallel:
            return
        alone, short, longer = _Listener(), _Listener(), _Listener()

        async def speak(text: str, listener: _Listener) -> None:
            async with tts.connect() as session:
                await session.commit(text, listener)

        with trio.fail_after(LIMIT):
            await speak(self.text, alone)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(speak, self.longer, longer)
                nursery.start_soon(speak, self.text, short)
        assert len(longer.samples) > 1.5 * len(short.samples)
        assert not self.repeatable or short.pcm == alone.pcm

    async def test_sessions_that_share_do_not_mix(self, tts: TTS) -> None:
        """Of two that commit at the same time in a block of `TTS.sharing`, one is ended: the other says all, and so does the next."""
        block = tts.sharing()
        if block is None:
            return
        alone, stopped, other, after = _Listener(), _Listener(), _Listener(), _Listener()
        with trio.fail_after(LIMIT):
            async with block as connect:
                async with connect() as first, connect() as second:
                    await first.commit(self.text, alone)
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(second.commit, self.text, other)
                        await _until_all_wait()
                        stopped.limit = 0
                        with raises(TooMuchAudio):
                            await first.commit(self.longer, stopped)
                async with connect() as third:
                    await third.commit(self.text, after)
        for listener in (other, after):
            assert 0.7 < len(listener.samples) / len(alone.samples) < 1.5, (
                "it has audio of another session, or lacks some"
            )
            assert max(listener.samples) > self.audible

    async def test_refuses_text_without_words(self, tts: TTS) -> None:
        for nothing in ("", " \n\t"):
            with trio.fail_after(LIMIT):
                async with tts.connect() as session:
                    with raises(ValueError):
                        await session.commit(nothing, _Listener())

    async def test_refuses_a_second_commit_meanwhile(self, tts: TTS) -> None:
        listener = _Listener()
        refused = False
        with trio.fail_after(LIMIT):
            async with tts.connect() as session, trio.open_nursery() as nursery:
                nursery.start_soon(session.commit, self.text, listener)
                await _until_all_wait()
                with raises(RuntimeError):
                    await session.commit(self.text, _Listener())
                refused = True
        assert refused
        assert max(listener.samples) > self.audible, "the refused commit has silenced the first"

    async def test_ends_when_accept_has_had_enough(self, tts: TTS) -> None:
        listener = _Listener(limit=0)
        with trio.fail_after(LIMIT):
            with raises(TooMuchAudio):
                async with tts.connect() as session:
                    await session.commit(self.text, listener)
            await trio.sleep(0.1)
        assert listener.calls == 1

    async def test_is_silent_once_it_was_cancelled(self, tts: TTS) -> None:
        listener, after = _Listener(), _Listener()
        with trio.fail_after(LIMIT):
            async with tts.connect() as session:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(session.commit, self.longer, listener)
                    await _until_all_wait()
                    nursery.cancel_scope.cancel()
                    calls = listener.calls
                assert listener.calls <= calls + 1, "only a task that was about to run may still give audio, once"
                calls = listener.calls
                await trio.sleep(0.1)
                assert listener.calls == calls
                if session.reusable:
                    await session.commit(self.text, after)
            again = _Listener()
            async with tts.connect() as session:
                await session.commit(self.text, again)
        assert max(again.samples) > self.audible, "a session opened afterwards is silent"
        if after.calls:
            assert len(after.samples) < 1.5 * len(again.samples), "a reusable session has audio of the commit before"
            assert max(after.samples) > self.audible, "a reusable session is silent after a commit that was cancelled"

    async def test_an_error_of_the_user_leaves_alone(self, tts: TTS) -> None:
        class Ours(Exception):
            pass

        with trio.fail_after(LIMIT), raises(Ours):
            async with tts.connect():
                raise Ours
