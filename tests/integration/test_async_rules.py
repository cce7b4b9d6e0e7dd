"""`.ci/async_rules.py` finds what flake8-async finds, in a fraction of the time."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.docs.markdown import ROOT

RULES = runpy.run_path(str(ROOT / ".ci" / "async_rules.py"))
BROKEN: Callable[[list[str]], list[list[Any]]] = RULES["broken"]
BREAKS = {
    "ASYNC101": "async def f():\n    async with trio.open_nursery():\n        yield 1\n",
    "ASYNC102": "async def f():\n    try:\n        pass\n    finally:\n        await trio.sleep(1)\n",
    "ASYNC103": "async def f():\n    try:\n        await g()\n    except BaseException:\n        pass\n",
    "ASYNC104": "async def f():\n    try:\n        await g()\n    except BaseException:\n        raise ValueError\n",
    "ASYNC111": (
        "async def f():\n    async with trio.open_nursery() as nursery:\n        with open('a') as b:\n"
        "            nursery.start_soon(g, b)\n"
    ),
    "ASYNC112": "async def f():\n    async with trio.open_nursery() as nursery:\n        nursery.start_soon(g)\n",
    "ASYNC113": (
        "@asynccontextmanager\nasync def f():\n    async with trio.open_nursery() as nursery:\n"
        "        nursery.start_soon(trio.serve_tcp, g)\n        yield\n"
    ),
    "ASYNC118": "async def f():\n    gone = anyio.get_cancelled_exc_class()\n",
    "ASYNC119": "async def f():\n    with g():\n        yield 1\n",
    "ASYNC120": "async def f():\n    try:\n        await g()\n    except ValueError:\n        await h()\n        raise\n",
    "ASYNC121": (
        "async def f():\n    while g():\n        async with trio.open_nursery() as nursery:\n"
        "            nursery.start_soon(h)\n            await h()\n            break\n"
    ),
    "ASYNC122": "async def f():\n    scope = trio.fail_after(1)\n    with scope:\n        await g()\n",
    "ASYNC123": (
        "async def f():\n    try:\n        await g()\n    except ExceptionGroup as group:\n        raise group.exceptions[0]\n"
    ),
}


def source(rule: str) -> str:
    return f"import anyio\n\n\n{BREAKS[rule]}" if "anyio" in BREAKS[rule] else f"import trio\n\n\n{BREAKS[rule]}"


@pytest.fixture(scope="module")
def found() -> dict[str, list[Any]]:
    return dict(zip(BREAKS, BROKEN([source(rule) for rule in BREAKS]), strict=True))


@pytest.mark.parametrize("rule", BREAKS)
def test_it_finds_what_the_tool_finds(rule: str, found: dict[str, list[Any]]) -> None:
    plugin = RULES["enable"](f"{RULES['ON_TREES']},{RULES['ON_CONCRETE_TREES']}")
    alone = sorted(plugin.from_source(source(rule)).run())
    assert rule in {error.code for error in alone}
    assert [str(error) for error in found[rule]] == [str(error) for error in alone]


@pytest.mark.parametrize("rule", BREAKS)
def test_a_line_that_names_the_rule_is_excused(rule: str, found: dict[str, list[Any]]) -> None:
    lines = source(rule).splitlines()
    for line in {error.line for error in found[rule] if error.code == rule}:
        lines[line - 1] += f"  # noqa: {rule}"
    (left,) = BROKEN(["\n".join(lines)])
    assert rule not in {error.code for error in left}
