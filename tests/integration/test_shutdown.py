"""Ctrl-C and SIGTERM at any moment: what was written is valid, the service hears goodbye, and it is over at once.

More moments than in the tests: python -m tests.integration.test_shutdown 200
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import attrs
import pytest
import trio
from tests.integration.cli.command import COMMAND, environment, samples
from tests.integration.recipes.running import RECIPES

from triolet.testing import ToneTTS
from triolet_adapters.tts.qwen import QwenServer

TEXT = "The first sentence. The second sentence is somewhat longer than the first. " * 3
WHOLE = 850_000
"""Bytes on the wire, both ways, that all of it takes."""
SAY = [*COMMAND, "say", TEXT, "--tts", "qwen", "--out", "on_sigterm.wav", "--url"]
RECIPE = [sys.executable, str(RECIPES / "on_sigterm.py"), TEXT]
PROGRAMS = {"command": SAY, "recipe": RECIPE}
SIGNALS = [signal.SIGINT, signal.SIGTERM]
PATIENCE = 60.0
"""Seconds that a busy machine may take to end a process."""


class Counted(trio.abc.HalfCloseableStream):
    """A stream that tells of each byte."""

    def __init__(self, stream: trio.SocketStream, wire: Wire) -> None:
        self._stream = stream
        self._wire = wire
        self._came = bytearray()
        self.over = False

    @property
    def opened(self) -> bool:
        """Whether the client had got as far as sending a frame."""
        return len(self._came) > 0 and not self._came.endswith(b"\r\n\r\n")

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._stream.send_all(data)
        self._wire.moved(len(data))

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        data = await self._stream.receive_some(max_bytes)
        if not self.opened:
            self._came += data
        self._wire.moved(len(data))
        return data

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def send_eof(self) -> None:
        await self._stream.send_eof()

    async def aclose(self) -> None:
        await self._stream.aclose()


@attrs.define
class Wire:
    """All connections of a server over TCP, and the moment at which so many bytes have passed."""

    server: QwenServer
    moment: int
    passed: int = 0
    reached: trio.Event = attrs.Factory(trio.Event)
    streams: list[Counted] = attrs.Factory(list[Counted])

    def moved(self, size: int) -> None:
        self.passed += size
        if self.passed >= self.moment:
            self.reached.set()

    async def carry(self, stream: trio.SocketStream) -> None:
        counted = Counted(stream, self)
        self.streams.append(counted)
        self.moved(0)
        await self.server.handle_stream(counted)
        counted.over = True


@attrs.frozen
class Left:
    """What a program left."""

    code: int
    seconds: float
    """From the signal to its end."""
    out: str
    err: str
    samples: int | None
    """In its file; None if there is none."""
    closes: dict[int, int]
    """How many connections that the service had accepted ended with which code."""
    opened: int
    """How many connections were open for the program: a Close is possible from then on."""
    told: bool
    """Whether it was told before its end."""


async def run_until(moment: int, number: signal.Signals, command: list[str], folder: Path) -> Left:
    """Run a program against a service, and send it a signal when so many bytes have passed."""
    wire = Wire(QwenServer(ToneTTS(pace=15)), moment)
    file = folder / "on_sigterm.wav"
    async with trio.open_nursery() as nursery:
        serve = partial(trio.serve_tcp, wire.carry, 0, host="127.0.0.1")
        listeners: list[trio.SocketListener] = await nursery.start(serve)
        url = f"ws://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = await trio.lowlevel.open_process(
                [*command, url] if command[-1] == "--url" else command,
                cwd=folder,
                env=environment(QWEN_URL=url),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        try:
            nursery.start_soon(_end_with, process, wire.reached)
            with trio.fail_after(60):
                await wire.reached.wait()
            told = process.poll() is None
            process.send_signal(number)
            began = time.monotonic()
            with trio.fail_after(PATIENCE):
                await process.wait()
            took = time.monotonic() - began
            with trio.fail_after(PATIENCE):
                while not all(stream.over for stream in wire.streams):  # noqa: ASYNC110 -- the server tells nobody
                    await trio.sleep(0.01)
        finally:
            process.kill()
        nursery.cancel_scope.cancel()
    return Left(
        code=process.returncode or 0,
        seconds=took,
        out=(folder / "out").read_text("utf-8"),
        err=(folder / "err").read_text("utf-8"),
        samples=samples(file) if file.exists() else None,
        closes=dict(wire.server.left),
        opened=sum(stream.opened for stream in wire.streams),
        told=told,
    )


async def _end_with(process: trio.Process, ended: trio.Event) -> None:
    await process.wait()
    ended.set()


def judge(left: Left, number: signal.Signals) -> str:
    """What is wrong, or nothing."""
    if left.code != (128 + number if left.told else 0):
        return f"exit code {left.code}"
    if left.err:
        return f"it complained: {left.err}"
    if left.closes.get(1000, 0) != left.opened or set(left.closes) - {1000, 1006}:
        return f"of {left.opened} that were open, connections were closed with {left.closes}"
    seconds = re.search(r"([0-9.]+) s of speech", left.out)
    if seconds is not None and (left.samples or 0) < (float(seconds[1]) - 0.05) * 24_000:
        return f"{left.samples} samples of {seconds[1]} s"
    return ""


def moments(count: int, seed: str) -> list[int]:
    """From the first connection to the last byte: half of them in the handshakes, of which there are few bytes."""
    draws = random.Random(seed)
    return [draws.randrange(WHOLE if i % 2 else 3_000) for i in range(count)]


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
async def test_told_to_stop_at_a_random_moment(name: str, number: signal.Signals, tmp_path: Path) -> None:
    """Each program, by each signal: once in the handshakes, once in the speech. The workflow `nightly` tries 200 moments."""
    either = moments(2, seed=f"{name} {number.name}")
    moment = either[(name == "recipe") != (number == signal.SIGTERM)]
    left = await run_until(moment, number, PROGRAMS[name], tmp_path)
    assert judge(left, number) == "", (moment, left)
    assert left.told


def main(count: int) -> int:
    """Try so many moments, and say what went wrong."""
    took: list[float] = []
    wrong = 0
    for i, moment in enumerate(moments(count, seed="by hand")):
        number, name = random.choice(SIGNALS), random.choice(list(PROGRAMS))
        with tempfile.TemporaryDirectory() as folder:
            left = trio.run(run_until, moment, number, PROGRAMS[name], Path(folder))
        took.append(left.seconds)
        if fault := judge(left, number):
            wrong += 1
            sys.stdout.write(f"{i}: {name}, {number.name} after {moment} bytes: {fault}\n")
    took.sort()
    sys.stdout.write(
        f"{count} moments, {wrong} wrong; it took {took[len(took) // 2]:.2f} s, at most {took[-1]:.2f} s\n"
    )
    return wrong


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])) > 0)
