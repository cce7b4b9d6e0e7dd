"""Calls of tools that stand in the text without a tag: as JSON, or as a line of Python."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex

_NAMES = frozenset({"name", "tool", "tool_name", "function", "function_name", "action", "recipient_name"})
"""Keys under which a call has the name of its tool."""
_ARGUMENTS = frozenset({"arguments", "parameters", "args", "input", "action_input", "tool_input", "params", "kwargs"})
"""Keys under which a call has its arguments."""
_CALLS = frozenset({"tool_calls", "tool_call", "function_call", "tool_uses"})
"""Keys under which nothing but calls stands."""
_OTHER = frozenset({"type", "id", "call_id", "index"})
"""Keys that may stand before them."""
_KEYS = _NAMES | _ARGUMENTS | _CALLS | _OTHER

_LEXEME = lazy_regex(r'\s*(?:([\[\]{}:,])|"((?:[^"\\]|\\.)*+)("?)|([^\s\[\]{}:,"]+)|\Z)', re.DOTALL)
_DEPTH = lazy_regex(r'["\[\]{}]')
_STRING_END = lazy_regex(r'(?:[^"\\]|\\.)*+"', re.DOTALL)


def json_call(text: str, at: int) -> bool | None:
    """Whether the JSON that begins at `at` with `{` or `[` is a call of a tool. None: only more text can tell.

    It is one if its first object has a name and arguments. That is known when the key of the second has come.
    """
    named = False
    listed = False  # the object is in a list
    begun = False  # the object has begun
    key: str | None = None
    while True:
        token = _LEXEME.match(text, at)
        assert token is not None  # the end of the text is a lexeme, too
        mark, string, closed, word = token.groups()
        at = token.end()
        if at == len(text) and not mark and not closed:  # the end of the text, perhaps inside of something
            if string is None or key is not None or not begun or any(known.startswith(string) for known in _KEYS):
                return None
            return False
        if not begun:
            if mark == "[" and not listed:
                listed = True
                continue
            if mark != "{":
                return False
            begun = True
        elif key is None:
            if mark == ",":
                continue
            if string is None or string not in _KEYS or not closed:
                return False
            key = string
        elif mark == ":":
            if key in _CALLS or (key in _ARGUMENTS and named):
                return True
        else:
            if key in _ARGUMENTS and mark in {"{", "["}:  # the arguments come first
                end = json_end(text, at - 1)
                if end is None:
                    return None
                if _NAME_FOLLOWS.match(text, end):
                    return True
                return None if _NAME_BEGINS.match(text, end) else False
            if key == "function" and mark == "{":
                return True
            if string is None and (word is None or key in _NAMES):
                return False
            named = named or key in _NAMES
            key = None


_NAME_FOLLOWS = lazy_regex(r'\s*,\s*"(?:name|tool|tool_name|function)"\s*:')
_NAME_BEGINS = lazy_regex(r'\s*(?:,\s*(?:"[a-z_]*(?:"\s*)?)?)?\Z')


def json_end(text: str, at: int) -> int | None:
    """Where the JSON object or list that begins at `at` ends; None if it does not end in this text."""
    reader = JsonReader()
    end = reader.read(text, at)
    return end if reader.ended else None


class JsonReader:
    """Finds the end of one JSON object or list, which comes in any parts."""

    def __init__(self) -> None:
        self.ended = False
        self._depth = 0
        self._string = False

    def read(self, text: str, at: int) -> int:
        """Read the text from `at` on. Return the offset after the JSON, or how far it has been read."""
        while True:
            if self._string:
                end = _STRING_END.match(text, at)
                if end is None:  # a backslash at the end may belong to what follows
                    return len(text) - ((len(text) - len(text.rstrip("\\"))) % 2) if at < len(text) else at
                at = end.end()
                self._string = False
            mark = _DEPTH.search(text, at)
            if mark is None:
                return len(text)
            at = mark.end()
            if mark[0] == '"':
                self._string = True
            elif mark[0] in "[{":
                self._depth += 1
            else:
                self._depth -= 1
                if self._depth <= 0:
                    self.ended = True
                    return at


_PARTS = lazy_regex(r"""\s+|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|[(\[{]|[)\]}]|[^\s"'()\[\]{}]+""")
_KEYWORD = lazy_regex(r"\s*+[A-Za-z_]\w{0,40}\s*+=(?!=)")
_KEYWORD_BEGUN = lazy_regex(r"\s*+(?:[A-Za-z_]\w{0,40}\s*+=?)?\Z")
_CODE = lazy_regex(r"[{}\[\]\"<>=]")
_LINE_ENDS = lazy_regex(r"[ \t]*+(?:\r?\n|(?:;[ \t]*+)?</?[|\w]|\Z)")
MAX_DEPTH = 10
"""Brackets inside each other in the arguments of a call; those of real ones have four at most. More are no call, or brackets that
never close would each be looked for to the end."""
NAME = lazy_regex(r"[a-z_][\w.]{2,63}\Z")
"""The name of a function before its bracket."""


def python_call(name: str, text: str, at: int, *, final: bool) -> int | None:
    """Where the call `name(...)` ends whose bracket is at `at`, if it is one of a tool; `at` if it is none. None: only more can tell.

    It is one if it has an argument with a keyword, or if the name has an underscore and an argument stands there, and if nothing
    follows it in its line.
    """
    keyword = _KEYWORD.match(text, at + 1)
    if not keyword:
        if "_" not in name.strip("_"):
            return None if not final and _KEYWORD_BEGUN.match(text, at + 1) else at
        first = text[at + 1 :].lstrip()[:1]
        if not first:
            return at if final else None
        if first not in "\"'{[" and not first.isdigit():
            return None if not final and _KEYWORD_BEGUN.match(text, at + 1) else at
    end = bracket_end(text, at)
    if end is None:
        return at if final else None
    if end == at:
        return at
    follows = _LINE_ENDS.match(text, end)
    if follows is None:
        return at
    return None if not final and follows.end() == len(text) and "\n" not in follows[0] else end


def bracket_end(text: str, at: int) -> int | None:
    """Where the bracket at `at` is closed. None: not in this text. `at`: it never is, or holds more than `MAX_DEPTH` others."""
    depth = 0
    here = at
    while here < len(text):
        part = _PARTS.match(text, here)
        if part is None:  # a quote that is open
            return at if "\n" in text[here:] else None
        here = part.end()
        if part[0] in "([{":
            depth += 1
            if depth > MAX_DEPTH:
                return at
        elif part[0] in ")]}":
            depth -= 1
            if depth == 0:
                return here
    return None


def after_call(text: str) -> str:
    """The words behind a call whose tag never closed, without the call itself."""
    stripped = text.lstrip()
    if stripped.startswith(("{", "[")):
        end = json_end(stripped, 0)
        if end is not None:
            return stripped[end:].lstrip(",;")
    if text.rfind("<parameter") > text.rfind("</parameter") or text.rfind("<arg_") > text.rfind("</arg_"):
        return ""  # it ends inside an argument
    lines = text.split("\n")
    last = next((n for n in range(len(lines) - 1, -1, -1) if _CODE.search(lines[n])), -1)
    rest = "\n".join(lines[last + 1 :])
    return rest if last >= 0 or not stripped.startswith(("{", "[")) else ""
