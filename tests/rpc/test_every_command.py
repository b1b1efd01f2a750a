"""Bad input to every command of every tier, derived from the contract: refused with its reason, and nothing stored.

The commands are those the three services offer. What a command needs beyond its required fields is its decider's to
say: here it meets empty stores, in which nothing that it refers to exists, and streams in a state that does not allow
it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from linkage import contract, v1
from linkage.client import Office, Refused
from linkage.rpc.commands import Commands
from linkage.rpc.identity import Issuers, load_issuers
from linkage.rpc.methods import command_methods
from linkage.rpc.minting import Mint, issuers_file
from linkage.rpc.server import Listen, serve
from linkage.store import Head, Metadata, NewEvent, Store
from linkage.testing import DIRECTORY
from tests.domain.test_any_commands import documented
from tests.rpc.offered_commands import TIERS, authority, complete, offered
from tests.rpc.wrong_states import renamed, wrong_states

NEIGHBOUR = {"512000": "511000", "512021": "512022", "512021110": "512002103"}
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


@of_every_tier
async def test_a_required_reason_or_text_of_blanks_is_none(body: str, asking: Asking) -> None:
    wrong = []
    async with asking(body) as (ask, store):
        for method in offered(TIERS[body]):
            for field in method.input_type.fields:
                rule = field.GetOptions().Extensions[v1.field]
                text = field.cpp_type == FieldDescriptor.CPPTYPE_STRING and not field.is_repeated
                if not (rule.required and text and rule.format == v1.FORMAT_UNSPECIFIED):
                    continue
                request = complete(method.input_type, body)
                setattr(request, field.name, " \u3000\n")
                refused = await ask(request, None)
                if refused is None or (field.name, "FIELD_REQUIRED") not in [
                    (violation.field, violation.reason) for violation in refused.violations
                ]:
                    wrong.append((method.name, field.name, refused and refused.reason))
        assert await stored(store) == 0
    assert wrong == []


WITHOUT_REASON = {
    "DeclineInvitationRequest": "a body answers freely (000§14)",
    "DeclineSubVenueRequest": "a body answers freely (000§14)",
    "CloseJointWorkRequest": "RESULTS_PENDING",
    "ConcludeSupervisionRequest": "OPINION_OPEN",
    "ConfirmJointWorkRequest": "REQUIRED_PARTICIPANT_MISSING",
    "SealRemoteSessionRequest": "MINUTES_MISSING",
}
"""Commands whose reason may be missing: the reason of the refusal where it may not, or why it never must be there."""


@of_every_tier
def test_a_reason_is_required_or_its_absence_has_a_reason_of_refusal(body: str) -> None:
    for method in offered(TIERS[body]):
        for field in method.input_type.fields:
            if field.name != "reason" and not field.name.endswith("_reason"):
                continue
            if field.GetOptions().Extensions[v1.field].required:
                continue
            known = documented()[method.input_type.name]
            assert "REASON_MISSING" in known or method.input_type.name in WITHOUT_REASON, method.name
            excuse = WITHOUT_REASON.get(method.input_type.name, "REASON_MISSING")
            assert excuse in known or not excuse.isupper(), method.name


@of_every_tier
def test_no_command_is_without_a_state_that_does_not_allow_it(body: str) -> None:
    tried = {wrong.request.DESCRIPTOR.name for wrong in wrong_states(body)}
    assert tried == {method.input_type.name for method in offered(TIERS[body])}


@of_every_tier
async def test_in_a_wrong_state_every_command_is_refused_for_the_same_reason_as_by_its_decider(
    body: str, asking: Asking
) -> None:
    wrong: list[tuple[object, ...]] = []
    expected = 0
    async with asking(body) as (ask, store):
        for number, case in enumerate(wrong_states(body), 1):
            one = renamed(case, number)
            stream = f"{body}/{one.kind}/{getattr(one.request, contract.kinds()[one.kind].id_field)}"
            expected += len(one.history)
            if one.history:
                await store.append(stream, stream, Head(), events(one.history), happened(body), b"")
            refused = await ask(one.request, None)
            got = refused and (refused.code, refused.reason, refused.detail.get("stream"), bool(refused.detail["cite"]))
            if got != (grpc.StatusCode.FAILED_PRECONDITION, one.reason, stream, True):
                wrong.append((one.request.DESCRIPTOR.name, one.reason, got))
            if one.reason not in documented()[one.request.DESCRIPTOR.name]:
                wrong.append((one.request.DESCRIPTOR.name, one.reason, "not documented"))
        assert await stored(store) == expected
    assert wrong == []


def events(history: tuple[Message, ...]) -> list[NewEvent]:
    return [NewEvent(event.DESCRIPTOR.full_name, event.SerializeToString(deterministic=True)) for event in history]


def happened(body: str) -> Metadata:
    at = datetime.now(UTC)
    tier = contract.tier_name(TIERS[body].tier)
    return Metadata(body, tier, "POST_CPPCC_OFFICE", at, at, uuid4(), "story", "", "", "")
