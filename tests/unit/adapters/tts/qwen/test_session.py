"""The public low-level session."""

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.adapters.tts.qwen._peers import Script, Tap, scripted, serving
from trio.testing import MockClock

from triolet.errors import ConnectionLost, DeadlineExpired, ServiceError, TooMuchAudio
from triolet.testing._network import Link
from triolet.testing._tone import ToneTTS, decode
from triolet_adapters.shared import json as _json
from triolet_adapters.tts.qwen import QwenOptions, ServerOptions
from triolet_adapters.tts.qwen.protocol import (
    AudioDelta,
    ResponseDone,
    SessionFinished,
    TextCleared,
    billed_characters,
)


async def test_the_verbs_and_what_is_known_of_a_session(autojump_clock: MockClock) -> None:
    tap = Tap()
    async with serving(ServerOptions(first_audio=0.5), link=Link(latency=0.1)) as world:
        async with world.tts(tap=tap).session() as session:
            assert session.id.startswith("sess_")
            assert session.info.mode == "server_commit"
            assert (await session.update(language_type="Chinese")).language_type == "chinese"
            assert (session.first_audio_delay, session.last_response_id) == (None, None)
            await session.append("not this")
            await session.clear()
            assert isinstance(await session.next_event(), TextCleared)
            delays: list[float | None] = []
            for text in ("你好", ", world"):
                await trio.sleep(3)
                await session.append(text[:2])
                await session.append(text[2:] or "!")
                await trio.sleep(1)
                await session.commit()
                assert session.first_audio_delay is None
                while not isinstance(await session.next_event(), ResponseDone):
                    pass
                delays.append(session.first_audio_delay)
            assert delays == pytest.approx([0.7, 0.7])  # from each commit, not from the first append
            assert session.last_response_id == tap.of_type("response.created")[-1]["response"]["id"]
            assert (session.usage.computed, session.usage.reported, session.usage.responses) == (5 + 7, 5 + 7, 2)
            await session.finish()
            assert [type(event) async for event in session.events()] == [SessionFinished]
            assert session.finished
        assert [commit.text for commit in world.voice.commits] == ["你好!", ", world"]
    assert all(event["event_id"] for _, _, event in tap.events)
    sent = [event["event_id"] for _, direction, event in tap.events if direction == "sent"]
    assert len(set(sent)) == len(sent)
    assert [time for time, _, _ in tap.events] == sorted(time for time, _, _ in tap.events)


async def test_raw_messages_and_closing(autojump_clock: MockClock) -> None:
    tap = Tap()
    async with serving(link=Link(latency=0.1)) as world, world.tts(tap=tap).session() as session:
        assert session.last_event is not None
        assert session.last_event.raw["type"] == "session.created"
        await session.send_raw('{"type":"input_text_buffer.clear"}')
        await trio.sleep(1)
        assert isinstance(session.last_event, TextCleared)
        start = trio.current_time()
        await session.close()
        await session.close()
        assert trio.current_time() - start == pytest.approx(0.2)
        assert isinstance(await session.next_event(), TextCleared)
        with pytest.raises(RuntimeError, match="was closed"):
            await session.next_event()
        with pytest.raises(RuntimeError, match="was closed"):
            await session.append("late")
        await trio.sleep(1)
        assert world.server.open == world.network.open == 0
    assert tap.order == ["S session.created", "C input_text_buffer.clear", "S input_text_buffer.cleared"]


async def test_server_commit_speaks_what_was_appended(autojump_clock: MockClock) -> None:
    voice = ToneTTS(seconds_per_character=0.1)
    async with serving(voice=voice) as world, world.tts(mode="server_commit").session() as session:
        await session.update()
        for token in ["Hel", "lo wor", "ld. And ", "then? Rest"]:
            await session.append(token)
        await session.finish()
        audio = b"".join([event.audio async for event in session.events() if isinstance(event, AudioDelta)])
        assert [commit.text.strip() for commit in voice.commits] == ["Hello world.", "And then?", "Rest"]
        assert [run.commit for run in decode(audio).runs] == [0, 1, 2]
        assert len(audio) == 2 * sum(commit.samples for commit in voice.commits)
        assert session.usage.computed == session.usage.reported == 27


