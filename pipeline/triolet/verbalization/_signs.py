"""Signs that mean the same in every language: units, currencies, vulgar fractions."""

from __future__ import annotations

UNITS: dict[str, tuple[str, ...]] = {
    "km": ("km", "㎞"), "m": ("m",), "dm": ("dm",), "cm": ("cm", "㎝"), "mm": ("mm", "㎜"), "µm": ("µm", "μm"), "nm": ("nm",),
    "mi": ("mi",), "yd": ("yd",), "ft": ("ft",), "inch": ("in", "″"),
    "km2": ("km²", "㎢", "km2", "km^2"), "m2": ("m²", "㎡", "m2", "m^2", "sqm"), "cm2": ("cm²", "㎠", "cm2", "cm^2"),
    "mm2": ("mm²", "mm2", "mm^2"), "ft2": ("ft²", "ft2", "ft^2", "sqft"), "ha": ("ha",),
    "m3": ("m³", "㎥", "m3", "m^3"), "cm3": ("cm³", "cm3", "cm^3"),
    "l": ("l", "L", "ℓ"), "dl": ("dl", "dL"), "cl": ("cl", "cL"), "ml": ("ml", "mL", "㎖"), "gal": ("gal",),
    "tsp": ("tsp",), "tbsp": ("tbsp",), "kg": ("kg", "㎏"), "g": ("g",), "mg": ("mg", "㎎"), "µg": ("µg", "μg", "mcg"),
    "t": ("t",), "lb": ("lb", "lbs"), "oz": ("oz",),
    "h": ("h", "hr", "hrs"), "min": ("min", "mins"), "s": ("s", "sec", "secs"), "ms": ("ms",), "µs": ("µs", "μs"),
    "ns": ("ns",),
    "Hz": ("Hz",), "kHz": ("kHz",), "MHz": ("MHz",), "GHz": ("GHz",), "THz": ("THz",),
    "W": ("W",), "kW": ("kW",), "MW": ("MW",), "GW": ("GW",), "kWh": ("kWh",), "MWh": ("MWh",), "Wh": ("Wh",), "hp": ("hp",),
    "V": ("V",), "kV": ("kV",), "mV": ("mV",), "A": ("A",), "mA": ("mA",), "mAh": ("mAh",), "Ω": ("Ω", "Ω"),
    "J": ("J",), "kJ": ("kJ",), "cal": ("cal",), "kcal": ("kcal",), "N": ("N",), "Pa": ("Pa",), "hPa": ("hPa",),
    "kPa": ("kPa",), "bar": ("bar",), "psi": ("psi",), "dB": ("dB",),
    "B": ("B",), "kB": ("kB", "KB"), "MB": ("MB",), "GB": ("GB",), "TB": ("TB",), "PB": ("PB",),
    "KiB": ("KiB",), "MiB": ("MiB",), "GiB": ("GiB",), "TiB": ("TiB",),
    "kbps": ("kbps", "kbit/s", "kb/s", "Kb/s"), "Mbps": ("Mbps", "Mbit/s", "Mb/s"), "Gbps": ("Gbps", "Gbit/s", "Gb/s"),
    "kB/s": ("kB/s", "KB/s"), "MB/s": ("MB/s",), "GB/s": ("GB/s",),
    "km/h": ("km/h", "kmh", "kph"), "m/s": ("m/s",), "mph": ("mph",), "m/s2": ("m/s²", "m/s2", "m/s^2"),
    "rpm": ("rpm",), "bpm": ("bpm",), "fps": ("fps",), "dpi": ("dpi",), "ppm": ("ppm",), "px": ("px",),
    "C": ("°C", "℃", "° C"), "F": ("°F", "℉", "° F"), "deg": ("°",), "K": ("K",),
}  # fmt: skip
"""The name of each unit here, and how it is written after a number."""

LENGTHS = ("km", "m", "dm", "cm", "mm", "µm", "nm", "mi", "yd", "ft", "inch", "px")
"""Units of which several are the sides of something: between them stands `by`, not `times`."""

ONLY_ATTACHED = frozenset({"in", "A", "B", "C", "N", "J"})
"""Signs that are words or names as well: they are units only right after the number, such as in `5in`."""

CURRENCY_SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "R$": "BRL",
    "MX$": "MXN", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "CNY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY",
    "₿": "BTC", "₫": "VND", "₴": "UAH", "฿": "THB", "₪": "ILS", "¢": "cent", "RMB": "CNY",
}  # fmt: skip
"""Signs of currencies, and their codes. What `$` and `¥` mean depends on the place."""

CURRENCY_CODES = (
    "USD", "EUR", "GBP", "JPY", "CNY", "RMB", "KRW", "RUB", "INR", "CHF", "BRL", "CAD", "AUD", "MXN", "HKD", "NZD", "SGD",
    "SEK", "NOK", "DKK", "PLN", "CZK", "TRY", "BTC", "UAH", "THB", "VND", "ILS",
)  # fmt: skip

WITHOUT_MINOR = frozenset({"JPY", "KRW", "VND", "BTC"})
"""Currencies that have no smaller coin in use: what follows the mark is a decimal."""

VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5),
    "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅐": (1, 7), "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip
"""Fractions that are one character."""

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
