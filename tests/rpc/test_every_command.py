"""Bad input to every command of every tier, derived from the contract: refused with its reason, and nothing stored.

The commands are those the three services offer. What a command needs beyond its required fields is its decider's to
say; here it meets empty stores, in which nothing that it refers to exists.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import contract, v1
from linkage.client import Office, Refused
from linkage.rpc.commands import Commands
from linkage.rpc.identity import Issuers, load_issuers
from linkage.rpc.methods import command_methods
from linkage.rpc.minting import Mint, issuers_file
from linkage.rpc.server import Listen, serve
from linkage.service import Tier
from linkage.store import Store
from linkage.testing import DIRECTORY
from services.county.main import COUNTY
from services.municipal.main import MUNICIPAL
from services.township.main import TOWNSHIP
from tests.domain.test_any_commands import documented

TIERS = {"512000": MUNICIPAL, "512021": COUNTY, "512021110": TOWNSHIP}
NEIGHBOUR = {"512000": "511000", "512021": "512022", "512021110": "512002103"}
FORMATS: dict[int, Callable[[str], str]] = {
    v1.FORMAT_ORGANISATION: lambda body: body,
    v1.FORMAT_ID: lambda body: f"{body}-X{uuid4().hex[:12]}",
    v1.FORMAT_OWN_ID: lambda body: f"{body}-X{uuid4().hex[:12]}",
    v1.FORMAT_DIGEST: lambda body: "ab" * 32,
    v1.FORMAT_UUID: lambda body: str(uuid4()),
}

Ask = Callable[[Message, "v1.Post.ValueType | None"], Awaitable[Refused | None]]

Asking = Callable[..., AbstractAsyncContextManager[tuple[Ask, Store]]]

of_every_tier = pytest.mark.parametrize("body", TIERS)


@pytest.fixture
def asking(store_database: str, tmp_path: Path) -> Asking:
    """Opens the command server of a body's tier: what a command of the body's is refused with, None if it is not."""
    mint = Mint.create("https://identity.example")
    issuers = tmp_path / "issuers.json"
    issuers.write_text(issuers_file([mint]))

    @asynccontextmanager
    async def opening(server: str, caller: str = "") -> AsyncIterator[tuple[Ask, Store]]:
        tier = TIERS[server]
        async with Store.open(store_database) as store:
            commands = Commands(store, tier.aggregates, DIRECTORY, (server,), lambda *_: None, lambda *_: "")
            methods = command_methods(tier.aggregates, commands)
            listen = Listen(host="127.0.0.1", port=0)
            async with serve(methods, Issuers(load_issuers(issuers)), DIRECTORY, listen) as running:
                offices: dict[Any, Office] = {}

                async def ask(request: Message, post: v1.Post.ValueType | None = None) -> Refused | None:
                    chosen = authority(request).posts[0] if post is None else post
                    if chosen not in offices:
                        offices[chosen] = Office(f"127.0.0.1:{running.port}", mint.token(caller or server, chosen))
                    try:
                        await offices[chosen](request)
                    except Refused as refused:
                        return refused
                    return None

                yield ask, store
                for office in offices.values():
                    await office.__aexit__(None, None, None)

    return opening


def offered(tier: Tier) -> Iterator[MethodDescriptor]:
    """The commands of a tier's services that its own bodies may give."""
    for aggregate in tier.aggregates:
        service = contract.kinds()[aggregate.kind].service
        for method in contract.methods(service) if service is not None else ():
            command = contract.command_of(method)
            if command is not None and tier.tier in command.tiers:
                yield method


METHODS = {
    method.input_type.full_name: method
    for service in contract.services().values()
    for method in contract.methods(service)
    if contract.command_of(method) is not None
}


def authority(request: Message) -> v1.Command:
    """Who may give this command."""
    command = contract.command_of(METHODS[request.DESCRIPTOR.full_name])
    assert command is not None
    return command


def complete(descriptor: Any, body: str) -> Any:
    """A message of that type in which every required field holds something, and nothing else does."""
    if descriptor.full_name == Timestamp.DESCRIPTOR.full_name:
        at = Timestamp()
        at.FromDatetime(datetime.now(UTC) - timedelta(days=1))
        return at
    values: dict[str, Any] = {}
    for field in descriptor.fields:
        rule = field.GetOptions().Extensions[v1.field]
        if rule.required:
            one = value(field, rule, body)
            values[field.name] = [one] if field.is_repeated else one
    return contract.message_class(descriptor.full_name)(**values)


