"""A line for each turn when it has ended, and for each request that was refused. Nothing of what was said, unless told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from triolet.events import Event, FirstAudible, PhraseReady, TurnEnded, TurnStarted
from triolet_adapters.service.guard import Refused
from triolet_adapters.service.logs._setup import FIELDS

logger = logging.getLogger("triolet.service")


def turn_logs(*, with_text: bool) -> Callable[[str, str, str | None], Callable[[Event], None]]:
    """What logs turns: a `Watch`. `with_text`: whether the words that were committed are logged, too."""

    def watch(turn: str, caller: str, _parent: str | None) -> Callable[[Event], None]:
        return _Turn({"turn": turn, "caller": caller}, with_text=with_text).observe

    return watch


class _Turn:
    def __init__(self, fields: dict[str, Any], *, with_text: bool) -> None:
        self._fields = fields
        self._words: list[str] | None = [] if with_text else None
        self._began = 0.0
        self._phrases = self._characters = 0
        self._audible: float | None = None

    def observe(self, event: Event) -> None:
        match event:
            case TurnStarted():
                self._began = event.at
            case PhraseReady():
                self._phrases += 1
                self._characters += len(event.phrase.words)
                if self._words is not None:
                    self._words.append(event.phrase.words)
            case FirstAudible() if self._audible is None:
                self._audible = event.at
            case TurnEnded():
                self._end(event)
            case _:
                pass

    def _end(self, event: TurnEnded) -> None:
        audible = None if self._audible is None else round(1000 * (self._audible - self._began))
        fields = {
            **self._fields,
            "seconds": round(event.at - self._began, 3),
            "first_audible_ms": audible,
            "phrases": self._phrases,
            "characters": self._characters,
            "interrupted": event.interrupted,
            # The text of an error may quote what was said; its type does not.
            "error": None if event.error is None else event.error.partition(":")[0],
        }
        if self._words is not None:
            fields["words"] = self._words
        level = logging.INFO if event.error is None else logging.WARNING
        logger.log(level, "a turn has ended", extra={FIELDS: fields})


def log_refusal(refused: Refused, *, turn: str | None = None) -> None:
    """Log that a request was refused: by its status and code, without what the client sent."""
    fields = {"status": int(refused.status), "code": refused.code, "param": refused.param, "turn": turn}
    shown = {name: value for name, value in fields.items() if value is not None}
    logger.info("a request was refused", extra={FIELDS: shown})


def log_draining(turns: int, seconds: float) -> None:
    """Log that no more turns are taken, and how many run."""
    logger.info("draining: turns that run have %g s to end", seconds, extra={FIELDS: {"turns": turns}})


def log_cut_off(turns: int, reason: str) -> None:
    """Log that turns which ran were cut off, if any did."""
    if turns:
        logger.warning("turns were cut off: %s", reason, extra={FIELDS: {"turns": turns}})
