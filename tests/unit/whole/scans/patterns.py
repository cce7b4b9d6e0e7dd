"""All regular expressions of both packages, and texts that would make the bad ones slow."""

from __future__ import annotations

import ast
import functools
import importlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

import triolet
import triolet_adapters
from triolet._tools._lazy_regex import LazyRegex

# How a pattern is read is no public part of `re`, and has no types.
sre_constants: Any = importlib.import_module("re._constants")
sre_parser: Any = importlib.import_module("re._parser")

ROOTS = {"triolet": Path(triolet.__file__).parent, "triolet_adapters": Path(triolet_adapters.__file__).parent}
_CALLS = ("compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "split")
_MAY_USE = re.compile(rf"lazy_regex|\.(?:{'|'.join(_CALLS)})\b")
_SCANNING = frozenset({"search", "findall", "finditer", "sub", "split"})


@attrs.frozen
class Use:
    """One regular expression where it is written."""

    module: str
    name: str
    """The name that it is given, or the source of a call that gives it none."""
    scans: bool
    """Whether it is looked for anywhere in a text, and not only where a text begins."""

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


def modules() -> Iterator[tuple[str, Path]]:
    for package, root in ROOTS.items():
        for path in sorted(root.rglob("*.py")):
            parts = [package, *path.relative_to(root).with_suffix("").parts]
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


@functools.cache
def uses() -> tuple[Use, ...]:
    """Every call of the module `re`, and of `lazy_regex`."""
    sources = {module: path.read_text("utf-8") for module, path in modules()}
    trees = {module: ast.parse(source) for module, source in sources.items() if _MAY_USE.search(source)}
    nodes = {module: list(ast.walk(tree)) for module, tree in trees.items()}
    methods, anywhere = _methods(nodes)
    found: list[Use] = []
    for module, tree in trees.items():
        calls = [(node, call) for node in nodes[module] if (call := _call_of_re(node)) is not None]
        if not calls:
            continue
        named = dict(_named(tree, nodes[module]))
        owners = dict(_owners(tree))
        for node, call in calls:
            owner = owners.get(id(node))
            name = named.get(id(owner)) if owner is not None else None
            used = {call} if call != "compile" else set[str]()
            if isinstance(owner, ast.Attribute):  # re.compile(...).search
                used.add(owner.attr)
            if name is not None:
                last = name.rpartition(".")[2]
                used |= methods.get((module, last), set[str]()) | anywhere.get(last, set[str]())
            found.append(Use(module, name or ast.unparse(node), bool(used & _SCANNING) or not used))
    return tuple(found)


def _call_of_re(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=attr)) if attr in _CALLS:
            return attr
        case ast.Call(func=ast.Name(id="lazy_regex")):
            return "compile"
        case _:
            return None


def _named(tree: ast.Module, nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    """The value of each assignment, by its identity, and the name that it gets; with its class, if it is an attribute of one."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield from ((id(node.value), target.id) for target in node.targets if isinstance(target, ast.Name))
    for owner in tree.body:
        if not isinstance(owner, ast.ClassDef):
            continue
        for inner in owner.body:
            if isinstance(inner, ast.Assign):
                names = [target.id for target in inner.targets if isinstance(target, ast.Name)]
                yield from ((id(inner.value), f"{owner.name}.{name}") for name in names)


def _owners(tree: ast.Module) -> Iterator[tuple[int, ast.AST]]:
    """Each call in a value at the top of a module or a class, by its identity: the value itself, its attribute, or a tuple with it."""
    inner = [one for statement in tree.body if isinstance(statement, ast.ClassDef) for one in statement.body]
    for statement in [*inner, *tree.body]:
        value: ast.AST | None = getattr(statement, "value", None)
        if value is not None:
            yield from ((id(node), value) for node in ast.walk(value) if isinstance(node, ast.Call))


def _methods(trees: dict[str, list[ast.AST]]) -> tuple[dict[tuple[str, str], set[str]], dict[str, set[str]]]:
    """What is called on each name, by the module that it is from: `_WORD.match(...)`; and, where the name is an attribute's and may
    be from any module, by the name alone.
    """
    found: dict[tuple[str, str], set[str]] = {}
    anywhere: dict[str, set[str]] = {}
    for module, nodes in trees.items():
        origin = {name.asname or name.name: (node.module, name.name)
                  for node in nodes if isinstance(node, ast.ImportFrom) and node.module is not None
                  for name in node.names}  # fmt: skip
        for node in nodes:
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in _CALLS:
                    found.setdefault(origin.get(name, (module, name)), set()).add(attr)
                case ast.Attribute(value=ast.Attribute(attr=name), attr=attr) if (
                    attr in _CALLS
                ):  # _characters.TOKEN.match
                    anywhere.setdefault(name, set()).add(attr)
                case _:
                    pass
    return found, anywhere


@functools.cache  # `re` forgets patterns where there are more than five hundred
def compiled(use: Use) -> list[re.Pattern[Any]]:
    """The patterns that a name stands for; empty if it is the name of no pattern."""
    module = importlib.import_module(use.module)
    value: Any = module
    for part in use.name.split("."):
        value = getattr(value, part, None)
    return list(_patterns(value))


def _patterns(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, LazyRegex):
        yield re.compile(value.pattern, value.flags)
    elif isinstance(owner := getattr(value, "__self__", None), re.Pattern):
        yield owner
    elif type(value) in (tuple, list, dict):
        for inner in value.values() if hasattr(value, "values") else value:
            yield from _patterns(inner)


CHARACTERS = "aA1 \n\t.,:;!?-–'\"()[]<>/\\|*_`~#=+@&$%^éжя汉あ한\u0301\u200d😀"


@functools.cache
def units(pattern: re.Pattern[Any]) -> tuple[str, ...]:
    """Pieces that are repeated to attack a pattern: common characters, and its own words one after the other."""
    source: Any = pattern.pattern
    flags = pattern.flags
    if isinstance(source, bytes):
        source = source.decode("latin-1")
    words = sorted(set(_literals(sre_parser.parse(source, flags))), key=lambda word: (-len(word), word))[:9]
    pairs = ["".join(pair) for pair in itertools.product(words, repeat=2)]
    return tuple(dict.fromkeys([*CHARACTERS, *words, *pairs]))


def _literals(tree: Any) -> Iterator[str]:
    """Runs of literal characters, and one member of each class."""
    run = ""
    for kind, value in tree:
        if kind is sre_constants.LITERAL:
            run += chr(value)
            continue
        if run:
            yield run
            run = ""
        if kind is sre_constants.IN:
            yield from _members(value)
        elif kind is sre_constants.BRANCH:
            for branch in value[1]:
                yield from _literals(branch)
        elif kind in (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT, sre_constants.POSSESSIVE_REPEAT):
            yield from _literals(value[2])
        elif kind is sre_constants.SUBPATTERN:
            yield from _literals(value[3])
        elif kind in (sre_constants.ASSERT, sre_constants.ASSERT_NOT):
            yield from _literals(value[1])
        elif kind is sre_constants.ATOMIC_GROUP:
            yield from _literals(value)
    if run:
        yield run


def _members(members: Any) -> Iterator[str]:
    for kind, value in members[:3]:
        if kind is sre_constants.LITERAL:
            yield chr(value)
        elif kind is sre_constants.RANGE:
            yield chr(value[0])
