"""Portuguese."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns, si_units
from triolet.verbalization._romance import Romance

_ONES = (
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove"
).split()
_TENS = "- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()
_HUNDREDS = "- cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos".split()
_ORDINAL = "- primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono".split()
_ORDINAL_TENS = (
    "- décimo vigésimo trigésimo quadragésimo quinquagésimo sexagésimo septuagésimo octogésimo nonagésimo".split()
)
_UNITS = si_units(
    "quilô centí decí milí micrô nanô mega giga tera peta hecto",
    """
m; m; metro; metros
kg; m; quilograma; quilogramas
mg; m; miligrama; miligramas
µg; m; micrograma; microgramas
g; m; grama; gramas
l; m; litro; litros
ml; m; mililitro; mililitros
cl; m; centilitro; centilitros
dl; m; decilitro; decilitros
s; m; segundo; segundos
ms; m; milissegundo; milissegundos
µs; m; microssegundo; microssegundos
ns; m; nanossegundo; nanossegundos
min; m; minuto; minutos
h; f; hora; horas
Hz; m; hertz
kHz; m; quilohertz
W; m; watt; watts
kW; m; quilowatt; quilowatts
Wh; m; watt-hora; watts-hora
kWh; m; quilowatt-hora; quilowatts-hora
V; m; volt; volts
kV; m; quilovolt; quilovolts
mV; m; milivolt; milivolts
A; m; ampere; amperes
mA; m; miliampere; miliamperes
mAh; m; miliampere-hora; miliamperes-hora
Ω; m; ohm; ohms
J; m; joule; joules
kJ; m; quilojoule; quilojoules
cal; f; caloria; calorias
kcal; f; quilocaloria; quilocalorias
N; m; newton; newtons
Pa; m; pascal; pascais
kPa; m; quilopascal; quilopascais
bar; m; bar; bares
dB; m; decibel; decibéis
B; m; byte; bytes
kB; m; kilobyte; kilobytes
kbps; m; quilobit por segundo; quilobits por segundo
Mbps; m; megabit por segundo; megabits por segundo
Gbps; m; gigabit por segundo; gigabits por segundo
t; f; tonelada; toneladas
lb; f; libra; libras
oz; f; onça; onças
mi; f; milha; milhas
ft; m; pé; pés
inch; f; polegada; polegadas
ha; m; hectare; hectares
hp; m; cavalo; cavalos
tsp; f; colher de chá; colheres de chá
tbsp; f; colher de sopa; colheres de sopa
km/h; m; quilômetro por hora; quilômetros por hora
m/s; m; metro por segundo; metros por segundo
m/s2; m; metro por segundo ao quadrado; metros por segundo ao quadrado
mph; f; milha por hora; milhas por hora
rpm; f; rotação por minuto; rotações por minuto
fps; m; quadro por segundo; quadros por segundo
px; m; pixel; pixels
C; m; grau Celsius; graus Celsius
F; m; grau Fahrenheit; graus Fahrenheit
deg; m; grau; graus
K; m; kelvin; kelvins
""",
    square=("{} quadrado", "{} quadrados", "{} quadrados"),
    cube=("{} cúbico", "{} cúbicos", "{} cúbicos"),
)
_CENT = Noun("m", "centavo", "centavos")
_CENTIMO = Noun("m", "cêntimo", "cêntimos")
_MONTHS = "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro"


class Portuguese(Romance):
    """Portuguese, as in Brazil; with the region PT as in Portugal."""

    code = "pt"
    fold = "vezes"
    out_of = "de"
    digit_words = tuple(_ONES[:10])
    point = "vírgula"
    version_point = "ponto"
    minus = "menos"
    plus = "mais"
    percent = Noun("m", "por cento", "por cento")
    permille = Noun("m", "por mil", "por mil")
    to = "a"
    score = "a"
    by = "por"
    times = "vezes"
    and_ = "e"
    of = "de"
    per_many = "a cada"
    per = "por"
    squared = "ao quadrado"
    cubed = "ao cubo"
    power = "elevado a {}"
    version = "versão"
    sharp = "sharp"
    number_sign = "número"
    and_so_on = " e assim por diante"
    dot, at, slash, backslash, dash, underscore, colon = (
        "ponto",
        "arroba",
        "barra",
        "barra invertida",
        "hífen",
        "sublinhado",
        "dois pontos",
    )
    of_date = "de"
    first_day = "primeiro"
    months = tuple(_MONTHS.split("|"))
    month_forms = _MONTHS
    scales = nouns("""
