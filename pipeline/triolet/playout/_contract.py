"""The contract for what plays the audio: a device, a file, or the far end of a connection."""

from __future__ import annotations

import abc

import trio

from triolet._model._audio import AudioFormat
from triolet._model._text import Phrase

DRAIN = 5.0
"""Seconds that an output may take longer to play what it holds than that lasts, while it is not paused (`Output.patience`). A slow
device is late by less; one that has stopped would be waited for without end."""


class Device(abc.ABC):
    """Takes samples in order, and sounds them or keeps them. `Playout` drives it, from one task at a time.

    A device may be opened again after it was closed. A file then starts anew.
    """

    realtime: bool = True
    """Whether samples are heard at the pace of a clock. True by default. False for a file, which takes all samples at once:
    then synthesis is not held back to stay near a listener."""

    streamed: bool = False
    """Whether somebody may hear samples as soon as the output takes them, although it has no clock. False by default; true for
    a pipe to a player. Audio then comes as it is made. A file gets whole phrases, so that a phrase whose session is lost is
    never in it twice."""

    rates: tuple[int, ...] | None = None
    """The sample rates that it takes. None, the default: any. Audio of another rate is resampled on its way to it, and `open` is called
    with the next higher of these, or else the highest."""

    patience: float = DRAIN
    """Seconds that it may take longer to play what it holds than that lasts, while it is not paused; then the turn ends with OutputError.
    5 by default (`DRAIN`)."""

    leaves: bool = False
    """Whether the listener may leave, which `failure` then tells. False by default: then only `play` and `drain` raise."""

    settles: bool = False
    """Whether it is known only some time after a `flush` what was heard before it: see `settle`. False by default."""

    @abc.abstractmethod
    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Open the device or file for samples of this format. `heard` is 0 afterwards.

        Raises:
            OutputError: the device or file cannot be opened. The text says what you can do.
            RuntimeError: it is open already.
        """

    @abc.abstractmethod
    async def play(self, pcm: bytes) -> None:
        """Accept whole samples, in order. To wait here is the back-pressure that in the end reaches the LLM.

        A real-time output holds a stated amount that has not been heard (at most 0.2 s by default), and waits while it is full.
        If cancelled, the first of the samples may have been accepted, and will be heard.

        Raises:
            RuntimeError: the output is not open.
            ValueError: the number of bytes is odd.
            OutputError: the device or file failed.
        """

    @abc.abstractmethod
    async def drain(self) -> None:
        """Wait until the last accepted sample has been heard; for a file, until it is written. Cancellation ends the wait and
        drops nothing.
        """

    @abc.abstractmethod
    def flush(self) -> None:
        """Drop all samples that were accepted and have not been heard. A plain call. A file keeps all it has.

        A `play` that waits returns, and the rest of its samples is dropped too.

        An output that cannot take samples back must hold 20 ms or less, and say how much.
        """

    def pause(self) -> None:  # noqa: B027 -- most outputs have no listener
        """Stop the sound at this sample, and keep what is held; `play` and `drain` wait. A plain call. By default it does
        nothing: a file does not pause.
        """

    def resume(self) -> None:  # noqa: B027 -- see pause
        """Go on with the sample after the last one heard. A plain call. By default it does nothing."""

    async def run(self) -> None:
        """Work beside `play`, such as sending. By default there is none: it returns at once.

        Whoever opened the device runs it once, in a nursery, from `open` on. It returns when the device is closed. The pipeline and
        the conversation do so, shield it from cancellation until they have called `close`, and cancel it then. What it raises
        ends them.
        """
        await trio.lowlevel.checkpoint()

    async def failure(self) -> None:
        """Wait until it is known that the listener is gone, and raise that: it ends a turn that waits for the LLM, too. Called if the output
        `leaves`. Cancellation ends the wait and changes nothing else.

        Raises:
            OutputError: the listener is gone.
        """
        await trio.sleep_forever()

    def begin_turn(self) -> None:  # noqa: B027 -- most outputs take samples as they come
        """A turn begins: its first words are yet to come. A plain call. By default it does nothing."""

    def end_turn(self) -> None:  # noqa: B027 -- see begin_turn
        """A turn has ended, or was interrupted. A plain call. By default it does nothing."""

    def begin_phrase(self, phrase: Phrase) -> None:  # noqa: B027 -- most outputs have no words
        """The samples that follow are those of a phrase; the gap before it has been played. A plain call. By default it does nothing."""

    async def end_phrase(self) -> None:  # noqa: B027 -- most outputs let nothing wait
        """All samples of a phrase have been played. Called after them; samples that wait for more of them go on now. By default it does
        nothing.
        """

    async def settle(self) -> None:
        """Wait until `heard` counts all that was heard before the last `flush`. Called if the output `settles`: a far end tells it some
        time later, and `heard` may rise until then. Cancellation ends the wait: `heard` then stands still.
        """
        await trio.lowlevel.checkpoint()

    @property
    def other_before(self) -> float:
        """Seconds of sound of its own, such as a background, that are heard before the last sample that was accepted. 0 by default."""
        return 0.0

    @property
    def other_after(self) -> float:
        """Seconds of sound of its own that are heard after the last sample that was accepted, and before the next. 0 by default."""
        return 0.0

    @property
    @abc.abstractmethod
    def heard(self) -> int:
        """How many samples have been heard since `open`. What waits in a buffer at the far end does not count, where that is
        known.

        It never decreases, and never exceeds what was accepted. After `flush` and `settle` it stays the same until `play` is
        called again. It keeps its value after `close`.
        """

    @abc.abstractmethod
    async def close(self) -> None:
        """Close the device or file, shielded from cancellation, within a deadline.

        Samples that were accepted and have not been heard are dropped, as by `flush`. A file is complete and valid afterwards.
        Closing twice, or before `open`, does nothing.
        """
