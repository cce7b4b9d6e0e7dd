"""The usual chain, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from triolet._model._audio import AudioChunk
from triolet._model._kinds import KINDS
from triolet._model._text import Clause, NormalizedClause
from triolet.chain._stages import Stage
from triolet.model_talk import ModelTalkFilter
from triolet.normalization import NormalizationOptions, TextNormalizer
from triolet.phrasing import Phraser, PhrasingOptions
from triolet.segmentation import SentenceSegmenter
from triolet.synthesis._recovery import RecoveryPolicy
from triolet.synthesis._stage import Synthesizer
from triolet.synthesis._stream_stage import StreamSynthesizer
from triolet.tts._contract import TTS
from triolet.verbalization import Lexicon, Verbalizer


def speech(
    tts: TTS,
    language: str = "auto",
    *,
    text: NormalizationOptions | None = None,
    phrasing: PhrasingOptions | None = None,
    recovery: RecoveryPolicy | None = None,
    thinking: Literal["tagged", "open"] = "tagged",
    lexicon: Lexicon | Sequence[Lexicon] = (),
) -> Stage[str, AudioChunk]:
    """Make the usual chain from tokens to audio, as one stage.

    It is `ModelTalkFilter(thinking) | SentenceSegmenter(language, spoken=tts.language, eager=phrasing.eager) |
    TextNormalizer(text) | Phraser(phrasing) | Synthesizer(tts, recovery=recovery)`, with `eager=False` for a voice that bills
    a minimum (`TTS.bills_minimum`); for a voice whose service cuts the text itself, `ModelTalkFilter(thinking) |
    SentenceSegmenter(language, spoken=tts.language) | TextNormalizer(text) | StreamSynthesizer(tts)`. The normalizer gets the
    directions that the voice knows (`TTS.directions`).

    Numbers, dates and units go to the voice as they are, if it says them right itself (`TTS.normalizes`). For the kinds that it
    does not, and for a `lexicon`, a `Verbalizer` stands after the `TextNormalizer`. The region of `language` decides how dates
    in digits are read: `"en-GB"` has the day first.

    Args:
        tts: the voice.
        language: the language of the text, as a tag (BCP 47) such as `"en"` or `"pt-BR"`. `"auto"` (the default) is the
            language of the voice, if it speaks one alone (`TTS.language`); else it is found out from the text.
        text: how text is rewritten for the ear; `NormalizationOptions()` by default.
        phrasing: what is committed at once; `PhrasingOptions()` by default. Not used where the service cuts the text itself.
        lexicon: how certain words are said.
        recovery: what to do when a session is lost; `RecoveryPolicy()` by default.
        thinking: `"open"` if the prompt opens the tag of the model's reasoning, so that the tokens begin with reasoning.

    Raises:
        ValueError: the language or `thinking` is unknown; or `recovery` was given for a voice whose service cuts the text
            itself. Such a service does not tell what it has said, so nothing can be said again.
    """
    if tts.whole_turns and recovery is not None:
        raise ValueError(f"{type(tts).__name__} cuts the text itself: it cannot have a recovery")
    before = ModelTalkFilter(thinking)
    phrasing = phrasing or PhrasingOptions()
    eager = phrasing.eager and not tts.bills_minimum and not tts.whole_turns
    segmenter = SentenceSegmenter(language, spoken=tts.language, eager=eager)
    words = _words(tts, segmenter.region, text, lexicon)
    if tts.whole_turns:
        return before | segmenter | words | StreamSynthesizer(tts)
    return before | segmenter | words | Phraser(phrasing) | Synthesizer(tts, recovery=recovery)


def _words(
    tts: TTS, region: str, text: NormalizationOptions | None, lexicon: Lexicon | Sequence[Lexicon]
) -> Stage[Clause, NormalizedClause]:
    """What makes words of clauses: with a verbalizer, if the voice needs one."""
    normalizer = TextNormalizer(text, voice_directions=tts.directions)
    missing = KINDS - tts.normalizes
    if not missing and not lexicon:
        return normalizer
    return normalizer | Verbalizer(only=missing, region=region, lexicon=lexicon)
