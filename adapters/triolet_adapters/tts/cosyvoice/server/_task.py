"""What a `run-task` asks for, and the state of the task."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import Any, cast

import attrs
import trio

from triolet_adapters.shared.dashscope import billed_characters
from triolet_adapters.tts.cosyvoice import FORMATS, SAMPLE_RATES
from triolet_adapters.tts.frame.server import Encoder

_END = re.compile(r"(?:(?<![.!?])[.!?]++(?=\s)|[。！？；]+|\n)\s*")
"""The end of a sentence, with the space behind it. It looks at no character twice."""
_FIXED = {"task_group": "audio", "task": "tts", "function": "SpeechSynthesizer"}
_RANGES = {"volume": (0, 100), "rate": (0.5, 2.0), "pitch": (0.5, 2.0), "seed": (0, 65_535), "bit_rate": (6, 510)}


class Wrong(Exception):
    """A task fails. `code` and the text are what the client is told."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@attrs.frozen
class Asked:
    """The settings of a task."""

    model: str
    voice: str
    codec: str
    sample_rate: int
    words: bool
    once: bool
    """Whether text may come once only, since it is SSML."""

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Asked:
        """Of the payload of a `run-task`.

        Raises:
            Wrong: it is none.
        """
        if any(payload.get(name) != value for name, value in _FIXED.items()) or not isinstance(
            payload.get("input"), Mapping
        ):
            raise Wrong("InvalidParameter", "task can not be null")
        parameters = payload.get("parameters")
        fields: Mapping[str, Any] = {}
        if isinstance(parameters, Mapping):
            fields = cast("Mapping[str, Any]", parameters)
        model, voice = payload.get("model"), fields.get("voice")
        codec, rate = fields.get("format", "mp3"), fields.get("sample_rate", 22_050)
        if codec == "Default":  # what the SDK sends where its user has chosen nothing
            codec, rate = "mp3", rate or 22_050
        if not (isinstance(model, str) and isinstance(voice, str) and voice):
            raise Wrong("InvalidParameter", "model and voice are required")
        if codec not in FORMATS or rate not in SAMPLE_RATES:
            raise Wrong("InvalidParameter", "format or sample_rate is not supported")
        for name, (low, high) in _RANGES.items():
            value = fields.get(name)
            if value is not None and not (isinstance(value, int | float) and low <= value <= high):
                raise Wrong("InvalidParameter", f"{name} must be in [{low}, {high}]")
        words, once = fields.get("word_timestamp_enabled") is True, fields.get("enable_ssml") is True
        return cls(model, voice, codec, rate, words, once)


@attrs.define(eq=False)
class Task:
    """One task."""

    name: str
    asked: Asked
    encoder: Encoder
    splits: bool
    started: bool = False
    finishing: bool = False
    """Nothing more will be asked of it."""
    texts: int = 0
    """How many `continue-task` had text."""
    due: deque[str] = attrs.field(factory=deque[str])
    """Sentences to be said."""
    characters: int = 0
    """Billed, of what was said."""
    taken: int = 0
    """Billed, of what was sent."""
    sentence: int = -1
    """The number of the one that is being said."""
    seconds: float = 0.0
    """Of the audio of the sentences before."""
    words: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    """All that were said."""
    answers: bool = True
    """Whether its end is told."""
    scope: trio.CancelScope = attrs.Factory(trio.CancelScope)
    over: trio.Event = attrs.Factory(trio.Event)
    """Set when its end has been told."""
    changed: trio.Event = attrs.Factory(trio.Event)
    _rest: str = ""

    def take(self, text: str, max_text: int, max_task: int) -> None:
        """Take the text of a `continue-task`.

        Raises:
            Wrong: it is too long, or SSML for the second time.
        """
        cost = billed_characters(text)
        self.taken += cost
        self.texts += 1
        if self.asked.once and self.texts > 1:
            raise Wrong("InvalidParameter", "Text request limit violated, expected 1.")
        if cost > max_text or self.taken > max_task:
            raise Wrong("InvalidParameter", "the text is too long")
        looked = len(self._rest.rstrip(".!?"))  # what is before it was looked at when it came
        self._rest += text
        end = 0
        for found in _END.finditer(self._rest, looked) if self.splits else ():
            self.due.append(self._rest[end : found.end()])
            end = found.end()
        self._rest = self._rest[end:]
        self.wake()

    def flush(self) -> None:
        """Say what is not a whole sentence as well."""
        if self._rest:
            self.due.append(self._rest)
            self._rest = ""
        self.wake()

    def finish(self) -> None:
        """Say the rest, and end."""
        self.finishing = True
        self.flush()

    def wake(self) -> None:
        """Tell who waits for text."""
        self.changed.set()
        self.changed = trio.Event()
