"""`pytest.raises` for contract suites, which must be importable without pytest."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def raises(kind: type[Exception]) -> Generator[None]:
    """Raise AssertionError unless the block raises an error of this kind, by itself and not in an exception group."""
    try:
        yield
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")
