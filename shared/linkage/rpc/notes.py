"""Notes that came ahead of their record wait until it begins: its own first event alone decides its partition key.

A reaction has something noted in a record of its body, and streams of different bodies have no order among them. The
contract says which requests wait (`waits_for_record`). A waiting note holds up nobody: neither its record's first
event, nor what comes after it in the stream that caused it.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import grpc
import structlog

from linkage import contract, v1
from linkage.rpc.cause import Cause
from linkage.rpc.commands import Commands
from linkage.rpc.failure import Failure
from linkage.store import Store, StoreUnavailable

__all__ = ["carry_out_ready", "run"]

log = structlog.get_logger("linkage.notes")

_PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED)
_EVERY = 1.0  # seconds between two looks for records that have begun


async def run(store: Store, commands: Commands) -> None:
    """Carries out what waited and need wait no longer, until cancelled. Any number of replicas may."""
    refused: set[UUID] = set()
    while True:
        try:
            await carry_out_ready(store, commands, refused)
        except StoreUnavailable as problem:
            log.warning("notes wait on", problem=str(problem))
        await asyncio.sleep(_EVERY)


async def carry_out_ready(store: Store, commands: Commands, refused: set[UUID]) -> int:
    """Carries out the notes whose records have begun; how many. One that is refused stays, and this process remembers
    in `refused` not to try again."""
    done = 0
    for note in await store.ready_notes():
        if note.request_id in refused:
            continue
        cause = Cause(note.correlation_id, note.causation_id, note.traceparent)
        try:
            command = contract.decode(note.type, note.data)
            await commands.carry_out(
                note.organisation, v1.POST_REACTION, command, note.request_id, note.occurred_at, cause
            )
        except (Failure, contract.UnknownEvent) as failure:
            if isinstance(failure, Failure) and failure.code in _PASSING:
                continue
            log.error("a note that waited is refused", stream=note.stream, event_id=note.causation_id, why=str(failure))
            refused.add(note.request_id)
            continue
        await store.drop_note(note)
        log.info("a note waited for its record", stream=note.stream, event_id=note.causation_id)
        done += 1
    return done
