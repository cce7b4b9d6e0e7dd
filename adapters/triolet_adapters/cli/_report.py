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
    words                   those that were heard: text, start and end (offsets in `text` above), begins and ends (seconds; see
                            SpokenWord), estimated
    output                  the file, or null for the loudspeaker
"""

from __future__ import annotations

from typing import Any

import attrs

from triolet import PhraseState, TurnResult


def summary(result: TurnResult) -> list[str]:
    """Two lines for people: how much was heard, and the latencies."""
    total = len(result.phrases)
    heard = sum(report.state is PhraseState.HEARD for report in result.phrases)
    sentences = "1 sentence" if total == 1 else f"{total} sentences"
    text = f"heard {sentences if heard == total else f'{heard} of {sentences}'}, {result.seconds:.1f} s of speech"
    if result.characters:
        text += f", {result.characters} characters billed"
    if result.interrupted:
        text += f"; interrupted after {len(result.heard)} of {len(result.text)} characters"
    return [text, str(result.latency)]


def as_json(result: TurnResult, output: str | None) -> dict[str, Any]:
    """The object described above."""
    return {
        "text": result.text,
        "heard": result.heard,
        "unheard": result.unheard,
        "interrupted": result.interrupted,
        "error": result.error,
        "seconds": round(result.seconds, 3),
        "estimated": result.estimated,
        "characters": result.characters,
        "wasted": result.wasted,
        "latency": {
            name: None if value is None else round(value, 4) for name, value in attrs.asdict(result.latency).items()
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
            for report in result.phrases
        ],
        "words": [
            {**attrs.asdict(word), "begins": round(word.begins, 3), "ends": round(word.ends, 3)}
            for word in result.words
        ],
        "output": output,
    }
