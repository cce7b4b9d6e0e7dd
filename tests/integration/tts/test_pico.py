"""The voice in five languages, with its process: it speaks, it survives hostile text, and nothing is left behind."""

from __future__ import annotations

import importlib.util
import sys
from array import array
from pathlib import Path

import pytest

from triolet.errors import ConnectionLost, Unspeakable
from triolet.testing import TTSContract
from triolet_adapters.tts import PicoTTS, pico
from triolet_adapters.tts.pico import PicoSession

if importlib.util.find_spec("py_nanotts") is None:
    pytest.skip("the extra pico is not installed", allow_module_level=True)


class TestPicoTTS(TTSContract):
    text = "Der Zug fährt heute pünktlich ab."
    longer = (
        "Jeden Morgen fährt der Zug pünktlich ab. Alle gehen zur Arbeit. Danach ist es ruhig. Man trinkt einen Kaffee."
    )

    @pytest.fixture
    def tts(self) -> PicoTTS:
        return PicoTTS()


async def lengths(session: object, text: str) -> list[float]:
    """Seconds of each call."""
    assert isinstance(session, PicoSession)
    heard: list[float] = []
    await session.commit(text, lambda pcm: heard.append(len(pcm) / 32_000))
    return heard


async def test_it_speaks_sentence_by_sentence_at_the_speed_that_was_asked_for() -> None:
    async with PicoTTS("es").connect() as session:
        plain = await lengths(session, "Buenos días, señor. ¿Cómo está usted?")
    async with PicoTTS("es", speed=2.0).connect() as session:
        fast = await lengths(session, "Buenos días, señor. ¿Cómo está usted?")
    assert len(plain) == len(fast) == 2
    assert 0.8 < plain[0] < 2.5
    assert sum(fast) < 0.75 * sum(plain)


async def test_it_is_as_loud_as_the_english_voice_and_never_clips() -> None:
    heard = array("h")
    async with PicoTTS("it").connect() as session:
        await session.commit("Potrebbe ripetere ancora una volta, per favore?", heard.frombytes)
    assert 9_000 < max(map(abs, heard)) < 32_767


def test_silence_and_a_click_behind_it_are_cut_off_and_a_last_consonant_is_kept() -> None:
    def pcm(*parts: tuple[int, float]) -> bytes:
        return array("h", [level for level, seconds in parts for _ in range(int(16_000 * seconds))]).tobytes()

    word = (9_000, 0.5)
    assert len(pico._trimmed(pcm((0, 0.3), word, (0, 0.5), (900, 0.010), (0, 0.1)))) == 2 * 16_000 * 0.55
    assert len(pico._trimmed(pcm(word, (0, 0.1), (900, 0.010), (0, 0.1)))) == 2 * 16_000 * 0.65
    assert pico._trimmed(pcm((50, 0.3))) == b""


async def test_hostile_text_is_spoken_or_refused_and_the_session_lives() -> None:
    hostile = ["-v", "<volume level='500'>Hallo</volume>", "a\x00b\nc", "&lt;{}[[x]]", "ß" * 400, "1" * 60, "aéü" * 90]
    async with PicoTTS("fr").connect() as session:
        for text in hostile:
            assert await lengths(session, text)
        for text in ("привет", "🎉"):
            with pytest.raises(Unspeakable):
                await lengths(session, text)
        assert await lengths(session, "Bonjour.")


async def test_no_process_is_left_and_one_that_ends_is_said_to_have_ended() -> None:
    async with PicoTTS().connect() as session:
        assert isinstance(session, PicoSession)
        process = session._process
        assert process.poll() is None
        process.kill()
        with pytest.raises(ConnectionLost, match="has ended"):
            await lengths(session, "Hallo.")
        with pytest.raises(RuntimeError, match="connect another session"):
            await lengths(session, "Hallo.")
    async with PicoTTS().connect() as session:
        assert isinstance(session, PicoSession)
        process = session._process
    assert process.returncode is not None


async def test_a_text_on_which_it_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stand-in in its place never answers."""
    stand_in = tmp_path / "_pico_process.py"
    stand_in.write_text("import sys\nsys.stdin.read()\n")
    monkeypatch.setattr(pico, "__file__", str(tmp_path / "pico.py"))
    monkeypatch.setattr(pico, "DEADLINE", 0.05)
    async with PicoTTS().connect() as session:
        with pytest.raises(Unspeakable, match=r"took longer than 0\.05 s for 'Hallo\.'"):
            await lengths(session, "Hallo.")


def test_languages_and_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PicoTTS("de-AT").language == "de"
    assert PicoTTS("en_us").language == "en-US"
    assert PicoTTS().adjusted(language="it") == PicoTTS("it")
    with pytest.raises(ValueError, match="does not speak 'pt': it speaks de, en, es, fr, it and en-US"):
        PicoTTS("pt")
    monkeypatch.setitem(sys.modules, "py_nanotts", None)
    with pytest.raises(ModuleNotFoundError, match=r'py-nanotts: pip install "triolet\[pico\]"'):
        PicoTTS()
