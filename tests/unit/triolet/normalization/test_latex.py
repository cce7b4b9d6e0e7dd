"""Formulas as plain text."""

from __future__ import annotations

import pytest

from triolet.normalization._latex import plain


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("x^2", "x²"),
        ("x^{12}", "x¹²"),
        ("x^23", "x²3"),
        ("x^{n+1}", "xⁿ⁺¹"),
        ("x^{a b}", "x^(a b)"),
        ("x^\\circ", "x°"),
        ("f^\\prime", "f′"),
        ("x_1", "x 1"),
        ("x_{ij}", "x ij"),
        ("\\frac{a}{b}", "a/b"),
        ("\\frac{a+1}{2}", "(a+1)/2"),
        ("\\frac12", "1/2"),
        ("\\dfrac{1}{x}", "1/x"),
        ("\\tfrac{1}{x}", "1/x"),
        ("\\binom{n}{k}", "C(n, k)"),
        ("\\binom n{k+1}", "C(n, k+1)"),
        ("\\frac{ab}{-c}", "ab/(-c)"),
        ("x^-", "x⁻"),
        ("x^{2+3-n}", "x²⁺³⁻ⁿ"),
        ("x^a", "x^a"),
        ("x^", "x^"),
        ("x^{}", "x^"),
        ("x_", "x"),
        ("x_ab", "x a b"),
        ("x_ 1", "x 1"),
        ("x_{a", "x a"),
        ("{x_}y", "x y"),
        ("a\\\\b", "a, b"),
        ("a & b", "a b"),
        ("a&b", "a b"),
        ("\\$5 \\# \\& \\_ \\}", "$5 # & _ }"),
        ("a\\!b", "a b"),
        ("a\\qquad b", "a b"),
        ("\\begin{array}a\\end{array}", "a"),
        ("\\begin", ""),
        ("\\vec x", "x"),
        ("\\frac\\alpha\\beta", "α/β"),
        ("\\frac{\\frac12}3", "(1/2)/3"),
        ("\\sqrt\\frac12", "√(1/2)"),
        ("\\circ", "°"),
        ("a\\prime", "a′"),
        ("a\\in B", "a ∈ B"),
        ("\\left.", "."),
        ("{" * 20 + "x" + "}" * 20 + "y", "xy"),
        ("x^{" * 3 + "a" + "}" * 3, "x^(x^(x^a))"),
        ("\\sqrt{2}", "√2"),
        ("\\sqrt x", "√x"),
        ("\\sqrt{x+1}", "√(x+1)"),
        ("\\alpha+\\beta", "α+β"),
        ("a \\times b", "a × b"),
        ("a\\leq b", "a ≤ b"),
        ("90\\degree", "90°"),
        ("1,\\ldots,n", "1,…,n"),
        ("\\mathrm{d}x", "dx"),
        ("\\left( a \\right)", "( a )"),
        ("a \\quad b", "a b"),
        ("50\\%", "50%"),
        ("\\{a\\}", "{a}"),
        ("a~b", "a b"),
        ("\\foo x", "foo x"),
        ("a\\,b", "a b"),
        ("{a}{b}", "ab"),
        ("a}b", "ab"),
        ("\\text{if } x", "if x"),
        ("\\operatorname*{max} f", "max f"),
        ("\\infty", "∞"),
        ("x'", "x'"),
        ("2\\pi r", "2π r"),
        ("\\sum_{i=1}^{n} i", "∑ i=1 … n i"),
        ("\\ell", "ℓ"),
        ("A \\to B", "A → B"),
    ],
)
def test_a_formula_is_plain(formula: str, said: str) -> None:
    assert plain(formula) == said


@pytest.mark.parametrize(
    "formula", ["{" * 30 + "x" + "}" * 30, "x" + "^{a" * 30, "}" * 30 + "x", "x^", "\\frac", "\\sqrt"]
)
def test_a_formula_that_is_none_is_said_all_the_same(formula: str) -> None:
    assert plain(formula)
