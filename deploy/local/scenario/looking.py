"""Finding one's way in what the query API answered."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from deploy.local.scenario.bodies import BODIES, SHANGHAI, Body
from linkage import v1

__all__ = ["cell", "count", "obligation", "short", "time", "venue"]


def cell(view: v1.JointWorkView, body: Body) -> v1.ParticipantCell:
    """The participant's cell; an empty one where the board has none, so that facts say so."""
    return next((one for one in view.participants if one.organisation == body.code), v1.ParticipantCell())


def venue(view: v1.JointWorkView, body: Body) -> v1.SubVenueCell:
    """The sub-venue the body was asked to host; an empty one where the board has none."""
    return next((one for one in view.sub_venues if one.host == body.code), v1.SubVenueCell())


def count(entries: Iterable[v1.TimelineEntry], event: str, body: Body | None = None) -> int:
    """How often that event stands in the timeline, in streams of that body (of any)."""
    return sum(short(one.type) == event and body in (None, BODIES.get(one.organisation)) for one in entries)


def obligation(owed: Iterable[v1.Obligation], opened_by: str, body: Body, subject: str = "") -> v1.Obligation:
    """What the body owes because of that kind of event (and subject); an empty one where there is none."""
    for one in owed:
        if one.opened_by == opened_by and one.debtor == body.code and subject in ("", one.subject_id):
            return one
    return v1.Obligation()


def time(moment: Timestamp, form: str = "%Y-%m-%d %H:%M") -> str:
    """A time as people in Asia/Shanghai write it; – where there is none."""
    return f"{moment.ToDatetime(SHANGHAI):{form}}" if moment.seconds else "–"


def short(type_: str) -> str:
    """`InvitationIssued` for `linkage.v1.InvitationIssued`."""
    return type_.rsplit(".", 1)[-1]
