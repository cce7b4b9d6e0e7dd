"""A local server that speaks DashScope's WebSocket of tasks with any voice of ours."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

import trio

from triolet import TTS, TTSSession
from triolet.errors import ProtocolViolation, TTSError
from triolet_adapters.shared.dashscope import billed_characters
from triolet_adapters.shared.json import dumps
from triolet_adapters.tts.cosyvoice import PATH
from triolet_adapters.tts.cosyvoice.server._options import CosyVoiceServerOptions
from triolet_adapters.tts.cosyvoice.server._task import Asked, Task, Wrong
from triolet_adapters.tts.frame import object_of
from triolet_adapters.tts.frame.server import (
    Connection,
    Faulty,
    LocalServer,
    Request,
    Saying,
    Site,
    Voice,
    can_resample,
    encoder_for,
)

_FAILED = 1007
"""The code of the Close behind `task-failed`: one page names it for requests that are wrong."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

SITE = Site(
    protocol="DashScope tasks (CosyVoice)",
    command="cosyvoice",
    path=PATH,
    websockets=lambda path: path.rstrip("/") == PATH,  # examples of the vendor have the slash
)


class CosyVoiceServer(LocalServer):
    """Speaks with a voice over TCP (`serve`) or any stream (`handle_stream`). Each task opens a session of the voice."""

    _options: CosyVoiceServerOptions

    def __init__(self, voice: Voice, options: CosyVoiceServerOptions | None = None) -> None:
        super().__init__(SITE, voice, options or CosyVoiceServerOptions())

    def limits_request(self, request: Request) -> bool:
        """See `LocalServer.limits_request`. Tasks are counted, and not connections."""
        return False

    async def speak(self, connection: Connection, request: Request) -> None:
        """See `LocalServer.speak`."""
        await Talk(self, connection, self._options).run()


