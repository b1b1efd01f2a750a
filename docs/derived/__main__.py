"""`make docs` writes the derived pages anew; a test fails while one of them is not current."""

from __future__ import annotations

from pathlib import Path

from docs.derived.authority import authority_page
from docs.derived.errors import errors_page
from docs.derived.source import read_contract

__all__ = ["pages"]

DOCS = Path(__file__).resolve().parents[1]


def pages() -> dict[Path, str]:
    """Every derived page, by where it belongs."""
    contract = read_contract()
    return {DOCS / "contract.md": authority_page(contract), DOCS / "errors.md": errors_page(contract)}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
