"""A recorded turn is a bug report: it holds what happened, no key, and only as much text as was asked for."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.command import by, call, start

from triolet import TTS, AudioCallback, AudioFormat, TTSSession, Usage
from triolet.errors import ServiceError
from triolet_adapters.cli import _options, _say
from triolet_adapters.cli._recorded import load
from triolet_adapters.outputs import NullDevice
from triolet_adapters.tts import LocalTTS

Captured = pytest.CaptureFixture[str]

KEY = "sk-0123456789abcdef"
TEXT = "Greetings, my dear friend. The password is swordfish."
SECRETS = ("Greetings", "greetings", "friend", "swordfish", "password")


def everything(folder: Path) -> str:
    return "\n".join(path.read_text("latin-1") for path in folder.iterdir())


def test_it_holds_the_wire_the_audio_the_timeline_and_the_settings(
    url: str, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    folder = tmp_path / "turn"
    file = tmp_path / "a.pcm"
    result = call(capfd, "say", TEXT, "--tts", "qwen", "--url", url, "--out", str(file), "--record", str(folder))
    assert result.code == 0
    wire = [json.loads(text) for text in (folder / "wire.jsonl").read_text("utf-8").splitlines()]
    sent = [entry["event"]["type"] for entry in wire if entry["direction"] == "sent"]
    append, commit = "input_text_buffer.append", "input_text_buffer.commit"
    # Two sentences, on one session or on two.
    assert (sent.count(append), sent.count(commit)) == (2, 2)
    assert sent[0] == "session.update"
    assert [entry["t"] for entry in wire] == sorted(entry["t"] for entry in wire)
    assert {"session.created", "response.audio.delta", "response.done"} <= {entry["event"]["type"] for entry in wire}
    commits = load(folder).commits
    assert [commit.text for commit in commits] == ["Greetings, my dear friend.", "The password is swordfish."]
    received = (folder / "audio.pcm").read_bytes()
    # As they came, which is in turns where two are spoken at once.
    assert len(received) == sum(len(pcm) for commit in commits for _, pcm in commit.audio)
    assert all(pcm in received for commit in commits for _, pcm in commit.audio)
    played = file.read_bytes()
    first = b"".join(pcm for _, pcm in commits[0].audio)
    assert played.startswith(first), "what was heard begins with what was received; a pause follows"
    settings = json.loads((folder / "settings.json").read_text("utf-8"))
    assert settings["voice"]["kind"] == "QwenTTS"
    assert settings["voice"]["voice"] == "Cherry"
    assert KEY not in everything(folder) + result.out + result.err


@pytest.mark.parametrize("keep", ["hash", "none"])
def test_text_is_kept_as_asked_for(keep: str, url: str, tmp_path: Path, capfd: Captured) -> None:
    folder = tmp_path / "turn"
    arguments = ["--tts", "qwen", "--url", url, "--out", str(tmp_path / "a.wav"), "--record", str(folder)]
    assert call(capfd, "say", TEXT, *arguments, "--record-text", keep).code == 0
    held = everything(folder)
    assert not [secret for secret in SECRETS if secret in held]
    assert ("sha256:" in held) == (keep == "hash")
    result = call(capfd, "replay", str(folder))
    assert result.code == 0
    assert result.out.count("  heard  ") == 2
    assert "·" in result.out


def test_replay_gives_the_same_samples_at_the_same_times(tmp_path: Path, capfd: Captured) -> None:
    folder, first, again = tmp_path / "turn", tmp_path / "a.wav", tmp_path / "b.wav"
    recorded = call(capfd, "say", TEXT, "--out", str(first), "--record", str(folder), "--json")
    replayed = call(capfd, "replay", str(folder), "--out", str(again), "--json")
    assert replayed.code == 0
    assert first.read_bytes() == again.read_bytes()
    before, after = json.loads(recorded.out), json.loads(replayed.out)
    assert after["heard"] == before["heard"] == TEXT
    was, now = before["latency"], after["latency"]
    # Each from its commit on: what a process takes until then is its own. Half of it, since a busy process is late for either.
    assert now["first_byte"] - now["first_commit"] >= (was["first_byte"] - was["first_commit"]) / 2
    lines = call(capfd, "replay", str(folder)).out.splitlines()
    assert lines[-2] == "as recorded:"
    assert lines[-1].startswith("first token")


def test_an_interrupted_turn_is_interrupted_again(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Device(NullDevice):
        async def play(self, pcm: bytes) -> None:
            await super().play(pcm)
            if self.heard > 12_000 and os.environ.pop("PRESS", ""):
                os.kill(os.getpid(), signal.SIGINT)

    folder = tmp_path / "turn"
    monkeypatch.setattr(_options, "Speaker", Device)
    monkeypatch.setenv("PRESS", "1")
    recorded = call(capfd, "say", TEXT, "--record", str(folder), "--json")
    assert recorded.code == 130
    replayed = call(capfd, "replay", str(folder), "--json")
    assert replayed.code == 0
    before, after = json.loads(recorded.out), json.loads(replayed.out)
    assert before["interrupted"]
    assert after["interrupted"]
    assert after["sentences"][0]["state"] == before["sentences"][0]["state"] == "partial"
    assert after["seconds"] == pytest.approx(before["seconds"], abs=0.3)


class Breaking(TTS):
    """Speaks one sentence, and refuses the next."""

    def __init__(self, *_: object, **_options: object) -> None:
        self._voice = LocalTTS()

    @property
    def format(self) -> AudioFormat:
        return self._voice.format

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        async with self._voice.connect() as session:
            yield _BreakingSession(session)


class _BreakingSession(TTSSession):
    def __init__(self, session: TTSSession) -> None:
        self._session = session

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        if "password" in text:  # whichever session it is said on
            raise ServiceError("not allowed: swordfish", code="DataInspectionFailed")
        return await self._session.commit(text, accept)


@pytest.mark.parametrize("keep", ["full", "hash"])
def test_a_failure_is_repeated(keep: str, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "turn"
    monkeypatch.setattr(_say, "voice_of", Breaking)
    arguments = ["--out", str(tmp_path / "a.wav"), "--record", str(folder), "--record-text", keep]
    result = call(capfd, "say", TEXT, *arguments)
    assert (result.code, result.err) == (1, "triolet: not allowed: swordfish\n")
    again = call(capfd, "replay", str(folder))
    assert again.code == 1
    assert again.err == f"triolet: (recorded) {'not allowed: swordfish' if keep == 'full' else 'ServiceError'}\n"
    assert ("swordfish" in everything(folder)) == (keep == "full")


def test_a_recording_of_a_process_that_was_killed_can_be_read(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "turn"
    with start("say", f"{TEXT} " * 200, *by(url), "--out", str(tmp_path / "a.wav"), "--record", str(folder)) as process:
        assert process.stdout is not None
        while b"heard" not in process.stdout.readline():
            pass
        process.kill()
    recorded = load(folder)
    assert recorded.latency is None
    assert recorded.has_text


def test_it_overwrites_nothing(tmp_path: Path, capfd: Captured) -> None:
    (tmp_path / "mine").write_text("precious", "utf-8")
    result = call(capfd, "say", TEXT, "--out", "x.wav", "--record", str(tmp_path))
    assert result.code == 2
    assert "not empty" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("settings", "words"), [(None, "is no recording"), ({"format": 99}, "format 99"), ({"format": 1}, "damaged")]
)
def test_what_is_no_recording_is_told(
    settings: dict[str, Any] | None, words: str, tmp_path: Path, capfd: Captured
) -> None:
    if settings is not None:
        (tmp_path / "settings.json").write_text(json.dumps(settings), "utf-8")
        (tmp_path / "tokens.jsonl").write_text('{"no": "token"}\n', "utf-8")
    result = call(capfd, "replay", str(tmp_path))
    assert result.code == 2
    assert words in result.err


async def test_words_that_were_not_recorded_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"format": 1, "text": "full", "sample_rate": 24_000}), "utf-8")
    async with load(tmp_path).voice().connect() as session:
        with pytest.raises(Exception, match="commits other words"):
            await session.commit("Hello.", lambda _: None)
