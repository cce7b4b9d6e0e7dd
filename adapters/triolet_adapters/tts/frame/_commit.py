"""One commit that runs on a connection."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import trio

from triolet import AudioCallback, tell_words
from triolet.errors import ProtocolViolation
from triolet_adapters.tts.frame._protocol import Audio, Failed, Finished, Happening, Reply, Words
from triolet_adapters.tts.frame._taking import Taker


@attrs.define(eq=False)
class Commit:
    """Takes what happens to it, from the task that reads; the task that commits waits for `over`."""

    accept: AudioCallback
    taker: Taker
    context: int = -1
    """On its connection; -1: it was not begun."""
    over: trio.Event = attrs.Factory(trio.Event)
    finished: Finished | None = None
    error: Exception | None = None
    patience: trio.CancelScope = attrs.Factory(trio.CancelScope)
    """Around the wait. Its deadline is that of the next audio."""
    _replies: list[str] = attrs.field(factory=list[str])
    _changed: trio.Event = attrs.Factory(trio.Event)

    def replies(self) -> Sequence[str]:
        """What is to be sent for it now; given once."""
        replies, self._replies = self._replies, []
        return replies

    async def changed(self) -> None:
        """Wait until it is over, or something is to be sent for it."""
        self._changed = trio.Event()
        await self._changed.wait()

    def fail(self, error: Exception) -> None:
        """It is over, by this error; unless it is over already."""
        if not self.over.is_set():
            self.error = error
            self._end()

    def take(self, happening: Happening, chunk_timeout: float) -> None:
        """Take one. With audio, it waits for `chunk_timeout` more.

        Raises:
            ProtocolViolation: it comes behind the end.
        """
        if self.over.is_set():
            if self.finished is not None:
                raise ProtocolViolation(
                    f"the service sent {type(happening).__name__.lower()} behind the end of the commit"
                )
            return
        try:
            match happening:
                case Audio(data):
                    if self.taker.take(data):
                        self.patience.deadline = trio.current_time() + chunk_timeout
                case Words(words):
                    tell_words(self.accept, words)
                case Finished():
                    self.finished = happening
                    self._end()
                case Reply(messages):
                    self._replies += messages
                    self._changed.set()
                case Failed(error):
                    self.fail(error)
        except Exception as error:  # noqa: BLE001 -- of `accept`, or of the audio: the task that commits raises it
            self.fail(error)

    def _end(self) -> None:
        self.over.set()
        self._changed.set()
