"""Which test holds what: faults that users of other systems reported, and where it is shown that they do not happen here.

Tests that were written for a row are in this folder, in a file for each group of rows; the others are where their subject is.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import attrs
import pytest

TESTS = Path(__file__).parents[2]


@attrs.frozen
class Row:
    """Reports of one fault."""

    reported: str
    held_by: tuple[str, ...]
    """`file::test` or `file::Class`, below tests/."""
    open: str = ""
    """What is not held yet."""


# fmt: off
ROWS = {
    "Lost words": [
        Row("pipecat#2681", (
            "unit/triolet/segmentation/test_any_text.py::test_clauses_tile_the_text_and_tokens_make_no_difference",
            "unit/whole/test_chain.py::test_all_that_is_written_is_heard_once_and_in_order")),
        Row("pipecat#4647, #1461, #2434", (
            "unit/field/test_lost_words.py::test_a_turn_ends_when_its_last_sample_has_been_heard",)),
        Row("pipecat#5341", (
            "unit/whole/test_over_the_protocol.py::test_nothing_stale_is_heard_though_the_service_goes_on_sending",
            "simulation/test_turns.py::test_turns_interrupted_at_every_kind_of_moment")),
        Row("pipecat#5110, #5271", (
            "unit/field/test_lost_words.py::test_audio_that_comes_long_after_the_end_of_the_text_is_played",)),
        Row("N.E.K.O#3082", (
            "unit/field/test_lost_words.py::test_the_end_of_the_text_commits_its_tail_at_once",
            "unit/field/test_lost_words.py::test_an_idle_source_does_not_hold_back_what_is_finished",
            "unit/field/test_lost_words.py::test_half_a_sentence_does_not_wait_for_its_end_for_ever")),
        Row("openai-agents-python#3363", (
            "unit/field/test_lost_words.py::test_every_sentence_is_spoken_however_short",)),
        Row("RealtimeTTS#311; pipecat#5386, #5769", (
            "unit/field/test_lost_words.py::test_the_samples_heard_are_those_received_and_declared_silence",
            "unit/whole/test_over_the_protocol.py::test_all_samples_that_the_service_sent_are_played")),
    ],
    "Silence, hangs": [
        Row("livekit/agents#3347", (
            "unit/field/test_silence.py::test_a_service_that_stops_half_way_is_noticed_and_the_answer_goes_on",
            "unit/field/test_silence.py::test_a_service_that_stops_half_way_ends_the_turn_if_that_is_wanted")),
        Row("pipecat#5026", (
            "unit/field/test_silence.py::test_a_sentence_without_audio_is_reported_and_the_next_goes_on",
            "unit/field/test_silence.py::test_a_turn_without_any_audio_is_an_error_and_the_next_turn_speaks",
            "unit/triolet/synthesis/test_synthesizer.py::test_no_audio_for_words_is_an_error")),
        Row("pipecat#5305, agents-js#1174, agents#5756", (
            "unit/adapters/tts/qwen/test_client.py::test_a_hostile_server_gives_a_typed_error_within_a_deadline",
            "unit/adapters/tts/qwen/test_client.py::test_other_events_do_not_put_the_first_audio_deadline_off",
            "unit/triolet/tts/test_websocket.py::test_a_half_open_connection_is_found_by_the_ping")),
        Row("pipecat#5601", (
            "unit/field/test_silence.py::test_audio_that_comes_slowly_is_waited_for",)),
        Row("agents#6225", (
            "unit/field/test_silence.py::test_an_llm_that_runs_a_tool_for_a_minute_loses_nothing",)),
        Row("pipecat#5804, agents#3798", (
            "unit/field/test_lost_words.py::test_an_idle_source_does_not_hold_back_what_is_finished",
            "unit/triolet/segmentation/test_clauses.py::test_a_stall_releases_what_is_complete_and_no_half_sentence")),
        Row("openai-agents-python#3914, #4809", (
            "unit/triolet/chain/test_stages.py::test_an_error_reaches_the_caller_as_itself_and_alone",
            "unit/triolet/playout/test_playout.py::test_an_error_carries_what_was_spoken",
            "unit/whole/test_chain.py::test_a_source_that_raises_in_the_middle_leaves_what_was_said")),
        Row("pipecat#4276, #3929", (
            "simulation/test_turns.py::test_ending_a_turn_at_any_step_returns_soon_and_leaves_nothing",
            "integration/cli/test_interrupting.py::test_before_the_first_token")),
    ],
    "Stale or disordered audio": [
        Row("pipecat#1942, #3986, #950, #3077", (
            "unit/whole/test_over_the_protocol.py::test_nothing_stale_is_heard_though_the_service_goes_on_sending",
            "simulation/test_turns.py::test_turns_interrupted_at_every_kind_of_moment")),
        Row("vocode-core#40", (
            "unit/field/test_stale_audio.py::test_a_service_at_twice_real_time_leaves_no_gap",)),
        Row("cloudflare/agents#1736, pipecat#2624, #1305", (
            "unit/field/test_stale_audio.py::test_a_sine_through_the_pipe_shows_no_jump",
            "unit/adapters/outputs/test_ring.py::test_a_flush_fades_and_counts_for_nothing",
            "unit/adapters/outputs/test_loudspeaker.py::test_flush_fades_out_and_stops")),
        Row("pipecat#5592", (
            "unit/field/test_stale_audio.py::test_playing_takes_as_long_as_the_audio_is_also_through_a_resampler",
            "unit/adapters/tts/qwen/test_formats.py::test_a_voice_of_another_rate_is_resampled",
            "unit/triolet/playout/test_resampler.py::test_it_holds_back_no_more_than_it_says",
            "unit/triolet/playout/test_resampled.py::test_at_any_moment_heard_is_the_place_in_the_source_that_sounds")),
    ],
    "Leaks, memory": [
        Row("pipecat#3269, #4409, #4806", (
            "unit/field/test_leaks.py::test_after_the_end_every_connection_is_closed_and_none_is_opened",)),
        Row("pipecat#4986, #2552", (
            "simulation/test_turns.py::test_ending_a_turn_at_any_step_returns_soon_and_leaves_nothing",)),
        Row("pipecat#3711, #871", (
            "unit/field/test_leaks.py::test_a_service_that_hangs_up_is_not_asked_for_ever",
            "unit/triolet/tts/test_sessions.py::test_a_service_that_refuses_for_ever_is_not_asked_for_ever")),
        Row("agents#4676, #3825", (
            "simulation/test_turns.py::test_turns_interrupted_at_every_kind_of_moment",)),
        Row("agents-js#1991, pipecat#2209", (
            "unit/triolet/conversation/test_bounds.py::test_a_paused_output_stalls_the_source",)),
        Row("llm-agent#311", (
            "unit/triolet/synthesis/test_synthesizer.py::test_a_real_time_listener_is_never_ahead_by_more_than_the_lead",)),
    ],
    "Connections": [
        Row("agents#2281, #5681, #6390", (
            "unit/field/test_connections.py::test_a_session_is_renewed_before_the_service_ends_it",
            "unit/field/test_connections.py::test_a_session_that_died_while_idle_costs_one_unseen_redial")),
        Row("pipecat#4114, #4041, agents#5844", (
            "unit/field/test_connections.py::test_twenty_quick_interruptions_stay_within_the_number_of_sessions",)),
        Row("agents#6078", (
            "unit/field/test_connections.py::test_sentences_and_turns_share_their_connection",)),
        Row("agents#4135, #4171", (
            "simulation/test_turns.py::test_three_of_ten_connections_break_and_all_is_heard",
            "unit/field/test_connections.py::test_a_long_sentence_that_breaks_before_its_turn_is_said_again",
            "unit/field/test_connections.py::test_nothing_of_an_attempt_that_broke_is_heard_if_it_is_said_again")),
        Row("agents#6678, agents-js#1218", (
            "unit/triolet/failover/test_failover.py::test_the_first_is_taken_back_when_it_speaks_a_probe",
            "unit/triolet/failover/test_failover_over_the_protocol.py::test_over_the_protocol_the_first_is_taken_back",
            "unit/triolet/failover/test_failover.py::test_connecting_is_not_enough_to_be_taken_back",
            "unit/triolet/failover/test_failover.py::test_a_silent_first_loses_the_phrase_unseen",
            "unit/triolet/failover/test_failover_over_the_protocol.py::test_whatever_is_wrong_with_the_first_the_second_says_all_of_it",
            "unit/triolet/failover/test_failover.py::test_an_empty_turn_is_nobodys_fault")),
    ],
    "What was heard": [
        Row("pipecat#4996, #5426", (
            "unit/field/test_what_was_heard.py::test_heard_is_what_has_sounded_and_not_what_was_handed_out",
            "unit/field/test_what_was_heard.py::test_a_pause_adds_no_words",
            "unit/field/test_what_was_heard.py::test_an_output_that_takes_nothing_has_heard_nothing")),
        Row("pipecat#2791, agents#2607", (
            "unit/field/test_what_was_heard.py::test_the_estimate_inside_a_sentence_is_near_and_marked",)),
        Row("agents#1994, #5038", (
            "unit/adapters/outputs/test_contract.py::TestMemory",
            "unit/adapters/outputs/test_contract.py::TestNullDevice",
            "unit/adapters/outputs/test_contract.py::TestWavFile",
            "unit/adapters/outputs/test_contract.py::TestPcmFile",
            "unit/adapters/outputs/test_loudspeaker.py::TestOnAFakeDevice",
            "unit/field/test_what_was_heard.py::test_a_report_exists_also_when_nothing_has_sounded")),
        Row("agents-js#2066", (
            "unit/field/test_what_was_heard.py::test_heard_is_a_slice_of_the_text_with_its_own_spaces",
            "unit/triolet/turn/test_timeline.py::test_a_cut_falls_between_pieces_and_marks_go_with_what_is_before_them")),
    ],
    "Text": [
        Row("hermes-agent#96927", (
            "unit/field/test_text.py::test_a_short_opener_leaves_at_once",)),
        Row("pipecat#2963, #3203", (
            "unit/triolet/segmentation/test_clauses.py::test_numbers_and_brackets_have_no_boundary_inside",
            "unit/triolet/segmentation/test_any_text.py::test_clauses_tile_the_text_and_tokens_make_no_difference",
            "unit/triolet/segmentation/test_any_text.py::test_what_is_held_is_bounded")),
        Row("fish-speech#176, pocket-tts#162", (
            "unit/triolet/segmentation/test_clauses.py::test_numbers_and_brackets_have_no_boundary_inside",)),
        Row("speech-to-speech#338, openclaw#10485", (
            "unit/triolet/normalization/test_marks.py::test_marks_are_not_said",
            "unit/triolet/normalization/test_units.py::test_emoji_are_dropped_or_named")),
        Row("agents#2799", (
            "unit/field/test_text.py::test_the_first_words_leave_long_before_a_fast_llm_has_ended",)),
    ],
}
# fmt: on


@functools.cache
def defined(file: str) -> frozenset[str]:
    """The tests and classes of a file, and whatever else has a name there."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, kinds))


@pytest.mark.parametrize("row", [row for rows in ROWS.values() for row in rows], ids=lambda row: row.reported)
def test_a_row_is_held_by_tests_that_exist(row: Row) -> None:
    assert row.held_by or row.open, "neither held nor open"
    for node in row.held_by:
        file, name = node.split("::")
        assert name in defined(file), f"there is no {node}"


def test_every_test_of_this_folder_is_in_the_table() -> None:
    named = {node for rows in ROWS.values() for row in rows for node in row.held_by}
    for path in sorted((TESTS / "unit/field").glob("test_*.py")):
        if path.name != Path(__file__).name:
            for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
                    assert f"unit/field/{path.name}::{each.name}" in named, f"no row names {each.name}"
