"""`linkagectl keys` and `token`: what it mints, services accept; nothing secret is printed."""

from __future__ import annotations

from pathlib import Path

from linkage import v1
from linkage.rpc.identity import Issuers, load_issuers
from tests.ctl.conftest import Ctl

ISSUER = ("--issuer", "linkage.ziyang")


def test_services_accept_a_token_of_a_key_that_the_issuers_file_trusts(ctl: Ctl, tmp_path: Path) -> None:
    key, issuers = str(tmp_path / "key.pem"), tmp_path / "issuers.json"
    assert ctl("keys", "create", key).exit_code == 0
    trusted = ctl("keys", "issuers", key, *ISSUER, "--organisation", "512021", "--into", str(issuers))
    assert trusted.exit_code == 0, trusted.stderr
    minted = ctl("token", key, *ISSUER, "--organisation", "512021", "--post", "CPPCC_OFFICE")
    assert minted.exit_code == 0, minted.stderr
    caller = Issuers(load_issuers(issuers)).caller(f"Bearer {minted.stdout.strip()}")
    assert (caller.organisation, caller.post) == ("512021", v1.POST_CPPCC_OFFICE)


def test_a_private_key_is_its_owners_alone_and_never_overwritten(ctl: Ctl, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    created = ctl("keys", "create", str(key))
    assert "PRIVATE KEY" not in created.output
    assert key.stat().st_mode & 0o777 == 0o600
    content = key.read_bytes()
    again = ctl("keys", "create", str(key))
    assert again.exit_code == 1
    assert "File exists" in again.stderr
    assert key.read_bytes() == content


def test_tokens_of_the_old_key_and_the_new_are_good_while_keys_are_changed(ctl: Ctl, tmp_path: Path) -> None:
    issuers = tmp_path / "issuers.json"
    tokens = []
    for key_id in ("2025", "2026"):
        key = str(tmp_path / f"{key_id}.pem")
        ctl("keys", "create", key)
        ctl("keys", "issuers", key, *ISSUER, "--key-id", key_id, "--into", str(issuers))
        minted = ctl("token", key, *ISSUER, "--key-id", key_id, "--organisation", "512000", "--post", "POST_CHAIR")
        tokens.append(minted.stdout.strip())
    trusted = Issuers(load_issuers(issuers))
    assert [trusted.caller(f"Bearer {token}").organisation for token in tokens] == ["512000", "512000"]


def test_a_post_that_the_contract_does_not_have_is_refused(ctl: Ctl, tmp_path: Path) -> None:
    key = str(tmp_path / "key.pem")
    ctl("keys", "create", key)
    for post in ("MAYOR", "REACTION"):
        refused = ctl("token", key, *ISSUER, "--organisation", "512021", "--post", post)
        assert refused.exit_code == 1
        assert f"{post} is no post of the contract" in refused.stderr


def test_a_file_that_is_no_key_is_refused_in_a_sentence(ctl: Ctl, tmp_path: Path) -> None:
    noise = tmp_path / "key.pem"
    noise.write_text("not a key")
    refused = ctl("token", str(noise), *ISSUER, "--organisation", "512021", "--post", "CHAIR")
    assert refused.exit_code == 1
    assert "is not a private key that can be used here" in refused.stderr
