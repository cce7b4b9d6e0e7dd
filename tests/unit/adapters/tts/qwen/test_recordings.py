"""The event sequences of the two published recordings, as data, through our client and our server."""

from typing import Any

import pytest
import trio
import trio.testing
from tests.unit.adapters.tts.qwen._peers import Script, Tap, scripted, serving

from triolet.testing._tone import ToneTTS, decode
from triolet_adapters.shared.json import from_base64, to_base64
from triolet_adapters.tts.qwen import QwenTTS

COMMIT_MODE = """
    S session.created
    C session.update
    S session.updated
    C input_text_buffer.append
    C input_text_buffer.commit
    S input_text_buffer.committed
    S response.created
    S response.output_item.added
    S response.content_part.added
    S response.audio.delta
    S response.audio.done
    S response.content_part.done
    S response.output_item.done
    S response.done
    C session.finish
    S session.finished
"""
SERVER_COMMIT_MODE = """
    S session.created
    C session.update
    S session.updated
    C input_text_buffer.append
    S response.created
    S response.output_item.added
    S response.content_part.added
    S response.audio.delta
    C session.finish
    S response.audio.delta
    S response.audio.done
    S response.content_part.done
    S response.output_item.done
    S response.done
    S session.finished
"""
COMMIT_DELTAS = [9788] * 7 + [78_294 - 7 * 9788]
SERVER_COMMIT_DELTAS = [9788, 9786] + [9788] * 6 + [91_016 - 9786 - 7 * 9788]
EVENT_FIELDS: dict[str, Any] = {
    "session.created": {"session": {"id", "object", "mode", "model", "voice", "response_format", "sample_rate"}},
    "session.updated": {
        "session": {"id", "object", "mode", "model", "voice", "response_format", "sample_rate", "language_type"}
    },
    "input_text_buffer.committed": {"item_id": str},
    "response.created": {"response": {"id", "object", "conversation_id", "status", "voice", "output"}},
    "response.output_item.added": {
        "response_id": str,
        "output_index": int,
        "item": {"id", "object", "type", "status", "role", "content"},
    },
    "response.content_part.added": {
        "response_id": str,
        "item_id": str,
        "output_index": int,
        "content_index": int,
        "part": {"type", "text"},
    },
    "response.audio.delta": {
        "response_id": str,
        "item_id": str,
        "output_index": int,
        "content_index": int,
        "delta": str,
    },
    "response.audio.done": {"response_id": str, "item_id": str, "output_index": int, "content_index": int},
    "response.content_part.done": {
        "response_id": str,
        "item_id": str,
        "output_index": int,
        "content_index": int,
        "part": {"type", "text"},
    },
    "response.output_item.done": {
        "response_id": str,
        "output_index": int,
        "item": {"id", "object", "type", "status", "role", "output"},
    },
    "response.done": {
        "response": {"id", "object", "conversation_id", "status", "modalities", "voice", "output", "usage"}
    },
    "session.finished": {},
}


def lines(recording: str) -> list[str]:
    return [line.strip() for line in recording.strip().splitlines()]


def check_shape(event: dict[str, Any]) -> None:
    expected = EVENT_FIELDS[event["type"]]
    assert set(event) == {"event_id", "type", *expected}, event
    assert len(event["event_id"]) == len("event_") + 21
    for name, kind in expected.items():
        if isinstance(kind, type):
            assert isinstance(event[name], kind), event
        else:
            assert set(event[name]) == kind, event


async def commit_session(tts: QwenTTS, text: str) -> bytes:
    pcm = bytearray()
    async with tts.connect() as session:
        usage = await session.commit(text, pcm.extend)
        assert usage.characters == 25
    return bytes(pcm)


TEXT = "今天天气很好适合出去散步。"[:12] + "。"
"""Twelve Han characters and a full-width stop, as long as the recorded one."""


