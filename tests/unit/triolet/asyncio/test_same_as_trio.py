"""The conversation for asyncio is the conversation: the same methods, parameters and promises, in the same words."""

from __future__ import annotations

import inspect

import pytest

import triolet
import triolet.asyncio
import triolet.blocking

OURS, TRIOS = triolet.asyncio.Conversation, triolet.Conversation

DIFFERENT: dict[str, dict[str, str]] = {
    "__init__": {
        "a `Sink`, for a coroutine function that takes the audio; or a `Playout` of one of these, to": "a `Playout`, to",
        "`triolet.asyncio.open_session_pools`": "`open_session_pools`",
    },
    "say": {
        "An async iterable is iterated by a task of its own, in a copy of the context of the caller. When the turn ends early, "
        "that task is cancelled and the iterator closed (`aclose`), within 2 s. ": "",
    },
    "interrupt": {"from any task or callback of the event loop": "from any task of the Trio run"},
}
"""What is said otherwise for asyncio, by method: and what stands for it in the other one."""


def public(cls: type) -> set[str]:
    """The names of its methods and properties."""
    special = {"__init__", "__aenter__", "__aexit__"}
    return {name for name in vars(cls) if name in special or not name.startswith("_")}


def signature(cls: type, name: str) -> inspect.Signature:
    return inspect.signature(getattr(vars(cls)[name], "fget", vars(cls)[name]))


def words(cls: type, name: str) -> str:
    return " ".join((inspect.getdoc(vars(cls)[name]) or "").split())


def test_the_methods_are_the_same() -> None:
    assert public(OURS) == public(TRIOS)
    assert len(public(OURS)) >= 11


@pytest.mark.parametrize("name", sorted(public(TRIOS)))
def test_a_method_takes_and_promises_the_same(name: str) -> None:
    assert signature(OURS, name) == signature(TRIOS, name)
    said = words(OURS, name)
    assert said
    for ours, theirs in DIFFERENT.get(name, {}).items():
        assert ours in said
        said = said.replace(ours, theirs)
    assert said == words(TRIOS, name)


def test_a_speaker_says_a_turn_with_the_same_settings() -> None:
    taken = signature(triolet.blocking.Speaker, "say").parameters
    expected = signature(TRIOS, "say").parameters
    assert list(taken)[2:] == list(expected)[2:]
    assert [taken[name] for name in list(taken)[2:]] == [expected[name] for name in list(expected)[2:]]


@pytest.mark.parametrize("name", sorted(public(triolet.BargeIn)))
def test_barging_in_takes_and_promises_the_same(name: str) -> None:
    ours, theirs = triolet.asyncio.BargeIn, triolet.BargeIn
    assert public(ours) == public(theirs)
    assert signature(ours, name) == signature(theirs, name)
    assert words(ours, name) == words(theirs, name)
