"""Audio that has been looked at already."""

from __future__ import annotations

import attrs

from triolet._model._audio import AudioChunk
from triolet.alignment._voicing import Voicing


@attrs.frozen
class VoicedChunk(AudioChunk):
    """A chunk of a phrase whose voicing is known, so that nobody has to look at its samples again."""

    voicing: Voicing = attrs.field(kw_only=True, repr=False, eq=False)
    """Where the voice sounds in the phrase, as far as it has been received: at least up to the end of this chunk."""
    seen: bytes = attrs.field(kw_only=True, repr=False, eq=False)
    """The samples that were looked at."""


def voicing_of(chunk: AudioChunk) -> Voicing | None:
    """The voicing of the phrase of a chunk; None where it is not known, or a stage has changed the samples since."""
    return chunk.voicing if isinstance(chunk, VoicedChunk) and chunk.seen is chunk.pcm else None
