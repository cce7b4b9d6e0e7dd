"""An output, and how speech is played on it."""

from __future__ import annotations

from triolet._model._audio import AudioChunk
from triolet._tools._alone import Alone
from triolet.chain._audio_stage import format_of
from triolet.chain._context import TurnContext
from triolet.chain._pipeline import Sink
from triolet.chain._stages import Source
from triolet.playout._contract import Device
from triolet.playout._deck import Deck
from triolet.playout._gaps import PhraseGaps
from triolet.playout._play_turn import play_turn
from triolet.playout._turn_playout import TurnPlayout


class Playout(Sink[AudioChunk]):
    """An output, and how speech is played on it: `source | Playout(output, trim=True)`."""

    def __init__(self, output: Device, *, gaps: PhraseGaps | None = None, trim: bool = False) -> None:
        """Play on `output`.

        Args:
            output: the device or file.
            gaps: the silence between phrases; `PhraseGaps()` by default.
            trim: cut the silence at the beginning and the end of a phrase to what the gap there needs. Then gaps are not
                longer than `gaps` says, and the first word comes without delay. 0.06 s stay at either end, for soft consonants.
                Silence inside a phrase is played. Samples that were cut count as heard with their neighbours. Off by default:
                all samples are played. Good voices leave less silence than a gap needs, so there would be nothing to cut.
        """
        self.deck = Deck(output, gaps or PhraseGaps(), trim)

    async def consume(self, source: Source[AudioChunk], turn: TurnContext) -> None:
        """Open the output, play what the source gives until the last sample has been heard, and close the output.

        An error of any stage ends all stages, and is raised by itself with `.result` set on it. Cancellation ends all stages.
        In both cases the output drops what has not been heard, and the timeline says what has been.

        Raises:
            OutputError: the output cannot be opened, or failed.
        """
        audio = format_of(source.parts)
        with Alone():
            async with self.deck.running():
                if audio is not None:
                    await self.deck.open(audio)
                await play_turn(source, TurnPlayout(self.deck, turn), turn)
