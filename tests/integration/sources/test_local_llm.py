"""The real model in its real process. Half a second to start; one test starts it for many questions."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from triolet_adapters.sources import ChatServiceError, LocalLLM, LocalLLMFailed


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


async def test_it_answers_and_leaves_nothing_behind() -> None:
    llm = LocalLLM(context=512)
    async with llm as chat:
        pid = llm.pid
        assert pid is not None
        question = [
            {"role": "system", "content": llm.SYSTEM},
            {"role": "user", "content": "What is the capital of France?"},
        ]
        answer = chat.stream(question)
        tokens = [token async for token in answer]
        assert "Paris" in answer.text
        assert len(tokens) > 4
        assert answer.finish_reason == "stop"

        # An answer that is left makes room for the next at once: the model works on one at a time.
        endless = chat.stream([{"role": "user", "content": "Count to a million."}], max_tokens=100_000)
        await anext(endless)
        await endless.aclose()
        with trio.fail_after(60):
            assert [token async for token in chat.stream(question)] == tokens

        with pytest.raises(ChatServiceError, match="exceed"):
            await anext(chat.stream([{"role": "user", "content": "word " * 2000}]))
        with pytest.raises(RuntimeError, match="already running"):
            await llm.__aenter__()
    assert not is_running(pid)
    assert llm.pid is None


async def test_a_file_that_is_no_model_is_told_from_the_log(tmp_path: Path) -> None:
    model = tmp_path / "broken.gguf"
    model.write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(LocalLLMFailed, match=r"broken.gguf ended before it was ready(.|\n)*invalid magic"):
        await LocalLLM(model=model).__aenter__()


async def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none.gguf"):
        await LocalLLM(model=tmp_path / "none.gguf").__aenter__()


async def test_a_start_that_takes_too_long_is_ended() -> None:
    before = children()
    with pytest.raises(LocalLLMFailed, match="start_deadline"):
        await LocalLLM(start_deadline=0.01).__aenter__()
    assert children() == before


async def test_a_start_can_be_cancelled() -> None:
    before = children()
    with trio.move_on_after(0.1) as scope:
        await LocalLLM().__aenter__()
    assert scope.cancelled_caught
    assert children() == before


def children() -> set[int]:
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread may end meanwhile
            found.update(map(int, (task / "children").read_text().split()))
    return {pid for pid in found if is_running(pid)}


PARENT = """
import sys, trio
from triolet_adapters.sources import LocalLLM
async def main():
    llm = LocalLLM()
    async with llm as chat:
        print(llm.pid, flush=True)
        async for _ in chat.stream([{"role": "user", "content": "Count."}], max_tokens=100000):
            pass
        await trio.sleep_forever()
trio.run(main)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "ctrl-c"])
async def test_it_does_not_outlive_the_process_that_started_it(how: signal.Signals) -> None:
    process = await trio.lowlevel.open_process(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert process.stdout is not None
    with trio.fail_after(60):
        pid = int(await process.stdout.receive_some())
    process.send_signal(how)
    with trio.fail_after(60):
        await process.wait()
        while is_running(pid):  # noqa: ASYNC110  # nobody tells of the end of a grandchild
            await trio.sleep(0.01)
    await process.stdout.aclose()
