"""A voice that needs no network and no key: SVOX Pico in German, Spanish, French, Italian and English, 16 kHz, 50 times as fast as speech."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from array import array
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import attrs
import trio

from triolet import TTS, AudioCallback, AudioFormat, TTSSession, Usage
from triolet.errors import ConnectionFailed, ConnectionLost, Unspeakable
from triolet_adapters.tts._latin import clauses

VOICES = {"de": "de-DE", "en": "en-GB", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
"""Its voice of each language. en-US is there as well."""

FORMAT = AudioFormat(16_000)

LONGEST = 200
"""Characters that are spoken at once, 12 s: that many take 0.1 s of CPU."""

DEADLINE = 5.0
"""Seconds for one part of a text, 50 times what it takes. There are texts on which Pico never ends, such as a word of 200 vowels."""

STOP_DEADLINE = 1.0
"""Seconds until a process that was killed is gone; longer only where the machine hangs."""

SILENCE = 100
"""Of 32768, -50 dBFS: Pico ends with half a second of noise below -55."""
CLICK = 0.020
"""Seconds. The Italian voice ends with a click of some milliseconds, half a second behind the last word."""
GAP = 0.15
"""Seconds of silence before such a click. The closure before the burst of a last t or k is shorter."""
BEFORE, AFTER = 0.010, 0.040
"""Seconds of the voice's own silence that stay around a part, so that no onset and no release is cut."""


def _voice(tag: str) -> str:
    tag = tag.replace("_", "-")
    exact = {"en-us": "en-US", "en-gb": "en-GB"}
    return exact.get(tag.lower(), tag.partition("-")[0].lower())


def _known(_tts: PicoTTS, _field: attrs.Attribute[str], language: str) -> None:
    if language not in VOICES and language not in ("en-US", "en-GB"):
        raise ValueError(f"Pico does not speak {language!r}: it speaks {', '.join(VOICES)} and en-US")


@attrs.frozen
class PicoTTS(TTS):
    """SVOX Pico (Apache-2.0) from the package py-nanotts: a plain voice of 2009 that every machine can pay for; needs no network.

    Each session is a process of its own, started with it (0.1 s) and killed at its end, since Pico holds Python's lock while it
    speaks and does not end on some texts. A text is spoken sentence by sentence. A second of speech takes some 10 ms of a core.

    A commit that is cancelled returns at once, and its process is killed with the session.

    Raises:
        ModuleNotFoundError: py-nanotts is not installed; the text says how to.
        ValueError: there is no voice for that language; the text names those that there are.
    """

    language: str = attrs.field(default="de", converter=_voice, validator=_known)  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]
    """de, es, fr, it, en (British) or en-US; of any other tag, such as de-AT, the language is taken."""
    speed: float = attrs.field(default=1.0, validator=[attrs.validators.ge(0.5), attrs.validators.le(2.0)])
    """0.5 slow to 2.0 fast."""

    def __attrs_post_init__(self) -> None:
        _folder()

    @property
    def format(self) -> AudioFormat:
        """16 kHz."""
        return FORMAT

    @property
    def bills(self) -> bool:
        """False: this voice costs nothing."""
        return False

    @property
    def normalizes(self) -> frozenset[str]:
        """None: it reads plain numbers, but dates, units and prices not as a person does."""
        return frozenset()

    def adjusted(self, **changes: str) -> PicoTTS:
        """The same in another `language`.

        Raises:
            ValueError: a language that it does not speak, another voice, or instructions: it has none.
        """
        if set(changes) - {"language"}:
            raise ValueError(
                "Pico has one voice a language and takes no instructions: only its language can be changed"
            )
        return attrs.evolve(self, language=changes["language"])

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Start a process, and kill it in the end.

        Raises:
            ConnectionFailed: no process could be started.
        """
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        program = Path(__file__).with_name("_pico_process.py")
        try:
            process = await trio.lowlevel.open_process(
                [sys.executable, "-S", "-P", str(program), str(_folder())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in a terminal reaches a whole group of processes
            )
        except OSError as error:
            raise ConnectionFailed(f"the process for Pico could not be started: {error}") from error
        try:
            yield PicoSession(process, VOICES.get(self.language, self.language), self.speed)
        finally:
            process.kill()
            assert process.stdin is not None
            assert process.stdout is not None
            with trio.move_on_after(STOP_DEADLINE, shield=True):
                await process.stdin.aclose()
                await process.stdout.aclose()
                await process.wait()


@attrs.define
class PicoSession(TTSSession):
    """Asks a process for the samples of each part of a text."""

    _process: trio.Process
    _voice: str
    _speed: float
    _busy: bool = False
    _spent: bool = False

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """Speak `text`, a sentence at a time.

        Raises:
            Unspeakable: a script that the voice does not know, nothing but emoji, or a text on which Pico does not end.
            ValueError: no words.
            RuntimeError: another commit is running, or one was cancelled.
            ConnectionLost: the process has ended.
        """
        if self._busy:
            raise RuntimeError("a commit is running on this session: wait for it, or connect another session")
        if self._spent:
            raise RuntimeError("a commit on this session has failed or was cancelled: connect another session")
        parts = clauses(text, LONGEST, LONGEST)
        self._busy = self._spent = True
        try:
            pause, spoken = 0.0, False
            for part, after in parts:
                pcm = _trimmed(await self._answer(part))
                if pcm:
                    accept(FORMAT.silence(pause) + pcm)
                    spoken = True
                    pause = max(after - BEFORE - AFTER, 0.0)
            if not spoken:
                raise Unspeakable(f"this voice has no sounds for {text[:60]!r}")
            self._spent = False
        finally:
            self._busy = False
        return Usage()

    async def _answer(self, text: str) -> bytes:
        request = json.dumps({"text": text, "voice": self._voice, "speed": self._speed}).encode() + b"\n"
        assert self._process.stdin is not None
        try:
            with trio.fail_after(DEADLINE):
                await self._process.stdin.send_all(request)
                return await self._received(int.from_bytes(await self._received(4), "big"))
        except trio.TooSlowError as error:
            raise Unspeakable(f"Pico took longer than {DEADLINE:g} s for {text[:60]!r}") from error
        except trio.BrokenResourceError as error:
            raise ConnectionLost("the process in which Pico speaks has ended") from error

    async def _received(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = bytearray()
        while len(data) < size:
            more = await self._process.stdout.receive_some(size - len(data))
            if not more:
                raise ConnectionLost("the process in which Pico speaks has ended")
            data += more
        return bytes(data)


def _folder() -> Path:
    """Where the package py_nanotts is. It is imported in no process but its own."""
    spec = importlib.util.find_spec("py_nanotts")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError('PicoTTS needs the package py-nanotts: pip install "triolet[pico]"')
    return Path(spec.origin).parents[1]


def _trimmed(pcm: bytes) -> bytes:
    """Without the silence around it."""
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    frame = FORMAT.samples(0.005)
    starts = range(0, len(samples), frame)
    loud = [start for start in starts if max(map(abs, samples[start : start + frame])) > SILENCE]
    if not loud:
        return b""
    for at in range(len(loud) - 1, 0, -1):
        if loud[-1] - loud[at] > FORMAT.samples(CLICK):
            break
        if loud[at] - loud[at - 1] > FORMAT.samples(GAP):
            del loud[at:]
            break
    first = max(loud[0] - FORMAT.samples(BEFORE), 0)
    last = loud[-1] + frame + FORMAT.samples(AFTER)
    return pcm[2 * first : 2 * last]
