"""`python -m tests.integration.service.many --rounds 50`: what test_many.py does, with four processes, again and again."""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
from pathlib import Path

import trio
from tests.integration.service.machines import Machines, Talker, machines

TALKERS = 8


async def disturb(here: Machines, chance: random.Random) -> None:
    """Kill one, drain another, restart Redis, in any order, in the middle of turns."""
    killed, drained = chance.sample(here.workers, 2)

    async def kill() -> None:
        await killed.end(signal.SIGKILL)

    async def drain() -> None:
        code = await drained.end(signal.SIGTERM)
        assert code == 0, f"a process that was drained ended with code {code}"

    async def restart() -> None:
        await here.redis.kill()
        await trio.sleep(chance.uniform(0.0, 1.0))
        await here.redis.start()

    deeds = [kill, drain, restart]
    chance.shuffle(deeds)
    for deed in deeds:
        await trio.sleep(chance.uniform(0.3, 1.2))
        await deed()


async def one_round(number: int, count: int) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        async with machines(Path(folder), count) as here:
            talkers = [Talker(here.url, each) for each in range(TALKERS)]
            async with trio.open_nursery() as nursery:
                for talker in talkers:
                    nursery.start_soon(talker.run)
                await disturb(here, random.Random(number))
                await trio.sleep(1.5)
                for talker in talkers:
                    talker.stopping = True
            results = [talker.check() for talker in talkers]
            assert all(talker.turns[-1].ended for talker in talkers)
            codes = sorted({error["code"] for talker in talkers for error in talker.errors})
            heard, lost = sum(heard for heard, _ in results), sum(lost for _, lost in results)
            print(f"round {number}: {heard} turns heard, {lost} reported, {codes}", flush=True)  # noqa: T201
            return heard, lost


async def main(rounds: int, first: int, count: int) -> None:
    heard = lost = 0
    for number in range(first, first + rounds):
        with trio.fail_after(120):
            more = await one_round(number, count)
        heard, lost = heard + more[0], lost + more[1]
    print(f"{rounds} rounds: {heard} turns heard, {lost} reported")  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    trio.run(main, options.rounds, options.first, options.workers)
