"""The few words and marks that TextNormalizer adds, by language."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Wording:
    """What one language calls a link, and its marks."""

    link: str
    """`{}` stands for the host."""
    yes: str
    no: str
    """What a table cell says that holds nothing but a tick or a cross."""
    stop: str = "."
    comma: str = ", "
    colon: str = ": "


_WORDINGS = {
    "en": Wording(link="a link to {}", yes="yes", no="no"),
    "de": Wording(link="ein Link zu {}", yes="ja", no="nein"),
    "it": Wording(link="un link a {}", yes="sì", no="no"),
    "pt": Wording(link="um link para {}", yes="sim", no="não"),
    "es": Wording(link="un enlace a {}", yes="sí", no="no"),
    "fr": Wording(link="un lien vers {}", yes="oui", no="non", colon=" : "),
    "ru": Wording(link="ссылка на {}", yes="да", no="нет"),
    "ko": Wording(link="{} 링크", yes="예", no="아니요"),
    "ja": Wording(link="{}へのリンク", yes="はい", no="いいえ", stop="。", comma="、", colon="："),
    "zh": Wording(link="{} 的链接", yes="是", no="否", stop="。", comma="，", colon="："),
}
_HOST_ALONE = Wording(link="{}", yes="✓", no="✗")


def wording(language: str) -> Wording:
    """The wording of `language` (`pt-BR` is `pt`); of one that is not known, no words at all: the host alone."""
    return _WORDINGS.get(language) or _WORDINGS.get(language[:2].lower(), _HOST_ALONE)
