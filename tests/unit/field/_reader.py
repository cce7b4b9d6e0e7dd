"""A voice that pauses at marks, and which of its words were heard, read from the samples."""

from __future__ import annotations

import itertools

import attrs

from triolet import AudioCallback, Usage
from triolet.testing import ToneTTS, decode

MARKS = ",.;:!?"
_WHOLE = 0.9
"""Of a word's samples; the end of one that is cut off is faded."""


class Reader(ToneTTS):
    """Says each word for 0.08 s and 0.05 s a letter, and is silent for 0.3 s after a mark."""

    def layout(self, text: str) -> list[tuple[str, int, int]]:
        """Each word with its samples [start, end)."""
        at = self.format.samples(0.05)
        words: list[tuple[str, int, int]] = []
        for word in text.split():
            end = at + self.format.samples(0.08 + 0.05 * sum(map(str.isalnum, word)))
            words.append((word, at, end))
            at = end + self.format.samples(0.3 if word[-1] in MARKS else 0.0)
        return words

    def samples_of(self, text: str) -> int:
        """To the end of the last pause."""
        return self.layout(text)[-1][2] + self.format.samples(0.3)

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        sounding = self.layout(text)
        at = 0

        def blanked(pcm: bytes) -> None:
            nonlocal at
            quiet = bytearray(len(pcm))
            for _, start, end in sounding:
                part = slice(max(0, start - at) * 2, max(0, end - at) * 2)
                quiet[part] = pcm[part]
            at += len(pcm) // 2
            accept(bytes(quiet))

        return await super()._speak(connection, commit, text, blanked)


@attrs.frozen
class Word:
    """A word that was heard, at least in part."""

    text: str
    whole: bool
    commit: tuple[int, int]


def words_heard(voice: Reader, pcm: bytes) -> list[Word]:
    """In order. Fails if a sample is of no commit, or a commit goes back or on after another has begun."""
    texts = {(commit.connection, commit.commit): commit.text for commit in voice.commits}
    runs = decode(pcm).runs
    heard: list[Word] = []
    seen: set[tuple[int, int]] = set()
    for key, group in itertools.groupby(runs, key=lambda run: (run.connection, run.commit)):
        assert key not in seen, "two commits are mixed"
        seen.add(key)
        spans = [(run.start, run.stop) for run in group]
        assert spans == sorted(spans), "a commit goes back"
        for text, start, end in voice.layout(texts[key]):
            samples = sum(max(0, min(stop, end) - max(begin, start)) for begin, stop in spans)
            if samples > 0.1 * (end - start):
                heard.append(Word(text, samples >= _WHOLE * (end - start), key))
    return heard


def whole_words(voice: Reader, pcm: bytes) -> str:
    """All that was heard, if no word was cut."""
    heard = words_heard(voice, pcm)
    assert all(word.whole for word in heard), "a word was cut"
    return " ".join(word.text for word in heard)
