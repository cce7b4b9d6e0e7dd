"""German."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language, NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns, si_units

_ONES = (
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn "
    "neunzehn"
).split()
_TENS = "- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
_LARGE = (("Billiarde", 10**15), ("Billion", 10**12), ("Milliarde", 10**9), ("Million", 10**6))
_UNITS = si_units(
    "Kilo Zenti Dezi Milli Mikro Nano Mega Giga Tera Peta Hekto",
    """
m; m; Meter
g; n; Gramm
l; m; Liter
s; f; Sekunde; Sekunden
min; f; Minute; Minuten
h; f; Stunde; Stunden
Hz; n; Hertz
W; n; Watt
Wh; f; Wattstunde; Wattstunden
V; n; Volt
A; n; Ampere
mAh; f; Milliamperestunde; Milliamperestunden
Ω; n; Ohm
J; n; Joule
cal; f; Kalorie; Kalorien
N; n; Newton
Pa; n; Pascal
bar; n; Bar
dB; n; Dezibel
B; n; Byte; Byte
KiB; n; Kibibyte
MiB; n; Mebibyte
GiB; n; Gibibyte
bps; n; Bit pro Sekunde
kbps; n; Kilobit pro Sekunde
Mbps; n; Megabit pro Sekunde
Gbps; n; Gigabit pro Sekunde
t; f; Tonne; Tonnen
lb; n; Pfund
oz; f; Unze; Unzen
mi; f; Meile; Meilen
ft; m; Fuß
inch; m; Zoll
yd; n; Yard
ha; n; Hektar
hp; f; Pferdestärke; Pferdestärken
gal; f; Gallone; Gallonen
tsp; m; Teelöffel
tbsp; m; Esslöffel
km/h; m; Kilometer pro Stunde
m/s; m; Meter pro Sekunde
m/s2; m; Meter pro Sekunde zum Quadrat
mph; f; Meile pro Stunde; Meilen pro Stunde
rpm; f; Umdrehung pro Minute; Umdrehungen pro Minute
fps; n; Bild pro Sekunde; Bilder pro Sekunde
px; n; Pixel
C; m; Grad Celsius
F; m; Grad Fahrenheit
deg; m; Grad
K; n; Kelvin
""",
    square=("Quadrat{}", "Quadrat{}", "Quadrat{}"),
    cube=("Kubik{}", "Kubik{}", "Kubik{}"),
    joined=True,
)
_CENT = Noun("m", "Cent", "Cent")
_DATIVE = lazy_regex(
    r"(?<![^\W_])(?:am|im|vom|zum|zur|beim|dem|den|des|einem|einen|eines|einer|ihrem|ihren|seinem|seinen|meinem|meinen|unserem|diesem|"
    r"diesen|dieser|jedem|jeden|ab|seit|bis|spätestens|einschließlich|einschl\.|vor|nach|(?:in|an|auf|mit|von|bei|aus|seit|nach|zu|während|wegen|trotz) (?:der|ihrer|seiner|unserer))"
    r"(?: (?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag),?)?(?: den| dem)? \Z",
    re.IGNORECASE,
)
_WEAK = lazy_regex(
    r"(?<![^\W_])(?:der|die|das|diese|dieses|dieser|jede|jedes|jeder|eine|ihre|seine|unsere|meine) \Z", re.IGNORECASE
)
_OBJECT = lazy_regex(
    r"(?<![^\W_])(?!(?:ist|war|sind|waren|wird|werden|bleibt|fehlt|reicht|genügt|kommt|und|oder|mit|von|aus|zu|bei|nach|als|etwa|circa|ca) )[^\W\d_]{2,20} \Z",
    re.IGNORECASE,
)


_AFTER_DATIVE = lazy_regex(
    r"(?<![^\W_])(?:mit|nach|von|aus|bei|seit|zu|vor|in|ab|außer|unter|neben|zwischen) (?:nur |etwa |rund |circa |ca\. |jeweils )?\Z",
    re.IGNORECASE,
)
_AFTER_ACCUSATIVE = lazy_regex(
    r"(?<![^\W_])(?:für|ohne|durch|gegen|um|pro|über|auf|noch|nur|etwa|je) \Z", re.IGNORECASE
)
_HOW_LONG = lazy_regex(
    r" (?:lang|hoch|breit|tief|weit|groß|dick|entfernt|alt|schwer|später|früher|vorher|länger|kürzer)(?![^\W_])"
)
_FEMININE = lazy_regex(
    r"(?:ung|heit|keit|schaft|tion|sion|tät|ik|enz|anz|ur|ei|[^eah]in|e)\Z|(?:mutter|schwester|tochter|nummer|kammer|feder|butter|steuer|mauer|leiter|"
    r"frau|nacht|stadt|hand|wand|bank|maus|kuh|tür|uhr|zahl|wahl|zeit|arbeit|mail|app|kraft|fahrt|welt|person|million|milliarde|milch|wurst|schicht|antwort|party)\Z"
)
_NOT_FEMININE = lazy_regex(
    r"(?:termin|magazin|benzin|kamin|verein|schein|wein|stein|bein|schwein|latein|cousin|urin|vitamin|protein|junge|kunde|kollege|name|hase|löwe|affe|bote|"
    r"käse|neffe|experte|zeuge|buchstabe|gedanke|wille|ende|auge|interesse|erbe|franzose|deutsche|türke|russe|grieche|abitur|futur|ei|ohr|papagei|"
    r"polizist|gebäude|getränk|gemüse|gebirge|gelände|getreide|gewebe|finale|kaffee|tee|see|schnee|klee|haare?)\Z"
)
_NEUTER = lazy_regex(
    r"(?:chen|lein|ment|um|kind|haus|auto|buch|ei|jahr|mal|bild|bett|bier|brot|glas|handy|hotel|hemd|huhn|kilo|gramm|prozent|spiel|stück|team|ticket|tier|tor|"
    r"video|wort|zimmer|messer|fenster|theater|poster|wasser|semester|muster|paket|blatt|foto|land|dorf|pferd|schiff|problem|ziel|restaurant|fest|heft|hähnchen|"
    r"konzert|gerät|rad|boot|bad|dach|fach|fahrrad|flugzeug|zeug|spielzeug|werkzeug|gericht|gewicht|gesicht|geschäft|geschenk|ergebnis|ereignis|zeugnis|baby|"
    r"hobby|büro|konto|kino|radio|studio|sofa|museum|zentrum|system|programm|projekt|produkt|modell|exemplar|formular|kapitel|viertel|drittel|mittel|rezept|"
    r"ende|auge|herz|ohr|interview|event|meeting|update|album|lied|netz|amt|grad|watt|byte|gebäude|gemüse|finale|schwein|bein|pfund|volt|hertz)\Z",
    re.IGNORECASE,
)


_LISTED = lazy_regex(r"[^\W\d_] (?:und|oder|sowie) \Z|[^\W\d_], \Z")
_COPULA = lazy_regex(
    r"(?<![^\W_])(?:ist|sind|war|waren|wird|werden|bleib\w{0,3}|fehl\w{0,3}|komm\w{0,3}|lieg\w{0,3}|steh\w{0,3}|reich\w{0,3})(?![^\W_])",
    re.IGNORECASE,
)


def _is_object(before: str) -> bool:
    """Whether what comes is the object of the sentence, perhaps the second of a list."""
    return _OBJECT.search(before) is not None or (_LISTED.search(before) is not None and _COPULA.search(before) is None)


def gender_of(noun: str) -> str:
    """The gender that the end of a German noun tells; masculine if it tells none."""
    lower = noun.lower()
    if _NEUTER.search(lower):
        return "n"
    return "f" if _FEMININE.search(lower) and not _NOT_FEMININE.search(lower) else "m"


class German(Language):
    """German."""

    code = "de"
    groups = ". ’'\u00a0\u202f"
    fold = "mal"
    out_of = "von"
    country_code_as_number = True
    digit_words = tuple(_ONES[:10])
    point = "Komma"
    version_point = "Punkt"
    minus = "minus"
    percent = Noun("n", "Prozent", "Prozent")
    permille = Noun("n", "Promille", "Promille")
    to = "bis"
    score = "zu"
    by = "mal"
    times = "mal"
    and_ = "und"
    per_many = "auf"
    per = "pro"
    squared = "Quadrat"
    cubed = "hoch drei"
    power = "hoch {}"
    version = "Version"
    sharp = "sharp"
    number_sign = "Nummer"
    and_so_on = " und so weiter"
    dot, at, slash, backslash, dash, underscore, colon = (
        "Punkt",
        "at",
        "Schrägstrich",
        "Backslash",
        "Bindestrich",
        "Unterstrich",
        "Doppelpunkt",
    )
    months = (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    )
    month_forms = r"Januar|Jänner|Februar|Feber|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jan\.|Feb\.|Apr\.|Aug\.|Sept?\.|Okt\.|Nov\.|Dez\."
    scales = nouns("""
