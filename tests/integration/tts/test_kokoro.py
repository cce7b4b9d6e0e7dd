"""Kokoro on this machine: Chinese sounds by themselves, the thread around the model without it, and a short sentence with it.

The sounds of its other languages are in tests/unit/adapters/tts/test_sounds.py.
"""

from __future__ import annotations

import importlib.util
import sys
from array import array
from collections.abc import Iterator

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triolet.errors import Unspeakable
from triolet.testing import TTSContract
from triolet_adapters.tts import _espeak, kokoro
from triolet_adapters.tts.kokoro import NEEDED, KokoroTTS

if any(importlib.util.find_spec(package) is None for package in NEEDED):
    pytest.skip("the extra kokoro is not installed", allow_module_level=True)

from triolet_adapters.tts._pinyin import LONGEST, pieces

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pypinyin")


@attrs.frozen
class Hum:
    """Stands for the model, whose contract would take a minute of CPU: 0.1 s of a tone a symbol, for the same pieces."""

    def speech(self, text: str, language: str, speed: float) -> Iterator[bytes]:
        assert language == "zh"
        for piece in pieces(text):
            yield array("h", [0, 9_000, 0, -9_000] * int(600 * len(piece.phonemes) / speed)).tobytes()


class TestKokoroTTS(TTSContract):
    text = "火车今天准时出发。"
    longer = "每天早上火车都准时出发，大家去上班。之后一直到中午都很安静，人们喝一杯咖啡。"
    repeatable = True

    @pytest.fixture
    def tts(self, monkeypatch: pytest.MonkeyPatch) -> KokoroTTS:
        monkeypatch.setattr(kokoro, "_load", Hum)
        return KokoroTTS()


async def test_the_model_speaks_a_short_sentence_and_its_length_follows_the_speed() -> None:
    lengths: list[float] = []
    for speed in (1.0, 2.0):
        heard = array("h")
        async with KokoroTTS(speed=speed).connect() as session:
            await session.commit("今天很好。", heard.frombytes)
        assert 3_000 < max(heard) < 32_767
        lengths.append(len(heard) / 24_000)
    assert 0.8 < lengths[0] < 2.5
    assert lengths[1] < 0.75 * lengths[0]


@pytest.mark.skipif(not _espeak.installed(), reason="the program espeak-ng is not installed")
async def test_the_model_speaks_spanish() -> None:
    heard: list[int] = []
    async with KokoroTTS(language="es-MX").connect() as session:
        await session.commit("Sí, señor.", lambda pcm: heard.append(len(pcm) // 2))
    assert len(heard) == 1  # the first part is too short to stand alone
    assert 0.5 < sum(heard) / 24_000 < 2.0


def test_a_language_is_taken_from_a_tag_and_an_unknown_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_espeak, "installed", lambda: True)
    assert KokoroTTS(language="pt-BR").language == "pt"
    assert KokoroTTS().adjusted(language="fr") == KokoroTTS(language="fr_FR")
    with pytest.raises(ValueError, match="does not speak 'de' here: it speaks es, fr, it, ja, pt, zh"):
        KokoroTTS(language="de")
    with pytest.raises(ValueError, match="only its language can be changed"):
        KokoroTTS().adjusted(voice="xiaoyi")


def test_without_espeak_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ModuleNotFoundError, match="reads French by the program espeak-ng: apt install espeak-ng"):
        KokoroTTS(language="fr")


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("你好！", ["ni↗xau↓!", "ni↓xau↓!"]),
        ("十四", ["ʂɨ↗ sɨ↘", "ʂɨ↗sɨ↘"]),
        ("女儿", ["ny↓ɚ↗"]),
        ("银行", ["i↗nxa↗ŋ"]),  # the sound of 行 depends on the word
        ("嗯", ["n↗", "ŋ↗"]),
        ("AI", ["ˈA ˈI"]),
        ("go", ["ɡo"]),
        ("10", ["i→ li↗ŋ", "i→li↗ŋ"]),
    ],
)
def test_sounds(text: str, phonemes: list[str]) -> None:
    assert [piece.phonemes for piece in pieces(text)] in [[sound] for sound in phonemes]


def test_a_text_is_cut_at_punctuation_and_before_it_gets_long() -> None:
    parts = pieces("你好，今天天气很好，我们去公园。真的吗？" + "去" * 100)
    assert len(parts) == 3 + 4
    assert [part.pause for part in parts[:3]] == [0.15, 0.4, 0.4]


@pytest.mark.parametrize(("text", "signs"), [("Привет", "Привет"), ("你好, ありがとう", "ありがとう")])
def test_another_script_is_refused_and_named(text: str, signs: str) -> None:
    with pytest.raises(Unspeakable, match=signs):
        pieces(text)


@pytest.mark.parametrize("text", ["", " ", "……", "？！", "\x00"])
def test_no_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no words"):
        pieces(text)


def test_nothing_but_emoji_is_refused() -> None:
    with pytest.raises(Unspeakable, match="no words for"):
        pieces("🎉")


@settings(max_examples=50)
@given(
    st.text(
        alphabet=st.one_of(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), st.sampled_from("，。aB7 ")),
        max_size=80,
    )
)
def test_every_text_of_chinese_is_read_in_short_pieces(text: str) -> None:
    try:
        parts = pieces(text)
    except ValueError:
        assert not any(c.isalnum() for c in text)
        return
    syllables = sum(c.isalnum() for c in text)
    assert len(parts) >= syllables / LONGEST
    assert all(any(c.isalpha() for c in part.phonemes) for part in parts)


def test_without_a_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    with pytest.raises(ModuleNotFoundError, match=r'pypinyin: pip install "triolet\[kokoro\]"'):
        KokoroTTS()
    monkeypatch.setitem(sys.modules, "pyopenjtalk", None)
    monkeypatch.delitem(sys.modules, "pypinyin")
    with pytest.raises(ModuleNotFoundError, match=r'pyopenjtalk-plus: pip install "triolet\[kokoro-ja\]"'):
        KokoroTTS(language="ja")
