"""The sound device, for people at a command line."""

from __future__ import annotations

from triolet import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs import Loudspeaker


class Speaker(Loudspeaker):
    """Says which option helps where there is no sound device, and nothing else."""

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it.

        Raises:
            OutputError: there is none.
        """
        try:
            await super().open(format)
        except OutputError as error:
            reason = str(error).partition(": connect")[0]  # what follows is advice to programmers
            raise OutputError(f"{reason}; to write a file instead: --out speech.wav") from error
