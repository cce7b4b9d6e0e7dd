"""The sound of a recorded turn, as it was heard: silent where nothing sounded, so that its seconds are those of the picture."""

from __future__ import annotations

import io
import wave
from pathlib import Path

from triolet import SAMPLE_BYTES
from triolet_adapters.watching.trace._load import Fields, lines
from triolet_adapters.watching.trace._picture import TurnPicture

LONGEST = 600.0
"""Seconds. Ten minutes take 29 MB, and 38 MB in a page; a longer turn is drawn without its sound."""


def heard_wav(folder: Path, picture: TurnPicture) -> bytes | None:
    """A WAV file of what was heard. None: the recording has no audio, or the turn is longer than `LONGEST`.

    A voice and an output with different sample rates are not put together: then there is none, either.
    """
    pcm_path, rate = folder / "audio.pcm", picture.sample_rate
    if not pcm_path.is_file() or picture.seconds > LONGEST:
        return None
    timeline = [*lines(folder / "timeline.jsonl")]
    phrases = _audio_of_phrases(pcm_path.read_bytes(), [*lines(folder / "commits.jsonl")], timeline)
    heard = {event["index"]: int(event["samples"]) for event in timeline if event["event"] == "PhraseHeard"}
    if any(heard[index] > len(phrases.get(index, b"")) // SAMPLE_BYTES + rate for index in heard):
        return None
    sound = bytearray(SAMPLE_BYTES * (round(picture.seconds * rate) + 1))
    placed = [event for event in timeline if event["event"] == "SoundPlaced"]
    for event in placed:
        index, sample = int(event["index"]), int(event["sample"])
        later = [int(other["sample"]) for other in placed if other["index"] == index and other["sample"] > sample]
        end = min([*later, heard.get(index, 0)])
        piece = phrases.get(index, b"")[sample * SAMPLE_BYTES : max(sample, end) * SAMPLE_BYTES]
        at = round(float(event["time"]) * rate) * SAMPLE_BYTES
        if 0 <= at < len(sound):
            sound[at : at + len(piece)] = piece[: len(sound) - at]
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(SAMPLE_BYTES)
        out.setframerate(rate)
        out.writeframes(bytes(sound))
    return file.getvalue()


def _audio_of_phrases(pcm: bytes, commits: list[Fields], timeline: list[Fields]) -> dict[int, bytes]:
    """The samples of each phrase, over all its commits: what a lost commit gave counts up to where the next goes on."""
    audio: dict[int, bytearray] = {}
    at, texts = 0, list[str]()
    for line in commits:
        if line["event"] == "begin":
            audio[int(line["commit"])] = bytearray()
            texts.append(str(line["text"]))
        elif line["event"] == "audio":
            audio[int(line["commit"])] += pcm[at : at + int(line["bytes"])]
            at += int(line["bytes"])
    phrases: dict[int, bytearray] = {}
    words = {e["phrase"]["index"]: _words(e["phrase"]) for e in timeline if e["event"] == "PhraseReady"}
    left = [*range(len(texts))]
    resumed: dict[int, int] = {}
    for event in timeline:
        if event["event"] == "PhraseResumed":
            resumed[int(event["index"])] = int(event["samples"])
        elif event["event"] == "PhraseCommitted" and left:
            index = int(event["index"])
            # Two phrases may be committed at once, so the order of commits need not be that of the sessions that took them.
            number = next((one for one in left if texts[one] and texts[one] in words.get(index, "")), left[0])
            left.remove(number)
            phrase = phrases.setdefault(index, bytearray())
            del phrase[resumed.get(index, 0) * SAMPLE_BYTES :]
            phrase += audio[number]
    return {index: bytes(phrase) for index, phrase in phrases.items()}


def _words(phrase: Fields) -> str:
    return "".join(unit["text"] for unit in phrase["units"]).strip()
