"""What a model wrote that is no part of its answer."""

from __future__ import annotations

import enum

import attrs


class TalkKind(enum.Enum):
    """What a piece of model talk is."""

    REASONING = "reasoning"
    TOOL_CALL = "tool call"
    """A call of a tool, or the result of one."""
    PROMPT = "prompt"
    """A part of the prompt, or of a turn that is not the model's, which the model wrote out."""
    CONTROL = "control"
    """A control token, such as `<|im_end|>`, or the tag around an answer."""


@attrs.frozen
class RemovedTalk:
    """One piece of model talk that was taken out of a stream."""

    kind: TalkKind
    text: str
    """The piece, without the tag that opened it: at most the last 20,000 characters of it."""
    characters: int
    """How long the piece was."""
    spoken: str = ""
    """The part of it that is spoken all the same, since its tag never closed. Empty: none is."""
