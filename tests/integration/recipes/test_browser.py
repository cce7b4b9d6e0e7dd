"""The recipe in a browser: a question is typed, the answer is rendered, and the page shows what was heard of it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any, cast

import pytest
import trio
from playwright.sync_api import Page
from recipes import browser
from tests.integration.outputs.chromium import Chromium, needs_chromium, record, recorded, serving

from triolet import open_session_pools
from triolet.testing import ToneTTS, decode
from triolet_adapters.sources import OpenAIChat

pytestmark = [needs_chromium, pytest.mark.timeout(90)]

SHORT = "This is short."
LONG = "Here is one sentence. Here is another sentence. And here is a third one, which nobody hears to its end, I hope."


class Chat:
    """Answers as it was told to, and knows whether its answers were closed."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = list[str]()
        self.open = 0
        self.endless = False

    async def stream(self, messages: Sequence[dict[str, Any]]) -> AsyncGenerator[str]:
        self.asked.append(messages[-1]["content"])
        self.open += 1
        try:
            first, *rest = self.answers.pop(0).split(" ")
            yield first
            for word in rest:
                yield f" {word}"
            while self.endless:
                yield " Again and again."
        finally:
            self.open -= 1


async def test_a_question_is_answered_interrupted_and_left(chromium: Chromium, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = ToneTTS(seconds_per_character=0.03)
    chat = Chat(SHORT, SHORT, LONG, LONG)
    monkeypatch.setattr(browser, "VOICE", voice)

    def ask(page: Page, question: str) -> None:
        page.fill("#question", question)
        page.keyboard.press("Enter")

    def rendered(page: Page) -> list[tuple[str, float]]:
        commits = {(commit.connection, commit.commit): commit for commit in voice.commits}
        found = list[tuple[str, float]]()
        for run in decode(recorded(page).tobytes()).runs:
            commit = commits[run.connection, run.commit]
            found.append((commit.text.strip(), (run.stop - run.start) / commit.samples))
        return found

    def script(page: Page) -> None:
        here = page.url
        page.goto(here.replace("127.0.0.1", "elsewhere.example"))
        page.evaluate("player.start()")
        page.wait_for_function("document.getElementById('news').textContent.includes('https://')")
        page.goto(here)

        ask(page, "Say something.")
        page.wait_for_function("document.getElementById('heard').textContent == 'This is short.'")
        record(page)
        ask(page, "Once more.")
        page.wait_for_function("document.getElementById('heard').textContent == 'This is short.'")
        page.wait_for_timeout(100)
        [(text, share)] = rendered(page)
        assert text == SHORT
        assert share > 0.97

        begin = page.evaluate("player.played")
        ask(page, "Tell me more.")
        page.wait_for_function(f"player.played > {begin + 24_000 * 2}")
        page.click("#stop")
        page.wait_for_function("document.getElementById('heard').textContent.endsWith('...')")
        page.wait_for_timeout(100)
        shown = page.inner_text("#heard").removesuffix("...").strip()
        assert LONG.startswith(shown)
        _, *heard, (last, part) = rendered(page)
        whole = " ".join(text for text, _ in heard)
        assert shown.startswith(whole), "a phrase that was rendered is not shown"
        assert len(shown) - len(whole) <= len(last) + 1, "a phrase that was not rendered is shown"
        assert part < 0.99

        chat.endless = True
        begin = page.evaluate("player.played")
        ask(page, "And now without an end.")
        page.wait_for_function(f"player.played > {begin + 12_000}")
        assert chat.open == 1
        page.goto("about:blank")

    async with trio.open_nursery() as nursery, open_session_pools() as sessions:
        app = browser.web(cast(OpenAIChat, chat), sessions, nursery)
        async with serving(app) as url:
            await chromium.visit(url, script)
            with trio.fail_after(60):
                while chat.open or browser.AGENTS:
                    await trio.sleep(0.01)
    assert chat.asked == ["Say something.", "Once more.", "Tell me more.", "And now without an end."]


async def test_one_agent_too_many_is_refused_and_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application is called as a server calls it."""
    monkeypatch.setattr(browser, "MOST", 0)
    told: list[dict[str, Any]] = []
    hello = {"type": "audio.hello", "version": 1, "session": None, "played": 0, "received": 0, "codecs": ["pcm"]}
    coming: list[dict[str, Any]] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": json.dumps(hello)},
    ]

    async def receive() -> dict[str, Any]:
        await trio.lowlevel.checkpoint()
        return coming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        await trio.lowlevel.checkpoint()
        told.append(message)

    headers = [(b"host", b"here"), (b"origin", b"http://here")]
    scope = {"type": "websocket", "path": "/talk", "headers": headers, "query_string": b"", "subprotocols": []}
    async with open_session_pools() as sessions, trio.open_nursery() as nursery:
        app = cast("Any", browser.web(OpenAIChat("none", api_key="none"), sessions, nursery))
        await app(scope, receive, send)
    assert told[-1] == {
        "type": "websocket.close",
        "code": 1008,
        "reason": "all agents are talking: try again later",
    }
    assert not browser.AGENTS
