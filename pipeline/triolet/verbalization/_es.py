"""Spanish."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns, si_units
from triolet.verbalization._romance import Romance

_ONES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve "
    "veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
_TENS = "- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_HUNDREDS = (
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos".split()
)
_ORDINAL = "cero primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo".split()
_ORDINAL_TENS = (
    "- décimo vigésimo trigésimo cuadragésimo quincuagésimo sexagésimo septuagésimo octogésimo nonagésimo".split()
)
_UNITS = si_units(
    "kiló centí decí milí micró nanó mega giga tera peta hecto",
    """
m; m; metro; metros
kg; m; kilogramo; kilogramos
mg; m; miligramo; miligramos
µg; m; microgramo; microgramos
g; m; gramo; gramos
l; m; litro; litros
ml; m; mililitro; mililitros
cl; m; centilitro; centilitros
dl; m; decilitro; decilitros
s; m; segundo; segundos
ms; m; milisegundo; milisegundos
µs; m; microsegundo; microsegundos
ns; m; nanosegundo; nanosegundos
min; m; minuto; minutos
h; f; hora; horas
Hz; m; hercio; hercios
kHz; m; kilohercio; kilohercios
W; m; vatio; vatios
kW; m; kilovatio; kilovatios
Wh; m; vatio hora; vatios hora
kWh; m; kilovatio hora; kilovatios hora
V; m; voltio; voltios
kV; m; kilovoltio; kilovoltios
mV; m; milivoltio; milivoltios
A; m; amperio; amperios
mA; m; miliamperio; miliamperios
mAh; m; miliamperio hora; miliamperios hora
Ω; m; ohmio; ohmios
J; m; julio; julios
kJ; m; kilojulio; kilojulios
cal; f; caloría; calorías
kcal; f; kilocaloría; kilocalorías
N; m; newton; newtons
Pa; m; pascal; pascales
kPa; m; kilopascal; kilopascales
bar; m; bar; bares
dB; m; decibelio; decibelios
B; m; byte; bytes
kB; m; kilobyte; kilobytes
kbps; m; kilobit por segundo; kilobits por segundo
Mbps; m; megabit por segundo; megabits por segundo
Gbps; m; gigabit por segundo; gigabits por segundo
t; f; tonelada; toneladas
lb; f; libra; libras
oz; f; onza; onzas
mi; f; milla; millas
ft; m; pie; pies
inch; f; pulgada; pulgadas
yd; f; yarda; yardas
ha; f; hectárea; hectáreas
hp; m; caballo; caballos
tsp; f; cucharadita; cucharaditas
tbsp; f; cucharada; cucharadas
km/h; m; kilómetro por hora; kilómetros por hora
m/s; m; metro por segundo; metros por segundo
m/s2; m; metro por segundo al cuadrado; metros por segundo al cuadrado
mph; f; milla por hora; millas por hora
rpm; f; revolución por minuto; revoluciones por minuto
fps; m; fotograma por segundo; fotogramas por segundo
px; m; píxel; píxeles
C; m; grado Celsius; grados Celsius
F; m; grado Fahrenheit; grados Fahrenheit
deg; m; grado; grados
K; m; kelvin; kelvins
""",
    square=("{} cuadrado", "{} cuadrados", "{} cuadrados"),
    cube=("{} cúbico", "{} cúbicos", "{} cúbicos"),
)
_UNITS["ft2"] = Noun("m", "pie cuadrado", "pies cuadrados")
_CENT = Noun("m", "céntimo", "céntimos")
_CENTAVO = Noun("m", "centavo", "centavos")


class Spanish(Romance):
    """Spanish, as in Spain; in the region MX and others the dollar is the peso's sign."""

    code = "es"
    fold = "veces"
    out_of = "sobre"
    digit_words = tuple(_ONES[:10])
    point = "coma"
    version_point = "punto"
    minus = "menos"
    plus = "más"
    percent = Noun("m", "por ciento", "por ciento")
    permille = Noun("m", "por mil", "por mil")
    to = "a"
    score = "a"
    by = "por"
    times = "por"
    and_ = "y"
    of = "de"
    per_many = "cada"
    per = "por"
    squared = "al cuadrado"
    cubed = "al cubo"
    power = "elevado a {}"
    version = "versión"
    sharp = "sharp"
    number_sign = "número"
    and_so_on = " etcétera"
    dot, at, slash, backslash, dash, underscore, colon = (
        "punto",
        "arroba",
        "barra",
        "barra invertida",
        "guion",
        "guion bajo",
        "dos puntos",
    )
    of_date = "de"
    first_day = "uno"
    months = (
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    )
    month_forms = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
    scales = nouns("""
k; ; mil
m; m; millón; millones
b; ; mil millones
t; m; billón; billones
""")
    scale_words = {
        "mil millones": "b",
        "millones": "m",
        "millón": "m",
        "mil": "k",
        "billones": "t",
        "billón": "t",
        "M": "m",
    }
    units = _UNITS
    extra_units = {
        "hs": "h",
        "cda.": "tbsp",
        "cdta.": "tsp",
        "CV": "hp",
        "seg": "s",
        "grs": "g",
        "gr": "g",
        "kgs": "kg",
        "km/hora": "km/h",
    }
    coins = {
        "EUR": (Noun("m", "euro", "euros"), _CENT),
        "USD": (Noun("m", "dólar", "dólares"), _CENTAVO),
        "GBP": (Noun("f", "libra", "libras"), Noun("m", "penique", "peniques")),
        "JPY": (Noun("m", "yen", "yenes"), None),
        "CNY": (Noun("m", "yuan", "yuanes"), None),
        "CHF": (Noun("m", "franco suizo", "francos suizos"), _CENT),
        "RUB": (Noun("m", "rublo", "rublos"), Noun("m", "kopek", "kopeks")),
        "BRL": (Noun("m", "real", "reales"), _CENTAVO),
        "MXN": (Noun("m", "peso", "pesos"), _CENTAVO),
        "KRW": (Noun("m", "won", "wones"), None),
        "INR": (Noun("f", "rupia", "rupias"), None),
        "BTC": (Noun("m", "bitcoin", "bitcoins"), None),
        "cent": (_CENT, None),
    }
    symbols = {
        "∫": "integral", "∑": "suma", "∏": "producto", "⌈": "techo de", "⌉": " ", "⌊": "suelo de", "⌋": " ", "&": "y", "+": "más", "=": "igual a", "×": "por", "÷": "dividido entre", "≈": "aproximadamente", "~": "unos", "±": "más menos",
        "<": "menor que", ">": "mayor que", "≤": "menor o igual que", "≥": "mayor o igual que", "≠": "distinto de", "@": "arroba",
        "%": "por ciento", "‰": "por mil", "°": "grados", "§": "sección", "§§": "secciones", "→": "a", "->": "a", "√": "raíz de", "∞": "infinito", "π": "pi",
        "©": "copyright", "−": "menos", "*": "por", "/": "entre", "№": "número",
    }  # fmt: skip
    abbreviations = {
        "Sr.": "Señor", "incl.": "incluido", "excl.": "excluido", "Sra.": "Señora", "Srta.": "Señorita", "Dr.": "Doctor", "Dra.": "Doctora", "Prof.": "Profesor", "p. ej.": "por ejemplo",
        "p.ej.": "por ejemplo", "etc.": "etcétera", "EE. UU.": "Estados Unidos", "EE.UU.": "Estados Unidos", "Ud.": "usted", "Uds.": "ustedes",
        "n.º": "número", "N.º": "número", "nº": "número", "núm.": "número", "pág.": "página", "págs.": "páginas", "aprox.": "aproximadamente",
        "tel.": "teléfono", "av.": "avenida", "a. C.": "antes de Cristo", "d. C.": "después de Cristo", "cap.": "capítulo", "vol.": "volumen",
        "art.": "artículo", "Sta.": "Santa", "vs.": "contra", "D.": "don", "Dña.": "doña", "c/": "calle", "s.": "siglo", "C/": "calle", "Avda.": "avenida", "avda.": "avenida", "máx.": "máximo", "mín.": "mínimo", "fig.": "figura", "Ing.": "ingeniero", "Lic.": "licenciado", "Cía.": "compañía", "Gral.": "general", "depto.": "departamento", "dpto.": "departamento", "tlf.": "teléfono", "pza.": "plaza", "Pza.": "plaza", "ej.": "ejemplo", "min.": "minutos", "izq.": "izquierda", "dcha.": "derecha", "ed.": "edición", "vs": "contra",
    }  # fmt: skip
    weekdays = {
        "lun": "lunes", "mar": "martes", "mié": "miércoles", "jue": "jueves", "vie": "viernes", "sáb": "sábado", "dom": "domingo",
    }  # fmt: skip
    plural_in_range = {"pág.": "páginas", "art.": "artículos", "cap.": "capítulos"}
    place_cues = r"(?:habitación|puerta|asiento|aula|piso|andén|sala|bloque|número|clase|fila)"
    ratio_cues_after = r"(?:contra|dilu|victoria|derrota)"
    duration_cues = r"en|de|dura|duró"
    ratio_cues = r"(?i:dilu\w{0,4}|mezcl\w{0,4}|proporción|razón|relación|escala|ratio|ganó|ganaron|perdió|perdieron|marcador|resultado)"
    weekday_range = "{} a {}"
    short_months = {
        "ene": "enero", "feb": "febrero", "mar": "marzo", "abr": "abril", "jun": "junio", "jul": "julio", "ago": "agosto", "sep": "septiembre",
        "sept": "septiembre", "oct": "octubre", "nov": "noviembre", "dic": "diciembre",
    }  # fmt: skip
    ending_cues = r"(?:terminad[ao]s?|termina|terminan|acabad[ao]s?|acaba|finaliza|finalizad[ao]) (?:en|con)|con (?:terminación|final)"
    code_cues = r"(?i:código|pin|clave|contraseña|pedido|cuenta|número|ref(?:erencia)?\.?|expediente|postal|tel(?:éfono)?\.?|llame|llama|llamar|habitación|vuelo)"
    roman_before = r"(?i:capítulo|parte|tomo|volumen|acto|escena|libro|artículo|anexo|tipo|nivel|guerra mundial|fase|siglo|siglos|s\.)"
    feminine_after = (
        r"(?:veces|vez|horas?|semanas?|personas?|páginas?|mujeres|mujer|niñas?|casas?|tazas?|botellas?|plazas?|calles?|noches?|partes?|leyes|ley|"
        r"toneladas?|libras?|cucharadas?|cucharaditas?|pizcas?|[a-záéíóúñ]{2,20}(?:ciones|siones|ción|sión|dades|dad|tades|as|a))(?<!días)(?<!día)"
        r"(?<!problemas)(?<!problema)(?<!idiomas)(?<!idioma)(?<!programas)(?<!programa)(?<!sistemas)(?<!sistema)(?<!temas)(?<!tema)(?<!mapas)(?<!mapa)(?![^\W_])"
    )
    _ordinal = lazy_regex(r"([0-9]{1,3})\.?([ºª°]|(?:er|ro|ra|do|da|to|ta|mo|ma|vo|va|no|na)(?![^\W_]))")
    _clock = lazy_regex(r"([0-2]?[0-9])[ ]?h(?:s|rs)?(?:[ ]?([0-5][0-9])(?![0-9]))(?:[ ]?m)?(?![^\W_])(?! ?min)")
    _length = lazy_regex(r"([0-9]{1,3})[ \u00a0]?h[ \u00a0]?([0-5]?[0-9])[ \u00a0]?min(?![^\W_])")
    _first = lazy_regex(
        r"1(?:\.?º)?(?= de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre))"
    )

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        if region in ("MX", "CO", "CL", "AR"):
            self.dollar = "MXN"

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`veintiuno`; `veintiún`, `veintiuna` before a noun."""
        parts: list[str] = []
        rest = n
        for one, many, value in (("billón", "billones", 10**12), ("millón", "millones", 10**6)):
            count, rest = divmod(rest, value)
            if count:
                parts.append(f"un {one}" if count == 1 else f"{self._thousands(count, 'm', short=True)} {many}")
        if rest or not parts:
            parts.append(self._thousands(rest, gender, short=attributive and gender != "f"))
        return " ".join(parts)

    def _thousands(self, n: int, gender: str, *, short: bool) -> str:
        if n < 1000:
            return self._hundreds(n, gender, short=short)
        head = "mil" if n < 2000 else f"{self._hundreds(n // 1000, gender, short=gender != 'f')} mil"
        return f"{head} {self._hundreds(n % 1000, gender, short=short)}" if n % 1000 else head

    def _hundreds(self, n: int, gender: str, *, short: bool) -> str:
        if n == 100:
            return "cien"
        words: list[str] = []
        if n > 100:
            hundred = _HUNDREDS[n // 100]
            words.append(hundred[:-2] + "as" if gender == "f" and n >= 200 else hundred)
            n %= 100
        if n or not words:
            words.append(_ONES[n] if n < 30 else _TENS[n // 10] + (f" y {_ONES[n % 10]}" if n % 10 else ""))
        last = words[-1]
        if last.endswith("uno"):
            if gender == "f":
                words[-1] = last[:-1] + "a"
            elif short:
                words[-1] = "veintiún" if last == "veintiuno" else last[:-1]
        return " ".join(words)

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`primero`, `vigésimo primero`."""
        if n > 99 or n == 0:
            return self.cardinal(n)
        if n < 13:
            words = [_ORDINAL[n]]
        else:
            words = [_ORDINAL_TENS[n // 10], *([_ORDINAL[n % 10]] if n % 10 else [])]
            if n < 20:
                words = ["decimo" + _ORDINAL[n % 10]]
        if gender == "f":
            words = [word[:-1] + "a" for word in words]
        text = " ".join(words)
        return text[:-1] if ending == "er" and text.endswith(("primero", "tercero")) else text

    def abbreviation_in(self, written: str, before: str, after: str) -> str:
        """`s. XIX`."""
        if written == "s.":
            return "siglo" if re.match(r" [IVX]+(?![A-Za-z])", after) else written
        return super().abbreviation_in(written, before, after)

    def ordinal_at(self, text: str, at: int) -> tuple[int, str] | None:
        """`1.º`, `2ª`, `3er`."""
        ordinal = self._ordinal.match(text, at)
        if (
            ordinal is None
            or (ordinal[2] == "°" and re.match(r" ?[CF]", text[ordinal.end() : ordinal.end() + 2]))
            or ordinal[2] == "°"
        ):
            return None
        feminine = ordinal[2] in ("ª", "ra", "da", "ta", "ma", "va", "na")
        short = ordinal[2] == "er" or (
            ordinal[2] == "º"
            and re.match(
                r" (?!(?:y|e|o|u|de|del|que|en|con|por|la|el) )[a-záéíóú]", text[ordinal.end() : ordinal.end() + 6]
            )
        )
        return ordinal.end(), self.ordinal(int(ordinal[1]), "f" if feminine else "m", "er" if short else "")

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """`14 h 30`, the first of a month."""
        if length := self._length.match(text, at):
            parts = (self.counted(Quantity(int(length[n])), self.units[unit]) for n, unit in ((1, "h"), (2, "min")))
            return Found(at, length.end(), "units", " y ".join(parts))
        clock = self._clock.match(text, at)
        if clock and int(clock[1]) <= 24:
            return Found(at, clock.end(), "times", self.time(int(clock[1]), int(clock[2]), None, "", ""))
        first = self._first.match(text, at)
        return Found(at, first.end(), "dates", "uno" if first[0] == "1" else "primero") if first else None

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`catorce treinta`, `cinco y media`."""
        words = self.cardinal(hour, "f")
        if minute or second:
            words += f" y {self.cardinal(minute)}"
        if second:
            words += f" y {self.counted(Quantity(second), self.units['s'])}"
        if after and not minute:
            words += " horas"
        return words + {
            "am": " de la mañana",
            "pm": " de la tarde" if hour in (12, 1, 2, 3, 4, 5, 6, 7) else " de la noche",
        }.get(half, "")

    def price(self, major: str, minor: str, cents: int, code: str) -> str:
        """`cinco euros con cincuenta céntimos`."""
        return f"{major} con {minor}"

    parts = {3: ("tercio", "tercios"), 4: ("cuarto", "cuartos")}

    def part_name(self, bottom: int) -> str:
        """`quinto`, `veinteavo`."""
        return self.ordinal(bottom) if bottom <= 10 else f"{self.cardinal(bottom).rstrip('aeo')}avo"

    def half_word(self, gender: str, *, alone: bool) -> str:
        """`medio`, `media`."""
        return "media" if gender == "f" else "medio"

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """`Felipe segundo`, `Luis catorce`."""
        female = before in ("Isabel", "Catalina", "Maria", "María")
        return self.ordinal(n, "f" if female else "m") if name and n <= 10 else self.cardinal(n)
