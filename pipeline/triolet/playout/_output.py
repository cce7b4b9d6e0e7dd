"""Outputs: devices that can end a pipeline."""

from __future__ import annotations

from triolet._model._audio import AudioChunk
from triolet.chain._context import TurnContext
from triolet.chain._pipeline import Sink
from triolet.chain._stages import Source
from triolet.playout._contract import Device
from triolet.playout._playout import Playout


class Output(Device, Sink[AudioChunk]):
    """A loudspeaker, a file, the far end of a connection. Subclass it to play speech somewhere new; `Device` says how each
    method must behave, and `triolet.testing.OutputContract` tests it.

    `source | output` is a pipeline that plays on it with the default gaps between phrases. `source | Playout(output, gaps=...)`
    sets other gaps.
    """

    async def consume(self, source: Source[AudioChunk], turn: TurnContext) -> None:
        """Open the output, play what the source gives until the last sample has been heard, and close the output.

        See `Playout.consume` for errors and cancellation.
        """
        await Playout(self).consume(source, turn)
