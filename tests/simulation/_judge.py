"""Whether what was heard is right: from its samples, from what the vendors made, and from what was planned.

What the engine says of itself (`TurnResult`) is checked, never believed.
"""

from __future__ import annotations

import itertools
import re

import attrs
from tests.simulation._kinds import COMMIT, CONNECT, FATAL, HARMLESS, IDLE, LINE, Kind
from tests.simulation._plan import Plan, Turn
from tests.simulation._run import LLMFailed, Record, TurnRecord
from tests.simulation._sound import RATE, SHARED, Commit, Heard, hear
from tests.simulation._words import FILLER, names_in

from triolet import PhraseState
from triolet.errors import OutputError, TrioletError, TTSError
from triolet.playout._contract import DRAIN
from triolet.synthesis._options import IN_FLIGHT

FRAME = 0.01
"""Seconds: what is taken for silence is told in steps of so many."""
BEFORE_THE_LOSS = 0.4
"""Seconds that are repeated at least, where something is."""
FADE_OUT = 80
"""Samples that a cut may make unreadable: 10 ms."""
WORDS_OFF = 2
"""How far the words said to be heard of a commit that was cut may lie from those whose samples were heard: an estimate."""
LATE = 1.0
"""Seconds, on top of the way to the vendor, after which nothing may be committed any more for a turn that has ended."""
LONGEST_PAUSE = 1.5
"""Seconds between two phrases: twice the longest that is planned."""


@attrs.frozen
class Verdict:
    """What a run that is right came to."""

    words: int
    words_off: int
    repeated: int
    failures: int


def judge(record: Record) -> Verdict:
    """Raise AssertionError if anything is wrong."""
    hearing = hear(record.pcm, record.ledger.commits)
    assert not hearing.foreign, f"samples that are of no commit at {hearing.foreign}"
    order = [word.name.turn for word in hearing.words]
    assert order == sorted(order), "turns are not heard one after another"
    strangers = set(order) - {turn.plan.number for turn in record.turns}
    assert not strangers, f"words of turn {strangers} are heard, which was never said"
    _not_too_many_sessions(record)
    verdicts: list[Verdict] = []
    for turn in record.turns:
        words = [word for word in hearing.words if word.name.turn == turn.plan.number]
        try:
            verdicts.append(_TurnJudge(record, turn, words).judge())
        except AssertionError as error:
            raise AssertionError(f"turn {turn.plan.number}: {error}") from error
    return Verdict(
        words=sum(verdict.words for verdict in verdicts),
        words_off=max((verdict.words_off for verdict in verdicts), default=0),
        repeated=sum(verdict.repeated for verdict in verdicts),
        failures=sum(verdict.failures for verdict in verdicts),
    )


def _not_too_many_sessions(record: Record) -> None:
    """As a service counts them that is told of each leaving: of a cut line it is not, and each voice has its own."""
    if not record.ledger.hits and all(turn.voice is None for turn in record.plan.turns):
        # A service hears of a leaving only later. All commits of a turn that is interrupted leave their sessions at once, and the
        # pool opens others in their place: it does not count those that are closing.
        leaving = 0 if record.plan.usual else min(record.plan.maximum, IN_FLIGHT)
        most = record.plan.maximum + leaving
        assert record.most_open <= most, f"{record.most_open} sessions are open at once, not {most}"


@attrs.define
class _Part:
    """What was heard of one commit."""

    commit: Commit
    words: list[Heard]

    @property
    def first(self) -> int:
        return self.words[0].name.number

    @property
    def last(self) -> int:
        return self.words[-1].name.number

    @property
    def whole(self) -> bool:
        """Up to its last word."""
        return self.words[-1].whole and self.words[-1].word is self.commit.words[-1]

    @property
    def latest_end(self) -> int:
        """One after the last sample that may have been heard: of a pause there is only silence."""
        last = self.words[-1]
        if not last.whole:
            return last.stop
        following = (word.start for word in self.commit.words if word.start > last.word.start)
        return next(following, self.commit.samples)


