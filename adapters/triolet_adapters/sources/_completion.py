"""A chat completion from its streamed events: a pure fold.

The API: https://platform.openai.com/docs/api-reference/chat-streaming. What others add to it and is understood here: reasoning in
`reasoning_content` (DeepSeek, DashScope, llama.cpp) or `reasoning` (Ollama, OpenRouter, vLLM), or as `<think>...</think>` before
the answer (servers without a parser for it); tool calls without an index; an error object in place of a chunk.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from typing import Any, cast

import attrs

from triolet_adapters.sources._errors import ChatProtocolViolation, ChatServiceError

Json = Mapping[str, Any]

_OPEN, _CLOSE = "<think>", "</think>"
_MOST_SPACE = 100
"""Characters of white space after which no `<think>` is expected any more; models write one or two line ends before it."""


@attrs.frozen
class ToolCall:
    """A call that the model asks for, as far as it has been streamed."""

    id: str
    name: str
    arguments: str
    """JSON, complete when the stream has ended."""


@attrs.define
class _Call:
    """A call whose parts are still coming."""

    id: str
    name: str
    arguments: list[str]


class Completion:
    """What has come of one answer."""

    def __init__(self) -> None:
        self.reasoning: list[str] = []
        self._calls: list[_Call] = []
        self.finish_reason: str | None = None
        self.usage: Json | None = None
        self.done = False
        """`[DONE]` has come."""
        self.progress = 0
        """Counts what the model wrote: text, reasoning, parts of calls. Keep-alives do not count."""
        self._thinking = _Thinking()
        self._index: dict[int, int] = {}

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls that the model asks for, as far as they have come."""
        return tuple(ToolCall(call.id, call.name, "".join(call.arguments)) for call in self._calls)

    def receive(self, data: str) -> str:
        """Take the data of one event in; give the text that is the answer's.

        Raises:
            ChatServiceError: the event is an error object.
            ChatProtocolViolation: the event is not what the API allows.
        """
        if data.strip() == "[DONE]":
            self.done = True
            return ""
        chunk = _mapping(_json(data), data)
        error = error_details(chunk)
        if error is not None and not chunk.get("choices"):
            code, message = error
            raise ChatServiceError(
                f"the chat service broke off its answer: {message or code}",
                code=code,
                message=message,
                body=data,
                retryable=code
                in {"429", "500", "502", "503", "504", "rate_limit_exceeded", "server_error", "overloaded"},
            )
        if chunk.get("usage") is not None:
            self.usage = _mapping(chunk["usage"], data)
        text = ""
        for choice in _mappings(chunk.get("choices"), data):
            if choice.get("index", 0) == 0:
                text += self._choice(choice, data)
        return text

    def finish(self) -> str:
        """The end of the stream: text that was held back because it could have become a tag."""
        text, reasoning = self._thinking.finish()
        self._reason(reasoning)
        return text

    def _choice(self, choice: Json, data: str) -> str:
        reason = choice.get("finish_reason")
        if reason is not None:
            self.finish_reason = str(reason)
            self.progress += 1
        delta = _mapping(choice.get("delta") or {}, data)
        self._reason(_text(delta.get("reasoning_content") or delta.get("reasoning"), data))
        for call in _mappings(delta.get("tool_calls"), data):
            self._call(call, data)
        # A refusal is what the model says to the person, in place of an answer.
        written = _text(delta.get("content"), data) + _text(delta.get("refusal"), data)
        if not written:
            return ""
        self.progress += 1
        text, reasoning = self._thinking.feed(written)
        self._reason(reasoning)
        return text

    def _reason(self, text: str) -> None:
        if text:
            self.reasoning.append(text)
            self.progress += 1

    def _call(self, part: Json, data: str) -> None:
        function = _mapping(part.get("function") or {}, data)
        id_, name, arguments = (
            _text(value, data) for value in (part.get("id"), function.get("name"), function.get("arguments"))
        )
        self.progress += 1
        index = part.get("index")
        if not isinstance(index, int):  # servers that send whole calls leave it out
            index = len(self._calls) if id_ or name or not self._calls else len(self._calls) - 1
        if index not in self._index:
            self._index[index] = len(self._calls)
            self._calls.append(_Call(id_, name, [arguments]))
            return
        call = self._calls[self._index[index]]
        call.id = call.id or id_
        call.name = call.name or name
        call.arguments.append(arguments)


