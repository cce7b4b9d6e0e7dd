"""Language tags: which language and which region a BCP 47 tag names."""

from __future__ import annotations

import re

import attrs

_TAG = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?:[-_][A-Za-z]{3}(?![A-Za-z0-9]))?(?:[-_](?P<script>[A-Za-z]{4}))?"
    r"(?:[-_](?P<region>[A-Za-z]{2}|\d{3}))?(?:[-_][A-Za-z0-9]{1,8})*"
)
# Languages with a two-letter code of their own that is another's here: the written form is the same, as far as marks go.
_SAME = {
    "cmn": "zh",
    "yue": "zh",
    "zho": "zh",
    "eng": "en",
    "deu": "de",
    "ger": "de",
    "ita": "it",
    "por": "pt",
    "spa": "es",
    "jpn": "ja",
    "kor": "ko",
    "fra": "fr",
    "fre": "fr",
    "rus": "ru",
}


@attrs.frozen
class Tag:
    """A language and where it is spoken."""

    language: str
    """ISO 639 code, in small letters."""
    region: str = ""
    """ISO 3166 code, in capitals, or three digits of the UN; empty where the tag names none."""


def read_tag(tag: str) -> Tag | None:
    """Read a tag such as `EN`, `en-US`, `pt_BR`, `zh-Hans-CN`; None if it is none."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return None
    language = found["language"].lower()
    return Tag(_SAME.get(language, language), (found["region"] or "").upper())


LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et
    eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk
    kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny
    oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu fil
    """.split()
)
"""The codes of ISO 639-1, and Filipino, which has none there."""
