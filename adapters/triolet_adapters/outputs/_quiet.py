"""Sound libraries in C write dozens of lines to standard error where there is no device; our error says it in one."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Callable, Generator

_SETTERS = (
    ("libasound.so.2", "snd_lib_error_set_handler"),
    ("libjack.so.0", "jack_set_error_function"),
    ("libjack.so.0", "jack_set_info_function"),
)
"""Each takes the function that gets the messages, and NULL for its own again. Standard error itself is left alone: it belongs
to all threads of a program."""


_drop = ctypes.CFUNCTYPE(None)(lambda: None)
"""Gets a message and more, whose number differs; C lets a function take fewer than it is given."""


@contextlib.contextmanager
def quiet_libraries() -> Generator[None]:
    """While a device is opened, for the whole process."""
    names = _SETTERS if sys.platform == "linux" else ()
    setters = [setter for library, name in names if (setter := _function(library, name)) is not None]
    for setter in setters:
        setter(_drop)
    try:
        yield
    finally:
        for setter in setters:
            setter(None)


def _function(library: str, name: str) -> Callable[[object], object] | None:
    try:
        return getattr(ctypes.CDLL(library), name, None)
    except OSError:  # it is not installed
        return None
