"""Several providers as one voice: the first one speaks, and the next while it cannot."""

from __future__ import annotations

import math
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet._tools._alone import Alone
from triolet.errors import DeadlineExpired, NoAudio, TooMuchAudio, TTSError, Unspeakable
from triolet.failover._health import FailoverOptions, Health, Progress
from triolet.failover._providers import FailoverStatistics, Provider, Providers
from triolet.tts._contract import TTS, AudioCallback, Connect, TTSSession, Usage
from triolet.tts._not_begun import NotBegun
from triolet.tts._quota import Quota
from triolet.tts._rate_limiter import RateLimiter
from triolet.tts._word_times import AudioAndWords, tell_words
from triolet.turn._number import named_turn

Adjust = Callable[[TTS, Mapping[str, str]], Mapping[str, str]]
"""Translates the changes of a turn for one provider: `(provider, changes) -> changes for it`. Return an empty mapping to leave
the provider as it is."""

LONGEST_PROBE = 30.0
"""The most seconds of audio that a probe may give: ten times what a short sentence takes. A provider that does not stop has
failed its probe."""

PROBE_PACE = 1.25
"""The most seconds that a second of a probe's audio may take to come, counted from its first audio: real time, and a quarter
more for the delay that a network adds to a probe of about a second."""

KEPT_VOICES = 64
"""Adjusted voices that are kept, so that their open sessions are used again. Bounded, since every turn may bring instructions of
its own."""


