"""How many words are searched for in little time: by their first letters.

The `re` module looks for one of several characters much faster than for one of several words. It does so only where a pattern
begins with them, and not with what must stand before it. So the words come after a class of their first letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from triolet.verbalization._language import Language


def any_of(words: Iterable[str], *, apart: str = r"[^\W_]", gap: str = " ") -> str:
    """A pattern for any of the words, the longest first, where no `apart` stands before. A space in a word is a `gap`."""
    rests: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        rests.setdefault(word[0], []).append(re.escape(word[1:]).replace(r"\ ", gap))
    if not rests:
        return "(?!)"
    firsts = "".join(map(re.escape, rests))
    ends = "|".join(f"(?<={re.escape(first)})(?:{'|'.join(rest)})" for first, rest in rests.items())
    return f"[{firsts}](?<!{apart}.)(?:{ends})"


def names_in_calendar(words: Language) -> re.Pattern[str]:
    """A pattern for any day or month of the language, shortened or not."""
    if not words.weekdays:
        return re.compile("(?!)")
    names = {*words.weekdays, *words.weekdays.values(), *words.short_months, *words.months}
    return re.compile(any_of(names) + r"(?![^\W_])")
