"""A voice that tells its word times, and what a listener heard of its words, by the samples alone."""

from __future__ import annotations

import re

import attrs

from triolet import AudioCallback, TimedWord, Usage, tell_words
from triolet.testing import RecordingOutput, ToneTTS, decode


class Teller(ToneTTS):
    """Tells when it says each word: every character takes the same time, and a mark after a word is silent."""

    tells = True

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        if self.tells:
            pace = self.samples_of(text) / len(text) / self.format.sample_rate
            words = [TimedWord(*span, span[0] * pace, span[1] * pace) for span in spans(text)]
            for at in range(0, len(words), 3):
                tell_words(accept, words[at : at + 3])
        return await super()._speak(connection, commit, text, accept)


class Silent(Teller):
    """The same voice, which tells nothing."""

    tells = False


def spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a text lie, without the marks around them."""
    return [match.span() for match in re.finditer(r"\w+(?:['-]\w+)*", text)]


@attrs.frozen
class Said:
    """A word of which all samples were heard."""

    text: str
    begins: float
    """When its first sample was heard, on Trio's clock."""
    ends: float


def said(voice: ToneTTS, output: RecordingOutput, since: float) -> list[Said]:
    """The words that were heard whole, of what was committed from a moment on."""
    commits = {(each.connection, each.commit): each for each in voice.commits if each.time >= since}
    rate = voice.format.sample_rate
    found: list[Said] = []
    parts: dict[tuple[int, int, str, int], float] = {}
    for stretch in output.audio:
        if stretch.time + len(stretch.pcm) / 2 / rate < since:
            continue
        for run in decode(stretch.pcm).runs:
            commit = commits.get((run.connection, run.commit))
            if commit is None:
                continue
            pace = commit.samples / len(commit.text)
            time = stretch.time + (run.position - run.start) / rate
            for start, end in spans(commit.text):
                key = (run.connection, run.commit, commit.text[start:end], start)
                if run.start - 4 <= start * pace < run.stop:
                    parts.setdefault(key, time + start * pace / rate)
                if key in parts and run.start < end * pace <= run.stop + 1:
                    found.append(Said(commit.text[start:end], parts[key], time + end * pace / rate))
    return found
