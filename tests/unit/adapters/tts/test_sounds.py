"""Text as the sounds that Kokoro was trained on: clauses, espeak-ng's symbols, kana. No model."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet.errors import TTSError, Unspeakable
from triolet_adapters.tts import _espeak, _kana
from triolet_adapters.tts._latin import LONGEST_WORD, clauses


def texts(text: str, longest: int = 40, shortest: int = 12) -> list[str]:
    return [clause for clause, _ in clauses(text, longest, shortest)]


def test_text_is_cut_at_punctuation_where_the_part_is_long_enough() -> None:
    assert clauses("Hola, buenos días, ¿qué tal? Bien.", 120, 12) == [
        ("Hola, buenos días,", 0.15),
        ("qué tal?", 0.4),
        ("Bien.", 0.4),
    ]


def test_what_would_be_a_command_is_read_as_words() -> None:
    assert texts('[[h@l\'oU]] <speed level="9">ja</speed>\x00\n-v', longest=99) == ["h@l'oU speed level 9 ja speed -v"]


@pytest.mark.parametrize(
    ("text", "error"), [("", ValueError), ("¿?…", ValueError), ("🎉", Unspeakable), ("день", Unspeakable)]
)
def test_what_cannot_be_read_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        clauses(text, 120, 12)


@given(
    st.text(
        alphabet=st.one_of(st.characters(max_codepoint=0x17F, exclude_characters="µ"), st.sampled_from(" ,.!?")),
        max_size=200,
    )
)
def test_every_word_is_in_one_clause_and_none_is_too_long(text: str) -> None:
    try:
        parts = texts(text)
    except (ValueError, Unspeakable):
        assert not any(c.isalnum() for c in text)
        return
    assert all(len(part) <= 40 + LONGEST_WORD for part in parts)
    together = "".join("".join(parts).split())
    assert [c for c in together if c.isalnum()] == [c for c in together if c not in "',.;:!?%&+€$£°@-"]


@pytest.mark.parametrize(
    ("ipa", "letters"),
    [
        ("t^ʃˈao d^zˈio", "ʧˈao ʣˈio"),
        ("pˈa^ʊlʊ te^ɪŋ", "pˈWlʊ tAŋ"),
        ("sə- (^e^n)wˈiːkˈɛnd(^f^r)\n", "sə wˈiːkˈɛnd"),
        ("(en)hˈaɪ(es)", "hˈaɪ"),
        ("mˈu^iŋ sɐ̃^ʊ̃", "mˈuiŋ sɐ̃ʊ̃"),
    ],
)
def test_symbols_of_espeak_become_kokoros(ipa: str, letters: str) -> None:
    assert _espeak.kokoro_letters(ipa) == letters


def program(folder: Path, body: str) -> str:
    """A stand-in for espeak-ng."""
    path = folder / "espeak-ng"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return f"{folder}{os.pathsep}/bin{os.pathsep}/usr/bin"


def test_each_part_between_two_marks_is_read_and_the_marks_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, f'echo "$@" >> {tmp_path}/asked; cat'))
    assert [piece.phonemes for piece in _espeak.pieces("Sí, sí. -w x", "es")] == ["Sí, sí.", "w x"]
    assert set((tmp_path / "asked").read_text().splitlines()) == {"-q --ipa --tie=^ -b 1 -v es --stdin"}


def test_a_program_that_fails_or_hangs_is_an_error_of_the_voice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_espeak, "DEADLINE", 0.05)
    for body in ("exit 3", "exec sleep 9"):
        monkeypatch.setenv("PATH", program(tmp_path, body))
        with pytest.raises(TTSError, match="espeak-ng could not read 'hola'"):
            _espeak.sounds("hola", "es")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(TTSError, match="not installed any more: apt install espeak-ng"):
        _espeak.sounds("hola", "es")


@pytest.mark.skipif(not _espeak.installed(), reason="the program espeak-ng is not installed")
@pytest.mark.parametrize(
    ("language", "text", "sound"),
    [("es", "mañana", "aɲˈana"), ("fr", "bonjour", "ʒˈuʁ"), ("it", "ciao", "ʧˈ"), ("pt", "irmã", "mˈɐ̃")],
)
def test_the_program_itself(language: str, text: str, sound: str) -> None:
    assert sound in _espeak.sounds(text, language)


@pytest.mark.parametrize(
    ("kana", "sounds"),
    [
        ("コンピューター", "kompʲɨːtaː"),
        ("チョット", "ʨoʔto"),
        ("ティッシュ", "tʲiʔɕɨ"),
        ("ニホンゴ", "ɲihoŋɡo"),
        ("ビョーイン", "bʲoːiɴ"),
        ("ファイル", "ɸaiɾɯ"),
        ("シェフ", "ɕeɸɯ"),
        ("アンナイ", "annai"),
        ("ーッ", "ʔ"),
    ],
)
def test_kana(kana: str, sounds: str) -> None:
    assert _kana.sounds(kana) == sounds


@given(st.text(alphabet=[*_kana.KANA, "ン", "ッ", "ー"], max_size=12))
def test_all_kana_have_sounds(kana: str) -> None:
    assert bool(_kana.sounds(kana)) == bool(kana.strip("ー"))


@pytest.mark.parametrize(("text", "error"), [("。", ValueError), ("🎉", Unspeakable), ("안녕", Unspeakable)])
def test_what_cannot_be_read_in_japanese_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        _kana.pieces(text)


@pytest.mark.skipif(importlib.util.find_spec("pyopenjtalk") is None, reason="the extra kokoro-ja is not installed")
def test_japanese_itself() -> None:
    assert [piece.phonemes for piece in _kana.pieces("今日は雨です、窓を閉めてください。")] == [
        "kʲoː βa amedesɨ,",
        "mado o ɕimete kɯdasai.",
    ]
