"""A voice around another voice."""

from __future__ import annotations

import abc
from collections.abc import Hashable, Mapping

from triolet._model._audio import AudioFormat
from triolet.tts._contract import TTS, RateLimits


class WrappedTTS(TTS):
    """A voice that does something around another one: keeps what it says, watches it, counts. Subclass it, give `tts`, and write `connect`.

    All that a voice says of itself is what the other one says, so that nothing is forgotten when the contract grows. `adjusted`, `sharing` and
    `connect_stream` are those of `TTS`, since they make voices and sessions, which are to be wrapped, too.
    """

    @property
    @abc.abstractmethod
    def tts(self) -> TTS:
        """The voice that it is around."""

    @property
    def format(self) -> AudioFormat:
        """That of the voice; so are all below."""
        return self.tts.format

    @property
    def limits(self) -> RateLimits:
        """See `TTS.limits`."""
        return self.tts.limits

    @property
    def account(self) -> Hashable:
        """See `TTS.account`."""
        return self.tts.account

    @property
    def language(self) -> str | None:
        """See `TTS.language`."""
        return self.tts.language

    @property
    def bills(self) -> bool:
        """See `TTS.bills`."""
        return self.tts.bills

    @property
    def bills_minimum(self) -> bool:
        """See `TTS.bills_minimum`."""
        return self.tts.bills_minimum

    @property
    def hedges(self) -> bool:
        """See `TTS.hedges`."""
        return self.tts.hedges

    @property
    def directions(self) -> Mapping[str, str]:
        """See `TTS.directions`."""
        return self.tts.directions

    @property
    def normalizes(self) -> frozenset[str]:
        """See `TTS.normalizes`."""
        return self.tts.normalizes
