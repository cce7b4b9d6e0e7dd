"""Phrases that machines share in a Redis of our own: said once, found by the others, bounded, and no phrase is lost with the Redis."""

from __future__ import annotations

import gc
from collections.abc import Generator
from pathlib import Path

import coredis
import pytest
from tests.integration.quotas.redis import needs_redis, running_redis

from triolet.testing import ToneTTS
from triolet_adapters.tts.cached import Cached, RedisPhrases

# coredis leaves the streams of a connection that could not be made unclosed, and Python says so when it forgets them.
pytestmark = [
    needs_redis,
    pytest.mark.timeout(60),
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HELLO = "Hello, how can I help?"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """A machine that is busy with other tests answers later than one that serves."""
    monkeypatch.setattr("triolet_adapters.tts.cached._shared.TAKE_SHARED", 10.0)
    yield
    gc.collect()  # now, where what Python says is ignored


def voice(directory: Path, shared: RedisPhrases) -> Cached:
    return Cached(ToneTTS(sample_rate=8000, pace=1000), directory, key="tones", shared=shared)


async def said(cached: Cached, text: str) -> bytes:
    pcm = bytearray()
    async with cached.connect() as session:
        await session.commit(text, pcm.extend)
    return bytes(pcm)


async def test_what_one_machine_has_said_the_others_find(tmp_path: Path) -> None:
    async with running_redis() as redis, RedisPhrases(redis.url) as shared, RedisPhrases(redis.url) as elsewhere:
        one, other = voice(tmp_path / "one", shared), voice(tmp_path / "other", elsewhere)
        first = await said(one, HELLO)
        assert await said(other, HELLO) == first
        assert (other.misses, other.shared_hits, other.store.size()[0]) == (0, 1, 1)
        await said(other, HELLO)
        assert other.hits == 1  # from its own disk by now

        await redis.kill()
        assert await said(other, HELLO) == first
        assert len(await said(other, "Something new.")) > 0
        assert await elsewhere.take("whatever") is None


async def test_those_that_were_not_used_for_longest_are_dropped(tmp_path: Path) -> None:
    async with running_redis() as redis, RedisPhrases(redis.url, max_bytes=1000) as shared:
        for name in ("a", "b", "c"):
            await shared.keep(name, name.encode() * 300)
        assert await shared.take("a") == b"a" * 300
        await shared.keep("d", b"d" * 300)
        await shared.keep("d", b"D" * 400)  # in the place of the other
        kept = [name for name in "abcd" if await shared.take(name) is not None]
        assert kept == ["a", "c", "d"]
        await shared.keep("e", b"e" * 1001)
        assert await shared.take("e") is None
        assert await shared.take("d") == b"D" * 400


@pytest.mark.parametrize("kept", [["phrases"], ["phrases:used"], ["phrases:bytes"], ["phrases", "phrases:used"]])
async def test_keys_that_redis_has_dropped_are_made_anew(kept: list[str]) -> None:
    """Their bytes alone would keep all others out for ever; without them there would be no bound."""
    async with running_redis() as redis, RedisPhrases(redis.url, max_bytes=1000) as shared:
        for name in "abc":
            await shared.keep(name, name.encode() * 300)
        async with coredis.Redis.from_url(redis.url) as client:
            for key in {"phrases", "phrases:used", "phrases:bytes"} - {*kept}:
                await client.delete([f"triolet:{key}"])
            for name in "abcd":
                await shared.keep(name, name.encode() * 300)
            assert [name for name in "abcd" if await shared.take(name)] == ["b", "c", "d"]
            assert await client.get("triolet:phrases:bytes") == b"900"
