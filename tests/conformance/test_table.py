"""The table is whole: rows without a gap, each held by tests of this folder."""

import ast
from pathlib import Path

import pytest

from tests.conformance.traps import TRAPS


def held() -> dict[int, list[str]]:
    """The tests of each row, read from the decorators of this folder's files."""
    tests: dict[int, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for decorator in node.decorator_list:
                    match decorator:
                        case ast.Call(func=ast.Name("trap"), args=numbers):
                            for number in numbers:
                                tests.setdefault(ast.literal_eval(number), []).append(f"{path.name}:{node.name}")
    return tests


def test_the_rows_are_numbered_without_a_gap() -> None:
    assert list(TRAPS) == list(range(1, len(TRAPS) + 1))
    assert len(TRAPS) >= 60
    assert all(row.name and row.given and row.expected for row in TRAPS.values())


@pytest.mark.parametrize("number", TRAPS, ids=lambda number: f"{number} {TRAPS[number].name}")
def test_every_row_is_held(number: int) -> None:
    assert held().get(number), TRAPS[number]


def test_no_test_holds_a_row_that_is_not_there() -> None:
    assert held().keys() <= TRAPS.keys()
