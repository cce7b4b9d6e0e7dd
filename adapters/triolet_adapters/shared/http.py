"""What all that use httpx2 share."""

from __future__ import annotations

import functools
import ssl
from collections.abc import AsyncIterator

import httpx2
import trio


@functools.cache
def certificates() -> ssl.SSLContext:
    """Read the certificates of this machine, once: that takes some 20 ms, too long between two pieces of audio."""
    return httpx2.create_ssl_context()


async def end_reading(received: AsyncIterator[bytes]) -> None:
    """End an iteration over a body that has not come to its end.

    httpx2 reads through several nested generators. Closing the outer one would leave the others, and their socket, to the garbage
    collector; a read that is cancelled ends them all, in order.
    """
    with trio.CancelScope(shield=True) as scope:
        scope.cancel()
        try:
            async for _ in received:
                pass
        except (httpx2.HTTPError, httpx2.StreamError):
            pass  # ended is ended


def reason(error: BaseException) -> str:
    """What the system said, which stands below the errors of the libraries between; empty if it said nothing."""
    words: list[str] = []
    below: list[BaseException | None] = [error]
    while below:
        one = below.pop(0)
        if isinstance(one, OSError) and one.strerror:
            words.append(one.strerror)
        elif isinstance(one, BaseExceptionGroup):
            below += one.exceptions  # pyright: ignore[reportUnknownMemberType]
        elif one is not None:
            below.append(one.__cause__ or one.__context__)
    return "; ".join(dict.fromkeys(words))
