"""The contract for what sounds in the end: a device, a file, a far end."""

from __future__ import annotations

import abc

from triolet._model._audio import AudioFormat


class Device(abc.ABC):
    """What takes samples in order and sounds, or keeps them: the contract of every output. `Playout` drives it, one task at a time.

    A device may be opened again after it was closed; a file then starts anew.
    """

    realtime: bool = True
    """Whether samples are heard at the pace of a clock. A file is not: it takes all it is given at once, so nobody has to
    be kept from running ahead of a listener."""

    streamed: bool = False
    """Whether somebody may hear what an output without a clock takes as soon as it takes it: a pipe to a player. Its audio
    comes as it is made; a file gets whole phrases, so that nothing of one whose session is lost is in it twice."""

    @abc.abstractmethod
    async def open(self, format: AudioFormat) -> None:  # noqa: A002 -- the field's word
        """Get ready for samples of this format; `heard` is 0 afterwards.

        Raises:
            OutputError: the device or file cannot be had; the text says what can be done.
            RuntimeError: it is open already.
        """

    @abc.abstractmethod
    async def play(self, pcm: bytes) -> None:
        """Accept whole samples, in order. Waiting here is the back-pressure that in the end reaches the LLM.

        Raises:
            RuntimeError: it is not open.
            ValueError: an odd number of bytes.
            OutputError: the device or file failed.

        A real-time output holds a stated amount that has not been heard (default at most 0.2 s) and waits while that is
        full. If cancelled, a first part of the samples may have been accepted; `heard` counts what was.
        """

    @abc.abstractmethod
    async def drain(self) -> None:
        """Return when the last accepted sample has been heard (for a file: is written)."""

    @abc.abstractmethod
    def flush(self) -> None:
        """Drop what has been accepted and not been heard, at once and without waiting. A file keeps all it has.

        A `play` that waits meanwhile ends, and accepts nothing more: what it still had is dropped, too.

        An output that cannot take samples back says how much it holds at most (20 ms or less).
        """

    def pause(self) -> None:  # noqa: B027 -- most outputs have no listener
        """Stop sounding at this sample, and keep what is held; `play` and `drain` wait. A plain call. A file has no listener
        who could wait, and goes on.
        """

    def resume(self) -> None:  # noqa: B027 -- see pause
        """Go on with the sample after the last one heard. A plain call."""

    @property
    @abc.abstractmethod
    def heard(self) -> int:
        """How many samples have been heard since `open`, the far end's buffer taken into account where it is known.

        Never goes back; at most what was accepted. After `flush` it does not grow until `play` is called again. Kept
        after `close`.
        """

    @abc.abstractmethod
    async def close(self) -> None:
        """Give the device or file back, shielded and within a deadline. What was accepted and not heard is dropped, as by
        `flush`; a file is complete and valid. Closing twice, or before `open`, does nothing.
        """
