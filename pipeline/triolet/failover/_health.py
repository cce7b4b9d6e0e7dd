"""Whether a provider is up, and when to probe one that is down. Pure: the time is an argument, and nothing waits here."""

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
            f"forget_after is {forget_after:g} and longest_wait {options.longest_wait:g}; it must be longer, since so much "
            "time may pass between two probes"
        )


@attrs.frozen(kw_only=True)
class FailoverOptions:
    """When a provider counts as down, and when it is probed. All times are in seconds.

    The two time-outs and `slow_after` hold while another provider is up. Without one, a provider has only its own deadlines:
    to end what is slow would help nobody.
    """

    connect_timeout: float = attrs.field(default=3.0, validator=_positive)
    """The most seconds until a session is ready to commit. 3 s are six round trips around the earth, for TCP, TLS, HTTP and the
    service's own greeting, and one lost packet, which is sent again after a second."""
    first_audio_timeout: float = attrs.field(default=3.0, validator=_positive)
    """The most seconds from a commit to its first samples. 3 s are four times the 0.7 s that are reported of hosted services. A
    listener who hears nothing for much longer asks whether somebody is there."""
    slow_after: float = attrs.field(default=3.0, validator=_positive)
    """The most seconds that a provider's audio may fall behind real time, counted from a commit's first audio, and added up over
    successive commits. 3 s are more than the longest interruption that is reported, 2 s. The commit goes on; the next phrase
    goes to the next provider."""
    probe: str = attrs.field(default="One, two, three.", validator=_has_words)
    """What a provider that is down has to say before it is up again. A probe that gets as far as a commit is billed for these
    characters: sixteen by default."""
    probe_after: float = attrs.field(default=5.0, validator=_positive)
    """Seconds from a failure to the first probe: a service needs seconds to restart, and so does a device that changes its
    network. Each wait before a probe is shortened at random by up to a half, so that many clients do not probe at once."""
    longest_wait: float = attrs.field(default=60.0, validator=_positive)
    """The most seconds before a probe; the wait doubles with each failure up to this. With 60 s the default probe is billed at
    16 to 32 characters a minute, and a provider is back within a minute. The wait starts from `probe_after` again when a
    provider has been up for longer than its last wait."""
    forget_after: float = attrs.field(default=120.0, validator=[_positive, _outlasts_the_pauses])
    """Seconds after the last failure of a provider that is down, after which it is asked again without a probe. It matters where
    nothing has been spoken for so long, since probes run only while a session of another provider is open."""


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
    """When a connect, a commit or a probe last failed."""
    next_probe: float = -math.inf
    asked_until: float = -math.inf
    """Until then it asks not to be asked (`TTSError.retry_after`)."""
    wait: float = 0.0
    """The last wait before a probe, before it was shortened at random."""
    behind: float = 0.0
    """Seconds by which successive commits have fallen behind real time."""

    def failed(self, failure: TTSError, now: float) -> None:
        """A connect or a commit failed: the provider is down. Commits that still run and fail later do not lengthen the wait."""
        self._note(failure, now)
        if not self.down:
            lasted = now - self.since > self.wait
            self.down, self.since = True, now
            self._wait(self.options.probe_after if lasted else 2 * self.wait, now)

    def probe_failed(self, failure: TTSError, now: float) -> None:
        """A probe failed: the provider stays down, and the wait doubles."""
        self._note(failure, now)
        self._wait(2 * self.wait, now)

    def taken_back(self, now: float) -> None:
        """The provider is up again: it spoke the probe, or is asked without one."""
        self.down, self.since, self.behind, self.asked_until = False, now, 0.0, -math.inf

    def askable(self, now: float) -> bool:
        """Whether to try the provider: it is up, or its last failure is longer ago than `forget_after` and than it asks for."""
        return not self.down or now >= max(self.news + self.options.forget_after, self.asked_until)

    def _note(self, failure: TTSError, now: float) -> None:
        self.failure, self.news = failure, now
        if failure.retry_after is not None:
            self.asked_until = max(self.asked_until, now + failure.retry_after)
            self.next_probe = max(self.next_probe, self.asked_until)

    def _wait(self, pause: float, now: float) -> None:
        self.wait = min(pause, self.options.longest_wait)
        self.next_probe = max(now + self.wait * random.uniform(0.5, 1.0), self.asked_until)


@attrs.define
class Progress:
    """How the audio of one commit keeps up with real time."""

    begun: float | None = None
    """When the first samples came. None: none have."""
    seconds: float = 0.0
    """How much audio has come."""
    behind: float = 0.0
    """Seconds by which the audio was behind real time after the last samples. Below 0: so much of it was ahead."""

    def received(self, seconds: float, now: float) -> float:
        """Add seconds of audio that have come. Return by how many seconds the audio was behind just before."""
        if self.begun is None:
            self.begun = now
        waited = now - self.begun - self.seconds
        self.seconds += seconds
        self.behind = waited - seconds
        return waited