k; ; mil
m; m; milhão; milhões
b; m; bilhão; bilhões
t; m; trilhão; trilhões
""")
    scale_words = {
        "milhões": "m",
        "milhão": "m",
        "bilhões": "b",
        "bilhão": "b",
        "trilhões": "t",
        "trilhão": "t",
        "mil": "k",
        "mi": "m",
        "bi": "b",
    }
    units = _UNITS
    extra_units = {"hs": "h", "cv": "hp", "seg": "s", "gr": "g"}
    coins = {
        "EUR": (Noun("m", "euro", "euros"), _CENTIMO),
        "USD": (Noun("m", "dólar", "dólares"), _CENT),
        "GBP": (Noun("f", "libra", "libras"), Noun("m", "penny", "pence")),
        "JPY": (Noun("m", "iene", "ienes"), None),
        "CNY": (Noun("m", "yuan", "yuans"), None),
        "CHF": (Noun("m", "franco suíço", "francos suíços"), _CENTIMO),
        "RUB": (Noun("m", "rublo", "rublos"), Noun("m", "copeque", "copeques")),
        "BRL": (Noun("m", "real", "reais"), _CENT),
        "KRW": (Noun("m", "won", "wons"), None),
        "INR": (Noun("f", "rúpia", "rúpias"), None),
        "BTC": (Noun("m", "bitcoin", "bitcoins"), None),
        "cent": (_CENT, None),
    }
    symbols = {
        "∫": "integral", "∑": "soma", "∏": "produto", "⌈": "teto de", "⌉": " ", "⌊": "piso de", "⌋": " ", "&": "e", "+": "mais", "=": "igual a", "×": "vezes", "÷": "dividido por", "≈": "aproximadamente", "~": "cerca de", "±": "mais ou menos",
        "<": "menor que", ">": "maior que", "≤": "menor ou igual a", "≥": "maior ou igual a", "≠": "diferente de", "@": "arroba",
        "%": "por cento", "‰": "por mil", "°": "graus", "§": "parágrafo", "§§": "parágrafos", "→": "para", "->": "para", "√": "raiz de", "∞": "infinito", "π": "pi",
        "©": "copyright", "−": "menos", "*": "vezes", "/": "sobre", "№": "número",
    }  # fmt: skip
    abbreviations = {
        "Sr.": "senhor", "incl.": "incluindo", "excl.": "excluindo", "Sra.": "senhora", "Srta.": "senhorita", "Dr.": "doutor", "Dra.": "doutora", "Prof.": "professor", "Profa.": "professora",
        "p. ex.": "por exemplo", "p.ex.": "por exemplo", "etc.": "et cetera", "nº": "número", "n.º": "número", "pág.": "página", "págs.": "páginas",
        "tel.": "telefone", "av.": "avenida", "Av.": "avenida", "R.": "rua", "a.C.": "antes de Cristo", "d.C.": "depois de Cristo", "cap.": "capítulo",
        "vol.": "volume", "art.": "artigo", "aprox.": "aproximadamente", "Ltda.": "limitada", "vs.": "contra", "EUA": "Estados Unidos", "máx.": "máximo", "mín.": "mínimo", "fig.": "figura", "Eng.": "engenheiro", "Cia.": "companhia", "p.": "página", "min.": "minutos", "ed.": "edição", "etc": "et cetera", "vs": "contra", "Jr.": "Júnior", "apto.": "apartamento", "ap.": "apartamento", "séc.": "século", "a.a.": "ao ano",
    }  # fmt: skip
    weekdays = {
        "seg": "segunda", "ter": "terça", "qua": "quarta", "qui": "quinta", "sex": "sexta", "sáb": "sábado", "dom": "domingo",
    }  # fmt: skip
    thousands_agree = True
    plural_in_range = {"pág.": "páginas", "p.": "páginas", "art.": "artigos", "cap.": "capítulos"}
    place_cues = r"(?:quarto|sala|assento|portão|apartamento|apto\.?|bloco|turma|plataforma|fila|número|poltrona)"
    ratio_cues_after = r"(?:contra|dilu)"
    duration_cues = r"em|de|dura|durou"
    ratio_cues = r"(?i:dilu\w{0,4}|mistur\w{0,4}|proporção|razão|escala|placar|venceu|ganhou|ganharam|perdeu|perderam|empat|resultado)"
    _proportion = lazy_regex(r"(?:proporção|razão|escala|dilu\w{0,4}|mistur\w{0,4})[^0-9.]{0,24}\Z", re.IGNORECASE)
    weekday_range = "{} a {}"
    short_months = {
        "jan": "janeiro", "fev": "fevereiro", "mar": "março", "abr": "abril", "jun": "junho", "jul": "julho", "ago": "agosto", "set": "setembro",
        "out": "outubro", "nov": "novembro", "dez": "dezembro",
    }  # fmt: skip
    ending_cues = r"(?:terminad[ao]s?|termina|terminam) (?:em|com)|com (?:o )?final|(?:cartão|conta) final"
    code_cues = r"(?i:código|pin|senha|pedido|conta|número|ref(?:erência)?\.?|protocolo|cep|cpf|tel(?:efone)?\.?|ligue|ligar|quarto|voo)"
    roman_before = r"(?i:capítulo|parte|tomo|volume|ato|cena|livro|artigo|anexo|tipo|nível|guerra mundial|fase|século|séculos|séc\.)"
    feminine_after = (
        r"(?:vezes|vez|horas?|semanas?|pessoas?|páginas?|mulher(?:es)?|meninas?|casas?|xícaras?|garrafas?|ruas?|noites?|partes?|leis?|toneladas?|libras?|"
        r"colher(?:es)?|pitadas?|flor(?:es)?|[a-záéíóúâêôãõç]{2,20}(?:ãs|ã|ções|sões|ção|são|dades|dade|gens|gem|as|a))(?<!dias)(?<!dia)(?<!problemas)(?<!problema)"
        r"(?<!programas)(?<!programa)(?<!sistemas)(?<!sistema)(?<!gramas)(?<!grama)(?<!temas)(?<!tema)(?<!mapas)(?<!mapa)(?![^\W_])"
    )
    _ordinal = lazy_regex(r"([0-9]{1,3})\.?([ºª°])(?! ?[CF](?![^\W_]))(?=[ \u00a0,.;:!?)-]|\Z)")
    _clock = lazy_regex(r"([0-2]?[0-9])[ ]?h(?:[ ]?([0-5][0-9])(?![0-9]))?(?P<min>[ ]?min)?(?![^\W_])")
    _weekday_after = lazy_regex(r"[- ]feira")
    _first = lazy_regex(rf"1(?:º)?(?= de (?:{_MONTHS}))")

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self._ones = _ONES
        if region == "PT":
            self._ones = [
                {"dezesseis": "dezasseis", "dezessete": "dezassete", "dezenove": "dezanove"}.get(word, word)
                for word in _ONES
            ]

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`vinte e um`; `duas`, `duzentas` for a feminine noun."""
        parts: list[tuple[int, str]] = []
        rest = n
        for one, many, value in (
            ("trilhão", "trilhões", 10**12),
            ("bilhão", "bilhões", 10**9),
            ("milhão", "milhões", 10**6),
        ):
            count, rest = divmod(rest, value)
            if count:
                parts.append(
                    (
                        count,
                        f"um {one}"
                        if count == 1
                        else f"{self._hundreds(count, 'm') if count < 1000 else self.cardinal(count)} {many}",
                    )
                )
        if rest >= 1000:
            count, rest = divmod(rest, 1000)
            parts.append((count, "mil" if count == 1 else f"{self._hundreds(count, gender)} mil"))
        if rest or not parts:
            parts.append((rest, self._hundreds(rest, gender)))
        words = parts[0][1]
        for index, (value, part) in enumerate(parts[1:], 1):
            last = index == len(parts) - 1
            joins = last and (value < 100 or value % 100 == 0) and rest
            words += f" e {part}" if joins else f" {part}"
        return words

    def _hundreds(self, n: int, gender: str) -> str:
        if n == 100:
            return "cem"
        words: list[str] = []
        if n > 100:
            hundred = _HUNDREDS[n // 100]
            words.append(hundred[:-2] + "as" if gender == "f" and n >= 200 else hundred)
            n %= 100
        if n >= 20:
            words.append(_TENS[n // 10])
            n %= 10
        if n or not words:
            one = self._ones[n]
            words.append({"um": "uma", "dois": "duas"}.get(one, one) if gender == "f" else one)
        return " e ".join(words)

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`primeiro`, `vigésimo primeiro`."""
        if n == 0 or n >= 200:
            return self.cardinal(n, gender)
        words = ["centésimo"] if n >= 100 else []
        n %= 100
        words += [_ORDINAL_TENS[n // 10]] if n >= 10 else []
        words += [_ORDINAL[n % 10]] if n % 10 else []
        return " ".join(word[:-1] + "a" if gender == "f" else word for word in words)

    def ordinal_at(self, text: str, at: int) -> tuple[int, str] | None:
        """`1º`, `2ª`."""
        ordinal = self._ordinal.match(text, at)
        if ordinal and ordinal[1] == "3" and self._weekday_after.match(text, ordinal.end()):
            return ordinal.end(), "terça"
        if ordinal is None or (
            ordinal[2] == "°" and not re.match(r"[ ][a-z]", text[ordinal.end() : ordinal.end() + 2])
        ):
            return None
        return ordinal.end(), self.ordinal(int(ordinal[1]), "f" if ordinal[2] == "ª" else "m")

    def ratio_in(self, before: str, numbers: list[int]) -> str:
        """`na proporção de um para quatro`."""
        between = " para " if self._proportion.search(before) else self.joined(self.score)
        return between.join(self.cardinal(n) for n in numbers)

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """`14h30`, the first of a month."""
        clock = self._clock.match(text, at)
        if (
            clock
            and int(clock[1]) <= 24
            and (clock[2] or re.search(r"(?:às|as|à|das|até|pelas) \Z", text[max(0, at - 7) : at]))
        ):
            said = self.time(int(clock[1]), int(clock[2] or 0), None, "", "h")
            return Found(at, clock.end(), "times", f"{said} minutos" if clock["min"] and clock[2] else said)
        first = self._first.match(text, at)
        return Found(at, first.end(), "dates", "primeiro") if first else None

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`catorze horas e trinta minutos`, `catorze e trinta`."""
        words = self.cardinal(hour, "f")
        if after:
            words += " hora" if hour == 1 else " horas"
        if minute or second:
            words += f" e {self.cardinal(minute)}"
        if second:
            words += f" e {self.counted(Quantity(second), self.units['s'])}"
        return words + {"am": " da manhã", "pm": " da tarde" if hour in (12, 1, 2, 3, 4, 5, 6) else " da noite"}.get(
            half, ""
        )

    def form(self, q: Quantity, noun: Noun) -> str:
        """`um vírgula cinco milhão`."""
        return noun.one if q.whole == 1 and noun in self.scales.values() else super().form(q, noun)

    parts = {3: ("terço", "terços"), 4: ("quarto", "quartos")}

    def part_name(self, bottom: int) -> str:
        """`quinto`, `doze avos`."""
        return self.ordinal(bottom) if bottom <= 10 else f"{self.cardinal(bottom)} avo"

    def half_word(self, gender: str, *, alone: bool) -> str:
        """`meio`, `meia`."""
        return "meia" if gender == "f" else "meio"

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """`Pedro segundo`, `Luís catorze`."""
        female = before in ("Isabel", "Catarina", "Maria")
        return self.ordinal(n, "f" if female else "m") if name and n <= 10 else self.cardinal(n)
