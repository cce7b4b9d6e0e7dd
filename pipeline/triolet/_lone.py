"""Errors leave alone: nurseries wrap even a single one in a group."""

from __future__ import annotations

from typing import cast


def lone_error(error: BaseException) -> BaseException:
    """The one error inside nested groups of one; the error itself where there are several."""
    while isinstance(error, BaseExceptionGroup):
        inner = cast("BaseExceptionGroup[BaseException]", error).exceptions
        if len(inner) > 1:
            break
        error = inner[0]
    return error
