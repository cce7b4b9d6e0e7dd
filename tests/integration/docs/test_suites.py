"""The suites that pages show run in an empty folder, with no more than their page says and the extra `testing` brings."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.integration.docs.markdown import ROOT, blocks
from tests.integration.docs.running import is_suite

PAGES = ["write-a-voice.md", "add-a-voice.md", "write-an-output.md", "test.md"]


def test_the_extra_brings_what_the_suites_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [need.partition(">")[0] for need in project["optional-dependencies"]["testing"]] == ["pytest", "pytest-trio"]


def test_the_suites_run_as_their_pages_say(tmp_path: Path) -> None:
    """All by one pytest: to start it takes longer than they do."""
    called: list[list[str]] = []
    files: list[str] = []
    for page in PAGES:
        path = ROOT / "docs" / "how-to" / page
        suite = next(block for block in blocks(path) if is_suite(block))
        install, command = next(
            block.code.splitlines() for block in blocks(path) if "pytest" in block.code and block.language == "sh"
        )
        assert install == "pip install '.[testing]'"
        *arguments, file = shlex.split(command)
        assert f"Save this as `{file}`:" in path.read_text("utf-8")
        (tmp_path / file).write_text(suite.code, "utf-8")
        called.append(arguments)
        files.append(file)
    program, *options = called[0]
    assert called == [["pytest", *options]] * len(PAGES)
    environment = dict(os.environ) | {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # nothing but what the extra brings
        "PYTEST_PLUGINS": "pytest_trio.plugin",
    }
    done = subprocess.run(
        [sys.executable, "-m", program, *options, "-v", *files],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for file in files:
        assert re.search(rf"^{file}::.* PASSED", done.stdout, re.MULTILINE), done.stdout
    assert "skipped" not in done.stdout
