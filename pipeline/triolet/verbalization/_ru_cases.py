"""The cases of Russian numerals and of the units after them."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._quantity import Noun

_SMALL = {
    "gen": (
        "нуля одного двух трёх четырёх пяти шести семи восьми девяти "
        "десяти одиннадцати двенадцати тринадцати четырнадцати пятнадцати шестнадцати семнадцати восемнадцати девятнадцати"
    ).split(),
    "inst": (
        "нулём одним двумя тремя четырьмя пятью шестью семью восемью девятью "
        "десятью одиннадцатью двенадцатью тринадцатью четырнадцатью пятнадцатью шестнадцатью семнадцатью восемнадцатью девятнадцатью"
    ).split(),
}
_SMALL["dat"] = ["нулю", "одному", "двум", "трём", "четырём", *_SMALL["gen"][5:]]
_SMALL["prep"] = ["нуле", "одном", *_SMALL["gen"][2:]]
_TENS_GEN = ("- десяти двадцати тридцати сорока пятидесяти шестидесяти семидесяти восьмидесяти девяноста").split()
_TENS = {
    "gen": _TENS_GEN,
    "dat": _TENS_GEN,
    "prep": _TENS_GEN,
    "inst": (
        "- десятью двадцатью тридцатью сорока пятьюдесятью шестьюдесятью семьюдесятью восемьюдесятью девяноста"
    ).split(),
}
_HUNDRED = {"gen": "сот", "dat": "стам", "inst": "стами", "prep": "стах"}
_PLURAL = {"gen": "", "dat": "ам", "inst": "ами", "prep": "ах"}
_ADJECTIVE = {"gen": "ых", "dat": "ым", "inst": "ыми", "prep": "ых"}
_ADJECTIVE_ONE = {
    "m": {"gen": "ого", "dat": "ому", "inst": "ым", "prep": "ом"},
    "f": {"gen": "ой", "dat": "ой", "inst": "ой", "prep": "ой"},
}
_ONE = {
    "hard": {"gen": "а", "dat": "у", "inst": "ом", "prep": "е"},
    "soft": {"gen": "я", "dat": "ю", "inst": "ём", "prep": "е"},
    "fem": {"gen": "ы", "dat": "е", "inst": "ой", "prep": "е"},
    "fem_soft": {"gen": "и", "dat": "е", "inst": "ей", "prep": "е"},
    "fem_i": {"gen": "и", "dat": "и", "inst": "ей", "prep": "и"},
}
_INDECLINABLE = frozenset({"евро", "промилле"})
_PARTS = {1: "десят", 2: "сот", 3: "тысячн"}
_LARGE = (
    (Noun("m", "триллион", "триллионов", "триллиона"), 10**12),
    (Noun("m", "миллиард", "миллиардов", "миллиарда"), 10**9),
    (Noun("m", "миллион", "миллионов", "миллиона"), 10**6),
    (Noun("f", "тысяча", "тысяч", "тысячи"), 1000),
)


def ends_in_one(n: int) -> bool:
    """Whether what is counted is in the singular outside of the nominative: 1, 21, 101, but not 11."""
    return n % 10 == 1 and n % 100 != 11


def numeral(n: int, case: str, gender: str = "") -> str:
    """`двух`, `двумя`, `двадцати одной`."""
    parts: list[str] = []
    for noun, value in _LARGE:
        count, n = divmod(n, value)
        if count:
            head = [] if count == 1 and value == 1000 else [numeral(count, case, noun.gender)]
            parts += [*head, declined(noun, case, one=ends_in_one(count))]
    if n or not parts:
        parts.append(_below_thousand(n, case, gender))
    return " ".join(parts)


def _below_thousand(n: int, case: str, gender: str) -> str:
    words: list[str] = []
    hundreds, n = divmod(n, 100)
    if hundreds == 1:
        words.append("ста")
    elif hundreds:
        words.append(_SMALL[case][hundreds] + _HUNDRED[case])
    if n >= 20:
        words.append(_TENS[case][n // 10])
        n %= 10
    if n or not words:
        words.append("одной" if n == 1 and gender == "f" else _SMALL[case][n])
    return " ".join(words)


def decimal(whole: int, fraction: str, case: str) -> str:
    """`трёх целых пяти десятых`; no more than three digits after the mark."""
    parts: list[str] = []
    for n, stem in ((whole, "цел"), (int(fraction), _PARTS[len(fraction)])):
        parts += [numeral(n, case, "f"), stem + ("ой" if ends_in_one(n) else _ADJECTIVE[case])]
    return " ".join(parts)


def declined(noun: Noun, case: str, *, one: bool = False) -> str:
    """`километрами`, `квадратного метра`, `градусах Цельсия`. `one`: in the singular."""
    if case == "gen" and not one:
        return noun.many
    first, *rest = noun.few.split(" ")
    if first in _INDECLINABLE:
        return noun.few
    if first.endswith(("ых", "ые")):
        word, *tail = rest
        gender = "f" if noun.gender == "f" else "m"
        ending = _ADJECTIVE_ONE[gender][case] if one else _ADJECTIVE[case]
        return " ".join([first[:-2] + ending, _declined(word, case, one=one), *tail])
    return " ".join([_declined(first, case, one=one), *rest])


def _declined(genitive: str, case: str, *, one: bool) -> str:
    """From the genitive in the singular."""
    stem, last = genitive[:-1], genitive[-1]
    hard = last in "аы" or (last == "и" and stem[-1] in "кгхчшщж")
    if not one:
        ending = _PLURAL[case]
        return stem + (ending if hard else "я" + ending[1:])
    if case == "gen":
        return genitive
    if last == "а":
        kind = "hard"
    elif last == "я":
        kind = "soft"
    elif last == "ы" or stem[-1] in "кгх":
        kind = "fem"
    else:
        kind = "fem_i" if stem.endswith("и") else "fem_soft"
    return stem + _ONE[kind][case]


_GENITIVE = lazy_regex(
    r"(?<![^\W_])(?:до|от|около|ок\.|более|менее|свыше|больше|меньше|из|без|для|после|порядка|с|со|у|старше|младше|моложе|выше|ниже|дороже|дешевле|"
    r"раньше|позже|позднее|дольше|длиннее|короче|тяжелее|легче|ближе|дальше|быстрее|нет|не хватает|не хватило|не хватит|недостаточно|в течение|"
    r"на протяжении|в размере|среди|против|кроме|вместо|достигает|достигла?|достигли|достигло)[ \u00a0][-−–+]?\Z",
    re.IGNORECASE,
)
_TRANSITIVE = lazy_regex(
    r"(?<![^\W_])(?:(?:в|во|на|за|через|про|спустя|по)|[а-яё]{1,24}(?:йте|ьте|ите|ть|ти|чь|ет|ёт|ит|ют|ут|ят|ат|ал|ил|ел|ыл|ял|ул|ёл|[аеиуыя]ла|[аеиуыя]ли|ем|им|аю|ую|яю|жу|чу))"
    r"(?: (?:только|всего|лишь|ещё|уже|примерно|почти|ровно))?[ \u00a0]\Z",
    re.IGNORECASE,
)
_INTRANSITIVE = lazy_regex(
    r"(?:прош|остал|остаё|бы?л[аио]?|есть|исполн|приш|приех|погиб|жив|учил|работа|участв|родил|умер|упал|вырос|был|стал|стоял|наход)[а-яё]{0,8}"
    r"(?: (?:только|всего|лишь|ещё|уже))?[ \u00a0]\Z|[а-яё](?:ся|сь)[ \u00a0]\Z|(?<![^\W_])(?:нет|даст|объём|этим|всем|затем|совсем|чем|тем|им|ем)[ \u00a0]\Z",
    re.IGNORECASE,
)
_ORDERED = lazy_regex(r"[а-яё]{2}(?:йте|ьте|ите)(?![^\W_])", re.IGNORECASE)
_DATIVE = lazy_regex(r"(?<![^\W_])(?:ко?|благодаря|равн[аоы]?|равен)[ \u00a0][-−–+]?\Z", re.IGNORECASE)
_PREPOSITIONAL = lazy_regex(r"(?<![^\W_])(?:при|об?)[ \u00a0][-−–+]?\Z", re.IGNORECASE)
_EACH = lazy_regex(r"(?<![^\W_])по[ \u00a0]\Z", re.IGNORECASE)
_INSTRUMENTAL = lazy_regex(r"(?<![^\W_])между[ \u00a0]\Z", re.IGNORECASE)
_WITH = lazy_regex(r"(?<![^\W_])со?[ \u00a0]\Z", re.IGNORECASE)
_INSIDE = lazy_regex(r"(?<![^\W_])(?:во?|на|об?|при)[ \u00a0]\Z", re.IGNORECASE)
_INSIDE_OR_FOR = lazy_regex(r"(?<![^\W_])(?:во?|на|за|через|про|по|спустя)[ \u00a0]\Z", re.IGNORECASE)
_AWAY = lazy_regex(r"[ \u00a0](?:от|к|севернее|южнее|западнее|восточнее)(?![^\W_])")
_WORDS = lazy_regex(r"[ \u00a0]([а-яё]{2,30})(?:[ \u00a0]([а-яё]{2,30}))?")
NO_NOUN = frozenset("для сегодня когда всегда вчера завтра тогда иногда вместо тоже также у на за а я".split())
_MANY = ("ов", "ев", "ёв", "ей")
_ENDINGS = (("inst", ("ами", "ями", "ыми", "ими", "ьми")), ("prep", ("ах", "ях")), ("dat", ("ам", "ям")))


def case_by_noun(n: int, before: str, after: str) -> str:
    """The case that the noun after a number shows; empty if it shows none. Endings are distinct in the plural."""
    if _INSIDE.search(before) and after[1:4] == "из ":
        return "prep"  # `в 3 из 10 случаев`
    found = _WORDS.match(after)
    if found is None:
        return ""
    words = [word for word in found.groups() if word]
    if ends_in_one(n):
        if _EACH.search(before) and words[0].endswith(("у", "ю")):
            return "dat"  # `по одному году`
        if (
            words[0].endswith(("а", "я"))
            and words[0] not in NO_NOUN
            and is_object(before)
            and not _INSIDE_OR_FOR.search(before)
        ):
            return "acc"  # `встретил одного друга`
        if _WITH.search(before) and words[0].endswith(("ом", "ем", "ём", "ой", "ей", "ым", "им", "ью")):
            return "inst"
        return "prep" if _INSIDE.search(before) and words[0].endswith(("е", "ом", "ой", "ии")) else ""
    if words[0].endswith(("ых", "их")):
        words = words[1:]
    if words and 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 and words[0].endswith(_MANY):
        return "gen"  # `видел двух студентов`
    for word in words[:1]:
        if word in ("там", "нам", "вам"):
            return ""
        for case, endings in _ENDINGS:
            if word.endswith(endings):
                return case
    return ""


_LISTED = lazy_regex(r"[0-9]{1,6}(?:[ \u00a0][а-яё]{1,24}){1,2}[ \u00a0](?:и|или)[ \u00a0]\Z", re.IGNORECASE)


def case_by_words(before: str) -> str:
    """The case that the words before a number ask for; empty for the nominative."""
    if listed := _LISTED.search(before):
        return case_by_words(before[: listed.start()])  # `не хватает 3 книг и 5 тетрадей`
    if _GENITIVE.search(before):
        return "gen"
    if _DATIVE.search(before):
        return "dat"
    if _PREPOSITIONAL.search(before):
        return "prep"
    return "inst" if _INSTRUMENTAL.search(before) else ""


def is_object(before: str) -> bool:
    """Whether what comes is the object of a verb or of a preposition such as `за`, or of an order earlier in the sentence."""
    if _INTRANSITIVE.search(before):
        return False
    return _TRANSITIVE.search(before) is not None or _ORDERED.search(before) is not None


_ONE_THOUSAND = lazy_regex(r"(?<![а-яё])(одна )?тысяча(?![а-яё])")


def accusative(words: str) -> str:
    """`одну тысячу`, `двадцать одну минуту`: a number, and what it counts, if it ends in a feminine one."""
    words = _ONE_THOUSAND.sub(lambda found: ("одну " if found[1] else "") + "тысячу", words)
    head, one, noun = words.rpartition("одна ")
    if not one or (head and not head.endswith(" ")):
        return words
    first, *rest = noun.split(" ")
    changed = [feminine_accusative(first)]
    if first.endswith("ая") and rest:
        changed.append(feminine_accusative(rest.pop(0)))
    return f"{head}одну {' '.join([*changed, *rest])}"


def feminine_accusative(word: str) -> str:
    """`минуту`, `чайную`."""
    return word[:-2] + "ую" if word.endswith("ая") else word[:-1] + {"а": "у", "я": "ю"}.get(word[-1:], word[-1:])


def compound(n: int) -> str:
    """The number at the head of an adjective: `двадцатилетний`, `стопроцентный`."""
    if n == 1:
        return "одно"
    if n == 1000:
        return "тысяче"
    words = numeral(n, "gen").replace(" ", "")
    if words.startswith("ста"):
        words = "сто" + words[3:]
    return words.replace("девяноста", "девяносто")


def is_distance(before: str, after: str) -> bool:
    """Whether a length says how far something is: `в 5 км от`."""
    return _INSIDE.search(before) is not None and _AWAY.match(after) is not None
