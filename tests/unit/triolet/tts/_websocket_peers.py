"""Peers of a WebSocket on a virtual network."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import attrs
import trio
import trio_websocket

from triolet.testing._network import Link, LinkOf, VirtualNetwork
from triolet.tts._websocket import WebSocket, WebSocketOptions, open_websocket

URL = "ws://server/path?model=m"


@attrs.define
class Seen:
    texts: list[str] = attrs.field(factory=list[str])
    failures: list[Exception] = attrs.field(factory=list[Exception])
    failed: trio.Event = attrs.field(factory=trio.Event)

    def fail(self, error: Exception) -> None:
        self.failures.append(error)
        self.failed.set()


async def for_ever(_peer: object) -> None:
    await trio.sleep_forever()


async def hang_up(_peer: object) -> None:
    await trio.lowlevel.checkpoint()


Peer = Callable[[trio_websocket.WebSocketConnection], Awaitable[None]]


def websocket_peer(peer: Peer) -> Callable[[trio.abc.Stream], Awaitable[None]]:
    async def handle(stream: trio.abc.Stream) -> None:
        try:
            async with trio.open_nursery() as nursery:
                request = await trio_websocket.wrap_server_stream(nursery, stream)
                await peer(await request.accept())
                nursery.cancel_scope.cancel()
        except* trio_websocket.ConnectionClosed:
            pass

    return handle


@asynccontextmanager
async def served(
    handler: Callable[[trio.abc.Stream], Awaitable[None]],
    link: Link | LinkOf | None = None,
    *,
    host: str = "server",
    seed: int = 0,
) -> AsyncGenerator[VirtualNetwork, None]:
    network = VirtualNetwork(link, seed=seed)
    raised: BaseException | None = None
    async with trio.open_nursery() as nursery:
        await nursery.start(network.serve, handler, host)
        try:
            yield network
        except BaseException as error:  # noqa: BLE001, ASYNC103 -- raised again below, alone
            raised = error
        nursery.cancel_scope.cancel()
    if raised is not None:
        raise raised


@asynccontextmanager
async def connected(network: VirtualNetwork, seen: Seen, **options: float | None) -> AsyncGenerator[WebSocket, None]:
    async with open_websocket(
        URL,
        receive=seen.texts.append,
        failed=seen.fail,
        options=WebSocketOptions(**{"ping_interval": None, **options}),  # type: ignore[arg-type]
        dial=network.dial,
    ) as websocket:
        yield websocket
