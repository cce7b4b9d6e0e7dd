"""For tests of conversations."""

from tests.unit.triolet.asyncio._both import natively_and_from_asyncio

__all__ = ["natively_and_from_asyncio"]
