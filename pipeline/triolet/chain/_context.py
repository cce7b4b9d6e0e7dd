"""What the stages of one turn share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

import attrs
import trio

from triolet._model._voice_settings import VoiceSettings
from triolet.chain._playout_clock import PlayoutClock
from triolet.turn._timeline import Timeline

Resource = TypeVar("Resource")


@attrs.frozen
class TurnContext:
    """What the stages of one turn share: its timeline, how far the listener is, the voice asked for.

    A stage gets it when it runs and keeps nothing of it afterwards.
    """

    timeline: Timeline = attrs.Factory(Timeline)
    """Where stages record events (`triolet.events`)."""
    clock: PlayoutClock = attrs.Factory(PlayoutClock)
    """How far the speech is ahead of the listener."""
    settings: VoiceSettings = attrs.Factory(VoiceSettings)
    """What this turn changes about the voice."""
    resources: Mapping[type, object] = attrs.field(factory=dict[type, object], repr=False)
    """What outlives the turn, by its type, such as the sessions of a conversation."""

    def resource(self, kind: type[Resource]) -> Resource | None:
        """The resource of this type; None where the turn has none, and a stage makes its own for the turn."""
        return cast("Resource | None", self.resources.get(kind))

    def now(self) -> float:
        """The time that events of this turn carry: seconds on the clock of the Trio run."""
        return trio.current_time()
