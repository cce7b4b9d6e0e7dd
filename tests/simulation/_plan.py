"""What a run will be like: all of it drawn from one seed before it begins, so that it can be replayed, read and made smaller."""

from __future__ import annotations

import functools
import random
import re
from typing import Literal

import attrs
from tests.simulation._kinds import COMMIT, CONNECT, IDLE, LISTENER, LLM, NETWORK, Kind, Since
from tests.simulation._words import FILLER, Name, Word, text_of

from triolet.testing import Link

VOICES = ("Cherry", "Ethan")
Lost = Literal["resume", "skip", "fail"]
_LOST: tuple[Lost, ...] = ("resume", "resume", "resume", "resume", "resume", "resume", "resume", "skip", "fail")
SLOWEST = 60_000.0
"""Bytes a second of a line: speech takes 22,000, and on a slower one each deadline would be its fault."""
_FAULTS = (*COMMIT, *CONNECT, *IDLE)


@attrs.frozen
class Fault:
    """Something that a vendor or the way to it does."""

    kind: Kind
    at: int
    """The commit, or the connect, of this vendor that it strikes, from 0; for idle faults the connection."""
    part: float = 0.5
    """How much of the commit's audio has been made by then, from 0 to 1."""
    seconds: float = 0.0
    """How long it lasts; for idle faults, how long after the session was opened."""


@attrs.frozen
class Vendor:
    """One service, and the way to it."""

    link: Link = attrs.Factory(Link)
    first_audio: float = 0.1
    pace: float | None = 5.0
    jitter: float = 0.0
    delta_bytes: int = 2400
    no_pause: float = 0.05
    """The share of marks at which the voice makes no pause."""
    commits_a_minute: int | None = None
    """More are answered with an error event."""
    idle_timeout: float | None = None
    breaking: tuple[int, int] | None = None
    """Three of ten connections break after so many bytes from the service, or fall silent; a number between these two."""
    local: bool = True
    """On this machine: no limits are kept."""
    faults: tuple[Fault, ...] = ()


@attrs.frozen
class Hiccup:
    """What the LLM does before the word with this index."""

    kind: Kind
    word: int
    seconds: float = 0.0


@attrs.frozen
class Action:
    """What the listener does."""

    kind: Kind
    since: Since
    after: float
    """Seconds; steps where those are counted."""
    seconds: float = 0.0


@attrs.frozen
class Turn:
    """One answer and what is done while it is said."""

    number: int
    words: tuple[Word, ...]
    thinking: float = 0.0
    rate: float = 100.0
    """Tokens a second."""
    token: int = 4
    """Characters."""
    tail: float = 0.0
    """Seconds from the last token to the end of the stream."""
    hiccups: tuple[Hiccup, ...] = ()
    actions: tuple[Action, ...] = ()
    voice: str | None = None
    filler_after: float | None = None
    behind: bool = False
    """Asked for while the turn before is still being said."""
    gap: float = 0.0
    """Seconds of silence before the next one."""

    @functools.cached_property
    def text(self) -> str:
        return text_of(self.words)

    @functools.cached_property
    def places(self) -> list[int]:
        """Where in the text each word begins, about."""
        places: list[int] = []
        at = 0
        for word in self.words:
            while self.text[at].isspace():
                at += 1
            places.append(at)
            at += len(word.written(capital=False))
        return places

    @functools.cached_property
    def longest(self) -> int:
        """Characters of the longest sentence, with the space behind it."""
        return max(len(sentence) for sentence in re.split(r"(?<=[.!?])\s", self.text)) + 2

    @property
    def filler(self) -> str:
        return text_of((Word(Name(self.number, FILLER)), Word(Name(self.number, FILLER + 1), ".")))


@attrs.frozen
class Plan:
    """One run."""

    seed: int
    vendors: tuple[Vendor, ...]
    """Several are behind a `Failover`."""
    turns: tuple[Turn, ...]
    hold: float = 0.1
    pace: float | None = None
    """None: somebody listens. Else a file, which takes so many seconds of audio in a second."""
    lead: float = 10.0
    join: int = 240
    longest: int = 300
    deadline: float = 10.0
    """Seconds for everything that a vendor has to answer."""
    ping: bool = False
    maximum: int = 4
    spares: int = 1
    lost: Lost = "resume"
    """What becomes of a phrase that is lost in the middle."""
    attempts: int = 3
    per_turn: int = 8
    repeats: int = 1
    hedge_after: float | None = 3.0
    """Seconds until a second session is asked for words that are late."""
    probe_after: float = 1.0
    """Seconds until a vendor that failed is probed, where there are several."""
    leave: float | None = None
    """Seconds after which the listener hangs up."""
    protocol: str = "qwen"
    """What the vendors speak: a name of `PROTOCOLS`, or `mixed`."""
    usual: bool = False
    """The chain is `speech()` with its defaults, and so is the pool: what is planned of them differs in nothing from those."""


