"""The queries of the contract's query.proto, as functions of a request: what the read models answer. Design D9."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import contract, v1
from linkage.domain.directory import Directory
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call, Method, deadline
from linkage.store.connection import UNREACHABLE
from services.projections.generation import statement
from services.projections.paging import continued, page_size, token
from services.projections.read_models import BOARD, TIMELINE, WAITING
from services.projections.visibility import Visibility

if TYPE_CHECKING:
    from services.projections.read_model import ReadModel

__all__ = ["Queries"]


class Queries:
    """Answers queries from the active generations.

    `longest_wait` (seconds) bounds how long a query waits for its positions. A participant's cell is *stale* when
    nothing that its tier recorded within `stale_after` has reached the projections: then nobody can tell whether the
    body was silent or unheard, and silence is not a no.
    """

    def __init__(
        self, pool: asyncpg.Pool[Any], directory: Directory, *, longest_wait: float, stale_after: timedelta
    ) -> None:
        self._pool = pool
        self._directory = directory
        self._longest_wait = longest_wait
        self._stale_after = stale_after
        self._visible = {model.name: Visibility(pool, model.name) for model in (BOARD, TIMELINE, WAITING)}

    def methods(self) -> Mapping[str, Method]:
        """By full name, as linkage.rpc.server takes them."""
        return {
            "linkage.v1.JointWorkBoardService.GetJointWork": self.get_joint_work,
            "linkage.v1.JointWorkBoardService.ListJointWorks": self.list_joint_works,
            "linkage.v1.CrossTierTimelineService.ListTimeline": self.list_timeline,
            "linkage.v1.WaitingForMeService.ListObligations": self.list_obligations,
        }

    async def get_joint_work(self, request: v1.GetJointWorkRequest, call: Call) -> v1.GetJointWorkResponse:
        """One joint work. Raises Failure NOT_FOUND (JOINT_WORK_UNKNOWN)."""
        rows = await self._rows(BOARD, "get", request, call, request.joint_work_id)
        if not rows:
            message = "no such joint work has been proposed, as far as has been heard"
            detail = {"joint_work_id": request.joint_work_id}
            raise Failure(grpc.StatusCode.NOT_FOUND, "JOINT_WORK_UNKNOWN", message, detail)
        heard = await self._heard()
        return v1.GetJointWorkResponse(joint_work=self._view(rows[0]["view"], rows[0]["invited_at"], heard))

    async def list_joint_works(self, request: v1.ListJointWorksRequest, call: Call) -> v1.ListJointWorksResponse:
        """Joint works by identifier."""
        size = page_size(request.page_size, 50, 200)
        (after,) = continued(request, [""])
        arguments = (request.organisation, request.state, after, size + 1)
        rows = await self._rows(BOARD, "list", request, call, *arguments)
        heard = await self._heard() if rows else {}
        response = v1.ListJointWorksResponse(
            joint_works=[self._view(row["view"], row["invited_at"], heard) for row in rows[:size]]
        )
        if len(rows) > size:
            response.next_page_token = token(request, [rows[size - 1]["key"]])
        return response

    async def list_timeline(self, request: v1.ListTimelineRequest, call: Call) -> v1.ListTimelineResponse:
        """Events of a joint work by the time they occurred."""
        size = page_size(request.page_size, 100, 500)
        last = continued(request, ["-infinity", "", 0])
        rows = await self._rows(TIMELINE, "list", request, call, request.joint_work_id, *last, size + 1)
        response = v1.ListTimelineResponse(entries=[_entry(row) for row in rows[:size]])
        if len(rows) > size:
            response.next_page_token = token(request, [rows[size - 1][name] for name in ("after", "stream", "version")])
        return response

    async def list_obligations(self, request: v1.ListObligationsRequest, call: Call) -> v1.ListObligationsResponse:
        """Obligations: those with a due date first, then by age."""
        size = page_size(request.page_size, 50, 200)
        last = continued(request, ["-infinity", "-infinity", ""])
        arguments = (request.debtor, request.joint_work_id, request.include_discharged, *last, size + 1)
        rows = await self._rows(WAITING, "list", request, call, *arguments)
        response = v1.ListObligationsResponse(obligations=[_obligation(row) for row in rows[:size]])
        if len(rows) > size:
            place = ("until", "since", "obligation_id")
            response.next_page_token = token(request, [rows[size - 1][name] for name in place])
        return response

    async def _rows(self, model: ReadModel, query: str, request: Any, call: Call, *arguments: Any) -> Sequence[Any]:
        """The rows of a query, from a generation that has seen what the request names."""
        visible = self._visible[model.name]
        try:
            if request.min_position:
                await visible.reached(request.min_position, deadline(call, self._longest_wait))
            rows: Sequence[Any]
            try:
                rows = await self._pool.fetch(statement(f"{model.name}.{query}", await visible.schema()), *arguments)
            except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
                # A rebuild has switched in between: the generation that is active now has all of it.
                rows = await self._pool.fetch(statement(f"{model.name}.{query}", await visible.schema()), *arguments)
            return rows
        except UNREACHABLE as problem:
            raise Failure(
                grpc.StatusCode.UNAVAILABLE,
                "READ_MODEL_UNAVAILABLE",
                "the read models' database does not answer",
                retry_after=1.0,
            ) from problem

    async def _heard(self) -> dict[str, datetime]:
        return dict(await self._pool.fetch(statement("progress.heard")))

    def _view(self, data: bytes, invited_at: Sequence[int], heard: Mapping[str, datetime]) -> v1.JointWorkView:
        view = v1.JointWorkView.FromString(data)
        now = datetime.now(UTC)
        for cell, invited in zip(view.participants, invited_at, strict=True):
            body = self._directory.get(cell.organisation)
            last = heard.get(contract.tier_name(body.tier)) if body is not None else None
            since = last if last is not None else datetime.fromtimestamp(invited / 1_000_000, UTC)
            cell.stale = now - since > self._stale_after
        return view


def _entry(row: Any) -> v1.TimelineEntry:
    return v1.TimelineEntry(
        event_id=f"{row['stream']}@{row['version']}",
        type=row["type"],
        organisation=row["organisation"],
        tier=_number(v1.Tier, "TIER_", row["tier"]),
        post=_number(v1.Post, "POST_", row["post"]),
        occurred_at=_timestamp(row["occurred_at"]),
        recorded_at=_timestamp(row["recorded_at"]),
        causation_id=row["causation_id"],
        correlation_id=row["correlation_id"],
        hash=row["hash"].hex(),
    )


def _obligation(row: Any) -> v1.Obligation:
    return v1.Obligation(
        obligation_id=row["obligation_id"],
        opened_by=row["opened_by"],
        debtor=row["debtor"],
        creditor=row["creditor"],
        joint_work_id=row["joint_work_id"],
        subject_id=row["subject_id"],
        opened_at=_timestamp(row["opened_at"]),
        due_at=_timestamp(row["due_at"]),
        citation=row["citation"],
        discharged_at=_timestamp(row["discharged_at"]),
        discharged_by=row["discharged_by"],
    )


def _number(enum: Any, prefix: str, name: str) -> Any:
    """A name as it stands in headers (`county`, `POST_CPPCC_OFFICE`) as the contract's number; 0 if unknown."""
    full = name if name.startswith(prefix) else prefix + name.upper().replace("-", "_")
    found = enum.DESCRIPTOR.values_by_name.get(full)
    return found.number if found is not None else 0


def _timestamp(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    found = Timestamp()
    found.FromDatetime(at)
    return found
