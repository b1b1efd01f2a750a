"""What raises alerts and cannot be done in a line: an event that cannot be taken, a group held up, a certificate."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kafka import KafkaAdminClient
from kafka.admin import MemberToRemove

from deploy.drills.a_parked_stream import two_events
from deploy.local.site import Site
from linkage.bus.publisher import Publisher
from linkage.bus.topics import event_topics

__all__ = ["expiring_certificate", "held_up_group", "published_with_a_gap"]


def expiring_certificate(directory: Path) -> Mapping[str, str]:
    """Settings with a certificate for this machine that is good for another day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (directory / "tls.crt").write_bytes(certificate.public_bytes(pem))
    (directory / "tls.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return {"LINKAGE_TLS_CERTIFICATE": str(directory / "tls.crt"), "LINKAGE_TLS_KEY": str(directory / "tls.key")}


@asynccontextmanager
async def published_with_a_gap(site: Site) -> AsyncIterator[None]:
    """A stream's second event comes without its first, which is in nobody's store; the first comes at the end.

    Whoever parked the stream goes on by itself, whether it has met the gap by then or, being slow, meets it later.
    """
    site.servers.postgres.create_database(name := f"stranger_{uuid4().hex[:8]}")
    first, second = await two_events(site.servers.postgres.dsn(name), f"512001-JW-{uuid4().hex[:8]}")
    publisher = await asyncio.to_thread(Publisher, site.plan.kafka, "stranger")
    try:
        await asyncio.to_thread(publisher.publish, [second], second.position)
        yield
        await asyncio.to_thread(publisher.publish, [first], first.position)
    finally:
        await asyncio.to_thread(publisher.close)
        await asyncio.to_thread(site.servers.postgres.drop_database, name)


@asynccontextmanager
async def held_up_group(site: Site, group: str) -> AsyncIterator[None]:
    """A stranger was in the consumer group and died, and is waited for: no rebalance comes to its end."""
    await asyncio.to_thread(_joined_and_died, site.plan.kafka.bootstrap, group)
    try:
        yield
    finally:
        await asyncio.to_thread(_removed, site.plan.kafka.bootstrap, group)


_STRANGER = """
import os, sys, time
from kafka import KafkaConsumer
consumer = KafkaConsumer(
    sys.argv[3],
    bootstrap_servers=sys.argv[1],
    group_id=sys.argv[2],
    client_id="stranger",
    enable_auto_commit=False,
    session_timeout_ms=900_000,
    max_poll_interval_ms=900_000,
    request_timeout_ms=950_000,
    connections_max_idle_ms=1_000_000,
)
end = time.monotonic() + 120
while time.monotonic() < end:
    consumer.poll(timeout_ms=200, max_records=1)
    if consumer.assignment():
        os._exit(0)
sys.exit('nobody gave it a partition')
"""


def _joined_and_died(bootstrap: str, group: str) -> None:
    command = [sys.executable, "-c", _STRANGER, bootstrap, group, event_topics()[0]]
    subprocess.run(command, check=True, timeout=150)


def _removed(bootstrap: str, group: str) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        members = admin.describe_groups([group])[group]["members"]
        strangers = [MemberToRemove(one["member_id"]) for one in members if one["client_id"] == "stranger"]
        admin.remove_group_members(group, strangers)
