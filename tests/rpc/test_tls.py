"""A certificate is renewed while the service runs, and probes that speak no TLS hear of its health all the same."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import REGISTRY

from linkage.rpc.identity import Issuers
from linkage.rpc.minting import Mint, issuers_file
from linkage.rpc.server import CannotListen, Listen, Running, serve
from linkage.testing import DIRECTORY
from tests.rpc.certificates import Authority

SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path)


@pytest.fixture
async def running(authority: Authority) -> AsyncIterator[Running]:
    """A server with a certificate for five days, and with a port for its health alone."""
    authority.issue(days=5)
    issuers = authority.directory / "issuers.json"
    issuers.write_text(issuers_file([Mint.create("https://identity.example")]))
    certificate, key = authority.files
    listen = Listen(host="localhost", port=0, health_port=0, tls_certificate=certificate, tls_key=key)
    async with serve({}, Issuers.of(issuers), DIRECTORY, listen) as server:
        yield server


async def shown(port: int, authority: Authority) -> x509.Certificate:
    """The certificate that whoever connects now is shown; it is checked as a client would."""
    trusting = ssl.create_default_context(cafile=str(authority.directory / "ca.crt"))
    trusting.set_alpn_protocols(["h2"])
    _, writer = await asyncio.open_connection("localhost", port, ssl=trusting)
    try:
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(der)
    finally:
        writer.close()


async def health(channel: grpc.aio.Channel, service: str = "readiness") -> int:
    answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service), timeout=60)
    return int(answer.status)


def expires() -> float | None:
    return REGISTRY.get_sample_value("linkage_certificate_expires_timestamp_seconds")


def refused() -> float | None:
    return REGISTRY.get_sample_value("linkage_file_refused", {"file": "certificate"})


async def test_a_renewed_certificate_is_shown_to_whoever_connects_and_an_open_connection_lives_on(
    running: Running, authority: Authority
) -> None:
    first = await shown(running.port, authority)
    trusting = grpc.ssl_channel_credentials((authority.directory / "ca.crt").read_bytes())
    async with grpc.aio.secure_channel(f"localhost:{running.port}", trusting) as channel:
        watched = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(service="liveness"))
        assert (await watched.read()).status == SERVING
        second = authority.issue(days=50)
        assert await shown(running.port, authority) == second != first
        await running.alive(False)
        # The connection is the one from before: a stream does not move to another.
        assert (await watched.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert await health(channel) == SERVING
    assert await shown(running.port, authority) == second
    assert (expires(), refused()) == (second.not_valid_after_utc.timestamp(), 0)


@pytest.mark.parametrize("broken", ["tls.crt", "tls.key", "another key", "no key"])
async def test_a_certificate_that_cannot_be_used_leaves_the_old_one_and_is_told(
    running: Running, authority: Authority, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = await shown(running.port, authority)
    key = authority.files[1]
    kept = key.read_bytes()
    match broken:
        case "another key":
            authority.issue(days=50)
            key.write_bytes(kept)
        case "no key":
            key.unlink()
        case name:
            (authority.directory / name).write_text("-----BEGIN NOTHING-----\n")
    assert refused() == 1, "also where nobody connects"
    assert await shown(running.port, authority) == first
    assert expires() == first.not_valid_after_utc.timestamp(), "of the certificate in use"
    assert "what it held before stays in force" in (said := capsys.readouterr().out)
    assert said.count("stays in force") == 1, "said once, and not for every connection"
    assert await shown(running.port, authority) == first
    second = authority.issue(days=50)
    assert await shown(running.port, authority) == second
    assert refused() == 0


async def test_health_alone_is_told_in_plain_text_where_it_is_wanted(running: Running) -> None:
    await running.ready(False)
    async with grpc.aio.insecure_channel(f"localhost:{running.health_port}") as plain:
        assert await health(plain) == health_pb2.HealthCheckResponse.NOT_SERVING
        assert await health(plain, "liveness") == SERVING
        propose: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = plain.unary_unary(
            "/linkage.v1.JointWorkService/ProposeJointWork"
        )
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await propose(b"", timeout=60)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED, "nothing else is there"
    async with grpc.aio.insecure_channel(f"localhost:{running.port}") as plain:
        with pytest.raises(grpc.aio.AioRpcError):
            await health(plain)


async def test_a_caller_without_a_certificate_is_turned_away_where_one_is_asked_for(authority: Authority) -> None:
    authority.issue(days=5)
    issuers = authority.directory / "issuers.json"
    issuers.write_text(issuers_file([Mint.create("https://identity.example")]))
    (certificate, key), ca = authority.files, authority.directory / "ca.crt"
    listen = Listen("localhost", 0, tls_certificate=certificate, tls_key=key, tls_client_ca=ca)
    async with serve({}, Issuers.of(issuers), DIRECTORY, listen) as server:
        for own, welcome in (((None, None), False), ((key.read_bytes(), certificate.read_bytes()), True)):
            credentials = grpc.ssl_channel_credentials(ca.read_bytes(), *own)
            async with grpc.aio.secure_channel(f"localhost:{server.port}", credentials) as channel:
                if welcome:
                    assert await health(channel) == SERVING
                else:
                    with pytest.raises(grpc.aio.AioRpcError):
                        await health(channel)


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("tls.crt", "nothing", "tls.crt holds no certificate"),
        ("tls.key", "nothing", "tls.key holds no private key that can be read without a password"),
        ("ca.crt", "nothing", "ca.crt holds no certificate"),
        ("tls.key", None, "tls.key cannot be read: No such file or directory"),
    ],
)
async def test_a_certificate_that_cannot_be_used_ends_the_start_with_a_sentence(
    file: str, content: str | None, why: str, authority: Authority
) -> None:
    authority.issue(days=5)
    (certificate, key), ca = authority.files, authority.directory / "ca.crt"
    (authority.directory / file).unlink()
    if content is not None:
        (authority.directory / file).write_text(content)
    listen = Listen("localhost", 0, tls_certificate=certificate, tls_key=key, tls_client_ca=ca)
    with pytest.raises(CannotListen, match=why):
        async with serve({}, Issuers({}), DIRECTORY, listen):
            pass


async def test_a_port_that_is_taken_ends_the_start_with_a_sentence(running: Running) -> None:
    taken = (Listen("localhost", running.port), Listen("localhost", 0, health_port=running.health_port))
    for listen, setting in zip(taken, ("LINKAGE_PORT", "LINKAGE_HEALTH_PORT"), strict=True):
        with pytest.raises(CannotListen, match=f"{setting}: .* is it taken"):
            async with serve({}, Issuers({}), DIRECTORY, listen):
                pass
