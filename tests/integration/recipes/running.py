"""Running a recipe as it is, in an empty folder and without a key; hearing the file that it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

from tests.hearing.ears import hear

RECIPES = Path(__file__).parents[3] / "recipes"
RunHere = Callable[..., str]
"""Of the fixture `run_here`."""


def surroundings() -> dict[str, str]:
    """An environment without keys and without a network."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    nowhere = "http://127.0.0.1:9"  # the discard port: whoever asks for the network gets an error
    return kept | {"http_proxy": nowhere, "https_proxy": nowhere, "no_proxy": "127.0.0.1"}


def run(name: str, folder: Path, *arguments: str) -> str:
    """What the recipe prints, in a process of its own."""
    environment = surroundings() | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(RECIPES / f"{name}.py"), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def heard(path: Path) -> str:
    """What a listener understands of a WAV file."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return hear(file.readframes(file.getnframes()), file.getframerate())
