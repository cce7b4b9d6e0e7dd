"""A recipe that is talked to while it runs: lines go in, lines come out, and heard.wav holds what it sounded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import trio
from tests.integration.recipes.running import RECIPES

WITH_LOUDSPEAKER = Path(__file__).with_name("with_loudspeaker.py")
PATIENCE = 60.0
"""Seconds: they take five, on a machine that is not busy."""


@attrs.define
class Talk:
    process: trio.Process
    printed: str = ""

    async def type(self, text: str) -> None:
        """As at its terminal."""
        assert self.process.stdin is not None
        await self.process.stdin.send_all(text.encode())

    async def sounded(self, seconds: float) -> None:
        """Wait until so much has been heard since it began, pauses included."""
        await self.until(
            lambda printed: max(map(float, re.findall(r"^\[(.*) s\]$", printed, re.MULTILINE)), default=0.0) > seconds
        )

    async def until(self, condition: Callable[[str], bool]) -> None:
        """Wait until what it printed is such."""
        assert self.process.stdout is not None
        with trio.fail_after(PATIENCE):
            while not condition(self.printed):
                data = await self.process.stdout.receive_some()
                assert data, f"it ended, having printed:\n{self.printed}"
                self.printed += data.decode()

    async def end(self) -> str:
        """No more is typed; all that the recipe printed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with trio.fail_after(PATIENCE):
            await self.process.stdin.aclose()
            async for data in self.process.stdout:
                self.printed += data.decode()
            assert await self.process.wait() == 0
        return re.sub(r"^\[.* s\]\n", "", self.printed, flags=re.MULTILINE)


@asynccontextmanager
async def talking(
    name: str, folder: Path, *arguments: str, loudspeaker: bool = True, tone: bool = False, **variables: str
) -> AsyncGenerator[Talk]:
    """The recipe, at work while the block is. `tone`: its voice is of tones, where nobody listens."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path), **variables}
    how = ["--none"] * (not loudspeaker) + ["--tone"] * tone
    program = [str(WITH_LOUDSPEAKER), *how, str(RECIPES / f"{name}.py"), *arguments]
    process = await trio.lowlevel.open_process(
        [sys.executable, *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # where there is no sound card, ALSA writes pages
        cwd=folder,
        env=environment,
    )
    try:
        yield Talk(process)
    finally:
        process.kill()
        with trio.move_on_after(5, shield=True):
            await process.wait()
            assert process.stdin is not None
            assert process.stdout is not None
            await process.stdin.aclose()
            await process.stdout.aclose()
