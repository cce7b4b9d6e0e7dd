"""What the events of made-up turns add up to, after each of them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from tests.unit.triolet._as_before import compare
from tests.unit.triolet.turn._streamed import RATE, StreamedTurn, prose

from triolet import Boundary, Clause, Phrase, PhraseResult, PhraseState, SpeechUnit, TurnResult
from triolet.alignment._voicing import Voiced
from triolet.turn._events import (
    ClauseCut,
    CommitLost,
    Event,
    FillerSaid,
    FirstAudible,
    FirstAudio,
    FirstToken,
    OutputOpened,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseHeard,
    PhrasePlaying,
    PhraseReady,
    PhraseResumed,
    TextLeft,
    TurnEnded,
    TurnStarted,
    Underrun,
    WordsTimed,
)
from triolet.turn._timeline import Timeline


def happenings(seed: int) -> Iterator[Event]:
    """A turn of some phrases: heard whole or in part, resumed, failed, with word times or without, with its text known or not."""
    dice = random.Random(seed)
    text_known, clock = seed % 3 != 0, 10.0
    yield TurnStarted(clock)
    yield FirstToken(clock + 0.1)
    at = 0
    phrases: list[Phrase] = []
    for index in range(dice.randint(1, 4)):
        words = [f"{word} " for clause in prose(dice.randint(1, 2), seed + index) for word in clause]
        units: list[SpeechUnit] = []
        start = at
        for word in words:
            units.append(SpeechUnit(word.replace(" ", "") + " ", at, at + len(word)))
            at += len(word) + dice.randint(0, 2)
        phrase = Phrase(index=index, units=tuple(units), start=start, end=at, boundary=Boundary.SENTENCE)
        phrases.append(phrase)
        if text_known:
            text = "".join(f"{word:_<{len(word)}}" for word in words).ljust(at - start, "*")[: at - start]
            yield ClauseCut(
                clock + 0.2,
                Clause(text=text, start=start, end=at, boundary=Boundary.SENTENCE, opening=Boundary.SENTENCE),
            )
        yield PhraseReady(clock + 0.3, phrase)
    if dice.random() < 0.3 and text_known:
        yield TextLeft(clock + 0.4, "and more")
    if dice.random() < 0.3:
        yield FillerSaid(clock + 0.4, 12, dice.choice([0, 7]))
    if dice.random() < 0.9:
        yield OutputOpened(clock + 0.5, RATE, realtime=True)
    for phrase in phrases:
        clock += 1.5
        yield PhraseCommitted(clock, phrase.index, bills=dice.random() < 0.8)
        yield FirstAudio(clock + 0.5, phrase.index)
        yield PhrasePlaying(clock + 0.6, phrase)
        yield FirstAudible(clock + 0.65)
        samples = RATE * len(phrase.units) // 2
        many = len(phrase.units)
        fate = dice.random()
        if fate < 0.15:
            yield PhraseFailed(clock + 0.7, phrase.index, samples // 3, "ServiceError: no")
        elif fate < 0.45:
            lost, unit = samples // 2, many // 2
            yield CommitLost(clock + 0.7, phrase.index, lost, "ConnectionLost")
            repeated = dice.choice([0, 1, 2])
            if dice.random() < 0.5:
                yield PhraseResumed(clock + 0.8, phrase.index, lost, max(0, unit - repeated), repeated)
            yield PhraseCommitted(clock + 0.9, phrase.index, bills=True)
            yield FirstAudio(clock + 1.0, phrase.index)
        if dice.random() < 0.4:
            each = samples // many
            yield WordsTimed(clock + 1.0, phrase.index, tuple(each * number for number in range(1, many + 1)))
        if fate >= 0.15:
            characters = dice.choice([0, len(phrase.words), 3 * len(phrase.words)])
            yield PhraseComplete(clock + 1.1, phrase.index, samples, characters)
        if dice.random() < 0.5:
            yield Underrun(clock + 1.2, dice.choice([0.1, 0.7, 0.4]))
        whole = phrase is not phrases[-1] or dice.random() < 0.4
        heard = samples if whole else round(samples * dice.random())
        runs = ((0, samples // 3), (samples // 3 + RATE // 4, samples))
        yield PhraseHeard(clock + 1.4, phrase.index, heard, whole, Voiced(samples, runs).part(0, max(heard, 1)))
        if whole and dice.random() < 0.3:  # it was heard to its end, and something more is told of it
            yield PhraseFailed(clock + 1.5, phrase.index, samples, "ConnectionLost: too late")
    if dice.random() < 0.8:
        error = dice.choice([None, None, "ValueError: x"])
        yield TurnEnded(clock + 2, interrupted=error is None and dice.random() < 0.5, error=error)


def shown(result: TurnResult) -> Iterator[str]:
    yield f"  {result.heard!r} | {result.unheard!r}"
    flags = f"{result.interrupted:d}{result.estimated:d} {result.error}"
    yield (
        f"  {flags} {result.seconds:.3f} s, {result.characters} characters, {result.filler} filler, {result.wasted} wasted, "
        f"{result.repeated} repeated, {result.cost(2.5, per=1000):.4f}, {result.latency}"
    )
    for phrase in result.phrases:
        yield (
            f"    {phrase.phrase.index} {phrase.state.value} {phrase.seconds:.3f} {phrase.heard_units} {phrase.estimated:d} "
            f"{phrase.reason} {phrase.billed} {phrase.wasted}"
        )


def turns() -> Iterator[str]:
    for seed in range(40):
        timeline = Timeline()
        for event in happenings(seed):
            timeline.record(event)
            if isinstance(event, PhraseHeard | PhraseFailed | TurnEnded):
                yield f"{seed} {type(event).__name__}"
                yield from shown(timeline.result)
        assert timeline.result == TurnResult.fold(timeline)
    for seed in range(12):
        turn = StreamedTurn.said(prose(4 + seed, seed), pace=1.0, seed=seed)
        for ahead in (1.0, 1e9):
            result = TurnResult.fold(turn.interrupted(turn.samples * (seed + 1) // 13, ahead=ahead))
            yield f"{seed} streamed {ahead:g}"
            yield from shown(result)


def test_turns_add_up_as_before() -> None:
    compare("turns", turns())


def test_nothing_was_said_and_nothing_costs() -> None:
    nothing = TurnResult()
    assert (nothing.heard, nothing.seconds, nothing.characters, nothing.repeated, nothing.cost(5.0)) == ("", 0, 0, 0, 0)
    assert (nothing.interrupted, nothing.estimated, nothing.error, nothing.phrases) == (False, False, None, ())
    assert TurnResult(characters=20_000).cost(1.5) == 3.0
    assert TurnResult(characters=5).cost(0, per=1) == 0
    for price, per in ((-0.1, 1), (1.0, 0)):
        with pytest.raises(ValueError, match="the price must not be below 0"):
            nothing.cost(price, per=per)
    phrase = Phrase(index=0, units=(), start=0, end=1, boundary=Boundary.END)
    result = PhraseResult(phrase, PhraseState.HEARD, 1.0, 0)
    assert (result.estimated, result.reason, result.billed, result.wasted) == (False, None, 0, 0)
