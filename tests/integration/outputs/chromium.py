"""A page in headless Chromium, whose sound is recorded where the worklet gives it to the loudspeaker."""

from __future__ import annotations

import base64
import shutil
from array import array
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial

import pytest
import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.types import ASGIApp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP elsewhere.example 127.0.0.1",
]

_RECORD = """async () => {
  const code = `registerProcessor("recorder", class extends AudioWorkletProcessor {
    process([input]) { if (input[0]) this.port.postMessage([currentFrame, input[0].slice()]); return true } })`
  const context = player.node.context
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))
  const recorder = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 })
  window.recorded = []
  recorder.port.onmessage = ({ data: [frame, samples] }) => recorded.push([performance.now(), frame, samples])
  player.node.connect(recorder)
}"""

_RECORDED = """() => {
  const all = new Float32Array(recorded.reduce((sum, [, , samples]) => sum + samples.length, 0))
  let at = 0
  for (const [, , samples] of recorded) { all.set(samples, at); at += samples.length }
  let text = ""
  const bytes = new Uint8Array(all.buffer)
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768))
  return btoa(text)
}"""


class Chromium:
    """A browser for several tests, each of which has pages of its own. Its start takes as long as a test of it."""

    def __init__(self) -> None:
        # Playwright's objects belong to the thread that made them, and Trio runs no two calls in the same one for certain.
        self._thread = ThreadPoolExecutor(1)
        self._driver = self._thread.submit(sync_playwright().start).result()
        self._browser: Browser = self._thread.submit(self._launch).result()

    def _launch(self) -> Browser:
        return self._driver.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)

    async def visit(self, url: str, script: Callable[[Page], None], *, bypass_csp: bool = False) -> None:
        """Do what the script does with the page at this address, beside this Trio program. What the page throws fails the test.

        `bypass_csp`: let the script put code of its own into a page whose policy forbids that.
        """
        await trio.to_thread.run_sync(self._thread.submit(self._visit, url, script, bypass_csp=bypass_csp).result)

    def _visit(self, url: str, script: Callable[[Page], None], *, bypass_csp: bool) -> None:
        with self._browser.new_context(bypass_csp=bypass_csp) as context:
            page = context.new_page()
            page.set_default_timeout(20_000)
            errors = list[str]()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(url)
            script(page)
            assert errors == []

    def close(self) -> None:
        self._thread.submit(self._browser.close).result()
        self._thread.submit(self._driver.stop).result()
        self._thread.shutdown()


@contextmanager
def running_chromium() -> Iterator[Chromium]:
    """A browser for a block."""
    chromium = Chromium()
    try:
        yield chromium
    finally:
        chromium.close()


def record(page: Page) -> None:
    """Record from now on what the player gives to the loudspeaker. It plays already, or has been told the format."""
    page.wait_for_function("window.player.node")
    page.evaluate(_RECORD)


def recorded(page: Page) -> array[int]:
    """What has been recorded, as 16-bit samples."""
    samples = array("f")
    samples.frombytes(base64.b64decode(page.evaluate(_RECORDED)))
    return array("h", (round(32768 * sample) for sample in samples))


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncGenerator[str]:
    """Serve an application; give its address."""
    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.accesslog = config.errorlog = None
    async with trio.open_nursery() as nursery:
        addresses: list[str] = await nursery.start(partial(serve, app, config))  # type: ignore[arg-type]
        yield addresses[0]
        nursery.cancel_scope.cancel()
