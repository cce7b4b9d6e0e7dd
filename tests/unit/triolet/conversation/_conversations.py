"""What is said in the tests of conversations, and how it is told from the samples."""

from __future__ import annotations

import trio

from triolet import (
    AudioChunk,
    Boundary,
    Phrase,
    PhrasingOptions,
    SpeechUnit,
    Stage,
    TurnContext,
    speech,
)
from triolet.testing import ToneTTS, decode

ONE = "First we look at the map. Then we choose a way. At last we walk."
TWO = "Here is another answer. It is short."


def texts(tts: ToneTTS, pcm: bytes) -> list[str]:
    """The texts whose samples were heard, in order."""
    said = {(commit.connection, commit.commit): commit.text for commit in tts.commits}
    heard: list[str] = []
    for run in decode(pcm).runs:
        text = said[run.connection, run.commit]
        if not heard or heard[-1] != text:
            heard.append(text)
    return heard


def in_sentences(tts: ToneTTS) -> Stage[str, AudioChunk]:
    """No sentences are joined."""
    return speech(tts, "en", phrasing=PhrasingOptions(merge=0))


class Own(Stage[str, AudioChunk]):
    """A chain of a user's own: each token is a phrase. Its format shows with the first chunk."""

    def __init__(self, tts: ToneTTS) -> None:
        self.tts = tts

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[str],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        at = 0
        async with self.tts.connect() as session:
            async for token in upstream:
                words = [SpeechUnit(word + " ", at, at + len(token)) for word in token.split()]
                phrase = Phrase(index=at, units=tuple(words), start=at, end=at + len(token), boundary=Boundary.SENTENCE)
                parts: list[bytes] = []
                await session.commit(phrase.words, parts.append)
                pcm = b"".join(parts)
                await downstream.send(AudioChunk(pcm, self.tts.format, phrase, 0, final=True))
                at += len(token)
