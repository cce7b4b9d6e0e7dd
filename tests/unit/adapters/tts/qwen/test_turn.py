"""server_commit: a whole turn as one text."""

from collections.abc import AsyncIterator

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import Script, Tap, scripted, serving
from trio.testing import MockClock

from triolet.errors import ConnectionLost, DeadlineExpired, NoAudio, ProtocolViolation, ServiceError, TTSError
from triolet.testing._tone import decode
from triolet_adapters.shared.json import to_base64
from triolet_adapters.tts.qwen import QwenOptions, ServerOptions


class Texts:
    """Texts, each after a wait, then perhaps an error. An iterator, so that nothing is left to close."""

    def __init__(self, *texts: str, wait: float = 0.0, error: Exception | None = None) -> None:
        self._texts = list(texts)
        self._wait = wait
        self._error = error

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        await trio.sleep(self._wait)
        if self._texts:
            return self._texts.pop(0)
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration


async def test_a_turn_is_spoken_whole_while_it_is_written(autojump_clock: MockClock) -> None:
    tap = Tap()
    heard_at: list[float] = []
    pcm = bytearray()

    def accept(samples: bytes) -> None:
        heard_at.append(trio.current_time())
        pcm.extend(samples)

    async with serving() as world:
        async with world.tts(mode="server_commit", tap=tap).connect_stream() as turn:
            # A source that pauses for a minute ends nothing.
            texts = Texts("Here is the first. ", "And here is", " the second. ", "Last", wait=60)
            usage = await turn.speak(texts, accept)
            with pytest.raises(RuntimeError, match="has been spoken"):
                await turn.speak(Texts(), accept)
        assert usage.characters == 47
        assert [run.commit for run in decode(bytes(pcm)).runs] == [0, 1, 2]
        assert len(pcm) == 2 * sum(commit.samples for commit in world.voice.commits)
        assert heard_at[0] == pytest.approx(60, abs=1)
        await trio.sleep(2)
        assert world.server.open == world.network.open == 0
    assert tap.order.count("C session.finish") == 1


@pytest.mark.parametrize("response_format", ["wav", "mp3", "opus"])
async def test_formats_are_one_stream_a_response(autojump_clock: MockClock, response_format: str) -> None:
    pcm = bytearray()
    async with serving() as world:
        async with world.tts(mode="server_commit", response_format=response_format).connect_stream() as turn:
            await turn.speak(Texts("One is here. ", "Two is there. "), pcm.extend)
        assert len(pcm) / 2 == pytest.approx(sum(commit.samples for commit in world.voice.commits), abs=2500)


async def test_an_error_of_the_source_is_raised_as_it_is(autojump_clock: MockClock) -> None:
    class SourceError(Exception):
        pass

    error = SourceError()
    async with serving() as world:
        with pytest.raises(SourceError) as caught:
            async with world.tts(mode="server_commit").connect_stream() as turn:
                await turn.speak(Texts("One. ", error=error), bytearray().extend)
        assert caught.value is error
        await trio.sleep(2)
        assert world.network.open == 0


@pytest.mark.parametrize(
    ("deed", "error", "text"),
    [
        ("hangs", DeadlineExpired, "chunk_timeout"),
        ("closes", ConnectionLost, "1011"),
        ("error", ServiceError, "no good"),
        ("nothing", NoAudio, "without a sample"),
        ("unfinished", ProtocolViolation, "before the response was done"),
    ],
)
async def test_a_hostile_server(autojump_clock: MockClock, deed: str, error: type[TTSError], text: str) -> None:
    async def peer(server: Script) -> None:
        await server.open()
        await server.until("session.finish")
        if deed == "closes":
            await server.connection.aclose(1011)
        if deed == "error":
            await server.send("error", error={"code": "bad", "message": "no good"})
        if deed == "unfinished":
            await server.send("response.created", response={"id": "r"})
            await server.send("response.audio.delta", response_id="r", delta=to_base64(b"1234"))
        if deed in ("nothing", "unfinished"):
            await server.send("session.finished")
        await trio.sleep_forever()

    async with scripted(peer, mode="server_commit") as tts:
        with pytest.raises(error, match=text) as caught:
            async with tts.connect_stream() as turn:
                await turn.speak(Texts("Hello. "), bytearray().extend)
        assert type(caught.value) is error
        assert trio.current_time() < 22


