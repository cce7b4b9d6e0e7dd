"""What is kept of the text that is taken out."""

from __future__ import annotations

MAX_KEPT = 20_000
"""Characters that are kept of one piece that is taken out, the last ones: mostly all the reasoning of an answer. More would only
cost memory."""

MAX_SPOKEN = 4000
"""Characters that are spoken of what follows a tag that never closed, the last ones: four to five minutes of speech, so that any
answer to a listener is among them. What stands before was reasoning."""


class Kept:
    """The end of a text that may be long, and its length."""

    def __init__(self) -> None:
        self.characters = 0
        self._parts: list[str] = []
        self._held = 0

    def add(self, text: str) -> None:
        """Add text. Forget what is more than `MAX_KEPT` characters back."""
        self._parts.append(text)
        self.characters += len(text)
        self._held += len(text)
        if self._held > 2 * MAX_KEPT:
            self._parts = [self.text]
            self._held = MAX_KEPT

    @property
    def text(self) -> str:
        """The last `MAX_KEPT` characters."""
        return "".join(self._parts)[-MAX_KEPT:]


def last_of(text: str) -> str:
    """The end of a text, at most `MAX_SPOKEN` characters of it: from a paragraph on if one begins in its first half, else from a
    word on.
    """
    if len(text) <= MAX_SPOKEN:
        return text
    text = text[-MAX_SPOKEN:]
    paragraph = text.find("\n\n", 0, MAX_SPOKEN // 2)
    begin = paragraph if paragraph >= 0 else text.find(" ", 0, MAX_SPOKEN // 2)
    return text[begin + 1 :]
