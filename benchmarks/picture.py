"""Draws what a listener hears: tokens above, sound below, with a mark at the first audible sample.

    python benchmarks/picture.py docs/first-sound.svg

It runs the chain in real time: a fixed answer at 12 tokens a second, the local voice, and an output that plays by the clock.
"""

from __future__ import annotations

import sys
from array import array
from pathlib import Path
from xml.sax.saxutils import escape

import attrs
import trio

from triolet import speech
from triolet.playout._paced_output import PacedOutput
from triolet_adapters.sources import Recorder, Replay, TimedToken
from triolet_adapters.tts import LocalTTS

ANSWER = (
    "The moon has no light of its own. What we see is **sunlight**, thrown back by grey dust and rock. "
    "As the moon goes around the earth, we see more or less of its bright side: that is why it changes. "
    "A whole round takes about four weeks."
)

RATE = 12.0
"""Tokens a second: slow enough to see each of them."""

WIDTH, LEFT, RIGHT = 900, 14, 14
TOKENS, MIDDLE, SOUND = 30, 64, 122


@attrs.frozen
class Run:
    """The record of one run. Times are in seconds from its start."""

    tokens: tuple[TimedToken, ...]
    first_audible: float
    levels: tuple[float, ...]
    """The peak of each hundredth of a second that was heard, from 0 to 1."""
    seconds: float


class Device(PacedOutput):
    """An output that records what was heard, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.samples = array("h")
        self.starts: list[tuple[float, int]] = []

    async def play(self, pcm: bytes) -> None:
        self.samples.frombytes(pcm)
        await super().play(pcm)

    def _started(self, time: float, sample: int) -> None:
        self.starts.append((time, sample))


async def measure() -> Run:
    voice = LocalTTS()
    async with voice.connect() as session:  # load the model before the turn is timed
        await session.commit("Ready.", lambda _pcm: None)
    source, device = Recorder(Replay(ANSWER, RATE)), Device()
    began = trio.current_time()
    result = await (source | speech(voice, "en") | device).run()
    seconds = trio.current_time() - began
    levels = [0.0] * (round(seconds * 100) + 1)
    ends = [start for _, start in device.starts[1:]] + [len(device.samples)]
    for (at, first), last in zip(device.starts, ends, strict=True):
        for sample in range(first, last, 240):
            place = min(len(levels) - 1, round((at - began) * 100) + (sample - first) // 240)
            levels[place] = max(map(abs, device.samples[sample : sample + 240]), default=0) / 32768
    assert result.latency.first_audible is not None
    return Run(source.replay().tokens, result.latency.first_audible, tuple(levels), seconds)


def draw(run: Run) -> str:
    scale = (WIDTH - LEFT - RIGHT) / run.seconds
    written = run.tokens[-1].time

    def x(seconds: float) -> str:
        return f"{LEFT + seconds * scale:.1f}"

    ticks = "".join(f"M{x(token.time)} {TOKENS - 7}v14" for token in run.tokens)
    wave = "".join(
        f"M{x(at / 100)} {SOUND - 30 * level:.1f}v{60 * level:.1f}"
        for at, level in enumerate(run.levels)
        if level > 0.003
    )
    seconds = "".join(
        f'<text x="{x(second)}" y="172" class="t" text-anchor="middle">{second} s</text>'
        for second in range(int(run.seconds) + 1)
    )
    first = x(run.first_audible)
    label = escape(f"first sound after {run.first_audible:.2f} s; the text is complete after {written:.1f} s")
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 180" font-family="sans-serif" font-size="13">
<title>{label}</title>
<style>.t{{fill:#666}}.k{{stroke:#2868c8;stroke-width:2}}.w{{stroke:#1a936f;stroke-width:1}}.f{{stroke:#d1495b;stroke-width:1.5}}</style>
<rect width="{WIDTH}" height="180" fill="#fff"/>
<text x="{LEFT}" y="14" class="t">tokens from the LLM</text><path class="k" d="{ticks}"/>
<path class="f" stroke-dasharray="4 3" d="M{first} {TOKENS - 8}V160"/><text x="{float(first) + 6:.1f}" y="{MIDDLE}" fill="#d1495b">{label}</text>
<text x="{LEFT}" y="{SOUND - 38}" class="t">sound</text><path class="w" d="{wave}"/>{seconds}
</svg>
"""


if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "first-sound.svg")
    run = trio.run(measure)
    path.write_text(draw(run), encoding="utf-8")
    print(f"{path}: first sound after {run.first_audible:.2f} s, text complete after {run.tokens[-1].time:.2f} s")
