"""The same voice with other settings for one turn: equal settings give the same object, so that its open sessions are used again."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import attrs

KEPT_ADJUSTMENTS = 64
"""Adjusted voices that are kept, so that their open sessions are used again. Bounded, since every turn may bring instructions
of its own."""

V = TypeVar("V")


class Variants(Generic[V]):
    """The last `KEPT_ADJUSTMENTS` variants of a voice, which has its settings in `settings` and this object in `_variants`."""

    def __init__(self) -> None:
        self._kept: dict[tuple[tuple[str, str], ...], V] = {}

    def adjusted(self, voice: V, names: Mapping[str, str], changes: Mapping[str, str]) -> V:
        """The voice with these changes, made if it is not kept. `names`: what may be changed, and the field of its settings that has it.

        Raises:
            ValueError: there is no such setting, or its settings do not take the value.
        """
        if wrong := sorted(changes.keys() - names.keys()):
            raise ValueError(f"{type(voice).__name__} cannot change its {' and '.join(wrong)} for one turn")
        key = tuple(sorted(changes.items()))
        if key not in self._kept:
            other: Any = copy.copy(voice)
            other.settings = attrs.evolve(other.settings, **{names[name]: value for name, value in changes.items()})
            other._variants = Variants()  # noqa: SLF001 -- as the class says
            self._kept[key] = other
            if len(self._kept) > KEPT_ADJUSTMENTS:
                del self._kept[next(iter(self._kept))]
        return self._kept[key]
