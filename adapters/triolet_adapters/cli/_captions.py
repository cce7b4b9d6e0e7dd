"""Captions of what was said, as a file beside the sound or wherever it is asked for."""

from __future__ import annotations

from pathlib import Path

from triolet import TurnResult, captions, to_srt, to_webvtt

WRITERS = {".vtt": to_webvtt, ".srt": to_srt}


def captions_file(asked: str | None, out: str | None) -> Path | None:
    """The file that --captions names: a .vtt or .srt file, or vtt or srt alone, for one beside the file of --out.

    Raises:
        ValueError: it is neither, or its folder does not exist.
    """
    if asked is None:
        return None
    if asked.lower() in ("vtt", "srt"):
        if out is None or out == "-":
            raise ValueError(
                f"--captions {asked}: beside which file? Give --out a file, or name one, such as out.{asked}"
            )
        return Path(out).with_suffix(f".{asked.lower()}")
    file = Path(asked)
    if file.suffix.lower() not in WRITERS:
        raise ValueError(
            f"--captions {asked}: give a .vtt or .srt file, or vtt or srt for one beside the file of --out"
        )
    if not file.parent.is_dir():
        raise ValueError(f"--captions {asked}: the folder {file.parent} does not exist; make it first")
    return file


def write_captions(file: Path, result: TurnResult) -> None:
    """Write what was heard; an empty file of its kind if nothing was."""
    file.write_text(WRITERS[file.suffix.lower()](captions(result.words)), "utf-8")
