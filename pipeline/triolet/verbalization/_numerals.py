"""How a language writes numbers: a pattern of them, and their values."""

from __future__ import annotations

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._quantity import Quantity

_MARKS = lazy_regex(r"[^0-9]")

ENGLISH_STYLE = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,8}(?![0-9])(?:\.[0-9]{1,40})?"
    r"|[0-9]{1,2}(?:,[0-9]{2}){1,5},[0-9]{3}(?![0-9])(?:\.[0-9]{1,40})?"
    r"|[0-9]{1,3}(?:[\u00a0\u202f][0-9]{3}){1,8}(?![0-9])(?:\.[0-9]{1,40})?"
    r"|[0-9]{1,3}(?:\.[0-9]{3}){1,8},[0-9]{1,2}(?![0-9])"
    r"|(?<![0-9,])[0-9]{1,6},[0-9]{1,2}(?=[ \u00a0\u202f]?(?:[mb]illion|trillion|€|EUR|%|°|k[gm](?![A-Za-z])))"
    r"|[0-9]{1,40}+(?:\.[0-9]{1,40}+)?)"
)
"""`1,234.56`; also `1.234,56`, which means nothing else."""

CONTINENTAL_STYLE = (
    r"(?:[0-9]{1,3}(?:\.[0-9]{3}){1,8}(?![0-9])(?:,[0-9]{1,40})?"
    r"|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3}){1,8}(?![0-9])(?:,[0-9]{1,40})?"
    r"|[0-9]{1,3}(?:[’'][0-9]{3}){1,8}(?![0-9])(?:[.,][0-9]{1,40})?"
    r"|[0-9]{1,3}(?:,[0-9]{3}){1,8}\.[0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,3}(?:,[0-9]{3}){2,8}(?![0-9])"
    r"|[0-9]{1,40}+(?:[.,][0-9]{1,40}+)?)"
)
"""`1.234,56`, `1 234,56`, `1'234.56`; also `1,234.56`, which means nothing else."""


def quantity(text: str, decimal: str, *, scale: str = "", negative: bool = False) -> Quantity:
    """The value of a number as it is written."""
    marks = _MARKS.findall(text)
    if not marks:
        return Quantity(int(text), "", negative, scale)
    last = marks[-1]
    head, _, tail = text.rpartition(last)
    if len(set(marks)) == 2 or (len(marks) == 1 and last in ".," and (last == decimal or len(tail) != 3)):
        return Quantity(int(_MARKS.sub("", head) or "0"), tail, negative, scale)
    return Quantity(int(_MARKS.sub("", text)), "", negative, scale)
