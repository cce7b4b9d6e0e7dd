"""The agent against a scripted service: what is heard, and what the service is told afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import trio
from recipes.agent import FILLER
from tests.hearing.words import compare
from tests.integration.recipes.running import heard
from tests.integration.recipes.talking import talking
from tests.integration.sources.http_peer import DONE, STOP, Peer, answer, delta, event, response, serve, token

TRAIN = (
    "The train leaves at nine from the second platform. It takes an hour to reach the coast. Take a good book with you."
)
GREETING = "Good morning to you."


def words(text: str) -> bytes:
    return answer(*(token(f"{word} ") for word in text.split()), STOP, DONE)


def call(arguments: str = '{"destination": "the coast"}', name: str = "next_train", text: str = "") -> bytes:
    cut = len(arguments) // 2  # services stream arguments in parts
    parts: list[dict[str, Any]] = [
        {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments[:cut]}},
        {"index": 0, "function": {"arguments": arguments[cut:]}},
    ]
    end = STOP.replace(b'"stop"', b'"tool_calls"')
    return answer(token(text), *(event(delta(tool_calls=[part])) for part in parts), end, DONE)


class Script:
    """Answers one request after another."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = answers

    async def __call__(self, stream: trio.SocketStream, number: int) -> None:
        await stream.send_all(self._answers[number])


def told(peer: Peer, number: int) -> list[dict[str, Any]]:
    """The messages of a request, the system's aside."""
    messages: list[dict[str, Any]] = peer.requests[number][2]["messages"]
    assert messages[0]["role"] == "system"
    return messages[1:]


def said(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line and not line.startswith(">")]


async def test_a_filler_during_the_tool_and_what_was_heard_in_the_history(tmp_path: Path) -> None:
    script = Script(words(GREETING), call(), words(TRAIN), words("Gladly."))
    async with serve(script) as peer, talking("agent", tmp_path, OPENAI_BASE_URL=peer.base_url) as talk:
        await talk.type("Hello?\nWhen can I go to the coast?\n")
        await talk.until(lambda printed: "> When" in printed)
        await peer.until(lambda: len(peer.requests) == 3)
        await talk.sounded(6.0)  # the greeting, the filler, and some of the answer
        await talk.type("\nThank you.\n")
        printed = await talk.end()

    greeting, cut, last = said(printed)
    assert (greeting.strip(), last.strip()) == (GREETING, "Gladly.")
    cut = cut.removesuffix(" ...")
    assert TRAIN.startswith(cut.strip())
    assert 3 <= len(cut.split()) < len(TRAIN.split())

    sounded = heard(tmp_path / "heard.wav")
    comparison = compare([f"{GREETING} {FILLER.text} {cut} Gladly."], sounded)
    assert comparison.errors <= 3, sounded  # the word that was cut off, and "9" for "nine"

    assert peer.requests[0][2]["tools"][0]["function"]["name"] == "next_train"
    _, hello, _, asked, result = told(peer, 2)
    assert hello == {"role": "assistant", "content": f"{GREETING} "}
    assert asked["tool_calls"][0]["function"] == {"name": "next_train", "arguments": '{"destination": "the coast"}'}
    assert result["tool_call_id"] == asked["tool_calls"][0]["id"] == "call_1"
    assert json.loads(result["content"])["destination"] == "the coast"
    assert told(peer, 3)[5:] == [{"role": "assistant", "content": cut}, {"role": "user", "content": "Thank you."}]


async def test_a_call_that_is_cut_off_one_that_cannot_be_and_a_service_that_fails_end_nothing(tmp_path: Path) -> None:
    refused = response("503 Service Unavailable", b'{"error": {"message": "overloaded"}}')
    wrong = call('{"where": 1}', text="Let me see. ")
    script = Script(call(), words("Gladly."), wrong, words("I cannot tell."), refused, words("Surely."))
    async with serve(script) as peer, talking("agent", tmp_path, tone=True, OPENAI_BASE_URL=peer.base_url) as talk:
        await talk.type("When can I go to the coast?\n")
        await peer.until(lambda: len(peer.requests) == 1)  # so the call is on its way, or the tool at work for 2.5 s
        await talk.type("\nThank you.\nAnd to the hills?\nAre you there?\nThank you.\n")
        printed = await talk.end()
    first, second, error, last = said(printed)
    assert [line.strip() for line in (first, second, last)] == ["Gladly.", "Let me see. I cannot tell.", "Surely."]
    assert "503" in error
    cut_off = ["user", "user"]  # a call that was cut off is not in the history
    assert [message["role"] for message in told(peer, 1)] == cut_off
    assert "no such call" in told(peer, 3)[5]["content"]
    roles = [*cut_off, "assistant", "user", "assistant", "tool", "assistant", "user", "user"]
    assert [message["role"] for message in told(peer, 5)] == roles


async def test_without_a_service_a_small_model_answers(tmp_path: Path) -> None:
    """By tones: that what is printed was heard is shown above."""
    async with talking("agent", tmp_path, tone=True) as talk:
        await talk.type("How can I sleep better?\n")
        await talk.sounded(6.0)
        await talk.type("\n")
        printed = await talk.end()
    assert len(" ".join(said(printed)).removesuffix(" ...").split()) > 5
