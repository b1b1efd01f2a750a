"""The documents say what the code does: derived pages are current, examples run, links lead somewhere."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from docs.derived.__main__ import pages
from docs.derived.errors import reasons_in_code
from docs.derived.source import read_contract
from linkage.bus import from_record, intact

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", ["contract.md", "errors.md"])
def test_a_derived_page_says_what_contract_and_code_say(name: str) -> None:
    page = ROOT / "docs" / name
    assert page.read_text(encoding="utf-8") == pages()[page], "run `make docs`"


def test_every_reason_the_contract_promises_is_one_the_code_gives() -> None:
    contract = read_contract()
    promised = {reason for service in contract.services for method in service.methods for reason in method.reasons}
    assert promised - {reason.name for reason in reasons_in_code(contract)} == set()


def test_every_command_says_what_it_records() -> None:
    silent = [
        f"{service.name}.{method.name}"
        for service in read_contract().services
        if service.aggregate is not None  # a vault has no stream, so it records nothing there
        for method in service.methods
        if not method.is_query and not (method.does and method.records and method.source)
    ]
    assert silent == []


def test_the_example_of_the_hash_chain_prints_the_records_hash() -> None:
    text = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    record = json.loads(_block(text, "json"))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(_block(text, "python"), {"record": record})
    assert printed.getvalue().strip() == record["headers"]["ce_hash"]
    assert f"It prints `{record['headers']['ce_hash']}`" in text
    headers = [(name, value.encode()) for name, value in record["headers"].items()]
    assert intact(from_record(record["key"].encode(), base64.b64decode(record["value"]), headers))


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset)=\"([^\"]+)\"", text)
    local = [target for pair in targets for target in pair if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    missing = [page.name for page in folder.glob("*.md") if page.name != "README.md" and f"({page.name})" not in index]
    assert missing == []


def _block(text: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]
