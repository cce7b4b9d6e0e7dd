"""Where an HTML or SSML tag begins and ends, and what kind of tag it is (grammar: CommonMark 0.31, 6.5 and 6.6)."""

from __future__ import annotations

import re

_SPACE = r"[ \t\r\n]"
_ATTRIBUTE = rf"{_SPACE}++[A-Za-z_:][\w.:-]*+(?:{_SPACE}*+={_SPACE}*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?+"
TAG = re.compile(
    rf"<(?:([A-Za-z][A-Za-z0-9:-]*+)(?:{_ATTRIBUTE})*+{_SPACE}*+/?>|/([A-Za-z][A-Za-z0-9:-]*+){_SPACE}*+>)"
)
"""A whole tag; group 1 the name of an opening one, group 2 of a closing one."""

TAG_BEGUN = re.compile(
    rf"<(?:[A-Za-z][A-Za-z0-9:-]*+(?:{_ATTRIBUTE})*+{_SPACE}*+"
    rf"(?:/|(?<=[ \t\r\n])[A-Za-z_:][\w.:-]*+{_SPACE}*+(?:={_SPACE}*+(?:\"[^\"]*+|'[^']*+|[^\s\"'=<>`]*+))?+)?+"
    rf"|/(?:[A-Za-z][A-Za-z0-9:-]*+{_SPACE}*+)?+)?+\Z"
)
"""What may still become a tag: everything up to the end of the text."""

AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1F]*+|[\w.!#$%&'*+/=?^`{|}~-]++@[\w.-]++)>")
AUTOLINK_BEGUN = re.compile(
    r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1F]*+|[\w.!#$%&'*+/=?^`{|}~-]++(?:@[\w.-]*+)?+)\Z"
)

DECLARATIONS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))
"""How other markup begins and ends; the first that fits counts."""

NOT_TEXT = frozenset({"script", "style"})
"""What stands between these tags is never words."""

SEPARATES = frozenset(
    "address article aside blockquote br caption center col dd details dialog div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr li main menu nav ol optgroup option p pre section summary table tbody td tfoot th "
    "thead tr ul video".split()
)
"""Tags that part words as white space does."""

SSML = frozenset(
    "speak voice prosody emphasis say-as phoneme lexicon lookup token w lang desc metadata express-as effect vocal".split()
)
"""Speech markup that has no counterpart in HTML; with names such as `mstts:express-as`, for the part after the colon."""


def is_ssml(name: str) -> bool:
    """Whether a tag of this name asks a voice for something."""
    return name.rpartition(":")[2].lower() in SSML
