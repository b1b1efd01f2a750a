"""ComplianceReport: what rules are asked about, kept as the events that say so. Domain paper §5, §6.

Rules are data, and may change without the read model: so a stream keeps those of its events that some rule asks of,
and the rules are asked when somebody wants to see what they find. Each row comes from one stream alone: a consultation,
the session it is held in, the venues of that and corrections meet in the query, by the ids they name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from google.protobuf.message import Message
from pydantic import TypeAdapter

from linkage import contract, v1
from linkage.policy.form_checks import RECORDED_BY
from linkage.policy.judge import CHINA
from services.projections.fact import Fact, micros
from services.projections.read_model import ReadModel, Row

__all__ = ["COMPLIANCE", "Record", "Said", "Told", "combine", "fold", "said", "years_of"]


class Told(NamedTuple):
    """An event that some rule asks of: its full name, its bytes in hexadecimal, its id, and when it occurred."""

    type: str
    data: str
    event: str
    at: int


class Record(NamedTuple):
    """What one stream tells, in its order."""

    told: tuple[Told, ...] = ()


class Said(NamedTuple):
    """The same, to be read; `at` is aware."""

    message: Message
    event: str
    at: datetime


_TELLING: Mapping[str, frozenset[type[Message]]] = {
    "consultation": frozenset((
        v1.ConsultationPlanned, v1.ConsultationPostponed, v1.ConsultationStepHeld, v1.ConsultationStepWaived,
        v1.ConsultationGuestsInvited, v1.ConsultationOpened, v1.AttendanceRecorded, v1.InspectionListEntryRecorded,
        v1.ConsultationConcluded, v1.ConsultationCancelled, *(getattr(v1, name) for name in RECORDED_BY.values()),
    )),
    "remote-session": frozenset((v1.RemoteSessionScheduled, v1.SubVenueProposed, v1.AttendanceRecorded)),
    "sub-venue": frozenset((v1.AttendanceRecorded,)),
    "correction": frozenset((v1.FactCorrected,)),
    "matter-catalogue": frozenset((v1.MandatoryConsultationMissing,)),
    "participation": frozenset((v1.InvitationAccepted,)),
    "linkage-suggestion": frozenset((v1.LinkageSuggested,)),
    "proposal-year": frozenset((v1.PriorYearProposalHandlingReported,)),
}  # fmt: skip
"""By kind of stream, the events that are kept."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STORED: TypeAdapter[tuple[Told, ...]] = TypeAdapter(tuple[Told, ...])


def fold(cell: Record, fact: Fact) -> Record:
    """The cell after one more event of its stream; the same object where no rule asks of the event."""
    if type(fact.message) not in _TELLING[fact.kind] or not _own(fact):
        return cell
    data = fact.message.SerializeToString(deterministic=True).hex()
    return Record((*cell.told, Told(fact.type, data, fact.id, fact.at)))


def _own(fact: Fact) -> bool:
    """A body corrects what itself has recorded, and nobody else's."""
    correction = fact.message
    return not isinstance(correction, v1.FactCorrected) or correction.ref_event_id.split("/", 1)[0] == fact.body


def said(stored: str) -> list[Said]:
    """What a row keeps of its stream."""
    return [_said(told) for told in _STORED.validate_json(stored)]


def _said(told: Told) -> Said:
    return Said(contract.decode(told.type, bytes.fromhex(told.data)), told.event, _time(told.at))


def _time(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def combine(key: str, cells: Mapping[str, Record]) -> list[Row]:
    """One row for each stream that tells something."""
    return [_row(key, stream, cell) for stream, cell in sorted(cells.items()) if cell.told]


def _row(key: str, stream: str, cell: Record) -> Row:
    organisation, kind, id = stream.split("/", 2)
    told = [_said(one) for one in cell.told]
    years = ",".join(map(str, sorted(years_of(kind, told))))
    return stream, key, organisation, kind, id, _refers_to(told), years, _STORED.dump_json(cell.told).decode()


def years_of(kind: str, told: list[Said]) -> frozenset[int]:
    """The years of a body (Asia/Shanghai) in which this stands; what is only there for another record has none.

    A consultation stands in the year it is concluded in; until then, in the one it is arranged for.
    """
    if kind == "consultation":
        return frozenset(tuple(map(_year, _arranged(told)))[-1:])
    if kind in ("remote-session", "sub-venue", "correction"):
        return frozenset()
    return frozenset(_year(one.at) for one in told)


def _arranged(told: list[Said]) -> Iterator[datetime]:
    """When it was to be or was held, as each event says it."""
    for message, _, at in told:
        match message:
            case v1.ConsultationPlanned() as e:
                yield _time(micros(e.planned_for)) if e.HasField("planned_for") else at
            case v1.ConsultationPostponed() as e if e.HasField("planned_for"):
                yield _time(micros(e.planned_for))
            case v1.ConsultationOpened() | v1.ConsultationConcluded():
                yield at


def _year(at: datetime) -> int:
    return at.astimezone(CHINA).year


def _refers_to(told: list[Said]) -> str:
    """The consultation that a session is held for, the stream that a correction is about; '' where there is none."""
    for message, _, _ in told:
        match message:
            case v1.RemoteSessionScheduled() as e:
                return e.consultation_id
            case v1.FactCorrected() as e:
                return e.ref_event_id.split("@", 1)[0]
    return ""


_CELLS: Mapping[str, type[Any]] = dict.fromkeys(_TELLING, Record)

COMPLIANCE = ReadModel(name="compliance_report", fold_version=1, cells=_CELLS, fold=fold, combine=combine)
"""One row per stream; see sql/compliance_report.create.sql for its columns."""
