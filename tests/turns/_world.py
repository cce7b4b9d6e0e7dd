"""A listener and a voice that tell what they notice, at once."""

from __future__ import annotations

from array import array

import trio
from tests.turns._script import number_of

from triolet.testing import RecordingOutput, ToneTTS
from triolet.tts._contract import AudioCallback, Usage


class Notes:
    """What has been noticed so far; wait for what has not."""

    def __init__(self) -> None:
        self._seen: dict[str, trio.Event] = {}

    def note(self, what: str) -> None:
        self._event(what).set()

    def has(self, what: str) -> bool:
        return self._event(what).is_set()

    async def wait(self, what: str) -> None:
        await self._event(what).wait()

    def _event(self, what: str) -> trio.Event:
        return self._seen.setdefault(what, trio.Event())


class Voice(ToneTTS):
    """Notes whose words it was given."""

    def __init__(self, notes: Notes, *, first_audio: float, pace: float) -> None:
        super().__init__(sample_rate=8000, seconds_per_character=0.05, first_audio=first_audio, pace=pace)
        self._notes = notes
        self.texts: dict[tuple[int, int], str] = {}

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        self.texts[connection, commit] = text
        self._notes.note(f"commit {number_of(text)}")
        return await super()._speak(connection, commit, text, accept)


def is_filler(words: str) -> bool:
    return words.endswith("moment.")


class Ear(RecordingOutput):
    """Knows whose words it takes, and whether it waits for the last of them."""

    def __init__(self, notes: Notes, voice: Voice, *, hold: float) -> None:
        super().__init__(hold=hold)
        self._notes = notes
        self._voice = voice
        self.words = ""
        """The commit whose samples came last."""
        self.draining = False

    async def play(self, pcm: bytes) -> None:
        if words := self._words(pcm):
            self.words = words
            self._notes.note(f"{'filler' if is_filler(words) else 'sound'} {number_of(words)}")
        await super().play(pcm)

    async def drain(self) -> None:
        self.draining = True
        self._notes.note(f"drain {number_of(self.words)}" if self.words else "drain")
        try:
            await super().drain()
        finally:
            self.draining = False

    def _words(self, pcm: bytes) -> str:
        """The text of the commit that these samples are of; "" for silence."""
        parts = {sample >> 12: sample & 0xFFF for sample in array("h", pcm[:14])}
        return self._voice.texts.get((parts[4], parts[5]), "") if 4 in parts and 5 in parts else ""  # "": faded, too
