"""Whether a provider is worth asking, and when to look after one that is not. Times are given; nothing waits here."""

from __future__ import annotations

import math
import random

import attrs

from triolet.errors import TTSError

_positive = attrs.validators.gt(0.0)


def _has_words(_: object, __: object, probe: str) -> None:
    if not any(character.isalnum() for character in probe):
        raise ValueError(f"probe is {probe!r}; it must have words, since a provider is judged by their audio")


def _outlasts_the_pauses(options: FailoverOptions, _: object, forget_after: float) -> None:
    if forget_after <= options.longest_wait:
        raise ValueError(
            f"forget_after is {forget_after:g} and longest_pause {options.longest_wait:g}; it must be longer, since a "
            "provider is looked after as seldom as that"
        )


@attrs.frozen(kw_only=True)
class FailoverOptions:
    """When a provider counts as down, and how it is taken back. Seconds.

    The deadlines hold while another provider is up; the last one has its own deadlines only, since ending what is slow
    helps nobody when there is nothing else.
    """

    connect_timeout: float = attrs.field(default=3.0, validator=_positive)
    """Until a session is ready to commit: TCP, TLS, HTTP and the service's own greeting, six round trips around the earth,
    and one lost packet, which is sent again after a second."""
    first_audio_timeout: float = attrs.field(default=3.0, validator=_positive)
    """From a commit to its first samples: four times the 0.7 s that is reported of hosted services. Who hears nothing for
    much longer asks whether somebody is there."""
    slow_after: float = attrs.field(default=3.0, validator=_positive)
    """How far a provider may fall behind real time, counted from a commit's first audio and over commits on end: above the
    longest gap that is reported, 2 s. Its response is not ended, but the next phrase goes to the next provider."""
    probe: str = attrs.field(default="One, two, three.", validator=_has_words)
    """What a provider that was down has to say before it is taken back. Each probe that gets as far as a commit costs so
    many characters."""
    probe_after: float = attrs.field(default=5.0, validator=_positive)
    """From a failure to the first probe: a service that restarts, or an access point that is left, takes seconds. Cut at
    random by up to a half, as is every pause."""
    longest_wait: float = attrs.field(default=60.0, validator=_positive)
    """The pause doubles with each failure, up to this: sixteen characters a minute, with the default probe, and a provider
    is back within a minute. It begins anew once a provider has been up for longer than its last pause."""
    forget_after: float = attrs.field(default=120.0, validator=[_positive, _outlasts_the_pauses])
    """After so long without news of a provider that is down, it is asked as if nothing had happened. Comes to pass where
    nothing has been spoken for so long: probes run while a session of another provider is open."""


@attrs.define
class Health:
    """What is known of one provider."""

    options: FailoverOptions
    down: bool = False
    failure: TTSError | None = None
    """Why it was last found to be down."""
    since: float = -math.inf
    """When it was last found to be down, or up."""
    news: float = -math.inf
    """When a failure was last seen."""
    next_probe: float = -math.inf
    wait: float = 0.0
    behind: float = 0.0
    """Seconds by which the commits on end have been slower than real time."""

    def failed(self, failure: TTSError, now: float) -> None:
        """A connect or commit failed. What fails while it is down, commits that were under way, is no second failure."""
        self.failure, self.news = failure, now
        if not self.down:
            lasted = now - self.since > self.wait
            self.down, self.since = True, now
            self._wait(self.options.probe_after if lasted else 2 * self.wait, now)

    def probe_failed(self, failure: TTSError, now: float) -> None:
        """It was down, and is still."""
        self.failure, self.news = failure, now
        self._wait(2 * self.wait, now)

    def taken_back(self, now: float) -> None:
        """It speaks, or is to be asked again."""
        self.down, self.since, self.behind = False, now, 0.0

    def askable(self, now: float) -> bool:
        """Whether it is up, or what was known of it is too old to count."""
        return not self.down or now - self.news >= self.options.forget_after

    def _wait(self, pause: float, now: float) -> None:
        self.wait = min(pause, self.options.longest_wait)
        self.next_probe = now + self.wait * random.uniform(0.5, 1.0)


@attrs.define
class Progress:
    """How the audio of one commit keeps up with real time."""

    begun: float | None = None
    """When the first samples came."""
    seconds: float = 0.0
    """How much audio has come."""
    behind: float = 0.0
    """Seconds by which a listener who began with the first samples had been waiting when the last came, these not counted as
    waiting any more; below 0, what was in hand."""

    def received(self, seconds: float, now: float) -> float:
        """So much audio has come; gives by how much it was behind just before."""
        if self.begun is None:
            self.begun = now
        waited = now - self.begun - self.seconds
        self.seconds += seconds
        self.behind = waited - seconds
        return waited
