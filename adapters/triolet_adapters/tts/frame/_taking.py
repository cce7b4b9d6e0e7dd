"""The audio of one commit on its way to the engine: decoded, counted, capped."""

from __future__ import annotations

from collections.abc import Iterable

from triolet import SAMPLE_BYTES, AudioCallback
from triolet.errors import NoAudio, TooMuchAudio
from triolet_adapters.tts.frame._decoding import Decoder, decoder_for


class Taker:
    """Takes the bytes of audio of one commit, and calls `accept` with whole samples. Counts them against a cap."""

    def __init__(
        self, accept: AudioCallback, response_format: str, sample_rate: int, max_seconds: float, bound: str
    ) -> None:
        """Decode bytes in `response_format` to samples at `sample_rate`. `bound` is the name of `max_seconds` in the error."""
        self._accept = accept
        self._response_format = response_format
        self._sample_rate = sample_rate
        self._max_seconds = max_seconds
        self._bound = bound
        self._decoder = self._new_decoder()
        self._samples = 0

    @property
    def seconds(self) -> float:
        """Seconds of audio taken so far."""
        return self._samples / self._sample_rate

    def take(self, audio: bytes) -> bool:
        """Pass the audio of one delta on; tell whether it held any samples.

        Raises:
            TooMuchAudio: above the cap.
            ProtocolViolation: it cannot be decoded.
        """
        before = self._samples
        self._pass_on(self._decoder.feed(audio))
        return self._samples > before

    def end_of_response(self) -> None:
        """Pass on what the decoder still holds.

        Raises:
            ProtocolViolation: half a sample is left.
        """
        self._pass_on(self._decoder.finish())
        self._decoder = self._new_decoder()

    def finish(self, *, words: bool = True) -> None:
        """Nothing more will come.

        Raises:
            NoAudio: there were words, and not one sample.
        """
        if words and not self._samples:
            raise NoAudio("the service finished without a sample of audio, for text that has words")

    def _new_decoder(self) -> Decoder:
        return decoder_for(self._response_format, self._sample_rate)

    def _pass_on(self, pieces: Iterable[bytes]) -> None:
        for pcm in pieces:  # a few bytes may be decoded to hours: each piece is counted before the next is made
            if pcm:
                self._samples += len(pcm) // SAMPLE_BYTES
                if self.seconds > self._max_seconds:
                    raise TooMuchAudio(f"more than {self._max_seconds:g} s of audio ({self._bound})")
                self._accept(pcm)