class Failover(TTS):
    """Several voices as one: `Failover(first, second, ...)` speaks with the first provider that is up.

    A provider goes down when one of these happens: it refuses a connection or does not answer in time; it ends a session during
    a commit; it gives no audio for text that has words; it falls behind real time; it gives an error that another try cannot
    help, such as a wrong key or an empty quota. It does not go down for a text without words, for a text that its voice cannot
    speak, or because a turn was interrupted.

    If nothing of the phrase was heard, the next provider speaks it. Otherwise the `Synthesizer` decides how the phrase goes on,
    and the next provider speaks from there. Idle sessions of a provider that is down are replaced. The phrase after a change
    may have to wait for a connect.

    While a session of another provider is open, the providers before it in order are probed, one at a time: each has to speak a
    short sentence. The time between probes doubles up to `FailoverOptions.longest_wait`. A provider that speaks it is up again,
    and gets all that is committed from then on.

    Each provider that fails in a commit (not in a connect) uses one of `RecoveryPolicy.attempts`. With more than two providers,
    set it to their number and one more.

    The health of the providers belongs to this object and to all that `adjusted` made from it, within one Trio run. Give the
    same `Failover` to all conversations that should share it. Each provider has its own rate limits; probes count towards them.
    """

    def __init__(
        self,
        first: TTS,
        second: TTS,
        *others: TTS,
        options: FailoverOptions | None = None,
        adjust: Adjust | None = None,
        quota: Quota | None = None,
        names: Sequence[str] | None = None,
        health_of: Failover | None = None,
    ) -> None:
        """Make one voice of several. Nothing is opened yet.

        Args:
            first: speaks whenever it is up.
            second: speaks while the first is down.
            others: each speaks while all before it are down.
            options: the deadlines, and when to probe; `FailoverOptions()` by default.
            adjust: translates the changes of a turn for each provider, where providers call voices or languages by different
                names. By default each gets the changes as they are.
            quota: what keeps the rate limits of the providers together with other processes. None, the default: this process has their
                accounts for itself.
            names: what the providers are called in statistics, errors and logs, in the order of preference; by default each by its
                class and its number.
            health_of: another one with the same providers in the same order, with settings that `adjusted` does not have, such as their
                speed: both share the health of the providers and their rate limits. By default it has its own.

        Raises:
            ValueError: the formats differ, the service of a provider cuts the text itself, there is not one name for each, or `health_of`
                has other providers.
        """
        self.providers = (first, second, *others)
        """The providers, in the order of preference."""
        self.options = options or FailoverOptions()
        self._adjust = adjust
        self._quota = quota
        self._adjusted: dict[tuple[tuple[str, str], ...], Failover] = {}
        self._runs: weakref.WeakKeyDictionary[trio.lowlevel.Task, Providers] = weakref.WeakKeyDictionary()
        self._names = tuple(names or ()) or tuple(
            f"{type(provider).__name__} ({number} of {len(self.providers)})"
            for number, provider in enumerate(self.providers, 1)
        )
        if len(self._names) != len(self.providers):
            raise ValueError(
                f"there are {len(self.providers)} providers and {len(self._names)} names: give one for each"
            )
        if health_of is not None:
            self._runs, shared = health_of._runs, health_of._names  # noqa: SLF001 -- one of its own kind
            if shared != self._names:
                raise ValueError(f"health_of has {', '.join(shared)}: it must have the same providers")
        for name, provider in zip(self._names, self.providers, strict=True):
            if provider.whole_turns:
                raise ValueError(f"{name} cuts the text itself: failover goes phrase by phrase, so use its commit mode")
            if provider.format != first.format:
                raise ValueError(
                    f"{self._names[0]} gives {first.format.sample_rate} samples a second and {name} "
                    f"{provider.format.sample_rate}: give one of them the rate of the other (`sample_rate` or a format, where its "
                    "service has one), since voices are not resampled"
                )

    def __repr__(self) -> str:
        return f"Failover({', '.join(map(repr, self.providers))})"

    @property
    def format(self) -> AudioFormat:
        """The format that all providers share."""
        return self.providers[0].format

    @property
    def language(self) -> str | None:
        """The language that all providers share; None if one speaks several or another."""
        first = self.providers[0].language
        return first if all(provider.language == first for provider in self.providers) else None

    @property
    def bills(self) -> bool:
        """Whether any provider bills."""
        return any(provider.bills for provider in self.providers)

    @property
    def normalizes(self) -> frozenset[str]:
        """What every provider says right itself."""
        first, *others = (provider.normalizes for provider in self.providers)
        return first.intersection(*others)

    @property
    def bills_minimum(self) -> bool:
        """Whether any provider bills a minimum."""
        return any(provider.bills_minimum for provider in self.providers)

    @property
    def hedges(self) -> bool:
        """False: after `FailoverOptions.first_audio_timeout`, the next provider is asked."""
        return False

    @property
    def directions(self) -> Mapping[str, str]:
        """The directions that all providers know by the same tags."""
        first, *others = (provider.directions for provider in self.providers)
        return {name: tag for name, tag in first.items() if all(other.get(name) == tag for other in others)}

    @property
    def in_use(self) -> TTS:
        """The provider that the next session will be opened on. Ask inside a Trio run."""
        return self.providers[next(self._here().candidates())]

    def statistics(self) -> FailoverStatistics:
        """A snapshot of what happened in this Trio run. Ask inside one."""
        return self._here().statistics()

    def adjusted(self, **changes: str) -> Failover:
        """The same providers with another `voice`, `language` or `instructions`, translated by `adjust`. They share their health
        with this object. Equal changes give the same object, as long as no more than 64 others were asked for since.

        Raises:
            ValueError: a provider has no such setting or does not take this value, and `adjust` did not translate it.
        """
        key = tuple(sorted(changes.items()))
        adjusted = self._adjusted.pop(key, None)
        if adjusted is None:
            providers = [
                self._adjusted_provider(name, provider, changes)
                for name, provider in zip(self._names, self.providers, strict=True)
            ]
            adjusted = Failover(
                *providers,
                options=self.options,
                adjust=self._adjust,
                quota=self._quota,
                names=self._names,
                health_of=self,
            )
        self._adjusted[key] = adjusted  # at the end: the dictionary is in the order of last use
        if len(self._adjusted) > KEPT_VOICES:
            del self._adjusted[next(iter(self._adjusted))]
        return adjusted

    def _adjusted_provider(self, name: str, provider: TTS, changes: Mapping[str, str]) -> TTS:
        own = dict(changes if self._adjust is None else self._adjust(provider, changes))
        try:
            return provider.adjusted(**own) if own else provider
        except ValueError as error:
            raise ValueError(f"{name}: {error} (Failover's `adjust` can translate it for this provider)") from error

    def _here(self) -> Providers:
        run = trio.lowlevel.current_root_task()
        assert run is not None
        if run not in self._runs:
            self._runs[run] = Providers(
                self.options,
                [Provider(name, Health(self.options), RateLimiter(tts.limits, tts.account, self._quota))
                 for name, tts in zip(self._names, self.providers, strict=True)],
            )  # fmt: skip
        return self._runs[run]

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session of the first provider that is up; if that fails, of the next.

        While the block lasts, the providers before this one are probed, by a task of this block. Cancellation closes the session,
        within the provider's own deadline.

        Raises:
            AllProvidersFailed: no provider gave a session. The text has the reason of each.
        """
        return self._connect([provider.connect for provider in self.providers])

    def sharing(self) -> AbstractAsyncContextManager[Connect] | None:
        """See `TTS.sharing`. Sessions of those providers share connections whose own sessions do."""
        blocks = [provider.sharing() for provider in self.providers]
        return self._sharing(blocks) if any(block is not None for block in blocks) else None

    @asynccontextmanager
    async def _sharing(self, blocks: Sequence[AbstractAsyncContextManager[Connect] | None]) -> AsyncGenerator[Connect]:
        async with AsyncExitStack() as stack:
            connects = [
                provider.connect if block is None else await stack.enter_async_context(block)
                for provider, block in zip(self.providers, blocks, strict=True)
            ]
            yield partial(self._connect, connects)

    @asynccontextmanager
    async def _connect(self, connects: Sequence[Connect]) -> AsyncGenerator[TTSSession]:
        here = self._here()
        for position in here.candidates():
            if trio.current_time() < here[position].health.asked_until:
                continue
            opened = False
            failure: TTSError = DeadlineExpired(
                f"no session within {self.options.connect_timeout:g} s (Failover's connect_timeout)"
            )
            scope = trio.CancelScope()
            here[position].waiting.add(scope)
            try:
                with scope, Alone():
                    await here[position].limiter.wait()
                    scope.deadline = here.deadline(position, self.options.connect_timeout)
                    async with connects[position]() as session, trio.open_nursery() as nursery:
                        here[position].waiting.discard(scope)
                        if not scope.cancel_called:  # cancelled: another task has just found this provider down
                            opened, scope.deadline = True, math.inf
                            if here[position].health.down:
                                here.taken_back(here[position], "is asked again")
                            ours = _Session(here, position, session, self.format, self.options)
                            nursery.start_soon(ours.watch)
                            nursery.start_soon(self._look_after, here, position)
                            yield ours
                        nursery.cancel_scope.cancel()
            except TTSError as error:
                if opened:
                    raise
                failure = error
            finally:
                here[position].waiting.discard(scope)
            if opened:
                return
            if not (scope.cancel_called and here[position].health.down):  # otherwise the failure is recorded already
                here.failed(position, failure)
        raise here.all_failed()

    async def _look_after(self, here: Providers, position: int) -> None:
        """Probe the providers before this one when they are due. One session's block does so at a time."""
        if position == 0:
            return
        async with here.prober:
            while True:
                due = here.to_probe(position)
                with trio.move_on_at(math.inf if due is None else due.health.next_probe):
                    await here.changed.wait()
                if due is not None and due.health.down and trio.current_time() >= due.health.next_probe:
                    await self._probe(here, due)

    async def _probe(self, here: Providers, provider: Provider) -> None:
        options, progress, judged = self.options, Progress(), False
        provider.probes += 1
        failure: TTSError = DeadlineExpired("no session, or no audio, in time for a probe")
        await provider.limiter.wait()

        def accept(pcm: bytes) -> None:
            now = trio.current_time()
            scope.deadline = now + options.first_audio_timeout
            if progress.received(self._seconds(pcm), now) > options.slow_after:
                raise DeadlineExpired(
                    f"the audio of a probe fell {options.slow_after:g} s behind real time (slow_after)"
                )
            if progress.seconds > LONGEST_PROBE:
                raise TooMuchAudio(f"more than {LONGEST_PROBE:g} s of audio for {options.probe!r}")

        scope = trio.CancelScope(deadline=trio.current_time() + options.connect_timeout)
        try:
            with scope:
                async with self.providers[here.position(provider)].connect() as session:
                    scope.deadline = math.inf
                    await provider.limiter.wait()
                    scope.deadline = trio.current_time() + options.first_audio_timeout
                    await session.commit(options.probe, accept)
                    scope.deadline = math.inf
                    judged = True
                    self._judge(here, provider, progress)
        except TTSError as error:  # one that is raised on leaving the session does not count: `judged` is set by then
            failure = error
        if not judged:
            here.probe_failed(provider, failure)

    def _judge(self, here: Providers, provider: Provider, progress: Progress) -> None:
        if not progress.seconds:
            here.probe_failed(provider, NoAudio(f"no audio for {self.options.probe!r}"))
        elif progress.behind > (PROBE_PACE - 1) * progress.seconds:
            here.probe_failed(provider, DeadlineExpired("the audio of a probe came slower than real time"))
        else:
            here.taken_back(provider, "speaks again")

    def _seconds(self, pcm: bytes) -> float:
        return self.format.seconds(len(pcm) // SAMPLE_BYTES)


class _Session(TTSSession):
    """A session of one provider, which reports the failures of that provider."""

    def __init__(
        self, here: Providers, position: int, session: TTSSession, audio: AudioFormat, options: FailoverOptions
    ) -> None:
        self._here = here
        self._position = position
        self._provider = here[position]
        self._session = session
        self._audio = audio
        self._options = options
        self._busy = False
        self._over = False

    async def watch(self) -> None:
        """Wait for the end of the provider's session, and let the other tasks know."""
        await self._session.ended()
        self._over = True
        self._here.change()

    async def ended(self) -> None:
        """Return when the provider's session has ended, or when another provider should speak instead. A commit that runs is
        first completed.
        """
        while not (self._over or (self._here.superseded(self._position) and not self._busy)):
            await self._here.changed.wait()
        self._over = True

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """Speak `text` with the provider of this session; see `TTSSession.commit`. Cancellation spends the session.

        Raises:
            AllProvidersFailed: the provider failed, and there is no other to try.
            Unspeakable, TooMuchAudio: as the provider raised it; it does not go down for these.
            NotBegun: the session has ended or has made room, and nothing was asked of the provider.
            TTSError: the provider failed. It is `retryable` as long as there is another provider to try.
        """
        if self._busy:
            raise RuntimeError("another commit is running on this session")
        if self._over or (self._provider.health.down and self._here.alternative(self._position)):
            raise self._gone()
        self._busy = True
        try:
            await self._until_allowed()
            return await self._tell_failures(text, accept)
        finally:
            self._busy = False
            self._here.change()

    async def _tell_failures(self, text: str, accept: AudioCallback) -> Usage:
        here, at = self._here, self._position
        try:
            return await self._speak(text, accept)
        except (TooMuchAudio, Unspeakable, NotBegun):
            raise
        except TTSError as error:
            if isinstance(error, NoAudio) and not here.alternative(at):
                raise  # the cause may be the text, and no other provider can tell
            here.failed(at, error, named_turn())
            if not here.alternative(at):
                raise here.all_failed() from error
            if error.retryable and error.retry_after is None:  # that wait is for this provider, and not for the next
                raise
            raise TTSError(
                f"{self._provider.name}: {error}",
                code=error.code,
                message=error.message,
                event=error.event,
                retryable=True,
            ) from error

    async def _speak(self, text: str, accept: AudioCallback) -> Usage:
        health, progress = self._provider.health, Progress()
        turn = named_turn()  # asked here: the task that receives audio may have begun in an earlier turn

        def receive(pcm: bytes) -> None:
            if pcm:
                scope.deadline = math.inf  # a provider that speaks is not cut off
                behind = health.behind + progress.received(
                    self._audio.seconds(len(pcm) // SAMPLE_BYTES), trio.current_time()
                )
                if behind > self._options.slow_after:
                    self._too_slow(behind, turn)
            accept(pcm)

        self._provider.commits += 1
        usage = Usage()
        with trio.CancelScope(deadline=self._here.deadline(self._position, self._options.first_audio_timeout)) as scope:
            usage = await self._session.commit(text, AudioAndWords(receive, partial(tell_words, accept)))
        if scope.cancelled_caught:
            raise DeadlineExpired(
                f"no audio within {self._options.first_audio_timeout:g} s (Failover's first_audio_timeout)"
            )
        if progress.begun is None and any(character.isalnum() for character in text):
            raise NoAudio(f"no audio for {len(text)} characters")
        health.behind = max(0.0, health.behind + progress.behind)
        return usage

    async def _until_allowed(self) -> None:
        scope = trio.CancelScope()
        self._provider.waiting.add(scope)
        try:
            with scope:
                await self._provider.limiter.wait()
        finally:
            self._provider.waiting.discard(scope)
        if scope.cancelled_caught:
            raise self._gone()

    def _gone(self) -> NotBegun:
        return NotBegun(f"this session of {self._provider.name} has ended, or has made room for another provider's")

    def _too_slow(self, behind: float, turn: str) -> None:
        if self._here.alternative(self._position) and not self._provider.health.down:
            self._here.failed(
                self._position,
                DeadlineExpired(
                    f"its audio is {behind:.1f} s behind real time (Failover's slow_after is {self._options.slow_after:g} s)"
                ),
                turn,
            )
