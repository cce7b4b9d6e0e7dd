"""numpy, which is an extra."""

from __future__ import annotations

import importlib
from typing import Any

from triolet.errors import OutputError


def numpy_for(what: str) -> Any:
    """Import numpy for something that needs it.

    Raises:
        OutputError: it is not installed.
    """
    try:
        return importlib.import_module("numpy")
    except ModuleNotFoundError as error:
        raise OutputError(f'{what} takes the package numpy: pip install "triolet[audio]"') from error
