"""`triolet serve`, from outside."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.command import call, start

from triolet_adapters.service import ServiceConfig
from triolet_adapters.service.config import hash_of

Captured = pytest.CaptureFixture[str]
TONE = 'default = "tone"\n[voices.tone]\ntts = "tone"\n'


def ask(url: str, path: str, fields: Any = None, key: str | None = None) -> bytes:
    headers = {"Content-Type": "application/json", **({} if key is None else {"Authorization": f"Bearer {key}"})}
    data = None if fields is None else json.dumps(fields).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=30) as answer:
        return bytes(answer.read())


def children(process: int) -> list[int]:
    files = Path(f"/proc/{process}/task").glob("*/children")  # a child is that of the thread which started it
    return [int(child) for file in files for child in file.read_text().split()]


def test_workers_share_a_port_and_none_is_left(tmp_path: Path, capfd: Captured) -> None:
    made = call(capfd, "serve", "key", "mobile")
    key = made.err.rpartition(" ")[2].strip()
    file = tmp_path / "service.toml"
    file.write_text(TONE + made.out)
    assert ServiceConfig.read(file.read_text()).keys["mobile"].sha256 == hash_of(key)
    said = {"input": "Nobody may read this.", "response_format": "pcm"}
    with start("serve", "--config", str(file), "--port", "0", "--workers", "2", "--log", "json") as service:
        try:
            workers = used(service, said, key)
            service.send_signal(signal.SIGTERM)
            _, err = service.communicate(timeout=60)
        finally:
            service.kill()
    assert service.returncode == 0
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    lines = [json.loads(line) for line in err.decode().splitlines()]
    turns = [line for line in lines if line["message"] == "a turn has ended"]
    assert [turn["caller"] for turn in turns] == ["mobile"] * 4
    assert len({turn["turn"] for turn in turns}) == 4
    assert any("another follows" in line["message"] for line in lines)
    assert "Nobody" not in err.decode()
    assert key not in err.decode()


def test_told_to_end_twice_it_cuts_off_what_runs_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "service.toml"
    file.write_text(TONE)
    said = json.dumps({"input": 60 * "This is one of many sentences. ", "response_format": "pcm"})
    with start("serve", "--config", str(file), "--port", "0", "--workers", "2", "--log", "json") as service:
        try:
            assert service.stdout is not None
            host = service.stdout.readline().decode().strip().removeprefix("http://")
            client = http.client.HTTPConnection(host, timeout=30)
            client.request("POST", "/v1/audio/speech", said, {"Content-Type": "application/json"})
            answer = client.getresponse()
            assert len(answer.read(48_000)) == 48_000  # and no more: what is not taken holds the turn back
            service.send_signal(signal.SIGTERM)
            assert service.stderr is not None
            for _ in range(2):  # a worker each
                while b"draining" not in (line := service.stderr.readline()):
                    assert line
            service.send_signal(signal.SIGTERM)
            err = service.stderr.read()
            service.wait(60)
        finally:
            service.kill()
            client.close()
    assert service.returncode == 143
    [cut] = [line for line in map(json.loads, err.decode().splitlines()) if "cut off" in line["message"]]
    assert (cut["turns"], cut["level"]) == (1, "warning")


def used(service: subprocess.Popen[bytes], said: Any, key: str) -> list[int]:
    """Use a service whose worker is killed in between. Gives all its workers."""
    assert service.stdout is not None
    url = service.stdout.readline().decode().strip()
    workers = children(service.pid)
    assert len(workers) == 2
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(url, "/v1/audio/speech", said)
    assert refused.value.code == 401
    refused.value.close()
    figures = ask(url, "/metrics", key=key).decode()
    assert all(f'triolet_build_info{{worker="{number}",' in figures for number in (0, 1))
    os.kill(workers[0], signal.SIGKILL)
    for _ in range(4):
        assert len(ask(url, "/v1/audio/speech", said, key)) > 48_000
    while set(children(service.pid)) <= set(workers):
        pass  # another is started
    turns = re.findall(r"^triolet_turns_total{.*} (.*)$", ask(url, "/metrics", key=key).decode(), re.MULTILINE)
    assert sum(map(float, turns)) == 4
    return workers + children(service.pid)


@pytest.mark.parametrize(
    ("toml", "arguments", "code", "said"),
    [
        ("port = 'x'", [], 2, "service.toml: port must be a whole number, not 'x'\n"),
        (TONE, ["--host", "0.0.0.0"], 2, "there are no keys: make one (triolet serve key NAME), or allow it"),
        (TONE, ["--log", "xml"], 2, "log must be text or json, not 'xml'\n"),
        (
            "default = 'q'\n[voices.q]\ntts = 'qwen'\nkey_env = 'NO_SUCH_KEY'",
            [],
            2,
            "[voices.q] key_env names NO_SUCH_KEY",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    toml: str, arguments: list[str], code: int, said: str, tmp_path: Path, capfd: Captured
) -> None:
    file = tmp_path / "service.toml"
    file.write_text(toml)
    result = call(capfd, "serve", "--config", str(file), "--port", "0", *arguments)
    assert result.code == code
    assert said in result.err
    assert result.err.startswith("triolet: ")
    assert result.err.count("\n") == 1


def test_a_configuration_that_is_not_there(capfd: Captured) -> None:
    result = call(capfd, "serve", "--config", "/nowhere/service.toml")
    assert (result.code, result.err) == (2, "triolet: --config /nowhere/service.toml: No such file or directory\n")


def test_a_key_needs_a_name_that_a_table_can_have(capfd: Captured) -> None:
    result = call(capfd, "serve", "key", "two words")
    assert result.code == 2
    assert "a name has up to 64 letters" in result.err
    assert not result.out
