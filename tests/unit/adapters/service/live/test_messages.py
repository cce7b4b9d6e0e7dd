"""What may be said on `WS /v1/speech`: read and written the same way, and described as it is."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.service.live import _messages as messages
from triolet_adapters.service.live._asyncapi import asyncapi
from triolet_adapters.service.live._inbox import TextInbox, TooMuchText
from triolet_adapters.service.live._journal import KEPT, Journal
from triolet_adapters.service.live._settings import PARAMETERS, Settings

DOCUMENT = asyncapi()
HERE = resources.files("triolet_adapters.service.live")
AUDIO = resources.files("triolet_adapters.outputs.browser")

said = st.one_of(
    st.builds(messages.Text, text=st.text()),
    st.builds(messages.Ask, text=st.text()),
    st.builds(
        messages.TurnStart,
        voice=st.none() | st.text(),
        language=st.none() | st.text(),
        instructions=st.none() | st.text(),
    ),
    st.sampled_from([messages.TurnEnd(), messages.Interrupt(), messages.Pause(), messages.Resume()]),
)


@given(said)
def test_what_is_written_is_read(message: messages.FromClient) -> None:
    assert messages.read(messages.write(message)) == message


@given(st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_text_or_is_explained(text: str) -> None:
    try:
        read = messages.read(text)
    except messages.BadMessage:
        assert text.lstrip().startswith("{")
    else:
        assert read == messages.Text(text=text) or text.lstrip().startswith("{")


@given(st.dictionaries(st.sampled_from([*PARAMETERS, "x"]), st.text(max_size=300), max_size=4))
def test_any_address_is_taken_or_explained(parameters: dict[str, str]) -> None:
    try:
        settings = Settings.of(parameters)
    except messages.BadMessage:
        assert parameters
    else:
        assert settings.after is None or settings.after >= 0
        assert "x" not in parameters


def test_the_document_names_every_message_and_field_of_the_page() -> None:
    known = DOCUMENT["components"]["messages"]
    page = (HERE / "messages.md").read_text()
    for kind in (*messages.FROM_CLIENT, *messages.FROM_SERVER):
        properties = known[kind.TYPE]["payload"]["properties"]
        assert set(properties) == {"type", *(field.name for field in attrs.fields(kind))}
        assert all(properties[name].get("description") for name in properties if name != "type")
    named = set(re.findall(r"`((?:turn|phrase|session)\.[a-z]+)`", page))
    assert named <= set(known)
    for kind in re.findall(r"`(audio\.[a-z]+)`", (AUDIO / "messages.md").read_text()):
        assert kind in known
    table = re.findall(r"^\| (`[^|]*`) \|", page, re.MULTILINE)
    assert {name.strip("`") for row in table for name in row.split(", ")} == set(PARAMETERS)


def test_each_reference_of_the_document_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [ref for name, each in value.items() for ref in ([each] if name == "$ref" else references(each))]
        return [ref for each in value for ref in references(each)] if isinstance(value, list) else []

    found = references(DOCUMENT)
    assert len(found) > 60
    for reference in found:
        at: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]
        assert at


@given(st.lists(st.text(max_size=20)), st.integers(1, 60))
def test_an_inbox_keeps_what_it_took_and_no_more_than_it_may(texts: list[str], most: int) -> None:
    inbox = TextInbox(most)
    taken = ""
    for text in texts:
        try:
            inbox.put(text)
        except TooMuchText:
            assert len(taken) + len(text) > most
        else:
            taken += text
    assert len(taken) <= most
    assert inbox.take_rest() == taken
    inbox.end()
    inbox.put("late")
    assert inbox.take_rest() == ""


async def test_a_journal_says_how_much_it_has_forgotten(autojump_clock: trio.testing.MockClock) -> None:
    journal = Journal()
    for turn in range(KEPT + 10):
        journal.tell(messages.TurnStarted(turn=turn, id="a"))
    [(first, missed), *rest] = await journal.since(3)
    assert (first, json.loads(missed)["code"]) == (10, "missed")
    assert [number for number, _ in rest] == list(range(11, KEPT + 11))
    assert await journal.since(10) == rest


@pytest.mark.parametrize("value", [float("inf"), -1])
def test_places_that_are_none_are_refused(value: float) -> None:
    with pytest.raises(messages.BadMessage, match="whole number"):
        Settings.of({"after": str(value)})
