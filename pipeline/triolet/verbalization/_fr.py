"""French."""

from __future__ import annotations

import re

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import NumberReader
from triolet.verbalization._quantity import Noun, Quantity, nouns, si_units
from triolet.verbalization._romance import Romance

_ONES = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
).split()
_TENS = "- - vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt".split()
_LARGE = (("billiard", 10**15), ("billion", 10**12), ("milliard", 10**9), ("million", 10**6))
_UNITS = si_units(
    "kilo centi déci milli micro nano méga giga téra péta hecto",
    """
m; m; mètre; mètres
g; m; gramme; grammes
l; m; litre; litres
s; f; seconde; secondes
min; f; minute; minutes
h; f; heure; heures
Hz; m; hertz
W; m; watt; watts
Wh; m; wattheure; wattheures
V; m; volt; volts
A; m; ampère; ampères
mAh; m; milliampère-heure; milliampères-heures
Ω; m; ohm; ohms
J; m; joule; joules
cal; f; calorie; calories
N; m; newton; newtons
Pa; m; pascal; pascals
bar; m; bar; bars
dB; m; décibel; décibels
B; m; octet; octets
kbps; m; kilobit par seconde; kilobits par seconde
Mbps; m; mégabit par seconde; mégabits par seconde
Gbps; m; gigabit par seconde; gigabits par seconde
t; f; tonne; tonnes
lb; f; livre; livres
oz; f; once; onces
mi; m; mille; milles
ft; m; pied; pieds
inch; m; pouce; pouces
ha; m; hectare; hectares
hp; m; cheval; chevaux
tsp; f; cuillère à café; cuillères à café
tbsp; f; cuillère à soupe; cuillères à soupe
km/h; m; kilomètre par heure; kilomètres par heure
m/s; m; mètre par seconde; mètres par seconde
m/s2; m; mètre par seconde carrée; mètres par seconde carrée
mph; m; mille par heure; milles par heure
rpm; m; tour par minute; tours par minute
fps; f; image par seconde; images par seconde
px; m; pixel; pixels
C; m; degré Celsius; degrés Celsius
F; m; degré Fahrenheit; degrés Fahrenheit
deg; m; degré; degrés
K; m; kelvin; kelvins
""",
    square=("{} carré", "{} carrés", "{} carrés"),
    cube=("{} cube", "{} cubes", "{} cubes"),
)
_CENT = Noun("m", "centime", "centimes")


