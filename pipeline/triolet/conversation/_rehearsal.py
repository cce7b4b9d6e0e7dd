"""Read a sentence that nobody hears, before the first turn of a process."""

from __future__ import annotations

import functools

from triolet.alignment._weights import expected_seconds
from triolet.chain._stages import Source, Stage
from triolet.model_talk import ModelTalkCore
from triolet.normalization import NormalizerCore
from triolet.segmentation import SegmenterCore, SentenceSegmenter

_WORDS = ("We", " are", " *ready*,", " and", " it", " is", " easy.", " Is", " it", " 3", " o'clock?", "\n\n")
"""Has what most answers have, as an LLM gives it: a mark at the end of a sentence, a comma, emphasis, a number."""

_CHARACTERS = ("我们", "准备", "好了", "，", "很", "容易", "。", "现在", "是", "3", "点", "吗", "？", "\n\n")
"""The same in Chinese characters."""

_IN_CHARACTERS = frozenset({"auto", "ja", "zh"})
"""Languages in which an answer may have such characters."""


def rehearse(parts: tuple[Source[object] | Stage[object, object], ...]) -> None:
    """Compile the patterns that the text stages of a chain use for nearly every text.

    Patterns are compiled when they are first used, so that imports are quick. Without a rehearsal, the first sentence of a process
    would wait for them: some 20 ms.
    """
    for part in parts:
        if isinstance(part, SentenceSegmenter):
            compiled(part.language)


@functools.cache
def compiled(language: str) -> None:
    """Read sentences as the stages do, token by token. A process does so once for each language."""
    for tokens in (_WORDS, _CHARACTERS) if language in _IN_CHARACTERS else (_WORDS,):
        for eager in (True, False):
            _read(tokens, language, eager=eager)


def _read(tokens: tuple[str, ...], language: str, *, eager: bool) -> None:
    talk, segmenter, normalizer = ModelTalkCore(), SegmenterCore(language), NormalizerCore()
    for token in tokens:
        clauses = segmenter.feed(talk.feed(token))
        if eager:
            clauses += segmenter.release_sure()
        for clause in clauses:
            for ready in normalizer.feed(clause):
                expected_seconds(ready.words)
