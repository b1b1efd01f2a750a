"""The table of special cases (docs/special-cases.md) names tests that are there, and every test of this folder."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "special-cases.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| ") and "`tests/" in line]
NAMED = {test for _, _, tests in ROWS for test in re.findall(r"`(tests/[^`]+)`", tests)}


@cache
def names_in(file: str) -> frozenset[str]:
    """Names of a file's tests."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    functions = (one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(one.name for one in functions if one.name.startswith("test_"))


@pytest.mark.parametrize("case", ROWS, ids=lambda row: row[0])
def test_a_special_case_has_tests_and_they_are_there(case: list[str]) -> None:
    named = re.findall(r"`([^`]+)`", case[2])
    assert named
    assert [one for one in named if one.partition("::")[2] not in names_in(one.partition("::")[0])] == []


def test_every_line_of_the_table_is_a_case() -> None:
    cases = [line for line in TABLE.splitlines() if line.startswith("| ")]
    assert len(cases) == len(ROWS) + 1  # and the heading
    assert len({row[0] for row in ROWS}) == len(ROWS)


def test_every_test_between_tiers_is_in_the_table() -> None:
    file = "tests/special_cases/test_between_tiers.py"
    assert {f"{file}::{test}" for test in names_in(file)} <= NAMED
