"""What so many listeners need, on paper: voices that sound at a time, requests, sessions, workers, memory, network. Pure arithmetic.

    python -m benchmarks.capacity_model [--listeners 100 10000 1000000] [--turns 2] [--seconds 11] [--phrases 2.5] [--held 2]
        [--milliseconds 14] [--kilobytes 570] [--requests 180] [--blocked 0.01]

docs/explanation/capacity.md explains each line. Give what you have measured: milliseconds of a core for a second of audio, and KB of a conversation, are
what `python -m benchmarks.service_capacity` prints.
"""

from __future__ import annotations

import argparse
import math

import attrs

PCM, OPUS = 384_000, 32_000
"""Bits a second: 24,000 samples of 16 bits; and the default of `BrowserOutput(codec="opus")`."""
USED = 0.7
"""Share of a core up to which a worker is planned: beyond, what comes together waits, and one machine must be able to fail."""
PROXY_KILOBYTES = 33.0
"""Of HAProxy for a connection: two buffers of 16 KB (tune.bufsize)."""
ACKNOWLEDGED, PIECES = 5.0, 3.0
"""Messages a second while a voice sounds: `audio.position` in, audio out."""


def little(rate: float, seconds: float) -> float:
    """How many are there at a time, if so many come a second and each stays so long: Little's law."""
    return rate * seconds


def erlang_b(load: float, places: int) -> float:
    """The share of those that come and find all places taken (Erlang's formula B), by its recursion, which does not overflow.

    Args:
        load: how many would be there at a time if there were places for all.
        places: how many there are.
    """
    blocked = 1.0
    for taken in range(1, places + 1):
        blocked = load * blocked / (taken + load * blocked)
    return blocked


def places_for(load: float, blocked: float) -> int:
    """The fewest places at which no more than this share finds all taken."""
    places, share = 0, 1.0
    while share > blocked:
        places += 1
        share = load * share / (places + load * share)
    return places


@attrs.frozen
class Use:
    """What one listener does, and what it takes."""

    turns: float = 2.0
    """Answers in a minute."""
    seconds: float = 11.0
    """Of audio in an answer."""
    phrases: float = 2.5
    """Commits in an answer: requests to the vendor."""
    held: float = 2.0
    """Seconds that a commit holds a session."""
    milliseconds: float = 5.5
    """Of a core for a second of audio."""
    kilobytes: float = 545.0
    """Of a conversation while it speaks."""
    requests: float = 180.0
    """A minute, that an account of the vendor may make."""
    blocked: float = 0.01
    """Share of commits that may find no session free, and wait."""

    def needs(self, listeners: int) -> dict[str, float]:
        """What so many need, by name."""
        sounding = little(listeners * self.turns / 60, self.seconds)
        commits = listeners * self.turns * self.phrases / 60
        load = little(commits, self.held)
        return {
            "voices that sound at a time": sounding,
            "commits a second": commits,
            "vendor accounts (requests a minute)": math.ceil(60 * commits / self.requests),
            "vendor sessions (Erlang B)": places_for(load, self.blocked),
            "workers (CPU)": math.ceil(sounding * self.milliseconds / 1000 / USED),
            "GB of memory, workers": listeners * self.kilobytes / 1e6,
            "GB of memory, HAProxy": listeners * PROXY_KILOBYTES / 1e6,
            "descriptors, HAProxy": 2 * listeners,
            "Gbit/s, PCM": sounding * PCM / 1e9,
            "Gbit/s, Opus": sounding * OPUS / 1e9,
            "messages a second": sounding * (ACKNOWLEDGED + PIECES),
            "Redis operations a second": commits,
        }


def table(use: Use, listeners: list[int]) -> str:
    """In Markdown, as the page of the docs has it."""
    columns = [use.needs(number) for number in listeners]
    rows = [["listeners", *(f"{number:,}" for number in listeners)], ["---", *("---:" for _ in listeners)]]
    rows += [[name, *(_shown(column[name]) for column in columns)] for name in columns[0]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.capacity_model",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--listeners", type=int, nargs="+", default=[100, 10_000, 1_000_000])
    for field in attrs.fields(Use):
        parser.add_argument(f"--{field.name}", type=float, default=field.default)
    given = vars(parser.parse_args())
    listeners: list[int] = given.pop("listeners")
    print(table(Use(**given), listeners))


if __name__ == "__main__":
    main()
