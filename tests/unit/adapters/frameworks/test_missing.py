"""Without its framework, a module says what to install."""

from __future__ import annotations

import importlib
import sys

import pytest


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("pipecat", "pipecat", "pipecat"),
        ("livekit", "livekit", "livekit"),
        ("openai_agents", "agents", "openai-agents"),
    ],
)
def test_it_says_what_to_install(name: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"triolet_adapters.frameworks.{name}"
    for loaded in list(sys.modules):
        if loaded.partition(".")[0] == package or loaded == module:
            monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModuleNotFoundError, match=rf"pip install 'triolet\[{extra}\]'"):
        importlib.import_module(module)
