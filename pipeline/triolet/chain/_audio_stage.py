"""Stages that give audio."""

from __future__ import annotations

import abc

from triolet._model._audio import AudioChunk, AudioFormat
from triolet.chain._stages import In_contra, Stage


class AudioStage(Stage[In_contra, AudioChunk]):
    """A stage that gives audio, and knows its format before the first chunk: so the output can be opened before the turn begins.

    A stage that gives audio need not be an `AudioStage`. Behind any other stage the output opens with the first chunk.
    """

    @property
    @abc.abstractmethod
    def audio_format(self) -> AudioFormat:
        """The format of all audio that this stage gives."""


def format_of(parts: tuple[object, ...]) -> AudioFormat | None:
    """The format of the audio that comes out of stages in a row; None where only the first chunk tells."""
    return next((part.audio_format for part in reversed(parts) if isinstance(part, AudioStage)), None)
