"""A source that follows a script, and tells how far it was read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import trio


class ScriptedSource:
    """Gives strings as tokens, waits for numbers (seconds), raises exceptions; an async iterable of str.

        ScriptedSource(["Hello ", 0.5, "world.", ValueError("the LLM broke")])

    It may be iterated once, like a stream.
    """

    def __init__(self, script: Iterable[str | float | BaseException]) -> None:
        self._script = script
        self.given: list[str] = []
        """The tokens that were taken, in order."""
        self.closed = False
        """Whether its iteration has ended: to its end, by an exception, or because it was closed."""

    @classmethod
    def paced(cls, text: str, *, tokens_a_second: float = 30.0, characters: int = 4) -> ScriptedSource:
        """A text as tokens of so many characters, at a steady pace."""

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
