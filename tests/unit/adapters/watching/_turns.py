"""Turns on virtual time whose figures are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from triolet import TTS, AudioFormat, RecoveryPolicy, TurnResult, speech
from triolet.errors import ConnectionLost
from triolet.events import Event
from triolet.testing import RecordingOutput, ScriptedSource, ScriptedTTS

RATE = AudioFormat().sample_rate
SOUND = (b"\x00\x10" * RATE)[: 2 * RATE]
"""A second that is audible."""

TEXT = (
    "The first sentence of this answer is as long as sentences of answers are, so that it is a phrase of its own and no other joins it. ",
    "The second one follows it at once, and it is no shorter than the first, for the same reason: what is short is said with the next. ",
    "And the third one ends it, after which nobody has anything to say, although there would be enough of it for a whole phrase.",
)


def voice(*scripts: Sequence[object]) -> ScriptedTTS:
    return ScriptedTTS(scripts or [[0.25, SOUND]])  # type: ignore[arg-type]


def losing() -> ScriptedTTS:
    """The second phrase's session is lost before its audio."""
    return voice([0.25, SOUND], [0.1, ConnectionLost("gone: The second one")], [0.25, SOUND])


async def said(tts: TTS, *observers: Callable[[Event], object], output: RecordingOutput | None = None) -> TurnResult:
    """Say the text: its first token comes after half a second."""

    def observe(event: Event) -> None:
        for observer in observers:
            observer(event)

    source = ScriptedSource([0.5, *TEXT])
    chain = speech(tts, "en", recovery=RecoveryPolicy(back_off=0.1))
    return await (source | chain | (output or RecordingOutput())).run(observer=observe)