class Talk:
    """One connection: one task reads, another says the task that is running."""

    def __init__(self, server: CosyVoiceServer, connection: Connection, options: CosyVoiceServerOptions) -> None:
        self._server = server
        self._connection = connection
        self._options = options
        self._task: Task | None = None
        self._ended = ""
        """The name of the last one."""
        self._draws = random.Random(options.seed)
        self._deadline = trio.current_time() + (options.idle_timeout or float("inf"))
        """When nothing has come that should have."""

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            while await self._step(nursery):
                pass
            nursery.cancel_scope.cancel()

    async def fail(self, name: str, wrong: Wrong) -> None:
        """A task has failed; so the connection ends."""
        header = {"error_code": wrong.code, "error_message": str(wrong)}
        with trio.CancelScope(shield=True):  # a message is sent whole; `send_timeout` bounds it
            await self._send("task-failed", name, {}, **header)
            await self._connection.close(_FAILED, str(wrong))

    async def _step(self, nursery: trio.Nursery) -> bool:
        """Take one message; False ends the connection."""
        message: str | bytes = b""
        with trio.CancelScope() as patience:
            patience.deadline = self._patience()
            message = await self._connection.receive()
        if patience.cancelled_caught:
            if self._patience() > trio.current_time():
                return True
            if self._task is None:
                await self._connection.close(1000, "no task for too long")
            else:
                seconds = self._options.text_timeout
                await self.fail(self._task.name, Wrong("CLIENT_ERROR", f"request timeout after {seconds:g} seconds."))
            return False
        name = ""
        try:
            raw = _read(message)
            name = str(raw["header"].get("task_id", ""))[:100]
            await self._handle(raw["header"].get("action"), name, raw["payload"], nursery)
        except Wrong as wrong:
            if self._task is not None:
                self._task.answers = False
                self._task.scope.cancel()
            await self.fail(name, wrong)
            return False
        return True

    def _patience(self) -> float:
        """Until when the client has to send something."""
        return float("inf") if self._task is not None and self._task.finishing else self._deadline

    async def _handle(self, action: object, name: str, payload: Mapping[str, Any], nursery: trio.Nursery) -> None:
        if action == "run-task":
            await self._run_task(name, payload, nursery)
            return
        task = self._task
        if task is None and self._crossed(action, name, payload):
            return
        if task is None or task.name != name:
            raise Wrong("InvalidParameter", f"task {name!r} is not running")
        asked = payload.get("input")
        if not task.started or not isinstance(asked, Mapping):
            raise Wrong("InvalidParameter", "the task has not started, or there is no input")
        fields = cast("Mapping[str, Any]", asked)
        match action:
            case "continue-task":
                self._deadline = trio.current_time() + self._options.text_timeout
                if isinstance(text := fields.get("text"), str) and text:
                    task.take(text, self._options.max_text, self._options.max_task)
                if fields.get("flush") is True:
                    task.flush()
            case "finish-task":
                task.finish()
                if fields.get("directive") == "cancel" and self._options.cancel == "ends":
                    task.scope.cancel()
                    await task.over.wait()
            case _:
                raise Wrong("InvalidParameter", "the action is not known")

    def _crossed(self, action: object, name: str, payload: Mapping[str, Any]) -> bool:
        """Whether it is a cancel of the task that has just ended, and no harm."""
        cancel = action == "finish-task" and payload.get("input") == {"directive": "cancel"}
        return cancel and name == self._ended and self._options.late_cancel == "ignored"

    async def _run_task(self, name: str, payload: Mapping[str, Any], nursery: trio.Nursery) -> None:
        if self._task is not None:
            if self._options.second_task == "fails":
                raise Wrong("InvalidParameter", "a task is running")
            self._task.answers = False
            self._task.scope.cancel()
        asked = Asked.read(payload)
        if self._options.models is not None and asked.model not in self._options.models:
            raise Wrong("ModelNotFound", "Model not exist.")
        if self._options.voices is not None and asked.voice not in self._options.voices:
            raise Wrong("InvalidParameter", "[tts:]Engine return error code: 418")
        voice = self._server.voice_for(asked.sample_rate)
        rate = voice.format.sample_rate
        if (rate != asked.sample_rate or asked.codec in ("mp3", "opus")) and not can_resample():
            raise Wrong("InvalidParameter", "this server lacks triolet[audio]")
        if not self._server.admit():
            raise Wrong(self._server.too_many, "Requests rate limit exceeded, please try again later.")
        encoder = encoder_for(asked.codec, asked.sample_rate, rate)
        self._task = task = Task(name, asked, encoder, self._options.splits)
        self._deadline = trio.current_time() + self._options.text_timeout
        nursery.start_soon(self._say, task, voice)

    async def _say(self, task: Task, voice: TTS) -> None:
        try:
            with task.scope:
                await trio.sleep(self._options.start_delay)
                task.started = True  # now: a client may answer before this task is there again
                await self._tell("task-started", task, {})
                async with voice.connect() as session:
                    await self._say_all(task, session, voice.format.sample_rate)
        except TTSError as error:
            await self.fail(task.name, Wrong("InternalError.Algo", str(error)))
            task.answers = False
        except Faulty:
            self._connection.drop()
        if task.answers:
            await self._finished(task)
        task.over.set()

    async def _say_all(self, task: Task, session: TTSSession, voice_rate: int) -> None:
        while task.due or not task.finishing:
            if task.due:
                await self._say_sentence(task, session, voice_rate, task.due.popleft())
            else:
                await task.changed.wait()
        if tail := task.encoder.finish():
            await self._audio(task, tail, [])

    async def _say_sentence(self, task: Task, session: TTSSession, voice_rate: int, text: str) -> None:
        options = self._options
        timed = task.asked.words and options.word_times != "none"
        saying = Saying(
            session, _Open(task.encoder), voice_rate, options, self._draws,
            struck=self._server.strikes(), piece=options.piece, whole=timed,
        )  # fmt: skip
        task.sentence += 1
        await self._result(task, "sentence-begin", [], original_text=text)

        def words(until: float) -> list[dict[str, Any]]:
            """Those that begin before `until`: every character takes the same time, for no voice of ours tells more."""
            pace = saying.samples / voice_rate / len(text)
            begins = task.seconds if options.times == "task" else 0.0
            return [
                {
                    "text": found.group(),
                    "begin_index": found.start(),
                    "end_index": found.end(),
                    "begin_time": round(1000 * (begins + pace * found.start())),
                    "end_time": round(1000 * (begins + pace * found.end())),
                }
                for found in _WORD.finditer(text)
                if pace * found.start() < until
            ]

        async def send(data: bytes, at: float) -> None:
            if data:
                cumulative = timed and options.word_times == "cumulative"
                await self._audio(task, data, words(at + options.piece) if cumulative else [])

        await saying.run(text, send)
        said = words(float("inf")) if timed else []
        task.words += said
        task.characters += billed_characters(text)
        task.seconds += saying.samples / voice_rate
        told = said if options.word_times in ("sentence-end", "cumulative") else []
        await self._result(task, "sentence-end", told, original_text=text)

    async def _audio(self, task: Task, data: bytes, words: Sequence[Mapping[str, Any]]) -> None:
        with trio.CancelScope(shield=True):  # both are sent, and whole; `send_timeout` bounds it
            await self._result(task, "sentence-synthesis", words)
            await self._connection.send_bytes(data)

    async def _result(self, task: Task, kind: str, words: Sequence[Mapping[str, Any]], **fields: str) -> None:
        output = {"sentence": {"index": max(task.sentence, 0), "words": words}, "type": kind, **fields}
        payload: dict[str, Any] = {"output": output}
        if kind == "sentence-end":
            payload["usage"] = {"characters": task.characters}
        await self._tell("result-generated", task, payload)

    async def _finished(self, task: Task) -> None:
        told = task.words if self._options.word_times == "task-finished" else []
        payload: dict[str, Any] = {"output": {"sentence": {"index": 0, "words": told} if told else {"words": []}}}
        if self._options.usage == "both":
            payload["usage"] = {"characters": task.characters}
        if self._task is task:
            self._task, self._ended = None, task.name
            self._deadline = trio.current_time() + (self._options.idle_timeout or float("inf"))
        attributes = {"request_uuid": str(uuid.UUID(int=self._draws.getrandbits(128)))}
        await self._tell("task-finished", task, payload, attributes)

    async def _tell(
        self, event: str, task: Task, payload: Mapping[str, Any], attributes: Mapping[str, Any] | None = None
    ) -> None:
        with trio.CancelScope(shield=True):  # as above
            await self._send(event, task.name, payload, attributes=attributes or {})

    async def _send(self, event: str, name: str, payload: Mapping[str, Any], **header: Any) -> None:
        await self._connection.send(
            dumps({"header": {"task_id": name, "event": event, "attributes": {}, **header}, "payload": payload})
        )


class _Open:
    """The encoder of a whole task, for one of its sentences: it has not ended with that."""

    def __init__(self, encoder: Any) -> None:
        self.feed = encoder.feed

    def finish(self) -> bytes:
        return b""


def _read(message: str | bytes) -> Mapping[str, Mapping[str, Any]]:
    """A message of a client.

    Raises:
        Wrong: it is none.
    """
    try:
        raw = object_of(message)
    except ProtocolViolation:
        raise Wrong("InvalidParameter", "the message is no JSON object") from None
    header, payload = raw.get("header"), raw.get("payload")
    if not (isinstance(header, Mapping) and isinstance(payload, Mapping)):
        raise Wrong("InvalidParameter", "header or payload is missing")
    head = cast("Mapping[str, Any]", header)
    if head.get("streaming") != "duplex" or not isinstance(head.get("task_id"), str):
        raise Wrong("InvalidParameter", "task_id or streaming is not right")
    return {"header": head, "payload": cast("Mapping[str, Any]", payload)}
