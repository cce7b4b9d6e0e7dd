"""The segmenter without its clock: text in, clauses out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from triolet._model._text import BlockKind, Boundary, Clause
from triolet._tools._characters import is_wide
from triolet.segmentation import _judge, _marks, _terminators
from triolet.segmentation._auto import Guess
from triolet.segmentation._judge import Ahead, Verdict
from triolet.segmentation._language import choices, rules
from triolet.segmentation._lines import Head, LineKind, closes, read_head
from triolet.segmentation._reading import HOLD, PAIRS, SLACK, Reading

_BATCH = 16  # tokens without a mark that are put aside before they are searched for conjunctions
_LARGE_BATCH = 64  # the same where conjunctions do not count
_LONG = 64  # characters of a token that is looked at by itself
_BREATH_AFTER = 24  # characters of a clause before a conjunction may end it

_WORDS = r"\w '’\-/%$+=&@#\\^<>|~"
_WEAK = ',:،؛，、；：—–―*`([{}\\]（【】《》〈〉「」『』“”„«»‘"'
_hot = re.compile(f"[^{_WORDS}]").search  # what may be a mark inside a line
_ending = re.compile(f"[^{_WORDS}{_WEAK}]").search  # what may end a line or sentence
_newline = re.compile("\n").search
_INDENT = re.compile(r"[ \t]{0,200}")
_ITEM = re.compile(r"(\d{1,3})[.)]+\s*\Z")
_DIALOGUE = ("—", "–", "―")
_CANNOT_DECIDE = frozenset(",;:!?…")  # a token that is one of these changes nothing before the next one


# An attribute of an enumeration is slow to get.
_TEXT, _FENCE, _BLANK, _ROW, _MARKUP = LineKind.TEXT, LineKind.FENCE, LineKind.BLANK, LineKind.ROW, LineKind.MARKUP
_LINE, _PARAGRAPH = Boundary.LINE, Boundary.PARAGRAPH
_PROSE, _LIST_ITEM, _TABLE_HEAD = BlockKind.PROSE, BlockKind.LIST_ITEM, BlockKind.TABLE_HEAD


def _dot_waits(before: list[str]) -> bool:
    """Whether a dot after these tokens is never certain by itself: after a digit and after a word of ASCII."""
    tail = "".join(before)
    word = tail.rpartition(" ")[2]
    return tail[-1:].isdecimal() or (len(word) < len(tail) and word.isascii() and word[-1:].isalnum())


_Search = Callable[[str], object]


class _Mark(Protocol):
    def __call__(self, reading: Reading, text: str, at: int, /, *, complete: bool) -> bool: ...


_MARKS: dict[str, _Mark] = {
    **dict.fromkeys(".!?…‥．", _terminators.terminator),
    **dict.fromkeys("。！？｡।॥։။።፧۔؟", _terminators.stop),
    **dict.fromkeys(",;:،؛", _marks.comma),
    **dict.fromkeys("，、；：", _marks.full_comma),
    **dict.fromkeys(PAIRS, _marks.pair),
    **dict.fromkeys(PAIRS.values(), _marks.pair),
    **dict.fromkeys("—―–", _marks.dash),
    '"': _marks.pair,
    "*": _marks.star,
    "`": _marks.tick,
}


class SegmenterCore:
    """Cuts one stream of tokens into clauses.

    `language` is the code of a language with rules (zh, en, de, it, pt, es, ja, ko, fr, ru), of another one that pysbd
    knows (then pysbd is asked about every dot), or "auto": the rules follow the script and, in Latin script, the common
    words of what has been said so far.

    A clause comes out with the token that makes its end certain; where nothing can follow that would change it, with
    its last mark. How the stream is cut into tokens makes no difference to the clauses, only to when they come out.
    Held back are at most the characters of one clause (`HOLD`, 600) and what one rule looks ahead (200).

    `weakest` is the weakest boundary that ends a clause, at most LINE: then whole sentences, headings, list items and
    rows come out, at three quarters of the cost, and up to twice as much is held back. Boundaries of at least that
    strength are the same whatever it is, but for marks after a lone hyphen, which is a place to breathe.
    """

    def __init__(self, language: str = "auto", *, weakest: Boundary = Boundary.NONE) -> None:
        if language != "auto" and language not in choices():
            raise ValueError(f"no rules for language {language!r}; choose auto or one of {', '.join(choices())}")
        if weakest > _LINE:
            raise ValueError(f"weakest is {weakest.name}; choose LINE or less, as a clause lies within one line")
        self._guess = Guess() if language == "auto" else None
        self._pieces: list[str] = []  # tokens not yet looked at
        self._reading = Reading(rules("en" if language == "auto" else language), weakest)
        breathes = weakest <= Boundary.CONJUNCTION
        self._batch = _BATCH if breathes else _LARGE_BATCH
        self._uncut = _BREATH_AFTER if breathes else HOLD  # characters that a clause may have without a look inside
        self._final = _hot if weakest < _LINE else _ending  # finds what may end a clause
        self._awaited: _Search | None = self._final  # a token in which it finds nothing changes nothing; None: any may
        self._in_list = False
        self._blank = True  # the line before was blank
        self._in_table = False
        self._row_end = -1  # offset in the stream where a row ends that may be the head of a table

    def feed(self, token: str) -> list[Clause]:
        """Takes a token; gives the clauses that are final now."""
        units = self._pieces
        units.append(token)
        awaited = self._awaited
        if awaited is not None and len(token) < _LONG:
            if token.isalpha() or awaited(token) is None:
                if len(units) < self._batch:
                    return []
            elif (
                token in _CANNOT_DECIDE
                or (
                    token == "."  # noqa: S105 - no password
                    and _dot_waits(units[-5:-1])
                )
            ):
                self._awaited = None
                return []
        return self._advance(complete=False)

    def flush(self) -> list[Clause]:
        """The end of the stream: the rest. The last clause has the boundary END, unless it was out before."""
        reading = self._reading
        reading.complete = True
        out = self._advance(complete=True)
        if self._row_end >= 0:
            self._end_row(BlockKind.TABLE_ROW)
        if reading.given < len(reading.text):
            self._tune(len(reading.text))
            reading.cut(len(reading.text), Boundary.END)
        return out + self._take()

    def release(self, minimum: Boundary = Boundary.SENTENCE) -> list[Clause]:
        """The source pauses: gives what is finished and only waits for a look ahead.

        With SENTENCE that is a finished sentence, with COMMA a finished clause as well, and with NONE whole words without a
        mark, too, unless a bracket is open. What comes later is cut as if the pause were white space, so results depend on
        the clock of whoever calls this.
        """
        out = self._advance(complete=False)
        reading = self._reading
        text = reading.text.rstrip()
        if reading.begin < len(text) and not reading.fresh and reading.has_words(len(text)):
            boundary = self._finished(text)
            if boundary >= max(minimum, Boundary.CONJUNCTION):
                reading.close(reading.at, len(text))
                reading.cut(len(text), boundary)
            elif minimum is Boundary.NONE and (end := self._whole_words(text)):
                reading.cut(end, Boundary.NONE)
        return out + self._take()

    def _whole_words(self, text: str) -> int:
        """Where the last word that is known to be whole ends, if the words before it may be said; else 0."""
        reading = self._reading
        if reading.line is not _TEXT or reading.inside() or reading.weakest > Boundary.NONE:
            return 0
        end = text.rfind(" ", reading.begin, reading.at + 1)
        spaced = len(text) < len(reading.text) or is_wide(text[-1])
        if spaced and _hot(text, reading.at) is None:
            end = len(text)
        marked = _hot(text, max(end, 0), reading.at) is not None  # it would be read twice
        return end if end > reading.begin and not marked and reading.has_words(end) else 0

    def _finished(self, text: str) -> Boundary:
        """The boundary that the last mark of the text would be if white space followed."""
        reading = self._reading
        bare = text.rstrip("\"'”’»)]*_~」』）")
        if reading.line is not _TEXT or (reading.inside() and len(bare) == len(text)):
            return Boundary.NONE
        last = bare[-1:]
        if last in _WEAK_MARKS:
            return _WEAK_MARKS[last]
        if last and last in "!?…。！？":
            return Boundary.SENTENCE
        if last == ".":
            at = len(bare) - 1
            verdict = _judge.after_dot(reading.rules, bare, reading.sentence(), at, Ahead(bare, at + 1, complete=True))
            return Boundary.SENTENCE if verdict is Verdict.END else Boundary.NONE
        return Boundary.NONE

    def _take(self) -> list[Clause]:
        reading = self._reading
        out = reading.out
        if not out:
            return []
        reading.out = []
        return out

    def _advance(self, *, complete: bool) -> list[Clause]:
        """Looks at the tokens put aside, as far as anything in them is certain."""
        reading = self._reading
        units = self._pieces
        if units:
            reading.add(units[0] if len(units) == 1 else "".join(units))
            units.clear()
        text = reading.text
        while True:
            if reading.fresh and not self._start_line(text, complete=complete):
                self._awaited = self._final if self._row_end < 0 else None  # a head ends nothing but the row before
                break
            if reading.line is not _TEXT:
                newline = text.find("\n", reading.at)
                if newline < 0:
                    reading.at = len(text)
                    self._awaited = _newline
                    break
                if newline - reading.begin > HOLD:
                    reading.cut_long(newline)
                self._end_line(text, newline)
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
                self._end_line(text, at)
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
        out = reading.out
        if not out:
            return []
        reading.out = []
        return out

    def _tune(self, end: int) -> None:
        """In "auto", lets the rules follow what is said."""
        if self._guess is not None:
            reading = self._reading
            code = self._guess.language(reading.text, reading.begin, end, reading.base)
            if code != reading.rules.language.code:
                reading.rules = rules(code)

    def _breathe(self, text: str, end: int) -> None:
        """Cuts before conjunctions."""
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
            if begin - reading.begin >= _BREATH_AFTER and reading.has_words(begin) and not reading.inside():
                reading.cut(begin, Boundary.CONJUNCTION)
                begin += _BREATH_AFTER
            else:
                begin += 1
        reading.at = max(at, reading.begin)

    # Lines

    def _start_line(self, text: str, *, complete: bool) -> bool:
        """Reads the head of a line; False while it may go on."""
        reading = self._reading
        at = reading.at
        while text.startswith("\n", at) and not reading.fence:  # an empty line
            if self._row_end >= 0:
                self._end_row(BlockKind.TABLE_ROW)
            reading.begin_line(_PARAGRAPH)
            reading.head = at
            reading.at = at = at + 1
            self._blank = True
            self._in_table = False
        if at >= len(text) and not complete:
            return False
        if reading.fence:
            indent = _INDENT.match(text, at)
            words = indent.end() if indent else at
            if words == len(text) and not complete:
                return False
            reading.head = words
            reading.kind = BlockKind.CODE
            reading.line = _FENCE
            reading.fresh = False
            return True
        head = read_head(text, at, complete=complete)
        if head is None:
            return False
        if self._row_end >= 0:
            self._end_row(_TABLE_HEAD if head.line is _MARKUP else BlockKind.TABLE_ROW)
        reading.fresh = False
        reading.line = head.line
        reading.head = reading.at = at + head.length
        if head.line is _BLANK:
            if reading.head < len(text):
                reading.begin_line(_PARAGRAPH)
            self._blank = True
            self._in_table = False
            return True
        reading.kind = self._kind_of(head)
        if head.line is _FENCE:
            reading.fence = head.fence
        reading.item = -1
        if head.length:
            number = _ITEM.search(text, at, reading.head) if reading.kind is _LIST_ITEM else None
            if number is not None:
                reading.item = int(number[1])
        reading.dialogue = text[reading.head : reading.head + 1] in _DIALOGUE
        self._in_table = head.line is _ROW or (self._in_table and head.line is _MARKUP)
        self._blank = False
        return True

    def _kind_of(self, head: Head) -> BlockKind:
        kind = head.kind
        if head.line is _ROW:
            return BlockKind.TABLE_ROW if self._in_table else _TABLE_HEAD
        if head.line is not _TEXT:
            return kind
        if kind is _LIST_ITEM:
            self._in_list = True
        elif kind is _PROSE and head.indent >= 2 and self._in_list:
            return _LIST_ITEM
        elif kind is _PROSE and head.indent >= 4 and self._blank:
            self._reading.line = _ROW
            return BlockKind.CODE
        elif self._blank and head.indent == 0:
            self._in_list = False
        return kind

    def _end_line(self, text: str, newline: int) -> None:
        """A line ends, and whatever it holds with it."""
        reading = self._reading
        begin = reading.begin
        end = begin + len(text[begin:newline].rstrip())
        line = reading.line
        if line is _FENCE:
            self._end_code_line(text, end, newline)
        elif end <= begin:
            pass
        elif line is _TEXT:
            if reading.has_words(end):
                reading.cut(end, _LINE)
        elif reading.kind is _TABLE_HEAD:
            self._row_end = reading.base + end
        elif line is not _BLANK:
            reading.cut(end, _LINE)
        if self._row_end < 0:
            reading.begin_line(_LINE)
        if reading.opened:
            reading.opened.clear()
        reading.stars = -1
        reading.fresh = True
        reading.at = newline + 1

    def _end_row(self, kind: BlockKind) -> None:
        """The line after a row shows whether it was the head of a table."""
        reading = self._reading
        at = reading.at
        reading.kind = kind
        reading.cut(self._row_end - reading.base, _LINE)
        reading.at = at
        self._row_end = -1

    def _end_code_line(self, text: str, end: int, newline: int) -> None:
        reading = self._reading
        if end <= reading.begin:
            return
        fence = reading.fence
        begin = max(text.rfind("\n", 0, newline) + 1, reading.begin)
        if not fence.startswith("+"):  # the line that opens the block
            reading.fence = "+" + fence
            reading.head = end
        elif closes(text[begin:newline], fence[1:]):
            reading.fence = ""
            reading.head = end
        reading.cut(end, _LINE)


_WEAK_MARKS = {
    **dict.fromkeys(",，、،", Boundary.COMMA),
    **dict.fromkeys(";:；：؛", Boundary.CLAUSE),
}
