"""What a listener would hear of a text, as a string."""

from __future__ import annotations

from typing import Literal

import attrs

from triolet.model_talk import ModelTalkCore
from triolet.normalization import NormalizationOptions, NormalizerCore
from triolet.segmentation import SegmenterCore
from triolet.verbalization import VerbalizerCore


def spoken_words(
    text: str,
    language: str = "auto",
    *,
    verbalize: bool = False,
    directions: Literal["drop", "say", "voice"] | None = None,
    options: NormalizationOptions | None = None,
    thinking: Literal["tagged", "open"] = "tagged",
) -> str:
    """Return what a listener would hear of a text: the words that `speech()` would give to a voice, as one string.

    Args:
        text: the text, as a model would write it.
        language: its language, such as `"en"`; `"auto"` (the default) finds it out from the text.
        verbalize: numbers, dates and units in words, as for a voice that says none of them itself.
        directions: in place of those of the `options`. `"voice"` is for a voice that knows no direction.
        options: how the text is rewritten for the ear; `NormalizationOptions()` by default.
        thinking: as for `ModelTalkFilter`.

    Raises:
        ValueError: the language, or another choice, is unknown.
    """
    options = options or NormalizationOptions()
    if directions is not None:
        options = attrs.evolve(options, directions=directions)
    talk = ModelTalkCore(thinking)
    segmenter = SegmenterCore(language)
    normalizer = NormalizerCore(options)
    clauses = segmenter.feed(talk.feed(text) + talk.flush()) + segmenter.flush()
    said = [ready for clause in clauses for ready in normalizer.feed(clause)] + normalizer.flush()
    if verbalize:
        verbalizer = VerbalizerCore(region=segmenter.region)
        said = [verbalizer.feed(clause) for clause in said]
    return "".join(clause.words for clause in said).strip()
