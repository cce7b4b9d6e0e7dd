"""What we send, read by a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from triolet.tts._client_frames import text_frames

edges = st.sampled_from(["", "x" * 125, "x" * 126, "é" * 63, "x" * (2**16 - 1), "x" * 2**16])


@given(st.lists(st.text(max_size=12) | edges, max_size=4))
def test_a_server_reads_the_messages_as_they_were(texts: list[str]) -> None:
    server = Connection(ConnectionType.SERVER)
    server.receive_data(text_frames(texts))
    events = list(server.events())
    assert all(isinstance(event, TextMessage) and event.message_finished for event in events)
    assert [event.data for event in events if isinstance(event, TextMessage)] == texts


def test_each_frame_has_a_key_of_its_own() -> None:
    keys = {text_frames(["word"])[2:6] for _ in range(4)}
    assert len(keys) > 1


def test_a_lone_surrogate_cannot_be_sent() -> None:
    with pytest.raises(UnicodeEncodeError):
        text_frames(["\ud800"])
