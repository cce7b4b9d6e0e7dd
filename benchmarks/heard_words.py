"""python -m benchmarks.heard_words: is heard text exact to the word where a voice reports word times?

Each turn is interrupted at some moment, in virtual time, against the vendor's local server; the words whose samples were heard whole are
compared with `TurnResult.heard`. The tests of each voice do the same with fewer turns.

    turns       interrupted, of each voice
    inside      of them, in the midst of the text
    exact       `heard` is what the samples say
    estimated   said to be an estimate: CosyVoice tells the times of a sentence at its end
    off         words by which the worst estimate is wrong
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Awaitable, Callable

import attrs
import trio
from tests.unit.adapters.tts.cartesia import _peers as cartesia_peers
from tests.unit.adapters.tts.cartesia import test_cartesia as cartesia
from tests.unit.adapters.tts.cosyvoice import _peers as cosyvoice_peers
from tests.unit.adapters.tts.cosyvoice import test_cosyvoice as cosyvoice
from tests.unit.adapters.tts.elevenlabs import _peers as elevenlabs_peers
from tests.unit.adapters.tts.elevenlabs import test_elevenlabs as elevenlabs
from trio.testing import MockClock

from triolet.testing import ToneTTS
from triolet_adapters.tts.cartesia.server import CartesiaServerOptions
from triolet_adapters.tts.cosyvoice.server import CosyVoiceServerOptions
from triolet_adapters.tts.elevenlabs.server import ElevenLabsServerOptions

Turn = Callable[[float], Awaitable[tuple[str, str, bool]]]
"""Says a text for so many seconds: `heard`, what the samples say, and whether it is said to be an estimate."""
TEXT_SECONDS = 7.0


def _voice() -> ToneTTS:
    return ToneTTS(seconds_per_character=0.06)


async def _elevenlabs(seconds: float) -> tuple[str, str, bool]:
    async with elevenlabs_peers.serving(ElevenLabsServerOptions(pace=3, piece=0.1), _voice()) as world:
        return await elevenlabs.heard_until(seconds, world)


async def _cartesia(seconds: float) -> tuple[str, str, bool]:
    async with cartesia_peers.serving(CartesiaServerOptions(pace=3), _voice()) as world:
        return await cartesia.heard_until(seconds, world)


async def _cosyvoice(seconds: float) -> tuple[str, str, bool]:
    async with cosyvoice_peers.serving(CosyVoiceServerOptions(pace=1.02), _voice()) as world:
        return await cosyvoice.heard_until(seconds, world, merge=240, text=cosyvoice.SENTENCES)


VOICES: dict[str, Turn] = {"ElevenLabsTTS": _elevenlabs, "CartesiaTTS": _cartesia, "CosyVoiceTTS": _cosyvoice}


@attrs.define
class Tally:
    """What came of the turns of one voice."""

    turns: int = 0
    inside: int = 0
    exact: int = 0
    estimated: int = 0
    off: int = 0
    wrong: int = 0
    """Not said to be an estimate, and not exact."""

    def add(self, heard: str, samples: str, *, estimated: bool, longest: int) -> None:
        said, true = heard.split(), samples.split()
        self.turns += 1
        self.inside += 0 < len(true) < longest
        self.exact += said == true
        self.estimated += estimated
        if estimated:
            self.off = max(self.off, abs(len(said) - len(true)))
        else:
            self.wrong += said != true


async def _measure(turn: Turn, turns: int, seed: int) -> Tally:
    draws, tally = random.Random(seed), Tally()
    for _ in range(turns):
        heard, samples, estimated = await turn(draws.uniform(0.3, TEXT_SECONDS))
        tally.add(heard, samples, estimated=estimated, longest=20)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.heard_words")
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--voice", choices=[*VOICES], action="append", help="all, unless one is named")
    arguments = parser.parse_args()
    wrong = 0
    print(f"{'voice':<16}{'turns':>7}{'inside':>8}{'exact':>7}{'estimated':>11}{'off':>5}")
    for name in arguments.voice or VOICES:
        tally = trio.run(_measure, VOICES[name], arguments.turns, arguments.seed, clock=MockClock(autojump_threshold=0))
        print(
            f"{name:<16}{tally.turns:>7}{tally.inside:>8}{tally.exact:>7}{tally.estimated:>11}{tally.off:>5}",
            flush=True,
        )
        wrong += tally.wrong
    print(f"{wrong} turns are wrong and not said to be an estimate")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
