"""Gives random and mutated bytes to the code that reads the Qwen protocol. It must raise our errors only, in time and in bounds.

    python -m benchmarks.fuzz_protocol [--seconds 600] [--seed 1] [--target events ...]
    python -m benchmarks.fuzz_protocol --atheris [--seconds 600] [--target events]

Prints the first input that fails, as a Python literal, and exits with 1. With `--atheris` (`pip install atheris`, Linux and
CPython 3.11 to 3.13) inputs are chosen by the code that they reach: one target each run, `session` if none is named.
"""

from __future__ import annotations

import argparse
import importlib
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

NAMES = ("events", "session", "audio", "wire", "handshake")


def mutated(rng: random.Random, inputs: list[bytes], words: list[str]) -> bytes:
    """An input with parts of it dropped, doubled, moved, changed, and replaced by words of the protocol."""
    data = rng.choice(inputs)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at = rng.randint(0, len(data))
        end = min(len(data), at + rng.choice((0, 1, 2, 8, 60, 400)))
        other = rng.choice(inputs)
        start = rng.randint(0, len(other))
        new = rng.choice(
            (
                b"",
                data[at:end] * 2,
                data[at:end][::-1],
                other[start : start + rng.choice((1, 8, 80))],
                rng.choice(words).encode("utf-8", "surrogateescape"),
                rng.randbytes(rng.choice((1, 2, 6))),
            )
        )
        data = data[:at] + new + data[end:]
    return data[:200_000]


def by_chance(seconds: float, seed: int, names: list[str]) -> None:
    targets = importlib.import_module("benchmarks.fuzz_targets")
    rng = random.Random(seed)
    for name in names:
        inputs: list[bytes] = targets.seeds(name)
        for data in inputs:
            targets.TARGETS[name](data)
        tried = size = 0
        until = time.process_time() + seconds / len(names)
        while time.process_time() < until:
            data = rng.randbytes(rng.randint(0, 300)) if rng.random() < 0.05 else mutated(rng, inputs, targets.WORDS)
            try:
                targets.TARGETS[name](data)
            except Exception:  # noqa: BLE001 -- whatever it is, it is to be seen
                traceback.print_exc()
                print(f"{name} {data!r}")
                sys.exit(1)
            tried += 1
            size += len(data)
        print(f"{name}: {tried} inputs, {size} bytes: no exception but ours", flush=True)


def by_reach(seconds: float, seed: int, name: str) -> None:
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["triolet_adapters.tts.qwen", "wsproto", "h11"]):
        targets = importlib.import_module("benchmarks.fuzz_targets")
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(targets.seeds(name)):
            (Path(folder) / f"seed{number}").write_bytes(data)
        words = Path(folder).with_suffix(".dict")
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in targets.WORDS))
        options = [f"-max_total_time={seconds:g}", f"-seed={seed}", f"-dict={words}", "-max_len=20000", "-timeout=20"]
        options.append(f"-artifact_prefix={folder}/")  # what fails is printed
        atheris.Setup([sys.argv[0], *options, folder], targets.TARGETS[name])
        atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogateescape"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="of processor time, for all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", nargs="+", choices=NAMES)
    parser.add_argument("--atheris", action="store_true")
    args = parser.parse_args()
    if args.atheris:
        by_reach(args.seconds, args.seed, (args.target or ["session"])[0])
    else:
        by_chance(args.seconds, args.seed, args.target or list(NAMES))


if __name__ == "__main__":
    main()
