"""Take a single error out of the group that a nursery puts around it."""

from __future__ import annotations

from types import TracebackType
from typing import cast

import trio


def lone_error(error: BaseException) -> BaseException:
    """The error inside nested groups of one. A group that holds several errors is returned as it is.

    Cancellations in the group do not count: a task that is cancelled at the moment of its error has failed.
    """
    while isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        first, *others = (group.split(trio.Cancelled)[1] or group).exceptions
        if others:
            return group
        error = first
    return error


def only_cancelled(error: BaseException) -> bool:
    """Whether this is a cancellation and nothing else. Several cancelled tasks arrive as a group of cancellations."""
    if isinstance(error, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", error).split(trio.Cancelled)[1] is None
    return isinstance(error, trio.Cancelled)


class Alone:
    """`with Alone():` raises a single error from its block by itself, without the groups around it."""

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
                lone.__context__ = context  # `raise` set it to the group, which adds nothing
