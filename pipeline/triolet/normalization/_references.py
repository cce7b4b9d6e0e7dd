"""Marks of reference: citations and the marks of notes, in the forms in which models and editors write them."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex

_PAGE = r"(?:,\s?(?:pp?|S|pág|chap|ch|sec|Kap|с|стр|§)\.?\s?\d{1,4}(?:[–-]\d{1,4})?)?"
_NUMBERS = rf"\^?\d{{1,3}}(?:\s?[,;–-]\s?\d{{1,3}})*+{_PAGE}"
_SQUARE = rf"\[{_NUMBERS}\](?:\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+(?:\s+\"[^\"]*+\")?\))?+"
_LENTICULAR = r"[【〔［]\d{1,3}(?::\d{1,3})?(?:†[^】\n]{0,80}|[,，、\s–-]+\d{1,3})*+[】〕］]"
_SEE = (
    r"see(?: also)?|cf\.?|source|sources|siehe|vgl\.|Quellen?|voir|source ?:|véase|ver|fuentes?|vedi|cfr\.|fonti|fonte|см\.|"
    r"参见|参见：|见|參見|来源|参照|出典|참조|참고|출처"
)
_MARK = rf"(?:{_SQUARE}|\[\^[^\[\]\s]{{1,60}}\]|{_LENTICULAR})"
_BETWEEN = r"(?:\s*[,;、，]\s*|\s+(?:and|und|et|y|e|и)\s+|\s*[和及と]\s*|\s*)"
PARENTHESIS = lazy_regex(
    rf"[(（]\s*(?:(?:{_SEE})[\s:：]*)?{_MARK}(?:{_BETWEEN}{_MARK})*{_PAGE}\s*(?:참조|参照)?[)）]", re.IGNORECASE
)
"""Brackets with nothing but citations: `(see [2])`, `([1](https://a.com))`."""
JOINED = lazy_regex(rf"{_MARK}(?:(?:\s?[–-]\s?|\s+(?:and|und|et|y|e|и)\s+|\s*[和及と]\s*){_MARK})+")
"""Citations that a word joins, as in `by [3] and [4]`. The word goes with them."""
NEEDED = lazy_regex(
    r"\[(?:(?:citation|cite|oaicite|source|sources|doc|document|ref|reference|web|search|quelle|fuente|fonte|来源|出典|引用)"
    r"\s?[:：_-]?\s?\d{1,3}(?:\s?[,，]\s?\d{1,3})*|citation needed|dubious|clarification needed|when\?|who\?|note \d{1,3}|nb \d{1,3})\]",
    re.IGNORECASE,
)
"""Citations with a word, `[citation:3]`, and the marks of editors."""
PARENTHESIS_BEGUN = lazy_regex(
    rf"[(（]\s*(?:(?:{_SEE})[\s:：]*)?(?:{_MARK}{_BETWEEN})*(?:\[[\^\d\s,;–-]*\]?(?:\([^()\s]*\)?)?|【[^】\n]{{0,80}})?\Z",
    re.IGNORECASE,
)
LENTICULAR = lazy_regex(_LENTICULAR)
LENTICULAR_BEGUN = lazy_regex(r"【(?:\d[^】\n]{0,80})?\Z")
CONTENT_REFERENCE = lazy_regex(
    r":contentReference\[oaicite:\d{1,4}\](?:\{index=\d{1,4}\})?|:{0,3}\s?oaicite:\d{1,4}(?:\{index=\d{1,4}\})?"
)
"""What ChatGPT leaves of a citation."""
CONTENT_REFERENCE_BEGUN = lazy_regex(
    r":contentReference(?:\[(?:oaicite:?\d{0,4})?(?:\](?:\{(?:index=?\d{0,4})?)?)?)?\Z"
)
_TURN = r"turn\d{1,3}(?:search|view|news|image|img|file|fetch|forecast|finance|sports|product|academia|video|maps|calculator|time)\d{1,3}"
TURN = lazy_regex(rf"(?:(?:cite|filecite|navlist|video)[\ue200-\ue2ff†]?\s?)?{_TURN}(?:[\ue200-\ue2ff†,\s]*{_TURN})*+")
"""`turn0search1`, perhaps several, without its private-use marks."""
PRIVATE = lazy_regex(r"\ue200[^\ue201\n]{0,300}\ue201?")
"""The same between private-use marks, which no voice can say."""
SUPERSCRIPT = lazy_regex(
    r"(?:(?<=[^\W\d_²³¹⁰⁴-⁹]{4})|(?<=[.!?,;:”\"»)。，、！？」])|(?<=[\u3041-\u30ff\u4e00-\u98ff\uac00-\ud7a3]))[¹²³⁰⁴-⁹]{1,3}(?:[⁻⁾,–˒ ]{1,2}[¹²³⁰⁴-⁹]{1,3})*(?![\w⁻])"
)
"""The number of a note after a word, a mark or a CJK character. Not after the three letters or fewer of a unit or a function."""
_UNITS = lazy_regex(
    r"(?:mètres?|metres?|meters?|mile|miles|feet|foot|yards?|inch|inches|mole|sinh|cosh|tanh|Meter|metros?|metri|метр\w*|[米里])\Z"
)
_NUMBER = lazy_regex(r"\d+")
_ARRAY = lazy_regex(r"(?<![A-Za-z0-9_])([A-Za-z_]\w{0,40})(?:\[\d{1,3}\]){0,4}\Z")
_ARRAYS = frozenset(
    [
        "array",
        "arr",
        "matrix",
        "row",
        "col",
        "mat",
        "vec",
        "lst",
        "tuple",
        "argv",
        "args",
        "buffer",
        "tensor",
        "grid",
        "stack",
        "queue",
        "heap",
        "nums",
        "dp",
        "df",
    ]
)
_AFTER_RANGE = lazy_regex(
    r"(?:interval|range|intervall|bereich|intervalle|intervalo|rango|intervallo|интервал\w{0,3}|отрезк\w{0,3}|区间|範囲|区間|구간|범위|∈|in)\s{0,3}\Z",
    re.IGNORECASE,
)


_LOOK_AT = lazy_regex(
    r"(?:(?<![^\W_])(?:see(?: also)?|refer to|cf\.|siehe(?: auch)?|vgl\.|voir(?: aussi)?|véase|vea|ver|consulte|vedi(?: anche)?|cfr\.|veja|"
    r"см\.|смотри(?:те)?)[ \u00a0]|参见|參見|参考|见)\Z",
    re.IGNORECASE,
)
_PARTICLE = lazy_regex(r"[をにで]|[을를에]")


def is_named(before: str, after: str) -> bool:
    """Whether the sentence needs the citation between these two, as in `See [5].`; then it is said."""
    if _LOOK_AT.search(before):
        return True
    return _PARTICLE.match(after) is not None and not before[-1:].isalnum()


def is_unit(before: str) -> bool:
    """Whether the word at the end is a unit or a function, so that a superscript after it is a power."""
    return _UNITS.search(before) is not None


def is_index(before: str, citation: str) -> bool:
    """Whether `[1]` after this text is the index of an array, or an interval, and so is to be said."""
    if _AFTER_RANGE.search(before) and "," in citation:
        return True
    array = _ARRAY.search(before)
    if array is None:
        return "0" in _NUMBER.findall(citation) and "," in citation
    name = array[1]
    return (
        "0" in _NUMBER.findall(citation)
        or name.lower() in _ARRAYS
        or len(name) == 1
        or "_" in name
        or any(character.isdigit() for character in name)
        or (not name.isupper() and any(character.isupper() for character in name[1:]))
    )
