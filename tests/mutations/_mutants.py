"""Small changes to a source file, each of which a test should notice: where they can be made, and the changed text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import attrs

_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
_COMPUTED: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "+",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.LShift: ">>",
    ast.RShift: "<<",
}
_CALLED = {
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
    "round": "int",
    "startswith": "endswith",
    "endswith": "startswith",
    "removeprefix": "removesuffix",
    "removesuffix": "removeprefix",
    "partition": "rpartition",
    "rpartition": "partition",
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "find": "rfind",
    "rfind": "find",
    "match": "search",
    "fullmatch": "match",
    "search": "match",
    "popleft": "pop",
    "bisect_left": "bisect_right",
    "bisect_right": "bisect_left",
}
"""Functions and methods that somebody may take for each other."""
_CAUGHT = {"BaseException": "Exception"}
_UNSEEN = ("logger", "warnings", "_log")
"""What is called on these names is for people who look for a fault, and no test has to read it."""


@attrs.frozen
class Mutant:
    """One small change."""

    path: Path
    line: int
    last: int
    """The last line of what changes."""
    old: str
    new: str
    at: int
    """Bytes before what changes."""
    top: bool
    """Whether it changes what runs when the module is imported."""

    @property
    def text(self) -> str:
        """The whole file with the change."""
        data = self.path.read_bytes()
        return (data[: self.at] + self.new.encode() + data[self.at + len(self.old.encode()) :]).decode()

    @property
    def change(self) -> str:
        """In one line."""
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{old[:70]} -> {new[:70]}"

    @property
    def source(self) -> str:
        """The line of the file in which it begins, without the white space around it."""
        return self.path.read_text(encoding="utf-8").splitlines()[self.line - 1].strip()


def mutants(path: Path) -> list[Mutant]:
    """All changes to a file that are known here, in the order of the text."""
    text = path.read_text(encoding="utf-8")
    found: list[Mutant] = []
    starts = [0]
    for row in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(row))
    data = text.encode()
    for (line, column, last, end), new, top in _Walk(text).changes(ast.parse(text)):
        at, until = starts[line - 1] + column, starts[last - 1] + end
        mutant = Mutant(path, line, last, data[at:until].decode(), new, at, top)
        try:
            compile(mutant.text, str(path), "exec")
        except SyntaxError:
            continue
        if mutant.old != mutant.new:
            found.append(mutant)
    return sorted(set(found), key=lambda mutant: (mutant.at, mutant.new))


_Span = tuple[int, int, int, int]


def _span(node: ast.AST) -> _Span:
    place = (getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"))
    line, column, last, end = place
    return line, column, last, end


def _between(first: ast.expr, second: ast.expr) -> _Span:
    assert first.end_lineno is not None
    assert first.end_col_offset is not None
    return (first.end_lineno, first.end_col_offset, second.lineno, second.col_offset)


class _Walk:
    """One walk over a file."""

    def __init__(self, text: str) -> None:
        self._text = text

    def changes(self, node: ast.AST, *, top: bool = True, words: bool = True) -> Iterator[tuple[_Span, str, bool]]:
        """Where, the new text, and whether it is run on import. `words`: whether strings are changed."""
        if _is_for_people(node):
            return
        for span, new in self._here(node, words=words):
            yield span, new, top
        for child in _children(node):
            below = not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            table = top and isinstance(child, ast.List | ast.Set | ast.Dict | ast.Tuple)
            yield from self.changes(child, top=top and below, words=words and not table)

    def _here(self, node: ast.AST, *, words: bool) -> Iterator[tuple[_Span, str]]:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
                yield self._operator(left, right, _COMPARED[type(op)])
            case ast.Compare(left=left, ops=[first, _], comparators=[right, _]) if type(first) in _COMPARED:
                yield self._operator(left, right, _COMPARED[type(first)])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _COMPUTED and not _is_text(left, right):
                yield self._operator(left, right, _COMPUTED[type(op)])
            case ast.AugAssign(target=target, op=op, value=value) if type(op) in _COMPUTED:
                yield self._operator(target, value, f"{_COMPUTED[type(op)]}=")
            case ast.BoolOp(op=op, values=[left, right, *_]):
                yield self._operator(left, right, "or" if isinstance(op, ast.And) else "and")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield _span(node), f"({ast.unparse(operand)})"
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                yield _span(node), f"({ast.unparse(operand)})"
            case ast.Constant(value=bool(value)):
                yield _span(node), str(not value)
            case ast.Constant(value=int(value)):
                yield _span(node), str(value + 1)
            case ast.Constant(value=float(value)):
                yield _span(node), str(value * 2 or 1.0)
            case ast.Constant(value=str(value)) if words and 0 < len(value) <= 12 and not set(value) & set("\\[](){}%"):
                yield _span(node), repr(value[:-1])
            case ast.Call(func=ast.Name(id=name) as function) if name in _CALLED:
                yield _span(function), _CALLED[name]
            case ast.Call(func=ast.Attribute(attr=name, value=value) as function) if name in _CALLED:
                yield _span(function), f"{ast.unparse(value)}.{_CALLED[name]}"
            case ast.ExceptHandler(type=ast.Name(id=name) as kind) if name in _CAUGHT:
                yield _span(kind), _CAUGHT[name]
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield _span(test), "False"
                if not isinstance(node, ast.While):
                    yield _span(test), "True"
            case ast.comprehension(ifs=[test, *_]):
                yield _span(test), "True"
            case ast.Expr(value=ast.Call() | ast.Await()) | ast.AugAssign() | ast.Delete():
                yield _span(node), "pass"
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
                yield _span(node), "pass"
            case ast.Break():
                yield _span(node), "continue"
            case ast.Continue():
                yield _span(node), "break"
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield _span(node), "return None"
            case _:
                pass

    def _operator(self, left: ast.expr, right: ast.expr, new: str) -> tuple[_Span, str]:
        """What lies between two operands, with another operator; the brackets there stay."""
        line, column, last, end = span = _between(left, right)
        lines = [text.encode() for text in self._text.splitlines()[line - 1 : last]]
        lines[-1] = lines[-1][:end]
        lines[0] = lines[0][column:]
        between = "\n".join(text.decode() for text in lines)
        before = between[: len(between) - len(between.lstrip(") \n"))]
        after = between[len(between.rstrip("( \n")) :]
        return span, f"{before or ' '}{'' if before.endswith(' ') else ' '}{new} {after.lstrip(' ')}"


def _is_text(*sides: ast.expr) -> bool:
    return any(isinstance(side, ast.JoinedStr) for side in sides)


def _is_for_people(node: ast.AST) -> bool:
    """Whether only people read it: types, documentation, logs, messages of errors, `repr`."""
    match node:
        case ast.Raise() | ast.JoinedStr() | ast.Assert() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))) if name in _UNSEEN:
            return True
        case ast.FunctionDef(name="__repr__") | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__slots__" | "__all__")]):
            return True
        case _:
            return False


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node, without types and decorators."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_params", "bases"}:
            continue
        if isinstance(node, ast.keyword) and node.arg in {"repr", "slots", "eq", "frozen", "kw_only"}:
            continue
        if isinstance(node, ast.Subscript) and name == "slice" and _is_a_type(node.value):
            continue
        if isinstance(node, ast.Call) and name == "args" and isinstance(node.func, ast.Name) and node.func.id == "cast":
            yield from (child for child in node.args[1:])
            continue
        for child in value if isinstance(value, list) else [value]:  # pyright: ignore[reportUnknownVariableType]
            if isinstance(child, ast.AST):
                yield child


def _is_a_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and (
        node.id in {"list", "dict", "set", "tuple", "deque", "type"}
        or (node.id[:1].isupper() and not node.id.isupper())
    )
