"""All documents: over processes, each tried twice, with a summary."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence

import attrs
import trio

from triolet_adapters.narration._claims import CLAIM_LEASE, Sight, Watch
from triolet_adapters.narration._document import Order, Outcome, State, Task, Unfit, done_before
from triolet_adapters.narration._lane import Place, open_lane
from triolet_adapters.narration._names import Document
from triolet_adapters.narration._share import most_processes
from triolet_adapters.narration._worker import Lines, order_line, outcome_of, task_line

NOTHING_TO_DO = 0.1
"""Seconds after which a process that has nothing to do asks again: what another one has may fail, and is then to be tried again."""

LOOK_AGAIN = 2.0
"""Seconds until a document is looked at again that another process has. A short document takes about as long."""

FAREWELL = 0.25
"""Seconds in which a process may clear away its unfinished files before it is killed: less than the command has after Ctrl-C."""

DEATHS = 3
"""Processes in a row that die before they have narrated anything, after which no other is started: what ends them ends all."""


@attrs.frozen
class Summary:
    """What became of all documents."""

    outcomes: tuple[Outcome, ...] = ()

    def of(self, state: State) -> list[Outcome]:
        """Those that ended so."""
        return [outcome for outcome in self.outcomes if outcome.state is state]

    @property
    def complete(self) -> bool:
        """Whether the outputs of all documents are there."""
        return all(outcome.state in (State.DONE, State.SKIPPED) for outcome in self.outcomes)

    def lines(self) -> list[str]:
        """In words: each failure with its reason, then the counts."""
        done, skipped, failed = (self.of(state) for state in (State.DONE, State.SKIPPED, State.FAILED))
        told = [f"{outcome.document.name}: {outcome.reason}" for outcome in failed]
        seconds = sum(outcome.seconds for outcome in done)
        made = f" ({seconds / 60:.1f} minutes of audio)" if done else ""
        return [*told, f"{len(done)} done{made}, {len(skipped)} skipped, {len(failed)} failed"]


class Queue:
    """Which document is next, and which are over. Pure: it is told the time."""

    def __init__(self, documents: Iterable[Document], lease: float = CLAIM_LEASE) -> None:
        self._first = deque(documents)
        self._again: deque[Document] = deque()
        self._elsewhere: deque[tuple[float, Document]] = deque()
        """Those that others have, and when to look at them."""
        self._watch = Watch(lease)
        self._overdue: dict[str, Sight] = {}
        self._tries: dict[str, int] = {}
        self._out = 0
        """How many are being narrated."""

    def take(self, now: float) -> Task | float | None:
        """The next document; or the seconds after which to ask again; or None, if nothing is left."""
        for waiting in (self._first, self._again):
            if waiting:
                self._out += 1
                return Task(waiting.popleft())
        if self._elsewhere:
            at, document = self._elsewhere[0]
            if at <= now:
                self._elsewhere.popleft()
                self._out += 1
                return Task(document, self._overdue.pop(document.name, None))
            return at - now
        return NOTHING_TO_DO if self._out else None  # what is out may come back

    def give(self, outcome: Outcome, now: float) -> bool:
        """Take what became of a document. True: it is over. One that failed is tried once more, after all others."""
        self._out -= 1
        if outcome.state is State.ELSEWHERE:
            name = outcome.document.name
            if outcome.sight is not None and self._watch.lapsed(name, outcome.sight, now):
                self._overdue[name] = outcome.sight
                now -= LOOK_AGAIN  # it need not be waited for any more
            self._elsewhere.append((now + LOOK_AGAIN, outcome.document))
            return False
        self._watch.forget(outcome.document.name)
        if outcome.state is State.FAILED and not outcome.final:
            name = outcome.document.name
            self._tries[name] = self._tries.get(name, 0) + 1
            if self._tries[name] < 2:
                self._again.append(outcome.document)
                return False
        return True


async def narrate(
    documents: Sequence[Document],
    order: Order,
    *,
    jobs: int | None = None,
    told: Callable[[Outcome], None] = lambda _: None,
) -> Summary:
    """Narrate documents to files, with several processes on this machine.

    What is done is skipped. Others may run the same on the same folder at the same time: each document is made once. Without `Order.redis` the
    processes split the limits of the voice evenly; other commands and machines do not know of them.

    Cancellation ends the processes; what was done stays, and nothing is there by half.

    Args:
        documents: of `find_documents`.
        order: what is made of them.
        jobs: processes; as many as this process has cores by default. With 1 it is done in this process.
        told: called with each outcome that is over, as it comes.

    Raises:
        ValueError: `jobs` is below 1.
        ConnectionFailed: the shared store does not answer.
        ModuleNotFoundError: what the voice or the format needs is not installed.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs={jobs}: there has to be one at least")
    over: dict[str, Outcome] = {}

    def tell(outcome: Outcome) -> None:
        over[outcome.document.name] = outcome
        told(outcome)

    rest = [document async for document in unfinished(documents, order, tell)]
    if rest:
        voice = order.voice()
        wanted = min(jobs or cores(), len(rest))
        count = wanted if order.redis is not None else most_processes(voice.limits, wanted)
        queue = Queue(rest)
        if count == 1:
            async with open_lane(order, Place()) as here:
                await _work_off(queue, here, tell)
        else:
            async with trio.open_nursery() as nursery:
                for part in range(count):
                    nursery.start_soon(_with_a_process, queue, order, Place(part, count), tell)
    return Summary(tuple(over[document.name] for document in documents if document.name in over))


