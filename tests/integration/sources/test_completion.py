from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triolet_adapters.shared.sse import Event, EventReader
from triolet_adapters.sources import ChatError
from triolet_adapters.sources._completion import Completion

FIELDS = [
    "choices",
    "delta",
    "content",
    "error",
    "usage",
    "index",
    "tool_calls",
    "function",
    "message",
    "code",
    "reasoning",
    "finish_reason",
]


def completion_of(units: list[str]) -> tuple[str, str]:
    completion = Completion()
    text = "".join(completion.receive(json.dumps({"choices": [{"delta": {"content": unit}}]})) for unit in units)
    return text + completion.finish(), "".join(completion.reasoning)


def cut(text: str, at: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(n % (len(text) + 1) for n in at)})
    return [text[a:b] for a, b in itertools.pairwise(edges)]


texts = st.lists(
    st.sampled_from(["<think>", "</think>", "<", "<thi", "</", " ", "\n", "a", "é", "<b>"]), max_size=8
).map("".join)
cuts = st.lists(st.integers(0, 100), max_size=8)


@given(texts, cuts)
def test_thinking_is_taken_out_however_it_is_cut_and_nothing_else_is(text: str, at: list[int]) -> None:
    start = text.lstrip()
    if start.startswith("<think>"):
        reasoning, _, answer = start.removeprefix("<think>").partition("</think>")
    else:
        reasoning, answer = "", text
    assert completion_of(cut(text, at)) == (answer, reasoning)


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8")), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(0, 1000), max_size=30),
)
def test_events_are_the_same_however_the_bytes_are_cut(lines: list[str], end: str, at: list[int]) -> None:
    raw = "".join(f"event: e{end}data: {line}{end}data:{line}{end}: comment{end}{end}" for line in lines).encode()
    reader = EventReader()
    events: list[Event] = []
    edges = sorted({0, len(raw), *(n % (len(raw) + 1) for n in at)})
    for a, b in itertools.pairwise(edges):
        events += reader.feed(raw[a:b])
    events += reader.finish()
    # One space after the colon belongs to the format, any other to the data.
    assert events == [Event("e", f"{line}\n{line.removeprefix(' ')}") for line in lines]


def test_the_last_event_counts_without_an_empty_line() -> None:
    reader = EventReader()
    assert reader.feed(b"data: a\n\ndata: b") == [Event("", "a")]
    assert reader.finish() == [Event("", "b")]


def test_a_byte_order_mark_and_unknown_fields_are_passed_over() -> None:
    assert EventReader().feed(b"\xef\xbb\xbfid: 1\nretry: 5\nfoo\ndata: a\n\n\n\n") == [Event("", "a")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=2 * settings().max_examples)
@given(json_values)
def test_any_json_is_understood_or_a_typed_error(value: object) -> None:
    completion = Completion()
    try:
        assert isinstance(completion.receive(json.dumps(value)), str)
    except ChatError as error:
        kept = error.body
    else:
        return
    assert kept == json.dumps(value)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"data: a\r", b"\n", b"\n"), (b"data: a\r", b"\n\n"), (b"data: a\r\n", b"\r", b"\n"), (b"data: a\r", b"\r"),
        (b"data: a\n", b"\r", b"\n"), (b"data: a\r", b"", b"\n", b"\r", b""),
    ],
)  # fmt: skip
def test_a_line_end_that_is_cut_in_two_is_one(pieces: tuple[bytes, ...]) -> None:
    reader = EventReader()
    assert [event for piece in pieces for event in reader.feed(piece)] == [Event("", "a")]
    assert reader.finish() == []


def test_white_space_before_an_answer_is_not_held_back_for_ever() -> None:
    def chunk(text: str) -> str:
        return json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]})

    read = Completion()
    given = "".join(read.receive(chunk(" ")) for _ in range(300))
    assert given.isspace()
    assert given + read.receive(chunk("Hello.")) == " " * 300 + "Hello."
    late = Completion()
    assert late.receive(chunk("\n\n<thi")) + late.receive(chunk("nk>so</think>Hello.")) == "Hello."
    assert late.reasoning == ["so"]


def written(*pieces: str, index: int = 0) -> str:
    return json.dumps({"choices": [{"index": index, "delta": {"content": piece}} for piece in pieces]})


@pytest.mark.parametrize("cut", range(1, len("</think>")))
def test_a_tag_is_found_wherever_it_is_cut(cut: int) -> None:
    completion = Completion()
    tag = "</think>"
    text = [completion.receive(written(piece)) for piece in (f"<think>I wonder.{tag[:cut]}", f"{tag[cut:]}Yes.")]
    assert "".join(text) + completion.finish() == "Yes."
    assert "".join(completion.reasoning) == "I wonder."


def test_a_second_choice_is_not_mixed_in() -> None:
    completion = Completion()
    assert completion.receive(written("One. ")) == "One. "
    assert completion.receive(written("Another. ", index=1)) == ""
    assert completion.receive(written("Two.")) == "Two."
