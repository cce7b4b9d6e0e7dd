"""Run a whole pipeline from asyncio."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from triolet.asyncio._host import Host
from triolet.asyncio._tokens import loop_reader
from triolet.chain._pipeline import Pipeline
from triolet.chain._stages import Reader
from triolet.turn._events import Event
from triolet.turn._result import TurnResult


async def run(pipeline: Pipeline, observer: Callable[[Event], None] | None = None) -> TurnResult:
    """Speak until the source has ended and the last sample has been heard. Return what was said and heard.

        result = await triolet.asyncio.run(llm_stream | speech(tts) | Loudspeaker())

    An async iterable at the head of the pipeline is iterated and closed in asyncio, by a task of its own.

    Cancellation ends every stage and closes the output, which drops what it has not yet played. `pipeline.result` then says what
    was heard.

    Args:
        pipeline: the pipeline. It runs once.
        observer: called with each event (`triolet.events`) as it happens. It must not raise, and cannot wait.

    Raises:
        RuntimeError: this pipeline has run before. A source cannot be read twice: build a new pipeline.
        Exception: what any stage raises. It ends the whole pipeline at once and is raised by itself, not in an exception group,
            with `.result` set on it.
    """
    host = await Host.take()
    try:
        return await host.call(partial(pipeline.run, observer, resources={Reader: loop_reader(host)}))
    finally:
        host.release()
        await host.gone()  # noqa: ASYNC102 -- nothing is at work there
