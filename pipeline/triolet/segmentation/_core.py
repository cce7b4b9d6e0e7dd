"""The segmenter without its clock: text in, clauses out."""

from __future__ import annotations

import re
import unicodedata

from triolet._text import Boundary, Clause, Kind
from triolet.segmentation import _judge
from triolet.segmentation._judge import Ahead, Verdict
from triolet.segmentation._language import RULED, Rules, rules
from triolet.segmentation._lines import LineKind, closes, read_head

HOLD = 600
"""Characters of one clause that are held at most: five times a long sentence, about 40 s of speech."""
_SLACK = 64  # more than the longest conjunction: what it decides is decided before the bound is looked at
_OPEN_FOR = 200  # a quote or bracket open for longer is none
_BATCH = 24  # characters without a mark that are put aside before they are searched for conjunctions
_BREATH_AFTER = 16  # characters of a clause before a conjunction may end it
_KEEP = 64  # characters before the clause that rules may look back at

_HOT = re.compile(r"[^\w '’\-]")
_STOPS = "。！？｡"
_RUN = re.compile(r"[.!?…‥。！？｡．]{1,64}")
_SPACED_RUN = re.compile(r"\.(?: \.)+")
_CLOSING = r"\"'”’»“›)\]}*_~」』】》〉）"
_TAIL = re.compile(rf"(?:[{_CLOSING}]|\[\^?\w{{1,8}}\](?!\()|[¹²³⁰⁴-⁹]|</\w{{1,10}}>)*")
_CJK_TAIL = re.compile(r"[”’」』】》〉）\)\"*_~]*")
_STARS = re.compile(r"\*+")
_TICKS = re.compile("`+")
_DASHES = re.compile("[—―]+")
_ALNUM = re.compile(r"[^\W_]")
_ITEM = re.compile(r"(\d{1,3})[.)]+\s*\Z")
_DIALOGUE = ("—", "–", "―")  # a line of speech: who speaks may follow any mark
_NUMBER = re.compile(r"\s(?:[•*-] )?(\d{1,3})\Z")
_CJK = "\u2e80"
_PAIRS = {"(": ")", "[": "]", "{": "}", "（": "）", "【": "】", "《": "》", "〈": "〉", "「": "」", "『": "』", "“": "”", "„": "“", "«": "»", "‘": "’"}
_BLOCKING = frozenset(")]}）】》〉")
_CLOSERS = frozenset(_PAIRS.values())
_WEAK = {",": Boundary.COMMA, ";": Boundary.CLAUSE, ":": Boundary.CLAUSE}
_FULL_WEAK = {"，": Boundary.COMMA, "、": Boundary.COMMA, "；": Boundary.CLAUSE, "：": Boundary.CLAUSE}
_SAYS = re.compile(r"[^，。！？：；、“”「」\s]{0,6}?(?:说|說|道|问|問|答|喊|叫|写|寫|回答|表示|解释|解釋|笑)")
_SAYS_REACH = 8
_JA_PARTICLES = "とってのをはがにもでやなかさへよだ"
_KO_QUOTING = ("라", "하", "며", "고", "이")


