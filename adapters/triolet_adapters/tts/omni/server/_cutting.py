"""Where the servers cut a text that comes in pieces, sans-I/O: behind each mark, as SGLang-Omni does."""

from __future__ import annotations

SENTENCE = frozenset(".!?。！？")
CLAUSE = SENTENCE | frozenset(",，;；")
_MARKS = {"sentence": SENTENCE, "clause": CLAUSE}


class Cutter:
    """Takes text; gives what is to be said by then. vLLM-Omni spares abbreviations and numbers, which this one does not."""

    def __init__(self, split: str) -> None:
        self._marks = _MARKS.get(split, frozenset[str]())
        self.rest = ""

    def feed(self, text: str) -> list[str]:
        """Take a piece of text."""
        self.rest += text
        if not self._marks:
            return []
        parts, start = list[str](), 0
        for index, character in enumerate(self.rest):
            if character in self._marks:
                parts.append(self.rest[start : index + 1].strip())
                start = index + 1
        self.rest = self.rest[start:]
        return [part for part in parts if part]

    def flush(self) -> list[str]:
        """Give what is left."""
        rest, self.rest = self.rest.strip(), ""
        return [rest] if rest else []
