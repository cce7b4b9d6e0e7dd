"""The pure core: tokens in, tokens without model talk out."""

from __future__ import annotations

import logging
import re
from typing import Literal

from triolet._model._model_talk import RemovedTalk, TalkKind
from triolet._tools._characters import EAST_ASIAN
from triolet._tools._lazy_regex import lazy_regex
from triolet.model_talk._calls import JsonReader, bracket_end, json_call, python_call
from triolet.model_talk._kept import Kept, last_of
from triolet.model_talk._tags import MAX_MARK, REASONING, STRIPPED_HARMONY, WAIT, Mark, Opened, angle_mark, bracket_mark

logger = logging.getLogger("triolet.model_talk")

MAX_CALL = 1000
"""Characters of a call without a tag that are held until it is known to be one. A longer one is text. With `"name"` first, a call
as JSON is known after some fifty."""

_LINE = 1000
"""Characters after which a backtick that nothing has closed is text, and begins no code."""
_DEEPEST = 3
"""How many tags that never closed may stand inside one another. The text inside more of them is not searched for further ones."""
_TICKS = 50
"""Backticks of the longest row that may begin or end code."""
_CONTEXT = 100
"""Characters before a mark that are looked at: the name of a function is the longest."""
_PIECE = 2000
"""Characters of a long token that are read at once, so that the cost stays linear."""

_HOT = lazy_regex(r"[<\[{`~(◁]")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")
_NAME_CHARACTERS = "".join(sorted(_NAME))
_NAME_BEGINS = frozenset("abcdefghijklmnopqrstuvwxyz_")
_LONGEST_NAME = 64
_FRESH = frozenset("\n.!?:…。！？：")
_BETWEEN = " \t\"')]”’»*_"
_FENCE = lazy_regex(r"(`{3,}|~{3,})[ \t]*([\w.+-]{0,20})[^\n`]{0,60}(\n)?\s*")
_CALL_INFO = frozenset({"tool_call", "tool_calls", "tool_code", "tool_use", "function_call", "tool", "tool_request"})
_JSON_INFO = frozenset({"", "json", "json5", "jsonc", "javascript", "js", "text"})
_FENCE_AFTER = lazy_regex(r"\s*`{3,}[ \t]*(?:\n|\Z)?")
_FENCE_AFTER_BEGUN = lazy_regex(r"\s{0,20}`*[ \t]*\Z")


