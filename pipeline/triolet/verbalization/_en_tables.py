"""The words of English: numbers, units, coins, months, and what is shortened."""

from __future__ import annotations

from triolet.verbalization._quantity import Noun, nouns

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = (("quadrillion", 10**15), ("trillion", 10**12), ("billion", 10**9), ("million", 10**6), ("thousand", 1000))
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip

UNITS = nouns("""
km; ; kilometer; kilometers
m; ; meter; meters
dm; ; decimeter; decimeters
cm; ; centimeter; centimeters
mm; ; millimeter; millimeters
µm; ; micrometer; micrometers
nm; ; nanometer; nanometers
mi; ; mile; miles
yd; ; yard; yards
ft; ; foot; feet
inch; ; inch; inches
km2; ; square kilometer; square kilometers
m2; ; square meter; square meters
cm2; ; square centimeter; square centimeters
mm2; ; square millimeter; square millimeters
ft2; ; square foot; square feet
ha; ; hectare; hectares
m3; ; cubic meter; cubic meters
cm3; ; cubic centimeter; cubic centimeters
l; ; liter; liters
dl; ; deciliter; deciliters
cl; ; centiliter; centiliters
ml; ; milliliter; milliliters
gal; ; gallon; gallons
qt; ; quart; quarts
floz; ; fluid ounce; fluid ounces
tsp; ; teaspoon; teaspoons
tbsp; ; tablespoon; tablespoons
kg; ; kilogram; kilograms
g; ; gram; grams
mg; ; milligram; milligrams
µg; ; microgram; micrograms
t; ; ton; tons
lb; ; pound; pounds
oz; ; ounce; ounces
h; ; hour; hours
min; ; minute; minutes
s; ; second; seconds
ms; ; millisecond; milliseconds
µs; ; microsecond; microseconds
ns; ; nanosecond; nanoseconds
Hz; ; hertz
kHz; ; kilohertz
MHz; ; megahertz
GHz; ; gigahertz
THz; ; terahertz
W; ; watt; watts
kW; ; kilowatt; kilowatts
MW; ; megawatt; megawatts
GW; ; gigawatt; gigawatts
Wh; ; watt hour; watt hours
kWh; ; kilowatt hour; kilowatt hours
MWh; ; megawatt hour; megawatt hours
hp; ; horsepower
V; ; volt; volts
kV; ; kilovolt; kilovolts
mV; ; millivolt; millivolts
A; ; amp; amps
mA; ; milliamp; milliamps
mAh; ; milliamp hour; milliamp hours
Ω; ; ohm; ohms
J; ; joule; joules
kJ; ; kilojoule; kilojoules
cal; ; calorie; calories
kcal; ; kilocalorie; kilocalories
N; ; newton; newtons
Pa; ; pascal; pascals
hPa; ; hectopascal; hectopascals
kPa; ; kilopascal; kilopascals
bar; ; bar; bars
psi; ; pound per square inch; pounds per square inch
dB; ; decibel; decibels
B; ; byte; bytes
kB; ; kilobyte; kilobytes
MB; ; megabyte; megabytes
GB; ; gigabyte; gigabytes
TB; ; terabyte; terabytes
PB; ; petabyte; petabytes
KiB; ; kibibyte; kibibytes
MiB; ; mebibyte; mebibytes
GiB; ; gibibyte; gibibytes
TiB; ; tebibyte; tebibytes
kbps; ; kilobit per second; kilobits per second
Mbps; ; megabit per second; megabits per second
Gbps; ; gigabit per second; gigabits per second
km/h; ; kilometer per hour; kilometers per hour
m/s; ; meter per second; meters per second
m/s2; ; meter per second squared; meters per second squared
mph; ; mile per hour; miles per hour
year; ; year; years
week; ; week; weeks
month; ; month; months
rpm; ; revolution per minute; revolutions per minute
bpm; ; beat per minute; beats per minute
fps; ; frame per second; frames per second
dpi; ; dot per inch; dots per inch
ppm; ; part per million; parts per million
px; ; pixel; pixels
C; ; degree Celsius; degrees Celsius
F; ; degree Fahrenheit; degrees Fahrenheit
deg; ; degree; degrees
K; ; kelvin; kelvins
""")

CENT = Noun("", "cent", "cents")
COINS: dict[str, tuple[Noun, Noun | None]] = {
    "USD": (Noun("", "dollar", "dollars"), CENT),
    "EUR": (Noun("", "euro", "euros"), CENT),
    "GBP": (Noun("", "pound", "pounds"), Noun("", "penny", "pence")),
    "JPY": (Noun("", "yen", "yen"), None),
    "CNY": (Noun("", "yuan", "yuan"), Noun("", "fen", "fen")),
    "KRW": (Noun("", "won", "won"), None),
    "RUB": (Noun("", "ruble", "rubles"), Noun("", "kopeck", "kopecks")),
    "INR": (Noun("", "rupee", "rupees"), Noun("", "paisa", "paise")),
    "CHF": (Noun("", "Swiss franc", "Swiss francs"), Noun("", "centime", "centimes")),
    "BRL": (Noun("", "Brazilian real", "Brazilian reais"), Noun("", "centavo", "centavos")),
    "CAD": (Noun("", "Canadian dollar", "Canadian dollars"), CENT),
    "AUD": (Noun("", "Australian dollar", "Australian dollars"), CENT),
    "NZD": (Noun("", "New Zealand dollar", "New Zealand dollars"), CENT),
    "HKD": (Noun("", "Hong Kong dollar", "Hong Kong dollars"), CENT),
    "SGD": (Noun("", "Singapore dollar", "Singapore dollars"), CENT),
    "MXN": (Noun("", "Mexican peso", "Mexican pesos"), Noun("", "centavo", "centavos")),
    "SEK": (Noun("", "Swedish krona", "Swedish kronor"), Noun("", "öre", "öre")),
    "NOK": (Noun("", "Norwegian krone", "Norwegian kroner"), Noun("", "øre", "øre")),
    "DKK": (Noun("", "Danish krone", "Danish kroner"), Noun("", "øre", "øre")),
    "PLN": (Noun("", "zloty", "zlotys"), Noun("", "grosz", "groszy")),
    "CZK": (Noun("", "Czech koruna", "Czech koruna"), None),
    "TRY": (Noun("", "Turkish lira", "Turkish lira"), Noun("", "kurush", "kurush")),
    "UAH": (Noun("", "hryvnia", "hryvnias"), Noun("", "kopiyka", "kopiykas")),
    "THB": (Noun("", "baht", "baht"), Noun("", "satang", "satang")),
    "VND": (Noun("", "dong", "dong"), None),
    "ILS": (Noun("", "shekel", "shekels"), Noun("", "agora", "agorot")),
    "BTC": (Noun("", "bitcoin", "bitcoins"), None),
    "cent": (CENT, None),
}


DIRECTIONS = {"N": "North", "S": "South", "E": "East", "W": "West"}
COMPASS = {
    **DIRECTIONS, "NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest",
    **{f"{letter}.": name for letter, name in DIRECTIONS.items()},
}  # fmt: skip
SHORT_DAYS = {
    "Mon.": "Monday", "Tue.": "Tuesday", "Tues.": "Tuesday", "Wed.": "Wednesday", "Thu.": "Thursday", "Thurs.": "Thursday", "Fri.": "Friday",
    "Sat.": "Saturday", "Sun.": "Sunday",
}  # fmt: skip
