"""What the local server has to say: each text once, in order, whatever is dropped between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.tts.qwen.server._script import STEP, Say, Script

SENTENCE = "This is a sentence of some words. "


def said(script: Script) -> list[str]:
    """All that is left to say; `.` at the end of a response."""
    found: list[str] = []
    while True:
        job = script.take()
        if job is None and script.uncut:
            script.cut()
        elif job is None:
            return found
        else:
            found.append(job.text if isinstance(job, Say) else "END")


def test_after_a_response_was_dropped_half_cut_the_next_is_whole() -> None:
    script = Script("English")
    script.append(SENTENCE * 30)
    assert script.take() is None
    script.cut()
    assert isinstance(script.take(), Say)
    script.drop()
    while isinstance(script.take(), Say):
        script.drop()
    assert script.characters == 0
    again = f"And now for something else. {SENTENCE * 20}"
    assert len(again) > STEP
    script.append(again)
    script.end()
    assert "".join(text for text in said(script) if text != "END") == again.rstrip()
    assert (script.characters, script.ends, script.empty) == (0, 0, True)


@given(st.lists(st.sampled_from(["say", "append", "end", "take", "cut"]), max_size=40))
def test_every_text_is_said_once_and_counted_until_then(steps: list[str]) -> None:
    script = Script("auto")
    given_in, out = "", ""
    for number, step in enumerate(steps):
        text = f"{number} words in a row. "
        if step == "say":
            script.end()
            script.say(text)
            given_in += text
        elif step == "append":
            script.append(text)
            given_in += text
        elif step == "end":
            script.end()
        elif step == "cut":
            script.cut()
        elif isinstance(job := script.take(), Say):
            out += job.text
        assert 0 <= len(given_in) - len(out) - script.characters <= given_in.count(" ")  # white space need not be said
    script.end()
    out += "".join(text for text in said(script) if text != "END")
    assert "".join(out.split()) == "".join(given_in.split())
    assert (script.characters, script.ends) == (0, 0)
