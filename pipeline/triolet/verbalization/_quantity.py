"""A number as it is written."""

from __future__ import annotations

import attrs


@attrs.frozen
class Quantity:
    """A number: sign, digits before the mark and after it."""

    whole: int
    fraction: str = ""
    """The digits after the mark; empty for a whole number."""
    negative: bool = False
    scale: str = ""
    """`million` and the like, as the language's table names it: `k`, `m`, `b`, `t`; empty for none."""

    @property
    def is_one(self) -> bool:
        """Whether it is exactly one."""
        return self.whole == 1 and not self.fraction and not self.scale


@attrs.frozen
class Noun:
    """A unit or a coin: its gender and its forms."""

    gender: str
    """`m`, `f`, `n`; empty where a language has none."""
    one: str
    many: str = attrs.field(default=attrs.Factory(lambda self: self.one, takes_self=True))
    """After most numbers; as `one` by default. In Russian the genitive plural."""
    few: str = ""
    """In Russian after 2, 3 and 4, and after decimals: the genitive singular."""


def nouns(table: str) -> dict[str, Noun]:
    """A table of nouns: a line each, `name; gender; one; many; few`. Missing forms are as the one before."""
    found: dict[str, Noun] = {}
    for line in table.strip().splitlines():
        name, gender, one, *more = (part.strip() for part in line.split(";"))
        many = more[0] if more else one
        found[name] = Noun(gender, one, many, more[1] if len(more) > 1 else many)
    return found


_PREFIXED = {
    "k": "km kg kHz kW kWh kV kJ kcal kPa kB kbps", "c": "cm cl", "d": "dm dl", "m": "mm mg ml ms mV mA mAh", "µ": "µm µg µs",
    "n": "nm ns", "M": "MHz MW MWh MB Mbps", "G": "GHz GW GB Gbps", "T": "THz TB", "P": "PB", "h": "hPa",
}  # fmt: skip
_AREAS = {"km2": "km", "m2": "m", "cm2": "cm", "mm2": "mm", "ft2": "ft"}
_VOLUMES = {"m3": "m", "cm3": "cm"}


def si_units(
    prefixes: str, table: str, *, square: tuple[str, str, str], cube: tuple[str, str, str], joined: bool = False
) -> dict[str, Noun]:
    """The units of a table, and those that are made of them with prefixes, squares and cubes.

    `prefixes` names k c d m µ n M G T P h, in this order. `square` and `cube` have `{}` for the unit, for its three forms.
    `joined`: the unit is written small behind what comes before it, as in German.
    """
    units = nouns(table)
    for prefix, name in zip(_PREFIXED, prefixes.split(), strict=True):
        for made in _PREFIXED[prefix].split():
            base = units.get(made[len(prefix) :])
            if base is not None and made not in units:
                forms = [form[0].lower() + form[1:] for form in (base.one, base.many, base.few or base.many)]
                units[made] = Noun(base.gender, *(name + form for form in forms))
    for made, template in [*((one, square) for one in _AREAS), *((one, cube) for one in _VOLUMES)]:
        base = units.get(_AREAS.get(made, "") or _VOLUMES.get(made, ""))
        if base is not None and made not in units:
            forms = [base.one, base.many, base.few or base.many]
            if joined:
                forms = [form[0].lower() + form[1:] for form in forms]
            units[made] = Noun(base.gender, *(shape.format(form) for shape, form in zip(template, forms, strict=True)))
    return units
