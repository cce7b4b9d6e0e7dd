"""The stage that cuts tokens into clauses."""

from __future__ import annotations

import math

import trio

from triolet._model._text import Boundary, Clause
from triolet._model._waiting_listener import MANY_CJK, MANY_WORDS, SHORT
from triolet._tools._characters import is_wide
from triolet.chain._batches import AT_ONCE, Batches, PulledStage
from triolet.chain._context import TurnContext
from triolet.segmentation._core import SegmenterCore
from triolet.turn._events import ClauseCut, TextLeft

SENTENCE_AFTER = 0.3
"""Seconds without a token after which a complete sentence no longer waits for what may follow its mark: three times what lies
between the tokens of a slow LLM (10 tokens a second)."""

CLAUSE_AFTER = 0.8
"""The same for a complete clause. By then the listener waits, and a clause alone is better than silence."""

WORDS_AFTER = 2.0
"""The same for words without a mark. A boundary where none is written sounds wrong, but a listener takes a long silence for the
end."""


WORDS_WITHIN = 1.0
"""Seconds after which many words without a mark go to a listener who has less than a second of audio, though the source goes on. The first
samples of a commit take up to a second, so the first sound comes within two seconds of those words."""

MANY_LETTERS = 72
"""Characters that are many in any writing: a dozen words of five letters."""

LOOK_AGAIN = 0.25
"""Seconds between two looks whether words can be given: what a slow LLM takes for a word."""


class SentenceSegmenter(PulledStage[str, Clause]):
    """Cuts tokens into clauses: finds every boundary and its strength, as early as it is certain.

    `language` is a language tag (BCP 47: `en`, `pt-BR`), or "auto". Then it is `spoken`, the only language that the voice speaks
    (None, the default, if it speaks several or that is not known); else the script and the words tell it. `spoken` does not count
    in a turn that has another language for the voice. `language` holds the code without the region (`en`), `region` the region
    (`US`, or empty), which changes no boundary.

    The same text gives the same clauses, whatever its tokens are, as long as the source does not stall. Where a listener
    hears in real time, a stall ends a sentence after `sentence_after` seconds without a token, a clause after
    `clause_after`, and words after `words_after`. None: a stall of any length ends nothing. For an output that is streamed
    without a clock, such as a pipe, a stall ends whole sentences only. For a file it ends nothing.

    `eager`: the first sentence of an answer ends with its mark, and does not wait for the next token, if it almost surely ends
    there: in at least 99.5 of 100 cases, as measured with `benchmarks/first_sentence.py` in German, English, French, Italian,
    Portuguese and Spanish. If it does not, the text goes on in the next clause. False by default, since the clauses then depend
    on what the tokens are; `speech` sets it. It changes nothing for a file, which nobody waits for.

    `weakest` is the weakest boundary that ends a clause. By default every boundary does, and the Phraser chooses among
    them. LINE is the strongest choice: then only whole sentences, headings, items and rows come out, for three quarters
    of the time, and a stall ends none of their clauses.

    Raises:
        ValueError: an unknown language, or a `weakest` above LINE.
    """

    buffer = 32
    """Tokens that may wait, to be taken in one go: half a second of a fast LLM."""

    def __init__(
        self,
        language: str = "auto",
        *,
        sentence_after: float | None = SENTENCE_AFTER,
        clause_after: float | None = CLAUSE_AFTER,
        words_after: float | None = WORDS_AFTER,
        weakest: Boundary = Boundary.NONE,
        eager: bool = False,
        spoken: str | None = None,
    ) -> None:
        core = SegmenterCore(language, weakest=weakest)  # a bad choice is an error here, not in the middle of an answer
        self.language = core.language
        self.region = core.region
        self.spoken = None if spoken is None else SegmenterCore(spoken).language
        self.weakest = weakest
        self.eager = eager
        self._words_end = words_after is not None and weakest is Boundary.NONE
        self._stalls = sorted(
            (after, strength)
            for after, strength in (
                (sentence_after, Boundary.SENTENCE),
                (clause_after, Boundary.COMMA),
                (words_after, Boundary.NONE),
            )
            if after is not None
        )

    def _pull(self, upstream: Batches[str], turn: TurnContext) -> Batches[Clause]:
        """The clauses of the tokens that come. In the end, text that is in no clause is recorded as left."""
        language = self.language
        if language == "auto" and self.spoken is not None and turn.settings.language is None:
            language = self.spoken
        core = SegmenterCore(language, weakest=self.weakest)
        return _ClauseBatches(upstream, core, self._stalls, turn, eager=self.eager, breathes=self._words_end)


