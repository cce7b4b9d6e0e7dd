"""Server-sent events: the same ones, however the bytes are cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triolet_adapters.shared import sse as _sse
from triolet_adapters.shared.sse import Event, EventReader, StreamMalformed

LINES = [
    "data: one",
    "data:two",
    "data:  three",
    "data",
    "event: error",
    "event:",
    ": data: none",
    "id: 1",
    "",
    "",
    "é: 好",
]
streams = st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\r", "\r\n"])), max_size=20).map(
    lambda lines: "".join(itertools.chain.from_iterable(lines))
)


def read_whole(text: str) -> list[Event]:
    """As the specification has it, over the whole text."""
    events: list[Event] = []
    kind, data = "", list[str]()
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "event":
            kind = value
        elif not line:
            if data:
                events.append(Event(kind, "\n".join(data)))
            kind, data = "", []
    return events


@given(streams, st.lists(st.integers(0, 200), max_size=12), st.booleans())
@example("data: one\r\n\r\n\r\n", list(range(200)), False)
@example("data: one\r\n\ndata: two\n\n", list(range(200)), False)
@example("event: a\r\ndata: one\r\rdata: two\n\n", list(range(200)), True)
def test_however_they_are_cut_the_events_are_the_same(text: str, cuts: list[int], marked: bool) -> None:
    raw = text.encode("utf-8-sig" if marked else "utf-8")
    places = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    reader = EventReader()
    events = [event for start, end in itertools.pairwise(places) for event in reader.feed(raw[start:end])]
    assert [*events, *reader.finish()] == read_whole(text)


@pytest.mark.parametrize(
    ("text", "fed", "left"),
    [
        ("data: one", 0, 1),
        ("data: one\n", 0, 1),
        ("data: one\n\n", 1, 0),
        ("data: one\r", 0, 1),
        ("event: error", 0, 0),
        (": data: none", 0, 0),
        ("", 0, 0),
        ("data: one\n\ndata: two", 1, 1),
    ],
)
def test_the_end_of_the_stream_ends_an_event_once(text: str, fed: int, left: int) -> None:
    reader = EventReader()
    got = reader.feed(text.encode())
    rest = reader.finish()
    assert (len(got), len(rest)) == (fed, left)
    assert [*got, *rest] == read_whole(text)
    assert reader.finish() == []


def test_a_line_feed_of_its_own_ends_the_event() -> None:
    """`\\r`, `\\n`, `\\n`: the first two are one line end, the third is a second, in as many pieces as there are bytes."""
    reader = EventReader()
    got = [event for piece in (b"data: one", b"\r", b"\n", b"", b"\n") for event in reader.feed(piece)]
    assert got == [Event("", "one")]


def test_the_bound_is_of_one_event_and_not_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sse, "MAX_EVENT", 100)
    reader = EventReader()
    for _ in range(10):
        assert reader.feed(b"data: " + b"a" * 90 + b"\n\n") == [Event("", "a" * 90)]
    with pytest.raises(StreamMalformed, match="more than 100 characters"):
        for _ in range(3):
            reader.feed(b"a" * 90)


def test_what_is_no_text_is_told() -> None:
    with pytest.raises(StreamMalformed, match="not UTF-8"):
        EventReader().feed(b"data: \xff\n\n")
    reader = EventReader()
    reader.feed("data: é".encode()[:-1])
    with pytest.raises(StreamMalformed, match="inside a UTF-8 character"):
        reader.finish()
