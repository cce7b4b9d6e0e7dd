"""What speech() gives to a voice: the text as it is, or numbers in words where the voice does not say them itself."""

from __future__ import annotations

import pytest

from triolet import Failover, Lexicon, speech
from triolet._model._kinds import KINDS
from triolet.testing import RecordingOutput, ToneTTS


class Reader(ToneTTS):
    kinds: frozenset[str] = frozenset()

    @property
    def normalizes(self) -> frozenset[str]:
        return self.kinds


async def committed(tts: ToneTTS, language: str = "en", lexicon: Lexicon | tuple[Lexicon, ...] = ()) -> list[str]:
    text = "It was 5 % on 12/05/2026."
    result = await ([text] | speech(tts, language, lexicon=lexicon) | RecordingOutput()).run()
    assert result.heard == text
    return [phrase.phrase.words for phrase in result.phrases]


async def test_a_voice_that_reads_numbers_gets_the_text(autojump_clock: object) -> None:
    assert await committed(ToneTTS()) == ["It was 5 % on 12/05/2026."]


async def test_a_voice_that_reads_none_gets_words(autojump_clock: object) -> None:
    assert await committed(Reader()) == ["It was five percent on December fifth, twenty twenty-six."]


async def test_a_voice_that_reads_some_gets_words_for_the_others(autojump_clock: object) -> None:
    reader = Reader()
    reader.kinds = KINDS - {"dates"}
    assert await committed(reader) == ["It was 5 % on December fifth, twenty twenty-six."]


async def test_a_lexicon_is_used_for_every_voice(autojump_clock: object) -> None:
    assert await committed(ToneTTS(), lexicon=Lexicon({"was": "used to be"})) == ["It used to be 5 % on 12/05/2026."]


def test_several_voices_read_what_all_of_them_read() -> None:
    some, none = Reader(), Reader()
    some.kinds = frozenset({"dates"})
    assert Failover(some, ToneTTS()).normalizes == {"dates"}
    assert Failover(some, none).normalizes == frozenset()


@pytest.mark.parametrize("voice", [ToneTTS])
def test_a_voice_reads_all_by_default(voice: type[ToneTTS]) -> None:
    assert voice().normalizes == KINDS
