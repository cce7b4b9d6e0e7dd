"""A process is killed, another drained, Redis restarted, in the middle of turns: every word is heard once or reported."""

from __future__ import annotations

import gc
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from tests.integration.service.machines import HAPROXY, ROOT, Talker, available, machines

# Connections of the clients that break are left unclosed somewhere below trio-websocket, and Python says so when it forgets them.
pytestmark = [
    pytest.mark.skipif(not available, reason="there is no HAProxy or Redis here"),
    pytest.mark.timeout(120),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _nothing_is_left_to_others() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """What Python forgets later would be reported in a test that has nothing to do with it."""
    yield
    gc.collect()


def test_the_balancer_takes_two_machines_as_the_docs_name_them() -> None:
    page = (ROOT / "docs" / "how-to" / "run-on-many-machines.md").read_text("utf-8")
    [line] = [line for line in page.splitlines() if line.startswith("export TRIOLET_BIND")]
    variables = dict(word.split("=", 1) for word in line.split()[1:])
    assert HAPROXY is not None
    command = [HAPROXY, "-c", "-f", str(ROOT / "deploy" / "haproxy.cfg")]
    judged = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=20, check=False)
    assert judged.returncode == 0, judged.stderr


async def test_one_is_killed_one_drained_and_redis_restarted(tmp_path: Path) -> None:
    async with machines(tmp_path, 3) as here:
        talkers = [Talker(here.url, number) for number in range(4)]
        async with trio.open_nursery() as nursery:
            for talker in talkers:
                nursery.start_soon(talker.run)
            await trio.sleep(1.5)
            await here.redis.kill()
            await trio.sleep(0.3)
            await here.redis.start()
            await trio.sleep(0.5)
            await here.workers[0].end(signal.SIGKILL)
            await trio.sleep(1.0)
            assert await here.workers[1].end(signal.SIGTERM) == 0
            await trio.sleep(2.0)
            for talker in talkers:
                talker.stopping = True
        results = [talker.check() for talker in talkers]
    assert sum(heard for heard, _ in results) >= len(talkers)
    assert sum(lost for _, lost in results) <= len(talkers)
    assert all(talker.turns[-1].ended for talker in talkers)
