"""Print the files to which a rule of flake8-async may apply that ruff has not.

flake8-async takes a second for each four files, this a second for all of them. Each reason is what its rules look for:

    a nursery                                       ASYNC101, 111, 112, 113, 121
    `yield` in a `with`                             ASYNC101, 119
    a wait in an `except` or a `finally`            ASYNC102, 120
    an `except` for cancellation                    ASYNC103, 104
    the class of a cancellation that is stored      ASYNC118
    a scope that is made before it is entered       ASYNC122
    errors of a group that are raised               ASYNC123
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ASYNC = re.compile(r"^ *async (def|with|for)", re.MULTILINE)
WORDS = re.compile(r"open_nursery|start_soon|\.start\(|get_cancelled_exc|\.exceptions\b")
SCOPE = re.compile(r"^(move_on|fail_a|CancelScope)")
CATCHES_CANCELLATION = {"BaseException", "Cancelled", "CancelledError", "get_cancelled_exc_class"}
WAITS = (ast.Await, ast.AsyncWith, ast.AsyncFor, ast.Yield)


def name(node: ast.AST) -> str:
    """The last part of a dotted name; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def concerns(source: str) -> bool:
    """Whether any rule may apply."""
    if not ASYNC.search(source):
        return False
    if WORDS.search(source):
        return True
    nodes = list(ast.walk(ast.parse(source)))
    entered = {
        id(item.context_expr) for node in nodes if isinstance(node, (ast.With, ast.AsyncWith)) for item in node.items
    }
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
                if any(isinstance(one, (ast.Yield, ast.YieldFrom)) for one in ast.walk(node)):
                    return True
            case ast.Call() if SCOPE.match(name(node.func)) and id(node) not in entered:
                return True
            case _:
                pass
    return False


print(
    *(path for root in sys.argv[1:] for path in sorted(Path(root).rglob("*.py")) if concerns(path.read_text("utf-8")))
)
