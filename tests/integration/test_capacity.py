"""benchmarks/capacity.py runs and prints what it promises; what the figures are is no test's business."""

from __future__ import annotations

import subprocess
import sys

from tests.integration.cli.command import environment
from tests.integration.docs.markdown import ROOT


def test_the_quick_mode_prints_a_step_and_what_held() -> None:
    """Two conversations with a server in a process of its own are heard, and what each takes is counted."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.capacity", "--quick"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    head, row = done.stdout.split("\n\n")[1].splitlines()
    cells = row.split()
    assert head.split()[0] == "conversations", done.stdout + done.stderr
    assert cells[0] == "2"
    assert int(cells[1]) >= 2
    assert float(cells[2]) > 0
    tasks, idle = float(cells[-4]), float(cells[-3].strip("()"))
    assert tasks >= idle >= 1
    assert " held" in done.stdout.splitlines()[-1]


def test_a_step_names_what_did_not_hold() -> None:
    """A full server is named as the limit, so that nobody takes its figures for the engine's."""
    from benchmarks.capacity import Step

    figures = {"overheads": [0.02] * 99, "underruns": 0, "silence": 0.0, "failed": 0, "errors": []}
    figures |= {"cpu": 0.5, "cpu_busiest": 0.6}
    assert Step({**figures, "server_cpu": 0.99}).limits() == []
    late = {**figures, "overheads": [0.02] * 90 + [0.3] * 10}
    assert "THE SERVER WAS FULL" in Step({**late, "server_cpu": 0.95}).limits()[-1]
    assert (
        "core of the conversations" in Step({**late, "cpu": 0.7, "cpu_busiest": 0.97, "server_cpu": 0.5}).limits()[-1]
    )
    assert "300 ms" in Step({**late, "server_cpu": 0.5}).limits()[0]
    assert "2 underruns" in Step({**figures, "underruns": 2, "silence": 0.4, "server_cpu": 0.5}).limits()[0]


def test_sessions_for_a_load_are_those_of_erlangs_tables() -> None:
    from benchmarks.capacity_model import Use, erlang_b, places_for

    assert round(erlang_b(2.0, 4), 4) == 0.0952
    assert round(erlang_b(10.0, 18), 4) == 0.0071
    assert places_for(10.0, 0.01) == 18
    assert places_for(100.0, 0.01) == 117
    needs = Use(turns=2, seconds=15, phrases=3, requests=180).needs(120)
    assert needs["voices that sound at a time"] == 60
    assert needs["vendor accounts (requests a minute)"] == 4


def test_the_page_shows_what_the_model_prints() -> None:
    from benchmarks.capacity_model import Use, table

    page = (ROOT / "docs/explanation/capacity.md").read_text("utf-8")
    assert table(Use(), [100, 10_000, 1_000_000]) in page


def test_a_client_hears_a_gap_before_the_end_of_an_answer_and_none_after_it() -> None:
    from benchmarks.load.ear import Ear

    ear = Ear(rate=1000, jitter=0.1)
    ear.arrive(0.0, 500)  # sounds from 0.1 to 0.6
    assert (ear.played(0.05), ear.played(0.3), ear.played(0.7)) == (0, 200, 500)
    ear.arrive(0.602, 700)
    assert ear.underruns == 0  # 2 ms are not heard
    ear.arrive(1.0, 800)
    assert (ear.underruns, round(ear.silence, 3)) == (1, 0.098)
    ear.finish()
    ear.arrive(9.0, 900)
    assert ear.underruns == 1
    assert ear.played(9.2) == 900


def test_the_fullest_window_is_found_wherever_it_begins() -> None:
    from benchmarks.shared_quota import Found, most_in_any_window

    assert most_in_any_window([0.0, 0.5, 0.9, 1.0, 1.4, 1.45], 1.0) == 5
    found = Found.of([(5.0 + at, at) for at in (0.0, 0.4, 1.1)], 1.0, 2, 2.0)
    assert (found.granted, found.most, found.used) == (3, 2, 0.75)


def test_frames_of_a_server_are_read_wherever_they_are_cut() -> None:
    from benchmarks.load.clients import Frames, frame

    sent = b"\x81\x02hi\x82\x7e\x00\xc8" + b"a" * 200 + b"\x89\x00"
    frames = Frames()
    found = [each for at in range(len(sent)) for each in frames.receive(sent[at : at + 1])]
    assert found == [(1, b"hi"), (2, b"a" * 200), (9, b"")]
    assert frame(1, b"hi") == b"\x81\x82\0\0\0\0hi"
