"""Opus: frames of 20 ms to packets, each with the samples that it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from triolet import SAMPLE_BYTES

if TYPE_CHECKING:
    import av

RATE = 48_000
"""Samples a second. Opus has no rate but this inside; a decoder gives it whatever was encoded."""

FRAME = 960
"""Samples in a packet: 20 ms, for which Opus was tuned (RFC 6716, section 2.1.4)."""

DELAY = 312
"""Samples by which the encoder is late: 6.5 ms, which RFC 7845 calls pre-skip. A decoder that begins gives as many too many."""


@attrs.frozen
class Packet:
    """An encoded packet. Decoded it gives `FRAME` samples, of which `count` behind the first `skip` are the audio from `place` on."""

    place: int
    skip: int
    count: int
    data: bytes


class OpusEncoder:
    """Audio in runs: frames of `FRAME` samples, until one is shorter, or the run is ended. Each run has packets for all of its samples,
    and begins with an encoder and a decoder that know nothing of the last one.
    """

    def __init__(self, bitrate: int) -> None:
        """Make an encoder.

        Args:
            bitrate: bits a second.

        Raises:
            ModuleNotFoundError: the package av is missing; the text says what to install.
        """
        self._bitrate = bitrate
        self._codec = self._made()
        self._begin: int | None = None
        self._given = 0
        self._packets = 0

    def encode(self, place: int, pcm: bytes) -> list[Packet]:
        """The packets of a frame whose first sample has this place. A frame that is short ends its run."""
        if self._begin is None:
            self._begin = place
        self._given += len(pcm) // SAMPLE_BYTES
        whole = len(pcm) == FRAME * SAMPLE_BYTES
        packets = [self._packet(pcm.ljust(FRAME * SAMPLE_BYTES, b"\0"))]
        return packets if whole else packets + self.end()

    def end(self) -> list[Packet]:
        """End the run: what the encoder still has of it."""
        packets = list[Packet]()
        if self._begin is not None:
            while self._packets * FRAME - DELAY < self._given:
                packets.append(self._packet(bytes(FRAME * SAMPLE_BYTES)))
            self.reset()
        return packets

    def reset(self) -> None:
        """Forget the run, and what is left of it."""
        if self._begin is not None:
            self._codec = self._made()
            self._begin, self._given, self._packets = None, 0, 0

    def _packet(self, pcm: bytes) -> Packet:
        import av  # noqa: PLC0415 -- a part of the extra `audio`

        assert self._begin is not None
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.sample_rate = RATE
        frame.planes[0].update(pcm)
        codec: Any = self._codec  # av leaves open what its packets are of
        [packet] = codec.encode(frame)
        first = max(0, self._packets * FRAME - DELAY)
        self._packets += 1
        last = min(self._given, self._packets * FRAME - DELAY)
        skip = DELAY if first == 0 else 0
        return Packet(self._begin + first, skip, max(0, last - first), bytes(packet))

    def _made(self) -> av.AudioCodecContext:
        try:
            import av  # noqa: PLC0415 -- a part of the extra `audio`
        except ModuleNotFoundError:
            raise ModuleNotFoundError("Opus takes the package av: pip install 'triolet[audio]'") from None
        codec: Any = av.CodecContext.create("libopus", "w")
        codec.sample_rate, codec.layout, codec.format, codec.bit_rate = RATE, "mono", "s16", self._bitrate
        codec.options = {"application": "voip", "frame_duration": "20"}
        codec.open()
        return codec  # type: ignore[no-any-return]