async def unfinished(
    documents: Sequence[Document], order: Order, tell: Callable[[Outcome], None]
) -> AsyncIterator[Document]:
    """Those that are to be narrated. What is done, and what cannot be read, is told, without a voice or a process."""
    for document in documents:
        try:
            done = await trio.to_thread.run_sync(done_before, order, document)
        except Unfit as error:
            tell(Outcome(document, State.FAILED, str(error), final=True))
            continue
        if done:
            tell(Outcome(document, State.SKIPPED))
        else:
            yield document


def cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


async def _work_off(
    queue: Queue, narrate: Callable[[Task], Awaitable[Outcome]], tell: Callable[[Outcome], None]
) -> None:
    while (task := queue.take(trio.current_time())) is not None:
        if not isinstance(task, Task):
            await trio.sleep(task)
            continue
        outcome = await narrate(task)
        if queue.give(outcome, trio.current_time()):
            tell(outcome)


async def _with_a_process(queue: Queue, order: Order, place: Place, tell: Callable[[Outcome], None]) -> None:
    """Narrate with a process, and with another one when that has died."""
    deaths = 0
    while deaths < DEATHS:
        async with _process(order, place) as process:

            async def ask(task: Task) -> Outcome:
                nonlocal deaths
                outcome = await process.narrate(task)
                deaths = 0 if outcome is not None else deaths + 1
                if outcome is None:
                    raise _Died(task.document)
                return outcome

            try:
                await _work_off(queue, ask, tell)
            except _Died as died:
                code = await process.ended()
                outcome = Outcome(died.document, State.FAILED, f"its process {_how(code)}")
                if queue.give(outcome, trio.current_time()):
                    tell(outcome)
            else:
                return
        place = attrs.evolve(place, again=True)
    await _work_off(queue, _nobody, tell)


async def _nobody(task: Task) -> Outcome:
    await trio.lowlevel.checkpoint()
    return Outcome(task.document, State.FAILED, "no process lives long enough to narrate it", final=True)


class _Died(Exception):
    """A process has ended while it had a document."""

    def __init__(self, document: Document) -> None:
        super().__init__(document.name)
        self.document = document


class _Process:
    """A process that narrates."""

    def __init__(self, process: trio.Process, given: Lines) -> None:
        self._process = process
        self._given = given

    async def narrate(self, task: Task) -> Outcome | None:
        """None: it has ended."""
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send_all(task_line(task))
            line = await self._given.next()
        except trio.BrokenResourceError:
            return None
        return None if line is None else outcome_of(line)

    async def ended(self) -> int:
        """Its exit code."""
        with trio.move_on_after(FAREWELL):
            return await self._process.wait()
        self._process.kill()
        return await self._process.wait()


@contextlib.asynccontextmanager
async def _process(order: Order, place: Place) -> AsyncGenerator[_Process]:
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment.setdefault(name, "1")  # each process has a core: more threads would take them from each other
    process = await trio.lowlevel.open_process(
        [sys.executable, "-c", "from triolet_adapters.narration._worker import main; main()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
        start_new_session=True,  # Ctrl-C of a terminal goes to the command alone, which tells them
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with contextlib.suppress(trio.BrokenResourceError):  # it has died: that is found when it is asked
            await process.stdin.send_all(order_line(order, place))
        yield _Process(process, Lines(process.stdout))
    finally:
        with trio.CancelScope(shield=True):
            if process.returncode is None:
                process.terminate()
            with trio.move_on_after(FAREWELL):
                await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()
            await process.stdin.aclose()
            await process.stdout.aclose()


def _how(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
