"""Documents to files, as programs and as the command do it."""

from __future__ import annotations

import sys
import wave
from functools import partial
from pathlib import Path

import coredis
import pytest
import trio
from tests.integration.cli.command import call
from tests.integration.narration.voices import MARK, Killing, Limited, Refusing, tone
from tests.integration.quotas.redis import needs_redis, running_redis
from trio.testing import MockClock

from triolet import TTS
from triolet.testing import ToneTTS
from triolet_adapters.narration import Document, Order, Outcome, State, find_documents, narrate, narrate_on_ray

Captured = pytest.CaptureFixture[str]


def written(folder: Path, **texts: str) -> Path:
    (docs := folder / "docs").mkdir()
    for name, text in texts.items():
        (docs / f"{name}.md").write_text(text)
    return docs


def order(out: Path, voice: object = tone, **more: object) -> Order:
    return Order(**{"out": str(out), "voice": voice, "settings": {}, "format": "wav", "language": "en", **more})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def outputs(out: Path) -> set[str]:
    """All files below the folder that are not the narration's own; and there is nothing of it but what is done."""
    own = [path for path in (out / ".narration").rglob("*") if path.is_file()]
    assert all(path.suffix == ".json" for path in own), own
    return {
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() and ".narration" not in path.parts
    }


def test_the_command_narrates_skips_and_reports(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[ToneTTS] = []

    def voice_of(*_: object, **__: object) -> TTS:
        spoken.append(ToneTTS(sample_rate=8000))
        return spoken[-1]

    monkeypatch.setattr("triolet_adapters.cli._narrate.voice_of", voice_of)
    docs, out = written(tmp_path, one="# One\n\nHello there.", two="Good evening."), tmp_path / "out"
    arguments = ["narrate", str(docs), "--out", str(out), "--format", "wav", "--captions", "vtt", "--jobs", "1"]
    result = call(capfd, *arguments, "--language", "en")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("2 done (0.0 minutes of audio), 0 skipped, 0 failed")
    assert outputs(out) == {"one.wav", "one.vtt", "two.wav", "two.vtt"}
    assert "Hello there." in (out / "one.vtt").read_text()
    with wave.open(str(out / "one.wav")) as file:
        assert file.getnframes() > 2000

    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.wav")}
    (docs / "two.md").write_text("Good night.")
    (docs / "latin.md").write_bytes("Grüße".encode("latin1"))
    (docs / "binary.md").write_bytes(b"\x7fELF\0\0\0")
    (docs / "empty.md").write_text(" \n")
    (docs / "silent.md").write_text("***\n")
    result = call(capfd, *arguments, "--language", "en")
    assert result.code == 1
    *failed, counts = result.out.splitlines()
    assert counts == "1 done (0.0 minutes of audio), 1 skipped, 4 failed"
    words = {"latin": "not UTF-8", "binary": "zero bytes", "empty": "is empty", "silent": "no words"}
    assert [line.partition(":")[0] for line in failed] == sorted(words)
    assert all(words[line.partition(":")[0]] in line for line in failed)
    assert "Good night." in (out / "two.vtt").read_text()
    assert {path.name for path, time in before.items() if path.stat().st_mtime_ns == time} == {"one.wav"}
    assert [commit.text for voice in spoken for commit in voice.commits][-1] == "Good night."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["nowhere.md"], "no such file"), (["no/*.md"], "no file fits"), ([__file__, "--ray", "--jobs", "2"], "--jobs")],
)
def test_misuse_is_told_before_anything_is_made(
    arguments: list[str], words: str, tmp_path: Path, capfd: Captured
) -> None:
    result = call(capfd, "narrate", *arguments, "--out", str(tmp_path / "out"))
    assert (result.code, words in result.err) == (2, True)
    assert not (tmp_path / "out").exists()


