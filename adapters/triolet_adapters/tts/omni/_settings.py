"""What one can ask of an open model behind vLLM-Omni, SGLang-Omni or a service like them, checked when it is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import attrs

from triolet_adapters.tts.frame import between, one_of, require_text
from triolet_adapters.tts.omni._dialects import Dialect

ResponseFormat = Literal["pcm", "wav"]
FORMATS: tuple[str, ...] = get_args(ResponseFormat)
TaskType = Literal["CustomVoice", "VoiceDesign", "Base"]
TASKS: tuple[str, ...] = get_args(TaskType)
"""Of Qwen3-TTS; a server has the model of one of them."""
MAX_REF_AUDIO = 4 * 2**20 - 64 * 2**10
"""Characters: vLLM-Omni takes 4 MiB in the message with all settings."""
_SEEDS = 2**63


@attrs.frozen(kw_only=True)
class OmniSettings:
    """The settings of a connection. None leaves a field out, so the server's own default holds.

    Raises:
        ValueError: a value that no such server takes.
    """

    voice: str | None = None
    model: str | None = None
    task_type: TaskType | None = None
    """What Qwen3-TTS does: speak with a built-in voice, with one that `instructions` describe, or with that of `ref_audio`."""
    language: str | None = None
    """The server's own name for it: Qwen3-TTS knows `English`, `German`, `Auto`; Together wants `en`."""
    instructions: str | None = None
    ref_audio: str | None = attrs.field(
        default=None, repr=lambda value: "None" if value is None else f"<{len(value)} characters>"
    )
    """A voice to be imitated: the URL of a recording, or a `data:` URL."""
    ref_text: str | None = None
    """What is said in `ref_audio`."""
    response_format: ResponseFormat = "pcm"
    """pcm comes as it is made; wav comes whole, from vLLM-Omni and SGLang-Omni."""
    sample_rate: int = 24_000
    """Samples a second, of the model; where the server takes it, it is asked for."""
    speed: float | None = None
    """0.25 to 4. vLLM-Omni sends a phrase whole if it is not 1."""
    seed: int | None = None
    split: str | None = None
    """Where the server cuts the text of a commit. None: nowhere if it can leave that, else at the ends of sentences."""
    extra: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    """Further fields, under the server's own names."""

    def __attrs_post_init__(self) -> None:
        for name in ("voice", "model", "language", "instructions", "ref_audio", "ref_text"):
            if getattr(self, name) is not None:
                require_text(name, getattr(self, name))
        one_of("response_format", self.response_format, FORMATS)
        between("sample_rate", self.sample_rate, 8_000, 48_000, whole=True)
        between("speed", self.speed, 0.25, 4.0)
        between("seed", self.seed, -_SEEDS, _SEEDS - 1, whole=True)
        if self.task_type is not None:
            one_of("task_type", self.task_type, TASKS)
        if self.task_type == "VoiceDesign" and self.instructions is None:
            raise ValueError("task_type is 'VoiceDesign'; instructions must describe the voice")
        if self.ref_text is not None and self.task_type not in (None, "Base"):
            raise ValueError(f"ref_text goes with task_type 'Base', not {self.task_type!r}")
        if self.ref_audio is not None and len(self.ref_audio) > MAX_REF_AUDIO:
            raise ValueError(
                f"ref_audio has {len(self.ref_audio)} characters; {MAX_REF_AUDIO} are allowed: give its URL"
            )

    def check(self, dialect: Dialect) -> None:
        """Check what holds in one dialect alone.

        Raises:
            ValueError: it does not take a setting that was given, or its value.
        """
        given = attrs.asdict(self, recurse=False, filter=lambda _field, value: value is not None)
        always = {"response_format", "sample_rate", "extra"}
        if lacking := sorted(given.keys() - always - dialect.fields.keys()):
            raise ValueError(f"this dialect has no {' and no '.join(lacking)}")
        if self.split is not None:
            one_of("split", self.split, dialect.splits)
        if ours := sorted(set(self.extra) & {*dialect.fields.values(), "type", dialect.streams}):
            raise ValueError(f"extra has {', '.join(ours)}, which have settings of their own")

    def to_wire(self, dialect: Dialect) -> dict[str, Any]:
        """The fields of the first message, or of the URL's query."""
        defaults = {**dialect.defaults, "split": next(iter(dialect.splits), None)}
        given = {name: value for name, value in attrs.asdict(self, recurse=False).items() if value is not None}
        values = {**defaults, **given}
        fields = {wire: values[name] for name, wire in dialect.fields.items() if values.get(name) is not None}
        if dialect.streams is not None:
            slow = self.speed in (None, 1) or dialect.streams_faster
            fields[dialect.streams] = self.response_format == "pcm" and slow
        return {**fields, **self.extra}
