"""pytest in a process of its own: `python -m tests ARGUMENTS`. What it leaves running is ended, even if it was ended by force itself."""

from __future__ import annotations

import subprocess
import sys

from tests import _processes


def main() -> int:
    _processes.adopt_orphans()
    code = subprocess.call([sys.executable, "-m", "pytest", *sys.argv[1:]])
    _processes.end(_processes.started_here())
    return code


if __name__ == "__main__":
    sys.exit(main())
