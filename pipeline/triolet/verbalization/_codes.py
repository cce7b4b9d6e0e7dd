"""What is read out in parts: telephone numbers, versions, codes, words of letters and digits."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language
from triolet.verbalization._numbers import DIGITS, Numbers, touches

_VERSION = lazy_regex(
    r"[0-9]{1,5}(?:\.[0-9]{1,5}){2,5}(?:[-.]?(?:alpha|beta|rc|dev|post)(?:[.-]?[0-9]{1,3})?)?(?![0-9]|\.[0-9])"
)
_ADDRESS = lazy_regex(r"(?:[12]?[0-9]{1,2}\.){3}[12]?[0-9]{1,2}")
_PHONES = (
    lazy_regex(r"(?:1[-. ])?[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}(?![0-9]|[-.][0-9])"),
    lazy_regex(r"(?:1[ -])?[0-9]{3} [0-9]{3}[- ][0-9]{4}(?![0-9]|[-.][0-9])"),
    lazy_regex(r"[0-9]{2,4}\)[ -]?[0-9]{3,5}(?:[- ][0-9]{2,5}){1,3}(?![0-9]|[-.][0-9])"),
    lazy_regex(r"0[0-9]{1,4}(?:[ /-][0-9]{2,8}){1,5}(?![0-9]|[./-][0-9])"),
    lazy_regex(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9])"),  # of a Brazilian taxpayer
    lazy_regex(r"0 8[0-9]{2} [0-9]{2,3} [0-9]{2,3}(?: [0-9]{2})?(?![0-9]| [0-9])"),
    lazy_regex(r"1[3-9][0-9]{9}(?![0-9])"),
    lazy_regex(r"0(?:10[0-9]{7,8}|[1-9][0-9]{8,10})(?![0-9]|[.,][0-9])"),
    lazy_regex(r"8[ -]?\(?[0-9]{3}\)?[ -]?[0-9]{3}[ -][0-9]{2}[ -][0-9]{2}(?![0-9])"),
    lazy_regex(r"[6789][0-9]{2} [0-9]{3} [0-9]{3}(?![0-9]|[ .,][0-9])"),
    lazy_regex(r"[6789][0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}(?![0-9]|[ .,][0-9])"),
    lazy_regex(r"[89][0-9] [0-9]{3} [0-9]{2} [0-9]{2}(?![0-9]|[ .,][0-9])"),
    lazy_regex(r"[0-9]{4,5}-[0-9]{4}(?![0-9]|[-.][0-9])"),
    lazy_regex(r"[0-9]{3}-[0-9]{4}(?![0-9]|[-.][0-9])"),
)
_ACCOUNT_BEFORE = lazy_regex(r"[A-Z]{2}[0-9]{2} ")
_ACCOUNT = lazy_regex(r"[A-Z]{2}[0-9]{2}(?: [0-9A-Z]{4}){3,7}(?: [0-9A-Z]{1,3})?(?![0-9A-Za-z])")
_LETTERED = lazy_regex(r"([0-9]{1,4})([A-ZА-ЯЁ])(?![A-Za-z0-9А-яЁё])")
_AIRLINE = lazy_regex(
    r"(?<![A-Za-z0-9])(?:A[ACFVYZ]|BA|BR|C[AIMXZ]|DL|DY|E[IKTWY]|FR|H[AOU]|IB|J[LQ]|K[EL]|L[AHOXY]|M[HSU]|N[HKZ]|OS|OZ|P[CR]|Q[FR]|S[ASKQUV]|T[GKP]|U[AX]|V[NSY]|W[6N]) \Z"
)
_FLIGHT = lazy_regex(r"[0-9]{3,4}(?![0-9A-Za-z]|[.,:/-][0-9])")
_CHAIN = lazy_regex(r"[0-9]{1,12}(?:-[0-9]{1,12}){2,8}(?![0-9])")
_MIXED_BEFORE = lazy_regex(r"(?<![A-Za-z0-9])[A-Za-z0-9]{1,24}\Z")
_MIXED = lazy_regex(r"[A-Za-z0-9]{1,64}")
_LETTERS_OF = lazy_regex(r"[A-Za-z]+|[0-9]+")
_PORT = lazy_regex(r":([0-9]{1,5})(?![0-9:])")
_LINES = lazy_regex(r"(?:240|360|480|720|1080|1440|2160)[pi]")
_SPELLED = lazy_regex(r"[0-9](?: [0-9])++(?:, [0-9](?: [0-9])++)*+(?![0-9])")
_SEVEN_DIGITS = lazy_regex(r"[0-9](?:[ ()/.-]{0,2}[0-9]){6}")  # no telephone number has fewer
_FIFTY = lazy_regex(r"50-50(?![0-9-])")


_CARD = lazy_regex(
    r"(?<![^\W\d_])(?:cards?|accounts?|visa|mastercard|amex|iban|number|[^\W\d_]{0,20}karten?|konto|kontos|[^\W\d_]{0,12}nummer|cartes?|comptes?|numéro|"
    r"tarjetas?|cuentas?|número|cart[ae]|cont[oaie]|numero|cartão|cartões|карт[а-яё]{1,3}|сч[её]т[а-яё]{0,3}|номер[а-яё]{0,3})(?![^\W\d_])",
    re.IGNORECASE,
)
"""Words for what is known by its last digits: cards and accounts."""


class Codes:
    """Finds what is no quantity."""

    def __init__(self, language: Language, numbers: Numbers) -> None:
        self._words = language
        self._numbers = numbers
        self._version_before = re.compile(rf"(?<![A-Za-z]){language.version_cues}(?:[ -]|(?<=v)|(?<=V))\Z")
        if not language.spaced:
            self._code_before = re.compile(rf"(?:{language.code_cues})[^0-9]{{0,6}}\Z")
        else:
            self._code_before = re.compile(
                rf"(?<![^\W\d_])(?:{language.code_cues})[^\w.!?]{{0,3}}(?:[^\W\d_]{{1,8}}[^\w.!?]{{1,3}}){{0,2}}\Z"
            )
        self._ending_before = re.compile(rf"(?<![^\W\d_])(?i:{language.ending_cues})[ \u00a0]\Z")
        self._ending_after = re.compile(rf"[ \u00a0]?(?:{language.ending_after})")
        self._place_after = re.compile(rf"[ \u00a0]?(?:{language.place_cues_after})")
        self._place_before = re.compile(rf"(?<![^\W_])(?i:{language.place_cues})[ \u00a0]?\Z")
        self._not_code_after = re.compile(rf"[ \u00a0]?(?:{language.not_code_after})")

    def spelled(self, text: str, at: int, floor: int) -> Found | None:
        """What was spelled already: `4 1 5, 5 5 5`."""
        spelled = _SPELLED.match(text, at)
        if spelled is None or spelled.end() - at < 5:
            return None
        written = "".join(DIGITS.findall(spelled[0]))
        groups = [group.replace(" ", "") for group in spelled[0].split(", ")]
        if len(written) in (10, 11) and len(groups) > 1:
            groups = self._words.phone_groups(written) if self._words.code in ("zh", "ko", "ru", "fr") else groups
        phone = len(groups) > 1
        said = self._numbers.grouped(
            [self._words.phone_part(group) if phone else self._words.digits(group) for group in groups]
        )
        return Found(
            at, spelled.end(), "telephones" if phone else "codes", self._numbers.apart(text, at, spelled.end(), said)
        )

    def account(self, text: str, at: int, floor: int) -> Found | None:
        """`DE89 3704 0044 0532 0130 00`."""
        if at - 2 < floor or not _ACCOUNT_BEFORE.match(text, at - 2):
            return None
        account = _ACCOUNT.match(text, at - 2)
        if account is None or (at > 2 and text[at - 3].isalnum()):
            return None
        said = [" ".join(self._words.digits(c) if c.isdigit() else c for c in group) for group in account[0].split()]
        return Found(at - 2, account.end(), "codes", self._numbers.grouped(said))

    def flight(self, text: str, at: int, floor: int) -> Found | None:
        """`DL 1205`: the number of a flight after the code of an airline."""
        if not _AIRLINE.search(text, max(floor, at - 3), at):
            return None
        flight = _FLIGHT.match(text, at)
        return None if flight is None else Found(at, flight.end(), "codes", self._words.digits(flight[0]))

    def lettered(self, text: str, at: int, floor: int) -> Found | None:
        """`12B` after the word for a room or a seat."""
        lettered = _LETTERED.match(text, at)
        if lettered is None or not (
            self._place_before.search(text, max(0, at - 16), at) or self._place_after.match(text, lettered.end())
        ):
            return None
        return Found(at, lettered.end(), "codes", f"{self._words.place_number(int(lettered[1]))} {lettered[2]}")

    def versions(self, text: str, at: int, floor: int) -> Found | None:
        """`2.0.1`, `Python 3.12`, `10.0.0.1:8080`."""
        before = text[max(floor, at - 24) : at]
        version = _VERSION.match(text, at)
        point = self._words.joined(self._words.version_point)
        if version is not None and _ADDRESS.fullmatch(version[0]):
            point = self._words.joined(self._words.dot)
        port = None
        if version is not None and _ADDRESS.fullmatch(version[0]):
            port = _PORT.match(text, version.end())
        attached = before[-1:] in ("v", "V") and not touches(before[-2:-1])
        cue = self._version_before.search(before)
        if version is None:
            if cue is None and not attached:
                return None
            version = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5})?(?![0-9]|[.,][0-9])").match(text, at)
            if version is None or (not attached and "." not in version[0]):
                return None
        elif self._is_grouped(version[0]) and not attached:
            return None
        parts = [point.join(self._part(part) for part in re.findall(r"[0-9]+", version[0]))]
        tail = re.search(r"[a-z]+", version[0])
        if tail:
            head = version[0][: tail.start()]
            words = point.join(self._part(part) for part in re.findall(r"[0-9]+", head))
            rest = re.findall(r"[0-9]+", version[0][tail.end() :])
            parts = [words, tail[0], *(self._part(part) for part in rest)]
        start = at - 1 if attached else at
        if attached and not before[:-1].rstrip().lower().endswith(self._words.version.lower()):
            parts.insert(0, self._words.version)
        if port is not None:
            parts += (self._words.colon, self._words.digits(port[1]))
        return Found(start, (port or version).end(), "versions", self._words.joiner.join(parts))

    def _is_grouped(self, text: str) -> bool:
        return self._words.decimal != "." and all(len(part) == 3 for part in text.split(".")[1:])

    def _part(self, digits: str) -> str:
        if (len(digits) > 1 and digits[0] == "0") or len(digits) > 4:
            return self._words.digits(digits)
        return self._words.cardinal(int(digits))

    def chain(self, text: str, at: int, floor: int) -> Found | None:
        """`3-2-1`, `978-3-16-148410-0`."""
        if _FIFTY.match(text, at):
            return Found(at, at + 5, "numbers", self._words.joiner.join([self._words.cardinal(50)] * 2))
        chain = _CHAIN.match(text, at)
        if chain is None:
            return None
        long = sum(map(str.isdigit, chain[0])) > 8
        groups = [
            self._words.digits(part) if long or len(part) > 2 or part[0] == "0" else self._words.cardinal(int(part))
            for part in chain[0].split("-")
        ]
        return Found(at, chain.end(), "codes", self._numbers.grouped(groups))

    def phone(self, text: str, at: int, floor: int) -> Found | None:
        """A telephone number of any country."""
        if _SEVEN_DIGITS.match(text, at) is None or (at and text[at - 1] in "/.,"):
            return None
        for pattern in _PHONES:
            phone = pattern.match(text, at)
            if phone is not None:
                break
        else:
            return None
        called = self._code_before.search(text[max(floor, at - 40) : at])
        if (
            self._numbers.pattern.fullmatch(phone[0])
            and " " in phone[0]
            and not phone[0].startswith("0")
            and not called
        ):
            return None  # a quantity in groups
        ends = phone[0].split("-")
        if (
            len(ends) == 2
            and ends[0] < ends[1]
            and all(len(end) == 4 and end.isdigit() and 1100 <= int(end) <= 2099 for end in ends)
        ):
            return None  # years
        start = at
        if ")" in phone[0] and text[at - 1 : at] == "(":
            start = at - 1
        return Found(start, phone.end(), "telephones", self.telephone(phone[0]))

    def telephone(self, written: str) -> str:
        """The words for a telephone number as it is written."""
        groups = DIGITS.findall(written)
        if len(groups) == 1:
            groups = self._words.phone_groups(groups[0])
        words = [self._words.phone_part(group) for group in groups]
        if written.startswith("+") and self._words.country_code_as_number:
            words[0] = self._words.cardinal(int(groups[0]))
        prefix = self._words.plus + self._words.joiner if written.startswith("+") else ""
        return prefix + self._numbers.grouped(words)

    def mixed(self, text: str, at: int, floor: int) -> Found | None:
        """Letters and digits in one word: `A4`, `H2O`, `B2B`, `3f2a9c1b`."""
        before = _MIXED_BEFORE.search(text, max(floor, at - 24), at)
        start = before.start() if before else at
        token = _MIXED.match(text, start)
        assert token is not None  # a digit stands there
        word = token[0]
        parts = _LETTERS_OF.findall(word)
        if len(parts) < 2 or (before is None and self._begins_quantity(text, at)):
            return None
        if _LINES.fullmatch(word):
            return Found(start, token.end(), "codes", f"{self._words.lines(int(word[:-1]))} {word[-1]}")
        if len(word) >= 12 and len(parts) >= 4:
            begins = [
                self._words.digits(part) if part[0].isdigit() else " ".join(part)
                for part in _LETTERS_OF.findall(word[:4])
            ]
            return Found(start, token.end(), "codes", " ".join(begins) + self._words.and_so_on)
        if len(word) > 24:
            return None
        said: list[str] = []
        for part in parts:
            if part[0].isdigit():
                said.append(self._words.part_of_code(part))
            elif len(parts) > 3 or (len(part) <= 3 and part.isupper()):
                said.append(" ".join(part))
            else:
                said.append(part)
        return Found(start, token.end(), "codes", self._numbers.apart(text, start, token.end(), " ".join(said)))

    def _begins_quantity(self, text: str, at: int) -> bool:
        number = self._numbers.pattern.match(text, at)
        assert number is not None  # a digit stands there
        end = number.end()
        return bool(
            self._numbers.unit.match(text, end)
            or self._numbers.scale.match(text, end)
            or self._numbers.coin_after.match(text, end)
            or self._words.ordinal_at(text, at)
        )

    def is_code(self, text: str, at: int, end: int, before: str) -> bool:
        """Whether digits are read out one by one, since the words before them say so."""
        if end - at < 3 or not (self._code_before.search(before) or self._is_ending(text, at, end)):
            return False
        after = text[end : end + 2]
        if self._not_code_after.match(text, end):
            return False
        return self._numbers.counted_at(text, end) is None and not after.startswith((":", "%"))

    def _is_ending(self, text: str, at: int, end: int) -> bool:
        """Whether these are the last digits of a card. Other than four digits, and years, need the word for a card or an account."""
        if end - at > 6 or not (
            self._ending_before.search(text, max(0, at - 40), at) or self._ending_after.match(text, end)
        ):
            return False
        told = end - at == 4 and text[at : at + 2] not in ("19", "20")
        return told or _CARD.search(text, max(0, at - 80), at) is not None

    def read_out(self, digits: str) -> str:
        """Digit by digit, in groups."""
        if len(digits) > 8:
            groups = self._words.phone_groups(digits)
            return self._numbers.grouped([self._words.phone_part(group) for group in groups])
        return self._words.digits(digits)
