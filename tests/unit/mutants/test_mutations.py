"""Each kind of change, and what is left as it is."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from tests.mutants.mutations import mutants_of
from tests.mutants.targets import targets


def changes(source: str) -> list[str]:
    return [mutant.change for mutant in mutants_of("m", dedent(source))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", {"a < b → a <= b"}),
        ("a and b", {"a and b → a or b"}),
        ("a + b", {"a + b → a - b"}),
        ("not a", {"not a → not not a"}),
        ("-a", {"-a → +a"}),
        ("a if b else c", {"a if b else c → a if not b else c"}),
        ("[a for a in b if c]", {"for a in b if c → for a in b"}),
        ("f(a, b)", {"f(a, b) → f(b, a)"}),
        ("f(a, key=b)", {"f(a, key=b) → f(a)"}),
        ("min(a, b)", {"min(a, b) → max(a, b)"}),
        ("isinstance(a, b)", set()),
        ("(a, 1)", {"(a, 1) → (a, 2)"}),
        ("(a, True)", {"(a, True) → (a, False)"}),
        ("(a, 'b')", {"(a, 'b') → (a, 'XXb')"}),
        ("(a, 'for people to read')", set()),
        ("f(description='b')", set()),
    ],
)
def test_one_thing_at_a_time_is_changed(source: str, expected: set[str]) -> None:
    assert set(changes(f"x = {source}")) - {f"{source} → pass"} == expected


def test_a_whole_statement_is_left_out() -> None:
    source = """
        def f(a):
            "What it does."
            a.x = b
            g(a)
            for c in a:
                continue
            if a: raise ValueError("words that nobody tests")
            return a
    """
    assert changes(source) == [
        "a.x = b → pass",
        "g(a) → pass",
        "continue → break",
        "if a: → if not a:",
        "raise ValueError('words that nobody tests') → pass",
        "return a → return None",
    ]


def test_a_mutant_is_named_by_its_function_and_what_is_changed() -> None:
    keys = [mutant.key for mutant in mutants_of("m", "A = 1\nclass B:\n  def f(self): return self.a < self.b < self.c")]
    assert keys[0] == "module: A = 1 → A = 2"
    assert keys[-1] == "B.f: self.a < self.b < self.c → self.a < self.b <= self.c"


def test_two_mutants_never_share_a_name_and_each_can_be_compiled() -> None:
    for module, path in targets("shared").items():
        source = path.read_text(encoding="utf-8")
        keys = set()
        for mutant in mutants_of(module, source):
            compile(mutant.tree, str(path), "exec")
            assert mutant.key not in keys
            keys.add(mutant.key)
            assert ast.unparse(mutant.tree) != ast.unparse(ast.parse(source))
