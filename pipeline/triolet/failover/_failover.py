"""Several providers as one voice: the first speaks; the next do while it cannot."""

from __future__ import annotations

import math
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio

from triolet._model._audio import SAMPLE_BYTES, AudioFormat
from triolet._tools._alone import Alone
from triolet.errors import ConnectionLost, DeadlineExpired, NoAudio, TooMuchAudio, TTSError, Unspeakable
from triolet.failover._health import FailoverOptions, Health, Progress
from triolet.failover._providers import FailoverStatistics, Provider, Providers
from triolet.tts._contract import TTS, AudioCallback, TTSSession, Usage
from triolet.tts._rate_limiter import RateLimiter

Adjust = Callable[[TTS, Mapping[str, str]], Mapping[str, str]]
"""Says what changes of a turn mean for one provider: `(provider, changes) -> its own changes`; none leave it as it is."""

LONGEST_PROBE = 30.0
"""Seconds of audio that a probe may give: ten times what a short sentence takes. A provider that will not stop is not well."""

PROBE_PACE = 1.25
"""Seconds that a second of a probe's audio may take to come, after its first: real time, and what a network adds to a
probe of a second."""


class Failover(TTS):
    """Several voices as one: `Failover(first, second, ...)` speaks with the first that is well.

    A provider is down when it refuses or does not answer in time, ends a session in a commit, is silent (no audio for text
    that has words), falls behind real time, or gives an error that another try cannot help (a key, a quota). The phrase goes
    to the next provider if none of it was heard; otherwise what follows does, as the `Synthesizer` decides. Sessions
    that idle on a provider that is down are replaced. A text without words, a text that a voice cannot speak and what the
    listener cuts short say nothing of a provider.

    While a session of another provider is open, those before it are probed with a short sentence of ours, one at a time
    and ever more seldom, and taken back when they speak it. What of a turn is not yet committed is then spoken by them.

    Each provider that fails in a commit (not in connecting) uses one of `RecoveryPolicy.attempts`: with more than two providers
    give as many as there are, and one more. The phrase after a change may wait for a connect.

    Health belongs to this object and what was made of it with `adjusted`, in one Trio run: give the same `Failover` to all
    conversations that should know of each other's failures. The limits of each provider are kept for it alone, probes
    included.
    """

    def __init__(
        self,
        first: TTS,
        second: TTS,
        *others: TTS,
        options: FailoverOptions | None = None,
        adjust: Adjust | None = None,
    ) -> None:
        """Give the providers in the order of preference.

        Args:
            first: speaks whenever it is well.
            second: speaks while the first cannot.
            others: and so on.
            options: deadlines, and how providers are taken back.
            adjust: what `adjusted` changes in each provider, where they call voices or languages by different names. By
                default each gets the changes as they are.

        Raises:
            ValueError: the formats differ, or a provider speaks whole turns.
        """
        self.providers = (first, second, *others)
        """In the order of preference."""
        self.options = options or FailoverOptions()
        self._adjust = adjust
        self._adjusted: dict[tuple[tuple[str, str], ...], Failover] = {}
        self._runs: weakref.WeakKeyDictionary[trio.lowlevel.Task, Providers] = weakref.WeakKeyDictionary()
        self._names = tuple(
            f"{type(provider).__name__} ({number} of {len(self.providers)})"
            for number, provider in enumerate(self.providers, 1)
        )
        for name, provider in zip(self._names, self.providers, strict=True):
            if provider.whole_turns:
                raise ValueError(f"{name} cuts the text itself: failover goes phrase by phrase, so use its commit mode")
            if provider.format != first.format:
                raise ValueError(
                    f"{self._names[0]} gives {first.format.sample_rate} samples a second and {name} "
                    f"{provider.format.sample_rate}: set one of them so that they agree"
                )

    def __repr__(self) -> str:
        return f"Failover({', '.join(map(repr, self.providers))})"

    @property
    def format(self) -> AudioFormat:
        """That of all of them."""
        return self.providers[0].format

    @property
    def bills(self) -> bool:
        """Whether any of them does."""
        return any(provider.bills for provider in self.providers)

    @property
    def in_use(self) -> TTS:
        """The provider that the next session is opened on, in this Trio run."""
        return self.providers[next(self._here().candidates())]

    def statistics(self) -> FailoverStatistics:
        """A snapshot of this Trio run."""
        return self._here().statistics()

    def adjusted(self, **changes: str) -> Failover:
        """All providers with these changes, as `adjust` says; they share their health with this one.

        Raises:
            ValueError: a provider has no such setting, or not this value, and `adjust` did not say what it should have.
        """
        key = tuple(sorted(changes.items()))
        if key not in self._adjusted:
            providers = [
                self._adjusted_provider(name, provider, changes)
                for name, provider in zip(self._names, self.providers, strict=True)
            ]
            adjusted = Failover(*providers, options=self.options, adjust=self._adjust)
            adjusted._runs = self._runs
            self._adjusted[key] = adjusted
        return self._adjusted[key]

    def _adjusted_provider(self, name: str, provider: TTS, changes: Mapping[str, str]) -> TTS:
        own = dict(changes if self._adjust is None else self._adjust(provider, changes))
        try:
            return provider.adjusted(**own) if own else provider
        except ValueError as error:
            raise ValueError(f"{name}: {error} (Failover's `adjust` can say what it should have instead)") from error

    def _here(self) -> Providers:
        run = trio.lowlevel.current_root_task()
        assert run is not None
        if run not in self._runs:
            self._runs[run] = Providers(
                self.options,
                [Provider(name, Health(self.options), RateLimiter(tts.limits))
                 for name, tts in zip(self._names, self.providers, strict=True)],
            )  # fmt: skip
        return self._runs[run]

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session of the first provider that is well; if it is not, after all, of the next.

        While the block of a session of another than the first lasts, those before it are probed in it.

        Raises:
            AllProvidersFailed: none could be reached; the text has the reason of each.
        """
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        here = self._here()
        for position in here.candidates():
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
                    async with self.providers[position].connect() as session, trio.open_nursery() as nursery:
                        here[position].waiting.discard(scope)
                        if not scope.cancel_called:  # or it was found down at this very moment
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
            if not (scope.cancel_called and here[position].health.down):  # else others have told already
                here.failed(position, failure)
        raise here.all_failed()

    async def _look_after(self, here: Providers, position: int) -> None:
        """Probe the providers before this one when they are due, if no other session's block does."""
        if position == 0:
            return
        async with here.prober:
            while True:
                changed = here.changed
                due = here.to_probe(position)
                with trio.move_on_at(math.inf if due is None else due.health.next_probe):
                    await changed.wait()
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
        except TTSError as error:  # on leaving a session it harms nobody
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
    """A session of one provider, which tells what becomes of it."""

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
        """Notice the end of the provider's session."""
        await self._session.ended()
        self._over = True
        self._here.change()

    async def ended(self) -> None:
        """Return when the provider's session has ended, or another provider is to be spoken with. Not in a commit: that is
        brought to its end.
        """
        while not (self._over or (self._here.superseded(self._position) and not self._busy)):
            await self._here.changed.wait()
        self._over = True

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """Speak with the provider of this session.

        Raises:
            TTSError: one that another try may help, as long as there is a provider to try; or what says nothing of the
                provider (`Unspeakable`, `TooMuchAudio`).
            AllProvidersFailed: this was the last one.
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
        except (TooMuchAudio, Unspeakable):
            raise
        except TTSError as error:
            if isinstance(error, NoAudio) and not here.alternative(at):
                raise  # it may be the text, and nobody else can be asked
            here.failed(at, error)
            if not here.alternative(at):
                raise here.all_failed() from error
            if error.retryable:
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

        def heard(pcm: bytes) -> None:
            if pcm:
                scope.deadline = math.inf  # what speaks is not ended
                behind = health.behind + progress.received(
                    self._audio.seconds(len(pcm) // SAMPLE_BYTES), trio.current_time()
                )
                if behind > self._options.slow_after:
                    self._too_slow(behind)
            accept(pcm)

        self._provider.commits += 1
        usage = Usage()
        with trio.CancelScope(deadline=self._here.deadline(self._position, self._options.first_audio_timeout)) as scope:
            usage = await self._session.commit(text, heard)
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

    def _gone(self) -> ConnectionLost:
        return ConnectionLost(
            f"this session of {self._provider.name} has ended, or has made room for another provider's"
        )

    def _too_slow(self, behind: float) -> None:
        if self._here.alternative(self._position) and not self._provider.health.down:
            self._here.failed(
                self._position,
                DeadlineExpired(
                    f"its audio is {behind:.1f} s behind real time (Failover's slow_after is {self._options.slow_after:g} s)"
                ),
            )
