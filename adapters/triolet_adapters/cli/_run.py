"""Running a sub-command: errors as sentences, exit codes, Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import ParamSpec

import trio

from triolet.errors import TrioletError

P = ParamSpec("P")

FAILED = 1
USAGE = 2
INTERRUPTED = 130
"""128 + SIGINT, as shells count."""


def run(command: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run an async command to its end and leave with its exit code: 0 done, 1 failed, 2 misused, 130 interrupted."""
    code = 0

    async def main() -> None:
        await command(*args, **kwargs)

    try:
        trio.run(main)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except TrioletError as error:
        sys.stderr.write(f"triolet: {error}\n")
        code = FAILED
    except (ValueError, OSError) as error:
        sys.stderr.write(f"triolet: {error}\n")
        code = USAGE
    sys.exit(code)
