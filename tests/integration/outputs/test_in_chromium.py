"""`BrowserOutput` and `triolet-player.js` with a browser that renders sound: what its worklet gave out is what was sent."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import numpy as np
import pytest
import trio
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from tests.integration.outputs.chromium import Chromium, needs_chromium, record, recorded, serving

from triolet import AudioFormat
from triolet_adapters.outputs.browser import PLAYER, BrowserOutput

pytestmark = [needs_chromium, pytest.mark.timeout(90)]

T = TypeVar("T")
RATE = 24_000
FALL = 80
"""Samples above 400 of the fall to silence where the sound is cut."""
HTML = """<!doctype html><link rel="icon" href="data:,"><button id="go">Go</button><script type="module">
import { TrioletPlayer } from "/triolet-player.js"
window.player = new TrioletPlayer("/audio")
window.news = []
window.underruns = 0
player.addEventListener("position", ({ detail }) => { underruns = detail.underruns })
player.addEventListener("error", ({ detail }) => news.push(String(detail)))
go.onclick = () => player.start()
</script>"""


class Server:
    """Serves a page, and attaches its connections to one output."""

    def __init__(self, nursery: trio.Nursery, output: BrowserOutput) -> None:
        self.nursery = nursery
        self.output = output
        self.connections = list[WebSocket]()
        self._trio = trio.lowlevel.current_trio_token()
        routes = [
            Route("/", self._page),
            Route("/triolet-player.js", self._player),
            WebSocketRoute("/audio", self._audio),
        ]
        self.app = Starlette(routes=routes)

    def do(self, function: Callable[[], Awaitable[T]]) -> T:
        """Await something in the Trio program, from the script's thread."""
        return trio.from_thread.run(function, trio_token=self._trio)

    def call(self, function: Callable[[], T]) -> T:
        """Call something there."""
        return trio.from_thread.run_sync(function, trio_token=self._trio)

    def start(self, function: Callable[[], Awaitable[object]]) -> trio.Event:
        """Await something beside all else; the event says that it is done."""
        done = trio.Event()

        async def run() -> None:
            await function()
            done.set()

        self.nursery.start_soon(run)
        return done

    async def _page(self, _: Request) -> Response:
        return HTMLResponse(HTML)

    async def _player(self, _: Request) -> Response:
        return Response(PLAYER.read_bytes(), media_type="text/javascript")

    async def _audio(self, browser: WebSocket) -> None:
        await browser.accept()
        self.connections.append(browser)
        with self.output.attached(browser.send_text, browser.send_bytes) as page:
            async for text in browser.iter_text():
                assert page.received(text)


async def with_a_page(
    chromium: Chromium, script: Callable[[Page, Server], None], output: BrowserOutput | None = None, rate: int = RATE
) -> None:
    """Do what the script does with a page whose sound is on and recorded, beside an output that is open."""

    def begun(page: Page) -> None:
        page.click("#go")
        server.do(partial(server.output.play, bytes(2 * 10)))  # the page learns the format
        record(page)
        script(page, server)
        assert page.evaluate("news") == []

    async with (
        trio.open_nursery() as nursery,
        serving((server := Server(nursery, output or BrowserOutput())).app) as url,
    ):
        await server.output.open(AudioFormat(rate))
        nursery.start_soon(server.output.run)
        await chromium.visit(url, begun)
        await server.output.close()
        nursery.cancel_scope.cancel()


def speech_like(seconds: float, seed: int = 0) -> array[int]:
    """Noise that is never silent, so that a sample which is lost or repeated shows."""
    numbers = random.Random(seed)
    return array("h", (numbers.choice((-1, 1)) * numbers.randint(500, 8000) for _ in range(round(RATE * seconds))))


def in_order(rendered: array[int], sound: array[int]) -> int:
    """How many samples of the sound, from its first, were rendered in order. Where the player has run dry, on a machine that is
    busy, there is silence between two of them, and the fall to it.
    """
    found = 0
    for sample in rendered:
        if found < len(sound) and sample == sound[found]:
            found += 1
    return found


async def test_what_the_worklet_renders_is_what_was_sent(chromium: Chromium) -> None:
    sound = speech_like(1.5)

    def script(page: Page, server: Server) -> None:
        async def play() -> None:
            await server.output.play(sound.tobytes())
            await server.output.drain()

        server.do(play)
        heard = recorded(page)
        assert in_order(heard, sound) == len(sound), "samples were lost"
        loud = sum(abs(sample) > 400 for sample in heard)
        assert len(sound) <= loud <= len(sound) + FALL * (1 + page.evaluate("underruns")), "samples were repeated"
        assert page.evaluate("player.played") == len(sound) + 10

    await with_a_page(chromium, script)


