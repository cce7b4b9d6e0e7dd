"""Model talk is taken out of the tokens, however they are cut; all other text is kept."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triolet.events import RemovedTalk, TalkKind
from triolet.model_talk import ModelTalkCore
from triolet.model_talk._core import MAX_CALL
from triolet.model_talk._kept import MAX_KEPT, MAX_SPOKEN


def filtered(text: str, *, thinking: str = "tagged", size: int = 0) -> tuple[str, list[RemovedTalk]]:
    """What is left of a text, and what was taken out. `size`: characters a token; 0: all of it is one."""
    core = ModelTalkCore(thinking)  # type: ignore[arg-type]
    size = size or len(text) or 1
    kept = "".join(core.feed(text[at : at + size]) for at in range(0, len(text), size)) + core.flush()
    return kept, core.take_removed()


TALK = {
    "<think>Let me see.</think>": TalkKind.REASONING,
    '<Thinking mode="deep">\nWell <b>\n</Thinking>': TalkKind.REASONING,
    "<scratchpad>a < b</scratchpad>": TalkKind.REASONING,
    "<think>one <think>two</think> one</think>": TalkKind.REASONING,
    "<think>a `</think>` is shown</think>": TalkKind.REASONING,
    '<tool_call>{"name": "x", "arguments": {"a": "</"}}</tool_call>': TalkKind.TOOL_CALL,
    "<tool_call>\n<function=f>\n<parameter=p>\nv\n</parameter>\n</function>\n</tool_call>": TalkKind.TOOL_CALL,
    '<invoke name="f"><parameter name="p">v</parameter></invoke>': TalkKind.TOOL_CALL,
    '[TOOL_CALLS][{"name": "f", "arguments": {}}]': TalkKind.TOOL_CALL,
    '[TOOL_CALLS]f[ARGS]{"a": "}"}': TalkKind.TOOL_CALL,
    "<|im_end|>": TalkKind.CONTROL,
    "<｜end▁of▁sentence｜>": TalkKind.CONTROL,
    "<eos>": TalkKind.CONTROL,
    "[INST] hello [/INST]": TalkKind.PROMPT,
    "<<SYS>>be good<</SYS>>": TalkKind.PROMPT,
    "[THINK]hm[/THINK]": TalkKind.REASONING,
    "<|channel|>analysis<|message|>hm<|end|>": TalkKind.REASONING,
    "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>": TalkKind.TOOL_CALL,
}
WORDS = (
    "Hello there. ",
    "a < b, b > c ",
    "<name> ",
    "Vec<String> ",
    "<b>bold</b> ",
    "[1] ",
    "[a link](https://a.org) ",
    "f(x) ",
    '{"a": 1} ',
    "`<think>` ",
    "It is so.\n",
    "你好。",
    "(or not) ",
    "i <3 it ",
    "x [y ",
    "$5 ",
)
CODE = "\n```html\n<think>shown</think>\n```\n"


@pytest.mark.parametrize("talk", TALK)
@pytest.mark.parametrize("size", [0, 1, 3])
def test_it_is_taken_out_and_told(talk: str, size: int) -> None:
    kept, removed = filtered(f"Well. {talk}\nYes.", size=size)
    assert kept == "Well. \nYes."
    assert [one.kind for one in removed] == [TALK[talk]]
    assert not removed[0].spoken


@given(st.lists(st.sampled_from([*TALK, *WORDS, CODE]), max_size=8), st.data())
@settings(deadline=None)
def test_any_tokens_give_the_same(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=20)))
    core = ModelTalkCore()
    kept = [core.feed(text[a:b]) for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    kept.append(core.flush())
    assert "".join(kept) == filtered(text)[0]
    assert core.take_removed() == filtered(text)[1]


@given(st.lists(st.sampled_from(WORDS), max_size=12))
@settings(deadline=None)
def test_all_other_text_is_kept(parts: list[str]) -> None:
    text = "".join(parts)
    assert filtered(text, size=2) == (text, [])


@given(st.text(alphabet="<>/|[]{}()`~\n thinkTOOL_CALS=\"'a.:,1｜◁", max_size=120), st.integers(1, 9))
def test_any_text_in_any_tokens(text: str, size: int) -> None:
    whole, removed = filtered(text)
    assert filtered(text, size=size) == (whole, removed)
    if not removed:
        assert whole == text


@pytest.mark.parametrize("token", ["Hello", " there", ",", " world", ". ", "好", " 42", "!"])
def test_plain_words_pass_at_once(token: str) -> None:
    core = ModelTalkCore()
    assert core.feed("Hi") + core.feed(token) == "Hi" + token


def test_what_may_become_a_mark_waits_until_it_cannot() -> None:
    core = ModelTalkCore()
    assert [core.feed(token) for token in ("a <", "th", "is> b")] == ["a ", "", "<this> b"]


def test_the_name_of_a_function_waits_for_the_next_token() -> None:
    core = ModelTalkCore()
    assert [core.feed(token) for token in ("Sure! ", "and", " so ", "and")] == ["Sure! ", "", "and so ", "and"]


def test_what_is_held_is_bounded() -> None:
    for beginning in ("<think ", '{"name": "', 'do_it(a="', "[do_it(", "<|", "`", "```json\n{", "<|channel|>"):
        core = ModelTalkCore()
        core.feed(beginning)
        given_back = len(core.feed("x" * 3 * MAX_CALL))
        assert given_back >= 3 * MAX_CALL - 1, beginning


@pytest.mark.parametrize("opening", ["<think>", "<reasoning>", "[THINK]"])
def test_an_answer_behind_a_tag_that_never_closes_is_spoken(opening: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "triolet.model_talk"):
        kept, (removed,) = filtered(f"So: {opening}It is <b>five</b>.")
    assert kept == "So: It is <b>five</b>."
    assert removed == RemovedTalk(TalkKind.REASONING, "It is <b>five</b>.", 18, "It is <b>five</b>.")
    assert "never closed" in caplog.text


def test_only_the_end_of_a_long_text_is_spoken() -> None:
    text = "<think>" + "word " * 10_000
    kept, (removed,) = filtered(text, size=7)
    assert len(kept) <= MAX_SPOKEN
    assert kept == removed.spoken
    assert (len(removed.text), removed.characters) == (MAX_KEPT, 50_000)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('<tool_call>{"name": "f", "arguments": {}}', ""),
        ('<tool_call>{"name": "f", "arguments": {"a": "b', ""),
        ('<tool_call>{"name": "f"}\nDone.', "\nDone."),
        ('<tool_call>\n{"name": "f",}\n\nDone. Yes.', "\n\nDone. Yes."),
        ("<tool_call>never a call", "never a call"),
        ('{"name": "f", "arguments": {"a": 1}', ""),
        ("<function=f><parameter=a>\nlong text", ""),
    ],
)
def test_a_call_that_never_closes_is_no_answer(text: str, kept: str) -> None:
    assert filtered(text)[0] == kept


def test_where_the_prompt_opens_the_tag_nothing_before_the_closing_one_is_spoken() -> None:
    core = ModelTalkCore("open")
    assert [core.feed(token) for token in ("Let me", " see.", "</th", "ink>", "Yes")] == ["", "", "", "", "Yes"]
    assert filtered("<think>hm</think>Yes", thinking="open", size=1)[0] == "Yes"
    assert filtered("An answer without a tag.", thinking="open")[0] == "An answer without a tag."


def test_a_lone_closing_tag_takes_nothing_back_and_warns(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "triolet.model_talk"):
        kept, _ = filtered("Let me see.</think> Yes.")
    assert kept == "Let me see. Yes."
    assert 'thinking="open"' in caplog.text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('Sure! look_up(key="a")', "Sure! "),
        ('Sure!\nlook.up(key="a", n=2)\nDone.', "Sure!\n\nDone."),
        ('look_up("a")', ""),
        ('[look_up(key="a"), roll(sides=6)]', ""),
        ('{"name": "f", "arguments": {}}', ""),
        ('[{"type": "function", "function": {"name": "f", "arguments": "{}"}}]', ""),
        ('{"parameters": {"a": {}}, "name": "f"}\nYes.', "\nYes."),
        ('```json\n{"name": "f", "arguments": {}}\n```\nYes.', "Yes."),
        ("```tool_code\nprint(f())\n```\nYes.", "\nYes."),
    ],
)
@pytest.mark.parametrize("size", [0, 1])
def test_calls_without_a_tag(text: str, kept: str, size: int) -> None:
    assert filtered(text, size=size)[0] == kept


@pytest.mark.parametrize(
    "text",
    [
        'Call look_up(key="a") first.',
        'Sure! look_up(key="a") is what I call.',
        "snake_case() is a name",
        "f(x=1) = 2",
        '{"name": "Ann", "age": 3}',
        '```json\n{"name": "Ann"}\n```',
        "[a](b) and [1]",
        "The <think> tag, and <answer> for short.",
        'He wrote "<think>" and left.',
        "One <s>two</s> three",
        "Type <thought> here.",
        "I <think> tags are fun",
    ],
)
@pytest.mark.parametrize("size", [0, 1])
def test_what_only_looks_like_it_stays(text: str, size: int) -> None:
    assert filtered(text, size=size) == (text, [])


def test_what_is_broken_off_is_told() -> None:
    core = ModelTalkCore()
    core.feed("Well. <think>I wonder")
    assert core.drop() == ""
    assert [one.text for one in core.take_removed()] == ["I wonder"]
    core = ModelTalkCore()
    core.feed("Well <thi")
    assert core.drop() == "<thi"
    core = ModelTalkCore()
    assert core.feed("anal") == ""
    assert core.drop() == "anal", "it has not become `analysis`"


@pytest.mark.parametrize("size", [0, 1])
def test_a_control_token_inside_a_word_parts_nothing_and_other_talk_does(size: int) -> None:
    assert filtered("Unbe<|im_end|>lievable.", size=size)[0] == "Unbelievable."
    assert filtered("Well.<think>I wonder.</think>Yes.", size=size)[0] == "Well. Yes."


def test_another_choice_is_an_error() -> None:
    with pytest.raises(ValueError, match="thinking='closed'"):
        ModelTalkCore("closed")  # type: ignore[arg-type]