@attrs.define
class _TurnJudge:
    """One turn."""

    record: Record
    turn: TurnRecord
    words: list[Heard]

    def judge(self) -> Verdict:
        self._nothing_stale()
        parts = self._parts()
        fillers = [part for part in parts if part.commit.words[0].name.filler]
        parts = [part for part in parts if part not in fillers]
        repeated = self._in_order(parts)
        repeated += self._fillers(fillers)
        self._repeats(repeated)
        self._no_more_than_needed(parts)
        self._phrases(parts)
        self._voices()
        self._how_it_ended(parts)
        off = self._claims(parts)
        self._in_time()
        return Verdict(
            words=sum(word.whole for part in parts for word in part.words),
            words_off=off,
            repeated=repeated,
            failures=self.turn.failure is not None,
        )

    @property
    def plan(self) -> Turn:
        return self.turn.plan

    def _nothing_stale(self) -> None:
        turn = self.turn
        for word in self.words:
            assert turn.begun <= word.position + SHARED, f"{word.name} is heard before it was asked for"
            assert word.end <= turn.ended + SHARED, f"{word.name} is heard after the turn has ended"
        for commit in self._commits():
            late = LATE + 3 * self.record.plan.vendors[commit.vendor].link.latency
            late += 40 * self.record.plan.vendors[commit.vendor].link.jitter
            assert commit.time <= turn.ended_at + late, f"{commit.key} is committed after the turn has ended"

    def _commits(self) -> list[Commit]:
        return [commit for commit in self.record.ledger.commits.values() if commit.turn == self.plan.number]

    def _parts(self) -> list[_Part]:
        """The words of each commit, in the order of hearing; none twice, none left out, and no sample between them."""
        parts: list[_Part] = []
        for word in self.words:
            if not parts or parts[-1].commit is not word.commit:
                assert all(part.commit is not word.commit for part in parts), (
                    f"{word.commit.key} is heard in two places"
                )
                assert word.word is word.commit.words[0], f"the beginning of {word.commit.key} is missing"
                assert word.start <= word.word.start + SHARED, f"the beginning of {word.commit.key} is missing"
                parts.append(_Part(word.commit, [word]))
                continue
            before = parts[-1].words[-1]
            missing = (word.start - before.stop) - (word.position - before.end)
            assert abs(missing) <= SHARED, f"{missing} samples of {word.commit.key} are missing before {word.name}"
            if word.word is before.word:
                parts[-1].words[-1] = attrs.evolve(before, stop=word.stop)
            else:
                assert before.whole, f"{before.name} is cut, and {word.commit.key} goes on"
                parts[-1].words.append(word)
        return parts

    def _in_order(self, parts: list[_Part]) -> int:
        """Every word after the one before, but where something is repeated; give how often that was."""
        repeated = 0
        expected = 0
        for at, part in enumerate(parts):
            numbers = [word.name.number for word in part.commit.words]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), f"{part.commit.key} leaves words out"
            before = parts[:at]
            if part.first > expected:
                self._unheard_for_a_reason(range(expected, part.first))
            elif before and part.first <= before[-1].last:
                repeated += 1
                self._repeated_well(part, before)
            expected = part.last + part.words[-1].whole
        if expected < len(self.plan.words):
            self._unheard_for_a_reason(range(expected, len(self.plan.words)))
        return repeated

    def _repeated_well(self, part: _Part, before: list[_Part]) -> None:
        """It begins where a clause does, or the commit that was lost, and long enough before the loss."""
        lost = before[-1]
        if any(part.first == earlier.first for earlier in before):
            return
        assert self.plan.words[part.first - 1].ends_clause, f"word {part.first} is repeated: no clause begins with it"
        if not self.record.plan.join:  # each sentence by itself
            whole = [
                word.name.number
                for word in lost.words
                if word.whole and self.plan.words[word.name.number].ends_sentence and word.name.number >= part.first
            ]
            assert not whole, f"words {part.first} to {whole} are repeated: a sentence that was heard whole"
        again = next((word for word in lost.words if word.name.number == part.first), None)
        if again is not None:
            # The end of what was heard of it fades out: its last samples were heard, and cannot be read.
            seconds = (lost.latest_end + FADE_OUT - again.word.start) / RATE
            assert seconds > BEFORE_THE_LOSS - FRAME - 0.001, (
                f"word {part.first} is repeated, only {seconds:.2f} s long"
            )

    def _repeats(self, repeated: int) -> None:
        """As many as are allowed, and are reported; those of the filler are among them."""
        result = self.turn.result
        if result is None:
            return
        assert repeated <= result.repeated, f"{repeated} repeats, reported are {result.repeated}"
        allowed = self.record.plan.repeats if self.record.plan.pace is None else 0
        assert result.repeated <= allowed, f"{result.repeated} repeats, {allowed} are allowed"

    def _unheard_for_a_reason(self, numbers: range) -> None:
        """Words that were not heard, or not whole, are reported so, or the turn ended before."""
        result = self.turn.result
        if self.record.left:
            return
        assert result is not None, "there is no report"
        if result.interrupted or self.turn.failure is not None:
            return
        failed = {
            name.number
            for report in result.phrases
            if report.reason is not None
            for name in names_in(self.plan.text[report.phrase.start : report.phrase.end])
        }
        lost = [number for number in numbers if number not in failed]
        assert not lost, f"words {lost} were not heard, and there is no reason"
        unheard = {name.number for name in names_in(result.unheard)}
        estimated = {said.name.number for word in self.words if not word.commit.complete for said in word.commit.words}
        lost = [number for number in numbers if number not in unheard | estimated]
        assert not lost, f"words {lost} were not heard, and are not said to be unheard"

    def _no_more_than_needed(self, parts: list[_Part]) -> None:
        """Commits are made again only so often, and no silence is longer than it was meant to be."""
        firsts = [commit.words[0].name.number for commit in self._commits() if not commit.words[0].name.filler]
        again = len(firsts) - len(set(firsts))
        allowed = self.record.plan.per_turn + 1 if self._hits() else 0
        allowed += len(firsts) if self.turn.result is None else self.turn.result.hedged
        assert again <= allowed, f"{again} commits were made again"
        endless = any(commit.endless for commit in self._commits())
        for before, after in itertools.pairwise(parts):
            silence = (after.words[0].position - before.words[-1].end) / RATE
            if not endless and self.plan.filler_after is None:
                assert silence <= LONGEST_PAUSE, f"{silence:.2f} s of silence before {after.commit.key}"

    def _fillers(self, parts: list[_Part]) -> int:
        """At most one; give how often it was begun again."""
        if self.plan.filler_after is None:
            assert not parts, "a filler that nobody wanted"
        names = [[word.name.number for word in part.words] for part in parts]
        if not self._hits():
            assert names in ([], [[FILLER]], [[FILLER, FILLER + 1]]), f"the filler is heard as {names}"
        again = sum(part.first == FILLER for part in parts[1:])
        assert all(part.first == FILLER for part in parts[:1]), f"the filler is heard as {names}"
        assert sum(each == [FILLER, FILLER + 1] for each in names) <= 1 + again, names
        return again

    def _phrases(self, parts: list[_Part]) -> None:
        """What is reported of each phrase agrees with the samples of its commits."""
        result = self.turn.result
        if result is None:
            return
        for report in result.phrases:
            numbers = {name.number for name in names_in(self.plan.text[report.phrase.start : report.phrase.end])}
            heard = [part for part in parts if part.first in numbers]
            commits = [commit for commit in self._commits() if commit.words[0].name.number in numbers]
            if any(commit.endless for commit in commits):
                continue
            unseen = sum(
                commit.words[0].start for commit in commits if all(commit is not part.commit for part in heard)
            )
            least = sum(part.words[-1].stop for part in heard)
            most = sum(part.latest_end for part in heard) + unseen + len(commits) * (FADE_OUT + SHARED)
            samples = round(report.seconds * RATE)
            assert least - SHARED * len(heard) <= samples <= most, (
                f"{samples} samples of phrase {report.phrase.index} are reported, {least} to {most} were heard"
            )
            if report.state is PhraseState.HEARD:
                claimed = {name.number for name in names_in(result.heard)}
                assert numbers <= claimed, (
                    f"phrase {report.phrase.index} is heard, and {numbers - claimed} are not claimed"
                )
                assert heard, f"phrase {report.phrase.index} is reported as heard, and no sample was"
                assert heard[-1].whole, f"phrase {report.phrase.index} is reported as heard, and was cut"

    def _voices(self) -> None:
        wanted = self.plan.voice or "Cherry"
        for commit in self._commits():
            assert commit.voice == wanted, f"{commit.key} is said by {commit.voice}, and {wanted} was asked for"

    def _how_it_ended(self, parts: list[_Part]) -> None:
        turn, result = self.turn, self.turn.result
        if self.record.left and not turn.over.is_set():
            return
        assert turn.source.closed or not turn.source.given, "its source is not closed"
        failure = turn.failure
        raises = any(hiccup.kind is Kind.LLM_RAISE for hiccup in self.plan.hiccups)
        if isinstance(failure, LLMFailed):
            assert raises
        elif isinstance(failure, OutputError):
            stalls = [action.seconds for action in self.plan.actions if action.kind is Kind.DEVICE_STALL]
            assert max(stalls, default=0.0) >= DRAIN, f"{failure!r}"
        elif failure is not None:
            assert isinstance(failure, TTSError), f"{failure!r}"
            assert self._hits(), f"it failed though nothing went wrong: {failure!r}"
            assert not self._can_be_mended(), f"it failed, and could have been mended: {failure!r}"
        if self.record.left:
            return
        assert result is not None, "there is no report"
        if failure is None:
            assert result.interrupted == turn.interrupted, f"interrupted is {result.interrupted}"
            assert result.error is None, result.error
        else:
            assert isinstance(failure, TrioletError | LLMFailed)
        if failure is None and not turn.interrupted and not self._hits():
            assert all(part.whole for part in parts), "a commit of an undisturbed turn is cut"
            heard = [word.name.number for part in parts for word in part.words]
            assert heard == list(range(len(self.plan.words))), "an undisturbed turn is heard"
            assert result.heard == result.text == self.plan.text
        only_lines = set(self._hits()) <= set(LINE) and self.record.plan.lost == "resume"
        if failure is None and not turn.interrupted and only_lines:
            told = {word.name.number for part in parts for word in part.words if word.whole}
            assert told == set(range(len(self.plan.words))), "what a broken line has cost was not said again"
        if failure is None and not turn.interrupted and all(each.state is PhraseState.HEARD for each in result.phrases):
            assert result.heard == result.text == self.plan.text, f"all is heard, and {result.unheard!r} is not claimed"

    def _hits(self) -> list[Kind]:
        """What a vendor has done wrong by the end of the turn that may cost it something."""
        plan, last = self.record.plan, self.turn.returned_at if self.turn.returned_at >= 0 else float("inf")
        hits = [kind for at, kind in self.record.ledger.hits if at <= last and kind not in HARMLESS]
        if plan.attempts == 1 and any(vendor.idle_timeout for vendor in plan.vendors):
            hits.append(Kind.IDLE_CLOSE)  # also while a commit is on its way, and there is no second attempt
        return hits

    def _can_be_mended(self) -> bool:
        """Whether so little has gone wrong that no turn may fail of it."""
        plan, hits = self.record.plan, self._hits()
        if plan.lost != "resume" or plan.attempts < 2 or plan.per_turn < 2 or plan.repeats < 1 or len(hits) != 1:
            return False
        alone = {*FATAL, Kind.NO_AUDIO, Kind.CRASH, Kind.RESTART, Kind.OUTAGE}
        return hits[0] is not Kind.TOO_MUCH and (len(plan.vendors) > 1 or hits[0] not in alone)

    def _claims(self, parts: list[_Part]) -> int:
        """What is said to have been heard was; give by how many words it is off."""
        result = self.turn.result
        if result is None:
            return 0
        assert "".join(self.turn.source.given).startswith(result.text), "text that the source did not give"
        names = names_in(result.text)
        claimed = {name.number for name in names_in(result.heard)}
        unheard = {name.number for name in names_in(result.unheard)}
        assert len(result.heard) + len(result.unheard) == len(result.text), "heard and unheard are not all"
        if all(report.reason is None for report in result.phrases):
            assert result.heard + result.unheard == result.text, "what was heard is no beginning of the text"
        # a word that the end of the text has cut is of no account
        whole = {name.number for name in names if name.number < len(self.plan.words)}
        assert not claimed & unheard, f"words {claimed & unheard} are both heard and unheard"
        assert claimed | unheard >= whole, "a word is neither heard nor unheard"
        assert not re.search(r"\w$", result.heard) or not re.match(r"\w", result.unheard), "a word is cut"
        true = {word.name.number for part in parts for word in part.words if word.whole}
        doubtful = {said.name.number for part in self._cut(parts) for said in part.commit.words}
        wrong = claimed ^ true
        assert wrong <= doubtful, f"words {sorted(wrong - doubtful)} are claimed wrongly: {sorted(true)} were heard"
        for before, after in itertools.pairwise(parts):
            if any(said.name.number == after.first for said in before.commit.words):  # so much had been said of it
                lost = {word.name.number for word in before.words if word.name.number < after.first} - claimed
                assert not lost, (
                    f"words {lost} were heard before it went on with word {after.first}, and are not claimed"
                )
        for part in self._cut(parts):
            off = wrong & {said.name.number for said in part.commit.words}
            if part.commit.endless:  # its silence may be taken for words
                continue
            assert len(off) <= WORDS_OFF, f"{sorted(claimed)} are claimed, {sorted(true)} were heard"
        return len(wrong)

    def _cut(self, parts: list[_Part]) -> list[_Part]:
        """Those of which the engine has to estimate. One that ends with the turn may have been cut in its silence."""
        return [part for part in parts if not part.whole or part is parts[-1] or not part.commit.complete]

    def _in_time(self) -> None:
        if self.turn.returned_at < 0:
            return
        before = [turn.returned_at for turn in self.record.turns if turn.plan.number < self.plan.number]
        began = max([self.turn.asked, *before])
        took = self.turn.returned_at - began
        allowed = allowed_seconds(self.record.plan, self.turn, self._commits(), self.record.ledger.hits)
        assert took <= allowed, f"it took {took:.1f} s, and {allowed:.1f} s are enough"


