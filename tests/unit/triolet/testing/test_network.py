"""The virtual network behaves as a network does, and the same every time."""

import random

import pytest
import trio
import trio.testing

from triolet.testing._network import Link, VirtualNetwork, VirtualStream


async def _pair(network: VirtualNetwork) -> tuple[VirtualStream, VirtualStream]:
    if ("server", 80) not in network._listeners:
        network.listen()
    await network.dial("server", 80)
    connection = network.connections[-1]
    return connection.client, connection.server


async def test_it_meets_trios_contract_for_streams(autojump_clock: trio.testing.MockClock) -> None:
    # The checkers of trio want streams that notice a close of the far end at once, which a latency of 0 gives.
    async def make() -> tuple[VirtualStream, VirtualStream]:
        return await _pair(VirtualNetwork())

    async def make_clogged() -> tuple[VirtualStream, VirtualStream]:
        client, server = await make()
        for stream in (client, server):
            await stream.send_all(bytes(64 * 1024))
        return client, server

    await trio.testing.check_one_way_stream(make, make_clogged)
    await trio.testing.check_two_way_stream(make, make_clogged)


async def test_bytes_arrive_after_the_latency_and_no_sooner(autojump_clock: trio.testing.MockClock) -> None:
    network = VirtualNetwork(Link(latency=0.25))
    client, server = await _pair(network)
    assert trio.current_time() == pytest.approx(0.5)
    await client.send_all(b"now")
    assert await server.receive_some() == b"now"
    assert trio.current_time() == pytest.approx(0.75)
    await client.aclose()
    assert await server.receive_some() == b""
    assert trio.current_time() == pytest.approx(1.0)


async def test_bandwidth_is_shared_by_what_is_sent(autojump_clock: trio.testing.MockClock) -> None:
    client, server = await _pair(VirtualNetwork(Link(bandwidth=1000)))
    await client.send_all(bytes(500))
    await client.send_all(bytes(1500))
    received = 0
    while received < 2000:
        received += len(await server.receive_some())
    assert trio.current_time() == pytest.approx(2.0)


async def test_a_writer_waits_while_the_window_is_full(autojump_clock: trio.testing.MockClock) -> None:
    network = VirtualNetwork(Link(window=1000))
    client, server = await _pair(network)
    with trio.move_on_after(60) as scope:
        await client.send_all(bytes(5000))
    assert scope.cancelled_caught
    assert network.connections[0].to_server.unread == 1000
    assert len(await server.receive_some()) == 1000
    await client.send_all(bytes(1000))
    assert network.connections[0].to_server.peak_unread == 1000


async def test_splitting_and_jitter_lose_nothing_and_replay_from_the_seed(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def reads(seed: int) -> list[tuple[float, bytes]]:
        client, server = await _pair(VirtualNetwork(Link(jitter=0.1, split=7), seed=seed))
        start = trio.current_time()
        sent = bytes(range(200))
        for position in range(0, 200, 10):
            await client.send_all(sent[position : position + 10])
        await client.aclose()
        result: list[tuple[float, bytes]] = []
        while data := await server.receive_some():
            result.append((round(trio.current_time() - start, 9), data))
        assert b"".join(data for _, data in result) == sent
        return result

    first = await reads(1)
    assert await reads(1) == first
    assert await reads(2) != first


async def test_a_reset_reaches_both_ends(autojump_clock: trio.testing.MockClock) -> None:
    network = VirtualNetwork()
    client, server = await _pair(network)
    await client.send_all(b"lost")
    network.connections[0].reset()
    for stream in (client, server):
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some()
        with pytest.raises(trio.BrokenResourceError):
            await stream.send_all(b"x")
    assert network.open == 0


@pytest.mark.parametrize("fault", ["silence", "vanish"])
async def test_in_silence_nobody_is_told(autojump_clock: trio.testing.MockClock, fault: str) -> None:
    network = VirtualNetwork()
    client, server = await _pair(network)
    await server.send_all(b"lost as well")
    getattr(network.connections[0], fault)()
    await client.send_all(b"into the void")
    with trio.move_on_after(3600) as scope:
        await client.receive_some()
    assert scope.cancelled_caught
    if fault == "vanish":
        with pytest.raises(trio.ClosedResourceError):
            await server.receive_some()


async def test_a_link_may_break_after_a_number_of_bytes_and_links_differ(
    autojump_clock: trio.testing.MockClock,
) -> None:
    def link_of(index: int, _draws: random.Random) -> Link:
        return Link(reset_after=100) if index == 0 else Link()

    network = VirtualNetwork(link_of)
    for reset in (True, False):
        client, server = await _pair(network)
        await server.send_all(bytes(100))
        if reset:
            with pytest.raises(trio.BrokenResourceError):
                await client.receive_some()
        else:
            assert len(await client.receive_some()) == 100


async def test_dialling_what_is_not_there(autojump_clock: trio.testing.MockClock) -> None:
    network = VirtualNetwork()
    with pytest.raises(ConnectionRefusedError):
        await network.dial("nobody", 80)
    network.unreachable.add("behind-a-wall")
    with trio.move_on_after(3600) as scope:
        await network.dial("behind-a-wall", 80)
    assert scope.cancelled_caught
    assert network.open == 0


async def test_serve_runs_a_handler_for_each_connection(autojump_clock: trio.testing.MockClock) -> None:
    network = VirtualNetwork()

    async def echo(stream: trio.abc.Stream) -> None:
        while data := await stream.receive_some():
            await stream.send_all(data.upper())

    async with trio.open_nursery() as nursery:
        await nursery.start(network.serve, echo, "server", 80)
        first, second = [await network.dial("server", 80) for _ in range(2)]
        await first.send_all(b"one")
        await second.send_all(b"two")
        assert (await first.receive_some(), await second.receive_some()) == (b"ONE", b"TWO")
        await first.aclose()
        await second.send_all(b"still there")
        assert await second.receive_some() == b"STILL THERE"
        nursery.cancel_scope.cancel()
    await second.aclose()
    assert network.open == 0
