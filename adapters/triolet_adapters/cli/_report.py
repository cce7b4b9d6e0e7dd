"""What a turn came to: a few lines to read, or one JSON object.

The fields of the object:

    text, heard, unheard    the raw text, the part that was heard, and the rest
    interrupted             whether the turn was ended before its time
    error                   what ended it, or null
    seconds                 of speech heard, pauses aside
    estimated               whether the place where `heard` ends is an estimate
    characters, wasted      billed by the service; billed and not heard, or said twice
    latency                 first_token, first_clause, first_commit, first_byte, first_audible (seconds from the start of
                            the turn, or null), longest_gap (seconds)
    sentences               for each: text (what is said), start and end (offsets in `text` above), state (heard, partial,
                            unheard, failed), seconds (heard), reason (why it failed, or null)
    output                  the file, or null for the loudspeaker
"""

from __future__ import annotations

from typing import Any

import attrs

from triolet.turn._timeline import PhraseState, Spoken


def summary(spoken: Spoken) -> list[str]:
    """How much was heard, and the latencies."""
    total = len(spoken.phrases)
    heard = sum(report.state is PhraseState.HEARD for report in spoken.phrases)
    sentences = "1 sentence" if total == 1 else f"{total} sentences"
    text = f"heard {sentences if heard == total else f'{heard} of {sentences}'}, {spoken.seconds:.1f} s of speech"
    if spoken.characters:
        text += f", {spoken.characters} characters billed"
    if spoken.interrupted:
        text += f"; interrupted after {len(spoken.heard)} of {len(spoken.text)} characters"
    return [text, str(spoken.latency)]


def as_json(spoken: Spoken, output: str | None) -> dict[str, Any]:
    """The object described above."""
    return {
        "text": spoken.text,
        "heard": spoken.heard,
        "unheard": spoken.unheard,
        "interrupted": spoken.interrupted,
        "error": spoken.error,
        "seconds": round(spoken.seconds, 3),
        "estimated": spoken.estimated,
        "characters": spoken.characters,
        "wasted": spoken.wasted,
        "latency": {
            name: None if value is None else round(value, 4) for name, value in attrs.asdict(spoken.latency).items()
        },
        "sentences": [
            {
                "text": report.phrase.words,
                "start": report.phrase.start,
                "end": report.phrase.end,
                "state": report.state.value,
                "seconds": round(report.seconds, 3),
                "reason": report.reason,
            }
            for report in spoken.phrases
        ],
        "output": output,
    }
