"""Outputs: devices that end a pipeline."""

from __future__ import annotations

from triolet._model._audio import AudioChunk
from triolet.chain._context import TurnContext
from triolet.chain._pipeline import Sink
from triolet.chain._stages import Source
from triolet.playout._device import Device
from triolet.playout._playout import Playout


class Output(Device, Sink[AudioChunk]):
    """A loudspeaker, a file, a far end: subclass it to let speech sound somewhere new.

    `source | output` is a pipeline that plays on it, with the usual gaps between phrases; `source | Playout(output, ...)` is one
    with others.
    """

    async def consume(self, source: Source[AudioChunk], turn: TurnContext) -> None:
        """Open, play what the source gives until the last sample has been heard, and close.

        See `Playout.consume` for errors and cancellation.
        """
        await Playout(self).consume(source, turn)
