"""A language model's answer once more: the same tokens at the same times, on Trio's clock.

A recording is a file of JSON lines in UTF-8, one a token, in order:

    {"t": 0.412, "text": "Hello"}

`t` counts seconds from the first request for a token, never goes back and is at least 0. `text` is the token. Other fields are left
alone; empty lines are passed over.
"""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from os import PathLike
from pathlib import Path
from typing import Any, cast

import attrs
import trio

from triolet_adapters.sources._tokens import split_tokens


@attrs.frozen
class TimedToken:
    """A token and when it comes."""

    time: float
    """Seconds since the first request for a token."""
    text: str


class Replay(AsyncIterable[str]):
    """A text as tokens at a rate, or recorded tokens at their times. Each iteration begins anew.

    A token never comes before its time. A consumer that is late gets all tokens that are due at once, as from the buffers of a real
    service. No task runs between two requests, so an iteration can be left at any time.

    Args:
        text: what the model writes, cut by `split_tokens`.
        rate: tokens a second; by default 30, about what hosted models stream. `math.inf` gives all at once.
        first_token: seconds until the first token.

    Raises:
        ValueError: a rate or a time that is not positive.
    """

    on_trio = True
    """It can be iterated in Trio only; `triolet.asyncio` heeds this."""

    def __init__(self, text: str, rate: float = 30.0, *, first_token: float = 0.0) -> None:
        if not rate > 0:
            raise ValueError(f"rate={rate!r}: tokens a second, more than 0")
        if not 0 <= first_token < math.inf:
            raise ValueError(f"first_token={first_token!r}: seconds, at least 0")
        self._tokens = tuple(TimedToken(first_token + i / rate, token) for i, token in enumerate(split_tokens(text)))

    @classmethod
    def of(cls, tokens: tuple[TimedToken, ...]) -> Replay:
        """Replay these tokens at these times.

        Raises:
            ValueError: times that go back, or are no times.
        """
        before = 0.0
        for i, token in enumerate(tokens):
            if not before <= token.time < math.inf:
                raise ValueError(f"token {i} is at {token.time!r} s: times are finite, from 0, and never go back")
            before = token.time
        replay = cls("")
        replay._tokens = tokens
        return replay

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Replay:
        """Read a recording: JSON lines as described in this module.

        Raises:
            ValueError: a line that is no token; the text names file and line.
            OSError: the file cannot be read.
        """
        tokens: list[TimedToken] = []
        for number, line in enumerate(Path(path).read_text("utf-8").split("\n"), 1):
            if line.strip():
                tokens.append(_token_of(line, f"{path}, line {number}"))
        try:
            return cls.of(tuple(tokens))
        except ValueError as exc:
            raise ValueError(f"{path}: {exc}") from None

    def save(self, path: str | PathLike[str]) -> None:
        """Write the recording that `load` reads."""
        lines = (json.dumps({"t": round(token.time, 6), "text": token.text}) + "\n" for token in self._tokens)
        Path(path).write_text("".join(lines), "utf-8", newline="\n")

    @property
    def tokens(self) -> tuple[TimedToken, ...]:
        """The tokens and their times."""
        return self._tokens

    @property
    def text(self) -> str:
        """All tokens joined."""
        return "".join(token.text for token in self._tokens)

    def __aiter__(self) -> AsyncIterator[str]:
        return _Playback(iter(self._tokens))

    def __repr__(self) -> str:
        end = self._tokens[-1].time if self._tokens else 0.0
        return f"<Replay of {len(self._tokens)} tokens in {end:.2f} s>"


class _Playback(AsyncIterator[str]):
    """One iteration of a replay."""

    def __init__(self, tokens: Iterator[TimedToken]) -> None:
        self._tokens = tokens
        self._began: float | None = None

    async def __anext__(self) -> str:
        if self._began is None:
            self._began = trio.current_time()
        token = next(self._tokens, None)
        if token is None:
            raise StopAsyncIteration
        await trio.sleep_until(self._began + token.time)
        return token.text


class Recorder(AsyncIterator[str]):
    """Passes a source's tokens on and remembers when each came.

        recorder = Recorder(chat.stream(messages))
        await conversation.say(recorder)
        recorder.replay().save("answer.jsonl")

    The times are those at which the consumer got the tokens: where it made the source wait, they show it. Leaving an iteration and
    beginning another goes on where the first stopped.
    """

    def __init__(self, source: AsyncIterable[str]) -> None:
        self.on_trio = getattr(source, "on_trio", False) is True
        self._source = aiter(source)
        self._began: float | None = None
        self._tokens: list[TimedToken] = []

    async def __anext__(self) -> str:
        if self._began is None:
            self._began = trio.current_time()
        text = await anext(self._source)
        self._tokens.append(TimedToken(trio.current_time() - self._began, text))
        return text

    async def aclose(self) -> None:
        """Close the source, where it can be closed."""
        close = getattr(self._source, "aclose", None)
        if close is not None:
            await close()

    def replay(self) -> Replay:
        """What has come so far, to be replayed or saved."""
        return Replay.of(tuple(self._tokens))


def _token_of(line: str, where: str) -> TimedToken:
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise ValueError(f"{where}: not JSON: {exc}") from None
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    time, text = fields.get("t"), fields.get("text")
    if not isinstance(time, int | float) or isinstance(time, bool) or not isinstance(text, str):
        what = f'{where}: a token is {{"t": seconds, "text": "..."}}, not {line[:80]}'
        raise ValueError(what)  # noqa: TRY004  # it is the file that is wrong
    return TimedToken(float(time), text)
