"""What the command shows and reads, without running anything."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from triolet import Boundary, Latency, Phrase, PhraseResult, PhraseState, SpeechUnit, TurnResult
from triolet.turn._events import (
    CommitLost,
    Event,
    PhraseCommitted,
    PhraseFailed,
    PhraseHeard,
    PhraseHedged,
    PhrasePlaying,
    PhraseReady,
    TurnStarted,
)
from triolet_adapters.cli._columns import Columns
from triolet_adapters.cli._cutting import cut
from triolet_adapters.cli._progress import Progress, Sentence, State, printable
from triolet_adapters.cli._report import as_json, summary
from triolet_adapters.cli._segments import as_json as segments_json
from triolet_adapters.cli._segments import lines as segment_lines
from triolet_adapters.cli._text_input import blocks, text_source
from triolet_adapters.cli._view import Lines, line
from triolet_adapters.shared.text import TextDecoder


def phrase(index: int, words: str) -> Phrase:
    unit = SpeechUnit(words, 0, len(words))
    return Phrase(index=index, units=(unit,), start=0, end=len(words), boundary=Boundary.SENTENCE)


def told(progress: Progress, *events: Event) -> list[str]:
    return [line(changed) for event in events if (changed := progress.add(event)) is not None]


def test_a_sentence_is_written_committed_and_heard_in_time_since_the_start() -> None:
    progress = Progress()
    hello, bye = phrase(0, "Hello."), phrase(1, "Bye.")
    changes = told(
        progress,
        TurnStarted(100.0),
        PhraseReady(100.25, hello),
        PhraseCommitted(100.5, 0),
        PhraseReady(100.75, bye),
        PhrasePlaying(101.0, hello),
        PhraseHeard(112.0, 0, 24_000, whole=True),
    )
    assert changes == [
        "  0.25 s  written    Hello.",
        "  0.50 s  committed  Hello.",
        "  0.75 s  written    Bye.",
        "  1.00 s  sounding   Hello.",
        " 12.00 s  heard      Hello.",
    ]
    assert [sentence.text for sentence in progress.on_their_way] == ["Bye."]


def test_a_commit_that_is_made_again_is_told() -> None:
    progress = Progress()
    told(progress, TurnStarted(0.0), PhraseReady(0.0, phrase(0, "Hello.")), PhraseCommitted(0.5, 0))
    assert told(progress, CommitLost(1.0, 0, 0, "ConnectionLost")) == []
    assert told(progress, PhraseCommitted(1.5, 0)) == ["  1.50 s  again      Hello.  (ConnectionLost)"]


def test_a_sentence_that_is_late_is_shown_as_asked_again() -> None:
    progress = Progress()
    told(progress, TurnStarted(0.0), PhraseReady(0.0, phrase(0, "Hello.")), PhraseCommitted(0.5, 0))
    assert told(progress, PhraseHedged(3.5, 0)) == ["  3.50 s  again      Hello.  (late)"]


def test_cut_and_failed_sentences_are_final() -> None:
    progress = Progress()
    told(progress, TurnStarted(0.0), PhraseReady(0.0, phrase(0, "Hello.")), PhraseReady(0.0, phrase(1, "Bye.")))
    assert told(progress, PhraseHeard(1.0, 0, 5, whole=False)) == ["  1.00 s  cut        Hello."]
    assert told(progress, PhraseFailed(2.0, 1, 0, "gone")) == ["  0.00 s  failed     Bye."]
    assert progress.on_their_way == ()


@given(st.text())
def test_no_text_commands_a_terminal(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert not shown.startswith(" ")


def test_columns_fill_in_and_heard_sentences_scroll_away() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=60, height=20, color_system=None, legacy_windows=False)
    view = Columns(console)
    view.observe(TurnStarted(0.0))
    view.observe(PhraseReady(0.5, phrase(0, "Hello \x1b[31mthere.")))
    view.observe(PhraseCommitted(0.75, 0))
    view.observe(PhraseHeard(2.0, 0, 10, whole=True))
    view.observe(PhraseReady(2.5, phrase(1, "Next.")))
    view.end(TurnResult())
    shown = file.getvalue()
    assert "  0.50 s     0.75 s    2.00 s  Hello [31mthere." in shown
    assert "\x1b[31m" not in shown
    assert "  2.50 s" + " " * 23 + "Next." in shown
    assert shown.count("first token") == 1


def test_room_is_left_for_what_a_terminal_echoes() -> None:
    """A `^C` after a line that fills the width would wrap, and the table would be drawn over the wrong lines."""
    file = io.StringIO()
    view = Columns(Console(file=file, force_terminal=True, width=60, color_system=None, legacy_windows=False))
    view.observe(TurnStarted(0.0))
    view.observe(PhraseReady(0.5, phrase(0, "A sentence with many words in it. " * 5)))
    view.end(TurnResult())
    table = file.getvalue().split("heard 0 sentences")[0]
    assert max(map(len, re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", table).splitlines())) <= 57


def test_a_reader_that_has_gone_ends_the_view_not_the_caller() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    view = Lines(Closed())
    view.observe(TurnStarted(0.0))
    view.observe(PhraseReady(0.5, phrase(0, "Hello.")))
    assert isinstance(view.failure, BrokenPipeError)
    assert view.scope.cancel_called
    view.observe(PhraseReady(0.5, phrase(1, "Bye.")))
    view.end(TurnResult())


def result(*states: PhraseState, interrupted: bool = False) -> TurnResult:
    reports = tuple(PhraseResult(phrase(i, "Hi."), state, 1.5, 1) for i, state in enumerate(states))
    return TurnResult(
        text="Hi. Hi.", heard="Hi.", unheard=" Hi.", phrases=reports, seconds=3.0, characters=6, interrupted=interrupted
    )


def test_the_summary_counts() -> None:
    whole = summary(result(PhraseState.HEARD))
    assert whole == ["heard 1 sentence, 3.0 s of speech, 6 characters billed", str(Latency())]
    cut_off = summary(result(PhraseState.HEARD, PhraseState.PARTIAL, interrupted=True))[0]
    assert (
        cut_off == "heard 1 of 2 sentences, 3.0 s of speech, 6 characters billed; interrupted after 3 of 7 characters"
    )


def test_the_object_tells_all_of_it() -> None:
    found = as_json(result(PhraseState.HEARD, PhraseState.FAILED), "a.wav")
    assert [sentence["state"] for sentence in found["sentences"]] == ["heard", "failed"]
    assert found["latency"]["first_token"] is None
    assert (found["heard"], found["output"]) == ("Hi.", "a.wav")


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.lists(st.integers(0, 400)))
def test_however_bytes_are_cut_the_text_is_the_same(text: str, encoding: str, cuts: list[int]) -> None:
    text = text.replace("\ufeff", "").replace("\0", "")
    data = text.encode(encoding, "replace")
    decoder = TextDecoder()
    ends = [*sorted(at for at in cuts if at < len(data)), len(data)]
    starts = [0, *ends[:-1]]
    found = "".join(decoder.decode(data[start:end]) for start, end in zip(starts, ends, strict=True))
    found += decoder.decode(b"", final=True)
    assert found == data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def test_a_lone_byte_is_not_lost() -> None:
    decoder = TextDecoder()
    assert decoder.decode(b"a") + decoder.decode(b"", final=True) == "a"


def test_a_book_comes_in_pages(tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("word " * 100_000, "utf-8")
    pages = list(blocks(book))
    assert "".join(pages) == "word " * 100_000
    assert max(map(len, pages)) <= 4096


def test_text_comes_from_one_place() -> None:
    with pytest.raises(ValueError, match="say what"):
        text_source(None, None)
    with pytest.raises(ValueError, match="both are given"):
        text_source("a", Path("b"))


TEXT = "# Title\n\nDr. Smith paid $3.50, and left; then he came. Next:\n\n- one\n- two\n\n```\ncode\n```\n"


def test_segments_tile_the_text_and_say_why() -> None:
    cutting = cut([TEXT], "en")
    found = segments_json(cutting)
    assert "".join(clause["text"] for clause in found["clauses"]) == TEXT
    shown = "\n".join(segment_lines(cutting))
    for words in (
        "heading",
        "list item",
        "code",
        "end of a sentence",
        "comma",
        "colon, semicolon or dash",
        "says nothing",
    ):
        assert words in shown
    by_phrase = {clause["phrase"] for clause in found["clauses"]}
    assert by_phrase == {None, *(phrase["index"] for phrase in found["phrases"])}
    assert found["phrases"][0]["words"].startswith("Title")
    assert f"{len(found['clauses'])} clauses, {len(found['phrases'])} phrases" in shown


@given(st.text(), st.integers(1, 7))
def test_segments_of_any_text(text: str, size: int) -> None:
    cutting = cut([text[at : at + size] for at in range(0, len(text), size)], "auto")
    assert "".join(clause.text for clause in cutting.clauses) == text
    shown = list(segment_lines(cutting))
    assert len(shown) >= 1
    assert all(row.isprintable() for row in shown)
    said = "".join(cutting.words_in(clause.start, clause.end) for clause in cutting.clauses)
    words = "".join(result.words for result in cutting.spoken)
    assert "".join(said.split()) == "".join(words.split())


def test_a_change_is_one_line() -> None:
    assert line(Sentence("Hi.", 1.0, state=State.WRITTEN)) == "  1.00 s  written    Hi."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_may_come_byte_by_byte(encoding: str) -> None:
    decoder, text = TextDecoder(), "Grüße,\n好 🎉"
    found = "".join(decoder.decode(bytes([byte])) for byte in text.encode(encoding))
    assert found + decoder.decode(b"", final=True) == text
