"""Texts that raised an exception once."""

from __future__ import annotations

import pytest

from triolet import spoken_words


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "가격은 3 M€입니다."),
        ("de", "H026-05-12."),
        ("it", "softly026-05-12.as"),
        ("en", "026-05-12"),
        ("en", "Since the year –.³ it is 20 M²."),
        ("es", "It is old. [\u00a0\u00a0] It is tall."),
    ],
)
def test_does_not_raise(language: str, text: str) -> None:
    assert spoken_words(text, language, verbalize=True)
