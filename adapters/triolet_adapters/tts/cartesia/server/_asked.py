"""What a client of the local server asks for, checked."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import attrs

from triolet_adapters.tts.cartesia import EMOTIONS, RATES
from triolet_adapters.tts.cartesia.server._options import CartesiaServerOptions
from triolet_adapters.tts.frame import between, one_of
from triolet_adapters.tts.frame.server import Refused

_CODECS = {"pcm_s16le": "pcm", "pcm_mulaw": "mulaw", "pcm_alaw": "alaw", "pcm_f32le": "f32"}


@attrs.frozen(kw_only=True)
class Asked:
    """One generation request."""

    text: str
    goes_on: bool
    flush: bool
    codec: str
    sample_rate: int
    timestamps: bool
    buffer: float | None
    """Seconds of `max_buffer_delay_ms`; None if it was not sent."""

    @classmethod
    def parse(cls, raw: Mapping[str, Any], options: CartesiaServerOptions) -> Asked:
        """Read a message.

        Raises:
            Refused: it cannot be done. The text names what is wrong.
        """
        text, model, voice = raw.get("transcript"), raw.get("model_id"), raw.get("voice")
        named = voice if isinstance(voice, str) else _mapping(voice).get("id")
        if not isinstance(text, str):
            raise Refused("transcript is missing", code="invalid_request")
        if not isinstance(model, str) or (options.models is not None and model not in options.models):
            raise Refused("The model is not valid.", code="model_not_found")
        if not isinstance(named, str) or (options.voices is not None and named not in options.voices):
            raise Refused("The voice was not found.", status=HTTPStatus.NOT_FOUND, code="voice_not_found")
        form, manner = _mapping(raw.get("output_format")), _mapping(raw.get("generation_config"))
        delay = raw.get("max_buffer_delay_ms")
        try:
            one_of("output_format.container", form.get("container"), ("raw",))
            one_of("output_format.encoding", form.get("encoding"), _CODECS)
            one_of("output_format.sample_rate", form.get("sample_rate"), RATES)
            between("max_buffer_delay_ms", delay, 0, 5000)
            between("generation_config.speed", manner.get("speed"), 0.6, 1.5)
            between("generation_config.volume", manner.get("volume"), 0.5, 2)
            one_of("generation_config.emotion", manner.get("emotion"), (None, *EMOTIONS))
        except (ValueError, TypeError) as error:
            raise Refused(str(error), code="invalid_request") from None
        return cls(
            text=text,
            goes_on=raw.get("continue") is True,
            flush=raw.get("flush") is True,
            codec=_CODECS[form["encoding"]],
            sample_rate=form["sample_rate"],
            timestamps=raw.get("add_timestamps") is True,
            buffer=None if delay is None else delay / 1000,
        )


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
