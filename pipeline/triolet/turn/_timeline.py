"""The events of one turn, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from triolet._model._text import SpeechUnit
from triolet.alignment._voicing import Voiced
from triolet.turn._events import Event, PhraseHeard
from triolet.turn._result import TurnLedger, TurnResult


class Timeline:
    """The events of one turn, in the order in which they were recorded. Iterate it to read them; `len` counts them.

    It adds them up as they come, so that `result` costs little at any time.
    """

    def __init__(self, observer: Callable[[Event], None] | None = None) -> None:
        """Make an empty timeline.

        Args:
            observer: called with each event as it is recorded. It must not raise, and cannot wait. None by default.
        """
        self._events: list[Event] = []
        self._ledger = TurnLedger()
        self._observer = observer

    def record(self, event: Event) -> None:
        """Add an event, and give it to the observer. A plain call."""
        self._events.append(event)
        self._ledger.add(event)
        if self._observer is not None:
            self._observer(event)

    @property
    def result(self) -> TurnResult:
        """What was said, heard and not heard so far."""
        return self._ledger.result()

    def result_with(self, heard: Iterable[PhraseHeard]) -> TurnResult:
        """What `result` would be if so much had been heard of phrases that are being played. Nothing is recorded."""
        for event in heard:
            self._ledger.add(event)  # the record that will follow replaces it
        return self._ledger.result()

    def word_ends(self, index: int) -> tuple[int, ...]:
        """For each unit of a phrase, from the first, the sample of the phrase after its end: as far as `WordsTimed` has told
        since the last commit.
        """
        return self._ledger.word_ends(index)

    def word_begins(self, index: int) -> tuple[int, ...]:
        """For each of these units, the sample of the phrase at which it begins; empty where that was not told."""
        return self._ledger.word_begins(index)

    def unit_times(self, index: int, voiced: Voiced) -> tuple[tuple[SpeechUnit, int, int, bool], ...]:
        """Each unit of a phrase, with the samples [begin, end) that say it, or will; and whether that is an estimate. `voiced`: where
        the voice sounds, as far as that is known.
        """
        return self._ledger.unit_times(index, voiced)

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)
