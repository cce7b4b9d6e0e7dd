"""Errors leave alone: nurseries wrap even a single one in a group."""

from __future__ import annotations

from types import TracebackType
from typing import cast

import trio


def lone_error(error: BaseException) -> BaseException:
    """The one error inside nested groups of one; the error itself where there are several.

    A cancellation beside it does not count: what was cancelled at the very moment of an error has failed.
    """
    while isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        first, *others = (group.split(trio.Cancelled)[1] or group).exceptions
        if others:
            return group
        error = first
    return error


def only_cancelled(error: BaseException) -> bool:
    """Whether this is a cancellation and nothing else: several tasks that were cancelled arrive as a group."""
    if isinstance(error, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", error).split(trio.Cancelled)[1] is None
    return isinstance(error, trio.Cancelled)


class Alone:
    """`with Alone():` lets a single error out of the groups around it."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            return
        lone = lone_error(error)
        if lone is not error:
            context = lone.__context__
            try:
                raise lone
            finally:
                lone.__context__ = context  # the group around it says nothing more