class _Place(enum.Enum):
    """Where in an answer its stream is."""

    START = enum.auto()
    """Nothing has come but, perhaps, white space and the beginning of a tag."""
    THINKING = enum.auto()
    """Between the tags."""
    ANSWER = enum.auto()


class _Thinking:
    """Takes `<think>...</think>` at the very start of an answer out of it."""

    def __init__(self) -> None:
        self._held = ""
        """What may be part of a tag."""
        self._place = _Place.START

    def feed(self, text: str) -> tuple[str, str]:
        """The parts of `text`, and of what was held back, that are answer and reasoning."""
        if self._place is _Place.ANSWER:
            return text, ""
        self._held += text
        if self._place is _Place.START:
            begin = self._held.lstrip()
            if _OPEN.startswith(begin) and begin != _OPEN and len(self._held) - len(begin) <= _MOST_SPACE:
                return "", ""  # nothing yet, or the tag's beginning
            if not begin.startswith(_OPEN):
                self._place = _Place.ANSWER
                return self._take(len(self._held)), ""
            self._held = begin.removeprefix(_OPEN)
            self._place = _Place.THINKING
        end = self._held.find(_CLOSE)
        if end < 0:
            return "", self._take(len(self._held) - _overlap(self._held, _CLOSE))
        reasoning = self._take(end)
        self._held = self._held.removeprefix(_CLOSE)
        self._place = _Place.ANSWER
        return self._take(len(self._held)), reasoning

    def finish(self) -> tuple[str, str]:
        """The end: what was held back is no tag."""
        rest = self._take(len(self._held))
        return ("", rest) if self._place is _Place.THINKING else (rest, "")

    def _take(self, length: int) -> str:
        taken, self._held = self._held[:length], self._held[length:]
        return taken


def _overlap(text: str, mark: str) -> int:
    """How many characters at the end of `text` may begin `mark`."""
    return next((n for n in range(min(len(text), len(mark) - 1), 0, -1) if text.endswith(mark[:n])), 0)


def error_details(value: object) -> tuple[str | None, str | None] | None:
    """Code and message of an error, in the shapes that servers use; None for what is no error.

    `{"error": {"code", "type", "message"}}` (OpenAI, vLLM, llama.cpp), `{"error": "..."}` (Ollama), `{"object": "error", "code",
    "message"}` (older vLLM), `{"code", "message", "request_id"}` (DashScope), `{"detail": ...}` (FastAPI).
    """
    if not isinstance(value, Mapping):
        return None
    body = cast("Json", value)
    error = body.get("error")
    if isinstance(error, Mapping):
        details = cast("Json", error)
        code = details.get("code") or details.get("type")
        return _word(code), _word(details.get("message"))
    if error:
        return None, _word(error)
    if body.get("message") and body.get("code"):
        return _word(body["code"]), _word(body["message"])
    if "detail" in body:
        return None, _word(body["detail"])
    return None


def _word(value: object) -> str | None:
    return None if value is None else value if isinstance(value, str) else json.dumps(value)


def _json(data: str) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise _violation("an event is not JSON", data) from None


def _mapping(value: object, data: str) -> Json:
    if not isinstance(value, Mapping):
        raise _violation("an event does not have the shape of a chat completion chunk", data)
    return cast("Json", value)


def _mappings(value: object, data: str) -> list[Json]:
    """A list of objects, which may be missing."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise _violation("an event does not have the shape of a chat completion chunk", data)
    return [_mapping(item, data) for item in cast("list[object]", value)]


def _text(value: object, data: str) -> str:
    """A text, or the text parts of a list of parts."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return "".join(_text(part.get("text"), data) for part in _mappings(value, data))


def _violation(what: str, data: str) -> ChatProtocolViolation:
    return ChatProtocolViolation(f"the chat service broke its protocol: {what}: {data[:200]!r}", body=data)
