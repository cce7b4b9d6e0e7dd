"""The marks of model talk: which there are, what each of them opens, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from triolet._model._model_talk import TalkKind
from triolet._tools._lazy_regex import lazy_regex
from triolet.model_talk._calls import after_call

MAX_MARK = 200
"""Characters of an unfinished mark that are held: the longest tag of those below, with its attributes, is hardly ever longer."""


def _all_of_it(text: str) -> str:
    return text


def _nothing(_: str) -> str:
    return ""


@attrs.frozen
class Opened:
    """A piece of model talk that a mark has opened."""

    kind: TalkKind
    closing: re.Pattern[str]
    opening: re.Pattern[str] | None = None
    """What opens another such piece inside it; None: nothing does."""
    spoken: Callable[[str], str] = _all_of_it
    """What of it is spoken if it never closes."""


_THINK = (
    "think|thinking|thinks|thought|thoughts|reasoning|reason|reflection|reflect|scratchpad|analysis|rationale|internal|"
    "inner_monologue|inner_thoughts|antthinking|seed:think|mm:think"
)
_TOOL = (
    "tool_call|tool_calls|toolcall|toolcalls|tool_code|tool_use|tool_uses|tool_response|tool_responses|tool_result|tool_results|"
    "tool_output|tool_outputs|tool_invocation|function_call|function_calls|functioncall|function_result|function_results|"
    "function_response|use_mcp_tool|invoke|minimax:tool_call|seed:tool_call|antml:[a-z_]+"
)
_ANSWERS = frozenset({"answer", "final_answer", "final", "response", "output"})
_CONTROL = frozenset(
    {
        "bos",
        "eos",
        "pad",
        "unk",
        "sep",
        "cls",
        "eot",
        "eom",
        "start_of_turn",
        "end_of_turn",
        "endoftext",
        "end_of_text",
        "begin_of_text",
    }
)
_REST = r"(?:[\s=:][^<>]{0,150})?"

_THINK_NAME = lazy_regex(rf"(?:{_THINK})\Z")
_TOOL_NAME = lazy_regex(rf"(?:{_TOOL})\Z")
_GENERIC = _ANSWERS | {
    "thought", "thoughts", "reasoning", "reason", "reflection", "reflect", "analysis", "rationale", "internal"
}  # fmt: skip
"""Names that a placeholder may have, too."""

_REASONING = Opened(
    TalkKind.REASONING,
    lazy_regex(
        rf"\[/THINK\]|◁/think▷|(?<!`)</(?:{_THINK})\s*>|(?<=`)</(?:{_THINK})\s*>(?!`)"
        r"|(?:(?<=\n)|(?<=[.!?>])|(?<=[.!?] ))(?=<(?:answer|final_answer)>)",
        re.IGNORECASE,
    ),
    lazy_regex(rf"(?<![`\"'“«])<(?:{_THINK}){_REST}>", re.IGNORECASE),
)
_TOOL_TAG = Opened(
    TalkKind.TOOL_CALL,
    lazy_regex(rf"</(?:{_TOOL}|function)\s*>", re.IGNORECASE),
    lazy_regex(rf"<(?:{_TOOL}|function){_REST}(?<!/)>", re.IGNORECASE),
    spoken=after_call,
)


def _until(kind: TalkKind, pattern: str, *, spoken: Callable[[str], str] = _all_of_it) -> Opened:
    return Opened(kind, re.compile(pattern), spoken=spoken)


_MESSAGE_ENDS = r"<\|(?:end|return|call)\|>|(?=<\|(?:start|channel)\|>)"
_SMALL: dict[str, Opened] = {
    "tool▁calls▁begin": _until(TalkKind.TOOL_CALL, r"<[|｜]tool[▁_]calls[▁_]end[|｜]>", spoken=_nothing),
    "tool_calls_begin": _until(TalkKind.TOOL_CALL, r"<[|｜]tool[▁_]calls[▁_]end[|｜]>", spoken=_nothing),
    "tool▁outputs▁begin": _until(TalkKind.TOOL_CALL, r"<[|｜]tool[▁_]outputs[▁_]end[|｜]>", spoken=_nothing),
    "tool_call_start": _until(TalkKind.TOOL_CALL, r"<\|tool_call_end\|>", spoken=after_call),
    "tool_call_begin": _until(TalkKind.TOOL_CALL, r"<\|tool_call_end\|>", spoken=after_call),
    "tool_calls_section_begin": _until(TalkKind.TOOL_CALL, r"<\|tool_calls_section_end\|>", spoken=_nothing),
    "python_tag": _until(TalkKind.TOOL_CALL, r"<\|(?:eom_id|eot_id|eot|end_of_text)\|>", spoken=after_call),
    "begin_of_thought": _until(TalkKind.REASONING, r"<\|end_of_thought\|>"),
    "start_thinking": _until(TalkKind.REASONING, r"<\|end_thinking\|>"),
}
_SPECIAL: dict[str, Opened] = {
    **_SMALL,
    **{name.upper(): opened for name, opened in _SMALL.items() if name.isascii()},
    "START_ACTION": _until(TalkKind.TOOL_CALL, r"<\|END_ACTION\|>", spoken=after_call),
    "START_THINKING": _until(TalkKind.REASONING, r"<\|END_THINKING\|>"),
}
_BRACKETS: dict[str, Opened | None] = {
    "[INST]": _until(TalkKind.PROMPT, r"\[/INST\]"),
    "[/INST]": None,
    "[THINK]": _until(TalkKind.REASONING, r"\[/THINK\]"),
    "[/THINK]": None,
    "[AVAILABLE_TOOLS]": _until(TalkKind.PROMPT, r"\[/AVAILABLE_TOOLS\]", spoken=_nothing),
    "[/AVAILABLE_TOOLS]": None,
    "[SYSTEM_PROMPT]": _until(TalkKind.PROMPT, r"\[/SYSTEM_PROMPT\]"),
    "[/SYSTEM_PROMPT]": None,
    "[TOOL_RESULTS]": _until(TalkKind.TOOL_CALL, r"\[/TOOL_RESULTS\]", spoken=after_call),
    "[/TOOL_RESULTS]": None,
    "[/TOOL_CALLS]": None,
    "◁think▷": _until(TalkKind.REASONING, r"◁/think▷"),
    "◁/think▷": None,
    "[ARGS]": None,
    "[CALL_ID]": None,
}
TOOL_CALLS = "[TOOL_CALLS]"
_SYSTEM = _until(TalkKind.PROMPT, r"<</SYS>>")
_OTHER_TURN = _until(
    TalkKind.PROMPT,
    r"<\|(?:im_end|end|eot_id|end_of_text)\|>|(?=<\|im_start\|>|<\|start_header_id\|>)",
    spoken=_nothing,
)
_GEMMA_TURN = _until(TalkKind.PROMPT, r"<end_of_turn>|(?=<start_of_turn>)", spoken=_nothing)

STRIPPED_HARMONY = _until(
    TalkKind.REASONING, r"assistantfinal", spoken=lambda text: "" if "assistantcommentary" in text else text
)
"""What `analysis` opens at the start, where the tokens of the harmony format were stripped: `analysisThe user ...assistantfinalHello!`."""
REASONING = _REASONING
"""What is open from the start where the prompt has opened it."""
WAIT = -1
"""Only more text can tell."""

_TAG = lazy_regex(r"<(/?)([A-Za-z_][\w:]*)([\s=:][^<>]{0,150}|/)?>")
_TAG_BEGUN = lazy_regex(r"<(?:/?(?:([A-Za-z_][\w:]*)([\s=:/][^<>]{0,150})?)?)?\Z")
_SPECIAL_TOKEN = lazy_regex(r"<[|｜]([^|｜<>\n]{1,60})[|｜]>")
_SPECIAL_BEGUN = lazy_regex(r"<[|｜](?:[^|｜<>\n]{1,60}[|｜]?)?\Z")
_HEADER = lazy_regex(r"<\|(?:start|channel)\|>([^<]*(?:<\|(?:channel|constrain|start)\|>[^<]*)*)<\|message\|>")
_HEADER_BEGUN = lazy_regex(
    r"<\|(?:start|channel)\|>(?:[^<]{0,100}(?:<\|(?:channel|constrain|start)\|>[^<]{0,100}){0,3}(?:<[|a-z]{0,12})?)?\Z"
)
_ROLE = lazy_regex(r"\s*(assistant|model|user|system|developer|tool|ipython|observation)\b\s*?(?:\n|(?=<\|))?")
_ROLE_BEGUN = lazy_regex(r"\s{0,4}[a-z]{0,11}\s?\Z")
_HEADER_END = lazy_regex(r"<\|end_header_id\|>\s*")
_MENTION = lazy_regex(
    r"(?:[\"'”»`’),;?!]|\.(?=\s|\Z)|\s*-?(?:tags?|elements?|tokens?|blocks?|sections?|markers?|markup|Tags?|Element|Token|Marke|"
    r"balises?|etiquetas?|tag-|тег|токен|标签|標籤|标记|令牌|タグ|トークン|태그|토큰)\b|\s+(?:and|or|und|oder|et|ou|y|o|e|и)\s+[\"'`“]?<)"
)
_NAMED = lazy_regex(r"\s{1,3}(?:tags?|elements?|tokens?|标签|タグ|태그|тег)\b")
_MENTION_BEGUN = lazy_regex(r"(?:\.|\s{1,3}-?\w{0,10}|-\w{0,10}|\s(?:and|or|und|oder|et|ou|y|o|e|и)\s{1,2}[\"'`“]?)?\Z")
_MID_SENTENCE = lazy_regex(r"(?:[^\W_]|`)[,\"'“«(]?[ ]?[\"'“«(]?\Z|[,(]\s?\Z")

_NAMES = tuple(
    slash + name
    for slash in ("", "/")
    for name in (*_THINK.split("|"), *_TOOL.split("|")[:-1], "antml:", *_ANSWERS, *_CONTROL, "function", "s")
)
_BRACKET_NAMES = (*_BRACKETS, TOOL_CALLS)


@attrs.frozen
class Mark:
    """A mark of model talk."""

    end: int
    """The offset after it."""
    kind: TalkKind = TalkKind.CONTROL
    opens: Opened | None = None
    """What it opens; None: nothing."""
    json: bool = False
    """Whether a call as JSON follows it."""
    lone: bool = False
    """Whether it closes reasoning that nothing has opened."""


def angle_mark(text: str, at: int, *, final: bool, begins: bool) -> Mark | int:
    """The mark at the `<` at `at`; `at` if it is none; WAIT if only more text can tell. `begins`: whether the answer begins here."""
    following = text[at + 1 : at + 2]
    if following in {"|", "｜"}:
        return _special(text, at, final=final)
    if following == "<":
        return _system(text, at, final=final)
    tag = _TAG.match(text, at)
    if tag is None:
        if final or len(text) - at > MAX_MARK:
            return at
        begun = _TAG_BEGUN.match(text, at)
        return WAIT if begun and _may_be_known(text[at + 1 :], begun) else at
    return _tag(tag, text, final=final, begins=begins)


def _may_be_known(text: str, begun: re.Match[str]) -> bool:
    if begun[2] is not None:
        name = begun[1].lower()
        return f"/{name}" in _NAMES or name.startswith("antml:")
    text = text.lower()
    return any(name.startswith(text) for name in _NAMES) or text.lstrip("/").startswith("antml:")


def _tag(tag: re.Match[str], text: str, *, final: bool, begins: bool) -> Mark | int:
    at, end = tag.start(), tag.end()
    closes, name, rest = bool(tag[1]), tag[2].lower(), tag[3] or ""
    if name == "s":
        if rest or (not closes and not begins):
            return at
        if closes and "<s>" in text[max(0, at - 200) : at]:
            return at  # struck out
        return Mark(end)
    thinks = _THINK_NAME.match(name) is not None
    calls = _TOOL_NAME.match(name) is not None or (name == "function" and (closes or rest[:1] == "="))
    if not (thinks or calls or name in _ANSWERS or name in _CONTROL):
        return at
    inside = _MID_SENTENCE.search(text, max(0, at - 4), at) is not None
    if inside and not closes and name in _GENERIC and text[end : end + 1].isspace() and "\n" not in text[end : end + 1]:
        return at  # a placeholder
    if inside and not final and not closes and end == len(text) and name in _GENERIC:
        return WAIT
    if (inside and not closes) or text[at - 1 : at] in {'"', "'", "“", "«"}:
        if _MENTION.match(text, end):
            return at
        if not final and len(text) - end < MAX_MARK and _MENTION_BEGUN.match(text, end):
            return WAIT
    elif inside and closes and _NAMED.match(text, end):
        return at
    if thinks:
        return Mark(end, TalkKind.REASONING, None if closes or rest == "/" else _REASONING, lone=closes)
    if calls:
        return Mark(end, TalkKind.TOOL_CALL, None if closes or rest.endswith("/") else _TOOL_TAG)
    if name == "start_of_turn":
        return _role(text, end, _GEMMA_TURN, final=final)
    if name in _CONTROL or closes or not inside:
        return Mark(end)
    return at


def _role(text: str, end: int, other: Opened, *, final: bool) -> Mark | int:
    """The mark before the name of a role, with the name."""
    role = _ROLE.match(text, end)
    if role is None or (role.end() == len(text) and not final):
        return WAIT if not final and _ROLE_BEGUN.match(text, end) else Mark(end)
    after = _HEADER_END.match(text, role.end())
    stop = after.end() if after else role.end()
    if role[1] in {"assistant", "model"}:
        return Mark(stop)
    return Mark(stop, TalkKind.PROMPT, other)


def _system(text: str, at: int, *, final: bool) -> Mark | int:
    for mark, opens in (("<<SYS>>", _SYSTEM), ("<</SYS>>", None)):
        if text.startswith(mark, at):
            return Mark(at + len(mark), TalkKind.PROMPT, opens)
        if not final and mark.startswith(text[at:]):
            return WAIT
    return at


def _special(text: str, at: int, *, final: bool) -> Mark | int:
    token = _SPECIAL_TOKEN.match(text, at)
    if token is None:
        return WAIT if not final and _SPECIAL_BEGUN.match(text, at) else at
    name, end = token[1].strip(), token.end()
    if name in {"start", "channel"}:
        header = _HEADER.match(text, at)
        if header is not None:
            return _channel(header)
        return WAIT if not final and len(text) - at < 2 * MAX_MARK and _HEADER_BEGUN.match(text, at) else Mark(end)
    if name in {"im_start", "start_header_id"}:
        return _role(text, end, _OTHER_TURN, final=final)
    return Mark(end, _SPECIAL[name].kind if name in _SPECIAL else TalkKind.CONTROL, _SPECIAL.get(name))


def _channel(header: re.Match[str]) -> Mark:
    words = header[1]
    channel = words.rpartition("<|channel|>")[2].split()[:1] if "<|channel|>" in words else words.split()[:1]
    if header[0].startswith("<|start|>") and "<|channel|>" not in words:
        channel = ["final"] if words.split()[:1] == ["assistant"] and "to=" not in words else ["other"]
    if "to=functions" in words or "to=" in words or words.startswith("functions"):
        return Mark(header.end(), TalkKind.TOOL_CALL, _until(TalkKind.TOOL_CALL, _MESSAGE_ENDS, spoken=after_call))
    if channel == ["analysis"]:
        return Mark(header.end(), TalkKind.REASONING, _until(TalkKind.REASONING, _MESSAGE_ENDS))
    if channel == ["other"]:
        return Mark(header.end(), TalkKind.PROMPT, _until(TalkKind.PROMPT, _MESSAGE_ENDS, spoken=_nothing))
    return Mark(header.end())


_CALLS_FOLLOW = lazy_regex(
    r"\s{0,9}+(?:[\w.-]{1,64}+)?(?:\[CALL_ID\][\w-]{1,64}+)?(?:\[ARGS\])?\s{0,9}+(?=[\[{])(?!\[(?:[AC]|\Z))"
)
_CALLS_MAY_FOLLOW = lazy_regex(
    r"\s{0,9}+[\w.-]{0,64}+(?:\[[A-Z_]{0,7}|\[CALL_ID\][\w-]{0,64}(?:\[[A-Z]{0,4})?)?(?:\[ARGS\])?\s{0,9}+\Z"
)


def bracket_mark(text: str, at: int, *, final: bool) -> Mark | int:
    """The mark at the bracket at `at`, as `angle_mark` gives it."""
    following = text[at + 1 : at + 2]
    if following and not (following.isupper() or following in "/t"):
        return at
    if text.startswith(TOOL_CALLS, at):
        end = at + len(TOOL_CALLS)
        follow = _CALLS_FOLLOW.match(text, end)
        if follow is None and not final and len(text) - end < MAX_MARK and _CALLS_MAY_FOLLOW.match(text, end):
            return WAIT
        return Mark(follow.end() if follow else end, TalkKind.TOOL_CALL, json=follow is not None)
    for mark in _BRACKET_NAMES:
        if text.startswith(mark, at):
            opens = _BRACKETS.get(mark)
            return Mark(
                at + len(mark),
                opens.kind if opens else TalkKind.CONTROL,
                opens,
                lone="/" in mark and "think" in mark.lower(),
            )
        if not final and mark.startswith(text[at:]):
            return WAIT
    return at
