"""When a voice interrupts: the choices."""

from __future__ import annotations

import math

import attrs

from triolet.listening._backchannels import BACKCHANNELS, EVERY
from triolet.segmentation._language_tags import read_tag

_positive = attrs.validators.gt(0.0)


def _known(_: object, __: object, language: str) -> None:
    if language != "auto" and read_tag(language) is None:
        raise ValueError(f"language is {language!r}; it must be a tag such as 'en' or 'pt-BR', or 'auto'")


def _finite(_: object, attribute: attrs.Attribute[float], seconds: float) -> None:
    if not 0 < seconds < math.inf:
        raise ValueError(
            f"{attribute.name} is {seconds:g}; it must be above 0, and finite: nothing stays paused for ever"
        )


@attrs.frozen(kw_only=True)
class BargeInOptions:
    """When a voice interrupts, and when it was a false start. All times are in seconds."""

    least_speech: float = attrs.field(default=0.5, validator=_positive)
    """Seconds of voice that interrupt, whatever is said. A cough or a "mhm" lasts 0.2 to 0.4 s, and the listener does not wait for
    this: the sound has stopped at the first sign. Voices with less than `resume_after` between them are added up. `math.inf`:
    only words interrupt, for an STT that sends them within `longest_pause`."""
    resume_after: float = attrs.field(default=0.7, validator=_finite)
    """Seconds after the end of a voice that did not interrupt, until the speech goes on. A pause between two words is shorter, and
    a longer silence sounds like a fault. With an STT give the time that its words need, often 1 s."""
    longest_pause: float = attrs.field(default=3.0, validator=_finite)
    """The most seconds of a pause. It matters where neither words nor an end of the voice are told: noise that is taken for a voice, or
    a detector that has failed. After 3 s of silence people ask whether you are still there."""
    language: str = attrs.field(default="auto", validator=_known)
    """The language of the words that do not interrupt, as a tag (BCP 47), such as `"en"`. `"auto"` (the default): the words of all
    ten languages that are known. A language that is not among them has none."""
    ignored: frozenset[str] | None = None
    """Your own words that do not interrupt, in place of those of the language. An empty set: every word interrupts."""

    @property
    def ignored_words(self) -> frozenset[str]:
        """The words that do not interrupt: `ignored`, or those of the language, such as "mhm", "yeah", "okay"."""
        if self.ignored is not None:
            return self.ignored
        if self.language == "auto":
            return EVERY
        tag = read_tag(self.language)
        return BACKCHANNELS.get("" if tag is None else tag.language, frozenset())
