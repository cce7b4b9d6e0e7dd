"""Chinese."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._east import EastAsian
from triolet.verbalization._found import Found
from triolet.verbalization._language import NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns

_DIGITS = "零一二三四五六七八九"
_MEASURES = (
    "个个位条只张本件名次天年周星岁小分秒点块双台辆家所座间层倍杯瓶碗份种样项套组支枝根颗粒片篇首部场届期节课步口头匹对千百万亿"
    "米公升吨斤克元美欧英人种架艘顿番遍趟回句段页门扇把盒箱袋包排列代世夜晚半轮局盘户幅栋成"
)
_UNITS = nouns("""
km; ; 公里
m; ; 米
dm; ; 分米
cm; ; 厘米
mm; ; 毫米
µm; ; 微米
nm; ; 纳米
mi; ; 英里
yd; ; 码
ft; ; 英尺
inch; ; 英寸
km2; ; 平方公里
m2; ; 平方米
cm2; ; 平方厘米
mm2; ; 平方毫米
ft2; ; 平方英尺
ha; ; 公顷
m3; ; 立方米
cm3; ; 立方厘米
l; ; 升
dl; ; 分升
cl; ; 厘升
ml; ; 毫升
gal; ; 加仑
tsp; ; 茶匙
tbsp; ; 汤匙
kg; ; 千克
g; ; 克
mg; ; 毫克
µg; ; 微克
t; ; 吨
lb; ; 磅
oz; ; 盎司
h; ; 小时
min; ; 分钟
s; ; 秒
ms; ; 毫秒
µs; ; 微秒
ns; ; 纳秒
Hz; ; 赫兹
kHz; ; 千赫兹
MHz; ; 兆赫兹
GHz; ; 吉赫兹
W; ; 瓦
kW; ; 千瓦
MW; ; 兆瓦
GW; ; 吉瓦
Wh; ; 瓦时
kWh; ; 千瓦时
V; ; 伏
kV; ; 千伏
mV; ; 毫伏
A; ; 安
mA; ; 毫安
mAh; ; 毫安时
Ω; ; 欧姆
J; ; 焦耳
kJ; ; 千焦
cal; ; 卡路里
kcal; ; 千卡
N; ; 牛
Pa; ; 帕
kPa; ; 千帕
hPa; ; 百帕
dB; ; 分贝
B; ; 字节
kB; ; 千字节
MB; ; 兆字节
GB; ; 吉字节
TB; ; 太字节
kbps; ; 千比特每秒
Mbps; ; 兆比特每秒
Gbps; ; 吉比特每秒
km/h; ; 公里每小时
m/s; ; 米每秒
m/s2; ; 米每二次方秒
mph; ; 英里每小时
rpm; ; 转每分钟
fps; ; 帧每秒
px; ; 像素
C; ; 摄氏度
F; ; 华氏度
deg; ; 度
K; ; 开尔文
""")

_NOT_COUNTED = lazy_regex("分(?!钟)|月(?!份?的时间)|号|年级")


class Chinese(EastAsian):
    """Chinese in simplified characters."""

    code = "zh"
    yen = "CNY"
    digit_words = tuple(_DIGITS)
    phone_digits = tuple("零幺二三四五六七八九")
    point = "点"
    version_point = "点"
    minus = "负"
    plus = "加"
    percent = Noun("", "百分之")
    permille = Noun("", "千分之")
    to = "到"
    score = "比"
    by = "乘"
    times = "乘以"
    and_ = "又"
    per = "每"
    squared = "的平方"
    cubed = "的立方"
    power = "的{}次方"
    version = "版本"
    sharp = "井"
    hashtag = "话题"
    number_sign = "第"
    and_so_on = "等等"
    dot, at, slash, backslash, dash, underscore, colon = "点", "艾特", "斜杠", "反斜杠", "横杠", "下划线", "冒号"
    tilde = "波浪号"
    months = tuple(str(month) for month in range(1, 13))
    scales = nouns("""
