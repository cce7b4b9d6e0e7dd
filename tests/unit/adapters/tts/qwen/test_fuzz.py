"""Nonsense, and sense with a fault in it, at every depth: no exception but ours. More of it: `benchmarks.fuzz_protocol`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from benchmarks import fuzz_targets
from benchmarks.fuzz_targets import SEEDS, TARGETS, WORDS
from hypothesis import given, settings
from hypothesis import strategies as st

from triolet.errors import TTSError
from triolet_adapters.tts.qwen.protocol import AudioDelta, ResponseReader, parse_server_event

DEARER = {"wire": 2, "handshake": 2}
"""How many times fewer examples of each: those that open a connection take milliseconds."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn, target: str) -> bytes:
    """A right input with a few places changed."""
    data = draw(st.sampled_from(fuzz_targets.seeds(target)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 40)))
        words = st.sampled_from(WORDS).map(lambda word: word.encode("utf-8", "surrogateescape"))
        data = data[:at] + draw(st.binary(max_size=6) | words | st.just(data[at:end] * 2)) + data[end:]
    return data


@pytest.mark.parametrize("target", TARGETS)
def test_no_exception_but_ours_and_none_too_late(target: str) -> None:
    @settings(max_examples=settings().max_examples // DEARER.get(target, 1))
    @given(mutated(target) | st.binary(max_size=200))
    def try_it(data: bytes) -> None:
        TARGETS[target](data)

    for seed in fuzz_targets.seeds(target):
        TARGETS[target](seed)
    try_it()


@st.composite
def changed_event(draw: st.DrawFn) -> str:
    """A right event with one field, at some depth, replaced or left out."""
    event: dict[str, Any] = json.loads(draw(st.sampled_from(SEEDS)))
    place: Any = event
    while True:
        key = draw(st.sampled_from(sorted(place)))
        if not (isinstance(place[key], dict) and place[key] and draw(st.booleans())):
            break
        place = place[key]
    if draw(st.booleans()):
        del place[key]
    else:
        place[key] = draw(json_values)
    return json.dumps(event)


@given(changed_event())
def test_an_event_with_a_field_that_is_wrong(text: str) -> None:
    TARGETS["events"](text.encode())


RESPONSE = SEEDS[2:10]
"""From input_text_buffer.committed to response.done."""
AUDIO = b"".join(event.audio for event in map(parse_server_event, RESPONSE) if isinstance(event, AudioDelta))
FOREIGN = [text.replace("resp_A", "resp_B") for text in RESPONSE]
"""The same of another session."""


@given(
    st.lists(
        st.tuples(st.sampled_from(["twice", "foreign", "moved"]), st.integers(0, 7), st.integers(0, 9)), max_size=4
    )
)
def test_events_twice_foreign_or_out_of_order_give_the_right_audio_or_an_error(
    faults: list[tuple[str, int, int]],
) -> None:
    messages = list(RESPONSE)
    for fault, number, at in faults:
        match fault:
            case "twice":
                messages.insert(max(number + 1, at), messages[number])
            case "foreign":
                messages.insert(at, FOREIGN[number])
            # Samples have no number: in what order they come is the network's to keep. And what is done is done.
            case _ if not any(kind in messages[number] for kind in ("audio.delta", "response.done")):
                messages.insert(at, messages.pop(number))
            case _:
                pass
    reader, audio = ResponseReader(), b""
    try:
        for text in messages:
            audio += reader.feed(parse_server_event(text))
            if reader.done:
                break
    except TTSError:
        return
    assert reader.done
    assert audio == AUDIO
