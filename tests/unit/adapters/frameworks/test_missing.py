"""Without its framework, a module says what to install."""

from __future__ import annotations

import importlib
import sys

import pytest


@pytest.mark.parametrize("name", ["pipecat", "livekit"])
def test_it_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"triolet_adapters.frameworks.{name}"
    for loaded in list(sys.modules):
        if loaded.partition(".")[0] == name or loaded == module:
            monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match=rf"pip install 'triolet\[{name}\]'"):
        importlib.import_module(module)
