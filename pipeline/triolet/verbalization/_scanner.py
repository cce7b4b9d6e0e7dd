"""Finds what is not a word in a text, and says it in words.

A scan goes from one sign that may begin something to the next. At each, a few patterns are tried where it stands. All of them
are bounded, so that a text costs the same for each of its characters.
"""

from __future__ import annotations

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._amounts import Amounts
from triolet.verbalization._codes import Codes
from triolet.verbalization._dates import Dates
from triolet.verbalization._found import Found
from triolet.verbalization._fractions import Fractions
from triolet.verbalization._language import Language
from triolet.verbalization._marks import Marks, Rule
from triolet.verbalization._numbers import CODES, GAP, Numbers
from triolet.verbalization._prices import Prices

_PARTS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒"
_SYMBOLS = "〜～&+=×÷≈~±<>≤≥≠@%‰°§→√∞π©®™−–—*/№¶〒∫∑∏⌈⌉⌊⌋^#-"
_COINS = "$€£¥￥₹₩₽₺₿₫₴฿₪"
_CODES = "|".join(f"(?<={code[0]}){code[1:]}" for code in CODES.split("|"))
# It begins with a class of characters: the `re` module looks for one of those in a tenth of the time.
_ANCHOR = lazy_regex(
    rf"[0-9A-Z{_COINS}{_PARTS}²³{_SYMBOLS}](?:(?<=[0-9])(?P<digit>)|(?P<money>(?<=[{_COINS}])"
    rf"|(?<![A-Za-z].)(?:(?<=U)S|(?<=A)U?|(?<=C)A?|(?<=N)Z|(?<=H)K|(?<=[SR])|(?<=M)X)\$|(?<![A-Za-z0-9].)(?:{_CODES})(?={GAP}[0-9]))"
    rf"|(?<=[{_PARTS}])(?P<vulgar>)|(?<=[²³])(?P<power>)|(?<=[{_SYMBOLS}])(?P<sign>))"
)

_RUN = lazy_regex(r"[0-9]+")
_ANY = "any"
_TELLING = frozenset(" \u00a0\u202f-./()':′’×х*·⁄,½")


def _class_of(character: str) -> str:
    """What a character beside digits means for the choice of rules: itself, `a` for a letter, `0` for a digit; empty for others."""
    if character in _TELLING:
        return character
    if character.isalpha():
        return "a"
    if "0" <= character <= "9":
        return "0"
    return "½" if character in _PARTS else ""


class Scanner:
    """Finds the numbers and signs of a text of one language."""

    def __init__(self, language: Language) -> None:
        self._words = language
        self.numbers = Numbers(language)
        dates = Dates(language)
        codes = Codes(language, self.numbers)
        self._fractions = fractions = Fractions(language, self.numbers)
        amounts = Amounts(language, self.numbers, codes)
        self._prices = Prices(language, self.numbers)
        self._marks = Marks(language, self.numbers, codes, fractions, amounts, self._prices, self._at_digit)
        self.parts = (self, self.numbers, dates, codes, fractions, amounts, self._prices, self._marks)
        """All that has patterns of its own."""
        self._rules: tuple[tuple[Rule, str, str], ...] = (
            (codes.spelled, " ", ""),
            (codes.account, " ", ""),
            (codes.flight, _ANY, _ANY),
            (codes.lettered, "a", ""),
            (self._special, _ANY, _ANY),
            (dates.iso, "-/.", ""),
            (dates.date, "./-", ""),
            (codes.phone, " -./)(9", ""),
            (dates.clock, ": \u00a0\u202fa", ""),
            (amounts.feet, "'′ \u00a0a", ""),
            (amounts.pair, "a", ""),
            (codes.versions, ".", "a"),
            (fractions.ratio, ":", ""),
            (fractions.science, "a×* .,\u00a0·", ""),
            (fractions.fractions, "/⁄½ .,\u00a0", ""),
            (dates.decades, "a'’", "'’"),
            (codes.chain, "-", ""),
            (amounts.pointed, "", "."),
            (amounts.fold, "a× .,", ""),
            (amounts.lengths, "a×х .,\u00a0", ""),
            (codes.mixed, "a", "a0"),
            (amounts.quantity, _ANY, _ANY),
        )
        """What may begin at a digit, what stands after its digits then, and what before it; either is enough. `a`: any letter."""
        self._chosen: dict[tuple[str, str], tuple[Rule, ...]] = {}

    def scan(self, text: str) -> list[Found]:
        """All that is found, in the order of the text. Nothing overlaps."""
        found: list[Found] = []
        at = floor = 0
        while anchor := _ANCHOR.search(text, at):
            start = anchor.start()
            match anchor.lastgroup:
                case "digit":
                    one = self._at_digit(text, start, floor)
                    skip = start + 1
                case "money":
                    one = self._prices.price(text, start, floor)
                    skip = anchor.end()
                case "vulgar":
                    one = self._fractions.vulgar(text, start)
                    skip = anchor.end()
                case "power":
                    one = self._marks.power(text, start)
                    skip = anchor.end()
                case _:
                    one = self._marks.sign(text, start, floor)
                    skip = anchor.end()
            if one is None or one.end <= start or one.start < floor:
                at = skip
                continue
            found.append(one)
            at = floor = one.end
        return found

    def _at_digit(self, text: str, at: int, floor: int) -> Found | None:
        digits = _RUN.match(text, at)
        assert digits is not None  # a digit stands there
        end = digits.end()
        before, after = _class_of(text[at - 1 : at] if at else ""), _class_of(text[end : end + 1])
        key = (before, "9" if end - at >= 7 and after != "a" else after)
        rules = self._chosen.get(key)
        if rules is None:
            rules = self._chosen[key] = tuple(
                rule
                for rule, following, leading in self._rules
                if following is _ANY
                or (key[1] and key[1] in following)
                or (before and before in leading)
                or key[1] == "9"
            )
        for rule in rules:
            one = rule(text, at, floor)
            if one is not None:
                return one
        return None

    def _special(self, text: str, at: int, floor: int) -> Found | None:
        return self._words.special(self.numbers, text, at, floor)
