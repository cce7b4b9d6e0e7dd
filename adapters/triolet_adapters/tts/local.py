"""A voice that needs no network and no key: hibari, American English, 24 kHz, about 100 times real time on one core."""

from __future__ import annotations

import atexit
import importlib.util
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import attrs
import trio

from triolet import TTS, AudioCallback, AudioFormat, TTSSession, Usage
from triolet.errors import Unspeakable
from triolet_adapters.tts._english import readable

if TYPE_CHECKING:
    from triolet_adapters.tts._hibari import Voice

T = TypeVar("T")

DEFAULT_VOICE = "heart"

EXIT_DEADLINE = 2.0
"""Seconds that the end of the process waits for a thread that was left inside the voice: loading takes half a second, a
sentence 0.2 s."""


@attrs.frozen
class LocalTTS(TTS):
    """The voice of the PyPI package hibari-tts (Apache-2.0): English only; needs no network for the voice "heart".

    The model is loaded once a process (half a second, 60 MB) when the first session opens, and shared. It runs in one
    worker thread: sessions take turns sentence by sentence, and the first sentence is heard while the next is spoken.

    A commit that is cancelled returns at once; its thread ends by itself after at most one sentence (0.2 s).

    Raises:
        ModuleNotFoundError: hibari is not installed; the text says how to.
        ValueError: there is no such voice; the text names those that there are.
    """

    voice: str = DEFAULT_VOICE
    """"heart" comes with the package. hibari downloads any other (emma, fable: British; fenrir, kore: American) on first use, 8 MB."""
    speed: float = attrs.field(default=1.0, validator=[attrs.validators.ge(0.5), attrs.validators.le(2.0)])
    """0.5 slow to 2.0 fast: hibari's range."""
    seed: int | None = 0
    """Seed of the breath noise. With a number the same text gives the same samples; with None the noise differs each time."""

    def __attrs_post_init__(self) -> None:
        if importlib.util.find_spec("hibari") is None:
            raise ModuleNotFoundError(
                'LocalTTS needs the package hibari-tts: pip install "triolet[local]"', name="hibari"
            )
        if self.voice != DEFAULT_VOICE:
            from hibari.voices import VOICES  # noqa: PLC0415 -- a third of a second, for those who choose one

            if self.voice not in VOICES:
                raise ValueError(f"no voice {self.voice!r}: there are {', '.join(VOICES)}")

    @property
    def format(self) -> AudioFormat:
        """24 kHz."""
        return AudioFormat(24_000)

    @property
    def language(self) -> str | None:
        """English."""
        return "en"

    @property
    def bills(self) -> bool:
        """False: this voice costs nothing."""
        return False

    @property
    def normalizes(self) -> frozenset[str]:
        """None: hibari reads plain numbers and some prices, but dates, ranges, units and versions not as a person does."""
        return frozenset()

    def adjusted(self, **changes: str) -> LocalTTS:
        """The same with another `voice`.

        Raises:
            ValueError: another language, or instructions: this voice has none.
        """
        if set(changes) - {"voice"}:
            raise ValueError("the local voice speaks English and takes no instructions: only its voice can be changed")
        return attrs.evolve(self, voice=changes["voice"])

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Load the voice if that has not been done.

        Raises:
            ValueError: there is no such voice.
            ConnectionFailed: the voice is not on this machine and could not be downloaded.
        """
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        limiter = _limiter()
        model = await _load(self.voice, limiter)
        yield _Session(model, self, limiter)


@attrs.define
class _Session(TTSSession):
    _model: Voice
    _settings: LocalTTS
    _limiter: trio.CapacityLimiter
    _busy: bool = False

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """Speak `text`, a sentence at a time.

        Raises:
            Unspeakable: another script than Latin, or nothing but emoji. Raised before the first sample.
            ValueError: no words.
            RuntimeError: another commit is running.
        """
        if self._busy:
            raise RuntimeError("a commit is running on this session: wait for it, or connect another session")
        self._busy = True
        try:
            speech: Iterator[bytes] | None = None
            spoken = False

            def sentence() -> bytes | None:
                nonlocal speech
                if speech is None:  # here, since a long text takes a while to be read
                    speech = self._model.speech(readable(text), self._settings.speed, self._settings.seed)
                return next(speech, None)

            # A thread a sentence, never one that outlives the commit by more than that.
            while (
                pcm := await trio.to_thread.run_sync(_inside, sentence, limiter=self._limiter, abandon_on_cancel=True)
            ) is not None:
                if pcm:
                    accept(pcm)
                    spoken = True
            if not spoken:
                raise Unspeakable(f"this voice has no sounds for {text[:60]!r}")
        finally:
            self._busy = False
        return Usage()


_limiters: trio.lowlevel.RunVar[trio.CapacityLimiter] = trio.lowlevel.RunVar("triolet_adapters.tts.local")


def _limiter() -> trio.CapacityLimiter:
    """One thread for all sessions of a Trio run: two would only share the core that the event loop needs as well."""
    try:
        return _limiters.get()
    except LookupError:
        limiter = trio.CapacityLimiter(1)
        _limiters.set(limiter)
        return limiter


async def _load(voice: str, limiter: trio.CapacityLimiter) -> Voice:
    def load() -> Voice:
        from triolet_adapters.tts import _hibari  # noqa: PLC0415 -- half a second and 60 MB, for those who use it

        return _hibari.load(voice)

    return await trio.to_thread.run_sync(_inside, load, limiter=limiter, abandon_on_cancel=True)


_occupied = threading.Lock()


def _inside(work: Callable[[], T]) -> T:
    """For worker threads: whatever enters the voice, whose C++ aborts the process if Python ends meanwhile."""
    with _occupied:
        return work()


@atexit.register
def _keep_out() -> None:
    """Wait until no thread is inside the voice, and let none enter any more."""
    _occupied.acquire(timeout=EXIT_DEADLINE)
