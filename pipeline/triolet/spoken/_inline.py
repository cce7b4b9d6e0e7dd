"""Reads inline Markdown, HTML and LaTeX once, as it streams: what of it is words, and where."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Callable

from ._characters import HAS_URL, TOKEN, TOKEN_NO_URL, URL, Sort, emoji_name, sort
from ._html import (
    AUTOLINK,
    AUTOLINK_BEGUN,
    DECLARATIONS,
    NOT_TEXT,
    SEPARATES,
    TAG,
    TAG_BEGUN,
    is_ssml,
)
from ._latex import plain
from ._options import MAX_DESTINATION, MAX_HELD, SpokenOptions
from ._pause import seconds_of
from ._pieces import PieceBuilder
from ._wording import wording

logger = logging.getLogger("triolet.spoken")

_WAIT = -1
"""A handler's answer: more text decides what this is."""

_DESTINATION = r"(?:<[^<>\n]*+>|(?!<)(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*+\))*+\))*+)"
_TITLE = r"(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\))"
_TITLE_BEGUN = r"(?:\"(?:[^\"\\]|\\.)*+\\?|'(?:[^'\\]|\\.)*+\\?|\((?:[^()\\]|\\.)*+\\?|" + _TITLE + r"\s*+)"
_TARGET = re.compile(rf"\(\s*+{_DESTINATION}(?:\s++{_TITLE})?\s*+\)", re.DOTALL)
_TARGET_BEGUN = re.compile(rf"\(\s*+(?:<[^<>\n]*+>?|(?:[^\s()\\]|\\.?|[()])*+)(?:\s++{_TITLE_BEGUN}?)?\Z", re.DOTALL)
_DESTINATION_ENDS = re.compile(r"[\s)]")
_SPACE = re.compile(r"\s")
_LABEL = re.compile(r"\[(?:[^\[\]\\]|\\.){0,999}+\]", re.DOTALL)
_LABEL_BEGUN = re.compile(r"\[(?:[^\[\]\\]|\\.){0,999}+\\?\Z", re.DOTALL)
_DEFINITION = re.compile(
    rf"\[(?:[^\[\]\\]|\\.){{1,999}}+\]:[ \t]*+(?:<[^<>\n]*+>|[^\s<]\S*+)(?:[ \t]++{_TITLE})?[ \t]*+(?=\n|\r|\Z)",
    re.DOTALL,
)
_DEFINITION_BEGUN = re.compile(r"\[(?:[^\[\]\\\n]|\\.){1,999}+(?:\](?::[^\n]*+)?)?\Z", re.DOTALL)
_NOTE_MARK = re.compile(r"\[\^[^\]\[\s]{1,60}+\](:?)")
_NOTE_MARK_BEGUN = re.compile(r"\[\^[^\]\[\s]{0,60}+\Z")
_CITATION = re.compile(r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*+\]")
_TASK = re.compile(r"\[[ xX]\](?=\s|\Z)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HOST = re.compile(r"(?:https?://)?(?:[^/?#@]*@)?(?:www\.)?([^/?#:]*)")
_DECLARATION_BEGUN = re.compile(r"<!(?:-|\[[A-Z]*)?\Z")
_WORDS = re.compile(r"\S+")
_MATH_SIGN = re.compile(r"[\\^_={}<>+*/]")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class InlineReader:
    """Reads one block after another; within a block, text that arrives in parts.

    `extend` adds text, `run` reads as far as the text decides and tells whether all is read. Where a mark's meaning needs
    more text (a code span, a tag, a link's destination, a formula), it stops in front of it; `final` says that the block
    ends here, so nothing more decides. It gives up waiting by itself at the bounds of `_options`. `cut` empties it for
    the next part of the same block, and what spans parts (open brackets, a comment) goes on.
    """

    def __init__(self, options: SpokenOptions) -> None:
        self._options = options
        self._warned = False
        self._skip_until = ""  # the end of a comment or script, which may span blocks
        self._handlers: dict[str, Callable[[int], int]] = {
            "*": self._emphasis,
            "_": self._emphasis,
            "~": self._emphasis,
            "`": self._code,
            "[": self._open_bracket,
            "]": self._close_bracket,
            "<": self._angle,
            "&": self._entity,
            "\\": self._backslash,
            "$": self._dollar,
            "!": self._exclamation,
            "|": self._bar,
        }
        self.builder = PieceBuilder()
        self.breaks: list[tuple[int, float]] = []
        """Where the text asked for silence (offset after the tag), and for how many seconds."""
        self.begin_block()

    def begin_block(self, *, list_item: bool = False) -> None:
        """Forget what ends with a block: a new paragraph, heading or list item begins."""
        self._brackets: list[bool] = []
        self._task = list_item
        self._skip_block = False
        self._after_link_text = False
        self._in_destination = False
        self._in_url = False
        self._before = ""
        self._reset()
        self._fresh_at = 0  # up to here, link definitions only; -1 after the block's first words

    def _reset(self) -> None:
        self._text = ""
        self._at = 0
        self._final = False
        self._in_sentence = False
        self._line_done = False
        self._line_begins = True
        self._url_ahead = False
        self._no_ticks: dict[int, int] = {}  # up to where no run of so many backticks ends a code span

    def extend(
        self, text: str, language: str, *, begins_line: bool = True, ends_line: bool = True, ends_sentence: bool = True
    ) -> None:
        """More text of the block, and what is known of its edges."""
        if not self._text:
            self._line_begins = begins_line
        self._wording = wording(language)
        self._text += text
        self._line_done = ends_line
        self._in_sentence = not ends_sentence
        self._url_ahead = HAS_URL.search(self._text, self._at) is not None

    def run(self, *, final: bool) -> bool:
        """Read on; False if what comes next must decide. With `final` always True."""
        self._final = final
        text, at, builder = self._text, self._at, self.builder
        if at == 0:
            at = self._resume()
            if at == _WAIT:
                return False
        match = (TOKEN_NO_URL if self._url_ahead else TOKEN).match
        length = len(text)
        while at < length:
            if self._skip_until or self._skip_block:
                at = self._skip(at)
                continue
            if self._url_ahead and text[at] in "hw":
                end = self._url(at)
                if end > at:
                    at = end
                    continue
            token = match(text, at)
            assert token is not None  # its last group takes anything
            sort_of_token = token.lastindex
            end = token.end()
            if sort_of_token == 2:
                word_end = token.end(1)
                builder.word(token[1], at, word_end)
                if word_end != end:
                    builder.space(end)
            elif sort_of_token == 3:
                if self._glues(at, end):
                    builder.mark(end)
                else:
                    builder.space(end)
            elif sort_of_token == 4:
                builder.character(self._grapheme(token[4]), at, end)
            elif sort_of_token == 5:
                after = self._handlers[token[5]](at)
                if after == _WAIT:
                    self._at = at
                    return False
                end = after
            elif sort_of_token == 6:
                self._emoji(token[6], at, end)
            else:
                self._other(token[7], at, end)
            at = end
        self._at = length
        return True

    def cut(self) -> None:
        """All is read and taken; be ready for the next part of the block."""
        fresh = self._is_fresh(len(self._text))
        if self._text:
            self._before = self._text[-1]
        self.breaks.clear()
        self._reset()
        self._fresh_at = 0 if fresh else -1

    # What goes on from the part before.

    def _resume(self) -> int:
        text = self._text
        at = 0
        if self._in_destination:
            at = self._discard_destination(0)
        elif self._in_url:
            ended = URL.match("www." + text)
            at = ended.end() - 4 if ended else 0
            self._in_url = at == len(text)
            self.builder.mark(at)
        elif self._after_link_text and text[:1] in {"(", "["}:
            at = self._target(0)
            if at == _WAIT:
                return _WAIT
        self._after_link_text = False
        return at

    def _skip(self, at: int) -> int:
        if self._skip_block:
            end = len(self._text)
        else:
            closing = re.compile(re.escape(self._skip_until), re.IGNORECASE).search(self._text, at)
            end = closing.end() if closing else len(self._text)
            if closing:
                self._skip_until = ""
        self.builder.mark(end)
        return end

    def _may_wait(self, at: int, limit: int = MAX_HELD) -> bool:
        return not self._final and len(self._text) - at < limit

    # Plain text.

    def _literal(self, text: str, start: int, end: int) -> None:
        """Text in which no mark means anything; one raw character each, or all of them for the raw [start, end)."""
        same = len(text) == end - start
        at = 0
        while at < len(text):
            token = TOKEN.match(text, at)
            assert token is not None
            first, last = (start + at, start + token.end()) if same else (start, end)
            kind = token.lastindex
            if kind == 2:
                word_end = first + len(token[1]) if same else end
                self.builder.word(token[1], first, word_end)
                if token[2]:
                    self.builder.space(last)
            elif kind == 3:
                self.builder.space(last)
            elif kind == 4:
                self.builder.character(self._grapheme(token[4]), first, last)
            elif kind == 5:
                self.builder.word(token[5], first, last)
            elif kind == 6:
                self._emoji(token[6], first, last)
            else:
                self._other(token[7], first, last)
            at = token.end()

    def _grapheme(self, character: str) -> str:
        if len(character) == 1:
            return character
        return "".join(c for c in character if sort(c) is not Sort.SILENT)

    def _glues(self, at: int, end: int) -> bool:
        """Whether this white space is a line break between CJK characters, which are written without spaces."""
        text = self._text
        if "\n" not in text[at:end] or at == 0 or end == len(text):
            return False
        return all("\u2e7f" < c < "가" or c > "힣" for c in (text[at - 1], text[end]))

    def _emoji(self, emoji: str, at: int, end: int) -> None:
        if emoji[0] in "➔➘➙➚➛➜➝➞➟➠➡":
            self.builder.comma(end)
            return
        name = emoji_name(emoji) if self._options.emoji == "name" else ""
        if not name:
            self.builder.drop(end)
            return
        if self.builder.last.isalnum():
            self.builder.space(at)
        self.builder.whole(name, at, end)

    def _other(self, character: str, at: int, end: int) -> None:
        match sort(character):
            case Sort.WORD:
                self.builder.word(character, at, end)
            case Sort.MARK_BEFORE | Sort.EXTENDS:
                self.builder.mark_before(character, at, end)
            case Sort.MARK_AFTER:
                self.builder.mark_after(character, at, end)
            case Sort.ARROW:
                self.builder.comma(end)
            case Sort.SILENT:
                self.builder.mark(end)

    # URLs.

    def _url(self, at: int) -> int:
        begun = HAS_URL.match(self._text, at)
        found = URL.match(self._text, at) if begun else None
        if not found:
            return at
        url = found[0].rstrip("?!.,:;*_~'")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip("?!.,:;*_~'")
        end = at + len(url)
        if end == len(self._text) and self._in_sentence and self._options.urls != "verbatim":
            self._in_url = True
        self._say_url(url, at, end)
        return end

    def _say_url(self, url: str, at: int, end: int) -> None:
        builder = self.builder
        if self._options.urls == "skip":
            builder.drop(end)
            return
        host = _HOST.match(url)
        if self._options.urls == "verbatim" or not host or not host[1]:
            builder.whole(url, at, end)
            return
        if builder.last.isalnum() and builder.last.isascii():
            builder.space(at)
        builder.whole(self._wording.link.format(host[1]), at, end)

    # Emphasis and strikethrough: whether a mark has a partner is no matter, as neither is spoken.

    def _emphasis(self, at: int) -> int:
        text, mark = self._text, self._text[at]
        end = at + 1
        while end < len(text) and text[end] == mark:
            end += 1
        before = text[at - 1] if at else self._before
        after = text[end : end + 1]
        if mark == "~" and end - at == 1:
            self.builder.word(mark, at, end)
        elif mark == "_" and before.isalnum() and after.isalnum():
            self.builder.word(" ", at, end)  # snake_case is said as two words, but is one
        elif mark == "*" and end - at == 1 and before.isdigit() and after.isdigit():
            self.builder.word(mark, at, end)  # a product
        elif mark == "*" and end - at == 1 and before.isspace() and after.isspace():
            self.builder.word(mark, at, end)
        else:
            self.builder.mark(end)
        return end

    # Code.

    def _code(self, at: int) -> int:
        text = self._text
        begin = at
        while begin < len(text) and text[begin] == "`":
            begin += 1
        ticks = begin - at
        close = self._closing_ticks(begin, ticks)
        if close < 0:
            if self._may_wait(at):
                return _WAIT
            self.builder.mark(begin)
            return begin
        end = close + ticks
        if self._options.inline_code == "skip":
            self.builder.drop(end)
            return end
        self.builder.mark(begin)
        content = text[begin:close]
        for word in _WORDS.finditer(content):
            if word.start():
                self.builder.space(begin + word.start())
            self._literal(_spoken_code(word[0]), begin + word.start(), begin + word.end())
        self.builder.mark(end)
        return end

    def _closing_ticks(self, begin: int, ticks: int) -> int:
        """Where a run of exactly so many backticks begins, or -1."""
        text = self._text
        limit = begin + MAX_HELD
        at = text.find("`", max(begin, self._no_ticks.get(ticks, 0)), limit)
        while at >= 0:
            end = at
            while end < len(text) and text[end] == "`":
                end += 1
            if end == len(text) and not self._final:
                break
            if end - at == ticks:
                return at
            at = text.find("`", end, limit)
        self._no_ticks[ticks] = at if at >= 0 else min(limit, len(text))
        return -1

    # Links, images, notes.

    def _exclamation(self, at: int) -> int:
        text = self._text
        if text[at + 1 : at + 2] != "[":
            self.builder.mark_before("!", at, at + 1)
            return at + 1
        if self._options.images == "skip":
            label = _LABEL.match(text, at + 1)
            if label:
                target = _TARGET.match(text, label.end()) or _LABEL.match(text, label.end())
                if target:
                    self.builder.drop(target.end())
                    return target.end()
            begun = _LABEL_BEGUN.match(text, at + 1) or (label and _TARGET_BEGUN.match(text, label.end()))
            if begun and self._may_wait(at, MAX_DESTINATION):
                return _WAIT
        self._brackets.append(True)
        self.builder.mark(at + 2)
        return at + 2

    def _open_bracket(self, at: int) -> int:
        text = self._text
        if self._task:
            box = _TASK.match(text, at) if not text[:at].strip() else None
            self._task = False
            if box:
                self.builder.mark(box.end())
                return box.end()
        end = self._note_mark(at)
        if end != at:
            return end
        if self._is_fresh(at) and self._begins_line(at):
            definition = _DEFINITION.match(text, at)
            if definition and (definition.end() < len(text) or self._line_done or self._final):
                self.builder.mark(definition.end())
                self._fresh_at = definition.end()
                return definition.end()
            if not self._line_done and _DEFINITION_BEGUN.match(text, at) and self._may_wait(at):
                return _WAIT
        self._fresh_at = -1
        if self._options.footnotes == "skip":
            end = self._citation(at)
            if end != at:
                return end
        if self.builder.last.isalnum() and at and text[at - 1] == self.builder.last:
            self.builder.space(at)  # array[3]: not array3
        self._brackets.append(False)
        self.builder.mark(at + 1)
        return at + 1

    def _note_mark(self, at: int) -> int:
        """The end of `[^1]`, or of a whole note's beginning `[^1]:`."""
        note = _NOTE_MARK.match(self._text, at)
        if not note:
            if _NOTE_MARK_BEGUN.match(self._text, at) and self._may_wait(at):
                return _WAIT
            return at
        if note[1] and self._begins_line(at):
            self._skip_block = self._options.footnotes == "skip"
            self.builder.mark(note.end())
            return note.end()
        end = note.end() - len(note[1])
        self.builder.mark(end)
        return end

    def _citation(self, at: int) -> int:
        """The end of `[1]` or `[1](link)` right after a word."""
        text = self._text
        citation = _CITATION.match(text, at)
        before = text[at - 1] if at else self._before
        if not citation or not before or before.isspace():
            return at
        end = self._target(citation.end())
        if end != _WAIT:
            self._after_link_text = end == len(text)
            self.builder.mark(end)
        return end

    def _is_fresh(self, at: int) -> bool:
        """Whether nothing but link definitions stands in the block before `at`."""
        return self._fresh_at >= 0 and not self._text[self._fresh_at : at].strip()

    def _begins_line(self, at: int) -> bool:
        """Whether only blanks stand between `at` and the beginning of its line."""
        text = self._text
        while at and text[at - 1] in " \t":
            at -= 1
        return text[at - 1] in "\r\n" if at else self._line_begins

    def _close_bracket(self, at: int) -> int:
        end = at + 1
        if not self._brackets:
            self.builder.mark(end)
            return end
        after = self._target(end)
        if after == _WAIT:
            return _WAIT
        self._brackets.pop()
        self._after_link_text = end == len(self._text)
        self.builder.mark(after)
        return after

    def _target(self, at: int) -> int:
        """The end of a link's `(destination "title")` or `[label]` at `at`; `at` itself if there is none."""
        text = self._text
        opening = text[at : at + 1]
        if opening == "(":
            pattern, begun, limit = _TARGET, _TARGET_BEGUN, MAX_DESTINATION
        elif opening == "[":
            pattern, begun, limit = _LABEL, _LABEL_BEGUN, MAX_HELD
        else:
            return at
        found = pattern.match(text, at, at + limit)
        if found:
            self.builder.mark(found.end())
            return found.end()
        if self._may_wait(at, limit):
            return _WAIT if begun.match(text, at) else at
        if opening == "(" and len(text) - at >= limit and not _SPACE.search(text, at, at + limit):
            return self._discard_destination(at + limit)
        return at

    def _discard_destination(self, at: int) -> int:
        ended = _DESTINATION_ENDS.search(self._text, at)
        self._in_destination = ended is None
        end = ended.end() - ended[0].isspace() if ended else len(self._text)
        self.builder.mark(end)
        return end

    # HTML and SSML.

    def _angle(self, at: int) -> int:
        text = self._text
        strip = self._options.html == "strip"
        tag = TAG.match(text, at)
        if tag:
            name = (tag[1] or tag[2]).lower()
            if name == "break" or strip:
                return self._tag(name, tag)
        elif strip:
            link = AUTOLINK.match(text, at)
            if link:
                if link[1].lower().startswith("http"):
                    self._say_url(link[1], at, link.end())
                else:
                    self.builder.whole(link[1].removeprefix("mailto:"), at, link.end())
                return link.end()
            for opening, closing in DECLARATIONS:
                if text.startswith(opening, at):
                    return self._declaration(at, opening, closing)
        begun = TAG_BEGUN.match(text, at) or AUTOLINK_BEGUN.match(text, at)
        if begun is None and strip:
            begun = _DECLARATION_BEGUN.match(text, at)
        if begun and self._may_wait(at) and (strip or text[at:].startswith("<break"[: len(text) - at])):
            return _WAIT
        self.builder.word("<", at, at + 1)
        return at + 1

    def _tag(self, name: str, tag: re.Match[str]) -> int:
        end = tag.end()
        if name == "break":
            if tag[1]:
                self.builder.space(end)
                self.breaks.append((end, seconds_of(tag[0])))
        elif name in SEPARATES:
            self.builder.space(end)
        else:
            self.builder.mark(end)
            if is_ssml(name) and not self._warned:
                self._warned = True
                logger.warning("SSML is not sent to the voice: <%s> and its like are removed, <break> is a pause", name)
        if tag[1] and name in NOT_TEXT and not tag[0].endswith("/>"):
            closing = f"</{name}>"
            ahead = self._text[end : end + MAX_HELD].lower()
            if self._begins_line(tag.start()) or closing in ahead:
                self._skip_until = closing
        return end

    def _declaration(self, at: int, opening: str, closing: str) -> int:
        text = self._text
        found = text.find(closing, at + len(opening), at + MAX_HELD)
        if found >= 0:
            self.builder.mark(found + len(closing))
            return found + len(closing)
        if opening == "<!--" and self._begins_line(at):
            self._skip_until = closing
            self.builder.mark(at + len(opening))
            return at + len(opening)
        if self._may_wait(at):
            return _WAIT
        self.builder.word("<", at, at + 1)
        return at + 1

    def _entity(self, at: int) -> int:
        entity = _ENTITY.match(self._text, at)
        decoded = html.unescape(entity[0]) if entity else ""
        if entity and decoded != entity[0]:
            self._literal(decoded, at, entity.end())
            return entity.end()
        self.builder.word("&", at, at + 1)
        return at + 1

    # LaTeX.

    def _backslash(self, at: int) -> int:
        text = self._text
        following = text[at + 1 : at + 2]
        if following and following in "([" and self._options.latex != "verbatim":
            end = self._formula(at, text[at : at + 2], "\\)" if following == "(" else "\\]")
            if end != at:
                return end
        if following in _PUNCTUATION:
            self._literal(following, at, at + 2)
            return at + 2
        if following == "\n" or not following:
            self.builder.mark(at + 1)
        else:
            self.builder.word("\\", at, at + 1)
        return at + 1

    def _dollar(self, at: int) -> int:
        text = self._text
        if self._options.latex != "verbatim":
            if text.startswith("$$", at):
                end = self._formula(at, "$$", "$$")
            else:
                end = self._inline_formula(at)
            if end != at:
                return end
        if text.startswith("$$", at):
            self.builder.mark(at + 2)
            return at + 2
        self.builder.word("$", at, at + 1)
        return at + 1

    def _formula(self, at: int, opening: str, closing: str) -> int:
        close = self._text.find(closing, at + len(opening), at + MAX_HELD)
        if close < 0:
            return _WAIT if self._may_wait(at) else at
        self._say_formula(self._text[at + len(opening) : close], at, close + len(closing))
        return close + len(closing)

    def _inline_formula(self, at: int) -> int:
        """`$x$`, but not prices (Pandoc's rule: no space inside the marks, no digit after; and a sign of mathematics)."""
        text = self._text
        first = text[at + 1 : at + 2]
        if not first or first.isspace():
            return at
        close = text.find("$", at + 1, at + MAX_HELD)
        while close > 0 and text[close - 1] == "\\":
            close = text.find("$", close + 1, at + MAX_HELD)
        if close < 0:
            waits = self._in_sentence and not first.isdigit() and self._may_wait(at)
            return _WAIT if waits else at
        content = text[at + 1 : close]
        if not content or content[-1].isspace() or text[close + 1 : close + 2].isdigit():
            return at
        if first.isdigit() and " " in content and not _MATH_SIGN.search(content):
            return at
        self._say_formula(content, at, close + 1)
        return close + 1

    def _say_formula(self, formula: str, at: int, end: int) -> None:
        words = plain(formula) if self._options.latex == "plain" else ""
        if words:
            self.builder.whole(words, at, end)
        else:
            self.builder.drop(end)

    def _bar(self, at: int) -> int:
        self.builder.comma(at + 1)
        return at + 1


def _spoken_code(word: str) -> str:
    """A word of code: an underscore inside it is a gap to the ear."""
    return word.replace("_", " ") if "_" in word.strip("_") else word
