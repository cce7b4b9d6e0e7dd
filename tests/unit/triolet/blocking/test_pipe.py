"""The output behind `Speaker.pcm`, with somebody who takes what comes."""

from __future__ import annotations

import pytest
import trio

from triolet import AudioFormat, Output
from triolet.blocking._pipe import Pipe
from triolet.testing import OutputContract


class _Taken(Pipe):
    """Somebody takes it all."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = b""
        self._taking = trio.CancelScope()

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        await super().open(format)
        self.taken = b""
        self._taking = trio.CancelScope()
        trio.lowlevel.spawn_system_task(self._take)

    async def close(self) -> None:
        self._taking.cancel()
        await super().close()

    async def _take(self) -> None:
        with self._taking:
            while True:
                self.taken += await self.take()


class TestPipe(OutputContract):
    @pytest.fixture
    def output(self) -> Output:
        return _Taken()

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, _Taken)
        return output.taken


async def test_what_nobody_takes_is_not_heard(autojump_clock: trio.testing.MockClock) -> None:
    pipe = Pipe()
    await pipe.open(AudioFormat(24_000))
    with trio.move_on_after(5) as scope:
        await pipe.play(bytes(200))
    assert scope.cancelled_caught
    assert pipe.heard == 0
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pipe.play, bytes(200))
        await trio.sleep(1)
        pipe.flush()
    assert pipe.heard == 0
