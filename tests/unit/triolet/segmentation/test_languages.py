"""Which language "auto" takes a text for, and which names of languages are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from triolet import Boundary, Clause, SentenceSegmenter
from triolet.segmentation import SegmenterCore

TEXTS = [line.split("\t") for line in (Path(__file__).parent / "data/languages.tsv").read_text("utf-8").splitlines()]
"""Short texts, each after its language: twenty a language."""


def found(text: str) -> str:
    """The language of most of the text."""
    core = SegmenterCore()
    clauses: list[Clause] = [clause for char in text for clause in core.feed(char)]
    clauses += core.flush()
    languages = [clause.language for clause in clauses for _ in clause.text]
    return max(sorted(set(languages)), key=languages.count)


def test_the_language_of_short_texts_is_found_in_99_of_100() -> None:
    assert len(TEXTS) == 200
    wrong = [(language, found(text), text) for language, text in TEXTS if found(text) != language]
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize(
    ("tag", "language", "region"),
    [
        ("EN", "en", ""),
        ("en-US", "en", "US"),
        ("en_GB", "en", "GB"),
        ("pt-BR", "pt", "BR"),
        ("zh-CN", "zh", "CN"),
        ("zh-Hans", "zh", ""),
        ("zh-Hant-TW", "zh", "TW"),
        ("es-419", "es", "419"),
        ("cmn-Hans-CN", "zh", "CN"),
        ("sv", "sv", ""),
        ("Auto", "auto", ""),
    ],
)
def test_language_tags_are_taken_and_the_region_is_kept(tag: str, language: str, region: str) -> None:
    segmenter = SentenceSegmenter(tag)
    assert (segmenter.language, segmenter.region) == (language, region)


@pytest.mark.parametrize("tag", ["", "xx", "english", "e", "en us", "en-"])
def test_what_names_no_language_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="no language"):
        SegmenterCore(tag)


@pytest.mark.parametrize(
    "text",
    [
        "Visit https://die-der-das.de/nicht now.",
        "Run `der die das nicht` first.",
        "Open C:/der/die/das.txt now.",
        "Mail der.die@das.de today.",
        'It is <a title="der die das nicht">here</a> now.',
        "Set der_die_das to 5.",
        "The film Das Boot is long.",
    ],
)
def test_names_code_and_markup_do_not_vote(text: str) -> None:
    assert found(text) == "en"


def test_one_weak_word_decides_nothing() -> None:
    for word in ("com", "con", "la", "le", "de", "die", "no", "Madrid", "Berlin", "a"):
        assert found(f"{word}.") == "en"


SENTENCES = {
    "en": "The house that they have built is very large and stands by the river.",
    "de": "Das Haus ist sehr groß und steht nicht weit vom Fluss entfernt.",
    "fr": "La maison est très grande et se trouve dans une rue près du fleuve.",
    "es": "La casa que han comprado es muy grande y está cerca del río.",
    "pt": "A casa não é muito grande, mas fica perto do rio e da cidade.",
    "it": "La casa che hanno comprato è molto grande e si trova vicino al fiume.",
}


@pytest.mark.parametrize("before", SENTENCES)
def test_another_language_is_noticed_by_the_end_of_its_first_sentence(before: str) -> None:
    for after, sentence in SENTENCES.items():
        core = SegmenterCore(weakest=Boundary.LINE)
        clauses = core.feed(" ".join([*[SENTENCES[before]] * 6, sentence, SENTENCES[before]])) + core.flush()
        assert [clause.language for clause in clauses] == [*[before] * 6, after, before]


LANGUAGES: dict[str, list[str]] = {
    "nl": ["Dr. Jansen komt morgen.¦ Hij is laat.", "Dat is bijv. een huis.¦ Dit is een boom."],
    "el": ["π.χ. το σπίτι είναι μεγάλο.¦ Ναι."],
    "ar": ["قابلت د. أحمد اليوم.¦ ثم ذهبت.", "هل أنت هنا؟¦ نعم."],
    "pl": ["Mieszka przy ul. Długiej 5.¦ To blisko."],
    "sv": ["Det är t.ex. ett hus.¦ Det är stort.", "Kl. 9 öppnar vi.¦ Välkommen!"],
    "cs": ["Bydlí v ul. Nová 3.¦ Je to blízko.", "Dne 3. května přijel.¦ Odjel."],
    "tr": ["Dr. Kaya geldi.¦ Sonra gitti."],
    "uk": ["Він живе на вул. Шевченка.¦ Це близько.", "Так!¦ Звичайно."],
    "vi": ["Xin chào.¦ Tôi là Lan."],
    "fi": ["Se on esim. talo.¦ Hyvä."],
    "id": ["Dia tinggal di Jl. Merdeka.¦ Dekat."],
    "hi": ["यह घर है।¦ यह पेड़ है।"],
    "th": ["สวัสดีครับ วันนี้อากาศดีมาก ไปเที่ยวกันไหม"],
}
"""Texts of languages without rules of their own; `¦` stands where a sentence ends."""


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in LANGUAGES.items() for text in texts])
def test_other_languages_end_sentences_at_their_marks(language: str, text: str) -> None:
    plain = text.replace("¦", "")
    for tokens in ([plain], list(plain)):
        core = SegmenterCore(language, weakest=Boundary.LINE)
        cut = [clause.text for token in tokens for clause in core.feed(token)]
        assert "¦".join([*cut, *(clause.text for clause in core.flush())]) == text


def test_thai_breathes_at_spaces() -> None:
    core = SegmenterCore("th")
    text = "สวัสดีครับวันนี้อากาศดีมากจริง ๆ ไปเที่ยวกันไหมครับถ้าว่าง เราไปทะเลกันเถอะนะครับ"
    cut = core.feed(text) + core.flush()
    assert [clause.boundary for clause in cut[:-1]] == [Boundary.CONJUNCTION] * (len(cut) - 1)
    assert len(cut) > 1