async def test_our_server_and_client_make_the_commit_recording(autojump_clock: trio.testing.MockClock) -> None:
    tap = Tap()
    voice = ToneTTS(sample_rate=16_000, seconds_per_character=78_294 / 2 / 16_000 / len(TEXT))
    async with serving(voice=voice) as world:
        pcm = await commit_session(world.tts(tap=tap, sample_rate=16_000, language_type="Chinese"), TEXT)
    assert tap.order == lines(COMMIT_MODE)
    assert [len(event["delta"]) for event in tap.of_type("response.audio.delta")] == [
        -(-n // 3) * 4 for n in COMMIT_DELTAS
    ]
    assert len(pcm) == 78_294
    assert [(run.start, run.stop) for run in decode(pcm).runs] == [(0, 78_294 // 2)]
    for _, direction, event in tap.events:
        if direction == "received":
            check_shape(event)
    assert tap.of_type("session.created")[0]["session"]["mode"] == "server_commit"
    assert tap.of_type("session.updated")[0]["session"]["language_type"] == "chinese"
    assert tap.of_type("input_text_buffer.committed")[0]["item_id"] == ""
    done = tap.of_type("response.done")[0]["response"]
    assert done["usage"]["characters"] == 25
    assert done["usage"]["output_tokens"] == 31
    assert done["output"][0]["content"] == [{"type": "audio", "transcript": ""}]
    assert done["id"] == tap.of_type("response.created")[0]["response"]["id"]


async def test_our_server_makes_the_server_commit_recording(autojump_clock: trio.testing.MockClock) -> None:
    tap = Tap()
    voice = ToneTTS(sample_rate=16_000, seconds_per_character=91_016 / 2 / 16_000 / len(TEXT))
    async with serving(voice=voice) as world:
        tts = world.tts(tap=tap, sample_rate=16_000, mode="server_commit")
        async with tts.session() as session:
            await session.update()
            await session.append(TEXT)
            with trio.move_on_after(15):
                while True:
                    await session.next_event(60)
            assert len(tap.of_type("response.audio.delta")) == 2
            await session.finish()
            assert [event.type async for event in session.events()][-2:] == ["response.done", "session.finished"]
    assert tap.order == lines(SERVER_COMMIT_MODE)
    assert sum(len(from_base64(event["delta"])) for event in tap.of_type("response.audio.delta")) == 91_016
    for _, direction, event in tap.events:
        if direction == "received":
            check_shape(event)


async def replay(script: Script, recording: str, deltas: list[int]) -> None:
    """The server's lines of a recording, each after the client's lines before it."""
    place = {"response_id": "resp_A", "item_id": "item_A", "output_index": 0, "content_index": 0}
    fields: dict[str, dict[str, Any]] = {
        "session.created": {"session": {"id": "sess_A"}},
        "session.updated": {"session": {"id": "sess_A", "language_type": "chinese"}},
        "input_text_buffer.committed": {"item_id": ""},
        "response.created": {"response": {"id": "resp_A", "object": "realtime.response", "status": "in_progress"}},
        "response.output_item.added": {"response_id": "resp_A", "output_index": 0, "item": {"id": "item_A"}},
        "response.output_item.done": {"response_id": "resp_A", "output_index": 0, "item": {"id": "item_A"}},
        "response.done": {"response": {"id": "resp_A", "status": "completed", "usage": {"characters": 25}}},
        "session.finished": {},
    }
    left = list(deltas)
    sent = 0
    recorded = lines(recording)
    for number, line in enumerate(recorded):
        side, kind = line.split()
        if side == "C":
            assert (await script.receive())["type"] == kind
        elif kind == "response.audio.delta":
            final = "S response.audio.delta" not in recorded[number + 1 :]
            for size in left[:] if final else left[:2]:
                audio = bytes(index % 251 for index in range(sent, sent + size))
                await script.send(kind, **place, delta=to_base64(audio))
                sent += size
                left.pop(0)
        else:
            await script.send(kind, **fields.get(kind, place))


@pytest.mark.parametrize("odd", [False, True])
async def test_our_client_reads_the_commit_recording(autojump_clock: trio.testing.MockClock, odd: bool) -> None:
    deltas = [9787, 9789, *COMMIT_DELTAS[2:]] if odd else COMMIT_DELTAS

    async def peer(script: Script) -> None:
        await replay(script, COMMIT_MODE, deltas)

    tap = Tap()
    async with scripted(peer, tap=tap) as tts:
        units: list[bytes] = []
        async with tts.connect() as session:
            assert (await session.commit(TEXT, units.append)).characters == 25
        assert all(len(unit) % 2 == 0 for unit in units)
        assert b"".join(units) == bytes(index % 251 for index in range(78_294))
        assert tap.order == lines(COMMIT_MODE)


async def test_our_client_reads_the_server_commit_recording(autojump_clock: trio.testing.MockClock) -> None:
    async def peer(script: Script) -> None:
        await replay(script, SERVER_COMMIT_MODE, SERVER_COMMIT_DELTAS)

    async with scripted(peer, mode="server_commit") as tts, tts.session() as session:
        await session.update()
        await session.append(TEXT)
        await session.finish()
        audio = b""
        async for event in session.events():
            audio += getattr(event, "audio", b"")
        assert audio == bytes(index % 251 for index in range(91_016))
        assert session.finished
        assert session.usage.reported == session.usage.computed == 25
