"""Numbers that name something, said as people read them out: telephone numbers in groups, codes digit by digit."""

from __future__ import annotations

import itertools
import re

from triolet._model._text import SpeechUnit
from triolet._tools._lazy_regex import lazy_regex

LEAST = 4
"""Digits of the shortest code."""
_MOST = 8
"""Digits of the longest code. A longer number is spelled in groups."""
SEEN = 60
"""Characters before a number in which the word is looked for that says what it is."""

_ALONE = lazy_regex(
    r"([^\w$¢£¤¥\u20A0-\u20CF]*+)([0-9]++)((?:[은는이가을를로와과의]|으로|입니다|번|예요|이에요|에)?[^\w%‰$¢£¤¥\u20A0-\u20CF]*+)"
)

# The groups in which a country says its numbers. Sources: the national numbering plans, and how each writes them.
_GROUPS: dict[str, tuple[tuple[re.Pattern[str], tuple[int, ...]], ...]] = {
    language: tuple((lazy_regex(pattern), groups) for pattern, groups in rows)
    for language, rows in {
        "en": ((r"[2-9]\d{9}", (3, 3, 4)), (r"1[2-9]\d{9}", (1, 3, 3, 4)), (r"0[1-9]\d{9}", (5, 3, 3))),
        "de": ((r"01[567]\d{8}", (4, 3, 4)), (r"01[567]\d{9}", (4, 4, 4)), (r"0\d{9}", (3, 3, 4)), (r"0\d{10}", (4, 3, 4))),
        "fr": ((r"0[1-9]\d{8}", (2, 2, 2, 2, 2)),),
        "es": ((r"[6789]\d{8}", (3, 3, 3)),),
        "it": ((r"3\d{9}", (3, 3, 4)), (r"0\d{8}", (2, 3, 4)), (r"0\d{9}", (2, 4, 4))),
        "pt": ((r"[1-9]\d9\d{8}", (2, 5, 4)), (r"0[1-9]\d9\d{8}", (3, 5, 4)), (r"[1-9]\d[2-5]\d{7}", (2, 4, 4)), (r"[29]\d{8}", (3, 3, 3))),
        "ru": ((r"[78]\d{10}", (1, 3, 3, 2, 2)), (r"9\d{9}", (3, 3, 2, 2))),
        "zh": ((r"1[3-9]\d{9}", (3, 4, 4)), (r"[48]00\d{7}", (3, 3, 4)), (r"0(?:10|2\d)\d{8}", (3, 4, 4)), (r"0[3-9]\d{10}", (4, 4, 4)), (r"0[3-9]\d{9}", (4, 3, 4))),
        "ja": ((r"0[5789]0\d{8}", (3, 4, 4)), (r"0(?:120|800)\d{6}", (4, 3, 3)), (r"0[36]\d{8}", (2, 4, 4)), (r"0\d{9}", (3, 3, 4))),
        "ko": ((r"01\d{9}", (3, 4, 4)), (r"01\d{8}", (3, 3, 4)), (r"02\d{8}", (2, 4, 4)), (r"02\d{7}", (2, 3, 4)), (r"0\d{10}", (3, 4, 4)), (r"0\d{9}", (3, 3, 4))),
    }.items()
}  # fmt: skip
_ABROAD = tuple(
    (lazy_regex(pattern), groups)
    for pattern, groups in (
        (r"1[2-9]\d{9}", (1, 3, 3, 4)),
        (r"7\d{10}", (1, 3, 3, 2, 2)),
        (r"861\d{10}", (2, 3, 4, 4)),
        (r"8210\d{8}", (2, 2, 4, 4)),
        (r"81[5789]0\d{8}", (2, 2, 4, 4)),
        (r"33[1-9]\d{8}", (2, 1, 2, 2, 2, 2)),
        (r"34\d{9}", (2, 3, 3, 3)),
        (r"351\d{9}", (3, 3, 3, 3)),
        (r"39\d{10}", (2, 3, 3, 4)),
        (r"44\d{10}", (2, 4, 3, 3)),
        (r"491\d{9}", (2, 3, 3, 4)),
        (r"491\d{10}", (2, 3, 4, 4)),
        (r"49\d{9}", (2, 2, 3, 4)),
        (r"55\d{11}", (2, 2, 5, 4)),
    )
)
_MOBILES = {
    "zh": lazy_regex(r"1[3-9]\d{9}"),
    "ru": lazy_regex(r"[78]9\d{9}"),
    "ko": lazy_regex(r"01\d+"),
}
"""Numbers that are telephone numbers whatever stands next to them."""

