"""The stage that commits phrases on TTS sessions and passes their audio on, in order."""

from __future__ import annotations

import trio

from triolet._model._audio import AudioChunk
from triolet._model._text import Phrase
from triolet.chain._context import TurnContext
from triolet.synthesis._options import IN_FLIGHT, LEAD, LONGEST_COMMIT, SynthesisOptions
from triolet.synthesis._recovery import RecoveryPolicy
from triolet.synthesis._speaking_turn import SpeakingTurn
from triolet.synthesis._voice_stage import VoiceStage, adjusted
from triolet.tts._contract import TTS
from triolet.tts._session_pool import PoolOptions
from triolet.tts._session_pools import SessionPools, open_session_pools


class Synthesizer(VoiceStage[Phrase]):
    """Commits each phrase to the service, and passes its audio on as it comes, in the order of the phrases.

    A session opens when the turn starts, while the LLM thinks. The phrase that is due is committed at once. A later phrase
    waits until less than `lead` seconds of speech are committed and not yet heard, and until the commit before it is complete.
    If the listener would run out of audio meanwhile, it is committed earlier, on another session. At most `in_flight` commits
    run at the same time, besides a second one of words that are late (`RecoveryPolicy.hedge_after`). For an output without a clock, `in_flight` commits always run.

    If a session is lost, `recovery` decides how its phrase goes on. A phrase that gets no audio, or too much, is reported as
    FAILED with the reason, and the turn goes on with the next. The turn ends with that error if none of its phrases could be
    spoken, or with `RecoveryPolicy(lost="fail")`.

    A listener gets audio as it comes. A file gets each phrase when it is complete: so a phrase whose session is lost is said
    again as a whole, and is in the file once.
    """

    buffer = 0
    """Phrases that may wait before this stage: none, so that the Phraser decides what to commit when it can be committed."""

    def __init__(
        self,
        tts: TTS,
        *,
        lead: float = LEAD,
        longest_commit: float = LONGEST_COMMIT,
        in_flight: int = IN_FLIGHT,
        recovery: RecoveryPolicy | None = None,
    ) -> None:
        """Speak with a voice.

        Args:
            tts: the voice.
            lead: seconds of speech that may be committed and not yet heard. The default of 10 is a few sentences.
            longest_commit: the most seconds of audio that one commit may give. The default of 120 is six times what the
                longest phrase takes.
            in_flight: the most commits at the same time, each on a session of its own. The default of 2 is for the phrase that
                is due and the one after it.
            recovery: what to do when a commit fails; `RecoveryPolicy()` by default.

        Raises:
            ValueError: `lead`, `longest_commit` or `in_flight` is not above 0.
        """
        super().__init__(tts)
        self.options = SynthesisOptions(
            lead=lead, longest_commit=longest_commit, in_flight=in_flight, recovery=recovery or RecoveryPolicy()
        )

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[Phrase],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        """Speak until the phrases end.

        Cancellation closes the sessions that speak, and so tells the service to stop.

        Raises:
            TTSError: the service failed, and `recovery` does not allow another try. If the error was one that another try may
                help, the phrases before it have been heard by then.
            ValueError: the voice has no such setting as this turn asks for, or does not take its value.
        """
        tts = adjusted(self.tts, turn.settings)
        kept = turn.resource(SessionPools)
        if kept is not None:
            await SpeakingTurn(self.options, tts.format, kept.pool(tts), turn).run(upstream, downstream)
        else:
            most = self.options.in_flight + (self.options.recovery.hedge_after is not None)
            async with open_session_pools(PoolOptions(spares=0, maximum=most)) as pools:
                await SpeakingTurn(self.options, tts.format, pools.pool(tts), turn).run(upstream, downstream)
