"""Which clauses are committed together: the policy, without a clock."""

from __future__ import annotations

import unicodedata

import attrs

from triolet._text import Boundary, Kind, Phrase, Piece, SpokenClause


@attrs.frozen(kw_only=True)
class Phrasing:
    """How clauses become phrases. Characters are those of the words to say."""

    early_start: bool = True
    """Whether the first phrase of a turn may end inside a sentence, so that a listener hears something sooner. Later phrases
    are whole sentences, unless the listener would run out of audio."""
    early_words: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """The fewest words that a phrase may have if it ends at a comma: fewer sound chopped off."""
    early_cjk: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    """The same in Chinese, Japanese or Korean characters."""
    worth: float = attrs.field(default=0.25, validator=attrs.validators.ge(0))
    """Seconds that an early start must be expected to save: a change of rhythm is not worth less."""
    join: int = attrs.field(default=120, validator=attrs.validators.ge(0))
    """While the listener has audio enough, sentences of a paragraph are joined until a phrase has so many characters: about
    8 s of speech. A commit costs a request, and a voice reads two sentences together better than apart. 0: never."""
    longest: int = attrs.field(default=300, validator=attrs.validators.ge(20))
    """The most characters of a phrase: about 20 s of speech. Services take no more than some hundreds (600 is documented for
    Qwen's non-realtime models), and the longer a commit, the more of it an interruption wastes."""


class PhraserCore:
    """Feed clauses, take phrases."""

    def __init__(self, phrasing: Phrasing | None = None) -> None:
        self._phrasing = phrasing or Phrasing()
        self._held: list[SpokenClause] = []
        self._size = 0
        self._complete = 0
        self._pause = 0.0
        self._next = 0

    @property
    def started(self) -> bool:
        """Whether a phrase has been given out."""
        return self._next > 0

    @property
    def holds_sentences(self) -> bool:
        """Whether whole sentences are held, to be joined with what follows."""
        return self._complete > 0

    @property
    def holds_clauses(self) -> bool:
        """Whether the beginning of a sentence is held."""
        return len(self._held) > self._complete

    def feed(self, clause: SpokenClause, *, join: bool = False) -> list[Phrase]:
        """Take one clause; give the phrases that are complete now. With `join`, short sentences are held."""
        phrases: list[Phrase] = []
        if self._held and (clause.pause or (self._complete and not self._belongs(clause))):
            phrases.extend(self.flush())
        if clause.pieces:
            if self._pause:
                clause = attrs.evolve(clause, pause=clause.pause + self._pause)
                self._pause = 0.0
            self._held.append(clause)
            self._size += len(clause.words)
            while self._size > self._phrasing.longest:
                phrases.extend(self._cut_long())
        else:
            self._pause += clause.pause
        if clause.boundary >= Boundary.LINE:
            self._complete = len(self._held)
            if not join or self._size >= self._phrasing.join or clause.boundary is not Boundary.SENTENCE:
                phrases.extend(self.flush())
        return phrases

    def flush(self) -> list[Phrase]:
        """Give what is held, whole or not."""
        return self._give(len(self._held))

    def sentences(self) -> list[Phrase]:
        """Give the whole sentences that are held; the beginning of the next one stays."""
        return self._give(self._complete)

    def breath(self) -> list[Phrase]:
        """Give all up to the last place where a speaker may breathe, if there is one."""
        for count in range(len(self._held), 0, -1):
            boundary = self._held[count - 1].boundary
            if boundary >= Boundary.CLAUSE or (boundary is Boundary.COMMA and self._enough(count)):
                return self._give(count)
        return []

    def _belongs(self, clause: SpokenClause) -> bool:
        """Whether a clause goes on in the sentence, or else in the paragraph, that is held."""
        last = self._held[-1]
        if last.boundary < Boundary.LINE:
            return True
        return (
            clause.opening <= Boundary.SENTENCE
            and clause.kind is last.kind is Kind.PROSE
            and last.boundary is Boundary.SENTENCE
        )

    def _enough(self, count: int) -> bool:
        words = "".join(clause.words for clause in self._held[self._complete : count])
        cjk = sum(unicodedata.east_asian_width(char) in "WF" and char.isalpha() for char in words)
        return cjk >= self._phrasing.early_cjk or len(words.split()) >= self._phrasing.early_words

    def _give(self, count: int) -> list[Phrase]:
        """The first so many clauses as one phrase."""
        given, self._held = self._held[:count], self._held[count:]
        self._size = sum(len(clause.words) for clause in self._held)
        self._complete = max(0, self._complete - count)
        return self._phrase(given, given[-1].end, given[-1].boundary) if given else []

    def _cut_long(self) -> list[Phrase]:
        """Cut what is held where it is best, within the longest phrase: after a sentence, else a clause, else a space, else
        between two pieces, else in the middle of one.
        """
        longest = self._phrasing.longest
        size, fits = 0, 0
        for clause in self._held:
            size += len(clause.words)
            if size > longest:
                break
            fits += 1
        if fits:
            return self._give(min(fits, self._complete) or fits)
        clause = self._held[0]
        head, tail = _cut_pieces(clause.pieces, longest)
        middle = tail[0].start
        self._held[0] = attrs.evolve(clause, pieces=tail, start=middle, opening=Boundary.NONE, pause=0.0)
        self._size -= sum(len(piece.text) for piece in head)
        return self._phrase([attrs.evolve(clause, pieces=head)], middle, Boundary.NONE)

    def _phrase(self, clauses: list[SpokenClause], end: int, boundary: Boundary) -> list[Phrase]:
        """One phrase of these clauses; none if no voice could say anything of it."""
        pieces = tuple(piece for clause in clauses for piece in clause.pieces)
        first = clauses[0]
        if not any(char.isalnum() for piece in pieces for char in piece.text):
            self._pause += first.pause
            return []
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
