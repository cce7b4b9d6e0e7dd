"""Whether a voice interrupts: the decisions, with times given."""

from __future__ import annotations

import math

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triolet import BargeInDecision, BargeInOptions
from triolet.listening import BargeInCore

PAUSE, RESUME, INTERRUPT = BargeInDecision

Step = tuple[str, float]
"""What is told, and seconds until then."""

WORDS = {"word": "stop", "hum": "mhm", "interim word": "wait", "interim hum": "uh", "nothing": "[coughs]"}
STEPS = st.lists(
    st.tuples(st.sampled_from(["started", "stopped", *WORDS]), st.sampled_from([0.0, 0.05, 0.2, 0.45, 0.8, 2.0, 5.0]))
)
OPTIONS = st.builds(
    BargeInOptions,
    least_speech=st.sampled_from([0.3, 0.5, 4.0, math.inf]),
    resume_after=st.sampled_from([0.1, 0.7, 5.0]),
    longest_pause=st.sampled_from([0.2, 3.0]),
)


@attrs.define
class Played:
    """A core whose clock runs: it ticks when it asks for it."""

    core: BargeInCore = attrs.field(factory=BargeInCore)
    now: float = 100.0
    log: list[tuple[str, float]] = attrs.field(factory=list[tuple[str, float]])
    """All that was told and decided, in order."""

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while (at := self.core.wakes_at) <= end:
            assert at >= self.now, "in time"
            self.now = at
            decided = self.core.tick(at)
            assert decided, "it has not asked for nothing"
            self._note(decided)
        self.now = end

    def tell(self, what: str) -> None:
        self.log.append((what, self.now))
        match what:
            case "started":
                self._note(self.core.started(self.now))
            case "stopped":
                self._note(self.core.stopped(self.now))
            case _:
                final = not what.startswith("interim")
                self._note(self.core.transcript(WORDS[what], self.now, final=final))

    def all(self, steps: list[Step]) -> Played:
        for what, later in steps:
            self.wait(later)
            self.tell(what)
        return self

    @property
    def decided(self) -> list[tuple[BargeInDecision, float]]:
        return [(BargeInDecision(what), round(now - 100, 3)) for what, now in self.log if what in _DECISIONS]

    def _note(self, decided: list[BargeInDecision]) -> None:
        self.log += [(decision.value, self.now) for decision in decided]


_DECISIONS = {decision.value for decision in BargeInDecision}


@given(OPTIONS, STEPS)
@example(BargeInOptions(least_speech=math.inf), [("started", 0.0), ("started", 2.0), ("stopped", 5.0)])
@example(BargeInOptions(), [("started", 0.0), ("word", 0.2), ("stopped", 0.2), ("word", 0.2), ("started", 0.1)])
def test_no_pause_lasts_and_a_start_interrupts_once_at_most(options: BargeInOptions, steps: list[Step]) -> None:
    played = Played(BargeInCore(options)).all(steps)
    played.wait(10.0)
    assert played.core.wakes_at == math.inf, "at rest"
    paused_at, interrupted = None, False
    vad = False
    for what, now in played.log:
        match what:
            case "started":
                vad = True
                interrupted = interrupted and paused_at is not None
            case "pause":
                paused_at = now if paused_at is None else paused_at
                interrupted = False
            case "resume":
                assert paused_at is not None, "only what is paused goes on"
                paused_at = None
            case "interrupt":
                assert not (vad and interrupted), "at most once a start"
                paused_at, interrupted = None, True
            case _:
                pass
        assert paused_at is None or now - paused_at <= options.longest_pause + 1e-9
    assert paused_at is None, "never paused for ever"


@given(STEPS)
def test_with_a_core_that_ticks_late_the_end_is_the_same(steps: list[Step]) -> None:
    """An event loop that is late: what was due is decided before what comes."""
    punctual, late = Played().all(steps), BargeInCore()
    now, decided = 100.0, list[BargeInDecision]()
    for what, later in steps:
        now += later
        match what:
            case "started":
                decided += late.started(now)
            case "stopped":
                decided += late.stopped(now)
            case _:
                decided += late.transcript(WORDS[what], now, final=not what.startswith("interim"))
    assert [each for each, _ in punctual.decided] == decided


