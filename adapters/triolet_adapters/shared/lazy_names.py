"""Names of a package that are imported when they are asked for: whoever uses one voice need not load all vendors'."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a package (PEP 562).

    Type checkers do not see what it gives: import the same names for them, under `if TYPE_CHECKING:`.

    Args:
        package: its `__name__`.
        names: each public name, and the module that has it.
    """

    def get(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(names[name]), name)
        setattr(importlib.import_module(package), name, value)  # the next time it is found without this
        return value

    return get
