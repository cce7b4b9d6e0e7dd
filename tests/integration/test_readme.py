"""README.md is run: every block of Python, every command; and its tables are what the code says."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import shlex
import signal
import subprocess
import sys
import tomllib
import wave
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import attrs
import httpx2
import pytest
from tests.hearing.ears import hear
from tests.hearing.words import compare
from tests.integration.migration.readme import README, codes, table
from tests.integration.recipes.cloud import KEY, cloud

import triolet
import triolet_adapters
from triolet import FailoverOptions, RecoveryPolicy
from triolet.tts._session_pool import PoolOptions
from triolet_adapters.sources import BASE_URLS, LocalLLM, OpenAIChat
from triolet_adapters.sources._chat import _key_variable
from triolet_adapters.sources._http import Endpoint
from triolet_adapters.tts.qwen import QwenOptions, QwenTTS
from triolet_adapters.tts.qwen.client import REGIONS

ROOT = README.parent
TEXT = README.read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PYTHON = [block for language, block in BLOCKS if language == "python"]
PROGRAMS = [block for block in PYTHON if "trio.run(main)" in block]
SUITES = [block for block in PYTHON if "Contract" in block]
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]
NOT_RUN = ("make ", "pip install ")
"""What other tests and CI run: the Makefile, and the built wheel in a new environment."""
ANSWER = "Go to bed at the same time every day. Keep the room dark."


def test_every_block_is_run() -> None:
    assert {language for language, _ in BLOCKS} == {"python", "sh", "text"}
    assert sorted(PROGRAMS + SUITES) == sorted(PYTHON)
    assert len(PROGRAMS) >= 4
    assert all(line.startswith(("triolet ", *NOT_RUN)) for line in COMMANDS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and an environment without keys."""
    for name in list(os.environ):
        if name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Python


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_runs(program: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_service() as keys, cloud() as service:
        exec(compile(program, str(README), "exec"), {"__name__": "__main__"})
    out, err = capsys.readouterr()
    assert err == ""
    if "OpenAIChat" in program:
        assert set(service.hosts) == {"dashscope-intl.aliyuncs.com"}
        assert keys == [f"Bearer {KEY}"]
        assert out.startswith(ANSWER)
        assert compare([ANSWER], heard(folder / "answer.wav")).errors == 0
    elif "interrupt" in program:
        (whole,) = re.findall(r'Replay\("(.*)"', program)
        first, rest = re.fullmatch(r"heard: +(.*)\nnot heard: +(.*)\n", out).groups()  # type: ignore[union-attr]
        assert first.startswith("The first sentence is short.")
        assert whole.startswith(first)
        assert whole.endswith(rest)
        assert rest
    elif "stages.wav" in program:
        assert out == "Any async generator is a source.\n"
        assert compare([out], heard(folder / "stages.wav")).errors == 0
    elif "Failover" in program:
        assert out == "QwenTTS (1 of 2)\n"
        assert compare(["Good morning. How are you? Fine, thank you."], heard(folder / "failover.wav")).errors <= 1
    else:
        assert (folder / "answer.wav").stat().st_size > 100_000


def heard(path: Path) -> str:
    """What a listener understands of a WAV file."""
    with wave.open(str(path)) as file:
        return hear(file.readframes(file.getnframes()), file.getframerate())


@contextmanager
def chat_service() -> Generator[list[str]]:
    """Chat services elsewhere give the same answer meanwhile; yields the keys that came. Those on this machine are real."""
    keys: list[str] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        keys.append(request.headers["authorization"])
        events = [f'data: {{"choices": [{{"delta": {{"content": "{word} "}}}}]}}\n\n' for word in ANSWER.split()]
        body = "".join([*events, "data: [DONE]\n\n"])
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body.encode())

    original = Endpoint.new_client

    def client(endpoint: Endpoint) -> httpx2.AsyncClient:
        if endpoint.url.host == "127.0.0.1":
            return original(endpoint)
        return httpx2.AsyncClient(transport=httpx2.MockTransport(respond))

    with mock.patch.object(Endpoint, "new_client", client):
        yield keys


@pytest.mark.parametrize("suite", SUITES, ids=["output", "voice"])
def test_a_contract_suite_passes_with_what_is_shown(suite: str, folder: Path) -> None:
    (folder / "test_it.py").write_text(suite, "utf-8")
    pytest_here = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:anyio",
        "-p",
        "no:cacheprovider",
        "-o",
        "trio_mode=true",
    ]
    done = subprocess.run(
        [*pytest_here, "test_it.py"], env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 8  # type: ignore[index]


# Commands


def environment() -> dict[str, str]:
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)}


