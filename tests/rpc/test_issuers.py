"""Keys are rotated while the service runs: the issuers file counts as it is now."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from linkage import v1
from linkage.rpc.failure import Failure
from linkage.rpc.identity import Issuers
from linkage.rpc.minting import Mint, issuers_file

OLD, NEW = Mint.create("https://identity.example", "1"), Mint.create("https://identity.example", "2")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "issuers.json"
    path.write_text(issuers_file([OLD]))
    return path


def reason(issuers: Issuers, token: str) -> str:
    """Why the token is refused; '' where it is not."""
    try:
        issuers.caller(f"Bearer {token}")
    except Failure as failure:
        return failure.reason
    return ""


def replaced(file: Path, content: str) -> None:
    unready = file.with_name("unready")
    unready.write_text(content)
    unready.replace(file)


def test_a_key_is_trusted_from_the_moment_the_file_names_it_and_no_longer(file: Path) -> None:
    issuers = Issuers.of(file)
    old, new = (mint.token("512021", v1.POST_CPPCC_OFFICE) for mint in (OLD, NEW))
    assert (reason(issuers, old), reason(issuers, new)) == ("", "KEY_UNKNOWN")
    replaced(file, issuers_file([NEW]))
    assert (reason(issuers, old), reason(issuers, new)) == ("KEY_UNKNOWN", ""), "a token remembered is no exception"


@pytest.mark.parametrize("broken", ["", "{", '{"https://identity.example": {}}', None])
def test_a_file_that_cannot_be_used_leaves_the_keys_as_they_were_and_is_told(
    file: Path, broken: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    issuers = Issuers.of(file)
    if broken is None:
        file.unlink()
    else:
        replaced(file, broken)
    token = OLD.token("512021", v1.POST_CPPCC_OFFICE)
    assert reason(issuers, token) == ""
    assert REGISTRY.get_sample_value("linkage_file_refused", {"file": "issuers"}) == 1
    assert "issuers file issuers.json is not usable" in capsys.readouterr().out
    replaced(file, issuers_file([NEW]))
    assert reason(issuers, token) == "KEY_UNKNOWN"
    assert REGISTRY.get_sample_value("linkage_file_refused", {"file": "issuers"}) == 0


def test_thousands_of_bodies_that_call_in_turn_are_each_verified_once(file: Path) -> None:
    issuers = Issuers.of(file)
    tokens = [f"Bearer {OLD.token(f'{n:09d}', v1.POST_TOWNSHIP_LIAISON_OFFICER)}" for n in range(5_000)]
    verified = [issuers.caller(token) for token in tokens]
    assert all(issuers.caller(token) is caller for token, caller in zip(tokens, verified, strict=True))
