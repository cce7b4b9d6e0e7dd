"""Phrases of one piece each, and audio that tells which is which."""

from __future__ import annotations

from triolet import Boundary, Phrase, SpeechUnit


def phrases(*texts: str) -> list[Phrase]:
    made: list[Phrase] = []
    at = 0
    for index, text in enumerate(texts):
        unit = SpeechUnit(text, at, at + len(text))
        made.append(Phrase(index=index, units=(unit,), start=at, end=at + len(text), boundary=Boundary.SENTENCE))
        at += len(text)
    return made


def tone(value: int, seconds: float = 0.1) -> bytes:
    return value.to_bytes(2, "little") * round(seconds * 24_000)
