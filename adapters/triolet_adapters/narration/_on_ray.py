"""The same work as tasks of Ray, on one machine or a cluster that sees the same folders."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import trio

from triolet_adapters.narration._document import Order, Outcome, State, Task
from triolet_adapters.narration._lane import Place, open_lane
from triolet_adapters.narration._names import Document
from triolet_adapters.narration._narrate import Queue, Summary, unfinished

TASKS_A_CORE = 2
"""Tasks a core that Ray has at a time: one runs, and the next waits beside it."""

LOOK = 0.25
"""Seconds for which the thread that waits for Ray is not heard of: Ctrl-C is noticed after them."""


async def narrate_on_ray(
    documents: Sequence[Document],
    order: Order,
    *,
    address: str | None = None,
    told: Callable[[Outcome], None] = lambda _: None,
) -> Summary:
    """Narrate documents as tasks of Ray: see `narrate`. Each document is a task of one core.

    All machines have to see the documents and `Order.out` under the same paths. A voice with limits needs `Order.redis`: tasks come and go, and
    only a store knows what all have used. A process that is killed fails its document, which is tried once more.

    Args:
        documents: of `find_documents`.
        order: what is made of them.
        address: of a cluster. None: the one in `RAY_ADDRESS`, or a new one on this machine.
        told: called with each outcome that is over, as it comes.

    Raises:
        ModuleNotFoundError: Ray is not installed.
        ValueError: the voice has limits, and there is no `Order.redis`.
    """
    try:
        ray: Any = importlib.import_module("ray")
    except ModuleNotFoundError:
        raise ModuleNotFoundError("--ray needs: pip install 'triolet[ray]'") from None
    over: dict[str, Outcome] = {}

    def tell(outcome: Outcome) -> None:
        over[outcome.document.name] = outcome
        told(outcome)

    rest = [document async for document in unfinished(documents, order, tell)]
    if rest:
        limits = order.voice().limits
        if order.redis is None and (limits.per_second or limits.per_minute or limits.sessions):
            raise ValueError(
                "this voice has limits, which tasks of Ray keep together by a store only: give --redis URL"
            )
        started = not ray.is_initialized()
        if started:
            await trio.to_thread.run_sync(_begin, ray, address)
        try:
            await _work_off(ray, Queue(rest), order, tell)
        finally:
            if started:
                with trio.CancelScope(shield=True):
                    await trio.to_thread.run_sync(ray.shutdown)
    return Summary(tuple(over[document.name] for document in documents if document.name in over))


def _begin(ray: Any, address: str | None) -> None:
    ray.init(address=address, log_to_driver=False, logging_level="error", include_dashboard=False)


async def _work_off(ray: Any, queue: Queue, order: Order, tell: Callable[[Outcome], None]) -> None:
    # Ray's own retries are off: a document is tried twice, as with processes.
    task = ray.remote(num_cpus=1, max_retries=0)(narrate_alone)
    running: dict[Any, Document] = {}
    given = ray.put(order)
    most = TASKS_A_CORE * max(1, int(ray.cluster_resources().get("CPU", 1)))
    try:
        while True:
            following = queue.take(trio.current_time()) if len(running) < most else LOOK
            if isinstance(following, Task):
                running[task.remote(given, following)] = following.document
                continue
            if following is None:
                return
            if not running:
                await trio.sleep(following)
                continue
            ready, _ = await trio.to_thread.run_sync(_ready, ray, list(running))
            for reference in ready:
                outcome = await trio.to_thread.run_sync(_outcome, ray, reference, running.pop(reference))
                if queue.give(outcome, trio.current_time()):
                    tell(outcome)
    finally:
        for reference in running:
            ray.cancel(reference, force=True)


def _ready(ray: Any, running: list[Any]) -> tuple[list[Any], list[Any]]:
    return ray.wait(running, num_returns=1, timeout=LOOK)  # type: ignore[no-any-return]


def _outcome(ray: Any, reference: Any, document: Document) -> Outcome:
    try:
        outcome: Outcome = ray.get(reference)
    except ray.exceptions.RayError as error:
        first = str(error).strip().partition("\n")[0]
        return Outcome(document, State.FAILED, f"its task of Ray failed: {type(error).__name__}: {first}")
    return outcome


def narrate_alone(order: Order, task: Task) -> Outcome:
    """One document in an event loop of its own: a task."""

    async def alone() -> Outcome:
        async with open_lane(order, Place()) as narrate:
            return await narrate(task)

    return trio.run(alone)
