"""What the page on adding an aggregate quotes stands in the file that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "add-an-aggregate.md").read_text(encoding="utf-8")
QUOTES = re.findall(r"^\[`([^`]+)`\]\([^)]+\)\n\n```\w+\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("path", "quoted"), QUOTES, ids=[path for path, _ in QUOTES])
def test_a_quotation_stands_in_its_file_word_for_word(path: str, quoted: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert [passage for passage in quoted.split("…\n") if passage not in text] == []


def test_every_step_quotes_something() -> None:
    assert len(QUOTES) >= PAGE.count("```") // 2 >= 5
