"""Which clauses are committed together: the policy, without a clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import attrs

from triolet._model._text import BlockKind, Boundary, NormalizedClause, Phrase, SpeechUnit
from triolet._tools._characters import is_wide
from triolet._tools._graphemes import inside_grapheme
from triolet.alignment._heard import expected_pause, expected_seconds
from triolet.phrasing._options import PhrasingOptions


@attrs.frozen
class Offer:
    """How much of what is held could be committed together."""

    clauses: int = 0
    """0: nothing."""
    seconds: float = 0.0
    """That it is expected to take to say."""
    final: bool = False
    """Whether waiting cannot make it longer."""


@attrs.frozen
class _Held:
    clause: NormalizedClause
    size: int
    """Characters."""
    seconds: float
    """That it is expected to take."""
    pause: float
    """The same, before what follows."""

    @classmethod
    def of(cls, clause: NormalizedClause) -> _Held:
        words = clause.words
        return cls(clause, len(words), expected_seconds(words), expected_pause(words))


class PhraserCore:
    """Feed clauses, look at what they would give, take it."""

    def __init__(self, phrasing: PhrasingOptions | None = None) -> None:
        self._phrasing = phrasing or PhrasingOptions()
        self._held: deque[_Held] = deque()
        self._break = 0.0
        """Asked for after what is held."""
        self._next = 0
        self._ended = False

    @property
    def started(self) -> bool:
        """Whether a phrase has been taken."""
        return self._next > 0

    @property
    def held(self) -> int:
        """Clauses that wait."""
        return len(self._held)

    def feed(self, clause: NormalizedClause) -> None:
        """Take one clause."""
        if not clause.units:
            self._break += clause.break_before
            if self._held and clause.boundary > self._held[-1].clause.boundary:  # a line that goes on without words
                last = self._held.pop()
                self._held.append(attrs.evolve(last, clause=attrs.evolve(last.clause, boundary=clause.boundary)))
            return
        if self._break:
            clause = attrs.evolve(clause, break_before=clause.break_before + self._break)
            self._break = 0.0
        while sum(len(unit.text) for unit in clause.units) > self._phrasing.longest:
            head, tail = _cut_units(clause.units, self._phrasing.longest)
            middle = tail[0].start
            self._held.append(_Held.of(attrs.evolve(clause, units=head, end=middle, boundary=Boundary.NONE)))
            clause = attrs.evolve(clause, units=tail, start=middle, opening=Boundary.NONE, break_before=0.0)
        self._held.append(_Held.of(clause))

    def end(self) -> None:
        """There are no more clauses: what is held is whole."""
        self._ended = True

    def sentences(self, seconds: float = 0.0) -> Offer:
        """The next whole sentence, with those that can be joined to it within so many seconds of speech in all."""
        while True:
            offer = self._sentences(seconds)
            if not offer.clauses or self._sayable(offer.clauses):
                return offer
            if not offer.final:
                return Offer()
            self._drop(offer.clauses)

    def breath(self) -> Offer:
        """The beginning of a sentence up to the last place where a speaker may breathe, if there is one."""
        for count in range(len(self._held), 0, -1):
            boundary = self._held[count - 1].clause.boundary
            if boundary is Boundary.CLAUSE or (boundary is Boundary.COMMA and self._parts(count)):
                return Offer(count) if self._sayable(count) else Offer()
        return Offer()

    def everything(self) -> Offer:
        """All that is held, within the longest phrase, if it ends at a comma or for want of more; nothing before a
        conjunction, as the source goes on there.
        """
        size, count = 0, 0
        if not self._held or self._held[-1].clause.boundary is Boundary.CONJUNCTION:
            return Offer()
        while count < len(self._held) and (size := size + self._held[count].size) <= self._phrasing.longest:
            count += 1
        return Offer(count) if count and self._sayable(count) else Offer()

    def phrase(self, offer: Offer) -> Phrase:
        """What an offer would be. It stays held until it is `taken`."""
        clauses = [self._held[at].clause for at in range(offer.clauses)]
        first = clauses[0]
        return Phrase(
            index=self._next,
            units=tuple(unit for clause in clauses for unit in clause.units),
            start=first.start,
            end=clauses[-1].end,
            boundary=clauses[-1].boundary,
            opening=first.opening,
            kind=first.kind,
            language=first.language,
            break_before=first.break_before,
        )

    def taken(self, offer: Offer) -> None:
        """Let go of what an offer holds."""
        for _ in range(offer.clauses):
            self._held.popleft()
        self._next += 1

    def take_sentences(self) -> Iterator[Phrase]:
        """All whole sentences, one by one."""
        while (offer := self.sentences()).clauses:
            phrase = self.phrase(offer)
            self.taken(offer)
            yield phrase

    def _sentences(self, seconds: float) -> Offer:
        whole, size, time, pause = Offer(), 0, 0.0, 0.0
        last: NormalizedClause | None = None
        for count, held in enumerate(self._held):
            size += held.size
            if last is not None and (size > self._phrasing.longest or not _goes_on(last, held.clause)):
                return attrs.evolve(whole if whole.clauses else Offer(count, time), final=True)
            time += pause + held.seconds
            pause = held.pause
            if whole.clauses and (size > self._phrasing.merge or time > seconds):
                return attrs.evolve(whole, final=True)
            last = held.clause
            if last.boundary >= Boundary.LINE:
                whole = Offer(count + 1, time)
        if last is None:
            return Offer()
        if self._ended or self._break:
            return Offer(len(self._held), time, final=True)
        return attrs.evolve(whole, final=last.boundary >= Boundary.LINE and not _may_go_on(last))

    def _parts(self, count: int) -> bool:
        """Whether a comma parts two halves, as far as they are known, and not the items of an enumeration."""
        after = self._held[count].clause if count < len(self._held) else None
        if after is not None and after.boundary is Boundary.COMMA and not self._enough([after]):
            return False
        clauses = [self._held[at].clause for at in range(count)]
        return self._enough(clauses) and (count == 1 or self._enough(clauses[-1:]))

    def _enough(self, clauses: Sequence[NormalizedClause]) -> bool:
        words = "".join(clause.words for clause in clauses)
        cjk = sum(is_wide(char) and char.isalpha() for char in words)
        return cjk >= self._phrasing.early_cjk or len(words.split()) >= self._phrasing.early_words

    def _sayable(self, count: int) -> bool:
        """Whether a voice could say anything of the first so many clauses."""
        units = (unit for at in range(count) for unit in self._held[at].clause.units)
        return any(char.isalnum() for unit in units for char in unit.text)

    def _drop(self, count: int) -> None:
        """Let go of what no voice can say; its pause goes to what follows."""
        pause = self._held[0].clause.break_before
        for _ in range(count):
            self._held.popleft()
        if self._held:
            first = self._held.popleft()
            self._held.appendleft(
                attrs.evolve(first, clause=attrs.evolve(first.clause, break_before=first.clause.break_before + pause))
            )
        else:
            self._break += pause


def _goes_on(before: NormalizedClause, clause: NormalizedClause) -> bool:
    """Whether a clause goes on in the sentence, or else in the paragraph, of the one before it."""
    if clause.break_before:
        return False
    if before.boundary < Boundary.LINE:
        return True
    if clause.opening > Boundary.SENTENCE or clause.kind is not before.kind:
        return False
    return _may_go_on(before)


def _may_go_on(clause: NormalizedClause) -> bool:
    """Whether what follows a sentence may be joined to it: only in prose, since the items of a list have a pause of their own."""
    return clause.kind is BlockKind.PROSE and clause.boundary is Boundary.SENTENCE


def _cut_units(units: tuple[SpeechUnit, ...], longest: int) -> tuple[tuple[SpeechUnit, ...], tuple[SpeechUnit, ...]]:
    """Split pieces so that the first part has at most `longest` characters, after a space where there is one."""
    size, fits, spaced = 0, 0, 0
    for count, unit in enumerate(units, 1):
        size += len(unit.text)
        if size > longest:
            break
        fits = count
        if unit.text[-1:].isspace():
            spaced = count
    if not fits:  # one piece is longer than a phrase may be: cut it, at no less than a grapheme
        first = units[0]
        at = longest
        while at > 1 and inside_grapheme(first.text, at):
            at -= 1
        middle = min(first.end, first.start + at)
        return (SpeechUnit(first.text[:at], first.start, middle),), (
            SpeechUnit(first.text[at:], middle, first.end),
            *units[1:],
        )
    cut = spaced or fits
    return units[:cut], units[cut:]
