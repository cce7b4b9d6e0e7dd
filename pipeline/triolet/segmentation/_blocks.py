"""Where each line begins and ends, and which block of the document it belongs to."""

from __future__ import annotations

from triolet._model._text import BlockKind, Boundary
from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation import _items
from triolet.segmentation._lines import Head, LineKind, closes, read_head
from triolet.segmentation._reading import Reading

_INDENT = lazy_regex(r"[ \t]{0,200}")
_ITEM = lazy_regex(r"(\d{1,3}|[a-z]|[ivx]{2,5})[.)]+\s*\Z")
_DIALOGUE = ("—", "–", "―")

# An attribute of an enumeration is slow to get.
_TEXT, _FENCE, _BLANK, _ROW, _MARKUP = LineKind.TEXT, LineKind.FENCE, LineKind.BLANK, LineKind.ROW, LineKind.MARKUP
_LINE, _PARAGRAPH = Boundary.LINE, Boundary.PARAGRAPH
_PROSE, _LIST_ITEM, _TABLE_HEAD = BlockKind.PROSE, BlockKind.LIST_ITEM, BlockKind.TABLE_HEAD


class BlockReader:
    """Reads the head of each line, keeps track of the block that is open, and cuts where a line ends."""

    __slots__ = ("_blank", "_bordered", "_in_list", "_in_table", "_reading", "_row_end")

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._in_list = False
        self._in_table = False
        self._bordered = True  # the rows of the table begin with a border
        self._blank = True  # the line before was blank
        self._row_end = -1  # offset in the stream where a row ends that may be the head of a table

    @property
    def row_waits(self) -> bool:
        """Whether a row waits for the next line, which shows whether it is the head of a table."""
        return self._row_end >= 0

    def start_line(self, text: str, *, complete: bool) -> bool:
        """Read the head of the line that begins at `reading.at`. Return False while more of it must be seen."""
        reading = self._reading
        at = reading.at
        while text.startswith("\n", at) and not reading.fence:  # an empty line
            self.end()
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
            self._end_head(text[at : at + head.length], head)
        reading.fresh = False
        reading.line = head.line
        reading.head = reading.at = at + head.length
        if head.line is _BLANK:
            if reading.head < len(text):
                reading.begin_line(_PARAGRAPH)
            self._blank = True
            self._in_table = False
            return True
        if self._in_table and not self._bordered and head.line is _TEXT and head.kind is _PROSE and head.indent < 4:
            head = Head(_ROW, BlockKind.TABLE_ROW, head.length, indent=head.indent)
            reading.line = _ROW
        reading.kind = self._kind_of(head)
        if head.line is _FENCE:
            reading.fence = head.fence
        reading.item = -1
        if head.length:
            number = _ITEM.search(text, at, reading.head) if reading.kind is _LIST_ITEM else None
            if number is not None:
                reading.item_style = _items.style_of(number[1])
                reading.item = _items.value(number[1], reading.item_style)
                reading.item_segment = reading.segment
        reading.dialogue = text[reading.head : reading.head + 1] in _DIALOGUE
        self._in_table = head.line is _ROW or (self._in_table and head.line is _MARKUP)
        self._blank = False
        return True

    def end_line(self, text: str, newline: int) -> None:
        """Cut at the end of a line; its line break stands at `newline`."""
        reading = self._reading
        begin = reading.begin
        end = begin + len(text[begin:newline].rstrip())
        line = reading.line
        if line is _FENCE:
            self._end_code_line(text, end, newline)
        elif end <= begin:
            pass
        elif line is _TEXT:
            if reading.kind is _PROSE and self._may_be_head(text, newline):
                self._bordered = False
                self._row_end = reading.base + end
            elif reading.has_words(end):
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

    def end(self) -> None:
        """No line that could be part of a table follows: a row that waits is no head."""
        if self._row_end >= 0:
            self._end_row(BlockKind.TABLE_ROW if self._bordered else _PROSE)
            self._bordered = True

    def _kind_of(self, head: Head) -> BlockKind:
        kind = head.kind
        if head.line is _ROW:
            self._bordered = self._bordered or not self._in_table
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

    def _may_be_head(self, text: str, newline: int) -> bool:
        """Whether a line of words may be the head of a table without outer borders: it has a border inside, and no cut."""
        begin = text.rfind("\n", 0, newline) + 1
        return text.find("|", begin, newline) >= 0 and not text[begin : self._reading.begin].strip()

    def _end_head(self, line: str, head: Head) -> None:
        """End the row that waited; the next line shows whether it is the head of a table."""
        if self._bordered:
            self._end_row(_TABLE_HEAD if head.line is _MARKUP else BlockKind.TABLE_ROW)
            return
        self._in_table = head.line is _MARKUP and "|" in line
        self._bordered = not self._in_table
        self._end_row(_TABLE_HEAD if self._in_table else _PROSE)

    def _end_row(self, kind: BlockKind) -> None:
        """Cut at the end of the row that waited: the line after it shows of which kind it is."""
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
