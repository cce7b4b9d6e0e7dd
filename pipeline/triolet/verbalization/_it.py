"""Italian."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns, si_units
from triolet.verbalization._romance import Romance

_ONES = (
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove"
).split()
_TENS = "- - venti trenta quaranta cinquanta sessanta settanta ottanta novanta".split()
_ORDINAL = "- primo secondo terzo quarto quinto sesto settimo ottavo nono decimo".split()
_UNITS = si_units(
    "kilo centi deci milli micro nano mega giga tera peta etto",
    """
km; m; chilometro; chilometri
m; m; metro; metri
kg; m; chilogrammo; chilogrammi
g; m; grammo; grammi
l; m; litro; litri
s; m; secondo; secondi
min; m; minuto; minuti
h; f; ora; ore
Hz; m; hertz
W; m; watt
Wh; m; wattora; wattora
kWh; m; chilowattora; chilowattora
V; m; volt
A; m; ampere
mAh; m; milliampereora; milliampereora
Ω; m; ohm
J; m; joule
cal; f; caloria; calorie
kcal; f; chilocaloria; chilocalorie
N; m; newton
Pa; m; pascal
hPa; m; ettopascal
bar; m; bar
dB; m; decibel
B; m; byte
kbps; m; kilobit al secondo
Mbps; m; megabit al secondo
Gbps; m; gigabit al secondo
t; f; tonnellata; tonnellate
lb; f; libbra; libbre
oz; f; oncia; once
mi; m; miglio; miglia
ft; m; piede; piedi
inch; m; pollice; pollici
ha; m; ettaro; ettari
hp; m; cavallo; cavalli
tsp; m; cucchiaino; cucchiaini
tbsp; m; cucchiaio; cucchiai
km/h; m; chilometro all'ora; chilometri all'ora
m/s; m; metro al secondo; metri al secondo
m/s2; m; metro al secondo quadrato; metri al secondo quadrato
mph; m; miglio all'ora; miglia all'ora
rpm; m; giro al minuto; giri al minuto
fps; m; fotogramma al secondo; fotogrammi al secondo
px; m; pixel
C; m; grado Celsius; gradi Celsius
F; m; grado Fahrenheit; gradi Fahrenheit
deg; m; grado; gradi
K; m; kelvin
""",
    square=("{} quadrato", "{} quadrati", "{} quadrati"),
    cube=("{} cubo", "{} cubi", "{} cubi"),
)
_CENT = Noun("m", "centesimo", "centesimi")


class Italian(Romance):
    """Italian."""

    code = "it"
    fold = "volte"
    out_of = "su"
    digit_words = tuple(_ONES[:10])
    point = "virgola"
    version_point = "punto"
    minus = "meno"
    plus = "più"
    percent = Noun("m", "per cento", "per cento")
    permille = Noun("m", "per mille", "per mille")
    to = "a"
    score = "a"
    by = "per"
    times = "per"
    and_ = "e"
    of = "di"
    per_many = "ogni"
    per = "al"
    squared = "al quadrato"
    cubed = "al cubo"
    power = "alla {}"
    version = "versione"
    number_sign = "numero"
    and_so_on = " eccetera"
    dot, at, slash, backslash, dash, underscore, colon = (
        "punto",
        "chiocciola",
        "barra",
        "barra inversa",
        "trattino",
        "trattino basso",
        "due punti",
    )
    first_day = "primo"
    months = (
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    )
    month_forms = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
    scales = nouns("""
