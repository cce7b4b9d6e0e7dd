"""Numbers that are written in words, in the languages that the segmenter has rules for and that write with spaces."""

from __future__ import annotations

import re

_WORDS = {
    "en": """
        zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion double point
    """,
    "de": """
        null ein eins zwei zwo drei vier fünf sechs sech sieben sieb acht neun zehn elf zwölf zwanzig dreißig vierzig
        fünfzig sechzig siebzig achtzig neunzig hundert tausend million millionen milliarde milliarden komma
    """,
    "fr": """
        zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts trente
        quarante cinquante soixante septante huitante octante nonante cent cents mille million millions milliard milliards
        virgule
    """,
    "it": """
        zero uno due tre tré quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici
        diciassette diciotto diciannove vent venti trent trenta quarant quaranta cinquant cinquanta sessant sessanta settant
        settanta ottant ottanta novant novanta cento mille mila milione milioni miliardo miliardi virgola
    """,
    "es": """
        cero uno ún dos dós tres trés cuatro cinco seis séis siete ocho nueve diez once doce trece catorce quince dieci
        veinte veinti treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento cientos cientas quinientos
        quinientas sete nove mil millón millones coma
    """,
    "pt": """
        zero um dois duas três quatro cinco seis meia sete oito nove dez onze doze treze catorze quatorze quinze dezesseis
        dezasseis dezessete dezassete dezoito dezenove dezanove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa
        cem cento duzentos duzentas trezentos trezentas quatrocentos quatrocentas quinhentos quinhentas seiscentos seiscentas
        setecentos setecentas oitocentos oitocentas novecentos novecentas mil milhão milhões bilhão bilhões vírgula
    """,
    "ru": """
        ноль нуль один два две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать
        четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать тридцать сорок пятьдесят шестьдесят
        семьдесят восемьдесят девяносто сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот тысяча тысячи
        тысяч миллион миллиона миллионов миллиард миллиарда миллиардов запятая
    """,
    "ko": """
        공 영 일 이 삼 사 오 육 륙 칠 팔 구 십 백 천 만 억 조 하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 스물 서른 마흔 쉰 예순
        일흔 여든 아흔 점
    """,
}
"""What numbers are put together from. Of the words for one, those that are said when digits are named."""

_JOINED = {"en": "-", "de": "|und", "fr": "-|-et-", "it": "", "es": "", "ko": ""}
"""What may stand between two of them in one word; in the other languages each is a word."""


def _pattern(language: str) -> re.Pattern[str]:
    part = f"(?:{'|'.join(_WORDS[language].split())})"
    more = f"(?:(?:{_JOINED[language]}){part})*" if language in _JOINED else ""
    return re.compile(part + more)


_NUMBERS = {language: _pattern(language) for language in _WORDS}
_OWN_SCRIPT = ("zh", "ja", "ko", "ru")
"""Their Latin letters are taken for English. Han numerals are digits."""


def number_in_words(text: str, language: str) -> bool:
    """Whether a word without marks is a number, or a part of one, in this language (ISO 639-1). `sei` is six in Italian
    only, `once` eleven in Spanish only: in other languages than those known here, no word is.
    """
    known = [language, "en"] if language in _OWN_SCRIPT else [language]
    return any(code in _NUMBERS and _NUMBERS[code].fullmatch(text.lower()) for code in known)
