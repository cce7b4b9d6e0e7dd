"""How the local server behaves where servers of this API differ: every difference is a switch."""

from __future__ import annotations

from typing import Literal

import attrs

from triolet_adapters.tts.frame.server import LocalServerOptions
from triolet_adapters.tts.openai import MAX_INPUT


@attrs.frozen(kw_only=True)
class OpenAIServerOptions(LocalServerOptions):
    """The defaults are what the documents of OpenAI say."""

    models: tuple[str, ...] | None = None
    """The models that are known; any other gets HTTP 404, `model_not_found`. None: all are."""
    voices: tuple[str, ...] | None = None
    """The voices that are known; any other gets HTTP 400. None: all are."""
    max_input: int = MAX_INPUT
    """Characters of one text; more get HTTP 400."""
    sample_rate: int = 24_000
    """Samples a second of pcm and wav, where the request names none."""
    errors: Literal["openai", "fastapi"] = "openai"
    """`openai`: an object `error`. `fastapi`: an object `detail`, as Kokoro-FastAPI and others have it."""
    answer: Literal["chunks", "whole"] = "chunks"
    """`chunks`: the audio as it is made. `whole`: all of it at the end, with its length, as servers do that do not stream."""
    sse_done: bool = True
    """Whether an event stream ends with `speech.audio.done`."""
    sse_marker: bool = False
    """Whether `[DONE]` follows it, which gateways add."""
    piece: float = 0.1
    """Seconds of audio in a piece. No document says how much OpenAI sends at once."""
    odd: bool = False
    """Whether pieces end in the middle of samples."""
    fails: Literal["never", "before", "within"] = "never"
    """What becomes of every text: an error 500 before any audio, or (in an event stream) an error after the first piece."""
