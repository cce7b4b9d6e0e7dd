"""`triolet say` with each voice, against the server that `triolet serve tts --protocol` makes: in one process, over a real socket."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.cli.command import call, samples, serving

from triolet.testing import ToneTTS
from triolet_adapters.cli._options import KEYS
from triolet_adapters.cli._serve import Protocol


@pytest.mark.parametrize("protocol", Protocol)
def test_it_is_said(
    protocol: Protocol, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    voice, file = ToneTTS(), tmp_path / "a.wav"
    arguments = ["say", "Hello there, all of you.", "--tts", protocol.value, "--out", str(file)]
    with serving(protocol, voice, "sk-right") as url:
        bare = "/".join(url.split("/")[:3])
        monkeypatch.setenv("TRIOLET_SERVE_KEY", "sk-right")
        for place in (url, bare):
            result = call(capfd, *arguments, "--url", place)
            assert (result.code, result.err) == (0, "")
            assert samples(file) > 10_000
        monkeypatch.delenv("TRIOLET_SERVE_KEY", raising=False)
        for name in KEYS.values():
            monkeypatch.setenv(name, "sk-of-a-vendor")
        refused = call(capfd, *arguments, "--url", url)
        assert refused.code != 0
        assert "401" in refused.err
        assert "Set TRIOLET_SERVE_KEY" in refused.err
        assert "sk-of" not in refused.err


@pytest.mark.parametrize("dialect", ["sglang", "together"])
def test_a_dialect_is_said(
    dialect: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.wav"
    monkeypatch.setenv("TRIOLET_SERVE_KEY", "sk-right")
    with serving(Protocol.OMNI, ToneTTS(), "sk-right", dialect=dialect) as url:
        arguments = ["say", "Hello there, all of you.", "--tts", "omni", "--dialect", dialect, "--out", str(file)]
        result = call(capfd, *arguments, "--url", url)
    assert (result.code, result.err) == (0, "")
    assert samples(file) > 10_000
    wrong = call(capfd, "say", "Hello.", "--tts", "local", "--dialect", dialect, "--out", str(file))
    assert "--dialect goes with --tts omni" in wrong.err
