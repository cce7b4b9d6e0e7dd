"""The local voice, judged by its samples."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import unicodedata
from array import array

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from triolet.errors import Unspeakable
from triolet.testing import TTSContract
from triolet_adapters.tts._english import LONGEST_PIECE, pieces, readable
from triolet_adapters.tts.local import LocalTTS


class TestLocalTTS(TTSContract):
    repeatable = True

    @pytest.fixture
    def tts(self) -> LocalTTS:
        return LocalTTS()


async def say(text: str, tts: LocalTTS | None = None) -> list[array[int]]:
    """What is heard, one array of samples a call."""
    heard: list[array[int]] = []
    async with (tts or LocalTTS()).connect() as session:
        await session.commit(text, lambda pcm: heard.append(array("h", pcm)))
    return heard


def seconds(heard: list[array[int]]) -> float:
    return sum(len(samples) for samples in heard) / 24_000


def ignore(pcm: bytes) -> None:
    pass


VARIED = [
    "Ok.",
    "No!",
    "Stop",
    "Shh, be quiet.",
    "Absolutely not!",
    "THIS IS VERY IMPORTANT!",
    "There are three things to remember: patience, practice, and persistence.",
    "In conclusion, the evidence suggests that early intervention improves outcomes.",
    "The stock rose 12.5% to $45.20 on Monday, 10/12/2019, at 9:30am.",
    "Zoom in on the zebra's zigzag stripes, e.g. with C++ or C#.",
]


async def test_sentences_of_one_text_have_a_pause_between_them_and_none_around() -> None:
    apart = [await say(text) for text in ("The museum is open today.", "Would you like tickets?")]
    together = await say("The museum is open today. Would you like tickets?")
    assert seconds(together) == pytest.approx(sum(map(seconds, apart)) + 0.35, abs=0.02)
    samples = [sample for part in together for sample in part]
    longest = max(len(list(run)) for silent, run in itertools.groupby(samples, lambda s: abs(s) < 104) if silent)
    assert longest / 24_000 == pytest.approx(0.4, abs=0.05)


@pytest.mark.parametrize("text", VARIED)
async def test_is_loud_enough_never_clips_and_begins_and_ends_at_its_words(text: str) -> None:
    for samples in await say(text):
        peak = max(abs(s) for s in samples)
        assert 8_000 < peak < 32_700
        audible = [i for i, s in enumerate(samples) if abs(s) > 100]
        assert 0.004 < audible[0] / 24_000 < 0.06, "10 ms before, and the soft beginning of a consonant"
        # 40 ms after the last frame that is loud on average; single samples above 100 may follow in a softer one.
        assert 0.01 < (len(samples) - audible[-1]) / 24_000 < 0.16, "40 ms after, and the end of a breath"


async def test_the_first_sentence_is_heard_before_the_others_are_made() -> None:
    heard = await say("Hello there. How are you? I am fine.")
    assert len(heard) == 3


async def test_the_same_text_gives_the_same_samples_unless_asked_for_others() -> None:
    text = "The same words, twice."
    assert await say(text) == await say(text)
    assert await say(text, LocalTTS(seed=1)) == await say(text, LocalTTS(seed=1)) != await say(text)


def test_it_bills_nothing() -> None:
    assert not LocalTTS().bills


async def test_speed_changes_the_length() -> None:
    text = "The quick brown fox jumps over the lazy dog."
    assert seconds(await say(text, LocalTTS(speed=2.0))) < 0.7 * seconds(await say(text))


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("你好", "你好"),
        ("Hello 你好", "你好"),
        ("Hello你好 there", "你好"),
        ("Привет", "Привет"),
        ("שלום, hello", "שלום"),
        ("日本 is Japan", "日本"),
    ],
)
async def test_another_script_is_refused_and_named(text: str, signs: str) -> None:
    heard: list[bytes] = []
    async with LocalTTS().connect() as session:
        with pytest.raises(Unspeakable, match=signs):
            await session.commit(text, heard.append)
    assert not heard, "refused before the first sample"


@pytest.mark.parametrize("text", ["🎉", "👍🏽 👋", "❤️"])
async def test_nothing_but_emoji_is_refused(text: str) -> None:
    with pytest.raises(Unspeakable, match="no words for"):
        await say(text)


@pytest.mark.parametrize("text", ["", " ", "...", "—", "?!", "\n\n", "()", "\x00\x07", "\u200b"])
async def test_no_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no words"):
        await say(text)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Great! 🎉 Yes.", "Great! Yes."),
        ("Hi\u200b there\ufe0f\x00.", "Hi there ."),
        ("ＡＢＣ １２３", "ABC 123"),
        ("x ≤ 5", "x less-than or equal to 5"),
        ("−5", "minus 5"),
        ("π and α", "pi and alpha"),
        ("3rd naïve ~/dir 0x1F it's", "3rd naïve about /dir zero x one F it's"),
        ("5€ or 5.50 € or US$5", "€5 or €5.50 or US $5"),
        ("-$5", "minus $5"),
        ("$10-$20 or 10-20€", "$10 to $20 or 10 to €20"),
        ("3*4", "3 times 4"),
        ("the $ sign", "the dollar sign"),
        ("№ 5", "No 5"),
        ("[a](see note)", "[a] (see note)"),
        ("Ṣạḥ", "Sah"),
        ("cafe\u0301", "café"),
        ("٣", "3"),
        ("⅚", "5/6"),
    ],
)
async def test_signs_are_read_not_dropped(text: str, same: str) -> None:
    assert await say(text) == await say(same)


@pytest.mark.parametrize(
    ("text", "at_least"),
    [("a" * 200, 10.0), ("1" * 60, 12.0), ("word " * 60, 12.0), ("Ab" * 90, 9.0), ("1234567890 " * 10, 25.0)],
    ids=["one word", "one number", "no punctuation", "camel case", "numbers"],
)
async def test_long_texts_are_spoken_to_their_end(text: str, at_least: float) -> None:
    heard = await say(text)
    assert seconds(heard) > at_least
    assert max(len(samples) for samples in heard) < 30 * 24_000


@given(st.text(max_size=60))
def test_every_letter_and_digit_is_read_or_refused(text: str) -> None:
    try:
        result = readable(text)
    except (ValueError, Unspeakable):
        return
    assert all(c.isascii() or ord(c) < 0x180 or unicodedata.category(c)[0] not in "LN" for c in result)
    assert sum(c.isalnum() for c in result) >= sum(c.isalnum() for c in text)


@given(st.text(alphabet="ab ,;.", max_size=2_000))
def test_pieces_are_short_and_lose_nothing(text: str) -> None:
    parts = pieces(text)
    assert all(len(part) <= LONGEST_PIECE for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


async def test_a_cancelled_commit_returns_at_once_and_its_thread_ends() -> None:
    async with LocalTTS().connect() as session:
        began = trio.current_time()
        await session.commit("word " * 50, ignore)
        took = trio.current_time() - began
        with trio.move_on_after(took / 10) as scope:
            await session.commit("word " * 1_000, ignore)
        assert scope.cancelled_caught
        late = trio.current_time() - scope.deadline
    assert late < took, "it is in the middle of a sentence that takes longer than that"
    with trio.fail_after(60):
        await say("Next.")


LEAVING = """
import trio
from triolet_adapters.tts import LocalTTS

async def main():
    async with LocalTTS().connect() as session:
        with trio.move_on_after(0.02):
            await session.commit("word " * 60, lambda pcm: None)
        print("cancelled")

trio.run(main)
"""


def test_a_program_may_end_while_the_voice_is_still_at_work() -> None:
    """Python that ends under C++ aborts; the end of the process waits for the sentence instead."""
    done = subprocess.run(
        [sys.executable, "-c", LEAVING],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "cancelled\n", "")


async def test_an_unknown_voice_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="no voice 'bob': there are heart, "):
        async with LocalTTS(voice="bob").connect():
            pass


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "triolet\[local\]"'):
        LocalTTS()
