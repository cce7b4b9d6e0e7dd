"""A whole pipeline, from a source to a sink. It runs once."""

from __future__ import annotations

import abc
import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic

from triolet.chain._context import TurnContext
from triolet.chain._stages import In, In_contra, Source
from triolet.turn._events import Event
from triolet.turn._result import TurnResult
from triolet.turn._timeline import Timeline


class Sink(abc.ABC, Generic[In_contra]):
    """Where a pipeline ends. `source | sink` is a `Pipeline`."""

    @abc.abstractmethod
    async def consume(self, source: Source[In_contra], turn: TurnContext) -> None:
        """Run the source to its end as one turn, and record what becomes of its items in `turn.timeline`.

        An error of any stage ends the turn, and is raised by itself, not in an exception group. Cancellation ends every stage;
        no task and no open source remains.
        """

    def __ror__(self, source: Source[In_contra]) -> Pipeline:
        """Make a pipeline of a source and this sink."""
        return Pipeline(source, self) if isinstance(source, Source) else NotImplemented


class Pipeline:
    """`source | stage | ... | output`. It runs once, in one nursery: when `run` returns or raises, all its tasks have ended."""

    def __init__(self, source: Source[In], sink: Sink[In]) -> None:
        self._consume: Callable[[TurnContext], Awaitable[None]] = functools.partial(sink.consume, source)
        self._timeline: Timeline | None = None

    @property
    def result(self) -> TurnResult:
        """What has been said and heard so far. It is final when `run` has returned or raised."""
        return TurnResult() if self._timeline is None else self._timeline.result

    @property
    def timeline(self) -> Timeline:
        """The events recorded so far, in order.

        Raises:
            RuntimeError: `run` has not been called.
        """
        if self._timeline is None:
            raise RuntimeError("this pipeline has not run yet; await pipeline.run() first")
        return self._timeline

    async def run(
        self, observer: Callable[[Event], None] | None = None, *, resources: Mapping[type, object] | None = None
    ) -> TurnResult:
        """Speak until the source has ended and the last sample has been heard. Return what was said and heard.

        Cancellation ends every stage and closes the output, which drops what it has not yet played. `result` then says what
        was heard.

        Args:
            observer: called with each event (`triolet.events`) as it happens. It must not raise, and cannot wait.
            resources: objects that this run shares with others, by their type (`TurnContext.resources`), such as the sessions of
                `open_session_pools`; by default none.

        Raises:
            RuntimeError: this pipeline has run before. A source cannot be read twice: build a new pipeline.
            Exception: what any stage raises. It ends the whole pipeline at once and is raised by itself, not in an exception
                group, with `.result` set on it.
        """
        if self._timeline is not None:
            raise RuntimeError("a pipeline runs once; build a new one with a fresh source")
        self._timeline = Timeline(observer)
        await self._consume(TurnContext(self._timeline, resources=resources or {}))
        return self.result
