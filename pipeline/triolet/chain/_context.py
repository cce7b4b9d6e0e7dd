"""What the stages of one turn share: its timeline, how far the listener is, its voice, its sessions."""

from __future__ import annotations

import attrs
import trio

from triolet._model._voice_settings import VoiceSettings
from triolet.chain._playout_clock import PlayoutClock
from triolet.tts._session_pool import SessionPools
from triolet.turn._timeline import Timeline


@attrs.frozen
class TurnContext:
    """One answer on its way to the listener. Stages get it when they run; they keep nothing of it."""

    timeline: Timeline = attrs.Factory(Timeline)
    clock: PlayoutClock = attrs.Factory(PlayoutClock)
    settings: VoiceSettings = attrs.Factory(VoiceSettings)
    pools: SessionPools | None = None
    """Sessions that outlive the turn; None: each Synthesizer opens its own for the turn."""

    def now(self) -> float:
        """The time that events of this turn carry: seconds on the clock of the Trio run."""
        return trio.current_time()
