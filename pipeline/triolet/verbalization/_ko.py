"""Korean."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language, NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns

_DIGITS = "영일이삼사오육칠팔구"
_NATIVE = "- 한 두 세 네 다섯 여섯 일곱 여덟 아홉".split()
_NATIVE_TENS = "- 열 스물 서른 마흔 쉰 예순 일흔 여든 아흔".split()
_COUNTERS = (
    "개(?!월|년|국|소|사|교|점)|명|살|마리|병|잔|권|대(?!로|학)|가지|장(?!은)|켤레|송이|그루|채|달(?!러)|군데|사람|곡|통|자루|다발|벌|판|그릇|접시|방울|모금|번째|시간|시(?!스)|"
    "배(?!송)|쌍|조각|스푼|큰술|작은술|알|줄|끼|척|곳|건(?!물)|차례|겹|상자|봉지|자리(?!수)|바퀴|걸음|묶음|컵|캔|팩|박스|갑|바구니|숟가락|숟갈|토막|줌"
)
_UNITS = nouns("""
km; ; 킬로미터
m; ; 미터
cm; ; 센티미터
mm; ; 밀리미터
µm; ; 마이크로미터
nm; ; 나노미터
mi; ; 마일
yd; ; 야드
ft; ; 피트
inch; ; 인치
km2; ; 제곱킬로미터
m2; ; 제곱미터
cm2; ; 제곱센티미터
ha; ; 헥타르
m3; ; 세제곱미터
cm3; ; 세제곱센티미터
l; ; 리터
dl; ; 데시리터
ml; ; 밀리리터
gal; ; 갤런
tsp; ; 작은술
tbsp; ; 큰술
kg; ; 킬로그램
g; ; 그램
mg; ; 밀리그램
µg; ; 마이크로그램
t; ; 톤
lb; ; 파운드
oz; ; 온스
h; ; 시간
min; ; 분
s; ; 초
ms; ; 밀리초
µs; ; 마이크로초
ns; ; 나노초
Hz; ; 헤르츠
kHz; ; 킬로헤르츠
MHz; ; 메가헤르츠
GHz; ; 기가헤르츠
W; ; 와트
kW; ; 킬로와트
MW; ; 메가와트
Wh; ; 와트시
kWh; ; 킬로와트시
V; ; 볼트
kV; ; 킬로볼트
mV; ; 밀리볼트
A; ; 암페어
mA; ; 밀리암페어
mAh; ; 밀리암페어시
Ω; ; 옴
J; ; 줄
kJ; ; 킬로줄
cal; ; 칼로리
kcal; ; 킬로칼로리
N; ; 뉴턴
Pa; ; 파스칼
hPa; ; 헥토파스칼
kPa; ; 킬로파스칼
dB; ; 데시벨
B; ; 바이트
kB; ; 킬로바이트
MB; ; 메가바이트
GB; ; 기가바이트
TB; ; 테라바이트
kB/s; ; 킬로바이트
MB/s; ; 메가바이트
GB/s; ; 기가바이트
kbps; ; 킬로비트
Mbps; ; 메가비트
Gbps; ; 기가비트
km/h; ; 킬로미터
m/s; ; 미터
mph; ; 마일
px; ; 픽셀
C; ; 도
F; ; 도
deg; ; 도
K; ; 켈빈
""")
_BEFORE = {
    "kB/s": "초당 ",
    "MB/s": "초당 ",
    "GB/s": "초당 ",
    "kbps": "초당 ",
    "Mbps": "초당 ",
    "Gbps": "초당 ",
    "km/h": "시속 ",
    "m/s": "초속 ",
    "mph": "시속 ",
    "F": "화씨 ",
    "C": "섭씨 ",
}


_ABOUT_SO_MANY = {
    ("한", "두"): "한두", ("두", "세"): "두세", ("세", "네"): "서너", ("네", "다섯"): "네다섯", ("다섯", "여섯"): "대여섯", ("여섯", "일곱"): "예닐곱",
    ("일곱", "여덟"): "일고여덟", ("여덟", "아홉"): "여덟아홉",
}  # fmt: skip
"""`1~2명`."""


class Korean(Language):
    """Korean: Sino-Korean numbers, and native ones before native counters."""

    code = "ko"
    decimal = "."
    groups = ","
    order = "ymd"
    digit_words = tuple(_DIGITS)
    phone_digits = ("공", *_DIGITS[1:])
    point = "점"
    version_point = "점"
    minus = "마이너스"
    plus = "플러스"
    percent = Noun("", "퍼센트")
    permille = Noun("", "퍼밀")
    to = "에서"
    score = "대"
    by = "곱하기"
    times = "곱하기"
    and_ = "와"
    per = "당"
    squared = "제곱"
    cubed = "세제곱"
    power = "의 {} 제곱"
    version = "버전"
    sharp = "샵"
    hashtag = "해시태그"
    number_sign = "번호"
    and_so_on = " 등등"
    dot, at, slash, backslash, dash, underscore, colon = (
        "점",
        "골뱅이",
        "슬래시",
        "역슬래시",
        "하이픈",
        "언더바",
        "콜론",
    )
    tilde = "물결표"
    spells_letters = False
    numbers_by_thousand = False
    read_fraction_as_number = False
    months = tuple(str(month) for month in range(1, 13))
    units = _UNITS
    coins = {
        "KRW": (Noun("", "원"), None),
        "USD": (Noun("", "달러"), Noun("", "센트")),
        "EUR": (Noun("", "유로"), Noun("", "센트")),
        "GBP": (Noun("", "파운드"), Noun("", "펜스")),
        "JPY": (Noun("", "엔"), None),
        "CNY": (Noun("", "위안"), None),
        "RUB": (Noun("", "루블"), None),
        "INR": (Noun("", "루피"), None),
        "CHF": (Noun("", "스위스 프랑"), None),
        "BRL": (Noun("", "헤알"), None),
        "CAD": (Noun("", "캐나다 달러"), None),
        "AUD": (Noun("", "호주 달러"), None),
        "BTC": (Noun("", "비트코인"), None),
        "cent": (Noun("", "센트"), None),
    }
    symbols = {
        "∫": "적분", "∑": "합", "∏": "곱", "⌈": "올림", "⌉": " ", "⌊": "내림", "⌋": " ", "&": "앤드", "+": "더하기", "=": "는", "×": "곱하기", "÷": "나누기", "≈": "약", "~": "약", "±": "플러스마이너스", "<": "작다", ">": "크다",
        "≤": "이하", "≥": "이상", "≠": "같지 않다", "@": "골뱅이", "%": "퍼센트", "°": "도", "→": "에서", "->": "에서", "√": "루트", "∞": "무한대",
        "π": "파이", "−": "빼기", "*": "곱하기", "/": "나누기", "№": "번호",
    }  # fmt: skip
    ratio_cues = "희석|섞|비율|비는|스코어|점수|축척"
    ratio_cues_after = "(?:으로|로)[ ]?(?:희석|섞|이겼|이긴|졌|진|패|승|비겼|끝났|무승부)|의[ ]?비율|비율"
    place_cues_after = "좌석|호|동|게이트|번|열|구역"
    ending_after = "(?:으로|로) ?끝나는"
    code_cues = r"코드|끝자리|뒷자리|끝 ?네 ?자리|뒤 ?네 ?자리|번호|비밀번호|인증|전화|계좌|주문|우편|방|아이디|연락처"
    not_code_after = r"원|개|명|년|월|일|만|억|천|건|회|살|시간|분|초|번째|층|권|대|이상|이하|%"
    _times_before = lazy_regex(
        r"(?:하루|일주일|한 ?달|주|년|달|번)에[ ]\Z|(?:하루|일주일|한 ?달)[ ]\Z|(?:매일|매주|매달|매년|총|최대|최소|적어도|모두|벌써|약|연속)[ ]\Z"
    )
    _times_after = lazy_regex(
        r"[ ]?번(?:씩|이나|만에|만[ ]|쯤|[ ](?:정도|이상|이하|더|반복|연속|넘게)|[ ][가-힣]{1,6}(?:어요|아요|여요|했다|었다|았다|였다|했어|었어|았어|봤어|갔어|왔어"
        r"|습니다|ㅂ니다|세요|십시오|니다|고[ ]|(?<!에)서[ ]|면[ ]|지만|는데)(?<!예요)(?<!이에요)(?<!입니다)(?<!인데))"
    )
    _counter = lazy_regex(rf"[ \u00a0]?(?:{_COUNTERS})")
    _side = lazy_regex(r"[ ]?대[ ]?[0-9]")
    _part_after = lazy_regex(r"[장절조항편부권회차호막](?!소)")
    _age = lazy_regex(r"대(?:[ ]?(?:남|여|초반|중반|후반|청년|직장인|부부|주부|이상|이하|들|의|가|는|와|에))")
    _called = lazy_regex(r"1(?:12|14|19|20|82|32|339|588|544|577|566)(?![0-9])(?=에|로|으로|번|[ ]?(?:신고|구급|센터))")
    _room = lazy_regex(r"[0-9]{1,4}(?=호(?!선|텔))")
    _month = lazy_regex(r"(6|10)월")
    _fraction_of = lazy_regex(r"[ ]?분의")

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`이십일`, `십이만 삼천사백`."""
        if n == 0:
            return "영"
        parts: list[str] = []
        for value, name in ((10**16, "경"), (10**12, "조"), (10**8, "억"), (10**4, "만"), (1, "")):
            group, n = divmod(n, value)
            if group:
                words = self._thousands(group)
                parts.append(("" if group == 1 and name == "만" else words) + name)
        return " ".join(parts)

    @staticmethod
    def _thousands(n: int) -> str:
        words = ""
        for value, name in ((1000, "천"), (100, "백"), (10, "십"), (1, "")):
            digit, n = divmod(n, value)
            if digit:
                words += ("" if digit == 1 and name else _DIGITS[digit]) + name
        return words

    @staticmethod
    def native(n: int) -> str:
        """`한`, `스무`, `스물한`: before a counter."""
        tens, ones = divmod(n, 10)
        if n == 20:
            return "스무"
        return (_NATIVE_TENS[tens] if tens else "") + (_NATIVE[ones] if ones else "")

    def digits(self, digits: str, *, phone: bool = False) -> str:
        """Digit by digit, without spaces."""
        words = self.phone_digits if phone else self.digit_words
        return "".join(words[int(digit)] for digit in digits)

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`제삼`."""
        return "제" + self.cardinal(n)

    def plain(self, q: Quantity, before: str, after: str) -> str:
        """Native numbers before native counters."""
        if before.endswith("제 ") and self._part_after.match(after):
            return self.number(q)  # `제 3장`
        if self._side.match(after) or (q.whole % 10 == 0 and self._age.match(after)):
            return self.number(q)  # `3 대 1`, `50대 남성`
        native = (
            self._counter.match(after) and not q.fraction and not q.scale and 0 < q.whole < 100 and not before.endswith("제")
            and not (after.lstrip().startswith("시") and q.whole > (24 if after.lstrip().startswith("시간") else 12))
        )  # fmt: skip
        if 0 < q.whole < 100 and not q.fraction and not q.scale and not q.negative and not before.endswith("제"):
            often = self._times_before.search(before) is not None and re.match(r"[ ]?번(?!째|호|[ ]?출구)", after)
            if often or self._times_after.match(after):
                return self.native(q.whole)
        if native:
            if after.lstrip().startswith("번째") and q.whole == 1:
                return "첫"
            return (f"{self.minus} " if q.negative else "") + self.native(q.whole)
        return self.number(q)

    def symbol_in(self, sign: str, before: str) -> str:
        """`=` is a particle, whose form the number before it decides."""
        if sign == "=" and before.rstrip()[-1:] in ("0", "1", "3", "6", "7", "8", "²", "³"):
            return "은"
        return super().symbol_in(sign, before)

    def glues(self, following: str, last: str) -> bool:
        """Particles are written without a space; so are the marks of dates, and large numbers."""
        return not following.isdigit() and (
            not last.isdigit() or following in "년월일만억조천백은는이인입예가을를의로으와과에까부째차씩"
        )

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """June and October have forms of their own."""
        called = None if text[at - 1 : at].isdigit() else self._called.match(text, at)
        if called:
            return Found(at, called.end(), "telephones", self.digits(called[0]))
        room = None if text[at - 1 : at].isdigit() else self._room.match(text, at)
        if room:
            return Found(at, room.end(), "codes", self.cardinal(int(room[0])))
        month = self._month.match(text, at)
        if month and not text.startswith("개월", month.end()) and (not at or not text[at - 1].isdigit()):
            return Found(at, at + len(month[1]), "dates", "유" if month[1] == "6" else "시")
        return None

    def date(self, year: int | None, month: int, day: int | None) -> str:
        """`이천이십육년 오월 십이일`."""
        words = [] if year is None else [f"{self.cardinal(year)}년"]
        words.append({6: "유월", 10: "시월"}.get(month, f"{self.cardinal(month)}월"))
        return " ".join([*words, *([] if day is None else [f"{self.cardinal(day)}일"])])

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`다섯 시 삼십 분`."""
        words = {"am": "오전 ", "pm": "오후 "}.get(half, "")
        words += (self.native(hour) if 0 < hour <= 12 else self.cardinal(hour)) + " 시"
        if minute or second:
            words += f" {self.cardinal(minute)} 분"
        return words + (f" {self.cardinal(second)} 초" if second else "")

    def counted(self, q: Quantity, noun: Noun) -> str:
        """`오 킬로그램`, `세 시간`, `시속 백 킬로미터`."""
        name = next((name for name in _BEFORE if self.units.get(name) is noun), "")
        if q.negative and name == "C":
            return f"영하 {self.number(Quantity(q.whole, q.fraction))} 도"
        native = noun.one in ("시간", "큰술", "작은술") and not q.fraction and 0 < q.whole < 100
        return f"{_BEFORE.get(name, '')}{self.native(q.whole) if native else self.number(q)} {noun.one}"

    def counted_range(self, first: Quantity, last: Quantity, noun: Noun) -> str:
        """`오에서 십 킬로미터`."""
        return f"{self.number(first)}에서 {self.counted(last, noun)}"

    def joined(self, word: str) -> str:
        """`에서` belongs to the word before it."""
        return f"{word} " if word == self.to else super().joined(word)

    def range_words(self, first: str, last: str, between: str) -> str:
        """`십에서 십이`, `삼 대 이`."""
        if between == self.to and (both := _ABOUT_SO_MANY.get((first, last))):
            return both
        return f"{first}에서 {last}" if between == self.to else f"{first} {between} {last}"

    def with_sign(self, sign: str, words: str) -> str:
        """`영하 오 도`."""
        if sign == self.minus and words.startswith("섭씨 "):
            return "영하 " + words.removeprefix("섭씨 ")
        return f"{sign} {words}"

    def price(self, major: str, minor: str, cents: int, code: str) -> str:
        """`오 달러 오십 센트`."""
        return f"{major} {minor}"

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`이분의 일`."""
        words = f"{self.cardinal(bottom)}분의 {self.cardinal(top)}"
        if whole:
            words = f"{self.cardinal(whole)}과 {words}"
        return words if unit is None else f"{words} {unit.one}"

    def exponent(self, base: str, exponent: int) -> str:
        """`십의 오 제곱`."""
        if exponent == 2:
            return f"{base}의 제곱" if base else "제곱"
        return f"{base}의 {self.number(Quantity(abs(exponent), negative=exponent < 0))} 제곱"

    def is_score(self, before: str, after: str, first: Quantity, last: Quantity) -> bool:
        """`3-2`, if nothing is counted."""
        if self.not_a_time_after.match(after):
            return True
        counted = re.match(r"[ ]?(?:페이지|쪽|년|월|일|시|분|명|개|회|살|%)", after) is not None
        return (first.whole >= last.whole or re.search(r"스코어|이겼|승|패", before) is not None) and not counted

    def phone_groups(self, digits: str) -> list[str]:
        """010 1234 5678."""
        return [digits[:3], digits[3:7], digits[7:]] if len(digits) == 11 else super().phone_groups(digits)
