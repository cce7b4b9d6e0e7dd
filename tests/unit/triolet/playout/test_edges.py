"""Cutting silence at the ends of a phrase: pure, so tried on every shape of a phrase."""

from __future__ import annotations

import itertools

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from triolet import AudioChunk, AudioFormat, Boundary, Phrase
from triolet.alignment._voiced_chunk import VoicedChunk
from triolet.alignment._voicing import Voicing
from triolet.playout._edges import LONGEST_CUT, MARGIN, PhraseEdges, TrimmedPhrase, WholePhrase

RATE = 8_000
FORMAT = AudioFormat(RATE)
PHRASE = Phrase(index=0, units=(), start=0, end=1, boundary=Boundary.SENTENCE)
TRAILING = 0.3

silence = st.tuples(st.just(False), st.integers(1, 5 * RATE // 2))
voice = st.tuples(st.just(True), st.integers(RATE // 50, 5 * RATE // 2))
stretches = st.lists(silence | voice, min_size=1, max_size=6)
"""(whether it sounds, samples); no sound of a voice is shorter than 0.02 s."""


def pcm_of(shape: list[tuple[bool, int]]) -> bytes:
    out = bytearray()
    for sounds, samples in shape:
        out += (1000 if sounds else 3).to_bytes(2, "little") * samples
    return bytes(out)


def split(pcm: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(pcm), *(2 * (cut % (len(pcm) // 2 + 1)) for cut in cuts)})
    return [pcm[a:b] for a, b in itertools.pairwise(places)]


def chunks(parts: list[bytes], *, ahead: bool) -> list[AudioChunk]:
    """The chunks of a phrase; `ahead`: whoever received them has looked at all of them by then."""
    voicing = Voicing(RATE, loudest=1000)
    voicing.feed(b"".join(parts))
    starts = itertools.accumulate((len(part) // 2 for part in parts), initial=0)
    made = [
        AudioChunk(part, FORMAT, PHRASE, start, final=at == len(parts) - 1)
        for at, (part, start) in enumerate(zip(parts, starts, strict=False))
    ]
    if not ahead:
        return made
    return [
        VoicedChunk(each.pcm, FORMAT, PHRASE, each.offset, each.final, voicing=voicing, seen=each.pcm) for each in made
    ]


def play(
    parts: list[bytes], *, trim: bool, ahead: bool, keep: int = 0, dry: tuple[int, ...] = (0,)
) -> tuple[PhraseEdges, list[tuple[int, bytes]]]:
    """(samples cut before, samples played), step by step; at the end what was cut after."""
    given_out = chunks(parts, ahead=ahead)
    edges = trimmed(given_out[0]) if trim else WholePhrase(given_out[0], loudest=1000)
    steps: list[tuple[int, bytes]] = []
    begun = False
    for number, chunk in enumerate(given_out):
        edges.feed(chunk)
        if begun:
            steps.append((edges.cut_late(dry[number % len(dry)]), edges.take()))
        elif edges.beginning_known:
            begun = True
            steps.append((edges.cut_beginning(keep), edges.take()))
    steps.append((edges.cut_end(), b""))
    return edges, steps


def trimmed(chunk: AudioChunk) -> TrimmedPhrase:
    return TrimmedPhrase(chunk, loudest=1000, trailing=TRAILING)


@given(stretches, st.lists(st.integers(0, 20 * RATE), max_size=8), st.booleans())
def test_without_trim_all_samples_are_given_at_once(
    shape: list[tuple[bool, int]], cuts: list[int], ahead: bool
) -> None:
    parts = split(pcm_of(shape), cuts)
    edges, steps = play(parts, trim=False, ahead=ahead, dry=(RATE,))
    assert [pcm for _, pcm in steps] == [*parts, b""]
    assert not any(cut for cut, _ in steps)
    assert edges.passed == len(pcm_of(shape)) // 2


@given(stretches, st.lists(st.integers(0, 20 * RATE), max_size=8), st.integers(0, RATE), st.booleans())
@example([(False, 15_999), (True, 160)], [16_001], 0, False)
@example([(False, 16_000), (True, 160)], [16_040], 0, False)
def test_only_silence_at_the_ends_is_cut_and_every_sample_is_accounted_for(
    shape: list[tuple[bool, int]], cuts: list[int], keep: int, ahead: bool
) -> None:
    pcm = pcm_of(shape)
    edges, steps = play(split(pcm, cuts), trim=True, ahead=ahead, keep=keep)
    assert edges.passed == len(pcm) // 2 == sum(cut + len(part) // 2 for cut, part in steps)
    first, last = steps[0][0], steps[-1][0]
    assert b"".join(part for _, part in steps) == pcm[2 * first : len(pcm) - 2 * last]
    voiced = edges.voicing.voiced
    margin = round(MARGIN * RATE)
    if voiced.runs:
        assert first <= max(0, voiced.leading - margin)
        assert last <= max(0, voiced.trailing - round(TRAILING * RATE))
        if voiced.leading <= LONGEST_CUT * RATE:
            assert voiced.leading - first <= max(keep, margin)
        if voiced.trailing <= LONGEST_CUT * RATE:
            assert edges.trailing <= round(TRAILING * RATE)


@given(
    stretches,
    st.lists(st.integers(0, 20 * RATE), max_size=8),
    st.lists(st.integers(0, RATE), min_size=1),
    st.booleans(),
)
def test_what_comes_late_is_cut_only_before_a_word(
    shape: list[tuple[bool, int]], cuts: list[int], dry: list[int], ahead: bool
) -> None:
    pcm = pcm_of(shape)
    edges, steps = play(split(pcm, cuts), trim=True, ahead=ahead, dry=tuple(dry))
    played = b"".join(part for _, part in steps)
    assert [s for s in memoryview(played).cast("h") if s == 1000] == [s for s in memoryview(pcm).cast("h") if s == 1000]
    assert edges.passed == len(pcm) // 2


@given(stretches, st.lists(st.integers(0, 20 * RATE), max_size=8), st.booleans())
def test_no_more_silence_is_held_back_than_may_be_cut(
    shape: list[tuple[bool, int]], cuts: list[int], ahead: bool
) -> None:
    given_out = chunks(split(pcm_of(shape), cuts), ahead=ahead)
    edges = trimmed(given_out[0])
    fed, begun = 0, False
    for chunk in given_out:
        edges.feed(chunk)
        fed += chunk.samples
        begun = begun or edges.beginning_known
        if begun:
            edges.take()
        assert fed - edges.passed <= LONGEST_CUT * RATE


def test_a_stage_that_changes_samples_has_them_looked_at_anew() -> None:
    """It made them silent from the second chunk on."""
    first, second = chunks([pcm_of([(True, RATE)]), pcm_of([(True, RATE)])], ahead=True)
    edges = WholePhrase(first, loudest=1000)
    edges.feed(first)
    edges.feed(attrs.evolve(second, pcm=bytes(2 * RATE)))
    assert edges.voicing.voiced.runs == ((0, RATE),)
    assert edges.trailing == RATE


def test_what_a_stage_has_made_of_the_samples_is_looked_at_in_every_chunk() -> None:
    """It filled the silence of the voice from the second chunk on."""
    first, second, third = chunks(
        [pcm_of([(True, RATE)]), pcm_of([(False, RATE)]), pcm_of([(False, RATE)])], ahead=True
    )
    edges = WholePhrase(first, loudest=1000)
    edges.feed(first)
    edges.feed(attrs.evolve(second, pcm=bytes(2 * RATE)))
    edges.feed(attrs.evolve(third, pcm=pcm_of([(True, RATE)])))
    assert edges.voicing.voiced.runs == ((0, RATE), (2 * RATE, 3 * RATE))
    assert edges.trailing == 0


def test_sixty_milliseconds_of_silence_stay_on_either_side_of_the_words() -> None:
    """Consonants are in there that are too soft to count."""
    sixty = RATE * 60 // 1000
    [chunk] = chunks([pcm_of([(False, RATE), (True, RATE), (False, RATE)])], ahead=True)
    edges = TrimmedPhrase(chunk, loudest=1000, trailing=0.0)
    edges.feed(chunk)
    assert edges.cut_beginning(0) == RATE - sixty
    assert len(edges.take()) // 2 == sixty + RATE + sixty
    assert edges.cut_end() == RATE - sixty