CASES: dict[str, tuple[BargeInOptions, list[Step], list[tuple[BargeInDecision, float]]]] = {
    "a cough": (BargeInOptions(), [("started", 0), ("stopped", 0.2)], [(PAUSE, 0), (RESUME, 0.9)]),
    "a voice": (BargeInOptions(), [("started", 0), ("stopped", 2)], [(PAUSE, 0), (INTERRUPT, 0.5)]),
    "three short words": (
        BargeInOptions(),
        [("started", 0), ("stopped", 0.2), ("started", 0.1), ("stopped", 0.2), ("started", 0.1), ("stopped", 0.2)],
        [(PAUSE, 0), (PAUSE, 0.3), (PAUSE, 0.6), (INTERRUPT, 0.7)],
    ),
    "a word in time": (
        BargeInOptions(),
        [("started", 0), ("stopped", 0.3), ("word", 0.5)],
        [(PAUSE, 0), (INTERRUPT, 0.8)],
    ),
    "a word that comes late": (
        BargeInOptions(),
        [("started", 0), ("stopped", 0.3), ("word", 2), ("word", 1)],
        [(PAUSE, 0), (RESUME, 1.0), (INTERRUPT, 2.3)],
    ),
    "a hum that is recognised need not be waited for": (
        BargeInOptions(),
        [("started", 0), ("stopped", 0.3), ("hum", 0.2)],
        [(PAUSE, 0), (RESUME, 0.5)],
    ),
    "a hum that may go on": (
        BargeInOptions(),
        [("started", 0), ("interim hum", 0.2), ("hum", 0.1), ("interim word", 0.1)],
        [(PAUSE, 0), (INTERRUPT, 0.4)],
    ),
    "two short voices are one": (
        BargeInOptions(),
        [("started", 0), ("stopped", 0.3), ("started", 0.5), ("stopped", 1)],
        [(PAUSE, 0), (PAUSE, 0.8), (INTERRUPT, 1.0)],
    ),
    "noise, where words alone interrupt": (
        BargeInOptions(least_speech=math.inf),
        [("started", 0), ("stopped", 60)],
        [(PAUSE, 0), (RESUME, 3)],
    ),
    "a detector that never says that it stopped": (
        BargeInOptions(),
        [("started", 0), ("started", 9)],
        [(PAUSE, 0), (INTERRUPT, 0.5), (PAUSE, 9)],
    ),
    "words alone: each utterance once": (
        BargeInOptions(),
        [("interim word", 0), ("interim word", 0.2), ("word", 0.2), ("hum", 3), ("word", 1)],
        [(INTERRUPT, 0), (INTERRUPT, 4.4)],
    ),
    "a stop without a start": (BargeInOptions(), [("stopped", 0), ("nothing", 1)], []),
}


@pytest.mark.parametrize(("options", "steps", "decided"), CASES.values(), ids=CASES)
def test_what_is_decided_when(
    options: BargeInOptions, steps: list[Step], decided: list[tuple[BargeInDecision, float]]
) -> None:
    played = Played(BargeInCore(options)).all(steps)
    if not played.core.talking:
        played.wait(10)
    assert played.decided == decided


@pytest.mark.parametrize(
    ("language", "hums", "meant"),
    [
        ("en", ["Mhm.", "mm-hmm", "Uh-huh!", "Hmmmmm…", "Yeah, yeah, okay.", "OKAY", "", "…", "[coughs]", "(laughs) Oh."],
         ["Stop.", "Yeah, but", "No", "wait", "mhm what", "[coughs] Hold on", "ja", "yeah " * 50]),
        ("en-GB", ["yeah"], ["doch"]),
        ("de", ["Ja.", "Ach so!", "Genau"], ["Nein", "Halt", "yeah"]),
        ("fr", ["D’accord.", "oui"], ["arrête"]),
        ("zh-Hans-CN", ["嗯嗯。", "好的，对", "OK"], ["不对", "好的等一下"]),
        ("ja", ["はい、はい", "うーん", "そうですね"], ["待って", "はい待って"]),
        ("ko", ["네, 네"], ["잠깐만"]),
        ("ru", ["Угу", "ага, да"], ["нет"]),
        ("auto", ["mhm", "ja", "嗯", "да", "oui"], ["stop", "halt", "停"]),
        ("tlh", [], ["mhm"]),
    ],
)  # fmt: skip
def test_which_words_interrupt(language: str, hums: list[str], meant: list[str]) -> None:
    for words in [*hums, *meant]:
        core = BargeInCore(BargeInOptions(language=language))
        assert (core.transcript(words, 0.0) == [INTERRUPT]) is (words in meant), words


def test_words_of_ones_own() -> None:
    core = BargeInCore(BargeInOptions(ignored=frozenset(["Roger"])))
    assert core.transcript("roger, Roger!", 0.0) == []
    assert core.transcript("mhm", 0.0) == [INTERRUPT]
    assert BargeInCore(BargeInOptions(ignored=frozenset())).transcript("mhm", 0.0) == [INTERRUPT]


@pytest.mark.parametrize(
    "options",
    [
        {"least_speech": 0},
        {"resume_after": math.inf},
        {"longest_pause": math.inf},
        {"longest_pause": 0},
        {"language": "?"},
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, float | str]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        BargeInOptions(**options)  # type: ignore[arg-type]
