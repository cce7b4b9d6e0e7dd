"""Errors leave alone: nurseries wrap even a single one in a group."""

from __future__ import annotations

from typing import cast

import trio


def lone_error(error: BaseException) -> BaseException:
    """The one error inside nested groups of one; the error itself where there are several."""
    while isinstance(error, BaseExceptionGroup):
        first, *others = cast("BaseExceptionGroup[BaseException]", error).exceptions
        if others:
            return cast("BaseException", error)
        error = first
    return error


def only_cancelled(error: BaseException) -> bool:
    """Whether this is a cancellation and nothing else: several tasks that were cancelled arrive as a group."""
    if isinstance(error, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", error).split(trio.Cancelled)[1] is None
    return isinstance(error, trio.Cancelled)
