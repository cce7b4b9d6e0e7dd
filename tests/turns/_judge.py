"""Whether what was heard of a conversation is right: from its samples and the text of its commits alone."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict

import attrs
from tests.turns._conversation import ConversationRecord, TurnRecord
from tests.turns._script import name_of, number_of
from tests.turns._world import is_filler

from triolet import PoolOptions
from triolet.testing import ToneRun, decode
from triolet.testing._tone import ToneCommit

FADED = 80
"""Samples that a cut may make unreadable: 10 ms."""

SHARED = 3
"""Samples that two neighbouring commits may have in common, so that either may seem to own them."""

WORDS_OFF = 2
"""How far the words said to be heard of a commit that was cut may lie from its share of the samples."""


@attrs.frozen
class _HeardCommit:
    commit: ToneCommit
    samples: int

    @property
    def whole(self) -> bool:
        return self.samples >= self.commit.samples


def judge(record: ConversationRecord) -> int:
    """Raise AssertionError if anything is wrong; give how many words off the estimates were, at most."""
    commits = {(commit.connection, commit.commit): commit for commit in record.commits}
    runs: dict[int, list[ToneRun]] = defaultdict(list)
    decoded = decode(record.pcm)
    order: list[int] = []
    for run in decoded.runs:
        number = number_of(commits[run.connection, run.commit].text)
        runs[number].append(run)
        order.append(number)
    assert order == sorted(order), "turns are heard one after another"
    cuts = sum(turn.result.repeated for turn in record.turns if turn.result is not None)
    assert decoded.unreadable <= 2 * SHARED * len(record.turns) + FADED * cuts, (
        f"{decoded.unreadable} samples are of no commit"
    )
    assert record.script.faults or record.most_open <= PoolOptions().maximum
    off = 0
    for turn in record.turns:
        assert record.script.faults or turn.failure is None, f"turn {turn.script.number}: {turn.failure!r}"
        try:
            off = max(off, _judge_turn(turn, runs[turn.script.number], commits))
        except AssertionError as error:
            raise AssertionError(f"turn {turn.script.number}: {error}\n{turn}") from error
    return off


def _judge_turn(turn: TurnRecord, runs: list[ToneRun], commits: dict[tuple[int, int], ToneCommit]) -> int:
    _nothing_stale(turn, runs)
    heard = _in_order(turn, runs, commits)
    result = turn.result
    assert result is not None, "a report always exists"
    if turn.failure is None:
        assert result.interrupted == (turn.interrupted is not None), f"interrupted is {result.interrupted}"
        assert result.error is None, result.error
    text = turn.script.text
    assert turn.source.closed or not turn.source.given, "its source is not closed"
    assert "".join(turn.source.given).startswith(result.text), "text that the source did not give"
    assert result.heard + result.unheard == result.text
    assert not re.search(r"\w$", result.heard) or not re.match(r"\w", text[len(result.heard) :]), "a word is cut"
    if turn.interrupted is None and turn.failure is None:
        assert result.heard == result.text == text, "an undisturbed turn is heard"
        assert all(each.whole for each in heard)
    return _words_off(result.heard, heard)


def _nothing_stale(turn: TurnRecord, runs: list[ToneRun]) -> None:
    for run in runs:
        assert turn.begun <= run.position + SHARED, "heard before it was said"
        assert run.position + run.stop - run.start <= turn.ended + SHARED, "heard after it was interrupted"


def _in_order(turn: TurnRecord, runs: list[ToneRun], commits: dict[tuple[int, int], ToneCommit]) -> list[_HeardCommit]:
    """The commits of the text, in order, each from its first sample on without a gap; only the last may be cut."""
    heard: list[_HeardCommit] = []
    for run in runs:
        commit = commits[run.connection, run.commit]
        if heard and heard[-1].commit is commit:
            assert abs(run.start - heard[-1].samples) <= SHARED, "a gap or a repetition"
            heard.pop()
        else:
            assert run.start <= SHARED, "its beginning is missing"
        heard.append(_HeardCommit(commit, run.stop))
    heard = _without_repeats(turn, heard)
    assert all(each.whole for each in heard[:-1]), "a commit was left before its end"
    fillers = [each for each in heard if is_filler(each.commit.text)]
    assert len(fillers) <= (turn.script.filler is not None), "a filler twice"
    heard = [each for each in heard if not is_filler(each.commit.text)]
    assert _words(turn.script.text).startswith(_words("".join(each.commit.text for each in heard))), "order"
    return heard


def _without_repeats(turn: TurnRecord, heard: list[_HeardCommit]) -> list[_HeardCommit]:
    """A commit that was lost in the middle is cut to the words that were not said again: at most once a turn, as reported."""
    repeats = 0
    for at, (lost, again) in enumerate(itertools.pairwise(heard)):
        if not lost.whole and lost.commit.text.endswith(again.commit.text):
            repeats += 1
            text = lost.commit.text.removesuffix(again.commit.text)
            share = math.ceil(len(text) / len(lost.commit.text) * lost.commit.samples)
            assert lost.samples >= share, "words were left out"
            heard[at] = _HeardCommit(attrs.evolve(lost.commit, text=text, samples=share), lost.samples)
    assert turn.result is None or repeats <= turn.result.repeated <= 1, f"{repeats} repeats, not as reported"
    return heard


def _words_off(claimed: str, heard: list[_HeardCommit]) -> int:
    """How many words the claim is off; a commit that was heard whole leaves no room."""
    said = [word for each in heard if each.whole for word in each.commit.text.split()]
    least = len(said)
    true = least
    if heard and not heard[-1].whole:
        part = heard[-1].commit.text
        share = heard[-1].samples / heard[-1].commit.samples * len(part)
        true += sum(word.end() <= share for word in re.finditer(r"\S+", part))
    count = len(re.findall(r"\w+", claimed))
    cut_at_end = bool(heard) and heard[-1].whole  # its last sample, but not yet the word that it was the last
    assert count >= least - WORDS_OFF * cut_at_end, f"{count} words are claimed, {least} were heard whole"
    assert abs(count - true) <= WORDS_OFF, f"{count} words are claimed, {true} were heard"
    return abs(count - true)


def _words(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).lower()


def describe(turn: TurnRecord) -> str:
    """One line of a log, the same for the same seed."""
    heard = turn.result.heard if turn.result is not None else None
    moment = turn.interrupted.value if turn.interrupted is not None else "to the end"
    if turn.failure is not None:
        moment = f"{type(turn.failure).__name__} ({moment})"
    return (
        f"{turn.script.number} {name_of(turn.script.number)} {moment} at {turn.at:.6f}, {turn.ended} samples: {heard!r}"
    )
