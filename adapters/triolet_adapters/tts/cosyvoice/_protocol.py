"""DashScope's WebSocket of tasks for speech, sans-I/O: each commit is a task, one after another on a connection.

`run-task`, then, when `task-started` has come, `continue-task` with the text and `finish-task` at once; then events `result-generated` and
audio as bytes; then `task-finished`. An interruption is a `finish-task` with the directive `cancel`: the service answers with
`task-finished`, sends no more audio, and the connection takes another task.

What is documented (pages read on 2026-11-28): all of this; that a connection without a task is closed after 60 s, and a task without text
fails after 23 s; that `task-failed` ends the connection; that CosyVoice in Singapore has no `cancel`, nor has cosyvoice-v1.
What is a guess: a cancel that crosses the end of its task may fail, and then others of the connection are tried again; the end of a task that was cancelled is waited for before the next begins, since audio does not say of which task it is;
word times are read in all events that have some, since the pages name two (`sentence-end`, `task-finished`) and a third was seen.
A sentence of more than 33 s was seen to be cut off by the service; phrases of `speech()` are shorter.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from triolet.errors import ConnectionLost, ProtocolViolation
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.shared.dashscope import billed_characters, parted, service_error
from triolet_adapters.shared.json import dumps
from triolet_adapters.tts.cosyvoice._settings import CosyVoiceSettings
from triolet_adapters.tts.cosyvoice._words import WordTimes
from triolet_adapters.tts.frame import Audio, Finished, Happening, Protocol, Reply, Words, object_of

MAX_TEXT = 2_000
"""Characters in a `continue-task`, a Han character as two: the least that the vendor's pages name; some name 20,000."""


def _new_id() -> str:
    return uuid.uuid4().hex


class CosyVoiceProtocol(Protocol):
    """One connection."""

    def __init__(
        self,
        settings: CosyVoiceSettings,
        *,
        cancels: bool,
        seconds_of: Callable[[bytes], float] | None = None,
        new_id: Callable[[], str] = _new_id,
    ) -> None:
        """`cancels`: whether the service can be told to cancel a task. `seconds_of`: how long audio is; None: not known."""
        self._settings = settings
        self._cancels = cancels
        self._seconds_of = seconds_of
        self._new_id = new_id
        self._task: str | None = None
        """The one that is wanted."""
        self._text = ""
        self._running = False
        """Whether its `run-task` is due or sent: not while another is being cancelled."""
        self._started = False
        self._cancelled: str | None = None
        """The one whose end is waited for."""
        self._stopped: str | None = None
        """The last one that was told to cancel."""
        self._words = WordTimes("")
        self._seconds: float | None = 0.0
        """Of audio of the task, so far."""
        self._sentence_begins: float | None = 0.0
        self._characters: int | None = None

    def say(self, text: str) -> Sequence[str]:
        """See `Protocol.say`."""
        self._task, self._text = self._new_id(), text
        self._started = False
        self._words = WordTimes(text)
        self._seconds = self._sentence_begins = None if self._seconds_of is None else 0.0
        self._characters = None
        self._running = self._cancelled is None
        return [self._run(self._task)] if self._running else []

    def stop(self) -> Sequence[str] | None:
        """See `Protocol.stop`. Before a task has started, nothing can be said of it: the connection is spent."""
        task, self._task = self._task, None
        if task is None:
            return []
        if not (self._started and self._cancels):
            return None
        self._cancelled = self._stopped = task
        return [self._action("finish-task", task, {"input": {"directive": "cancel"}})]

    def take(self, message: str | bytes) -> Iterator[Happening]:
        """See `Protocol.take`."""
        if isinstance(message, bytes):
            if self._cancelled is None:
                yield from self._audio(message)
            return
        raw = object_of(message)
        header = _object(raw.get("header"))
        event, task = header.get("event"), header.get("task_id")
        if event == "task-failed":
            code, words = header.get("error_code"), header.get("error_message")
            if (
                task == self._stopped and task != self._task
            ):  # it may have ended before the service was told to cancel it
                raise ConnectionLost(f"the service ended the connection with a cancelled task: {clipped(_text(words))}")
            raise service_error(_text(code), _text(words), raw)
        if self._cancelled is not None and task == self._cancelled:
            if event == "task-finished":
                self._cancelled = None
                if self._task is not None:
                    self._running = True
                    yield Reply((self._run(self._task),))
            return
        if task != self._task or not self._running:
            raise ProtocolViolation(f"the service sent {clipped(repr(event))} of an unknown task", event=raw)
        yield from self._event(event, _object(raw.get("payload")), raw)

    def _event(self, event: object, payload: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[Happening]:
        if event == "task-started":
            yield from self._start()
            return
        if not self._started:
            raise ProtocolViolation(
                f"the service sent {clipped(repr(event))} of a task that has not started", event=raw
            )
        output = _object(payload.get("output"))
        if output.get("type") == "sentence-begin":
            self._sentence_begins = self._seconds
        billed = _object(payload.get("usage")).get("characters")
        if isinstance(billed, int):
            self._characters = billed  # all of the task so far
        if words := self._words.feed(output.get("sentence"), self._sentence_begins):
            yield Words(tuple(words))
        if event == "task-finished":
            self._task, self._started = None, False
            yield Finished(billed_characters(self._text) if self._characters is None else self._characters)

    def _start(self) -> Iterator[Happening]:
        if self._started or self._task is None:
            return
        self._started = True
        inputs: list[Mapping[str, str]] = [{"text": part} for part in parted(self._text, MAX_TEXT)]
        actions = [("continue-task", each) for each in inputs] + [("finish-task", {})]
        yield Reply(tuple(self._action(action, self._task, {"input": given}) for action, given in actions))

    def _audio(self, data: bytes) -> Iterator[Happening]:
        if self._task is not None and not self._started:
            raise ProtocolViolation("the service sent audio of a task that has not started")
        yield Audio(data)
        if self._seconds is not None and self._seconds_of is not None:
            self._seconds += self._seconds_of(data)

    def _run(self, task: str) -> str:
        payload = {
            "task_group": "audio",
            "task": "tts",
            "function": "SpeechSynthesizer",
            "model": self._settings.model,
            "parameters": self._settings.to_wire(),
            "input": {},
        }
        return self._action("run-task", task, payload)

    def _action(self, action: str, task: str, payload: Mapping[str, Any]) -> str:
        return dumps({"header": {"action": action, "task_id": task, "streaming": "duplex"}, "payload": payload})


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
