"""`triolet serve tts`, from outside."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

import pytest
import trio
from tests.integration.cli.command import by, call, samples, start

from triolet.errors import TTSError
from triolet_adapters.tts.qwen import QwenTTS

Captured = pytest.CaptureFixture[str]


def test_a_taken_port_is_named(capfd: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = call(capfd, "serve", "tts", "--port", str(port))
    assert result.code == 1
    assert result.err == (
        f"triolet: port {port} of 127.0.0.1 is taken: end the program that listens there, or choose another --port\n"
    )


def test_it_speaks_until_ctrl_c_and_a_client_in_the_middle_does_not_hold_it_up(tmp_path: Path, capfd: Captured) -> None:
    with start("serve", "tts", "--port", "0") as server:
        assert server.stdout is not None
        assert server.stderr is not None
        url = server.stdout.readline().decode().strip()
        assert url.startswith("ws://127.0.0.1:")
        file = tmp_path / "a.wav"
        result = call(capfd, "say", "Hello there.", *by(url), "--out", str(file))
        assert (result.code, result.err) == (0, "")
        assert "12 characters billed" in result.out
        assert samples(file) > 8_000

        arguments = ["say", "-", *by(url), "--out", str(tmp_path / "b.wav")]
        with start(*arguments) as client:
            assert client.stdin is not None
            assert client.stdout is not None
            client.stdin.write(b"A first sentence. And then")
            client.stdin.flush()
            assert b"written" in client.stdout.readline()
            while b"heard" not in client.stdout.readline():
                pass
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=7.5) == 0  # what is begun would be waited for for 8 s
            assert (server.stdout.read(), server.stderr.read()) == (b"", b"")
            client.stdin.close()
            try:
                client.wait(timeout=60)
            except subprocess.TimeoutExpired:
                client.kill()
                raise
            assert client.returncode == 1
            assert client.stderr is not None
            message = client.stderr.read().decode()
    assert message.startswith("triolet: ")
    assert message.count("\n") == 1


def test_a_language_that_the_voice_cannot_speak_is_refused_once(url: str, tmp_path: Path, capfd: Captured) -> None:
    result = call(capfd, "say", "你好。", *by(url), "--out", str(tmp_path / "a.wav"))
    assert result.code == 1
    assert "你好" in result.err
    assert "again" not in result.out


def test_other_machines_need_a_key_that_is_made_for_them_and_sigterm_lets_a_sentence_be_finished(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start("serve", "tts", "--host", "0.0.0.0", "--port", "0") as server:
        assert server.stdout is not None
        assert server.stderr is not None
        url = server.stdout.readline().decode().strip().replace("0.0.0.0", "127.0.0.1")
        warning, how = (server.stderr.readline().decode() for _ in range(2))
        assert "need --insecure" in how
        assert "lets other machines connect" in warning
        key = warning.split()[-1]
        arguments = ["say", "Hello.", *by(url), "--out", str(tmp_path / "a.wav")]
        monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
        without = call(capfd, *arguments)
        assert without.code == 1
        assert "401" in without.err
        monkeypatch.setenv("DASHSCOPE_API_KEY", key)
        assert call(capfd, *arguments).code == 0

        pcm = bytearray()

        def accept(samples: bytes) -> None:
            if not pcm:
                server.terminate()
            pcm.extend(samples)

        async def speak() -> None:
            async with QwenTTS(url=url, api_key=key).connect() as session:
                await session.commit("This is a first sentence. And a second one follows. Here is a third.", accept)
                with pytest.raises(TTSError, match="shutting down"):
                    await session.commit("Too late.", accept)

        trio.run(speak)
        assert server.wait(timeout=60) == 0
        assert (server.stdout.read(), server.stderr.read()) == (b"", b"")
    assert len(pcm) > 2 * 24_000 * 3, "all three have come"