class French(Romance):
    """French."""

    code = "fr"
    fold = "fois"
    out_of = "sur"
    digit_words = tuple(_ONES[:10])
    point = "virgule"
    version_point = "point"
    minus = "moins"
    percent = Noun("m", "pour cent", "pour cent")
    permille = Noun("m", "pour mille", "pour mille")
    to = "à"
    score = "à"
    by = "sur"
    times = "fois"
    and_ = "et"
    of = "de"
    per_many = "aux"
    per = "par"
    squared = "au carré"
    cubed = "au cube"
    power = "puissance {}"
    sharp = "dièse"
    number_sign = "numéro"
    and_so_on = " et ainsi de suite"
    dot, at, slash, backslash, dash, underscore, colon = (
        "point",
        "arobase",
        "barre oblique",
        "barre oblique inversée",
        "tiret",
        "tiret bas",
        "deux-points",
    )
    first_day = "premier"
    months = (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    )
    month_forms = r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|janv\.|févr\.|avr\.|juil\.|sept\.|oct\.|nov\.|déc\."
    scales = nouns("""
k; ; mille
m; m; million; millions
b; m; milliard; milliards
t; m; billion; billions
""")
    scale_words = {
        "millions": "m",
        "million": "m",
        "milliards": "b",
        "milliard": "b",
        "Md": "b",
        "Mds": "b",
        "mille": "k",
        "billions": "t",
    }
    units = _UNITS
    extra_units = {
        "o": "B",
        "ko": "kB",
        "Ko": "kB",
        "Mo": "MB",
        "Go": "GB",
        "To": "TB",
        "ch": "hp",
        "Mbit/s": "Mbps",
        "mn": "min",
        "c. à café": "tsp",
        "c. à c.": "tsp",
        "c. à soupe": "tbsp",
        "c. à s.": "tbsp",
        "cuillère à café": "tsp",
        "cuillère à soupe": "tbsp",
    }
    not_units_when_apart = frozenset({"o", "t"})
    coins = {
        "EUR": (Noun("m", "euro", "euros"), _CENT),
        "USD": (Noun("m", "dollar", "dollars"), Noun("m", "cent", "cents")),
        "GBP": (Noun("f", "livre", "livres"), Noun("m", "penny", "pence")),
        "JPY": (Noun("m", "yen", "yens"), None),
        "CNY": (Noun("m", "yuan", "yuans"), Noun("m", "fen", "fens")),
        "CHF": (Noun("m", "franc suisse", "francs suisses"), _CENT),
        "RUB": (Noun("m", "rouble", "roubles"), Noun("m", "kopeck", "kopecks")),
        "BRL": (Noun("m", "real", "reais"), Noun("m", "centavo", "centavos")),
        "KRW": (Noun("m", "won", "wons"), None),
        "INR": (Noun("f", "roupie", "roupies"), None),
        "CAD": (Noun("m", "dollar canadien", "dollars canadiens"), Noun("m", "cent", "cents")),
        "BTC": (Noun("m", "bitcoin", "bitcoins"), None),
        "cent": (_CENT, None),
    }
    symbols = {
        "∫": "intégrale", "∑": "somme", "∏": "produit", "⌈": "partie entière par excès de", "⌉": " ", "⌊": "partie entière de", "⌋": " ", "&": "et", "+": "plus", "=": "égale", "×": "fois", "÷": "divisé par", "≈": "environ", "~": "environ", "±": "plus ou moins",
        "<": "inférieur à", ">": "supérieur à", "≤": "inférieur ou égal à", "≥": "supérieur ou égal à", "≠": "différent de", "@": "arobase",
        "%": "pour cent", "‰": "pour mille", "°": "degrés", "§": "paragraphe", "§§": "paragraphes", "→": "vers", "->": "vers", "√": "racine de", "∞": "infini", "π": "pi",
        "©": "copyright", "−": "moins", "*": "fois", "/": "sur", "№": "numéro",
    }  # fmt: skip
    abbreviations = {
        "M.": "Monsieur", "Pr": "professeur", "incl.": "inclus", "excl.": "exclu", "Mme": "Madame", "MM.": "Messieurs", "Mlle": "Mademoiselle", "Dr": "Docteur", "p. ex.": "par exemple",
        "c.-à-d.": "c'est-à-dire", "etc.": "et cetera", "env.": "environ", "av. J.-C.": "avant Jésus-Christ", "apr. J.-C.": "après Jésus-Christ",
        "n°": "numéro", "N°": "numéro", "cf.": "voir", "St": "Saint", "Ste": "Sainte", "bd.": "boulevard", "av.": "avenue", "tél.": "téléphone",
        "p.": "page", "vol.": "volume", "art.": "article", "chap.": "chapitre", "al.": "alinéa", "bd": "boulevard", "fig.": "figure", "tab.": "tableau", "max.": "maximum", "min.": "minimum", "approx.": "approximativement", "n°s": "numéros", "svp": "s'il vous plaît", "Mgr": "Monseigneur", "s.": "siècle", "Mmes": "Mesdames", "Mlles": "Mesdemoiselles", "Bd": "boulevard", "éd.": "édition", "hab.": "habitants", "vs.": "contre", "vs": "contre", "c.-à-d": "c'est-à-dire",
    }  # fmt: skip
    weekdays = {
        "lun": "lundi", "mar": "mardi", "mer": "mercredi", "jeu": "jeudi", "ven": "vendredi", "sam": "samedi", "dim": "dimanche",
    }  # fmt: skip
    plural_in_range = {"p.": "pages", "art.": "articles", "chap.": "chapitres"}
    place_cues = r"(?:chambre|porte|siège|place|quai|voie|salle|bâtiment|appartement|n°|numéro|classe|hall|rue)"
    ratio_cues_after = r"(?:dilu|contre|victoire|défaite)"
    duration_cues = r"en|de|dure|durée|duré"
    ratio_cues = r"(?i:dilu\w{0,4}|mélang\w{0,3}|rapport|ratio|proportion|échelle|score|gagné|perdu|battu)"
    weekday_range = "{} à {}"
    short_months = {
        "janv": "janvier", "févr": "février", "avr": "avril", "juil": "juillet", "sept": "septembre", "oct": "octobre", "nov": "novembre",
        "déc": "décembre",
    }  # fmt: skip
    ending_cues = r"(?:terminant|termine|terminée?s?|finissant|finit) (?:par|en)"
    code_cues = r"(?i:code|pin|mot de passe|commande|compte|numéro|réf(?:érence)?\.?|dossier|postal|tél(?:éphone)?\.?|appelez|appeler|chambre|vol)"
    roman_before = r"(?i:chapitre|partie|tome|volume|acte|scène|livre|article|annexe|type|niveau|guerre mondiale|phase)"
    monarch_article = ""
    feminine_after = (
        r"(?:fois|sœurs?|mères?|amies?|tables?|chaises?|fleurs?|pommes?|oranges?|nuits?|soirées?|langues?|équipes?|entreprises?|images?|vidéos?|photos?|chansons?|clés?|lettres?|boîtes?|parties?|œuvres?|semaines?|gares?|rues?|écoles?|usines?|plantes?|vies?|feuilles?|cartes?|tomates?|carottes?|gouttes?|tâches?|phrases?|histoires?|erreurs?|routes?|heures?|minutes?|secondes?|semaines?|années?|journées?|personnes?|pages?|femmes?|filles?|voitures?|maisons?|tasses?|"
        r"bouteilles?|places?|villes?|étapes?|règles?|lignes?|chambres?|pièces?|questions?|réponses?|idées?|options?|portions?|tranches?|"
        r"gousses?|pincées?|cuillères?|cuillerées?|tonnes?|calories?|[a-zéèêàâîôûç]{2,20}(?:tions?|sions?|tés?|ettes?|ances?|ences?))(?![^\W_])"
    )
    _ordinal = lazy_regex(r"([0-9]{1,4})(er|ers|re|ère|ères|res|e|ème|èmes|es|ᵉ|nd|nde)(?![^\W_])")
    _clock = lazy_regex(r"([0-2]?[0-9])[ \u00a0\u202f]?[hH][ \u00a0]?([0-5][0-9])?(?![^\W_])")
    _around = lazy_regex(r"(24|7)[ ]?([hj])/(24|7)(?![0-9])")
    _minutes = lazy_regex(r"[ \u00a0]?min(?![^\W_])")
    _day = lazy_regex(rf"1(?:er)?(?=[ \u00a0](?:{month_forms})(?![^\W_]))")
    _century = lazy_regex(r"e?[ \u00a0]siècle")

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`vingt et un`, `quatre-vingts`; `une` for a feminine noun."""
        parts: list[str] = []
        rest = n
        for name, value in _LARGE:
            count, rest = divmod(rest, value)
            if count:
                parts.append(f"{self._hundreds(count, last=True)} {name}{'s' if count > 1 else ''}")
        if rest >= 1000:
            count, rest = divmod(rest, 1000)
            parts.append("mille" if count == 1 else f"{self._hundreds(count, last=False)} mille")
        if rest or not parts:
            parts.append(self._hundreds(rest, last=True))
        words = " ".join(parts)
        if gender == "f" and words.endswith("un") and not words.endswith("zéroun"):
            words += "e"
        return words

    def _hundreds(self, n: int, *, last: bool) -> str:
        words: list[str] = []
        if n >= 100:
            words.append("cent" if n < 200 else f"{_ONES[n // 100]} cent{'s' if last and n % 100 == 0 else ''}")
            n %= 100
            if not n:
                return words[0]
        ten, one = divmod(n, 10)
        if n < 20:
            words.append(_ONES[n])
        elif ten in (7, 9):
            words.append(f"{_TENS[ten]}{' et ' if n == 71 else '-'}{_ONES[10 + one]}")
        elif not one:
            words.append(_TENS[ten] + ("s" if ten == 8 and last else ""))
        else:
            words.append(f"{_TENS[ten]}{' et ' if one == 1 and ten != 8 else '-'}{_ONES[one]}")
        return " ".join(words)

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`premier`, `deuxième`."""
        if n == 1:
            return "première" if gender == "f" else "premier"
        words = self._plain(n)
        if words.endswith("cinq"):
            words += "u"
        elif words.endswith("neuf"):
            words = words[:-1] + "v"
        elif words.endswith("e"):
            words = words[:-1]
        return words + "ième"

    def _plain(self, n: int) -> str:
        words = self.cardinal(n)
        return words[:-1] if words.endswith(("cents", "vingts", "millions")) else words

    def ordinal_at(self, text: str, at: int) -> tuple[int, str] | None:
        """`1er`, `2e`, `3ème`."""
        ordinal = self._ordinal.match(text, at)
        if ordinal is None:
            return None
        feminine = ordinal[2] in ("re", "ère", "ères", "res", "nde")
        words = (
            "second" + ("e" if feminine else "")
            if ordinal[2].startswith("nd")
            else self.ordinal(int(ordinal[1]), "f" if feminine else "m")
        )
        plural = "s" if ordinal[2].endswith("s") else ""
        return ordinal.end(), words + plural

    _word = lazy_regex(r"[ \u00a0]([^\W\d_]{3,24})(?![^\W_])")
    _masculine_e = lazy_regex(
        r"(?:age|isme|asme|ème|ège|iste|gramme|mètre|litre|siècle|article|cercle|spectacle|muscle|obstacle|oncle|angle|ongle|meuble|double|"
        r"immeuble|sable|câble|exemple|couple|temple|peuple|arbre|nombre|membre|chiffre|ordre|cadre|cidre|livre|cuivre|verre|tonnerre|beurre|"
        r"titre|chapitre|centre|théâtre|ministre|maître|filtre|monstre|groupe|type|homme|costume|légume|volume|rhume|diplôme|atome|royaume|"
        r"service|exercice|office|vase|masque|kiosque|disque|risque|casque|moustique|compte|reste|poste|texte|geste|doute|monde|mode|code|"
        r"incendie|génie|parapluie|foie|squelette|centime|crime|régime|problème|thème|chèque|bloque|fleuve|élève|rêve|signe|organe|cône|trône|"
        r"téléphone|kilo|rouble|franc|ange|mélange|échange|change|orage|juge|siège|collège|piège|musée|lycée|trophée|demi|autre|quatre|mille|"
        r"dollar|pourcentage|domaine|capitaine|pilote|touriste|stade|grade|malade|guide|remède|acte|contacte|microbe|globe|cube|tube|"
        r"parle|peut|dalle|adulte|architecte|camarade|collègue|catalogue|dialogue|dinosaure|carnivore|store|score|empire|navire|salaire|"
        r"dictionnaire|anniversaire|commentaire|exemplaire|itinéraire|horaire|vestiaire|locataire|secrétaire|notaire|questionnaire|"
        r"(?:sept|oct|nov|déc)(?:em|o)bre|mestre|estre|istre|indice|pouce|prince|divorce|commerce|modèle|style|missile|domicile|asile|textile|"
        r"ôle|symbole|pétrole|protocole|site|rite|mérite|satellite|acide|liquide|vide|gîte|graphique|moustique|portique|tropique|plastique|dimanche|"
        r"(?<!aff)(?<!p)aire|kilogramme|laboratoire|territoire|interrogatoire|répertoire|pourboire|bonhomme|gendarme|charme|terme|algorithme|rythme)s?\Z"
    )

    def abbreviation_in(self, written: str, before: str, after: str) -> str:
        """`au XIXe s.`."""
        if written == "s.":
            return "siècle" if re.search(r"[IVX](?:e|ème|er) \Z", before) else written
        return super().abbreviation_in(written, before, after)

    def is_feminine(self, after: str) -> bool:
        """By the table, or by the last letter: `e` is feminine more often than not."""
        if super().is_feminine(after):
            return True
        word = self._word.match(after)
        if word is None or not word[1].islower():
            return False
        return word[1].removesuffix("s").endswith("e") and self._masculine_e.search(word[1]) is None

    def form(self, q: Quantity, noun: Noun) -> str:
        """Below two the singular."""
        return noun.one if q.whole < 2 and not q.scale else noun.many

    def of_before(self, noun: str) -> str:
        """`d'euros`, `de dollars`."""
        return " d'" if noun[:1] in "aeéèiouyhAEIOUY" else " de "

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """`14 h 30`, and the first of a month."""
        always = self._around.match(text, at)
        if always:
            name = "heures" if always[2] == "h" else "jours"
            return Found(
                at,
                always.end(),
                "numbers",
                f"{self.cardinal(int(always[1]))} {name} sur {self.cardinal(int(always[3]))}",
            )
        clock = self._clock.match(text, at)
        minutes = self._minutes.match(text, clock.end()) if clock and clock[2] else None
        if clock and minutes:
            words = f"{self.time(int(clock[1]), 0, None, '', '')} {self.counted(Quantity(int(clock[2])), self.units['min'])}"
            return Found(at, minutes.end(), "times", words)
        if (
            clock
            and int(clock[1]) <= 24
            and (
                clock[2]
                or text[at - 2 : at] in ("à ", "s ", "e ")
                or text[clock.end() : clock.end() + 1] in ("", " ", ",", ".")
            )
        ):
            return Found(at, clock.end(), "times", self.time(int(clock[1]), int(clock[2] or 0), None, "", ""))
        first = self._day.match(text, at)
        return Found(at, first.end(), "dates", "premier") if first else None

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`quatorze heures trente`."""
        words = f"{self.cardinal(hour, 'f')} heure{'s' if hour > 1 else ''}"
        if minute or second:
            words += f" {self.cardinal(minute, 'f')}"
        if second:
            words += f" et {self.counted(Quantity(second), self.units['s'])}"
        return words + {"am": " du matin", "pm": " de l'après-midi"}.get(half, "")

    def price(self, major: str, minor: str, cents: int, code: str) -> str:
        """`cinq euros cinquante`."""
        return f"{major} {self.cardinal(cents)}" if code in ("EUR", "CHF") else f"{major} et {minor}"

    def phone_part(self, digits: str) -> str:
        """`quarante-deux`, `zéro six`."""
        zeros = len(digits) - len(digits.lstrip("0"))
        if len(digits) > 3 or zeros == len(digits):
            return self.digits(digits)
        return " ".join([*["zéro"] * zeros, self.cardinal(int(digits))])

    def phone_groups(self, digits: str) -> list[str]:
        """06 12 34 56 78."""
        return [digits[a : a + 2] for a in range(0, 10, 2)] if len(digits) == 10 else super().phone_groups(digits)

    parts = {3: ("tiers", "tiers"), 4: ("quart", "quarts")}

    def half_word(self, gender: str, *, alone: bool) -> str:
        """`un demi`, `et demie`."""
        if alone:
            return "une demi-" if gender == "f" else "un demi"
        return "demie" if gender == "f" else "demi"

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`une demi-heure`."""
        words = super().simple_fraction(whole, top, bottom, unit)
        return words.replace("demi- ", "demi-").removesuffix("-") if not whole else words

    def roman(self, n: int, *, name: bool, before: str) -> str:
        """`Louis quatorze`, `François premier`."""
        female = before in ("Élisabeth", "Catherine", "Marie", "Elizabeth")
        return self.ordinal(1, "f" if female else "m") if name and n == 1 else self.cardinal(n)
