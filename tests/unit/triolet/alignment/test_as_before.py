"""Which words count as heard, where a phrase may be resumed, and how long words take, for made-up voices."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.triolet._as_before import LANGUAGES, compare, documents
from tests.unit.triolet.turn._streamed import RATE, StreamedTurn, prose

from triolet.alignment._heard import heard_unit_count
from triolet.alignment._sure_pauses import sure_pauses
from triolet.alignment._voicing import Voiced
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