def command(line: str) -> list[str]:
    return [sys.executable, "-c", "from triolet_adapters.cli import main; main()", *shlex.split(line)[1:]]


def test_the_commands_run_one_after_another(folder: Path) -> None:
    (folder / "README.md").write_text(TEXT, "utf-8")
    for line in COMMANDS:
        if line == "triolet demo":
            continue  # a test of its own, below
        if line.startswith("triolet serve"):
            serve_until_interrupted(line)
        elif line.startswith("triolet "):
            done = subprocess.run(
                command(line), env=environment(), capture_output=True, text=True, timeout=120, check=False
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            assert "Traceback" not in done.stderr
    assert compare(["Hello there."], heard(folder / "hello.wav")).errors == 0
    assert (folder / "answer.wav").stat().st_size > 100_000
    assert (folder / "turn").is_dir()


def serve_until_interrupted(line: str) -> None:
    with subprocess.Popen(command(line), env=environment(), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("ws://127.0.0.1:")
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0


def test_the_demo_ends_as_it_is_shown(folder: Path) -> None:
    (shown,) = [block for language, block in BLOCKS if language == "text"]
    line = "triolet demo --silent --out demo.wav"
    done = subprocess.run(command(line), env=environment(), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines = shown.splitlines()
    ending = done.stdout.splitlines()[-len(lines) :]
    assert [without_figures(line) for line in ending] == [without_figures(line) for line in lines]
    assert (folder / "demo.wav").stat().st_size > 100_000


def without_figures(line: str) -> str:
    return re.sub(r"\d[\d.,]*", "#", line)


# Tables


def test_the_regions_are_those_of_the_code() -> None:
    rows = table("`region=`", "host")
    assert {codes(region)[0]: codes(host)[0] for region, host in rows} == REGIONS
    default = inspect.signature(QwenTTS).parameters["region"].default
    assert [region for region, _ in rows if "(default)" in region] == [f"`{default}` (default)"]


def test_the_base_urls_are_those_of_the_code() -> None:
    rows = table("service", "`base_url`", "key")
    assert [codes(url)[0] for _, url, _ in rows] == list(BASE_URLS.values())
    for _, url, key in rows:
        assert (_key_variable(httpx2.URL(codes(url)[0]).host) or "") == "".join(codes(key))


def test_the_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [codes(extra)[0] for extra, _ in table("extra", "for")] == list(project["optional-dependencies"])


BOUNDS = {codes(name)[0]: default for name, default, _ in table("name", "default", "reason")}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_default_is_that_of_the_code(name: str) -> None:
    figure = float(BOUNDS[name].split()[0].replace(",", ""))
    assert figure == default_of(name)


def test_no_deadline_or_bound_is_left_out() -> None:
    whole = (QwenOptions, PoolOptions, FailoverOptions, RecoveryPolicy)
    fields = {f"{kind.__name__}.{field.name}" for kind in whole for field in attrs.fields(kind)}
    for kind in (OpenAIChat, LocalLLM):
        fields |= {
            f"{kind.__name__}.{name}" for name in inspect.signature(kind).parameters if name.endswith("_deadline")
        }
    fields -= {
        "PoolOptions.always_warm",
        "FailoverOptions.probe",
        "QwenOptions.log_text",
        "RecoveryPolicy.lost",
    }  # no numbers
    assert fields - set(BOUNDS) == set()


def default_of(name: str) -> Any:
    """A default or a constant, found by its name."""
    owner, _, field = name.rpartition(".")
    if not owner:
        return the_only(field)
    kind = the_only(owner)
    parameter = inspect.signature(kind).parameters.get(field)
    return getattr(kind, field) if parameter is None else parameter.default


def the_only(name: str) -> Any:
    """What has this name in both packages; modules import from each other."""
    found: set[Any] = {vars(module)[name] for module in modules() if name in vars(module)}
    assert len(found) == 1, f"{name}: {found}"
    return found.pop()


def modules() -> list[Any]:
    """All modules of both packages."""
    return [
        importlib.import_module(found.name)
        for package in (triolet, triolet_adapters)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not found.name.endswith("__main__") and "_llama_server" not in found.name
    ]


# Links


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    headings = {re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-") for line in TEXT.splitlines()}
    for link in links:
        if link.startswith("#"):
            assert link[1:] in headings, link
        elif not link.startswith("https://"):
            assert (ROOT / link).exists(), link
    assert len(links) > 10
