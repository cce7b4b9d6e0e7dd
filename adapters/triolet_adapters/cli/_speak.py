"""Speaking as the sub-commands do: with a view on it, and a report at the end however it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import trio

from triolet import Alone, Pipeline, TurnResult
from triolet.errors import OutputError
from triolet.events import Event, OutputOpened
from triolet_adapters.cli._captions import write_captions
from triolet_adapters.cli._record import Recording
from triolet_adapters.cli._report import as_json
from triolet_adapters.cli._run import NothingToSay, last_words
from triolet_adapters.cli._view import View


async def speak(
    pipeline: Pipeline,
    view: View,
    *,
    out: str | None,
    as_object: bool,
    captions: Path | None = None,
    recording: Recording | None = None,
) -> TurnResult:
    """Run a pipeline to its end.

    Cancellation (Ctrl-C) ends it; what was heard is reported all the same.

    Raises:
        NothingToSay: there were no words.
        BrokenPipeError: nobody reads our output any more.
    """

    def observe(event: Event) -> None:
        view.observe(event)
        if recording is not None:
            recording.observe(event)

    def report() -> None:
        if recording is not None:
            recording.end(pipeline.result)
        if captions is not None:
            write_captions(captions, pipeline.result)
        view.end(pipeline.result)
        if as_object and any(isinstance(event, OutputOpened) for event in pipeline.timeline):
            sys.stdout.write(json.dumps(as_json(pipeline.result, out), ensure_ascii=False, indent=2) + "\n")

    with last_words(report):
        try:
            with Alone(), view.scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(view.keep_drawn)
                    await pipeline.run(observe)
                    nursery.cancel_scope.cancel()
        finally:
            if view.failure is None:
                report()
    if isinstance(view.failure, BrokenPipeError):
        raise view.failure
    if view.failure is not None:
        raise OutputError(f"progress cannot be shown: {view.failure.strerror}") from view.failure
    if not pipeline.result.phrases and not pipeline.result.interrupted:
        raise NothingToSay
    return pipeline.result
