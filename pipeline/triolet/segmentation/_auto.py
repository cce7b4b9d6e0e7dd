"""Which language a stream is in: its script tells it, and in Latin script its common words."""

from __future__ import annotations

import re

_SCRIPTS = (
    (re.compile("[\u3040-\u30ff]"), "ja"),
    (re.compile("[\uac00-\ud7a3]"), "ko"),
    (re.compile("[\u3400-\u9fff]"), "zh"),
    (re.compile("[\u0400-\u04ff]"), "ru"),
)
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_WORDS = re.compile(r"[^\W\d_]+")

# Words that are frequent in one of the languages and rare in the others.
_COMMON = {
    "en": "the of and to is that it was for with you are this be have not but they his from or what can will your i",
    "de": "der die das und ist nicht ein eine den mit zu auf für ich sie von dem des sich wie auch es oder wir werden kann",
    "fr": "le les est des et une dans pour pas vous il au du sur avec ce sont plus qui nous être cette ou mais je",
    "es": "el los las es y del con por más como pero su sus está muy este esta son hay usted también yo qué ser",
    "pt": "o os as não do da em um uma com é mais dos das ao ou seu sua são você também muito isso pode ser está",
    "it": "il di che è non gli della per una sono con del nel più anche questo questa ma come dei alla lo puoi essere",
}
_VOTES: dict[str, tuple[str, ...]] = {}
for _code, _list in _COMMON.items():
    for _word in _list.split():
        _VOTES[_word] = (*_VOTES.get(_word, ()), _code)

_ENOUGH = 1.0  # votes by which a language must lead before it replaces the one before
_FADE = 0.5  # factor by which votes lose weight from clause to clause


class Guess:
    """Guesses the language of one stream, clause by clause."""

    def __init__(self) -> None:
        self._latin = "en"
        self._han = "zh"
        self._votes: dict[str, float] = {}
        self._seen = -1  # offset in the stream up to which words have voted

    @property
    def has_votes(self) -> bool:
        """Whether words of the last clause speak for the language that Latin script is taken for."""
        return self._votes.get(self._latin, 0.0) >= _ENOUGH

    def language(self, text: str, begin: int, end: int, base: int) -> str:
        """Count the words of the clause `text[begin:end]`. Return its language. `base` is the offset of `text` in the stream."""
        for pattern, code in _SCRIPTS:
            if pattern.search(text, begin, end):
                if code == "ja":
                    self._han = "ja"
                return self._han if code == "zh" else code
        if base + end > self._seen and _LATIN.search(text, begin, end):
            begin = max(begin, self._seen - base)
            self._seen = base + end
            self._count(text, begin, end)
        return self._latin

    def _count(self, text: str, begin: int, end: int) -> None:
        votes = self._votes
        for code in votes:
            votes[code] *= _FADE
        for word in _WORDS.findall(text, begin, end):
            codes = _VOTES.get(word.lower(), ())
            for code in codes:
                votes[code] = votes.get(code, 0.0) + 1.0 / len(codes)
        if votes:
            best = max(votes, key=lambda code: votes[code])
            if votes[best] >= votes.get(self._latin, 0.0) + _ENOUGH:
                self._latin = best
