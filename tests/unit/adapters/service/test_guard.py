"""Who may use the service, and how much of it: in virtual time."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from triolet.errors import ConnectionFailed
from triolet_adapters.service import KeyConfig, Limits, ServiceConfig
from triolet_adapters.service.config import hash_of
from triolet_adapters.service.guard import Caps, Guard, Keys, LocalCounters, Refused, new_key
from triolet_adapters.service.guard._guard import LONGEST_WAIT

PHONE, WEB = new_key(), new_key()
CONFIG = ServiceConfig(
    keys={
        "phone": KeyConfig(sha256=hash_of(PHONE), requests_per_minute=3),
        "web": KeyConfig(sha256=hash_of(WEB), concurrent=1),
    },
    limits=Limits(requests_per_minute=100, concurrent=2, turns=3),
)


def guard(config: ServiceConfig = CONFIG) -> Guard:
    return Guard(config, Keys({name: key.sha256 for name, key in config.keys.items()}))


def of(key: str, **more: str) -> dict[str, str]:
    return {"host": "localhost", "authorization": f"Bearer {key}", **more}


async def refused(guard: Guard, headers: dict[str, str]) -> Refused:
    with pytest.raises(Refused) as caught:
        async with guard.admit(headers):
            raise AssertionError
    return caught.value


def test_a_key_has_256_bits_and_is_nobodys_but_its_owners() -> None:
    assert len(PHONE) == len("tri-") + 43
    keys = Keys({"phone": hash_of(PHONE), "web": hash_of(WEB)})
    assert (keys.owner(PHONE), keys.owner(WEB)) == ("phone", "web")
    for wrong in ("", PHONE[:-1], PHONE + "x", hash_of(PHONE), "é" * 600, "\udc80"):
        assert keys.owner(wrong) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {PHONE}"},
        {"authorization": f"bearer  {PHONE} "},
        {"x-api-key": PHONE},
        {"sec-websocket-protocol": f"triolet, triolet-key.{PHONE}"},
    ],
)
def test_a_key_comes_in_one_of_these(headers: dict[str, str]) -> None:
    assert guard().caller(headers) == "phone"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        (of("tri-wrong"), 401, "invalid_api_key"),
        ({"host": "localhost"}, 401, "invalid_api_key"),
        ({"host": "localhost", "authorization": PHONE}, 401, "invalid_api_key"),
        (of(PHONE, host="evil.example"), 421, "forbidden_host"),
        (of(PHONE, origin="https://evil.example"), 403, "forbidden_origin"),
        (of(PHONE, origin="null"), 403, "forbidden_origin"),
    ],
)
async def test_others_are_told_why_not(headers: dict[str, str], status: int, code: str) -> None:
    error = await refused(guard(), headers)
    assert (error.status, error.body["error"]["code"]) == (status, code)
    assert PHONE not in str(error.body)


async def test_where_no_keys_are_all_are_one() -> None:
    async with guard(ServiceConfig()).admit({"host": "127.0.0.1:8765"}) as admission:
        assert admission.caller == "anybody"


async def test_a_minute_holds_so_many_requests(autojump_clock: MockClock) -> None:
    door = guard()
    for _ in range(3):
        async with door.admit(of(PHONE)):
            await trio.sleep(10)
    error = await refused(door, of(PHONE))
    assert (error.status, error.headers) == (429, {"Retry-After": "30"})
    async with door.admit(of(WEB)):
        pass  # another has its own minute
    await trio.sleep(30)
    async with door.admit(of(PHONE)):
        pass
    assert (await refused(door, of(PHONE))).headers == {"Retry-After": "10"}
    with pytest.raises(ValueError, match=r"3 turns a minute are allowed: try again in 10.0 s"):
        await door.begin_turn("phone")


async def test_so_many_turns_at_a_time(autojump_clock: MockClock) -> None:
    door = guard()
    async with AsyncExitStack() as turns:
        await turns.enter_async_context(door.admit(of(WEB)))
        assert (await refused(door, of(WEB))).code == "concurrency_limit_exceeded"
        await turns.enter_async_context(door.admit(of(PHONE)))
        await turns.enter_async_context(door.admit(of(PHONE)))
        error = await refused(door, of(PHONE))
        assert (error.status, error.code, error.headers) == (503, "busy", {"Retry-After": "1"})
        assert door.turns == 3
    assert door.turns == 0
    async with door.admit(of(WEB)):
        pass


async def test_none_is_admitted_while_it_drains() -> None:
    door = guard()
    door.closed = True
    assert (await refused(door, of(PHONE))).code == "draining"
    assert (await refused(door, of("tri-wrong"))).status == 401


def counted(counters: LocalCounters, caps: Caps) -> float:
    """The answer to a request, which waits for nothing."""
    with pytest.raises(StopIteration) as returned:
        counters.request("a", caps).send(None)
    wait: float = returned.value.value
    return wait


@settings(max_examples=40)
@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 5))
def test_no_window_ever_holds_more(waits: list[float], most: int) -> None:
    now = 0.0
    counters = LocalCounters(lambda: now)
    caps = Caps(per_minute=most, concurrent=1)
    taken: list[float] = []
    for wait in waits:
        now += wait
        again = counted(counters, caps)
        if again == 0:
            taken.append(now)
            assert sum(at > now - 60 for at in taken) <= most
        else:
            assert sum(at > now - 60 for at in taken) == most
            now += again + 1e-6  # a sum of floats may fall short of the window
            assert counted(counters, caps) == 0
            taken.append(now)


class Restarted(LocalCounters):
    """A store that does not answer until some time."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    async def request(self, caller: str, caps: Caps) -> float:
        if trio.current_time() < self._until:
            raise ConnectionFailed("the store does not answer")
        return await super().request(caller, caps)


@pytest.mark.parametrize("down", [2.0, 60.0])
async def test_a_turn_waits_for_a_store_that_restarts(down: float, autojump_clock: MockClock) -> None:
    door = guard()
    began = trio.current_time()
    door.counters = Restarted(began + down)
    if down > LONGEST_WAIT:
        with pytest.raises(ConnectionFailed):
            await door.begin_turn("phone")
        assert trio.current_time() - began <= LONGEST_WAIT
    else:
        await door.begin_turn("phone")
        assert trio.current_time() - began == pytest.approx(down, abs=0.3)
