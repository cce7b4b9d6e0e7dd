"""What the local server says to clients that do right and wrong, in virtual time."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio
import trio_websocket
from tests.unit.adapters.tts.cosyvoice._peers import serving
from trio.testing import MockClock

from triolet.errors import ServiceError
from triolet_adapters.tts.cosyvoice._protocol import CosyVoiceProtocol
from triolet_adapters.tts.cosyvoice._settings import CosyVoiceSettings
from triolet_adapters.tts.cosyvoice.server import CosyVoiceServerOptions

Message = dict[str, Any]


def act(action: str, payload: Any, task: str = "t", **header: Any) -> Message:
    return {"header": {"action": action, "task_id": task, "streaming": "duplex", **header}, "payload": payload}


def run(task: str = "t", **parameters: Any) -> Message:
    asked = {"voice": "longanyang", "format": "pcm", "sample_rate": 24_000, **parameters}
    fixed = {"task_group": "audio", "task": "tts", "function": "SpeechSynthesizer", "model": "cosyvoice-v3-flash"}
    return act("run-task", {**fixed, "parameters": asked, "input": {}}, task)


def text(words: str, task: str = "t") -> Message:
    return act("continue-task", {"input": {"text": words}}, task)


def finish(task: str = "t", **given: Any) -> Message:
    return act("finish-task", {"input": given}, task)


async def told(options: CosyVoiceServerOptions, *messages: Message | str | bytes | float) -> list[str]:
    """Send them, where a number is a pause; give what comes until the connection ends or is silent: audio once, and a task's name
    with its end."""
    events: list[str] = []
    async with serving(options) as world, trio.open_nursery() as nursery:
        stream: Any = await world.network.dial("localhost", 80)
        client = await trio_websocket.wrap_client_stream(nursery, stream, "localhost", "/api-ws/v1/inference/")

        async def hear() -> None:
            try:
                while True:
                    message = await client.get_message()
                    if isinstance(message, bytes):
                        events.extend(["audio"] * (events[-1:] != ["audio"]))
                        continue
                    raw = json.loads(message)
                    header = raw["header"]
                    if header["event"] == "task-failed":
                        events.append(f"failed {header['error_code']}: {header['error_message']}")
                    elif header["event"] != "result-generated":
                        events.append(f"{header['event']} {header['task_id']}")
            except trio_websocket.ConnectionClosed as error:
                events.append(str(error.reason and error.reason.code))

        nursery.start_soon(hear)
        for message in messages:
            if isinstance(message, float | int):
                await trio.sleep(message)
            else:
                await client.send_message(json.dumps(message) if isinstance(message, dict) else message)
        await trio.sleep(50)
        nursery.cancel_scope.cancel()
    return events


WRONG = "failed InvalidParameter:"
STORIES: dict[str, tuple[CosyVoiceServerOptions, list[Any], list[str]]] = {
    "a task, and another": (
        CosyVoiceServerOptions(),
        [run(), 0.1, text("Hello."), finish(), 1.0, run("u"), 0.1, text("Hello.", "u"), finish("u")],
        ["task-started t", "audio", "task-finished t", "task-started u", "audio", "task-finished u"],
    ),
    "nothing to say": (CosyVoiceServerOptions(), [run(), 0.1, finish()], ["task-started t", "task-finished t"]),
    "sentences are said as they come, and a flush says the rest": (
        CosyVoiceServerOptions(),
        [run(), 0.1, text("Hello. And"), 1.0, act("continue-task", {"input": {"flush": True}}), 1.0, finish()],
        ["task-started t", "audio", "task-finished t"],
    ),
    "a cancel": (
        CosyVoiceServerOptions(pace=0.1),
        [run(), 0.1, text("Hello."), finish(), 1.0, finish(directive="cancel"), 0.0, run("u"), 0.1, finish("u")],
        ["task-started t", "audio", "task-finished t", "task-started u", "task-finished u"],
    ),
    "a cancel that comes too late": (
        CosyVoiceServerOptions(),
        [run(), 0.1, finish(), 1.0, finish(directive="cancel"), run("u"), 0.1, finish("u")],
        ["task-started t", "task-finished t", "task-started u", "task-finished u"],
    ),
    "a cancel that comes too late where that is wrong": (
        CosyVoiceServerOptions(late_cancel="fails"),
        [run(), 0.1, finish(), 1.0, finish(directive="cancel")],
        ["task-started t", "task-finished t", f"{WRONG} task 't' is not running", "1007"],
    ),
    "a second task": (
        CosyVoiceServerOptions(pace=0.1),
        [run(), 0.1, text("Hello."), finish(), 1.0, run("u"), 0.1, finish("u")],
        ["task-started t", "audio", "task-started u", "task-finished u"],
    ),
    "a second task where it is refused": (
        CosyVoiceServerOptions(pace=0.1, second_task="fails"),
        [run(), 0.1, run("u")],
        ["task-started t", f"{WRONG} a task is running", "1007"],
    ),
    "text too early": (
        CosyVoiceServerOptions(start_delay=1),
        [run(), text("Hello.")],
        [f"{WRONG} the task has not started, or there is no input", "1007"],
    ),
    "text of no task": (CosyVoiceServerOptions(), [text("Hello.")], [f"{WRONG} task 't' is not running", "1007"]),
    "no text for too long": (
        CosyVoiceServerOptions(),
        [run(), 0.1, text("Hello there"), 23.5],
        ["task-started t", "failed CLIENT_ERROR: request timeout after 23 seconds.", "1007"],
    ),
    "SSML twice": (
        CosyVoiceServerOptions(),
        [run(enable_ssml=True), 0.1, text("Hello"), text(" there.")],
        ["task-started t", f"{WRONG} Text request limit violated, expected 1.", "1007"],
    ),
    "too long": (
        CosyVoiceServerOptions(max_text=5),
        [run(), 0.1, text("你好啊")],
        ["task-started t", f"{WRONG} the text is too long", "1007"],
    ),
    "what the SDK sends by default": (
        CosyVoiceServerOptions(),
        [run(format="Default", sample_rate=0), 0.1, text("Hello."), finish()],
        ["task-started t", "audio", "task-finished t"],
    ),
    "a rate that there is not": (
        CosyVoiceServerOptions(),
        [run(rate=3)],
        [f"{WRONG} rate must be in [0.5, 2.0]", "1007"],
    ),
    "a format that there is not": (
        CosyVoiceServerOptions(),
        [run(format="flac")],
        [f"{WRONG} format or sample_rate is not supported", "1007"],
    ),
    "no input": (
        CosyVoiceServerOptions(),
        [act("run-task", {"task": "tts"})],
        [f"{WRONG} task can not be null", "1007"],
    ),
    "not duplex": (
        CosyVoiceServerOptions(),
        [act("run-task", {}, streaming="out")],
        [f"{WRONG} task_id or streaming is not right", "1007"],
    ),
    "no JSON": (CosyVoiceServerOptions(), ["{"], [f"{WRONG} the message is no JSON object", "1007"]),
    "bytes": (CosyVoiceServerOptions(), [b"{}"], [f"{WRONG} the message is no JSON object", "1007"]),
    "nothing at all": (CosyVoiceServerOptions(idle_timeout=30), [40.0], ["1000"]),
}


@pytest.mark.parametrize("story", STORIES)
async def test_the_server_answers(autojump_clock: MockClock, story: str) -> None:
    options, messages, expected = STORIES[story]
    assert await told(options, *messages) == expected


def test_a_task_that_waited_for_text_is_worth_another_try() -> None:
    protocol = CosyVoiceProtocol(CosyVoiceSettings(), cancels=True, new_id=lambda: "a")
    protocol.say("Hello.")
    failed = {
        "event": "task-failed",
        "task_id": "a",
        "error_code": "CLIENT_ERROR",
        "error_message": "request timeout after 23 seconds.",
    }
    with pytest.raises(ServiceError) as caught:
        list(protocol.take(json.dumps({"header": failed, "payload": {}})))
    assert caught.value.retryable
