"""The page in Chromium: text is typed, seen to be written, committed and heard, interrupted, and asked about."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.integration.outputs.chromium import Chromium, needs_chromium, record, recorded
from tests.integration.service.serving import serving

from triolet import Failover, TTSSession
from triolet.errors import ConnectionFailed
from triolet.testing import ToneTTS, decode
from triolet_adapters.service import KeyConfig, ServiceConfig
from triolet_adapters.service.config import hash_of
from triolet_adapters.service.language_model import ServedModel

pytestmark = [needs_chromium, pytest.mark.timeout(90)]

TEXT = "One short line. And 😀 another one, which is a bit longer."
LONG = "Here is one sentence. Here is another sentence. And here is a third one, which nobody hears to its end, I hope."


async def answer(_: ServedModel, history: Sequence[dict[str, Any]]) -> AsyncGenerator[str]:
    for word in f"You said {history[-1]['content']}".split(" "):
        yield f"{word} "


async def test_a_turn_is_seen_heard_interrupted_and_asked_for(
    chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServedModel, "answer", answer)
    voice = ToneTTS(seconds_per_character=0.03)

    def heard_of(page: Page) -> str:
        page.wait_for_timeout(100)  # it is drawn with the next frame
        return "".join(page.locator("#turn .heard").all_text_contents())

    def script(page: Page) -> None:
        done = "document.getElementById('interrupt').disabled && document.getElementById('result').textContent"
        page.wait_for_function("document.getElementById('services').textContent.includes('triolet')")
        assert not page.is_visible("#key")
        page.fill("#text", "  ")
        page.click("#speak")
        assert "no text" in page.inner_text("#result")

        page.fill("#text", TEXT)
        page.press("#text", "Control+Enter")
        record(page)
        page.wait_for_function(done)
        assert page.inner_text("#result").endswith("All of it was heard.")
        assert heard_of(page) == TEXT
        assert page.locator("#waterfall rect.heard").count() == 2
        assert page.locator("#waterfall line.token").count() > 8
        assert "Phrase 2" in str(page.get_attribute("#waterfall", "aria-label"))
        page.wait_for_timeout(100)
        commits = {(commit.connection, commit.commit): commit for commit in voice.commits}
        runs = decode(recorded(page).tobytes()).runs
        assert {commits[run.connection, run.commit].text.strip() for run in runs} >= {"One short line."}

        page.fill("#text", LONG)
        page.click("#speak")
        page.wait_for_selector("#turn .playing")
        page.wait_for_timeout(300)
        page.click("#pause")
        page.wait_for_timeout(300)
        stood = page.evaluate("player.played")
        page.wait_for_timeout(300)
        assert page.evaluate("player.played") == stood
        page.click("#pause")
        page.wait_for_function(f"player.played > {stood}")
        page.keyboard.press("Escape")
        page.wait_for_function(done)
        assert "Interrupted" in page.inner_text("#result")
        heard = heard_of(page)
        assert LONG.startswith(heard)
        assert len(heard) < len(LONG)

        page.check("#ask")
        assert page.inner_text("#label") == "Question"
        page.fill("#text", "Why?")
        page.click("#speak")
        page.wait_for_function(done)
        assert heard_of(page).strip() == "You said Why?"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.set_viewport_size({"width": 375, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    async with serving(voice) as served:
        await chromium.visit(served.url, script, bypass_csp=True)


class Refusing(ToneTTS):
    """A provider that is down."""

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        raise ConnectionFailed("no connection to example.com:443")


async def test_a_service_with_keys_asks_for_one_and_names_the_provider_that_is_down(chromium: Chromium) -> None:
    voice = Failover(Refusing(), ToneTTS(), names=["hosted", "local"])
    config = ServiceConfig(port=0, keys={"web": KeyConfig(sha256=hash_of("secret-key"))})

    def script(page: Page) -> None:
        page.wait_for_selector("#key", state="visible")
        page.fill("#key", "wrong")
        page.keyboard.press("Tab")
        page.fill("#key", "secret-key")
        page.keyboard.press("Tab")
        page.locator("#services", has_text="triolet").wait_for()
        page.fill("#text", "Hello.")
        page.click("#speak")
        page.locator("#result", has_text="All of it was heard.").wait_for()
        page.locator("#services", has_text="ConnectionFailed: no connection to example.com:443").wait_for()
        models, providers = page.locator("#services > li"), page.locator("#services ul li")
        assert models.first.inner_text().startswith("triolet: up")
        assert providers.nth(0).inner_text().startswith("hosted: down since ")
        assert providers.nth(1).inner_text() == "local: up (speaks)"

    async with serving(voice, config=config) as served:
        await chromium.visit(served.url, script)
