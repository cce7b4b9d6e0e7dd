"""Whatever one client sends, another one's handshake is answered at once, and nothing grows."""

from __future__ import annotations

import json
import logging
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest
import trio
from tests._nightly import by_night
from tests.unit.adapters.tts.qwen._foes import (
    BINARY,
    CLOSE,
    COMMIT,
    CONTINUATION,
    FINISH,
    PING,
    PONG,
    REQUEST,
    TEXT,
    UPDATE,
    Foe,
    append,
    connected,
    dialled,
    event,
    frame,
    measured,
)
from tests.unit.adapters.tts.qwen._peers import World, serving
from trio.testing import MockClock

from triolet.testing import ToneTTS
from triolet.testing._network import VirtualStream
from triolet_adapters.tts.qwen import ServerOptions

HANDSHAKE = 0.1
"""Seconds of the server's work from another client's request to its answer."""

WAITS = (0, 1, 10, by_night(300, by_day=100))
"""Turns of the loop after which another client comes."""

STEP = 0.05
"""Seconds of the server's work in which nobody else gets a turn."""

Attack = Callable[[World], Awaitable[object]]


def sends(*pieces: bytes, times: int = 1, reading: bool = True) -> Attack:
    """After its handshake a client sends this, and stays."""

    async def attack(world: World) -> None:
        async with connected(world, reading=reading) as foe:
            await foe.send(*pieces, times=times)
            await trio.sleep_forever()

    return attack


def says(*pieces: bytes, times: int = 1) -> Attack:
    """Instead of a handshake a client sends this, and stays."""

    async def attack(world: World) -> None:
        foe = await dialled(world)
        await foe.send(*pieces, times=times)
        await foe.read()
        await trio.sleep_forever()

    return attack


def many(number: int, each: Attack) -> Attack:
    async def attack(world: World) -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(number):
                nursery.start_soon(each, world)

    return attack


async def comes_and_goes(world: World) -> None:
    while True:
        foe = await dialled(world)
        await foe.send(REQUEST + b"\r\n")
        assert isinstance(foe.stream, VirtualStream)
        foe.stream.connection.reset()


async def byte_by_byte(world: World) -> None:
    foe = await dialled(world)
    for byte in REQUEST + b"X: " + b"y" * 20_000:
        await foe.send(bytes([byte]))
    await foe.read()
    await trio.sleep_forever()


async def closes_and_goes_on(world: World) -> None:
    async with connected(world) as foe:
        await foe.send(frame(CLOSE, (1000).to_bytes(2, "big")), append("More. "), COMMIT)
        await foe.send(append("More. " * 1000), times=100)
        await trio.sleep_forever()


def one_frame(text: str) -> bytes:
    return frame(TEXT, text.encode())


