"""Hear answers in a browser: python -m tests.hearing.in_a_browser. It takes a minute or two, and a Chromium.

The recipe `recipes/browser.py` with the local voice is opened, questions are typed, and what the worklet rendered is transcribed: at most
3 % of the words are misheard. The last answer is interrupted, and what the page shows as heard is printed beside what was understood;
the recogniser may pass over a sentence that is cut, so nothing is judged there: `tests/integration/recipes/test_browser.py` does, from
samples.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Sequence
from typing import Any, cast

import trio
from playwright.sync_api import Page
from recipes import browser
from tests.hearing.answers import ANSWERS
from tests.hearing.chain import judge
from tests.hearing.ears import hear
from tests.hearing.words import Comparison, compare
from tests.integration.outputs.chromium import record, recorded, running_chromium, serving

from triolet import open_session_pools
from triolet_adapters.sources import OpenAIChat

MOST = 0.03
FIRST = "I am ready."
RATE = 24_000


class _Chat:
    def __init__(self) -> None:
        self._answers = iter([FIRST, *(answer.markdown for answer in ANSWERS[:3]), ANSWERS[0].markdown])

    async def stream(self, _: Sequence[dict[str, Any]]) -> AsyncGenerator[str]:
        for word in next(self._answers).split(" "):
            yield f"{word} "


def _talk(page: Page) -> dict[str, Comparison]:
    def ask(question: str) -> None:
        page.fill("#question", question)
        page.keyboard.press("Enter")

    def wait_until_heard() -> None:
        page.wait_for_function("document.getElementById('heard').textContent != ''", timeout=90_000)

    def rendered() -> bytes:
        page.wait_for_timeout(200)
        pcm = recorded(page).tobytes()
        page.evaluate("recorded.splice(0)")
        return pcm

    ask("Are you there?")
    wait_until_heard()
    record(page)
    found = dict[str, Comparison]()
    for answer in ANSWERS[:3]:
        ask(f"Tell me of {answer.name}.")
        wait_until_heard()
        found[answer.name] = compare(answer.heard, hear(rendered(), RATE))
    begin = page.evaluate("player.played")
    ask("Once more, please.")
    page.wait_for_function(f"player.played > {begin + 9 * RATE}", timeout=60_000)
    page.click("#stop")
    wait_until_heard()
    shown = page.inner_text("#heard").removesuffix("...").strip()
    understood = hear(rendered(), RATE)
    print(f"interrupted; the page shows: {shown!r}\n            understood was: {understood!r}")
    return found


async def main() -> None:
    found = dict[str, Comparison]()
    with running_chromium() as chromium:
        async with trio.open_nursery() as nursery, open_session_pools() as sessions:
            async with serving(browser.web(cast(OpenAIChat, _Chat()), sessions, nursery)) as url:
                await chromium.visit(url, lambda page: found.update(_talk(page)))
            nursery.cancel_scope.cancel()
    for name, comparison in found.items():
        print(f"{name:20} {comparison.errors} of {comparison.words} words misheard", *comparison.differences)
    errors = judge(found)
    print(f"{len(found)} answers: {errors:.1%} of the words misheard")
    sys.exit(errors > MOST)


if __name__ == "__main__":
    trio.run(main)
