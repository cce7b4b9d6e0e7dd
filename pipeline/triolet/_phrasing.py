"""Which clauses are committed together."""

from __future__ import annotations

import unicodedata

import attrs
import trio

from triolet._stages import Stage, take_waiting
from triolet._text import Boundary, Phrase, Piece, SpokenClause
from triolet._timeline import FirstToken, PhraseReady
from triolet._turn import Turn


@attrs.frozen(kw_only=True)
class Phrasing:
    """How clauses become phrases."""

    early_start: bool = True
    """Whether the first phrase of a turn may end inside a sentence, so that a listener hears something sooner. Later phrases
    are whole sentences."""
    early_words: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """The fewest words that the first phrase may have if it ends at a comma: fewer sound chopped off."""
    early_cjk: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    """The same in Chinese, Japanese or Korean characters."""
    worth: float = attrs.field(default=0.25, validator=attrs.validators.ge(0))
    """Seconds that an early start must be expected to save: a change of rhythm is not worth less."""
    longest: int = attrs.field(default=300, validator=attrs.validators.ge(20))
    """Characters a phrase: about 20 s of speech. Services take no more than some hundreds (600 is documented for Qwen's
    non-realtime models), and a longer commit only delays what an interruption can save."""


TYPICAL_REST = 60
"""Characters that a sentence is expected to go on for after its first clause: half of a sentence of chat prose."""


class PhraserCore:
    """The policy, without a clock: feed clauses, take phrases."""

    def __init__(self, phrasing: Phrasing | None = None) -> None:
        self._phrasing = phrasing or Phrasing()
        self._held: list[SpokenClause] = []
        self._size = 0
        self._next = 0

    @property
    def started(self) -> bool:
        """Whether a phrase has been given out."""
        return self._next > 0

    def feed(self, clause: SpokenClause) -> list[Phrase]:
        """Take one clause; give the phrases that are complete now."""
        if not clause.pieces:
            # Nothing to say, but it may end what was held: a table's rule, a skipped block.
            return self.flush() if clause.boundary >= Boundary.LINE else []
        self._held.append(clause)
        self._size += len(clause.words)
        phrases: list[Phrase] = []
        while self._size > self._phrasing.longest:
            phrases.extend(self._cut_long())
        if clause.boundary >= Boundary.LINE:
            phrases.extend(self.flush())
        return phrases

    def flush(self) -> list[Phrase]:
        """Give what is held, whole or not."""
        if not self._held:
            return []
        held, self._held, self._size = self._held, [], 0
        return self._phrase(held, held[-1].end, held[-1].boundary)

    def early(self) -> list[Phrase]:
        """Give the beginning of the first sentence, if its end is a place to breathe."""
        if self.started or not self._held or not self._phrasing.early_start:
            return []
        last = self._held[-1]
        if last.boundary < Boundary.COMMA:
            return []
        if last.boundary == Boundary.COMMA and not self._enough(last.words):
            return []
        return self.flush()

    def _enough(self, words: str) -> bool:
        cjk = sum(unicodedata.east_asian_width(char) in "WF" and char.isalpha() for char in words)
        return cjk >= self._phrasing.early_cjk or len(words.split()) >= self._phrasing.early_words

    def _cut_long(self) -> list[Phrase]:
        """Cut what is held where it is best, within the longest phrase: after a clause, else after a space, else anywhere
        between two pieces, else in the middle of one.
        """
        longest = self._phrasing.longest
        size, at = 0, 0
        for at, clause in enumerate(self._held):  # noqa: B007 -- the place is used below
            if size + len(clause.words) > longest:
                break
            size += len(clause.words)
        if at:  # whole clauses fit
            held, self._held = self._held[:at], self._held[at:]
            self._size -= size
            return self._phrase(held, held[-1].end, held[-1].boundary)
        clause = self._held[0]
        head, tail = _cut_pieces(clause.pieces, longest)
        middle = tail[0].start
        self._held[0] = attrs.evolve(clause, pieces=tail, start=middle, opening=Boundary.NONE, pause=0.0)
        self._size -= sum(len(piece.text) for piece in head)
        return self._phrase([attrs.evolve(clause, pieces=head)], middle, Boundary.NONE)

    def _phrase(self, clauses: list[SpokenClause], end: int, boundary: Boundary) -> list[Phrase]:
        """One phrase of these clauses; none if no voice could say anything of it."""
        pieces = tuple(piece for clause in clauses for piece in clause.pieces)
        if not any(char.isalnum() for piece in pieces for char in piece.text):
            return []
        first = clauses[0]
        self._next += 1
        return [
            Phrase(
                index=self._next - 1,
                pieces=pieces,
                start=first.start,
                end=end,
                boundary=boundary,
                opening=first.opening,
                kind=first.kind,
                language=first.language,
                pause=first.pause,
            )
        ]


def _cut_pieces(pieces: tuple[Piece, ...], longest: int) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Split pieces so that the first part has at most `longest` characters, after a space where there is one."""
    size, fits, spaced = 0, 0, 0
    for count, piece in enumerate(pieces, 1):
        size += len(piece.text)
        if size > longest:
            break
        fits = count
        if piece.text[-1:].isspace():
            spaced = count
    if not fits:  # one piece is longer than a phrase may be: cut it, at no less than a grapheme
        first = pieces[0]
        at = longest
        while at > 1 and (unicodedata.combining(first.text[at]) or first.text[at] in "\u200d\ufe0f"):
            at -= 1
        middle = min(first.end, first.start + at)
        return (Piece(first.text[:at], first.start, middle),), (Piece(first.text[at:], middle, first.end), *pieces[1:])
    cut = spaced or fits
    return pieces[:cut], pieces[cut:]


class Phraser(Stage[SpokenClause, Phrase]):
    """Joins clauses into phrases: whole sentences, but for the very first words of a turn if the listener waits for them."""

    buffer = 4
    """Clauses that may wait: a sentence's worth."""

    def __init__(self, phrasing: Phrasing | None = None) -> None:
        self.phrasing = phrasing or Phrasing()

    async def run(
        self, upstream: trio.MemoryReceiveChannel[SpokenClause], downstream: trio.MemorySendChannel[Phrase], turn: Turn
    ) -> None:
        """Join until the clauses end."""
        core = PhraserCore(self.phrasing)
        while True:
            try:
                clauses = await take_waiting(upstream)
            except trio.EndOfChannel:
                break
            for clause in clauses:
                await _send(core.feed(clause), downstream, turn)
            # Whole sentences that had come already are out by now: only what the source has not finished is cut early.
            hurry = not core.started and turn.clock.realtime and turn.clock.lead <= 0
            if hurry and _expected_rest(turn, clauses[-1].end) >= self.phrasing.worth:
                await _send(core.early(), downstream, turn)
        await _send(core.flush(), downstream, turn)


def _expected_rest(turn: Turn, characters: int) -> float:
    """Seconds until the sentence is expected to end, if the source goes on at the speed that it has had so far."""
    began = next((event.at for event in turn.timeline if isinstance(event, FirstToken)), None)
    return 0.0 if began is None else (turn.now() - began) * TYPICAL_REST / max(1, characters)


async def _send(phrases: list[Phrase], downstream: trio.MemorySendChannel[Phrase], turn: Turn) -> None:
    for phrase in phrases:
        turn.timeline.record(PhraseReady(turn.now(), phrase))
        await downstream.send(phrase)
