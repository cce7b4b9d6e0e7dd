"""The tables of bounds and deadlines: names and units are listed here, defaults and reasons are read from the code."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import itertools
import re
from typing import Any

import attrs
from docs._tools.public_names import SOURCES, documented

OPTIONS = ("QwenOptions", "PoolOptions", "FailoverOptions", "RecoveryPolicy", "PhrasingOptions", "BargeInOptions")
"""Classes whose fields all stand in a table, but for those that are no numbers."""

GROUPS: dict[str, list[str]] = {
    "A session with Qwen-TTS": ["QwenOptions.*", "KEPT_ADJUSTMENTS"],
    "Sources": [
        "OpenAIChat.connect_deadline",
        "OpenAIChat.first_token_deadline",
        "OpenAIChat.between_tokens_deadline",
        "LocalLLM.start_deadline",
        "CLOSE_SOURCE",
    ],
    "Model talk": ["ModelTalkFilter.buffer", "MAX_MARK", "MAX_CALL", "MAX_KEPT", "MAX_SPOKEN"],
    "Text": [
        "SentenceSegmenter.buffer",
        "SentenceSegmenter.sentence_after",
        "SentenceSegmenter.clause_after",
        "SentenceSegmenter.words_after",
        "WORDS_WITHIN",
        "MANY_WORDS",
        "MANY_CJK",
        "MANY_LETTERS",
        "HOLD",
        "TextNormalizer.buffer",
        "MAX_HELD",
        "MAX_STRUCK",
        "MAX_DIRECTION",
        "MAX_SKIPPED",
        "MAX_DESTINATION",
        "MAX_GROUP",
        "MAX_ROW",
        "Stage.buffer",
    ],
    "Phrases": [
        "Phraser.buffer",
        "Phraser.hold",
        "PhrasingOptions.*",
        "COMFORTABLE",
        "MERGING_ENDS",
        "HELD_FOR",
        "HURRY",
        "IDLE",
    ],
    "Synthesis": [
        "Synthesizer.buffer",
        "Synthesizer.lead",
        "Synthesizer.longest_commit",
        "Synthesizer.in_flight",
        "WAITING",
        "END_COMMITS",
        "RecoveryPolicy.*",
        "TIMES_USUAL",
        "TURNS_A_HEDGE",
    ],
    "Sessions that are kept": ["PoolOptions.*", "LONGEST_BACK_OFF"],
    "Several providers": ["FailoverOptions.*", "LONGEST_PROBE"],
    "Playout and outputs": [
        "DRAIN",
        "SETTLE",
        "FarEnd.hold",
        "FarEnd.frame",
        "FarEnd.patience",
        "Telephone.hold",
        "AudioSocketOutput.hold",
        "LAST_CALL",
        "CLOSE_OUTPUT",
        "NullDevice.hold",
        "Loudspeaker.hold",
        "OPEN_DEADLINE",
        "STALL_DEADLINE",
        "READER_WAIT",
        "COMPLETE",
        "BODY_HOLD",
        "READER_PATIENCE",
        "EXIT_DEADLINE",
    ],
    "Sound": ["LONGEST_BED", "Background.ahead", "Ducking.*", "LIMITER_DELAY", "LEARNED_VOICES"],
    "Phrases on disk": ["Cached.max_bytes", "Cached.longest", "ROOM", "PACE", "TAKE_SHARED", "KEEP_SHARED", "UNASKED"],
    "Documents": ["LONGEST_DOCUMENT", "CLAIM_LEASE", "TEXT_PIECE"],
    "A user who talks": ["BargeInOptions.*", "MAX_WORDS"],
    "Programs on asyncio": ["PIECE", "GIVE_UP", "OPENING"],
    "Programs without an event loop": ["CLEAN_UP"],
}

UNITS = {
    "LONGEST_DOCUMENT": "bytes",
    "TEXT_PIECE": "characters",
    "max_message_size": "characters",
    "KEPT_ADJUSTMENTS": "voices",
    "ModelTalkFilter.buffer": "tokens",
    "MAX_MARK": "characters",
    "MAX_CALL": "characters",
    "MAX_KEPT": "characters",
    "MAX_SPOKEN": "characters",
    "MAX_STRUCK": "characters",
    "MAX_WORDS": "characters",
    "MAX_DIRECTION": "characters",
    "SentenceSegmenter.buffer": "tokens",
    "TextNormalizer.buffer": "clauses",
    "Phraser.buffer": "clauses",
    "Phraser.hold": "clauses",
    "Stage.buffer": "item",
    "Synthesizer.buffer": "phrases",
    "Synthesizer.in_flight": "commits",
    "WAITING": "phrases",
    "HOLD": "characters",
    "MANY_WORDS": "words",
    "MANY_CJK": "characters",
    "MANY_LETTERS": "characters",
    "MAX_HELD": "characters",
    "MAX_SKIPPED": "characters",
    "MAX_DESTINATION": "characters",
    "MAX_GROUP": "characters",
    "MAX_ROW": "characters",
    "early_words": "words",
    "early_cjk": "characters",
    "merge": "characters",
    "longest": "characters",
    "append_limit": "characters",
    "Cached.max_bytes": "bytes",
    "Cached.longest": "characters",
    "ROOM": "of max_bytes",
    "PACE": "seconds of audio a second",
    "RecoveryPolicy.attempts": "commits",
    "per_turn": "commits",
    "repeats": "clause",
    "TIMES_USUAL": "times the usual delay",
    "TURNS_A_HEDGE": "turns",
    "spares": "session",
    "maximum": "sessions",
    "voices": "voices",
    "LEARNED_VOICES": "voices",
    "Ducking.depth": "dB",
    "PoolOptions.attempts": "connects",
}
"""By field or full name; what is not here is in seconds."""

ELSEWHERE = {
    "Synthesizer.lead": "LEAD",
    "Synthesizer.longest_commit": "LONGEST_COMMIT",
    "Synthesizer.in_flight": "IN_FLIGHT",
    "Cached.max_bytes": "MAX_BYTES",
    "Cached.longest": "LONGEST_CACHED",
    "SentenceSegmenter.sentence_after": "SENTENCE_AFTER",
    "Background.ahead": "AHEAD",
    "SentenceSegmenter.clause_after": "CLAUSE_AFTER",
    "SentenceSegmenter.words_after": "WORDS_AFTER",
}
"""Parameters whose reason stands at a constant."""

REASONS = {
    "NullDevice.hold": "Accepted and not yet heard: what an event loop may be late.",
    "FarEnd.hold": "Sent and not yet heard: two chunks as services send them, so that one is heard while the next comes.",
    "Telephone.hold": "0.1 until a mark comes, 0.2 for it on its way, and 0.2 against jitter. An interruption takes it back.",
    "AudioSocketOutput.hold": "Asterisk takes nothing back: this much may still be heard after an interruption.",
    "FarEnd.frame": "In one call of `send`: what telephony and WebRTC send at a time. Audio that is less waits for more as long.",
    "Loudspeaker.hold": "The same, besides 20 ms in the device.",
    "LONGEST_BACK_OFF": "The longest that `PoolOptions.back_off` and `RecoveryPolicy.back_off` grow to.",
}
"""For the few that have no docstring of their own."""


def tables() -> str:
    """Markdown: a heading and a table for each group."""
    parts: list[str] = []
    for title, listed in GROUPS.items():
        rows = [f"| {_linked(name)} | {shown(name)} | {reason(name)} |" for name in _each(listed)]
        parts.append("\n".join([f"## {title}", "", "| name | default | reason |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts)


def all_names() -> list[str]:
    """Every name in the tables, in order."""
    return [name for listed in GROUPS.values() for name in _each(listed)]


def default(name: str) -> Any:
    """The value in the code."""
    owner, _, field = name.rpartition(".")
    if not owner:
        return the_only(field)
    kind = the_only(owner)
    parameter = inspect.signature(kind).parameters.get(field)
    return getattr(kind, field) if parameter is None else parameter.default


def shown(name: str) -> str:
    """The default with its unit."""
    value = default(name)
    unit = UNITS.get(name) or UNITS.get(name.rpartition(".")[2]) or "s"
    figure = f"{value:,.0f}" if value >= 1000 else f"{value:g}"
    return f"{figure} {unit}"


def reason(name: str) -> str:
    """What its docstring says, on one line."""
    text = REASONS.get(name)
    if text is None:
        text = _docstring(ELSEWHERE.get(name, name))
        if text is None:
            raise LookupError(f"{name} has no docstring that says why: give it one, or an entry in REASONS")
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def _linked(name: str) -> str:
    owner, _, field = name.partition(".")
    path = documented().get(owner)
    return f"[`{name}`][{path}]" if path is not None and field else f"`{name}`"


def _each(listed: list[str]) -> list[str]:
    names: list[str] = []
    for name in listed:
        if name.endswith(".*"):
            owner = name.removesuffix(".*")
            numbers = [field.name for field in attrs.fields(the_only(owner)) if _is_number(field.default)]
            names += [f"{owner}.{field}" for field in numbers]
        else:
            names.append(name)
    return names


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def the_only(name: str) -> Any:
    """The class or constant that has this name in both packages. What needs a framework of others has no bounds."""
    found = _defined().get(name, [])
    if len(found) != 1:
        raise LookupError(f"{name}: {found}")
    return getattr(importlib.import_module(found[0]), name)


_DEFINED = re.compile(r"^(?:class (\w+)|([A-Z]\w*)(?:: [^=\n]+)? = )", re.MULTILINE)


@functools.cache
def _defined() -> dict[str, list[str]]:
    """The modules that define each name. By pattern: to import or to parse them all takes a second, and few have bounds."""
    found: dict[str, list[str]] = {}
    for source in SOURCES:
        for path in sorted(source.rglob("*.py")):
            if "frameworks" not in path.parts:
                module = ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
                for names in _DEFINED.findall(path.read_text("utf-8")):
                    found.setdefault("".join(names), []).append(module)
    return found


def _docstring(name: str) -> str | None:
    """Of a constant `NAME`, or of a class attribute `Class.name`, which may be inherited."""
    owner, _, field = name.rpartition(".")
    if not owner:
        texts = [text for module in _defined().get(name, ()) if (text := _docstrings(module).get(name)) is not None]
        return texts[0] if len(texts) == 1 else None
    for kind in the_only(owner).__mro__[:-1]:
        if (text := _docstrings(kind.__module__).get(f"{kind.__name__}.{field}")) is not None:
            return text
    return None


@functools.cache
def _docstrings(module: str) -> dict[str, str]:
    """Of its constants and class attributes."""
    found: dict[str, str] = {}
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    _collect(tree.body, "", found)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            _collect(node.body, f"{node.name}.", found)
    return found


def _collect(body: list[ast.stmt], prefix: str, found: dict[str, str]) -> None:
    """A text that stands under an assignment is its docstring."""
    for assigned, below in itertools.pairwise(body):
        match assigned, below:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[prefix + name] = inspect.cleandoc(text)
            case _:
                pass
