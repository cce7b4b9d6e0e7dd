"""Which words count as heard, where a phrase may be resumed, and how long words take, for made-up voices."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.unit.triolet._as_before import LANGUAGES, compare, documents
from tests.unit.triolet.turn._streamed import RATE, StreamedTurn, prose

from triolet._model._samples import pcm_of
from triolet.alignment._heard import heard_unit_count
from triolet.alignment._sure_pauses import sure_pauses
from triolet.alignment._voicing import Voiced, Voicing
from triolet.alignment._weights import expected_seconds, weight


def counted() -> Iterator[str]:
    for seed in range(24):
        pace = (0.6, 0.9, 1.2, 1.8)[seed % 4]
        turn = StreamedTurn.said(prose(2 + seed % 7, seed), pace=pace, seed=seed, pause=(0.2, 0.35, 0.6)[seed % 3])
        units = [unit for clause in turn.clauses for unit in clause]
        whole = Voiced(turn.samples, tuple(turn.runs))
        for total in (None, turn.samples):
            for known in (None, pace):
                counts: list[str] = []
                for tenth in range(1, 10):
                    heard = turn.samples * tenth // 10
                    voiced = whole.part(0, min(turn.samples, heard + RATE // 5 * (seed % 4)))
                    count = heard_unit_count(
                        units, heard=heard, total=total, sample_rate=RATE, voiced=voiced, pace=known
                    )
                    counts.append(f"{count}/{sum(end <= heard for end in turn.ends)}")
                yield f"{seed} {'length known' if total else 'length unknown'}, {known}: {' '.join(counts)}"
        for part in (0.5, 0.8, 1.0):
            lost = whole.part(0, round(turn.samples * part) + (RATE // 2 if part == 1.0 else 0))
            for known in (None, pace):
                found = sure_pauses(units, lost, sample_rate=RATE, pace=known)
                places = " ".join(f"{pause.unit}:{pause.start}-{pause.end}" for pause in found)
                yield f"{seed} pauses of {part:g}, {known}: {places}"


def test_words_count_as_heard_as_before() -> None:
    compare("heard", counted())


def test_words_last_as_before() -> None:
    texts = [text for language in LANGUAGES for text in documents(language)]
    compare(
        "weights",
        (f"{expected_seconds(text):.3f}: {' '.join(f'{weight(word):.3f}' for word in text.split())}" for text in texts),
    )


def voiced() -> Iterator[str]:
    for seed in range(20):
        dice = random.Random(seed)
        rate = dice.choice([8_000, 16_000, 24_000])
        voicing = Voicing(rate, loudest=dice.choice([0, 1000, 20_000]))
        samples: list[int] = []
        for _ in range(8):
            level = dice.choice([0, 3, 120, 255, 256, 257, 400, 1000, 9000, 32_767])
            length = round(rate * dice.choice([0.01, 0.05, 0.09, 0.12, 0.2, 0.5]))
            samples += [dice.choice([-level - (level == 32_767), level, level // 2]) for _ in range(length)]
        at = 0
        while at < len(samples):
            size = dice.choice([1, rate // 100, rate // 50 + 1, rate // 10, rate])
            voicing.feed(pcm_of(samples[at : at + size]))
            at += size
            if dice.random() < 0.2:
                state = f"{voicing.first} {voicing.last} {voicing.judged} {voicing.loudest}"
                yield f"{seed} at {at}: {state}, {voicing.next_word(at // 2)} {voicing.paused_after(0, at)}"
        runs = " ".join(f"{start}-{end}" for start, end in voicing.voiced.runs)
        half = voicing.copy(len(samples) // 2).voiced
        sums = [voicing.voiced.sounding(0, len(samples) * part // 5) for part in range(6)]
        yield f"{seed}: {runs}, {voicing.voiced.leading} {voicing.voiced.trailing}, {sums}; {half.samples} {half.runs}"
    nothing = Voicing(8_000).voiced
    yield f"{nothing.samples} {nothing.runs} {nothing.leading} {nothing.trailing} {nothing.sounding()}"


def test_a_voice_is_found_as_before() -> None:
    compare("voiced", voiced())
