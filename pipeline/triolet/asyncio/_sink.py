"""An output that gives its audio to a coroutine function of the asyncio program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from triolet._model._audio import AudioFormat
from triolet.asyncio._host import Host
from triolet.playout._far_end import FarEnd

PIECE = 0.04
"""Seconds of audio in one call, at most: two frames of 20 ms, as telephony and WebRTC send them. Less would cost more calls;
more would be heard after an interruption, where the far end takes nothing back."""


class Sink(FarEnd):
    """Gives audio to `send`, a coroutine function of the asyncio program, such as `websocket.send_bytes`.

        async with triolet.asyncio.Conversation(speech(tts), triolet.asyncio.Sink(websocket.send_bytes)) as conversation: ...

    `send` is called with whole 16-bit samples, `PIECE` seconds of them at most, again only when it has returned; so waiting in it
    is back-pressure. It runs in a task of the loop, in the context of whoever opened the conversation. An interruption does not
    cancel a `send` under way; closing the output does.
    """

    def __init__(
        self,
        send: Callable[[bytes], Awaitable[object]],
        *,
        clear: Callable[[], Awaitable[object]] | None = None,
        hold: float = 0.1,
        pace: float = 1.0,
        acknowledged: bool = False,
    ) -> None:
        """Make an output.

        Args:
            send: called with the audio, piece by piece. What it raises ends the turn, and is raised in `say`.
            clear: a coroutine function that lets the far end drop what it holds. Called after an interruption, between two calls
                of `send`. By default none: then up to `hold` seconds may still be heard.
            hold: the most seconds that are sent and not yet heard; 0.1 by default. Give as much as the far end needs against its
                jitter.
            pace: seconds of audio heard in a second; 1.0 by default. Not used with `acknowledged`.
            acknowledged: whether the program says what was heard, by calling `acknowledge`. By default the samples count as heard by a
                clock, from the moment at which `send` returns.

        Raises:
            ValueError: `hold` or `pace` is not above 0.
        """
        super().__init__(hold=hold, frame=PIECE, whole_frames=False, pace=pace, acknowledged=acknowledged)
        self._functions = send, clear

    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open it, with 0 samples heard.

        Raises:
            RuntimeError: it is open already; or this Trio run serves no asyncio loop.
        """
        Host.current()
        await super().open(format)

    @property
    def _can_clear(self) -> bool:
        return self._functions[1] is not None

    async def send(self, pcm: bytes) -> None:
        """Call `send` of the program."""
        await self._functions[0](pcm)

    async def clear(self) -> None:
        """Call `clear` of the program, if there is one."""
        if self._functions[1] is not None:
            await self._functions[1]()