HUGE = 'A sentence of some words, "quoted" (and not), 3.14 e.g. '
ATTACKS: dict[str, Attack] = {
    # Text, in server_commit unless a client says otherwise.
    "100,000 letters without an end, again and again": sends(append("a" * 100_000), COMMIT, times=20),
    "100,000 digits": sends(append("1" * 100_000), COMMIT, times=20),
    "100,000 marks that may end a sentence": sends(append(".?!" * 33_000), COMMIT, times=20),
    "a book in one append": sends(append(HUGE * 1700), times=20),
    "short sentences without number": sends(append("Hi. " * 14_000), times=40),
    "one letter an append": sends(append("a"), times=30_000),
    "one sentence an append": sends(append("Hi. "), times=10_000),
    "combining marks and joiners": sends(append("e\u0301\u0302\u200d" * 25_000), COMMIT, times=5),
    "open brackets, quotes and code": sends(append("([{\"'`*_" * 12_000), COMMIT, times=5),
    "Markdown without text": sends(append("- > # | *** ```\n" * 6_000), COMMIT, times=5),
    "lone surrogates": sends(one_frame('{"type":"input_text_buffer.append","text":"' + "\\ud800" * 30_000 + '"}')),
    "commits without number": sends(UPDATE, *[append("Hi."), COMMIT] * 200, times=20),
    "long commits": sends(UPDATE, *[append("word " * 20_000), COMMIT] * 10),
    # Events.
    "commits of nothing": sends(COMMIT, times=10_000),
    "finishes without number": sends(append("Hi there. "), *[FINISH] * 10_000),
    "updates without number": sends(UPDATE, times=10_000),
    "clears and cancels": sends(event("input_text_buffer.clear"), event("response.cancel"), times=10_000),
    "names as long as a message": sends(event("session.update", session={"voice": "x" * 250_000}), times=20),
    "an unknown type as long as a message": sends(event("x" * 250_000), times=20),
    "nested JSON": sends(one_frame("[" * 200_000), one_frame('{"a":' * 50_000), times=20),
    "a number of 200,000 digits": sends(one_frame('{"type":' + "1" * 200_000 + "}"), times=20),
    "200,000 characters of small objects": sends(one_frame(json.dumps({"type": "x", "y": [{}] * 50_000})), times=20),
    # Frames.
    "a message of parts without an end": sends(frame(TEXT, b"{", final=False), *[frame(CONTINUATION, b" ", final=False)] * 20_000),
    "empty parts without an end": sends(frame(TEXT, b"", final=False), *[frame(CONTINUATION, b"", final=False) * 1000] * 100),
    "a message of 16 MiB": sends(frame(TEXT, b'{"type":"' + b"x" * 2**24)),
    "pings": sends(frame(PING, b"x" * 100) * 500, times=100),
    "pings, and nothing is read": sends(frame(PING, b"x" * 100) * 500, times=100, reading=False),
    "pongs": sends(frame(PONG, b"x") * 2000, times=100),
    "binary": sends(frame(BINARY, bytes(100)) * 100, times=50),
    "frames without a mask": sends(frame(TEXT, b"{}", masked=False)),
    "no frames": sends(b"\xff" * 100_000),
    "text that is no UTF-8": sends(frame(TEXT, b"\xff\xfe" * 1000), times=10),
    "a Close, and more": closes_and_goes_on,
    "nothing is read": sends(append("A sentence to be spoken. " * 3000), times=10, reading=False),
    # Connections.
    "400 that say nothing": many(400, says(b"")),
    "10 at work": many(10, sends(append(HUGE * 100), times=20)),
    "coming and going": comes_and_goes,
    "a request byte by byte": byte_by_byte,
    "a head without an end": says(REQUEST, *[b"X-More: " + b"y" * 1000 + b"\r\n"] * 1000),
    "a target as long as a head": says(b"GET " + b"/[" * 7000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "no HTTP": says(b"\x16\x03\x01" * 1000),
    "requests for a page": many(50, says(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
async def test_another_client_is_answered_at_once(
    autojump_clock: MockClock, attack: Attack, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(ServerOptions(pace=1), ToneTTS(seconds_per_character=0.002)) as world:
        async with measured() as work, trio.open_nursery() as nursery:
            nursery.start_soon(attack, world)
            for wait in WAITS:
                for _ in range(wait):
                    await trio.lowlevel.checkpoint()
                before = work.total
                friend = await dialled(world)
                await friend.shake_hands()
                assert work.total - before < HANDSHAKE
                await trio.aclose_forcefully(friend.stream)
            nursery.cancel_scope.cancel()
        assert work.total, "the server's tasks were not found"
        assert work.longest < STEP
        await trio.sleep(60)
        assert world.server.open == 0
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    "pieces",
    [
        [append("Hi. " * 14_000)] * 40,
        [UPDATE, *[append("word " * 1000), COMMIT] * 200],
        [append("Hi. "), COMMIT] * 20_000,
        [append("word " * 4_000), *[FINISH] * 1_000],
        [event("no.such.event")] * 8_000,
    ],
    ids=["sentences", "commits", "commits in server_commit", "finishes", "errors that nobody reads"],
)
async def test_what_one_client_holds_is_bounded(autojump_clock: MockClock, pieces: list[bytes]) -> None:
    async with serving(ServerOptions(pace=1), ToneTTS(seconds_per_character=0.002)) as world:
        tracemalloc.start()
        try:
            async with connected(world, reading=len(pieces) < 5_000) as foe:
                before, _ = tracemalloc.get_traced_memory()
                with trio.move_on_after(30):
                    await foe.send(*pieces)
                    await trio.sleep(1)
                held = tracemalloc.get_traced_memory()[0] - before
                assert trio.lowlevel.current_statistics().tasks_living < 50
        finally:
            tracemalloc.stop()
    assert held < 3 * 2**20


async def test_a_message_of_parts_without_an_end_ends(autojump_clock: MockClock) -> None:
    """However small they are: empty ones would pile up for ever."""
    async with serving() as world, connected(world) as foe:
        await foe.send(frame(TEXT, b"", final=False), *[frame(CONTINUATION, b"", final=False) * 1000] * 20)
        await trio.sleep(2)
        assert foe.ended
        assert (1009).to_bytes(2, "big") in foe.came


async def test_more_than_the_bounds_is_refused_in_both_modes(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions(pace=1), ToneTTS(seconds_per_character=0.002)) as world:
        for mode in ("commit", "server_commit"):
            async with connected(world, reading=False) as foe:
                await foe.send(event("session.update", session={"voice": "Cherry", "mode": mode}))
                await foe.send(*[append("Word. " * 2000), COMMIT] * 10)
                assert b"is full" in await foe.until(b"invalid_value")
            async with connected(world, reading=False) as foe:
                await foe.send(event("session.update", session={"voice": "Cherry", "mode": mode}))
                await foe.send(*[append("Word. " * 50), COMMIT] * 110)
                assert b"Too many commits" in await foe.until(b"invalid_value")


async def test_the_oldest_who_says_nothing_makes_room(autojump_clock: MockClock) -> None:
    async with serving() as world:
        silent = [await dialled(world) for _ in range(300)]
        await trio.testing.wait_all_tasks_blocked()
        closed = [connection.server.closed for connection in world.network.connections]
        assert closed == [True] * 44 + [False] * 256
        friend: Foe = await dialled(world)
        await friend.shake_hands()
        for foe in (friend, *silent):
            await trio.aclose_forcefully(foe.stream)
