"""Compressed files and response bodies: decoded, they are what was heard."""

import asyncio
import functools
import io
import math
import os
from pathlib import Path
from typing import Any

import av
import pytest
import trio
from av.error import EOFError, InvalidDataError  # noqa: A004
from starlette.responses import StreamingResponse
from trio.testing import MockClock

import triolet.asyncio
from triolet import AudioFormat, Boundary, Output, Phrase, Playout, SpeechUnit, speech
from triolet._model._samples import numbers, pcm_of
from triolet.errors import OutputError
from triolet.testing import OutputContract, ScriptedTTS
from triolet_adapters.outputs import AudioFile, HttpAudio
from triolet_adapters.outputs._file import RawFile

ENDS = {"mp3": 46, "m4a": 1_023}
"""Samples of silence that may be left at the end: libav cuts no more than a frame of MP3's padding, and nothing of AAC's last frame."""


def decoded(data: bytes, rate: int, kind: str = "") -> bytes:
    """All samples of a file, at its rate; of Opus, which decodes to 48 kHz, those at `rate`."""
    try:
        file: Any = av.open(
            io.BytesIO(data),
            format="s16le" if kind == "pcm" else None,
            options={"sample_rate": str(rate)} if kind == "pcm" else {},
        )
    except (InvalidDataError, EOFError):
        return b""  # a file without audio
    with file:
        resampler = av.AudioResampler(format="s16", layout="mono")
        frames = [made for frame in file.decode(audio=0) for made in resampler.resample(frame)]
        pcm = b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames)
        step = file.streams.audio[0].rate // rate
        return pcm_of(numbers(pcm)[::step]) if step > 1 else pcm


def came_out(data: bytes, heard: int, kind: str, rate: int = 24_000) -> bytes:
    pcm = decoded(data, rate, kind)
    assert len(pcm) // 2 - heard <= ENDS.get(kind, 0)
    return pcm[: heard * 2]


class FileContract(OutputContract):
    kind = ""
    lossless = False

    @pytest.fixture
    def output(self, tmp_path: Path) -> AudioFile:
        return AudioFile(tmp_path / f"speech.{self.kind}")

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, AudioFile)
        return came_out(Path(output.path).read_bytes(), output.heard, self.kind)


class TestMp3(FileContract):
    kind = "mp3"


class TestOpus(FileContract):
    kind = "opus"
    loss = 0.1


class TestM4a(FileContract):
    kind = "m4a"
    loss = 0.05


class TestFlac(FileContract):
    kind = "flac"
    lossless = True


class _Read(HttpAudio):
    """A body, and its client."""

    body = b""

    async def run(self) -> None:
        self.body = b""
        async for data in self:
            self.body += data


class BodyContract(OutputContract):
    kind = ""
    lossless = True

    @pytest.fixture
    def output(self) -> HttpAudio:
        return _Read(self.kind)

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, _Read)
        return came_out(output.body, output.heard, self.kind)


class TestHttpMp3(BodyContract):
    """Nothing says in a stream by how much its encoder is late: 1,105 samples, which sound as silence."""

    kind = "mp3"
    lossless = False
    delay = 1_105

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, _Read)
        pcm = decoded(output.body, 24_000)
        assert len(pcm) // 2 - output.heard < self.delay + 2 * 576
        return pcm[self.delay * 2 :][: output.heard * 2]


class TestHttpOpus(BodyContract):
    kind = "opus"
    lossless = False
    loss = 0.1


class TestHttpFlac(BodyContract):
    kind = "flac"


class TestHttpWav(BodyContract):
    kind = "wav"


class TestHttpPcm(BodyContract):
    kind = "pcm"


@functools.cache
def tone(rate: int, seconds: float) -> bytes:
    return pcm_of(round(8_000 * math.sin(math.tau * 440 * at / rate)) for at in range(round(rate * seconds)))


def voice(rate: int = 24_000) -> ScriptedTTS:
    return ScriptedTTS([[tone(rate, 0.4)]], AudioFormat(rate))


async def spoken(output: Output, text: str = "One is here. Two is there. Three has gone.", rate: int = 24_000) -> Any:
    """Say it with a voice of tones, phrase by phrase."""
    return await ([text] | speech(voice(rate)) | Playout(output)).run()