async def test_a_document_that_fails_is_tried_once_more_and_others_go_on(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    docs, tries = find_documents([str(written(tmp_path, a="Never.", b="Once.", c="Always."))], tmp_path), list[str]()

    def refused(text: str) -> bool:
        tries.append(text)
        return text == "Never." or (text == "Once." and tries.count(text) <= 1)

    summary = await narrate(docs, order(tmp_path / "out", partial(Refusing, refused)), jobs=1)
    assert [outcome.state for outcome in summary.outcomes] == [State.FAILED, State.DONE, State.DONE]
    assert not summary.complete
    assert summary.lines() == ["a: this text is not said", summary.lines()[-1]]
    assert outputs(tmp_path / "out") == {"b.wav", "c.wav"}


async def test_one_that_is_cancelled_leaves_nothing_by_half_and_can_be_run_again(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    docs = find_documents([str(written(tmp_path, a="One.", b="Two, which takes long. " * 9))], tmp_path)
    slow = order(tmp_path / "out", partial(ToneTTS, pace=1.0))
    with trio.CancelScope() as scope:

        def in_the_middle_of_the_next(_: Outcome) -> None:
            scope.deadline = trio.current_time() + 1

        await narrate(docs, slow, jobs=1, told=in_the_middle_of_the_next)
    assert outputs(tmp_path / "out") == {"a.wav"}
    summary = await narrate(docs, slow, jobs=1)
    assert [outcome.state for outcome in summary.outcomes] == [State.SKIPPED, State.DONE]


async def test_two_commands_on_one_folder_make_each_document_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triolet_adapters.narration._narrate.LOOK_AGAIN", 0.01)
    texts = {f"d{number}": f"This is number {number}." for number in range(6)}
    docs, voices = find_documents([str(written(tmp_path, **texts))], tmp_path), list[ToneTTS]()

    def voice() -> TTS:
        voices.append(ToneTTS())
        return voices[-1]

    done: list[State] = []

    async def command(documents: list[Document]) -> None:
        summary = await narrate(documents, order(tmp_path / "out", voice), jobs=1)
        assert summary.complete
        done.extend(outcome.state for outcome in summary.outcomes)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(command, docs)
        nursery.start_soon(command, docs[::-1])
    assert (done.count(State.DONE), done.count(State.SKIPPED)) == (6, 6)
    commits = [commit.text for each in voices for commit in each.commits]
    assert sorted(commits) == sorted(texts.values())


async def test_a_process_that_is_killed_costs_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In real processes: three are started."""
    monkeypatch.setenv(MARK, str(tmp_path / "killed"))
    texts = {f"d{number}": f"This is number {number}." for number in range(4)}
    docs = find_documents([str(written(tmp_path, **texts))], tmp_path)
    summary = await narrate(docs, order(tmp_path / "out", Killing, captions="srt"), jobs=2)
    assert [outcome.state for outcome in summary.outcomes] == [State.DONE] * 4, summary.lines()
    assert (tmp_path / "killed").exists()
    assert outputs(tmp_path / "out") == {f"d{number}.{ending}" for number in range(4) for ending in ("wav", "srt")}


async def test_without_ray_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'triolet\[ray\]'"):
        await narrate_on_ray([], order(tmp_path))


def itself(voice: TTS) -> TTS:
    return voice


@needs_redis
@pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")
async def test_commands_with_a_redis_count_their_requests_together(tmp_path: Path) -> None:
    docs = find_documents(
        [str(written(tmp_path, **{f"d{number}": f"Number {number}." for number in range(6)}))], tmp_path
    )
    voices = Limited(), Limited()
    async with running_redis() as redis:
        async with trio.open_nursery() as nursery:
            for voice in voices:
                theirs = order(tmp_path / "out", partial(itself, voice), redis=redis.url)
                nursery.start_soon(partial(narrate, docs, theirs, jobs=1))
        async with coredis.Redis.from_url(redis.url, decode_responses=True) as client:
            [key] = await client.keys("triolet:requests:*")
            counted = await client.zcard(key)
    commits = sum(len(voice.commits) for voice in voices)
    assert commits == len(docs)  # each by one of them
    assert all(voice.commits for voice in voices)
    assert counted == commits + sum(voice.connections for voice in voices)
