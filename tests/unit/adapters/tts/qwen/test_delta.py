"""Audio is read without parsing it as JSON: what is read is what parsing all of it gives, for any text."""

from __future__ import annotations

import base64
import json
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from triolet.errors import ProtocolViolation
from triolet_adapters.shared import json as _json
from triolet_adapters.tts.qwen.protocol import AudioDelta, _events, encode, parse_server_event
from triolet_adapters.tts.qwen.protocol._delta import AudioFields, split

PCM = bytes(range(256)) * 4
CANONICAL = encode(AudioDelta(event_id="e", response_id="r", item_id="i", audio=PCM))
HEAD = CANONICAL.partition(',"delta"')[0]


def outcome(text: str) -> object:
    try:
        event = parse_server_event(text)
    except ProtocolViolation as error:
        return str(error), error.event
    return event, event.raw, dict(event.raw), len(event.raw)


def both(text: str) -> tuple[object, object]:
    """As it is read, and as it is read where every event is parsed as a whole."""
    with mock.patch.object(_events, "split", return_value=None):
        slow = outcome(text)
    return outcome(text), slow


@pytest.fixture(params=["fast", "standard library"], autouse=True)
def codecs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "fast":
        monkeypatch.setattr(_json, "msgspec", None)
        monkeypatch.setattr(_json, "pybase64", None)


names = st.sampled_from(["type", "event_id", "response_id", "item_id", "delta", "x", ',"delta":"', "é", '"}'])
values = st.one_of(
    st.sampled_from(["response.audio.delta", "response.audio.done", "r", "", ',"delta":"QQ==', "\n", "é"]),
    st.binary(max_size=9).map(lambda data: base64.b64encode(data).decode()),
    st.none() | st.booleans() | st.integers() | st.floats(),
    st.just([{"delta": "QQ=="}]) | st.just({"delta": "QQ=="}),
)
objects = st.dictionaries(names, values, max_size=7)
deltas = st.binary(max_size=9).map(lambda data: base64.b64encode(data).decode()) | st.sampled_from(
    ["QQ==", "QR==", "QQJ=", "QQI=", "A", "AA AA", "AA==AAAA", "__-_", '\\"', "\\u0041AAA", "AAAA\n", "é", '"', '"}']
)


@st.composite
def messages(draw: st.DrawFn) -> str:
    """An object as a service may write it, with the delta last or not, and something changed or not."""
    fields = {"type": "response.audio.delta", **draw(objects)} if draw(st.booleans()) else draw(objects)
    compact = draw(st.booleans())
    text = json.dumps(fields, separators=(",", ":") if compact else None, ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):
        text = text[:-1] + f',"delta":"{draw(deltas)}"' + "}"
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        part = draw(st.sampled_from(['"', "{", "}", ",", " ", "\n", "\\", ',"delta":"', '"}', "[", "]", "0"]))
        text = text[:at] + part + text[at + draw(st.integers(0, 2)) :]
    return text


@settings(max_examples=2 * settings().max_examples)
@given(messages() | st.text())
@example(CANONICAL)
@example('{,"delta":"QQ=="}')
@example('{"type":"response.audio.delta","delta":"QQ==" }')
@example('{"type":"response.audio.delta","delta":"QQ==]}')
@example(' ,"delta":"QQ=="}')
@example('{"type":"response.audio.delta","x":{"y":1,"delta":"QQ=="}')
@example('{"type":"response.audio.delta","delta":5,"delta":"QQ=="}')
@example('{"type":"response.audio.delta","event_id":5,"delta":"QQ=="}')
@example('{"type":"response.audio.delta","event_id":null,"delta":"QQ=="}')
@example('{"type":"response.audio.delta","delta":"QR=="}')
@example('{"type":"response.audio.done","delta":"QQ=="}')
def test_it_gives_what_parsing_all_of_it_gives(text: str) -> None:
    fast, slow = both(text)
    assert fast == slow


def test_a_delta_alone_is_no_object() -> None:
    assert split('{,"delta":"QQ=="}') is None


@pytest.mark.parametrize("delta", ["", "QQ==", "QR==", "QUI=", "QUJ=", "QUJD", "QUJDRE=="])
def test_raw_is_the_event_as_it_came(delta: str) -> None:
    text = f'{{"type":"response.audio.delta","n":[1],"delta":"{delta}"}}'
    assert parse_server_event(text).raw == json.loads(text)


def test_the_fields_of_an_event_with_audio_are_counted_with_it() -> None:
    event = parse_server_event('{"type": "response.audio.delta", "response_id": "r", "delta": "AAAA"}')
    assert len(event.raw) == len(list(event.raw)) == 3
    assert dict(event.raw) == {"type": "response.audio.delta", "response_id": "r", "delta": "AAAA"}


def test_the_usual_event_is_read_without_parsing_its_audio() -> None:
    assert split(CANONICAL) is not None
    longer: list[int] = []
    loads = _json.loads

    def noting(text: str) -> object:
        longer.append(len(text))
        return loads(text)

    with (
        mock.patch("triolet_adapters.tts.qwen.protocol._delta.loads", noting),
        mock.patch.object(_events, "loads", noting),
    ):
        event = parse_server_event(CANONICAL)
    assert isinstance(event, AudioDelta)
    assert event.audio == PCM
    assert longer == [len(HEAD) + 1]


@pytest.mark.parametrize("text", [CANONICAL, CANONICAL.replace('","', '", "')], ids=["usual", "written with spaces"])
def test_the_text_of_the_audio_is_not_kept(text: str) -> None:
    """An event that waits, or was the last, holds its audio once."""
    event = parse_server_event(text)
    assert isinstance(event.raw, AudioFields)
    assert "delta" not in event.raw._others
    assert event.raw == json.loads(text)
    assert event.raw["delta"] == base64.b64encode(PCM).decode()
