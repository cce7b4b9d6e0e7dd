"""What all frameworks need: the chain of a voice, the format of its audio, and how far ahead of the listener they get it."""

from __future__ import annotations

from triolet import TTS, AudioChunk, AudioFormat, AudioStage, Stage, speech

Voice = TTS | Stage[str, AudioChunk]
"""A voice, or a whole chain from tokens to audio such as `speech(tts, "en")`."""

AHEAD = 0.2
"""Seconds of audio that the framework gets before they are heard. Its own queue plays them; so much covers a loop that is busy for
a moment, and an interruption throws away no more. It is what our own outputs hold."""


def chain_of(voice: Voice) -> Stage[str, AudioChunk]:
    """The chain of a voice: the usual one, unless it is a chain."""
    return speech(voice) if isinstance(voice, TTS) else voice


def format_of(chain: Stage[str, AudioChunk]) -> AudioFormat:
    """The format of a chain's audio, which frameworks want to know before the first sample.

    Raises:
        ValueError: the chain does not end in a stage that knows it.
    """
    for part in reversed(chain.parts):
        if isinstance(part, AudioStage):
            return part.audio_format
    raise ValueError(
        "no stage of this chain knows the format of its audio: end it with a Synthesizer, or an AudioStage"
    )
