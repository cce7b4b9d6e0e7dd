from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import pytest
from tests.integration.recipes.running import RECIPES, RunHere, surroundings


@pytest.fixture
def run_here(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> RunHere:
    """The same in this process, where the voice is loaded once for all of them; what it prints."""

    def run_here(name: str, *arguments: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            for variable, value in surroundings().items():
                patch.setenv(variable, value)
            for variable in os.environ.keys() - surroundings().keys():
                patch.delenv(variable)
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", [name, *arguments])
            capfd.readouterr()
            code: object = 0
            try:
                runpy.run_path(str(RECIPES / f"{name}.py"), run_name="__main__")
            except SystemExit as end:  # some give an exit code
                code = end.code
        out, err = capfd.readouterr()
        assert (code, err) == (0, "")
        return out

    return run_here
