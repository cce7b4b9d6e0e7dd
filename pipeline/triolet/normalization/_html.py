"""Where an HTML or SSML tag ends, and which kind of tag it is. The grammar is that of CommonMark 0.31, 6.5 and 6.6."""

from __future__ import annotations

import re

_SPACE = r"[ \t\r\n]"
_ATTRIBUTE = rf"{_SPACE}++[A-Za-z_:][\w.:-]*+(?:{_SPACE}*+={_SPACE}*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?+"
TAG = re.compile(
    rf"<(?:([A-Za-z][A-Za-z0-9:-]*+)(?:{_ATTRIBUTE})*+{_SPACE}*+/?>|/([A-Za-z][A-Za-z0-9:-]*+){_SPACE}*+>)"
)
"""A whole tag. Group 1 is the name of an opening one, group 2 that of a closing one."""

_TAG_BEGUN = re.compile(
    rf"<(?:[A-Za-z][A-Za-z0-9:-]*+(?:{_ATTRIBUTE})*+{_SPACE}*+(?:/|={_SPACE}*+(?:\"[^\"]*+|'[^']*+)?+)?+"
    rf"|/(?:[A-Za-z][A-Za-z0-9:-]*+{_SPACE}*+)?+)?+\Z"
)

AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1F]*+|[\w.!#$%&'*+/=?^`{|}~-]++@[\w.-]++)>")
_AUTOLINK_BEGUN = re.compile(
    r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1F]*+|[\w.!#$%&'*+/=?^`{|}~-]++(?:@[\w.-]*+)?+)\Z"
)

_DECLARATION_BEGUN = re.compile(r"<!(?:-|\[[A-Z]*+)?\Z")
DECLARATIONS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))
"""How other markup begins and ends. The first that fits counts."""

NOT_TEXT = frozenset({"script", "style"})
"""Tags between which no words stand."""

_SEPARATES = """
address article aside blockquote br caption center col dd details dialog div dl dt fieldset figcaption figure footer form
h1 h2 h3 h4 h5 h6 header hr li main menu nav ol optgroup option p pre section summary table tbody td tfoot th thead tr ul
"""
SEPARATES = frozenset(_SEPARATES.split())
"""Tags that stand for white space between words."""

# Tags of SSML that HTML does not have.
_SSML = """
speak voice prosody emphasis say-as phoneme lexicon lookup token w lang desc metadata express-as effect vocal
"""
SSML = frozenset(_SSML.split())


def may_become_tag(text: str, at: int, *, break_only: bool) -> bool:
    """Whether what stands from `at` on may become a tag, or other markup in `< >`, when more text comes."""
    if break_only:
        begun = text[at : at + len("<break")]
        return "<break".startswith(begun) and _TAG_BEGUN.match(text, at) is not None
    return any(pattern.match(text, at) for pattern in (_TAG_BEGUN, _AUTOLINK_BEGUN, _DECLARATION_BEGUN))


def is_ssml(name: str) -> bool:
    """Whether a tag of this name asks a voice for something. `mstts:express-as` does, too."""
    return name.rpartition(":")[2].lower() in SSML
