"""How word times go from a session to who takes its audio."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from triolet._model._timed_word import TimedWord
from triolet.tts._contract import AudioCallback

WordCallback = Callable[[Sequence[TimedWord]], None]
"""A plain function that takes words as their times become known. It never waits."""


class AudioAndWords:
    """An `AudioCallback` that takes the times of words as well."""

    __slots__ = ("_audio", "words")

    def __init__(self, audio: AudioCallback, words: WordCallback) -> None:
        self._audio = audio
        self.words = words

    def __call__(self, pcm: bytes) -> None:
        """Take whole samples."""
        self._audio(pcm)

    def _pass_to(self, other: AudioAndWords) -> None:
        """Let another take all that comes from now on, in place of the functions of this one."""
        self._audio = other._audio
        self.words = other.words


def tell_words(accept: AudioCallback, words: Sequence[TimedWord]) -> None:
    """Tell when the voice says which words of the text that is being committed: a session calls it besides `accept`.

    Call it before the audio of these words, or together with it, and in the order of the text. Then what was heard is exact to the word,
    and a lost session goes on at any word. It does nothing if whoever committed does not want to know.
    """
    if isinstance(accept, AudioAndWords):
        accept.words(words)
