"""Carries a command out: fold the stream, decide, judge by the rules in force, append. The same for every aggregate.

State is kept by stream version, so a busy stream is not read again for each command. What was kept is never believed
when the answer is no: before a refusal the stream's end is read, because another replica may have written to it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
from google.protobuf.message import Message

from linkage import contract, traces, v1
from linkage.domain.aggregate import Aggregate, Decide
from linkage.domain.decision import Occasion, Refusal
from linkage.domain.directory import Directory, Organisation
from linkage.rpc.cause import Cause, waiting_note
from linkage.rpc.failure import Failure, of_refusal
from linkage.rpc.references import partition_key
from linkage.store import (
    Appended,
    ChainBroken,
    Head,
    Metadata,
    NewEvent,
    RequestReused,
    Store,
    StoreUnavailable,
    VersionConflict,
)

__all__ = ["Cause", "Commands", "Judge"]

# Answers for the rules in force: (body, marks of what is in the stream, events decided, when) → a refusal, or None.
Judge = Callable[[Organisation, Collection[str], Sequence[Message], datetime], Refusal | None]

_ATTEMPTS = 8  # against other replicas only: commands of this process to one stream wait for each other


@dataclass(slots=True)
class _Kept:
    """What is kept of one stream: its folded state and end, the requests in it, and what rules ask of it."""

    state: Any
    head: Head = field(default_factory=Head)
    key: str = ""
    marks: set[str] = field(default_factory=set)
    requests: set[UUID] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    loaded: bool = False


class Commands:
    """The commands of one tier instance: its aggregates, the bodies it hosts, its store."""

    def __init__(
        self,
        store: Store,
        aggregates: Iterable[Aggregate],
        directory: Directory,
        hosted: Collection[str],
        judge: Judge,
        policy_pack: Callable[[Organisation, datetime], str],
        marks: Callable[[Message], Iterable[str]] = lambda event: (event.DESCRIPTOR.name,),
        keep: int = 20_000,
    ) -> None:
        self._store = store
        self._directory = directory
        self._hosted = frozenset(hosted)
        self._judge = judge
        self._policy_pack = policy_pack
        self._marks = marks
        self._keep = keep
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._by_command: Mapping[type[Message], tuple[Aggregate, contract.Kind, Decide]] = {
            command: (aggregate, contract.kinds()[aggregate.kind], decide)
            for aggregate in aggregates
            for command, decide in aggregate.decisions.items()
        }

    @property
    def hosted(self) -> frozenset[str]:
        """Codes of the bodies this instance may write for."""
        return self._hosted

    def takes(self, command: type[Message]) -> bool:
        """Whether an aggregate of this tier decides that command."""
        return command in self._by_command

    def stream_of(self, organisation: str, command: Message) -> str:
        """Stream that the body's command is decided on."""
        _, kind, _ = self._by_command[type(command)]
        return f"{organisation}/{kind.name}/{getattr(command, kind.id_field)}"

    async def carry_out(
        self, organisation: str, post: v1.Post.ValueType, command: Any, request_id: UUID, at: datetime, cause: Cause
    ) -> v1.Receipt:
        """Receipt of the command. `at`: when it happened (aware, UTC). Raises Failure; then nothing was stored,
        unless the reason is STORE_UNAVAILABLE: then repeating with the same request id finds out.

        A note ahead of its record (`waits_for_record`) is kept until that begins: see `linkage.rpc.notes`.
        """
        aggregate, kind, decide = self._by_command[type(command)]
        stream = self.stream_of(organisation, command)
        body = self._directory[organisation]
        occasion = Occasion(body, post, at, self._directory)
        fingerprint = _fingerprint(command)
        kept = self._entry(stream, aggregate)
        try:
            async with kept.turn:
                return await self._decide_and_append(
                    stream, kind, aggregate, decide, kept, command, occasion, request_id, fingerprint, cause
                )
        except StoreUnavailable as error:
            raise Failure(
                grpc.StatusCode.UNAVAILABLE,
                "STORE_UNAVAILABLE",
                "the store does not answer; repeat the request",
                retry_after=1.0,
            ) from error
        except RequestReused as error:
            raise Failure(
                grpc.StatusCode.INVALID_ARGUMENT,
                "REQUEST_ID_REUSED",
                "this request_id was used for another request",
                {"request_id": str(request_id)},
            ) from error
        except ChainBroken as error:
            self._kept.pop(stream, None)
            raise Failure(
                grpc.StatusCode.DATA_LOSS,
                "CHAIN_BROKEN",
                "the stream's chain of evidence is broken",
                {"stream": stream},
            ) from error

    async def _decide_and_append(
        self,
        stream: str,
        kind: contract.Kind,
        aggregate: Aggregate,
        decide: Decide,
        kept: _Kept,
        command: Any,
        occasion: Occasion,
        request_id: UUID,
        fingerprint: bytes,
        cause: Cause,
    ) -> v1.Receipt:
        fresh = not kept.loaded
        if fresh:
            await self._read(stream, aggregate, kept)
        ahead = not kept.head.version and contract.waits_for_record(command.DESCRIPTOR.full_name)
        if ahead and (fresh or not await self._read(stream, aggregate, kept)):
            await self._store.hold_note(waiting_note(stream, command, occasion, request_id, cause))
            return v1.Receipt(position=v1.Position(stream=stream), unchanged=True)
        for _ in range(_ATTEMPTS):
            if request_id in kept.requests:
                answered = await self._store.answer(occasion.by.code, request_id, fingerprint)
                if answered is not None:
                    return _receipt(answered)
            refusal, events = self._answer(kept, decide, command, occasion, stream)
            if refusal is not None or not events:
                if not fresh and await self._read(stream, aggregate, kept):
                    continue
                if refusal is not None:
                    raise refusal
                return v1.Receipt(position=v1.Position(stream=stream, version=kept.head.version), unchanged=True)
            referred = await partition_key(self._store, occasion.by.code, command)
            if isinstance(referred, Refusal):
                raise of_refusal(referred, stream, _cite(command))
            key = kept.key or referred or getattr(events[0], kind.key_field, "") or getattr(command, kind.id_field)
            metadata = Metadata(
                occasion.by.code,
                contract.tier_name(occasion.by.tier),
                v1.Post.Name(occasion.post),
                occasion.at,
                datetime.now(UTC),
                request_id,
                cause.correlation_id,
                cause.causation_id,
                cause.traceparent,
                self._policy_pack(occasion.by, occasion.at),
            )
            new = [
                NewEvent(event.DESCRIPTOR.full_name, event.SerializeToString(deterministic=True)) for event in events
            ]
            begin = time.time_ns()
            try:
                appended = await self._store.append(stream, key, kept.head, new, metadata, fingerprint)
            except VersionConflict:
                await self._read(stream, aggregate, kept)
                fresh = True
                continue
            except BaseException:
                kept.loaded = False  # whether it was stored is not known, or the caller went away: read before deciding
                raise
            if traces.wanted(cause.traceparent):
                end, count = time.time_ns(), len(new)
                traces.afterwards("append", cause.traceparent, traces.INTERNAL, begin, end, stream=stream, events=count)
            if appended.repeated:
                await self._read(stream, aggregate, kept)
            else:
                kept.state = aggregate.fold(events, kept.state)
                kept.head, kept.key = appended.head, key
                kept.requests.add(request_id)
                for event in events:
                    kept.marks.update(self._marks(event))
            return _receipt(appended)
        raise Failure(
            grpc.StatusCode.ABORTED,
            "STREAM_CONTENDED",
            "other writers were faster, again and again; read and try again",
            {"stream": stream, "version": str(kept.head.version)},
        )

    def _answer(
        self, kept: _Kept, decide: Decide, command: Any, occasion: Occasion, stream: str
    ) -> tuple[Failure | None, tuple[Message, ...]]:
        expected = command.expected_version
        if expected and expected != kept.head.version:
            conflict = Failure(
                grpc.StatusCode.ABORTED,
                "VERSION_CONFLICT",
                f"the stream is at version {kept.head.version}, not {expected}",
                {"stream": stream, "expected": str(expected), "version": str(kept.head.version)},
            )
            return conflict, ()
        answer = decide(kept.state, command, occasion)
        if isinstance(answer, Refusal):
            return of_refusal(answer, stream, _cite(command)), ()
        if answer:
            verdict = self._judge(occasion.by, kept.marks, answer, occasion.at)
            if verdict is not None:
                return of_refusal(verdict, stream, _cite(command)), ()
        return None, answer

    async def _read(self, stream: str, aggregate: Aggregate, kept: _Kept) -> bool:
        """Folds what the stream holds beyond what is kept; whether there was anything."""
        if not kept.loaded:
            kept.state, kept.head, kept.loaded = aggregate.initial, Head(), False
            kept.marks.clear()
            kept.requests.clear()
        stored = await self._store.load(stream, kept.head.version)
        for event in stored:
            message = contract.decode(event.type, event.data)
            kept.state = aggregate.evolve(kept.state, message)
            kept.marks.update(self._marks(message))
            kept.requests.add(event.metadata.request_id)
        if stored:
            kept.head, kept.key = Head(stored[-1].version, stored[-1].hash), stored[-1].key
        kept.loaded = True
        return bool(stored)

    def _entry(self, stream: str, aggregate: Aggregate) -> _Kept:
        kept = self._kept.get(stream)
        if kept is not None:
            self._kept.move_to_end(stream)
            return kept
        kept = self._kept[stream] = _Kept(aggregate.initial)
        while len(self._kept) > self._keep:
            oldest = next(iter(self._kept))
            if self._kept[oldest].turn.locked():
                self._kept.move_to_end(oldest)
                break
            del self._kept[oldest]
        return kept


def _cite(command: Message) -> str:
    return contract.citations().get(command.DESCRIPTOR.full_name, "")


def _fingerprint(command: Message) -> bytes:
    """What makes a repeated request the same request: its type and content."""
    return hashlib.sha256(
        command.DESCRIPTOR.full_name.encode() + b"\0" + command.SerializeToString(deterministic=True)
    ).digest()


def _receipt(appended: Appended) -> v1.Receipt:
    return v1.Receipt(
        position=v1.Position(stream=appended.stream, version=appended.head.version), log_position=appended.position
    )
