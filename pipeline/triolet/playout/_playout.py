"""An output and how to play on it."""

from __future__ import annotations

from triolet._model._audio import AudioFormat
from triolet.playout._contract import Output
from triolet.playout._gaps import PhraseGaps

CLOSE_OUTPUT = 2.0
"""Seconds that an output has to give its device or file back; what does not in that time never will."""


class Playout:
    """An output and how to play on it."""

    def __init__(self, output: Output, *, gaps: PhraseGaps | None = None, trim: bool = False) -> None:
        """Play on `output`.

        Args:
            output: the device or file.
            gaps: the silence between phrases.
            trim: cut the silence that the voice leaves at the beginning and the end of a phrase to what the pause there
                needs, so that pauses are never longer than `gaps` say and the first word comes without delay. 0.06 s
                stay at either end, for soft consonants; silence inside a phrase is played. Samples that were cut count as
                heard with their neighbours. Off by default: every sample that the voice gives is played, and where it leaves
                less silence than a pause needs, which good voices do, nothing would be cut anyway.
        """
        self.output = output
        self.gaps = gaps or PhraseGaps()
        self.trim = trim
        self.paused = False
        """Whether the listener asked for silence: the output keeps what it holds, and nobody waits for it in vain."""
        self.format: AudioFormat | None = None
        """What the output was opened for; None while it is closed."""

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the output.

        Raises:
            OutputError: it cannot be had.
        """
        await self.output.open(format)
        self.format = format
        if self.paused:  # a turn whose format was not known before its first chunk
            self.output.pause()

    async def close(self) -> None:
        """Close the output, shielded and bounded; what was not heard is dropped."""
        self.format = None
        self.paused = False
        await self.output.close()
