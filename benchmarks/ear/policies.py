"""Ways to cut an answer into commits, each a stage from tokens to phrases.

Two of them follow the rules of other frameworks, written anew on top of our segmenter. Their sentence splitters are not
compared here; the benchmark of the segmenter does that.

* pipecat 0.0.9x, `SimpleTextAggregator`: whole sentences, each given when the token after its mark has come.
* livekit-agents 1.x, `tokenize.basic`/`blingfire.SentenceTokenizer(min_sentence_len=20)`: sentences are merged until they have
  20 characters, and given when the next one has begun.
"""

from __future__ import annotations

import attrs
import trio

from triolet import Boundary, Phrase, Phraser, PhrasingOptions, SentenceSegmenter, Stage, TextNormalizer, TurnContext
from triolet._model._text import Clause, NormalizedClause
from triolet.normalization import NormalizationOptions, NormalizerCore
from triolet.phrasing import Offer, PhraserCore
from triolet.segmentation import SegmenterCore
from triolet.turn._events import ClauseCut, PhraseReady


class Sentences(Stage[str, Phrase]):
    """Gives whole sentences, merged to at least `floor` characters, `look_ahead` tokens after they are complete."""

    def __init__(self, *, floor: int = 0, look_ahead: int = 0) -> None:
        self.floor = floor
        self.look_ahead = look_ahead

    async def run(
        self, upstream: trio.MemoryReceiveChannel[str], downstream: trio.MemorySendChannel[Phrase], turn: TurnContext
    ) -> None:
        segmenter, result, phraser = SegmenterCore("en"), NormalizerCore(NormalizationOptions()), PhraserCore()
        held = _Held(self.floor)
        waiting: list[tuple[int, Phrase]] = []

        def take(clauses: list[Clause]) -> list[Phrase]:
            for clause in clauses:
                turn.timeline.record(ClauseCut(turn.now(), clause))
            said = [part for clause in clauses for part in result.feed(clause)]
            return [phrase for part in said for sentence in held.add(part) for phrase in _phrases(phraser, sentence)]

        async def send(phrases: list[Phrase]) -> None:
            for phrase in phrases:
                turn.timeline.record(PhraseReady(turn.now(), phrase))
                await downstream.send(phrase)

        async for token in upstream:
            waiting = [(count - 1, phrase) for count, phrase in waiting]
            waiting += [(self.look_ahead, phrase) for phrase in take(segmenter.feed(token))]
            await send([phrase for count, phrase in waiting if count <= 0])
            waiting = [entry for entry in waiting if entry[0] > 0]
        rest = [phrase for _, phrase in waiting] + take(segmenter.flush())
        for part in result.flush():
            rest += [phrase for sentence in held.add(part) for phrase in _phrases(phraser, sentence)]
        await send(rest + _phrases(phraser, held.clauses))


@attrs.define
class _Held:
    floor: int
    clauses: list[NormalizedClause] = attrs.Factory(list[NormalizedClause])

    def add(self, clause: NormalizedClause) -> list[list[NormalizedClause]]:
        """The clauses of a sentence that is complete now, and long enough."""
        self.clauses.append(clause)
        long = sum(len(part.words) for part in self.clauses) >= self.floor
        if clause.boundary < Boundary.LINE or not long:
            return []
        sentence, self.clauses = self.clauses, []
        return [sentence]


def _phrases(phraser: PhraserCore, clauses: list[NormalizedClause]) -> list[Phrase]:
    """One phrase of these clauses."""
    for clause in clauses:
        phraser.feed(clause)
    offer = Offer(phraser.held)
    if not any(char.isalnum() for clause in clauses for char in clause.words):
        return []
    phrase = phraser.phrase(offer)
    phraser.take(offer)
    return [phrase]


def ours(phrasing: PhrasingOptions | None = None) -> Stage[str, Phrase]:
    return SentenceSegmenter("en") | TextNormalizer() | Phraser(phrasing)


POLICIES: dict[str, Stage[str, Phrase]] = {
    "triolet": ours(),
    "whole sentences": Sentences(),
    "pipecat's rule": Sentences(look_ahead=1),
    "livekit's rule": Sentences(floor=20, look_ahead=1),
}
