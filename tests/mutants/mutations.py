"""What is changed: one operator, constant, argument or statement of a module at a time."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import Final

_OPERATORS: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip
_FUNCTIONS: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
# What says nothing of behaviour, or is for people to read.
_FIELDS_LEFT: Final = {"annotation", "returns", "decorator_list", "type_comment", "bases"}
_CALLS_LEFT: Final = {"TypeVar", "cast"}
# What they say of personal data, mypy and the contract tests check; a test of it would say the same again.
_DECLARING: Final = {"personal"}
# Arguments that change places are an error here, or mean the same.
_IN_PLACE: Final = {*_FUNCTIONS, "isinstance", "issubclass", "getattr", "setattr", "suppress", "compare_digest", "plus"}
_WORDS: Final = {"description", "examples", "message", "msg", "title"}

# Of so many words a text is for people to read.
_SENTENCE: Final = 3
_LONG: Final = 60
_AROUND: Final = 20

Edit = tuple[ast.AST, str, object]  # sets this field of this node to this


@dataclass(frozen=True)
class Mutant:
    """A module with one change. `function` is the qualified name of where it is, empty at module level."""

    module: str
    function: str
    change: str
    lines: range  # of the statement
    names: frozenset[str]  # what the statement defines
    called: bool  # whether it runs when a function is called, not when the module is imported
    tree: ast.Module

    @property
    def key(self) -> str:
        """What names it as long as the function and the text that is changed stay."""
        return f"{self.function or 'module'}: {self.change}"


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module. The tree of each is the same tree, and as described only until the next."""
    tree = ast.parse(source)
    start = Mutant(module, "", "", range(0), frozenset(), called=False, tree=tree)
    seen: Counter[str] = Counter()
    for mutant in _inside(tree, start):
        seen[mutant.key] += 1
        again = f" ({seen[mutant.key]})" if seen[mutant.key] > 1 else ""
        yield replace(mutant, change=mutant.change + again)


def _inside(node: ast.AST, place: Mutant, words: bool = False) -> Iterator[Mutant]:
    if _says_nothing(node):
        return
    words = words or isinstance(node, ast.Raise) or _named(node) in _WORDS or _is_log(node)
    edits = () if isinstance(node, ast.Call) and _named(node.func) in _DECLARING else _edits(node, words)
    for holder, field, value in edits:
        before, text = getattr(holder, field), _text(node)
        setattr(holder, field, value)
        yield replace(place, change=_change(text, _text(node)))
        setattr(holder, field, before)
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or field in _FIELDS_LEFT:
                continue
            within = _place_of(child, place, field, node)
            if isinstance(child, ast.stmt) and (other := _instead(child)):
                before = list(value)
                value[index] = ast.copy_location(other, child)
                yield replace(within, change=_change(_text(child), _text(other)))
                value[:] = before
            yield from _inside(child, within, words)


def _place_of(child: ast.AST, place: Mutant, field: str, parent: ast.AST) -> Mutant:
    if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
        place = replace(place, called=field == "body")
    if not isinstance(child, ast.stmt):
        return place
    body = getattr(child, "body", None)
    end = body[0].lineno if body else (child.end_lineno or child.lineno) + 1
    place = replace(place, lines=range(child.lineno, max(end, child.lineno + 1)))
    if isinstance(child, ast.FunctionDef | ast.ClassDef):
        function = f"{place.function}.{child.name}" if place.function else child.name
        return replace(place, function=function, names=place.names | {child.name})
    if isinstance(child, ast.Assign | ast.AnnAssign) and not place.called:
        assigned = child.targets if isinstance(child, ast.Assign) else [child.target]
        return replace(place, names=place.names | {name.id for name in assigned if isinstance(name, ast.Name)})
    return place


