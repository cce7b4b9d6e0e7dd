"""What a conversation of random turns will be like: all drawn before it begins, from one seed."""

from __future__ import annotations

import enum
import random
from collections.abc import Iterator

import attrs

from triolet.testing import Link

_SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru")
_WORDS = ("map", "way", "noon", "we", "walk", "it", "hill", "rain", "**far**", "is", "*so*", "much")
_ENDS = (".", "!", "?")
RATES = (60, 800)
"""Tokens a second: a usual and a very fast LLM."""
FILLER_AFTER = 0.4


class Moment(enum.Enum):
    """When a turn was interrupted, as it is seen from outside."""

    WAITING = "behind another turn"
    THINKING = "before the first token"
    CONNECTING = "connecting"
    WRITING = "between token and commit"
    COMMITTING = "committing"
    PLAYING = "playing"
    DRAINING = "draining"
    FILLING = "filler"


class Manner(enum.Enum):
    """How."""

    INTERRUPT = "interrupt()"
    CANCEL = "cancellation"
    REPLACE = "say(replace=True)"


@attrs.frozen
class TurnScript:
    """One turn."""

    number: int
    text: str
    rate: int
    thinking: float
    """Seconds before the first token."""
    filler: str | None
    aim: Moment | None
    """What to wait for; None: do not interrupt."""
    after: float
    """Seconds from there (from the start of the turn, where there is nothing to wait for)."""
    manner: Manner
    behind: bool
    """Asked for while the turn before is still being said."""

    def tokens(self) -> Iterator[str | float]:
        """For a ScriptedSource."""
        yield self.thinking
        for at in range(0, len(self.text), 4):
            if at:
                yield 1 / self.rate
            yield self.text[at : at + 4]


@attrs.frozen
class ConversationScript:
    """Some turns, and what is between the two ends."""

    seed: int
    link: Link
    faults: bool
    """Whether three of ten connections break, or fall silent, at some time."""
    first_audio: float
    pace: float
    jitter: float
    delta_bytes: int
    hold: float
    turns: tuple[TurnScript, ...]

    def link_of(self, _index: int, draws: random.Random) -> Link:
        """What a connection is like, and how it ends."""
        if not self.faults or draws.random() > 0.3:
            return self.link
        after = draws.randint(0, draws.choice([2_000, 100_000]))
        if draws.random() < 0.2:
            return attrs.evolve(self.link, silent_after=after)
        return attrs.evolve(self.link, reset_after=after)


def name_of(number: int) -> str:
    """A word that stands for a turn and for no other."""
    return "".join(_SYLLABLES[int(digit)] for digit in f"{number:05}")


def number_of(words: str) -> int:
    """The turn of any words said in it: they begin with its name."""
    name = words.split(maxsplit=1)[0].strip(",.!?").lower()
    return int("".join(str(_SYLLABLES.index(name[at : at + 2])) for at in range(0, len(name), 2)))


def script(seed: int, first: int, turns: int, *, faults: bool = False) -> ConversationScript:
    """Draw a conversation whose turns are numbered from `first`."""
    draws = random.Random(f"{seed}/{first}")
    link = Link(
        latency=draws.choice([0.0, 0.005, 0.03, 0.1, 0.1]),
        jitter=draws.choice([0.0, 0.02]),
        split=draws.choice([None, None, 1500]),
    )
    first_audio = draws.choice([0.05, 0.2])
    return ConversationScript(
        seed=draws.randrange(2**32),
        link=link,
        faults=faults,
        first_audio=first_audio,
        pace=draws.choice([1.5, 3.0, 8.0]),
        jitter=draws.choice([0.0, 0.05]),
        delta_bytes=draws.choice([1500, 9788]),
        hold=draws.choice([0.1, 0.1, 1.0]),
        turns=tuple(_turn(draws, number, cold=number == first) for number in range(first, first + turns)),
    )


def _turn(draws: random.Random, number: int, *, cold: bool) -> TurnScript:
    aims = [None, *Moment, Moment.COMMITTING, Moment.PLAYING, Moment.PLAYING]
    aim = Moment.CONNECTING if cold and draws.random() < 0.7 else draws.choice(aims)
    thinking = draws.choice([0.0, 0.02, draws.uniform(0, 0.3)])
    filler = None
    if aim is Moment.FILLING:
        thinking, filler = 2.0, f"{name_of(number)} moment."
    elif aim is Moment.THINKING:
        thinking += 0.05
    elif aim is Moment.CONNECTING:
        thinking = 0.0
    latest = {
        None: 0.0,
        Moment.THINKING: thinking,
        Moment.CONNECTING: 0.3,
        Moment.COMMITTING: 0.1,
        Moment.PLAYING: 1.2,
        Moment.DRAINING: 0.11,
        Moment.WAITING: 0.8,
        Moment.WRITING: thinking + 0.2,
        Moment.FILLING: FILLER_AFTER + 1.0,
    }[aim]
    return TurnScript(
        number=number,
        text=_text(draws, name_of(number)),
        rate=RATES[number % len(RATES)],
        thinking=thinking,
        filler=filler,
        aim=aim,
        after=draws.choice([0.0, *[draws.uniform(0, latest)] * 4]),
        manner=draws.choice([Manner.INTERRUPT, Manner.INTERRUPT, Manner.CANCEL, Manner.REPLACE]),
        behind=not cold and (aim is Moment.WAITING or draws.random() < 0.05),
    )


def _text(draws: random.Random, name: str) -> str:
    """One to three short sentences; each clause begins with the name."""
    sentences: list[str] = []
    for _ in range(draws.choice([1, 1, 2, 2, 3])):
        clauses = [
            " ".join([name, *draws.choices(_WORDS, k=draws.randint(1, 4))]) for _ in range(draws.choice([1, 1, 2]))
        ]
        sentences.append(", ".join(clauses).capitalize() + draws.choice(_ENDS))
    return draws.choice([" ", " ", "\n\n"]).join(sentences)
