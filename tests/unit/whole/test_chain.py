"""The whole chain, from tokens to samples: what goes in comes out as speech, or as a clear error."""

from __future__ import annotations

import unicodedata
from typing import cast

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from triolet import PhraseState, PhrasingOptions, speech
from triolet.events import Event, ModelTalkRemoved, PhraseCommitted, PhraseComplete
from triolet.synthesis._options import LEAD
from triolet.testing import ScriptedSource, ToneTTS, decode
from triolet_adapters.outputs import Memory, NullDevice

SENTENCES = "First we look at the map. Then we choose a way, and we pack. At last we walk! Do you come along?"


def letters(text: str) -> str:
    """What any voice must say of a text: its letters and digits, in order."""
    return "".join(char for char in unicodedata.normalize("NFC", text) if char.isalnum())


def heard_texts(tts: ToneTTS, output: Memory) -> str:
    """The texts of the commits whose samples are in the output, whole, in order, once."""
    decoded = decode(output.pcm)
    assert decoded.unreadable == 0
    commits = {(commit.connection, commit.commit): commit for commit in tts.commits}
    said: list[str] = []
    at: dict[tuple[int, int], int] = {}
    for run in decoded.runs:
        key = (run.connection, run.commit)
        assert run.start == at.get(key, 0), "a gap or a repetition inside a commit"
        at[key] = run.stop
        if run.stop == commits[key].samples:
            said.append(commits[key].text)
    assert {key: commit.samples for key, commit in commits.items()} == at
    return " ".join(said)


async def spoken_letters(source: list[str]) -> str:
    tts, output = ToneTTS(sample_rate=8000, seconds_per_character=0.01), Memory()
    result = await (source | speech(tts, "en") | output).run()
    assert result.heard == result.text
    assert all(report.state is PhraseState.HEARD for report in result.phrases)
    return letters(heard_texts(tts, output))


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_all_that_is_written_is_heard_once_and_in_order(size: int) -> None:
    tokens = [SENTENCES[at : at + size] for at in range(0, len(SENTENCES), size)]
    assert await spoken_letters(tokens) == letters(SENTENCES)


@pytest.mark.parametrize(
    ("name", "tokens", "said"),
    [
        ("no tokens", [], ""),
        ("empty tokens", ["", "", ""], ""),
        ("white space only", [" ", "\n\n", "\t \r\n"], ""),
        ("one enormous token", [SENTENCES * 40], SENTENCES * 40),
        ("no punctuation", ["word " * 2000], "word " * 2000),
        ("no spaces either", ["x" * 10_000], "x" * 10_000),
        ("lone surrogates", ["Hello \ud83d world. \udc00"], "Hello world."),
        ("NUL", ["Hello\0 wor\0ld."], "Hello world."),
        ("control characters", ["Hello\x07 \x1b[1mworld\x1b[0m.\x7f"], None),
        ("right to left", ["שלום עולם. مرحبا بالعالم."], "שלום עולם. مرحبا بالعالم."),
        ("bidirectional marks", ["\u202eHello\u202c \u200fworld."], "Hello world."),
        ("emoji only", ["🎉", "🎉🎉"], ""),
        ("marks only", ["... !!! — *** ___ `` ()"], ""),
        ("CRLF", ["One.\r\n\r\nTwo.\r\n"], "One.Two."),
    ],
)
async def test_strange_text_is_spoken_right_or_not_at_all(name: str, tokens: list[str], said: str | None) -> None:
    heard = await spoken_letters(tokens)
    if said is None:  # a terminal's colour codes: what matters is that the words around them are said
        assert heard.startswith("Hello")
        assert "world" in heard
    else:
        assert heard == letters(said)


async def test_no_commit_is_longer_than_the_bound() -> None:
    tts = ToneTTS(seconds_per_character=0.001)
    await (["word " * 2000 + "x" * 5000] | speech(tts, "en", phrasing=PhrasingOptions(longest=100)) | Memory()).run()
    assert max(len(commit.text) for commit in tts.commits) <= 100


@pytest.mark.parametrize("token", [b"bytes", None, 5, {"text": "a"}])
async def test_tokens_that_are_no_text_are_an_error_that_says_so(token: object) -> None:
    with pytest.raises(TypeError, match="a token is a str"):
        await (cast("list[str]", ["Hello. ", token]) | speech(ToneTTS(), "en") | Memory()).run()


