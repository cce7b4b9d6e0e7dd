r"""Formulas as plain text that a voice can read: `\frac{a}{b} \leq x^2` becomes "a/b ≤ x²"."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex

_TOKEN = lazy_regex(r"\\([A-Za-z]+)\*?|\\(.)|([{}^_&~])|(\s+)|([^\\{}^_&~\s]+)", re.DOTALL)
_MAX_DEPTH = 20
"""Depth of braces from which on they are ignored. No formula for people has so many."""

_NAMES = """
alpha:α beta:β gamma:γ delta:δ epsilon:ε varepsilon:ε zeta:ζ eta:η theta:θ iota:ι kappa:κ lambda:λ mu:μ nu:ν xi:ξ pi:π
rho:ρ sigma:σ tau:τ upsilon:υ phi:φ varphi:φ chi:χ psi:ψ omega:ω Gamma:Γ Delta:Δ Theta:Θ Lambda:Λ Xi:Ξ Pi:Π Sigma:Σ Phi:Φ
Psi:Ψ Omega:Ω times:× cdot:× div:÷ pm:± mp:∓ leq:≤ le:≤ geq:≥ ge:≥ neq:≠ ne:≠ approx:≈ equiv:≡ sim:~ infty:∞ sum:∑ prod:∏
int:∫ partial:∂ nabla:∇ to:→ rightarrow:→ Rightarrow:⇒ implies:⇒ leftarrow:← iff:⇔ in:∈ notin:∉ subset:⊂ subseteq:⊆ cup:∪
cap:∩ forall:∀ exists:∃ emptyset:∅ ldots:… cdots:… dots:… degree:° circ:° ell:ℓ hbar:ℏ prime:′ lt:< gt:> land:∧ lor:∨
neg:¬ lnot:¬ lceil:⌈ rceil:⌉ lfloor:⌊ rfloor:⌋ langle:⟨ rangle:⟩ ast:∗ star:⋆ bullet:• setminus:∖ mapsto:↦ Leftrightarrow:⇔
leftrightarrow:↔ gets:← ll:≪ gg:≫ cong:≅ oplus:⊕ otimes:⊗ supset:⊃ supseteq:⊇ varnothing:∅ oint:∮ iint:∬ ni:∋ vert:| lvert:| rvert:|
Vert:‖ aleph:ℵ Re:Re Im:Im ln:ln log:log lg:lg exp:exp sin:sin cos:cos tan:tan cot:cot sec:sec csc:csc arcsin:arcsin
arccos:arccos arctan:arctan sinh:sinh cosh:cosh tanh:tanh lim:lim max:max min:min sup:sup inf:inf det:det dim:dim gcd:gcd
vdots:… ddots:… therefore:∴ because:∵ mid:| parallel:∥ perp:⊥ angle:∠ propto:∝
"""
_SYMBOLS = {name: symbol for name, _, symbol in (pair.partition(":") for pair in _NAMES.split())}
_STYLES = """
left right big Big bigg Bigg displaystyle textstyle limits nolimits mathrm mathbf mathit mathbb mathcal mathsf text textbf
textit textrm operatorname mbox hbox boxed hat bar vec tilde overline underline hline boldsymbol
"""
_SILENT = frozenset(_STYLES.split())
_UP = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac"})
_BOUNDED = frozenset({"int", "iint", "oint", "sum", "prod"})


class _Reader:
    """Reads one formula, token by token."""

    def __init__(self, formula: str, bounds: str) -> None:
        self._tokens = list(_TOKEN.finditer(formula))
        self._bounds = bounds
        self._at = 0

    def sequence(self, depth: int) -> str:
        """The text up to the brace that closes this group, or up to the end."""
        parts: list[str] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token[3] == "}":
                self._at += 1
                if depth:
                    break
                continue
            parts.append(self._one(depth))
        return "".join(parts)

    def _one(self, depth: int) -> str:
        token = self._tokens[self._at]
        self._at += 1
        if token[1]:
            return self._command(token[1], depth)
        if token[2]:
            return ", " if token[2] == "\\" else token[2] if token[2] in "{}%$#&_" else " "
        mark = token[3]
        if mark == "{":
            return self.sequence(depth + 1) if depth < _MAX_DEPTH else ""
        if mark == "^":
            power = self._argument(depth)
            if power in {"°", "′"}:
                return power
            return power.translate(_UP) if power and not power.strip("0123456789+-n") else f"^{_grouped(power)}"
        if mark == "_":
            return f" {self._argument(depth)} "
        if mark in {"&", "~"}:
            return " "
        return " " if token[4] else token[5]

    def _command(self, name: str, depth: int) -> str:
        if name in {"begin", "end"}:
            self._argument(depth)
            return " "
        if name in {"quad", "qquad"}:
            return " "
        if name in _FRACTIONS:
            over, under = self._argument(depth), self._argument(depth)
            return f"{_grouped(over)}/{_grouped(under)}"
        if name == "binom":
            return f"C({self._argument(depth)}, {self._argument(depth)})"  # how it is written in one line
        if name == "sqrt":
            return f"√{_grouped(self._argument(depth))}"
        if name in _SILENT:
            return ""
        symbol = _SYMBOLS.get(name)
        if symbol is None:
            return f" {name} "
        if name in _BOUNDED:
            return f" {symbol} {self._bounds_of(depth)}"
        return symbol if symbol.isalpha() or symbol in {"°", "…", "′"} else f" {symbol} "

    def _bounds_of(self, depth: int) -> str:
        """What stands below and above the sign of a sum or an integral, in words if there are both."""
        found: dict[str, str] = {}
        while self._at < len(self._tokens) and (mark := self._tokens[self._at][3]) in {"_", "^"} and mark not in found:
            self._at += 1
            found[mark] = self._argument(depth)
        if len(found) == 2:
            return self._bounds.format(found["_"], found["^"]) + " "
        return "".join(f"{bound} " for bound in found.values())

    def _argument(self, depth: int) -> str:
        """The next group, command or character."""
        while self._at < len(self._tokens) and self._tokens[self._at][4]:
            self._at += 1
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at]
        if token[3] == "}" or depth >= _MAX_DEPTH:
            return ""
        if token[5] and len(token[5]) > 1:  # `^23` is 2 to the power, and a 3
            rest = _TOKEN.match(token.string, token.start() + 1, token.end())
            if rest:
                self._tokens[self._at] = rest
            return token[5][0]
        return self._one(depth + 1).strip()


def _grouped(term: str) -> str:
    return term if len(term) < 2 or term.isalnum() else f"({term})"


def plain(formula: str, bounds: str = "{} … {}") -> str:
    """A formula as one line of plain text. It comes without its dollar signs. `bounds` says those of an integral."""
    return " ".join(_Reader(formula, bounds).sequence(0).split())


_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_BARE = lazy_regex(
    rf"\\([A-Za-z]+)\*?(?:\s?\[[^\]\n]{{0,40}}\](?={{))?(?:\s?{_GROUP}|[_^](?:{_GROUP}|\\[A-Za-z]+|\w))*"
)
_NEEDS_GROUP = frozenset(
    [
        "text",
        "textbf",
        "textit",
        "textrm",
        "mathrm",
        "mathbf",
        "mathit",
        "mathbb",
        "mathcal",
        "boxed",
        "hat",
        "bar",
        "vec",
        "tilde",
        "overline",
    ]
)


def bare_end(text: str, at: int) -> int:
    r"""The end of a command with what belongs to it, `\frac{1}{2}`, that stands in the text without dollar signs; `at` for none."""
    found = _BARE.match(text, at)
    if found is None or (at and (text[at - 1].isalnum() or text[at - 1] in ":\\/")):
        return at
    name = found[1]
    known = name in _SYMBOLS or (
        (name in _FRACTIONS or name in ("binom", "sqrt") or name in _NEEDS_GROUP) and "{" in found[0]
    )
    return found.end() if known or name in {"left", "right"} else at