async def test_a_connection_that_dies_while_the_source_is_silent_is_found(autojump_clock: MockClock) -> None:
    async with serving() as world:
        tts = world.tts(mode="server_commit", options=QwenOptions(ping_interval=10, ping_timeout=5))
        with pytest.raises(DeadlineExpired, match="ping_timeout"):
            async with tts.connect_stream() as turn:
                world.network.connections[0].silence()
                await turn.speak(Texts("never", wait=1000), bytearray().extend)
        assert trio.current_time() < 30


@pytest.mark.parametrize("attempt", range(8))
async def test_a_refusal_tells_more_than_the_close_behind_it(autojump_clock: MockClock, attempt: int) -> None:
    """Both come in one read while text is being appended: whichever task runs first, the refusal is what is raised."""

    async def peer(server: Script) -> None:
        await server.open()
        await server.until("input_text_buffer.append")
        refusal = b'{"type":"error","error":{"code":"no","message":"not this text"}}'
        await server.raw(b"\x81" + bytes([len(refusal)]) + refusal + b"\x88\x02\x03\xe8")
        await trio.sleep_forever()

    async with scripted(peer, mode="server_commit") as tts:
        with pytest.raises(ServiceError, match="not this text"):
            async with tts.connect_stream() as turn:
                for _ in range(attempt):
                    await trio.lowlevel.checkpoint()  # each attempt draws another order of tasks
                await turn.speak(Texts(*["word "] * 100), bytearray().extend)


async def test_the_modes_are_told_apart(autojump_clock: MockClock) -> None:
    async with serving(ServerOptions()) as world:
        with pytest.raises(RuntimeError, match="connect_stream"):
            async with world.tts(mode="server_commit").connect():
                raise AssertionError("must not open")
        with pytest.raises(RuntimeError, match="in commit mode use connect"):
            async with world.tts().connect_stream():
                raise AssertionError("must not open")
        assert world.network.connections == []


async def test_nothing_to_say_is_no_error(autojump_clock: MockClock) -> None:
    async with serving() as world, world.tts(mode="server_commit").connect_stream() as turn:
        pcm = bytearray()
        usage = await turn.speak(Texts("", " ", "\n"), pcm.extend)
        assert pcm == b""
        assert usage.characters <= 2


async def test_a_long_answer_outlasts_the_deadline_while_its_audio_comes(autojump_clock: MockClock) -> None:
    """`chunk_timeout` is from one piece of audio to the next, not from the end of the text."""

    async def peer(server: Script) -> None:
        await server.open()
        await server.until("session.finish")
        await server.send("response.created", response={"id": "r"})
        for _ in range(5):
            await trio.sleep(6)
            await server.send("response.audio.delta", response_id="r", delta=to_base64(b"1234"))
        await server.send("response.done", response={"id": "r", "status": "completed"})
        await server.send("session.finished")
        await trio.sleep_forever()

    pcm = bytearray()
    async with scripted(peer, mode="server_commit") as tts, tts.connect_stream() as turn:
        await turn.speak(Texts("Hello. "), pcm.extend)
    assert pcm == b"1234" * 5


async def test_a_vendors_error_of_the_source_is_raised_though_it_ends_the_turn(autojump_clock: MockClock) -> None:
    """A source may itself ask a service of speech: its error is not taken for a consequence of the turn's end."""
    error = ConnectionLost("the source's own")
    async with serving() as world:
        with pytest.raises(ConnectionLost) as caught:
            async with world.tts(mode="server_commit").connect_stream() as turn:
                await turn.speak(Texts("One. ", error=error), bytearray().extend)
    assert caught.value is error
