"""Stages that give audio."""

from __future__ import annotations

import abc

from triolet._model._audio import AudioChunk, AudioFormat
from triolet.chain._stages import In_contra, Stage


class AudioStage(Stage[In_contra, AudioChunk]):
    """A stage that gives audio of a format known before the first chunk, so that the output can be opened before a turn begins.

    A stage that gives audio and is none of these works as well: the output then opens with the first chunk.
    """

    @property
    @abc.abstractmethod
    def audio_format(self) -> AudioFormat:
        """The format of all audio that comes out."""


def format_of(parts: tuple[object, ...]) -> AudioFormat | None:
    """The format of what comes out of these stages in a row; None where only the first chunk tells."""
    return next((part.audio_format for part in reversed(parts) if isinstance(part, AudioStage)), None)
