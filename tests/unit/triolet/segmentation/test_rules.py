"""Where sentences end, rule by rule: what stands before the mark, what is open, and what follows."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from triolet import Boundary
from triolet.segmentation import SegmenterCore
from triolet.segmentation._language import rules
from triolet.segmentation._sure_end import ends_surely

RULES: dict[str, list[str]] = {
    "en": [
        "By M. A. Smith.¦ Then.",
        "He left on Sat.¦ Berlin was cold.",
        'He said "really?Then go".',
        "He took plan B.¦ Then he left.",
        "It is 9 m.¦ The wall is 12 m. high.",
        "See J. R. R. Tolkien.¦ He wrote.",
        "Dr. Smith came.",
        "He has a Ph.D.¦ Then he left.",
        "At 5 p. m.¦ Then we go.",
        "The U. S.¦ It is big.",
        "The U. S. army came.",
        "See e. g. The cat.",
        "It is e. g. a cat.",
        "Take 5 mg.¦ Then rest.",
        "Take the tsk.¦ Then rest.",
        "At a.m.¦ Then.",
        "Use x/y.¦ Then.",
        "Use km/h.¦ Then.",
        "Use km/h.¦ then.",
        "A b-A.¦ Then.",
        "A vitamin-B.¦ Then.",
        "A rock'n'r.¦ Then.",
        "The B.Sc. Jones took.",
        "The B.Sc.¦ The end.",
        "FIG.¦ It is here.",
        "FIG. 3 is here.",
        "Fig. 3 is here.",
        "Louis XIV.¦ It was.",
        "In fig. IV it is.",
        "In sec.¦ I am here.",
        "No.¦ I am.",
        "Etc.¦ Yes.",
        "We had etc.¦ I saw it.",
        "He said no.¦ You too.",
        "Is he ill.¦ Then go.",
        "It ended.¦Then it began.",
        "It ended.¦Thor came.",
        "See end.Then(x).",
        "See end.Then_x.",
        "Call obj.Method( now.",
        "The end.¦Berlin, he said.",
        "The end.Berlin-x.",
        "tsk.Then go.",
        "etc.Then go.",
        "What is 2 + 2?¦ 4.¦ Good.",
        "What is 2 + 2?¦ It is 4.¦ Good.",
        "Yahoo! Answers.",
        "Yahoo!¦ They said.",
        "He loves Yahoo! and it.",
        "Wow!¦ and then.",
        "It is 5! and so.",
        "It is 5!¦ So.",
        '"Stop!" he said.¦ Then.',
        '"Stop!" John said.¦ Then.',
        '"Stop!"¦ John left.¦ Then.',
        '"Stop." - so he said.',
        "Wait... and then.",
        "Wait...¦ And then.",
        "Wait... - no.",
        "Wait . . .¦ And then.",
        "Wait . . . and then.",
        "Wait . . no.",
        "Well..¦ Then.",
        "What?!¦ No.¦ Yes??¦ No.",
        "Really?¦Then go.",
        "Really?then go.",
        "really?¦Then go.",
        "x1?Then go.",
        "Sounds good 👍¦ Let me know.",
        "Sounds good 👍 let me know.",
        "Sounds good 👍 Berlin is nice.",
        "Good 👍👍¦ The end.",
        "👍 The end.",
        "Good ☺ The end.",
        "Good 👍",
        "(It is true.)¦ Then go.",
        "He (it is true.)¦ Then go.",
        "He (it is true.) then go.",
        "He (so. It is.)¦ Then go.",
        "He [...] Then go.",
        "He (!) Then go.",
        "He ((so.))¦ Then go.",
        "He (so.)¦ (Then) go.",
        "It is :( sad.¦ Then.",
        "A =( b. C ) d. E.",
        "1. One.¦ 2. Two.¦ 3. Three.",
        "1. one¦ 2. two¦ 3. three",
        "- 1. one¦ 2. two",
        "1. One.¦ 3. Three.",
        "1) One (1).¦ 2) Two.",
        "It is `a. B` c. D.",
        "It is ``a.¦ B'' c. D.",
        "It is ``a.¦ B`` c. D.",
        "*A b. C* d. E.",
        "* a. B",
        "It is ** a. B ** c.",
        "The end.[1]¦ Then go.",
        "The end.[^1]¦ Then go.",
        "The end.¹¦ Then go.",
        "The end.</b>¦ Then go.",
        "The end.**¦ Then go.",
        "The end.)¦ Then go.",
        'The end."¦ Then go.',
        "The end.[1](u) Then go.",
        "It was 5.¦ - 6.¦ So.",
        "It was 5. -6.¦ So.",
        "It was 5.¦ 3. So.",
        "It was 5.¦ 6.¦ So.",
        "It was 1999.¦ 6 men.¦ So.",
        "It was 5. the.",
        "It: 5. Then go.",
        "It; 12. Then go.",
        "It: 123.¦ Then go.",
        "On Jan. 5 we go.",
        "On Jan.¦ The end.",
        "We are at St. Mary's.¦ Then.",
        "We saw St.¦ The end.",
        "I am I.¦ You are you.",
        "am I.¦ You",
        "Is it I.¦ It is.",
        "It is vitamin C.¦ You need.",
        "It is option 3 B.¦ You need.",
        "A. You need.",
        "It is X. Y. Z.¦ You.",
        "By J. Smith.¦ Then.",
        "By J.¦ The.",
        "So he came,and left.",
        "It—is.¦ No.",
        "He came—he saw.¦ So.",
        "1—2.¦ So.",
    ],
    "de": [
        "Am 3. Mai kam er.¦ Dann.",
        "Am 3.¦ Die Frau.",
        "Am 3. Tag kam er.",
        "Er kam z. B. Heute.",
        "Er kam z.B. Heute.",
        "Er kam usw.¦ Dann ging er.",
        "Dr. Meier kam.",
        "Die Hauptstr. 5 ist.",
        "Die Hauptstr.¦ Dann.",
        "Er (so ist es.)¦ Dann kam.",
        "»Halt!« rief er.",
    ],
    "fr": [
        "« Stop ! »¦ Puis il part.",
        "« Stop ! » dit-il.",
        "Il dit « stop. »¦ Puis.",
        "Il dit « stop. » puis.",
        "M. Dupont vient.",
        "Il vient à 5 m.¦ Puis.",
        "Vraiment ?¦ Oui !",
        "« Oui. »¦\nNon.",
    ],
    "es": [
        "¿Qué?¦ ¡No!¦ Sí.",
        "La 1.ª vez.¦ Luego.",
        "El Sr. López.¦ Luego.",
        "—Hola.¦ —dijo él.¦ Luego.",
    ],
    "ru": [
        "В 1854 г. Толстой написал.¦ Потом.",
        "Это было в 1854 г.¦ Толстой написал.¦ Потом.",
        "Он и т. д.¦ Потом.",
        "Он и т. п. потом.",
        "Это 5 кг.¦ Потом.",
        "—Да.¦ —сказал он.¦ Потом.",
    ],
    "zh": [
        "“我不知道。”她说。¦好。",
        "“我不知道。”¦她走了。¦好。",
        "“我不知道。”她很快地回答说。¦好。",
        "他说：“好。”¦然后走了。",
        "“好！”，他。",
        "（真的。）¦然后。",
        "好!¦不好?",
        "好.¦不好",
        "他*好。*¦不。",
        "好。¦」不",
        "。好",
    ],
    "ja": [
        "「はい。」と彼は言った。¦次。",
        "「はい。」¦彼は言った。¦次。",
        "そう…でも。",
    ],
    "ko": [
        "1. 2. 학교",
        "음... 잘 모르겠어요.",
        "5. 학교에 간다.",
        "안녕하세요.¦ 네.",
        "네.¦ 좋아요.",
    ],
    "el": [
        "Τι είναι;¦ Ναι.¦ Όχι",
        "Τι;¦ ναι.",
    ],
}
"""Texts of each language; `¦` stands where a sentence or a line ends."""


MORE: dict[str, list[str]] = {
    "en": [
        "There are three points: 1. Calm, 2. Light and 3. Air.",
        "You can 1. Call us, 2. Email us or 3. Visit the shop.",
        "Here are the steps.¦ 1. Open the app.¦ 2. Tap Settings.¦ 3. Sign out.",
        "First, do this: 1. Open the app.¦ 2. Tap Settings.¦ 3. Sign out.¦ That is all.",
        "Steps: 1) Open the app.¦ 2) Tap Settings.¦ 3) Sign out.",
        "Options: (1) call us, (2) email us, (3) visit.¦ Done.",
        "Try this: a. Call them.¦ b. Write to them.",
        "a. The first item¦ b. The second item¦ c. The third list item",
        "There are two: 1. Eat.¦ Then rest.¦ 2. Sleep.",
        "My number is 2.¦ The end.",
        "We went to Mt. Hood, Ft. Lee and Ave. B.¦ Then home.",
        "Com. & Adm. is near.",
        "(see below） It ends.¦ Then more.",
        "It opens at 9:10 a.m.¦ Want me to book it?",
        "We close at 6 p.m.¦ Bring a coat.",
        "We close at 6 p.m. Sunday.¦ Then rest.",
        "See you at 5 p.m. Eastern time.¦ Then rest.",
        "See Fed. R. Civ. P. 12.¦ It is short.",
        "Fed. R. Civ. P. 12 applies.¦ It is short.",
        "Open Mon.-Fri. from 9 to 5.¦ Thanks.",
        "Open Mon. - Fri. 9 to 5.¦ Thanks.",
        "Open Mon. to Fri. at 9.¦ Thanks.",
        "The word `pool' and the word `gate' differ.¦ So do they.",
        "It is in 2.1.¦ It is short.",
        "I love Tom &amp; Jerry.¦ Good.",
        "He said so!!!¦ Then left.",
        "Wait?!¦ Then left.",
        "Line one<br>¦Line two<br/>¦Line three.",
        "<li>One</li>¦<li>Two</li>",
        "Hi¦<p>One.</p>¦<p>Two</p>",
        "Press <Enter> or a < b, and Vec<String> x.",
        "2.1. Installation is easy.¦ It is.",
        "Step 1. Open the door.¦ Step 2. Leave.",
        "The ratio is 3:1.¦ In other words, it is so.",
        "It leaves at 18:05.¦ Gate B42 closes.",
        "See you at 5 p.m. London time.¦ Then rest.",
        "We meet at 9 a.m. EST.¦ Then rest.",
        "It opens Jan.-Mar. at noon.¦ Then rest.",
    ],
    "zh": [
        "有三点：1. 安静，2. 光线，3. 空气。",
        "步骤：1. 打开应用。¦2. 点击设置。¦3. 退出。",
        "价格（见下文)是好的。¦然后走。",
        "真的？！¦好的。",
        "真的？！！¦好的！！！¦走。",
        "步骤：1、打开应用，2、点击设置。",
        "真的！¦好的。",
    ],
    "de": [
        "Es gibt drei Punkte: 1. Ruhe, 2. Licht und 3. Luft.¦ Das ist alles.",
        "So geht es: 1. Öffnen Sie die App.¦ 2. Tippen Sie auf Einstellungen.¦ 3. Melden Sie sich ab.",
        "Ihre Kundennr. lautet 4711.¦ Danke.",
        "Die Telefonnr. 123 und Kontonr. 5 sind alt.",
        "Nehmen Sie 3 Tbl. tgl. nach dem Essen.¦ Danke.",
        "Geöffnet Mo.-Fr. 9 bis 17 Uhr.¦ Danke.",
        "Geöffnet Mo. - Fr. 9 bis 17 Uhr.¦ Danke.",
        "FRÜHSTÜCK.¦ DLL ist da.",
        "Am 1. Mai bis 2. Juni ist zu.¦ Danke.",
        "Der Name ist FRÜHSTÜCK.DLL hier.¦ Gut.",
    ],
    "es": [
        "Hay tres puntos: 1. Calma, 2. Luz y 3. Aire.",
        "Los pasos son: 1. Abre la app.¦ 2. Toca Ajustes.¦ 3. Cierra sesión.",
        "Abierto lun.-vie. de 9 a 5.¦ Gracias.",
    ],
    "fr": [
        "Il y a trois points : 1. Calme, 2. Lumière et 3. Air.",
        "Les étapes : 1. Ouvrez l'appli.¦ 2. Touchez Réglages.¦ 3. Déconnectez-vous.",
        "La Sté. Dupont est ici.¦ Elle va bd. Voltaire.¦ Merci.",
        "Voir Cass. civ. 1re, 5 mai 2010.¦ Elle dit non.",
        "Ouvert lun.-ven. de 9 à 5.¦ Merci.",
    ],
    "it": [
        "Ci sono tre punti: 1. Calma, 2. Luce e 3. Aria.",
        "I passi: 1. Apri l'app.¦ 2. Tocca Impostazioni.¦ 3. Esci.",
    ],
    "pt": [
        "Há três pontos: 1. Calma, 2. Luz e 3. Ar.",
        "Os passos: 1. Abra o app.¦ 2. Toque em Ajustes.¦ 3. Saia.",
        "A Silva Ltda. fica aqui.¦ Obrigado.",
    ],
    "ru": [
        "Есть три пункта: 1. Тишина, 2. Свет и 3. Воздух.",
        "Шаги: 1. Откройте приложение.¦ 2. Нажмите «Настройки».¦ 3. Выйдите.",
        "Это часть старого.¦ Файла нет.",
        "Откройте пример.рф и старого.файла нет.¦ Да.",
    ],
    "ko": [
        "세 가지가 있습니다: 1. 휴식, 2. 빛, 3. 공기.",
        "순서는 다음과 같습니다.¦ 1. 앱을 여세요.¦ 2. 설정을 누르세요.¦ 3. 로그아웃하세요.",
        "음... 좋은 생각이에요.",
        "음… 좋은 생각이에요.¦ 네.",
    ],
    "ja": [
        "手順は次の通りです。¦1. アプリを開きます。¦2. 設定をタップします。¦3. 終了します。",
        "ポイントは三つ：1. 静けさ、2. 光、3. 空気。",
        "使い方（下記)を見てください。¦次です。",
        "（下記)です。¦次です。",
        "本当！！！¦そうです。",
        "うーん…。¦いいね。",
        "「本当?」と聞いた。¦はい。",
        "本当に?¦はい。",
        "「本当?」¦はい。",
        "「いいの!?」¦彼は笑った。",
    ],
}
"""The same of lists inside a line, abbreviations, brackets, tags, and marks in a row."""


def in_clauses(language: str, tokens: Iterable[str], weakest: Boundary = Boundary.NONE) -> str:
    core = SegmenterCore(language, weakest=weakest)
    cut = [clause.text for token in tokens for clause in core.feed(token)]
    return "¦".join([*cut, *(clause.text for clause in core.flush())])


@pytest.mark.parametrize("language", sorted({*RULES, *MORE}))
def test_sentences_end_where_they_should_whatever_the_tokens_are(language: str) -> None:
    for text in (*RULES.get(language, ()), *MORE.get(language, ())):
        plain = text.replace("¦", "")
        for tokens in ([plain], list(plain), [plain[at : at + 3] for at in range(0, len(plain), 3)]):
            assert in_clauses(language, tokens, Boundary.LINE) == text


SURE: dict[str, dict[str, bool]] = {
    "en": {
        "It is a house.": True,
        "it is a house.": False,
        "  It is good.": True,
        "**It is good.": True,
        "It is *good**.": True,
        "*It is **good**.": True,
        "It is Berlin.": False,
        "It is Berlin!": False,
        "Is it Berlin?": True,
        "Is it BERLIN?": False,
        "Is it Jo?": False,
        "Is it Berl?": True,
        "It is John's.": False,
        "It is well-known.": True,
        "It is mr.": False,
        "It is etc.": False,
        "It is a go.": True,
        "It is Yahoo!": False,
        "So it is http://a.b.": False,
        "See: this.": False,
        "See this: that thing.": True,
        "It is 5.": False,
        "It is x5.": False,
        "Is it 5?": False,
        "Is it good ?": True,
        "It is good .": False,
        "Yes.": True,
        "No!": False,
        "Okay.": True,
        "It is good!!!": True,
        "It is good!!!!": False,
        "It is good?!": True,
        "It said 'so it is good.": False,
        "It's good.": True,
        "It is node.js.": False,
        "See www now.": False,
        "It is good": False,
        "...": False,
        "It is good...": False,
        "It _is good.": False,
        "It is (good.": False,
    },
    "de": {
        "Das ist ein Haus.": True,
        "Das ist Gut.": False,
        "Das ist Abt.": False,
        "Das ist gut.": True,
        "Das ist die Hauptstr.": False,
        "Ist das Haus?": True,
        "Das ist HAUS.": False,
        "Haus!": True,
        "Das ist das Haus!": True,
        "Das ist das Eis!": False,
    },
    "es": {
        "¿Está en Lima?": True,
        "¡Está en Lima!": True,
        "¿Está en XX?": True,
        "Está en Lima.": False,
        "Está en Lima?": True,
        "Está en Lima!": False,
        "Eso es todo.": True,
    },
    "fr": {
        "C'est bon !": True,
        "C'est bon .": False,
        "C'est la maison.": True,
        "Vraiment ?": True,
        "Il est là-bas.": True,
    },
    "ru": {
        "Это дом.": False,
    },
    "ja": {
        "はい.": False,
    },
    "it": {
        "È una casa.": True,
    },
    "pt": {
        "Isso é tudo.": True,
    },
}
"""Beginnings of texts of each language, and whether a sentence surely ends with them."""


@pytest.mark.parametrize("language", SURE)
def test_a_sentence_ends_surely_after_a_plain_word_with_nothing_open(language: str) -> None:
    assert {text: ends_surely(rules(language), text) for text in SURE[language]} == SURE[language]


def test_without_a_word_to_tell_the_language_only_what_ends_in_any_is_sure() -> None:
    assert ends_surely(rules("en"), "Yes.", known=False)
    assert not ends_surely(rules("en"), "It is good.", known=False)


def test_what_lies_far_back_in_a_long_sentence_is_not_looked_at() -> None:
    far = "very " * 58
    assert not ends_surely(rules("en"), f"See a.b {far[:250]}good.")
    assert ends_surely(rules("en"), f"See a.b {far}good and large.")


WEAK: dict[str, list[str]] = {
    "en": [
        "It took 1—2 days.",
        "So —¦ no.",
        "He came—¦he saw—¦he won.",
        "He came -- he saw.",
        "He came –¦ he saw.",
        "the years 1999–2001 passed",
        "a–b",
        "He said—¦“no.”",
        "Well—,¦ no.",
        "So:¦ yes",
        "at 12:30,¦ no",
        "x:y",
        "so,no",
        "so,¦\nno",
        "a,¦ b) c",
        "(a, b) c,¦ d",
        "“a,¦ b” c,¦ d",
        '"a,"¦ b',
        "a;b;¦ c",
        "1,000,¦ 2",
        "— no",
        "*a,¦ b* c",
        "so,**¦ no",
        "Hello,¦世界",
        "so ,no ,¦ yes",
        "so [a, b],¦ c",
        "I (no—yes) am—¦so",
    ],
    "zh": [
        "一，¦二",
        "1，2",
        "好，¦他３，５。",
        "（一，二），¦三",
        "“一，¦二”，¦三",
        "一——¦二",
        "一—¦二。",
        "一：¦二；¦三、¦四",
    ],
    "fr": ["« Oui,¦ non »,¦ dit-il,¦ là."],
    "ar": ["نعم،¦ لا؛¦ نعم"],
    "de": ["Er sagte:¦ „Ja,¦ nein“,¦ dann."],
}
"""The same for all boundaries."""


@pytest.mark.parametrize("language", WEAK)
def test_clauses_end_at_marks_that_are_no_part_of_a_word_or_a_number(language: str) -> None:
    for text in WEAK[language]:
        plain = text.replace("¦", "")
        for tokens in ([plain], list(plain)):
            assert in_clauses(language, tokens) == text


KINDS: dict[str, list[tuple[str, str]]] = {
    "- one\nlazy\n  still": [("one", "LIST_ITEM"), ("lazy", "PROSE"), ("still", "LIST_ITEM")],
    "- one\n\ntext\n  still": [("one", "LIST_ITEM"), ("text", "PROSE"), ("still", "PROSE")],
    "- # Head\ntext": [("Head", "HEADING"), ("text", "PROSE")],
    "1. ## Head": [("Head", "HEADING")],
    "> # Head\n> text": [("Head", "HEADING"), ("text", "QUOTE")],
    "- [ ] a\n- [x] b": [("a", "LIST_ITEM"), ("b", "LIST_ITEM")],
    "* a\n+ b": [("a", "LIST_ITEM"), ("b", "LIST_ITEM")],
    "a) one\nb) two": [("one", "LIST_ITEM"), ("two", "LIST_ITEM")],
    "1、一\n2、二": [("一", "LIST_ITEM"), ("二", "LIST_ITEM")],
    "text\n===\n---\n***": [("text", "PROSE"), ("", "MARKUP"), ("", "MARKUP"), ("", "MARKUP")],
    "    code": [("code", "CODE")],
    "- a\n\n      b": [("a", "LIST_ITEM"), ("b", "LIST_ITEM")],
    "|a|b|\n|-|-|\n|c|d|\ntext": [("|a|b|", "TABLE_HEAD"), ("", "MARKUP"), ("|c|d|", "TABLE_ROW"), ("text", "PROSE")],
    "a | b": [("a | b", "PROSE")],
    "a | b\n--|--\nc | d\ne, f. G\n\nH": [
        ("a | b", "TABLE_HEAD"),
        ("", "MARKUP"),
        ("c | d", "TABLE_ROW"),
        ("e, f. G", "TABLE_ROW"),
        ("H", "PROSE"),
    ],
    "a | b\nc | d\n\n---\ne": [("a | b", "PROSE"), ("c | d", "PROSE"), ("", "MARKUP"), ("e", "PROSE")],
    "i. a\nii. b\niii. c": [("a", "LIST_ITEM"), ("b", "LIST_ITEM"), ("c", "LIST_ITEM")],
    "```\nx\n```\ny": [("", "CODE"), ("x", "CODE"), ("", "CODE"), ("y", "PROSE")],
    "~~~~\n~~~\n~~~~\ny": [("", "CODE"), ("~~~", "CODE"), ("", "CODE"), ("y", "PROSE")],
    "> ```\n> x\n> ```\ny": [("", "CODE"), ("> x", "CODE"), ("", "CODE"), ("y", "PROSE")],
    "1.a\n1. a": [("1.a", "PROSE"), ("a", "LIST_ITEM")],
    "> > a\n>b": [("a", "QUOTE"), ("b", "QUOTE")],
    "\ttext": [("text", "CODE")],
}
"""Lines of Markdown, and of each clause its words and the kind of its block."""


@pytest.mark.parametrize("text", KINDS)
def test_each_line_belongs_to_its_block(text: str) -> None:
    for tokens in ([text], list(text)):
        core = SegmenterCore("en")
        cut = [clause for token in tokens for clause in core.feed(token)]
        cut += core.flush()
        assert [(clause.text[clause.marker :], clause.kind.name) for clause in cut] == KINDS[text]