def allowed_seconds(plan: Plan, turn: TurnRecord, commits: list[Commit], hits: list[tuple[float, Kind]]) -> float:
    """How long a turn may take by what was planned for it, and by what went wrong until its end."""
    script = turn.plan
    llm = script.thinking + script.tail + len(script.text) / script.token / script.rate
    llm += sum(hiccup.seconds for hiccup in script.hiccups if hiccup.kind is Kind.LLM_PAUSE)
    slowest = min((vendor.pace or 100.0) for vendor in plan.vendors)
    first = max(vendor.first_audio + 20 * vendor.jitter for vendor in plan.vendors)
    way = max(4 * vendor.link.latency + 10 * vendor.link.jitter for vendor in plan.vendors)
    line = min((vendor.link.bandwidth or 1e9) for vendor in plan.vendors)
    said = sum(commit.samples for commit in commits) / RATE
    speech = (
        said / min(1.0, plan.pace or 1.0)
        + said / slowest
        + said * RATE * 3 / line
        + (len(commits) + 1) * (first + 3 * way + LONGEST_PAUSE)
    )
    filler = 0.0 if script.filler_after is None else script.filler_after + 3.0
    wrong = [kind for at, kind in hits if at <= turn.returned_at]
    seconds = llm + speech + filler + turn.silenced + 1.0 + 2.0 * len(commits)
    seconds += sum(_cost(kind, plan) for kind in wrong)
    return seconds


def _cost(kind: Kind, plan: Plan) -> float:
    """Seconds that it may cost to notice, and to come back from it."""
    if kind in {Kind.SLOW, Kind.HESITATE}:
        return 30.0
    if kind in CONNECT or kind in COMMIT or kind in IDLE or kind in LINE:
        return 3 * plan.deadline + 20.0
    return 0.0
