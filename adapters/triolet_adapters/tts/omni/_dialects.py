"""Servers that take texts and commits over a WebSocket and answer with audio: what differs between them, as data."""

from __future__ import annotations

import types
from collections.abc import Mapping

import attrs


@attrs.frozen(kw_only=True)
class Dialect:
    """How one server says what all of them say. One that is not in `DIALECTS` is yours to describe."""

    path: str
    """Of its WebSocket."""
    base_url: str | None = None
    """Where it is unless another is given. None: it must be given."""
    key_variable: str = ""
    """The variable of the environment that has the key; empty for none: a server of one's own has the key it was started with."""
    key_issuer: str | None = None
    """The domain that the environment's key is for."""
    config: str | None = None
    """The type of the first message, which has the settings. None: they are in the query of the URL."""
    ready: str | None = None
    """The type of the message that says that commits are taken. None: none comes."""
    text: str = "input.text"
    """The type of a message with text."""
    commit: str = "input.commit"
    """The type of the message that has all text said that was sent."""
    finished: str = "input.committed"
    """The type of the message behind the last audio of a commit."""
    audio: tuple[str, str] | None = None
    """The type of a message with audio, and its field, in base64. None: audio comes in binary messages alone."""
    failures: tuple[str, ...] = ("error",)
    """The types of messages that tell of an error."""
    close: str | None = None
    """The type of what is sent before the Close. None: nothing."""
    idle: bool = False
    """Whether a text without a character keeps an unused connection open."""
    context: str | None = None
    """The field that names a context: each commit is in one of its own. None: there are none, and an interruption closes the connection."""
    cancel: str = ""
    """The type of the message that stops a context."""
    cancelled: str = ""
    """The type of the answer to it."""
    max_commits: int | None = None
    """Commits after which a connection is left for a new one. None: never."""
    fields: Mapping[str, str]
    """The settings that it takes, each with its own name for it."""
    defaults: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """Settings that must be given, with what is taken where none is."""
    streams: str | None = None
    """The field that asks for audio as it is made; it wants pcm. None: it always comes so."""
    streams_faster: bool = True
    """Whether it streams at another `speed` than 1."""
    splits: tuple[str, ...] = ()
    """The values of `split`, the one that is taken first."""
    source: str
    """Where all of this was read."""
    read: str
    """The day on which it was read."""
    note: str = ""


_SETTINGS = (
    "voice",
    "model",
    "task_type",
    "language",
    "instructions",
    "ref_audio",
    "ref_text",
    "response_format",
    "speed",
    "seed",
)
_STREAM = {name: name for name in _SETTINGS} | {"split": "split_granularity"}

DIALECTS: Mapping[str, Dialect] = types.MappingProxyType(
    {
        "vllm": Dialect(
            path="/v1/audio/speech/stream",
            base_url="ws://127.0.0.1:8091",
            config="session.config",
            commit="input.done",
            finished="session.done",
            close="session.close",
            idle=True,
            fields=_STREAM,
            streams="stream_audio",
            streams_faster=False,
            splits=("none", "sentence", "clause"),
            source="github.com/vllm-project/vllm-omni, vllm_omni/entrypoints/openai/serving_speech_stream.py and protocol/audio.py at "
            "0131cb55; pull requests 5517 (input.done keeps the connection) and 7046 (split_granularity, seed)",
            read="2026-11-28",
            note="Before 5517 it closes the connection behind session.done: then each commit has one of its own. input.commit of pull "
            "request 5470, which was open, only says that a text was queued; there is no end of its audio to wait for.",
        ),
        "sglang": Dialect(
            path="/v1/audio/speech/stream",
            base_url="ws://127.0.0.1:8000",
            config="session.config",
            ready="session.configured",
            close="input.done",
            idle=True,
            fields=_STREAM,
            streams="stream_audio",
            splits=("sentence", "clause"),
            source="github.com/sgl-project/sglang-omni, sglang_omni/serve/speech_ws.py at b4f47753; pull request 1626 (input.commit)",
            read="2026-11-28",
            note="It says each sentence by itself as soon as its mark comes. Port 8000 is its default.",
        ),
        "together": Dialect(
            path="/v1/audio/speech/websocket",
            base_url="wss://api.together.ai",
            key_variable="TOGETHER_API_KEY",
            key_issuer="together.ai",
            ready="session.created",
            text="input_text_buffer.append",
            commit="input_text_buffer.commit",
            finished="conversation.item.audio_output.done",
            audio=("conversation.item.audio_output.delta", "delta"),
            failures=("error", "conversation.item.tts.failed"),
            context="context_id",
            cancel="context.cancel",
            cancelled="context.cancelled",
            max_commits=100,
            fields={name: name for name in ("voice", "model", "language", "response_format", "speed", "sample_rate")}
            | {"split": "segment"},
            defaults={"model": "hexgrad/Kokoro-82M", "voice": "af_alloy"},
            splits=("never",),
            source="docs.together.ai/docs/inference/text-to-speech/websocket and /reference/audio-speech-websocket",
            read="2026-11-28",
            note="Guesses: with segment=never a commit is one item, so that its first audio_output.done is its end; what comes of a context "
            "names it; the 100 contexts of a connection are counted over its life.",
        ),
    }
)
"""By the name that `OmniTTS(dialect=)` takes."""


def dialect_of(dialect: str | Dialect) -> Dialect:
    """The dialect of a name.

    Raises:
        ValueError: there is none.
    """
    if isinstance(dialect, Dialect):
        return dialect
    if dialect not in DIALECTS:
        raise ValueError(f"dialect is {dialect!r}; it must be one of {', '.join(DIALECTS)}, or a Dialect of your own")
    return DIALECTS[dialect]
