"""Certificates of an authority that lives for one test, in files as a Secret's are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

__all__ = ["Authority"]


@dataclass(slots=True)
class Authority:
    """Signs certificates for localhost into a directory: tls.crt, tls.key, ca.crt."""

    directory: Path
    _key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, directory: Path) -> Authority:
        """A new authority, its own certificate in ca.crt."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("authority of a test")
        basic = x509.BasicConstraints(ca=True, path_length=0)
        builder = _builder(name, name, key.public_key(), 1).add_extension(basic, critical=True)
        own = builder.sign(key, hashes.SHA256())
        (directory / "ca.crt").write_bytes(own.public_bytes(Encoding.PEM))
        return cls(directory, key, own)

    @property
    def files(self) -> tuple[Path, Path]:
        """The certificate and its key."""
        return self.directory / "tls.crt", self.directory / "tls.key"

    def issue(self, days: int) -> x509.Certificate:
        """Writes a certificate that is good for so many days, and a key of its own."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        builder = _builder(_name("localhost"), self.certificate.subject, key.public_key(), days)
        issued = builder.add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        certificate, private = self.files
        _replace(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _replace(certificate, issued.public_bytes(Encoding.PEM))
        return issued


def _replace(file: Path, content: bytes) -> None:
    unready = file.with_name(f".{file.name}")
    unready.write_bytes(content)
    unready.replace(file)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=days))
    )