def draw(seed: int, protocol: str = "qwen") -> Plan:
    """The plan of a seed."""
    draws = random.Random(f"simulation/{seed}")
    style = draws.choices(["usual", "short", "long"], [27, 2, 1])[0]
    turns = tuple(_turn(draws, number, style) for number in range(1 if style == "long" else draws.choice([1, 2, 2, 3])))
    deadline = draws.choice([2.0, 4.0, 10.0])
    vendors = draws.choice([1, 1, 1, 1, 2, 2, 3])
    faults = draws.choice([0, 0, 1, 1, 1, 2, 3, 5])
    plan = Plan(
        seed=seed,
        protocol=protocol,
        vendors=tuple(_vendor(draws) for _ in range(vendors)),
        turns=turns,
        hold=draws.choice([0.1, 0.1, 0.2, 1.0]),
        pace=draws.choice([0.5, 5.0, 50.0]) if draws.random() < 0.08 else None,
        lead=draws.choice([10.0, 10.0, 1.0, 3.0]) if style == "usual" else 0.5,
        join=draws.choice([240, 240, 0, 40]) if style == "usual" else 0,
        longest=draws.choice([300, 300, 60]),
        deadline=deadline,
        ping=draws.random() < 0.3,
        maximum=draws.choice([4, 4, 2, 1]),
        spares=draws.choice([1, 1, 0, 2]),
        lost=draws.choice(_LOST),
        attempts=draws.choice([3, 3, 3, 1, 2]),
        per_turn=draws.choice([8, 8, 8, 2]),
        repeats=draws.choice([1, 1, 1, 0, 2]),
        # By itself, so that the rest of a plan stays as it was.
        hedge_after=random.Random(f"hedge/{seed}").choice([3.0, 3.0, 1.0, 0.3, None]),
        probe_after=draws.choice([0.3, 1.0, 5.0]),
        leave=draws.uniform(0.1, 12.0) if draws.random() < 0.05 else None,
    )
    for at in range(faults):  # every kind has its turn
        plan = _with_fault(plan, _FAULTS[seed % len(_FAULTS)] if at == 0 else draws.choice(_FAULTS), draws)
    return _interrupted_again(plan, draws) if draws.random() < 0.1 else plan


def _interrupted_again(plan: Plan, draws: random.Random) -> Plan:
    """A loss in the first phrase, and somebody interrupts when it goes on: what was heard of it is then known from both its parts.
    By chance alone this is one of some hundred turns.
    """
    lost = Fault(draws.choice([Kind.RESET, Kind.CLOSE, Kind.CRASH]), at=0, part=draws.uniform(0.3, 0.95))
    vendor = attrs.evolve(
        plan.vendors[0],
        faults=(lost,),
        breaking=None,
        commits_a_minute=None,
        first_audio=0.1,
        no_pause=0.0,  # where one is missing in so long a phrase, an estimate may be more than two words off
        pace=draws.choice([1.3, 2.0]),
    )
    action = Action(Kind.INTERRUPT_AGAIN, Since.AGAIN, draws.uniform(0.5, 6.0))
    clauses = (draws.randint(2, 7) for _ in range(5))
    marks = [mark for count in clauses for mark in (*[""] * (count - 1), ",")]
    words = tuple(Word(Name(0, at), mark) for at, mark in enumerate((*marks[:-1], ".")))
    turn = attrs.evolve(plan.turns[0], words=words, rate=800.0, hiccups=(), actions=(action,))
    return attrs.evolve(
        plan,
        vendors=(vendor,),
        turns=(turn, *plan.turns[1:]),
        pace=None,
        lost="resume",
        attempts=3,
        per_turn=8,
        repeats=max(1, plan.repeats),
        leave=None,
    )


def _vendor(draws: random.Random) -> Vendor:
    latency = draws.choice([0.0, 0.005, 0.02, 0.05, 0.15])
    link = Link(latency=latency)
    if draws.random() < 0.25:
        link = attrs.evolve(link, jitter=draws.choice([0.01, 0.05, 0.2]))
    if draws.random() < 0.25:
        link = attrs.evolve(link, split=draws.choice([100, 300, 1500]))
    if draws.random() < 0.15:
        least = round(2 * (link.latency + link.jitter) * SLOWEST)  # on the way there and back it is full
        link = attrs.evolve(link, window=max(least, draws.choice([1000, 4000, 16_000])))
    if draws.random() < 0.15:
        link = attrs.evolve(link, bandwidth=draws.choice([SLOWEST, 200_000.0]))
    return Vendor(
        link=link,
        first_audio=draws.choice([0.0, 0.1, 0.3, 0.7]),
        pace=draws.choice([None, 1.3, 2.0, 5.0, 10.0]),
        jitter=draws.choice([0.0, 0.0, 0.03]),
        delta_bytes=draws.choice([1600, 2400, 4895, 9788]),
        commits_a_minute=draws.choice([2, 4]) if draws.random() < 0.04 else None,
        idle_timeout=draws.choice([2.7, 8.3]) if draws.random() < 0.1 else None,
        local=draws.random() < 0.7,
        breaking=draws.choice([(0, 2_000), (0, 100_000)]) if draws.random() < 0.12 else None,
    )