_NAMES = lazy_regex(
    r"\b(?:call|dial|phone|telephone|tel|mobile|cell|text|fax|number|numbers|no|order|account|card|id|tracking|reference|ref|case|ticket|"
    r"invoice|serial|isbn|iban|whatsapp|contact|reach|ring|ruf\w*|anruf\w*|telefon\w*|handy\w*|nummer|\w+nummer|nr|\w+nr|bestell\w*|konto\w*|"
    r"karte|wähl\w*|appel\w*|téléphon\w*|numéro|commande|compte|compose\w*|portable|llam\w*|teléfono|número|pedido|cuenta|móvil|celular|"
    r"ligue|telefone|conta|telemóvel|chiam\w*|numero|ordine|conto|cellulare|звон\w*|позвон\w*|телефон\w*|номер\w*|заказ\w*|сч[её]т\w*|"
    r"набер\w*|isrc|imei|vin|ssn|sin|zip|code|pin)\b"
    r"|拨打|致电|电话|手机|号码|单号|账号|卡号|编号|号是|联系|微信|打给|電話|番号|携帯|連絡|かけ|전화|번호|연락|계좌|주문",
    re.IGNORECASE,
)
_CODE = (
    r"(?:code|codes|passcode|pin|otp|password|passwort|kennwort|kode|tan|pincode|\w+code|código|codice|mot de passe|контрольный код|код\w*|пин|пин-код|"
    r"пароль|postcode|zip)"
)
_IS = (
    r"(?:is|was|are|ist|lautet|est|es|é|è|sera|será|sarà|будет|de|di|number|nummer|numéro|número|numero|vérification|verificación|verificação|verifica|"
    r"confirmation|confirmación|confirmação|conferma|seguridad|segurança|sicurezza|sécurité|accès|acceso|acesso|accesso|подтверждения|"
    r"доступа|here|now|the|following|suivant|siguiente|seguinte|seguente|follows|as|wie folgt|[:：=—–-])"
)
_AFTER_CODE = lazy_regex(
    rf"(?:\b{_CODE}[\"'”»*]*(?:\s*{_IS})*\s*[\"'“«*]*\Z)"
    r"|(?:验证码|校验码|动态码|密码|取件码|邀请码|邮编|邮政编码|代码|郵便番号|우편번호|コード|暗証番号|認証番号|確認番号|パスワード|인증번호|인증\s?코드|비밀번호|코드|확인\s?번호)"
    r"(?:[:：]|是|为|は|은|는|이|가|\s)*[\"“「『]?\Z",
    re.IGNORECASE,
)
_BEFORE_CODE = lazy_regex(
    rf"\s{{0,3}}[\"'”»]?\s{{0,3}}(?:(?:is|ist|est|es|é|è|[—–-])\s{{1,3}}(?:\S{{1,30}}\s{{1,3}}){{0,3}}{_CODE}\b"
    r"|[是为がは](?:您|你|あなた)?的?の?(?:\S{0,4})(?:验证码|校验码|密码|コード|認証番号))",
    re.IGNORECASE,
)
_GOES_ON = lazy_regex(
    r"\s*(?:[^\W\d_]{1,2}[²³]|(?!(?:and|or|is|was|now|to|for|if|when|from|at|in|on|today|und|oder|ist|jetzt|bitte|an|et|ou|est|pour|y|o|es|para|"
    r"si|e|è|per|é|и|или|это|чтобы|please|it|that|which|before|within|but|by|with|as)\b)[^\W\d_])",
    re.IGNORECASE,
)
_COUNTED = lazy_regex(r"\s*(?:[人公千米元个個位年次天名件吨台万亿円回秒分時时本匹冊]|명|원|개|킬로|미터|년|번째)")
_EAST = frozenset({"zh", "ja", "ko"})


def spelled(unit: SpeechUnit, least: int, before: str, after: str, language: str) -> SpeechUnit:
    """The unit with its number spelled, if it names something. `before` and `after` are what is said next to it.

    A code after a word for one is said digit by digit: "482913" as "4 8 2 9 1 3". A number of at least `least` digits is spelled in
    the groups of a telephone number of the language, or else of three digits, the last one up to four; from 12 digits on of four,
    as on cards, if four divides the length. A number that counts something stays as it is: it ends in `000`, or a word for what
    it counts follows. So do money, decimals and parts of words.
    """
    number = _ALONE.fullmatch(unit.text)
    if number is None:
        return unit
    digits = number[2]
    if len(digits) <= _MOST and len(digits) >= LEAST and _is_code(number[1], before, number[3] + after, language):
        return SpeechUnit(number[1] + " ".join(digits) + number[3], unit.start, unit.end)
    if len(digits) < least or (digits.endswith("000") and digits[0] != "0"):
        return unit
    if _counts(digits, number[1], before, number[3] + after, language):
        return unit
    ends = [0]
    for size in _sizes(digits, language, abroad=number[1].endswith("+")):
        ends.append(ends[-1] + size)
    groups = [" ".join(digits[a:b]) for a, b in itertools.pairwise(ends)]
    return SpeechUnit(number[1] + ", ".join(groups) + number[3], unit.start, unit.end)


def _is_code(mark: str, before: str, after: str, language: str) -> bool:
    if _AFTER_CODE.search(before + mark):
        return not (_COUNTED if language in _EAST else _GOES_ON).match(after)
    return not before.strip() and _BEFORE_CODE.match(after) is not None


def _counts(digits: str, mark: str, before: str, after: str, language: str) -> bool:
    """Whether a long number is a quantity."""
    if mark.endswith("+") or digits.startswith("0") or _NAMES.search(before[-SEEN:]):
        return False
    mobile = _MOBILES.get(language)
    if mobile and mobile.fullmatch(digits):
        return False
    if language in _EAST:
        return _COUNTED.match(after) is not None or (
            after[:1].isspace() and _GOES_ON.match(after) is not None and after.isascii()
        )
    return _GOES_ON.match(after) is not None and not _NAMES.search(after[:40])


def _sizes(digits: str, language: str, *, abroad: bool) -> tuple[int, ...]:
    for pattern, found in _ABROAD if abroad else _GROUPS.get(language[:2], ()):
        if pattern.fullmatch(digits):
            return found
    count = len(digits)
    size = 4 if count >= 12 and count % 4 == 0 else 3
    sizes = [size] * (count // size)
    rest = count % size
    if rest == 1 and sizes:
        sizes[-1] += 1
    elif rest:
        sizes.append(rest)
    return tuple(sizes)
