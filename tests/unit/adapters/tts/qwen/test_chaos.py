"""Any network: whole audio or one typed error, in bounded time, and nothing left open."""

import random

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.adapters.tts.qwen._peers import serving
from trio.testing import MockClock

from triolet.errors import TTSError
from triolet.testing import Link, ToneTTS, decode
from triolet_adapters.tts.qwen import QwenOptions, ServerOptions

TEXT = "A sentence of some forty-five characters, no more."
LONGEST = 10 + 10 + 10 + 10 + 5 + 1
"""Without progress: connect, session.created, session.updated, first audio; finish, close."""
LEAVING = 5 + 1
"""When cancelled: a send that is under way, and the close."""


def bad_link(_index: int, draws: random.Random) -> Link:
    return Link(
        latency=draws.choice([0, 0.02, 0.4]),
        jitter=draws.choice([0, 0.3]),
        bandwidth=draws.choice([None, 60_000]),
        window=draws.choice([2048, 65_536]),
        split=draws.choice([None, 64, 3000]),
        reset_after=draws.choice([None, None, draws.randint(0, 200_000)]),
        silent_after=draws.choice([None, None, draws.randint(0, 200_000)]),
    )


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(st.integers(0, 2**32), st.none() | st.floats(0, 8))
def test_over_any_network(seed: int, cancel_after: float | None) -> None:
    trio.run(over_one_network, seed, cancel_after, clock=MockClock(autojump_threshold=0))


async def over_one_network(seed: int, cancel_after: float | None) -> None:
    draws = random.Random(seed)
    voice = ToneTTS(sample_rate=8000, pace=draws.choice([None, 2]))
    options = ServerOptions(jitter=draws.choice([0, 0.5]), seed=seed, delta_bytes=draws.choice([501, 9788]))
    pcm = bytearray()
    progress = [0.0]
    whole = False

    def accept(samples: bytes) -> None:
        pcm.extend(samples)
        progress.append(trio.current_time())

    async with serving(options, voice, bad_link, seed=seed) as world:
        with trio.move_on_after(float("inf") if cancel_after is None else cancel_after) as scope:
            try:
                tts = world.tts(sample_rate=8000, options=QwenOptions())
                async with tts.connect() as session:
                    await session.commit(TEXT, accept)
                    whole = True
            except TTSError as error:
                assert str(error)  # noqa: PT017 -- one error, alone, of ours: anything else fails the test
        if scope.cancelled_caught:
            assert trio.current_time() <= (cancel_after or 0) + LEAVING
        else:
            assert trio.current_time() - progress[-1] <= LONGEST
        runs = decode(bytes(pcm)).runs
        assert all((run.connection, run.commit) == (0, 0) for run in runs)
        assert [run.start for run in runs] == [0][: len(runs)]
        assert not whole or len(pcm) == 2 * voice.samples_of(TEXT)
        assert all(connection.client.closed or connection.to_client.broken for connection in world.network.connections)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_gives_the_same_session(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    async def session() -> list[tuple[float, int]]:
        reads: list[tuple[float, int]] = []
        link = Link(latency=0.05, jitter=0.2, split=900)
        options = ServerOptions(jitter=0.3, seed=seed)
        async with serving(options, link=link, seed=seed) as world, world.tts().connect() as session:
            await session.commit(TEXT, lambda pcm: reads.append((trio.current_time(), len(pcm))))
        return reads

    def replay() -> list[tuple[float, int]]:
        monkeypatch.setattr("trio._core._run._ALLOW_DETERMINISTIC_SCHEDULING", True)
        trio._core._run._r.seed(seed)
        return trio.run(session, clock=MockClock(autojump_threshold=0))

    first = replay()
    assert replay() == first
    assert len(first) > 5