def _with_fault(plan: Plan, kind: Kind, draws: random.Random) -> Plan:
    fault = Fault(
        kind,
        at=draws.choice([0, draws.randint(0, 3), draws.randint(0, 3)])
        if kind in COMMIT
        else draws.choice([0, 0, 1, 2]),
        part=draws.choice([0.0, 1.0, *[draws.random()] * 4]),
        seconds=_lasting(kind, plan.deadline, draws),
    )
    index = draws.choice([0, 0, draws.randrange(len(plan.vendors))])
    vendor = plan.vendors[index]
    vendor = attrs.evolve(vendor, faults=(*vendor.faults, fault))
    if kind is Kind.SLOW:  # or the first delta, which is sent when all of it is there, may come after the deadline
        vendor = attrs.evolve(vendor, delta_bytes=min(4895, vendor.delta_bytes))
    return attrs.evolve(plan, vendors=(*plan.vendors[:index], vendor, *plan.vendors[index + 1 :]))


def _lasting(kind: Kind, deadline: float, draws: random.Random) -> float:
    if kind is Kind.STALL:
        return deadline + draws.uniform(0.5, 3.0)
    if kind is Kind.HESITATE:
        return draws.uniform(0.1, 0.5) * min(3.0, deadline)
    if kind in {Kind.CRASH, Kind.RESTART, Kind.OUTAGE}:
        return draws.choice([0.0, draws.uniform(0.05, 0.5), draws.uniform(0.5, 5.0)])
    if kind in IDLE:
        return draws.uniform(0.0, 3.0)
    return 0.0


def _turn(draws: random.Random, number: int, style: str) -> Turn:
    words = _words(draws, number) if style == "usual" else _short_sentences(draws, number, long=style == "long")
    hiccups = tuple(
        Hiccup(kind, draws.randrange(len(words)), draws.uniform(0.3, 5.0))
        for kind in LLM
        if draws.random() < (0.05 if kind is Kind.LLM_RAISE else 0.15)
    )
    actions = tuple(_action(draws) for _ in range(draws.choice([0, 0, 0, 1, 1, 2])))
    return Turn(
        number=number,
        words=words,
        thinking=draws.choice([0.0, 0.0, 0.3, draws.uniform(0.0, 2.0)]),
        rate=draws.choice([20.0, 60.0, 60.0, 800.0]),
        token=draws.choice([1, 3, 4, 4, 12]),
        tail=draws.choice([0.0, 0.0, 0.2, draws.uniform(0.0, 5.0)]),
        hiccups=hiccups,
        actions=tuple(sorted(actions, key=lambda action: (action.since is Since.SOUND, action.after))),
        voice=draws.choice(VOICES) if draws.random() < 0.1 else None,
        filler_after=draws.choice([0.2, 0.8]) if draws.random() < 0.1 else None,
        behind=number > 0 and draws.random() < 0.1,
        gap=draws.choice([0.0, 0.0, 0.5, draws.uniform(0.0, 6.0), 20.0 if draws.random() < 0.3 else 0.0]),
    )


def _action(draws: random.Random) -> Action:
    return Action(
        kind=draws.choice(LISTENER),
        since=Since.SOUND if draws.random() < 0.7 else Since.ASKED,
        after=draws.choice([0.0, draws.uniform(0.0, 0.5), draws.uniform(0.0, 4.0), draws.uniform(0.0, 4.0)]),
        seconds=draws.choice([0.05, draws.uniform(0.1, 1.0), draws.uniform(1.0, 8.0)]),
    )


def _words(draws: random.Random, turn: int) -> tuple[Word, ...]:
    """One to four sentences."""
    words: list[Word] = []
    for _ in range(draws.choice([1, 1, 2, 2, 3])):
        clauses = draws.choice([1, 1, 2, 3])
        for clause in range(clauses):
            count = draws.choice([1, 2, 3, 4, 6])
            for at in range(count):
                last = at == count - 1
                words.append(
                    Word(
                        Name(turn, len(words)),
                        mark="" if not last else _mark(draws, ends=clause == clauses - 1),
                        style="" if last or not at else draws.choice(["", "", "", "", "", "", "**", "*", "#"]),
                    )
                )
    return tuple(words)


def _short_sentences(draws: random.Random, turn: int, *, long: bool) -> tuple[Word, ...]:
    """Many commits: what is held back, and what is not, shows."""
    words: list[Word] = []
    for _ in range(draws.randint(45, 60) if long else draws.randint(6, 16)):
        for last in draws.choice([[True], [True], [False, True]]):
            words.append(Word(Name(turn, len(words)), mark="." if last else ""))
    return tuple(words)


def _mark(draws: random.Random, *, ends: bool) -> str:
    if not ends:
        return draws.choice([",", ",", ",", ";", ":"])
    return draws.choice([".", ".", ".", "!", "?", ".\n\n"])


def network_kinds(link: Link) -> list[Kind]:
    """What a line is like, as faults."""
    there = (
        link.latency >= 0.05,
        link.jitter > 0,
        link.split is not None,
        link.window < 64 * 1024,
        link.bandwidth is not None,
    )
    return [kind for kind, is_there in zip(NETWORK, there, strict=True) if is_there]
