"""What is drawn of a turn: when its words were ready, committed, received and heard. A pure fold of recorded events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

Fields = Mapping[str, Any]


@attrs.frozen
class CommitPicture:
    """One commit. Times are in seconds from the beginning of the turn; so in all that follow."""

    at: float
    first_audio: float | None = None
    end: float | None = None
    outcome: str = "cut"
    """complete, lost, failed or cut."""


@attrs.frozen
class PhrasePicture:
    """One phrase."""

    index: int
    words: str = ""
    ready: float | None = None
    commits: tuple[CommitPicture, ...] = ()
    sounds: tuple[tuple[float, float], ...] = ()
    """When it sounds, from and to. Of a file: seconds of its audio."""
    state: str = "unheard"
    """heard, partial, unheard or failed."""
    reason: str | None = None

    @property
    def committed(self) -> float | None:
        """When it was committed first."""
        return self.commits[0].at if self.commits else None

    @property
    def first_audio(self) -> float | None:
        """When its first audio came."""
        return next((commit.first_audio for commit in self.commits if commit.first_audio is not None), None)


@attrs.frozen(kw_only=True)
class TurnPicture:
    """One turn."""

    tokens: tuple[float, ...] = ()
    clauses: tuple[float, ...] = ()
    phrases: tuple[PhrasePicture, ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()
    """Silences that nobody planned, from and to."""
    first_audible: float | None = None
    text_complete: float | None = None
    end: float | None = None
    outcome: str = "unfinished"
    """heard, interrupted, failed or unfinished."""
    error: str | None = None
    realtime: bool = True
    """Whether somebody listened by a clock. Otherwise the sound is that of a file, in its own seconds."""
    sample_rate: int = 24_000
    characters: int = 0

    @property
    def seconds(self) -> float:
        """How long it is drawn: to its end, and to the last sound."""
        ends = [self.end or 0.0, *self.tokens[-1:], *(end for phrase in self.phrases for _, end in phrase.sounds)]
        ends += [commit.end or commit.at for phrase in self.phrases for commit in phrase.commits]
        return max(*ends, 0.1)

    @classmethod
    def of(cls, timeline: Iterable[Fields], tokens: Iterable[float] = ()) -> TurnPicture:
        """Fold recorded events: those of `timeline.jsonl`, and the times of `tokens.jsonl`."""
        fold = _Fold()
        for event in timeline:
            fold.add(event)
        return fold.picture(tuple(tokens))


@attrs.define
class _Phrase:
    index: int
    words: str = ""
    ready: float | None = None
    commits: list[CommitPicture] = attrs.Factory(list[CommitPicture])
    placed: list[tuple[int, float]] = attrs.Factory(list[tuple[int, float]])
    heard: int = 0
    state: str = "unheard"
    reason: str | None = None

    def end_commit(self, at: float, outcome: str) -> None:
        if self.commits and self.commits[-1].end is None:
            self.commits[-1] = attrs.evolve(self.commits[-1], end=at, outcome=outcome)

    def sounds(self, rate: int) -> tuple[tuple[float, float], ...]:
        """When its samples were heard, run by run."""
        runs: list[tuple[float, float]] = []
        for number, (sample, time) in enumerate(self.placed):
            following = self.placed[number + 1][0] if number + 1 < len(self.placed) else self.heard
            if (length := min(following, self.heard) - sample) > 0:
                runs.append((time, time + length / rate))
        return tuple(runs)


class _Fold:
    def __init__(self) -> None:
        self._phrases: dict[int, _Phrase] = {}
        self._clauses: list[float] = []
        self._gaps: list[tuple[float, float]] = []
        self._rate, self._realtime = 24_000, True
        self._fields: dict[str, Any] = {}
        self._characters = 0

    def add(self, event: Fields) -> None:
        at = float(event["at"])
        match event["event"]:
            case "OutputOpened":
                self._rate, self._realtime = int(event["sample_rate"]) or self._rate, bool(event["realtime"])
            case "ClauseCut":
                self._clauses.append(at)
            case "SourceEnded":
                self._fields.setdefault("text_complete", at)
            case "FirstAudible":
                self._fields.setdefault("first_audible", at)
            case "Underrun":
                self._gaps.append((at, at + float(event["seconds"])))
            case "PhraseReady" | "PhrasePlaying":
                self._known(at, event)
            case "TurnEnded":
                failed = "failed" if event.get("error") else "heard"
                outcome = "interrupted" if event["interrupted"] else failed
                self._fields |= {"end": at, "outcome": outcome, "error": event.get("error")}
            case "FillerSaid":
                self._characters += int(event["characters"])
            case _ if "index" in event:
                self._of_phrase(at, event, self._of(int(event["index"])))
            case _:
                pass

    def _of(self, index: int) -> _Phrase:
        return self._phrases.setdefault(index, _Phrase(index))

    def _known(self, at: float, event: Fields) -> None:
        phrase = self._of(int(event["phrase"]["index"]))
        if phrase.ready is None:
            phrase.ready = at
            phrase.words = "".join(unit["text"] for unit in event["phrase"]["units"]).strip()

    def _of_phrase(self, at: float, event: Fields, phrase: _Phrase) -> None:
        match event["event"]:
            case "PhraseGrew":
                phrase.words += "".join(unit["text"] for unit in event["units"])
            case "PhraseCommitted":
                phrase.end_commit(at, "lost")
                phrase.commits.append(CommitPicture(at))
            case "FirstAudio" if phrase.commits and phrase.commits[-1].first_audio is None:
                phrase.commits[-1] = attrs.evolve(phrase.commits[-1], first_audio=at)
            case "PhraseComplete":
                phrase.end_commit(at, "complete")
                self._characters += int(event["characters"])
            case "CommitLost" | "PhraseResumed":
                phrase.end_commit(at, "lost")
            case "PhraseFailed":
                phrase.end_commit(at, "failed")
                phrase.state, phrase.reason = "failed", str(event["reason"])
            case "SoundPlaced":
                phrase.placed.append((int(event["sample"]), float(event["time"])))
            case "PhraseHeard":
                phrase.heard = int(event["samples"])
                if phrase.state != "failed":
                    phrase.state = "heard" if event["whole"] else "partial" if phrase.heard else "unheard"
            case _:
                pass

    def picture(self, tokens: tuple[float, ...]) -> TurnPicture:
        end = self._fields.get("end")
        phrases: list[PhrasePicture] = []
        for phrase in self._phrases.values():
            if end is not None:
                phrase.end_commit(end, "cut")
            phrases.append(
                PhrasePicture(
                    phrase.index,
                    phrase.words.strip(),
                    phrase.ready,
                    tuple(phrase.commits),
                    phrase.sounds(self._rate),
                    phrase.state,
                    phrase.reason,
                )
            )
        return TurnPicture(
            tokens=tokens,
            clauses=tuple(self._clauses),
            phrases=tuple(sorted(phrases, key=lambda phrase: phrase.index)),
            gaps=tuple(self._gaps),
            realtime=self._realtime,
            sample_rate=self._rate,
            characters=self._characters,
            **self._fields,
        )
