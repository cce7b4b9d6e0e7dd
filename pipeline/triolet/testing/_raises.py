"""`pytest.raises` for contract suites, which must be importable without pytest."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def raises(kind: type[Exception]) -> Generator[None]:
    """Fail unless the block raises an error of this kind, alone and not in a group."""
    try:
        yield
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")
