"""A source that follows a script, and says how far it was read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import trio


class ScriptedSource:
    """An async iterable of tokens that follows a script: it gives strings, sleeps for numbers (seconds), and raises exceptions.

        ScriptedSource(["Hello ", 0.5, "world.", ValueError("the LLM broke")])

    Iterate it once, like a stream.
    """

    on_trio = True
    """It can be iterated in Trio only; `triolet.asyncio` heeds this."""

    def __init__(self, script: Iterable[str | float | BaseException]) -> None:
        self._script = script
        self.given: list[str] = []
        """The tokens that were taken, in order."""
        self.closed = False
        """Whether its iteration has ended: at the end of the script, by an exception, or by being closed."""

    @classmethod
    def paced(cls, text: str, *, tokens_a_second: float = 30.0, characters: int = 4) -> ScriptedSource:
        """Give a text at a steady pace: 30 tokens a second of 4 characters each by default, as an LLM does."""

        def script() -> Iterable[str | float]:
            for at in range(0, len(text), characters):
                if at:
                    yield 1 / tokens_a_second
                yield text[at : at + characters]

        return cls(script())

    async def __aiter__(self) -> AsyncIterator[str]:
        try:
            for step in self._script:
                if isinstance(step, str):
                    self.given.append(step)
                    yield step
                elif isinstance(step, BaseException):
                    raise step
                else:
                    await trio.sleep(step)
        finally:
            self.closed = True
