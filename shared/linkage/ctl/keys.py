"""`linkagectl keys` and `token`: signing keys and tokens for a first installation without an identity provider.

Whoever holds the private key speaks for every body its issuer is trusted for: keep it off the servers. They need only
the issuers file, which holds public keys.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from linkage import v1
from linkage.ctl.sentences import Problem
from linkage.rpc.identity import load_issuers
from linkage.rpc.minting import Mint, issuers_file

__all__ = ["app", "token"]

app = typer.Typer(help="Create signing keys; say whom services trust.", no_args_is_help=True)

Issuer = Annotated[str, typer.Option("--issuer", help="Who signs, as services know it, e.g. linkage.ziyang.")]
KeyId = Annotated[str, typer.Option("--key-id", help="Which of the issuer's keys, so that keys can be changed.")]
KeyFile = Annotated[Path, typer.Argument(metavar="KEY", help="The private key: PKCS #8 in PEM.", show_default=False)]

_POSTS = [
    name.removeprefix("POST_")
    for name in v1.Post.DESCRIPTOR.values_by_name
    if name not in ("POST_UNSPECIFIED", "POST_REACTION")
]


@app.command("create")
def create(key: KeyFile) -> None:
    """Write a new private key (Ed25519) to KEY, readable by its owner only. Nothing is overwritten."""
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(Mint.create("").pem())
    typer.echo(f"Wrote {key}. Keep it where only its owner reads it.")


@app.command("issuers")
def issuers(
    key: KeyFile,
    issuer: Issuer,
    key_id: KeyId = "1",
    organisation: Annotated[
        list[str] | None, typer.Option(help="Body the issuer speaks for; repeat it. None named: every body.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="Issuers file to add to, made if it is not there; else standard output.")
    ] = None,
) -> None:
    """Say that services trust KEY's public half. Their LINKAGE_ISSUERS names the file.

    A second key of an issuer stands beside the first, so that tokens of both are good while keys are changed.
    """
    entries = json.loads(issuers_file([_mint(issuer, key_id, key)], organisation or []))
    if into is None:
        typer.echo(json.dumps(entries, indent=2))
        return
    if into.exists():
        try:
            load_issuers(into)
        except ValueError as error:
            raise Problem(f"{into} stays as it is: {error}.") from None
        entries = _merged(json.loads(into.read_text()), issuer, entries[issuer])
    unready = into.with_name(f".{into.name}.{os.getpid()}")
    unready.write_text(json.dumps(entries, indent=2) + "\n")
    unready.replace(into)
    typer.echo(f"{into} trusts key {key_id} of {issuer}.")


def token(
    key: KeyFile,
    issuer: Issuer,
    organisation: Annotated[str, typer.Option(help="Body it speaks for, by division code, e.g. 512021.")],
    post: Annotated[str, typer.Option(help=f"Post it acts in: {', '.join(_POSTS)}.", metavar="POST")],
    key_id: KeyId = "1",
    minutes: Annotated[float, typer.Option(min=1, max=1440, help="How long it is good.")] = 60,
) -> None:
    """Sign a token with KEY and print it: a caller sends it as `authorization: Bearer <token>`."""
    if post.removeprefix("POST_") not in _POSTS:
        raise Problem(f"{post} is no post of the contract: it has {', '.join(_POSTS)}.")
    number = v1.Post.Value(f"POST_{post.removeprefix('POST_')}")
    typer.echo(_mint(issuer, key_id, key).token(organisation, number, timedelta(minutes=minutes)))


def _mint(issuer: str, key_id: str, key: Path) -> Mint:
    try:
        return Mint.load(issuer, key_id, key.read_bytes())
    except (ValueError, TypeError) as error:  # TypeError: it is encrypted
        raise Problem(
            f"{key} is not a private key that can be used here (Ed25519, PKCS #8, PEM, no password)."
        ) from error


def _merged(known: dict[str, Any], issuer: str, added: dict[str, Any]) -> dict[str, Any]:
    """The file's entries with the key in place of the one of the same id; bodies are those named last, if any are."""
    before = known.get(issuer, {"keys": []})
    new = added["keys"]
    kept = [jwk for jwk in before["keys"] if jwk["kid"] != new[0]["kid"]]
    organisations = added["organisations"] or before.get("organisations", [])
    return known | {issuer: {"keys": [*kept, *new], "organisations": organisations}}