class ModelTalkCore:
    """Takes reasoning, tool calls and control tokens out of one stream of tokens.

    `feed` takes a token and returns the text of the answer that is certain to be none of these. What is returned is the same for
    any tokens of the same text. It holds back at most what may become a mark (200 characters), a call without a tag (1000), and
    the first word of a sentence if it may be the name of a function, until the next token. `take_removed` returns what
    was taken out.

    `thinking`: `"tagged"`, or `"open"` if the text begins inside of reasoning.

    Raises:
        ValueError: an unknown `thinking`.
    """

    def __init__(self, thinking: Literal["tagged", "open"] = "tagged") -> None:
        if thinking not in {"tagged", "open"}:
            raise ValueError(f'thinking={thinking!r}; choose "tagged" or "open"')
        self._text: str = "\n"  # as if a line ended before the stream
        self._at = 1  # how far it has been read
        self._given = 1  # how far it has been returned: beyond `_at` inside code, where it may not be removed
        self._out: list[str] = []
        self._begun = False  # whether words have been returned
        self._last = ""  # the last character that was returned
        self._gap = False  # whether a piece has been taken out after it
        self._fence = ""  # what closes the code block that is open
        self._fence_follows = False  # a call in a code block was taken out; the fence after it goes with it
        self._removed: list[RemovedTalk] = []
        # While a piece is taken out, `_text` is what follows its mark.
        self._open: Opened | None = None
        self._json: JsonReader | None = None
        self._context = ""
        self._depth = 0
        self._kept = Kept()
        self._after_inner = Kept()
        self._start: str | None = "" if thinking == "tagged" else None  # held while it may be `analysis`
        self._opened_by_prompt = thinking == "open"
        if self._opened_by_prompt:
            self._begin_piece("\n", REASONING, None)
            self._text = ""
            self._at = 0

    def feed(self, token: str) -> str:
        """Take a token. Return the text that is sure to be no model talk."""
        if self._start is not None:
            token = self._start + token
            if _ANALYSIS.startswith(token):
                self._start = token
                return ""
            self._start = None
            if _STRIPPED.match(token):
                self._begin_piece("\n", STRIPPED_HARMONY, None)
                self._text = ""
                self._at = self._given = 0
                token = token[len(_ANALYSIS) :]
        if self._at == self._given == len(self._text) and self._is_plain and _HOT.search(token) is None:
            text = self._text = self._text[-_CONTEXT:] + token
            if self._held_name() == len(text):
                self._at = self._given = len(text)
                if token:
                    self._last = token[-1]
                    self._begun = self._begun or not token.isspace()
                return token
            self._at = self._given = len(text) - len(token)
            self._read(final=False)
        elif len(token) <= _PIECE:
            self._text += token
            self._read(final=False)
        else:
            for at in range(0, len(token), _PIECE):
                self._text += token[at : at + _PIECE]
                self._read(final=False)
        return self._take()

    def flush(self) -> str:
        """The stream has ended: return the rest. What follows a tag that never closed is returned, too."""
        self._release()
        self._read(final=True)
        while self._open is not None or self._json is not None:
            self._end_unclosed()
            self._read(final=True)
        return self._take()

    def drop(self) -> str:
        """The stream is broken off: return the text that is held and is in no piece of model talk. An open piece ends here."""
        self._release()
        if self._open is not None or self._json is not None:
            self._kept.add(self._text[self._at :])
            self._end_piece(len(self._text))
            return ""
        rest, self._given = self._text[self._given :], len(self._text)
        self._at = self._given
        return rest

    def _release(self) -> None:
        """Take the start that is held for text."""
        if self._start:
            self._text += self._start
        self._start = None

    def take_removed(self) -> list[RemovedTalk]:
        """Return what was taken out since the last call."""
        if not self._removed:
            return []
        removed, self._removed = self._removed, []
        return removed

    @property
    def _is_plain(self) -> bool:
        """Whether nothing is open."""
        return self._open is None and self._json is None and not (self._fence or self._gap or self._fence_follows)

    def _take(self) -> str:
        out, self._out = self._out, []
        return out[0] if len(out) == 1 else "".join(out)

    # Text.

    def _read(self, *, final: bool) -> None:
        while True:
            if self._json is not None:
                if not self._discard_json():
                    return
            elif self._open is not None:
                if not self._discard(final=final):
                    return
            elif not self._pass(final=final):
                return

    def _give(self, end: int) -> None:
        """Return the text up to `end`."""
        text = self._text[self._given : end]
        if end <= self._given:
            return
        self._given = end
        if self._gap:
            self._gap = False
            if self._begun and _apart(self._last, text[0]):
                self._out.append(" ")
        self._out.append(text)
        self._last = text[-1]
        self._begun = self._begun or not text.isspace()

    def _pass(self, *, final: bool) -> bool:
        """Return text up to a mark. Return True if the mark was taken out."""
        if self._given > _PIECE and self._at > _PIECE:
            drop = min(self._at, self._given) - _CONTEXT
            self._text = self._text[drop:]
            self._at -= drop
            self._given -= drop
        text = self._text
        if self._fence_follows:
            fence = _FENCE_AFTER.match(text, self._at)
            if not final and (not fence or fence.end() == len(text)) and _FENCE_AFTER_BEGUN.match(text, self._at):
                return False
            self._fence_follows = False
            if fence:
                self._cut(self._at, fence.end())
                text = self._text
        while True:
            if self._fence and not self._end_fence(final=final):
                return False
            hot = _HOT.search(text, self._at)
            if hot is None:
                end = len(text) if final else self._held_name()
                self._give(end)
                self._at = max(self._at, end)
                return False
            at = hot.start()
            mark = at if at < self._given and hot[0] not in "`~" else self._mark(hot[0], at, final=final)
            if isinstance(mark, Mark):
                self._take_out(at if self._name_at < 0 else self._name_at, mark)
                return True
            if mark == WAIT:
                self._give(at if self._name_at < 0 else self._name_at)
                self._at = at
                return False
            self._at = max(mark, at + 1)

    def _mark(self, character: str, at: int, *, final: bool) -> Mark | int:
        self._name_at = -1
        if character == "<":
            return angle_mark(
                self._text, at, final=final, begins=not self._begun and not self._text[self._given : at].strip()
            )
        if character in "`~":
            return self._ticks(at, final=final)
        if character == "(":
            return self._call(at, final=final)
        if character != "{":
            mark = bracket_mark(self._text, at, final=final)
            if mark != at or character == "◁":
                return mark
        return self._json_mark(at, final=final)

    _level = 0
    """How many tags around this text never closed."""
    _name_at = -1
    """Where the mark that was found last begins, if it begins before the character by which it was found; else -1."""

    def _json_mark(self, at: int, *, final: bool) -> Mark | int:
        text = self._text
        if not self._is_fresh(at):
            return at
        if text[at] == "[" and (text[at + 1 : at + 2].islower() or text[at + 1 : at + 2] == "_"):
            return self._call_list(at, final=final)
        call = json_call(text, at)
        if call is None and not final and len(text) - at < MAX_CALL:
            return WAIT
        return Mark(at, TalkKind.TOOL_CALL, json=True) if call else at

    def _call_list(self, at: int, *, final: bool) -> Mark | int:
        """`[get_weather(city="Rome"), ...]`, which is a line of its own."""
        text = self._text
        name = _CALLED.match(text, at + 1)
        if name is None:
            return WAIT if not final and _CALLED_BEGUN.match(text, at + 1) else at
        end = python_call(name[1], text, name.end(), final=True)
        whole = bracket_end(text, at)
        if whole is None:
            return at if final or len(text) - at > MAX_CALL else WAIT
        if whole == at or end is None or _NO_KEYWORD.match(text, name.end()):
            return at
        if whole == len(text) and not final:
            return WAIT
        return Mark(whole, TalkKind.TOOL_CALL) if _LINE_ENDS.match(text, whole) else at

    def _call(self, at: int, *, final: bool) -> Mark | int:
        text = self._text
        begin = at
        while begin > self._given and text[begin - 1] in _NAME and at - begin < _LONGEST_NAME:
            begin -= 1
        name = text[begin:at]
        if len(name) < 3 or name[0] not in _NAME_BEGINS or not self._is_fresh(begin):
            return at
        end = python_call(name, text, at, final=final or len(text) - at > MAX_CALL)
        if end == at:
            return at
        self._name_at = begin
        return WAIT if end is None else Mark(end, TalkKind.TOOL_CALL)

    def _held_name(self) -> int:
        """Where the word at the end begins, if it may be the name of a function that is called there; else the end."""
        text = self._text
        begin = max(len(text.rstrip(_NAME_CHARACTERS)), len(text) - _LONGEST_NAME)
        if begin == len(text) or text[begin] not in _NAME_BEGINS or begin < self._given or not self._is_fresh(begin):
            return len(text)
        return begin

    def _is_fresh(self, at: int) -> bool:
        """Whether a sentence or a line begins at `at`."""
        before = self._text[max(0, at - 8) : at]
        return before.rstrip(_BETWEEN)[-1:] in _FRESH and (before[-1:].isspace() or before[-1:] >= EAST_ASIAN)

    # Code, in which a tag is shown.

    def _ticks(self, at: int, *, final: bool) -> Mark | int:
        text = self._text
        mark = text[at]
        end = at
        while end < len(text) and text[end] == mark and end - at < _TICKS:
            end += 1
        begins_line = text[text.rfind("\n", 0, at) + 1 : at] in {"", " ", "  ", "   "}
        if end - at == _TICKS:
            return end
        if end == len(text) and not final and (begins_line or mark == "`"):
            return WAIT
        if begins_line and end - at >= 3:
            call = self._fenced_call(at, final=final)
            if call != at:
                return call
            self._fence = text[at:end]
            return end
        if mark == "~":
            return end
        ticks = text[at:end]
        newline = text.find("\n", end)
        limit = newline if newline >= 0 else len(text)
        close = text.find(ticks, end, limit)
        while close >= 0:
            after = close + len(ticks)
            more = after
            while more < limit and text[more] == "`":
                more += 1
            if more == len(text) and not final:
                break
            if more == after and text[close - 1] != "`":
                return after
            close = text.find(ticks, more, limit)
        if newline >= 0 or final or len(text) - end > _LINE:
            return end
        self._give(len(text))
        return WAIT

    def _fenced_call(self, at: int, *, final: bool) -> Mark | int:
        """A call in a code block with which the answer begins."""
        text = self._text
        if self._begun or at < self._given:
            return at
        fence = _FENCE.match(text, at)
        if fence is None:
            return at
        info = fence[2].lower()
        if info in _CALL_INFO and fence[3]:
            closing = re.compile(rf"\n[ ]{{0,3}}{re.escape(fence[1])}[`~]*")
            return Mark(fence.end(3) - 1, TalkKind.TOOL_CALL, Opened(TalkKind.TOOL_CALL, closing, spoken=_no_words))
        if not final and fence.end() == len(text) and len(text) - at < MAX_MARK:
            return WAIT
        if info not in _JSON_INFO or not fence[3] or text[fence.end() : fence.end() + 1] not in {"{", "["}:
            return at
        call = json_call(text, fence.end())
        if call is None and not final and len(text) - at < MAX_CALL:
            return WAIT
        if not call:
            return at
        self._fence_follows = True
        return Mark(fence.end(), TalkKind.TOOL_CALL, json=True)

    def _end_fence(self, *, final: bool) -> bool:
        """Return the text of a code block. Return whether its end is there."""
        text = self._text
        mark = re.escape(self._fence)
        close = re.compile(rf"\n[ ]{{0,3}}{mark}{mark[-1]}*+[ \t]*+(?=\n)").search(text, self._at)
        if close is None:
            self._give(len(text))
            self._at = len(text) if final else max(self._at, text.rfind("\n", self._at, len(text)))
            return False
        self._fence = ""
        self._at = close.end()
        return True

    # Model talk.

    def _cut(self, begin: int, end: int) -> None:
        """Forget the text between two places."""
        before = self._text[max(0, begin - _CONTEXT) : begin]
        self._text = before + self._text[end:]
        self._at = self._given = len(before)

    def _take_out(self, at: int, mark: Mark) -> None:
        """Take a mark out, and begin to take out what it opens."""
        self._give(at)
        text = self._text
        if mark.opens is not None or mark.json:
            self._begin_piece(text[max(0, at - _CONTEXT) : at], mark.opens, JsonReader() if mark.json else None)
            self._text = text[mark.end :]
            self._at = 0
            return
        self._removed.append(RemovedTalk(mark.kind, text[at : mark.end], mark.end - at))
        if mark.kind is not TalkKind.CONTROL:
            self._gap = True
        if mark.lone and self._begun:
            logger.warning(
                "%s closes reasoning that no tag has opened: what stood before it was spoken. "
                'If the prompt opens the tag, use thinking="open"',
                text[at : mark.end],
            )
        self._cut(at, mark.end)

    def _begin_piece(self, before: str, opened: Opened | None, json: JsonReader | None) -> None:
        self._context = before
        self._open = opened
        self._json = json
        self._depth = 1
        self._kept = Kept()
        self._after_inner = self._kept

    def _discard_json(self) -> bool:
        """Drop the text of a call as JSON. Return whether its end is there."""
        reader = self._json
        assert reader is not None
        end = reader.read(self._text, self._at)
        self._kept.add(self._text[self._at : end])
        self._at = end
        if not reader.ended:
            self._text = self._text[end:]
            self._at = 0
            return False
        self._end_piece(end)
        return True

    def _discard(self, *, final: bool) -> bool:
        """Drop text up to what closes the piece. Return whether that is there."""
        opened = self._open
        assert opened is not None
        text = self._text
        if self._opened_by_prompt and not self._kept.characters and not self._at:
            begins = text.lstrip()
            tag = _THINK.match(text)
            if not final and not tag and len(text) < MAX_MARK and "<thinking>".startswith(begins.lower()):
                return False
            self._opened_by_prompt = False
            self._at = tag.end() if tag else 0
        while True:
            closing = opened.closing.search(text, self._at)
            inner = opened.opening.search(text, self._at) if opened.opening else None
            if inner and not (closing and closing.start() < inner.start()):
                mention = self._is_mention(inner, final=final)
                if mention is None:
                    break
                self._depth += not mention
                self._drop_to(inner.end())
                continue
            if closing is None:
                break
            shown = closing[0].endswith(("`", "~")) or text[closing.start() - 1 : closing.start()] == "`"
            if shown and closing.end() == len(text) and not final:
                break  # the row of backticks may go on
            self._depth = 0 if closing.end() == closing.start() else self._depth - 1
            if self._depth <= 0:
                self._kept.add(text[self._at : closing.start()])
                self._end_piece(closing.end())
                return True
            self._drop_to(closing.end())
            self._after_inner = Kept()
        if not final:
            self._drop_to(max(self._at, len(text) - MAX_MARK))
            if self._at > 4 * MAX_MARK:
                self._text = text[self._at - 2 :]  # what a pattern looks back at
                self._at = 2
        return False

    def _drop_to(self, end: int) -> None:
        text = self._text[self._at : end]
        self._kept.add(text)
        if self._after_inner is not self._kept:
            self._after_inner.add(text)
        self._at = end

    def _is_mention(self, tag: re.Match[str], *, final: bool) -> bool | None:
        """Whether reasoning only speaks of a tag."""
        mark = angle_mark(self._text, tag.start(), final=final, begins=False)
        if mark == WAIT:
            return None
        return not isinstance(mark, Mark)

    def _end_piece(self, end: int, spoken: str = "") -> None:
        """The piece that is taken out ends at `end`."""
        kind = self._open.kind if self._open else TalkKind.TOOL_CALL
        self._removed.append(RemovedTalk(kind, self._kept.text, self._kept.characters, spoken))
        self._open = None
        self._json = None
        self._gap = True
        self._text = self._context + self._text[end:]
        self._at = self._given = len(self._context)

    def _end_unclosed(self) -> None:
        """The stream ends inside a piece: find again what is to be spoken of it."""
        opened = self._open
        self._drop_to(len(self._text))
        found = ""
        if opened is not None:
            found = last_of(opened.spoken(self._after_inner.text))
        kind = opened.kind if opened else TalkKind.TOOL_CALL
        inner = ModelTalkCore()
        inner._level = self._level + 1
        if opened is not None and opened.opening is not None:
            found = opened.opening.sub("", found)
        words = ""
        if found.strip():
            words = inner.feed(found) + inner.flush() if self._level < _DEEPEST else found
        if words.strip():
            left_out = self._after_inner.characters - len(found)
            logger.warning(
                "a tag of the kind %s never closed: %d characters after it are spoken%s",
                kind.value,
                len(words),
                f", {left_out} are not" if left_out > 0 else "",
            )
        self._end_piece(len(self._text), words if words.strip() else "")
        self._removed += inner.take_removed()
        if words.strip():
            self._text += words
            self._fence = "~" * 99  # it has been read already
            self._give(len(self._text))
        self._at = len(self._text)


def _apart(before: str, after: str) -> bool:
    """Whether a space is needed between two characters so that they do not touch."""
    if before.isspace() or after.isspace() or before >= EAST_ASIAN or after >= EAST_ASIAN:
        return False
    return after.isalnum() or after in "\"'(“«*_`"


def _no_words(_: str) -> str:
    return ""


_ANALYSIS = "analysis"
_STRIPPED = lazy_regex(r"analysis(?=[A-Z])")
_THINK = lazy_regex(r"\s{0,200}<(?:think|thinking)>", re.IGNORECASE)
_CALLED = lazy_regex(r"([a-z_][\w.]{2,63})(?=\()")
_CALLED_BEGUN = lazy_regex(r"[a-z_][\w.]{0,63}\Z")
_NO_KEYWORD = lazy_regex(r"\((?!\s*(?:[A-Za-z_]\w{0,40}\s*=|\)))")
_LINE_ENDS = lazy_regex(r"[ \t]*(?:\n|\Z|<)")
