"""What is being said, for a screen, while it is said."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Self

import attrs
import trio

from triolet._model._text import Phrase
from triolet._tools._signal import Signal
from triolet.captions._captions import Piece, cut_in_captions, pieces_of, shown
from triolet.captions._options import CaptionOptions
from triolet.playout._turn_playout import TurnPlayout
from triolet.turn._spoken_word import SpokenWord

_LOOK = 0.05
"""Seconds between two looks while it is not known when the next word is heard: the output holds a gap, or a device counts in blocks.
Nobody sees that a caption is so much late."""

_LEAST = 0.005
"""Seconds: the shortest wait for a sample that is due but was not counted yet."""


@attrs.frozen
class LiveCaption:
    """What is being said. It is false (`if caption:`) when a screen should show nothing."""

    text: str = ""
    """What to show: its lines, with a newline between two. Its end may not have been said yet. Empty: show nothing."""
    said: str = ""
    """The beginning of it that has been said, the word included that is being said. Empty unless it is asked for (`by_word`)."""

    def __bool__(self) -> bool:
        return bool(self.text)


class LiveCaptions:
    """An async iterator of what is being said. Made by `Conversation.captions()`. It ends when the conversation is left.

    Each item replaces the one before. Between two items the listener may have heard more: an item is what holds when you ask, and no
    items wait. An item comes when its first word is heard; an empty one when the words have been said and could be read, or at once when
    the turn is interrupted. Where the voice reports no word times, the place of a word is an estimate.
    """

    def __init__(
        self,
        playing: Callable[[], TurnPlayout | None],
        watchers: set[Signal],
        options: CaptionOptions,
        *,
        by_word: bool,
    ) -> None:
        self._playing = playing
        self._watchers = watchers
        self._options = options
        self._by_word = by_word
        self._last = LiveCaption()
        self._of: TurnPlayout | None = None
        """The turn of the last caption."""
        self._begun = -math.inf
        self._over = math.inf
        """When its words have been said; infinite while they are."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> LiveCaption:
        """Wait until something else is to be shown. Cancellation ends the wait and loses nothing."""
        await trio.lowlevel.checkpoint()
        news = Signal()
        self._watchers.add(news)
        try:
            while True:
                try:
                    caption, due = self._now()
                except trio.EndOfChannel:
                    if not self._last:
                        raise StopAsyncIteration from None
                    caption, due = LiveCaption(), math.inf
                if caption != self._last:
                    self._last = caption
                    return caption
                with trio.move_on_at(due):
                    await news.wait()
        finally:
            self._watchers.discard(news)

    def _now(self) -> tuple[LiveCaption, float]:
        """What is to be shown now, and when to look again unless there is news."""
        now, playing = trio.current_time(), self._playing()
        if self._of is not None and self._of.silenced:
            self._of = None
            return LiveCaption(), now
        if playing is None or playing.silenced:
            return self._afterwards(now)
        sounding = playing.sounding
        if sounding is None:
            caption, due = self._afterwards(now)
            return caption, min(due, now + _LOOK) if playing.coming else due
        caption, due = self._of_phrase(playing, *sounding, now)
        if playing.paused:
            due = math.inf
        elif playing.coming:
            due = min(due, now + _LOOK)
        return caption, due

    def _afterwards(self, now: float) -> tuple[LiveCaption, float]:
        """Nothing is being said: the last caption stays until it could be read."""
        if not self._last:
            return self._last, math.inf
        self._over = min(self._over, now)
        until = self._until()
        return (self._last, until) if now < until else (LiveCaption(), math.inf)

    def _until(self) -> float:
        options = self._options
        readable = self._begun + max(options.shortest, len(self._last.text) / options.speed)
        return max(self._over + options.bridge, min(readable, self._over + options.linger))

    def _of_phrase(self, playing: TurnPlayout, phrase: Phrase, heard: int, now: float) -> tuple[LiveCaption, float]:
        """The caption of a phrase of which so many samples have been heard."""
        at = playing.seconds(heard)
        seconds = playing.seconds
        words = [
            SpokenWord(unit.text, unit.start, unit.end, seconds(begin), seconds(end), estimated)
            for unit, begin, end, estimated in playing.unit_times(phrase.index)
        ]
        due = math.inf
        current: list[Piece] = []
        for pieces in cut_in_captions(pieces_of(words, self._options), self._options):
            if current and pieces[0].begins > at:
                due = pieces[0].begins
                break
            current = pieces
        if not current or current[0].begins > at:  # the voice is silent before its first word
            caption, until = self._afterwards(now)
            return caption, min(until, now + _LOOK)
        if self._by_word:
            due = min([due, *(piece.begins for piece in current if piece.begins > at)])
        text = shown(current, self._options)
        said = "".join(piece.text for piece in current if piece.begins <= at).strip() if self._by_word else ""
        caption = LiveCaption(text, said)
        ends = current[-1].ends
        if at >= ends:
            self._over = min(self._over, now)
            if now >= self._until():
                return LiveCaption(), now + max(_LEAST, due - at)
            return caption, min(self._until(), now + max(_LEAST, due - at))
        if caption.text != self._last.text or self._of is not playing:
            self._begun = now
        self._of, self._over = playing, math.inf
        return caption, now + max(_LEAST, min(due, ends) - at)
