"""Certificates of an authority that lives for one test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["certificate"]


def certificate(names: Sequence[str]) -> Mapping[str, str]:
    """Content of a Secret of type kubernetes.io/tls: a certificate for these names, its key, and who signed it."""
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of a test")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "linkage")])
    ca = _issued(root, root, authority.public_key())
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    ours = _issued(subject, root, own.public_key()).add_extension(usages, critical=False)
    ours = ours.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    key = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "ca.crt": ca.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM).decode(),
        "tls.crt": ours.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM).decode(),
        "tls.key": key.decode(),
    }


def _issued(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=2))
    )
