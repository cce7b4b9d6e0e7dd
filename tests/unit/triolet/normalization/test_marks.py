"""Inline Markdown, HTML and LaTeX: what is said of it."""

from __future__ import annotations

import pytest
from tests.unit.triolet.normalization.cutter import clauses, words

from triolet.normalization import NormalizationOptions, NormalizerCore


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It is **Canberra**, not *Sydney*.", "It is Canberra, not Sydney."),
        ("***Both*** and __strong__ and ~~gone~~.", "Both and strong and."),
        ("**un**likely", "unlikely"),
        ("An *unpaired star and a lone ` tick.", "An unpaired star and a lone tick."),
        ("2*3 is 6, and 2 * 3 as well.", "2*3 is 6, and 2 * 3 as well."),
        ("Call snake_case and __init__.", "Call snake case and init."),
        ("about ~5 km", "about ~5 km"),
        (r"Escaped \*stars\* stay.", "Escaped *stars* stay."),
        ("AT&amp;T, 5 &lt; 6, caf&eacute;, a&nbsp;b", "AT&T, 5 < 6, café, a b"),
        ("Run `pip install numpy==1.26.4` now.", "Run pip install numpy==1.26.4 now."),
        ("Not` a`, or `b `here.", "Not a, or b here."),
        ("Use ``a ` b`` and `*p` here.", "Use a ` b and *p here."),
        ("==== Title ====", "Title"),
        ("File → Open → Save", "File, Open, Save"),
        ("Line one  \nline two\\\nline three", "Line one line two line three"),
    ],
)
def test_marks_are_not_said(written: str, said: str) -> None:
    assert words(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('See [the docs](https://e.org/a_(b) "A, title") now.', "See the docs now."),
        ("See [**bold** text](u).", "See bold text."),
        ("See [text][ref] and [short].\n\n[ref]: http://e.org 'T'\n[short]: <a b>", "See text and short."),
        ("A picture: ![two cats](cats.png)", "A picture: two cats"),
        ("array[i] is [not a link] (really)", "array i is not a link (really)"),
        ("Never [closed and on", "Never closed and on"),
        ("Broken [link](http://e.org and on", "Broken link(a link to e.org and on"),
        ("[Note]: this is a sentence.", "Note: this is a sentence."),
    ],
)
def test_links_are_their_text(written: str, said: str) -> None:
    assert words(written) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "a link to e.org"),
        ("de", "ein Link zu e.org"),
        ("fr", "un lien vers e.org"),
        ("ru", "ссылка на e.org"),
        ("ja", "e.orgへのリンク"),
        ("pt-BR", "um link para e.org"),
        ("xx", "e.org"),
    ],
)
def test_a_bare_url_is_named_in_the_language_of_the_clause(language: str, said: str) -> None:
    assert words("(https://www.e.org/a?b=c).", language=language) == f"({said})."


def test_a_definition_is_no_words_but_does_not_hold_a_sentence_back() -> None:
    core = NormalizerCore()
    label, first, _ = clauses("[Note]: so it is, at last.")
    assert core.feed(label) == []
    assert [one.words for one in core.feed(first)] == ["Note:", " so it is,"]


def test_urls_can_be_left_alone_or_out() -> None:
    text = "Go to https://e.org/a_b*c, or www.f.org/x."
    assert words(text, NormalizationOptions(urls="verbatim")) == "Go to https://e.org/a_b*c, or www.f.org/x."
    assert words(text, NormalizationOptions(urls="skip")) == "Go to, or."
    assert words("<https://e.org/a> or <me@e.org>") == "a link to e.org or me@e.org"
    assert words("访问https://e.org/a。谢谢", language="zh") == "访问e.org 的链接。谢谢"


def test_references_are_for_the_eye() -> None:
    text = "A fact.[^1] Another [2], and more[3](http://e.org).\n\n[^1]: The note, long.\n\nThe end."
    assert words(text) == "A fact. Another, and more. The end."
    assert (
        words(text, NormalizationOptions(references="say")) == "A fact. Another 2, and more 3. The note, long. The end."
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("H<sub>2</sub>O and <b class='x, y'>bold</b>", "H2O and bold"),
        ("one<br>two<br/>three", "one two three"),
        ("a <!-- hidden, words --> b", "a b"),
        ("<!-- begins\n\na paragraph --> then", "then"),
        ("<script>\nvar a, b;\n</script>\nText", "Text"),
        ("5 < 6 and a <b", "5 < 6 and a <b"),
        ("x <y, z> w", "x <y, z> w"),
    ],
)
def test_html_is_removed_and_its_text_said(written: str, said: str) -> None:
    assert words(written) == said


def test_placeholders_are_said_where_html_is_plain_text() -> None:
    assert words("Replace <name> now.") == "Replace name now."
    assert words("Replace <name> now.", NormalizationOptions(html="verbatim")) == "Replace <name> now."


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (r"So $x^2 \leq \frac{1}{2}$ holds.", "So x² ≤ 1/2 holds."),
        (
            r"Inline \(a \times b\), display \[E = mc^2\] and $$\pi \approx 3.14$$",
            "Inline a × b, display E = mc² and π ≈ 3.14",
        ),
        (r"It is $\sqrt{a+b}$ at $90^\circ$.", "It is √(a+b) at 90°."),
        ("From $5 to $10, or US$ 3 (R$ 4).", "From $5 to $10, or US$ 3 (R$ 4)."),
        ("It costs $5-$10; $HOME is set", "It costs $5-$10; $HOME is set"),
    ],
)
def test_formulas_become_plain_and_prices_stay(written: str, said: str) -> None:
    assert words(written) == said


def test_formulas_can_be_left_out() -> None:
    assert words("So $x^2$, yes.", NormalizationOptions(latex="skip")) == "So, yes."


def test_inline_code_and_images_can_be_left_out() -> None:
    options = NormalizationOptions(inline_code="skip", images="skip")
    assert words('Run `a, b` and see ![two cats](cats.png "c").', options) == "Run and see."


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'tables' must be in"):
        NormalizationOptions(tables="aloud")  # type: ignore[arg-type]
