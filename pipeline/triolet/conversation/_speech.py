"""The usual chain, in one call."""

from __future__ import annotations

from triolet._model._audio import AudioChunk
from triolet.chain._stages import Stage
from triolet.normalization import NormalizationOptions, TextNormalizer
from triolet.phrasing import Phraser, PhrasingOptions
from triolet.segmentation import SentenceSegmenter
from triolet.synthesis._recovery import RecoveryPolicy
from triolet.synthesis._stage import Synthesizer
from triolet.synthesis._stream_stage import StreamSynthesizer
from triolet.tts._contract import TTS


def speech(
    tts: TTS,
    language: str = "auto",
    *,
    text: NormalizationOptions | None = None,
    phrasing: PhrasingOptions | None = None,
    recovery: RecoveryPolicy | None = None,
) -> Stage[str, AudioChunk]:
    """`SentenceSegmenter(language) | TextNormalizer(text) | Phraser(phrasing) | Synthesizer(tts, recovery=recovery)`:
    tokens in, audio out.

    For a voice whose service cuts the text itself: `SentenceSegmenter(language) | TextNormalizer(text) | StreamSynthesizer(tts)`.

    Raises:
        ValueError: an unknown language; or a `recovery` for a voice whose service cuts the text itself: what it has not said
            is not known there, so nothing can be said again.
    """
    if tts.whole_turns and recovery is not None:
        raise ValueError(f"{type(tts).__name__} cuts the text itself: it cannot have a recovery")
    spoken = SentenceSegmenter(language) | TextNormalizer(text)
    if tts.whole_turns:
        return spoken | StreamSynthesizer(tts)
    return spoken | Phraser(phrasing) | Synthesizer(tts, recovery=recovery)
