"""Calls over Asterisk's AudioSocket, with the other end of the connection in the place of Asterisk."""

from __future__ import annotations

import uuid

import pytest
import trio
import trio.testing

from triolet import AudioFormat, Conversation, speech
from triolet.errors import OutputError
from triolet.testing import ToneTTS
from triolet_adapters.outputs.telephone import (
    AudioSocketOutput,
    CallEnded,
    CallerAudio,
    CallEvent,
    CallStarted,
    KeyPressed,
)
from triolet_adapters.outputs.telephone._audiosocket import AUDIO, HANG_UP, ID, KEY, packet

Clock = trio.testing.MockClock
CALL = uuid.UUID("40325ec2-5efd-4bd3-805f-53576e581d13")


async def _packets(stream: trio.abc.ReceiveStream) -> list[tuple[float, int, bytes]]:
    """What has come until the connection is closed, each with its time."""
    received, found = bytearray(), list[tuple[float, int, bytes]]()
    async for some in stream:
        received += some
        while len(received) >= 3 and len(received) >= 3 + (size := int.from_bytes(received[1:3], "big")):
            found.append((trio.current_time(), received[0], bytes(received[3 : 3 + size])))
            del received[: 3 + size]
    return found


async def test_a_call_is_spoken_in_packets_of_20_ms_and_ends_when_the_caller_hangs_up(autojump_clock: Clock) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    phone = AudioSocketOutput(ours)
    events: list[CallEvent] = []
    packets: list[tuple[float, int, bytes]] = []

    async def listen() -> None:
        events.extend([event async for event in phone.events()])

    async def exchange() -> None:
        packets.extend(await _packets(theirs))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        nursery.start_soon(exchange)
        for each in (packet(ID, CALL.bytes), packet(KEY, b"5"), packet(0x42, b"new"), packet(AUDIO, b"\1\2" * 160)):
            await theirs.send_all(each[:2])
            await theirs.send_all(each[2:])
        async with Conversation(speech(ToneTTS(), "en"), phone) as conversation:
            result = await conversation.say(["It is said."])
            assert result.heard == "It is said."
            nursery.start_soon(_hang_up, theirs)
            with pytest.raises(OutputError, match="hung up"):
                await conversation.say(["This is not said to its end, since nobody is there any more."])
        await ours.aclose()
    assert events == [
        CallStarted(str(CALL), {}),
        KeyPressed("5"),
        CallerAudio(b"\1\2" * 160, 8_000),
        CallEnded(),
    ]
    assert {(kind, len(pcm)) for _, kind, pcm in packets} == {(AUDIO, 320)}


async def _hang_up(stream: trio.abc.SendStream) -> None:
    await trio.sleep(1.0)
    await stream.send_all(packet(HANG_UP))


async def test_a_connection_that_breaks_is_a_caller_who_has_gone(autojump_clock: Clock) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    phone = AudioSocketOutput(ours)
    await theirs.aclose()
    async with trio.open_nursery() as nursery:
        await phone.open(AudioFormat(8_000))
        nursery.start_soon(phone.run)
        with pytest.raises(OutputError, match="hung up"):
            await phone.play(bytes(32_000))
        await phone.close()
    assert [event async for event in phone.events()] == [CallEnded()]


async def test_the_application_may_hang_up(autojump_clock: Clock) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    await AudioSocketOutput(ours).hang_up()
    assert await theirs.receive_some() == b"\0\0\0"
