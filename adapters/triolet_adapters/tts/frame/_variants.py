"""The same voice with other settings for one turn: equal settings give the same object, so that its open sessions are used again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

KEPT_ADJUSTMENTS = 64
"""Adjusted voices that are kept, so that their open sessions are used again. Bounded, since every turn may bring instructions
of its own."""

V = TypeVar("V")


class Variants(Generic[V]):
    """The last `KEPT_ADJUSTMENTS` variants that were made."""

    def __init__(self) -> None:
        self._kept: dict[tuple[tuple[str, str], ...], V] = {}

    def get(self, changes: Mapping[str, str], make: Callable[[], V]) -> V:
        """The variant with these changes, made if it is not kept."""
        key = tuple(sorted(changes.items()))
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > KEPT_ADJUSTMENTS:
                del self._kept[next(iter(self._kept))]
        return self._kept[key]
