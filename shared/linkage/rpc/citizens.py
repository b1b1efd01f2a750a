"""The township's vault as methods: put, read, erase. Not by way of commands: no event, fingerprint or log holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

import grpc
import structlog
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call, Method
from linkage.vault import RequestReused, SubjectErased, SubjectUnknown, Unreadable, Vault, VaultUnavailable

__all__ = ["citizen_methods"]

log = structlog.get_logger("linkage.rpc")

_SERVICE = "linkage.v1.CitizenVaultService"


def citizen_methods(vault: Vault | None, hosted: Collection[str]) -> Mapping[str, Method]:
    """Full method name → method. `vault` None: the service has no key, and each says VAULT_CLOSED."""

    async def put(request: v1.PutCitizenIdentityRequest, call: Call) -> Message:
        async with _opened(vault, call, hosted) as opened:
            identity = request.identity.SerializeToString(deterministic=True)
            subject = await opened.put(call.caller.organisation, UUID(request.request_id), identity)
        return v1.PutCitizenIdentityResponse(subject_id=str(subject))

    async def read(request: v1.ReadCitizenIdentityRequest, call: Call) -> Message:
        async with _opened(vault, call, hosted) as opened:
            post = v1.Post.Name(call.caller.post)
            data = await opened.read(call.caller.organisation, UUID(request.subject_id), post, request.purpose)
        return v1.ReadCitizenIdentityResponse(identity=v1.CitizenIdentity.FromString(data))

    async def erase(request: v1.EraseCitizenIdentityRequest, call: Call) -> Message:
        async with _opened(vault, call, hosted) as opened:
            at = Timestamp()
            at.FromDatetime(await opened.erase(call.caller.organisation, UUID(request.subject_id)))
        # After a restore it must be done again: nothing else outside the database knows of it.
        log.info("identity erased", organisation=call.caller.organisation, subject=request.subject_id)
        return v1.EraseCitizenIdentityResponse(erased_at=at)

    return {
        f"{_SERVICE}.PutCitizenIdentity": put,
        f"{_SERVICE}.ReadCitizenIdentity": read,
        f"{_SERVICE}.EraseCitizenIdentity": erase,
    }


@asynccontextmanager
async def _opened(vault: Vault | None, call: Call, hosted: Collection[str]) -> AsyncIterator[Vault]:
    """The vault, for a body that is hosted here; what it raises becomes a failure that names nobody."""
    if call.caller.organisation not in hosted:
        message = "this service does not write for the caller's organisation"
        detail = {"organisation": call.caller.organisation}
        raise Failure(grpc.StatusCode.PERMISSION_DENIED, "ORGANISATION_NOT_HOSTED", message, detail)
    if vault is None:
        raise _refusal("VAULT_CLOSED", "the service was started without a key for its vault")
    try:
        yield vault
    except SubjectUnknown:
        raise _refusal("SUBJECT_UNKNOWN", "the body has no subject of that pseudonym") from None
    except SubjectErased:
        raise _refusal("SUBJECT_ERASED", "the identity was erased; nobody can read it again") from None
    except Unreadable as error:
        raise Failure(grpc.StatusCode.DATA_LOSS, "IDENTITY_UNREADABLE", str(error)) from None
    except RequestReused:
        message = "this request_id was used for another identity"
        raise Failure(grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED", message) from None
    except VaultUnavailable:
        message = "the vault does not answer; repeat the request"
        raise Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", message, retry_after=1.0) from None


def _refusal(reason: str, message: str) -> Failure:
    return Failure(grpc.StatusCode.FAILED_PRECONDITION, reason, message, {"cite": "domain paper §6"})
