"""What the stages of one turn share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

import attrs
import trio

from triolet._model._voice_settings import VoiceSettings
from triolet.chain._playout_clock import PlayoutClock
from triolet.turn._number import next_number
from triolet.turn._timeline import Timeline

Resource = TypeVar("Resource")


@attrs.frozen
class TurnContext:
    """What the stages of one turn share: the timeline, the playout clock, the voice settings.

    A stage gets it in `run`, and keeps no reference to it afterwards.
    """

    timeline: Timeline = attrs.Factory(Timeline)
    """Where stages record events (`triolet.events`)."""
    clock: PlayoutClock = attrs.Factory(PlayoutClock)
    """How far the speech is ahead of the listener."""
    settings: VoiceSettings = attrs.Factory(VoiceSettings)
    """What this turn changes of the voice; nothing by default."""
    resources: Mapping[type, object] = attrs.field(factory=dict[type, object], repr=False)
    """Objects that this turn shares with others, by their type: a conversation's turns share its sessions, a turn and its filler
    their count of repeats. Empty by default."""
    number: int = attrs.field(factory=next_number, eq=False)
    """Its number in the log: 1 for the first turn of the process, then 2, and so on. The filler of a turn has the number of that
    turn."""

    def resource(self, kind: type[Resource]) -> Resource | None:
        """The resource of this type, or None if the turn has none. A stage then makes its own for this turn."""
        return cast("Resource | None", self.resources.get(kind))

    def now(self) -> float:
        """The time now, for the events of this turn: seconds on Trio's clock."""
        return trio.current_time()
