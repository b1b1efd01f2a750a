"""The certificate that a server shows: whoever connects after its files were renewed sees the new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from linkage import metrics
from linkage.rpc.renewed import Renewed

__all__ = ["Certificate", "credentials", "load_certificate"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with all that goes with it, as gRPC takes it. `expires`: seconds since 1970."""

    configuration: grpc.ServerCertificateConfiguration
    expires: float


def load_certificate(certificate: Path, key: Path, client_ca: Path | None) -> Certificate:
    """Reads PEM files: a chain that begins with our own certificate, its key, and who signs callers' certificates.

    ValueError names the file and what is wrong with it.
    """
    chain, own = _read(certificate), _read(key)
    authority = _read(client_ca) if client_ca else None
    first = _certificates(certificate, chain)[0]
    try:
        private = load_pem_private_key(own, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it is encrypted
        raise ValueError(f"{key.name} holds no private key that can be read without a password") from None
    if private.public_key() != first.public_key():
        raise ValueError(f"{key.name} is not the key of {certificate.name}")
    if client_ca and authority:
        _certificates(client_ca, authority)
    configuration = grpc.ssl_server_certificate_configuration([(own, chain)], authority)
    return Certificate(configuration, first.not_valid_after_utc.timestamp())


def credentials(certificate: Path, key: Path, client_ca: Path | None) -> grpc.ServerCredentials:
    """For a server's port. Callers must have a certificate of `client_ca`'s, where that is given. Raises ValueError.

    Connections that are open live on under the certificate that they began with.
    """
    files = [file for file in (certificate, key, client_ca) if file]
    renewed = Renewed("certificate", files, partial(load_certificate, certificate, key, client_ca))
    metrics.CERTIFICATE_EXPIRES.set_function(lambda: renewed.now().expires)
    first = renewed.now()
    return grpc.dynamic_ssl_server_credentials(
        first.configuration,
        _changes(renewed, first),  # type: ignore[arg-type]  # gRPC takes None for "unchanged", its stubs do not know
        require_client_authentication=client_ca is not None,
    )


def _changes(
    renewed: Renewed[Certificate], shown: Certificate
) -> Callable[[], grpc.ServerCertificateConfiguration | None]:
    """What gRPC asks for each new connection: the certificate from now on; None: the same as before."""

    def change() -> grpc.ServerCertificateConfiguration | None:
        nonlocal shown
        before, shown = shown, renewed.now()
        return None if shown is before else shown.configuration

    return change


def _certificates(file: Path, pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise ValueError(f"{file.name} holds no certificate") from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file.name} cannot be read: {error.strerror}") from None
