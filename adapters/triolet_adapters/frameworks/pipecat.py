"""Triolet as the TTS service of a pipecat pipeline. It needs pipecat: pip install "triolet[pipecat]"."""

# pyright: reportUnknownMemberType=false
# Some signatures of pipecat leave their types open.

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

import attrs

try:
    from pipecat.frames.frames import (
        AggregatedTextFrame,
        CancelFrame,
        EndFrame,
        Frame,
        StartFrame,
        TextFrame,
        TTSAudioRawFrame,
        TTSStartedFrame,
        TTSStoppedFrame,
        TTSTextFrame,
    )
    from pipecat.services.settings import TTSSettings
    from pipecat.services.tts_service import TTSContext, TTSService
    from pipecat.utils.errors import ErrorCategory
    from pipecat.utils.text.base_text_aggregator import TextType
    from pipecat.utils.types import is_given
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "this module speaks in a pipecat pipeline, and pipecat is not installed: pip install 'triolet[pipecat]'",
        name=error.name,
    ) from error

from triolet import Phrase, PoolOptions, TurnResult
from triolet.asyncio import Conversation, Sink
from triolet.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    DeadlineExpired,
    TTSError,
    Unspeakable,
)
from triolet.events import Event, PhraseCommitted, PhrasePlaying, PhraseReady, TurnStarted
from triolet_adapters.frameworks._tokens import Tokens
from triolet_adapters.frameworks._voice import AHEAD, Voice, chain_of, format_of

QUIET = 600.0
"""Seconds after which pipecat gives up a turn that sends nothing. Its default of 3 is for services whose turns have no end that can
be seen. A turn of ours says when it ends, and may wait for an LLM that calls a tool."""

NOT_OURS = frozenset(
    {"text_aggregation_mode", "aggregate_sentences", "text_filters", "text_transforms", "skip_text_types"}
)
"""Options of pipecat for how text is cut and rewritten. Here the chain does that."""


@attrs.define(eq=False)
class _Turn:
    """One audio context of pipecat: an answer of the LLM, or the text of one frame."""

    context: str
    tokens: Tokens = attrs.Factory(Tokens)
    task: asyncio.Task[None] | None = None
    ready: dict[int, Phrase] = attrs.Factory(dict[int, Phrase])
    committed: deque[Phrase] = attrs.Factory(deque[Phrase])
    """Of which pipecat does not know yet; so below."""
    playing: deque[Phrase] = attrs.Factory(deque[Phrase])
    segments: list[tuple[int, int]] = attrs.Factory(list[tuple[int, int]])
    """Where each phrase that was announced ends in the text, and the id of the frame that announced it."""
    heard: int = 0
    """Characters that were passed on as heard."""
    words: bool = False
    """Whether there was anything to say."""

    def observe(self, event: Event) -> None:
        match event:
            case PhraseReady(phrase=phrase):
                self.words = True
                self.ready[phrase.index] = phrase
            case PhraseCommitted(index=index) if index in self.ready:
                self.committed.append(self.ready.pop(index))
            case PhrasePlaying(phrase=phrase):
                self.words = True
                self.playing.append(phrase)
            case _:
                pass


