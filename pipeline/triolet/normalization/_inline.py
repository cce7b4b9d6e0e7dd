"""Inline Markdown, HTML and LaTeX, read once, as it streams: what of it is words, and where they stand."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from triolet._model._text import SpeechUnit
from triolet._tools._characters import EAST_ASIAN
from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._ahead import Span, may_have_spans
from triolet.normalization._ahead import find as find_ahead
from triolet.normalization._break import seconds_of
from triolet.normalization._characters import (
    CJK_PLAIN,
    CJK_RUN,
    HAS_URL,
    PLAIN,
    QUICK_DOUBT,
    TOKEN,
    TOKEN_NO_URL,
    clean,
)
from triolet.normalization._directions import sound_of
from triolet.normalization._formulas import delimited_end, dollar_end
from triolet.normalization._html import (
    AMBIGUOUS,
    AUTOLINK,
    DECLARATIONS,
    NOT_TEXT,
    SEPARATES,
    STRUCK,
    TAG,
    is_direction_tag,
    is_markup,
    is_ssml,
    may_become_tag,
)
from triolet.normalization._latex import bare_end, plain
from triolet.normalization._links import (
    WAIT,
    citation_end,
    definition_end,
    destination_end,
    image_end,
    is_endless,
    note_end,
    target_end,
)
from triolet.normalization._options import MAX_DESTINATION, MAX_HELD, MAX_SKIPPED, MAX_STRUCK, NormalizationOptions
from triolet.normalization._plain import PlainText, entity_at, goes_on, unescaped, url_at
from triolet.normalization._references import is_index, is_named
from triolet.normalization._units import UnitBuilder, quick_units
from triolet.normalization._wording import wording

logger = logging.getLogger("triolet.normalization")

_TASK = lazy_regex(r"\[[ xX]\](?=\s|\Z)")
_WORDS = lazy_regex(r"\S+")
_INSIDE_URL = "_~?"  # marks that stand inside a URL as often as after one
_STRUCK = lazy_regex(rf"~~(?=\S)[^\n]{{1,{MAX_STRUCK}}}?(?<=\S)~~(?!~)")
_MENTION = lazy_regex(r"[ -](?:tags?|Tags?|elements?|Elemente?|balises?|etiquetas?|тег\w*)\b|\s?(?:标签|タグ|태그)")
_INDEX = lazy_regex(r"\[\d{1,3}\]\Z")
_BROKEN_OFF = lazy_regex(r"\((?:https?:|www\.|mailto:|tel:|/|#|\.{0,2}/)?[^\s()]*\Z")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class InlineReader:
    """Reads one block after another. The text of a block comes in parts.

    `extend` adds text. `run` reads it into `builder`, and stops at a mark whose meaning only more text can tell: a code span,
    a tag, the destination of a link, a formula. It waits for that text within the bounds that `_options` states. `cut` makes
    it ready for the next part of the same block: what spans parts, such as an open bracket or a comment, stays open.
    """

    # Without slots, so many attributes take 1.2 KB in each turn.
    __slots__ = (
        "_after_link_text",
        "_at",
        "_before",
        "_brackets",
        "_final",
        "_fresh_at",
        "_in_destination",
        "_in_url",
        "_language",
        "_line_begins",
        "_line_done",
        "_no_ticks",
        "_options",
        "_plain",
        "_sentence_done",
        "_skip_block",
        "_skip_until",
        "_skipped",
        "_task",
        "_text",
        "_url_ahead",
        "_voice_directions",
        "_warned",
        "_words",
        "breaks",
        "builder",
    )

    def __init__(self, options: NormalizationOptions, voice_directions: Mapping[str, str] | None = None) -> None:
        self.builder = UnitBuilder()
        """Has the words that were read."""
        self.breaks: list[tuple[int, float]] = []
        """The breaks that were read: the offset after each tag, and its seconds of silence."""
        self._options = options
        self._voice_directions = voice_directions or {}
        self._plain = PlainText(self.builder, options)
        self._warned = False
        self._skip_until = ""  # what ends the comment or the script that is open; it may span blocks
        self._skipped = 0
        self.begin_block()

    def begin_block(self, *, list_item: bool = False) -> None:
        """A new block begins: forget what ends with the one before."""
        self._brackets = 0  # how many are open
        self._task = list_item  # a box to tick may come
        self._skip_block = False  # the block is a note that is not said
        self._after_link_text = False
        self._in_destination = False
        self._in_url = False
        self._before = ""  # the character before the text
        self._reset()
        self._fresh_at = 0  # nothing but link definitions stands before it; -1 after the first words of the block

    def _reset(self) -> None:
        self._text = ""
        self._at: int = 0
        self._final = False
        self._sentence_done = False
        self._line_done = False
        self._line_begins = True
        self._url_ahead = False
        self._no_ticks: dict[int, int] = {}  # for a count of backticks: up to where none in such a row ends a code span

    def extend(
        self, text: str, language: str, *, begins_line: bool = True, ends_line: bool = True, ends_sentence: bool = True
    ) -> None:
        """Add text of the block. The rest says what is known of its edges."""
        if not self._text:
            self._line_begins = begins_line
        self._language = language
        self._words = wording(language)
        self._text += text
        self._line_done = ends_line
        self._sentence_done = ends_sentence
        may_have_url = "://" in self._text or "www." in self._text  # quicker than the pattern
        self._url_ahead = may_have_url and HAS_URL.search(self._text, self._at) is not None

    def read_quickly(self, text: str, start: int) -> list[SpeechUnit] | None:
        """Read a whole part of the block in one step. Return its units; None if it may have a mark: then read it with `run`.

        `start` is its offset in the stream. Nothing must be waiting to be read.
        """
        if self._goes_on or (QUICK_DOUBT.search(text) and may_have_spans(text)):
            return None
        units = quick_units(text, start)
        if units:
            self._before = text[-1]
            self._fresh_at = -1
        return units

    def run(self, *, final: bool) -> bool:
        """Read on. Return False if only more text can tell what a mark means. `final`: none comes, the block ends here."""
        self._final = final
        text, at, builder = self._text, self._at, self.builder
        spans = self._find_ahead(at, final=final) if may_have_spans(text, at) else ()
        if at == 0:
            if not spans and PLAIN.fullmatch(text) and not self._goes_on:
                builder.plain(text)
                self._at = len(text)
                return True
            if not spans and not self._goes_on and CJK_PLAIN.fullmatch(text):
                builder.plain_cjk(text)
                self._at = len(text)
                return True
            at = self._resume()
            if at == WAIT:
                return False
        match = (TOKEN_NO_URL if self._url_ahead else TOKEN).match
        length = len(text)
        ahead = iter(spans)
        span = next(ahead, None)
        limit = span.start if span else length
        while at < length:
            while span is not None and at >= span.start:
                if at == span.start and not (self._skip_until or self._skip_block):
                    if span.end == WAIT:
                        self._at = at
                        return False
                    self._say(span)
                    at = span.end
                span = next(ahead, None)
                limit = span.start if span else length
            if at >= length:
                break
            if self._skip_until or self._skip_block:
                at = self._skip(at)
                continue
            if self._url_ahead and text[at] in "hw":
                end = self._url(at)
                if end == WAIT:
                    self._at = at
                    return False
                if end > at:
                    at = end
                    continue
            token = match(text, at, limit)
            assert token is not None  # its last group takes anything
            group = token.lastindex
            end = token.end()
            if group == 2:
                word_end = token.end(1)
                builder.word(token[1], at, word_end)
                if word_end != end:
                    builder.space(end)
            elif group == 3:
                if self._glues(at, end):
                    builder.mark(end)
                else:
                    builder.space(end)
            elif group == 4:
                characters = CJK_RUN.match(text, at, limit)
                if characters:
                    end = characters.end()
                    builder.characters(characters[0], at)
                else:
                    self._plain.character(token[4], at, end)
            elif group == 5:
                end = self._HANDLERS[token[5]](self, at)
                if end == WAIT:
                    self._at = at
                    return False
            elif group == 6:
                self._plain.emoji(token[6], at, end)
            else:
                self._plain.other(token[7], at, end)
            at = end
        self._at = length
        return True

    def _find_ahead(self, at: int, *, final: bool) -> list[Span]:
        return find_ahead(
            self._text, at, self._before, self._language, self._options, self._voice_directions, final=final
        )

    def _say(self, span: Span) -> None:
        """Say what was found ahead, or leave it out."""
        self._fresh_at = -1
        self._task = False
        if span.words:
            touches = span.start and self._text[span.start - 1].isalnum()
            if touches and len(span.words) < 4 and " " not in span.words:  # an index or a power
                self.builder.word(span.words, span.start, span.end)
            else:
                self.builder.whole(span.words, span.start, span.end)
        elif span.words is None:
            self.builder.mark(span.end)
        else:
            self.builder.drop(span.end)

    def finish(self, base: int, edges: Sequence[int]) -> list[SpeechUnit]:
        """The units of what was read, as `UnitBuilder.finish` gives them."""
        return self.builder.finish(base, edges, self._text)

    def cut(self) -> None:
        """All text has been read and taken: be ready for the next part of the block."""
        fresh = self._is_fresh(len(self._text))
        if self._text:
            self._before = self._text[-1]
        self.breaks.clear()
        self._reset()
        self._fresh_at = 0 if fresh else -1

    # What goes on from the part before.

    @property
    def _goes_on(self) -> bool:
        """Whether something that began in the part before goes on. What looks like plain words may then belong to it."""
        return bool(
            self._in_destination
            or self._in_url
            or self._after_link_text
            or self._skip_block
            or self._skip_until
            or self._url_ahead
        )

    def _resume(self) -> int:
        """Read the rest of what goes on. Return the offset after it, or WAIT."""
        text = self._text
        at = 0
        if self._in_destination:
            at = self._discard_destination(0)
        elif self._in_url:
            at = goes_on(text)
            self._in_url = 0 < at == len(text)
            self.builder.mark(at)
        elif self._after_link_text:
            at = target_end(text, 0, final=self._final)
            if at == WAIT:
                return WAIT
            self.builder.mark(at)
        self._after_link_text = False
        return at

    def _skip(self, at: int) -> int:
        end = len(self._text)
        self._skipped += end - at
        if not self._skip_block:
            closing = re.compile(re.escape(self._skip_until), re.IGNORECASE).search(self._text, at)
            if closing:
                end = closing.end()
                self._skip_until = ""
            elif self._skipped > MAX_SKIPPED:
                self._skip_until = ""  # it never was to end
        self.builder.mark(end)
        return end

    def _begin_skip(self, until: str) -> None:
        self._skip_until = until
        self._skipped = 0

    # Plain text.

    def _glues(self, at: int, end: int) -> bool:
        """Whether this white space is a line break between CJK characters, which are written without spaces."""
        text = self._text
        if "\n" not in text[at:end] or at == 0 or end == len(text):
            return False
        return all(EAST_ASIAN <= character < "가" or character > "힣" for character in (text[at - 1], text[end]))

    def _url(self, at: int) -> int:
        text = self._text
        url, reach = url_at(text, at)
        end = at + len(url)
        if url:
            may_go_on = reach == len(text) and not self._sentence_done
            if may_go_on and text[-1] in _INSIDE_URL and not self._final and len(text) - at < MAX_DESTINATION:
                return WAIT
            self._in_url = may_go_on and end == reach and self._options.urls != "verbatim"
            self._plain.url(url, at, end, self._words)
        return end

    # Emphasis and strikethrough. Neither of two marks is said, so it does not matter whether a mark has a partner.

    def _emphasis(self, at: int) -> int:
        text, mark = self._text, self._text[at]
        end = at + 1
        while end < len(text) and text[end] == mark:
            end += 1
        before = text[at - 1] if at else self._before
        after = text[end : end + 1]
        if mark == "~" and self._options.struck == "skip" and end == at + 2 and after and not after.isspace():
            struck = _STRUCK.match(text, at)
            if struck:
                self.builder.drop(struck.end())
                return struck.end()
            if not self._final and len(text) - at < MAX_STRUCK and "~~" not in text[end:]:
                return WAIT
        one_star = mark == "*" and end == at + 1
        if mark == "_" and before.isalnum() and after.isalnum():
            self.builder.word(" ", at, end)  # snake_case is one unit, said as two words
        elif (
            (mark == "~" and end == at + 1)
            or (one_star and before.isdigit() and after.isdigit())  # a product
            or (one_star and before.isspace() and after.isspace())
        ):
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
        close = self._closing_ticks(begin, begin - at)
        if close < 0:
            if not self._final and len(text) - at < MAX_HELD:
                return WAIT
            self.builder.mark(begin)
            return begin
        end = close + begin - at
        if self._options.inline_code == "skip":
            self.builder.drop(end)
            return end
        self.builder.mark(begin)
        # One space on either side of the code is no part of it.
        padded = text[begin].isspace() and text[close - 1].isspace() and not text[begin:close].isspace()
        read = begin
        for word in _WORDS.finditer(text, begin, close):
            if word.start() > read and not (padded and read == begin):
                self.builder.space(word.start())
            self._plain.literal(word[0], word.start(), word.end())
            read = word.end()
        if read < close and not padded:
            self.builder.space(close)
        self.builder.mark(end)
        return end

    def _closing_ticks(self, begin: int, ticks: int) -> int:
        """Where a row of exactly so many backticks begins; -1 for nowhere."""
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
        if not self._text.startswith("[", at + 1):
            self.builder.mark_before("!", at, at + 1)
            return at + 1
        if self._options.images == "skip":
            end = image_end(self._text, at + 1, final=self._final)
            if end == WAIT:
                return WAIT
            if end > at + 1:
                self.builder.drop(end)
                return end
        self._brackets += 1
        self.builder.mark(at + 2)
        return at + 2

    def _open_bracket(self, at: int) -> int:
        text, builder = self._text, self.builder
        end = self._silent_bracket(at)
        if end == WAIT:
            return WAIT
        if end == at:
            self._fresh_at = -1
            self._brackets += 1
            end = at + 1
            touches = at > 0 and (text[at - 1].isalnum() or text[at - 1] == "]")
            if touches and builder.last.isalnum():
                builder.space(at)  # array[3]: not array3
        self._task = False
        cited = _INDEX.fullmatch(text, at, end)
        if cited and self._options.references == "skip" and is_named(text[max(0, at - 16) : at], text[end : end + 1]):
            builder.whole(self._words.reference.format(text[at + 1 : end - 1]), at, end)
        elif end > at + 1 and text[at + 1 : at + 2].isdigit():
            builder.drop(end)
        else:
            builder.mark(end)
        return end

    def _silent_bracket(self, at: int) -> int:
        """The end of a box to tick, of the mark of a note, of a definition or of a citation; `at` if it is none of them."""
        text, final = self._text, self._final
        if self._task and not text[:at].strip():
            box = _TASK.match(text, at)
            if box:
                return box.end()
        end = note_end(text, at, final=final)
        if end == WAIT:
            return WAIT
        if end > at:
            if text.startswith(":", end) and self._begins_line(at):
                self._skip_block = self._options.references == "skip"
                return end + 1
            return end
        if self._is_fresh(at) and self._begins_line(at):
            end = definition_end(text, at, line_done=self._line_done, final=final)
            if end > at:
                self._fresh_at = end
            if end != at:
                return end
        if self._options.references == "skip":
            end = citation_end(text, at, final=final)
            if end > at and is_index(text[max(0, at - 80) : at], text[at:end]):
                return at
            self._after_link_text = at < end == len(text)
        return end

    def _is_fresh(self, at: int) -> bool:
        """Whether nothing but link definitions stands before `at` in the block."""
        return self._fresh_at >= 0 and not self._text[self._fresh_at : at].strip()

    def _begins_line(self, at: int) -> bool:
        """Whether only spaces stand between the start of the line and `at`."""
        text = self._text
        while at and text[at - 1] in " \t":
            at -= 1
        return text[at - 1] in "\r\n" if at else self._line_begins

    def _close_bracket(self, at: int) -> int:
        end = at + 1
        if self._brackets:
            if _INDEX.search(self._text, max(0, at - 5), end) and self._text.startswith("[", end):
                self._brackets -= 1  # matrix[1][2]
                self.builder.mark(end)
                return end
            after = target_end(self._text, end, final=self._final)
            if after == WAIT:
                return WAIT
            self._brackets -= 1
            if after == end and self._final and _BROKEN_OFF.match(self._text, end):
                self.builder.mark(len(self._text))
                return len(self._text)
            if after == end and is_endless(self._text, end):
                return self._discard_destination(end + 1)
            end = after
            self._after_link_text = end == len(self._text) == at + 1
        self.builder.mark(end)
        return end

    def _discard_destination(self, at: int) -> int:
        end, ended = destination_end(self._text, at)
        self._in_destination = not ended
        self.builder.mark(end)
        return end

    # HTML and SSML.

    def _angle(self, at: int) -> int:
        text = self._text
        strip = self._options.html == "strip"
        tag = TAG.match(text, at)
        if tag:
            name = (tag[1] or tag[2]).lower()
            sound = sound_of(name) if self._options.directions != "say" else None
            if sound and is_direction_tag(name):
                return self._sound(sound, tag)
            if (
                strip
                and tag[1]
                and name in AMBIGUOUS
                and self._text[tag.end() - len(name) - 1 : tag.end() - 1].lower() == name
            ):
                closes = f"</{name}" in text[tag.end() :].lower()
                if not closes and not self._final and len(text) - at < MAX_STRUCK:
                    return WAIT
                if not closes and not self._begins_line(at):
                    return self._placeholder(tag)
            if name == "break" or (strip and is_markup(name) and not _MENTION.match(text, tag.end())):
                return self._tag(name, tag)
            if strip and tag[1] and not self._is_inside_word(at, tag.end()):
                return self._placeholder(tag)
        elif strip:
            link = AUTOLINK.match(text, at)
            if link:
                if link[1].lower().startswith("http"):
                    self._plain.url(link[1], at, link.end(), self._words)
                else:
                    mail = link[1] if self._options.urls == "verbatim" else link[1].removeprefix("mailto:")
                    self.builder.whole(mail, at, link.end())
                return link.end()
            for opening, closing in DECLARATIONS:
                if text.startswith(opening, at):
                    return self._declaration(at, opening, closing)
        if not self._final and len(text) - at < MAX_HELD and may_become_tag(text, at, break_only=not strip):
            return WAIT
        self.builder.word("<", at, at + 1)
        return at + 1

    def _sound(self, sound: str, tag: re.Match[str]) -> int:
        words = self._voice_directions.get(sound, "") if self._options.directions == "voice" and tag[1] else ""
        if words:
            self.builder.whole(words, tag.start(), tag.end())
        else:
            self.builder.drop(tag.end())
        return tag.end()

    def _is_inside_word(self, at: int, end: int) -> bool:
        """Whether a word goes on before or after the tag, as in `Vec<String>`."""
        before = self._text[at - 1] if at else self._before
        after = self._text[end : end + 1]
        return (before.isascii() and before.isalnum()) or (after.isascii() and after.isalnum())

    def _placeholder(self, tag: re.Match[str]) -> int:
        """`<name>`, which is no element of HTML: its words, without the brackets, which some voices take for a tag."""
        at, end = tag.span()
        self.builder.mark(at + 1)
        for word in _WORDS.finditer(self._text, at + 1, end - 1):
            if word.start() > at + 1:
                self.builder.space(word.start())
            self._plain.literal(word[0], word.start(), word.end())
        self.builder.mark(end)
        return end

    def _tag(self, name: str, tag: re.Match[str]) -> int:
        end = tag.end()
        if name == "break":
            self.builder.part(end)
            if tag[1]:
                self.breaks.append((end, seconds_of(tag[0])))
        elif name in SEPARATES:
            self.builder.space(end)
        else:
            self.builder.mark(end)
            if is_ssml(name) and not self._warned:
                self._warned = True
                logger.warning(
                    "SSML is not sent to the voice: <%s> and its like are removed, <break> is kept as silence", name
                )
        struck = name in STRUCK and self._options.struck == "skip"
        if tag[1] and (name in NOT_TEXT or struck) and not tag[0].endswith("/>"):
            closing = f"</{name}>"
            if (self._begins_line(tag.start()) and not struck) or closing in self._text[end : end + MAX_HELD].lower():
                self._begin_skip(closing)
        return end

    def _declaration(self, at: int, opening: str, closing: str) -> int:
        text = self._text
        close = text.find(closing, at + len(opening), at + MAX_HELD)
        if close >= 0:
            end = close + len(closing)
        elif opening == "<!--" and self._begins_line(at):
            self._begin_skip(closing)
            end = at + len(opening)
        elif not self._final and len(text) - at < MAX_HELD:
            return WAIT
        else:
            self.builder.word("<", at, at + 1)
            return at + 1
        self.builder.mark(end)
        return end

    def _entity(self, at: int) -> int:
        entity = entity_at(self._text, at)
        if entity:
            self._plain.literal(unescaped(entity), at, at + len(entity))
            return at + len(entity)
        self.builder.word("&", at, at + 1)
        return at + 1

    # LaTeX.

    def _backslash(self, at: int) -> int:
        text = self._text
        following = text[at + 1 : at + 2]
        if following and following in "([" and self._options.latex != "verbatim":
            end = delimited_end(text, at, "\\)" if following == "(" else "\\]", final=self._final)
            if end != at:
                return self._formula(at, end, 2)
        if following.isalpha() and self._options.latex != "verbatim":
            end = bare_end(text, at)
            if end != at:
                return self._formula(at, end, 0)
        if following in _PUNCTUATION:
            self._plain.literal(following, at, at + 2)
            return at + 2
        if following == "\n" or not following:
            self.builder.mark(at + 1)
        else:
            self.builder.word("\\", at, at + 1)
        return at + 1

    def _dollar(self, at: int) -> int:
        text = self._text
        width = 2 if text.startswith("$$", at) else 1
        if self._options.latex != "verbatim":
            if width == 2:
                end = delimited_end(text, at, "$$", final=self._final)
            else:
                end = dollar_end(text, at, final=self._final or self._sentence_done)
            if end != at:
                return self._formula(at, end, width)
        if width == 2:
            self.builder.mark(at + 2)
        else:
            self.builder.word("$", at, at + 1)
        return at + width

    def _formula(self, at: int, end: int, width: int) -> int:
        if end == WAIT:
            return WAIT
        words = ""
        if self._options.latex == "plain":
            words = clean(plain(self._text[at + width : end - width], self._words.bounds))
        if words:
            self.builder.whole(words, at, end)
        else:
            self.builder.drop(end)
        return end

    def _bar(self, at: int) -> int:
        self.builder.comma(at + 1)
        return at + 1

    _HANDLERS: ClassVar[dict[str, Callable[[InlineReader, int], int]]] = {
        "*": _emphasis,
        "_": _emphasis,
        "~": _emphasis,
        "`": _code,
        "[": _open_bracket,
        "]": _close_bracket,
        "<": _angle,
        "&": _entity,
        "\\": _backslash,
        "$": _dollar,
        "!": _exclamation,
        "|": _bar,
    }
    """What reads each mark. It takes the offset of its character, and returns the offset from which to read on, or WAIT."""
