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
from triolet.tts._session_pool import PoolOptions, SessionPools, open_session_pools


class Synthesizer(VoiceStage[Phrase]):
    """Commits each phrase and passes its audio on as it comes; the audio of phrase k is out before that of phrase k+1.

    A session is opened as soon as the turn starts, while the LLM thinks. The phrase that is due is committed at once. A
    later one waits until the listener is less than `lead` seconds of speech behind what is committed, and until the commit
    before it is complete, unless the listener would run out of audio meanwhile: then it is committed on another session, of
    `in_flight` at the most. Where nobody listens in real time, `in_flight` commits always run.

    What happens to a phrase whose session is lost is for `recovery` to say. A phrase that gets no audio, or too much, is
    reported FAILED with the reason, and the next goes on; if no phrase of the turn could be spoken, or with
    `RecoveryPolicy(lost="fail")`, the turn ends with that error.

    Audio is passed on as it comes. Where the output is a file, nobody waits for it: there a phrase is passed on
    when it is complete, so whatever is lost is said again whole, and unheard.
    """

    buffer = 0
    """Phrases that may wait: none, so that what the next commit carries is decided when it can be made."""

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
            lead: seconds of speech that may be committed and not yet heard. 10 is some sentences.
            longest_commit: seconds of audio that one commit may give; 120 is six times what the longest phrase takes.
            in_flight: commits that may run at the same time, each on a session of its own. Two: the one that is due, and the
                one after it.
            recovery: what to do when a session is lost.

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

        Cancellation spends the sessions at work; the service hears of it by the closing of their connections.

        Raises:
            TTSError: the service failed, beyond what `recovery` makes good. Where another try may have helped, what came
                before the phrase in question has been heard by then.
            ValueError: the voice cannot have the settings of this turn.
        """
        tts = adjusted(self.tts, turn.settings)
        kept = turn.resource(SessionPools)
        if kept is not None:
            await SpeakingTurn(self.options, tts.format, kept.pool(tts), turn).run(upstream, downstream)
        else:
            async with open_session_pools(PoolOptions(spares=0, maximum=self.options.in_flight)) as pools:
                await SpeakingTurn(self.options, tts.format, pools.pool(tts), turn).run(upstream, downstream)
