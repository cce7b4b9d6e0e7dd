"""Where an HTML or SSML tag ends, and which kind of tag it is. The grammar is that of CommonMark 0.31, 6.5 and 6.6."""

from __future__ import annotations

from triolet._tools._lazy_regex import lazy_regex

_SPACE = r"[ \t\r\n]"
_ATTRIBUTE = rf"{_SPACE}++[A-Za-z_:][\w.:-]*+(?:{_SPACE}*+={_SPACE}*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?+"
TAG = lazy_regex(
    rf"<(?:([A-Za-z][A-Za-z0-9:-]*+)(?:{_ATTRIBUTE})*+{_SPACE}*+/?>|/([A-Za-z][A-Za-z0-9:-]*+){_SPACE}*+>)"
)
"""A whole tag. Group 1 is the name of an opening one, group 2 that of a closing one."""

_TAG_BEGUN = lazy_regex(
    rf"<(?:[A-Za-z][A-Za-z0-9:-]*+(?:{_ATTRIBUTE})*+{_SPACE}*+(?:/|={_SPACE}*+(?:\"[^\"]*+|'[^']*+)?+)?+"
    rf"|/(?:[A-Za-z][A-Za-z0-9:-]*+{_SPACE}*+)?+)?+\Z"
)

AUTOLINK = lazy_regex(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1F]*+|[\w.!#$%&'*+/=?^`{|}~-]++@[\w.-]++)>")
_AUTOLINK_BEGUN = lazy_regex(
    r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1F]*+|[\w.!#$%&'*+/=?^`{|}~-]++(?:@[\w.-]*+)?+)\Z"
)

_DECLARATION_BEGUN = lazy_regex(r"<!(?:-|\[[A-Z]*+)?\Z")
DECLARATIONS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))
"""How other markup begins and ends. The first that fits counts."""

NOT_TEXT = frozenset({"script", "style"})
"""Tags between which no words stand."""

STRUCK = frozenset({"del", "s", "strike"})
"""Tags between which struck-out words stand."""

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


_HTML = """
a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br button canvas
caption center cite code col colgroup command content data datalist dd del details dfn dialog dir div dl dt em embed fieldset
figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd keygen label
legend li link main map mark marquee menu menuitem meta meter nav nobr noframes noscript object ol optgroup option output p param
picture plaintext pre progress q rb rp rt rtc ruby s samp script search section select slot small source span strike strong style sub
summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp math mrow mi mn mo path
circle rect line polyline polygon g defs
"""
_MARKUP = frozenset(_HTML.split()) | {"break", "audio", "sub", "p", "s"} | SSML
AMBIGUOUS = frozenset(
    [
        "dir",
        "title",
        "address",
        "code",
        "link",
        "source",
        "label",
        "option",
        "data",
        "time",
        "object",
        "map",
        "content",
        "image",
        "section",
        "input",
        "output",
        "button",
        "menu",
        "command",
        "select",
        "summary",
        "param",
        "template",
        "article",
        "caption",
        "cite",
        "date",
        "figure",
        "footer",
        "form",
        "header",
        "main",
        "details",
        "var",
        "search",
        "slot",
    ]
)
"""Names of elements that a placeholder may have, too. They are one if no closing tag follows."""
_NOT_DIRECTIONS = frozenset({"pause", "beat", "music", "silence", "clapping"})


def is_markup(name: str) -> bool:
    """Whether an element of HTML or SSML has this name. Others are placeholders (`<name>`), or types (`Vec<String>`)."""
    name = name.lower()
    return (
        name in _MARKUP
        or (":" in name and "::" not in name)
        or (len(name) > 3 and name.partition("-")[0] in {"amazon", "mstts"})
    )


def is_direction_tag(name: str) -> bool:
    """Whether a tag such as `<laugh>`, which is none of HTML, may be a direction. Some names could be those of a key."""
    return name.lower() not in _NOT_DIRECTIONS


def may_become_tag(text: str, at: int, *, break_only: bool) -> bool:
    """Whether what stands from `at` on may become a tag, or other markup in `< >`, when more text comes."""
    if break_only:
        begun = text[at : at + len("<break")]
        return "<break".startswith(begun) and _TAG_BEGUN.match(text, at) is not None
    return any(pattern.match(text, at) for pattern in (_TAG_BEGUN, _AUTOLINK_BEGUN, _DECLARATION_BEGUN))


def is_ssml(name: str) -> bool:
    """Whether a tag of this name asks a voice for something. `mstts:express-as` does, too."""
    return name.rpartition(":")[2].lower() in SSML