k; ; mila
m; m; milione; milioni
b; m; miliardo; miliardi
t; m; bilione; bilioni
""")
    scale_words = {
        "milioni": "m",
        "milione": "m",
        "miliardi": "b",
        "miliardo": "b",
        "mld": "b",
        "mila": "k",
        "mln": "m",
    }
    units = _UNITS
    extra_units = {"mq": "m2", "CV": "hp", "sec": "s", "gr": "g", "ore": "h", "kmh": "km/h"}
    coins = {
        "EUR": (Noun("m", "euro", "euro"), _CENT),
        "USD": (Noun("m", "dollaro", "dollari"), _CENT),
        "GBP": (Noun("f", "sterlina", "sterline"), Noun("m", "penny", "pence")),
        "JPY": (Noun("m", "yen", "yen"), None),
        "CNY": (Noun("m", "yuan", "yuan"), None),
        "CHF": (Noun("m", "franco svizzero", "franchi svizzeri"), _CENT),
        "RUB": (Noun("m", "rublo", "rubli"), Noun("m", "copeco", "copechi")),
        "BRL": (Noun("m", "real", "real"), Noun("m", "centavo", "centavos")),
        "KRW": (Noun("m", "won", "won"), None),
        "INR": (Noun("f", "rupia", "rupie"), None),
        "BTC": (Noun("m", "bitcoin", "bitcoin"), None),
        "cent": (_CENT, None),
    }
    symbols = {
        "∫": "integrale", "∑": "somma", "∏": "prodotto", "⌈": "parte intera superiore di", "⌉": " ", "⌊": "parte intera di", "⌋": " ", "&": "e", "+": "più", "=": "uguale a", "×": "per", "÷": "diviso", "≈": "circa", "~": "circa", "±": "più o meno", "<": "minore di",
        ">": "maggiore di", "≤": "minore o uguale a", "≥": "maggiore o uguale a", "≠": "diverso da", "@": "chiocciola", "%": "per cento",
        "‰": "per mille", "°": "gradi", "§": "paragrafo", "§§": "paragrafi", "→": "a", "->": "a", "√": "radice di", "∞": "infinito", "π": "pi greco", "©": "copyright",
        "−": "meno", "*": "per", "/": "fratto", "№": "numero",
    }  # fmt: skip
    abbreviations = {
        "Sig.": "signor", "incl.": "incluso", "escl.": "escluso", "sig.": "signor", "Sig.ra": "signora", "sig.ra": "signora", "Dott.": "dottor", "dott.": "dottor", "Dott.ssa": "dottoressa",
        "Prof.": "professor", "Prof.ssa": "professoressa", "Avv.": "avvocato", "Ing.": "ingegner", "ecc.": "eccetera", "p. es.": "per esempio",
        "es.": "esempio", "n.": "numero", "pag.": "pagina", "pagg.": "pagine", "tel.": "telefono", "ca.": "circa", "a.C.": "avanti Cristo", "d.C.": "dopo Cristo",
        "cap.": "capitolo", "vol.": "volume", "art.": "articolo", "S.": "San", "vs.": "contro", "dott.ssa": "dottoressa", "prof.": "professor", "prof.ssa": "professoressa", "avv.": "avvocato", "ing.": "ingegner", "fig.": "figura", "min.": "minimo", "max.": "massimo", "all.": "allegato", "tab.": "tabella", "ed.": "edizione", "p.zza": "piazza", "V.le": "viale", "c.so": "corso", "C.so": "corso", "Sigg.": "signori", "ag.": "agosto", "gg.": "giorni", "vs": "contro", "p.": "pagina", "ad es.": "ad esempio", "sec.": "secolo", "cfr.": "confronta", "spett.": "spettabile", "Spett.": "spettabile",
    }  # fmt: skip
    weekdays = {
        "lun": "lunedì", "mar": "martedì", "mer": "mercoledì", "gio": "giovedì", "ven": "venerdì", "sab": "sabato", "dom": "domenica",
    }  # fmt: skip
    plural_in_range = {"pag.": "pagine", "p.": "pagine", "art.": "articoli", "cap.": "capitoli"}
    place_cues = r"(?:camera|stanza|posto|binario|aula|interno|classe|scala|fila|numero|sala|porta|gate|uscita)"
    ratio_cues_after = r"(?:contro|dilu)"
    duration_cues = r"in|di|dura|durato"
    ratio_cues = r"(?i:dilu\w{0,4}|mescol\w{0,4}|rapporto|proporzione|scala|vinto|vince|perso|perde|punteggio|risultato|finita|finito)"
    weekday_range = "da {} a {}"
    short_months = {
        "gen": "gennaio", "feb": "febbraio", "mar": "marzo", "apr": "aprile", "mag": "maggio", "giu": "giugno", "lug": "luglio", "ago": "agosto",
        "set": "settembre", "ott": "ottobre", "nov": "novembre", "dic": "dicembre",
    }  # fmt: skip
    ending_cues = r"(?:termina|terminante|terminano|finisce|finiscono) (?:con|in|per)|con finale"
    code_cues = r"(?i:codice|pin|password|ordine|conto|numero|rif(?:erimento)?\.?|pratica|cap|tel(?:efono)?\.?|chiamare|chiama|chiami|camera|volo)"
    roman_before = (
        r"(?i:secolo|secoli|sec\.|capitolo|parte|tomo|volume|atto|scena|libro|articolo|allegato|tipo|livello|fase)"
    )
    roman_ordinal_before = r"(?i:secol[oi]|sec\.)"
    feminine_after = (
        r"(?:volte|volta|ore|ora|settiman[ae]|person[ae]|pagin[ae]|donn[ae]|ragazz[ae]|cas[ae]|tazz[ae]|bottigli[ae]|piazz[ae]|strad[ae]|nott[ei]|"
        r"part[ei]|tonnellat[ae]|sterlin[ae]|libbr[ae]|lir[ae]|domand[ae]|rispost[ae]|regol[ae]|rig[ah]e?|[a-zàèéìòù]{2,20}(?:zione|zioni|sione|sioni|tà|à))(?![^\W_])"
    )
    _ordinal = lazy_regex(r"([0-9]{1,3})(?:°|º|ª|\^)(?! ?[CF](?![^\W_]))(?=[ \u00a0][^\W\d_])")
    _first = lazy_regex(
        r"1°?(?= (?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre))"
    )
    _days = lazy_regex(
        r"([0-3]?[0-9])[-–]([0-3]?[0-9])(?= (?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre))"
    )
    _clock = lazy_regex(r"([0-2]?[0-9])\.([0-5][0-9])(?![0-9.,%]|[ ]?(?:€|euro|kg|m\b))")
    _one_hour = lazy_regex(
        r"1 (?=(?:ora|amica|auto|isola|opera|azienda|altra|idea|email|app|unità|opzione|area|arancia|oncia)(?![^\W_]))"
    )
    _clock_before = lazy_regex(r"(?:(?:alle|dalle|le|ore|fino alle|alle ore)) \Z")

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`ventuno`, `duemila`; `un`, `una` before a noun."""
        if n == 1 and gender:
            return "una" if gender == "f" else "un" if attributive else "uno"
        parts: list[str] = []
        rest = n
        for one, many, value in (
            ("bilione", "bilioni", 10**12),
            ("miliardo", "miliardi", 10**9),
            ("milione", "milioni", 10**6),
        ):
            count, rest = divmod(rest, value)
            if count:
                parts.append(f"un {one}" if count == 1 else f"{self._thousands(count)} {many}")
        if rest or not parts:
            parts.append(self._thousands(rest))
        return " ".join(parts)

    def _thousands(self, n: int) -> str:
        if n < 1000:
            return self._hundreds(n)
        head = (
            "mille"
            if n < 2000
            else self._hundreds(n // 1000).removesuffix("é")
            + ("e" if self._hundreds(n // 1000).endswith("é") else "")
            + "mila"
        )
        return head + (self._hundreds(n % 1000) if n % 1000 else "")

    def _hundreds(self, n: int) -> str:
        words = ""
        if n >= 100:
            words = ("" if n < 200 else _ONES[n // 100]) + "cento"
            n %= 100
            if not n:
                return words
        if n < 20:
            small = _ONES[n]
        else:
            ten, one = divmod(n, 10)
            small = _TENS[ten]
            if one in (1, 8):
                small = small[:-1]
            small += _ONES[one] if one else ""
        if small.endswith("tre") and (words or n > 20):
            small = small[:-1] + "é"
        return (words[:-1] if small.startswith("ott") and words.endswith("cento") else words) + small

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`primo`, `ventunesimo`."""
        if n <= 10:
            words = _ORDINAL[n] if n else "zero"
        else:
            base = self.cardinal(n)
            words = (base[:-1] + "e" if base.endswith("é") else base if base.endswith("sei") else base[:-1]) + "esimo"
        return words[:-1] + "a" if gender == "f" else words

    def ordinal_at(self, text: str, at: int) -> tuple[int, str] | None:
        """`1°`, `2ª`."""
        ordinal = self._ordinal.match(text, at)
        return (
            None
            if ordinal is None
            else (ordinal.end(), self.ordinal(int(ordinal[1]), "f" if "ª" in ordinal[0] else "m"))
        )

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """The first of a month, `alle 14.30`."""
        if self._one_hour.match(text, at):
            return Found(at, at + 2, "numbers", "un'")
        days = self._days.match(text, at)
        if days:
            opened = text[max(0, at - 4) : at].lower() == "dal "
            first_day, last_day = (self.first_day if n == "1" else self.cardinal(int(n)) for n in days.groups())
            return Found(at, days.end(), "dates", f"{'' if opened else 'dal '}{first_day} al {last_day}")
        first = self._first.match(text, at)
        if first:
            return Found(at, first.end(), "dates", "primo")
        clock = self._clock.match(text, at)
        if clock and int(clock[1]) <= 24 and self._clock_before.search(text, max(0, at - 12), at):
            return Found(at, clock.end(), "times", self.time(int(clock[1]), int(clock[2]), None, "", ""))
        return None

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`quattordici e trenta`."""
        words = "una" if hour == 1 else self.cardinal(hour)
        if minute or second:
            words += f" e {self.cardinal(minute)}"
        if second:
            words += f" e {self.counted(Quantity(second), self.units['s'])}"
        return words + {"am": " di mattina", "pm": " di pomeriggio"}.get(half, "")

    _range_opened = lazy_regex(r"(?<![^\W_])(?:da|dal|dalle|dai|dagli|tra|fra|ore|n\.|numero)[ '’]\Z", re.IGNORECASE)
    _after_preposition = lazy_regex(
        r"(?<![^\W_])(?:per|in|di|con|circa|ogni|a|al|dopo|entro|su|nei|negli|nelle|delle|dei) \Z", re.IGNORECASE
    )

    def range_in(self, before: str, said: str) -> str:
        """`da cinque a dieci minuti`, `per cinque dieci minuti`."""
        opened = self._range_opened.search(before)
        if opened:
            then = {"dal ": "al", "dalle ": "alle", "dai ": "ai", "dagli ": "agli", "tra ": "e", "fra ": "e"}.get(
                opened[0].lower(), "a"
            )
            return said.replace(" a ", f" {then} ", 1)
        if not self._after_preposition.search(before):
            return f"da {said}"
        return said if "virgola" in said else said.replace(" a ", " ", 1)

    _word = lazy_regex(r"[ \u00a0]([^\W\d_]{2,24})(?![^\W_])")
    _masculine_a = lazy_regex(
        r"(?:problema|sistema|programma|cinema|poeta|clima|tema|pigiama|papa|ista|amma|emma|gramma|diploma|pilota|atleta|panda|gorilla|euro|sosia|delta|sofa|vaglia)\Z"
    )
    _feminine_e = lazy_regex(
        r"(?:[^l]ione|notte|parte|gente|voce|luce|croce|chiave|nave|neve|carne|fonte|morte|mente|legge|estate|classe|frase|mano|moglie|madre|arte|torre|rete|"
        r"opinione|ragione|stagione|tà|tù|trice|ice|ie|email|mail|app|foto|moto|auto|radio|crisi|analisi|tesi|ipotesi|base|fase|crescita|chat|password|star)\Z"
    )
    _with_uno = lazy_regex(r"(?:s[bcdfglmnpqrtvz]|z|gn|ps|pn|x|y)", re.IGNORECASE)

    def and_a_half(self, whole: int, noun: str) -> str:
        """`una tazza e mezza`."""
        if whole == 1 and noun.endswith("e"):
            noun = noun[:-1] + "a"
        elif whole == 1 and noun.endswith("i"):
            noun = noun[:-1] + "o"
        return super().and_a_half(whole, noun)

    def is_feminine(self, after: str) -> bool:
        """By the table, or by the end of the word."""
        if super().is_feminine(after):
            return True
        word = self._word.match(after)
        if word is None or self._noun_after.match(after) is None:
            return False
        return (word[1].endswith("a") and not self._masculine_a.search(word[1])) or self._feminine_e.search(
            word[1]
        ) is not None

    def plain(self, q: Quantity, before: str, after: str) -> str:
        """`uno studente`, `un'amica`."""
        words = super().plain(q, before, after)
        word = self._word.match(after) if words in ("un", "una") else None
        if word is None:
            return words
        if words == "un":
            return "uno" if self._with_uno.match(word[1]) else "un"
        return "un'" if word[1][0] in "aeiouAEIOU" else "una"

    def abbreviation_in(self, written: str, before: str, after: str) -> str:
        """`Santa Maria`, `Sant'Antonio`."""
        saint = re.match(r" ([A-Z])[a-zàèéìòù]*?([a-zàèéìòù])(?![^\W_])", after) if written == "S." else None
        if written == "S.":
            if saint is None:
                return written
            return "Santa" if saint[2] == "a" and saint[1] not in "AEIOU" else "Sant'" if saint[1] in "AEIOU" else "San"
        return super().abbreviation_in(written, before, after)

    def number(self, q: Quantity, gender: str = "", *, attributive: bool = False) -> str:
        """Thousands are one word."""
        if q.scale == "k" and not q.fraction:
            return super().number(Quantity(q.whole * 1000, "", q.negative), gender)
        return super().number(q, gender, attributive=attributive)

    def counted(self, q: Quantity, noun: Noun) -> str:
        """`un'ora`."""
        return super().counted(q, noun).replace("una o", "un'o")

    def price(self, major: str, minor: str, cents: int, code: str) -> str:
        """`cinque euro e cinquanta`."""
        return f"{major} e {self.cardinal(cents)}" if code in ("EUR", "CHF") else f"{major} e {minor}"

    parts = {3: ("terzo", "terzi"), 4: ("quarto", "quarti")}

    def part_name(self, bottom: int) -> str:
        """`quinto`."""
        return self.ordinal(bottom)

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`tre quinti`."""
        words = super().simple_fraction(whole, top, bottom, unit)
        return words.replace(f"{self.ordinal(bottom)}s", self.ordinal(bottom)[:-1] + "i") if bottom > 4 else words

    def half_word(self, gender: str, *, alone: bool) -> str:
        """`mezzo`, `mezza`."""
        return "mezza" if gender == "f" else "mezzo"

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """`Luigi quattordicesimo`."""
        female = before in ("Elisabetta", "Caterina", "Maria")
        return self.ordinal(n, "f" if female else "m") if name else self.cardinal(n)

    def roman_century(self, value: int, written: str, before: str, after: str) -> str:
        """`XX secolo`."""
        if re.match(r" secol[oi]", after):
            return self.ordinal(value)
        return super().roman_century(value, written, before, after)

    def per_words(self, noun: str) -> str:
        """`all'ora`, `alla settimana`."""
        if noun[:1] in "aeiou":
            return f" all'{noun}"
        return f" alla {noun}" if self.is_feminine(f" {noun}") else f" al {noun}"
