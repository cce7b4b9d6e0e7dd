"""Russian."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language, NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns
from triolet.verbalization._ru_cases import (
    NO_NOUN,
    accusative,
    case_by_noun,
    case_by_words,
    compound,
    decimal,
    declined,
    ends_in_one,
    feminine_accusative,
    is_distance,
    is_object,
    numeral,
)
from triolet.verbalization._ru_tables import (
    ABBREVIATED,
    ADJECTIVE,
    BEFORE_NAME,
    BEFORE_NUMBER,
    CENT,
    DAYS,
    ENDINGS,
    FEMALE,
    FEMININE_SHORT,
    FROM,
    HUNDREDS,
    IN_OR_ON,
    INDECLINABLE,
    LARGE,
    LOOK,
    MONTHS,
    MOTION,
    NUMBERED,
    ONES,
    ORDINAL,
    ORDINAL_HUNDREDS,
    ORDINAL_TENS,
    PARTS_GENITIVE,
    ROMAN_BEFORE,
    RULERS,
    STRESSED,
    TENS,
    THIRD,
    TIMES,
    TOWARD,
    UNITS,
)


class Russian(Language):
    """Russian: numbers agree with what they count; after some prepositions they are in the genitive."""

    code = "ru"
    groups = ". \u00a0\u202f"
    digit_words = tuple(ONES[:10])
    point = ""
    version_point = "точка"
    minus = "минус"
    plus = "плюс"
    percent = Noun("m", "процент", "процентов", "процента")
    permille = Noun("n", "промилле", "промилле", "промилле")
    to = "—"
    score = "—"
    by = "на"
    times = "умножить на"
    and_ = ""
    per_many = "на"
    per = "в"
    squared = "в квадрате"
    cubed = "в кубе"
    power = "в степени {}"
    version = "версия"
    sharp = "шарп"
    hashtag = "хештег"
    number_sign = "номер"
    and_so_on = " и так далее"
    dot, at, slash, backslash, dash, underscore, colon = (
        "точка",
        "собака",
        "слеш",
        "обратный слеш",
        "дефис",
        "подчёркивание",
        "двоеточие",
    )
    tilde = "тильда"
    ratio_cues_after = r"(?:против|в пользу)"
    duration_cues = r"за|длится|длился|около"
    ratio_cues = r"(?i:смеша\w{0,4}|разбав\w{0,4}|соотнош|пропорц|отношени|масштаб|сч[её]т|выигра|проигра|побед|победил|развед)[а-яё]*"
    weekdays = {day: forms.split()[0] for day, forms in DAYS.items()}
    before_day = "во?|со?|по|ко?|до|после|на|кроме"
    ending_cues = r"(?:за|о)канчива[а-яё]{2,8} на|с окончанием|с последними цифрами"
    months = tuple(MONTHS.split("|"))
    month_forms = MONTHS
    scales = nouns("""
