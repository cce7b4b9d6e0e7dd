"""Print what breaks a rule of flake8-async that ruff has not, and exit with 1 if anything does: `async_rules.py FOLDER...`

flake8-async takes a second for each four files: it visits each of them four times as a concrete tree, and of these rules only ASYNC101
needs that. So this gives it only files to which a rule may apply, and lets its ASYNC101 read only those with a `yield` for it:

    a nursery                                       ASYNC111, 112, 113, 121
    `yield` in a `with`                             ASYNC101, 119
    a wait in an `except` or a `finally`            ASYNC102, 120
    an `except` for cancellation                    ASYNC103, 104
    the class of a cancellation that is stored      ASYNC118
    a scope that is made before it is entered       ASYNC122
    errors of a group that are raised               ASYNC123
"""

from __future__ import annotations

import argparse
import ast
import gc
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from flake8_async import Plugin
from flake8_async.base import Error
from flake8_async.runner import Flake8AsyncRunner

ON_TREES = "ASYNC102,ASYNC103,ASYNC104,ASYNC111,ASYNC112,ASYNC113,ASYNC118,ASYNC119,ASYNC120,ASYNC121,ASYNC122,ASYNC123"
"""Rules that need Python's own tree. ASYNC106, `import trio` and in no other way, is ruff's (`banned-from`)."""
ON_CONCRETE_TREES = "ASYNC101"

ASYNC = re.compile(r"^ *async (def|with|for)", re.MULTILINE)
WORDS = re.compile(r"open_nursery|start_soon|\.start\(|get_cancelled_exc|\.exceptions\b")
SCOPE = re.compile(r"^(move_on|fail_a|CancelScope)")
CATCHES_CANCELLATION = {"BaseException", "Cancelled", "CancelledError", "get_cancelled_exc_class"}
WAITS = (ast.Await, ast.AsyncWith, ast.AsyncFor, ast.Yield)
YIELDS = (ast.Yield, ast.YieldFrom)
WITHS = (ast.With, ast.AsyncWith)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MAY_YIELD = re.compile(r"contextmanager$|fixture$")
"""Decorators of functions in which ASYNC101 allows it."""


def name(node: ast.AST) -> str:
    """The last part of a dotted name; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def concerns(source: str, tree: ast.Module) -> bool:
    """Whether any rule may apply."""
    if not ASYNC.search(source):
        return False
    if WORDS.search(source):
        return True
    nodes = list(ast.walk(tree))
    entered = {id(item.context_expr) for node in nodes if isinstance(node, WITHS) for item in node.items}
    for node in nodes:
        match node:
            case ast.Try():
                caught = [name(one) for handler in node.handlers if handler.type for one in ast.walk(handler.type)]
                after = [one for part in (*node.handlers, *node.finalbody) for one in ast.walk(part)]
                if any(isinstance(one, WAITS) for one in after) or CATCHES_CANCELLATION.intersection(caught):
                    return True
                if any(handler.type is None for handler in node.handlers):
                    return True
            case ast.With() | ast.AsyncWith():
                if any(isinstance(one, YIELDS) for one in ast.walk(node)):
                    return True
            case ast.Call() if SCOPE.match(name(node.func)) and id(node) not in entered:
                return True
            case _:
                pass
    return False


def yields_in_a_with(node: ast.AST, *, allowed: bool = False, inside: bool = False) -> bool:
    """Whether a function that is no context manager has a `yield` in a `with`."""
    if isinstance(node, YIELDS) and inside and not allowed:
        return True
    if isinstance(node, FUNCTIONS):
        decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
        allowed, inside = any(MAY_YIELD.search(name(one)) for one in decorators), False
    inside = inside or isinstance(node, WITHS)
    return any(yields_in_a_with(one, allowed=allowed, inside=inside) for one in ast.iter_child_nodes(node))


def enable(rules: str) -> Plugin:
    """flake8-async with those alone."""
    parser = argparse.ArgumentParser()
    Plugin.add_options(parser)
    Plugin.parse_options(parser.parse_args(["--enable", rules]))
    return Plugin.from_source("")


def excused(error: Error, lines: list[str]) -> bool:
    """Whether its line says `noqa` and names the rule."""
    return re.search(rf"# noqa:[^#]*\b{error.code}\b", lines[error.line - 1]) is not None


def broken(sources: Iterable[str]) -> list[list[Error]]:
    """What is wrong in each."""
    read = [(source, ast.parse(source)) for source in sources]
    options = enable(ON_TREES).options
    found = [
        [error for error in Flake8AsyncRunner.run(tree, options) if not excused(error, source.splitlines())]
        if concerns(source, tree)
        else []
        for source, tree in read
    ]
    enable(ON_CONCRETE_TREES)
    for errors, (source, tree) in zip(found, read, strict=True):
        if "yield" in source and yields_in_a_with(tree):
            errors.extend(Plugin.from_source(source).run())
    return [sorted(errors) for errors in found]


def main() -> int:
    """Print it all."""
    gc.disable()  # trees are kept until the end; to look for garbage among them takes a quarter of the time
    paths = [path for root in sys.argv[1:] for path in sorted(Path(root).rglob("*.py"))]
    found = broken(path.read_text("utf-8") for path in paths)
    for path, errors in zip(paths, found, strict=True):
        for error in errors:
            print(f"{path}:{error}")
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