@pytest.mark.parametrize("kind", ["mp3", "ogg", "flac", "m4a"])
async def test_a_file_has_a_chapter_for_each_phrase_and_the_text(
    kind: str, tmp_path: Path, autojump_clock: MockClock
) -> None:
    path = tmp_path / f"speech.{kind}"
    output = AudioFile(path, tags={"title": "Où est-il ?", "artist": "A voice"})
    result = await spoken(output)
    words = [phrase.phrase.words for phrase in result.phrases]
    assert len(words) > 1
    with av.open(str(path)) as file:
        tags = {name.lower(): value for name, value in {**file.metadata, **file.streams.audio[0].metadata}.items()}
        chapters: Any = file.chapters()
    assert (tags["title"], tags["artist"], tags["comment"]) == ("Où est-il ?", "A voice", " ".join(words))
    assert [chapter["metadata"]["title"] for chapter in chapters] == words
    starts = [float(chapter["start"] * chapter["time_base"]) for chapter in chapters]
    assert starts[0] == 0
    pcm = numbers(came_out(path.read_bytes(), output.heard, kind))
    for start in starts[1:]:  # each begins where the voice does, after a gap
        at = round(start * 24_000)
        assert max(map(abs, pcm[at - 2_000 : at - 600])) < 300
        assert max(map(abs, pcm[at : at + 1_200])) > 600
    assert os.listdir(tmp_path) == [path.name], "no file is left beside it"  # noqa: PTH208


@pytest.mark.parametrize("kind", ["mp3", "opus", "flac", "m4a"])
async def test_an_interrupted_turn_leaves_what_was_heard(kind: str, tmp_path: Path, autojump_clock: MockClock) -> None:
    path = tmp_path / f"speech.{kind}"
    piece = tone(24_000, 0.1)
    tts = ScriptedTTS([[step for _ in range(8) for step in (0.05, piece)]])
    for seconds in (0.45, 0.6, 0.75):
        output = AudioFile(path)
        pipeline = ["One is here. Two is there. Three has gone."] | speech(tts) | output
        with trio.move_on_after(seconds) as scope:
            await pipeline.run()
        assert scope.cancelled_caught
        assert pipeline.result.interrupted
        assert output.heard > 0
        assert len(came_out(path.read_bytes(), output.heard, kind)) == 2 * output.heard