async def test_in_server_commit_a_commit_ends_the_response(autojump_clock: MockClock) -> None:
    async with serving() as world, world.tts(mode="server_commit").session() as session:
        await session.update()
        await session.append("One two")
        with pytest.raises(DeadlineExpired, match=r"nothing for 10 s \(chunk_timeout\)"):
            await session.next_event()
        await session.commit()
        while not isinstance(await session.next_event(), ResponseDone):
            pass
        assert [commit.text for commit in world.voice.commits] == ["One two"]


async def test_errors_are_raised_and_the_events_go_on(autojump_clock: MockClock) -> None:
    async with serving() as world, world.tts().session() as session:
        await session.update()
        await session.commit()
        with pytest.raises(ServiceError, match="buffer is empty"):
            await anext(session.events())
        await session.append("Still here.")
        await session.commit()
        async for event in session.events():
            if isinstance(event, ResponseDone):
                break
        await session.cancel()
        with pytest.raises(ServiceError, match="no active response"):
            await anext(session.events())


@pytest.mark.parametrize("cancel", ["works", "error", "ignore"])
async def test_cancel_does_what_the_server_does(autojump_clock: MockClock, cancel: str) -> None:
    options = ServerOptions(cancel=cancel, pace=1, delta_bytes=4800)  # type: ignore[arg-type]
    async with serving(options) as world, world.tts().session() as session:
        await session.update()
        await session.append("x" * 100)
        await session.commit()
        while not isinstance(await session.next_event(), AudioDelta):
            pass
        await session.cancel()
        seen: list[str] = []
        try:
            async for event in session.events():
                if isinstance(event, ResponseDone):
                    seen.append(event.status)
                    break
        except ServiceError as error:
            seen.append(str(error.code))
        assert seen == [{"works": "incomplete", "error": "invalid_value", "ignore": "completed"}[cancel]]


async def test_unread_audio_is_bounded(autojump_clock: MockClock) -> None:
    options = QwenOptions(ping_interval=None, max_audio=2)
    async with serving() as world, world.tts(options=options).session() as session:
        await session.update()
        await session.append("x" * 1000)  # a minute
        await session.commit()
        await trio.sleep(1)
        assert isinstance(session.failure, TooMuchAudio)
        with pytest.raises(TooMuchAudio, match="max_audio"):
            while True:
                await session.next_event()


async def test_what_came_before_the_end_can_be_read(autojump_clock: MockClock) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        for _ in range(3):
            await server.send("input_text_buffer.cleared")
        await server.connection.aclose(4000, "bye")

    async with scripted(peer) as tts, tts.session() as session:
        await session.update()
        await trio.sleep(1)
        seen = 0
        with pytest.raises(ConnectionLost, match="4000 bye"):
            async for event in session.events():
                assert isinstance(event, TextCleared)
                seen += 1
        assert seen == 3


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("", 0),
        ("abc", 3),
        ("你好", 4),
        ("你好。", 5),
        ("漢字とかな", 7),
        ("한글", 2),
        ("a b\n", 4),
        ("𠀀", 2),
        ("，。！", 3),
        ("😀", 1),
        ("々〇", 4),
    ],
)
def test_billed_characters(text: str, characters: int) -> None:
    assert billed_characters(text) == characters


@pytest.mark.parametrize("fast", [True, False])
def test_both_ways_to_read_json_and_base64_agree(monkeypatch: pytest.MonkeyPatch, fast: bool) -> None:
    if not fast:
        monkeypatch.setattr(_json, "msgspec", None)
        monkeypatch.setattr(_json, "pybase64", None)
    assert _json.loads('{"a":[1,2.5,null,"\\u00e9"]}') == {"a": [1, 2.5, None, "é"]}
    for text in ("", "[" * 100_000, "{", "nope"):
        with pytest.raises(ValueError):  # noqa: PT011
            _json.loads(text)

    @given(st.binary(max_size=50), st.text(max_size=20))
    def agree(data: bytes, text: str) -> None:
        assert _json.from_base64(_json.to_base64(data)) == data
        assert _json.loads(_json.dumps({"text": text})) == {"text": text}
        try:
            read = _json.from_base64(text)
        except ValueError:
            return
        assert _json.to_base64(read).rstrip("=") == text.rstrip("=")[: len(_json.to_base64(read).rstrip("="))]

    agree()