def value(field: FieldDescriptor, rule: Any, body: str) -> Any:
    if field.message_type is not None:
        return complete(field.message_type, body)
    if field.enum_type is not None:
        return next(entry.number for entry in field.enum_type.values if entry.number)
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return FORMATS[rule.format](body) if rule.format in FORMATS else "改造"
        case FieldDescriptor.CPPTYPE_BOOL:
            return True
    return 1


async def stored(store: Store) -> int:
    return len((await store.page(0, 10_000))[1])


@of_every_tier
async def test_every_required_field_of_every_command_is_asked_for_by_name(body: str, asking: Asking) -> None:
    wrong = []
    async with asking(body) as (ask, store):
        for method in offered(TIERS[body]):
            whole = complete(method.input_type, body)
            for field in method.input_type.fields:
                if not field.GetOptions().Extensions[v1.field].required or field.name == "request_id":
                    continue
                request = contract.message_class(method.input_type.full_name)()
                request.CopyFrom(whole)
                request.ClearField(field.name)
                refused = await ask(request, None)
                named = refused is not None and (field.name, "FIELD_REQUIRED") in [
                    (violation.field, violation.reason) for violation in refused.violations
                ]
                if not named or refused is None or refused.code is not grpc.StatusCode.INVALID_ARGUMENT:
                    wrong.append((method.name, field.name, refused and refused.reason))
        assert await stored(store) == 0
    assert wrong == []


@of_every_tier
async def test_every_command_is_refused_to_a_post_without_authority(body: str, asking: Asking) -> None:
    wrong = []
    async with asking(body) as (ask, store):
        for method in offered(TIERS[body]):
            allowed = contract.command_of(method)
            assert allowed is not None
            posts = [post for post in v1.Post.values() if post not in (0, v1.POST_REACTION, *allowed.posts)]
            for post in posts[:1]:
                refused = await ask(complete(method.input_type, body), post)
                if refused is None or (refused.code, refused.reason) != (
                    grpc.StatusCode.PERMISSION_DENIED,
                    "POST_NOT_AUTHORISED",
                ):
                    wrong.append((method.name, v1.Post.Name(post), refused and refused.reason))
        assert await stored(store) == 0
    assert wrong == []


@of_every_tier
async def test_every_command_of_another_tier_is_refused(body: str, asking: Asking) -> None:
    own, wrong = TIERS[body].tier, []
    for server in TIERS:
        async with asking(server, body) as (ask, store):
            for method in offered(TIERS[server]):
                allowed = contract.command_of(method)
                if allowed is None or own in allowed.tiers:
                    continue
                refused = await ask(complete(method.input_type, body), None)
                if refused is None or (refused.code, refused.reason) != (
                    grpc.StatusCode.PERMISSION_DENIED,
                    "TIER_NOT_AUTHORISED",
                ):
                    wrong.append((method.name, refused and refused.reason))
            assert await stored(store) == 0
    assert wrong == []


@of_every_tier
async def test_no_command_opens_a_record_under_the_id_of_another_body(body: str, asking: Asking) -> None:
    wrong = []
    async with asking(body) as (ask, store):
        for method in offered(TIERS[body]):
            request = complete(method.input_type, body)
            for field in method.input_type.fields:
                if field.GetOptions().Extensions[v1.field].format != v1.FORMAT_OWN_ID or field.is_repeated:
                    continue
                setattr(request, field.name, f"{NEIGHBOUR[body]}-X1")
                refused = await ask(request, None)
                if refused is None or refused.reason != "ID_NOT_OWN":
                    wrong.append((method.name, field.name, refused and refused.reason))
        assert await stored(store) == 0
    assert wrong == []


@of_every_tier
async def test_what_refers_to_nothing_is_refused_with_a_documented_reason_and_its_citation(
    body: str, asking: Asking
) -> None:
    wrong: list[tuple[object, ...]] = []
    refusals, opened = 0, 0
    async with asking(body) as (ask, store):
        for method in offered(TIERS[body]):
            before = await stored(store)
            refused = await ask(complete(method.input_type, body), None)
            if refused is None:  # it opens a record: nothing has to be there before
                opened += 1
                continue
            if refused.code is grpc.StatusCode.INVALID_ARGUMENT:  # a field holds what only together makes no sense
                continue
            refusals += 1
            known = documented()[method.input_type.name]
            sound = refused.code is grpc.StatusCode.FAILED_PRECONDITION and refused.reason in known
            if not sound or not refused.detail.get("cite") or not refused.detail.get("stream"):
                wrong.append((method.name, refused.code.name, refused.reason, refused.detail))
            if await stored(store) != before:
                wrong.append((method.name, "stored"))
    assert wrong == []
    assert refusals > opened > 0
