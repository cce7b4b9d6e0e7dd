"""Prints the longest holds of the event loop: for how long a task of the engine works before another one may.

    python -m benchmarks.holds [--tries 3]

Each text goes through the whole chain, to a listener on a virtual clock, as one token and as tokens of four characters. Each
hold is the processor time of one step of a task, the least of some tries, since a busy machine only adds to it.
"""

from __future__ import annotations

import argparse
import gc
import time

import attrs
import trio
from trio.testing import MockClock

from triolet import Conversation, PoolOptions, speech
from triolet.testing import RecordingOutput, ToneTTS

EVERY_TEXT = {
    "one enormous token": "The quick brown fox jumps over the lazy dog, and so on. " * 2000,
    "a hundred thousand letters": "a" * 100_000,
    "two thousand commas": "word, " * 2000,
    "a hundred thousand commas": "," * 100_000,
    "180 Han characters without a mark": "好" * 180,
    "a hundred thousand Han characters": "好" * 100_000,
    "dots": "." * 20_000,
    "abbreviations": "e.g. i.e. Dr. Mr. a.m. p.m. " * 500,
    "digits": "1234567890" * 2000,
    "numbers with marks": "1,234.5 " * 2000,
    "emphasis that nests": "*_**__" * 3000,
    "emphasis that is not closed": "*a " * 5000,
    "words between stars": "**a** _b_ " * 2000,
    "brackets that nest": "[" * 10_000 + "x" + "]" * 10_000,
    "links that nest": "[a](" * 3000,
    "links": "[a](https://example.org/b_(c)) " * 500,
    "a long destination": "[a](https://example.org/" + "b" * 20_000 + ")",
    "code marks": "`" * 20_000,
    "code marks of all lengths": " ".join("`" * length for length in range(1, 150)),
    "a table": "| a | b |\n|---|---|\n" + "| one, two | three |\n" * 500,
    "a wide table": "|" + " a |" * 2000 + "\n|" + "---|" * 2000 + "\n|" + " b |" * 2000 + "\n",
    "a row without an end": "| a | b |\n|---|---|\n|" + " c |" * 5000,
    "LaTeX": "$\\frac{a}{b}$ " * 500,
    "LaTeX that nests": "$" + "\\frac{" * 2000 + "a" + "}" * 2000 + "$",
    "dollars": "$" * 20_000,
    "tags": "<b>" * 3000 + "a" + "</b>" * 3000,
    "tags without an end": "<b " * 5000,
    "a comment without an end": "<!--" + " a" * 10_000,
    "entities": "&amp;&#65;" * 2000,
    "backslashes": "\\" * 20_000,
    "quotes that nest": "> " * 5000 + "a",
    "list items": "- a\n" * 3000,
    "new lines": "\n" * 20_000,
    "spaces": " " * 50_000,
    "marks upon a letter": "a" + "\u0301" * 20_000,
    "joined emoji": "👩\u200d" * 5000,
    "web addresses": "https://example.org/a?b=c&d=e#f " * 500,
    "an address without an end": "https://" + "a.b/" * 10_000,
    "capitals": "ABC " * 5000,
    "quotation marks": "“a ‘b” " * 2000,
}


@attrs.define(eq=False)
class Longest(trio.abc.Instrument):
    """The longest step of any task, and which it was."""

    seconds: float = 0.0
    where: str = ""
    _began: float = 0.0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self._began = time.thread_time()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        took = time.thread_time() - self._began
        if took > self.seconds:
            self.seconds, self.where = took, task.name.removeprefix("triolet.")


async def _say(tokens: list[str]) -> None:
    chain = speech(ToneTTS(seconds_per_character=0.001), "en")
    with trio.move_on_after(3600):
        async with Conversation(chain, RecordingOutput(pace=1000), pool=PoolOptions(spares=0)) as conversation:
            await conversation.say(tokens)


def hold(text: str, size: int, tries: int) -> Longest:
    """The longest hold of a text that comes in tokens of `size` characters."""
    tokens = [text[at : at + size] for at in range(0, len(text), size)]
    found: list[Longest] = []
    for _ in range(tries):
        longest = Longest()
        gc.collect()
        gc.disable()  # its pauses are not the text's
        trio.run(_say, tokens, clock=MockClock(autojump_threshold=0), instruments=[longest])
        gc.enable()
        found.append(longest)
    return min(found, key=lambda longest: longest.seconds)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tries", type=int, default=3)
    options.add_argument("--only", default="", help="texts whose name has this in it")
    chosen = options.parse_args()
    began = time.thread_time()
    sum(range(10_000_000))
    print(f"this machine adds up ten million numbers in {time.thread_time() - began:.2f} s of processor time")
    for name, text in EVERY_TEXT.items():
        if chosen.only in name:
            whole, parts = hold(text, len(text), chosen.tries), hold(text, 4, chosen.tries)
            print(
                f"{name:<36} one token {1000 * whole.seconds:6.2f} ms {whole.where[-40:]:<40} "
                f"small tokens {1000 * parts.seconds:6.2f} ms {parts.where[-40:]}",
                flush=True,
            )


if __name__ == "__main__":
    main()
