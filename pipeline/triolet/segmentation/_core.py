"""The pure core: tokens in, clauses out, without a clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from triolet._model._text import BlockKind, Boundary, Clause
from triolet.segmentation import _marks, _terminators
from triolet.segmentation._auto import Guess
from triolet.segmentation._blocks import BlockReader
from triolet.segmentation._language import has_rules, rules
from triolet.segmentation._language_tags import read_tag
from triolet.segmentation._lines import LineKind
from triolet.segmentation._reading import HOLD, PAIRS, SLACK, Reading
from triolet.segmentation._stalled import finished, whole_words
from triolet.segmentation._sure_end import ends_surely

_BATCH = 16  # tokens without a mark that are put aside before they are searched for conjunctions
_LARGE_BATCH = 64  # the same where conjunctions end no clause
_LONG = 64  # characters of a token that is never put aside
_BREATH_AFTER = 24  # characters that a clause has at least if a conjunction ends it

_WORDS = r"\w '’\-/%$+=&@#\\>|"
_WEAK = ',:،؛，、；：—–―*`([{}\\]（【】《》〈〉「」『』“”„«»‘"'
_hot = re.compile(f"[^{_WORDS}]").search  # what may be a mark inside a line
_ending = re.compile(f"[^{_WORDS}{_WEAK}]").search  # what may end a line or a sentence
_newline = re.compile("\n").search
_CANNOT_DECIDE = frozenset(",;:!?…")  # a token that is one of these changes nothing before the next token

# An attribute of an enumeration is slow to get.
_TEXT = LineKind.TEXT
_LINE = Boundary.LINE
_PROSE, _CODE = BlockKind.PROSE, BlockKind.CODE


def _dot_waits(before: list[str]) -> bool:
    """Whether a dot after these tokens must wait for the next token: it must after a digit and after a word of ASCII."""
    tail = "".join(before)
    word = tail.rpartition(" ")[2]
    return tail[-1:].isdecimal() or (len(word) < len(tail) and word.isascii() and word[-1:].isalnum())


def _joins(text: str, at: int) -> bool:
    """Whether no speaker breathes at the space at `at`: after a short word (`11 in. and`), or in a range (`9:00 - 17:00`).

    A voice would take the stop of the short word for the end of the sentence.
    """
    before = text[at - 1 : at]
    return before == "." or (before.isdecimal() and text[at + 1 : at + 2] == "-")


_Search = Callable[[str], object]


class _Mark(Protocol):
    def __call__(self, reading: Reading, text: str, at: int, /, *, complete: bool) -> bool: ...


_MARKS: dict[str, _Mark] = {
    **dict.fromkeys(".!?…‥．", _terminators.terminator),
    **dict.fromkeys("。！？｡।॥։။។፧۔؟", _terminators.stop),
    **dict.fromkeys(",;:،؛", _marks.comma),
    **dict.fromkeys("，、；：", _marks.full_comma),
    **dict.fromkeys(PAIRS, _marks.pair),
    **dict.fromkeys(PAIRS.values(), _marks.pair),
    **dict.fromkeys("—―–", _marks.dash),
    '"': _marks.pair,
    "*": _marks.star,
    "`": _marks.tick,
    "<": _marks.tag,
    **dict.fromkeys("~～〜^♪♫♬♡♥", _terminators.flourish),
}


class SegmenterCore:
    """Cuts one stream of tokens into clauses.

    `language` is one of:

    - a language with rules of its own: zh, en, de, it, pt, es, ja, ko, fr, ru;
    - another language that pysbd knows (am, ar, bg, da, el, fa, hi, hy, kk, mr, my, nl, pl, sk, ur): then pysbd decides about
      every dot, but for a few abbreviations that it lacks;
    - any other language of ISO 639-1: the marks of its script end sentences, and a dot does where no small letter follows. In
      Thai, Lao and Khmer, which write no mark between sentences, a space is a place to breathe;
    - "auto": one of the ten. The rules follow the script and, in Latin script, the words of what has been said so far. Names of
      hosts, paths, code and markup do not count, and no single word that is also a name.

    A language is given as a tag (BCP 47), in letters of any case: `en`, `EN`, `en-US`, `pt-BR`, `zh-Hans-CN`. The region, which
    changes no boundary, is in `region`.

    A clause comes out with the token that makes its end certain. That is its last mark where nothing that follows could
    change it. The tokens may be of any length: the clauses are the same, they only come out sooner or later.

    The core holds back at most the characters of one clause (600, `HOLD`) and what one rule looks ahead (200).

    `weakest` is the weakest boundary that ends a clause, at most LINE. The default is NONE: every boundary ends one. With
    LINE, whole sentences, headings, list items and rows come out, for three quarters of the time, and up to twice as much
    is held back. The stronger boundaries are the same whatever `weakest` is. The one exception: marks right after a lone
    hyphen, which is a place to breathe.

    Raises:
        ValueError: an unknown language, or a `weakest` above LINE.
    """

    region: str = ""
    """The region that the language tag names (`US`); empty for none."""

    def __init__(self, language: str = "auto", *, weakest: Boundary = Boundary.NONE) -> None:
        tag = read_tag(language)
        if language.lower() == "auto":
            language = "auto"
        elif tag is not None and has_rules(tag.language):
            language = tag.language
            self.region = tag.region
        else:
            raise ValueError(
                f"no language {language!r} is known: give auto, or a language tag (BCP 47) such as en, pt-BR or zh-Hans"
            )
        if weakest > _LINE:
            raise ValueError(f"weakest is {weakest.name}; choose LINE or less, as a clause lies within one line")
        self.language = language
        """ISO 639-1 code of the language, without the region; or "auto"."""
        self._guess = Guess() if language == "auto" else None
        self._unread: list[str] = []  # tokens that are put aside
        self._reading = Reading(rules("en" if language == "auto" else language), weakest)
        self._blocks = BlockReader(self._reading)
        breathes = weakest <= Boundary.CONJUNCTION
        self._batch = _BATCH if breathes else _LARGE_BATCH
        self._uncut = _BREATH_AFTER if breathes else HOLD  # characters that a clause may have without a look inside
        self._final = _hot if weakest < _LINE else _ending  # finds what may end a clause
        self._awaited: _Search | None = self._final  # a token in which it finds nothing changes nothing; None: any may

    @property
    def rest(self) -> str:
        """The text that has come and is in no clause yet."""
        reading = self._reading
        return reading.text[reading.given :] + "".join(self._unread)

    def feed(self, token: str) -> list[Clause]:
        """Take a token. Return the clauses that are final now."""
        unread = self._unread
        unread.append(token)
        awaited = self._awaited
        if awaited is not None and len(token) < _LONG:
            if token.isalpha() or awaited(token) is None:
                if len(unread) < self._batch:
                    return []
            elif (
                token in _CANNOT_DECIDE
                or (
                    token == "."  # noqa: S105 - no password
                    and _dot_waits(unread[-5:-1])
                )
            ):
                self._awaited = None
                return []
        return self._advance(complete=False)

    def flush(self) -> list[Clause]:
        """The stream has ended: return the rest. The last clause has the boundary END, unless it came out before."""
        reading = self._reading
        reading.complete = True
        clauses = self._advance(complete=True)
        self._blocks.end()
        if reading.given < len(reading.text):
            self._tune(len(reading.text))
            reading.cut(len(reading.text), Boundary.END)
        return clauses + reading.take()

    def release(self, minimum: Boundary = Boundary.SENTENCE) -> list[Clause]:
        """The source has stalled: return what would be complete if white space followed.

        SENTENCE releases a complete sentence. COMMA releases a complete clause, too. NONE releases whole words without a
        mark, too, unless a bracket is open. What comes later is cut as if white space stood here, so the clauses depend on
        when this is called.
        """
        clauses = self._advance(complete=False)
        reading = self._reading
        text = reading.text.rstrip()
        self._tune(len(text), complete=True)
        if reading.begin < len(text) and not reading.fresh and reading.has_words(len(text)):
            boundary = finished(reading, text)
            if boundary >= max(minimum, Boundary.CONJUNCTION):
                reading.close(reading.at, len(text))
                reading.cut(len(text), boundary)
            elif minimum is Boundary.NONE and (end := whole_words(reading, text, _hot)):
                reading.cut(end, Boundary.NONE)
        return clauses + reading.take()

    def release_sure(self) -> list[Clause]:
        """Nobody wants to wait for the next token: end the sentence at the mark that came last, if it almost surely ends there.

        It is wrong less than once in 200 times; the text then goes on in the next clause. Other clauses do not come out
        any earlier. What comes later is cut as if white space stood here, so the clauses depend on when this is called. A
        second mark right after the cut counts as a block mark of the next clause: it is no word.
        """
        reading = self._reading
        clauses = self._advance(complete=False)
        self._tune(len(reading.text), complete=True)
        at = reading.at
        if (
            at < len(reading.text)
            and reading.line is _TEXT
            and not reading.fresh
            and reading.kind is _PROSE
            and reading.has_words(at)
            and reading.nothing_open()
            and (
                reading.text[-1] in "！？"
                or ends_surely(
                    reading.rules,
                    reading.text[reading.sentence() :],
                    known=self._guess is None or self._guess.has_votes,
                )
            )
        ):
            reading.cut_at_once(len(reading.text))
        return clauses + reading.take()

    def _advance(self, *, complete: bool) -> list[Clause]:
        """Read the tokens that were put aside, as far as anything in them is certain. Return the clauses cut."""
        reading = self._reading
        unread = self._unread
        if unread:
            reading.add(unread[0] if len(unread) == 1 else "".join(unread))
            unread.clear()
        text = reading.text
        blocks = self._blocks
        while True:
            if reading.fresh and not blocks.start_line(text, complete=complete):
                # The head of a line ends nothing but the row before it.
                self._awaited = None if blocks.row_waits else self._final
                break
            if reading.line is not _TEXT:
                newline = text.find("\n", reading.at)
                if newline < 0:
                    reading.at = len(text)
                    self._awaited = _newline
                    break
                if newline - reading.begin > HOLD:
                    reading.cut_long(newline)
                blocks.end_line(text, newline)
                continue
            found = _hot(text, reading.at)
            if found is None:
                space = text.rfind(" ", reading.at)
                if len(text) - reading.begin > self._uncut:
                    self._breathe(text, len(text))
                    reading.breath_at = max(reading.breath_at, space)
                reading.at = max(reading.at, space)
                self._awaited = self._final
                break
            at = found.start()
            if at - reading.begin > self._uncut:
                self._breathe(text, at)
                reading.breath_at = max(reading.breath_at, at)
                if at - reading.begin > HOLD:
                    reading.cut_long(at)
            reading.at = at
            mark = text[at]
            if self._guess is not None:
                self._tune(at)
            if mark == "\n":
                blocks.end_line(text, at)
                continue
            read = _MARKS.get(mark)
            if mark == ";" and reading.rules.language.code == "el":
                read = _terminators.terminator  # the Greek question mark
            if read is None:
                if mark < "\u2600":
                    reading.at = at + 1
                    continue
                read = _terminators.emoji
            if not read(reading, text, at, complete=complete):
                self._awaited = self._final if self._final(mark) is None else None
                break
            if reading.at == len(text):
                self._awaited = self._final
                break
        if len(text) - reading.begin > HOLD + SLACK:
            reading.cut_long(len(text) - SLACK)
        return reading.take()

    def _tune(self, end: int, *, complete: bool = False) -> None:
        """In "auto": choose the rules by the text of the clause up to `end`."""
        if self._guess is not None:
            reading = self._reading
            code = self._guess.language(
                reading.text,
                reading.begin,
                end,
                reading.base,
                sentence=reading.segment,
                code=reading.kind is _CODE,
                complete=complete or reading.complete,
            )
            if code != reading.rules.language.code:
                reading.rules = rules(code)

    def _breathe(self, text: str, end: int) -> None:
        """Cut before the conjunctions that stand before `end`."""
        if self._uncut > _BREATH_AFTER:
            return
        reading = self._reading
        search = reading.rules.breath
        at = reading.at
        begin = max(reading.breath_at, reading.begin + _BREATH_AFTER)
        while begin < end and (found := search(text, begin, end)) is not None:
            begin = found.start()
            reading.at = begin
            if begin - reading.begin > HOLD:
                reading.cut_long(begin)
            if (
                begin - reading.begin >= _BREATH_AFTER
                and not _joins(text, begin)
                and reading.has_words(begin)
                and not reading.inside()
            ):
                reading.cut(begin, Boundary.CONJUNCTION)
                begin += _BREATH_AFTER
            else:
                begin += 1
        reading.at = max(at, reading.begin)
