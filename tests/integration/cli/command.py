"""The command as a user runs it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import wave
from collections.abc import Generator
from pathlib import Path
from unittest import mock

import attrs
import pytest
from tests._threads import served

from triolet import TTS
from triolet_adapters.cli._serve import Protocol, _server

COMMAND = [sys.executable, "-m", "triolet_adapters.cli"]


@attrs.frozen
class Result:
    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in ("DASHSCOPE_API_KEY", "OPENAI_API_KEY")}
    # The packages may be found through the path of the test run alone.
    env["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return {**env, "COLUMNS": "100", **more}


def start(*arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=env or environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(*arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> Result:
    """In a process of its own."""
    with start(*arguments, env=env) as process:
        out, err = process.communicate(stdin, timeout=60)
    return Result(process.returncode, out.decode(), err.decode())


def call(capfd: pytest.CaptureFixture[str], *arguments: str, stdin: bytes | None = None) -> Result:
    """In this process: as fast as a call. Without `stdin` nothing may read from it."""
    from triolet_adapters.cli._app import app

    capfd.readouterr()
    with contextlib.ExitStack() as stack:
        if stdin is not None:
            file = stack.enter_context(tempfile.TemporaryFile())
            file.write(stdin)
            file.seek(0)
            stack.enter_context(mock.patch.object(sys, "stdin", file))
        caught = stack.enter_context(pytest.raises(SystemExit))
        app(list(arguments), prog_name="triolet")
    out, err = capfd.readouterr()
    code = caught.value.code
    assert isinstance(code, int)
    return Result(code, out, err)


@contextlib.contextmanager
def serving(protocol: Protocol, voice: TTS, key: str | None = None, **more: str) -> Generator[str]:
    """The server that `triolet serve tts` makes, in a thread; gives the URL that the command prints."""
    options = {"api_key": key, "allowed_hosts": (), "allowed_origins": (), "max_connections": 9, **more}
    with served(_server(protocol, voice, options).serve) as url:
        yield url


def by(url: str) -> list[str]:
    """Options for the voice behind the protocol: a process that uses it need not load a voice, which takes a second."""
    return ["--tts", "qwen", "--url", url]


def samples(path: Path) -> int:
    """How many samples a WAV file holds; an error if it is not valid."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert len(file.readframes(file.getnframes())) == 2 * file.getnframes()
        return int(file.getnframes())