class _ClauseBatches(Batches[Clause]):
    """Clauses, cut from batches of tokens and recorded."""

    def __init__(
        self,
        upstream: Batches[str],
        core: SegmenterCore,
        stalls: list[tuple[float, Boundary]],
        turn: TurnContext,
        *,
        eager: bool,
        breathes: bool,
    ) -> None:
        self._breathes = breathes
        """Whether clauses may end where no mark is."""
        self._upstream = upstream
        self._core = core
        self._stalls = stalls
        self._turn = turn
        self._eager = eager
        """Whether a sentence may end with the last token. The first sentence alone: later ones are heard no sooner by it."""
        self._fed = 0
        """Characters that the core has taken."""
        self._cut = 0
        """Characters that are in clauses."""
        self._many_since: float | None = None
        """When so many words without a mark were there that a listener who hears nothing should get them, in Trio's time."""
        self._breaths = ""
        """The last clauses, as far as nothing but conjunctions ends them."""
        self._text = ""
        """The text of the last tokens."""
        self._read = 0
        """How much of it the core has taken."""
        self._waits_since = 0.0
        """When the last tokens came, in Trio's time."""
        self._stall = 0
        """How many of `stalls` have passed since then."""
        self._ended = False

    async def next(self) -> list[Clause]:
        """Wait until clauses are cut. Return them."""
        clauses: list[Clause] = []
        while not clauses:
            if self._ended:
                raise trio.EndOfChannel
            if self._unread:
                await trio.lowlevel.checkpoint()
                clauses = self._feed_some()
                continue
            try:
                clauses = await (self._in_time() if self._awaited else self._in_the_end())
            except trio.EndOfChannel:
                self._ended = True
                clauses = self._core.flush()
        self._cut = clauses[-1].end
        for clause in clauses:
            if clause.boundary is Boundary.CONJUNCTION:
                self._breaths += clause.text
            else:
                self._breaths = ""
                self._many_since = None
        self._eager = self._eager and all(clause.boundary < Boundary.LINE for clause in clauses)
        now = self._turn.now()
        for clause in clauses:
            self._turn.timeline.record(ClauseCut(now, clause))
        return clauses

    def close(self) -> None:
        """Record the text that is in no clause. It had come by the time that ended the turn, such as an error of the source."""
        if rest := self._core.rest + self._text[self._read :] + _text_of(self._upstream.waiting()):
            self._turn.timeline.record(TextLeft(self._turn.now(), rest))
        self._upstream.close()

    @property
    def _unread(self) -> bool:
        """Whether there is text that the core has not taken."""
        return self._read < len(self._text)

    @property
    def _awaited(self) -> bool:
        """Whether somebody may wait for the next clause, since audio is heard as it comes."""
        listener = self._turn.clock.listener
        return listener.realtime or listener.streamed

    async def _in_the_end(self) -> list[Clause]:
        """The clauses that the next tokens end."""
        return self._feed(await self._upstream.next())

    async def _in_time(self) -> list[Clause]:
        """The clauses that the next tokens end, or a stall."""
        if tokens := self._upstream.waiting():
            return self._feed(tokens) or self._end_surely()
        # One scope for many tokens: to move its deadline costs less than to enter another. Within it we wait for our own
        # channel; the source is not touched.
        with trio.CancelScope() as scope:
            while True:
                scope.deadline = min(self._stalls_at(), self._words_at())
                clauses = self._feed(await self._upstream.next()) or self._end_surely()
                if clauses or self._unread or scope.cancel_called:
                    return clauses
        if self._words_at() <= self._turn.now():
            ahead = self._turn.clock.ahead
            if ahead <= SHORT and (clauses := self._core.release(Boundary.NONE)):
                return clauses
            # Look again when the listener has little left, or when more words may be whole.
            self._many_since = self._turn.now() + max(ahead - SHORT, LOOK_AGAIN) - WORDS_WITHIN
            return []
        _, strength = self._stalls[self._stall]
        self._stall += 1
        # Without a clock the Phraser gives whole sentences, so that to part one would help nobody.
        return self._core.release(strength if self._turn.clock.realtime else Boundary.SENTENCE)

    def _stalls_at(self) -> float:
        """When the next stall is over, in Trio's time. Infinite if there is nothing that a stall could end."""
        if self._fed == self._cut or self._stall == len(self._stalls):
            return math.inf
        return self._waits_since + self._stalls[self._stall][0]

    def _words_at(self) -> float:
        """When words without a mark go to a listener who hears nothing, in Trio's time. Infinite while there are few of them."""
        if not self._turn.clock.realtime or not self._breathes:
            return math.inf
        if self._many_since is None:
            uncut = self._fed - self._cut + len(self._breaths)
            if uncut < MANY_CJK or (uncut < MANY_LETTERS and not self._has_many()):
                return math.inf
            self._many_since = self._turn.now()
        return self._many_since + WORDS_WITHIN

    def _has_many(self) -> bool:
        """Whether what is in no clause yet has many words."""
        rest = self._breaths + self._core.rest
        return len(rest.split()) > MANY_WORDS or (not rest.isascii() and sum(map(is_wide, rest)) >= MANY_CJK)

    def _feed(self, tokens: list[str]) -> list[Clause]:
        """The clauses that the first of the text of these tokens ends."""
        self._read = 0
        try:
            self._text = "".join(tokens)
        except TypeError:
            self._text = _text_of(tokens)
            other = next(type(token) for token in tokens if not isinstance(token, str))
            raise TypeError(
                f"the source gave a {other.__name__}; a token is a str (bytes: decode them "
                "incrementally; an API's event: take its text)"
            ) from None
        self._waits_since = self._turn.now()
        self._stall = 0
        return self._feed_some()

    def _end_surely(self) -> list[Clause]:
        """The first sentence, if it almost surely ends with what has come."""
        if not self._eager or self._unread or not self._text.endswith((".", "!", "?", "！", "？")):
            return []
        return self._core.release_sure()

    def _feed_some(self) -> list[Clause]:
        """The clauses that the next of the text ends."""
        some = self._text
        if len(some) > AT_ONCE:
            some = some[self._read : self._read + AT_ONCE]
        self._read += len(some)
        self._fed += len(some)
        return self._core.feed(some)


def _text_of(tokens: list[str]) -> str:
    """The text of those tokens that are text, whatever a source without type hints gives."""
    return "".join(token for token in tokens if isinstance(token, str))
