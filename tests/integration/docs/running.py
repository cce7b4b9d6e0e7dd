"""Running the blocks of a page, from the first to the last, in one folder."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import io
import json
import os
import re
import runpy
import shlex
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import attrs
import trio
from tests._threads import served
from tests.integration.docs.markdown import ROOT, Block, blocks
from tests.integration.docs.world import Enter, run_all, world

from triolet_adapters.cli._app import app
from triolet_adapters.cli._commands import PLACES, part
from triolet_adapters.service import ServiceConfig, ServiceVoices, serve

ELSEWHERE = ("make ", "pip install ", "pip download ", "python recipes/", "python -m ", "pytest", "pre-commit ")
"""Command lines that others run: `make`, the tests of the wheel and of the recipes. What they name exists, see
test_repository_pages."""

for _name in PLACES:
    part(_name)  # read now: what a page's world puts in the place of a device must not be what a command is made of

SERVICE = "http://127.0.0.1:8765"
"""Where pages say that a service is."""
LIVE = "ws://127.0.0.1:8765"
"""The same, for its WebSocket."""

SUITE = re.compile(r"Contract\):|^(?:async )?def test_", re.MULTILINE)
PROGRAM = re.compile(r"^(?:    )?(?:trio|asyncio)\.run\(", re.MULTILINE)


def is_suite(block: Block) -> bool:
    """Whether it is a test, which pytest runs."""
    return block.language == "python" and SUITE.search(block.code) is not None


RECIPE = re.compile(r"# (recipes/\w+\.py)\n")


def recipe_of(block: Block) -> Path | None:
    """The recipe that the site shows in its place, whole. Each has tests of its own; where a page shows what it prints, it is run here, too."""
    found = RECIPE.fullmatch(block.code)
    return None if found is None else ROOT / found[1]


def is_program(block: Block) -> bool:
    """Whether it runs Trio, or asyncio, itself."""
    return block.language == "python" and not is_suite(block) and PROGRAM.search(block.code) is not None


def uses_sockets(block: Block) -> bool:
    """Whether it listens on this machine."""
    return re.search(r"\bserve\b|serve_tcp|serve_websocket", block.code) is not None


def compiled(block: Block, flags: int = 0) -> Any:
    """Its code, with the lines of its page."""
    return compile("\n" * (block.line - 1) + block.code, str(block.path), "exec", flags=flags, dont_inherit=True)


def _live(url: str) -> str:
    return url.replace("http", "ws", 1)


@attrs.define
class Page:
    """One page on its way."""

    path: Path
    printed: str = ""
    """What the last block printed."""
    url: str = SERVICE
    """Where the service is that the page asks."""
    variables: dict[str, str] = attrs.field(factory=dict[str, str])
    """What was exported to the commands that follow."""
    names: dict[str, Any] = attrs.field(init=False)
    """What the fragments of the page share."""

    def __attrs_post_init__(self) -> None:
        self.names = vars(ModuleType("page"))

    def run(self) -> int:
        """Run all blocks; give how many there were."""
        count = 0
        with service_of(self.path) as self.url:
            return self._run_all(count)

    def _run_all(self, count: int) -> int:
        for group in self._groups():
            with contextlib.redirect_stdout(io.StringIO()) as out:
                self._run(group)
            if group[-1].language not in ("text", "console"):
                self.printed = out.getvalue()
            count += len(group)
        return count

    def _groups(self) -> Iterator[list[Block]]:
        """Fragments in a row run in one Trio run; everything else by itself."""
        group: list[Block] = []
        for shown in blocks(self.path):
            code = shown.code.replace(f"{SERVICE}/v1", f"{self.url}/v1").replace(f"{LIVE}/v1", f"{_live(self.url)}/v1")
            block = attrs.evolve(shown, code=code)
            fragment = block.language == "python" and not (is_program(block) or is_suite(block) or recipe_of(block))
            if not fragment and group:
                yield group
                group = []
            if fragment:
                group.append(block)
            else:
                yield [block]
        if group:
            yield group

    def _run(self, group: list[Block]) -> None:
        block = group[0]
        if is_suite(block):
            return
        if (recipe := recipe_of(block)) is not None:
            if self._has_output(block):
                with world(), blamed(block):
                    runpy.run_path(str(recipe), run_name="__main__")
            return
        match block.language:
            case "python" if is_program(block):
                with world(sockets=uses_sockets(block)), blamed(block):
                    exec(compiled(block), {"__name__": "__main__"})
            case "python":
                with world(sockets=any(map(uses_sockets, group))):
                    run_all([self._fragment(each) for each in group])
            case "sh":
                for line in block.code.splitlines():
                    with blamed(block):
                        self._command(line)
            case "toml":
                with blamed(block):
                    ServiceConfig.read(block.code)
                    Path("service.toml").write_text(block.code, "utf-8")
            case "text":
                with blamed(block):
                    assert_alike(block.code, self.printed)
            case "console":
                with blamed(block):
                    assert_resembles(block.code, self.printed)
            case "json":
                with blamed(block):
                    json.loads(block.code)
            case other:
                raise AssertionError(f"{block}: {other!r} is neither run nor known")

    def _has_output(self, block: Block) -> bool:
        """Whether what it prints stands below it."""
        after = [each for each in blocks(self.path) if each.line > block.line]
        return bool(after) and after[0].language in ("text", "console")

    def _fragment(self, block: Block) -> Callable[[Enter], Any]:
        async def work(enter: Enter) -> None:
            self.names["enter"] = enter
            with blamed(block):
                awaitable = eval(compiled(block, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), self.names)
                if inspect.isawaitable(awaitable):
                    await awaitable

        return work

    def _command(self, line: str) -> None:
        line = line.partition(" #")[0].strip()
        if not line or line.startswith(ELSEWHERE):
            return
        if line.startswith("curl "):
            subprocess.run([*shlex.split(line), "-sSf"], check=True, timeout=60)
            return
        line, _, file = line.partition(" >> ")
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self.variables[name] = value
            return
        assert line.startswith("triolet "), f"{line!r} is not run"
        if line.startswith("triolet serve tts"):
            serve_until_interrupted(line)
            return
        if re.match(r"triolet serve(?! key)", line):
            serve_configured(line, self.variables)
            return
        with contextlib.ExitStack() as stack:
            stack.enter_context(
                world(sockets=line.startswith("triolet doctor"))
            )  # which measures how fast the voice is
            if file:
                stack.enter_context(contextlib.redirect_stdout(stack.enter_context(Path(file).open("a"))))
            code = call(shlex.split(line)[1:])
        assert code == 0, f"{line!r} ended with {code}"


@contextlib.contextmanager
def service_of(page: Path) -> Generator[str]:
    """A service for a page that asks one; its voice is of tones. Gives its URL."""
    if not any(f"{address}/v1" in page.read_text("utf-8") for address in (SERVICE, LIVE)):
        yield SERVICE
        return
    config = ServiceConfig.read('port = 0\ndefault = "triolet"\n[voices.triolet]\ntts = "tone"\nvoice = "heart"\n')
    with served(functools.partial(serve, config)) as url:
        yield url


def call(arguments: list[str]) -> int:
    """The command, in this process."""
    try:
        app(arguments, prog_name="triolet")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


class Terminal(io.StringIO):
    """Where Ctrl-C is pressed as soon as a URL is shown."""

    def write(self, text: str) -> int:
        if text.startswith(("ws://127.0.0.1:", "http://127.0.0.1:")):
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


def serve_until_interrupted(line: str) -> None:
    """A command that runs until Ctrl-C. That another process can use it meanwhile is in tests/integration/cli/test_serve.py."""
    with world(sockets=True), contextlib.redirect_stdout(Terminal()) as out:
        assert call(shlex.split(line)[1:]) == 0
    assert "://127.0.0.1:" in out.getvalue()


def serve_configured(line: str, variables: dict[str, str]) -> None:
    """`triolet serve` up to the moment when it would listen: its settings are read, and its voices made."""
    served: list[ServiceConfig] = []

    async def take(config: ServiceConfig, *, stop: object, at_once: object, task_status: trio.TaskStatus[str]) -> None:
        ServiceVoices.of(config)
        served.append(config)
        task_status.started("http://127.0.0.1:8765")

    with mock.patch.dict(os.environ, variables), mock.patch("triolet_adapters.service.serve", take):
        assert call(shlex.split(line)[1:]) == 0
    assert served


@contextlib.contextmanager
def blamed(block: Block) -> Generator[None]:
    """An error says in which block it is."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"in the block at {block}")
        raise


def assert_alike(shown: str, printed: str) -> None:
    """What a page shows is what was printed, figures aside."""
    ours, theirs = ([re.sub(r"\d+(?:[.,]\d+)*", "#", line) for line in _lines(text)] for text in (shown, printed))
    assert ours == theirs[-len(ours) :]


def assert_resembles(shown: str, printed: str) -> None:
    """What a page shows as an example has the lines of what was printed, by their first words."""
    ours, theirs = ([line.split(" ")[0] for line in _lines(text)] for text in (shown, printed))
    assert ours == theirs[-len(ours) :]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().split("\n")]
