"""The pure core: which clauses are committed together, without a clock."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import attrs

from triolet._model._text import BlockKind, Boundary, NormalizedClause, Phrase, SpeechUnit
from triolet._model._waiting_listener import MANY_CJK, MANY_WORDS
from triolet._tools._characters import is_wide
from triolet._tools._graphemes import inside_grapheme
from triolet.alignment._weights import expected_pause, expected_seconds
from triolet.phrasing._options import PhrasingOptions

# An attribute of an enumeration is slow to get.
_PROSE = BlockKind.PROSE
_COMMA, _CLAUSE, _CONJUNCTION = Boundary.COMMA, Boundary.CLAUSE, Boundary.CONJUNCTION
_NONE = Boundary.NONE
_LINE, _SENTENCE = Boundary.LINE, Boundary.SENTENCE


@attrs.frozen
class Offer:
    """How many of the clauses that are held could be committed together, from the first."""

    clauses: int = 0
    """0: none."""
    seconds: float = 0.0
    """How long they are expected to sound."""
    final: bool = False
    """Whether no clause that comes could make it longer."""

    def __bool__(self) -> bool:
        """Whether there is anything to commit."""
        return self.clauses > 0


_NOTHING = Offer()


class _Held:
    """A clause that waits, and what is known of it."""

    __slots__ = ("_extent", "clause", "ends", "follows", "may_grow", "pause", "sayable", "seconds", "size", "words")

    def __init__(self, clause: NormalizedClause, before: NormalizedClause | None) -> None:
        words = clause.words
        self.words = words
        self.size = len(words)
        self.sayable = any(map(str.isalnum, words))
        self.seconds = expected_seconds(words)
        """How long it is expected to sound."""
        self.pause = expected_pause(words)
        """How long a voice is expected to pause after it, inside a phrase."""
        self.follows = before is not None and _follows(before, clause)
        """Whether it may stand in one phrase with the clause before it."""
        self._extent: tuple[int, int] | None = None
        self.set(clause)

    @property
    def extent(self) -> tuple[int, int]:
        """How many words it has, and how many letters of Chinese, Japanese and Korean."""
        if self._extent is None:
            wide = 0 if self.words.isascii() else sum(is_wide(char) and char.isalpha() for char in self.words)
            self._extent = len(self.words.split()), wide
        return self._extent

    def set(self, clause: NormalizedClause) -> None:
        """Replace the clause by one with the same words."""
        self.clause = clause
        self.ends = clause.boundary >= _LINE
        """Whether a sentence ends with it."""
        self.may_grow = _may_grow(clause)
        """Whether the sentence that comes may be merged with the one that ends here."""


class PhraserCore:
    """Holds clauses until they are committed, and says which of them could be committed together.

    `feed` adds a clause. `sentences`, `breath` and `everything` are offers: each is a number of clauses from the first.
    `phrase` shows what an offer would be, and `take` removes it.

    A sentence without anything to say is dropped when it would come first. A break before it then stands before the next.
    """

    def __init__(self, options: PhrasingOptions | None = None) -> None:
        self._options = options or PhrasingOptions()
        self._held: list[_Held] = []
        self._break = 0.0
        """Seconds of silence that the text asks for after what is held."""
        self._next = 0
        self._ended = False

    @property
    def started(self) -> bool:
        """Whether a phrase has been taken."""
        return self._next > 0

    @property
    def held(self) -> int:
        """How many clauses wait."""
        return len(self._held)

    @property
    def has_sentence(self) -> bool:
        """Whether a whole sentence waits."""
        return bool(self._first_sentence())

    @property
    def has_many(self) -> bool:
        """Whether so many words wait that a listener who hears nothing should get them, wherever they end."""
        words = wide = 0
        for one in self._held:
            some, letters = one.extent
            words += some
            wide += letters
        return words >= MANY_WORDS or wide >= MANY_CJK

    @property
    def breathes(self) -> bool:
        """Whether what is held ends before a conjunction, with enough words to stand alone."""
        held = self._held
        return bool(held) and held[-1].clause.boundary is _CONJUNCTION and self._enough(len(held) - 1)

    @property
    def ends_anywhere(self) -> bool:
        """Whether what is held ends where no mark is: the segmenter has given up waiting for one."""
        return bool(self._held) and self._held[-1].clause.boundary is _NONE

    def feed(self, clause: NormalizedClause) -> None:
        """Add a clause."""
        if not clause.units:
            self._feed_silence(clause)
            return
        if self._break:
            clause = attrs.evolve(clause, break_before=clause.break_before + self._break)
            self._break = 0.0
        *heads, tail = _within(clause, self._options.longest)
        for head in heads:
            self._append(head)
        self._append(tail)
        self._drop_unsayable()

    def end(self) -> None:
        """No clause follows: what is held is whole."""
        self._ended = True
        self._drop_unsayable()

    def sentences(self, seconds: float = 0.0) -> Offer:
        """The next whole sentence, with the sentences that can be merged with it within so many seconds of speech in all."""
        held = self._held
        if not held:
            return _NOTHING
        merge, longest = self._options.merge, self._options.longest
        size = count = whole = 0
        time = pause = whole_time = 0.0
        for one in held:
            size += one.size
            if count and (size > longest or not one.follows):
                return Offer(whole, whole_time, True) if whole else Offer(count, time, True)
            time += pause + one.seconds
            pause = one.pause
            if whole and (size > merge or time > seconds):
                return Offer(whole, whole_time, True)
            count += 1
            if one.ends:
                whole, whole_time = count, time
        if self._ended or self._break:
            return Offer(count, time, True)
        return Offer(whole, whole_time, held[-1].ends and not held[-1].may_grow)

    def breath(self) -> Offer:
        """The beginning of a sentence up to the last place where a speaker may breathe; nothing if there is no such place."""
        held = self._held
        for count in range(len(held), 0, -1):
            boundary = held[count - 1].clause.boundary
            if boundary is _CLAUSE or (boundary is _COMMA and self._parts_halves(count)):
                return Offer(count) if self._sayable(count) else _NOTHING
        return _NOTHING

    def everything(self, *, hurry: bool = False) -> Offer:
        """All that is held, within the longest phrase. Nothing if it ends before a conjunction, as the source goes on there, unless
        the listener cannot wait: `hurry`.
        """
        held = self._held
        if not held or (held[-1].clause.boundary is _CONJUNCTION and not hurry):
            return _NOTHING
        size, count = 0, 0
        while count < len(held) and (size := size + held[count].size) <= self._options.longest:
            count += 1
        return Offer(count) if count and self._sayable(count) else _NOTHING

    def phrase(self, offer: Offer) -> Phrase:
        """The phrase that an offer would be."""
        first = self._held[0].clause
        last = self._held[offer.clauses - 1].clause
        units = first.units
        if first is not last:
            units = tuple(chain.from_iterable(one.clause.units for one in self._held[: offer.clauses]))
        return Phrase(
            index=self._next,
            units=units,
            start=first.start,
            end=last.end,
            boundary=last.boundary,
            opening=first.opening,
            kind=first.kind,
            language=first.language,
            break_before=first.break_before,
        )

    def take(self, offer: Offer) -> None:
        """Remove the clauses of an offer: they have been committed."""
        self._remove(offer.clauses)
        self._next += 1
        self._drop_unsayable()

    def take_sentences(self) -> Iterator[Phrase]:
        """Remove all whole sentences, each as a phrase."""
        while offer := self.sentences():
            phrase = self.phrase(offer)
            self.take(offer)
            yield phrase

    def _append(self, clause: NormalizedClause) -> None:
        self._held.append(_Held(clause, self._held[-1].clause if self._held else None))

    def _remove(self, count: int) -> None:
        for _ in range(count):
            self._held.pop(0)

    def _feed_silence(self, clause: NormalizedClause) -> None:
        """Take a clause without words: its break goes to what follows, its end of a line to what is held."""
        self._break += clause.break_before
        if self._held:
            last = self._held[-1]
            if clause.boundary > last.clause.boundary:  # a line that goes on without words
                last.set(attrs.evolve(last.clause, boundary=clause.boundary))
            self._drop_unsayable()

    def _first_sentence(self) -> int:
        """How many clauses the first sentence has; 0 while it may go on."""
        size = 0
        for count, one in enumerate(self._held):
            size += one.size
            if count and (not one.follows or size > self._options.longest):
                return count
            if one.ends:
                return count + 1
        return len(self._held) if self._ended or self._break else 0

    def _drop_unsayable(self) -> None:
        """Drop whole sentences at the front that have nothing to say. A break before them goes to what follows."""
        held = self._held
        while held and not held[0].sayable:
            count = self._first_sentence()
            if not count or self._sayable(count):
                return
            seconds = held[0].clause.break_before
            self._remove(count)
            if not held:
                self._break += seconds
            elif seconds:
                first = held[0]
                first.set(attrs.evolve(first.clause, break_before=first.clause.break_before + seconds))

    def _sayable(self, count: int) -> bool:
        """Whether any of the first so many clauses has something to say."""
        return any(self._held[at].sayable for at in range(count))

    def _parts_halves(self, count: int) -> bool:
        """Whether a comma after so many clauses parts two halves, as far as they are known, and not the items of a list."""
        held = self._held
        if count < len(held) and held[count].clause.boundary is _COMMA and not self._enough(count):
            return False
        return self._enough(count - 1)

    def _enough(self, at: int) -> bool:
        """Whether a clause has enough words to stand alone."""
        words, wide = self._held[at].extent
        return words >= self._options.early_words or wide >= self._options.early_cjk


def _follows(before: NormalizedClause, clause: NormalizedClause) -> bool:
    """Whether a clause goes on in the sentence of the clause before it, or with a sentence of the same paragraph."""
    if clause.break_before:
        return False
    if before.boundary < _LINE:
        return True
    if clause.opening > _SENTENCE or clause.kind is not before.kind:
        return False
    return _may_grow(before)


def _may_grow(clause: NormalizedClause) -> bool:
    """Whether the next sentence may be merged with the one that this clause ends. It may in prose: list items have gaps."""
    return clause.kind is _PROSE and clause.boundary is _SENTENCE


def _within(clause: NormalizedClause, longest: int) -> list[NormalizedClause]:
    """The clause in parts of at most `longest` characters."""
    rest = len(clause.words)
    parts: list[NormalizedClause] = []
    while rest > longest:
        head, tail = _cut_units(clause.units, longest)
        middle = tail[0].start
        parts.append(attrs.evolve(clause, units=head, end=middle, boundary=Boundary.NONE))
        clause = attrs.evolve(clause, units=tail, start=middle, opening=Boundary.NONE, break_before=0.0)
        rest = len(clause.words)
    return [*parts, clause]


def _cut_units(units: tuple[SpeechUnit, ...], longest: int) -> tuple[tuple[SpeechUnit, ...], tuple[SpeechUnit, ...]]:
    """The units in two parts, of which the first has at most `longest` characters. It ends after a space if it can."""
    size, fits, spaced = 0, 0, 0
    for count, unit in enumerate(units, 1):
        size += len(unit.text)
        if size > longest:
            break
        fits = count
        if unit.text[-1:].isspace():
            spaced = count
    if not fits:  # one unit is longer than a phrase may be: cut it, but no grapheme, unless that is endless
        first = units[0]
        at = longest
        while at > longest // 2 and inside_grapheme(first.text, at):
            at -= 1
        middle = min(first.end, first.start + at)
        return (SpeechUnit(first.text[:at], first.start, middle),), (
            SpeechUnit(first.text[at:], middle, first.end),
            *units[1:],
        )
    cut = spaced or fits
    return units[:cut], units[cut:]
