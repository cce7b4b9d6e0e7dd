"""The few words and marks that are added to the text, by language."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Wording:
    """What one language calls a link, a tick and a cross, and its marks."""

    link: str
    """A bare URL. `{}` stands for the host."""
    yes: str
    """A table cell with nothing but a tick."""
    no: str
    """A table cell with nothing but a cross."""
    reference: str = "{}"
    """A citation that the sentence needs."""
    bounds: str = "{} … {}"
    """The bounds of a sum or an integral."""
    stop: str = "."
    """After what stands for itself."""
    comma: str = ", "
    """Between table cells."""
    colon: str = ": "
    """After a table header."""


_WORDINGS = {
    "en": Wording(reference="reference {}", link="a link to {}", yes="yes", no="no", bounds="from {} to {}"),
    "de": Wording(reference="Quelle {}", link="ein Link zu {}", yes="ja", no="nein", bounds="von {} bis {}"),
    "it": Wording(reference="riferimento {}", link="un link a {}", yes="sì", no="no", bounds="da {} a {}"),
    "pt": Wording(reference="referência {}", link="um link para {}", yes="sim", no="não", bounds="de {} a {}"),
    "es": Wording(reference="referencia {}", link="un enlace a {}", yes="sí", no="no", bounds="de {} a {}"),
    "fr": Wording(
        reference="référence {}", link="un lien vers {}", yes="oui", no="non", bounds="de {} à {}", colon=" : "
    ),
    "ru": Wording(
        reference="источник {}",
        link="ссылка на {}",
        yes="да",
        no="нет",
        bounds="от {} до {}",
    ),
    "ko": Wording(reference="문헌 {}", link="{} 링크", yes="예", no="아니요", bounds="{}부터 {}까지"),
    "ja": Wording(
        reference="文献{}",
        link="{}へのリンク",
        yes="はい",
        no="いいえ",
        bounds="{}から{}まで",
        stop="。",
        comma="、",
        colon="：",
    ),
    "zh": Wording(
        reference="文献{}", link="{} 的链接", yes="是", no="否", bounds="从 {} 到 {}", stop="。", comma="，", colon="："
    ),
}
_HOST_ALONE = Wording(link="{}", yes="✓", no="✗")


def wording(language: str) -> Wording:
    """The wording of a language (`pt-BR` is `pt`). An unknown one has no words: of a URL, it says the host alone."""
    return _WORDINGS.get(language) or _WORDINGS.get(language[:2].lower(), _HOST_ALONE)
