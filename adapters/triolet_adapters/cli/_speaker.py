"""The sound device, for people at a command line."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator

from triolet import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs import Loudspeaker

_STDERR = 2
"""Where C writes, whatever Python does."""


class Speaker(Loudspeaker):
    """Says which option helps where there is no sound device, and nothing else."""

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it.

        Raises:
            OutputError: there is none.
        """
        try:
            with _silent_stderr():
                await super().open(format)
        except OutputError as error:
            reason = str(error).partition(": connect")[0]  # what follows is advice to programmers
            raise OutputError(f"{reason}; to write a file instead: --out speech.wav") from error


@contextlib.contextmanager
def _silent_stderr() -> Generator[None]:
    """Sound libraries in C write dozens of lines when there is no device; our error says it in one."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # a program without one
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nothing)