async def test_a_source_that_raises_in_the_middle_leaves_what_was_said(autojump_clock: trio.testing.MockClock) -> None:
    source = ScriptedSource(["First we look. Then we ", 1.0, ConnectionResetError("the LLM broke")])
    pipeline = source | speech(ToneTTS(), "en") | NullDevice()
    with pytest.raises(ConnectionResetError, match="the LLM broke") as caught:
        await pipeline.run()
    result = pipeline.result
    assert result.heard == "First we look."
    assert result.unheard == " Then we "
    assert getattr(caught.value, "result", None) == result


async def test_speech_begins_before_half_of_the_text_is_written(autojump_clock: trio.testing.MockClock) -> None:
    source = ScriptedSource.paced(SENTENCES + " " + SENTENCES, tokens_a_second=20)
    began = trio.current_time()
    pipeline = source | speech(ToneTTS(first_audio=0.3, pace=4), "en") | NullDevice()
    result = await pipeline.run()
    written = next(e.at for e in pipeline.timeline if type(e).__name__ == "SourceEnded") - began
    assert result.latency.first_audible is not None
    assert result.latency.first_audible < written / 2


@given(st.lists(st.text(max_size=30), max_size=10))
def test_any_text_is_spoken_without_an_exception(tokens: list[str]) -> None:
    async def run() -> None:
        tts, output = ToneTTS(sample_rate=8000, seconds_per_character=0.001), Memory()
        pipeline = tokens | speech(tts) | output
        result = await pipeline.run()
        assert result.text == result.heard
        removed = any(isinstance(event, ModelTalkRemoved) for event in pipeline.timeline)
        assert removed or result.text == "".join(tokens)
        heard_texts(tts, output)

    trio.run(run)


@pytest.mark.parametrize(("streamed", "first"), [(True, 0.2), (False, 3.0)])
async def test_a_pipe_gets_audio_as_it_is_made_and_a_file_whole_phrases(
    autojump_clock: trio.testing.MockClock, streamed: bool, first: float
) -> None:
    came: list[float] = []

    class Written(Memory):
        async def play(self, pcm: bytes) -> None:
            came.append(trio.current_time())
            await super().play(pcm)

    output = Written()
    output.streamed = streamed
    began = trio.current_time()
    await (
        ["A sentence that takes a while to say."] | speech(ToneTTS(seconds_per_character=0.1, pace=1), "en") | output
    ).run()
    assert came[0] - began == pytest.approx(first, abs=0.3 if streamed else 1.5)
    assert len(came) > 10 or not streamed


@pytest.mark.parametrize("pace", [1.0, 2.0])
async def test_a_pipe_gets_phrase_after_phrase_without_a_pause_and_little_waits(
    autojump_clock: trio.testing.MockClock, pace: float
) -> None:
    """The next phrase is committed before the one that runs has given all, yet not so early that much of its audio waits."""
    waiting: list[float] = []
    pauses: list[float] = []

    class Pipe(Memory):
        streamed = True
        last = 0.0

        async def play(self, pcm: bytes) -> None:
            now = trio.current_time()
            if self.last:
                pauses.append(now - self.last)
            self.last = now
            await super().play(pcm)

    def watch(event: Event) -> None:
        match event:
            case PhraseCommitted(at=at, index=index):
                committed[index] = at
            case PhraseComplete(at=at, index=index):
                waiting.append(at - committed.get(index + 1, at))
            case _:
                pass

    committed: dict[int, float] = {}
    tts = ToneTTS(sample_rate=8000, first_audio=0.3, pace=pace)
    sentences = [f"This is sentence number {number} of a text which goes on and on and on. " for number in range(12)]
    await (sentences | speech(tts, "en") | Pipe()).run(watch)
    assert tts.most_open == 2
    assert all(0.0 < seconds < 2.5 for seconds in waiting[:-1]), "committed before it is over, and not long before"
    assert sum(waiting[3:-1]) / len(waiting[3:-1]) < 1.0, "when the voice and its service are known"
    assert max(pauses) < 0.5


async def test_a_pipe_that_stands_still_stops_the_commits(autojump_clock: trio.testing.MockClock) -> None:
    """However fast the service is, what waits is bounded in seconds, as for a listener."""

    class Stopped(Memory):
        streamed = True

        async def play(self, pcm: bytes) -> None:
            await trio.sleep_forever()

    tts = ToneTTS(sample_rate=8000)
    with trio.move_on_after(60):
        await (["This is one more sentence of a long text. "] * 100 | speech(tts, "en") | Stopped()).run()
    assert sum(commit.samples for commit in tts.commits) / 8000 < LEAD + 3.0
