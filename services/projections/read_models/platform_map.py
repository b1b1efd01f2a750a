"""PlatformMap: platforms and liaison groups of the townships. Domain paper §3.9, §6; 002.20, 003·二(3), 003·五(3).

Each platform and each group is a row of its own; which townships a county has is the directory's to say, when somebody
asks. Who holds a post is not kept, only that somebody does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact, timestamp
from services.projections.read_model import ReadModel, Row

__all__ = ["PLATFORMS", "combine"]


class Platform(NamedTuple):
    """A platform. Times are microseconds since 1970."""

    state: int = 0
    site: int = 0
    place: str = ""
    brand: str = ""
    since: int = 0
    opened: int = 0
    reason: str = ""


class Group(NamedTuple):
    """A liaison group. `held`: posts of conveners → since when; `relieved`: those nobody holds now → since, why."""

    state: int = 0
    name: str = ""
    place: str = ""
    since: int = 0
    established: int = 0
    held: Mapping[str, int] = {}
    relieved: Mapping[str, tuple[int, str]] = {}
    officer: bool = False
    full_time: bool = False
    successor: str = ""
    reason: str = ""


class Consultation(NamedTuple):
    """A grassroots consultation. `held`: when, 0 while it was not; `agreed`: it ended in consensus."""

    platform: str = ""
    held: int = 0
    agreed: bool = False


Cell: TypeAlias = Platform | Group | Consultation

CELLS: Mapping[str, type[Cell]] = {
    "grassroots-platform": Platform,
    "liaison-group": Group,
    "grassroots-consultation": Consultation,
}
"""Which cell a kind of stream has."""

_STANDING = (v1.LIAISON_GROUP_STATE_ESTABLISHED, v1.LIAISON_GROUP_STATE_ACTIVE)


def fold(cell: Cell, fact: Fact) -> Cell:
    """The cell after one more event of its stream."""
    match cell:
        case Platform():
            return _platform(cell, fact)
        case Group():
            return _group(cell, fact)
    return _consultation(cell, fact)


def _platform(cell: Platform, fact: Fact) -> Platform:
    match fact.message:
        case v1.PlatformPlanned() as e:
            return Platform(v1.PLATFORM_STATE_PLANNED, e.site, e.place, e.brand, fact.at)
        case v1.PlatformOpened():
            opened = cell.opened or fact.at
            return cell._replace(state=v1.PLATFORM_STATE_OPERATING, since=fact.at, opened=opened, reason="")
        case v1.PlatformSuspended() as e:
            return cell._replace(state=v1.PLATFORM_STATE_SUSPENDED, since=fact.at, reason=e.reason)
        case v1.PlatformClosed() as e:
            return cell._replace(state=v1.PLATFORM_STATE_CLOSED, since=fact.at, reason=e.reason)
    return cell


def _group(cell: Group, fact: Fact) -> Group:
    match fact.message:
        case v1.LiaisonGroupEstablished() as e:
            return Group(v1.LIAISON_GROUP_STATE_ESTABLISHED, e.local_name, e.place, fact.at, fact.at)
        case v1.ConvenerAppointed() as e:
            kind = str(e.kind)
            relieved = {post: left for post, left in cell.relieved.items() if post != kind}
            since = fact.at if cell.state == v1.LIAISON_GROUP_STATE_ESTABLISHED else cell.since
            active = cell._replace(state=v1.LIAISON_GROUP_STATE_ACTIVE, since=since, relieved=relieved)
            return active._replace(held={**cell.held, kind: fact.at})
        case v1.ConvenerRelieved() as e:
            kind = str(e.kind)
            held = {post: since for post, since in cell.held.items() if post != kind}
            return cell._replace(held=held, relieved={**cell.relieved, kind: (fact.at, e.reason)})
        case v1.LiaisonOfficerAssigned() as e:
            return cell._replace(officer=True, full_time=e.full_time)
        case v1.LiaisonGroupReorganized() as e:
            ended = cell._replace(state=v1.LIAISON_GROUP_STATE_REORGANIZED, since=fact.at, reason=e.reason)
            return ended._replace(successor=e.successor_id)
        case v1.LiaisonGroupAbolished() as e:
            return cell._replace(state=v1.LIAISON_GROUP_STATE_ABOLISHED, since=fact.at, reason=e.reason)
    return cell


def _consultation(cell: Consultation, fact: Fact) -> Consultation:
    match fact.message:
        case v1.GrassrootsConsultationConvened() as e:
            return Consultation(e.platform_id)
        case v1.GrassrootsConsultationHeld():
            return cell._replace(held=fact.at)
        case v1.ConsensusRecorded() as e:
            return cell._replace(agreed=e.reached)
    return cell


def combine(key: str, cells: Mapping[str, Cell]) -> list[Row]:
    """One row for each platform, each group and each consultation of the key."""
    rows: list[Row] = []
    for stream, cell in sorted(cells.items()):
        township, _, id = stream.split("/", 2)
        match cell:
            case Platform() if cell.state:
                data = _platform_cell(id, cell).SerializeToString(deterministic=True)
                rows.append(("platforms", key, stream, township, data))
            case Group() if cell.state:
                data = _group_cell(id, cell).SerializeToString(deterministic=True)
                rows.append(("groups", key, stream, township, data))
            case Consultation(platform, held, agreed) if platform and held:
                rows.append(("consultations", key, stream, township, platform, held, agreed))
    return rows


def _platform_cell(id: str, cell: Platform) -> v1.PlatformCell:
    return v1.PlatformCell(
        platform_id=id,
        site=cell.site,  # type: ignore[arg-type]  # stored as a number
        place=cell.place,
        brand=cell.brand,
        state=cell.state,  # type: ignore[arg-type]
        since=timestamp(cell.since),
        opened_at=timestamp(cell.opened),
        reason=cell.reason,
    )


def _group_cell(id: str, cell: Group) -> v1.LiaisonGroupCell:
    return v1.LiaisonGroupCell(
        group_id=id,
        local_name=cell.name,
        place=cell.place,
        state=cell.state,  # type: ignore[arg-type]
        since=timestamp(cell.since),
        conveners=sorted(map(int, cell.held)),  # type: ignore[arg-type]
        has_officer=cell.officer,
        full_time=cell.full_time,
        successor_id=cell.successor,
        reason=cell.reason,
        vacancies=_vacancies(id, cell) if cell.state in _STANDING else (),
    )


def _vacancies(id: str, cell: Group) -> Iterator[v1.PostVacancy]:
    """Posts that were held and are not; a convener's and the officer's, where nobody ever was one."""
    if not cell.held and not cell.relieved:
        yield v1.PostVacancy(group_id=id, since=timestamp(cell.established))
    for post, (since, reason) in sorted(cell.relieved.items()):
        yield v1.PostVacancy(
            group_id=id,
            convener=int(post),  # type: ignore[arg-type]
            since=timestamp(since),
            reason=reason,
        )
    if not cell.officer:
        yield v1.PostVacancy(group_id=id, officer=True, since=timestamp(cell.established))


PLATFORMS = ReadModel(
    name="platform_map",
    fold_version=2,
    cells=CELLS,
    fold=fold,
    combine=combine,
    tables=("platforms", "groups", "consultations"),
)
"""One row per platform, per group and per consultation held at a platform; see sql/platform_map.create.sql."""
