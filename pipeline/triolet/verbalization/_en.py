"""English."""

from __future__ import annotations

import re

from triolet._model._kinds import Kind
from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._en_tables import (
    COINS,
    COMPASS,
    DIRECTIONS,
    ONES,
    ORDINALS,
    SCALES,
    SHORT_DAYS,
    TENS,
    UNITS,
)
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language, NumberReader
from triolet.verbalization._numerals import quantity
from triolet.verbalization._quantity import Noun, Quantity, nouns


class English(Language):
    """English, as in the United States; as in Britain for every other region."""

    code = "en"
    decimal = "."
    groups = ",\u00a0\u202f"
    order = "mdy"
    fold = "times"
    out_of = "out of"
    digit_words = tuple(ONES[:10])
    point = "point"
    minus = "minus"
    percent = Noun("", "percent", "percent")
    permille = Noun("", "per mille", "per mille")
    to = "to"
    score = "to"
    by = "by"
    times = "times"
    and_ = "and"
    per = "per"
    squared = "squared"
    cubed = "cubed"
    power = "to the power of {}"
    months = (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    month_forms = (
        r"January|February|March|April|May|June|July|August|September|October|November|December|"
        r"Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?"
    )
    scales = nouns("""
k; ; thousand
m; ; million
b; ; billion
t; ; trillion
""")
    scale_words = {
        "thousand": "k", "million": "m", "billion": "b", "trillion": "t", "k": "k", "K": "k", "M": "m", "B": "b", "bn": "b",
        "mn": "m", "tn": "t", "T": "t",
    }  # fmt: skip
    units = UNITS
    extra_units = {
        "lbs.": "lb", "lb.": "lb", "oz.": "oz", "ft.": "ft", "in.": "inch", "sq ft": "ft2", "sq. ft.": "ft2", "sq m": "m2",
        "hrs.": "h", "yr": "year", "yrs": "year", "mo": "month", "qt": "qt", "qts": "qt", "fl oz": "floz", "fl. oz.": "floz", "wk": "week", "wks": "week", "min.": "min", "sec.": "s", "yd.": "yd", "mi.": "mi", "kilos": "kg",
    }  # fmt: skip
    coins = COINS
    coin_words = {"bucks": "USD"}
    symbols = {
        "∫": "the integral", "∑": "the sum", "∏": "the product", "⌈": "the ceiling of", "⌉": " ", "⌊": "the floor of", "⌋": " ", "&": "and", "+": "plus", "=": "equals", "×": "times", "÷": "divided by", "≈": "approximately", "~": "about",
        "±": "plus or minus", "<": "is less than", ">": "is greater than", "≤": "is less than or equal to",
        "≥": "is greater than or equal to", "≠": "is not equal to", "@": "at", "%": "percent", "‰": "per mille", "°": "degrees",
        "§": "section", "§§": "sections", "→": "to", "->": "to", "=>": "to", "√": "the square root of", "∞": "infinity",
        "π": "pi", "©": "copyright", "®": "registered", "™": "trademark", "−": "minus", "*": "times", "/": "divided by",
        "№": "number", "¶": "paragraph", "^": "to the power of", "|": "or",
    }  # fmt: skip
    abbreviations = {
        "Mr": "Mister", "Mrs": "Missus", "Dr": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Dr.": "Doctor", "Prof.": "Professor", "St.": "Saint", "Mt.": "Mount", "WWII": "World War two", "WWI": "World War one", "WW2": "World War two", "WW1": "World War one", **SHORT_DAYS, "Eq.": "equation", "eq.": "equation", "ext.": "extension", "p.a.": "per annum", "Bldg.": "Building", "bldg.": "building", "Bldgs.": "Buildings", "incl.": "including", "excl.": "excluding", **COMPASS, "no.": "number", "nos.": "numbers", "Apt.": "Apartment", "Apt": "Apartment", "Hwy": "Highway", "St": "Saint", "Ave": "Avenue", "Rd": "Road", "Blvd": "Boulevard", "Ln": "Lane", "Ct": "Court", "Pl": "Place", "Sq": "Square", "Pkwy": "Parkway",
        "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "approx.": "approximately",
        "Jr.": "Junior", "Sr.": "Senior", "dept.": "department", "Gen.": "General", "Capt.": "Captain", "Lt.": "Lieutenant",
        "Sgt.": "Sergeant", "Rev.": "Reverend", "Gov.": "Governor", "Sen.": "Senator", "Ft.": "Fort", "w/o": "without",
        "w/": "with", "vs": "versus", "et al.": "and others", "cf.": "compare", "ca.": "circa", "Inc.": "Incorporated",
        "Ltd.": "Limited", "Corp.": "Corporation", "Co.": "Company", "No.": "number", "Nos.": "numbers", "pp.": "pages",
        "p.": "page", "Fig.": "figure", "fig.": "figure", "Vol.": "volume", "vol.": "volume", "Ch.": "chapter", "ch.": "chapter",
        "Sec.": "section", "sec.": "section", "Art.": "article", "Ave.": "Avenue", "Blvd.": "Boulevard", "Rd.": "Road",
    }  # fmt: skip
    abbreviations_after_name = {
        "St.": "Street", "Dr.": "Drive", "Ln.": "Lane", "Ct.": "Court", "Pl.": "Place", "Sq.": "Square",
    }  # fmt: skip
    streets = {
        "St": "Street", "Ave": "Avenue", "Rd": "Road", "Blvd": "Boulevard", "Ln": "Lane", "Dr": "Drive", "Ct": "Court", "Pl": "Place",
        "Sq": "Square", "Hwy": "Highway", "Pkwy": "Parkway",
    }  # fmt: skip
    weekdays = {
        "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
        "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
    }  # fmt: skip
    ratio_cues_after = r"(?:ratio|scale|dilution|mix|odds|win|loss|draw|defeat|victory|score)"
    duration_cues = r"in|of|took|takes|lasts?|lasted|under|over|within|for|record(?: is| was)?"
    ratio_cues = r"(?i:dilut\w{1,3}|mix|blend|ratio|scale|odds|proportion|score|won|lost|beat|finished|ended)"
    weekday_range = "{} to {}"
    short_months = {
        "Jan": "January", "Feb": "February", "Mar": "March", "Apr": "April", "Jun": "June", "Jul": "July", "Aug": "August",
        "Sep": "September", "Sept": "September", "Oct": "October", "Nov": "November", "Dec": "December",
    }  # fmt: skip
    before_unit = frozenset(COMPASS)
    ending_cues = r"(?:end(?:ing|s)|that end)(?: in| with| on)?"
    code_cues = (
        r"(?i:code|pin|otp|passcode|password|id|account|order|ticket|reference|ref|tracking|serial|confirmation|booking|"
        r"invoice|case|zip|extension|ext\.?|room|flight|call|dial|text|phone|telephone|tel\.?|fax|mobile|card)"
    )
    year_cues = r"(?i:in|since|from|until|till|by|before|after|of|during|circa|ca\.|around|year|early|late|mid|the|and|to|between)"
    roman_before = (
        r"(?i:chapter|part|volume|vol\.|act|scene|book|section|article|phase|type|level|stage|step|war|title|class|grade|"
        r"appendix|figure|table|episode|season|round|page|bowl|rocky|fantasy|union|category|schedule|apollo|mark|xiii?)"
    )
    monarch_article = "the"
    read_fraction_as_number = False

    def cardinal(self, n: int, gender: str = "", *, attributive: bool = False) -> str:
        """`one hundred twenty-three`; in Britain `one hundred and twenty-three`."""
        parts: list[str] = []
        rest = n
        for name, value in SCALES:
            if rest >= value:
                parts.append(f"{self._hundreds(rest // value)} {name}")
                rest %= value
        if rest or not parts:
            words = self._hundreds(rest)
            parts.append(f"and {words}" if parts and rest < 100 and self._british else words)
        return " ".join(parts)

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        if self._british:
            self.order = "dmy"

    @property
    def _british(self) -> bool:
        return self.region not in ("", "US")

    def _hundreds(self, n: int) -> str:
        words = [f"{ONES[n // 100]} hundred"] if n >= 100 else []
        rest = n % 100
        if rest or not words:
            small = ONES[rest] if rest < 20 else TENS[rest // 10] + (f"-{ONES[rest % 10]}" if rest % 10 else "")
            words.append(f"and {small}" if words and self._british else small)
        return " ".join(words)

    def ordinal(self, n: int, gender: str = "m", ending: str = "") -> str:
        """`twenty-first`."""
        head, mark, last = _split_last(self.cardinal(n))
        if last in ORDINALS:
            last = ORDINALS[last]
        elif last.endswith("y"):
            last = last[:-1] + "ieth"
        else:
            last += "th"
        return head + mark + last

    def year(self, n: int) -> str:
        """`nineteen ninety-nine`, `two thousand five`, `twenty twenty-six`."""
        if n < 1000 or 2000 <= n < 2010 or n > 9999 or n % 1000 == 0:
            return self.cardinal(n)
        century, rest = divmod(n, 100)
        first = self.cardinal(century)
        if not rest:
            return f"{first} hundred"
        return f"{first} oh {ONES[rest]}" if rest < 10 else f"{first} {self.cardinal(rest)}"

    has_decades = True
    _short_date = lazy_regex(r"([0-3]?[0-9])/([0-3]?[0-9])(?![0-9/]|[.,][0-9])")
    _date_before = lazy_regex(r"(?<![a-z])(?:on|until|since|due|dated|starting) \Z", re.IGNORECASE)
    _house = lazy_regex(
        r"([0-9]{1,5})([A-Z])(?= (?:[NSEW]\.? )?(?:[A-Z][a-z]{1,20} ){1,3}(?:St|Street|Ave|Avenue|Rd|Road|Lane|Drive|Blvd|Way)(?![a-z]))"
    )
    _dates_after = lazy_regex(r"(?<![a-z])(?:from|between) \Z", re.IGNORECASE)
    _two_dates = lazy_regex(
        r"([0-3]?[0-9])/([0-3]?[0-9]) (?:to|through|thru|until|till|and) ([0-3]?[0-9])/([0-3]?[0-9])(?![0-9/]|[.,][0-9])"
    )
    _first_date = lazy_regex(r"(?<![a-z])(?:from|between) ([0-3]?[0-9]/[0-3]?[0-9] [a-z]{2,7} )\Z", re.IGNORECASE)
    not_units_when_apart = frozenset({"in"})
    _ordinal = lazy_regex(r"([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,12})(?:st|nd|rd|th)(?![A-Za-z0-9])")
    _month_before = lazy_regex(rf"(?<![A-Za-z])(?:{month_forms}),? \Z")
    _day = lazy_regex(
        r"([0-3]?[0-9])(?:st|nd|rd|th)?(?:[ ]?[-–][ ]?([0-3]?[0-9])(?:st|nd|rd|th)?)?(?![0-9]|[.,:/][0-9]|[A-Za-z%])"
    )
    _only_year = lazy_regex(r"([12][0-9]{3})(?![0-9]|[.,:/-][0-9])")
    _year_after_day = lazy_regex(r",? ([12][0-9]{3})(?![0-9]|[.,:/-][0-9])")
    _day_month = lazy_regex(
        rf"([0-3]?[0-9])(?:st|nd|rd|th)?(?: of)? (?P<month>{month_forms})(?![A-Za-z])(?:,? ([12][0-9]{{3}})(?![0-9]))?"
    )
    _days_month = lazy_regex(
        rf"([1-9]|[12][0-9]|3[01])[-–]([1-9]|[12][0-9]|3[01]) (?P<month>{month_forms})(?![A-Za-z])(?:,? ([12][0-9]{{3}})(?![0-9]))?"
    )
    _year_follows = lazy_regex(r" ?(?:AD|BC|BCE|CE|A\.D\.|B\.C\.)(?![A-Za-z])")
    _no_year = lazy_regex(
        r" (?:people|users|dollars|euros|pounds|words|items|points|miles|meters|metres|kilometers|feet|hours|days|times|pages|units|calories|of|or more|men|women|students|employees|copies|votes|lines|steps|tons|seats|rooms|years|more|percent)\b"
    )

    _attributive_before = lazy_regex(
        r"(?<![A-Za-z])(?:an?|the|this|that|each|every|another|one|two|three|four|five|six|seven|eight|nine|ten|his|her|my|your|our|their|"
        r"its|new|old|[0-9]{1,3}) \Z",
        re.IGNORECASE,
    )
    _no_noun = lazy_regex(
        r" (?:of|and|or|in|on|at|to|for|from|with|without|by|per|a|an|the|is|are|was|were|be|than|that|as|but|if|when|while|after|before|"
        r"until|every|each|today|tomorrow|yesterday|daily|weekly|now|then|more|less|away|apart|long|wide|high|deep|tall|thick|old|ago|later|"
        r"above|below|over|under|into|onto|through|total|so|it|he|she|they|we|you|i|my|your|his|her|its|their|our|there|here|has|have|had|"
        r"will|would|can|could|should|may|might|must|do|does|did|not|only|too|also|again|off|up|down|out|back|once|twice)(?![a-z-])"
    )
    _measured = lazy_regex(
        r" (?:tablet|pill|capsule|dose|bag|batter|pack|bottle|box|can\b|jar|charger|fuse|bulb|drive\b|disk|file|card|stick|latency|delay|timeout|"
        r"window|limit|radius|race|run\b|walk|hike|dash|marathon|trip|cable|lens|pipe|board|screen|display|monitor|memory|module|house|plan|"
        r"engine|motor|adapter|outlet|connection|processor|chip|camera|sensor|note\b|bill\b|coin|fine\b|deal|budget|loan|grant|bonus|prize|"
        r"gift|ticket|video|clip|syringe|tank|container|bucket|vial|injection|solution|steak|serving|portion|sample|rope|ladder|pool|fence)[a-z]*"
    )
    _leading_zero_date = lazy_regex(
        r"(?=0|[0-9]+/0)(0?[1-9]|[12][0-9]|3[01])/(0?[1-9]|[12][0-9]|3[01])(?![0-9/]|[.,][0-9])"
    )
    _due_before = lazy_regex(
        r"(?<![a-z])(?:due|by|before|after|between|through|thru|deadline(?: is)?) \Z", re.IGNORECASE
    )
    _weekday_before = lazy_regex(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? \Z")
    _date_alone = lazy_regex(r"[ ,]*(?:[1-9]|1[0-2])/(?:[679]|1[1-57-9]|2[0-9]|3[01])[ ,.!?]*")
    _house_number = lazy_regex(
        r"([0-9]{3,5})(?= (?:[NSEW]\.? |North |South |East |West )?(?:[0-9]{1,3}(?:st|nd|rd|th)|(?:[A-Z][a-z]{1,20} ){0,2}[A-Z][a-z]{1,20}) "
        r"(?:St|Street|Ave|Avenue|Rd|Road|Ln|Lane|Dr|Drive|Blvd|Boulevard|Way|Ct|Court|Pl|Place|Hwy|Highway|Pkwy|Sq|Square)(?![a-z]))"
    )
    _zip = lazy_regex(r"[0-9]{5}(?:-[0-9]{4})?(?![0-9-])")
    _state_before = lazy_regex(r"(?<![A-Za-z])[A-Z]{2} \Z")
    place_cues = (
        r"(?:Apt\.?|Apartment|Unit|Suite|Ste\.?|Room|Rm|Gate|Seat|Row|Bay|Terminal|Platform|Track|Flat|Exit|Bus|Route|Line|Form|"
        r"Building|Block|Lot|Aisle|Table|Class|Box|Area|No\.?|#)"
    )
    _model_before = lazy_regex(r"(?<![A-Za-z])(?:Boeing|Airbus|Route|Highway|Interstate|Area|Bus|Apollo) \Z")
    _letter_before = lazy_regex(r"(?<![A-Za-z0-9])[A-Z]{1,2}-\Z")
    _road = lazy_regex(r"([0-9]{1,3}) ([NSEW])(?![A-Za-z])")
    _road_before = lazy_regex(r"(?<![A-Za-z])(?:I-|US-|US |Route |Highway |Hwy )\Z")
    _feet = lazy_regex(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)['′](?! ?[x×0-9])(?=[ ,;:.!?)]|\Z)")
    _quoted = lazy_regex(r"(?<![^\W_])['‘]")
    _inches_apart = lazy_regex(
        r" in(?=[.,;:!?)]|\Z| (?:and|or|but|with|long|wide|tall|high|deep|thick|sheets?|paper|photos?|prints?|pages?|frames?|posters?|panels?|tiles?|"
        r"envelopes?|boards?|pans?|boxe?s?)(?![a-z]))"
    )
    _inches = lazy_regex(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)(?:\"|″)(?![A-Za-z0-9])")
    _long_code = lazy_regex(r"[0-9]{4,8}(?![0-9A-Za-z]|[.,][0-9])")
    _bare_height = lazy_regex(r"([4-7])['′]([0-9]|1[01])(?![0-9'\"″′A-Za-z])")
    _toll_free = lazy_regex(r"1-(8[0-9]{2})-(?=[A-Z])")
    _planes = lazy_regex(r"([1-9][0-9]?)s(?![^\W_])")
    _of_run = lazy_regex(r"(?<![a-z])(?:r[au]n|running|race|raced|walked|jogged|jog) (?:an? |the |my |his |her )?\Z")
    _run_after = lazy_regex(r" (?:run|race|walk|jog|fun)(?![a-z])")
    _thousand_meters = lazy_regex(r"(5|10)k(?![A-Za-z0-9])", re.IGNORECASE)
    _sides = lazy_regex(r"([0-9]{1,3})['′] ?[x×] ?([0-9]{1,3})['′](?![0-9])")
    _tall = lazy_regex(r"([0-9])['′] ?([0-9]{1,2})(?:\"|″|'')(?= [a-z])(?! tall)")

    def _in_digits(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """What is no quantity, although it is written like one: the number of a house, a postal code, a seat."""
        before = text[max(0, at - 24) : at]
        if (zip_code := self._zip.match(text, at)) and self._state_before.search(before):
            return Found(at, zip_code.end(), "codes", ", ".join(self.digits(part) for part in zip_code[0].split("-")))
        if house := self._house_number.match(text, at):
            return Found(at, house.end(), "codes", self.short_number(int(house[1])))
        if (road := self._road.match(text, at)) and self._road_before.search(before):
            return Found(at, road.end(), "codes", f"{self.short_number(int(road[1]))} {DIRECTIONS[road[2]]}")
        if (inches := self._inches.match(text, at)) and text.count('"', 0, at) % 2 == 0:
            return self._marked(text, inches, "inch")
        if (feet := self._feet.match(text, at)) and not self._quoted.search(text, 0, at):
            return self._marked(text, feet, "ft")
        if self._letter_before.search(before) and (long := self._long_code.match(text, at)):
            return Found(at, long.end(), "codes", self.digits(long[0]))
        if (tall := self._bare_height.match(text, at)) and "'" not in text[:at]:
            return Found(at, tall.end(), "units", f"{self.cardinal(int(tall[1]))} foot {self.cardinal(int(tall[2]))}")
        if toll_free := self._toll_free.match(text, at):
            return Found(at, toll_free.end(), "telephones", f"one {self.short_number(int(toll_free[1]))} ")
        if self._letter_before.search(before) and (planes := self._planes.match(text, at)):
            return Found(at, planes.end(), "codes", self.decade(int(planes[1]), short=True).replace("sixs", "sixes"))
        if (self._model_before.search(before) or self._letter_before.search(before)) and (
            model := re.compile(r"[0-9]{3}(?![0-9A-Za-z]|[.,][0-9])").match(text, at)
        ):
            return Found(at, model.end(), "codes", self.short_number(int(model[0])))
        if (run := self._thousand_meters.match(text, at)) and (
            self._of_run.search(before) or self._run_after.match(text, run.end())
        ):
            return Found(at, run.end(), "units", f"{self.cardinal(int(run[1]))} K")
        if sides := self._sides.match(text, at):
            said = " by ".join(self.counted(Quantity(int(n)), self.units["ft"]) for n in sides.groups())
            return Found(at, sides.end(), "units", said)
        if (tall := self._tall.match(text, at)) and self._attributive_before.search(before):
            return Found(at, tall.end(), "units", f"{self.cardinal(int(tall[1]))} foot {self.cardinal(int(tall[2]))}")
        dated = self._leading_zero_date.match(text, at)
        if dated is None and (self._weekday_before.search(before) or self._date_alone.fullmatch(text)):
            dated = self._short_date.match(text, at)
        if dated is None and self._due_before.search(before):
            dated = self._short_date.match(text, at)
            if dated and not (int(dated[2]) > 12 or "due" in before.lower() or "deadline" in before.lower()):
                dated = None
        if dated:
            first, second = int(dated[1]), int(dated[2])
            month, day = (first, second) if self.order == "mdy" else (second, first)
            if 1 <= month <= 12 and 1 <= day <= 31:
                return Found(at, dated.end(), "dates", self.date(None, month, day))
        return None

    def _marked(self, text: str, number: re.Match[str], unit: str) -> Found:
        """`6.1"`, `20'`."""
        q = quantity(number[1], ".")
        before, after = text[max(0, number.start() - 60) : number.start()], text[number.end() : number.end() + 24]
        return Found(number.start(), number.end(), "units", self.counted_in(q, self.units[unit], before, '"', after))

    def side(self, q: Quantity) -> str:
        """`nineteen twenty` by `ten eighty`."""
        return self.number(q) if q.fraction or not 1000 <= q.whole < 10000 else self.short_number(q.whole)

    def length_at(self, text: str, end: int) -> tuple[Kind, Noun, int, str] | None:
        """`8.5 × 11 in and`, but not `a 4 × 6 in the drawer`."""
        inches = self._inches_apart.match(text, end)
        return None if inches is None else ("units", self.units["inch"], inches.end(), "")

    def place_number(self, n: int) -> str:
        """`two fourteen`."""
        return self.short_number(n)

    def short_number(self, n: int) -> str:
        """In pairs of digits: `twelve fifty`, `two twenty-one`, `one oh one`."""
        if n < 101 or n > 9999 or n % 1000 == 0:
            return self.cardinal(n) if n < 10000 else self.digits(str(n))
        head, tail = divmod(n, 100)
        if not tail:
            return f"{self.cardinal(head)} hundred"
        return f"{self.cardinal(head)} {f'oh {ONES[tail]}' if tail < 10 else self.cardinal(tail)}"

    def part_of_code(self, digits: str) -> str:
        """`A three twenty`, `F one fifty`; a year as a year."""
        if len(digits) == 3 and digits[0] != "0":
            return self.short_number(int(digits))
        if len(digits) == 4 and digits[:2] in ("19", "20"):
            return self.year(int(digits))
        return super().part_of_code(digits)

    def short_year(self, n: int) -> str:
        """`oh five`."""
        return f"oh {ONES[n]}" if n < 10 else self.cardinal(n)

    def counted_in(self, q: Quantity, noun: Noun, before: str, written: str, after: str) -> str:
        """`a five-kilogram bag`, `two five-hundred-milligram tablets`."""
        if q.whole != 1 and noun is not self.percent and self._is_before_noun(before, written, after):
            return f"{self.number(q)}-{noun.one}"
        return self.counted(q, noun)

    def _is_before_noun(self, before: str, written: str, after: str) -> bool:
        if written[:1] == "-" or self._measured.match(after):
            return True
        if self._attributive_before.search(before) is None:
            return False
        article = before[-3:].lower() in (" a ", "an ") or before.lower() == "a "
        return article or (re.match(r" [a-z]{3}", after) is not None and self._no_noun.match(after) is None)

    def money_in(self, q: Quantity, code: str, before: str, after: str) -> str:
        """`a five dollar bill`."""
        if q.whole != 1 and not (q.fraction and not q.scale) and code in self.coins and code != "cent":
            noun = re.match(r" [a-z]{3}", after) is not None and self._no_noun.match(after) is None
            if noun and (self._attributive_before.search(before) or self._measured.match(after)):
                return f"{self.number(q)} {self.coins[code][0].one}"
        return self.money(q, code)

    def _in_two_dates(self, text: str, at: int) -> bool:
        """Whether one of `from 9/1 to 10/15` stands there. `from 1/2 to 3/4` are fractions."""
        start = at
        if not self._dates_after.search(text, max(0, at - 8), at):
            first = self._first_date.search(text, max(0, at - 24), at)
            if first is None:
                return False
            start = first.start(1)
        both = self._two_dates.match(text, start)
        if both is None:
            return False
        pairs = [(int(both[1]), int(both[2])), (int(both[3]), int(both[4]))]
        return not all(top < bottom and bottom in (2, 3, 4, 5, 8, 16) for top, bottom in pairs)

    def special(self, scanner: NumberReader, text: str, at: int, floor: int) -> Found | None:
        """A day after or before the name of its month."""
        if code := self._in_digits(scanner, text, at, floor):
            return code
        short = self._short_date.match(text, at)
        if short and (self._date_before.search(text, max(floor, at - 10), at) or self._in_two_dates(text, at)):
            first, second = int(short[1]), int(short[2])
            of_year, of_month = (first, second) if self.order == "mdy" else (second, first)
            if 1 <= of_year <= 12 and 1 <= of_month <= 31:
                return Found(at, short.end(), "dates", self.date(None, of_year, of_month))
        if house := self._house.match(text, at):
            number = int(house[1])
            said = self.lines(number) if 100 < number < 1000 and number % 100 > 9 else self.cardinal(number)
            return Found(at, house.end(), "codes", f"{said} {house[2]}")
        month = self._month_before.search(text, max(floor, at - 12), at)
        if month and (day := self._day.match(text, at)):
            if not 1 <= int(day[1]) <= 31:
                return None
            words, end, start = self.ordinal(int(day[1])), day.end(), at
            if len(month[0]) <= 6 and month[0].rstrip(" ,.") not in self.months:
                words, start = f"{self._month(month[0])} {words}", month.start()
            if day[2]:
                words += f" to {self.ordinal(int(day[2]))}"
            year = self._year_after_day.match(text, end)
            if year:
                words, end = f"{words}, {self.year(int(year[1]))}", year.end()
            return Found(start, end, "dates", words)
        if month and (only := self._only_year.match(text, at)):
            return Found(month.start(), only.end(), "dates", f"{self._month(month[0])} {self.year(int(only[1]))}")
        if days := self._days_month.match(text, at):
            begins, ends = (self.ordinal(int(n)) for n in (days[1], days[2]))
            with_year = f" {self.year(int(days[4]))}" if days[4] else ""
            return Found(
                at, days.end(), "dates", f"the {begins} to the {ends} of {self._month(days['month'])}{with_year}"
            )
        day = self._day_month.match(text, at)
        if day is None or not 1 <= int(day[1]) <= 31:
            return None
        name = self._month(day["month"])
        article = "" if text[max(0, at - 4) : at].lower() == "the " else "the "
        words = f"{article}{self.ordinal(int(day[1]))} of {name}"
        if day[3]:
            words += f" {self.year(int(day[3]))}"
        return Found(at, day.end(), "dates", words)

    def _month(self, written: str) -> str:
        return next(month for month in self.months if month.startswith(written[:3]))

    def ordinal_at(self, text: str, at: int) -> tuple[int, str] | None:
        """`21st`."""
        ordinal = self._ordinal.match(text, at)
        return None if ordinal is None else (ordinal.end(), self.ordinal(int(ordinal[1].replace(",", ""))))

    _early_year = lazy_regex(
        r"(?<![a-z])(?:in|since|until|till|by|before|after|from|around|circa|year) \Z", re.IGNORECASE
    )

    def is_year(self, n: int, before: str, after: str, *, cue: bool) -> bool:
        """From 1900 on, if nothing is counted; earlier after a word such as `in`."""
        if self._no_year.match(after):
            return False
        if n < 1100:
            return self._early_year.search(before) is not None
        return (
            n >= 1900
            or cue
            or self._year_follows.match(after) is not None
            or before.endswith("(")
            or bool(self._month_before.search(before))
        )

    def always(self) -> str:
        """`twenty-four seven three sixty-five`."""
        return "twenty-four seven three sixty-five"

    def lines(self, n: int) -> str:
        """`ten eighty`, `seven twenty`."""
        return f"{self.cardinal(n // 100)} {self.cardinal(n % 100)}"

    def over(self, top: int, bottom: int) -> str | None:
        """`nine over five`."""
        return f"{self.cardinal(top)} over {self.cardinal(bottom)}"

    def phone_groups(self, digits: str) -> list[str]:
        """415 555 2671."""
        if len(digits) == 10:
            return [digits[:3], digits[3:6], digits[6:]]
        return super().phone_groups(digits)

    _house_before = lazy_regex(r"(?<![0-9.,:$€£-])[0-9]{1,5}[A-Z]? \Z")
    _street_follows = lazy_regex(
        r" (?:[0-9]{1,3}(?:st|nd|rd|th)(?![a-z])|(?:[A-Z][a-z]{1,20} ){1,3}(?:St|Street|Ave|Avenue|Rd|Road|Ln|Lane|Dr|Drive|Blvd|Boulevard|Way|Ct|"
        r"Court|Pl|Place|Hwy|Highway|Pkwy|Parkway|Sq|Square)(?![a-z]))"
    )
    _date_follows = lazy_regex(rf",\Z|,? (?:the )?(?:[0-9]|(?:{month_forms})(?![A-Za-z]))")
    _street_before = lazy_regex(r"(?:[A-Z][a-z]{1,20}|[0-9](?:st|nd|rd|th)|(?<![A-Za-z])[NSEW]\.?) \Z")
    _name_follows = lazy_regex(r" (?:[A-Z][a-z]|[A-Z]\.)")
    _number_before = lazy_regex(r"[0-9][A-Z]? ")

    def abbreviation_in(self, written: str, before: str, after: str) -> str:
        """`42 Elm St`, `on Baker St today`, but `St Paul's`; `Dr` is a street behind a number only."""
        if written in COMPASS:
            return (
                COMPASS[written] if self._house_before.search(before) and self._street_follows.match(after) else written
            )
        if written in SHORT_DAYS:
            return SHORT_DAYS[written] if self._date_follows.match(after) else written
        if written in ("no.", "nos.") and not re.match(r" ?[0-9]", after):
            return written
        if written == "Rev." and after[1:2].isdigit():
            return "revision"
        street = self.streets.get(written.removesuffix("."))
        if street is None or (written == "St." and self._name_follows.match(after)):
            return ""
        numbered = self._number_before.search(before) is not None
        named = self._street_before.search(before) is not None
        if written.startswith("Dr") and not (numbered and named):
            return ""
        if named and (numbered or written != "St" or not self._name_follows.match(after)):
            return street
        if written == "St" and self._name_follows.match(after):
            return "Saint"
        return "" if written.endswith(".") and written != "Dr" else "Doctor" if written == "Dr" else written

    def alone_after_one(self, after: str) -> bool:
        """`Charles I was`, but not `Charles I think`."""
        return re.match(r"[,.;:)]| (?:of|was|is|and|had|in|died|ruled|reigned|became|married)\b|\Z", after) is not None

    def decade(self, n: int, *, short: bool) -> str:
        """`nineteen nineties`."""
        words = self.cardinal(n) if short else self.year(n)
        return words[:-1] + "ies" if words.endswith("y") else words + "s"

    def day(self, n: int) -> str:
        """`fourth`."""
        return self.ordinal(n)

    def date(self, year: int | None, month: int, day: int | None) -> str:
        """`December fifth, twenty twenty-six`; in Britain `the fifth of December ...`."""
        name = self.months[month - 1]
        words = name
        if day is not None:
            words = f"the {self.ordinal(day)} of {name}" if self._british else f"{name} {self.ordinal(day)}"
        if year is None:
            return words
        return f"{words}{',' if day is not None and not self._british else ''} {self.year(year)}"

    def time(self, hour: int, minute: int, second: int | None, half: str, after: str) -> str:
        """`five thirty PM`, `five o'clock`, `seventeen hundred`."""
        words = self.cardinal(hour)
        if minute:
            words += f" oh {ONES[minute]}" if minute < 10 else f" {self.cardinal(minute)}"
        elif second:
            return (
                f"{self.counted(Quantity(hour), self.units['h'])} and {self.counted(Quantity(second), self.units['s'])}"
            )
        elif not half and not after:
            words = f"{words} o'clock" if 0 < hour <= 12 else f"{words} hundred" if hour else "midnight"
        if second:
            words += f" and {self.counted(Quantity(second), self.units['s'])}"
        if half:
            words += f" {half.upper()}"
        return words

    def simple_fraction(self, whole: int | None, top: int, bottom: int, unit: Noun | None) -> str:
        """`half a teaspoon`, `two and three quarters`."""
        if bottom == 2:
            part = "a half" if whole or unit is None else "half"
            part = part if top == 1 else f"{self.cardinal(top)} halves"
            if whole is None and unit is None:
                part = "one half" if top == 1 else part
        else:
            name = "quarter" if bottom == 4 else self.ordinal(bottom)
            part = f"{self.cardinal(top)} {name}{'s' if top != 1 else ''}"
        if whole:
            words = f"{self.cardinal(whole)} and {part.replace('one ', 'a ', 1) if bottom == 4 and top == 1 else part}"
            return words if unit is None else f"{words} {unit.many}"
        if unit is None:
            return part
        article = "an" if unit.one[0] in "aeio" or unit.one.startswith("hour") else "a"
        return f"{part} {article} {unit.one}" if part == "half" else f"{part} of {article} {unit.one}"

    def scientific(self, q: Quantity, exponent: int) -> str:
        """`one times ten to the minus five`."""
        sign = "minus " if exponent < 0 else ""
        power = sign + (self.cardinal(-exponent) if exponent < 0 else self.ordinal(exponent))
        return f"{self.number(q)} times ten to the {power}"

    def exponent(self, base: str, exponent: int) -> str:
        """`ten to the fifth`, `x squared`."""
        if exponent < 0:
            return f"{base} to the minus {self.cardinal(-exponent)}"
        if exponent in (2, 3):
            return f"{base} {'squared' if exponent == 2 else 'cubed'}"
        return f"{base} to the {self.ordinal(exponent)}"


def _split_last(words: str) -> tuple[str, str, str]:
    at = max(words.rfind(" "), words.rfind("-"))
    return (words[:at], words[at], words[at + 1 :]) if at >= 0 else ("", "", words)
