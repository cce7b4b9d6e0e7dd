"""A voice that needs no network and no key: hibari, American English, 24 kHz, about 100 times real time on one core."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import attrs
import trio

from triolet import TTS, AudioFormat, TTSSession
from triolet_adapters.tts._english import readable
from triolet_adapters.tts._threaded import ThreadedSession, inside, one_thread

if TYPE_CHECKING:
    from triolet_adapters.tts._hibari import Voice

DEFAULT_VOICE = "heart"


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
    def hedges(self) -> bool:
        """False: it speaks on this machine."""
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
        limiter = one_thread()
        model = await _load(self.voice, limiter)
        yield ThreadedSession(lambda text: model.speech(readable(text), self.speed, self.seed), limiter)


async def _load(voice: str, limiter: trio.CapacityLimiter) -> Voice:
    def load() -> Voice:
        from triolet_adapters.tts import _hibari  # noqa: PLC0415 -- half a second and 60 MB, for those who use it

        return _hibari.load(voice)

    return await trio.to_thread.run_sync(inside, load, limiter=limiter, abandon_on_cancel=True)
