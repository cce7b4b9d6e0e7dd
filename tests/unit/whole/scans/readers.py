"""What reads text of a peer, from its first character to its last."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable

from triolet import Boundary, Clause, Lexicon, NormalizedClause
from triolet.errors import TrioletError
from triolet.model_talk import ModelTalkCore
from triolet.normalization import NormalizerCore
from triolet.phrasing import PhraserCore, PhrasingOptions
from triolet.segmentation import SegmenterCore
from triolet.verbalization import VerbalizerCore
from triolet_adapters.shared.sse import EventReader
from triolet_adapters.shared.text import TextDecoder
from triolet_adapters.sources import split_tokens
from triolet_adapters.sources._completion import Completion
from triolet_adapters.sources._failures import _readable  # pyright: ignore[reportPrivateUsage]
from triolet_adapters.tts._english import pieces, readable
from triolet_adapters.tts.frame.server._request import BadRequest, HeadReader, Request
from triolet_adapters.tts.qwen.client._wire_log import described
from triolet_adapters.tts.qwen.protocol import billed_characters, parse_client_event, parse_server_event
from triolet_adapters.tts.qwen.server._script import Script

UNITS = (
    "a", "1", " ", "\n", "\r", ".", ",", "(", "[", "<", "{", '"', "'", "*", "_", "`", "~", "|", "\\", "$", "#", ">", "-", "—", "&",
    "汉", "。", "「", "é", "e\u0301", "👩\u200d", "ж", "Hi. ", "A.", "1.", "e.g. ", "word ", "word, ", "and ", "- a\n", "> a\n", "| a ",
    "| a |\n|-|\n", "```\n", "    x\n", "# a\n", "1. a\n", "![a](", "[a](b ", "[a]: b\n", "<a>", "<!--", "</a", "$a$", "\\frac{", "http://a.b/",
    "a@b.c ", "&amp;", "**a** ", "*a _b ", '<break time="1s"/>', "[^1]", "data: x\n", "data:\r\r", ":", "<title>", "</title",
    "<think>", "</think", "*smiles ", "(laughs", "[TOOL", "f_g(", "Yes. f_g(a=", "<|a", "[1", "¹", "~~a ", "==", ":)", "a_b@", "$5", "5$ ", "1,1", "--",
)  # fmt: skip


def in_pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def segments(text: str, size: int, weakest: Boundary = Boundary.NONE) -> list[Clause]:
    core = SegmenterCore("auto", weakest=weakest)
    return [clause for piece in in_pieces(text, size) for clause in core.feed(piece)] + core.flush()


def without_talk(text: str) -> object:
    core = ModelTalkCore()
    return [core.feed(piece) for piece in in_pieces(text, 5)] + [core.flush()]


@functools.cache
def clauses(text: str) -> tuple[Clause, ...]:
    """Found once: how long it takes is asked of the segmenters, and not again of who reads on."""
    return tuple(segments(text, 64))


def normalized(text: str) -> list[NormalizedClause]:
    core = NormalizerCore()
    return [said for clause in clauses(text) for said in core.feed(clause)] + core.flush()


said = functools.cache(normalized)
"""The same, once."""


def verbalized(text: str) -> object:
    cores = [VerbalizerCore(), VerbalizerCore(lexicon=[Lexicon({"a": "b", "A.": "c"})])]
    return [core.feed(clause) for core in cores for clause in said(text)]


def phrased(text: str) -> object:
    core = PhraserCore(PhrasingOptions(early_start=False))
    for clause in said(text):
        core.feed(clause)
    core.end()
    return core.take_sentences()


def events(text: str) -> None:
    reader = EventReader()
    data = text.encode()
    with contextlib.suppress(ValueError):
        for at in range(0, len(data), 7):
            reader.feed(data[at : at + 7])
        reader.finish()


def completion(text: str) -> None:
    read = Completion()
    for piece in in_pieces(text, 8):
        call = {"index": 0, "function": {"arguments": piece}}
        read.receive(json.dumps({"choices": [{"delta": {"content": piece, "tool_calls": [call]}}]}))
    read.finish()


def said_by_the_server(text: str) -> None:
    script = Script("auto")
    for piece in in_pieces(text, 100):
        script.append(piece)
    script.end()
    while script.uncut or not script.empty:
        script.cut()
        script.take()


def english(text: str) -> None:
    with contextlib.suppress(ValueError, TrioletError):
        pieces(readable(text))


def request(text: str) -> None:
    reader = HeadReader()
    with contextlib.suppress(BadRequest):
        found = None
        for byte in b"GET / HTTP/1.1\r\nX: " + text.encode()[:14_000] + b"\r\n\r\n":
            found = reader.feed(bytes([byte]))
        Request.parse(found[0] if found else b"")


def protocol(text: str) -> None:
    for parse in (parse_client_event, parse_server_event):
        for message in (text, json.dumps({"type": text, "text": text}), '{"type":' + text):
            with contextlib.suppress(TrioletError):
                parse(message)


def log(text: str) -> None:
    described(text, "full")
    described(json.dumps({"type": "x", "text": text}), "hash")


def file(text: str) -> None:
    decoder, data = TextDecoder(), text.encode()
    with contextlib.suppress(ValueError):
        for at in range(0, len(data), 16):
            decoder.decode(data[at : at + 16])


READERS: dict[str, Callable[[str], object]] = {
    "model talk": without_talk,
    "segmenter, a character at a time": lambda text: segments(text, 1),
    "segmenter, all at once": lambda text: segments(text, 10**6),
    "segmenter of sentences": lambda text: segments(text, 256, Boundary.LINE),
    "normalizer": normalized,
    "verbalizer": verbalized,
    "phraser": phrased,
    "server-sent events": events,
    "chat completion": completion,
    "error page": _readable,
    "tokens": split_tokens,
    "English voice": english,
    "server in server_commit": said_by_the_server,
    "HTTP request": request,
    "protocol": protocol,
    "billing": billed_characters,
    "log": log,
    "file": file,
}