async def test_an_interruption_is_silent_at_once_and_both_agree_what_was_heard(chromium: Chromium) -> None:
    old, new = speech_like(3.0, 1), speech_like(0.4, 2)

    def script(page: Page, server: Server) -> None:
        async def interrupted() -> int:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(server.output.play, old.tobytes())
                await trio.sleep(1.2)
                server.output.flush()
                await server.output.settle()
            return server.output.heard - 10

        heard = server.do(interrupted)
        page.wait_for_timeout(300)
        rendered = recorded(page)
        ramp = round(0.005 * RATE)
        assert 0 <= heard - in_order(rendered, old) <= ramp + 1, "the page and its worklet disagree"

        async def go_on() -> None:
            await server.output.play(new.tobytes())
            await server.output.drain()

        server.do(go_on)
        assert server.output.heard - 10 == heard + len(new)
        assert recorded(page)[-len(new) - RATE :].tobytes().count(new[:200].tobytes()) == 1
        assert old[heard + ramp : heard + ramp + 50].tobytes() not in recorded(page).tobytes(), (
            "old sound after the clear"
        )

    await with_a_page(chromium, script)


async def test_a_connection_that_breaks_goes_on_at_the_same_sample(chromium: Chromium) -> None:
    sound = speech_like(3.0, 3)

    def script(page: Page, server: Server) -> None:
        async def play() -> None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(server.output.play, sound.tobytes())
                await trio.sleep(1.0)
                await server.connections[-1].close(1011)
            await server.output.drain()

        server.do(play)
        assert len(server.connections) == 2
        heard = recorded(page)
        assert in_order(heard, sound) == len(sound), "samples were lost"
        loud = sum(abs(sample) > 400 for sample in heard)
        assert loud <= len(sound) + FALL * (1 + page.evaluate("underruns")), "samples were played twice"

    await with_a_page(chromium, script)


async def test_a_pause_a_background_tab_and_a_suspended_context(chromium: Chromium) -> None:
    sound = speech_like(3.5, 4)

    def script(page: Page, server: Server) -> None:
        async def play() -> None:
            await server.output.play(sound.tobytes())
            await server.output.drain()

        played = "player.played"
        said = server.call(partial(server.start, play))
        page.wait_for_function(f"{played} > {RATE // 2}")
        server.call(server.output.pause)
        page.wait_for_timeout(200)
        at = page.evaluate(played)
        page.wait_for_timeout(300)
        assert page.evaluate(played) == at, "it plays on in a pause"
        assert abs(server.output.heard - at) <= 0.02 * RATE
        server.call(server.output.resume)
        page.wait_for_function(f"{played} > {at + RATE // 4}")

        other = page.context.new_page()
        other.bring_to_front()
        at = page.evaluate(played)
        other.wait_for_timeout(500)
        assert page.evaluate(played) - at > 0.3 * RATE, "a tab in the background goes on"
        other.close()

        page.evaluate("player.node.context.suspend()")
        page.wait_for_timeout(100)
        at = server.output.heard
        page.wait_for_timeout(300)
        assert server.output.heard == at, "nothing is heard where the sound is suspended"
        page.evaluate("player.start()")
        server.do(said.wait)
        last = sound[-RATE // 4 :]
        assert in_order(recorded(page), last) == len(last)
        assert server.output.heard == len(sound) + 10

    await with_a_page(chromium, script)


async def test_opus_is_heard_at_the_same_place(chromium: Chromium) -> None:
    rate = 48_000
    sound = array("h", (round(9000 * math.sin(0.00001 * at * at)) for at in range(round(1.51 * rate))))  # 0 to 11 kHz

    def script(page: Page, server: Server) -> None:
        async def play() -> None:
            await server.output.play(sound.tobytes())
            await server.output.drain()

        server.do(play)
        assert page.evaluate("player.played") == len(sound) + 10
        heard = recorded(page)
        begin = next(at for at, sample in enumerate(heard) if abs(sample) > 100)
        assert max(map(abs, heard)) > 6000
        first = np.array(sound[:24_000], float)
        shifted = (np.array(heard[begin + shift :][:24_000], float) for shift in range(-400, 400, 4))
        assert max(part @ first for part in shifted) / (first @ first) > 0.9

    await with_a_page(chromium, script, BrowserOutput(codec="opus"), rate)