class TrioletTTSService(TTSService):
    """A TTS service that speaks while the LLM writes.

        tts = TrioletTTSService(speech(QwenTTS(voice="Cherry"), "en"))
        pipeline = Pipeline([transport.input(), stt, user, llm, tts, transport.output(), assistant])

    The text of the LLM goes to Triolet token by token, and Triolet decides what is committed when: pipecat's aggregation is not used.
    Audio comes at the pace of the listener, `ahead` seconds before it is heard, so an interruption wastes little.

    The context of the LLM gets what was heard, in the LLM's own words: a `TTSTextFrame` follows the sound that says it. After an
    interruption the rest is not in it.

    Settings that pipecat may change at run time: `voice` and `language`, by the service's own names; both hold from the next turn on.
    An error of the voice is pushed as an `ErrorFrame`, whose category says whether it will pass.
    """

    Settings = TTSSettings

    def __init__(
        self,
        voice: Voice,
        *,
        ahead: float = AHEAD,
        pool: PoolOptions | None = None,
        settings: TTSSettings | None = None,
        **options: Any,
    ) -> None:
        """Speak with a voice, or with a chain from tokens to audio. Nothing is opened before the pipeline starts.

        Args:
            voice: the voice, such as `QwenTTS()`; or a chain, such as `speech(QwenTTS(), "en")`.
            ahead: seconds of audio that pipecat gets before they are heard; 0.2 by default.
            pool: how many sessions to keep open, and for how long; `PoolOptions()` by default.
            settings: the voice and the language to begin with; by default those of `voice`.
            options: those of `TTSService` and its bases, such as `name` and `transport_destination`.

        Raises:
            ValueError: the format of the chain's audio is not known.
            TypeError: an option about cutting or rewriting text, which the chain does here.
        """
        if options.keys() & NOT_OURS:
            raise TypeError(
                f"{', '.join(sorted(options.keys() & NOT_OURS))}: the chain cuts and rewrites the text here; see triolet.speech"
            )
        store = TTSSettings(model=None, voice=None, language=None)
        if settings is not None:
            store.apply_update(settings)
        chain = chain_of(voice)
        self._rate = format_of(chain).sample_rate
        options.setdefault("sample_rate", self._rate)
        super().__init__(push_text_frames=False, stop_frame_timeout_s=QUIET, settings=store, **options)
        self._conversation = Conversation(chain, Sink(self._send, hold=ahead), pool=pool)
        self._open = False
        self._turns: dict[str, _Turn] = {}
        self._speaking: _Turn | None = None
        self._silent: set[str] = set()
        """Contexts in which there was nothing to say."""

    def can_generate_metrics(self) -> bool:
        """Yes: the time to the first audio, and the characters that were committed."""
        return True

    @property
    def supports_processing_metrics(self) -> bool:
        """No: audio comes while text still comes."""
        return False

    async def start(self, frame: StartFrame) -> None:
        """Open the conversation: a session of the voice begins to open now."""
        await super().start(frame)
        await self._conversation.__aenter__()
        self._open = True

    async def stop(self, frame: EndFrame) -> None:
        """Say what has come so far to its end, then close."""
        for turn in self._turns.values():
            turn.tokens.end()
        await super().stop(frame)
        await self._close()

    async def cancel(self, frame: CancelFrame) -> None:
        """Be silent at once, and close."""
        await super().cancel(frame)
        await self._close()

    async def cleanup(self) -> None:
        """Close, if that has not been done."""
        await super().cleanup()
        await self._close()

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Say a text as part of a context. The audio comes through the context; nothing is yielded."""
        await self._take(text, context_id)
        return
        yield  # makes it a generator, as the base class has it

    async def flush_audio(self, context_id: str | None = None) -> None:
        """All text of a context has come."""
        for turn in self._turns.values():
            if context_id in (None, turn.context):
                turn.tokens.end()

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        """End a turn. Its context is gone, so nothing of it is heard; the tasks end by themselves."""
        turn = self._turns.pop(context_id, None)
        if turn is not None and turn.task is not None:
            turn.task.cancel()
        await super().on_audio_context_interrupted(context_id)

    async def _handle_text(self, frame: TextFrame) -> None:
        """Take a token of the LLM. The base class would cut sentences here."""
        await self._take_frame(frame, self.create_context_id())

    async def _handle_aggregated_text(self, src_frame: AggregatedTextFrame, context_id: str | None = None) -> None:
        """Take a text that was cut by somebody else, or that a `TTSSpeakFrame` brought."""
        await self._take_frame(src_frame, context_id or self.create_context_id())

    async def _take_frame(self, frame: TextFrame, context_id: str) -> None:
        self._tts_contexts.setdefault(context_id, TTSContext(interruptible=frame.interruptible))
        await self._take(frame.text, context_id)
        if context_id != self._turn_context_id:  # text outside of an answer: it is all there is
            await self.flush_audio(context_id)

    async def _take(self, text: str, context_id: str) -> None:
        turn = self._turns.get(context_id)
        if turn is None:
            if not text.strip() or not self.is_usable:
                return
            turn = self._turns[context_id] = _Turn(context_id)
            await self.create_audio_context(context_id)
            await self.append_to_audio_context(context_id, TTSStartedFrame(context_id=context_id))
            await self.start_ttfb_metrics()
            await self.start_text_aggregation_metrics()
            turn.task = self.create_task(self._say(turn), name="say")
        turn.tokens.put(text)

    async def _say(self, turn: _Turn) -> None:
        def observe(event: Event) -> None:
            if isinstance(event, TurnStarted):
                self._speaking = turn
            turn.observe(event)

        settings = self._settings
        failed = False
        result: TurnResult | None
        try:
            result = await self._conversation.say(
                turn.tokens,
                voice=settings.voice if is_given(settings.voice) else None,
                language=settings.language if is_given(settings.language) else None,
                observer=observe,
            )
        except Exception as error:  # noqa: BLE001 -- a pipeline goes on: its errors are frames
            failed = True
            result = getattr(error, "result", None)
            await self.push_error(f"{type(error).__name__}: {error}", exception=error, category=_category(error))
        if result is not None:
            await self._pass_on(turn, result.text, result.heard)
        if not turn.words and not failed:
            self._silent.add(turn.context)
        if self.audio_context_available(turn.context):
            await self.append_to_audio_context(turn.context, TTSStoppedFrame(context_id=turn.context))
            await self.remove_audio_context(turn.context)
        self._turns.pop(turn.context, None)

    async def _send(self, pcm: bytes) -> None:
        """Give samples to pipecat, and before them the words that have been heard meanwhile."""
        turn = self._speaking
        if turn is None or self._turns.get(turn.context) is not turn:
            return  # it was interrupted
        so_far = self._conversation.so_far
        if so_far is not None:
            await self._pass_on(turn, so_far.text, so_far.heard)
        await self.append_to_audio_context(turn.context, TTSAudioRawFrame(pcm, self._rate, 1, context_id=turn.context))

    async def _pass_on(self, turn: _Turn, text: str, heard: str) -> None:
        """Tell pipecat what was committed, what begins to sound, and what was heard."""
        while turn.committed:
            phrase = turn.committed.popleft()
            await self.stop_text_aggregation_metrics()
            await self.start_tts_usage_metrics(phrase.words)
            await self._call_event_handler("on_tts_request", turn.context, phrase.words)
        while turn.playing:
            phrase = turn.playing.popleft()
            frame = AggregatedTextFrame(phrase.words, TextType.SENTENCE, turn.context, text[phrase.start : phrase.end])
            frame.will_be_spoken = True
            frame.append_to_context = False
            turn.segments.append((phrase.end, frame.id))
            await self.append_to_audio_context(turn.context, frame)
        while turn.heard < len(heard):
            end, segment = next(((end, id_) for end, id_ in turn.segments if end > turn.heard), (len(heard), None))
            part = heard[turn.heard : min(end, len(heard))]
            turn.heard += len(part)
            words = TTSTextFrame(part, TextType.WORD, turn.context, segment_id=segment)
            words.includes_inter_frame_spaces = True
            # Not marked as to be spoken: pipecat would then take it past the audio that waits before it.
            words.append_to_context = self._tts_contexts.get(turn.context, TTSContext()).append_to_context
            await self.append_to_audio_context(turn.context, words)

    async def _record_context_audio_outcome(self, context_id: str, received_audio: bool) -> None:
        """An answer without words, such as a code block alone, is no failure of the voice."""
        nothing_to_say = context_id in self._silent
        self._silent.discard(context_id)
        await super()._record_context_audio_outcome(context_id, received_audio or nothing_to_say)

    async def _close(self) -> None:
        turns, self._turns = self._turns, {}
        for turn in turns.values():
            if turn.task is not None:
                turn.task.cancel()
        if self._open:
            self._open = False
            await self._conversation.__aexit__(None, None, None)


def _category(error: Exception) -> ErrorCategory:
    """Why it failed, in pipecat's terms. The first two are permanent: the service gets no more work."""
    match error:
        case AuthenticationFailed():
            return ErrorCategory.AUTHENTICATION
        case ValueError():
            return ErrorCategory.INVALID_REQUEST
        case TTSError(throttled=True):
            return ErrorCategory.RATE_LIMIT
        case ConnectionFailed() | ConnectionLost() | DeadlineExpired():
            return ErrorCategory.CONNECTIVITY
        case Unspeakable():
            return ErrorCategory.APPLICATION
        case TTSError():
            return ErrorCategory.SERVER
        case _:
            return ErrorCategory.UNKNOWN
