"""Parsing takes anything and raises nothing but our own error; what was encoded is read back."""

import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet.errors import ProtocolViolation
from triolet_adapters.tts.qwen import protocol
from triolet_adapters.tts.qwen.protocol import (
    AppendText,
    AudioDelta,
    CancelResponse,
    ClearText,
    CommitText,
    ErrorEvent,
    Event,
    FinishSession,
    ItemDone,
    ResponseCreated,
    ResponseDone,
    ResponseUsage,
    ServerEvent,
    SessionCreated,
    SessionInfo,
    SessionUpdated,
    UnknownClientEvent,
    UnknownEvent,
    UpdateSession,
    encode,
    parse_client_event,
    parse_server_event,
)
from triolet_adapters.tts.qwen.protocol._response import LONGEST_ID, ResponseReader, service_error

names = [
    kind.type for _, kind in inspect.getmembers(protocol, inspect.isclass) if issubclass(kind, Event) and kind.type
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
field_names = st.sampled_from(
    [
        "event_id",
        "session",
        "response",
        "item",
        "delta",
        "response_id",
        "item_id",
        "error",
        "text",
        "id",
        "usage",
        "output",
        "status",
    ]
)


def _event(kind: str, fields: dict[str, Any]) -> str:
    return json.dumps({**fields, "type": kind})


near_misses = st.builds(
    _event,
    st.sampled_from(names),
    st.dictionaries(field_names, json_values | st.dictionaries(field_names, json_values, max_size=4), max_size=6),
)


@given(st.text() | near_misses | json_values.map(json.dumps))
def test_no_input_raises_anything_but_our_error(text: str) -> None:
    for parse in (parse_server_event, parse_client_event):
        try:
            event = parse(text)
        except ProtocolViolation:
            continue
        assert event.raw["type"]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "", "null", "[]", "{}", '{"type":1}', '{"type":null}', "1" * 5000, '{"type":"x"', "\ud800"]
)
def test_what_is_no_event(text: str) -> None:
    with pytest.raises(ProtocolViolation):
        parse_server_event(text)


texts = st.text()
counts = st.integers(0, 2**63 - 1)
server_events: st.SearchStrategy[ServerEvent] = st.one_of(
    st.builds(AudioDelta, event_id=texts, response_id=texts, item_id=texts, audio=st.binary(max_size=100)),
    st.builds(ResponseCreated, event_id=texts, response_id=texts, voice=texts),
    st.builds(
        ResponseDone,
        event_id=texts,
        response_id=texts,
        status=texts,
        voice=texts,
        usage=st.builds(ResponseUsage, characters=counts, input_tokens=counts, output_tokens=counts),
    ),
    st.builds(
        ItemDone,
        response_id=texts,
        item_id=texts,
        usage=st.builds(ResponseUsage, input_tokens=counts, output_tokens=counts),
    ),
    st.builds(ErrorEvent, event_id=texts, code=texts, message=texts),
    st.builds(SessionCreated, session=st.builds(SessionInfo, id=texts, voice=texts, sample_rate=counts)),
    st.builds(SessionUpdated, session=st.builds(SessionInfo, id=texts, language_type=texts)),
)


@given(server_events)
def test_server_events_are_read_back(event: ServerEvent) -> None:
    assert parse_server_event(encode(event)) == event


@given(texts)
def test_client_events_are_read_back(text: str) -> None:
    events = [
        AppendText(event_id="e", text=text),
        CommitText(event_id=text),
        ClearText(),
        FinishSession(),
        CancelResponse(),
        UpdateSession(session={"voice": text}),
    ]
    for event in events:
        assert parse_client_event(encode(event)) == event


def test_unknown_events_and_fields_are_kept() -> None:
    event = parse_server_event('{"type":"response.sparkle","glitter":7}')
    assert isinstance(event, UnknownEvent)
    assert (event.name, event.raw["glitter"]) == ("response.sparkle", 7)
    client = parse_client_event('{"type":"x.y"}')
    assert isinstance(client, UnknownClientEvent)
    known = parse_server_event('{"type":"session.finished","new":[1]}')
    assert known.raw["new"] == [1]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"type":"response.audio.delta"}', "delta is NoneType, not a string"),
        ('{"type":"response.audio.delta","delta":"A"}', "delta is no base64"),
        ('{"type":"response.audio.delta","delta":"AA AA"}', "delta is no base64"),
        ('{"type":"response.audio.delta","delta":"AAAA","response_id":5}', "response_id is int, not a string"),
        ('{"type":"response.created"}', "response is NoneType, not an object"),
        ('{"type":"response.created","response":{}}', "id is NoneType"),
        ('{"type":"response.done","response":[]}', "response is list"),
    ],
)
def test_what_is_relied_on_must_be_right(text: str, complaint: str) -> None:
    with pytest.raises(ProtocolViolation, match=complaint) as caught:
        parse_server_event(text)
    assert caught.value.event == json.loads(text)


@pytest.mark.parametrize(
    ("error", "code", "message", "told"),
    [
        ({"code": "invalid_value", "message": "no"}, "invalid_value", "no", "invalid_value: no"),
        ({"code": 42}, "42", "", "42"),
        ("just words", "", "just words", "just words"),
        (None, "", "", "an error without a word"),
        ([1], "", "[1]", "[1]"),
    ],
)
def test_an_error_of_any_shape_is_read(error: object, code: str, message: str, told: str) -> None:
    event = parse_server_event(json.dumps({"type": "error", "error": error}))
    assert isinstance(event, ErrorEvent)
    assert (event.code, event.message) == (code, message)
    assert str(service_error(event)).endswith(f"answered with an error: {told}")


@pytest.mark.parametrize(
    ("code", "retryable", "throttled"),
    [
        ("Throttling.RateQuota", True, True),
        ("limit_requests", True, True),
        ("RATE_LIMIT_EXCEEDED", True, True),
        ("InternalError", True, False),
        ("voice_error", True, False),
        ("", True, False),
        ("invalid_value", False, False),
        ("DataInspectionFailed", False, False),
        ("Model.AccessDenied", False, False),
    ],
)
def test_the_code_of_an_error_says_whether_to_try_again_and_whether_it_came_too_fast(
    code: str, retryable: bool, throttled: bool
) -> None:
    error = service_error(ErrorEvent(code=code, message="words"))
    assert (error.retryable, error.throttled) == (retryable, throttled)


def test_a_response_that_does_not_say_how_it_ended_is_complete() -> None:
    reader = ResponseReader()
    reader.feed(ResponseCreated(response_id="r"))
    reader.feed(parse_server_event('{"type":"response.done","response":{"id":"r"}}'))
    assert reader.done


def test_the_name_of_a_response_has_a_longest_length() -> None:
    ResponseReader().feed(ResponseCreated(response_id="r" * LONGEST_ID))
    with pytest.raises(ProtocolViolation, match=f"name of {LONGEST_ID + 1} characters"):
        ResponseReader().feed(ResponseCreated(response_id="r" * (LONGEST_ID + 1)))
