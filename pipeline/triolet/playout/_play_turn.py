"""Run one turn: all its stages in one nursery; its end is recorded, and its error is raised by itself."""

from __future__ import annotations

import contextlib

import trio

from triolet._model._audio import AudioChunk
from triolet._tools._alone import Alone, lone_error, only_cancelled
from triolet.chain._context import TurnContext
from triolet.chain._stages import Source
from triolet.playout._turn_log import Logged
from triolet.playout._turn_playout import Interlude, TurnPlayout, play_all
from triolet.turn._events import TurnEnded, TurnStarted


async def play_turn(
    source: Source[AudioChunk], playing: TurnPlayout, turn: TurnContext, interlude: Interlude | None = None
) -> None:
    """Play what the source gives until it has ended and the last sample has been heard.

    An error of any stage ends all stages, and is raised by itself with `.result` set on it. Cancellation ends all stages. In
    both cases the output drops what has not been heard, and the timeline says what has been.
    """
    with Logged(turn):
        await play_part(source, playing, turn, interlude)


async def play_part(
    source: Source[AudioChunk], playing: TurnPlayout, turn: TurnContext, interlude: Interlude | None = None
) -> None:
    """Do the same without a word in the log: for the filler inside a turn, which is part of that turn there."""
    turn.timeline.record(TurnStarted(turn.now()))
    with Alone():
        try:
            await _run(source, playing, turn, interlude)
        except BaseException as error:  # raised again: the end of a cancelled turn is recorded too
            playing.shut()
            await playing.settle()  # noqa: ASYNC102 -- it shields and bounds itself
            playing.finish()
            _record_end(turn, lone_error(error))
            raise
    playing.finish()
    turn.timeline.record(TurnEnded(turn.now()))


def _record_end(turn: TurnContext, error: BaseException) -> None:
    if only_cancelled(error):
        turn.timeline.record(TurnEnded(turn.now(), interrupted=True))
        return
    turn.timeline.record(TurnEnded(turn.now(), error=_describe(error)))
    with contextlib.suppress(AttributeError):  # an exception type with slots cannot carry it
        error.result = turn.timeline.result  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


async def _run(
    source: Source[AudioChunk], playing: TurnPlayout, turn: TurnContext, interlude: Interlude | None
) -> None:
    playing.begin()
    send, receive = trio.open_memory_channel[AudioChunk](0)  # audio that waits in the synthesizer can still be replaced
    with receive:
        async with trio.open_nursery() as nursery:
            source.start(nursery, send, turn)
            try:
                if playing.watches:
                    await _play_until_gone(receive, playing, interlude, nursery)
                else:
                    await play_all(receive, playing, interlude)
            except BaseException:  # raised again: be silent now, before the stages have closed their connections
                playing.shut()
                if not playing.settles:
                    playing.finish()
                raise


async def _play_until_gone(
    upstream: trio.MemoryReceiveChannel[AudioChunk],
    playing: TurnPlayout,
    interlude: Interlude | None,
    nursery: trio.Nursery,
) -> None:
    """Play every chunk, as long as the listener is there.

    Raises:
        OutputError: the listener has gone.
    """
    watching = trio.CancelScope()
    nursery.start_soon(playing.watch, watching)
    with playing.heard_by_somebody:
        await play_all(upstream, playing, interlude)
    watching.cancel()
    playing.check()


def _describe(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
