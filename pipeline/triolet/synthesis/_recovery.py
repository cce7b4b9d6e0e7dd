"""What is done about a commit that failed: the policy, without a clock."""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Generator, Sequence
from typing import Literal

import attrs

from triolet._model._text import BlockKind, Phrase, SpeechUnit
from triolet._tools._characters import ends_with_mark
from triolet._tools._lazy_regex import lazy_regex
from triolet.alignment._sure_pauses import SurePause, find_sure_pauses
from triolet.alignment._voicing import Voiced
from triolet.alignment._weights import WeighedUnits
from triolet.errors import NoAudio, TooMuchAudio, TTSError

BEFORE_THE_LOSS = 0.4
"""Seconds of audio that a repeat begins at least before the loss, so that whole words are heard again and not the end of one."""

_PACE_KNOWN = 1.3
"""By how much (a factor) the pace of a phrase may lie from that of the phrases before it: three times the usual error."""
_PACE_UNKNOWN = 2.0
"""The same for a voice of which nothing has been heard."""
_UNEVEN = 0.3
"""Seconds by which the words of a stretch lie off their weights, besides."""


_HEDGE_AFTER: float | None = 3.0
"""See `RecoveryPolicy.hedge_after`."""


@attrs.frozen(kw_only=True)
class RecoveryPolicy:
    """What to do when a session is lost, or fails where another try may help.

    Before any of a phrase's audio was passed on to the output, it is committed again on another session, and nobody hears of
    it. What a retry cannot help (a wrong key, a bad voice, refused content) ends the turn at once, whatever is chosen here.
    """

    lost: Literal["resume", "skip", "fail"] = attrs.field(
        default="resume", validator=attrs.validators.in_(("resume", "skip", "fail"))
    )
    """In the middle of a phrase that is being heard. `resume`: go on after the last pause that has not been passed on;
    only if there is none, repeat the last clause. `skip`: go on with the next phrase; this one is reported FAILED, with
    the reason. `fail`: the turn ends with the error, once what came before it has been heard."""
    attempts: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Commits of one phrase in a row that give no audio, until it is given up: a service that is restarted, or a network
    that changes, is back after the second; more only delay the error."""
    per_turn: int = attrs.field(default=8, validator=attrs.validators.ge(0))
    """Failed commits that a turn makes good; one more ends it. An answer has about as many phrases: a service that fails
    more often than that is down."""
    repeats: int = attrs.field(default=1, validator=attrs.validators.ge(0))
    """How often a turn, its filler included, may say words again that had been passed on. A listener forgives one; after that
    the error is more honest."""
    hedge_after: float | None = attrs.field(
        default=_HEDGE_AFTER, validator=attrs.validators.optional(attrs.validators.gt(0.0))
    )
    """Seconds without any audio of a phrase after which a second session is asked for the same words; None: never. The session that
    sounds first is taken, and the other is closed. So a connection that is dead, of which nobody is told, costs some seconds, and not
    a deadline. 3 s are four times the 0.7 s that are reported of hosted services; where a service usually takes longer than that,
    four times its own delay counts. It is not done for a file, nor while the service limits the rate."""
    back_off: float = attrs.field(default=0.1, validator=attrs.validators.ge(0))
    """Seconds before a phrase is committed again; doubled while it gives no audio, and cut at random by up to a half, so
    that many clients do not come back together."""


@attrs.define(eq=False)
class Repeats:
    """The repeats of a turn: a resource of it that its filler shares, so that `RecoveryPolicy.repeats` is for both together."""

    count: int = 0
    """How often words were said again."""


class Step(enum.Enum):
    """What follows a failed commit."""

    AGAIN = enum.auto()
    """Forget what it gave, and commit the same words again."""
    RESUME = enum.auto()
    """Keep what it gave up to some place, and commit the words from there."""
    SKIP = enum.auto()
    """The phrase has failed; the next goes on."""
    END = enum.auto()
    """The turn ends with the error when it comes to this phrase."""
    END_AT_ONCE = enum.auto()


def next_step(recovery: RecoveryPolicy, error: TTSError, *, passed_on: bool, in_a_row: int, in_turn: int) -> Step:
    """Decide. The counts include this failure: commits of this phrase in a row without audio, and all of the turn.
    `passed_on` tells whether any of this commit's audio was.
    """
    of_this_phrase = isinstance(error, (NoAudio, TooMuchAudio))
    if not (error.retryable or of_this_phrase):
        return Step.END_AT_ONCE
    if in_turn > recovery.per_turn:
        return Step.END
    if of_this_phrase:
        return Step.END if recovery.lost == "fail" else Step.SKIP
    if passed_on:
        return {"resume": Step.RESUME, "skip": Step.SKIP, "fail": Step.END}[recovery.lost]
    if in_a_row >= recovery.attempts or (in_a_row and error.throttled):  # that has been waited for
        return Step.SKIP if recovery.lost == "skip" else Step.END
    return Step.AGAIN


def _committed(lost: Lost) -> tuple[SpeechUnit, ...]:
    return lost.phrase.units[lost.first :]


def _weighed(lost: Lost) -> WeighedUnits:
    return WeighedUnits(lost.units)


@attrs.frozen
class Lost:
    """What a commit gave that was lost in the middle. Samples count from its first, units from its first."""

    phrase: Phrase
    first: int
    """The first unit of the phrase that was committed."""
    voiced: Voiced
    """What all of its samples show."""
    sample_rate: int
    pace: float | None = None
    """The weight that the voice says in a second, by the phrases before; None: not known."""
    ends: tuple[int, ...] = ()
    """For each unit, from the first, the sample after its end, where the voice gives word times and as far as it has."""
    units: tuple[SpeechUnit, ...] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_committed, takes_self=True)
    )
    """Those that were committed."""
    text: WeighedUnits = attrs.field(init=False, eq=False, default=attrs.Factory(_weighed, takes_self=True))
    """The same with the time that they take."""

    def ends_clause(self, unit: int) -> bool:
        """Whether a mark stands before a unit, and the phrase may be parted there."""
        return ends_with_mark(self.units[unit - 1].text) and may_part(self.phrase, self.first + unit)


@attrs.frozen
class Resumption:
    """Where to go on."""

    keep: int
    """So many samples of the commit are played."""
    unit: int
    """The first of its units to be said anew; if there are no more words, all has been said."""
    repeated: int = 0
    """At most so many of them, from the first, have been passed on before, whole or in part."""


def pauses_to_part_at(lost: Lost) -> Generator[None, None, tuple[SurePause, ...]]:
    """The pauses at which what was lost may be parted. A long phrase takes some milliseconds: it yields each
    millisecond or two.
    """
    if lost.ends:
        return ()
    found = yield from find_sure_pauses(lost.text, lost.voiced, sample_rate=lost.sample_rate, pace=lost.pace)
    return tuple(pause for pause in found if may_part(lost.phrase, lost.first + pause.unit))


def resumption(lost: Lost, pauses: Sequence[SurePause], *, passed_on: int, fade: int = 0) -> Resumption:
    """Where to cut what was lost, and from where to go on, if so many samples have been passed on.

    At the last of the pauses that has not been passed on; with word times, else after the last word that has not. If there is none,
    words are repeated, from the last clause that begins surely, and 0.4 s, before the cut: a word is never lost. The cut is then
    where the samples end, or, if that repeats less, where those passed on do (`fade` more are kept, to end softly). Never between
    the words of a name, the parts of a number, or in code.
    """
    unheard = [pause for pause in pauses if pause.end >= passed_on]
    if unheard:
        last = unheard[-1]
        middle = (last.start + last.end) // 2
        return Resumption(max(middle, passed_on), _but_marks(lost.units, last.unit))
    if count := _last_unheard_word(lost, passed_on):
        return Resumption(max(lost.ends[count - 1], passed_on), _but_marks(lost.units, count))
    all_of_it = _repeat(lost, pauses, lost.voiced.samples)
    if (passed := min(lost.voiced.samples, passed_on + fade)) < lost.voiced.samples:
        less = _repeat(lost, pauses, passed)
        return less if less.repeated < all_of_it.repeated else all_of_it
    return all_of_it


def _last_unheard_word(lost: Lost, passed_on: int) -> int:
    """How many units lie before the last word end that has not been passed on; before a mark, if there is any. After the last
    word nothing can be said twice. 0: there is none.
    """
    last = len(lost.units)
    found = 0
    for count in range(len(lost.ends), 0, -1):
        end = lost.ends[count - 1]
        if count == last and end <= lost.voiced.samples:
            return count
        if not passed_on <= end <= lost.voiced.samples or not may_part(lost.phrase, lost.first + count):
            continue
        if ends_with_mark(lost.units[count - 1].text):
            return count
        found = found or count
    return found


def _repeat(lost: Lost, pauses: Sequence[SurePause], keep: int) -> Resumption:
    """Go on, after `keep` samples, with the last clause that began long enough before."""
    known = [pause for pause in pauses if pause.end <= keep]
    latest = keep - round(BEFORE_THE_LOSS * lost.sample_rate)
    begun = max((pause.unit for pause in known if pause.end <= latest), default=0)
    anchor = SurePause(0, 0, 0) if not known else known[-1]
    for unit in range(min(_surely_said(lost, anchor, keep), len(lost.units) - 1), anchor.unit, -1):
        if lost.ends_clause(unit):
            begun = unit
            break
    return Resumption(keep, begun, max(1, _perhaps_begun(lost, anchor, keep) - begun))


def _surely_said(lost: Lost, anchor: SurePause, samples: int) -> int:
    """How many units end long enough within so many samples, even if the voice is slow."""
    if lost.ends:
        before_the_loss = BEFORE_THE_LOSS * lost.sample_rate
        known = [*lost.ends, *[lost.voiced.samples] * (len(lost.units) - len(lost.ends))]
        return bisect_right(known, -before_the_loss, key=lambda end: -lost.voiced.sounding(end, samples))
    sounding = lost.voiced.sounding(anchor.end, samples) / lost.sample_rate - BEFORE_THE_LOSS - _UNEVEN
    slow = sounding / _uncertainty(lost) * (lost.pace or 1.0)
    return bisect_right(lost.text.ends, lost.text.ends[anchor.unit] + slow) - 1


def _perhaps_begun(lost: Lost, anchor: SurePause, samples: int) -> int:
    """How many units may have begun within so many samples, even if the voice is fast."""
    if lost.ends:
        return min(len(lost.units), bisect_right(lost.ends, samples) + 1)
    sounding = lost.voiced.sounding(anchor.end, samples) / lost.sample_rate
    fast = (sounding + _UNEVEN) * (lost.pace or 1.0) * _uncertainty(lost)
    return min(len(lost.units), bisect_right(lost.text.ends, lost.text.ends[anchor.unit] + fast))


def _uncertainty(lost: Lost) -> float:
    return _PACE_UNKNOWN if lost.pace is None else _PACE_KNOWN


def _but_marks(units: Sequence[SpeechUnit], at: int) -> int:
    """The same place, or the end if there are no more words: a voice cannot speak marks alone."""
    return at if any(any(map(str.isalnum, unit.text)) for unit in units[at:]) else len(units)


_IN_CODE = lazy_regex(r"[_(){}\[\]=<>/\\@#|`~^]|[a-z][A-Z]|\w\.\w")
_NO_NAME_GOES_ON = ("!", "?", "…", "。", "！", "？", ";", "；", ",", "，", "、", ":", "：")
"""Marks that end a name. A full stop does not: it stands after an initial. Without the rule for names, a repeat would begin inside
"New York"; with it and without these marks, one in twenty marks of treebank text could not be parted at, nearly all in lists."""
_AROUND = "\"'”’»)]*_“‘«([ \n\t"


def may_part(phrase: Phrase, at: int) -> bool:
    """Whether a phrase may be parted before the unit with this number: not inside a number in digits, a name (two
    capitalised words in a row, as far as can be told without knowing them) or code.
    """
    if not 0 < at < len(phrase.units):
        return True
    if phrase.kind is BlockKind.CODE:
        return False
    before, after = phrase.units[at - 1].text.strip(_AROUND), phrase.units[at].text.strip(_AROUND)
    if not before or not after:
        return True
    return not (_number(before, after) or _name(before, after) or (_coded(before) and _coded(after)))


def _number(before: str, after: str) -> bool:
    return before.rstrip(".,:-，、：． ")[-1:].isnumeric() and after[:1].isnumeric()


def _name(before: str, after: str) -> bool:
    return before[:1].isupper() and after[:1].isupper() and not before.endswith(_NO_NAME_GOES_ON)


def _coded(text: str) -> bool:
    """An identifier, or a part of one that is spelled out: "A", "7", "XK4"."""
    bare = "".join(char for char in text if char.isalnum())
    spelled = bare.isascii() and (len(bare) == 1 or bare.isupper() or any(map(str.isdigit, bare)))
    return bool(_IN_CODE.search(text)) or (spelled and bare not in ("a", "I"))