k; f; тысяча; тысяч; тысячи
m; m; миллион; миллионов; миллиона
b; m; миллиард; миллиардов; миллиарда
t; m; триллион; триллионов; триллиона
""")
    scale_words = {
        "тыс.": "k", "млн": "m", "млн.": "m", "млрд": "b", "млрд.": "b", "трлн": "t", "тысяч": "k", "тысячи": "k", "тысяча": "k", "миллионов": "m",
        "миллиона": "m", "миллион": "m", "миллиардов": "b", "миллиарда": "b", "миллиард": "b",
    }  # fmt: skip
    units = UNITS
    extra_units = {
        "км": "km", "м": "m", "см": "cm", "мм": "mm", "дм": "dm", "нм": "nm", "мкм": "µm", "кг": "kg", "г": "g", "мг": "mg", "л": "l", "мл": "ml",
        "т": "t", "ч": "h", "мин": "min", "мин.": "min", "с": "s", "сек": "s", "сек.": "s", "мс": "ms", "км/ч": "km/h", "м/с": "m/s", "м/с²": "m/s2", "м/с2": "m/s2", "Гц": "Hz",
        "кГц": "kHz", "МГц": "MHz", "ГГц": "GHz", "Вт": "W", "кВт": "kW", "МВт": "MW", "кВт·ч": "kWh", "кВтч": "kWh", "В": "V", "А": "A", "мА": "mA",
        "мАч": "mAh", "Ом": "Ω", "Дж": "J", "кДж": "kJ", "ккал": "kcal", "кал": "cal", "Па": "Pa", "кПа": "kPa", "гПа": "hPa", "дБ": "dB",
        "КБ": "kB", "кБ": "kB", "МБ": "MB", "ГБ": "GB", "ТБ": "TB", "Мб": "MB", "Гб": "GB", "Тб": "TB", "Мбит/с": "Mbps", "Гбит/с": "Gbps", "кбит/с": "kbps",
        "м²": "m2", "кв. м": "m2", "кв.м": "m2", "км²": "km2", "см²": "cm2", "м³": "m3", "куб. м": "m3", "га": "ha", "л.с.": "hp", "л. с.": "hp",
        "ст. л.": "tbsp", "ч. л.": "tsp", "ст.л.": "tbsp", "ч.л.": "tsp", "час.": "h", "шт.": "pcs", "шт": "pcs", "чел.": "people", "чел": "people", "нед.": "week", "мес.": "month", "дн.": "day", "об/мин": "rpm",
        "мм рт. ст.": "mmHg", "мм рт.ст.": "mmHg", "мм рт ст": "mmHg",
    }  # fmt: skip
    not_units_when_apart = frozenset({"с", "В", "А", "Б"})
    coins = {
        "RUB": (Noun("m", "рубль", "рублей", "рубля"), Noun("f", "копейка", "копеек", "копейки")),
        "USD": (Noun("m", "доллар", "долларов", "доллара"), CENT),
        "EUR": (Noun("m", "евро", "евро", "евро"), CENT),
        "GBP": (Noun("m", "фунт", "фунтов", "фунта"), Noun("m", "пенс", "пенсов", "пенса")),
        "JPY": (Noun("f", "иена", "иен", "иены"), None),
        "CNY": (Noun("m", "юань", "юаней", "юаня"), None),
        "CHF": (Noun("m", "швейцарский франк", "швейцарских франков", "швейцарских франка"), None),
        "BRL": (Noun("m", "реал", "реалов", "реала"), None),
        "KRW": (Noun("f", "вона", "вон", "воны"), None),
        "INR": (Noun("f", "рупия", "рупий", "рупии"), None),
        "UAH": (Noun("f", "гривна", "гривен", "гривны"), Noun("f", "копейка", "копеек", "копейки")),
        "TRY": (Noun("f", "лира", "лир", "лиры"), None),
        "BTC": (Noun("m", "биткоин", "биткоинов", "биткоина"), None),
        "cent": (CENT, None),
        "kopek": (Noun("f", "копейка", "копеек", "копейки"), None),
    }
    coin_words = {
        "руб.": "RUB",
        "руб": "RUB",
        "р.": "RUB",
        "долл.": "USD",
        "коп.": "kopek",
        "коп": "kopek",
        "грн": "UAH",
    }
    symbols = {
        "∫": "интеграл", "∑": "сумма", "∏": "произведение", "⌈": "потолок", "⌉": " ", "⌊": "пол", "⌋": " ", "&": "и", "+": "плюс", "=": "равно", "×": "умножить на", "÷": "разделить на", "≈": "примерно", "~": "примерно", "±": "плюс-минус", "<": "меньше",
        ">": "больше", "≤": "меньше или равно", "≥": "больше или равно", "≠": "не равно", "@": "собака", "%": "процент", "‰": "промилле", "°": "градусов",
        "§": "параграф", "§§": "параграфы", "→": "стрелка", "->": "стрелка", "√": "корень из", "∞": "бесконечность", "π": "пи", "−": "минус", "*": "умножить на", "/": "разделить на",
        "№": "номер",
    }  # fmt: skip
    abbreviations = {
        "т. е.": "то есть", "т.е.": "то есть", "т. д.": "так далее", "т.д.": "так далее", "т. п.": "тому подобное", "т.п.": "тому подобное",
        "напр.": "например", "др.": "другие", "г-н": "господин", "г-жа": "госпожа", "проф.": "профессор",
        "тел.": "телефон", "т. к.": "так как", "т.к.": "так как", "т. ч.": "том числе", "т.ч.": "том числе", "ок.": "около", "т. н.": "так называемый", "т.н.": "так называемый", "ср.": "сравни", "акад.": "академик", "доц.": "доцент", "доб.": "добавочный", "р-н": "район", "кол-во": "количество", "в.": "век", "вв.": "века", "н. э.": "нашей эры", "н.э.": "нашей эры", "им.": "имени", "см.": "смотри", "млн.": "миллионов", "и пр.": "и прочее",
    } | {written: forms.split()[0] for written, forms in ABBREVIATED.items()}  # fmt: skip
    code_cues = r"(?i:код[а-яё]{0,3}|пин|пароль|номер[а-яё]{0,3}|заказ[а-яё]{0,3}|счёт[а-яё]{0,2}|тел(?:ефон)?[а-яё.]{0,3}|звоните|позвоните|индекс|рейс)"
    version_cues = Language.version_cues[:-1] + "|версия|версии)"
    roman_before = r"(?i:глав[аеуы]|част[ьи]|том[ае]?|акт[ае]?|книг[аеуи]|раздел[ае]?|типа?|уровень|уровня|уровне)"
    _date = lazy_regex(
        rf"([0-3]?[0-9])(?:[-–]([0-3]?[0-9]))?[ \u00a0]((?i:{MONTHS}))(?![^\W_])(?:[ \u00a0]([12][0-9]{{3}})(?![0-9])(?:[ \u00a0](?:года|г\.))?)?"
    )
    _year = lazy_regex(
        r"([12][0-9]{3})(?:[-–]([12][0-9]{3}))?([-–](?:й|го|м|х|е))?[ \u00a0](год|года|году|годом|годы|годах|годами|годов|гг\.|г\.)(?![^\W_])"
    )
    _names_a_day = lazy_regex(
        r"(?i)(?<![^\W_])(?:срок|дата(?: [а-яё]{3,20})?|дедлайн|сегодня|завтра|вчера)(?: ?[—–:-])? \Z"
    )
    _part = lazy_regex(r"1/([0-9]{1,2})(?![0-9/]|[.,][0-9])(?=[ \u00a0][а-яё]{3})")
    _verb = lazy_regex(r"[а-яё]{2}(?:[йиь]те|ть|ти|ил[аи]?|ал[аи]?)[ \u00a0]\Z")
    _first_day = lazy_regex(rf"([0-3]?[0-9])(?= по [0-3]?[0-9] (?:{MONTHS})(?![^\W_]))")
    _first_year = lazy_regex(r"[12][0-9]{3}(?= (?:по|до) [12][0-9]{3} (?:год[аы]?|гг?\.)(?![^\W_]))")
    _century = lazy_regex(r"([1-9]|1[0-9]|2[0-9])[ \u00a0]век(а|е|ом|)(?![^\W_])")
    _month_before = lazy_regex(
        r"(?:январе|феврале|марте|апреле|мае|июне|июле|августе|сентябре|октябре|ноябре|декабре)[ \u00a0]\Z"
    )
    _ordinal = lazy_regex(r"([0-9]{1,9})-(ый|ий|ой|ая|ое|ого|ому|ом|ым|ых|ую|ые|й|я|е|го|му|м|х|ю)(?![^\W_])")
    _neuter_after = lazy_regex(
        r"[ \u00a0](?:[а-яё]+ое[ \u00a0])?[а-яё]+[оe](?![^\W_])|[ \u00a0][а-яё]+(?:ие|ье|ле|це)(?![^\W_])"
    )
    _share = lazy_regex(
        r"([0-9]{1,3})[ \u00a0]?%-(?:про)?(?:ц)?(н(?:ый|ого|ому|ым|ом|ая|ой|ую|ое|ые|ых|ыми))(?![^\W_])"
    )
    _one_and_a_half = lazy_regex(r"1,5-(?=[а-яё]{4})")
    place_cues = r"(?:кв(?:артира|артиру|артире|\.)|д(?:ом|оме|\.)|кабинете?|каб\.|класс[а-я]*|аудитори[а-я]+|мест[а-я]+|корпус[а-я]*|корп\.|строение|литер|офисе?|№|номер)"
    _toward = lazy_regex(r"(?<![^\W_])(?:к|ко|по)[ \u00a0]\Z", re.IGNORECASE)
    _between_years = lazy_regex(r"[12][0-9]{3}(?= и [12][0-9]{3} год)")
    _day_and_month = lazy_regex(r"([0-3][0-9])\.(0[1-9]|1[0-2])(?![0-9]|[.,:][0-9])")
    _compound = lazy_regex(r"([0-9]{1,4})-(?=[а-яё]{4})")
    _on = lazy_regex(r"(?<![^\W_])(?:[нН]а|[пП]ри|[оО]б)[ \u00a0]\Z")
    _lifetime = lazy_regex(r"([12][0-9]{3})[-–—]([12][0-9]{3})(?=\))")
    _parts = lazy_regex(r"разбав|смеша|соотнош|пропорц|отношени|масштаб|шанс|развед", re.IGNORECASE)
    _clock = lazy_regex(r"([0-2]?[0-9]):([0-5][0-9])(?![0-9:])")
    _goes_on = lazy_regex(r"[-–:/][0-9]|\.[0-9]")
    _gram = lazy_regex(r"[ \u00a0](?:г|м|с|ч|т|л)\.")
    _in = lazy_regex(r"(?<![^\W_])(?:[вВ]|[вВ]о|[оО]|[пП]о)[ \u00a0]\Z")
    _noun = lazy_regex(r"[ \u00a0]([а-яё]{2,30})")
    _score_before = lazy_regex(r"(?i)сч[её]т|побед|выигр|проигр|обыгр|матч|вничью")

    _singular_genitives = frozenset(
        noun.few
        for noun in [*UNITS.values(), *(coin for coin, _ in coins.values())]
        if noun.gender == "m" and noun.few != noun.one
    )

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`двадцать одна`, `две тысячи`."""
        parts: list[str] = []
        for noun, value in LARGE:
            count, n = divmod(n, value)
            if count:
                one = count == 1 and not parts and value == 1000
                parts += [*([] if one else [self._hundreds(count, noun.gender)]), self.plural_of(count, noun)]
        if n or not parts:
            parts.append(self._hundreds(n, gender))
        return " ".join(parts)

    def _hundreds(self, n: int, gender: str) -> str:
        if n >= 1000:
            return self.cardinal(n, gender)
        words = [HUNDREDS[n // 100]] if n >= 100 else []
        n %= 100
        if n >= 20:
            words.append(TENS[n // 10])
            n %= 10
        if n or not words:
            one = ONES[n]
            if gender == "f":
                one = {"один": "одна", "два": "две"}.get(one, one)
            elif gender == "n" and n == 1:
                one = "одно"
            words.append(one)
        return " ".join(words)

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`двадцать шестой`; `ending` names a form of `ADJECTIVE`."""
        form = ending or {"m": "nom", "f": "fem", "n": "neut"}.get(gender, "nom")
        if n and n % 1000 == 0 and n < 10**6:
            count = n // 1000
            head = {1: "", 2: "двух", 3: "трёх", 4: "четырёх"}.get(count, numeral(count, "gen").replace(" ", ""))
            return f"{head}тысячн{ADJECTIVE[form]}"
        last = n % 100
        if last == 0 and n:
            stem, rest = ORDINAL_HUNDREDS[n // 100 % 10], n - n % 1000
        elif last < 20:
            stem, rest = ORDINAL[last], n - last
        elif last % 10 == 0:
            stem, rest = ORDINAL_TENS[last // 10], n - last
        else:
            stem, rest = ORDINAL[last % 10], n - last % 10
        if stem == "трет":
            word = THIRD[form]
        else:
            word = stem + ("ой" if form == "nom" and stem in STRESSED else ADJECTIVE[form])
        head = self.cardinal(rest) + " " if rest else ""
        if 1000 <= rest < 2000:
            head = "тысяча" + (f" {self._hundreds(rest - 1000, '')}" if rest > 1000 else "") + " "
        return head + word

    def number(self, q: Quantity, gender: str = "", *, attributive: bool = False) -> str:
        """`три целых пять десятых`."""
        if not q.fraction or q.scale:
            if q.scale:
                scale = self.scales[q.scale]
                base = Quantity(q.whole, q.fraction)
                if q.whole == 1 and q.fraction == "5":
                    words = "полторы" if scale.gender == "f" else "полтора"
                else:
                    words = self.number(base, scale.gender)
                return (f"{self.minus} " if q.negative else "") + f"{words} {self.form(base, scale)}"
            return super().number(q, gender, attributive=attributive)
        sign = f"{self.minus} " if q.negative else ""
        digits = q.fraction
        names = {1: "десят", 2: "сот", 3: "тысячн"}
        if len(digits) > 3:
            return f"{sign}{self.cardinal(q.whole)} запятая {self.digits(digits)}"
        value = int(digits)
        one = value % 10 == 1 and value % 100 != 11
        whole_one = q.whole % 10 == 1 and q.whole % 100 != 11
        whole = f"{self.cardinal(q.whole, 'f')} {'целая' if whole_one else 'целых'}"
        return f"{sign}{whole} {self.cardinal(value, 'f')} {names[len(digits)]}{'ая' if one else 'ых'}"

    def form(self, q: Quantity, noun: Noun) -> str:
        """Singular, a few, many."""
        if q.scale:
            return noun.many
        if q.fraction:
            return declined(noun, "gen", one=True)
        n = q.whole % 100
        if n % 10 == 1 and n != 11:
            return noun.one
        return noun.few if 2 <= n % 10 <= 4 and not 12 <= n <= 14 else noun.many

    def counted(self, q: Quantity, noun: Noun) -> str:
        """`полтора километра`."""
        if q.whole == 1 and q.fraction == "5" and not q.negative and not q.scale:
            return f"{'полторы' if noun.gender == 'f' else 'полтора'} {self.form(q, noun)}"
        return super().counted(q, noun)

    def counted_range(self, first: Quantity, last: Quantity, noun: Noun) -> str:
        """`от пяти до десяти километров`."""
        if first.fraction or last.fraction:
            return f"{self.number(first)} — {self.counted(last, noun)}"
        scale = f" {self.scales[last.scale].many}" if last.scale else ""
        return f"от {numeral(first.whole, 'gen', noun.gender)} до {numeral(last.whole, 'gen', noun.gender)}{scale} {noun.many}"

    def counted_in(self, q: Quantity, noun: Noun, before: str, written: str, after: str) -> str:
        """`ждал двадцать одну минуту`."""
        words = self.counted(q, noun)
        return accusative(words) if is_object(before) else words

    def money_in(self, q: Quantity, code: str, before: str, after: str) -> str:
        """`заплатил тысячу рублей`."""
        words = self.money(q, code)
        return accusative(words) if is_object(before) else words

    def fraction_in(self, before: str, words: str) -> str:
        """`добавьте половину стакана`, `около четверти`."""
        if case_by_words(before[-24:]) == "gen":
            for part, of in PARTS_GENITIVE.items():
                if words.startswith(part):
                    return of + words.removeprefix(part)
            return words
        if not is_object(before[-60:]):
            return words
        if words.startswith("одна вторая"):
            return "половину" + words.removeprefix("одна вторая")
        if words.startswith("половина"):
            return "половину" + words.removeprefix("половина")
        return words if not words.startswith(("одна ", "четверть")) else accusative(words.replace("треть", "треть"))

    def ratio_in(self, before: str, numbers: list[int]) -> str:
        """`четыре к одному`, a score `три — два`."""
        if self._parts.search(before):
            return " к ".join([self.cardinal(numbers[0]), *(numeral(n, "dat") for n in numbers[1:])])
        return super().ratio_in(before, numbers)

    def plain(self, q: Quantity, before: str, after: str) -> str:
        """The gender follows the next noun."""
        words = self._plain(q, after)
        return accusative(words) if q.whole >= 1000 and "тысяча" in words and is_object(before) else words

    def _plain(self, q: Quantity, after: str) -> str:
        noun = self._noun.match(after)
        if noun and ends_in_one(q.whole) and not q.fraction and not q.scale and noun[1] in self._singular_genitives:
            return numeral(q.whole, "gen")  # `курс одного доллара`
        if noun and q.whole == 1 and q.fraction == "5" and not q.scale and not q.negative:
            return "полторы" if noun[1][-1] in "ыи" else "полтора"
        if noun and noun[1].endswith(("ых", "их")) and (second := self._noun.match(after, noun.end())):
            noun = second
        gender = ""
        if noun and noun[1] not in INDECLINABLE and noun[1] not in NO_NOUN:
            last, ending = q.whole % 10, noun[1][-1]
            if last == 1:
                if ending in "ую" and noun[1][-2:] != "му":
                    return self.number(q, "f").removesuffix("одна") + "одну"
                gender = "f" if ending in "ая" else "n" if ending in "ое" else "m"
            elif last == 2:
                gender = "f" if ending in "ыи" else "m"
        return self.number(q, gender)

    def ordinal_at(self, text: str, at: int) -> tuple[int, str] | None:
        """`1-й`, `5-го`."""
        ordinal = self._ordinal.match(text, at)
        if ordinal is None:
            made = self._compound.match(text, at)
            return None if made is None or not int(made[1]) else (made.end(), compound(int(made[1])))
        if (
            ordinal[2] == "м"
            and not self._in.search(text, max(0, at - 4), at)
            and not self._on.search(text, max(0, at - 4), at)
        ):
            return ordinal.end(), self.ordinal(int(ordinal[1]), ending="inst")
        form = ENDINGS[ordinal[2]]
        n = int(ordinal[1])
        if (
            ordinal[2] == "е"
            and n
            and n % 10 == 0
            and (n < 100 or 1000 < n < 2100)
            and not self._neuter_after.match(text, ordinal.end())
        ):
            form = "pl"  # a decade
        return ordinal.end(), self.ordinal(int(ordinal[1]), ending=form)

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """Days, years, and numbers in the genitive."""
        before = text[max(0, at - 24) : at]
        if share := self._share.match(text, at):
            return Found(at, share.end(), "percentages", f"{compound(int(share[1]))}процент{share[2]}")
        if half := self._one_and_a_half.match(text, at):
            return Found(at, half.end(), "numbers", "полутора")
        date = self._date.match(text, at)
        if date and 1 <= int(date[1]) <= 31:
            words = self.ordinal(int(date[1]), ending=self._day_form(before, text[date.end() : date.end() + 3]))
            if date[2]:
                words = f"{words} — {self.ordinal(int(date[2]), ending='gen')}"
            words += f" {date[3]}"
            if date[4]:
                words += f" {self.ordinal(int(date[4]), ending='gen')} года"
            return Found(at, date.end(), "dates", words)
        if before.endswith("(") and (lifetime := self._lifetime.match(text, at)):
            return Found(
                at, lifetime.end(), "years", f"{self.ordinal(int(lifetime[1]))} — {self.ordinal(int(lifetime[2]))}"
            )
        between = self._between_years.match(text, at) if before.lower().endswith("между ") else None
        if between:
            return Found(at, between.end(), "years", self.ordinal(int(between[0]), ending="inst"))
        if (day := self._day_and_month.match(text, at)) and scanner.counted_at(text, day.end()) is None:
            number, month = int(day[1]), int(day[2])
            if 1 <= number <= 31:
                return Found(at, day.end(), "dates", self.date_in(before, None, month, number))
        first = self._first_year.match(text, at)
        if first and before.lower().endswith(("с ", "от ")):
            return Found(at, first.end(), "years", self.ordinal(int(first[0]), ending="gen"))
        first = self._first_day.match(text, at)
        if first:
            return Found(at, first.end(), "dates", self.ordinal(int(first[1]), ending="gen"))
        century = self._century.match(text, at)
        if century:
            form = {"": "nom", "а": "gen", "е": "prep", "ом": "inst"}[century[2]]
            return Found(at, century.end(1), "ordinals", self.ordinal(int(century[1]), ending=form))
        year = self._year.match(text, at)
        if year:
            return Found(at, year.end(), "years", self._year_words(year, before))
        part = self._part.match(text, at) if self._verb.search(before) else None
        if part and int(part[1]) > 1:
            n = int(part[1])
            words = {2: "половину", 3: "одну треть", 4: "четверть"}.get(
                n
            ) or f"одну {self.ordinal(n, ending='fem_acc')}"
            return Found(at, part.end(), "fractions", words)
        return self._in_case(scanner, text, at, before)

    def _year_words(self, year: re.Match[str], before: str) -> str:
        word = year[4]
        form = {
            "год": "nom",
            "года": "gen",
            "году": "prep",
            "годом": "inst",
            "годы": "pl",
            "годах": "pl_gen",
            "годов": "pl_gen",
            "годами": "inst",
        }.get(word, "")
        if not form:
            inside = self._in.search(before) is not None
            if inside and word == "гг.":
                both = [self.ordinal(int(n), ending="prep") for n in (year[1], year[2]) if n]
                return f"{' — '.join(both)} годах"
            word, form = (
                ("году", "prep") if inside and word == "г." else ("года", "gen") if word == "г." else ("годы", "pl")
            )
        if year[2] and form in ("pl", "pl_gen"):
            form = {"годы": "nom", "годов": "gen", "годах": "prep"}.get(word, "nom")
        if form == "prep" and word == "году" and self._toward.search(before):
            form = "dat"
        words = self.ordinal(int(year[1]), ending=form)
        if year[2]:
            words += f" — {self.ordinal(int(year[2]), ending=form)}"
        return f"{words} {word}"

    def _in_case(self, scanner: NumberReader, text: str, at: int, before: str) -> Found | None:
        """A number in another case than the nominative, and what it counts."""
        asked = case_by_words(before)
        clock = self._clock.match(text, at) if asked else None
        if clock and int(clock[1]) < 25:
            hour, minute = int(clock[1]), int(clock[2])
            if minute:
                zero = f"{numeral(0, asked)} " if minute < 10 else ""
                return Found(at, clock.end(), "times", f"{numeral(hour, asked)} {zero}{numeral(minute, asked)}")
            hours = declined(self.units["h"], asked, one=ends_in_one(hour))
            return Found(at, clock.end(), "times", f"{numeral(hour, asked)} {hours}")
        number = scanner.number_at(text, at)
        if number is None or self.ordinal_at(text, at) or self._goes_on.match(text, number[1]):
            return None
        q, end = number
        one = ends_in_one(q.whole) and not q.scale
        counted = scanner.counted_at(text, end)
        after = text[end : end + 64]
        case = "" if counted or q.fraction else case_by_noun(q.whole if not q.scale else 5, before, after)
        if counted and not asked and is_distance(before, text[counted[2] : counted[2] + 12]):
            case = "prep"
        case = case or asked
        if case == "acc":
            return Found(at, end, "numbers", self.cardinal(q.whole).removesuffix("один") + "одного")
        if (
            case
            and counted
            and counted[3]
            and len(q.fraction) == 2
            and not q.scale
            and (minor := self.coins[counted[3]][1])
        ):
            said = f"{numeral(q.whole, case, counted[1].gender)} {declined(counted[1], case, one=ends_in_one(q.whole))}"
            if cents := int(q.fraction):
                said += f" {numeral(cents, case, minor.gender)} {declined(minor, case, one=ends_in_one(cents))}"
            return Found(at, counted[2], "money", said)
        if not case or (q.fraction and (len(q.fraction) > 3 or (counted and counted[3]))) or q.scale == "t":
            return None
        if counted is None and text[end : end + 1].isalnum():
            return None
        kind, noun, after_all, _ = counted or ("numbers", None, end, "")
        gender = noun.gender if noun else self._gender(q, after)
        if q.scale:
            scale = self.scales[q.scale]
            gender, one = scale.gender, ends_in_one(q.whole)
        said = decimal(q.whole, q.fraction, case) if q.fraction else numeral(q.whole, case, gender)
        if q.scale:
            thousands = q.scale == "k" and q.whole == 1 and not q.fraction
            word = self.scales[q.scale]
            scaled = declined(word, "gen" if q.fraction else case, one=bool(q.fraction) or one)
            said = scaled if thousands else f"{said} {scaled}"
        if noun:
            said += " " + (
                noun.many
                if q.scale or not (q.whole or q.fraction)
                else declined(noun, "gen", one=True)
                if q.fraction
                else declined(noun, case, one=one)
            )
        return Found(at, after_all, kind, said)

    def _gender(self, q: Quantity, after: str) -> str:
        noun = self._noun.match(after)
        feminine = noun is not None and ends_in_one(q.whole) and noun[1].endswith(("ы", "и", "ой", "ей", "ью", "ице"))
        return "f" if feminine else ""

    def date(self, year: int | None, month: int, day: int | None) -> str:
        """`двенадцатого мая две тысячи двадцать шестого года`."""
        words = [] if day is None else [self.ordinal(day, ending="gen")]
        words.append(self.months[month - 1])
        if year is not None:
            words.append(f"{self.ordinal(year, ending='gen')} года")
        return " ".join(words)

    def date_in(self, before: str, year: int | None, month: int, day: int | None) -> str:
        """`Срок — восьмое марта`."""
        words = self.date(year, month, day)
        if day is None or (form := self._day_form(before, "")) == "gen":
            return words
        return self.ordinal(day, ending=form) + words.removeprefix(self.ordinal(day, ending="gen"))

    _day_accusative = lazy_regex(
        r"(?<![^\W_])(?:на|по|за|под)(?: (?:понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье),?)? \Z",
        re.IGNORECASE,
    )
    _day_dative = lazy_regex(r"(?<![^\W_])к \Z", re.IGNORECASE)
    _day_instrumental = lazy_regex(r"(?<![^\W_])(?:перед|между) \Z", re.IGNORECASE)

    def _day_form(self, before: str, after: str) -> str:
        """The form of the day of a date, as the words before it ask."""
        if (
            self._day_accusative.search(before)
            or self._names_a_day.search(before)
            or after.startswith((" —", " –", " - "))
        ):
            return "neut"
        if self._day_dative.search(before):
            return "dat"
        return "inst" if self._day_instrumental.search(before) else "gen"

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`четырнадцать тридцать`, `десять часов`."""
        words = self.cardinal(hour)
        if not minute and not second:
            words = self.counted(Quantity(hour), self.units["h"])
        else:
            words += f" {'ноль ' if minute < 10 else ''}{self.cardinal(minute)}"
        if second:
            words += f" и {self.counted(Quantity(second), self.units['s'])}"
        return words + {"am": " утра", "pm": " вечера" if hour in range(5, 12) else " дня"}.get(half, "")

    def price(self, major: str, minor: str, cents: int, code: str) -> str:
        """`пять рублей пятьдесят копеек`."""
        return f"{major} {minor}"

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`одна вторая`, `три четвёртых`, `полтора`."""
        if unit is not None and bottom == 2 and top == 1:
            if whole == 1:
                return f"{'полторы' if unit.gender == 'f' else 'полтора'} {declined(unit, 'gen', one=True)}"
            if whole:
                return f"{self.cardinal(whole, unit.gender)} с половиной {self.form(Quantity(whole), unit)}"
            return f"половина {declined(unit, 'gen', one=True)}"
        if bottom == 2 and top == 1 and whole:
            return "полтора" if whole == 1 else f"{self.cardinal(whole)} с половиной"
        if bottom in (3, 4) and not whole:
            name, few = ("треть", "трети") if bottom == 3 else ("четверть", "четверти")
            part = f"{self.cardinal(top, 'f')} {name if top == 1 else few}"
            part = name if top == 1 and bottom == 4 else part
            return part if unit is None else f"{part} {declined(unit, 'gen', one=True)}"
        part = f"{self.cardinal(top, 'f')} {self.ordinal(bottom, ending='fem' if top == 1 else 'pl_gen')}"
        if whole:
            one = whole % 10 == 1 and whole % 100 != 11
            part = f"{self.cardinal(whole, 'f')} {'целая' if one else 'целых'} {part}"
        return part if unit is None else f"{part} {declined(unit, 'gen', one=True)}"

    def range_words(self, first: str, last: str, between: str) -> str:
        """From one number to another."""
        return f"{first}{between if between.startswith(' ') else f' {between} '}{last}"

    def exponent(self, base: str, exponent: int) -> str:
        """`десять в пятой степени`."""
        if exponent in (2, 3):
            return f"{base} {self.squared if exponent == 2 else self.cubed}"
        if exponent < 0:
            return f"{base} в минус {self.ordinal(-exponent, ending='fem_gen')} степени"
        return f"{base} в {self.ordinal(exponent, ending='fem_gen')} степени"

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """`Пётр первый`, `Екатерина вторая`."""
        if name:
            return self.ordinal(n, "f" if before in FEMALE else "m")
        word = before.rstrip().rpartition(" ")[2].lower()
        for stem, endings in NUMBERED:
            if word.startswith(stem):
                return self.ordinal(n, ending=endings.get(word.removeprefix(stem), "nom"))
        return self.cardinal(n)

    def roman_after(self, name: str, n: int) -> str:
        """`при Екатерине второй`, `Николая второго`."""
        found = RULERS.fullmatch(name)
        if found is None:
            return ""
        if found[1]:
            form = {"а": "fem", "я": "fem", "у": "fem_acc", "ю": "fem_acc"}.get(found[2], "fem_gen")
        else:
            form = {
                "а": "gen",
                "я": "gen",
                "у": "dat",
                "ю": "dat",
                "ом": "inst",
                "ем": "inst",
                "е": "prep",
                "и": "prep",
            }.get(found[4], "nom")
        return self.ordinal(n, ending=form)

    def roman_century(self, value: int, written: str, before: str, after: str) -> str:
        """`XX век`, `в XIX веке`."""
        century = re.match(r"(?:[-–—][IVX]{1,5})?[ \u00a0-]?(век[а-яё]*|вв?\.|столети[а-яё]+|съезд[а-яё]*)", after)
        if century is None:
            return ""
        word = century[1]
        if word in ("в.", "вв."):
            return self.ordinal(value, ending=self._century_form(re.sub(r"[IVX]{1,5}[-–—]\Z", "", before)))
        if word.startswith("столети"):
            return self.ordinal(value, ending={"е": "neut", "я": "gen", "и": "prep"}.get(word[-1], "neut"))
        form = {
            "век": "nom",
            "века": "gen",
            "веке": "prep",
            "веком": "inst",
            "веку": "dat",
            "веках": "prep",
            "съезд": "nom",
            "съезда": "gen",
            "съезде": "prep",
        }.get(word, "gen")
        return self.ordinal(value, ending=form)

    def _century_form(self, before: str) -> str:
        if self._in.search(before):
            return "prep"
        return "gen" if re.search(r"[^\W\d_][ \u00a0(]\Z", before) else "nom"

    def abbreviation_in(self, written: str, before: str, after: str) -> str:
        """`на странице`, `смотрите страницу`, `в двадцатом веке`."""
        if written in ("в.", "вв."):
            century = ROMAN_BEFORE.search(before)
            if century is None:
                return written
            form = self._century_form(before[: century.start()])
            names = ("век", "века", "веке") if written == "в." else ("века", "веков", "веках")
            return names[("nom", "gen", "prep").index(form)]
        if written == "ср." and self._in.search(before):
            return "среду"
        if written == "пр." and before.endswith("и "):
            return "прочее"
        if written == "др." and before.endswith("и "):
            return "другие"
        forms = ABBREVIATED.get(written.lower())
        if forms is None:
            return ""
        if written in BEFORE_NUMBER and not re.match(r"[ \u00a0]?(?:[0-9]|[IVX]+\b)", after):
            return written
        if written in BEFORE_NAME and not re.match(r"[ \u00a0]?[А-ЯЁ0-9]", after):
            return written
        one, obj, of, at_, many = forms.split()
        if re.match(r"[ \u00a0]?[0-9]{1,4}(?:[-–—]|, ?[0-9]|[ \u00a0]и[ \u00a0][0-9])", after) and written in (
            "стр.",
            "рис.",
            "гл.",
            "табл.",
            "п.",
            "ст.",
        ):
            return many
        if written in FEMININE_SHORT and TOWARD.search(before):
            return at_  # the dative of these is as their prepositional
        if IN_OR_ON.search(before):
            if written == "г." and MOTION.search(before):
                return obj
            return at_
        return of if FROM.search(before) else obj if LOOK.search(before) else one

    def glues(self, following: str, last: str) -> bool:
        """`двадцати` before `летний`."""
        return last == "-"

    _day_object = lazy_regex(r"(?<![^\W_])(?:во?|на|со? [а-яё]{2,11}\.? по) \Z", re.IGNORECASE)
    _day_genitive = lazy_regex(r"(?<![^\W_])(?:со?|до|от|после|кроме) \Z", re.IGNORECASE)

    def day_in(self, before: str, written: str) -> str:
        """`в среду`, `кроме среды`, `с понедельника по среду`, `по средам`."""
        if written not in DAYS:
            return ""
        one, of, obj, to, along = DAYS[written].split()
        if self._day_object.search(before):
            return obj
        if self._day_genitive.search(before):
            return of
        return along if before.lower().endswith("по ") else to if self._day_dative.search(before) else one

    def day_range(self, first: str, last: str) -> str:
        """`с понедельника по пятницу`."""
        if first not in DAYS or last not in DAYS:
            return ""
        return f"с {DAYS[first].split()[1]} по {DAYS[last].split()[2]}"

    def per_words(self, noun: str) -> str:
        """`в час`, `за килограмм`."""
        return f" {'в' if noun in TIMES else 'за'} {feminine_accusative(noun)}"

    def phone_part(self, digits: str) -> str:
        """`девятьсот шестнадцать`, `ноль пять`."""
        zeros = len(digits) - len(digits.lstrip("0"))
        if len(digits) > 3 or zeros == len(digits):
            return self.digits(digits)
        return " ".join([*[self.digit_words[0]] * zeros, self.cardinal(int(digits))])

    def phone_groups(self, digits: str) -> list[str]:
        """8 916 123 45 67."""
        if len(digits) == 11:
            return [digits[0], digits[1:4], digits[4:7], digits[7:9], digits[9:]]
        return super().phone_groups(digits)