k; ; 千
w; ; 万
""")
    scale_words = {}
    units = _UNITS
    coins = {
        "CNY": (Noun("", "元"), Noun("", "分")),
        "USD": (Noun("", "美元"), None),
        "EUR": (Noun("", "欧元"), None),
        "GBP": (Noun("", "英镑"), None),
        "JPY": (Noun("", "日元"), None),
        "KRW": (Noun("", "韩元"), None),
        "HKD": (Noun("", "港元"), None),
        "RUB": (Noun("", "卢布"), None),
        "INR": (Noun("", "卢比"), None),
        "CHF": (Noun("", "瑞士法郎"), None),
        "CAD": (Noun("", "加元"), None),
        "AUD": (Noun("", "澳元"), None),
        "BRL": (Noun("", "雷亚尔"), None),
        "THB": (Noun("", "泰铢"), None),
        "SGD": (Noun("", "新加坡元"), None),
        "BTC": (Noun("", "比特币"), None),
        "cent": (Noun("", "美分"), None),
    }
    symbols = {
        "∫": "积分", "∑": "求和", "∏": "连乘", "⌈": "上取整", "⌉": " ", "⌊": "下取整", "⌋": " ", "&": "和", "+": "加", "=": "等于", "×": "乘以", "÷": "除以", "≈": "约等于", "~": "约", "±": "正负", "<": "小于", ">": "大于",
        "≤": "小于等于", "≥": "大于等于", "≠": "不等于", "@": "艾特", "%": "百分号", "°": "度", "§": "第", "～": "到", "〜": "到", "→": "到", "->": "到", "√": "根号",
        "∞": "无穷大", "π": "派", "−": "减", "*": "乘以", "/": "除以", "№": "第",
    }  # fmt: skip
    abbreviations = {"No.": "第", "NO.": "第"}
    ratio_cues = "稀释|混合|比例|比分|比率|比值|以"
    ratio_cues_after = "稀释|兑|的比例|的比率|混合|落败|获胜|取胜|惜败|战平|告负|击败|负于|不敌|胜"
    place_cues_after = "座|室|房|号|楼|栋|口|门"
    ending_after = "结尾"
    code_cues = r"验证码|密码|编号|订单号|单号|账号|卡号|电话|手机|号码|拨打|致电|邮编|房间|代码|口令|尾号|末尾|尾数|[末后]四位|工号|航班"
    not_code_after = r"[元块万亿个名人台部款次件种条张份本米年月天周岁折倍级层]|小时|分钟|公里|美元|欧元|日元|多"
    _called = lazy_regex(r"(?:1[0-9]{2}|12[0-9]{3}|10[0-9]{3}|9[0-9]{4})(?![0-9])")
    _call_before = lazy_regex(r"(?:拨打|拨|致电|热线|打|电话)[：: ]?\Z")
    _room = lazy_regex(r"[0-9]{3,4}(?=室|号房|房(?![子屋产价客])|寝室|教室)")
    _year = lazy_regex(r"([0-9]{4})(?=年(?!龄|级|之久))")
    _short_year = lazy_regex(r"([0-9]{2})(?=年(?:[0-9]{1,2}月|[代款底初末春夏秋冬]))")
    _zero_hour = lazy_regex(r"[0-2]?[0-9]")
    _minus_degree = lazy_regex(r"摄氏度\Z")

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`一百零五`; 2 is 两 before what is counted, and before 千, 万 and 亿."""
        if n == 2 and attributive:
            return "两"
        if n == 0:
            return "零"
        parts: list[str] = []
        groups: list[tuple[int, str]] = []
        for value, name in ((10**16, "京"), (10**12, "兆"), (10**8, "亿"), (10**4, "万"), (1, "")):
            groups.append((n // value, name))
            n %= value
        started = False
        gap = False
        for group, name in groups:
            if not group:
                gap = gap or started
                continue
            words = self._thousands(group)
            if started and (gap or group < 1000):
                parts.append("零")
            parts.append(("两" if group == 2 and name else words) + name)
            started, gap = True, False
        text = "".join(parts)
        return text[1:] if text.startswith("一十") else text

    def _thousands(self, n: int) -> str:
        words = ""
        zero = False
        for value, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, n = divmod(n, value)
            if digit:
                words += ("零" if zero else "") + ("两" if digit == 2 and value == 1000 else _DIGITS[digit]) + name
                zero = False
            elif words:
                zero = True
        return words

    def counted(self, q: Quantity, noun: Noun) -> str:
        """`两公里`, `零下五摄氏度`."""
        if q.negative and noun is self.units["C"]:
            return "零下" + self.counted(Quantity(q.whole, q.fraction), noun)
        small = noun.one in ("度", "摄氏度", "分")
        return f"{self.number(q, attributive=not small)}{noun.one}"

    def with_sign(self, sign: str, words: str) -> str:
        """`零下五摄氏度`."""
        return ("零下" if sign == self.minus and words.endswith("摄氏度") else sign) + words

    def plain(self, q: Quantity, before: str, after: str) -> str:
        """`两个`, `第二个`."""
        if q.fraction.endswith("0") and after[:1] in ("元", "美", "欧", "英", "日", "港"):
            q = Quantity(q.whole, q.fraction.rstrip("0"), q.negative, q.scale)
        attributive = (
            after[:1] in _MEASURES
            and after[:1] != ""
            and not before.endswith("第")
            and _NOT_COUNTED.match(after) is None
        )
        return self.number(q, attributive=attributive)

    def counted_range(self, first: Quantity, last: Quantity, noun: Noun) -> str:
        """`百分之五到百分之十`."""
        if noun in (self.percent, self.permille):
            return f"{self.percentage(first)}到{self.percentage(last)}"
        return f"{self.number(first)}到{self.counted(last, noun)}"

    def percentage(self, q: Quantity) -> str:
        """`百分之五`."""
        return ("负" if q.negative else "") + "百分之" + self.number(Quantity(q.whole, q.fraction))

    def year(self, n: int) -> str:
        """`二零二六`."""
        return self.digits(str(n))

    def is_year(self, n: int, before: str, after: str, *, cue: bool) -> bool:
        """Before 年."""
        return after.startswith("年") and not after.startswith(("年前", "年后", "年的历史"))

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """Years, as their digits."""
        if text[at - 1 : at].isdigit():
            return None
        called = self._called.match(text, at) if self._call_before.search(text, max(0, at - 6), at) else None
        if called:
            return Found(at, called.end(), "telephones", self.digits(called[0], phone=True))
        room = self._room.match(text, at)
        if room:
            return Found(at, room.end(), "codes", self.digits(room[0]))
        year = self._short_year.match(text, at)
        if year is None:
            year = self._year.match(text, at)
            if year and (int(year[1]) > 2999 or text.startswith(("年前", "年后", "多年"), year.end())):
                year = None
        elif text.startswith("年代", year.end()):
            return Found(at, year.end(), "years", self.cardinal(int(year[1])))
        return None if year is None else Found(at, year.end(), "years", self.digits(year[1]))

    def money(self, q: Quantity, code: str) -> str:
        """`一千二百三十四点五六美元`."""
        fraction = q.fraction.rstrip("0")
        return self.counted(Quantity(q.whole, fraction, q.negative, q.scale), self.coins[code][0])

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`五点三十分`."""
        words = {"am": "上午", "pm": "下午"}.get(half, "") + ("两" if hour == 2 else self.cardinal(hour)) + "点"
        if minute or second:
            words += ("零" if 0 < minute < 10 else "") + self.cardinal(minute) + "分"
        return words + (self.cardinal(second) + "秒" if second else "")

    def exponent(self, base: str, exponent: int) -> str:
        """`十的五次方`."""
        if exponent in (2, 3):
            return base + (self.squared if exponent == 2 else self.cubed)
        return f"{base}的{self.number(Quantity(abs(exponent), negative=exponent < 0))}次方"

    def is_score(self, before: str, after: str, first: Quantity, last: Quantity) -> bool:
        """`3-2`, if nothing is counted."""
        if self.not_a_time_after.match(after):
            return True
        return (first.whole >= last.whole or re.search(r"比分|获胜|战胜|击败|胜|负|平", before) is not None) and not (
            after and after[0] in _MEASURES
        )

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """`路易十四`."""
        return self.cardinal(n)

    def part_of_code(self, digits: str) -> str:
        """`C九一九`."""
        return self.digits(digits) if len(digits) > 2 or digits[0] == "0" else self.cardinal(int(digits))

    def phone_groups(self, digits: str) -> list[str]:
        """139 1234 5678."""
        return [digits[:3], digits[3:7], digits[7:]] if len(digits) == 11 else super().phone_groups(digits)
