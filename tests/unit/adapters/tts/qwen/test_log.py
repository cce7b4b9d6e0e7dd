"""What of a text gets into the log: nothing above debug level, and there as much as is wanted."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from tests.unit.adapters.tts.qwen._peers import Script, scripted, serving
from trio.testing import MockClock

from triolet import speech
from triolet.errors import ServiceError
from triolet.testing import RecordingOutput, ToneTTS
from triolet_adapters.shared.keep_text import KeepText, message, wire_event
from triolet_adapters.tts.qwen import QwenOptions
from triolet_adapters.tts.qwen.client._wire_log import described

TEXT = "Greetings, my dear friend. The password is **swordfish**, or 42."
SECRETS = ("reetings", "friend", "swordfish", "password", "forty")
KEY = "sk-0123456789abcdef"


async def echo(server: Script) -> None:
    """A service that repeats the text wherever it could."""
    await server.open()
    text = (await server.until("input_text_buffer.append"))["text"]
    await server.until("input_text_buffer.commit")
    await server.send("hm", words=text, part={"text": text})
    await server.send("response.created", response={"id": "r"})
    await server.send("response.content_part.added", response_id="r", part={"type": "text", "text": text})
    await server.send("error", error={"code": "InvalidParameter", "message": f"cannot say: {text}"})


async def spoken_and_refused(log_text: Any) -> None:
    options = QwenOptions(ping_interval=None, log_text=log_text)
    async with serving(voice=ToneTTS(sample_rate=8000)) as world:
        tts = world.tts(sample_rate=8000, options=options, api_key=KEY)
        await ([TEXT] | speech(tts, "en") | RecordingOutput()).run()
    async with scripted(echo, options) as tts:
        with pytest.raises(ServiceError):
            await ([TEXT] | speech(tts, "en") | RecordingOutput()).run()


def leaked(records: list[logging.LogRecord]) -> list[str]:
    shown = [record.getMessage() + repr(record.__dict__) for record in records]
    return [text for text in shown if any(secret in text for secret in (*SECRETS, KEY))]


@pytest.mark.parametrize("log_text", ["hash", "none"])
async def test_no_text_is_logged_where_it_is_not_wanted(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture, log_text: str
) -> None:
    caplog.set_level(logging.DEBUG)
    await spoken_and_refused(log_text)
    assert leaked(caplog.records) == []
    assert ("sha256:" in caplog.text) == (log_text == "hash")
    assert "input_text_buffer.append" in caplog.text


async def test_text_is_logged_at_debug_level_only_and_the_key_never(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await spoken_and_refused("full")
    assert leaked([record for record in caplog.records if record.levelno > logging.DEBUG]) == []
    assert "swordfish" in caplog.text
    assert KEY not in caplog.text
    assert "AAAAAAAA" not in caplog.text, "audio"


def test_what_is_no_event_is_described_too() -> None:
    assert described("zzz swordfish", "none") == "no event: <13 characters>"
    assert "swordfish" in described('["swordfish"]', "full")
    assert "swordfish" not in described('["swordfish"]', "hash")
    assert len(described(json.dumps({"type": "error", "error": "x" * 10**6}), "full")) < 1000


def test_an_unknown_way_to_log_is_refused() -> None:
    with pytest.raises(ValueError, match="log_text is 'never'; it must be full, hash or none"):
        QwenOptions(log_text="never")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# Recordings.

EVENTS: list[dict[str, Any]] = [
    {"type": "input_text_buffer.append", "text": TEXT},
    {"type": "error", "error": {"code": "x", "message": f"cannot say: {TEXT}", "param": TEXT}},
    {"type": "error", "error": TEXT},
    {
        "type": "response.done",
        "response": {"id": "r", "output": [{"content": [{"type": "audio", "transcript": TEXT}]}]},
    },
    {"type": "hm", "words": [TEXT, {"a": TEXT}]},
    {"type": "session.update", "session": {"voice": "Cherry", "instructions": TEXT}},
]


@pytest.mark.parametrize("keep", [KeepText.HASH, KeepText.NONE])
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["type"])
def test_a_recorded_event_holds_no_text_wherever_it_was(event: dict[str, Any], keep: KeepText) -> None:
    kept = wire_event(json.dumps(event), keep)
    assert not [secret for secret in SECRETS if secret in json.dumps(kept)]
    assert ("sha256:" in json.dumps(kept)) == (keep is KeepText.HASH)
    assert kept["type"] == event["type"]
    assert wire_event(json.dumps(event), KeepText.FULL) == event


@pytest.mark.parametrize("keep", [KeepText.HASH, KeepText.NONE])
def test_a_recorded_error_keeps_its_type(keep: KeepText) -> None:
    assert message("ServiceError: cannot say swordfish", keep) == "ServiceError"
    assert message("'swordfish' cannot be said", keep) == ""
    assert "swordfish" not in wire_event("no event: swordfish", keep)