def _edits(node: ast.AST, words: bool) -> Iterator[Edit]:
    """The changes of the node itself and of the constants right in it."""
    yield from _constant_edits(node, words)
    match node:
        case ast.Compare(ops=operators):
            for index, operator in enumerate(operators):
                yield node, "ops", [*operators[:index], _OPERATORS[type(operator)](), *operators[index + 1 :]]
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) | ast.AugAssign(op=operator):
            yield node, "op", _OPERATORS[type(operator)]()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, "operand", _not(operand)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name() | ast.Attribute() | ast.Call()):
            yield node, "op", ast.UAdd()
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            if not isinstance(test, ast.UnaryOp | ast.Compare | ast.BoolOp | ast.Constant):
                yield node, "test", _not(test)
        case ast.comprehension(ifs=conditions):
            yield from ((node, "ifs", [other for other in conditions if other is not one]) for one in conditions)
        case ast.Call():
            yield from _call_edits(node)
        case _:
            pass


def _constant_edits(node: ast.AST, words: bool) -> Iterator[Edit]:
    for field, value in ast.iter_fields(node):
        several = value if isinstance(value, list) else [value]
        for index, child in enumerate(several):
            if isinstance(child, ast.Constant) and field not in _FIELDS_LEFT and (other := _constant(child, words)):
                new = ast.copy_location(other, child)
                yield node, field, [*several[:index], new, *several[index + 1 :]] if isinstance(value, list) else new


def _call_edits(call: ast.Call) -> Iterator[Edit]:
    name = _named(call.func)
    if isinstance(call.func, ast.Name) and name in _FUNCTIONS:
        yield call.func, "id", _FUNCTIONS[name]
    for keyword in call.keywords:
        # Without a flag is as with the other one.
        is_flag = isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool)
        if keyword.arg and keyword.arg not in _WORDS and not is_flag:
            yield call, "keywords", [other for other in call.keywords if other is not keyword]
    if name in _IN_PLACE or any(isinstance(argument, ast.Starred) for argument in call.args):
        return
    for index, (one, next_one) in enumerate(pairwise(call.args)):
        if ast.dump(one) != ast.dump(next_one):
            yield call, "args", [*call.args[:index], next_one, one, *call.args[index + 2 :]]


def _constant(constant: ast.Constant, words: bool) -> ast.Constant | None:
    match constant.value:
        case bool():
            return ast.Constant(not constant.value)
        case int() | float():
            return ast.Constant(constant.value + 1)
        case str() if not words and len(constant.value.split()) < _SENTENCE:
            return ast.Constant(f"XX{constant.value}")
        case _:
            return None


def _not(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)


def _instead(statement: ast.stmt) -> ast.stmt | None:
    """What a whole statement is replaced by."""
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Raise(exc=ast.Name(id="AssertionError")):
            return None  # a docstring, or where nobody comes
        case ast.Expr() | ast.AugAssign() | ast.Delete() | ast.Raise() | ast.Return(value=None) | ast.Break():
            return ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return ast.Pass()
        case ast.Continue():
            return ast.Break()
        case ast.Return(value=value) if not isinstance(value, ast.Constant):
            return ast.Return(ast.copy_location(ast.Constant(None), statement))
        case _:
            return None


def _says_nothing(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Call(func=function):
            return _named(function) in _CALLS_LEFT
        case _:
            return False


def _is_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger.")


def _named(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            return name
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            return _named(target)
        case _:
            return ""


def _text(node: ast.AST) -> str:
    return ast.unparse(node).strip().splitlines()[0]


def _change(before: str, after: str) -> str:
    """The change in words: of long texts the part that differs, and a little around it."""
    if max(len(before), len(after)) > _LONG:
        first = _alike(before, after)
        same = _alike(before[first:][::-1], after[first:][::-1])
        before, after = (
            ("…" if first > _AROUND else "")
            + text[max(0, first - _AROUND) : len(text) - max(0, same - _AROUND)]
            + ("…" if same > _AROUND else "")
            for text in (before, after)
        )
    return f"{before} → {after}"


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