@pytest.mark.parametrize("kind", ["mp3", "opus", "flac", "m4a"])
async def test_a_killed_program_leaves_all_but_the_last_second(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"speech.{kind}"
    output = AudioFile(path)
    await output.open(AudioFormat(16_000))
    for _ in range(8):
        await output.play(tone(16_000, 0.5))
    now = path.read_bytes()
    assert len(decoded(now, 16_000)) // 2 >= 16_000 * 3
    await output.close()
    assert len(came_out(path.read_bytes(), output.heard, kind, 16_000)) == 2 * 16_000 * 4


@pytest.mark.parametrize("kind", ["mp3", "opus", "flac", "m4a"])
async def test_a_file_has_the_samples_that_were_heard_at_each_rate_of_its_codec(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"speech.{kind}"
    output = AudioFile(path)
    for rate in output.rates or (8_000, 11_025, 22_050, 44_100, 48_000):
        await output.open(AudioFormat(rate))
        await output.play(tone(rate, 0.2)[:-2])
        await output.close()
        assert output.heard == round(rate * 0.2) - 1
        assert len(came_out(path.read_bytes(), output.heard, kind, rate)) == 2 * output.heard


@pytest.mark.parametrize(
    ("kind", "rate", "opened"), [("mp3", 22_050, 22_050), ("opus", 44_100, 48_000), ("opus", 22_050, 24_000)]
)
async def test_a_rate_that_a_codec_does_not_take_is_resampled(
    kind: str, rate: int, opened: int, tmp_path: Path, autojump_clock: MockClock
) -> None:
    path = tmp_path / f"speech.{kind}"
    output = AudioFile(path)
    result = await spoken(output, "One is here.", rate)
    assert result.heard == "One is here."
    assert output._rate == opened
    seconds = len(came_out(path.read_bytes(), output.heard, kind, opened)) / 2 / opened
    assert seconds == pytest.approx(sum(phrase.seconds for phrase in result.phrases), abs=0.001)


@pytest.mark.parametrize("kind", ["opus", "flac", "m4a"])
async def test_a_pipe_gets_a_stream_that_decodes_to_what_was_heard(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"speech.{kind}"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        output = AudioFile(path)
        await spoken(output)
        assert output.streamed
        data = os.read(reader, 1 << 20)
    finally:
        os.close(reader)
    assert len(came_out(data, output.heard, kind)) == 2 * output.heard > 2 * 24_000


@pytest.mark.parametrize(("kind", "least"), [("mp3", 1_200), ("opus", 300), ("flac", 600), ("m4a", 255)])
async def test_a_file_with_more_chapters_than_it_has_room_for_is_valid_and_has_some(
    kind: str, least: int, tmp_path: Path
) -> None:
    path = tmp_path / f"speech.{kind}"
    output = AudioFile(path)
    await output.open(AudioFormat(8_000))
    for index in range(1_200):
        word = SpeechUnit("word " * 20, 0, 100)
        output.begin_phrase(Phrase(index=index, units=(word,), start=0, end=100, boundary=Boundary.END))
        await output.play(bytes(160))
    await output.close()
    with av.open(str(path)) as file:
        chapters: Any = file.chapters()
        assert least <= len(chapters) <= 1_200
        assert chapters[1]["metadata"]["title"] == ("word " * 16)[:79] + "…"
    assert len(came_out(path.read_bytes(), output.heard, kind, 8_000)) == 2 * output.heard


async def test_what_an_encoder_refuses_is_told(tmp_path: Path) -> None:
    output = AudioFile(tmp_path / "speech.opus", bitrate=1)
    with pytest.raises(OutputError, match="opus cannot be encoded so, at 1 bits a second"):
        await output.open(AudioFormat(24_000))
    await output.close()


async def test_a_full_disk_is_told_and_what_was_written_can_be_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "speech.opus"
    output = AudioFile(path)
    await output.open(AudioFormat(24_000))
    await output.play(tone(24_000, 2.5))

    def full(file: RawFile, position: int, data: bytes) -> int:
        raise OutputError("the disk is full")

    monkeypatch.setattr(RawFile, "write_at", full)
    with pytest.raises(OutputError, match="full"):
        await output.play(tone(24_000, 2.5))
    with pytest.raises(OutputError, match="full"):
        await output.close()
    assert len(decoded(path.read_bytes(), 24_000)) > 2 * 24_000 * 0.9


def test_what_is_no_compressed_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.mp3, \.opus"):
        AudioFile(tmp_path / "speech.wav")
    with pytest.raises(ValueError, match="mp3, opus"):
        HttpAudio("m4a")
    with pytest.raises(ValueError, match="no tag 'genre'"):
        HttpAudio(tags={"genre": "speech"})


async def test_a_client_that_goes_ends_the_turn(autojump_clock: MockClock) -> None:
    audio = HttpAudio("mp3")
    await audio.open(AudioFormat(24_000))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(client_that_goes, audio)
        with pytest.raises(OutputError, match="client has gone"), trio.fail_after(5):
            await audio.failure()
    with pytest.raises(OutputError, match="client has gone"):
        await audio.play(bytes(48_000))
    await audio.close()


async def client_that_goes(audio: HttpAudio) -> None:
    with trio.move_on_after(1):
        async for _data in audio:
            pass


async def test_a_client_that_takes_nothing_is_waited_for_and_not_for_ever(autojump_clock: MockClock) -> None:
    audio = HttpAudio("wav", patience=7)
    await audio.open(AudioFormat(24_000))
    began = trio.current_time()
    with pytest.raises(OutputError, match="for 7 s"):
        await audio.play(bytes(48_000 * 4))
    assert trio.current_time() - began == pytest.approx(7)
    assert audio.heard <= 24_000 * 0.6
    await audio.close()


def test_an_asyncio_program_reads_the_body_while_it_is_spoken() -> None:
    async def main() -> None:
        audio = HttpAudio("flac")
        async with asyncio.TaskGroup() as group:
            turn = group.create_task(triolet.asyncio.run(["One is here. Two is there."] | speech(voice()) | audio))
            body = b"".join([data async for data in audio])
        assert turn.result().heard == "One is here. Two is there."
        assert len(decoded(body, 24_000)) == 2 * audio.heard > 0

    asyncio.run(main())


class Spoken(StreamingResponse):
    """A response that speaks while it is sent, on either event loop."""

    def __init__(self, *, on_trio: bool) -> None:
        self.audio = HttpAudio("flac")
        self.pipeline = ["One is here. Two is there. Three has gone."] | speech(voice()) | self.audio
        self.on_trio = on_trio
        super().__init__(self.audio, media_type=self.audio.media_type)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            if self.on_trio:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self.pipeline.run)
                    await super().__call__(scope, receive, send)
                    nursery.cancel_scope.cancel()
            else:
                async with asyncio.TaskGroup() as group:
                    speaking = group.create_task(triolet.asyncio.run(self.pipeline))
                    await super().__call__(scope, receive, send)
                    speaking.cancel()
        except* OutputError:
            pass  # the client has gone


async def sent(response: Spoken, *, leaves: bool) -> bytes:
    """The body as a server gets it. `leaves`: its client goes after the first bytes."""
    body = b""
    sleep = trio.sleep_forever if response.on_trio else asyncio.Event().wait

    async def receive() -> dict[str, Any]:
        if not leaves:
            await sleep()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:  # noqa: ASYNC124
        nonlocal body
        body += message.get("body", b"")

    await response({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
    return body


@pytest.mark.parametrize("on_trio", [True, False])
def test_starlette_sends_a_body_while_it_is_spoken_and_a_client_that_goes_ends_the_turn(on_trio: bool) -> None:
    async def main() -> None:
        response = Spoken(on_trio=on_trio)
        assert response.headers["content-type"] == "audio/flac"
        body = await sent(response, leaves=False)
        assert len(decoded(body, 24_000)) == 2 * response.audio.heard > 2 * 24_000
        response = Spoken(on_trio=on_trio)
        body = await sent(response, leaves=True)
        assert response.pipeline.result.interrupted or response.pipeline.result.error

    trio.run(main) if on_trio else asyncio.run(main())
