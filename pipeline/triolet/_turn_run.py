"""Running one turn: its stages in one nursery, its end in its timeline, its error alone."""

from __future__ import annotations

import contextlib

import trio

from triolet._audio import AudioChunk
from triolet._lone import lone_error, only_cancelled
from triolet._playout import TurnPlayout, play_all
from triolet._stages import Source
from triolet._timeline import Spoken, TurnEnded, TurnStarted
from triolet._turn import Turn


async def run_turn(source: Source[AudioChunk], playing: TurnPlayout, turn: Turn) -> None:
    """Play what the source gives until it has ended and the last sample has been heard.

    An error of any stage ends them all and is raised, alone, with `.spoken` set on it. Cancellation ends them all. Either
    way what was accepted by the output and not heard is dropped, and the timeline says what was.
    """
    turn.timeline.record(TurnStarted(turn.now()))
    try:
        await _run(source, playing, turn)
    except BaseException as error:  # a cancelled turn has its end recorded too; all are raised again
        raised = lone_error(error)
        cancelled = only_cancelled(raised)
        playing.shut()
        playing.finish()
        turn.timeline.record(
            TurnEnded(turn.now(), interrupted=cancelled, error=None if cancelled else _describe(raised))
        )
        if not cancelled:
            with contextlib.suppress(AttributeError):  # an exception type with slots cannot carry it
                raised.spoken = Spoken.fold(turn.timeline)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        if raised is error:
            raise
        context = raised.__context__
        try:
            raise raised
        finally:
            raised.__context__ = context  # the group around it says nothing more
    playing.finish()
    turn.timeline.record(TurnEnded(turn.now()))


async def _run(source: Source[AudioChunk], playing: TurnPlayout, turn: Turn) -> None:
    playing.begin()
    send, receive = trio.open_memory_channel[AudioChunk](1)
    with receive:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(source.drive, send, turn)
            await play_all(receive, playing)


def _describe(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
