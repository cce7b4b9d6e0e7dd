"""What a session is to say, in order, sans-I/O.

In commit mode each text is a response of its own. In server_commit mode text comes bit by bit, and is cut into sentences
by the engine's segmenter when they are asked for, a little at a time: so a client that appends a book costs no more than
the sentence that is due.
"""

from __future__ import annotations

from collections import deque

import attrs

from triolet import Boundary, Clause
from triolet.segmentation import SegmenterCore
from triolet_adapters.tts.qwen.protocol import LANGUAGE_CODES

STEP = 256
"""Characters that are cut in one go. What costs most takes 20 microseconds a character, so 5 ms."""


@attrs.frozen
class Say:
    """A text to say within the response under way, or in a new one."""

    text: str
    appends: int | None = None
    """Of a sentence that was appended: how many appends there had been by its end. Its last audio waits for more."""


@attrs.frozen
class End:
    """The response is complete."""


@attrs.frozen
class _Appended:
    text: str
    appends: int


class Script:
    """Texts and appended text in, `Say` and `End` out."""

    def __init__(self, language_type: str) -> None:
        """`language_type`: a value of the protocol, in any case; others mean `Auto`."""
        codes = {name.lower(): code for name, code in LANGUAGE_CODES.items()}
        self._language = codes.get(language_type.lower(), "auto")
        self._entries: deque[_Appended | Say | End] = deque()
        self._cut_up_to = 0
        """Characters of the first entry that the segmenter has."""
        self._ready: deque[Say | End] = deque()
        self._segmenter = self._new_segmenter()
        self._sentence: list[str] = []
        """Clauses of a sentence that goes on, or that has no words yet."""
        self.appends = 0
        """How many times text has been appended."""
        self.characters = 0
        """How many wait, of all texts: appended or given to `say`, and not yet taken."""
        self.ends = 0
        """How many responses wait for their end."""

    @property
    def empty(self) -> bool:
        """Whether nothing waits but, at most, text that is no whole sentence yet."""
        return not self._entries and not self._ready

    def say(self, text: str) -> None:
        """Put a response of its own to the end."""
        self.characters += len(text)
        self._entries.append(Say(text))
        self.end()

    def append(self, text: str) -> None:
        """Put text to the end, for the response that is open there."""
        if text:
            self.appends += 1
            self.characters += len(text)
            self._entries.append(_Appended(text, self.appends))

    def end(self) -> None:
        """Put the end of the response that is open there."""
        self.ends += 1
        self._entries.append(End())

    def take(self) -> Say | End | None:
        """What is to be done next; None if that must be cut first, or has not come."""
        if not self._ready and self._entries:
            entry = self._entries[0]
            if not isinstance(entry, _Appended):
                self._entries.popleft()
                if isinstance(entry, End):
                    self._flush()
                self._ready.append(entry)
        if not self._ready:
            return None
        taken = self._ready.popleft()
        if isinstance(taken, Say):
            self.characters -= len(taken.text)
        else:
            self.ends -= 1
        return taken

    @property
    def uncut(self) -> bool:
        """Whether `take` gives None because appended text must be cut first."""
        return not self._ready and bool(self._entries) and isinstance(self._entries[0], _Appended)

    def cut(self) -> None:
        """Cut a little of the appended text, if that is what comes next."""
        if not self._entries or not isinstance(entry := self._entries[0], _Appended):
            return
        part = entry.text[self._cut_up_to : self._cut_up_to + STEP]
        self._cut_up_to += len(part)
        self._put(self._segmenter.feed(part), entry.appends)
        if self._cut_up_to >= len(entry.text):
            self._entries.popleft()
            self._cut_up_to = 0

    def release(self) -> None:
        """No text has come for a while: a sentence that only waits for what could follow its last mark is complete."""
        self._put(self._segmenter.release(Boundary.SENTENCE), self.appends)

    def drop(self) -> None:
        """Forget the rest of the response that is open at the front, and leave its end."""
        while self._ready and isinstance(said := self._ready[0], Say):
            self.characters -= len(said.text)
            self._ready.popleft()
        if self._ready:
            return
        while self._entries and not isinstance(entry := self._entries[0], End):
            self.characters -= len(entry.text) - self._cut_up_to
            self._cut_up_to = 0
            self._entries.popleft()
        self.characters -= len(self._unsaid())
        if not self._entries:
            self.end()

    def _flush(self) -> None:
        """The response ends here, and with it its last sentence."""
        rest = self._unsaid()
        if rest.strip():
            self._ready.append(Say(rest))
        else:
            self.characters -= len(rest)

    def _unsaid(self) -> str:
        """Take out what has been cut into no sentence."""
        held, self._segmenter = self._segmenter.flush(), self._new_segmenter()
        rest = "".join([*self._sentence, *(clause.text for clause in held)])
        self._sentence.clear()
        return rest

    def _put(self, clauses: list[Clause], appends: int) -> None:
        for clause in clauses:
            self._sentence.append(clause.text)
            if any(map(str.isalnum, clause.text)):  # marks alone go with the next words
                self._ready.append(Say("".join(self._sentence), appends))
                self._sentence.clear()

    def _new_segmenter(self) -> SegmenterCore:
        """Whole sentences, headings and items; the segmenter cuts at 600 characters what has no end."""
        return SegmenterCore(self._language, weakest=Boundary.LINE)
