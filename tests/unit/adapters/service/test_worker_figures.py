"""`/metrics` of several workers: whichever is asked tells of all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from triolet_adapters.service.workers._figures import WorkerFigures, merged
from triolet_adapters.service.workers.worker import _watch_parent
from triolet_adapters.watching import PrometheusMetrics, Sample
from triolet_adapters.watching._table import BUILD, FIRST_AUDIBLE, LOOP_LAG, TURNS


def exposition(turns: float) -> bytes:
    metrics = PrometheusMetrics(lambda: [Sample(LOOP_LAG, (), 0.5), Sample(BUILD, ("1 {of} 2",), 1.0)])
    metrics.record([Sample(TURNS, ("triolet", "heard"), turns), Sample(FIRST_AUDIBLE, ("triolet",), 0.3)])
    return metrics.exposition()


async def test_any_worker_tells_of_all_that_answer(tmp_path: Path) -> None:
    workers = [WorkerFigures(str(tmp_path), number, lambda number=number: exposition(number + 1)) for number in (0, 1)]  # type: ignore[misc]
    (tmp_path / "2").touch()  # of one that was killed
    async with trio.open_nursery() as nursery:
        for worker in workers:
            await nursery.start(worker.serve)
        first, second = [(await worker.all()).decode().splitlines() for worker in workers]
        nursery.cancel_scope.cancel()
    for told in (first, second):
        assert 'triolet_turns_total{worker="0",outcome="heard",voice="triolet"} 1.0' in told
        assert 'triolet_turns_total{worker="1",outcome="heard",voice="triolet"} 2.0' in told
        assert 'triolet_loop_lag_seconds{worker="1"} 0.5' in told
        assert told.count("# TYPE triolet_turns_total counter") == 1


async def test_a_worker_that_dies_while_it_tells_is_left_out(tmp_path: Path) -> None:
    """Half a number would be a counter that goes down."""
    listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
    await listening.bind(str(tmp_path / "1"))
    listening.listen()

    async def die(stream: trio.SocketStream) -> None:
        await stream.send_all(exposition(123).partition(b"23.0")[0])
        await stream.aclose()

    own = exposition(7)
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, die, [trio.SocketListener(listening)])
        told = await WorkerFigures(str(tmp_path), 0, lambda: own).all()
        nursery.cancel_scope.cancel()
    assert told == merged({0: own})


async def test_a_worker_whose_parent_was_killed_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "0").touch()
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr("os._exit", sys.exit)
        with pytest.raises(SystemExit, match="1"):
            await _watch_parent(str(folder))
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 -- a folder of this test


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_has_no_complaint_about_several() -> None:
    text = merged({0: exposition(1), 1: exposition(2), 10: exposition(3)})
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr, checked.stdout) == (0, b"", b"")


async def test_a_worker_whose_socket_cannot_be_made_serves_nevertheless(tmp_path: Path) -> None:
    (deep := tmp_path / ("deep" * 40)).mkdir()
    worker = WorkerFigures(str(deep), 0, lambda: exposition(1))
    async with trio.open_nursery() as nursery:
        await nursery.start(worker.serve)
    assert b'triolet_turns_total{worker="0",' in await worker.all()
