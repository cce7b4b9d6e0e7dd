"""Captions as files: WebVTT and SubRip."""

from __future__ import annotations

from collections.abc import Iterable

from triolet.captions._captions import Caption


def to_webvtt(captions: Iterable[Caption], *, offset: float = 0.0) -> str:
    """Write captions as a WebVTT file (W3C), which browsers show with a `<track>`.

    Args:
        captions: in the order of time.
        offset: seconds by which all of them are shown later, such as those that a recording has before the turn.
    """
    cues = (f"{_times(caption, offset, '.')}\n{_escaped(caption.text)}\n" for caption in captions)
    return "\n".join(["WEBVTT\n", *cues])


def to_srt(captions: Iterable[Caption], *, offset: float = 0.0) -> str:
    """Write captions as a SubRip file (`.srt`), which most players read.

    Args:
        captions: in the order of time.
        offset: seconds by which all of them are shown later.
    """
    cues = (f"{number}\n{_times(caption, offset, ',')}\n{caption.text}\n" for number, caption in enumerate(captions, 1))
    return "\n".join(cues)


def _times(caption: Caption, offset: float, point: str) -> str:
    begins, ends = (max(0, round(1000 * (time + offset))) for time in (caption.begins, caption.ends))
    return f"{_time(begins, point)} --> {_time(max(ends, begins + 1), point)}"


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}"


def _escaped(text: str) -> str:
    """Signs that would begin a tag or an entity, as entities; `-->` cannot stand in a cue, and so is escaped with them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
