"""Ctrl-C at every moment: what was heard is kept and reported, and the exit code says so."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
from tests.integration.cli.command import by, call, samples, start

from triolet_adapters.cli import _options, _run, _say
from triolet_adapters.outputs import NullDevice

Captured = pytest.CaptureFixture[str]

TEXT = "The first sentence. The second sentence is somewhat longer than the first. The third."


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


class Device(NullDevice):
    """A listener of whom Ctrl-C comes after so many seconds of sound, or while the last of it drains."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__(hold=60.0 if seconds is None else 0.1, pace=10.0)
        self._press_at = seconds

    async def play(self, pcm: bytes) -> None:
        await super().play(pcm)
        if self._press_at is not None and self.heard >= 24_000 * self._press_at:
            self._press_at = None
            press()

    async def drain(self) -> None:
        press()
        await super().drain()


def test_before_the_first_token(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(_text: str, _file: None) -> AsyncIterator[str]:
        press()
        await trio.sleep_forever()
        yield ""

    monkeypatch.setattr(_options, "Speaker", NullDevice)
    monkeypatch.setattr(_say, "text_source", silent)
    result = call(capfd, "say", "-", "--json")
    assert result.code == 130
    assert result.err == ""
    found = json.loads(result.out)
    assert (found["text"], found["heard"], found["interrupted"]) == ("", "", True)


def test_while_speaking(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_options, "Speaker", lambda: Device(2.0))
    result = call(capfd, "say", TEXT, "--json")
    assert result.code == 130
    found = json.loads(result.out)
    assert found["interrupted"]
    assert found["heard"].startswith("The first sentence. The second")
    assert found["heard"] + found["unheard"] == TEXT
    assert found["unheard"].endswith("The third.")


def test_while_the_last_sound_drains(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_options, "Speaker", Device)
    result = call(capfd, "say", TEXT, "--json")
    assert result.code == 130
    found = json.loads(result.out)
    assert found["interrupted"]
    assert len(found["heard"]) < len(TEXT)
    assert found["heard"] + found["unheard"] == TEXT


@pytest.mark.parametrize(("number", "code", "local"), [(signal.SIGINT, 130, True), (signal.SIGTERM, 143, False)])
def test_a_file_keeps_what_was_heard(number: signal.Signals, code: int, local: bool, url: str, tmp_path: Path) -> None:
    """A thread in which the voice on this machine speaks is left alone then; one behind a protocol has none."""
    file = tmp_path / "a.wav"
    with start("say", f"{TEXT} " * 300, *([] if local else by(url)), "--out", str(file)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while b"heard" not in (line := process.stdout.readline()):
            assert line
        process.send_signal(number)
        rest = process.stdout.read().decode()
        assert process.stderr.read() == b""
    assert process.returncode == code
    assert "interrupted after" in rest
    heard = float(rest.split(" s of speech")[0].split()[-1])
    assert samples(file) / 24_000 >= heard > 0


def test_what_will_not_close_does_not_hold_it_up(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends itself by force after the grace; here that is seen instead of done."""
    left: list[int] = []

    class Stubborn(NullDevice):
        async def play(self, pcm: bytes) -> None:
            press()
            await trio.sleep_forever()

        async def close(self) -> None:
            with trio.move_on_after(10, shield=True):
                await gone.wait()

    def leave(code: int) -> None:
        left.append(code)
        gone.set()

    gone = trio.Event()
    monkeypatch.setattr(_run, "GRACE", 0.01)
    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(_options, "Speaker", Stubborn)
    result = call(capfd, "say", TEXT)
    assert left == [130]
    assert "first token" in result.out