k; ; tausend
m; f; Million; Millionen
b; f; Milliarde; Milliarden
t; f; Billion; Billionen
""")
    scale_words = {
        "Mio.": "m", "Mio": "m", "Mrd.": "b", "Mrd": "b", "Bio.": "t", "Tsd.": "k", "Millionen": "m", "Million": "m", "Milliarden": "b",
        "Milliarde": "b", "Billionen": "t", "Billion": "t", "tausend": "k",
    }  # fmt: skip
    units = _UNITS
    extra_units = {
        "Std.": "h",
        "Min.": "min",
        "Sek.": "s",
        "EL": "tbsp",
        "TL": "tsp",
        "PS": "hp",
        "qm": "m2",
        "Std": "h",
        "Min": "min",
        "Sek": "s",
    }
    coins = {
        "EUR": (Noun("m", "Euro", "Euro"), _CENT),
        "USD": (Noun("m", "Dollar", "Dollar"), _CENT),
        "GBP": (Noun("n", "Pfund", "Pfund"), Noun("m", "Penny", "Pence")),
        "JPY": (Noun("m", "Yen", "Yen"), None),
        "CNY": (Noun("m", "Yuan", "Yuan"), Noun("m", "Fen", "Fen")),
        "CHF": (Noun("m", "Franken", "Franken"), Noun("m", "Rappen", "Rappen")),
        "RUB": (Noun("m", "Rubel", "Rubel"), Noun("f", "Kopeke", "Kopeken")),
        "BRL": (Noun("m", "Real", "Reais"), Noun("m", "Centavo", "Centavos")),
        "KRW": (Noun("m", "Won", "Won"), None),
        "INR": (Noun("f", "Rupie", "Rupien"), Noun("m", "Paisa", "Paise")),
        "PLN": (Noun("m", "Zloty", "Zloty"), Noun("m", "Groschen", "Groschen")),
        "CAD": (Noun("m", "kanadischer Dollar", "kanadische Dollar"), _CENT),
        "AUD": (Noun("m", "australischer Dollar", "australische Dollar"), _CENT),
        "TRY": (Noun("f", "türkische Lira", "türkische Lira"), Noun("m", "Kuruş", "Kuruş")),
        "SEK": (Noun("f", "schwedische Krone", "schwedische Kronen"), None),
        "NOK": (Noun("f", "norwegische Krone", "norwegische Kronen"), None),
        "DKK": (Noun("f", "dänische Krone", "dänische Kronen"), None),
        "CZK": (Noun("f", "tschechische Krone", "tschechische Kronen"), None),
        "BTC": (Noun("m", "Bitcoin", "Bitcoin"), None),
        "cent": (_CENT, None),
    }
    coin_words = {"Fr.": "CHF", "SFr.": "CHF"}
    symbols = {
        "∫": "Integral", "∑": "Summe", "∏": "Produkt", "⌈": "aufgerundet", "⌉": " ", "⌊": "abgerundet", "⌋": " ", "&": "und", "+": "plus", "=": "gleich", "×": "mal", "÷": "geteilt durch", "≈": "ungefähr", "~": "etwa", "±": "plus minus",
        "<": "kleiner als", ">": "größer als", "≤": "kleiner gleich", "≥": "größer gleich", "≠": "ungleich", "@": "at", "%": "Prozent",
        "‰": "Promille", "°": "Grad", "§": "Paragraf", "§§": "Paragrafen", "→": "nach", "->": "nach", "√": "Wurzel aus", "∞": "unendlich", "π": "Pi",
        "©": "Copyright", "−": "minus", "*": "mal", "/": "durch", "№": "Nummer",
    }  # fmt: skip
    abbreviations = {
        "z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt", "u. a.": "unter anderem",
        "u.a.": "unter anderem", "usw.": "und so weiter", "bzw.": "beziehungsweise", "ca.": "circa", "etc.": "et cetera", "Dr.": "Doktor",
        "Prof.": "Professor", "Nr.": "Nummer", "Str.": "Straße", "St.": "Sankt", "vgl.": "vergleiche", "evtl.": "eventuell",
        "ggf.": "gegebenenfalls", "inkl.": "inklusive", "zzgl.": "zuzüglich", "i. d. R.": "in der Regel", "o. ä.": "oder ähnlich",
        "u. U.": "unter Umständen", "z. T.": "zum Teil", "Abs.": "Absatz", "Art.": "Artikel", "Kap.": "Kapitel", "Abb.": "Abbildung",
        "Tel.": "Telefon", "Hr.": "Herr", "Fr.": "Frau", "max.": "maximal", "min.": "mindestens", "S.": "Seite", "Bd.": "Band", "v. Chr.": "vor Christus",
        "n. Chr.": "nach Christus", "vs.": "gegen", "Jh.": "Jahrhundert",
        "mind.": "mindestens", "Bj.": "Baujahr", "MwSt.": "Mehrwertsteuer", "bspw.": "beispielsweise", "lt.": "laut", "tägl.": "täglich", "exkl.": "exklusive",
        "geb.": "geboren", "Aufl.": "Auflage", "Tab.": "Tabelle", "z. Zt.": "zur Zeit", "v. a.": "vor allem", "s. o.": "siehe oben", "s. u.": "siehe unten",
        "p. a.": "pro Jahr", "u. v. m.": "und vieles mehr", "sog.": "sogenannte", "ff.": "folgende", "Stk.": "Stück", "Co.": "Co", "Anm.": "Anmerkung",
        "Hbf.": "Hauptbahnhof", "gegr.": "gegründet", "entspr.": "entsprechend", "einschl.": "einschließlich", "Mo.": "Montag", "Di.": "Dienstag", "Mi.": "Mittwoch", "Do.": "Donnerstag", "Sa.": "Samstag", "So.": "Sonntag", "dt.": "deutsch",
    }  # fmt: skip
    weekdays = {
        "Mo": "Montag", "Di": "Dienstag", "Mi": "Mittwoch", "Do": "Donnerstag", "Fr": "Freitag", "Sa": "Samstag", "So": "Sonntag",
    }  # fmt: skip
    plural_in_range = {"S.": "Seiten", "Abb.": "Abbildungen", "Kap.": "Kapitel", "Nr.": "Nummern"}
    compound_endings = {"str.": "straße", "nr.": "nummer"}
    place_cues = r"(?:zimmer|raum|gleis|platz|sitz|klasse|haus|hausnummer|nr\.|wohnung|gate|halle|saal|block|reihe|\w{0,20}(?:straße|str\.|weg))"
    ratio_cues_after = r"(?:verdünn|misch|gemischt|gegen|Verhältnis|Sieg|Niederlage)"
    duration_cues = r"in|dauert|dauerte|unter|von"
    ratio_cues = r"(?i:misch\w{0,3}|verdünn\w{0,3}|verhältnis|maßstab|gewann|gewonnen|verlor|verloren|endete|endstand|spielstand|ergebnis|führt)"
    weekday_range = "{} bis {}"
    short_months = {
        "Jan": "Januar", "Feb": "Februar", "Mrz": "März", "Apr": "April", "Jun": "Juni", "Jul": "Juli", "Aug": "August", "Sep": "September",
        "Sept": "September", "Okt": "Oktober", "Nov": "November", "Dez": "Dezember",
    }  # fmt: skip
    ending_after = r"endet(?![^\W_])|endende[nrs]?(?![^\W_])"
    ending_cues = r"mit (?:der endung|den endziffern|den letzten (?:vier )?ziffern)|endziffern|endet auf|endend auf"
    code_cues = r"(?i:code|pin|tan|passwort|[a-zäöü]{0,16}nummer|[a-zäöü]{0,12}nr\.?|telefon|tel\.?|konto|plz|postleitzahl|zimmer|flug|bestellung|ruf|rufen|wählen|unter)"
    roman_before = r"(?i:kapitel|teil|band|akt|szene|artikel|weltkrieg|stufe|typ|phase|anhang|abschnitt|klasse)"
    monarch_article = "der"
    feminine_after = (
        r"(?:Stunde|Minute|Sekunde|Woche|Person|Frau|Seite|Tasse|Flasche|Nacht|Mark|Katze|Idee|Aufgabe|Frage|Tonne|Meile|Zeile|Stufe|Portion|"
        r"Prise|Kugel|Karte|Datei|Nachricht|Reihe|Regel|Straße|Runde|Schule|Stadt|Packung|Dose|Scheibe|Kalorie|Etage|"
        r"[A-ZÄÖÜ][a-zäöüß]{2,24}(?:ung|heit|keit|schaft|tion|tät))(?![^\W_])"
    )
    _share = lazy_regex(r"([0-9]{1,3})[ \u00a0]?%-?(ig(?:e[nmrs]?)?)(?![^\W_])")
    _postal = lazy_regex(r"(?![0-9]{2}000)[0-9]{5}(?= [A-ZÄÖÜ][a-zäöüß]+(?:[.,]|\Z))")
    _house_before = lazy_regex(r"[0-9][a-z]?, \Z")
    _noun = lazy_regex(r"[ \u00a0](?:[a-zäöüß]{2,20}(?:e|en|er|es) )?([A-ZÄÖÜ][a-zäöüß]{2,30})(?![^\W_])")
    _ordinal = lazy_regex(r"([0-9]{1,3})\.(?=[ \u00a0][^\W\d_])")
    _date_with_month = lazy_regex(
        rf"([0-3]?[0-9])\.[ \u00a0](?P<month>{month_forms})(?![^\W_])(?:[ \u00a0]([12][0-9]{{3}})(?![0-9]|[.,:][0-9]))?"
    )
    _span_of_days = lazy_regex(r"([0-3]?[0-9])\.(?:[ ]?[-–][ ]?)(?=[0-3]?[0-9]\.)")
    _day_month = lazy_regex(r"([0-3]?[0-9])\.([01]?[0-9])\.(?![0-9])")
    _decade_er = lazy_regex(r"([0-9]{2,4})er(?![^\W_])")
    _clock = lazy_regex(r"([0-2]?[0-9])\.([0-5][0-9])(?=[ \u00a0]?Uhr)")
    _cue = lazy_regex(r"(?i:jahr|jahre|jahres|seit|von|bis|ab|anno|um|zwischen|und|sommer|winter|herbst|frühjahr|januar|februar|märz|april|mai|juni|juli|august|"
                      r"september|oktober|november|dezember|in|ende|anfang|mitte)[ \u00a0]\Z|\(\Z")  # fmt: skip
    _hour = lazy_regex(r"[ \u00a0](?:Uhr|h)(?![^\W_])")

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`ein`, `eine`, `eins`; larger numbers in one word."""
        if n == 1 and gender:
            return "eine" if gender == "f" else "ein"
        parts: list[str] = []
        for name, value in _LARGE:
            count, n = divmod(n, value)
            if count:
                plural = name + ("n" if name.endswith("e") else "en")
                parts.append(f"eine {name}" if count == 1 else f"{self._small(count)} {plural}")
        if n or not parts:
            parts.append(self._small(n))
        return " ".join(parts)

    def _small(self, n: int) -> str:
        """Below a million."""
        if n >= 1000:
            head = self._hundreds(n // 1000)
            return (
                (head[:-1] if head.endswith("eins") else head)
                + "tausend"
                + (self._hundreds(n % 1000) if n % 1000 else "")
            )
        return self._hundreds(n)

    def _hundreds(self, n: int) -> str:
        words = ""
        if n >= 100:
            words = ("ein" if n < 200 else _ONES[n // 100]) + "hundert"
            n %= 100
            if not n:
                return words
        if n < 20:
            return words + _ONES[n]
        one = n % 10
        return words + ((("ein" if one == 1 else _ONES[one]) + "und") if one else "") + _TENS[n // 10]

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`dritte`; `ending` is `n` or `r`."""
        special = {1: "erste", 3: "dritte", 7: "siebte", 8: "achte"}
        last = n % 100
        words = self.cardinal(n)
        if last in special:
            tail = self.cardinal(last)
            words = words[: -len(tail)] + special[last] if n > 100 else special[last]
        else:
            words += "te" if 0 < last < 20 else "ste"
        return words + ending

    def _inflected(self, n: int, before: str, *, bare: str = "r") -> str:
        """The ordinal number as the words before it want it."""
        if _DATIVE.search(before):
            return self.ordinal(n, ending="n")
        return self.ordinal(n, ending="" if _WEAK.search(before) else bare)

    def year(self, n: int) -> str:
        """`neunzehnhundertneunundneunzig`."""
        if 1100 <= n < 2000:
            return self._hundreds(n // 100) + "hundert" + (self._hundreds(n % 100) if n % 100 else "")
        return self.cardinal(n)

    def is_year(self, n: int, before: str, after: str, *, cue: bool) -> bool:
        """Before 2000, if no noun is counted."""
        return n < 2000 and (self._cue.search(before) is not None or re.match(r"[ \u00a0][A-ZÄÖÜ]", after) is None)

    def date(self, year: int | None, month: int, day: int | None) -> str:
        """`zwölfter Mai zweitausendsechsundzwanzig`."""
        return self.date_in("", year, month, day)

    def date_in(self, before: str, year: int | None, month: int, day: int | None) -> str:
        """The same in a sentence."""
        parts = [] if day is None else [self._inflected(day, before)]
        parts.append(self.months[month - 1])
        if year is not None:
            parts.append(self.year(year))
        return " ".join(parts)

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`vierzehn Uhr dreißig`."""
        words = f"{self.cardinal(hour, 'm')} Uhr"
        if minute or second:
            words += f" {self.cardinal(minute)}"
        if second:
            words += f" und {self.counted(Quantity(second), self.units['s'])}"
        return words + {"am": " morgens", "pm": " nachmittags"}.get(half, "")

    def hour_after(self, text: str, end: int) -> int:
        """`Uhr` belongs to a time in digits."""
        hour = self._hour.match(text, end)
        return len(hour[0]) if hour else 0

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """Days with months, and `14.30 Uhr`."""
        before = text[max(0, at - 40) : at]
        date = self._date_with_month.match(text, at)
        if date and 1 <= int(date[1]) <= 31:
            month = next(
                i for i, name in enumerate(self.months, 1) if name.startswith(date["month"][:3].replace("Jän", "Jan"))
            )
            return Found(
                at, date.end(), "dates", self.date_in(before, int(date[3]) if date[3] else None, month, int(date[1]))
            )
        span = self._span_of_days.match(text, at)
        if span:
            return Found(at, span.end(), "dates", f"{self._inflected(int(span[1]), before)} bis ")
        clock = self._clock.match(text, at)
        if clock and int(clock[1]) <= 24:
            end = clock.end() + self.hour_after(text, clock.end())
            end = end if end > clock.end() else clock.end() + 3
            return Found(at, end, "times", self.time(int(clock[1]), int(clock[2]), None, "", ""))
        day = self._day_month.match(text, at)
        if (
            day
            and 1 <= int(day[2]) <= 12
            and 1 <= int(day[1]) <= 31
            and (text[day.end() :].strip() or _DATIVE.search(before) or not before.strip())
        ):
            words = f"{self._inflected(int(day[1]), before)} {self._inflected(int(day[2]), before)}"
            return Found(at, day.end() - (not text[day.end() :].strip()), "dates", words)
        if share := self._share.match(text, at):
            return Found(at, share.end(), "percentages", f"{self.cardinal(int(share[1]))}prozent{share[2]}")
        if (postal := self._postal.match(text, at)) and (self._house_before.search(before) or not before.strip()):
            return Found(at, postal.end(), "codes", self.digits(postal[0]))
        decade = self._decade_er.match(text, at)
        if decade:
            return Found(at, decade.end(), "years", self.year(int(decade[1])) + "er")
        ordinal = self._ordinal.match(text, at)
        if ordinal and int(ordinal[1]):
            return Found(
                at,
                ordinal.end(),
                "ordinals",
                self._inflected(int(ordinal[1]), before, bare=self._bare_ending(before, text, ordinal.end())),
            )
        return None

    def _bare_ending(self, before: str, text: str, at: int) -> str:
        """`mein erstes Auto`, `dritte Auflage`."""
        noun = self._noun.match(text, at)
        if before[-1:] == "-":
            return ""
        if noun is None:
            return "r"
        return {"f": "", "n": "s", "m": "r"}[gender_of(noun[1])]

    def roman_century(self, value: int, written: str, before: str, after: str) -> str:
        """`im Zweiten Weltkrieg`."""
        return self._inflected(value, before) if re.match(r"\. [A-ZÄÖÜ]", after) else ""

    def price(self, major: str, minor: str, cents: int, code: str) -> str:
        """`fünf Euro fünfzig`: the hundredths of euros and dollars need no name."""
        return (
            f"{major} und {minor}" if code in ("USD", "GBP", "RUB", "INR", "BRL") else f"{major} {self.cardinal(cents)}"
        )

    def fraction_digits(self, digits: str) -> str:
        """Digit by digit."""
        return self.digits(digits)

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`ein halber Liter`, `zweieinhalb`, `drei Viertel`."""
        if bottom == 2 and top == 1:
            if whole:
                words = f"{'ein' if whole == 1 else self._small(whole)}einhalb"
                return words if unit is None else f"{words} {unit.many}"
            if unit is None:
                return "ein halb"
            return {"m": "ein halber", "f": "eine halbe", "n": "ein halbes"}[unit.gender] + f" {unit.one}"
        name = "Hälfte" if bottom == 2 else self.ordinal(bottom)[:-2] + "tel"
        name = {3: "Drittel", 7: "Siebtel", 8: "Achtel"}.get(bottom, name[0].upper() + name[1:])
        part = f"{self.cardinal(top, 'n')} {name}"
        if whole:
            part = f"{self.cardinal(whole)} {part}"
        return part if unit is None else f"{part} {unit.one if not whole else unit.many}"

    def abbreviation_in(self, written: str, before: str, after: str) -> str:
        """`am Mi., 12.3.`, but `So.` is a word elsewhere."""
        if written in ("Max.", "Min."):
            return "" if re.match(r" ?[0-9]", after) else written  # a name
        if written in ("Mo.", "Di.", "Mi.", "Do.", "Sa.", "So."):
            dated = re.match(r",?(?: den)? ?[0-9]|,\Z", after) is not None or before.endswith(("am ", "Am ", "bis "))
            return "" if dated else written
        return super().abbreviation_in(written, before, after)

    def plain(self, q: Quantity, before: str, after: str) -> str:
        """`einen Apfel`, `mit einem Kind`, `eine Lehrerin`."""
        if not q.is_one or q.negative:
            return super().plain(q, before, after)
        noun = self._noun.match(after)
        if noun is None:
            return "einer" if re.match(r" von [0-9]", after) else self.number(q)
        return self._one(gender_of(noun[1]), before, after)

    def _one(self, gender: str, before: str, after: str) -> str:
        if _AFTER_DATIVE.search(before):
            return "einer" if gender == "f" else "einem"
        if gender == "m" and (_AFTER_ACCUSATIVE.search(before) or _is_object(before) or _HOW_LONG.match(after)):
            return "einen"
        return "eine" if gender == "f" else "ein"

    def counted_in(self, q: Quantity, noun: Noun, before: str, written: str, after: str) -> str:
        """`ist einen Meter lang`, `nach einer Stunde`."""
        words = self.counted(q, noun)
        if not q.is_one or q.negative or noun is self.percent:
            return words
        return f"{self._one(noun.gender, before, after)} {words.partition(' ')[2]}"

    def money_in(self, q: Quantity, code: str, before: str, after: str) -> str:
        """`für einen Euro`."""
        words = self.money(q, code)
        if not q.is_one or q.negative:
            return words
        return f"{self._one(self.coins[code][0].gender, before, after)} {words.partition(' ')[2]}"

    def fraction_in(self, before: str, words: str) -> str:
        """`Nimm einen halben Teelöffel`: within a sentence it is hardly ever the subject."""
        if not words.startswith("ein halber ") or not _is_object(before):
            return words
        return words.replace("ein halber ", "einen halben ", 1)

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """`Ludwig der Vierzehnte`."""
        if not name:
            return self.cardinal(n)
        article = "die" if before in ("Elisabeth", "Katharina", "Maria", "Margaret", "Elizabeth") else "der"
        words = self.ordinal(n)
        return f"{article} {words[0].upper()}{words[1:]}"
