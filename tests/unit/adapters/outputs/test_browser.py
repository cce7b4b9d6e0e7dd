"""A listener at a web page, whose connection breaks, whose sound is suspended, who closes the page."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.adapters.outputs.listening_page import STEP, ListeningPage
from trio.testing import MockClock

from triolet import AudioFormat, Output
from triolet.errors import OutputError
from triolet.testing import OutputContract
from triolet_adapters.outputs.browser import PLAYER, BrowserOutput, messages

FORMAT = AudioFormat(24_000)
PAGES = WeakKeyDictionary[Output, ListeningPage]()


@pytest.fixture
def output() -> BrowserOutput:
    return BrowserOutput(hold=0.2, patience=4.0)


@pytest.fixture
async def page(output: BrowserOutput, nursery: trio.Nursery) -> ListeningPage:
    page = ListeningPage(output)
    nursery.start_soon(page.connect)
    return page


class TestBrowser(OutputContract):
    @pytest.fixture
    def output(self, output: BrowserOutput, page: ListeningPage) -> BrowserOutput:
        PAGES[output] = page
        return output

    def came_out(self, output: Output) -> bytes | None:
        return PAGES[output].since_opened


class TestBrowserAt8000(TestBrowser):
    format = AudioFormat(8_000)


class TestBrowserAt16000(TestBrowser):
    format = AudioFormat(16_000)


class TestBrowserAt44100(TestBrowser):
    format = AudioFormat(44_100)


class TestBrowserAt48000(TestBrowser):
    format = AudioFormat(48_000)


def noise(seconds: float, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(2 * FORMAT.samples(seconds))


async def driven(output: BrowserOutput, what: Callable[[], Awaitable[None]]) -> None:
    """Do something while the output is open and its calls are made."""
    await output.open(FORMAT)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(output.run)
        try:
            await what()
        finally:
            await output.close()


async def test_a_broken_connection_goes_on_where_it_was(
    output: BrowserOutput, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    page, sound = ListeningPage(output), noise(2.0)
    nursery.start_soon(page.connect)

    async def program() -> None:
        async with trio.open_nursery() as both:
            both.start_soon(output.play, sound)
            for at in (0.33, 0.5, 0.71):
                await trio.sleep(at)
                page.broken = True
                await trio.sleep(0.4)
                assert page.session == output.session
                nursery.start_soon(page.connect)
        await output.drain()

    await driven(output, program)
    assert bytes(page.heard) == sound
    page.broken = True


async def test_a_page_that_is_loaded_again_hears_the_rest(
    output: BrowserOutput, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    first, second, sound = ListeningPage(output), ListeningPage(output), noise(1.0)
    nursery.start_soon(first.connect)

    async def program() -> None:
        async with trio.open_nursery() as both:
            both.start_soon(output.play, sound)
            await trio.sleep(0.4)
            first.broken = True
            await trio.sleep(0.1)
            nursery.start_soon(second.connect)
        await output.drain()

    await driven(output, program)
    assert sound.startswith(bytes(first.heard))
    assert sound.endswith(bytes(second.heard))
    again = len(first.heard) + len(second.heard) - len(sound)
    assert 0 <= again <= 2 * FORMAT.samples(STEP), "what the page had not told when it went is played again"
    second.broken = True


async def test_an_interruption_while_nobody_is_there_is_told_to_the_page_that_comes_back(
    output: BrowserOutput, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    page, old, new = ListeningPage(output), noise(1.0, 1), noise(0.3, 2)
    nursery.start_soon(page.connect)

    async def program() -> None:
        async with trio.open_nursery() as both:
            both.start_soon(output.play, old)
            await trio.sleep(0.4)
            page.broken = True
            await trio.sleep(0.1)
            heard = output.heard
            output.flush()
            await output.settle()
            assert output.heard == heard
        nursery.start_soon(page.connect)
        await output.play(new)
        await output.drain()
        assert output.heard == heard + len(new) // 2

    await driven(output, program)
    assert bytes(page.heard).endswith(new)
    assert old.startswith(bytes(page.heard)[: -len(new)])
    page.broken = True


@pytest.mark.parametrize(
    "why", ["no page is connected", "has not said hello", "sound is suspended", "page is connected"]
)
async def test_a_turn_that_nobody_can_hear_ends_and_says_why(
    why: str, output: BrowserOutput, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    page = ListeningPage(output)

    async def nothing(message: object) -> None:
        pass

    async def program() -> None:
        began = trio.current_time()
        with pytest.raises(OutputError, match=why):
            await output.play(noise(1.0))
        assert 4.0 <= trio.current_time() - began <= 5.1

    page.suspended = True
    match why:
        case "sound is suspended" | "page is connected":
            nursery.start_soon(page.connect)
            await trio.testing.wait_all_tasks_blocked()
            if why == "sound is suspended":
                page.say("audio.state", state="suspended")
            await driven(output, program)
        case "has not said hello":
            with output.attached(nothing, nothing):
                await driven(output, program)
        case _:
            await driven(output, program)
    page.broken = True


async def test_after_that_a_page_that_comes_is_spoken_to(
    output: BrowserOutput, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    page, sound = ListeningPage(output), noise(0.2)

    async def program() -> None:
        with pytest.raises(OutputError):
            await output.play(noise(1.0, 1))
        nursery.start_soon(page.connect)
        await trio.sleep(0.1)
        await output.play(sound)
        await output.drain()

    await driven(output, program)
    assert bytes(page.heard) == sound
    page.broken = True


async def test_a_network_that_stalls_for_longer_than_the_page_has_audio_loses_nothing(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    output = BrowserOutput()
    page, sound = ListeningPage(output), noise(4.0)
    nursery.start_soon(page.connect)

    async def program() -> None:
        async with trio.open_nursery() as both:
            both.start_soon(output.play, sound)
            await trio.sleep(1.5)
            page.stalls_until = trio.current_time() + 5.0
        await output.drain()

    await driven(output, program)
    assert bytes(page.heard) == sound
    page.broken = True


async def test_a_pause_is_no_silence_that_ends_a_turn(
    output: BrowserOutput, page: ListeningPage, autojump_clock: MockClock
) -> None:
    sound = noise(0.5)

    async def program() -> None:
        async with trio.open_nursery() as both:
            both.start_soon(output.play, sound)
            await trio.sleep(0.2)
            output.pause()
            await trio.sleep(0.05)
            heard = len(page.heard)
            await trio.sleep(20)
            assert len(page.heard) == heard
            output.resume()
        await output.drain()

    await driven(output, program)
    assert bytes(page.heard) == sound
    page.broken = True


async def test_a_page_that_is_closed_ends_the_turn_at_once(
    output: BrowserOutput, page: ListeningPage, autojump_clock: MockClock
) -> None:
    async def program() -> None:
        async with trio.open_nursery() as both:
            both.start_soon(output.deserted)
            await trio.sleep(0.1)
            page.say("audio.bye")
            began = trio.current_time()
            with pytest.raises(OutputError, match="the page was closed"):
                await output.play(noise(1.0))
        assert trio.current_time() - began < 0.01, "nobody waits for a page that was closed"

    await driven(output, program)
    page.broken = True


async def test_a_conversation_is_deserted_when_nobody_has_come_back(
    output: BrowserOutput, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    page = ListeningPage(output)
    nursery.start_soon(page.connect)
    with trio.move_on_after(100) as scope:
        async with trio.open_nursery() as both:
            both.start_soon(output.deserted, 10.0)
            await trio.sleep(50)
            page.broken = True
            await trio.sleep(6)
            nursery.start_soon(page.connect)
            await trio.sleep(1)
            page.broken = True
            began = trio.current_time()
    assert not scope.cancelled_caught
    assert 9.9 < trio.current_time() - began < 10.1


async def test_what_the_program_tells_waits_for_the_page(
    output: BrowserOutput, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    page = ListeningPage(output)

    async def program() -> None:
        for number in range(120):
            output.tell({"number": number})
        nursery.start_soon(page.connect)
        await trio.sleep(0.1)
        output.tell({"number": 120})
        await trio.sleep(0.1)

    await driven(output, program)
    assert [message["number"] for message in page.told] == [*range(20, 121)]
    with pytest.raises(ValueError, match=r"'audio\.mine'"):
        output.tell({"type": "audio.mine"})
    page.broken = True


async def test_a_page_cannot_claim_what_was_never_sent(
    output: BrowserOutput, page: ListeningPage, autojump_clock: MockClock
) -> None:
    async def program() -> None:
        page.suspended = True
        await output.play(noise(0.1))
        await trio.sleep(0.1)
        page.say("audio.position", played=10**9, buffered=0, underruns=0)
        assert output.heard == FORMAT.samples(0.1)

    await driven(output, program)
    page.broken = True


def test_a_page_of_another_version_is_told_to_load_again(output: BrowserOutput) -> None:
    async def nothing(message: object) -> None:
        pass

    with output.attached(nothing, nothing) as page, pytest.raises(messages.BadMessage, match="reload the page"):
        page.received(json.dumps({"type": "audio.hello", "version": 2, "played": 0, "received": 0}))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=5,
)


@given(
    st.one_of(
        st.text(),
        _JSON.map(json.dumps),
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(
                    ["audio.hello", "audio.position", "audio.cleared", "audio.state", "audio.x", "mine"]
                )
            },
            optional=dict.fromkeys(("version", "session", "played", "received", "codecs", "id", "buffered"), _JSON),
        ).map(json.dumps),
    )
)
def test_whatever_a_page_sends_is_read_or_refused(text: str) -> None:
    try:
        message = messages.read(text)
    except messages.BadMessage:
        return
    for name in ("played", "received", "buffered", "id"):
        assert getattr(message, name, 0) >= 0


def test_what_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(messages.BadMessage, match="too deeply"):
        messages.read('{"type": "audio.hello", "codecs": ' + "[" * 100_000)


def test_the_player_is_shipped() -> None:
    assert b"registerProcessor" in PLAYER.read_bytes()
