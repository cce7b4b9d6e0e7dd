"""What is drawn of a turn: from a recording of a real one, on virtual time."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import trio
from tests.unit.adapters.watching._turns import RATE, SOUND, losing, said, voice

from triolet import TTS, RecoveryPolicy, speech
from triolet.testing import RecordingOutput, ScriptedSource
from triolet_adapters.cli._record import recorder
from triolet_adapters.cli._trace import folder_of
from triolet_adapters.shared.keep_text import KeepText
from triolet_adapters.watching.trace import (
    PhrasePicture,
    TurnFolder,
    TurnPicture,
    heard_wav,
    load_turn,
    page,
    svg,
    terminal,
)


async def recorded(folder: Path, tts: TTS, keep: KeepText = KeepText.FULL) -> RecordingOutput:
    output = RecordingOutput()
    with recorder(folder, keep) as recording:
        await trio.sleep(7)  # the clock does not begin with the turn
        recording.settings(sample_rate=RATE)
        source = recording.source(ScriptedSource([0.5, *TOKENS]))
        chain = speech(recording.voice(tts), "en", recovery=RecoveryPolicy(back_off=0.1))
        recording.end(await (source | chain | output).run(observer=recording.observe))
    return output


TOKENS = (
    "The first sentence of this answer is as long as sentences of answers are, so that it is a phrase of its own and no other joins it. ",
    "The second one follows it at once, and it is no shorter than the first, for the same reason: what is short is said with the next. ",
)


@pytest.fixture
async def late(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> tuple[Path, RecordingOutput]:
    """A turn whose second phrase is late."""
    return tmp_path / "turn", await recorded(tmp_path / "turn", voice([0.25, SOUND], [2.5, SOUND]))


async def test_a_picture_has_the_times_of_the_turn(late: tuple[Path, RecordingOutput]) -> None:  # noqa: ASYNC124 -- its fixture is
    picture = load_turn(late[0])
    first, second = picture.phrases
    assert picture.tokens == pytest.approx((0.5, 0.5))
    assert picture.first_audible == pytest.approx(0.75)
    assert first.committed == pytest.approx(0.5)
    assert first.sounds[0] == pytest.approx((0.75, 1.75))
    assert second.state == picture.outcome == "heard"
    [(start, end)] = picture.gaps
    assert end == pytest.approx(second.sounds[0][0])
    assert end - start > 0.5


async def test_the_sound_of_a_page_is_what_was_heard_when_it_was_heard(late: tuple[Path, RecordingOutput]) -> None:  # noqa: ASYNC124 -- its fixture is
    folder, output = late
    data = heard_wav(folder, load_turn(folder))
    assert data is not None
    with wave.open(io.BytesIO(data)) as file:
        pcm = file.readframes(file.getnframes())
    began = 7.0
    for stretch in output.audio:
        at = 2 * round((stretch.time - began) * RATE)
        assert pcm[at : at + len(stretch.pcm)].count(b"\x10") == stretch.pcm.count(b"\x10")
    assert pcm.count(b"\x10") == output.pcm.count(b"\x10") > 0


async def test_what_a_lost_commit_gave_is_not_heard_twice(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    output = await recorded(tmp_path / "turn", losing())
    picture = load_turn(tmp_path / "turn")
    assert [commit.outcome for commit in picture.phrases[1].commits] == ["lost", "complete"]
    data = heard_wav(tmp_path / "turn", picture)
    assert data is not None
    assert data.count(b"\x10") == pytest.approx(output.pcm.count(b"\x10"), abs=10)
    assert "x" in "".join(terminal(picture))


async def test_svg_and_page_are_well_formed_and_complete(late: tuple[Path, RecordingOutput]) -> None:  # noqa: ASYNC124 -- its fixture is
    folder, _ = late
    picture = load_turn(folder)
    drawing = ET.fromstring(svg(picture))
    kinds = [element.get("class") for element in drawing.iter()]
    assert kinds.count("heard") == 2 + 1  # and the legend
    assert kinds.count("gap") == 1 + 1
    html = page(picture, title="a <turn>", wav=heard_wav(folder, picture))
    assert "a &lt;turn&gt;" in html
    hostile = page(TurnPicture(phrases=(PhrasePicture(0, "<script>&"),)), title="t")
    assert hostile.count("&lt;script&gt;&amp;") == 3
    assert hostile.count("<script>") == 1
    assert html.count("<audio") == 1
    assert "http://" not in html.replace("http://www.w3.org/2000/svg", ""), "it fetches nothing"
    assert "https://" not in html
    assert "<audio" not in page(picture, title="silent")


async def test_a_terminal_shows_the_late_phrase(late: tuple[Path, RecordingOutput]) -> None:  # noqa: ASYNC124 -- its fixture is
    lines = [*terminal(load_turn(late[0]), 100)]
    assert lines[0] == "heard: 2 phrases, first sound after 0.75 s, 1 gap of 1.10 s, 4.2 s in all"
    assert all(len(line) <= 100 for line in lines)
    assert any("!" in line for line in lines)
    assert [*terminal(TurnPicture(), 10)]


async def test_a_service_keeps_a_turn_without_its_text(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    await said(voice(), TurnFolder(tmp_path, "turn_1"))
    picture = load_turn(folder_of("turn_1", tmp_path))
    assert len(picture.phrases) == 3
    assert picture.phrases[0].words == ""
    assert "follows" not in (tmp_path / "turn_1" / "timeline.jsonl").read_text("utf-8")
    assert heard_wav(tmp_path / "turn_1", picture) is None
    assert "phrase 0" in page(picture, title="t")
    with pytest.raises(ValueError, match="name of a turn"):
        TurnFolder(tmp_path, "../turn")


def test_what_is_no_recording_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no recording"):
        load_turn(tmp_path)
    with pytest.raises(ValueError, match="there is no turn"):
        folder_of("nothing", tmp_path)
    with pytest.raises(ValueError, match="--in"):
        folder_of("nothing", None)
    (tmp_path / "timeline.jsonl").write_text('{"event": "ClauseCut"}\n')
    with pytest.raises(ValueError, match="damaged"):
        load_turn(tmp_path)
