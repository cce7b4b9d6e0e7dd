"""JSON and base64, fast where `triolet[fast]` is installed.

By msgspec and pybase64 (thirteen times as fast on audio events), else by the standard library. All that they raise is a
ValueError.
"""

from __future__ import annotations

import base64
import json
from typing import Any

try:
    import msgspec
except ImportError:  # pragma: no cover -- the tests run with both
    msgspec = None  # type: ignore[assignment]
try:
    import pybase64
except ImportError:  # pragma: no cover
    pybase64 = None  # type: ignore[assignment]


_encoder = json.JSONEncoder(separators=(",", ":"))  # made once: `json.dumps` makes one for each message


def loads(text: str) -> Any:
    """Parse JSON.

    Raises:
        ValueError: it is none, or is nested too deep.
    """
    try:
        return json.loads(text) if msgspec is None else msgspec.json.decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError:
        raise
    except Exception as error:  # noqa: BLE001 -- msgspec.DecodeError is no ValueError
        raise ValueError(str(error)) from None


def dumps(value: object) -> str:
    """Write JSON in ASCII: a message with a lone surrogate or a separator of lines is still one valid line of text."""
    return _encoder.encode(value)


def to_base64(data: bytes) -> str:
    """Standard alphabet, with padding."""
    return (base64.b64encode(data) if pybase64 is None else pybase64.b64encode(data)).decode("ascii")


def from_base64(text: str) -> bytes:
    """Read it strictly.

    Raises:
        ValueError: a character outside of the alphabet, or wrong padding.
    """
    return base64.b64decode(text, validate=True) if pybase64 is None else pybase64.b64decode(text, validate=True)
