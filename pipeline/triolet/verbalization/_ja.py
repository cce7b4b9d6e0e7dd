"""Japanese."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._east import EastAsian
from triolet.verbalization._found import Found
from triolet.verbalization._language import NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns

_DIGITS = "零一二三四五六七八九"
_UNITS = nouns("""
km; ; キロメートル
m; ; メートル
cm; ; センチメートル
mm; ; ミリメートル
µm; ; マイクロメートル
nm; ; ナノメートル
mi; ; マイル
yd; ; ヤード
ft; ; フィート
inch; ; インチ
km2; ; 平方キロメートル
m2; ; 平方メートル
cm2; ; 平方センチメートル
ha; ; ヘクタール
m3; ; 立方メートル
cm3; ; 立方センチメートル
l; ; リットル
dl; ; デシリットル
ml; ; ミリリットル
gal; ; ガロン
tsp; ; 小さじ
tbsp; ; 大さじ
kg; ; キログラム
g; ; グラム
mg; ; ミリグラム
µg; ; マイクログラム
t; ; トン
lb; ; ポンド
oz; ; オンス
h; ; 時間
min; ; 分
s; ; 秒
ms; ; ミリ秒
µs; ; マイクロ秒
ns; ; ナノ秒
Hz; ; ヘルツ
kHz; ; キロヘルツ
MHz; ; メガヘルツ
GHz; ; ギガヘルツ
W; ; ワット
kW; ; キロワット
MW; ; メガワット
Wh; ; ワット時
kWh; ; キロワット時
V; ; ボルト
kV; ; キロボルト
mV; ; ミリボルト
A; ; アンペア
mA; ; ミリアンペア
mAh; ; ミリアンペア時
Ω; ; オーム
J; ; ジュール
kJ; ; キロジュール
cal; ; カロリー
kcal; ; キロカロリー
N; ; ニュートン
Pa; ; パスカル
hPa; ; ヘクトパスカル
kPa; ; キロパスカル
dB; ; デシベル
B; ; バイト
kB; ; キロバイト
MB; ; メガバイト
GB; ; ギガバイト
TB; ; テラバイト
kbps; ; キロビット毎秒
Mbps; ; メガビット毎秒
Gbps; ; ギガビット毎秒
rpm; ; 回転毎分
fps; ; フレーム毎秒
km/h; ; キロメートル
m/s; ; メートル
mph; ; マイル
px; ; ピクセル
C; ; 度
F; ; 度
deg; ; 度
K; ; ケルビン
""")
_BEFORE = {"km/h": "時速", "m/s": "秒速", "mph": "時速", "F": "華氏"}


class Japanese(EastAsian):
    """Japanese."""

    code = "ja"
    digit_words = tuple(_DIGITS)
    phone_digits = ("ゼロ", *_DIGITS[1:])
    point = "点"
    version_point = "点"
    minus = "マイナス"
    plus = "プラス"
    comma = "、"
    percent = Noun("", "パーセント")
    permille = Noun("", "パーミル")
    to = "から"
    score = "対"
    by = "かける"
    times = "かける"
    and_ = "と"
    per = "毎"
    squared = "の二乗"
    cubed = "の三乗"
    power = "の{}乗"
    parts = "分の"
    version = "バージョン"
    sharp = "シャープ"
    hashtag = "ハッシュタグ"
    number_sign = "ナンバー"
    and_so_on = "など"
    dot, at, slash, backslash, dash, underscore, colon = (
        "ドット",
        "アットマーク",
        "スラッシュ",
        "バックスラッシュ",
        "ハイフン",
        "アンダーバー",
        "コロン",
    )
    tilde = "チルダ"
    months = tuple(str(month) for month in range(1, 13))
    scale_words = {}
    units = _UNITS
    coins = {
        "JPY": (Noun("", "円"), None),
        "USD": (Noun("", "ドル"), Noun("", "セント")),
        "EUR": (Noun("", "ユーロ"), Noun("", "セント")),
        "GBP": (Noun("", "ポンド"), Noun("", "ペンス")),
        "CNY": (Noun("", "元"), None),
        "KRW": (Noun("", "ウォン"), None),
        "RUB": (Noun("", "ルーブル"), None),
        "INR": (Noun("", "ルピー"), None),
        "CHF": (Noun("", "スイスフラン"), None),
        "BRL": (Noun("", "レアル"), None),
        "CAD": (Noun("", "カナダドル"), None),
        "AUD": (Noun("", "オーストラリアドル"), None),
        "BTC": (Noun("", "ビットコイン"), None),
        "cent": (Noun("", "セント"), None),
    }
    symbols = {
        "∫": "積分", "∑": "総和", "∏": "総乗", "⌈": "切り上げ", "⌉": " ", "⌊": "切り捨て", "⌋": " ", "&": "アンド", "+": "足す", "=": "イコール", "×": "かける", "÷": "割る", "≈": "約", "~": "約", "±": "プラスマイナス", "<": "小なり",
        ">": "大なり", "≤": "以下", "≥": "以上", "≠": "ノットイコール", "@": "アット", "%": "パーセント", "°": "度", "→": "から", "->": "から",
        "√": "ルート", "∞": "無限大", "π": "パイ", "−": "引く", "*": "かける", "/": "割る", "〒": "郵便番号", "№": "ナンバー", "〜": "から", "～": "から",
    }  # fmt: skip
    ratio_cues = "希釈|混ぜ|比率|比は|割合|縮尺|スコア"
    ratio_cues_after = "に薄め|で薄め|に希釈|の割合|の比|で勝|で負|で敗|で引き分|で混ぜ"
    place_cues_after = "席|号室|棟|番|室|ゲート"
    abbreviations = {"No.": "ナンバー", "NO.": "ナンバー"}
    ending_after = "で終わる"
    code_cues = r"コード|末尾|桁[がは:：]|番号|暗証|パスワード|電話|ID|郵便|会員|注文|部屋"

    not_code_after = r"[円個件人台年月日回万億時分本枚部倍歳名]|以上|以下|%"
    _room = lazy_regex(r"[0-9]{3,4}(?=号室|号教室|教室)")

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self._names = {noun: name for name, noun in self.units.items() if name in _BEFORE}

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`千二百三十四`, `一万`."""
        if n == 0:
            return "零"
        words = ""
        for value, name in ((10**16, "京"), (10**12, "兆"), (10**8, "億"), (10**4, "万"), (1, "")):
            group, n = divmod(n, value)
            if group:
                words += self._thousands(group, large=bool(name)) + name
        return words

    @staticmethod
    def _thousands(n: int, *, large: bool) -> str:
        words = ""
        for value, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, n = divmod(n, value)
            if digit:
                one = digit == 1 and (name in ("百", "十") or (name == "千" and not large))
                words += ("" if one else _DIGITS[digit]) + name
        return words

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """The number of a room, digit by digit."""
        room = None if text[at - 1 : at].isdigit() else self._room.match(text, at)
        return None if room is None else Found(at, room.end(), "codes", self.digits(room[0]))

    def counted(self, q: Quantity, noun: Noun) -> str:
        """`時速百キロメートル`."""
        name = next((name for name in _BEFORE if self.units.get(name) is noun), "")
        spoon = noun.one in ("大さじ", "小さじ")
        number = self.number(q)
        return f"{noun.one}{number}" if spoon else f"{_BEFORE.get(name, '')}{number}{noun.one}"

    def price(self, major: str, minor: str, cents: int, code: str) -> str:
        """`五ドル五十セント`."""
        return major + minor

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`五時三十分`."""
        words = {"am": "午前", "pm": "午後"}.get(half, "") + self.cardinal(hour) + "時"
        if minute or second:
            words += self.cardinal(minute) + "分"
        return words + (self.cardinal(second) + "秒" if second else "")

    def exponent(self, base: str, exponent: int) -> str:
        """`十の五乗`."""
        return f"{base}の{self.number(Quantity(abs(exponent), negative=exponent < 0))}乗"

    def is_score(self, before: str, after: str, first: Quantity, last: Quantity) -> bool:
        """`3-2`, if nothing is counted."""
        if self.not_a_time_after.match(after):
            return True
        counted = re.match(r"[ページ年月日時分人個件回歳%]", after) is not None
        return (first.whole >= last.whole or re.search(r"スコア|勝|敗|試合", before) is not None) and not counted

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """`ルイ十四世`."""
        return self.cardinal(n)
