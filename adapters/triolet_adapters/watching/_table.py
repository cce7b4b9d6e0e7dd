"""The figures of a service, as data: names, units, labels and buckets. Exporters make their instruments from it."""

from __future__ import annotations

import enum

import attrs


class Kind(enum.Enum):
    """How the values of a metric are added up."""

    COUNTER = "counter"
    """They are added, and never taken away."""
    GAUGE = "gauge"
    """The last one counts. It is read when somebody asks."""
    RUNNING = "running"
    """They are added and taken away: how many there are now."""
    HISTOGRAM = "histogram"
    """They are counted by size."""


@attrs.frozen(kw_only=True)
class Metric:
    """One figure. The name is as Prometheus wants it: with the unit, and `_total` for a counter."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ("voice",)
    buckets: tuple[float, ...] = ()
    """The upper bounds that a histogram counts by, in seconds."""
    read: bool = False
    """Whether it is read when somebody asks; otherwise it is counted as things happen."""


@attrs.frozen
class Sample:
    """One value of a metric."""

    metric: Metric
    labels: tuple[str, ...]
    """The values of the metric's labels, in their order."""
    value: float


LATENCY = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Seconds. A listener takes up to 0.2 s for an answer without a pause, 0.5 s for quick and 1 s for slow: there the steps are small.
The local voice sounds after 0.1 s, vendors after 0.2 to 0.8 s. 10 s is the usual deadline of a first sound."""

GAPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
"""Seconds. 1 ms is the least that is told as a gap. From 0.1 s on it is heard, from 0.5 s on it seems the end of the sentence."""

LEADS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0)
"""Seconds. 0.1 s are what an output holds; a phrase that came later than that was late. A synthesizer is at most 10 s ahead (`lead`),
and a commit longer."""

WAITS = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds. A session that is ready takes no millisecond, one that has to be opened 0.1 to 1 s, a quota up to half a minute."""

# Turns.
TURNS = Metric(
    name="triolet_turns_total",
    kind=Kind.COUNTER,
    meaning="Turns that have ended, by outcome: heard, interrupted or failed.",
    labels=("voice", "outcome"),
)
TURNS_RUNNING = Metric(name="triolet_turns_running", kind=Kind.RUNNING, meaning="Turns that are being said now.")
FIRST_AUDIBLE = Metric(
    name="triolet_first_audible_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From the first token of a turn to its first audible sample: what speech adds to the answer.",
    buckets=LATENCY,
)
TURN_FIRST_AUDIBLE = Metric(
    name="triolet_turn_first_audible_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From the beginning of a turn to its first audible sample, the wait for the first token included.",
    buckets=LATENCY,
)
GAP = Metric(
    name="triolet_gap_seconds",
    kind=Kind.HISTOGRAM,
    meaning="Silences inside a turn that nobody planned: its audio came late.",
    buckets=GAPS,
)
LEAD = Metric(
    name="triolet_lead_seconds",
    kind=Kind.HISTOGRAM,
    meaning="How long before it was heard the first audio of a phrase had come; the first phrase of a turn is not counted.",
    buckets=LEADS,
)
SPEECH = Metric(
    name="triolet_speech_seconds_total", kind=Kind.COUNTER, meaning="Seconds of speech that listeners heard."
)
TEXT = Metric(
    name="triolet_text_characters_total",
    kind=Kind.COUNTER,
    meaning="Characters of the text of turns, by whether a listener heard them.",
    labels=("voice", "heard"),
)

# Phrases and commits.
PHRASES = Metric(
    name="triolet_phrases_total",
    kind=Kind.COUNTER,
    meaning="Phrases, by outcome: heard, partial, unheard or failed.",
    labels=("voice", "outcome"),
)
COMMITS = Metric(
    name="triolet_commits_total",
    kind=Kind.COUNTER,
    meaning="Phrases sent to a provider, by outcome: complete, lost (and sent again), failed, cut off with their turn, or closed "
    "because a second session was quicker.",
    labels=("voice", "provider", "outcome"),
)
HEDGES = Metric(
    name="triolet_hedges_total",
    kind=Kind.COUNTER,
    meaning="How often a second session was asked for the same words, because audio was late.",
)
FIRST_AUDIO = Metric(
    name="triolet_commit_first_audio_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From a commit to the first samples of its audio: a wait for a session, and the provider.",
    labels=("voice", "provider"),
    buckets=LATENCY,
)
COMMIT_WAIT = Metric(
    name="triolet_commit_wait_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From a commit until a session has taken it: sessions that open, quotas.",
    labels=("voice", "provider"),
    buckets=WAITS,
)
CHARACTERS = Metric(
    name="triolet_characters_total",
    kind=Kind.COUNTER,
    meaning="Characters billed, as providers count them; an estimate where a commit was cut off.",
    labels=("voice", "provider"),
)

# Sessions.
SESSIONS = Metric(
    name="triolet_sessions",
    kind=Kind.GAUGE,
    meaning="Sessions that are open, by state: busy or idle.",
    labels=("voice", "state"),
    read=True,
)
SESSIONS_OPENED = Metric(
    name="triolet_sessions_opened_total", kind=Kind.COUNTER, meaning="Sessions that were opened.", read=True
)
SESSIONS_REFUSED = Metric(
    name="triolet_sessions_refused_total", kind=Kind.COUNTER, meaning="Sessions that could not be opened.", read=True
)
SESSIONS_BROKEN = Metric(
    name="triolet_sessions_broken_total",
    kind=Kind.COUNTER,
    meaning="Sessions that a provider ended, or that a lost commit spent.",
    read=True,
)
THROTTLED = Metric(
    name="triolet_throttled_total",
    kind=Kind.COUNTER,
    meaning="Connects and commits of which a provider said that they came too fast.",
    read=True,
)
QUOTA_WAIT = Metric(
    name="triolet_rate_limit_wait_seconds_total",
    kind=Kind.COUNTER,
    meaning="Seconds for which connects and commits were held back to keep rate limits.",
    read=True,
)
CONNECT = Metric(
    name="triolet_connect_seconds",
    kind=Kind.HISTOGRAM,
    meaning="How long it took to open a session.",
    labels=("provider",),
    buckets=WAITS,
)

# Failover and the process.
FAILOVERS = Metric(
    name="triolet_failovers_total",
    kind=Kind.COUNTER,
    meaning="How often another provider has begun to speak.",
    read=True,
)
PROVIDER_UP = Metric(
    name="triolet_provider_up",
    kind=Kind.GAUGE,
    meaning="Whether a provider is up: 1 or 0.",
    labels=("voice", "provider"),
    read=True,
)
LOOP_LAG = Metric(
    name="triolet_loop_lag_seconds",
    kind=Kind.GAUGE,
    meaning="How long a ready task has waited for its turn at worst, of late. From 0.1 s on listeners may hear it.",
    labels=(),
    read=True,
)
BUILD = Metric(
    name="triolet_build_info", kind=Kind.GAUGE, meaning="The version that runs.", labels=("version",), read=True
)

METRICS = (
    *(TURNS, TURNS_RUNNING, FIRST_AUDIBLE, TURN_FIRST_AUDIBLE, GAP, LEAD, SPEECH, TEXT),
    *(PHRASES, COMMITS, HEDGES, FIRST_AUDIO, COMMIT_WAIT, CHARACTERS),
    *(SESSIONS, SESSIONS_OPENED, SESSIONS_REFUSED, SESSIONS_BROKEN, THROTTLED, QUOTA_WAIT, CONNECT),
    *(FAILOVERS, PROVIDER_UP, LOOP_LAG, BUILD),
)
"""All of them."""