class SegmenterCore:
    """Cuts one stream of tokens into clauses.

    Every clause comes out with the token that makes its end certain. How the stream is cut into tokens makes no
    difference to the clauses, only to when they come out. At most `HOLD` characters and what one rule looks ahead (200)
    are held back.
    """

    def __init__(self, language: str = "auto") -> None:
        if language not in (*RULED, "auto"):
            raise ValueError(f"no rules for language {language!r}; choose one of auto, {', '.join(sorted(RULED))}")
        self._auto = language == "auto"
        self._rules: Rules = rules("en" if self._auto else language)
        self._pieces: list[str] = []  # tokens not yet looked at
        self._pending = 0  # their characters
        self._text = ""  # what is held, and some of what stood before it
        self._base = 0  # offset of _text in the stream
        self._at = 0  # how far _text is understood
        self._from = 0  # where the clause begins
        self._head = 0  # where the marks at the head of the line end
        self._breath_at = 0
        self._quiet = False  # no decision waits: a token without a mark changes nothing
        self._fresh = True  # at the start of a line
        self._kind = Kind.PROSE
        self._line = LineKind.TEXT
        self._fence = ""
        self._in_list = False
        self._blank = True
        self._table: Kind | None = None  # what the line before was of a table
        self._opening = Boundary.PARAGRAPH
        self._segment = 0  # offset in the stream where the sentence or line began
        self._open: list[tuple[str, int]] = []  # marks that would close what is open, and where it opened
        self._stars = -1  # where emphasis opened
        self._dialogue = False
        self._at_once = -1  # offset in the stream where a sentence was cut without a look at what follows
        self._item = -1  # the number of the list item that the line is
        self._out: list[Clause] = []

    def feed(self, token: str) -> list[Clause]:
        """Takes a token; gives the clauses that are final now."""
        self._pieces.append(token)
        self._pending += len(token)
        if self._quiet and self._pending < _BATCH and _HOT.search(token) is None:
            return []
        self._join()
        self._scan(complete=False)
        return self._take()

    def flush(self) -> list[Clause]:
        """The end of the stream: the rest. The last clause has the boundary END, unless it was out before."""
        self._join()
        self._scan(complete=True)
        if self._from < len(self._text):
            self._cut(len(self._text), Boundary.END)
        return self._take()

    def release(self, minimum: Boundary = Boundary.SENTENCE) -> list[Clause]:
        """The source pauses: gives what is finished and only waits for a look ahead.

        With SENTENCE a finished sentence, with COMMA also a finished clause; never one without its mark. What comes
        later is cut as if the pause were white space, so only a caller with a timer needs this."""
        self._join()
        self._scan(complete=False)
        text = self._text.rstrip()
        if self._from < len(text) and not self._fresh and self._has_words(len(text)):
            boundary = self._pause(text)
            if boundary >= minimum:
                self._cut(len(text), boundary)
        return self._take()

    def _pause(self, text: str) -> Boundary:
        if self._fence or self._inside() or self._line is not LineKind.TEXT:
            return Boundary.NONE
        bare = text.rstrip("\"'”’»)]*_~」』）")
        last = bare[-1:]
        if last and last in ",;:，、；：":
            return Boundary.COMMA if last in ",，、" else Boundary.CLAUSE
        if last in tuple("!?…。！？"):
            return Boundary.SENTENCE
        if last == ".":
            verdict = _judge.after_dot(self._rules, bare, self._sentence(), len(bare) - 1, Ahead(bare, len(bare), complete=True))
            return Boundary.SENTENCE if verdict is Verdict.END else Boundary.NONE
        return Boundary.NONE

    def _take(self) -> list[Clause]:
        out = self._out
        if out:
            self._out = []
        return out

    def _join(self) -> None:
        if not self._pieces:
            return
        text = self._text
        drop = self._from - _KEEP
        if drop > 8 * _KEEP:
            text = text[drop:]
            self._base += drop
            self._at -= drop
            self._from -= drop
            self._head -= drop
            self._breath_at = max(0, self._breath_at - drop)
        self._text = text + "".join(self._pieces)
        self._pieces.clear()
        self._pending = 0

    def _cut(self, end: int, boundary: Boundary) -> None:
        start = self._from
        text = self._text[start:end]
        marker = self._head - start
        if marker < 0:
            marker = len(text) - len(text.lstrip())
        if self._auto:
            self._tune(text)
        self._out.append(
            Clause(
                text=text,
                start=self._base + start,
                end=self._base + end,
                boundary=boundary,
                opening=self._opening,
                kind=self._kind,
                marker=min(marker, len(text)),
                language=self._rules.language.code,
            )
        )
        self._opening = boundary
        self._from = self._at = self._breath_at = end
        if boundary >= Boundary.LINE:
            self._segment = self._base + end

    def _tune(self, text: str) -> None:
        for pattern, code in _SCRIPTS:
            if pattern.search(text):
                if code == "zh" and self._rules.language.code == "ja":
                    code = "ja"
                if code != self._rules.language.code:
                    self._rules = rules(code)
                return

    def _has_words(self, end: int) -> bool:
        start = max(self._from, self._head)
        return end > start and (self._text[end - 1].isalnum() or _ALNUM.search(self._text, start, end) is not None)

    def _cut_at_once(self, end: int) -> None:
        self._cut(end, Boundary.SENTENCE)
        self._at_once = self._base + end

    def _nothing_open(self) -> bool:
        if self._stars >= 0 and self._base + self._at - self._stars <= _OPEN_FOR:
            return False
        if self._open:
            self._inside()
        return not self._open and not self._dialogue

    def _next_item(self, text: str, at: int, tail: int) -> bool:
        """Whether the number before `at` is the next item of a list inside a line; if so, cuts before it."""
        number = _NUMBER.search(text, max(self._from, at - 8), at)
        if number is None or int(number[1]) != self._item + 1 or not self._has_words(number.start()):
            return False
        self._cut(number.start(), Boundary.LINE)
        self._item += 1
        self._head = self._at = tail
        return True

    def _inside(self) -> bool:
        """Whether a bracket is open; forgets what has been open for too long."""
        opened = self._open
        if not opened:
            return False
        here = self._base + self._at
        while opened and here - opened[0][1] > _OPEN_FOR:
            del opened[0]
        return any(close in _BLOCKING for close, _ in opened)

    def _bound(self, end: int) -> None:
        """Cuts a clause that is longer than is held, `end` being how far its marks are known."""
        while end - self._from > HOLD:
            text, start = self._text, self._from
            cut = text.rfind(" ", start + HOLD // 2, start + HOLD)
            if cut < 0:
                cut = start + HOLD
                while cut > start + HOLD // 2 and _belongs_to_last(text[cut]):
                    cut -= 1
            at = self._at
            self._cut(cut, Boundary.NONE)
            self._at = max(at, cut)

    def _scan(self, *, complete: bool) -> None:
        while True:
            if self._fresh and not self._start_line(complete=complete):
                self._quiet = False
                self._bound(len(self._text) - _SLACK)
                return
            text = self._text
            if self._line is not LineKind.TEXT:
                newline = text.find("\n", self._at)
                if newline < 0:
                    self._at = len(text)
                    self._bound(len(text) - _SLACK)
                    self._quiet = True
                    return
                self._bound(newline)
                self._end_line(newline)
                continue
            found = _HOT.search(text, self._at)
            at = found.start() if found else len(text)
            self._breathe(at)
            if found is None:
                self._at = max(self._at, text.rfind(" ", self._at))
                self._bound(len(text) - _SLACK)
                self._quiet = True
                return
            self._bound(at)
            self._at = at
            if not self._mark(text, at, text[at], complete=complete):
                self._quiet = False
                return

    def _breathe(self, end: int) -> None:
        begin = max(self._breath_at, self._from + _BREATH_AFTER)
        if begin >= end:
            return
        for found in self._rules.breath.finditer(self._text, begin, end):
            at = found.start()
            if at - self._from >= _BREATH_AFTER and self._has_words(at) and not self._inside():
                kept = self._at
                self._bound(at)
                self._cut(at, Boundary.CONJUNCTION)
                self._at = max(kept, at)
        self._breath_at = max(self._breath_at, self._text.rfind(" ", begin, end))

    # Lines

    def _start_line(self, *, complete: bool) -> bool:
        text = self._text
        if self._at >= len(text) and not complete:
            return False
        if self._fence:
            self._fresh = False
            self._kind = Kind.CODE
            self._line = LineKind.FENCE
            line = text[self._at :]
            self._head = self._at + len(line) - len(line.lstrip(" \t"))
            return True
        head = read_head(text, self._at, complete=complete)
        if head is None:
            return False
        self._fresh = False
        at = self._at
        if head.line is LineKind.BLANK:
            if at + head.length < len(text):
                self._opening = max(self._opening, Boundary.PARAGRAPH)
            self._blank = True
            self._table = None
            self._line = LineKind.BLANK
            self._head = at + head.length
            self._at = self._head
            return True
        kind = head.kind
        self._line = head.line
        if head.line is LineKind.FENCE:
            self._fence = head.fence
        elif head.line is LineKind.ROW:
            kind = Kind.TABLE_ROW if self._table else Kind.TABLE_HEAD
            self._table = kind
        elif head.line is LineKind.MARKUP:
            pass
        elif kind is Kind.LIST_ITEM:
            self._in_list = True
        elif kind is Kind.PROSE and head.indent >= 2 and self._in_list:
            kind = Kind.LIST_ITEM
        elif kind is Kind.PROSE and head.indent >= 4 and self._blank:
            kind = Kind.CODE
            self._line = LineKind.ROW
        elif self._blank and head.indent == 0:
            self._in_list = False
        if head.line not in (LineKind.ROW, LineKind.MARKUP):
            self._table = None
        self._blank = False
        self._kind = kind
        self._item = int(number[1]) if kind is Kind.LIST_ITEM and (number := _ITEM.search(text, at, at + head.length)) else -1
        self._dialogue = text[at + head.length : at + head.length + 1] in _DIALOGUE
        self._head = at + head.length
        self._at = self._head
        return True

    def _end_line(self, newline: int) -> None:
        """A line ends; whatever it holds is final."""
        text = self._text
        end = newline
        while end > self._from and text[end - 1].isspace():
            end -= 1
        line = self._line
        if line is LineKind.FENCE:
            if end > self._from:
                begin = text.rfind("\n", 0, newline) + 1
                if self._fence_line(text[begin:newline]):
                    self._head = end
                self._cut(end, Boundary.LINE)
        elif line is LineKind.MARKUP or line is LineKind.ROW:
            if end > self._from:
                self._cut(end, Boundary.LINE)
        elif line is LineKind.TEXT and self._has_words(end):
            self._cut(end, Boundary.LINE)
        self._opening = max(self._opening, Boundary.LINE)
        self._open.clear()
        self._stars = -1
        self._fresh = True
        self._at = newline + 1

    def _fence_line(self, line: str) -> bool:
        if self._fence.startswith("+"):
            if closes(line, self._fence[1:]):
                self._fence = ""
                return True
            return False
        self._fence = "+" + self._fence
        return True

    # Marks inside a line. Each gives False when it must see more.

    def _mark(self, text: str, at: int, mark: str, *, complete: bool) -> bool:
        if mark in ".!?…‥．":
            return self._terminator(text, at, complete=complete)
        if mark == "\n":
            self._end_line(at)
            return True
        if mark in _WEAK:
            return self._comma(text, at, _WEAK[mark], complete=complete)
        if mark in _STOPS:
            return self._stop(text, at, complete=complete)
        if mark in _FULL_WEAK:
            return self._full_comma(text, at, _FULL_WEAK[mark], complete=complete)
        if mark in _PAIRS or mark in _CLOSERS or mark == '"':
            self._pair(text, at, mark)
            return True
        if mark == "*":
            return self._star(text, at, complete=complete)
        if mark == "`":
            return self._tick(text, at, complete=complete)
        if mark in "—―–":
            return self._dash(text, at, complete=complete)
        self._at = at + 1
        return True

    def _pair(self, text: str, at: int, mark: str) -> None:
        self._at = at + 1
        opened = self._open
        here = self._base + at
        if mark == '"':
            if opened and opened[-1][0] == '"':
                opened.pop()
            else:
                opened.append(('"', here))
            return
        if mark in _CLOSERS:
            for index in range(len(opened) - 1, -1, -1):
                if opened[index][0] == mark:
                    begin = opened[index][1]
                    del opened[index:]
                    if mark in "）" and text[at - 1] in _STOPS and self._leads(begin) and not self._inside():
                        self._cut(at + 1, Boundary.SENTENCE)
                    return
            if mark == ")" and self._item >= 0 and text[at - 1].isdecimal():
                self._next_item(text, at, at + 1)
                return
        if mark in _PAIRS:
            if mark == "(" and at and text[at - 1] in ":;-=":
                return  # a smiley
            opened.append((_PAIRS[mark], here))

    def _leads(self, begin: int) -> bool:
        """Whether nothing is said between the start of the sentence and `begin`, an offset in the stream."""
        return _ALNUM.search(self._text, self._sentence(), begin - self._base) is None

    def _sentence(self) -> int:
        """Where the sentence begins in the text held."""
        return max(self._segment - self._base, self._head, 0)

    def _star(self, text: str, at: int, *, complete: bool) -> bool:
        run = _STARS.match(text, at)
        end = run.end() if run else at + 1
        if end == len(text) and not complete:
            return False
        if self._stars >= 0:
            self._stars = -1
        elif not text[end : end + 1].isspace():
            self._stars = self._base + at
        self._at = end
        return True

    def _tick(self, text: str, at: int, *, complete: bool) -> bool:
        run = _TICKS.match(text, at)
        end = run.end() if run else at + 1
        if end == len(text) and not complete:
            return False
        ticks = text[at:end]
        if ticks == "``":  # an opening quote of plain typing, closed by two apostrophes
            self._open.append(("'", self._base + at))
            self._at = end
            return True
        limit = end + _OPEN_FOR
        begin = end
        while (close := text.find(ticks, begin, limit)) >= 0:
            after = close + len(ticks)
            if after == len(text) and not complete:
                return False
            if text[after : after + 1] != "`" and text[close - 1] != "`":
                if "\n" in text[end:close]:
                    break
                self._at = after
                return True
            begin = close + 1
        if close < 0 and len(text) < limit and "\n" not in text[end:] and not complete:
            return False
        self._at = end
        return True

    def _dash(self, text: str, at: int, *, complete: bool) -> bool:
        if text[at] == "–":
            end = at + 1
            if end == len(text) and not complete:
                return False
            cuts = text[at - 1 : at].isspace() and text[end : end + 1].isspace()
        else:
            run = _DASHES.match(text, at)
            end = run.end() if run else at + 1
            if end == len(text) and not complete:
                return False
            cuts = not (text[at - 1 : at].isdecimal() and text[end : end + 1].isdecimal())
        if cuts and text[end : end + 1] != "\n" and self._has_words(at) and not self._inside() and end < len(text):
            self._cut(end, Boundary.CLAUSE)
        self._at = end
        return True

    def _comma(self, text: str, at: int, boundary: Boundary, *, complete: bool) -> bool:
        tail = _tail(text, at + 1, complete=complete)
        if tail < 0:
            return False
        follows = text[tail : tail + 1]
        if (
            follows != "\n"
            and (follows.isspace() or follows >= _CJK)
            and self._has_words(at)
            and not self._inside()
        ):
            self._close(text, at + 1, tail)
            self._cut(tail, boundary)
        self._at = max(self._at, at + 1)
        return True

    def _full_comma(self, text: str, at: int, boundary: Boundary, *, complete: bool) -> bool:
        end = at + 1
        if text[at - 1 : at].isdecimal():
            if end == len(text) and not complete:
                return False
            if text[end : end + 1].isdecimal():
                self._at = end
                return True
        self._at = end
        if self._has_words(at) and not self._inside():
            self._cut(end, boundary)
        return True

    def _close(self, text: str, begin: int, end: int) -> None:
        """Takes note of what the closing marks between two places close."""
        for mark in text[begin:end]:
            if mark == "*":
                self._stars = -1
            for index in range(len(self._open) - 1, -1, -1):
                if self._open[index][0] == mark:
                    del self._open[index:]
                    break

    def _stop(self, text: str, at: int, *, complete: bool) -> bool:
        """`。！？`: at once when nothing is open."""
        end = at + 1
        stars = self._stars >= 0 and self._base + at - self._stars <= _OPEN_FOR
        inside = self._inside()
        if not self._open and not stars:
            if self._has_words(at) or (self._base + at == self._at_once and at == self._from):
                self._cut_at_once(end)
            self._at = end
            return True
        run = _RUN.match(text, at)
        tail_match = _CJK_TAIL.match(text, run.end() if run else end)
        tail = tail_match.end() if tail_match else end
        if tail == len(text) and not complete:
            return False
        closing = text[run.end() if run else end : tail]
        led = bool(self._open) and self._leads(self._open[0][1])
        self._close(text, end, tail)
        self._at = tail
        if self._inside():
            return True
        if closing:
            if inside and not led:
                return True
            verdict = self._after_quote(text, tail, complete=complete) if closing.strip("*_~") and not inside else Verdict.END
            if verdict is Verdict.WAIT:
                self._open = []
                self._at = at
                return False
            if verdict is Verdict.GOES_ON:
                return True
        if self._has_words(at):
            self._cut(tail, Boundary.SENTENCE)
        return True

    def _after_quote(self, text: str, tail: int, *, complete: bool) -> Verdict:
        follows = text[tail : tail + 1]
        if follows and follows in "，、,；：;:。！？.!?…—":
            return Verdict.GOES_ON
        code = self._rules.language.code
        if code == "ja" and follows and follows in _JA_PARTICLES:
            return Verdict.GOES_ON
        if code == "zh":
            said = _SAYS.match(text, tail)
            if said:
                return Verdict.GOES_ON
            rest = text[tail : tail + _SAYS_REACH]
            if len(rest) < _SAYS_REACH and not complete and not re.search(r"[，。！？：；、“”「」\s]", rest):
                return Verdict.WAIT
        return Verdict.END

    def _terminator(self, text: str, at: int, *, complete: bool) -> bool:
        """`.`, `!`, `?`, ellipses and runs of them."""
        spoken = self._has_words(at)
        if spoken and text[at] in ".!?" and self._nothing_open() and _judge.stands_alone(self._rules, text, self._sentence(), at):
            self._cut_at_once(at + 1)
            return True
        run = _RUN.match(text, at)
        end = run.end() if run else at + 1
        if end == len(text) and not complete:
            return False
        if text[at] == "." and end == at + 1 and text[at - 1 : at] == " ":
            spaced = _SPACED_RUN.match(text, at)
            if len(text) - at < 2 * _SLACK and not complete and not text[at:].strip(" ."):
                return False
            if spaced:
                end = spaced.end()
        tail = _tail(text, end, complete=complete)
        if tail < 0:
            return False
        marks = text[at:end]
        follows = text[tail : tail + 1]
        if follows and not follows.isspace():
            return self._glued(text, at, end, tail, complete=complete)
        if self._inside():
            if not any(mark in _BLOCKING for mark in text[end:tail]):
                self._at = end
                return True
            led = self._leads(self._open[0][1])
            saved = list(self._open)
            self._close(text, end, tail)
            if self._inside():
                self._at = tail
                return True
            verdict = self._ends(text, at, marks, end, tail, complete=complete)
            if verdict is Verdict.END and not led and self._rules.language.capital_nouns:
                verdict = _judge.if_starter(self._rules, Ahead(text, tail, complete=complete))
            if verdict is Verdict.WAIT:
                self._open = saved
                return False
            self._at = tail
            if verdict is Verdict.END:
                self._cut(tail, Boundary.SENTENCE)
            return True
        if not spoken:
            self._at = tail
            if self._base + at == self._at_once and at == self._from:
                self._cut_at_once(tail)
            return True
        if self._item >= 0 and text[at - 1].isdecimal() and self._next_item(text, at, tail):
            return True
        verdict = self._ends(text, at, marks, end, tail, complete=complete)
        if verdict is Verdict.WAIT:
            return False
        if any(close == "»" for close, _ in self._open):
            # A French quote closes after a space.
            rest = text[tail : tail + 3]
            if not rest.strip() and not complete and "\n" not in rest:
                return False
            if rest.lstrip()[:1] == "»":
                tail = text.index("»", tail) + 1
                if tail == len(text) and not complete:
                    return False
                ahead = Ahead(text, tail, complete=complete)
                verdict = _judge.after_closing(self._rules, ahead, led_by_quote=False)
                if verdict is Verdict.WAIT:
                    return False
        self._close(text, end, tail)
        self._at = tail
        if verdict is Verdict.END:
            self._cut(tail, Boundary.SENTENCE)
        return True

    def _ends(self, text: str, at: int, marks: str, end: int, tail: int, *, complete: bool) -> Verdict:
        if text[tail : tail + 1] == "\n" or (tail == len(text) and complete):
            return Verdict.END
        ahead = Ahead(text, tail, complete=complete)
        if marks == ".":
            verdict = _judge.after_dot(self._rules, text, self._sentence(), at, ahead)
        elif marks.strip(". "):
            verdict = Verdict.END
            if end == tail and len(marks) == 1 and marks != "…":
                verdict = _judge.after_exclamation(self._rules, text, at, ahead)
            elif "…" in marks:
                verdict = _judge.after_ellipsis(ahead)
        else:
            verdict = _judge.after_ellipsis(ahead)
        if verdict is Verdict.END and (self._open or (self._dialogue and marks != ".")):
            first = ahead.visible()
            if first is None:
                return Verdict.WAIT
            if first and first in "—–-―":
                return Verdict.GOES_ON
        if verdict is Verdict.END and tail > end and text[end:tail].strip("*_~¹²³⁰⁴⁵⁶⁷⁸⁹"):
            led = bool(self._open) and self._leads(self._open[0][1])
            return _judge.after_closing(self._rules, ahead, led_by_quote=led)
        return verdict

    def _glued(self, text: str, at: int, end: int, tail: int, *, complete: bool) -> bool:
        """No white space after the mark: an end only between words that cannot be one name, or in CJK text."""
        follows = text[tail]
        before = text[at - 1 : at]
        self._at = end
        if tail > end or self._inside() or not follows.isalnum():
            return True
        if not self._has_words(at):
            if self._base + at == self._at_once and at == self._from:
                self._cut_at_once(end)
            return True
        if text[at] in "!?":
            if follows >= _CJK or before >= _CJK:
                self._cut(end, Boundary.SENTENCE)
        elif follows >= _CJK and before >= _CJK and follows.isalpha() and before.isalpha():
            self._cut(end, Boundary.SENTENCE)
        elif text[at] == "." and end == at + 1 and follows.isupper() and before.islower():
            verdict = _judge.without_space(text, at, complete=complete)
            if verdict is Verdict.WAIT:
                self._at = at
                return False
            if verdict is Verdict.END:
                self._cut(end, Boundary.SENTENCE)
        return True


def _tail(text: str, at: int, *, complete: bool) -> int:
    """The end of the closing marks at `at`; -1 while they may go on."""
    found = _TAIL.match(text, at)
    end = found.end() if found else at
    if complete:
        return end
    if end == len(text):
        return -1
    if text[end] in "[<" and len(text) - end < 12 and not re.search(r"[\]>\s]", text[end:]):
        return -1
    return end


def _belongs_to_last(char: str) -> bool:
    return bool(unicodedata.combining(char)) or char in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff"


_SCRIPTS = (
    (re.compile("[\u3040-\u30ff]"), "ja"),
    (re.compile("[\uac00-\ud7a3]"), "ko"),
    (re.compile("[\u3400-\u9fff]"), "zh"),
    (re.compile("[\u0400-\u04ff]"), "ru"),
    (re.compile("[A-Za-z]"), "en"),
)
